#!/bin/sh
# Who signs again, and who adds, strips or exchanges time-stamps, changes the hash of no event; honest work with time-stamps fits together again.
. "$(dirname "$0")/../cli/lib.sh"
for tool in openssl jq python3 ssh-keygen; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
people && mkdir e && echo text >e/file && sealed a.evx e && sh "$TOP/tests/tsa.sh" make auth || exit 1
cards="--trust $T/officer.card --trust $T/lab.card" ca='--tsa-ca auth/ca.pem'
key() { echo "$T/$1/identities/$1/signing.key"; }
# stamp X EVENT: a time-stamp over this event.
stamped=0
stamp() {
	stamped=$((stamped + 1))
	"$EVX" timestamp "$1" --event "$2" --tsa-request "q$stamped" --quiet && sh "$TOP/tests/tsa.sh" answer auth tsa "q$stamped" "r$stamped" &&
		"$EVX" timestamp "$1" --event "$2" --tsa-response "r$stamped" --tsa-request "q$stamped" $ca --quiet
}
head_of() { "$EVX" log "$1" --json | jq -r '.events[-1].hash'; }
forge() { python3 "$TOP/tests/attacks/forge_receipt.py" "$@"; }

# A time-stamp of the newest event, added or stripped, against a genuine receipt.
cp a.evx n.evx
code 0 'a note, with its receipt' "$EVX" note n.evx text --receipt n.txt --quiet
cp n.evx with.evx
ok 'is time-stamped in one copy' stamp with.evx 1
is "$(head_of with.evx)" "$(head_of n.evx)" 'both copies have one head'
code 0 'the receipt agrees with the copy that has it' "$EVX" verify --details with.evx $cards $ca --with n.txt
ok 'no fork' not grep -q 'R-FORK\|R-TRUNCATED' "$T/out"
code 0 'and with the one that was stripped of it' "$EVX" verify --details n.evx $cards --with n.txt
ok 'no fork there' not grep -q 'R-FORK\|R-TRUNCATED' "$T/out"

# The lab time-stamps a release and accepts; the officer has the acceptance's receipt only.
u=$(tar -tf a.evx | head -n 1 | cut -d/ -f1)
code 0 'released' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose p --receipt release.txt --quiet
cp a.evx lab.evx && cp a.evx before.evx
for v in v1 v2; do
	"$EVX" init $v --as officer --quiet >/dev/null && "$EVX" import a.evx --vault $v --quiet >/dev/null || exit 1
done
ok 'the lab time-stamps the release' stamp lab.evx 1
code 0 'and accepts' at lab "$EVX" accept lab.evx --receipt accept.txt --quiet
is "$(grep -c 'BEGIN EVX TIME-STAMP 0001' accept.txt)" 1 'the receipt carries the time-stamp'
code 0 'verify --with the receipt' "$EVX" verify --details a.evx $cards $ca --with accept.txt
out_has '^GOOD' 'is good'
ok 'no fork comes of it' not grep -q 'R-FORK\|R-TRUNCATED\|C-STAMP' "$T/out"
code 0 'append' "$EVX" append a.evx accept.txt
out_has '1 time-stamp of earlier entries' 'says that the time-stamp came with it'
code 0 'the bundle is good' "$EVX" verify a.evx $cards $ca
out_has '^GOOD' 'in words'
is "$(head_of a.evx)" "$(head_of lab.evx)" 'both have one head'
code 3 'appended twice' "$EVX" append a.evx accept.txt
err_has 'already has this entry 0002' 'says that it is there'
code 0 'receipt import into a vault' "$EVX" receipt import "v1/exhibits/$u" accept.txt
code 0 'is good, too' "$EVX" verify "v1/exhibits/$u" $cards $ca
code 0 "the lab's bundle comes in later" "$EVX" import lab.evx --vault v1 --json
is "$(jq -r '"\(.result) \(.added) \(.stamps)"' "$T/out")" 'same 0 0' 'with nothing new'
code 0 'into another vault' "$EVX" import lab.evx --vault v2 --json
is "$(jq -r '"\(.result) \(.added) \(.stamps)"' "$T/out")" 'longer 1 1' 'with the time-stamp and the acceptance'
is "$(head_of "v1/exhibits/$u")" "$(head_of lab.evx)" 'one head in all of them'
cp before.evx own.evx
ok 'the officer has a time-stamp of his own' stamp own.evx 1
code 0 'append beside it' "$EVX" append own.evx accept.txt
ok 'each has its own number' sh -c 'tar -tf own.evx | grep -q "0001-release.tsr2$"'
code 0 'and all is good' "$EVX" verify own.evx $cards $ca

# Stripped or exchanged behind an event that names it.
sed '/BEGIN EVX TIME-STAMP/,/END EVX TIME-STAMP/d' accept.txt >stripped.txt
code 5 'a receipt stripped of its time-stamp' "$EVX" verify --details before.evx $cards --with stripped.txt
out_has 'C-STAMP-MISSING.*names 1 time-stamp' 'shows that one is missing'
cp before.evx b.evx
code 1 'is not appended' "$EVX" append b.evx stripped.txt
err_has 'C-STAMP-MISSING' 'and why'
ok 'the bundle is as it was' cmp b.evx before.evx
mkdir u && tar -C u -xf a.evx && d=$(echo u/*)
flip "$d/custody/0001-release.tsr" 200
run "$EVX" verify --details "$d" $cards $ca
out_has 'C-STAMP-MISSING' 'an exchanged one is missed'
code 5 'stripped or exchanged, with the genuine receipt' "$EVX" verify --details "$d" $cards --with accept.txt
ok 'nobody is shown as having forked' not grep -q 'R-FORK\|R-TRUNCATED' "$T/out"
is "$("$EVX" log a.evx --json | jq -r '[.events[].hash] | join(" ")')" "$("$EVX" log "$d" --json | jq -r '[.events[].hash] | join(" ")')" 'no hash changes by it'

# A co-signer signs again, with another nonce.
code 0 'a note that two must sign' "$EVX" note n.evx two --also "$T/lab.card" --draft d.txt --quiet
code 0 'and do' at lab "$EVX" sign d.txt --quiet
code 0 'is appended' "$EVX" append n.evx d.txt --quiet
code 0 'another follows' "$EVX" note n.evx three --receipt three.txt --quiet
ok 'which is time-stamped' stamp n.evx 3
mkdir again && tar -C again -xf n.evx && d=$(echo again/*)
ok 'the lab signs again' python3 "$TOP/tests/attacks/sign_again.py" "$d" 0002-note.json 2 "$(key lab)"
code 5 'the signature is good, and another one' "$EVX" verify --details "$d" $cards $ca
out_has 'C-RESIGNED.*[Ee]ntry 0003' 'which the next event shows'
out_has 'T-STAMP-NONE' 'the time-stamp behind it shows nothing about what stands before'
is "$("$EVX" log "$d" --json | jq -r '[.events[].hash] | join(" ")')" "$("$EVX" log n.evx --json | jq -r '[.events[].hash] | join(" ")')" 'no hash changes by it'
code 0 'the genuine receipt is of this chain' "$EVX" verify --details "$d" $cards --with three.txt
ok 'and shows no fork' not grep -q 'R-FORK' "$T/out"

# A partner stamps an event behind one that is not signed yet.
cp before.evx c.evx
forge c.evx "$(key lab)" note '{"record":"0000000000000000000000000000000000000000000000000000000000000000"}' early.txt
cp c.evx collusion.evx
code 0 'an event that saw other signatures than there are' "$EVX" append collusion.evx early.txt
ok 'is time-stamped' stamp collusion.evx 2
code 5 'its time-stamp' "$EVX" verify collusion.evx $cards $ca --json
is "$(jq -r '[.events[] | if .proven then "proven" else "-" end] | join(" ")' "$T/out")" '- - proven' 'proves it and none before'
done_testing
