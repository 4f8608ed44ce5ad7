#!/bin/sh
# Exhibits out of a vault as bundles, and bundles into one: byte for byte, judged on the way, and every way in which two chains can relate.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
evidence phone
trust="--trust $T/officer.card --trust $T/lab.card"
"$EVX" init v1 --as officer --quiet >/dev/null && at lab "$EVX" init v2 --as lab --quiet >/dev/null || exit 1
f2=$(founder v2)
for one in lab room stranger; do accept $one v1; done
for one in officer room stranger; do accept $one v2; done
"$EVX" seal phone --vault v1 --case C-1 --exhibit E-1 --to "$T/lab.card" --quiet >/dev/null 2>&1 || exit 1
u=$(ls v1/exhibits)
keyless() { EVX_HOME=$T/nowhere "$@"; } # somebody without a home, and so without a key
result() { jq -r .result "$T/out"; }

# ---- Round trip
code 0 'an exhibit is exported without a key' keyless "$EVX" export "$u" --vault v1 -o a.evx --json
is "$(jq -r '.uuid, .written, .recipes, .events, .branch_events' "$T/out" | tr '\n' ' ')" "$u a.evx 0 1 0 " 'and told'
code 0 'it is good' "$EVX" verify a.evx $trust
ok 'it is what tar makes of the directory' sh -c "tar -xf a.evx && diff -r '$u' 'v1/exhibits/$u'"
rm -rf "$u"
code 0 'a reader opens it' at lab "$EVX" extract a.evx -C out
ok 'all of it' same phone out/phone
rm -rf out
code 0 'and takes it in without a key' keyless "$EVX" import a.evx --vault v2 --founder "$f2" --json
is "$(jq -r '.result, .uuid, .events, .bytes, .exit' "$T/out" | tr '\n' ' ')" "new $u 1 $(stat -c %s a.evx) 0 " 'as new'
ok 'the directory is the same' diff -r "v1/exhibits/$u" "v2/exhibits/$u"
code 0 'the catalog knows it' "$EVX" stats --vault v2 --json
is "$(jq -c '[.exhibits, .known]' "$T/out")" '[1,1]' 'at once'
code 0 'out again' "$EVX" export "$u" --vault v2 -o b.evx
ok 'byte for byte' cmp a.evx b.evx
code 0 'as a stream' "$EVX" export "$u" --vault v2 -o -
ok 'byte for byte, too' cmp a.evx "$T/out"
code 0 'in volumes' "$EVX" export "$u" --vault v2 -o parts.evx --split 1M
ok 'which join' sh -c 'cat parts.evx.??? | cmp - a.evx'
mkdir many
code 0 'into a directory' "$EVX" export "$u" --vault v2 -o many
ok 'under its UUID' cmp a.evx "many/$u.evx"
tar -xf a.evx
code 0 'an unpacked bundle, without a vault' keyless "$EVX" export "$u" -o c.evx
ok 'is packed' cmp a.evx c.evx
rm -rf "$u" many parts.evx.* b.evx c.evx

# ---- Wrong use
code 2 'no output' "$EVX" export "$u" --vault v1
code 2 'several into one file' "$EVX" export "$u" "$u" --vault v1 -o d.evx
code 2 'a bundle is one already' "$EVX" export a.evx --vault v1 -o d.evx
code 3 'nothing is overwritten' "$EVX" export "$u" --vault v1 -o a.evx
code 3 'a vault that is not there' "$EVX" export "$u" --vault nowhere -o d.evx
code 3 'an exhibit that is not there' "$EVX" export 00000000-0000-4000-8000-000000000000 --vault v1 -o d.evx
code 2 'a pipe is not imported' sh -c "cat a.evx | '$EVX' import - --vault v2"
code 3 'a bundle that is not there' "$EVX" import nowhere.evx --vault v2
code 3 'nor into a vault that is not' "$EVX" import a.evx --vault nowhere
gone d.evx 'nothing was made'

# ---- Chains
cp a.evx long.evx && "$EVX" note long.evx one --quiet >/dev/null && "$EVX" note long.evx two --quiet >/dev/null || exit 1
cp a.evx fork.evx && "$EVX" note fork.evx other --quiet >/dev/null || exit 1
code 0 'the same bundle twice' "$EVX" import a.evx --vault v2 --json
is "$(result)" same 'changes nothing'
code 0 'a longer chain' keyless "$EVX" import long.evx --vault v2 --founder "$f2" --json
is "$(jq -r '.result, .added, .events' "$T/out" | tr '\n' ' ')" 'longer 2 3 ' 'extends that of the vault'
"$EVX" export "$u" --vault v2 -o d.evx >/dev/null
ok 'to the same bytes' cmp d.evx long.evx
rm d.evx
code 0 'a shorter one' "$EVX" import a.evx --vault v2 --json
is "$(jq -r '.result, .events' "$T/out" | tr '\n' ' ')" 'shorter 3 ' 'changes nothing'
code 5 'another chain' keyless "$EVX" import fork.evx --vault v2 --founder "$f2" --json
is "$(jq -r '.result, .added, .common_events, .rightful' "$T/out" | tr '\n' ' ')" 'branch 1 1 false ' 'is kept as a branch'
branch=$(echo v2/branches/"$u"/*.receipt)
code 1 'judging the exhibit judges its branches' "$EVX" verify --details "v2/exhibits/$u" $trust
out_has 'R-FORK' 'shows the fork'
code 5 'the same branch again' "$EVX" import fork.evx --vault v2 --json
is "$(jq -r .added "$T/out")" 0 'is there already'
printf x >"$branch"
code 5 'a receipt that was damaged' "$EVX" import fork.evx --vault v2 --json
is "$(jq -r .added "$T/out")" 1 'is made anew'
code 0 'export' "$EVX" export "$u" --vault v2 -o d.evx
out_has 'NOT IN IT: 1 entry' 'tells of the branch'
ok 'and leaves it out' cmp d.evx long.evx
rm d.evx
code 0 'several at once' "$EVX" import a.evx long.evx --vault v1 --json
is "$(jq -r .result "$T/out" | tr '\n' ' ')" 'same longer ' 'each for itself'

# ---- Borrowing: what the second acquisition shares with the first leaves as its own
printf 'new\n' >phone/notes/later.txt
"$EVX" seal phone --vault v1 --case C-1 --exhibit E-2 --self --quiet >/dev/null 2>&1 || exit 1
second=$(ls v1/exhibits | grep -v "$u")
recipes() { find "v1/exhibits/$1/data" -name '*.recipe' | wc -l; }
ok 'the second acquisition keeps recipes' test "$(recipes "$second")" -gt 0
code 3 'nobody without a key exports it' keyless "$EVX" export "$second" --vault v1 -o s.evx
code 3 'nor does a stranger' at stranger "$EVX" export "$second" --vault v1 -o s.evx
err_has 'stranger is neither' 'who is told why'
gone s.evx 'nothing was made'
code 0 'a room that keeps what it cannot open' "$EVX" member add "$T/room.card" --custody-only --vault v1
code 0 'exports it' at room "$EVX" export "$second" --vault v1 -o s.evx --json
ok 'with its recipes written out' test "$(jq -r .recipes "$T/out")" -eq "$(recipes "$second")"
code 3 'and does not open it' at room "$EVX" list s.evx
code 0 'its reader does, by itself' "$EVX" verify s.evx --deep --as officer $trust
code 0 'and extracts it' "$EVX" extract s.evx -C out
ok 'all of it' same phone out/phone
rm -rf out && tar -xf s.evx
ok 'no pack of the lender left with it' sh -c "ls '$second/data' v1/exhibits/'$u'/data | sort | uniq -d | grep -q . && exit 1 || exit 0"
ok 'nor any recipe' not sh -c "find '$second' -name '*.recipe' | grep -q ."
code 0 'what tar has unpacked is the exhibit' "$EVX" export "$second" -o t.evx
ok 'to the byte' cmp s.evx t.evx
rm -rf "$second" t.evx
code 0 'another vault takes it in whole' at lab "$EVX" import s.evx --vault v2 --json
"$EVX" export "$second" --vault v2 -o t.evx >/dev/null
ok 'and gives it out again' cmp s.evx t.evx
rm t.evx
mkdir both
code 0 'two at once, named in two ways' "$EVX" export C-1/E-2 "v1/exhibits/$u" --vault v1 --as officer -o both
ok 'are both there' sh -c "cmp s.evx 'both/$second.evx' && test -f 'both/$u.evx'"
rm -r both
code 2 'exhibits of two vaults' "$EVX" export "v1/exhibits/$u" "v2/exhibits/$u" -o .
mv "v1/exhibits/$u/data" data.away
code 3 'a lender without its packs' "$EVX" export "$second" --vault v1 -o t.evx
gone t.evx 'nothing was made'
mv data.away "v1/exhibits/$u/data"
pack=$(ls -S v1/exhibits/"$u"/data/*.pack | head -n 1)
flip "$pack" 1000
code 1 'a damaged pack of the lender' "$EVX" export "$second" --vault v1 -o t.evx
gone t.evx 'stops the borrower, too'
code 1 'and the lender' "$EVX" export "$u" --vault v1 -o t.evx
gone t.evx 'nothing was made'
flip "$pack" 1000

# ---- Readers
code 0 'who can open it, without a key' keyless "$EVX" recipient list "v1/exhibits/$second" --json
is "$(jq -r '.content_readers, .custody_readers' "$T/out" | tr '\n' ' ')" '2 3 ' 'is counted'
code 0 'with one' "$EVX" recipient list "$second" --vault v1 --as officer --json
is "$(jq -r 'select(.tier) | .tier + (if .vault then "-vault" else "" end)' "$T/out" | sort | tr '\n' ' ')" 'content content-vault custody-vault ' 'named'
code 2 'a reader is named' "$EVX" recipient add "$second" --vault v1
code 1 'only the holder lets others in' at room "$EVX" recipient add "$second" --vault v1 --custody-to "$T/lab.card" --yes
code 0 'a clerk reads the custody details from now on' "$EVX" recipient add "$second" --vault v1 --custody-to "$T/stranger.card" --yes --json
is "$(jq -r '.type, (.readers | length), ([.readers[] | select(.content)] | length)' "$T/out" | tr '\n' ' ')" 'rewrap 1 0 ' 'and the new key files are for nobody else'
code 0 'and does' at stranger "$EVX" log "v1/exhibits/$second" --as stranger $trust --json
is "$(jq -c '[.events[] | select(.details)] | length' "$T/out")" 2 'all of them'
code 3 'and no contents' at stranger "$EVX" list "v1/exhibits/$second"
code 0 'export for the lab' "$EVX" export "$second" --vault v1 -o l.evx --to "$T/lab.card" --purpose 'order 7' --yes
code 0 'lets the lab in' at lab "$EVX" verify l.evx --deep --as lab $trust
code 0 'and tells so in the vault' "$EVX" recipient list "$second" --vault v1 --as officer --json
is "$(jq -r 'select(.tier) | "\(.since)\(.tier)"' "$T/out" | sort | tr '\n' ' ')" '0content 0content 0custody 1custody 2content ' 'in the chain'
is "$(jq -r 'select(.content_readers) | .content_readers, .content_key_file, .custody_readers, .custody_key_file' "$T/out" | tr '\n' ' ')" '3 2 5 2 ' 'with all key files'
code 0 'members of the vault open it still' at room "$EVX" log "$second" --vault v1 --as room $trust --json
is "$(jq -c '[.events[] | select(.details)] | length' "$T/out")" 3 'all details'
# Who was let in does not depend on what somebody wrote: a change of members changes nothing, and the vault opens by its earlier identities.
code 0 'the room leaves' "$EVX" member remove "$(at room "$EVX" id show room --json | jq -r .card.fingerprint)" --vault v1
code 0 'another reader' "$EVX" recipient add "$second" --vault v1 --custody-to "$T/room.card" --yes --json
is "$(jq -r '[.readers[] | .vault] | tostring' "$T/out")" '[false]' 'is all that is added'
# A new custody key would shut the vault out: its newest identity is among the readers, since its identities opened the key files.
code 0 'a new custody key' "$EVX" rewrap "v1/exhibits/$second" --self --to "$T/lab.card" --new-custody-key --yes --json
is "$(jq -c '[.readers[] | [.vault, .content]] | sort' "$T/out")" '[[false,true],[false,true],[true,false]]' 'is for the members of the vault, too'
cp -r "v1/exhibits/$second" "$second"
code 0 'elsewhere' "$EVX" rewrap "$second" --self --to "$T/lab.card" --new-custody-key --yes --json
is "$(jq -c '[.readers[] | .vault]' "$T/out")" '[false,false]' 'there is no vault to be a reader'
rm -r "$second"
rm l.evx

# ---- What is not as it was sealed does not come in
at stranger "$EVX" init v3 --as stranger --quiet >/dev/null || exit 1
for one in officer lab room; do accept $one v3; done
empty() { test -z "$(ls -A v3/exhibits v3/tmp | grep -v '^v3\|^$')" && test ! -e v3/branches/"$u"; }
refused() { # refused CODE NAME BUNDLE
	code "$1" "$2" at stranger "$EVX" import "$3" --vault v3
	ok "$2: nothing came in" empty
}
half=$(($(stat -c %s a.evx) / 2))
head -c "$half" a.evx >bad.evx
refused 3 'a bundle cut short' bad.evx
for at in 700 200000 "$((half * 2 - 20000))"; do
	cp a.evx bad.evx && flip bad.evx "$at"
	refused 1 "a byte changed at $at" bad.evx
done
printf 'no bundle' >bad.evx
refused 3 'no bundle at all' bad.evx
cp fork.evx bad.evx && "$EVX" note bad.evx more --quiet >/dev/null && flip bad.evx "$(grep -abo 'custody/0001-note.json.sig1' bad.evx | head -n 1 | cut -d: -f1 | awk '{print $1 + 700}')"
refused 1 'a signature of the chain changed' bad.evx
tar -xf a.evx
other=11111111-2222-4333-8444-555555555555
mv "$u" "$other"
refused 1 'a directory of another UUID' "$other"
mv "$other" "$u"
pack=$(ls "$u"/data/*.pack | head -n 1)
mv "$pack" away.pack && ln -s "$W/away.pack" "$pack"
refused 1 'a pack that is a link' "$u"
rm "$pack"
refused 1 'a pack that is missing' "$u"
mv away.pack "$pack" && mv "$u/custody" custody.away && ln -s "$W/custody.away" "$u/custody"
refused 1 'a folder that is a link' "$u"
rm "$u/custody" && mv custody.away "$u/custody"
code 0 'the directory as it was' at stranger "$EVX" import "$u" --vault v3
ok 'comes in' diff -r "$u" "v3/exhibits/$u"
rm -rf "$u" bad.evx
# Another exhibit with that UUID.
rm -rf "v3/exhibits/$u" && tar -xf s.evx && mv "$second" "v3/exhibits/$u" &&
	sed -i "s/\"uuid\":\"[^\"]*\"/\"uuid\":\"$u\"/" "v3/exhibits/$u/custody/0000-seal.json"
code 1 'another exhibit has the UUID' at stranger "$EVX" import a.evx --vault v3 --json
is "$(jq -r '.result, (.vault_seal_hash != .seal_hash)' "$T/out" | tr '\n' ' ')" 'other true ' 'and is reported as that'
code 1 'in words' at stranger "$EVX" import a.evx --vault v3
out_has 'TWO EXHIBITS UNDER ONE UUID' 'too'
is "$(ls v3/tmp)" '' 'nothing was stored'
rm -rf "v3/exhibits/$u" && tar -xf s.evx && mv "$second" "v3/exhibits/$u"
code 1 'what the vault has under its UUID is none' at stranger "$EVX" import a.evx --vault v3
rm -rf "v3/exhibits/$u" && tar -xf a.evx && mv "$u" v3/exhibits/ && flip "v3/exhibits/$u/custody/0000-seal.json" 1
code 1 'a seal of the vault that cannot be read' at stranger "$EVX" import a.evx --vault v3
err_has 'its seal cannot be read. Nothing was imported. To see why, run: evx check' 'is told'
rm -rf "v3/exhibits/$u" && tar -xf long.evx && mv "$u" v3/exhibits/ && flip "v3/exhibits/$u/custody/0002-note.details.age" 300
cp long.evx longer.evx && "$EVX" note longer.evx three --quiet >/dev/null || exit 1
code 1 'a custody record of the vault that is broken' at stranger "$EVX" import longer.evx --vault v3
err_has 'broken from entry 0002 on. Nothing can be added to it. To see why, run: evx check' 'is told'
rm -rf longer.evx "v3/exhibits/$u" && mkdir "v3/exhibits/$u"
code 3 'nor is an empty directory' at stranger "$EVX" import a.evx --vault v3
rmdir "v3/exhibits/$u" && ln -s "$W/phone" "v3/exhibits/$u"
code 1 'a link is not followed' at stranger "$EVX" import a.evx --vault v3
rm "v3/exhibits/$u"
rmdir v3/tmp && ln -s "$W/phone" v3/tmp
code 1 'nor in place of tmp' at stranger "$EVX" import a.evx --vault v3
rm v3/tmp && mkdir v3/tmp

# ---- Interrupted, at once, without room
stuck() { test -n "$(find v3/tmp -name '*.pack' -size +0)" || ! kill -0 "$importer"; }
head -c 80000000 /dev/zero | openssl enc -aes-128-ctr -K 00000000000000000000000000000000 -iv 00000000000000000000000000000000 >large 2>/dev/null || head -c 80000000 /dev/urandom >large
sealed large.evx large && rm large
EVX_HOME=$T/stranger "$EVX" import large.evx --vault v3 --quiet >/dev/null 2>&1 &
importer=$!
wait_for stuck
kill -KILL "$importer" 2>/dev/null
wait "$importer" 2>/dev/null
large=$(tar -tf large.evx | head -n 1 | cut -d/ -f1)
if [ -e "v3/exhibits/$large" ]; then skip 'it was too fast to be killed'; else pass 'a killed import leaves no exhibit'; fi
code 0 'the next one works' at stranger "$EVX" import a.evx --vault v3
is "$(ls v3/tmp)" '' 'and clears away what was left'
EVX_HOME=$T/stranger "$EVX" import large.evx --vault v3 --json >one.out 2>&1 &
first=$!
EVX_HOME=$T/stranger "$EVX" import large.evx --vault v3 --json >two.out 2>&1
a=$?
wait "$first"
is "$? $a" '0 0' 'two imports of one bundle at once succeed'
ok 'and it is there once' sh -c "cat one.out two.out | grep -c '\"new\"' | grep -q '^[01]\$' && test -e 'v3/exhibits/$large'"
is "$(ls v3/tmp)" '' 'nothing else is left'
rm -rf "v3/exhibits/$large"
code 3 'no room' sh -c "trap '' XFSZ; ulimit -f 10000; EVX_HOME='$T/stranger' exec '$EVX' import large.evx --vault v3"
gone "v3/exhibits/$large" 'leaves no exhibit'
is "$(ls v3/tmp)" '' 'nor anything else'
code 3 'no room for the export' sh -c "trap '' XFSZ; ulimit -f 1000; exec '$EVX' export v3/exhibits/$u -o t.evx"
is "$(ls -A | grep 't.evx')" '' 'leaves nothing'
rm -f large.evx one.out two.out

# ---- Cases
id=$("$EVX" case list --vault v1 --as officer --json | jq -r 'select(.labels[0].label == "C-1").case')
"$EVX" seal phone -o p.evx --case C-1 --exhibit E-9 --public-label --self --quiet >/dev/null 2>&1
"$EVX" seal phone -o q.evx --case C-1 --exhibit E-8 --self --quiet >/dev/null 2>&1
"$EVX" seal phone -o r.evx --case X-1 --exhibit E-7 --self --quiet >/dev/null 2>&1
cp q.evx q2.evx
code 0 'a public label, with a member' "$EVX" import p.evx --vault v1 --as officer --json
is "$(jq -r .case "$T/out")" "$id" 'files it'
code 0 'a label in the details' "$EVX" import q.evx --vault v1 --as officer --json
is "$(jq -r .case "$T/out")" "$id" 'does, too'
code 0 'a label of no case' "$EVX" import r.evx --vault v1 --as officer --json
is "$(jq -r '.case == null' "$T/out")" true 'does not'
code 0 'a case by its id, without a key' keyless "$EVX" import a.evx p.evx --vault v2 --founder "$f2" --json
tar -tf p.evx | head -n 1 | cut -d/ -f1 >p.uuid && rm -r "v2/exhibits/$(cat p.uuid)"
code 3 'a case that is not there' keyless "$EVX" import p.evx --vault v2 --founder "$f2" --case 22222222-2222-4333-8444-555555555555
c2=$(at lab "$EVX" case new L-1 --vault v2 --as lab)
code 0 'by its id' keyless "$EVX" import p.evx --vault v2 --founder "$f2" --case "$c2" --json
ok 'is marked' test -f "v2/cases/$c2/exhibits/$(cat p.uuid)"
code 3 'a label takes a member' at stranger "$EVX" import r.evx --vault v2 --case L-1
code 0 'as one' at lab "$EVX" import r.evx --vault v2 --case L-1 --json
is "$(jq -r .case "$T/out")" "$c2" 'it is found'
code 3 'a label that no case has' at lab "$EVX" import q.evx --vault v2 --case L-2
code 0 'what was imported is listed' at lab "$EVX" exhibits --vault v2 --as lab
ok 'all of it' sh -c "grep -c . '$T/out' | grep -qx '[4-9]'"

done_testing
