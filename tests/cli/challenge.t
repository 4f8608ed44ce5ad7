#!/bin/sh
# evx challenge and evx answer: that an exhibit is still there, proved without a key.
. "$(dirname "$0")/lib.sh"

people && person court court || exit 1
mkdir phone && head -c 70000000 /dev/urandom >phone/noise && mkdir small && echo small >small/file
sealed a.evx phone && "$EVX" seal small -o b.evx --case C-1 --exhibit E-2 --self --quiet || exit 1
at court "$EVX" trust add "$T/officer.card" --yes >/dev/null || exit 1
json() { python3 -c "import json,sys; o=json.load(open('$T/out')); print($1)"; }
prepare() { "$EVX" challenge "$@" --to "$T/court.card"; }
take() { at court "$EVX" challenge "$1" --next -o "$2"; }
# Without a key, and without a home.
answer() { at nobody "$EVX" answer "$@"; }
check() { at court "$EVX" challenge --check "$@"; }
# marks LIST: how many things were done with its challenges.
marks() { grep -c '^{"challenge":' "$1"; }
# put FILE OFFSET TEXT
put() { printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }

# Prepared, asked, answered, judged.
code 0 'challenges are prepared' prepare a.evx --prepare 4 --packs 2 -o list
out_has '^Prepared: list (4 challenges)$' 'says how many'
out_has '^  covers *2 of 3 packs, and the custody record up to entry 0000' 'and what they cover'
out_has '^  finds *the loss of 1 pack in 10 with a chance of 66.7 %' 'and what they find'
out_has '^  may ask *court of court, .*SHA256:' 'and who may ask'
run "$EVX" show a.evx --json
seal=$(json 'o["seal_code"]')
code 0 'one is taken out' take list c1
out_has '^Challenge: c1 (3 challenges left)$' 'says how many are left'
out_has "^  seal code *$seal" 'and of which exhibit'
is "$(marks list)" 1 'and is marked'
code 0 'the holder answers without a key' answer c1 a.evx -o a1
out_has '^  asked by *UNKNOWN  SHA256:' 'and is told who asks'
out_has '^  read *2 packs' 'and what was read'
is "$(wc -l <a1)" 1 'the answer is one line'
ok 'and small' test "$(wc -c <a1)" -lt 400
code 0 'a holder who knows the asker' at officer "$EVX" trust add "$T/court.card" --yes
code 0 'answers the same' "$EVX" answer c1 a.evx -o a1-again
out_has '^  asked by *court of court' 'and sees the name'
ok 'byte for byte' cmp a1 a1-again
code 0 'a right answer' check a1 list
out_has '^PROVED  ' 'is proved'
out_has '^  prepared by *officer of officer' 'with who prepared it'
out_has '^  asked  ' 'and when it was asked'
code 5 'the same answer again' check a1 list
out_has '^USED BEFORE  ' 'proves nothing new'
out_has '^  proved  ' 'and says since when'
is "$(marks list)" 2 'and is not marked again'
code 0 'what is left' at court "$EVX" challenge list
out_has '^  used *1 of 4 challenges; proved: 1$' 'is told'
code 0 'to somebody without a home, too' at nobody "$EVX" challenge list
out_has '^  prepared by *UNKNOWN  SHA256:' 'to whom the preparer is unknown'

# Wrong and astray.
code 0 'another one' take list c2
code 0 'answered' answer c2 a.evx -o a2
sed 's/"answer":"\(.\)\(.\)/"answer":"\2\1/; s/"answer":"\(.\)\1/"answer":"01/' a2 >wrong
ok 'an altered answer' not cmp -s a2 wrong
code 1 'is judged' check wrong list
out_has '^WRONG  ' 'as wrong'
code 0 'the right one may still come' check a2 list
run at court "$EVX" challenge list --json
is "$(json 'o["taken"], o["proved"], o["wrong"], o["challenges"], o["preparer_known"], len(o["askers"])')" '2 2 1 4 True 1' 'all of it as JSON'
sed 's/"challenge":"[0-9a-f]\{8\}/"challenge":"00000000/' a2 >unknown
code 3 'an answer to another challenge' check unknown list
out_has '^UNKNOWN CHALLENGE  ' 'is not compared'
code 0 'a list of another exhibit' prepare b.evx --prepare 1 -o other
out_has 'each pack that is lost, since every challenge names all' 'with one pack'
code 3 'an answer for it' check a1 other
out_has '^NOT FOR THIS EXHIBIT  ' 'is for another exhibit'
out_has "^  answer for *$seal" 'and says which'
run check a1 other --json
is "$(json 'o["verdict"], o["exit"]')" 'other_exhibit 3' 'as JSON'
cp list copy
code 0 'one taken from a copy of the list' take copy c3
code 0 'and answered' answer c3 a.evx -o a3
code 5 'judged by the first list' check a3 list
out_has '^NOT ASKED  ' 'was not asked'
code 0 'and by the copy' check a3 copy

# Who may ask.
code 3 'somebody else asks' at lab "$EVX" challenge list --next -o x
err_has 'This list has no challenges for you' 'and has none'
code 3 'or checks' at lab "$EVX" challenge --check a3 list
code 0 'a list for two' "$EVX" challenge a.evx --prepare 1 --to "$T/court.card" --self -o two
out_has '^Prepared: two (1 challenge for each asker)$' 'has challenges for each'
code 0 'the one' take two t1
code 0 'and the other' "$EVX" challenge two --next -o t2
ok 'do not ask the same' not cmp -s t1 t2
code 3 'the only one was used' take two t3
err_has 'All your challenges in this list are used' 'says so'
gone t3 'and writes nothing'
code 0 'for oneself' "$EVX" challenge b.evx --prepare 1 -o own
out_has '^  may ask *officer of officer' 'without --to'

# A preparer whom the asker does not know.
code 0 'a stranger prepares' at stranger "$EVX" challenge a.evx --prepare 1 --to "$T/court.card" -o strange
code 0 'one is taken' take strange s1
err_has 'An unknown signer prepared this list' 'with a warning'
code 0 'answered' answer s1 a.evx -o sa1
code 5 'and judged' check sa1 strange
out_has '^OPEN QUESTIONS  .*unknown signer prepared' 'with an open question'
run check sa1 strange --json
is "$(json 'o["verdict"], o["preparer_known"], o["exit"]')" 'used_before False 5' 'as JSON'

# The custody record goes on: what was prepared before is answered. What was prepared after needs the entry.
cp a.evx before.evx && cp a.evx fork.evx
code 0 'a note' "$EVX" note a.evx 'moved to shelf 4'
code 0 'and another one in a copy' "$EVX" note fork.evx 'something else'
take list c4 && answer c4 a.evx -o a4
code 0 'an earlier challenge is answered from the longer record' check a4 list
code 0 'a list with the note' prepare a.evx --prepare 1 --packs 1 -o noted
out_has 'up to entry 0001' 'covers it'
code 0 'one' take noted n1
code 1 'an older copy' answer n1 before.evx -o x
err_has 'ends with entry 0000, and the challenge asks for entry 0001' 'lacks the entry'
code 1 'a copy that went another way' answer n1 fork.evx -o x
err_has 'Entry 0001 of this copy is not the one' 'cannot answer'
code 3 'another exhibit' answer n1 b.evx -o x
err_has "another exhibit, with seal code" 'cannot answer'
gone x 'nothing is written'

head -c 1000 a.evx >no-challenge
code 3 'an exhibit in the place of the challenge' answer no-challenge a.evx -o x
err_has 'Name the challenge first and then the exhibit' 'says in which order'
gone x 'nothing is written'

# The forms of an exhibit.
code 0 'a list that names all packs' prepare a.evx --prepare 1 -o all
take all f0 && answer f0 a.evx -o f0-file
tar -xf a.evx && dir=$(ls -d ????????-*)
code 0 'an unpacked directory' answer f0 "$dir" -o f0-dir
ok 'gives the same answer' cmp f0-file f0-dir
split -b 30000000 --numeric-suffixes=1 -a 3 a.evx v.evx.
code 0 'volumes' answer f0 v.evx.001 -o f0-volumes
ok 'give it, too' cmp f0-file f0-volumes
code 2 'a pipe' sh -c "cat a.evx | EVX_HOME='$T/nobody' '$EVX' answer f0 - -o x"
pack=$(ls "$dir"/data/*.pack | head -n 1)
put "$pack" 1000 'changed' && chmod u+w "$pack"
code 1 'a pack that was changed' answer f0 "$dir" -o x
err_has 'was changed after the seal' 'gives no answer'
rm "$pack"
code 3 'a pack that is missing' answer f0 "$dir" -o x
code 1 'nothing is prepared from what was changed' sh -c "cp a.evx bad.evx; printf changed | dd of=bad.evx bs=1 seek=40000000 conv=notrunc status=none; '$EVX' challenge bad.evx --prepare 1 -o x"
gone x 'nothing is written'

# In a vault, where two exhibits share data.
export EVX_VAULT="$T/vault"
code 0 'a vault' "$EVX" init --as officer --escrow "$T/room.card" --quiet
for n in 1 2; do code 0 "exhibit $n" "$EVX" seal phone --case V --exhibit $n --self --quiet --yes; done
code 0 'challenges from shared data' "$EVX" challenge V/2 --prepare 1 -o vault-list
code 0 'one of them' "$EVX" challenge vault-list --next -o vc
code 0 'a member answers' "$EVX" answer vc V/2 --as officer -o va
code 0 'rightly' "$EVX" challenge --check va vault-list
uuid=$(cd "$EVX_VAULT/exhibits" && ls */data/*.recipe | sed 's,/.*,,; q')
code 3 'nobody else reads shared data' answer vc "$EVX_VAULT/exhibits/$uuid" -o x
unset EVX_VAULT

# Files that somebody changed, or that are none.
bad() { # bad CODE NAME FILE: a list
	code "$1" "$2" take "$3" x
	gone x "$2: no challenge"
}
for what in uuid entry sha256; do
	sed "1s/\"$what\":\"\\?\\(.\\)/&0/" all >changed
	bad 1 "a list whose $what was changed" changed
done
armor=$(grep -n 'BEGIN AGE' all | cut -d: -f1)
sed "$((armor + 3))s/^\\(.\\)\\(.\\)/\\2\\1/; $((armor + 4))s/^\\(.\\)\\(.\\)/\\2\\1/" all >changed
bad 1 'a list with other challenges' changed
head -n "$((armor + 3))" all >changed
bad 1 'a list that ends early' changed
err_has 'Ask the person who prepared it for a new list' 'says what to do'
sed "${armor}s/AGE/AGO/" all >changed
bad 1 'a list without its age file' changed
{ cat all; echo '{"challenge":"00","taken":"2026-01-01T00:00:00Z"}'; } >changed
bad 1 'a mark that is none' changed
sed '1s,evx-challenges/1,evx-challenges/2,' all >changed
bad 4 'a newer list' changed
ok 'and not that it was damaged' not grep -q 'Ask the person' "$T/err"
head -c 500 all >changed
bad 1 'a list that is cut in its first line' changed
err_has 'Nothing was taken out of it. Ask the person who prepared it' 'says what to do'
code 1 'such a list' at court "$EVX" challenge changed
err_has 'Ask the person who prepared it' 'says so when it is only shown, too'
code 1 'and when an answer is judged' check a1 changed
err_has 'Ask the person who prepared it' 'which is not done'
bad 3 'an exhibit in place of a list' b.evx
err_has 'This is no list of challenges. Nothing was changed. Name the list' 'says what to name'
bad 3 'a large one' a.evx
err_has 'The file has more than 67108864 bytes. .* Name the list' 'says so, too'
bad 3 'a directory' phone
bad 3 'nothing' nowhere
sed '1s/"nonce":"\(.\)/"nonce":"0\1/; 1s/\(.\)","packs"/","packs"/' f0 >changed
code 1 'a challenge with another nonce' answer changed a.evx -o x
sed '1s,evx-challenge/1,evx-challenge/2,' f0 >changed
code 4 'a newer challenge' answer changed a.evx -o x
code 1 'an answer in place of a challenge' answer a1 a.evx -o x
code 3 'an exhibit in its place' answer b.evx a.evx -o x
err_has 'Name the challenge first and then the exhibit' 'says in which order'
code 3 'both the other way round' answer a.evx f0 -o x
err_has '^evx: a.evx: The file has more than 2097152 bytes. A challenge is shorter. Nothing was answered. Name the challenge first' 'says so'
code 3 'an exhibit in place of an answer' check a.evx all
err_has '^evx: a.evx: The file has more than 65536 bytes. .* Name the answer after --check, and then the list' 'says so'
code 1 'a challenge without its signature' sh -c "head -n 1 f0 >changed; EVX_HOME='$T/nobody' exec '$EVX' answer changed a.evx -o x"
sed 's/$/\r/' f0 >mailed
code 0 'a challenge that came by mail' answer mailed a.evx -o mailed-answer
ok 'gives the same answer' cmp f0-file mailed-answer
sed 's,evx-answer/1,evx-answer/2,' f0-file >changed
code 4 'a newer answer' check changed all
code 1 'a challenge in place of an answer' check f0 all
code 1 'an answer that was cut' sh -c "head -c 100 f0-file >changed; EVX_HOME='$T/court' exec '$EVX' challenge --check changed all"

# A mark that a crash cut off counts for nothing, and the next one takes its place.
code 0 'a list for three' prepare b.evx --prepare 3 -o torn
take torn k1
printf '{"challenge":"0123' >>torn
code 0 'with a mark that is not whole' take torn k2
is "$(marks torn)" 2 'the mark gives way'
ok 'and they differ' not cmp -s k1 k2
is "$(tail -c 1 torn | od -An -c | tr -d ' ')" '\n' 'the list ends with a whole line'
code 3 'a challenge is never written over a file' take torn k2
is "$(marks torn)" 2 'and not lost then'
chmod 444 torn
if [ "$(id -u)" -ne 0 ]; then
	code 3 'a list that cannot be marked' take torn k3
	gone k3 'gives no challenge'
else
	skip 'root writes everything'
fi
if [ -w /dev/full ]; then
	code 3 'no room for the list' sh -c "trap '' XFSZ; ulimit -f 1; exec '$EVX' challenge b.evx --prepare 50 -o full"
	gone full 'leaves none'
fi

# Both sides of EVX_CHALLENGE_LIST_MAX.
code 0 'another list' prepare b.evx --prepare 1 -o longest
cp longest longer && truncate -s 67108864 longest && truncate -s 67108865 longer
bad 3 'a list of more than 64 MiB' longer
code 0 'a list of 64 MiB, most of it a mark that was cut off' take longest l1
ok 'is as short as it should be' test "$(wc -c <longest)" -lt 10000

# Interrupted: nothing half-made.
setsid env --default-signal=INT "$EVX" challenge a.evx --prepare 5000 -o slow >"$T/out" 2>"$T/err" &
pid=$!
wait_for sh -c 'ls -A | grep -q "^\.slow\.evx-partial-"'
kill -INT $pid
wait $pid
is $? 130 'an interrupted preparation ends with 130'
gone slow 'and leaves no list'

# Wrong usage.
code 2 'no file to write' prepare a.evx --prepare 1
code 2 'two things at once' "$EVX" challenge list --next --check a1 -o x
code 2 '--packs without --prepare' "$EVX" challenge list --packs 3
code 2 '-o without --next' "$EVX" challenge list -o x
code 2 'no challenges' "$EVX" challenge a.evx --prepare 0 -o x
code 2 'too many' "$EVX" challenge a.evx --prepare 10001 -o x
code 2 'too many packs' "$EVX" challenge a.evx --prepare 1 --packs 1025 -o x
code 2 'an answer without a file' answer c1 a.evx
code 1 'another seal code' "$EVX" challenge b.evx --prepare 1 --code "$seal" -o x
err_has 'WRONG EXHIBIT' 'says so'
code 0 'the right one' "$EVX" challenge a.evx --prepare 1 --packs 1 --code "$seal" -o coded --json
is "$(json 'o["packs"], o["of"], o["entry"], len(o["askers"])')" '1 3 1 1' 'as JSON'
gone x 'nothing was written by any of them'
is "$(ls -A | grep -c partial)" 0 'nothing half-made is left'
done_testing
