#!/bin/sh
# Something stands where a mirror's files should, here or on the remote: each command says so and exits with 3, and when it is gone, the same command does
# its work.
. "$(dirname "$0")/lib.sh"
people || exit 1
S=$T/stick
export EVX_VAULT="$T/vault"
mkdir "$S" && "$EVX" remote add stick "dir:$S" --quiet && "$EVX" init --as officer --quiet 2>/dev/null || exit 1
n=0
more() { n=$((n + 1)) && mkdir src$n && echo $n >src$n/a && "$EVX" seal src$n --case C-1 --exhibit $n --quiet 2>/dev/null; }
mirror() { "$EVX" mirror --via stick; }
check() { "$EVX" check --via stick; }
rebuild() { "$EVX" import --via stick --into "$T/rebuilt"; }
alike() { diff -r -x 'catalog.sqlite*' -x tmp -x .lock "$T/vault" "$T/rebuilt"; }
more && mirror >/dev/null 2>&1 || exit 1
id=$(ls "$S/mirror") memory=$(ls "$T"/officer/lanes/mirror-*)
# blocked STEP WHAT PATH KIND: STEP fails while a directory that is not empty stands in place of a file, or a file in that of a directory.
blocked() {
	step=$1 what=$2 path=$3
	[ ! -e "$path" ] || mv "$path" "$T/moved"
	case $4 in directory) mkdir -p "$path/full" ;; file) : >"$path" ;; esac
	code 3 "$step, $what" "$step"
	ok 'why is said' test -s "$T/err"
	ok 'nothing is said to be good' not grep -q '^GOOD\|up to date\|was rebuilt' "$T/out"
	rm -rf "$path" && { [ ! -e "$T/moved" ] || mv "$T/moved" "$path"; }
}
for case in "memory:$memory:directory" "packs:$S/packs:file" "parcels:$S/parcels:file" "notes:$S/mirror/$id:file"; do
	path=${case#*:}
	more || exit 1
	blocked mirror "${case%%:*}" "${path%:*}" "${path##*:}"
	code 0 'the same command again' mirror
	out_has "note $n  the mirror is up to date" 'goes on with the next note'
	code 0 'the mirror' check
	out_has '^GOOD' 'is good'
done
for case in "parcels:$S/parcels:file" "notes:$S/mirror/$id:file"; do
	path=${case#*:}
	blocked check "${case%%:*}" "${path%:*}" "${path##*:}"
	code 0 'the same command again' check
done
for case in "parcels:$S/parcels:file" "notes:$S/mirror/$id:file" "packs:$S/packs:file" "target:$T/rebuilt:file" "full target:$T/rebuilt:directory"; do
	path=${case#*:}
	blocked rebuild "${case%%:*}" "${path%:*}" "${path##*:}"
	code 0 'the same command again' rebuild
	ok 'it is the vault' alike
	rm -rf "$T/rebuilt"
done
done_testing
