#!/bin/sh
# Shipments over a store that fails in one way at a time, at the sender, at the receiver, and when the receipts come: what evx says, and that the
# same command again makes up for it. The shipment arrives exactly once, with one release and one acceptance.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
. "$TOP/tests/remote/store.sh"

# ---- What passes by itself: every other answer of the store is good. --------------------------------------------------------------------------------
fault send 0 'broken' 'status PUT 3 500' 'status HEAD 2 502'
fault send 0 'busy, and says for how long' 'status PUT 1 503:1'
fault send 0 'too many requests' 'status * 4 429:0'
fault send 0 'wrong bytes stored' 'wrong PUT 2'
fault send 0 'other bytes read back' 'wrong GET 2'
fault send 0 'slow' 'slow PUT 2 2' 'slow GET 1 2'
fault receive 0 'broken' 'status GET 4 500' 'status PUT 2 503:0'
fault receive 0 'slow' 'slow GET 3 2'
fault receive 0 'short bodies' 'cut GET 3'
fault receive 0 'other bytes' 'wrong GET 3'
fault receive 0 'too short' 'short GET 3'
fault receive 0 'too long' 'long GET 3'
fault receipts 0 'short bodies, other bytes, too few, too many' 'cut GET 1' 'wrong GET 1' 'short GET 1' 'long GET 1'
for at in 1200 -1200; do
	for stage in send receive receipts; do fault $stage 0 "a clock that is $at seconds off" "late * 1 $at"; done
done

# ---- What does not: evx says so and what to do, and nothing is half done. ---------------------------------------------------------------------------
for_ever=1000
fault send 3 'not let in' "status PUT $for_ever 403"
said 'the store refuses it' 'and told why'
fault send 3 'full after the first write' "status PUT $for_ever 507 1"
said 'the store is full' 'and told why'
fault send 3 'full, as Ceph says it' "quota PUT $for_ever - 2"
said 'the store is full' 'and told why'
fault receive 3 'full' "quota PUT $for_ever -"
said 'the store is full' 'and told why'
fault send 3 'a store that may be written and not read' 'writeonly'
said 'could not make sure that the shipment arrived' 'and told so'
fault receive 3 'a store that may be written and not read' 'writeonly'
fault receipts 3 'a store that may be written and not read' 'writeonly'
fault send 1 'a pack that is said to be stored, and is not' 'forget PUT 1 - 2'
fault send 1 'a parcel that is said to be stored, and is not' 'forget PUT 1 - 3'
fault send 1 'a note that is said to be stored, and is not' 'forget PUT 1 - 4'
fault receive 1 'an answer that is said to be stored, and is not' 'forget PUT 1 - 0'
fault receive 1 'its note that is said to be stored, and is not' 'forget PUT 1 - 1'
fault receive 1 'a pack of other bytes, each time' "wrong GET $for_ever - 5"
fault receive 1 'a pack that is too long, each time' "long GET $for_ever - 5"
fault receive 1 'a pack that is too short, each time' "short GET $for_ever - 5"
fault receive 3 'nothing but busy' "status GET $for_ever 503 0"

# ---- Lists and notes of before. ---------------------------------------------------------------------------------------------------------------------
# Nobody sees what a list hides, and nobody takes it for a fault: it comes later.
fault receive 0 'a list that hides all' 'hide GET 100'
fault receipts 0 'a list that hides all' 'hide GET 100'

# A store that goes back to a state of before shows less than was seen.
before receipts
order back
"$EVX" seal src -o other.evx --case C-1 --exhibit 2 --to "$T/lab.card" --self --quiet 2>/dev/null
code 3 'a store that goes back, while it is written to' "$EVX" send other.evx --to "$T/lab.card" --via place --yes --quiet
err_has 'could not make sure that the shipment arrived' 'is noticed'
well
code 0 'when it is well: the same again' "$EVX" send other.evx --to "$T/lab.card" --via place --yes --quiet
code 0 'another shipment is seen' at lab "$EVX" inbox --via place
is "$(grep -c '  new' "$T/out")" 1 'once'
order 'part GET 100'
code 3 'a list without it' at lab "$EVX" inbox --via place
out_has 'rolled back' 'is noticed, too'
well
code 0 'it is back' at lab "$EVX" inbox --via place
done_testing
