#!/bin/sh
# A store for many agencies as evx-remote(1) sets it up, on Ceph's gateways: shipments and a mirror, with the policies and the rules as printed there.
. "$(dirname "$0")/../cli/lib.sh"
REMOTE=$TOP/tests/remote
for p in radosgw ceph-mon ceph-osd curl openssl python3 jq; do
	command -v "$p" >/dev/null || { echo "1..0 # SKIP $p is not installed"; exit 0; }
done
trap '"$REMOTE/ceph.sh" stop "$T/ceph"; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
mkdir "$T/ceph"
if ! "$REMOTE/ceph.sh" start "$T/ceph" || ! "$REMOTE/ceph.sh" user "$T/ceph" admin police lab thief; then
	fail 'Ceph starts'
	done_testing
fi
port=$(cat "$T/ceph/port") port2=$(cat "$T/ceph/port2")
export AWS_SECRET_ACCESS_KEY=secret

# s3 KEY METHOD PATH [FILE [HEADER]]: one request; the answer goes to $T/answer, its headers to $T/headers, its status to stdout.
s3() {
	body=${4:-/dev/null}
	method="-X $2"
	[ "$2" != HEAD ] || method=-I # of which curl knows that no bytes follow
	curl -s -o "$T/answer" -D "$T/headers" -w '%{http_code}' $method --aws-sigv4 aws:amz:us-east-1:s3 --user "$1:secret" \
		-H "x-amz-content-sha256: $(sha256sum <"$body" | cut -c 1-64)" -H "content-md5: $(openssl md5 -binary <"$body" | base64)" \
		${5:+-H "$5"} ${4:+-T "$4"} "http://127.0.0.1:$port$3"
}
# printed N: the N-th literal text of the section in the manual page
printed() {
	sed -n '/^\.Sh A STORE FOR MANY AGENCIES/,/^\.Sh ENVIRONMENT/p' "$TOP/cli/man/evx-remote.1" |
		awk -v n="$1" '/^\.Ed/ { inside = 0 } inside && at == n { print } /^\.Bd -literal/ { at++; inside = 1 }'
}
# by KEY COMMAND...: with the key of a user of the store
by() {
	key=$1
	shift
	AWS_ACCESS_KEY_ID=$key "$@"
}
# The officer's machine talks to one gateway, the laboratory's to the other.
people
for h in officer lab; do at $h "$EVX" trust add "$T/officer.card" --quiet && at $h "$EVX" trust add "$T/lab.card" --quiet; done
for b in evidence mirrors; do
	at officer "$EVX" remote add $b "s3://$b?endpoint=http://127.0.0.1:$port" --quiet
	at lab "$EVX" remote add $b "s3://$b?endpoint=http://127.0.0.1:$port2" --quiet
done

# The administrator's part.
is "$(s3 admin PUT /evidence)" 200 'a bucket for shipments'
echo '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>' >versioning
is "$(s3 admin PUT '/evidence?versioning=' versioning)" 200 'with versions'
is "$(s3 admin PUT /mirrors '' 'x-amz-bucket-object-lock-enabled: true')" 200 'a bucket for mirrors, with object lock'
is "$(s3 admin GET '/mirrors?versioning=') $(grep -c '<Status>Enabled<' "$T/answer")" '200 1' 'with versions as well'
code 3 'before there is a policy' by police "$EVX" remote test evidence
out_has 'the store refuses it: the key may not do this' 'nobody is let in'
printed 1 >evidence.json && printed 2 >mirrors.json && printed 3 >rules.xml
is "$(s3 admin PUT '/evidence?policy=' evidence.json)" 204 'the policy for shipments, as printed'
is "$(s3 admin PUT '/mirrors?policy=' mirrors.json)" 204 'the policy for mirrors, as printed'
is "$(s3 admin PUT '/evidence?lifecycle=' rules.xml)" 200 'the rules, as printed'
is "$(s3 admin GET '/evidence?lifecycle=') $(grep -o '<ID>' "$T/answer" | wc -l)" '200 3' 'the store has them'

# Who may do what.
code 0 'a member tests the store' by police "$EVX" remote test evidence
out_has '^evidence: works$' 'it works'
out_has '^  yes  *names an object when it is complete$' 'and no object is there in part'
code 0 'as it does at the other gateway' at lab env AWS_ACCESS_KEY_ID=lab "$EVX" remote test evidence
code 0 'a member tests the mirrors' by police "$EVX" remote test mirrors
out_has '^  yes  *keeps objects until a date$' 'they are kept'
code 3 'who is no member' by thief "$EVX" remote test evidence
out_has 'the store refuses it: the key may not do this' 'is refused'
code 3 'a member of the other bucket only' by lab "$EVX" remote test mirrors
out_has 'the store refuses it: the key may not do this' 'is refused, too'
code 3 'a wrong secret' env AWS_ACCESS_KEY_ID=police AWS_SECRET_ACCESS_KEY=terces "$EVX" remote test evidence
err_has 'SignatureDoesNotMatch' 'is named'
ok 'and told to nobody' not grep -q terces "$T/err" "$T/out"

# Is that so? An upload is killed half way.
TOOL=${EVX_BUILD:-$TOP/build}/remote-tool
store() { by police "$TOOL" "s3://$1?endpoint=http://127.0.0.1:$port" "$2" "$3" ${4:+"$4"}; }
# object BUCKET BELOW: the first one there
object() { store "$1" list "$2" | sed -n '1s/ .*//p'; }
head -c 8000000 /dev/urandom >large
AWS_ACCESS_KEY_ID=police "$TOOL" -r 2000000 "s3://evidence?endpoint=http://127.0.0.1:$port" put test/large large &
sleep 1
kill -KILL $! && wait $! 2>/dev/null
is "$?" 137 'an upload goes on'
code 12 'what was cut' store evidence stat test/large
code 0 'is put again' store evidence put test/large large
code 13 'and once only' store evidence put test/large large

# A shipment, in through one gateway and out through the other.
mkdir phone out && head -c 40000000 /dev/urandom >phone/film && echo one >phone/one
"$EVX" seal phone -o phone.evx --case C-1 --exhibit 1 --self --quiet 2>/dev/null
send() { "$EVX" send phone.evx --to "$T/lab.card" --via evidence --yes "$@"; }
code 3 'who is no member sends' by thief send
err_has 'the store refuses it: the key may not do this' 'and is told why not'
is "$("$EVX" log phone.evx | grep -c '^0')" 1 'and nothing is signed'
code 0 'a member sends' by police send
out_has 'uploaded 2 packs' 'all of it'
code 0 'and again' by police send
out_has 'nothing was sent again' 'which does nothing'
code 0 'the receiver looks' by lab at lab "$EVX" inbox --via evidence
out_has 'from officer of officer' 'and sees from whom'
code 0 'the receiver takes it' by lab at lab "$EVX" receive --via evidence -o out --accept not-inventoried --yes --quiet
code 0 'the sender learns of it' by police "$EVX" receipts --via evidence
out_has 'accepted (new)' 'that it was accepted'
ok 'both have the same bundle' cmp phone.evx out/*.evx
is "$(s3 police HEAD "/evidence/$(object evidence packs)") $(grep -c '^x-amz-expiration:.*rule-id="packs"' "$T/headers")" '200 1' 'a pack will go, by its rule'
is "$(s3 police HEAD "/evidence/$(object evidence parcels)") $(grep -c '^x-amz-expiration:.*rule-id="parcels"' "$T/headers")" '200 1' 'a parcel, too'
is "$(s3 police HEAD "/evidence/$(object evidence inbox)") $(grep -c '^x-amz-expiration:' "$T/headers")" '200 0' 'a note stays'

# A mirror, kept until a date.
export EVX_VAULT="$T/vault"
"$EVX" init "$T/vault" --escrow "$T/room.card" --quiet 2>/dev/null
"$EVX" member add "$T/lab.card" --quiet
"$EVX" seal phone --case C-1 --exhibit 2 --quiet 2>/dev/null
code 3 'by a key that may not' by lab "$EVX" mirror --via mirrors
err_has 'the store refuses it: the key may not do this' 'is told why not'
code 3 'in a bucket without object lock' by police "$EVX" mirror --via evidence --retain-until 2098-01-01
err_has 'object lock' 'nothing is kept'
code 0 'a mirror' by police "$EVX" mirror --via mirrors
code 0 'is checked where it is' by police "$EVX" check --via mirrors
out_has '^GOOD: ' 'it is good'
code 1 'nothing is kept until a date' by police "$EVX" check --via mirrors --retain-until 2098-01-01
is "$(grep -c ': no retention$' "$T/out")" "$(by police "$EVX" check --via mirrors --json | jq -r .objects)" 'each object is named'
code 0 'kept until then' by police "$EVX" mirror --via mirrors --retain-until 2098-01-01
code 0 'it is' by police "$EVX" check --via mirrors --retain-until 2098-01-01
out_has '^0 objects are not kept' 'the store says so'
code 1 'not until later' by police "$EVX" check --via mirrors --retain-until 2098-06-01
out_has 'retention too short: it ends at 2098-01-02T00:00:00Z' 'and says until when'
code 0 'longer' by police "$EVX" mirror --via mirrors --retain-until 2098-06-01
code 0 'the objects of before, too' by police "$EVX" check --via mirrors --retain-until 2098-06-01
"$EVX" note C-1/2 'opened for counting' --quiet
code 0 'gone on with, and no date said' by police "$EVX" mirror --via mirrors
code 1 'the new objects' by police "$EVX" check --via mirrors --retain-until 2098-06-01
is "$(grep -c ': no retention$' "$T/out") $(grep -c 'too short' "$T/out")" '2 0' 'are named: a parcel and a note'
is "$(grep -c '^packs/.*: no retention$' "$T/out")" 0 'and no pack, as all were there before'

# The administrator turns against them. The newest version is hidden, the locked one stays.
pack=$(object mirrors packs)
is "$(s3 police HEAD "/mirrors/$pack")" 200 'a pack of the mirror'
version=$(tr -d '\r' <"$T/headers" | sed -n 's/^x-amz-version-id: //p')
is "$(s3 admin DELETE "/mirrors/$pack?versionId=$version")" 403 'cannot be removed by the administrator'
is "$(s3 admin DELETE "/mirrors/$pack")" 204 'but hidden'
marker=$(tr -d '\r' <"$T/headers" | sed -n 's/^x-amz-version-id: //p')
code 1 'which a check' by police "$EVX" check --via mirrors
out_has "^$pack: missing" 'finds, and names the pack'
is "$(s3 admin DELETE "/mirrors/$pack?versionId=$marker")" 204 'what hides it is removed'
# A thief of a member's key replaces it. The same way back.
is "$(s3 police PUT "/mirrors/$pack" rules.xml)" 200 'a pack is replaced'
version=$(tr -d '\r' <"$T/headers" | sed -n 's/^x-amz-version-id: //p')
code 1 'which a check' by police "$EVX" check --via mirrors
out_has "^$pack: .*length" 'finds, too'
is "$(s3 admin DELETE "/mirrors/$pack?versionId=$version")" 204 'what replaced it is removed'
code 0 'another machine rebuilds the vault' by police at lab "$EVX" import --via mirrors --into "$T/rebuilt"
out_has '^GOOD: 1 exhibit, 1 good' 'and checks it'
ok 'the same files' diff -r -x 'catalog.sqlite*' -x tmp -x .lock "$T/vault" "$T/rebuilt"
done_testing
