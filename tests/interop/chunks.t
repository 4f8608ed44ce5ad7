#!/bin/bash
# evx cuts contents where the specification says.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen

chunks() { "$PYTHON" "$here/chunks.py" "$work/$1.evx" "$work/alice.txt"; }
several() { [ "$(chunks "$1" | tr ' ' '\n' | grep -c '^[0-9]')" -gt 6 ]; }

make_identity alice
cd "$work" && mkdir many
for i in $(seq 10 40); do head -c 100000 /dev/urandom >"many/$i"; done
head -c 5000000 /dev/urandom >many/25-large
head -c 1048576 /dev/urandom >many/27-least
head -c 1048575 /dev/urandom >many/28-less
seq 900000 >many/29-text
head -c 9000000 /dev/zero >many/30-zeros
truncate -s 8M many/31-sparse && printf x | dd of=many/31-sparse bs=1 seek=5000000 conv=notrunc status=none
: >many/32-empty
ok 'evx seals large files among small ones' seal many.evx many
ok 'it cut them as specified' chunks many
ok 'into several chunks' several many
done_testing
