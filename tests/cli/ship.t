#!/bin/sh
# Exhibits out of a vault as bundles, and bundles into one: byte for byte, judged on the way, and every way in which two chains can relate.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
evidence phone
trust="--trust $T/officer.card --trust $T/lab.card"
"$EVX" init v1 --as officer --quiet >/dev/null && at lab "$EVX" init v2 --as lab --quiet >/dev/null || exit 1
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
code 0 'and takes it in without a key' keyless "$EVX" import a.evx --vault v2 --json
is "$(jq -r '.result, .uuid, .events, .bytes, .exit' "$T/out" | tr '\n' ' ')" "new $u 1 $(stat -c %s a.evx) 0 " 'as new'
ok 'the directory is the same' diff -r "v1/exhibits/$u" "v2/exhibits/$u"
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
rm -rf many parts.evx.* b.evx c.evx

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
code 0 'a longer chain' keyless "$EVX" import long.evx --vault v2 --json
is "$(jq -r '.result, .added, .events' "$T/out" | tr '\n' ' ')" 'longer 2 3 ' 'extends that of the vault'
"$EVX" export "$u" --vault v2 -o d.evx >/dev/null
ok 'to the same bytes' cmp d.evx long.evx
rm d.evx
code 0 'a shorter one' "$EVX" import a.evx --vault v2 --json
is "$(jq -r '.result, .events' "$T/out" | tr '\n' ' ')" 'shorter 3 ' 'changes nothing'
code 5 'another chain' keyless "$EVX" import fork.evx --vault v2 --json
is "$(jq -r '.result, .added, .common_events, .rightful' "$T/out" | tr '\n' ' ')" 'branch 1 1 false ' 'is kept as a branch'
branch=$(echo v2/branches/"$u"/*.receipt)
code 1 'the receipt with the exhibit' "$EVX" verify "v2/exhibits/$u" --with "$branch" $trust
out_has 'R-FORK' 'shows the fork'
code 5 'the same branch again' "$EVX" import fork.evx --vault v2 --json
is "$(jq -r .added "$T/out")" 0 'is there already'
printf x >"$branch"
code 5 'a receipt that was damaged' "$EVX" import fork.evx --vault v2 --json
is "$(jq -r .added "$T/out")" 1 'is made anew'
code 0 'export' "$EVX" export "$u" --vault v2 -o d.evx
out_has 'NOT IN IT: 1 event' 'tells of the branch'
ok 'and leaves it out' cmp d.evx long.evx
rm d.evx
code 0 'several at once' "$EVX" import a.evx long.evx --vault v1 --json
is "$(jq -r .result "$T/out" | tr '\n' ' ')" 'same longer ' 'each for itself'

done_testing
