#!/bin/sh
# One chain has one layout: who lays the appended groups out otherwise, without a key, makes no second good bundle with the same head.
. "$(dirname "$0")/../cli/lib.sh"

command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
relay() { PYTHONDONTWRITEBYTECODE=1 python3 "$TOP/tests/attacks/relay.py" "$@"; }
people && mkdir phone && echo one >phone/one && sealed a.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"

code 0 'a release' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'accepted' at lab "$EVX" accept a.evx --no-receipt
code 0 'a note' at lab "$EVX" note a.evx text
code 0 'as it is' "$EVX" verify a.evx $cards
is "$(relay names a.evx | grep -c 'append-')" 3 'each event has a group of its own'
for g in 1 2; do
	relay merge a.evx merged.evx $g
	code 1 "groups $g and $((g + 1)) made one: verify" "$EVX" verify --details merged.evx $cards
	out_has 'D-ORDER' 'says why'
	cp merged.evx before.evx
	code 1 'nobody adds to it' at lab "$EVX" note merged.evx more
	ok 'and it is as it was' cmp before.evx merged.evx
done
done_testing
