#!/bin/sh
# Nobody gets a key past a person by a name that looks like another's: each command that takes a card asks, whatever letters the name is made of.
. "$(dirname "$0")/../cli/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
print_of() { at "$1" "$EVX" id list --json | jq -r .card.fingerprint; }
# named HOME PERSON [ORGANISATION]: an identity of that person and its card HOME.card.
named() {
	at "$1" "$EVX" id new x --person "$2" --organisation "${3:-Forensic Lab}" --country FR --no-passphrase --quiet && at "$1" "$EVX" id card x >"$1.card"
}
u() { printf "$1"; }

people && named known 'Ivan Agnes' && named root1 'Root One' && named root2 'Root Two' || exit 1
kinds='braille shorthand scriptg cherokee lisu roman latin'
named braille "$(u 'Ivan\342\240\200Agnes')" && named shorthand "$(u 'Iv\360\233\262\240an Agnes')" && named scriptg "$(u 'Ivan A\311\241nes')" &&
	named cherokee "$(u 'Ivan \341\216\252gnes')" && named lisu "$(u 'Ivan \352\223\256gnes')" && named roman "$(u '\342\205\240van Agnes')" &&
	named latin 'lvan Agnes' && named office 'Otto Other' 'F0rensic Lab' || exit 1
ok 'the officer trusts one, and says whom she always adds' "$EVX" trust add known.card "$T/lab.card" --quiet
mkdir in && echo one >in/one && sealed b.evx in && "$EVX" init v --quiet || exit 1
ok 'a roster of her agency' "$EVX" roster new r --name 'All' --root root1.card --root root2.card --threshold 1 --quiet
ok 'with one key' "$EVX" roster add r known.card --by "$(print_of root1)" --quiet
cp b.evx held.evx && tar -xf b.evx && head -c 32 in/one >in/two

# door NAME COMMAND...: with the card of each kind in place of CARD it wants --names-compared, and does nothing.
door() {
	door=$1
	shift
	for kind in $kinds ${office:-}; do
		rm -rf made
		code 2 "$door: $kind" knock "$kind.card" "$@"
		err_has names-compared "$door: $kind: says what to do"
		gone made "$door: $kind: nothing was made"
	done
	ok "$door: the bundle is as it was" cmp b.evx held.evx
}
knock() {
	card=$1
	shift
	for word; do
		shift
		[ "$word" != CARD ] || word=$card
		set -- "$@" "$word"
	done
	"$EVX" "$@" --quiet
}

office=office
door 'trust add' trust add CARD
door 'verify --trust' verify b.evx --trust CARD
door 'seal --to' seal in --case C --exhibit E -o made --to CARD --yes
office=
door 'seal --custody-to' seal in --case C --exhibit E -o made --self --custody-to CARD --yes
door 'seal --witness' seal in --case C --exhibit E -o made --self --witness CARD --yes
door 'release --to' release b.evx --to CARD --keeps nothing --purpose p
door 'note --witness' note b.evx --notes n --witness CARD
door 'note --details-to' note b.evx --notes n --details-to CARD
door 'note --also' note b.evx --notes n --also CARD --draft made
door 'recipient add --to' recipient add b.evx --to CARD --yes
door 'recipient add --custody-to' recipient add b.evx --custody-to CARD --yes
door 'id import' id import CARD --name y
door 'id always-to' id always-to CARD
door 'init --escrow' init made --escrow CARD
door 'member add' member add CARD --vault v
door 'inventory --witness' inventory --witness CARD --vault v
door 'roster add' roster add r CARD
door 'roster new --root' roster new made --name Other --root CARD
for kind in $kinds office; do
	code 3 "$kind was not trusted" "$EVX" trust show "$(print_of "$kind")"
done
is "$("$EVX" id list --json | jq -s length)" 1 'no identity was taken in'
is "$("$EVX" id always-to --json | jq -s length)" 0 'nobody is always added'
is "$("$EVX" member list --vault v --json | jq -s length)" 1 'nobody is a member'

# One command names both, and neither was known before.
code 2 'two cards of one command' at stranger "$EVX" verify b.evx --trust known.card --trust latin.card --quiet
code 2 'without a home, too' at nobody "$EVX" verify b.evx --trust known.card --trust latin.card --quiet
code 2 'one disguised name is enough' at nobody "$EVX" verify b.evx --trust cherokee.card --quiet

# A known key comes back under another name: the card is made by its owner, so its signature is good.
renamed() {
	head -n 1 "$1.card" | sed "s/\"person\":\"[^\"]*\"/\"person\":\"$2\"/" >renamed.json && cp "$T/$1/identities/x/signing.key" k && chmod 600 k && rm -f renamed.json.sig &&
		ssh-keygen -q -Y sign -n evx-card/1 -f k renamed.json 2>/dev/null && cat renamed.json renamed.json.sig >"$1-renamed.card"
}
if command -v ssh-keygen >/dev/null; then
	ok 'somebody else is trusted, too' "$EVX" trust add root1.card --quiet
	ok 'and calls himself otherwise' renamed root1 'lvan Agnes'
	code 2 'a renewed card that looks like another' "$EVX" trust add root1-renamed.card --quiet
	ok 'or by a new name' renamed root1 'Someone New'
	code 2 'a renewed card with another name' "$EVX" trust add root1-renamed.card --quiet
	err_has 'known here under another name' 'it says so'
	code 2 'at other doors, too' "$EVX" seal in --case C --exhibit E -o made --to root1-renamed.card --yes --quiet
	code 0 'the card as it was' "$EVX" trust add root1.card --quiet
	code 0 'the new name, compared' "$EVX" trust add root1-renamed.card --yes --quiet
	code 0 'is known then' "$EVX" trust add root1-renamed.card --quiet
else
	skip 'ssh-keygen is not installed: a renewed card'
fi

# Rosters: within one, and against the cards here. "names-compared" stands for those who made it.
ok 'a roster with two that look alike' "$EVX" roster add r latin.card --by "$(print_of root1)" --names-compared --quiet
ok 'is signed' at root1 "$EVX" roster sign r --quiet
code 2 'and asked about where it is to be trusted' at nobody2 "$EVX" roster import r --all-agencies --quiet
code 0 'what is trusted there' at nobody2 "$EVX" roster show
out_empty 'is nothing'
ok 'a roster of one' "$EVX" roster new r1 --name 'One' --root root2.card --quiet
ok 'with one that looks like a card here' "$EVX" roster add r1 latin.card --names-compared --quiet
ok 'is signed, too' at root2 "$EVX" roster sign r1 --quiet
code 2 'and asked about where the other is known' "$EVX" roster import r1 --all-agencies --quiet
ok 'elsewhere it is not' at nobody3 "$EVX" roster import r1 --all-agencies --quiet
code 2 'whose keys are known then' at nobody3 "$EVX" trust add known.card --quiet

# Said so, it goes on; and other alphabets are no reason to ask.
code 0 'compared' "$EVX" seal in --case C --exhibit E -o made --to latin.card --yes --names-compared --quiet
named anna "$(u '\320\220\320\275\320\275\320\260 \320\234\320\270\321\200')" "$(u '\320\237\320\276\320\273\320\270\321\206\320\270\321\217 GmbH')"
code 0 'a name in Cyrillic' "$EVX" seal in --case C --exhibit E -o made2 --to anna.card --yes --quiet
code 0 'two of one name, the same card twice' "$EVX" seal in --case C --exhibit E -o made3 --to anna.card --to anna.card --yes --quiet
done_testing
