#!/bin/sh
# Time-stamps by way of files: good ones, and everything that an authority, a courier or a stranger can do wrong.
. "$(dirname "$0")/lib.sh"

command -v openssl >/dev/null || { echo '1..0 # SKIP openssl is not installed'; exit 0; }
people && evidence e && sealed x.evx e && sh "$TOP/tests/tsa.sh" make auth || exit 1
cp x.evx sealed.evx
ca='--tsa-ca auth/ca.pem'
trust="--trust $T/officer.card"
answer() { sh "$TOP/tests/tsa.sh" answer auth "$@"; }
untouched() { ok "$1: the bundle is as it was" cmp -s x.evx "$2"; }

# The request.
code 0 'a request is written' "$EVX" timestamp x.evx --tsa-request q
untouched 'after a request' sealed.evx
tar -xOf x.evx --wildcards '*/custody/0000-seal.record' >record
ok 'it wants the certificate and has a nonce' sh -c 'openssl ts -query -in q -text | grep -q "Certificate required: yes" && openssl ts -query -in q -text | grep -q "Nonce: 0x"'
code 3 'a request is never written over a file' "$EVX" timestamp x.evx --tsa-request q
code 0 'another request has another nonce' "$EVX" timestamp x.evx --tsa-request q2
ok 'so they differ' not cmp -s q q2
code 0 'a request with SHA-512' "$EVX" timestamp x.evx --tsa-request q512 --sha512
ok 'it says so' sh -c 'openssl ts -query -in q512 -text | grep -q "Hash Algorithm: sha512"'
code 3 'an event that is not there' "$EVX" timestamp x.evx --tsa-request q3 --event 1
gone q3 'no request for it'

# Wrong use.
code 2 'neither request nor response' "$EVX" timestamp x.evx
code 2 'a CA without a response' "$EVX" timestamp x.evx --tsa-request q3 $ca
code 2 '--sha512 with a response' "$EVX" timestamp x.evx --tsa-response q --sha512
code 2 'an event number that cannot be' "$EVX" timestamp x.evx --tsa-request q3 --event 10000
gone q3 'nothing was written'

# Responses that must not be appended.
refuse() { # CODE NAME WORDS OPTION...
	wanted=$1 name=$2 words=$3
	shift 3
	code "$wanted" "$name" "$EVX" timestamp x.evx "$@"
	err_has "$words" "$name: it says why"
	untouched "$name" sealed.evx
}
answer tsa q r
answer tsa q2 r2
answer expired q r-expired
openssl ts -query -config auth/ca.cnf -data "$T/officer.card" -sha256 -cert -out q-other 2>/dev/null
answer tsa q-other r-other
openssl ts -query -config auth/ca.cnf -data record -sha256 -cert -tspolicy 1.2.3.4 -out q-policy 2>/dev/null
answer tsa q-policy r-policy
openssl ts -query -config auth/ca.cnf -data record -sha256 -out q-bare 2>/dev/null
answer tsa q-bare r-bare
cat auth/ca.pem auth/wide.pem >wide.pem
head -c 700 r >r-cut
head -c 65537 /dev/zero >r-big
cp r r-flipped
flip r-flipped $(($(stat -c %s r) - 10))
printf 'HTTP/1.1 404 Not Found\r\n\r\n' >r-text
: >r-empty
refuse 1 'a response about something else' 'over other bytes' --tsa-response r-other $ca
refuse 1 'a response to another request' 'the nonce is another' --tsa-response r --tsa-request q2 $ca
refuse 1 'an expired certificate' 'not valid at its time' --tsa-response r-expired $ca
refuse 1 'a certificate for other things, too' 'not for time-stamps alone' --tsa-response r-bare --tsa-ca wide.pem
refuse 3 'a certificate that is nowhere' 'is not in it' --tsa-response r-bare $ca
refuse 3 'a refusal' 'did not grant it .*unaccepted policy' --tsa-response r-policy $ca
refuse 3 'an authority not trusted' 'none of the certificates trusted here' --tsa-response r --tsa-ca auth/other-ca.pem
refuse 3 'an authority that this system does not trust' 'certificates' --tsa-response r
refuse 1 'a response that is cut' 'expected a response' --tsa-response r-cut $ca
refuse 1 'a response that is too long' 'limit 65536' --tsa-response r-big $ca
refuse 1 'a changed signature' 'signature is not good' --tsa-response r-flipped $ca
refuse 1 'a web page' 'expected a response' --tsa-response r-text $ca
refuse 1 'an empty file' 'expected a response' --tsa-response r-empty $ca
refuse 3 'no response' 'none' --tsa-response none $ca
refuse 1 'a request in place of the response' 'expected a response' --tsa-response q $ca
refuse 1 'a response in place of the request' 'expected a request' --tsa-response r --tsa-request r $ca
refuse 1 'certificates that are none' 'expected certificates' --tsa-response r --tsa-ca q
refuse 1 'a bad response is never kept' 'over other bytes' --tsa-response r-other $ca --unverified
refuse 3 'a missing bundle of certificates' 'none.pem' --tsa-response r --tsa-ca none.pem

# A good one.
code 0 'a good response is appended' "$EVX" timestamp x.evx --tsa-response r --tsa-request q $ca
out_has 'custody/0000-seal.tsr$' 'it says under which name'
out_has 'CN = Test Time Authority' 'it names the authority'
cp x.evx stamped.evx
code 3 'not twice' "$EVX" timestamp x.evx --tsa-response r $ca
untouched 'not twice' stamped.evx
code 0 'verify with the authority' "$EVX" verify x.evx $trust $ca
out_has 'proven  *sealed before .* 20.*CN = Test Time Authority' 'it tells the time proven'
ok 'and does not say that the time is the signer'"'"'s' not grep -q "signer's clock" "$T/out"
code 0 'verify without the authority' "$EVX" verify --details x.evx $trust
out_has 'T-STAMP-UNCHECKED' 'it says that nobody compared it'
out_has 'not checked .*--tsa-ca' 'and how to'
code 5 'a seal without proof, where one is wanted' "$EVX" verify --details sealed.evx $trust $ca
out_has 'T-STAMP-NONE' 'as after somebody took the time-stamp away'
code 5 'verify with another authority' "$EVX" verify --details x.evx $trust --tsa-ca auth/other-ca.pem
out_has 'T-STAMP-UNTRUSTED' 'it says that the authority is not trusted'
code 1 'verify with certificates that are none' "$EVX" verify x.evx $trust --tsa-ca q
code 0 'a stream' sh -c '"$@" <x.evx' - "$EVX" verify - $trust $ca
out_has 'proven .*sealed before .* 20' 'it tells the time proven'
code 0 'log' "$EVX" log x.evx $ca
out_has 'from .* (entry 0000, seal; a time-stamp proves that it existed at ' 'says what it proves of when it was held'
out_has 'existed at .* 20' 'it tells the time proven'
code 0 'show' "$EVX" show x.evx $ca
out_has '^proven  *existed at .* 20' 'it tells the time proven'
if command -v jq >/dev/null; then
	code 0 'JSON' "$EVX" verify x.evx $trust $ca --json
	is "$(jq -r '.events[0].proven | "\(.event) \(.authority)"' "$T/out")" '0 CN = Test Time Authority, O = Test' 'JSON has event and authority'
	is "$(jq -r '.events[0].proven.time' "$T/out" | tr 0-9 d)" 'dddd-dd-ddTdd:dd:ddZ' 'and the time'
fi
code 0 'a second one' "$EVX" timestamp x.evx --tsa-response r2 --tsa-request q2 $ca --json
ok 'is .tsr2' grep -q 'custody/0000-seal.tsr2"' "$T/out"
code 0 'both verify' "$EVX" verify x.evx $trust $ca
code 0 'SHA-512' sh -c 'sh "$1/tests/tsa.sh" answer auth tsa q512 r512; "$2" timestamp x.evx --tsa-response r512 --tsa-request q512 --tsa-ca auth/ca.pem' - "$TOP" "$EVX"
code 0 'verifies, too' "$EVX" verify x.evx $trust $ca

# Kept although the authority is not trusted here; whoever trusts it may still use it.
cp sealed.evx u.evx
code 0 'kept unverified' "$EVX" timestamp u.evx --tsa-response r --tsa-ca auth/other-ca.pem --unverified
err_has 'proves nothing to people who do not trust' 'with a warning'
code 5 'a finding where it is not trusted' "$EVX" verify u.evx $trust --tsa-ca auth/other-ca.pem
code 0 'good where it is' "$EVX" verify u.evx $trust $ca

# Spoilt after it was appended.
mkdir d && tar -C d -xf stamped.evx
dir=$(echo d/*)
cp "$dir/custody/0000-seal.tsr" good.tsr
code 0 'unpacked, it verifies' "$EVX" verify "$dir" $trust $ca
flip "$dir/custody/0000-seal.tsr" $(($(stat -c %s good.tsr) - 10))
code 5 'a spoilt time-stamp is a gap: the evidence is as it was' "$EVX" verify --details "$dir" $trust $ca
out_has 'T-STAMP-BAD.*signature is not good' 'it says why'
out_has '^ *data  *unchanged' 'the data is intact'
out_has '^  time  *NOT PROVEN' 'the trust line tells'
cp good.tsr "$dir/custody/0000-seal.tsr"
code 0 'an unpacked bundle takes another' "$EVX" timestamp "$dir" --tsa-response r2 $ca
ok 'as a file' cmp -s r2 "$dir/custody/0000-seal.tsr2"
code 0 'and verifies' "$EVX" verify "$dir" $trust $ca
rm "$dir/custody/0000-seal.tsr2"
code 1 'one that is taken away is missed' "$EVX" verify "$dir" $trust $ca

# Later events name the time-stamps before them; a stamp of theirs vouches for all of it.
cp stamped.evx c.evx
code 0 'an event after the time-stamp' "$EVX" note c.evx 'on the shelf' --quiet
tar -xOf c.evx --wildcards '*/custody/0001-note.json' >note.json
ok 'its document names the time-stamp' grep -q "\"stamps\":\[\"$(sha256sum <r | cut -d' ' -f1)\"\]" note.json
ok 'and the record of the event before' grep -q "\"record\":\"$(tar -xOf c.evx --wildcards '*/custody/0000-seal.record' | sha256sum | cut -d' ' -f1)\"" note.json
code 0 'the newest event is stamped' "$EVX" timestamp c.evx --tsa-request qc
out_has '^entry  *0001' 'that is the note'
answer tsa qc rc
code 0 'its time-stamp is appended' "$EVX" timestamp c.evx --tsa-response rc --tsa-request qc $ca
out_has 'custody/0001-note.tsr$' 'as its own'
code 1 'it is not one of the seal' "$EVX" timestamp c.evx --event 0 --tsa-response rc $ca
code 0 'an earlier event is stamped again' "$EVX" timestamp c.evx --event 0 --tsa-response r2 --tsa-request q2 $ca
out_has 'custody/0000-seal.tsr2$' 'as its second one'
code 0 'all of it verifies' "$EVX" verify c.evx $trust $ca
mkdir dc && tar -C dc -xf c.evx
dir=$(echo dc/*)
flip "$dir/custody/0000-seal.tsr" 9
code 5 'a time-stamp that an event names cannot be changed in silence' "$EVX" verify --details "$dir" $trust $ca
out_has 'C-STAMP-MISSING.*Entry 0001' 'it is missed'
out_has '^  custody  *GAPS (1)' 'the chain stands'
cp sealed.evx l.evx
code 0 'only a later event is stamped: the event' "$EVX" note l.evx later --quiet
code 0 'its request' "$EVX" timestamp l.evx --tsa-request ql
answer tsa ql rl
code 0 'its time-stamp' "$EVX" timestamp l.evx --tsa-response rl --tsa-request ql $ca
code 0 'proves the seal, too' "$EVX" verify --details l.evx $trust $ca
out_has 'existed at .* 20.*which stamped entry 0001' 'and says by which event'

# Bundles that cannot take one.
split -b 100000 -a 3 --numeric-suffixes=1 sealed.evx v.evx.
code 2 'volumes' "$EVX" timestamp v.evx.001 --tsa-response r $ca
err_has 'Join them into one file first' 'it says what to do'
head -c 20000 sealed.evx >cut.evx
code 3 'a cut bundle' "$EVX" timestamp cut.evx --tsa-response r $ca
cp sealed.evx bad.evx
flip bad.evx $(($(stat -c %s bad.evx) - 6000))
cp bad.evx bad2.evx
code 1 'a bundle whose seal is bad' "$EVX" timestamp bad.evx --tsa-response r $ca
ok 'is left as it is' cmp -s bad.evx bad2.evx
code 3 'no bundle at all' "$EVX" timestamp q --tsa-response r $ca
code 3 'no file' "$EVX" timestamp none.evx --tsa-response r $ca
code 3 'a request from no file' "$EVX" timestamp none.evx --tsa-request q3
gone q3 'no request of it'
if [ "$(id -u)" -ne 0 ]; then
	cp sealed.evx ro.evx && chmod 400 ro.evx
	code 3 'a bundle that cannot be written' "$EVX" timestamp ro.evx --tsa-response r $ca
else
	skip 'a bundle that cannot be written: root can write everything'
fi
done_testing
