#!/bin/sh
# A bundle cut at any byte is an incomplete copy: exit 3, never good, never bad; what is bad in it stays bad.
. "$(dirname "$0")/lib.sh"

people || exit 1
printf 'one\n' >one.txt
card=$T/officer.card
sealed whole.evx one.txt || exit 1
size0=$(stat -c %s whole.evx)
"$EVX" note whole.evx 'seen' --quiet && "$EVX" note whole.evx 'seen again' --quiet || exit 1
code 0 'the whole bundle' at nobody "$EVX" verify whole.evx --trust "$card"
size=$(stat -c %s whole.evx)
group0=$((size0 - 1024)) # where group 0000 ends and its end blocks begin

# around N...: these offsets, and those beside them
around() { for at; do echo $((at - 1)); echo "$at"; echo $((at + 1)); done; }
members=$(grep -abo 'ustar' whole.evx | cut -d: -f1 | while read -r at; do echo $((at - 257)) $((at + 255)); done)
cuts() { { around $members; seq 512 1733 "$1"; echo "$1" $(($1 - 512)) $(($1 - 1024)) 1; } | awk -v n="$1" '$1 > 0 && $1 < n' | sort -nu; }
# judged FILE: the exit code of each cut, behind it; lines that are not as WANTED.
judged() {
	file=$1 wanted=$2 from=$3
	for at in $(cuts "$(stat -c %s "$file")"); do
		[ "$at" -ge "$from" ] || continue
		head -c "$at" "$file" >cut.evx
		at nobody "$EVX" verify cut.evx --trust "$card" >"$T/out" 2>"$T/err"
		got=$?
		[ "$got" = "$wanted" ] && grep -q 'The file ends early' "$T/out" || echo "$at: $got"
	done
}
ok 'enough cuts' test "$(cuts "$size" | wc -l)" -gt 100
is "$(judged whole.evx 3 0)" '' 'each cut is exit 3, and the file ends early'
: >empty.evx
code 3 'an empty file' at nobody "$EVX" verify empty.evx
err_has 'This file is empty' 'is told'

# What contradicts the seal is bad, wherever the file was cut behind it.
header() { echo $((512 * $(tar -tRf whole.evx | sed -n "s|^block \([0-9]*\): [^/]*/$1\$|\1|p" | head -n 1))); }
cp whole.evx changed.evx && flip changed.evx $(($(header 'data/.*') + 512 + 700))
code 1 'a changed pack' at nobody "$EVX" verify changed.evx --trust "$card"
is "$(judged changed.evx 1 "$(header manifest-sha256.txt)")" '' 'is bad in each cut behind it'
sig=$(header custody/0000-seal.json.sig1)
cp whole.evx forged.evx && flip forged.evx $((sig + 512 + 200))
code 1 'a changed signature of the seal' at nobody "$EVX" verify forged.evx --trust "$card"
is "$(judged forged.evx 1 $((sig + 1024)))" '' 'is bad in each cut behind it'
head -c $((size - 1536)) whole.evx >z.evx && dd if=/dev/zero bs=512 count=2 status=none >>z.evx
run at nobody "$EVX" verify z.evx --trust "$card"
is "$rc" 1 'end blocks that stand too early are no accident'

# Opening: nothing from a seal that is not whole; behind it, what the seal covers.
head -c $((group0 - 700)) whole.evx >cut.evx
for c in list show log; do
	code 3 "$c of a cut copy" at lab "$EVX" $c cut.evx
	ok 'says that it ends early' grep -q 'The file ends early' "$T/out" "$T/err"
done
code 3 'extract of a cut copy' at lab "$EVX" extract cut.evx -C out
gone out 'makes nothing'
code 3 'cat of a cut copy' at lab "$EVX" cat cut.evx one.txt
out_empty 'prints nothing'
code 3 'a note on a cut copy' "$EVX" note cut.evx 'no'
is "$(stat -c %s cut.evx)" $((group0 - 700)) 'writes nothing'
head -c $((size - 2000)) whole.evx >late.evx
code 0 'list of what lost a later entry' at lab "$EVX" list late.evx
code 3 'show of it' at nobody "$EVX" show late.evx
out_has '^custody  *not checked' 'does not call its record complete'
code 3 'a note on it' "$EVX" note late.evx 'no'
is "$(stat -c %s late.evx)" $((size - 2000)) 'writes nothing'
"$EVX" init vault --quiet 2>/dev/null || exit 1
for f in cut late; do
	code 3 "import of $f.evx" "$EVX" import $f.evx --vault vault
	is "$(ls vault/exhibits 2>/dev/null)" '' 'takes nothing'
done
code 3 'compare with a cut copy' "$EVX" compare whole.evx cut.evx
cat cut.evx | at nobody "$EVX" verify - --trust "$card" >"$T/out" 2>&1
is $? 3 'a cut stream'
code 3 'with --json' at nobody "$EVX" verify cut.evx --trust "$card" --json
is "$(jq -r '[.exit, .data.word, .custody.word, (.findings | map(select(.weight == "broken")) | length)] | map(tostring) | join(" ")' "$T/out")" '3 not checked not checked 0' 'nothing is called broken'
done_testing
