#!/bin/sh
# One release has one answer, one lineage one holder, over all copies that are known: two bundles compared, receipts given, branches of a vault. And a
# fork that only somebody unknown made is a claim.
. "$(dirname "$0")/../cli/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one && sealed s.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card --trust $T/room.card"
for card in lab room; do "$EVX" trust add "$T/$card.card" --quiet || exit 1; done
# found CODE FINDING A B RECEIPT...: both bundles compared, and A with receipts out of B.
found() {
	want=$1 finding=$2 one=$3 two=$4
	shift 4
	code "$want" "compare $one $two" "$EVX" compare "$one" "$two"
	[ -z "$finding" ] || out_has "^found *$finding" "finds $finding"
	with=
	for receipt; do with="$with --with $receipt"; done
	code "$want" "verify $one with receipts of $two" "$EVX" verify --details "$one" $cards $with
	[ -z "$finding" ] || out_has "$finding" "finds $finding, too"
}

# Accepted behind a note in the one copy, withdrawn in the other.
cp s.evx a.evx
code 0 'a release that leaves a copy' "$EVX" release a.evx --to "$T/lab.card" --keeps copy --purpose p
cp a.evx b.evx
code 0 'a note in the one copy' at lab "$EVX" note a.evx 'unpacking' --receipt 2.txt
code 0 'and the acceptance' at lab "$EVX" accept a.evx --receipt 3.txt
code 0 'withdrawn in the other' "$EVX" withdraw b.evx --receipt w.txt
found 1 R-TWO-ANSWERS a.evx b.evx w.txt
found 1 R-TWO-ANSWERS b.evx a.evx 2.txt 3.txt

# A copy that somebody else declares lets nothing part; one by the holder does not while it is on its way and nothing is kept.
cp s.evx n.evx
code 0 'a release that keeps nothing' "$EVX" release n.evx --to "$T/lab.card" --keeps nothing --purpose p
cp n.evx m.evx
code 1 'the receiver cannot declare a copy' at lab "$EVX" copy n.evx
code 0 'the holder does' "$EVX" copy n.evx --receipt c.txt
cp n.evx o.evx
code 0 'it is accepted' at lab "$EVX" accept n.evx --receipt na.txt
code 0 'and goes on in the other' "$EVX" note o.evx 'still here' --receipt on.txt
found 1 R-FORK n.evx o.evx on.txt

# Copied, and the original released to two people.
cp s.evx c.evx
code 0 'a copy' "$EVX" copy c.evx
cp c.evx d.evx
code 0 'the one goes to the lab' "$EVX" release c.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'which accepts' at lab "$EVX" accept c.evx --no-receipt
code 0 'the other to the room' "$EVX" release d.evx --to "$T/room.card" --keeps nothing --purpose p --receipt d2.txt
code 0 'which accepts, too' at room "$EVX" accept d.evx --receipt d3.txt
found 1 R-TWO-HOLDERS c.evx d.evx d2.txt d3.txt
# A copy made for the room may go to the room.
cp s.evx e.evx
code 0 'a copy for the room' "$EVX" copy e.evx --to "$T/room.card"
cp e.evx f.evx
code 0 'the original goes to the lab' "$EVX" release e.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'which accepts' at lab "$EVX" accept e.evx --no-receipt
code 0 'the copy to the room' "$EVX" release f.evx --to "$T/room.card" --keeps nothing --purpose p --receipt f2.txt
code 0 'which accepts' at room "$EVX" accept f.evx --receipt f3.txt
code 5 'two copies' "$EVX" compare e.evx f.evx
out_has '^COPIES' 'as they may be'
code 0 'with the receipts of the other' "$EVX" verify e.evx $cards --with f2.txt --with f3.txt

# Once, and no more often: three branches behind one copy are three exhibits.
cp s.evx r.evx
code 0 'a copy for the room, again' "$EVX" copy r.evx --to "$T/room.card"
for n in 1 2 3; do
	cp r.evx r$n.evx
	code 0 "number $n goes to the room" "$EVX" release r$n.evx --to "$T/room.card" --keeps nothing --purpose "p$n" --receipt ra$n.txt
	code 0 'which accepts' at room "$EVX" accept r$n.evx --receipt rb$n.txt
done
code 0 'two of them may be' "$EVX" verify r1.evx $cards --with ra2.txt --with rb2.txt
code 1 'three may not' "$EVX" verify --details r1.evx $cards --with ra2.txt --with rb2.txt --with ra3.txt --with rb3.txt
out_has 'R-TWO-HOLDERS' 'and it is said'

# The same in a vault, which keeps the branches.
code 0 'a vault' "$EVX" init v --as officer
code 0 'takes one copy' "$EVX" import a.evx --vault v
code 5 'and the other as a branch' "$EVX" import b.evx --vault v
uuid=$("$EVX" show a.evx --json | jq -r .uuid)
code 1 'which is found in it' "$EVX" verify --details "v/exhibits/$uuid" $cards
out_has 'R-TWO-ANSWERS' 'whoever looks'

# What a stranger forks is a claim.
cp s.evx x.evx
cp s.evx y.evx
code 0 'the officer goes on' "$EVX" note x.evx 'in good order'
code 0 'so does a stranger, elsewhere' at stranger "$EVX" note y.evx 'burnt' --receipt y1.txt
code 0 'and once more' at stranger "$EVX" note y.evx 'really' --receipt y2.txt
code 5 'the two compared' "$EVX" compare x.evx y.evx
out_has '^CLAIM: ' 'are no fork'
code 5 'a receipt of the one' "$EVX" compare x.evx y1.txt
code 5 'of the other' "$EVX" compare x.evx y2.txt
code 5 'with the receipt' "$EVX" verify --details x.evx $cards --with y1.txt
out_has '^GAP *R-FORK' 'it is a gap'
out_has 'Get the cards of both sides' 'and says what to do'
ok 'trust does not say that all are known' not grep -q 'every signer is on a card' "$T/out"
code 5 'with the later one' "$EVX" verify --details s.evx $cards --with y2.txt
out_has '^GAP *R-TRUNCATED' 'it is a gap, too'
code 1 'who trusts the card hears of a fork' "$EVX" verify x.evx $cards --trust "$T/stranger.card" --with y1.txt
done_testing
