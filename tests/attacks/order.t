#!/bin/sh
# Which receipt was given first, and what a stranger put beside a true one, does not decide who holds the exhibit.
. "$(dirname "$0")/../cli/lib.sh"

for tool in jq python3 ssh-keygen; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
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

# A receipt that is for no place of the chain says nothing about it, however well it is signed.
forge() { python3 "$TOP/tests/attacks/forge_receipt.py" "$@"; }
code 0 'without any receipt' verify
forge a.evx "$T/stranger/identities/stranger/signing.key" note '{"uuid":"00000000-0000-4000-8000-000000000000"}' u.txt
code 0 'one with another UUID' verify --with u.txt
is "$(jq -r '.findings[] | select(.weight != "info") | .code' "$T/out" | sort | tr '\n' ' ')" 'R-OPEN R-OTHER ' 'is about something else'
code 1 'and is not appended' "$EVX" append a.evx u.txt
forge a.evx "$T/officer/identities/officer/signing.key" note '{"uuid":"00000000-0000-4000-8000-000000000000"}' u.txt
code 0 'whoever signed it' verify --with u.txt --with l.txt

# The stranger's note stands in the officer's copy when the receipt of the lab arrives.
cp a.evx w.evx
forge w.evx "$T/stranger/identities/stranger/signing.key" note '{"time":"9999-12-31T23:59:59Z"}' f.txt
code 0 'a note of the year 9999' "$EVX" append w.evx f.txt --yes
code 3 'the receipt does not follow that' "$EVX" append w.evx l.txt
err_has 'From entry 0002 on, only unknown signers signed in this bundle' 'and it is said why'
code 5 'verify with the receipt' "$EVX" verify --details w.evx $cards --with l.txt
out_has 'R-FORK.*the entries here are by unknown signers' 'says which side is unknown'
at=$(tar -tRf w.evx | sed -n 's#^block \([0-9]*\): .*/append-0002$#\1#p')
{ head -c $((at * 512)) w.evx && head -c 1024 /dev/zero; } >cut.evx
ok 'cut off as evx-append(1) says, the file is as it was' cmp cut.evx a.evx
code 0 'the receipt is appended' "$EVX" append cut.evx l.txt
code 0 'and all is good' "$EVX" verify cut.evx $cards
code 0 'or the officer goes on behind it' "$EVX" withdraw w.evx --reason 'they do not answer'
run "$EVX" verify w.evx $cards --json
is "$(jq -c '[.findings[] | select(.code == "C-TIME") | .event]' "$T/out")" '[2]' 'whose clock is not said to be wrong'

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
