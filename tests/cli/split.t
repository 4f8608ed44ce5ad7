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
	code 3 "$3" at nobody "$EVX" verify a.evx.001 --trust "$card"
	mv away "a.evx.$1"
}
unequal 002 1048575 'one in the middle is shorter'
err_has 'Volume 002 must have 1048576 bytes as the first one, but has 1048575: the copy is incomplete' 'says which'
unequal 002 1048577 'one in the middle is longer'
unequal 002 0 'one in the middle is empty'
code 0 'and whole again' at nobody "$EVX" verify a.evx.001 --trust "$card"
mv "a.evx.00$n" away 2>/dev/null || mv "a.evx.0$n" away
code 3 'the last volume is missing' at nobody "$EVX" verify a.evx.001 --trust "$card"
out_has "volume 00$((n - 1)) ends early, or volume 00$n is missing" 'is told by its number'
ok 'without a word on cards or a missing seal' not grep -q 'no trusted cards\|has no seal' "$T/out"
code 3 'list' at lab "$EVX" list a.evx.001
err_has "volume 00$n is missing" 'says the same'
mv a.evx.002 a.evx.009 && rm a.evx.00[3-8]
code 3 'only the first, and another far behind' at nobody "$EVX" verify a.evx.001 --trust "$card"
err_has 'Volume 002 is missing, but volume 009 is there' 'is told'
rm a.evx.009
code 3 'only the first' at nobody "$EVX" verify a.evx.001 --trust "$card"
out_has 'volume 001 ends early, or volume 002 is missing' 'is a part of several, as its name says'
rm -f a.evx.*
: >a.evx.002
code 3 'a volume that is there is not overwritten' "$EVX" seal phone -o a.evx --split 1M --case C --exhibit E --self
only phone away out joined.evx a.evx.002
is "$(stat -c %s a.evx.002)" 0 'and it is as it was'
rm a.evx.002
# What is known not to fit is refused before it is read; what turns out not to leaves nothing.
truncate -s 20M image
code 2 'volumes too small for a file' "$EVX" seal image -o a.evx --split 1K --case C --exhibit E --self
err_has '9999 volumes of 1024 bytes hold less.*Use --split with 1M or more' 'the size to use is told'
only phone away out joined.evx image
if [ -n "${EVX_LONG:-}" ]; then
	mkdir many && head -c 11000000 /dev/urandom >many/file
	code 3 'volumes too many of a directory' "$EVX" seal many -o a.evx --split 1K --case C --exhibit E --self
	err_has 'more than 9999 volumes' 'are told'
	rm -r many
	only phone away out joined.evx image
fi

# More volumes than 999, and more than may be open at once.
code 0 'more than 999 volumes' "$EVX" seal phone -o b.evx --split 2K --case C --exhibit E --self --to "$T/lab.card"
ok 'indeed' test -s b.evx.1000
limited() { sh -c "ulimit -n 200; exec \"\$@\"" - "$@"; }
for command in verify show log; do
	code 0 "$command, with 200 open files" limited "$EVX" $command b.evx.001
done
code 0 'verify deeply' limited "$EVX" verify b.evx.001 --deep --as officer
code 0 'extract' limited "$EVX" extract b.evx.001 -C again
ok 'the same tree' same phone again/phone
code 0 'list, with the limit that a shell has' sh -c "ulimit -S -n 200; exec '$EVX' list b.evx.001"
ls -v b.evx.* | xargs cat >joined.evx
code 0 'ls -v and cat rejoin them' "$EVX" verify joined.evx
rm b.evx.500
code 3 'one is missing' limited "$EVX" verify b.evx.001
err_has 'Volume 500 is missing' 'and told'
done_testing
