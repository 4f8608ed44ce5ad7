#!/bin/bash
# evx cuts contents where the specification says.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen

chunks() { "$PYTHON" "$here/chunks.py" "$work/$1.evx" "$work/alice.txt"; }
several() { [ "$(chunks "$1" | tr ' ' '\n' | grep -c '^[0-9]')" -gt 20 ]; }

make_identity alice
cd "$work" && mkdir many
for i in $(seq 100 180); do head -c 100000 /dev/urandom >"many/$i"; done
head -c 5000000 /dev/urandom >many/125-large
head -c 262144 /dev/urandom >many/127-alone
head -c 262143 /dev/urandom >many/128-less
seq 900000 >many/129-text
head -c 9000000 /dev/zero >many/130-zeros
truncate -s 8M many/131-sparse && printf x | dd of=many/131-sparse bs=1 seek=5000000 conv=notrunc status=none
: >many/132-empty
head -c 4194304 /dev/urandom >many/133-fits
head -c 4194305 /dev/urandom >many/134-longer
ln many/133-fits many/135-linked
# Where no digest ends a group, its length does.
mkdir many/200 && for i in $(seq 100 200); do head -c 250000 /dev/urandom >"many/200/$i"; done
ok 'evx seals large files among small ones' seal many.evx many
ok 'it cut them as specified' chunks many
ok 'into several chunks' several many
done_testing
