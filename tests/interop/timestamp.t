#!/bin/bash
# Stock openssl checks the time-stamps in a bundle: as files of the unpacked bag, with the command that format-spec/timestamps.md gives.
. "$(dirname "$0")/tap.sh"
needs tar openssl sha256sum

cd "$work" || exit 1
make_identity officer
sh "$here/../tsa.sh" make auth || exit 1
echo evidence >file
ok 'seal' "$EVX" seal file -o x.evx --case C --exhibit E --self --quiet -y
for n in 1 2; do
	sha512=$([ $n = 1 ] || echo --sha512)
	ok "request $n" "$EVX" timestamp x.evx --tsa-request $n.tsq $sha512
	ok "openssl answers request $n" sh "$here/../tsa.sh" answer auth tsa $n.tsq $n.tsr
	ok "response $n is appended" "$EVX" timestamp x.evx --tsa-response $n.tsr --tsa-request $n.tsq --tsa-ca auth/ca.pem
done
ok 'unpack' tar -xf x.evx
cd ????????-*/ || exit 1
stock() { openssl ts -verify -in "$1" -data custody/0000-seal.record -CAfile "$2"; }
ok 'openssl verifies the first over the record' stock custody/0000-seal.tsr ../auth/ca.pem
ok 'and the second' stock custody/0000-seal.tsr2 ../auth/ca.pem
ok 'not with another authority' fails 1 'Verification: FAILED' stock custody/0000-seal.tsr ../auth/other-ca.pem
ok 'with the nonce asked for' openssl ts -verify -in custody/0000-seal.tsr -queryfile ../1.tsq -CAfile ../auth/ca.pem
ok 'the response is as the authority sent it' cmp custody/0000-seal.tsr ../1.tsr
ok 'the record is as it was' sha256sum --strict --quiet -c custody/0000-seal.record
echo >>custody/0000-seal.record
ok 'openssl finds a changed record' fails 1 'Verification: FAILED' stock custody/0000-seal.tsr ../auth/ca.pem
done_testing
