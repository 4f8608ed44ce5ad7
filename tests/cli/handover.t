#!/bin/sh
# Hand-over: released by the holder, accepted by whom it names, there and back, by file and by directory; every other hand is turned away.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one && head -c 300000 /dev/urandom >phone/raw
sealed a.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card --trust $T/room.card"
# refused CODE NAME BUNDLE COMMAND...: the command fails and the bundle is as it was.
refused() {
	want=$1 name=$2 bundle=$3
	shift 3
	find "$bundle" -type f -exec sha256sum {} + | sort >"$T/before"
	code "$want" "$name" "$@"
	find "$bundle" -type f -exec sha256sum {} + | sort >"$T/after"
	ok "$name: nothing was written" cmp -s "$T/before" "$T/after"
}
# holder BUNDLE WHO NAME: the holder's key is that of $T/WHO's card.
holder() { is "$("$EVX" show "$1" --json | jq -r .holding.holder.key)" "$(at "$2" "$EVX" id list --json | jq -r .card.fingerprint)" "$3"; }

refused 3 'nothing is offered yet' a.evx at lab "$EVX" accept a.evx --no-receipt
refused 3 'nothing can be withdrawn' a.evx "$EVX" withdraw a.evx
refused 1 'who is not the holder cannot release' a.evx at lab "$EVX" release a.evx --to "$T/room.card" --keeps nothing --purpose p
refused 1 'nor release to oneself' a.evx "$EVX" release a.evx --to "$T/officer.card" --keeps nothing --purpose p
refused 2 'a release says to whom' a.evx "$EVX" release a.evx --keeps nothing --purpose p
refused 2 'and what is kept' a.evx "$EVX" release a.evx --to "$T/lab.card" --purpose p
refused 2 'in one of two words' a.evx "$EVX" release a.evx --to "$T/lab.card" --purpose p --keeps all
refused 2 'and why' a.evx "$EVX" release a.evx --to "$T/lab.card" --keeps nothing

code 0 'the officer releases' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose analysis --authority 'Warrant 9' --carrier DHL --tracking 4711
out_has '^entry  *0001 release' 'as event 0001'
code 0 'verify of an open release' at room "$EVX" verify --details a.evx $cards
out_has 'R-OPEN' 'says that it is not answered'
out_has '^offered to .*lab of lab' 'and to whom it was offered'
out_has 'custody .*held by officer of officer.*since ' 'the sender still holds it'
refused 1 'a second release' a.evx "$EVX" release a.evx --to "$T/room.card" --keeps nothing --purpose p
refused 1 'a stranger cannot accept' a.evx at stranger "$EVX" accept a.evx
refused 1 'nor can the sender' a.evx "$EVX" accept a.evx
refused 1 'a stranger cannot refuse' a.evx at stranger "$EVX" refuse a.evx --reason no
refused 1 'the receiver cannot withdraw' a.evx at lab "$EVX" withdraw a.evx
refused 2 'two opposites' a.evx at lab "$EVX" accept a.evx --inventoried --not-inventoried
only a.evx phone

cp a.evx short.evx
code 0 'the lab accepts' at lab "$EVX" accept a.evx --inventoried --seal-number 77 --condition 'bag closed'
out_has '^found *\(intact\|remarks\)' 'and is told what it signed'
is "$("$EVX" show a.evx --json | jq -r '.events[2] | .result, .inventoried, .refers' | tr '\n' ' ')" 'intact true 1 ' 'and says what it found'
receipt=$(ls a.acceptance-*.txt)
ok 'and has a receipt' grep -q 'BEGIN EVX RECORD' "$receipt"
holder a.evx lab 'the lab holds it'
code 0 'verify of the hand-over' at room "$EVX" verify a.evx $cards
ok 'nothing is open' not grep -q 'offered to\|missing' "$T/out"
refused 3 'accepting twice' a.evx at lab "$EVX" accept a.evx --no-receipt
refused 1 'the former holder cannot release' a.evx "$EVX" release a.evx --to "$T/room.card" --keeps nothing --purpose p
code 0 'the receipt agrees with the bundle' at room "$EVX" verify a.evx --with "$receipt" $cards
code 0 'and completes a copy from before' at room "$EVX" verify --details short.evx --with "$receipt" $cards
out_has 'R-DETACHED' 'which says where the acceptance is'
code 0 'the receipt goes into the copy' "$EVX" receipt import short.evx "$receipt"
ok 'which is then the same bundle' cmp a.evx short.evx
refused 3 'but not twice' short.evx "$EVX" append short.evx "$receipt"

code 0 'the lab keeps a copy and releases to the officer' at lab "$EVX" release a.evx --to "$T/officer.card" --keeps copy --purpose return
code 0 'who refuses' "$EVX" refuse a.evx --reason 'bag is torn'
holder a.evx lab 'the lab still holds it'
code 0 'the lab releases to the room' at lab "$EVX" release a.evx --to "$T/room.card" --keeps nothing --purpose storage
code 0 'and withdraws' at lab "$EVX" withdraw a.evx --reason 'wrong receiver'
refused 3 'the room comes too late' a.evx at room "$EVX" accept a.evx --no-receipt

tar -xf a.evx
uuid=$(sed -n 's/^uuid *//p' "$T/seal.out")
code 0 'by directory: the lab releases' at lab "$EVX" release "$uuid" --to "$T/officer.card" --keeps nothing --purpose return
code 0 'the officer accepts' "$EVX" accept "$uuid" --receipt back.txt
holder "$uuid" officer 'back where it began'
code 0 'the directory verifies' at room "$EVX" verify "$uuid" $cards
out_has '^ *custody  *complete' 'custody is intact'
code 0 'and so does the receipt with it' at room "$EVX" verify "$uuid" --with back.txt $cards
code 0 'the file takes the release and the acceptance' at room "$EVX" receipt export "$uuid" release.txt --event 7
code 0 'one after the other' "$EVX" append a.evx release.txt back.txt
is "$("$EVX" show a.evx --json | jq -r .head)" "$("$EVX" show "$uuid" --json | jq -r .head)" 'file and directory have one head'
code 0 'deep, after all that' at lab "$EVX" verify a.evx --deep $cards
code 0 'log, with details' at lab "$EVX" log a.evx --as lab $cards
out_has '^0002 .* accept of entry 0001, inventoried' 'tells what was accepted'
out_has 'tracking: 4711' 'and how it came'
out_has '^custody .*held by officer of officer' 'and who holds it'

# A take-over that nobody approves is no dead end, and no secret either.
cp a.evx dead.evx
code 0 'a take-over by oneself' at room "$EVX" take-over dead.evx --reason dead
holder dead.evx officer 'makes nobody the holder for whoever does not know the successor'
code 5 'who does not' "$EVX" verify --details dead.evx
out_has '^GAP *R-TAKE-OVER' 'is told that nobody whom he knows says so'
is "$(at room "$EVX" show dead.evx --json | jq -r .holding.holder.key)" "$(at room "$EVX" id list --json | jq -r .card.fingerprint)" 'for whoever does it makes a holder'
code 5 'but is a gap' at stranger "$EVX" verify --details dead.evx $cards
out_has '^GAP *R-APPROVAL' 'because nobody approved it'
refused 2 'or for another reason' a.evx at room "$EVX" take-over a.evx --reason fun

# What is broken is not accepted by accident.
code 0 'a release to the room' "$EVX" release a.evx --to "$T/room.card" --keeps nothing --purpose storage
cp a.evx hurt.evx
block=$(tar -tRf hurt.evx | sed -n 's/^block \([0-9]*\): .*\.pack$/\1/p' | head -n 1)
flip hurt.evx $((block * 512 + 5000))
refused 1 'a broken bundle is not accepted' hurt.evx at room "$EVX" accept hurt.evx
ok 'no receipt of it' not ls hurt.acceptance* 2>/dev/null
code 0 'but one can sign that it is broken' at room "$EVX" accept hurt.evx --record-broken --receipt hurt.txt
is "$("$EVX" show hurt.evx --json | jq -r '.events[-1].result')" broken 'and the event says so'
code 1 'it stays broken' at room "$EVX" verify hurt.evx $cards

# A cut bundle contradicts the receipt of what was cut off.
code 0 'the room accepts the good one' at room "$EVX" accept a.evx --receipt last.txt
code 0 'and moves it' at room "$EVX" move a.evx --place 'shelf 4' --receipt move.txt
code 1 'the older copy, and the receipt of what came after' at lab "$EVX" verify --details short.evx --with move.txt $cards
out_has 'R-TRUNCATED' 'shows that the copy is cut'
out_has '^ *data  *unchanged' 'the data is not to blame'
code 1 'the receipt of another branch' at lab "$EVX" verify --details hurt.evx --with last.txt $cards
out_has 'R-FORK' 'is a fork'
done_testing
