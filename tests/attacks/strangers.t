#!/bin/sh
# What an unknown signer says is a claim: it is listed, costs exit code 5 at most, moves no holder, and keeps nobody from going on.
. "$(dirname "$0")/../cli/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one && sealed a.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"
fingerprint() { at "$1" "$EVX" id list --json | jq -r .card.fingerprint; }
held() { is "$("$EVX" verify "$1" $cards --json | jq -r .holding.holder.key)" "$(fingerprint "$2")" "$3"; }
event() { "$EVX" verify a.evx $cards --json | jq -c ".events[$1] | [.type, .claim, .void]"; }

code 0 'the officer releases' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'the lab accepts' at lab "$EVX" accept a.evx --no-receipt
cp a.evx before.evx

# Anybody who can write to the file can append what they sign.
code 0 'a stranger takes over' at stranger "$EVX" take-over a.evx --reason dead
code 0 'and goes on as holder' at stranger "$EVX" move a.evx --place 'my garage'
code 0 'opens an inquiry' at stranger "$EVX" inquiry a.evx --reason 'all is lost'
code 0 'and says that it is broken' at stranger "$EVX" note a.evx 'broken'
held a.evx lab 'the lab still holds it'
code 5 'whoever does not know the stranger' "$EVX" verify a.evx $cards
out_has '^GAP *R-CLAIM *event 0003 .*Get this person.s card' 'is told what to do about the take-over'
out_has '^GAP *R-HOLDER *event 0004' 'and that the move counts for nothing'
ok 'nothing is broken' not grep -q '^BROKEN' "$T/out"
out_has '^data: intact' 'the data is intact'
ok 'trust does not say that all are known' not grep -q 'every signer is on a card' "$T/out"
ok 'no inquiry stands open' not grep -q 'R-INQUIRY' "$T/out"
is "$(event 3)" '["take-over",true,false]' 'as JSON, a claim'
is "$(event 4)" '["move",true,true]' 'and a void one'
code 0 'log' "$EVX" log a.evx $cards
out_has '^0005 .* inquiry, open  \[claim of somebody unknown: changes nothing\]' 'says so'
code 5 'without any card' at nobody "$EVX" verify a.evx
is "$(at nobody "$EVX" verify a.evx --json | jq -r .holding.holder.key)" "$(fingerprint lab)" 'the holder is the same'

# The holder goes on behind all that, without a word to the stranger.
code 0 'the lab moves it' at lab "$EVX" move a.evx --place 'shelf 4'
code 0 'and releases it' at lab "$EVX" release a.evx --to "$T/officer.card" --keeps nothing --purpose back
code 0 'the officer accepts' "$EVX" accept a.evx --no-receipt
held a.evx officer 'and holds it'
code 5 'that the stranger was here stays to be seen' "$EVX" verify a.evx $cards
ok 'and nothing worse' not grep -q '^BROKEN' "$T/out"

# Who trusts the stranger's card hears a signer who had no right to.
cp before.evx known.evx
code 0 'a note by somebody trusted' at stranger "$EVX" note known.evx 'a word'
code 0 'is no claim' "$EVX" verify known.evx $cards --trust "$T/stranger.card"
code 0 'a take-over by somebody trusted' at stranger "$EVX" take-over known.evx --reason dead
code 5 'makes a holder without approval' "$EVX" verify known.evx $cards --trust "$T/stranger.card"
out_has '^GAP *R-APPROVAL' 'which is a gap'
is "$("$EVX" verify known.evx $cards --trust "$T/stranger.card" --json | jq -r .holding.holder.key)" "$(fingerprint stranger)" 'the successor holds it then'
held known.evx lab 'and for nobody else'

# A card that is none says nothing, for or against.
echo nonsense >bad.card
code 5 'a bad card given to verify' "$EVX" verify before.evx $cards --trust bad.card
out_has 'T-CARD .*bad.card' 'is named'
out_has '^custody: intact' 'and makes nothing broken'
done_testing
