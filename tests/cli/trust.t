#!/bin/sh
# Cards that are trusted: added, listed, shown, removed; what verify makes of them; names that look like another's.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
print_of() { at "$1" "$EVX" id list --json | jq -r .card.fingerprint; }

mkdir in && echo one >in/one
sealed b.evx in || exit 1

code 0 'no home, nothing trusted' at nobody "$EVX" trust list
out_empty 'and nothing to list'
gone "$T/nobody" 'listing makes no home'
code 3 'show without a home' at nobody "$EVX" trust show "$(print_of lab)"

code 5 'a bundle of somebody unknown' at lab "$EVX" verify b.evx
code 0 'add' at lab "$EVX" trust add "$T/officer.card"
out_has "^$(print_of officer)  officer of officer, Office officer (DE)" 'it says whom'
code 0 'the bundle is good now' at lab "$EVX" verify b.evx
out_has '^ *signers  *known' 'and trust is intact'
code 0 'add again' at lab "$EVX" trust add "$T/officer.card"
code 0 'add another' at lab "$EVX" trust add "$T/room.card" --json
is "$(jq -r .card.person "$T/out")" 'room of room' 'as JSON'
code 0 'list' at lab "$EVX" trust list
is "$(wc -l <"$T/out")" 2 'both are there, once'
is "$(stat -c %a "$T/lab/cards")" 700 'for their owner only'
code 0 'list as JSON' at lab "$EVX" trust list --json
is "$(jq -r .card.person "$T/out" | sort | tr '\n' ' ')" 'officer of officer room of room ' 'names both'
code 0 'show' at lab "$EVX" trust show "$(print_of officer)"
out_has '^signing *ssh-ed25519 ' 'shows the keys'
code 3 'show one that is not there' at lab "$EVX" trust show "$(print_of stranger)"
code 3 'show what is no fingerprint' at lab "$EVX" trust show x

code 2 'remove what is no fingerprint' at lab "$EVX" trust remove ../../identities
code 3 'remove one that is not there' at lab "$EVX" trust remove "$(print_of stranger)"
code 0 'remove' at lab "$EVX" trust remove "$(print_of officer)"
code 5 'the bundle is of somebody unknown again' at lab "$EVX" verify --details b.evx
out_has 'T-UNTRUSTED' 'and says so'
out_has "Unknown signer of entry 0000: $(print_of officer)\\. Get this person's card" 'with the fingerprint that a person can compare'

sed 's/officer of officer/officer of nobody!/' "$T/officer.card" >forged.card
code 1 'a card that is not authentic' at lab "$EVX" trust add forged.card
code 3 'a card that is not there' at lab "$EVX" trust add nowhere.card
code 3 'the second card is not there' at lab "$EVX" trust add "$T/officer.card" nowhere.card
code 3 'none was added' at lab "$EVX" trust show "$(print_of officer)"
code 1 'the second card is forged' at lab "$EVX" trust add "$T/officer.card" forged.card
code 0 'the first was added' at lab "$EVX" trust show "$(print_of officer)"

# A retired card is not replaced by one that is not.
at officer "$EVX" id card officer >young.card
sleep 1.1 # times are whole seconds
at officer "$EVX" id retire officer --quiet && at officer "$EVX" id card officer >old.card || exit 1
code 0 'the retired card takes its place' at lab "$EVX" trust add old.card
out_has '\[retired\]$' 'and is said to be retired'
code 1 'the one in use does not come back' at lab "$EVX" trust add young.card
code 0 'what it signed before stays good' at lab "$EVX" verify --details b.evx
out_has 'T-RETIRED' 'with a word about it'

# look NAME PERSON [OPTION]: an identity of that person and its card NAME.card.
look() { at "$1" "$EVX" id new x --person "$2" --organisation Other --country FR --no-passphrase --quiet && at "$1" "$EVX" id card x >"$1.card"; }
look twin 'Room  of R0om' && look cyrillic "$(printf 'r\320\276om of room')" && look mixed "$(printf 'Ann Sm\321\226th')" &&
	look hidden "$(printf 'Bob\342\200\256 Jones')" && look other 'Rooms of room' || exit 1
for n in twin cyrillic mixed hidden; do
	code 2 "$n: a name that looks like another, and nobody to ask" at lab "$EVX" trust add "$n.card"
	err_has -- --yes "$n: the message names --yes"
	code 3 "$n: it is not trusted" at lab "$EVX" trust show "$(print_of "$n")"
	ok "$n: nothing on stderr acts on a terminal" not grep -q "$(printf '\342\200\256')" "$T/err"
done
run at lab "$EVX" trust add twin.card
err_has "$(print_of room)" 'the fingerprint of the other is told'
code 2 'also quietly' at lab "$EVX" trust add twin.card --quiet
code 0 'a name that is only similar' at lab "$EVX" trust add other.card
code 0 'with --yes' at lab "$EVX" trust add twin.card --yes
err_has 'looks like the name of another key' 'it is said all the same'
code 0 'a key that is known is not asked about again' at lab "$EVX" trust add twin.card
look self 'lab OF LAB' || exit 1
code 2 'a name that looks like that of an own identity' at lab "$EVX" trust add self.card
if command -v script >/dev/null; then
	at lab typed 'do you accept this key?' "'$EVX' trust add cyrillic.card" 'n\n'
	ok 'the question answered with no' grep -q 'code=130' "$T/tty"
	ok 'it is asked' grep -q 'do you accept this key?' "$T/tty"
	at lab typed 'do you accept this key?' "'$EVX' trust add cyrillic.card" 'y\n'
	ok 'the question answered with yes' grep -q 'code=0' "$T/tty"
	code 0 'now it is trusted' at lab "$EVX" trust show "$(print_of cyrillic)"
else
	skip 'script is not installed'
fi
done_testing
