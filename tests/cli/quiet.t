#!/bin/sh
# --quiet: what does something prints nothing when all is well, and everything when it is not; what was asked for is printed.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
"$EVX" trust add "$T/lab.card" --quiet || exit 1
unchecked='^evx: Only what was opened was checked' # must be said (format-spec/verification.md)
silent() { # silent NAME COMMAND...
	name=$1
	shift
	code 0 "$name" "$@" --quiet
	is "$(cat "$T/out" "$T/err" | grep -v "$unchecked")" '' 'says nothing'
}
silent 'seal' "$EVX" seal phone -o a.evx --case C --exhibit E --to "$T/lab.card" --self
silent 'note' "$EVX" note a.evx hello
silent 'release' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose x
silent 'accept' at lab "$EVX" accept a.evx --inventoried
silent 'receipt export' "$EVX" receipt export a.evx r.txt
silent 'recipient add' at lab "$EVX" recipient add a.evx --to "$T/room.card"
silent 'extract' "$EVX" extract a.evx -C out
silent 'extract with a record of it' at lab "$EVX" extract a.evx -C out2 --purpose analysis
silent 'init' "$EVX" init v
silent 'import' "$EVX" import a.evx --vault v
silent 'rebuild' "$EVX" rebuild --vault v
silent 'check' "$EVX" check --vault v
silent 'inventory' "$EVX" inventory --vault v
silent 'seal to a vault' "$EVX" seal phone --case C --exhibit E2 --self --to "$T/lab.card" --vault v
silent 'export' "$EVX" export C/E2 -o b.evx --vault v
"$EVX" seal phone -o - --case C --exhibit E --to "$T/lab.card" --self --quiet >s.evx 2>"$T/err"
is "$? $(cat "$T/err")" '0 ' 'seal to a pipe says nothing, either'

code 0 'list' "$EVX" list a.evx phone/fifo --quiet
is "$(wc -l <"$T/out") $(grep -v "$unchecked" "$T/err")" '1 ' 'prints what was asked for'
err_has "$unchecked" 'and says that the rest was not checked'
code 0 'cat' "$EVX" cat a.evx phone/notes/one.txt --quiet
is "$(cat "$T/out") $(grep -v "$unchecked" "$T/err")" 'one ' 'prints the bytes alone'
code 0 'verify' "$EVX" verify a.evx --quiet --trust "$T/lab.card" --trust "$T/officer.card"
is "$(wc -l <"$T/out") $(cat "$T/err")" '1 ' 'prints its verdict in one line'

printf '%064d  phone/photo.raw\n' 0 >list.txt
code 6 'seal with a hash that does not match' "$EVX" seal phone -o c.evx --case C --exhibit E --to "$T/lab.card" --self --quiet --expect-hash list.txt
out_has 'EXPECTED HASH' 'is told'
flip a.evx "$(($(grep -abo '\.pack' a.evx | head -n 1 | cut -d: -f1) + 2000))"
code 1 'extract of what was damaged' "$EVX" extract a.evx -C out3 --quiet
ok 'is told' test -s "$T/err" -o -s "$T/out"
"$EVX" --quiet >/dev/null 2>"$T/err"
is $? 2 'a mistake is told all the same'
ok 'in words' test -s "$T/err"
done_testing
