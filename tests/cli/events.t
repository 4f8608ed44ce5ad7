#!/bin/sh
# Events beside the hand-over: every type signed and read again, details in their tiers, evidence that cannot be written, access recorded by cat and extract.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one && echo two >phone/two && printf 'warrant' >warrant.pdf
sealed a.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card --trust $T/room.card --trust $T/stranger.card"
before=$(sha256sum <a.evx)
# refused CODE NAME COMMAND...: it fails, and the bundle is as it was.
refused() {
	code "$@"
	is "$(sha256sum <a.evx)" "$before" "$2: nothing was written"
}

refused 2 'a note says something' "$EVX" note a.evx
refused 2 'and not nothing' "$EVX" note a.evx ''
refused 2 'once' "$EVX" note a.evx text --notes more
refused 2 'a stream cannot be continued' "$EVX" note - text
refused 2 'a place to move to' "$EVX" move a.evx
refused 2 'an access has a purpose' "$EVX" access a.evx
refused 2 'offset and source of the clock belong together' "$EVX" note a.evx text --clock-offset 3
refused 2 'a receipt or a draft' "$EVX" note a.evx text --draft d --receipt r
refused 2 'others sign a draft' "$EVX" note a.evx text --also "$T/lab.card"
refused 2 'text is UTF-8' "$EVX" note a.evx "$(printf 'a\377')"
refused 2 'a correction says of what' "$EVX" correct a.evx --notes x
refused 3 'of an event that is there' "$EVX" correct a.evx --event 7 --notes x
refused 2 'named as numbers are' "$EVX" correct a.evx --event 1x --notes x
refused 3 'no hold to lift' "$EVX" hold-lift a.evx
refused 3 'no inquiry to close' "$EVX" inquiry a.evx --closed
err_has 'inquiry: No inquiry is open' 'says so'
refused 2 'a word for the result' "$EVX" verify-event a.evx --result good
err_has 'expected one of intact, remarks, broken, not-checked, found good' 'of these'
refused 3 'a card that is not there' "$EVX" note a.evx text --witness nowhere.card
refused 3 'an attachment that is not there' "$EVX" note a.evx text --attach nowhere.jpg
refused 3 'no identity' at nobody "$EVX" note a.evx text
refused 3 'a bundle that is not there' "$EVX" note b.evx text
refused 3 'a receipt that is there already' "$EVX" note a.evx text --receipt warrant.pdf
refused 1 'only the holder moves it' at room "$EVX" move a.evx --place attic
refused 1 'only the holder orders a hold' at lab "$EVX" hold a.evx
refused 1 'only the holder allows disposal' at lab "$EVX" dispose-authorise a.evx
only a.evx phone warrant.pdf

code 0 'a note with everything' "$EVX" note a.evx 'the bag is torn' --place 'room 2' --case C-1 --condition torn --seal-number 1 --seal-number-after 2 \
	--checked 'the number' --result-text 'it is right' --authority 'Warrant 9' --authority-type warrant --authority-number 9 \
	--authority-until 2027-01-01 --witness "$T/lab.card" --attach warrant.pdf --clock-offset 3 --clock-source radio --json
is "$(jq -r '.sequence, .type, .appended, .missing_signatures' "$T/out" | tr '\n' ' ')" '1 note true 0 ' 'as JSON'
code 0 'an access by a reader' at lab "$EVX" access a.evx --purpose analysis
code 0 'an examination' at lab "$EVX" examine a.evx --notes 'hashes compared'
code 0 'a check' at room "$EVX" verify-event a.evx
code 0 'a copy' "$EVX" copy a.evx --to "$T/room.card" --purpose reserve
code 0 'a move' "$EVX" move a.evx --place 'shelf 4'
code 0 'an inquiry' at room "$EVX" inquiry a.evx --reason 'bag was open'
code 0 'a hold' "$EVX" hold a.evx --reason appeal
code 0 'a correction of an event named by its hash' "$EVX" correct a.evx --notes 'not torn' \
	--event "$("$EVX" log a.evx --json | jq -r '.events[1].hash')"
code 0 'an approval of the newest event' at room "$EVX" approve a.evx
code 0 'verify' at room "$EVX" verify --details a.evx --as room $cards
out_has '^  hold .*Entry 0008 forbids' 'the hold stands'
out_has '^  remarks  *.*[Ii]nquiry.*0007' 'the inquiry is open'
ok 'a clock known to be wrong is remarked' grep -q 'R-CLOCK.*entry 0001' "$T/out"
before=$(sha256sum <a.evx)
refused 1 'another corrects what is not theirs' at lab "$EVX" correct a.evx --event 1 --notes x
cp a.evx two.evx
code 0 'a second hold' "$EVX" hold two.evx
code 2 'of two holds one is named' "$EVX" hold-lift two.evx
err_has '2 holds are in force. Name the one' 'says how many there are'
rm two.evx
code 0 'the hold is lifted' "$EVX" hold-lift a.evx
code 0 'the inquiry is closed' at room "$EVX" inquiry a.evx --closed --notes 'nothing is missing'
code 0 'disposal is allowed' "$EVX" dispose-authorise a.evx --authority 'court order 3'
code 0 'log without a key' at nobody "$EVX" log a.evx $cards --json
is "$(jq -r '[.events[].type] | join(" ")' "$T/out")" \
	'seal note access examine verify copy move inquiry hold correct approve hold-lift inquiry dispose-authorise' 'every event in its order'
is "$(jq -r '.events[9,10,11,12].refers' "$T/out" | tr '\n' ' ')" '1 9 8 7 ' 'and what each is about'
is "$(jq -r '.events[4].result, .events[12].state, .holding.disposal_authorised' "$T/out" | tr '\n' ' ')" 'intact closed 13 ' 'public words'
is "$(jq '[.events[] | select(.details)] | length' "$T/out")" 0 'no details without a key'
ok 'no text is readable in the bundle' not grep -qa 'torn\|shelf 4\|court order' a.evx
code 0 'log with the custody key' at room "$EVX" log a.evx --as room --trust "$T/officer.card" --json
is "$(jq '[.events[] | select(.details)] | length' "$T/out")" 14 'all details'
is "$(jq -r '.events[1].details | .notes, .place, .authority_number, .attachments[0].name, .witnesses[0].person' "$T/out" | tr '\n' '|')" \
	'the bag is torn|room 2|9|warrant.pdf|lab of lab|' 'as they were given'
is "$(jq -r '.events[2] | .trusted, .card.person' "$T/out" | tr '\n' ' ')" 'false lab of lab ' 'a name that only the event gives is not trusted'
code 0 'log as people read it' at room "$EVX" log a.evx --as room --trust "$T/officer.card"
out_has 'says it is .*lab of lab' 'says so, too'
out_has '^0009 .* correct of entry 0001' 'what is corrected'
code 0 'deep, with all that' at lab "$EVX" verify a.evx --deep $cards

# Details for one reader only.
code 0 'a private note' "$EVX" note a.evx 'for the lab' --details-to "$T/lab.card"
code 0 'the lab reads it' at lab "$EVX" log a.evx --as lab $cards
out_has 'for the lab' 'as its card was named'
code 0 'the room does not, and nothing is wrong' at room "$EVX" verify a.evx --as room $cards
code 0 'its log' at room "$EVX" log a.evx --as room $cards
ok 'lacks it' not grep -q 'for the lab' "$T/out"

# The custody identity for a court file.
code 3 'a stranger cannot reveal it' at stranger "$EVX" show a.evx --reveal-custody
code 0 'the room reveals the custody identity' at room "$EVX" show a.evx --reveal-custody --json
err_has 'SECRET KEY' 'with a warning'
jq -r .custody_identity "$T/out" >court.key
code 0 'show without it' at room "$EVX" show a.evx --as room
ok 'prints none' not grep -q 'AGE-SECRET' "$T/out"
if command -v age >/dev/null; then
	tar -xf a.evx
	code 0 'age opens details with it' sh -c 'age -d -i court.key ????????-*/custody/0001-note.details.age'
	out_has 'the bag is torn' 'all of them'
	rm -r ????????-*
fi

# cat and extract record an access on request, and say when they did not.
code 0 'cat' at lab "$EVX" cat a.evx phone/one
err_has 'This access was not recorded' 'says that nothing was recorded'
code 0 'quietly' at lab "$EVX" cat a.evx phone/one --quiet
ok 'it does not' not grep -q access "$T/err"
n=$("$EVX" show a.evx --json | jq '.events | length')
code 0 'cat with a purpose' at lab "$EVX" cat a.evx phone/one --purpose hearing
is "$(cat "$T/out")" one 'writes the file and nothing else'
code 0 'extract with a purpose' at lab "$EVX" extract a.evx -C out phone/one phone/two --purpose 'for the expert'
ok 'extracts' diff -r phone out/phone
code 0 'both are in the chain' at lab "$EVX" log a.evx --as lab $cards --json
is "$(jq -rc ".events[$n, $n + 1] | .type, .details.purpose, [.details.extracted[].path]" "$T/out" | tr '\n' ' ')" \
	'access hearing ["phone/one"] access for the expert ["phone/one","phone/two"] ' 'with what was opened and why'
before=$(sha256sum <a.evx)
refused 3 'cat of what is not there' at lab "$EVX" cat a.evx phone/three --purpose hearing
refused 3 'extract by a stranger' at stranger "$EVX" extract a.evx -C out2 --purpose hearing
refused 0 'a receipt of the access' at lab "$EVX" extract a.evx -C out3 --purpose hearing --detached access.txt
refused 2 'a receipt of nothing' at lab "$EVX" extract a.evx -C out4 --detached access2.txt
code 0 'judged with the bundle' at lab "$EVX" log a.evx --as lab $cards --with access.txt
out_has 'access.*in a receipt, not in the bundle' 'it is the next event'
out_has 'The whole exhibit was opened' 'with its details'

# Evidence that cannot be written.
"$EVX" seal phone -o v.evx --split 4K --case C --exhibit E --self --quiet 2>/dev/null
code 2 'volumes cannot be continued' "$EVX" note v.evx.001 text
err_has '--detached' 'and the way out is named'
code 0 'a receipt beside them' "$EVX" note v.evx.001 text --detached v.txt
code 0 'is judged with them' "$EVX" verify --details v.evx.001 --with v.txt
out_has 'R-DETACHED' 'and said to be beside'
if [ "$(id -u)" -ne 0 ]; then
	chmod 400 a.evx
	refused 3 'a read-only file' "$EVX" note a.evx text
	err_has '--detached' 'the way out is named'
	chmod 600 a.evx
elif mkdir ro && cp a.evx ro && mount --bind ro ro 2>/dev/null && mount -o remount,ro,bind ro 2>/dev/null; then
	code 3 'a read-only file system' "$EVX" note ro/a.evx text
	err_has '--detached' 'the way out is named'
	code 0 'a receipt beside it' "$EVX" note ro/a.evx text --detached ro.txt
	code 0 'is judged with it' "$EVX" verify ro/a.evx --with ro.txt $cards
	umount ro
else
	umount ro 2>/dev/null
	skip 'nothing can be made read-only here'
fi
rm -rf ro

# Two at once: one of them waits or is turned away, none is lost.
n=$("$EVX" show a.evx --json | jq '.events | length')
for i in 1 2 3 4 5 6; do "$EVX" note a.evx "note $i" --quiet >"$T/two$i" 2>&1 && echo done >"$T/done$i" & done
wait
is "$("$EVX" show a.evx --json | jq '.events | length')" $((n + $(cat "$T"/done* | wc -l))) 'as many events as commands that said so'
code 0 'and the bundle is good' "$EVX" verify a.evx $cards
done_testing
