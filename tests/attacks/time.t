#!/bin/sh
# Times that signers like to have: a key that was retired "long ago" by a card of today, a seal older than the card of its signer, an event dated before a
# time-stamp that it knows.
. "$(dirname "$0")/../cli/lib.sh"

for tool in jq python3 ssh-keygen; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
people || exit 1
mkdir in && echo one >in/one && sealed a.evx in --self || exit 1
signing=$T/officer/identities/officer/signing.key
recard() { python3 "$TOP/tests/attacks/recard.py" "$T/officer.card" "$signing" "$@"; }
day() { date -u -d "$1 days" +%Y-%m-%dT%H:%M:%SZ; }
verify() { at nobody "$EVX" verify --json "$@"; }
found() { jq -r '.findings[] | select(.code == "T-RETIRED" or .code == "T-BEFORE-CARD") | "\(.code) \(.weight) \(.event)"' "$T/out" | sort | tr '\n' ' '; }

# The officer seals, the lab takes it over, and then the officer would like not to have signed.
cp a.evx alone.evx
code 0 'the officer releases it' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose examination
cp a.evx released.evx
code 0 'the lab accepts' at lab "$EVX" accept a.evx --receipt acceptance.txt
recard created=2000-01-01T00:00:00Z retired=2001-01-01T00:00:00Z declared="$(day +1)" >late.card
code 5 'a seal that nobody supports' verify alone.evx --trust late.card
is "$(found)" 'T-RETIRED gap 0 ' 'is taken back by a card that says so'
code 0 'what the lab accepted' verify a.evx --trust late.card --trust "$T/lab.card"
is "$(found)" 'T-RETIRED remark 0 T-RETIRED remark 1 ' 'is not'
out_has 'So the entry still counts' 'and it is said why'
code 0 'the receipt of the lab' verify released.evx --with acceptance.txt --trust late.card --trust "$T/lab.card"
is "$(found)" 'T-RETIRED remark 0 T-RETIRED remark 1 ' 'shows the same'
code 5 'somebody whom nobody knows' verify a.evx --trust late.card
is "$(found)" 'T-RETIRED gap 0 T-RETIRED gap 1 ' 'shows nothing'
recard created=2000-01-01T00:00:00Z retired=2001-01-01T00:00:00Z declared=2001-01-01T00:00:00Z >early.card
code 5 'a card that says that it was declared then' verify a.evx --trust early.card --trust "$T/lab.card"
is "$(found)" 'T-RETIRED gap 0 T-RETIRED gap 1 ' 'has to be judged by people'
recard retired=2001-01-01T00:00:00Z declared="$(day +1)" >x.card
code 1 'a retirement before the card was made is no card' at nobody "$EVX" trust add x.card
recard retired="$(day +1)" >x.card
code 1 'nor is one that is not declared' at nobody "$EVX" trust add x.card

code 0 'whoever has the true card' at room "$EVX" trust add "$T/officer.card" --quiet
code 1 'does not exchange it for one that was retired before it was made' at room "$EVX" trust add late.card

# A seal from before its signer's card.
recard created="$(day +2)" >young.card
code 0 'a card made two days later' verify alone.evx --trust young.card
is "$(found)" 'T-BEFORE-CARD remark 0 ' 'is remarked'
code 0 'an earlier card of the key' verify alone.evx --trust young.card --trust "$T/officer.card"
is "$(found)" '' 'explains it'
# An event that knows a time-stamp is not older than that: a key that was retired meanwhile is no longer good for it.
command -v openssl >/dev/null || { skip 'openssl is not installed: time-stamps'; done_testing; }
sh "$TOP/tests/tsa.sh" make auth >/dev/null 2>&1 || exit 1
stamped() { # stamped BUNDLE: the authority stamps its newest event
	rm -f q r && "$EVX" timestamp "$1" --tsa-request q --quiet && sh "$TOP/tests/tsa.sh" answer auth tsa q r >/dev/null 2>&1 &&
		"$EVX" timestamp "$1" --tsa-response r --tsa-request q --tsa-ca auth/ca.pem --quiet
}
cp alone.evx s.evx
ok 'the seal is stamped' stamped s.evx
code 0 'a seal that a time-stamp shows' verify s.evx --trust late.card --tsa-ca auth/ca.pem
is "$(found)" 'T-RETIRED remark 0 ' 'is not taken back, either'
code 5 'by an authority that nobody trusts' verify s.evx --trust late.card
is "$(found)" 'T-RETIRED gap 0 ' 'it is'
# Signed today with a key that was retired two days ago, and dated three days ago.
recard created=2000-01-01T00:00:00Z retired="$(day -2)" declared="$(day -2)" >retired.card
code 0 'a draft' "$EVX" note s.evx 'back-dated' --draft d.txt
python3 - d.txt "$(day -3)" <<'END' >b.txt
import json, sys
line, _, rest = open(sys.argv[1]).read().partition("\n")
document = json.loads(line)
document["time"] = sys.argv[2]
print(json.dumps(document, separators=(",", ":")))
sys.stdout.write(rest[rest.index("-----BEGIN EVX PART"):] if "-----BEGIN EVX PART" in rest else "")
END
code 0 'dated three days ago and signed' "$EVX" sign b.txt
code 0 'is appended' "$EVX" append s.evx b.txt
code 5 'behind a seal that was stamped today' verify s.evx --trust retired.card --tsa-ca auth/ca.pem
is "$(found)" 'T-RETIRED gap 0 T-RETIRED gap 1 ' 'it is judged at the time of the time-stamp that it names'
ok 'and its time is remarked' sh -c "jq -e '[.findings[] | select(.code == \"T-STAMP-TIME\" and .event == 1)] | length == 1' '$T/out'"
is "$(jq -r '.events[1].trusted' "$T/out")" false 'it is not by somebody who is trusted'
done_testing
