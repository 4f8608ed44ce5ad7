#!/bin/sh
# Who took over by the word of a card that is trusted here holds the exhibit for every command alike: also for the catalog of a vault, and for receipts.
. "$(dirname "$0")/../cli/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one && sealed a.evx phone --self || exit 1
cp a.evx b.evx
export EVX_HOME="$T/lab"
listed() { "$EVX" exhibits --vault "$1" --json | jq -r "select(.uuid == \"$uuid\") | .disposed"; }

code 0 'the successor has a vault' "$EVX" init v --as lab
code 0 'and takes the exhibit in' "$EVX" import a.evx --vault v
uuid=$(ls v/exhibits)
code 0 'takes it over' "$EVX" take-over "v/exhibits/$uuid" --reason dead
code 0 'allows its disposal' "$EVX" dispose-authorise "v/exhibits/$uuid" --authority 'the court'
code 0 'and disposes of it' "$EVX" dispose "$uuid" --vault v --yes
is "$("$EVX" verify "v/exhibits/$uuid" --json | jq -r .holding.disposal)" 3 'verify says that it was disposed of'
is "$(listed v)" true 'so does the list of exhibits'
code 0 'the catalog is made anew' "$EVX" rebuild --vault v
is "$(listed v)" true 'and says the same'

# The newest acceptance that counts is exported, whatever somebody appended behind it.
code 0 'the lab takes the copy over' "$EVX" take-over b.evx --reason dead
code 0 'and releases it' "$EVX" release b.evx --to "$T/room.card" --keeps nothing --purpose p
at room "$EVX" trust add "$T/lab.card" --quiet
code 0 'to the room, which accepts' at room "$EVX" accept b.evx --no-receipt
code 0 'and notes' at room "$EVX" note b.evx 'on the shelf'
code 0 'the receipt of the newest acceptance' "$EVX" receipt export b.evx r.txt
out_has '^entry *0003 accept' 'is that of the room, who got it from the successor'
code 0 'for whom does not know the successor' at nobody "$EVX" receipt export b.evx other.txt
out_has '^entry *0004 note' 'it is the newest event: nothing was accepted there'
done_testing
