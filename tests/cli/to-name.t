#!/bin/sh
# People whose cards are trusted here can be named; a file comes first, and a name that is not clear is refused.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one
print=$(at lab "$EVX" id show lab --json | jq -r .card.fingerprint)
label='--case C --exhibit E --yes'
code 3 'a name that no card has' "$EVX" seal phone -o no.evx $label --to 'lab of lab'
err_has 'neither a file nor the name on a trusted card.*evx trust list' 'and it says where the names are'
gone no.evx 'nothing is sealed'
"$EVX" trust add "$T/lab.card" "$T/room.card" --quiet || exit 1
code 0 'a name on a trusted card' "$EVX" seal phone -o a.evx $label --to 'lab of lab' --custody-to 'ROOM of room'
out_has "contents  *lab of lab, Office lab (DE)  $print" 'is that person, with the fingerprint'
code 0 'who can open' at lab "$EVX" list a.evx
code 0 'a fingerprint' "$EVX" seal phone -o b.evx $label --to "$print" --self
code 0 'who can open' at lab "$EVX" list b.evx
code 0 'a witness and a receiver' "$EVX" note b.evx text --witness 'room of room'
code 0 'let in by name' "$EVX" recipient add b.evx --to 'room of room' --yes
code 0 'who can open' at room "$EVX" list b.evx
code 0 'a release by name' "$EVX" release b.evx --to 'lab of lab' --keeps nothing --purpose p
code 0 'is for that person' at lab "$EVX" accept b.evx --no-receipt

# ---- A file comes first; what looks like a file is one
cp "$T/stranger.card" 'lab of lab'
code 0 'a file of that name' "$EVX" seal phone -o c.evx $label --to 'lab of lab'
code 3 'counts before the card' at lab "$EVX" list c.evx
code 0 'indeed' at stranger "$EVX" list c.evx
rm 'lab of lab'
for name in lab.card ./lab nowhere/lab; do
	code 3 "$name is a file, and not there" "$EVX" seal phone -o no.evx $label --to "$name"
	ok 'and no name' not grep -q 'trusted card' "$T/err"
done
code 3 'the empty name' "$EVX" seal phone -o no.evx $label --to ''
code 3 "one's own card is not among the trusted" "$EVX" seal phone -o no.evx $label --to 'officer of officer'
code 3 'a part of a name' "$EVX" seal phone -o no.evx $label --to lab
code 3 'on a machine that trusts nobody' at stranger "$EVX" seal phone -o no.evx $label --to 'lab of lab'

# ---- Two of one name, and a retired one
at twin "$EVX" id new lab --person 'lab of lab' --organisation Elsewhere --country DE --no-passphrase --quiet && at twin "$EVX" id card lab >"$T/twin.card" || exit 1
"$EVX" trust add "$T/twin.card" --yes --quiet || exit 1
code 2 'a name that two have' "$EVX" seal phone -o no.evx $label --to 'lab of lab'
err_has "2 trusted cards have the name.*$print.*by its fingerprint" 'is refused, with both fingerprints'
gone no.evx 'nothing is sealed'
sleep 1
at twin "$EVX" id retire lab --quiet && at twin "$EVX" id card lab >"$T/twin.card" && "$EVX" trust add "$T/twin.card" --yes --quiet || exit 1
code 0 'once one is retired, the other is meant' "$EVX" seal phone -o d.evx $label --to 'lab of lab'
code 0 'who can open' at lab "$EVX" list d.evx
code 0 'an escrow reader' "$EVX" init "$T/named-vault" --as officer --escrow 'lab of lab'
"$EVX" trust remove "$print" --quiet
code 1 'the retired one alone is found, and refused' "$EVX" seal phone -o no.evx $label --to 'lab of lab'
gone no.evx 'nothing is sealed'
done_testing
