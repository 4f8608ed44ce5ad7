#!/bin/bash
# The reader that was written from the specification alone proves files in part, and finds what somebody changed in them.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen

reader() { "$PYTHON" "$here/reader.py" "$@"; }
make_identity alice
cd "$work" || exit 1

# Noise, so that chunks end anywhere; a sparse file; another name of one.
mkdir disk
head -c 20000000 /dev/urandom >disk/image && ln disk/image disk/name
truncate -s 30M disk/sparse
for at in 1 9 20; do head -c 2500000 /dev/urandom | dd of=disk/sparse bs=1M seek=$at conv=notrunc status=none; done
echo small >disk/small
ok 'evx seals images' seal a.evx disk
disclose() { "$EVX" disclose a.evx --self --as alice --quiet -o "$@"; }
# proves NAME: the reader checks it, and writes the same parts as evx.
proves()
{
	ok "$1: the reader proves it" fails 0 good reader --deep "$1.evx" alice.txt "$1.out"
	ok "$1: evx extracts it" "$EVX" extract "$1.evx" -C "$1.evx.out" --parts --as alice --quiet
	ok "$1: the same parts" sh -c 'cd "$1.out" && find . -type f -exec cmp {} "../$1.evx.out/{}" \; && [ -n "$(find . -name "*.evx-part")" ]' - "$1"
}
ok 'one byte' disclose one.evx disk/small --range disk/image:7777777+1
proves one
ok 'the first and the last byte, and some between' disclose some.evx --range disk/image:0+1 --range disk/image:19999999+1 --range disk/image:3M+2M --range disk/image:9M+1
proves some
ok 'more than a chunk' disclose much.evx --range disk/image:1M+9M disk/small
proves much
ok 'over holes' disclose sparse.evx --range disk/sparse:3M+18M --range disk/name:5M+1
proves sparse

# One changed byte anywhere in what is shown makes it no part of the file: a discloser who signs other blocks.
ok 'the reader says what is shown' sh -c '"$@" | grep -q "in part, [0-9]* of 20000000 stored bytes"' - "$PYTHON" "$here/reader.py" one.evx alice.txt
done_testing
