#!/bin/sh
# Volumes: plain byte cuts, read in place.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
card="$T/officer.card"
sealed a.evx phone --split 1M || exit 1

gone a.evx 'no file without a number'
n=$(ls a.evx.* | wc -l)
ok 'several volumes' test "$n" -ge 3
is "$(stat -c %s a.evx.001)" 1048576 'of the length asked for'
is "$(grep -c '^written to' "$T/seal.out")" "$n" 'each is named'
code 0 'verify the volumes' at nobody "$EVX" verify a.evx.001 --trust "$card"
code 0 'show' at nobody "$EVX" show a.evx.001
code 0 'list' at lab "$EVX" list a.evx.001
code 0 'extract' at lab "$EVX" extract a.evx.001 -C out
ok 'the same tree' same phone out/phone
cat a.evx.* >joined.evx
code 0 'cat rejoins them' at nobody "$EVX" verify joined.evx --trust "$card"
code 0 'through a pipe' sh -c "cat a.evx.* | EVX_HOME='$T/nobody' '$EVX' verify - --trust '$card'"
mv a.evx.002 away
for command in verify show log; do
	code 3 "a volume is missing: $command" at nobody "$EVX" $command a.evx.001
	err_has 'Volume 002 is missing, but volume 003 is there' 'says which'
done
code 3 'nothing is taken from what is there' at lab "$EVX" extract a.evx.001 -C none
mv away a.evx.002
touch a.evx.0002 a.evx.03 a.evx.x03 a.evx.00005 b.evx.009
code 0 'what is no name of a volume is none' at nobody "$EVX" verify a.evx.001 --trust "$card"
rm a.evx.0002 a.evx.03 a.evx.x03 a.evx.00005 b.evx.009
# unequal NUMBER BYTES NAME: the volume is cut or filled to so many bytes.
unequal() {
	cp "a.evx.$1" away && truncate -s "$2" "a.evx.$1"
	code 1 "$3" at nobody "$EVX" verify a.evx.001 --trust "$card"
	mv away "a.evx.$1"
}
unequal 002 1048575 'one in the middle is shorter'
err_has 'Volume 2 must have 1048576 bytes as the first one, but has 1048575' 'says which'
unequal 002 1048577 'one in the middle is longer'
unequal 002 0 'one in the middle is empty'
code 0 'and whole again' at nobody "$EVX" verify a.evx.001 --trust "$card"
mv "a.evx.00$n" away 2>/dev/null || mv "a.evx.0$n" away
code 1 'the last volume is missing: truncated' at nobody "$EVX" verify a.evx.001 --trust "$card"
rm -f a.evx.*
: >a.evx.002
code 3 'a volume that is there is not overwritten' "$EVX" seal phone -o a.evx --split 1M --case C --exhibit E --self
only phone away out joined.evx a.evx.002
is "$(stat -c %s a.evx.002)" 0 'and it is as it was'
rm a.evx.002
code 3 'volumes too many' "$EVX" seal phone -o a.evx --split 1K --case C --exhibit E --self
only phone away out joined.evx
done_testing
