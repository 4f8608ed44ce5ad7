#!/bin/sh
# A second face behind the end: old manifest, bag-info, genuine custody files and an index that spans all between. Whoever starts from the index would see
# another chain, with another holder. Every command sees the one chain, or refuses; verify never calls such a file good, and nothing is written to it.
. "$(dirname "$0")/../cli/lib.sh"

for tool in jq python3; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
relay() { PYTHONDONTWRITEBYTECODE=1 python3 "$TOP/tests/attacks/relay.py" "$@"; }
people && mkdir phone && head -c 100000 /dev/urandom >phone/one && sealed old.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"

cp old.evx new.evx
code 0 'the officer releases it' "$EVX" release new.evx --to "$T/lab.card" --keeps nothing --purpose p --receipt 1.txt
code 0 'the lab accepts' at lab "$EVX" accept new.evx --receipt 2.txt
code 0 'as it is: good' "$EVX" verify new.evx $cards
relay behind new.evx old.evx two.evx
end=$(stat -c %s new.evx)

# same FILE: show, log, verify, compare and recipient list say what they say of the true chain, and none ends with 0 where the exit code is a verdict.
same() {
	code 5 "$1: verify" "$EVX" verify "$1" $cards --json
	is "$(jq -r '.events | length' "$T/out")" 3 "$1: verify sees the chain"
	is "$(jq -r '[.findings[] | select(.code == "D-TRAILING") | .weight] | join(",")' "$T/out")" gap "$1: and says what stands behind it"
	out_has "the first $end bytes" "$1: and where the bundle ends"
	for command in show log; do
		code 5 "$1: $command" "$EVX" $command "$1" $cards --json
		is "$(jq -r '.events | length' "$T/out")" 3 "$1: $command sees the chain"
		is "$(jq -r '.events[2].type' "$T/out")" accept "$1: $command sees who holds it"
	done
	code 5 "$1: compare" "$EVX" compare "$1" new.evx
	ok "$1: compare sees one chain" grep -q -i -e 'same' "$T/out"
	run "$EVX" recipient list "$1"
	is "$rc $(sort "$T/out")" "5 $listed" "$1: recipient list"
	err_has 'Extra bytes follow the end' "$1: which warns"
	rm -rf restored
	for command in list 'extract -C restored'; do
		code 5 "$1: $command" "$EVX" ${command%% *} "$1" ${command#"${command%% *}"} --quiet
		err_has 'Extra bytes follow the end' "$1: $command warns"
	done
	code 5 "$1: cat" "$EVX" cat "$1" phone/one
	ok "$1: cat gives what was sealed" cmp "$T/out" phone/one
	ok "$1: extract gives what was sealed" cmp restored/phone/one phone/one
}
run "$EVX" recipient list new.evx
listed=$(sort "$T/out")
same two.evx
cp two.evx before.evx

# refused WHO COMMAND...: ends with 1, says what to do, changes nothing.
refused() {
	who=$1
	shift
	code 1 "$2 by the $who is refused" at "$who" "$@"
	err_has "head -c $end OLD > NEW" "$2: says how to go on"
	ok "$2: the file is as it was" cmp before.evx two.evx
}
refused officer "$EVX" note two.evx text
refused lab "$EVX" note two.evx text
refused lab "$EVX" release two.evx --to "$T/officer.card" --keeps nothing --purpose p
refused lab "$EVX" rewrap two.evx --to "$T/lab.card" --quiet
refused lab "$EVX" recipient add two.evx --to "$T/room.card" --yes
refused lab "$EVX" verify-event two.evx
code 1 'the former holder releases nothing' "$EVX" release two.evx --to "$T/stranger.card" --keeps nothing --purpose p
ok 'and changes nothing' cmp before.evx two.evx
code 0 'a receipt of the true chain' at lab "$EVX" note new.evx text --detached 3.txt
refused lab "$EVX" append two.evx 3.txt

# As the message says.
head -c "$end" two.evx >copy.evx
code 0 'the copy of the first bytes is good' "$EVX" verify copy.evx $cards
ok 'it is the bundle' cmp copy.evx new.evx
code 0 'and goes on' at lab "$EVX" append copy.evx 3.txt

# Zeros are zeros; one byte among them is enough.
{ cat new.evx; head -c 2000 /dev/zero; } >zeros.evx
code 0 'zeros behind the end' "$EVX" verify --details zeros.evx $cards
out_has '^remark  *D-TRAILING' 'are remarked'
code 0 'and make way' at lab "$EVX" note zeros.evx text
code 0 'for what is added' "$EVX" verify --details zeros.evx $cards
ok 'without a remark' not grep -q D-TRAILING "$T/out"
{ cat new.evx; head -c 2000 /dev/zero; printf x; } >byte.evx
end=$(stat -c %s new.evx)
code 5 'one byte that is not zero' "$EVX" verify byte.evx $cards
out_has '^OPEN QUESTIONS .*extra bytes follow the end of the bundle' 'the first line says so'
code 5 'also for show' "$EVX" show byte.evx $cards
code 5 'and on a pipe' sh -c "'$EVX' verify - $cards <byte.evx"
cp byte.evx before.evx && cp byte.evx two.evx
refused lab "$EVX" note two.evx text

# Joined by cat, behind a whole bundle: the first one counts.
cat new.evx old.evx >both.evx
code 5 'two bundles in one file' "$EVX" show both.evx $cards --json
is "$(jq -r '.events | length' "$T/out")" 3 'the first one counts'
cat old.evx new.evx >both.evx
code 5 'the other way round' "$EVX" show both.evx $cards --json
is "$(jq -r '.events | length' "$T/out")" 1 'the first one counts'

# The unpacked form: files that no index lists change no answer.
mkdir dir && tar -C dir -xf new.evx && uuid=$(ls dir)
cp -r dir/"$uuid"/custody/0000-seal.json dir/"$uuid"/custody/0003-note.json
cp dir/"$uuid"/custody/0000-seal.record dir/"$uuid"/custody/0003-note.record
for command in verify show log; do
	code 0 "unpacked, with more files: $command" "$EVX" $command dir/"$uuid" $cards --json
	is "$(jq -r '.events | length' "$T/out")" 3 "$command sees the chain"
done
# An index that is not the one computed is broken, whoever reads.
cp dir/"$uuid"/index-0002 dir/"$uuid"/index-0003
for command in verify show log; do
	code 1 "unpacked, an index of no group: $command" "$EVX" $command dir/"$uuid" $cards
done
code 1 'nothing is added' at lab "$EVX" note dir/"$uuid" text
done_testing
