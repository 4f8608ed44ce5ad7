#!/bin/sh
# Imports into chains with time-stamps: those that a bundle has come in, those that the vault has stay; they are told apart by their bytes, not by their numbers.
. "$(dirname "$0")/lib.sh"

command -v openssl >/dev/null || { echo '1..0 # SKIP openssl is not installed'; exit 0; }
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people && mkdir e && echo text >e/file && sealed a.evx e && sh "$TOP/tests/tsa.sh" make auth || exit 1
trust="--trust $T/officer.card"
u=$(tar -tf a.evx | head -n 1 | cut -d/ -f1)
for v in v1 v2 v3; do
	"$EVX" init "$v" --as officer --quiet >/dev/null && "$EVX" import a.evx --vault "$v" --quiet >/dev/null || exit 1
done
# stamp X NAME: a time-stamp of the seal.
stamp() {
	"$EVX" timestamp "$1" --event 0 --tsa-request "$2.q" --quiet && sh "$TOP/tests/tsa.sh" answer auth tsa "$2.q" "$2.r" &&
		"$EVX" timestamp "$1" --event 0 --tsa-response "$2.r" --tsa-request "$2.q" --tsa-ca auth/ca.pem --quiet
}
taken() { # taken CODE NAME BUNDLE VAULT RESULT: "act added stamps"
	code "$1" "$2" "$EVX" import "$3" --vault "$4" --json
	is "$(jq -r '"\(.result) \(.added) \(.stamps)"' "$T/out")" "$5" "$2: $5"
}

cp a.evx stamped.evx
ok 'a bundle is time-stamped' stamp stamped.evx one
taken 0 'a time-stamp and no event' stamped.evx v1 'longer 0 1'
"$EVX" export "v1/exhibits/$u" -o out.evx --quiet >/dev/null
ok 'it is the bundle' cmp out.evx stamped.evx
taken 0 'again' stamped.evx v1 'same 0 0'
taken 0 'without it' a.evx v1 'same 0 0'

# The vault has a time-stamp that the bundle's next event does not know.
cp a.evx noted.evx
"$EVX" note noted.evx text --quiet >/dev/null || exit 1
taken 0 'an event beside a time-stamp of the vault' noted.evx v1 'longer 1 0'
code 0 'the chain is good' "$EVX" verify "v1/exhibits/$u" $trust --tsa-ca auth/ca.pem
ok 'and has nothing to remark: nobody had to name the time-stamp' not grep -q "  C-" "$T/out"
taken 0 'nothing more' noted.evx v1 'same 0 0'

# Two time-stamps under one name, one of them named by an event: each copy has its own numbers.
ok 'the vault time-stamps the seal' stamp "v2/exhibits/$u" two
cp stamped.evx listed.evx
"$EVX" note listed.evx text --quiet >/dev/null || exit 1
taken 0 'an event that names another one' listed.evx v2 'longer 1 1'
code 0 'all is good' "$EVX" verify "v2/exhibits/$u" $trust --tsa-ca auth/ca.pem
ok 'and nothing is missed' not grep -q '  C-' "$T/out"
ok 'the one that came has the next number' cmp one.r "v2/exhibits/$u/custody/0000-seal.tsr2"
taken 0 'nothing more' listed.evx v2 'same 0 0'
taken 0 'the same one again' stamped.evx v2 'shorter 0 0'
cp listed.evx more.evx
ok 'a third one' stamp more.evx three
"$EVX" note "v2/exhibits/$u" 'only here' --quiet >/dev/null || exit 1
taken 0 'comes in where the chain is longer, too' more.evx v2 'longer 0 1'
cp listed.evx bad.evx
mkdir bad && tar -C bad -xf listed.evx && flip "bad/$u/custody/0000-seal.tsr" 200
taken 5 'one that proves nothing' "bad/$u" v3 'longer 1 0'
code 5 'stays out, and is missed' "$EVX" verify --details "v3/exhibits/$u" $trust
out_has 'C-STAMP-MISSING' 'as the event says'
taken 0 'the good one' listed.evx v3 'longer 0 1'
code 0 'makes it whole' "$EVX" verify "v3/exhibits/$u" $trust
"$EVX" init v4 --as officer --quiet >/dev/null && "$EVX" import a.evx --vault v4 --quiet >/dev/null || exit 1

# Several groups, one after the other.
taken 0 'a time-stamp, then an event that names it' listed.evx v4 'longer 1 1'
rm out.evx && "$EVX" export "v4/exhibits/$u" -o out.evx --quiet >/dev/null
ok 'make the bundle' cmp out.evx listed.evx
"$EVX" export "v4/exhibits/$u" -o parts.evx --split 8K --quiet >/dev/null
rm -rf "v4/exhibits/$u"
taken 0 'volumes' parts.evx.001 v4 'new 0 0'
rm out.evx && "$EVX" export "v4/exhibits/$u" -o out.evx --quiet >/dev/null
ok 'come in as the bundle' cmp out.evx listed.evx
done_testing
