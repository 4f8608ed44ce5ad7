#!/bin/sh
# Time-stamps that prove nothing (by a certificate that is not for that, by an expired one, under an expired root, over something else) prove nothing either
# once an event names them and a good authority stamped that event.
. "$(dirname "$0")/../cli/lib.sh"
for tool in openssl jq python3 ssh-keygen; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
people && mkdir e && echo text >e/file && sealed a.evx e && sh "$TOP/tests/tsa.sh" make auth || exit 1
trust="--trust $T/officer.card" ca='--tsa-ca auth/ca.pem'
answer() { sh "$TOP/tests/tsa.sh" answer auth "$@"; }
relay() { python3 "$TOP/tests/attacks/relay.py" "$@"; }
# found: the weights of the findings about time-stamps; proven: the events that prove the seal.
found() { jq -r '.findings[] | select(.code | startswith("T-STAMP")) | "\(.code) \(.weight)"' "$T/out" | sort -u | tr '\n' ' '; }
proven() { jq -r '.events[0].proven.event' "$T/out"; }
tar -xOf a.evx --wildcards '*/custody/0000-seal.record' >record
query() { openssl ts -query -config auth/ca.cnf -sha256 "$@" 2>/dev/null; }
query -data record -cert -out q && answer expired q expired && answer tsa q good && query -data "$T/officer.card" -cert -out q2 && answer tsa q2 other &&
	query -data record -out q3 && answer tsa q3 bare && cat auth/ca.pem auth/plain.pem >plain-ca.pem && cat auth/past-ca.pem auth/tsa.pem >past-ca.pem || exit 1

# CERTIFICATES RESPONSE WHAT
while read -r certs response what; do
	relay stamp a.evx bad.evx custody/0000-seal.tsr "$response"
	code 5 "$what" "$EVX" verify bad.evx $trust --tsa-ca "$certs" --json
	is "$(found) $(proven)" 'T-STAMP-BAD gap T-STAMP-NONE gap  null' "$what: is no proof"
	# An honest author passes it over; a dishonest one names it. A good authority stamps both events.
	cp bad.evx honest.evx
	code 0 "$what: somebody goes on behind it" "$EVX" note honest.evx text --quiet
	python3 "$TOP/tests/attacks/forge_receipt.py" bad.evx "$T/officer/identities/officer/signing.key" note "{\"stamps\":[\"$(sha256sum <"$response" | cut -d' ' -f1)\"]}" forged
	cp bad.evx forged.evx
	code 0 "$what: or names it" "$EVX" append forged.evx forged
	for x in honest forged; do
		rm -f qn rn
		"$EVX" timestamp $x.evx --tsa-request qn --quiet >"$T/q.out" && answer tsa qn rn
		code 0 "$what: $x: a good one over that" "$EVX" timestamp $x.evx --tsa-response rn --tsa-request qn $ca --quiet
		cat auth/ca.pem "$certs" >all.pem
		[ "$certs" != past-ca.pem ] || cp "$certs" all.pem
		run "$EVX" verify $x.evx $trust --tsa-ca all.pem --json
		is "$rc" 5 "$what: $x: does not mend it"
		ok "$what: $x: it is bad as before" grep -q '"T-STAMP-BAD"' "$T/out"
		ok "$what: $x: it proves nothing" test "$(proven)" != 0
	done
done <<END
auth/ca.pem expired a certificate that was not valid then
plain-ca.pem bare a certificate that is for no time-stamps
past-ca.pem good a root that was not valid then
auth/ca.pem other a time-stamp of something else
END
done_testing
