#!/bin/sh
# verify, show and log: without a key, with one, of packed and unpacked bundles.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
sealed a.evx phone --authority 'Warrant 9' || exit 1
uuid=$(sed -n 's/^uuid *//p' "$T/seal.out")
hash=$(sed -n 's/^seal hash *//p' "$T/seal.out")
seal_code=$(sed -n 's/^seal code *//p' "$T/seal.out")
card="$T/officer.card"

code 5 'without a key and without a card to compare with' at nobody "$EVX" verify a.evx
out_has '^trust: could not check' 'who signed was not checked'
out_has '^DATA GOOD, but whose key signed was not compared' 'and the last line says so, too'
is "$(tail -n 4 "$T/out" | cut -d: -f1 | tr '\n' ' ' | cut -d' ' -f1-3)" 'data custody trust' 'the verdict comes last'
out_has '^data: intact' 'the data line'
out_has "$hash" 'the seal hash'
out_has "$seal_code" 'the seal code'
code 0 'with the signer trusted' at nobody "$EVX" verify a.evx --trust "$card"
out_has 'officer of officer' 'the signer has a name then'
out_has '^GOOD' 'the last word is good'
code 5 'trusting somebody else does not help' at nobody "$EVX" verify a.evx --trust "$T/lab.card"
gone "$T/nobody" 'no home was made'

code 0 'deep, by the lab' at lab "$EVX" verify a.evx --deep --trust "$card"
out_has '^opened ' 'says what was opened'
code 3 'deep, by a custody reader' at room "$EVX" verify a.evx --deep --trust "$card"
code 3 'deep, by a stranger' at stranger "$EVX" verify a.evx --deep --trust "$card"
code 3 'deep, without a home' at nobody "$EVX" verify a.evx --deep --trust "$card"
code 0 'by a custody reader' at room "$EVX" verify a.evx --as room --trust "$card"
code 3 'a bundle that is not there' at nobody "$EVX" verify nowhere.evx
code 3 'a card that is not there' at nobody "$EVX" verify a.evx --trust nowhere.card
code 3 'an identity that is not there' at lab "$EVX" verify a.evx --as nobody

code 0 'show without a key' at nobody "$EVX" show a.evx
out_has "^uuid *$uuid" 'show tells the UUID'
out_has '^readers *1 can open the evidence, 2 the custody details' 'how many can open it'
out_has 'its index and small members only' 'that it read only the index'
ok 'and no particulars' not grep -q 'Warrant 9' "$T/out"
code 0 'show by a custody reader' at room "$EVX" show a.evx --as room
out_has 'Warrant 9' 'tells the particulars'
code 0 'log without a key' at nobody "$EVX" log a.evx --trust "$card"
out_has '^0000 .*seal' 'log tells the seal'
out_has 'officer of officer' 'and who signed'
code 0 'log by the lab' at lab "$EVX" log a.evx --as lab
out_has 'authority: Warrant 9' 'tells details'
code 3 'show by a stranger who asks for particulars' at stranger "$EVX" show a.evx --as stranger

# A bundle whose index is broken is not sound because show and log can still read it, and they read no packs then either.
at=$(grep -abo 'index-0000' a.evx | tail -n 1 | cut -d: -f1)
cp a.evx index.evx && printf x | dd of=index.evx bs=1 seek=$((at + 532)) conv=notrunc status=none
for c in show log; do
	code 1 "$c: a broken index is bad" at nobody "$EVX" $c index.evx --trust "$card"
	out_has 'BROKEN *D-INDEX' 'and said'
	out_has 'index and small members only' 'and what was not read, too'
done
rm index.evx

tar -xf a.evx
code 0 'an unpacked bundle' at nobody "$EVX" verify "$uuid" --trust "$card"
cp -r "$uuid" crowd && mkdir hide && mv crowd "hide/$uuid"
i=0
while [ $i -lt 1100 ]; do : >"hide/$uuid/extra$i"; i=$((i + 1)); done
pack=$(ls "hide/$uuid/data" | head -n 1)
printf x | dd of="hide/$uuid/data/$pack" bs=1 seek=1000 conv=notrunc status=none
code 1 'damage behind a thousand remarks' at nobody "$EVX" verify "hide/$uuid" --trust "$card"
out_has '^BROKEN *D-PACK-HASH' 'is shown'
out_has '^10[12] more findings are counted and not shown$' 'what is not shown is counted'
rm -r hide
code 0 'deep, unpacked' at lab "$EVX" verify "$uuid" --deep --trust "$card"
code 0 'show, unpacked' at nobody "$EVX" show "$uuid"
echo stray >"$uuid/stray"
run at nobody "$EVX" verify "$uuid" --trust "$card"
ok 'a file too many is said' grep -q 'stray' "$T/out"
rm "$uuid/stray"
mv "$uuid/README.txt" .
code 1 'a file too few is bad' at nobody "$EVX" verify "$uuid" --trust "$card"
mv README.txt "$uuid"
printf x >>"$uuid/custody/0000-seal.json"
code 1 'a longer file is bad' at nobody "$EVX" verify "$uuid" --trust "$card"

# What a sealer wrote may be meant for the reader's terminal.
code 0 'labels with control characters' "$EVX" seal phone/fifo -o hostile.evx --case "$(printf 'C\033[2J')" \
	--exhibit "$(printf 'E\342\200\256x')" --self --public-label --description 'a "b" \u0041'
ok 'are escaped when they are sealed' not grep -q "$(printf '\033')\|$(printf '\342\200\256')" "$T/out"
for c in 'show hostile.evx' 'show hostile.evx --as officer' 'log hostile.evx --as officer' 'verify hostile.evx --as officer'; do
	code 0 "$c" "$EVX" $c
	ok "$c: no control character, no change of direction" not grep -q "$(printf '\033')\|$(printf '\342\200\256')" "$T/out"
done
"$EVX" show hostile.evx --as officer >"$T/out"
out_has 'description: a "b" \\x5cu0041$' 'quotes and backslashes come back as they were'

(at nobody "$EVX" verify a.evx --trust "$card" >/dev/full) 2>"$T/err"
is $? 3 'a full standard output is no success'
(at nobody "$EVX" verify a.evx --trust "$card" >&-) 2>"$T/err"
is $? 3 'a closed one neither'
code 0 'options may stand behind' at nobody "$EVX" verify --trust "$card" a.evx --quiet
done_testing
