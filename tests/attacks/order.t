#!/bin/sh
# Which receipt was given first, and what a stranger put beside a true one, does not decide who holds the exhibit.
. "$(dirname "$0")/../cli/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one && sealed a.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"
fingerprint() { at "$1" "$EVX" id list --json | jq -r .card.fingerprint; }
holder() { jq -r .holding.holder.key "$T/out"; }
verify() { "$EVX" verify a.evx $cards --json "$@"; }

code 0 'the officer releases' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'a stranger writes a receipt' at stranger "$EVX" note a.evx 'nothing' --detached s.txt
code 0 'and another one' at stranger "$EVX" note a.evx 'nothing more' --detached m.txt
code 0 'the lab accepts beside the bundle' at lab "$EVX" accept a.evx --detached l.txt
for order in 's.txt m.txt l.txt' 'l.txt m.txt s.txt' 'm.txt l.txt s.txt'; do
	set --
	for r in $order; do set -- "$@" --with "$r"; done
	code 5 "in the order $order" verify "$@"
	is "$(holder)" "$(fingerprint lab)" 'the lab holds it'
	is "$(jq -c '[.events[].type]' "$T/out")" '["seal","release","accept"]' 'the chain is the true one'
done
code 5 'the stranger alone' verify --with s.txt
is "$(holder)" "$(fingerprint officer)" 'moves nothing'

# A known signer who signed behind a claim has it with him.
cp a.evx c.evx
code 0 'a claim in a copy' at stranger "$EVX" append c.evx s.txt
code 0 'the lab accepts behind it' at lab "$EVX" accept c.evx --detached behind.txt
for order in 's.txt m.txt behind.txt' 'm.txt behind.txt s.txt'; do
	set --
	for r in $order; do set -- "$@" --with "$r"; done
	code 5 "in the order $order" verify "$@"
	is "$(jq -c '[.events[].type]' "$T/out")" '["seal","release","note","accept"]' 'the claim that the lab saw is there'
	is "$(holder)" "$(fingerprint lab)" 'the lab holds it'
done
done_testing
