#!/bin/sh
# Rewraps: who is let in later opens what they were let in for, nobody loses access, a new custody key counts from there on; and what strangers,
# holders without keys and dishonest holders try.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people && person court court && person clerk clerk && person old old || exit 1
mkdir phone && echo one >phone/one && echo two >phone/two
sealed a.evx phone --self && sealed lean.evx phone || exit 1
for p in officer lab room stranger court clerk; do cards="${cards-} --trust $T/$p.card"; done
before=$(sha256sum <a.evx)
refused() { # refused CODE NAME COMMAND...: it fails, and the bundle is as it was
	code "$@"
	is "$(sha256sum <a.evx)" "$before" "$2: nothing was written"
}

refused 2 'readers are named' "$EVX" rewrap a.evx
refused 2 'a new custody key needs readers, too' "$EVX" rewrap a.evx --new-custody-key
refused 2 'no operand beside the bundle' "$EVX" rewrap a.evx "$T/court.card" --self
refused 2 'no stream' "$EVX" rewrap - --self
refused 2 'other events name no readers' "$EVX" note a.evx text --self
refused 3 'a card that is not there' "$EVX" rewrap a.evx --to nowhere.card
refused 3 'a bundle that is not there' "$EVX" rewrap nowhere.evx --self
refused 3 'no identity' at nobody "$EVX" rewrap a.evx --to "$T/court.card"
refused 1 'a reader who is not the holder' at lab "$EVX" rewrap a.evx --to "$T/court.card"
err_has 'R-HOLDER' 'and the rule is named'
refused 1 'nor for custody' at room "$EVX" rewrap a.evx --custody-to "$T/court.card"
refused 3 'who may read custody only has no content key to give' at room "$EVX" rewrap a.evx --to "$T/court.card"
err_has 'custody details only' 'and is told so'
refused 3 'who opens nothing has none' at stranger "$EVX" rewrap a.evx --custody-to "$T/stranger.card"
printf 'text\n' >x.card
refused 3 'a card that is none' "$EVX" rewrap a.evx --to x.card
at old "$EVX" id retire old --quiet && at old "$EVX" id card old >old.card
refused 1 'a retired card' "$EVX" rewrap a.evx --to old.card
refused 3 'a receipt that is there already' "$EVX" rewrap a.evx --self --receipt x.card
# The holder who sealed for others only has nothing to give.
before_lean=$(sha256sum <lean.evx)
code 3 'a holder who is no reader' "$EVX" rewrap lean.evx --to "$T/court.card"
is "$(sha256sum <lean.evx)" "$before_lean" 'writes nothing'
rm lean.evx

# Two who are let in, one of them for custody only.
code 3 'before, the court opens nothing' at court "$EVX" list a.evx
code 0 'the court is let in' "$EVX" rewrap a.evx --to "$T/court.card" --to "$T/lab.card" --self --custody-to "$T/room.card" \
	--custody-to "$T/clerk.card" --purpose 'order of the court' --receipt r1.txt --json
is "$(jq -r '.type, .appended, (.readers | length), ([.readers[] | select(.content)] | length)' "$T/out" | tr '\n' ' ')" 'rewrap true 5 3 ' 'and all readers are named'
code 0 'it lists' at court "$EVX" list a.evx
out_has 'phone/one' 'what is there'
code 0 'it reads' at court "$EVX" cat a.evx phone/two
is "$(cat "$T/out")" two 'the evidence'
code 0 'it extracts' at court "$EVX" extract a.evx -C court
ok 'all of it' diff -r phone court/phone
code 0 'it checks everything' at court "$EVX" verify --details a.evx --deep $cards
ok 'and reads the particulars' grep -q 'R-READERS' "$T/out"
code 1 'it salvages, too' at court "$EVX" extract a.evx -C salvaged --salvage
ok 'all' diff -r phone salvaged/phone
code 3 'the clerk does not list' at clerk "$EVX" list a.evx
code 3 'nor read' at clerk "$EVX" cat a.evx phone/one
code 0 'the clerk reads the details' at clerk "$EVX" log a.evx --as clerk $cards --json
is "$(jq -r '.events[1].details | .purpose, (.readers | length)' "$T/out" | tr '\n' ' ')" 'order of the court 5 ' 'with the names of all readers'
code 0 'the lab opens it as before' at lab "$EVX" verify a.evx --deep $cards
code 0 'show' "$EVX" show a.evx
out_has '3 can open the evidence with the keys that entry 0001 added' 'tells the readers of the new key files'
code 0 'as JSON' "$EVX" show a.evx --json
is "$(jq -c '.newest_custody_key_file, .newest_content_key_file, .content_readers' "$T/out" | tr '\n' ' ')" \
	'{"event":1,"readers":5} {"event":1,"readers":3} 2 ' 'beside the seal'
is "$(jq -r '.details_key == .custody_key' "$T/out")" true 'the custody key is the same'

# A new custody key: the room is left out, keeps what it had, and reads nothing that comes later.
code 0 'a note for all' "$EVX" note a.evx 'for all'
cp a.evx kept.evx
code 1 'a new custody key for custody readers only' "$EVX" rewrap a.evx --custody-to "$T/clerk.card" --self --new-custody-key
err_has 'R-LOCKED-OUT' 'would lock content readers out'
code 1 'also without a content file' "$EVX" rewrap a.evx --custody-to "$T/clerk.card" --custody-to "$T/officer.card" --custody-to "$T/lab.card" --new-custody-key
err_has 'R-LOCKED-OUT' 'and is refused'
ok 'nothing was written' cmp a.evx kept.evx
rm kept.evx
code 0 'a new custody key' "$EVX" rewrap a.evx --to "$T/court.card" --to "$T/stranger.card" --self --custody-to "$T/clerk.card" --new-custody-key
out_has 'custody .*clerk of clerk' 'names the readers as people read it'
out_has 'Existing readers keep their access' 'and says what it cannot do'
code 0 'a note for some' "$EVX" note a.evx 'for some'
code 0 'show' "$EVX" show --details a.evx
out_has '4 can open the custody details with the keys that entry 0003 added' 'tells the readers of the newest key files'
out_has '^new key *age1' 'and the key of later details'
code 0 'as JSON' "$EVX" show a.evx --json
is "$(jq -r '(.details_key != .custody_key), .newest_custody_key_file.event, .newest_content_key_file.event' "$T/out" | tr '\n' ' ')" 'true 3 3 ' \
	'tells the new key'
code 0 'the clerk' at clerk "$EVX" log a.evx --as clerk $cards --json
is "$(jq '[.events[] | select(.details)] | length' "$T/out")" 5 'reads all details'
code 0 'the room, whom nothing broke,' at room "$EVX" verify a.evx --as room $cards
out_has 'some custody details (this identity' 'is told what it could not read'
code 0 'the room' at room "$EVX" log a.evx --as room $cards --json
is "$(jq -c '[.events[] | select(.details) | .sequence]' "$T/out")" '[0,1,2,3]' 'reads the details up to the change'
code 0 'the court opens the evidence still' at court "$EVX" verify a.evx --deep $cards
code 0 'the court file' at clerk "$EVX" show a.evx --reveal-custody --json
jq -r .custody_identity "$T/out" >court.key
is "$(grep -c '^AGE-SECRET-KEY-1' court.key)" 2 'holds both custody identities'
code 0 'as people read it' at clerk "$EVX" show --details a.evx --reveal-custody
is "$(grep -c '^SECRET KEY *AGE-SECRET-KEY-1' "$T/out")" 2 'too'
code 0 'the room' at room "$EVX" show a.evx --reveal-custody --json
is "$(jq -r .custody_identity "$T/out")" "$(sed -n 1p court.key)" 'reveals the one that it has'
if command -v age >/dev/null; then
	tar -xf a.evx
	ok 'age opens all details with them' sh -c 'for f in ????????-*/custody/*.details.age; do age -d -i court.key "$f" || exit 1; done'
	rm -rf ????????-*
fi
before=$(sha256sum <a.evx)

# Whoever lacks the new custody key cannot go on from it: the holder is the lab, which was left out.
cp a.evx b.evx
code 0 'the lab is offered it' "$EVX" release b.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'and takes it' at lab "$EVX" accept b.evx --no-receipt
code 3 'its rewrap lacks a custody key' at lab "$EVX" rewrap b.evx --to "$T/stranger.card"
err_has 'entry 0003' 'and is told which'
code 1 'a new one for itself alone' at lab "$EVX" rewrap b.evx --self --new-custody-key
err_has 'R-LOCKED-OUT' 'would lock others out'
code 0 'a new one, for as many,' at lab "$EVX" rewrap b.evx --self --to "$T/officer.card" --to "$T/court.card" --new-custody-key
code 0 'goes on' at lab "$EVX" note b.evx 'the lab goes on'
code 0 'the court' at court "$EVX" log b.evx --as court $cards --json
is "$(jq -c '[.events[] | select(.details) | .sequence]' "$T/out")" '[0,1,2,3,4,5,6,7,8]' 'reads all details'
code 0 'the lab' at lab "$EVX" log b.evx --as lab $cards --json
is "$(jq -c '[.events[] | select(.details) | .sequence]' "$T/out")" '[0,1,2,3,8]' 'reads what it was given'
code 1 'the officer holds it no more' "$EVX" rewrap b.evx --self
rm b.evx

# Always-to cards: readers of the evidence, and of custody where nothing else is given.
code 0 'a card always added' "$EVX" id always-to "$T/lab.card" --quiet
code 0 'a rewrap for custody' "$EVX" rewrap a.evx --custody-to "$T/officer.card" --detached d1.txt
out_has 'custody .*lab of lab.*always' 'adds it for custody'
code 0 'a rewrap for the evidence' "$EVX" rewrap a.evx --self --detached d2.txt
out_has 'contents .*lab of lab.*always' 'adds it for the evidence'
is "$(sha256sum <a.evx)" "$before" 'receipts leave the bundle as it is'

# Receipts and drafts carry the key files.
code 0 'the receipt with the bundle' at lab "$EVX" log a.evx --as lab --with d2.txt $cards --json
is "$(jq -c '[.events[] | select(.details) | .sequence]' "$T/out")" '[0,1,2,3,4,5]' 'gives the lab what it lacked'
code 0 'without it' at lab "$EVX" log a.evx --as lab $cards --json
is "$(jq -c '[.events[] | select(.details) | .sequence]' "$T/out")" '[0,1,2,3]' 'it lacks it'
cp a.evx e.evx
code 0 'the receipt is appended' "$EVX" append e.evx d2.txt
code 0 'the lab reads all' at lab "$EVX" verify --details e.evx --deep --as lab $cards
out_has 'R-READERS.*event 0005\|R-READERS.*0005' 'with the new key files'
code 0 'and comes out again' "$EVX" receipt export e.evx d3.txt --event 5
ok 'the same' cmp d2.txt d3.txt
code 3 'the other one comes too late' "$EVX" append e.evx d1.txt
rm e.evx
code 0 'a draft' "$EVX" rewrap a.evx --to "$T/court.card" --self --draft f.txt --also "$T/room.card"
out_has 'court of court' 'says for whom'
code 0 'signed by another' at room "$EVX" sign f.txt
cp a.evx e.evx
code 0 'is appended' "$EVX" append e.evx f.txt
code 0 'and good' at court "$EVX" verify e.evx --deep --as court $cards
# An unpacked bundle.
tar -xf a.evx && d=$(echo ????????-*)
code 0 'a rewrap in an unpacked bundle' "$EVX" rewrap "$d" --to "$T/stranger.card" --self
ok 'writes its key files there' test -f "$d/keys/0005-custody.age" -a -f "$d/keys/0005-content.age"
code 0 'which is good' at stranger "$EVX" verify "$d" --deep $cards
code 0 'and opens' at stranger "$EVX" cat "$d" phone/one

# What a dishonest courier does to the key files: never the seal's data, always seen, and never an open door.
swap() { mv "$1" "$T/swap" && mv "$2" "$1" && mv "$T/swap" "$2"; }
swap "$d/keys/0005-custody.age" "$d/keys/0005-content.age"
code 1 'key files of a rewrap swapped' "$EVX" verify --details "$d" $cards
out_has 'C-FILES' 'are found'
swap "$d/keys/0005-custody.age" "$d/keys/0005-content.age"
swap "$d/keys/0001-content.age" "$d/keys/0005-content.age"
code 1 'key files of two rewraps swapped' "$EVX" verify --details "$d" $cards
out_has 'C-FILES.*0001' 'are found'
swap "$d/keys/0001-content.age" "$d/keys/0005-content.age"
code 0 'put back, it is good' "$EVX" verify "$d" $cards
# A damaged event before the rewrap breaks the chain; the evidence, which the seal covers, can still be opened by who was let in after it.
cp "$d/custody/0002-note.details.age" kept && flip "$d/custody/0002-note.details.age" 300
code 1 'an event damaged before the rewrap' "$EVX" verify "$d" $cards
out_has '^  custody  *BROKEN' 'breaks the chain'
code 0 'and nobody is shut out' at stranger "$EVX" cat "$d" phone/one
is "$(cat "$T/out")" one 'of the evidence'
code 1 'the details of that event' at stranger "$EVX" log "$d" --as stranger $cards --json
is "$(jq -c '[.events[] | select(.details) | .sequence]' "$T/out")" '[]' 'are not shown'
mv kept "$d/custody/0002-note.details.age"
rm "$d/keys/0005-content.age"
code 1 'a missing key file' "$EVX" verify "$d" $cards
rm -rf "$d" e.evx
# A receipt with the key files of another rewrap, and one cut short.
code 0 'another rewrap' "$EVX" rewrap a.evx --self --detached g.txt
part() { sed -n "/^-----BEGIN EVX PART keys.$2/,/^-----END EVX PART keys.$2/p" "$1"; }
{ sed '/^-----BEGIN EVX PART keys/,$d' d2.txt; part g.txt 0005-custody; part g.txt 0005-content; sed -n '/^-----BEGIN EVX RECORD/,$p' d2.txt; } >h.txt
refused 1 'a receipt with key files of another rewrap' "$EVX" append a.evx h.txt
code 3 'given beside the bundle' "$EVX" verify --details a.evx --with h.txt $cards
out_has 'R-RECEIPT' 'it says nothing'
sed '/^-----BEGIN EVX PART keys.0005-content/,/^-----END EVX PART keys.0005-content/d' d2.txt >h.txt
refused 1 'a receipt without one of its key files' "$EVX" append a.evx h.txt
refused 1 'a reader with all keys rewraps for a friend' at clerk "$EVX" rewrap a.evx --custody-to "$T/stranger.card" --detached s.txt
err_has 'R-HOLDER' 'and the rule is named'
gone s.txt 'without a trace'
done_testing
