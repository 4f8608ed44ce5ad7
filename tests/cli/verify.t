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

# first WORD NAME: the first word of what was said.
first() { is "$(head -n 1 "$T/out" | sed 's/  .*//')" "$1" "$2"; }

code 5 'without a key and without a card to compare with' at nobody "$EVX" verify a.evx
first 'OPEN QUESTIONS' 'the first word'
out_has '^OPEN QUESTIONS .*Who sealed it was not checked' 'the first line says why'
out_has '^  exhibit  *private, needs a key' 'the exhibit'
out_has '^  data  *unchanged  *every byte of 1 pack checked' 'the data'
out_has '^  custody  *complete  *1 entry; held by SHA256:.* since ' 'the custody record'
out_has '^  signers  *UNKNOWN  *SHA256:' 'the signers'
out_has "^  seal code  *$seal_code" 'the seal code'
out_has '^  not checked .*verify --deep' 'what was not checked'
ok 'no hash' not grep -q "$hash" "$T/out"
run env -u COLUMNS EVX_HOME="$T/nobody" "$EVX" verify a.evx
is "$(tr -d '\200-\277' <"$T/out" | awk 'length > 80')" '' 'nothing is wider than 80 columns'
ok 'and all fits on a screen' test "$(wc -l <"$T/out")" -le 24
run env COLUMNS=50 EVX_HOME="$T/nobody" "$EVX" verify a.evx
is "$(tr -d '\200-\277' <"$T/out" | awk 'length > 50 && / [^ ]* [^ ]+$/ && !/SHA256:|[A-Z0-9]-[A-Z0-9]/')" '' 'or wider than COLUMNS'
code 5 'one line' at nobody "$EVX" verify a.evx --quiet
is "$(wc -l <"$T/out")" 1 'is one'
out_has '^OPEN QUESTIONS  a.evx: ' 'with the word and the name'
code 5 'more of it' at nobody "$EVX" verify a.evx --details
first 'OPEN QUESTIONS' 'begins alike'
out_has "^seal hash  *$hash" 'has the seal hash'
out_has '^NOT CHECKED *T-NO-CARDS' 'the findings'
out_has '^entry 0000  .* UTC, seal' 'the entries'
code 0 'with the signer trusted' at nobody "$EVX" verify a.evx --trust "$card"
out_has '^  signers  *known  *officer of officer, Office officer (DE)$' 'the signer has a name then'
first GOOD 'and it is good'
out_has 'later entries, if somebody removed them' 'but for what nobody can see'
run at nobody env TZ=Europe/Berlin "$EVX" verify a.evx --trust "$card"
out_has '^  custody .* since .*:[0-9][0-9] CES*T$' 'times are local, with their zone'
run at nobody env TZ=Europe/Berlin "$EVX" verify a.evx --trust "$card" --json
ok 'in JSON they are UTC' sh -c "jq -e '.verdict == \"GOOD\" and .data.word == \"unchanged\" and (.events[0].time | endswith(\"Z\"))' '$T/out'"
code 5 'trusting somebody else does not help' at nobody "$EVX" verify a.evx --trust "$T/lab.card"
out_has '^  signers  *UNKNOWN' 'nor is he called known'
gone "$T/nobody" 'no home was made'

code 0 'deep, by the lab' at lab "$EVX" verify a.evx --deep --trust "$card"
out_has '^  data  *unchanged .*1 pack checked, and [0-9]* files inside' 'says what was opened'
mkdir counted && echo 12345 >counted/a && ln counted/a counted/b && ln -s a counted/c && printf xyz >counted/d && mkfifo counted/e || exit 1
sealed counted.evx counted || exit 1
code 0 'deep, of files, links and others' at lab "$EVX" verify counted.evx --deep --trust "$card" --json
is "$(jq -r '[.. | objects | select(has("deep_files")) | .deep_lines, .deep_files, .deep_bytes] | join(" ")' "$T/out")" '6 2 9' 'what was opened is counted once'
code 3 'deep, by a custody reader' at room "$EVX" verify a.evx --deep --trust "$card"
out_has '^NOT CHECKED ' 'still ends with a verdict'
out_has '^  data  *not checked *every byte of 1 pack checked, but no file inside' 'of what was checked'
code 3 'deep, by a stranger' at stranger "$EVX" verify a.evx --deep --trust "$card"
out_has '^NOT CHECKED ' 'ends with a verdict, too'
code 3 'deep, without a home' at nobody "$EVX" verify a.evx --deep --trust "$card"
out_has '^NOT CHECKED ' 'and without a home'
code 3 'with codes' at nobody "$EVX" verify a.evx --deep --details --trust "$card"
out_has 'D-DEEP  The files inside were not checked' 'it says what is missing'
code 0 'by a custody reader' at room "$EVX" verify a.evx --as room --trust "$card"
code 3 'a bundle that is not there' at nobody "$EVX" verify nowhere.evx
code 3 'a card that is not there' at nobody "$EVX" verify a.evx --trust nowhere.card
code 3 'an identity that is not there' at lab "$EVX" verify a.evx --as nobody

code 0 'show without a key' at nobody "$EVX" show --details a.evx
out_has "^uuid *$uuid" 'show tells the UUID'
out_has '^readers *1 can open the evidence, 2 the custody details' 'how many can open it'
out_has '^data  *not checked' 'that it did not read the data'
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
	code 1 "$c: a broken index is bad" at nobody "$EVX" $c --details index.evx --trust "$card"
	out_has 'BROKEN *D-INDEX' 'and said'
	is "$(head -n 1 "$T/out" | cut -c 1-5)" 'BAD  ' 'by the first word'
done
rm index.evx

tar -xf a.evx
code 0 'an unpacked bundle' at nobody "$EVX" verify "$uuid" --trust "$card"
cp -r "$uuid" crowd && mkdir hide && mv crowd "hide/$uuid"
i=0
while [ $i -lt 1100 ]; do : >"hide/$uuid/extra$i"; i=$((i + 1)); done
pack=$(ls "hide/$uuid/data" | head -n 1)
flip "hide/$uuid/data/$pack" 1000
code 1 'damage behind a thousand remarks' at nobody "$EVX" verify --details "hide/$uuid" --trust "$card"
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
code 0 'labels with control characters' "$EVX" seal phone/notes/one.txt -o hostile.evx --case "$(printf 'C\033[2J')" \
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

# Several bundles: each on its own, the worst exit code.
rm -rf several && mkdir several && cd several || exit 1
card=$T/officer.card
"$EVX" seal ../phone/notes/one.txt -o good.evx --case C --exhibit 1 --to "$T/lab.card" --quiet 2>/dev/null || exit 1
cp good.evx second.evx && cp good.evx bad.evx && flip bad.evx "$(($(grep -abo 'payload/' bad.evx | head -n 1 | cut -d: -f1) + 600))"
at stranger "$EVX" seal ../phone/notes/one.txt -o unknown.evx --case C --exhibit 2 --to "$T/lab.card" --quiet 2>/dev/null || exit 1
code 1 'a bundle that was changed' at nobody "$EVX" verify bad.evx --trust "$card"
code 5 'one of somebody unknown' at nobody "$EVX" verify unknown.evx --trust "$card"
code 0 'two good bundles' at nobody "$EVX" verify good.evx second.evx --trust "$card"
is "$(cut -c 1-20 "$T/out" | tr '\n' '|')" 'GOOD  good.evx: Noth|GOOD  second.evx: No||2 bundles: 2 GOOD|' 'one line each, and how many'
code 5 'a good and an unknown one' at nobody "$EVX" verify good.evx unknown.evx --trust "$card"
out_has '^2 bundles: 1 OPEN QUESTIONS, 1 GOOD$' 'are counted, the worst first'
code 3 'one that is not there outweighs open questions' at nobody "$EVX" verify unknown.evx nowhere.evx good.evx --trust "$card"
out_has '^NOT CHECKED  nowhere.evx: There is no answer' 'has its line'
err_has '^evx: nowhere.evx: ' 'and its error'
out_has '^GOOD  good.evx' 'those after it are checked all the same'
code 1 'a bad one outweighs all' at nobody "$EVX" verify good.evx bad.evx nowhere.evx unknown.evx --trust "$card"
out_has '^BAD  bad.evx: ' 'has its line'
out_has '^4 bundles: 1 BAD, 1 NOT CHECKED, 1 OPEN QUESTIONS, 1 GOOD$' 'and the total tells all'
is "$(grep -c '' "$T/out")" 6 'nothing else is printed'
code 1 'with --quiet' at nobody "$EVX" verify bad.evx good.evx --trust "$card" --quiet
is "$(wc -l <"$T/out")" 2 'the total is left out'
code 1 'with --details' at nobody "$EVX" verify bad.evx good.evx --trust "$card" --details
is "$(grep -c '^uuid ' "$T/out")" 2 'the answers are whole'
code 1 'with --json' at nobody "$EVX" verify bad.evx good.evx nowhere.evx --trust "$card" --json
is "$(jq -r '[.bundle, .exit // .error.exit] | map(tostring) | join(" ")' "$T/out" | tr '\n' '|')" 'bad.evx 1|good.evx 0|nowhere.evx 3|' 'one object each, which names the bundle'
at nobody "$EVX" verify good.evx --trust "$card" --json >"$T/out" 2>"$T/err"
is "$(jq -r 'has("bundle")' "$T/out")" false 'of one bundle it is as it was'
code 2 '--code with several' at nobody "$EVX" verify good.evx second.evx --code "$(at nobody "$EVX" show good.evx --json | jq -r .seal_code)"
out_empty 'is refused before anything is read'
code 2 '--deep with a stream among them' at lab "$EVX" verify good.evx - --deep
code 0 '--deep of several' at lab "$EVX" verify good.evx second.evx --deep --trust "$card"
printf 'passphrase\n' >../pass && chmod 600 ../pass
at keyed "$EVX" id new keyed --person K --organisation O --country DE --passphrase-file ../pass --quiet && at keyed "$EVX" id card keyed >../keyed.card || exit 1
"$EVX" seal ../phone/notes/one.txt -o keyed.evx --case C --exhibit 3 --to ../keyed.card --quiet 2>/dev/null && cp keyed.evx keyed2.evx || exit 1
mkfifo ../once && { cat ../pass >../once & }
code 0 'a passphrase from a pipe' at keyed "$EVX" verify keyed.evx keyed2.evx --deep --trust "$card" --passphrase-file ../once
out_has '^2 bundles: 2 GOOD' 'opens all of them'
cd ..
done_testing
