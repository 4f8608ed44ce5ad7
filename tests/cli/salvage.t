#!/bin/sh
# extract --salvage: what a damaged bundle still gives up, never called verified.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir big
for i in 1 2 3 4 5; do head -c 30000000 /dev/urandom >big/$i; done
sealed a.evx big || exit 1

code 1 'salvage of a whole bundle' at lab "$EVX" extract a.evx -C whole --salvage
out_has 'NOT VERIFIED' 'is not verified all the same'
ok 'gives everything' sh -c 'for i in 1 2 3 4 5; do cmp big/$i whole/big/$i || exit 1; done'
head -c 120000000 a.evx >cut.evx
code 1 'salvage of a bundle that lost its tail' at lab "$EVX" extract cut.evx -C cut --salvage
out_has 'NOT VERIFIED' 'says so'
ok 'some file came back' test -n "$(find cut -type f -name '[1-5]')"
ok 'what came back is right' sh -c 'for f in cut/big/[1-5]; do cmp $f big/${f##*/} || exit 1; done'
head -c 1000 /dev/urandom | dd of=a.evx bs=1 seek=20000000 conv=notrunc status=none
code 1 'salvage of a bundle with a bad spot' at lab "$EVX" extract a.evx -C spot --salvage
ok 'the files that are there are right' sh -c 'n=0; for f in spot/big/[1-5]; do [ -e $f ] || continue; cmp $f big/${f##*/} || exit 1; n=$((n+1)); done; [ $n -ge 3 ]'
# A file that is not whole is counted among those that failed, and not among those that were made.
for way in '' --salvage; do
	rm -rf counted
	code 1 "the same with JSON $way" at lab "$EVX" extract a.evx -C counted $way --json
	n=$(find counted -type f | wc -l)
	ok 'some came back, and some did not' test "$n" -ge 3 -a "$n" -lt 5
	ok 'as many are counted' grep -q "\"files\": *$n[,}]" "$T/out"
done
for who in room stranger; do
	code 3 "salvage by $who" at $who "$EVX" extract a.evx -C no-$who --salvage
done
done_testing
