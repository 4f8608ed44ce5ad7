#!/bin/sh
# Invitations: a sender without an account uploads one shipment to a store, and what goes wrong on the way.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
people
mkdir "$T/s3"
python3 "$REMOTE/s3_stub.py" "$T/s3" 2>"$T/s3/err" &
stub=$!
trap 'kill $stub 2>/dev/null; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
wait_for test -s "$T/s3/port"
store="s3://box/evx?endpoint=http://127.0.0.1:$(cat "$T/s3/port")"
order() { printf '%s\n' "$@" >"$T/s3/orders"; }
# Who has the account.
lab() { AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret EVX_HOME="$T/lab" "$@"; }
soon=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
mkdir src out && head -c 70000000 /dev/urandom >src/film && echo one >src/one
"$EVX" seal src -o "$T/phone.evx" --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
cp "$T/phone.evx" phone.evx
lab "$EVX" remote add store "$store" >/dev/null
# puts N: the names that were put with a status
puts() { grep -c "^PUT /box/evx/drop/.* $1\$" "$T/s3/log"; }

# Made.
code 2 'without a number of parts' lab "$EVX" invite store --until "$soon" -o i
code 2 'without a time' lab "$EVX" invite store --parts 5 -o i
code 2 'without a file' lab "$EVX" invite store --parts 5 --until "$soon"
code 2 'in the past' lab "$EVX" invite store --parts 5 --until 2026-01-01 -o i
err_has 'ended already' 'is no invitation'
code 2 'for longer than a store allows' lab "$EVX" invite store --parts 5 --until "$(date -d '+9 days' +%Y-%m-%d)" -o i
err_has '7 days at most' 'is told'
code 2 'more parts than a file holds' lab "$EVX" invite store --parts 9999 --until "$soon" -o i
err_has 'longer than 1 MiB' 'is told'
code 2 'to a stick' lab "$EVX" invite "dir:$T/s3" --parts 5 --until "$soon" -o i
err_has 'Only an object store' 'nobody can upload without it'
code 2 'unencrypted' lab "$EVX" invite 's3://box/evx?endpoint=http://store.example' --parts 5 --until "$soon" -o i
err_has 'unencrypted' 'no secret goes'
code 3 'without a key of the store' at lab "$EVX" invite store --parts 5 --until "$soon" -o i
err_has 'AWS_ACCESS_KEY_ID' 'nobody invites'
ok 'and nothing was written' test ! -e i
code 0 'an invitation' lab "$EVX" invite store --parts 5 --until "$soon" -o i --json
out_has '"parts":5' 'is told of'
ok 'without an address' not grep -q Amz "$T/out" "$T/err"
is "$(stat -c %a i)" 600 'only its owner reads it'
cp i i.was
code 3 'once more' lab "$EVX" invite store --parts 5 --until "$soon" -o i
ok 'does not replace it' cmp i i.was
ok 'nothing was connected' test ! -e "$T/s3/log"
lab "$EVX" invite store --parts 5 --until "$(date -d '+2 days' +%Y-%m-%d)" -o day --quiet
ok 'a day ends at midnight' grep -q '"until":"[0-9-]*T[0-9:]*Z"' day

# Not taken.
code 5 'of somebody unknown' "$EVX" send phone.evx --via ./i --yes
err_has 'is not trusted here' 'it is not used'
code 1 'another receiver' "$EVX" send phone.evx --via ./i --to "$T/room.card" --yes
err_has 'another card' 'is not sent to'
code 2 'two receivers' "$EVX" send phone.evx --via ./i --to "$T/lab.card" --to "$T/room.card" --yes
sed 's/drop/drip/' i >bad
code 1 'a changed address' "$EVX" send phone.evx --via ./bad --to "$T/lab.card" --yes
sed 's/127.0.0.1/127.0.0.2/' i >bad
code 1 'another host' "$EVX" send phone.evx --via ./bad --to "$T/lab.card" --yes
# The card of the room, as it stands in an invitation of its own.
EVX_HOME="$T/room" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret "$EVX" invite "$store" --parts 5 --until "$soon" -o room.i --quiet
python3 - <<'P'
import json
a, b = open('i').read().split('\n', 1), open('room.i').read().split('\n', 1)
x, y = json.loads(a[0]), json.loads(b[0])
x['card'] = y['card']
open('bad', 'w').write(json.dumps(x, separators=(',', ':')) + '\n' + a[1])
x['signers'] = y['signers']
open('bad2', 'w').write(json.dumps(x, separators=(',', ':')) + '\n' + b[1])
P
code 1 'an exchanged card' "$EVX" send phone.evx --via ./bad --to "$T/room.card" --yes
code 1 'and signature' "$EVX" send phone.evx --via ./bad2 --to "$T/room.card" --yes
head -c 900 i >bad
code 1 'a cut one' "$EVX" send phone.evx --via ./bad --to "$T/lab.card" --yes
echo text >bad
code 3 'another file' "$EVX" send phone.evx --via ./bad --to "$T/lab.card" --yes
code 3 'no file' "$EVX" send phone.evx --via ./none --to "$T/lab.card" --yes
code 2 'a remote without a receiver' "$EVX" send phone.evx --via "dir:$T/s3" --yes
lab "$EVX" invite store --parts 3 --until "$soon" -o small --quiet
code 3 'too few parts' "$EVX" send phone.evx --via ./small --to "$T/lab.card" --yes
err_has 'needs 4, and 3 are left' 'are told before'
lab "$EVX" invite store --parts 5 --until "$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)" -o short --quiet
sleep 2
code 3 'one that has ended' "$EVX" send phone.evx --via ./short --to "$T/lab.card" --yes
err_has 'has ended' 'is told'
ok 'nothing was uploaded' test ! -e "$T/s3/log"
is "$("$EVX" log phone.evx | grep -c '^0')" 1 'and nothing was signed'

# Sent and received.
code 0 'sent' "$EVX" send phone.evx --via ./i --to "$T/lab.card" --yes --purpose examination
out_has 'evx append' 'and told how the receipt comes back'
shipment=$(sed -n 's/  sent$//p' "$T/out")
is "$(puts 200)" 5 'three packs, a parcel and a note'
ok 'nothing was read or listed' not grep -qv '^PUT' "$T/s3/log"
ok 'the secrets are told nowhere' not grep -rqe Amz "$T/out" "$T/err" "$T/officer/lanes"
is "$(ls "$T/officer/lanes" | grep -vc '^[0-9a-f]*$')" 0 'what is sent leaves nothing behind'
code 0 'sent again' "$EVX" send phone.evx --via ./i --to "$T/lab.card" --yes
out_has 'was sent before' 'nothing happens'
is "$(puts '[0-9]*')" 5 'and nothing is put'
"$EVX" seal src/one -o other.evx --case C-1 --exhibit 2 --self --quiet 2>/dev/null
code 3 'another shipment' "$EVX" send other.evx --via ./i --to "$T/lab.card" --yes
err_has 'was used for another shipment' 'needs another invitation'
is "$("$EVX" log other.evx | grep -c '^0')" 1 'and nothing was signed'
at lab "$EVX" trust add "$T/officer.card" >/dev/null
code 0 'what went by invitation is listed' "$EVX" receipts
out_has "^$shipment  open" 'and is open'
out_has 'went by invitation: ask the receiver' 'what to do is said'
code 2 'who sent nothing and knows no remote' at room "$EVX" receipts
code 0 'the receiver looks' lab "$EVX" inbox --via store
out_has "$shipment  new" 'and sees it'
out_has 'came by invitation' 'and how it came'
code 0 'somebody else with the account' env EVX_HOME="$T/room" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret "$EVX" inbox --via "$store"
out_has 'No shipment waits' 'sees nothing'
code 0 'received' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
out_has 'accepted in entry 0003' 'and accepted'
out_has 'evx receipt export' 'and told to send the receipt'
code 0 'the receipt' at lab "$EVX" receipt export out/*.evx receipt.txt
code 0 'comes back by mail' "$EVX" append phone.evx receipt.txt --yes
ok 'both have the same' cmp phone.evx out/*.evx
code 0 'what was sent' "$EVX" receipts --json
out_has "\"shipment\":\"$shipment\",\"state\":\"accepted\".*\"invited\":true" 'is accepted'
code 0 'once more' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
out_has 'No shipment waits' 'nothing is left'

# Cut off, and gone on with.
fresh() { rm -rf out && mkdir out && cp "$T/phone.evx" phone.evx && lab "$EVX" invite store --parts "$1" --until "$soon" -o "$2" --quiet && : >"$T/s3/log"; }
at officer "$EVX" trust add "$T/lab.card" >/dev/null
fresh 6 two
"$EVX" send phone.evx --via ./two --yes --quiet --jobs 1 --limit-rate 8M 2>/dev/null &
pid=$!
wait_for sh -c "grep -q '^PUT.* 200' '$T/s3/log'"
kill -9 $pid; wait $pid 2>/dev/null
is "$("$EVX" log phone.evx | grep -c '^0')" 1 'killed: nothing was signed'
code 0 'the same command, to a trusted card' "$EVX" send phone.evx --via ./two --yes
is "$(grep '^PUT.* 200' "$T/s3/log" | sort -u | wc -l)" "$(puts 200)" 'no number was put twice'
code 0 'arrives' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
fresh 6 three
order 'cut PUT 1' 'status PUT 2 503:0'
code 0 'an answer that is lost, and a busy store' "$EVX" send phone.evx --via ./three --yes
code 0 'pass by themselves' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
fresh 6 four
order 'status PUT 200 403'
code 3 'a store that refuses' "$EVX" send phone.evx --via ./four --yes
err_has 'invitation has ended, or was taken back' 'is told'
ok 'without an address' not grep -q Amz "$T/err"
rm "$T/s3/orders"
code 0 'and goes on when it lets us in' "$EVX" send phone.evx --via ./four --yes
code 0 'arrives' lab "$EVX" receive --via store -o out --accept not-inventoried --yes

# Somebody else has the same invitation.
fresh 6 five
at room "$EVX" trust add "$T/lab.card" >/dev/null
# put FILE INVITATION NUMBER: as anybody can who has it
put() {
	python3 - "$@" <<'P'
import json, sys, urllib.request
to = json.loads(open(sys.argv[2]).readline())['put'][int(sys.argv[3])]
urllib.request.urlopen(urllib.request.Request(to, open(sys.argv[1], 'rb').read(), {'if-none-match': '*'}, method='PUT'))
P
}
echo junk >junk
put junk five 2
code 0 'a second writer took a number' "$EVX" send phone.evx --via ./five --yes
is "$(puts 412)" 1 'the store refused'
code 0 'the next one does' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
fresh 6 six
put junk six 0
code 3 'a second writer wrote the note' "$EVX" send phone.evx --via ./six --yes
err_has 'Ask the receiver whether shipment' 'nobody here can tell whose it is'
code 3 'and again' "$EVX" send phone.evx --via ./six --yes
code 3 'the receiver sees it' lab "$EVX" inbox --via store
out_has 'NOT AS IT MUST BE' 'and that it is none'
tool_() { lab env "$TOOL" "$store" "$@"; }
id=$(sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' six | head -n 1)
tool_ remove "drop/$id/0000"
code 0 'with that gone the kept note goes' "$EVX" send phone.evx --via ./six --yes
out_has 'was sent before' 'as it was signed'
code 0 'and arrives' lab "$EVX" receive --via store -o out --accept not-inventoried --yes

# A list that leaves it out; junk under a number that nobody here gave out.
fresh 6 hidden
"$EVX" send phone.evx --via ./hidden --yes --quiet || exit 1
order 'hide GET 9'
code 0 'a list that hides it' lab "$EVX" inbox --via store
out_has '  new' 'hides nothing from who invited'
rm -f "$T/s3/orders"
code 0 'taken in' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
EVX_HOME="$T/room" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret "$EVX" invite "$store" --parts 2 --until "$soon" -o theirs --quiet
put junk theirs 0
code 0 'junk in the place of others' lab "$EVX" inbox --via store
code 3 'is told to those others' env EVX_HOME="$T/room" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret "$EVX" inbox --via "$store"

# Other ways to name a store.
code 0 'a store with the bucket in its host' lab "$EVX" invite 's3://box/evx?endpoint=https://store.example:443&style=virtual&region=eu-1' --parts 1 --until "$soon" -o virtual
ok 'has addresses there' grep -q '"https://box.store.example/evx/drop/[0-9a-f]*/0001?X-Amz.*eu-1' virtual
code 0 'a key of a session' env AWS_SESSION_TOKEN=a/b EVX_HOME="$T/lab" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret "$EVX" invite "$store" --parts 1 --until "$soon" -o session
ok 'has its token' grep -q 'X-Amz-Security-Token=a%2Fb&X-Amz-SignedHeaders=host%3Bif-none-match' session
code 2 'a home without the remote' lab "$EVX" invite 'no such' --parts 1 --until "$soon" -o none

# Parts with other bytes, or none.
fresh 6 seven
"$EVX" send phone.evx --via ./seven --yes --quiet || exit 1
id=$(sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' seven | head -n 1)
tool_ get "drop/$id/0002" >part && tool_ remove "drop/$id/0002"
code 3 'a part that is gone' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
err_has 'is not on the remote' 'is told'
put junk seven 2
code 1 'a part with other bytes' lab "$EVX" receive --via store -o out --accept not-inventoried --yes
err_has 'other bytes' 'is told'
is "$(ls out | grep -c evx)" 0 'and nothing was taken in'
tool_ remove "drop/$id/0002" && put part seven 2
code 0 'the right one is refused by a person' lab "$EVX" receive --via store -o out --refuse 'not ours' --yes
out_has 'Send them this receipt' 'who gets the receipt'
sed -n '/^{/,$p' "$T/out" >refusal.txt
code 0 'for the sender' "$EVX" append phone.evx refusal.txt --yes
"$EVX" log phone.evx >"$T/out"
out_has 'refuse' 'who has it then'
# The note of one invitation under another.
fresh 6 eight
other=$(sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' eight | head -n 1)
tool_ get "drop/$id/0000" >note && put note eight 0
code 3 'a note moved to another invitation' lab "$EVX" inbox --via store
out_has 'misplaced' 'is seen'
tool_ remove "drop/$other/0000"
# A vault as target, and a key file for a receiver who could not open it, came all the way.
at lab "$EVX" init vault --as lab --quiet 2>/dev/null
fresh 6 nine
"$EVX" send phone.evx --via ./nine --yes --quiet || exit 1
code 0 'into a vault' lab "$EVX" receive --via store --into vault --accept not-inventoried --yes
code 0 'which is as it must be' at lab "$EVX" check --vault vault
done_testing
