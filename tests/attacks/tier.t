#!/bin/sh
# Access never widens by what somebody wrote: a reader of the custody details who claims more in the details of an event, or pairs a name with another
# key, gets nothing from those who let others in later.
. "$(dirname "$0")/../cli/lib.sh"

for tool in age jq python3; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
people && person court court || exit 1
mkdir phone && echo 'what only some may see' >phone/secret && sealed a.evx phone --self || exit 1
trust="--trust $T/officer.card --trust $T/lab.card --trust $T/room.card --trust $T/court.card"
key() { cat "$T/$1/identities/$1/encryption.txt"; }
card() { at "$1" "$EVX" id show "$1" --json | jq -r ".card.$2"; }
# content_of ID FILE: how many of the files of content keys beneath FILE the age identity ID opens.
content_of() { for f in "$2"/*/keys/*-content.age; do age -d -i "$1" "$f" 2>/dev/null; done | grep -c AGE-SECRET-KEY-1; }
unpacked() { rm -rf unpacked && mkdir unpacked && tar -C unpacked -xf "$1"; }
key room >room.key && key lab >lab.key && key stranger >stranger.key && key court >court.key

code 0 'the officer releases it to the room' "$EVX" release a.evx --to "$T/room.card" --keeps copy --purpose storage
code 0 'which may read the custody details only, and accepts' at room "$EVX" accept a.evx --no-receipt
code 3 'it opens no contents' at room "$EVX" list a.evx
code 3 'it cannot let itself in' at room "$EVX" recipient add a.evx --to "$T/room.card" --yes

# What it can write: a rewrap for custody, whose details say that it may read the contents, and that the lab's encryption key is another.
code 0 'a draft of a rewrap for custody' at room "$EVX" rewrap a.evx --custody-to "$T/room.card" --draft d.txt --yes
code 0 'the custody key' at room "$EVX" show a.evx --reveal-custody --json
jq -r .custody_identity "$T/out" >custody.key
jq -n --arg rs "$(card room signing)" --arg re "$(card room encryption)" --arg ls "$(card lab signing)" --arg se "$(card stranger encryption)" \
	'[{person:"room of room",organisation:"Office room",country:"DE",signing:$rs,encryption:$re,tier:"content"},
	{person:"lab of lab",organisation:"Office lab",country:"DE",signing:$ls,encryption:$se,tier:"content"}]' >readers.json
ok 'its details lie' python3 "$TOP/tests/attacks/redraft.py" d.txt custody.key "$("$EVX" show a.evx --json | jq -r .custody_key)" readers.json forged.txt
code 0 'the room signs them' at room "$EVX" sign forged.txt
code 0 'and appends the event' at room "$EVX" append a.evx forged.txt
code 0 'which is good: the details are its word' "$EVX" verify a.evx $trust
code 0 'who asks is told what the entries say' "$EVX" trust add "$T/lab.card" --quiet
code 0 'by name' "$EVX" recipient list a.evx --as officer
out_has 'The entries say so' 'and that it is no more than that'
out_has "^0003  content .*lab of lab.*NOT THIS PERSON'S KEY" 'and that a name stands beside another key than on its card'
code 0 'as JSON' "$EVX" recipient list a.evx --as officer --json
is "$(jq -r 'select(.tier and .since == 3) | "\(.tier) \(.other_key)"' "$T/out" | sort | tr '\n' ' ')" 'content false content true ' 'too'

# The officer gets it back and lets the court in.
code 0 'the room gives it back' at room "$EVX" release a.evx --to "$T/officer.card" --keeps copy --purpose back
code 0 'the officer accepts' "$EVX" accept a.evx --no-receipt
code 0 'and lets the court in' "$EVX" recipient add a.evx --to "$T/court.card" --yes --json
is "$(jq -r '.readers | length' "$T/out")" 1 'the court, and nobody else'
ok 'the bundle' unpacked a.evx
is "$(content_of court.key unpacked)" 1 'the court opens its content key file'
is "$(content_of room.key unpacked)" 0 'the room opens none'
is "$(content_of stranger.key unpacked)" 0 'and the key beside the name of the lab opens none'
is "$(content_of lab.key unpacked)" 1 'the lab keeps what it had'
code 3 'the room lists nothing' at room "$EVX" list a.evx
code 0 'the court does' at court "$EVX" cat a.evx phone/secret

# For custody, the same: the key beside the name of the lab reads no details.
code 0 'the officer adds a custody reader' "$EVX" recipient add a.evx --custody-to "$T/court.card" --yes --json
is "$(jq -r '.readers | length' "$T/out")" 1 'that one'
ok 'the bundle' unpacked a.evx
is "$(for f in unpacked/*/keys/*-custody.age; do age -d -i stranger.key "$f" 2>/dev/null; done | grep -c AGE)" 0 'the stranger opens no custody key file'

# An export for a new reader makes the same event.
exhibit=$(basename unpacked/*-*) && mv "unpacked/$exhibit" .
code 0 'an export for the stranger for custody' "$EVX" export "$exhibit" -o x.evx --custody-to "$T/stranger.card" --yes
code 0 'and for the court' "$EVX" export "$exhibit" -o y.evx --to "$T/court.card" --yes
ok 'the bundle' unpacked y.evx
is "$(content_of room.key unpacked)" 0 'the room opens no content key file'
is "$(content_of stranger.key unpacked)" 0 'nor does the stranger'
is "$(content_of court.key unpacked)" 2 'the court opens both of its own'
code 0 'a new custody key' "$EVX" rewrap y.evx --self --to "$T/lab.card" --new-custody-key --yes --json
is "$(jq -r '.readers | length' "$T/out")" 2 'is for those named'

# A reader is a whole card: names and keys under one signature.
awk -v enc="$(card stranger encryption)" 'NR == 1 { sub(/age1[a-z0-9]*/, enc) } { print }' "$T/lab.card" >paired.card
code 1 'a card with the encryption key of another' "$EVX" recipient add y.evx --to paired.card --yes
code 1 'also for custody' "$EVX" rewrap y.evx --custody-to paired.card --yes
code 1 'and in an export' "$EVX" export "$exhibit" -o z.evx --to paired.card --yes
gone z.evx 'writes nothing'
done_testing
