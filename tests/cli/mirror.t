#!/bin/sh
# A vault's mirror on a remote: kept up to date, checked there, the vault rebuilt from it; interrupted; kept until a date by an object store.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
people
trap 'kill ${stub:-} 2>/dev/null; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
export EVX_VAULT="$T/vault"
person court court
"$EVX" init "$T/vault" --escrow "$T/court.card" --quiet 2>/dev/null
"$EVX" member add "$T/lab.card" --quiet
"$EVX" member add "$T/room.card" --custody-only --quiet
head -c 40000000 /dev/urandom >film
for n in 1 2; do mkdir disk$n && cp film disk$n/a && echo $n >disk$n/b && "$EVX" seal disk$n --case 26-115 --exhibit $n --quiet 2>/dev/null; done
"$EVX" case new empty --quiet >/dev/null
mkdir "$T/stick"
for h in officer lab room stranger; do at $h "$EVX" remote add stick "dir:$T/stick" --quiet; done
notes() { find "$T/stick/mirror" -type f 2>/dev/null | wc -l; }
# alike: what a mirror has of the vault is in the directory $1, too, byte for byte
alike() { diff -r -x 'catalog.sqlite*' -x tmp -x .lock "$T/vault" "$1"; }

# What must be said, before anything happens.
code 2 'no remote' "$EVX" mirror
err_has 'Over which remote' 'is asked'
code 2 'the vault twice' "$EVX" mirror "$T/vault" --vault "$T/vault" --via stick
code 2 'a date that is none' "$EVX" mirror --via stick --retain-until soon
code 2 'a date that is over' "$EVX" mirror --via stick --retain-until 2020-01-01
code 3 'a remote that keeps nothing until a date' "$EVX" mirror --via stick --retain-until 2099-01-01
err_has 'keeps no object until a date' 'is named'
accept lab && accept room
code 3 'a custody member' at room "$EVX" mirror --via stick
err_has 'not a content member' 'cannot keep a mirror'
code 3 'a mirror that is not there' "$EVX" check --via stick
code 3 'nor is one to rebuild from' "$EVX" import --via stick --into "$T/none"
gone "$T/none" 'and nothing is made'
is "$(notes)" 0 'nothing was put'

# Made, gone on with, checked.
code 0 'a mirror' "$EVX" mirror --via stick
out_has 'note 1  the mirror is up to date' 'is made'
out_has 'uploaded 3 packs' 'with the packs that the vault keeps as bytes'
is "$(grep -rlE '26-115|officer' "$T/stick" | wc -l)" 0 'the remote sees no names'
code 0 'again' "$EVX" mirror --via stick
out_has 'nothing is new in the vault' 'does nothing'
is "$(notes)" 1 'and writes no note'
code 0 'checked where it is' "$EVX" check --via stick
out_has '^GOOD: 6 objects are there' 'it is good'
code 0 'an entry is added' "$EVX" note 26-115/1 'opened for counting'
code 0 'the mirror is behind' "$EVX" check --via stick --json
out_has '"behind":[1-9]' 'and says so'
code 0 'brought up to date' "$EVX" mirror --via stick
out_has 'note 2 ' 'with one more note'
out_has 'uploaded 0 packs, 0 bytes; there already 3 packs' 'and no pack'
code 0 'another exhibit' sh -c 'mkdir disk3 && head -c 5000000 /dev/urandom >disk3/c && "$0" seal disk3 --case 26-115 --exhibit 3 --quiet' "$EVX"
code 0 'brought up to date' "$EVX" mirror --via stick
out_has 'uploaded 1 pack' 'with its pack'
code 0 'by another member' at lab "$EVX" mirror --via stick --json
out_has '"number":4,"again":false,"whole":true' 'all files go once, as that machine saw nothing of it'
code 0 'and then' at lab "$EVX" mirror --via stick
out_has 'nothing is new' 'no more'
code 0 'the first machine' "$EVX" mirror --via stick
out_has 'note 5 ' 'does the same'

# Rebuilt elsewhere.
code 3 'a stranger' at stranger "$EVX" import --via stick --into "$T/theirs"
err_has 'not for this key' 'opens nothing'
gone "$T/theirs" 'and nothing is left'
code 3 'a custody member' at room "$EVX" import --via stick --into "$T/theirs"
code 2 'nowhere to' at lab "$EVX" import --via stick
code 2 'from nowhere' at lab "$EVX" import --into "$T/new"
code 2 'of two names' at lab "$EVX" import --via stick --into "$T/new" one two
code 3 'a mirror of another name' at lab "$EVX" import --via stick --into "$T/new" 00000000
mkdir "$T/full" && echo mine >"$T/full/mine"
code 3 'into a directory with something in it' at lab "$EVX" import --via stick --into "$T/full"
is "$(cat "$T/full/mine")" mine 'which is left alone'
# A machine that never saw the vault, with a member's key.
cp -r "$T/lab" "$T/fresh" && rm -rf "$T/fresh/vaults" "$T/fresh/lanes" && at fresh "$EVX" trust add "$T/officer.card" --quiet
cp -r "$T/fresh" "$T/third"
code 0 'another machine rebuilds the vault' at fresh "$EVX" import --via stick --into "$T/new"
out_has '^  was rebuilt as of' 'says what it made'
out_has '^GOOD: 3 exhibits, 3 good' 'and checks it'
ok 'the same files' alike "$T/new"
for n in 1 2; do
	mkdir "back$n"
	code 0 "exhibit $n" at fresh "$EVX" extract --vault "$T/new" 26-115/$n -C "back$n"
	ok 'extracts the same' cmp film "back$n/disk$n/a"
done
code 0 'by the UUID of the vault' at fresh "$EVX" import --via stick --into "$T/new2" "$(sed 's/.*"vault":"\([^"]*\)".*/\1/' "$T/vault/vault.json")"
rm -rf "$T/new2"
at court "$EVX" trust add "$T/officer.card" --quiet
code 0 'by who has an escrow key, and is no member' at court "$EVX" import --via "dir:$T/stick" --into "$T/safe"
out_has '^GOOD: 3 exhibits, 3 good' 'is good, too'
rm -rf "$T/safe"

# Interrupted: half of it is there, and the same command goes on.
cp -r "$T/stick" "$T/stick.was"
# That of the last exhibit: the others come first.
rm "$T/stick/packs"/*/"$(basename "$(ls "$T/vault/exhibits"/*/data/*.pack | tail -n 1)" .pack)"
code 3 'a pack that is gone' at fresh "$EVX" import --via stick --into "$T/half"
err_has 'is not on the remote' 'is named'
gone "$T/half/vault.json" 'and what is there is no vault'
rm -rf "$T/stick" && cp -r "$T/stick.was" "$T/stick"
code 0 'when it is there again: the same command' at fresh "$EVX" import --via stick --into "$T/half" --json
out_has '"packs_here":[1-9]' 'goes on'
ok 'nothing but objects is printed' not grep -qv '^{.*}$' "$T/out"
out_has '^{"verdict":\|"exit":0}$' 'and that of the check is the last'
ok 'the same files' alike "$T/half"
is "$(find "$T/half" -name 'mirror-import' -o -name '*.part' | wc -l)" 0 'and nothing is left beside them'

# A mirror that is cut off, at every stage: the same command goes on.
for stage in packs parcels mirror; do
	rm -rf "$T/stick" && mkdir "$T/stick" && rm -f "$T/officer/lanes/mirror-"*
	"$EVX" remote remove stick --quiet && "$EVX" remote add stick "dir:$T/stick" --quiet
	"$EVX" mirror --via stick --quiet --limit-rate 20M >"$T/first" 2>&1 &
	pid=$!
	wait_for sh -c "find '$T/stick/$stage' -type f 2>/dev/null | grep -q ."
	kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
	code 0 "killed among $stage: the same command" "$EVX" mirror --via stick
	code 0 'is whole' "$EVX" check --via stick
done

# And it can be worked with.
accept fresh "$T/new"
code 0 'a member writes to the rebuilt vault' at fresh "$EVX" note --vault "$T/new" 26-115/1 'rebuilt'

# 64 notes (EVX_MIRROR_NOTES_MAX), and the next one is whole again.
"$EVX" mirror --via stick --anew --quiet
n=2
while [ $n -le 64 ]; do
	"$EVX" note 26-115/2 "entry $n" --quiet && "$EVX" mirror --via stick --quiet || break
	n=$((n + 1))
done
is "$n" 65 'a long row of notes'
code 0 'of 64' "$EVX" check --via stick --json
out_has '"behind":0,' 'is good'
"$EVX" note 26-115/2 'one more' --quiet
code 0 'the one behind them' "$EVX" mirror --via stick --json
out_has '"whole":true' 'has all files'

# Kept until a date by an object store.
command -v python3 >/dev/null || { skip "python3 is not installed"; done_testing; }
mkdir "$T/stub" && python3 "$REMOTE/s3_stub.py" "$T/stub" &
stub=$!
wait_for test -s "$T/stub/port"
port=$(cat "$T/stub/port")
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
"$EVX" remote add store "s3://box/v?endpoint=http://127.0.0.1:$port" --quiet
"$EVX" remote add plain "s3://plain/v?endpoint=http://127.0.0.1:$port" --quiet
code 3 'a bucket without locks' "$EVX" mirror --via plain --retain-until 2098-01-01
err_has 'object lock' 'is no place for it'
code 0 'a mirror in a store' "$EVX" mirror --via store
code 0 'is checked without reading it' sh -c ': >"$1/log" && "$0" check --via store' "$EVX" "$T/stub"
is "$(grep -c '^GET .*/packs/' "$T/stub/log")" 0 'no pack is fetched'
code 1 'nothing is kept until a date' "$EVX" check --via store --retain-until 2098-01-01
out_has '^evx-remote.txt: no retention' 'and every object is listed'
is "$(grep -c ': no retention' "$T/out")" 7 'packs, parcels, notes'
echo 'fresh' >"$T/stub/orders"
code 0 'kept, by a store that refuses in the second of the upload' "$EVX" mirror --via store --retain-until 2098-01-01
code 0 'it is' "$EVX" check --via store --retain-until 2098-01-01
out_has '^0 objects are not kept' 'the store says so'
code 1 'not until later' "$EVX" check --via store --retain-until 2098-06-01
out_has 'retention too short: it ends at 2098-01-02T00:00:00Z' 'and says until when'
code 0 'longer' "$EVX" mirror --via store --retain-until 2098-06-01
code 0 'the objects of before, too' "$EVX" check --via store --retain-until 2098-06-01
code 0 'rebuilt from the store' at third "$EVX" import --via "s3://box/v?endpoint=http://127.0.0.1:$port" --into "$T/cloud"
ok 'the same files' alike "$T/cloud"
done_testing
