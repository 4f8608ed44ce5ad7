#!/bin/sh
# Vaults: founded, sealed into by members and others, opened by its members, escrow and nobody else; what is done to its files; several at once.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
person safe safe
person lab2 lab2
person dora dora
person eric eric
print_of() { at "$1" "$EVX" id show "$1" --json | jq -r .card.fingerprint; }
mkdir src && echo one >src/one && head -c 2500000 /dev/urandom >src/photo && mkdir src2 && cp src/photo src2/ && echo two >src2/two
export EVX_VAULT="$W/v"

# Founding.
code 0 'init' "$EVX" init --escrow "$T/safe.card"
out_has '^vault ' 'names the vault'
for one in lab room stranger safe lab2 eric; do accept $one; done
code 3 'not where something is' "$EVX" init
code 3 'nor in a directory with other things' "$EVX" init src
code 2 'one place only' "$EVX" init x --vault y
code 3 'no vault, no member' "$EVX" member list --vault src
err_has 'vault.json' 'and it says what is missing'
code 0 'a second content member' "$EVX" member add "$T/lab.card"
code 0 'a custody member' "$EVX" member add "$T/room.card" --custody-only
code 3 'nobody twice' "$EVX" member add "$T/room.card"
code 1 'a custody member adds nobody' at room "$EVX" member add "$T/stranger.card"
code 3 'a stranger neither' at stranger "$EVX" member add "$T/stranger.card"
code 0 'list without a key' at stranger "$EVX" member list
is "$(wc -l <"$T/out") $(grep -c Office "$T/out")" '3 0' 'shows keys, and no names'
code 0 'list with one' at room "$EVX" member list --as room
is "$(grep -c 'Office' "$T/out")" 3 'shows names'

# Cases.
code 0 'case new' at room "$EVX" case new '7 Js/26' --office Berlin
case1=$(cat "$T/out")
code 0 'alias' "$EVX" case alias "$case1" HAM-99
code 3 'a stranger makes no case' at stranger "$EVX" case new X
code 0 'case list' at lab "$EVX" case list
out_has '7 Js/26 (Berlin) = HAM-99' 'names both labels'
run at stranger "$EVX" case list
is "$rc $(grep -c HAM "$T/out")" '0 0' 'a stranger sees no label'

# Sealing: members by a label, others by the id; who can open.
code 0 'a member seals' "$EVX" seal src --case '7 Js/26' --exhibit 1 --json
uuid=$(jq -r .uuid "$T/out")
is "$(jq -r '[.case_id, .case_made, (.readers | length), (.readers | map(select(.escrow)) | .[0].card.person)] | map(tostring) | join(" ")' "$T/out")" \
	"$case1 false 3 safe of safe" 'into its case, for members and escrow'
code 0 'a new case is made, and said so' "$EVX" seal src2 --case NEW-1 --exhibit 1
err_has 'is new in this vault' 'on stderr'
code 3 'a stranger cannot use labels' at stranger "$EVX" seal src --case NEW-1 --exhibit 1
code 0 'but the id' at eric "$EVX" seal src --case "$case1" --exhibit 'S/1' --json
s_uuid=$(jq -r .uuid "$T/out")
code 0 'and once more' at eric "$EVX" seal src --case "$case1" --exhibit 2 --quiet
code 2 'seal into a bundle or a vault' "$EVX" seal src -o b.evx --vault v --case a --exhibit b
code 2 'no volumes in a vault' "$EVX" seal src --split 1M --case a --exhibit b
code 2 'no-borrow is for a vault' "$EVX" seal src -o b.evx --no-borrow --case a --exhibit b --self
for who in officer lab safe; do
	code 0 "$who opens it" at $who "$EVX" cat "$uuid" src/one
	is "$(cat "$T/out")" one 'and reads it'
done
code 3 'the custody member does not' at room "$EVX" cat "$uuid" src/one
code 0 'but its particulars' at room "$EVX" show "$uuid" --as room
out_has '7 Js/26' 'with the case number'
code 3 'the stranger does not' at stranger "$EVX" cat "$uuid" src/one
code 3 'not even who sealed it' at eric "$EVX" cat "$s_uuid" src/one
code 0 'the members do' at lab "$EVX" cat "$s_uuid" src/one
code 0 'without the vault, with a copy: escrow' sh -c "cp -R v/exhibits/$uuid copy-of && mkdir out && mv copy-of out/$uuid && EVX_HOME=$T/safe $EVX cat out/$uuid src/one"

# Borrowing.
code 0 'the same again' "$EVX" seal src --case HAM-99 --exhibit 3 --json
b_uuid=$(jq -r .uuid "$T/out")
is "$(jq -r '.borrowed_chunks > 0 and (.bundle_bytes | tonumber) < 100000' "$T/out")" true 'is borrowed'
is "$(find "v/exhibits/$b_uuid" -name '*.recipe' | wc -l)" 1 'and stands as a recipe'
code 0 'deep' "$EVX" verify "$b_uuid" --deep
code 0 'a custody member checks it, too' at room "$EVX" verify "$b_uuid" --as room --trust "$T/officer.card"
code 3 'nobody else can' at stranger "$EVX" verify --details "$b_uuid" --trust "$T/officer.card"
out_has 'NOT CHECKED' 'and is told so'
code 0 'cat' at lab "$EVX" cat "$b_uuid" src/photo
ok 'gives the bytes' cmp "$T/out" src/photo
# Whoever can open the exhibit can read it in the vault: escrow, readers who are no members. Only what it refers to.
for who in officer lab safe; do
	code 0 "$who lists it" at $who "$EVX" list "$b_uuid"
	code 0 'extracts it' at $who "$EVX" extract "$b_uuid" -C "x-$who"
	ok 'whole' cmp "x-$who/src/photo" src/photo
	code 0 'checks it to the bottom' at $who "$EVX" verify "$b_uuid" --deep --as $who --trust "$T/officer.card"
	code 0 'and exports it' at $who "$EVX" export "$b_uuid" -o "$who.evx"
done
ok 'all the same' cmp safe.evx lab.evx
code 0 'the export is whole' at safe "$EVX" verify safe.evx --deep --as safe --trust "$T/officer.card"
code 0 'a part of it again, for one more reader and one of custody' "$EVX" seal src2 --case HAM-99 --exhibit 3a --to "$T/eric.card" --custody-to "$T/dora.card" --yes --json
p_uuid=$(jq -r .uuid "$T/out")
is "$(find "v/exhibits/$p_uuid" -name '*.recipe' | wc -l)" 1 'stands as a recipe'
code 0 'who opens it' at eric "$EVX" cat "$p_uuid" src2/photo
ok 'in the vault' cmp "$T/out" src/photo
code 0 'exports it' at eric "$EVX" export "$p_uuid" -o eric.evx
code 3 'and does not open the lender' at eric "$EVX" cat "$uuid" src/one
code 3 'nor exports another one with recipes' at eric "$EVX" export "$b_uuid" -o no.evx
err_has 'eric is neither' 'and is told why'
gone no.evx 'and nothing is written'
code 0 'the custody reader checks every byte' at dora "$EVX" verify "$p_uuid" --as dora --trust "$T/officer.card"
code 3 'and opens no contents' at dora "$EVX" cat "$p_uuid" src2/photo
code 3 'a stranger gets nothing out of it' at stranger "$EVX" export "$p_uuid" -o no.evx
code 0 'on purpose' "$EVX" seal src --case HAM-99 --exhibit 4 --no-borrow --json
n_uuid=$(jq -r .uuid "$T/out")
is "$(jq -r .borrowed_chunks "$T/out") $(find "v/exhibits/$n_uuid" -name '*.recipe' | wc -l)" '0 0' '--no-borrow stores all'
code 0 'another case' "$EVX" seal src --case OTHER --exhibit 1 --json
is "$(jq -r .borrowed_chunks "$T/out")" 0 'borrows nothing across'
pack=$(find "v/exhibits/$n_uuid/data" -name '*.pack' | head -n 1)
cp "$pack" keep.pack && flip "$pack" 1000000
code 0 'a damaged lender' "$EVX" seal src --case HAM-99 --exhibit 5 --json
is "$(jq -r '.bad_loans > 0 and .complete' "$T/out")" true 'is found, and its chunk stored anew'
d_uuid=$(jq -r .uuid "$T/out")
cp keep.pack "$pack"
code 0 'and the exhibit is whole' "$EVX" verify "$d_uuid" --deep
rm -f v/catalog.sqlite*
code 0 'without a catalog' "$EVX" seal src2 --case HAM-99 --exhibit 6
code 0 'all the same' "$EVX" verify HAM-99/6 --deep

# Names of exhibits.
c=$("$EVX" show "$uuid" --json | jq -r .seal_code)
for x in "$(echo "$uuid" | cut -c1-13)" "$c" "$(echo "$c" | tr -d - | tr A-Z a-z)" "$(echo "$c" | cut -c1-14)" '7 Js/26/1' HAM-99/1 "$case1/1"; do
	run "$EVX" show "$x" --json
	is "$rc $(jq -r .uuid "$T/out")" "0 $uuid" "$x names it"
done
run "$EVX" show HAM-99/S/1 --json
is "$rc $(jq -r .uuid "$T/out")" "0 $s_uuid" 'a number with a slash, sealed by a stranger'
code 3 'nothing of this name' "$EVX" show 00000000-0000-4000-8000-000000000000
code 3 'no case of this name' "$EVX" show NONE/1
code 3 'a stranger cannot ask by number' at stranger "$EVX" show HAM-99/1
code 0 'a second exhibit of one number' "$EVX" seal src --case HAM-99 --exhibit 1 --yes --json
twin=$(jq -r .uuid "$T/out")
code 2 'is ambiguous' "$EVX" show HAM-99/1
err_has "$uuid" 'and both are named'
err_has "$twin" '… both'
printf 'x' >HAM-99 && code 2 'a file of that name is no directory' "$EVX" show HAM-99/1 && rm HAM-99
code 0 'an event in the vault' at lab "$EVX" note "$uuid" 'looked at it'
code 0 'is in its chain' "$EVX" log "$uuid" --trust "$T/lab.card"
out_has 'note' 'for everybody'
code 0 'compare' "$EVX" compare "$uuid" "out/$uuid"

# Removing a member.
code 0 'one who reads all' "$EVX" member add "$T/lab2.card"
code 0 'opens what was sealed before' at lab2 "$EVX" cat "$uuid" src/one
code 3 'nobody of that name is removed' at lab "$EVX" member remove 'lab2'
err_has 'no member .lab2.' 'and it is said'
code 3 'nor somebody who was no member' at lab "$EVX" member remove "$(print_of stranger)"
code 0 'removed by the name on the card' at lab "$EVX" member remove 'lab2 of lab2'
out_has '^Removed: lab2 of lab2, Office lab2' 'and told who it was'
code 3 'not twice' at lab "$EVX" member remove 'lab2 of lab2'
EVX_HOME=$T/twin "$EVX" id new twin --person 'room of room' --organisation 'Office twin' --country DE --no-passphrase --quiet
EVX_HOME=$T/twin "$EVX" id card twin >"$T/twin.card"
code 0 'two of one name' "$EVX" member add "$T/twin.card" --custody-only
code 2 'are not told apart by it' "$EVX" member remove 'room of room'
err_has "$(print_of room)" 'the first one'
err_has "$(EVX_HOME=$T/twin "$EVX" id show twin --json | jq -r .card.fingerprint)" 'and the second one are named'
code 0 'by the fingerprint' "$EVX" member remove "$(EVX_HOME=$T/twin "$EVX" id show twin --json | jq -r .card.fingerprint)" --json
is "$(jq -r .person "$T/out")" 'room of room' 'one of them goes'
code 0 'lab adds the first again' at lab "$EVX" member add "$T/lab2.card"
code 0 'and removes them by fingerprint' at lab "$EVX" member remove "$(print_of lab2)"
out_has 'No program can take that back' 'and it is said what that cannot do'
code 0 'sealed afterwards' "$EVX" seal src --case AFTER --exhibit 1
code 3 'is closed to them' at lab2 "$EVX" cat AFTER/1 src/one
code 0 'and open to the others' at lab "$EVX" cat AFTER/1 src/one
code 3 'they sign nothing' at lab2 "$EVX" case new LATE
code 0 'the other one, too' at lab "$EVX" member remove "$(print_of officer)"
code 1 'the last content member stays' at lab "$EVX" member remove "$(print_of lab)"
code 0 'and lets the founder in again' at lab "$EVX" member add "$T/officer.card"
code 0 'who opens everything' "$EVX" cat AFTER/1 src/one

# What others do to the files. The machine of the officer has seen the log, that of dora has not.
cp -R v good
restore() { rm -rf v && cp -R good v; }
last=$(ls v/log | tail -n 1)
rm "v/log/$last"
code 1 'a log that was cut' "$EVX" member list
err_has 'is shorter than before' 'is not believed by who saw it'
code 1 'nor sealed on' "$EVX" seal src --case HAM-99 --exhibit 9
code 0 'who never saw it cannot tell' at dora "$EVX" member list
restore
first=$(ls v/log | head -n 2 | tail -n 1)
rm "v/log/$first"
run at dora "$EVX" member list
is "$rc $(grep -c 'of the vault log is missing' "$T/err")" '1 2' 'a gap, told by who saw more, and as the flaw of the log'
restore
flip "v/log/$first" 400
run at dora "$EVX" seal src --case "$case1" --exhibit 9
is "$rc" 1 'a changed entry: nothing is sealed on its word'
restore
EVX_HOME=$T/dora "$EVX" init "$W/w" --quiet >/dev/null 2>&1
cp w/log/00000000-init v/log/00000000-init
code 1 "another vault's founder" at stranger "$EVX" member list
restore
hex() { for d in v/members/*; do [ -e "$d/0001-content.age" ] && basename "$d"; done | head -n "$1" | tail -n 1; }
cp "v/members/$(hex 1)/0001-content.age" "v/members/$(hex 2)/0001-content.age"
run at lab "$EVX" case list
lab_rc=$rc
run "$EVX" case list
is "$((lab_rc + rc))" 1 "another member's file"
restore
mkdir elsewhere && rm -rf v/tmp && ln -s "$W/elsewhere" v/tmp
code 1 'a link in place of a directory' "$EVX" seal src --case HAM-99 --exhibit 9
is "$(ls -A elsewhere)" '' 'is not followed'
restore
mv v/exhibits elsewhere/ && ln -s "$W/elsewhere/exhibits" v/exhibits
code 1 'nor here' "$EVX" seal src --case HAM-99 --exhibit 9
restore

# A vault that cannot be written.
if [ "$(id -u)" -ne 0 ]; then
	chmod -R a-w v
	code 3 'a read-only vault takes nothing' "$EVX" seal src --case HAM-99 --exhibit 9
	code 0 'and can be read' "$EVX" cat AFTER/1 src/one
	chmod -R u+w v
else
	skip 'root can write everywhere: a read-only vault'
fi

# Two at once, and one that was killed.
restore
"$EVX" seal src --case BOTH --exhibit 1 --quiet >one.out 2>&1 &
one=$!
"$EVX" seal src2 --case BOTH-2 --exhibit 2 --quiet >two.out 2>&1 &
two=$!
wait $one; r1=$?
wait $two; r2=$?
is "$r1 $r2" '0 0' 'two seals at once'
code 0 'both are there' "$EVX" verify BOTH/1 --deep
code 0 'both' "$EVX" verify BOTH-2/2 --deep
is "$(ls -A v/tmp)" '' 'and nothing else'
mkfifo pipe
"$EVX" seal - --case BOTH --exhibit 3 --quiet <pipe >dead.out 2>&1 &
dead=$!
exec 9>pipe
head -c 100000 /dev/zero >&9
until [ -n "$(ls -A v/tmp)" ] || ! kill -0 $dead; do sleep 0.05; done
code 0 'one works' "$EVX" seal src2 --case BOTH --exhibit 4
is "$(ls -A v/tmp | wc -l)" 1 'and leaves the living alone'
kill -9 $dead
exec 9>&-
wait $dead 2>/dev/null
is "$(ls -A v/tmp | wc -l)" 1 'a dead one leaves a session'
code 0 'the next seal' "$EVX" seal src2 --case BOTH --exhibit 5
is "$(ls -A v/tmp)" '' 'sweeps it'
code 3 'what was cut off is not there' "$EVX" show BOTH/3

# A seal that was killed after its first pack, and resumed. A pack is 32 MiB.
head -c 45000000 /dev/urandom >disk
"$EVX" seal - --case CUT --exhibit 1 --quiet <pipe >dead.out 2>&1 &
dead=$!
exec 9>pipe
head -c 42000000 disk >&9
until [ -n "$(find v/tmp -size 33554432c)" ] || ! kill -0 $dead; do sleep 0.05; done
kill -9 $dead
exec 9>&-
wait $dead 2>/dev/null
code 0 'another seal into the case' "$EVX" seal src2 --case CUT --exhibit 2
err_has '1 interrupted seal into this case' 'is told'
is "$(ls -A v/tmp | wc -l)" 1 'and what was stored stays'
code 3 'nothing to resume elsewhere' "$EVX" seal src2 --case BOTH --exhibit 9 --resume
code 3 'a new case has nothing either' "$EVX" seal src2 --case NEVER --exhibit 9 --resume
run "$EVX" case list
is "$(grep -c NEVER "$T/out")" 0 'and is not made'
code 3 'a bundle does not go on with it' "$EVX" seal src2 -o b.evx --case CUT --exhibit 3 --resume
err_has 'No interrupted seal has left an unfinished file of this bundle' 'is told'
code 0 'resumed' sh -c '"$0" seal - --case CUT --exhibit 3 --resume --json <disk' "$EVX"
is "$(jq -r '(.resumed_packs == 1) and ((.borrowed_bytes | tonumber) > 25000000) and ((.bundle_bytes | tonumber) < 25000000)' "$T/out")" true \
	'only what was missing is stored'
is "$(ls -A v/tmp)" '' 'the session is gone'
code 0 'deep' "$EVX" verify CUT/3 --deep
code 0 'the details say so' "$EVX" show CUT/3 --as officer
out_has 'resumed: ' 'in the seal'
code 0 'and the bytes' "$EVX" cat CUT/3 stdin
ok 'are those of the source' cmp "$T/out" disk
done_testing
