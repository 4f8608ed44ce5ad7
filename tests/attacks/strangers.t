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
code 5 'whoever does not know the stranger' "$EVX" verify --details a.evx $cards
out_has '^GAP *R-CLAIM *entry 0003 .*Get this person.s card' 'is told what to do about the take-over'
out_has '^GAP *R-HOLDER *entry 0004' 'and that the move counts for nothing'
ok 'nothing is broken' not grep -q '^BROKEN' "$T/out"
out_has '^ *data  *unchanged' 'the data is intact'
ok 'trust does not say that all are known' not grep -q 'every signer is on a card' "$T/out"
ok 'no inquiry stands open' not grep -q 'R-INQUIRY' "$T/out"
is "$(event 3)" '["take-over",true,false]' 'as JSON, a claim'
is "$(event 4)" '["move",true,true]' 'and a void one'
code 0 'log' "$EVX" log a.evx $cards
out_has '^0005 .* inquiry, open  \[by somebody unknown: changes nothing\]' 'says so'
code 5 'without any card' at nobody "$EVX" verify a.evx
is "$(at nobody "$EVX" verify a.evx --json | jq -r .holding.holder.key)" "$(fingerprint lab)" 'the holder is the same'

# The holder goes on behind all that, without a word to the stranger.
code 0 'the lab moves it' at lab "$EVX" move a.evx --place 'shelf 4'
code 0 'and releases it' at lab "$EVX" release a.evx --to "$T/officer.card" --keeps nothing --purpose back
code 0 'the officer accepts' "$EVX" accept a.evx --no-receipt
held a.evx officer 'and holds it'
code 5 'that the stranger was here stays to be seen' "$EVX" verify --details a.evx $cards
ok 'and nothing worse' not grep -q '^BROKEN' "$T/out"

# Who trusts the stranger's card hears a signer who had no right to.
cp before.evx known.evx
code 0 'a note by somebody trusted' at stranger "$EVX" note known.evx 'a word'
code 0 'is no claim' "$EVX" verify known.evx $cards --trust "$T/stranger.card"
code 0 'a take-over by somebody trusted' at stranger "$EVX" take-over known.evx --reason dead
code 5 'makes a holder without approval' "$EVX" verify --details known.evx $cards --trust "$T/stranger.card"
out_has '^GAP *R-APPROVAL' 'which is a gap'
is "$("$EVX" verify known.evx $cards --trust "$T/stranger.card" --json | jq -r .holding.holder.key)" "$(fingerprint stranger)" 'the successor holds it then'
held known.evx lab 'and for nobody else'

# Words of somebody unknown are taken into a bundle or a vault only when somebody says so.
cp before.evx p.evx
code 0 'a stranger notes elsewhere that it burnt' at stranger "$EVX" note p.evx 'burnt' --receipt n.txt
code 0 'and says that the exhibit is the stranger'"'"'s' at stranger "$EVX" take-over p.evx --reason dead --receipt t.txt
code 0 'and moves it, which only a holder may' at stranger "$EVX" move p.evx --place 'my garage'
who=$(fingerprint stranger)
asked='Add them as claims'
# untouched COMMAND...: it takes nothing, says so, and leaves $bundle as it was.
untouched() {
	cp "$bundle" untouched.evx
	code 5 "without a terminal: $1" "$EVX" "$@"
	err_has 'Nothing was taken.*unknown signer' 'says that nothing was taken'
	err_has '^Get the card of each signer, compare its fingerprint, and trust it .*--yes' 'and what to do'
	err_has "entry .*  by $who" 'names the event and its signer'
	ok 'the bundle is as it was' cmp "$bundle" untouched.evx
	code 5 "quiet it is not asked either: $1" "$EVX" "$@" --quiet
	ok 'and the bundle is as it was' cmp "$bundle" untouched.evx
	code 5 "with JSON: $1" "$EVX" "$@" --json
	is "$(jq -r .error.exit "$T/out")" 5 'the error is told as JSON, with its exit code'
}
bundle=before.evx
untouched append before.evx n.txt
err_has '^     It says what a note says' 'the list says what a note would mean'
untouched receipt import before.evx n.txt
typed "$asked" "'$EVX' append before.evx n.txt" 'n\n'
ok 'a terminal, and the answer no: exit code 5' grep -q '^code=5' "$T/tty"
ok 'and the bundle is as it was' cmp before.evx untouched.evx
typed "$asked" "'$EVX' append before.evx n.txt" '\n'
ok 'a terminal, and no answer: exit code 5' grep -q '^code=5' "$T/tty"
ok 'and the bundle is as it was' cmp before.evx untouched.evx
cp before.evx typed.evx
typed "$asked" "'$EVX' append typed.evx n.txt" 'y\n'
ok 'a terminal, and the answer yes: exit code 0' grep -q '^code=0' "$T/tty"
is "$(shown "$asked")" 1 'asked once'
is "$("$EVX" verify typed.evx $cards --json | jq -c '.events[3] | [.type, .claim]')" '["note",true]' 'and the claim is in the bundle'
cp before.evx yes.evx
code 0 'a script says --yes, for two receipts' "$EVX" append yes.evx n.txt t.txt --yes
err_has 'It says that the signer holds the exhibit now' 'the list says what a take-over would mean'
held yes.evx lab 'and the lab still holds it'
cp before.evx yes2.evx
code 0 'the same with receipt import and --quiet' "$EVX" receipt import yes2.evx n.txt --yes --quiet
ok 'which lists nothing' not grep -q 'unknown' "$T/err"
cp before.evx known2.evx
"$EVX" trust add "$T/stranger.card" --quiet
code 0 'whose card is trusted is no stranger' "$EVX" append known2.evx n.txt
ok 'and nothing is listed' not grep -q 'unknown' "$T/err"
"$EVX" trust remove "$who" --quiet

# The same for a vault: a whole new exhibit with claims in it, events that continue one, and another branch.
code 0 'a vault' "$EVX" init new --as officer
held_by_vault() { ls "$1/exhibits" | wc -l; }
bundle=p.evx
untouched import p.evx --vault new
err_has 'entry 0005 .*move .*by' 'the list has all of them'
err_has 'This signer may not say that' 'and says that a stranger may not move it'
is "$(held_by_vault new)" 0 'nothing is in the vault'
typed "$asked" "'$EVX' import p.evx --vault new" 'n\n'
ok 'a terminal, and the answer no: exit code 5' grep -q '^code=5' "$T/tty"
is "$(held_by_vault new)" 0 'and nothing is in the vault'
typed "$asked" "'$EVX' import p.evx --vault new" 'y\n'
ok 'a terminal, and the answer yes: taken, exit code 5 for its gaps' grep -q '^code=5' "$T/tty"
is "$(held_by_vault new)" 1 'and it is in the vault'
code 0 'a vault' "$EVX" init longer --as officer
code 0 'that has the exhibit' "$EVX" import before.evx --vault longer
untouched import p.evx --vault longer
uuid=$(ls longer/exhibits)
is "$(ls "longer/exhibits/$uuid/custody" | grep -c '^0003')" 0 'the chain in the vault has no event 3'
code 5 'a script says --yes' "$EVX" import p.evx --vault longer --yes
is "$(ls "longer/exhibits/$uuid/custody" | grep -c '^0005.*json$')" 1 'the chain in the vault is longer'
code 0 'nothing new, nothing asked' "$EVX" import p.evx --vault longer
cp before.evx q.evx
code 0 'the lab goes on in another copy' at lab "$EVX" note q.evx 'in good order'
code 0 'a vault' "$EVX" init branch --as officer
code 0 'that has this copy' "$EVX" import q.evx --vault branch
untouched import p.evx --vault branch
gone branch/branches "no branch is in the vault"
code 5 'a script says --yes' "$EVX" import p.evx --vault branch --yes
is "$(ls "branch/branches/$uuid" | wc -l)" 3 'the branch is kept'
code 0 'a vault' "$EVX" init several --as officer
code 5 'of several, one with claims keeps no other from being taken' "$EVX" import p.evx q.evx --vault several
is "$(ls "several/exhibits/$uuid/custody" | grep -c '^0003.*note.json$')" 1 'the second one is in the vault'
is "$(ls "several/exhibits/$uuid/custody" | grep -c '^0004')" 0 'and no more'

# A card that is none says nothing, for or against.
echo nonsense >bad.card
code 5 'a bad card given to verify' "$EVX" verify --details before.evx $cards --trust bad.card
out_has 'T-CARD .*bad.card' 'is named'
out_has '^ *custody  *complete' 'and makes nothing broken'
done_testing
