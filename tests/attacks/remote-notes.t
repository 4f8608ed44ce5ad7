#!/bin/sh
# What a courier can do to notes: the sender, who reads back what it sent, notices and names it, and the shipment arrives exactly once.
. "$(dirname "$0")/../cli/lib.sh"
people
mkdir "$T/stick" out
for h in officer lab; do at $h "$EVX" remote add stick "dir:$T/stick" >/dev/null; done
at lab "$EVX" trust add "$T/officer.card" >/dev/null
at officer "$EVX" trust add "$T/lab.card" >/dev/null
box=
mkdir src && head -c 100000 /dev/urandom >src/film
new() { "$EVX" seal src -o "$1.evx" --case C-1 --exhibit "$1" --to "$T/lab.card" --self --quiet 2>/dev/null || exit 1; }
send() { "$EVX" send "$1.evx" --to "$T/lab.card" --via stick --keeps nothing --yes; }
receive() { at lab "$EVX" receive --via stick -o out --accept not-inventoried --yes; }
kinds() { "$EVX" log "$1" | sed -n 's/^0[0-9]*  .*UTC  \([a-z-]*\).*/\1/p' | tr '\n' ' '; }
# sent NAME: a new exhibit goes; its note is $note, a copy of it $T/note.
sent() {
	new "$1"
	send "$1" >"$T/sent" || exit 1
	shipment=$(sed -n 's/  sent$//p' "$T/sent")
	[ -n "$box" ] || box=$(ls -d "$T/stick/inbox/"*)
	note=$(ls "$box"/*"-$(printf %08d "${shipment##*-}")" | grep "/${shipment%-*}")
	cp "$note" "$T/note"
}
# once NAME: one bundle of it arrived, accepted once, and both sides have the same.
once() {
	is "$(grep -c 'accepted in entry' "$T/out")" 1 'one exhibit is accepted'
	code 0 'the sender asks' "$EVX" receipts --via stick
	out_has "^$shipment  accepted (new)" 'and learns it'
	is "$(kinds "$1.evx")" 'seal release accept ' 'released once, accepted once'
	is "$(for b in out/*.evx; do cmp -s "$1.evx" "$b" && echo same; done)" same 'both have the same bundle'
	code 0 'received once more' receive
	out_has 'No shipment waits' 'nothing is left'
}

# Overwritten, cut, replaced by an older one.
sent one
cp "$note" "$T/first"
for how in rubbish cut empty older long; do
	case $how in older) sent two ;; rubbish) ;; *) sent $how ;; esac
	ex=$how; [ $how != rubbish ] || ex=one; [ $how != older ] || ex=two
	case $how in
	rubbish) head -c 500 /dev/urandom >"$note" ;;
	cut) truncate -s 200 "$note" ;;
	empty) : >"$note" ;;
	older) cp "$T/first" "$note" ;;
	long) head -c 2000000 /dev/zero >"$note" ;;
	esac
	cp "$note" "$T/bad"
	code 3 "$how: the receiver" receive
	err_has 'NOT AS IT MUST BE' 'finds it'
	ok 'is told no untruth' not grep -q 'No shipment waits' "$T/out"
	err_has "Ask the sender to run 'evx receipts'" 'and what to do'
	code 3 'the inbox' at lab "$EVX" inbox --via stick
	ok 'tells no untruth' not grep -q 'No shipment waits' "$T/out"
	if [ $how = cut ]; then
		code 0 'the sender asks for answers' "$EVX" receipts --via stick
	else
		code 0 'the same send again' send $ex
		out_has "^$shipment  was sent before; nothing else was sent" 'sends nothing else'
	fi
	err_has "The note of your shipment $shipment was changed on the remote" 'says what happened'
	ok 'and puts the note beside the bad bytes' cmp "$T/note" "$note-1"
	ok 'which are not touched' cmp "$T/bad" "$note"
	code 0 'and again' send $ex
	out_has 'nothing was sent again' 'all is well'
	ok 'says nothing more' not grep -q 'was changed' "$T/err"
	code 0 'it is received' receive
	once $ex
done

# Gone.
sent gone
rm "$note"
code 0 'a note that is gone' "$EVX" receipts --via stick
err_has "The note of your shipment $shipment was gone from the remote" 'is named'
ok 'and put again' cmp "$T/note" "$note"
gone "$note-1" 'under its own name'
rm "$note"
code 0 'as JSON' "$EVX" receipts --via stick --json
out_has "\"shipment\":\"$shipment\",\"flaw\":\"gone\",\"state\":\"put again\",\"answer\":false" 'too'
code 0 'it is received' receive
once gone

# The receiver had seen it, and had accepted it, before somebody changed it: nothing is accepted twice.
sent seen
code 0 'the receiver accepts' receive
head -c 500 /dev/urandom >"$note"
code 0 'the same send again' send seen
err_has 'was changed' 'sees what was done'
ok 'and puts it again' cmp "$T/note" "$note-1"
code 0 'the receiver, again' receive
out_has 'No shipment waits' 'has it already'
code 0 'the sender asks' "$EVX" receipts --via stick
out_has "^$shipment  accepted (new)" 'and learns it'
is "$(kinds seen.evx)" 'seal release accept ' 'released once, accepted once'

# The receiver was killed behind the answer, and before it noted that: neither is there a second answer, nor a refusal of what was accepted.
sent interrupted
code 0 'the receiver accepts' receive
sed -i 's/\("number":'"${shipment##*-}"',.*"state":\)"accepted"/\1"seen"/' "$(ls "$T"/lab/lanes/"${shipment%-*}"*)"
code 0 'the shipment' at lab "$EVX" inbox --via stick
out_has "$shipment  .*new" 'is new again'
find "$T/stick" -type f | sort >"$T/before"
mkdir elsewhere
code 0 'the receiver refuses' at lab "$EVX" receive --via stick -o elsewhere --refuse 'wrong case' --yes
out_has 'No shipment waits' 'and answered before'
is "$(find "$T/stick" -type f | sort | cmp - "$T/before" 2>&1)" '' 'nothing more is put'
is "$(ls -A elsewhere)" '' 'nothing is left behind'
code 0 'the inbox' at lab "$EVX" inbox --via stick
out_has "$shipment  .*accepted" 'knows what was answered'
code 0 'the sender asks' "$EVX" receipts --via stick
out_has "^$shipment  accepted (new)" 'and learns it'
is "$(kinds interrupted.evx)" 'seal release accept ' 'released once, accepted once'

# Another memory of the receiver: who sees the true note under a second name, and has never seen it before.
sent both
cp "$note" "$note-1"
code 0 'the same note under both names' receive
once both

# Second names spoilt, too; one free name left.
sent third
for n in '' -1 -2 -3; do head -c 300 /dev/urandom >"$note$n"; done
code 0 'rubbish under four names' "$EVX" receipts --via stick
ok 'the fifth has the note' cmp "$T/note" "$note-4"
code 0 'it is received' receive
once third

# What the receiver answered is changed.
sent answer
code 0 'it is received' receive
back=$(ls -d "$T/stick/inbox/"* | grep -v "$box")
answer=$(ls "$back"/* | grep -v -- '-[0-9]$' | tail -n 1)
cp "$answer" "$T/answer" && head -c 400 /dev/urandom >"$answer"
code 3 'an answer that was changed' "$EVX" receipts --via stick
err_has 'NOT AS IT MUST BE' 'is noticed'
out_has "^$shipment  open" 'the shipment is open'
code 0 'the receiver looks' at lab "$EVX" inbox --via stick
err_has 'The note of your answer .* was changed' 'and is told'
ok 'the answer is there again' cmp "$T/answer" "$answer-1"
code 0 'the sender asks' "$EVX" receipts --via stick
out_has "^$shipment  accepted (new)" 'and learns it'

# All ten names spoilt: the note is lost, the lane is left, and the exhibit arrives in the next one.
sent lost
for n in '' -1 -2 -3 -4 -5 -6 -7 -8 -9; do head -c 300 /dev/urandom >"$note$n"; done
code 3 'rubbish under all names' "$EVX" receipts --via stick
err_has "Your shipment $shipment was changed on the remote, and cannot be read there" 'is told'
out_has "^$shipment  LOST" 'the shipment is lost'
code 3 'and again' "$EVX" receipts --via stick
out_has 'send again' 'what to do is said'
old=$shipment
code 0 'the same send again' send lost
out_has '^[0-9a-f]*-1  sent$' 'sends it in another lane'
shipment=$(sed -n 's/  sent$//p' "$T/out")
ok 'of another name' not test "${shipment%-*}" = "${old%-*}"
code 0 'nothing is lost any more' "$EVX" receipts --via stick
code 3 'the receiver' receive
out_has 'accepted in entry 0002' 'accepts it, and is told of the rubbish'
code 0 'the sender asks' "$EVX" receipts --via stick
out_has "^$shipment  accepted (new)" 'and learns it'
is "$(kinds lost.evx)" 'seal release accept ' 'released once, accepted once'

# The receiver had accepted the lost one: the same release is not accepted twice.
sent twice
code 3 'the receiver accepts' receive
for n in '' -1 -2 -3 -4 -5 -6 -7 -8 -9; do head -c 300 /dev/urandom >"$note$n"; done
code 0 'the sender sends again' send twice
out_has '  sent$' 'in the next lane'
shipment=$(sed -n 's/  sent$//p' "$T/out")
code 3 'the receiver' receive
is "$(ls out/*.evx | wc -l)" "$(ls *.evx | wc -l)" 'has each bundle once'
code 0 'the sender asks' "$EVX" receipts --via stick
is "$(kinds twice.evx)" 'seal release accept ' 'released once, accepted once'
out_has "^$shipment  accepted" 'it is accepted'

# A name taken by rubbish before it is used.
sent before
head -c 300 /dev/urandom >"$(printf '%s-%08d' "${note%-*}" $((${shipment##*-} + 1)))"
new after
code 0 'rubbish in the next place' send after
out_has "^${shipment%-*}-$((${shipment##*-} + 1))  sent$" 'does not matter'
shipment=$(sed -n 's/  sent$//p' "$T/out")
code 3 'both are received' receive
is "$(grep -c 'accepted in entry' "$T/out")" 2 'each once'
code 0 'the sender asks' "$EVX" receipts --via stick
out_has "^$shipment  accepted (new)" 'and learns it'

# Another machine with the same key wrote under the same number, while the remote hid the first note.
cp -r "$T/officer" "$T/twin"
sent mine
new theirs
mv "$note" "$T/hidden"
code 0 'another machine sends' at twin "$EVX" send theirs.evx --to "$T/lab.card" --via stick --keeps nothing --yes
ok 'under the same number' test -s "$note"
code 3 'the first sender' "$EVX" receipts --via stick
out_has "^$shipment  LOST" 'learns that nobody can read the first note'
code 0 'the same send again' send mine
out_has '  sent$' 'goes into another lane'
ok 'and the other note stays' not cmp -s "$T/hidden" "$note"
code 3 'the receiver' receive
is "$(grep -c 'accepted in entry' "$T/out")" 2 'gets both'
is "$(kinds mine.evx)" 'seal release ' 'with one release'
code 0 'the sender asks' "$EVX" receipts --via stick
is "$(kinds mine.evx)" 'seal release accept ' 'and one acceptance'
done_testing
