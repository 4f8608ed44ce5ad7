#!/bin/sh
# Time-stamps from an authority over HTTP: a good one, and everything that an authority or what stands between can do wrong.
. "$(dirname "$0")/lib.sh"

for tool in openssl python3; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
people && evidence e && sealed x.evx e && sh "$TOP/tests/tsa.sh" make auth || exit 1
cp x.evx sealed.evx
ca='--tsa-ca auth/ca.pem'
trust="--trust $T/officer.card"

python3 "$TOP/tests/tsa_server.py" auth "$T/port" &
server=$!
trap 'kill $server 2>/dev/null; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
wait_for test -e "$T/port"
url=http://127.0.0.1:$(cat "$T/port")

refuse() { # CODE NAME WORDS URL OPTION...
	wanted=$1 name=$2 words=$3 from=$4
	shift 4
	code "$wanted" "$name" "$EVX" timestamp x.evx --tsa "$from" "$@"
	err_has "$words" "$name: it says why"
	ok "$name: the bundle is as it was" cmp -s x.evx sealed.evx
}
refuse 3 'an authority not trusted' 'none of the certificates trusted here' "$url/tsa" --tsa-ca auth/other-ca.pem
refuse 1 'an old answer' 'the nonce is another' "$url/stale" $ca
refuse 1 'an expired certificate' 'not valid at its time' "$url/expired" $ca
refuse 3 'a web page' 'expected application/timestamp-reply, found text/html' "$url/page" $ca
refuse 1 'garbage' 'expected a response' "$url/garbage" $ca
refuse 1 'nothing' 'expected a response' "$url/empty" $ca
refuse 1 'too much' 'at most 65536 bytes' "$url/big" $ca
refuse 3 'a redirection to a file' 'status 200, found 302' "$url/redirect" $ca
refuse 3 'a redirection' 'status 200, found 308' "$url/moved" $ca
refuse 3 'no such page' 'status 200, found 404' "$url/none" $ca
refuse 3 'a broken connection' 'time-stamp authority' "$url/cut" $ca
refuse 3 'nobody listens' 'onnect' http://127.0.0.1:1/ $ca
refuse 3 'no such host' 'resolve' http://no-such-host.invalid/ $ca
refuse 3 'TLS where there is none' 'time-stamp authority' "https://127.0.0.1:$(cat "$T/port")/tsa" $ca
refuse 2 'a file in place of a URL' 'http://' file:///etc/passwd $ca
refuse 2 'another protocol' 'http://' "ftp://127.0.0.1/" $ca
refuse 2 'no URL' 'http://' auth/ca.pem $ca
code 2 '--tsa and --tsa-request' "$EVX" timestamp x.evx --tsa "$url/tsa" --tsa-request q
code 2 '--tsa and --tsa-response' "$EVX" timestamp x.evx --tsa "$url/tsa" --tsa-response q
gone q 'no request was written'

kids_of() { grep -ls "^PPid:[[:space:]]$1\$" /proc/[0-9]*/status | cut -d / -f 3; }
alive() { grep -qs '^State:[[:space:]][RSD]' "/proc/$1/status"; }

# Interrupted while it waits: the bundle is as it was, and no process stays.
setsid env --default-signal=INT "$EVX" timestamp x.evx --tsa "$url/hang" $ca >"$T/out" 2>"$T/err" & pid=$!
wait_for test -e "$T/port.asked"
kid=$(kids_of $pid)
ok 'it waits, with a process that asks' alive "$kid"
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$kid/status"; }
is "$(status NoNewPrivs) $(status Seccomp) $(status CapEff) $(status CapPrm) $(status CapBnd)" \
	"1 2 0000000000000000 0000000000000000 $([ "$(id -u)" = 0 ] && echo 0000000000000000 || status CapBnd)" 'which is confined and has no capability'
kill -INT $pid
wait $pid
is $? 130 'SIGINT while it waits: exit 130'
ok 'the process that asked is gone' not alive "$kid"
ok 'the bundle is as it was' cmp -s x.evx sealed.evx
rm "$T/port.asked"
setsid "$EVX" timestamp x.evx --tsa "$url/hang" $ca >"$T/out" 2>"$T/err" & pid=$!
wait_for test -e "$T/port.asked"
kid=$(kids_of $pid)
ok 'again' alive "$kid"
kill -KILL $pid
wait $pid 2>/dev/null
ok 'the process that asked ends by itself after SIGKILL' wait_for not alive "$kid"

code 0 'a good answer is appended' "$EVX" timestamp x.evx --tsa "$url/tsa" $ca
out_has 'custody/0000-seal.tsr$' 'it says under which name'
code 0 'with SHA-512' "$EVX" timestamp x.evx --tsa "$url/tsa" $ca --sha512
out_has 'custody/0000-seal.tsr2$' 'a second one'
code 0 'verify' "$EVX" verify x.evx $trust $ca
out_has 'sealed before .* 20.*CN = Test Time Authority' 'it tells the time proven'
code 0 'kept unverified' "$EVX" timestamp x.evx --tsa "$url/tsa" --tsa-ca auth/other-ca.pem --unverified
err_has 'proves nothing to people who' 'with a warning'

# Sealing and stamping in one.
seal() {
	name=$1 wanted=$2 file=$3
	shift 3
	code "$wanted" "$name" "$EVX" seal e -o "$file" --case C --exhibit E --self -y "$@"
}
seal 'seal --tsa' 0 s.evx --tsa "$url/tsa" $ca
out_has '^existed at .* 20' 'it tells the time proven'
code 0 'it verifies' "$EVX" verify s.evx $trust $ca
seal 'seal --tsa, as JSON' 0 j.evx --tsa "$url/tsa" $ca --json
ok 'JSON has the time' grep -q '"time_stamp":{"time":"20' "$T/out"
seal 'seal, and nobody stamps' 3 n.evx --tsa http://127.0.0.1:1/ $ca
err_has 'is sealed, but has no time-stamp' 'it says so'
code 0 'the bundle is good' "$EVX" verify n.evx $trust
code 0 'and is stamped later' "$EVX" timestamp n.evx --tsa "$url/tsa" $ca
seal 'seal, and the stamp is bad' 3 b.evx --tsa "$url/stale" $ca
ok 'the bundle has none' sh -c '! tar -tf b.evx | grep -q tsr'
seal 'a stream takes no stamp' 2 - --tsa "$url/tsa" $ca
seal 'volumes take no stamp' 2 v.evx --split 1M --tsa "$url/tsa" $ca
seal 'a URL that is none is found before sealing' 2 w.evx --tsa file:///etc/passwd $ca
gone w.evx 'nothing was sealed'
seal 'certificates that are not there are found before sealing' 3 w.evx --tsa "$url/tsa" --tsa-ca none.pem
gone w.evx 'nothing was sealed'
seal '--tsa-ca without --tsa' 2 w.evx $ca
gone w.evx 'nothing was sealed'

# Into a vault, and again, where the second exhibit borrows.
code 0 'a vault' "$EVX" init v --as officer
in_vault() { # CODE NAME EXHIBIT OPTION...
	wanted=$1 name=$2 exhibit=$3
	shift 3
	code "$wanted" "$name" "$EVX" seal e --vault v --case C --exhibit "$exhibit" "$@"
}
in_vault 0 'seal --vault --tsa' 1 --tsa "$url/tsa" $ca
out_has '^existed at .* 20' 'it tells the time proven'
in_vault 0 'seal --vault --tsa, borrowing' 2 --tsa "$url/tsa" $ca --json
ok 'JSON has the time' grep -q '"time_stamp":{"time":"20' "$T/out"
for x in v/exhibits/*; do
	ok 'the stamp is in the exhibit' test -f "$x/custody/0000-seal.tsr"
	code 0 'it verifies' "$EVX" verify "$x" $trust $ca --deep --as officer
	out_has 'sealed before .* 20.*Time Authority' 'with the time proven'
done
in_vault 3 'seal --vault, and nobody stamps' 3 --tsa http://127.0.0.1:1/ $ca
err_has 'is sealed, but has no time-stamp' 'it says so'
is "$(ls v/exhibits | wc -l)" 3 'the exhibit is in the vault'
in_vault 2 'a URL that is none is found before sealing' 4 --tsa file:///etc/passwd $ca
is "$(ls v/exhibits | wc -l)" 3 'and nothing was sealed'

# Events stamped as they are signed.
cp sealed.evx h.evx
cards="$trust --trust $T/lab.card"
code 0 'release --tsa' "$EVX" release h.evx --to "$T/lab.card" --keeps nothing --purpose p --tsa "$url/tsa" $ca
out_has '^existed at .* 20' 'it tells the time proven'
out_has '^stamped by *CN = Test Time Authority' 'and by whom'
mkdir un && tar -xf h.evx -C un
code 0 'accept --tsa' at lab "$EVX" accept h.evx --receipt h.txt --tsa "$url/tsa" $ca --json
ok 'JSON has the time' grep -q '"time_stamp":{"member":"custody/0002-accept.tsr","time":"20' "$T/out"
code 0 'accept --tsa, unpacked, over SHA-512' at lab "$EVX" accept un/* --no-receipt --tsa "$url/tsa" $ca --tsa-sha512
code 0 'it verifies' "$EVX" verify --details h.evx $cards $ca
is "$(grep -c 'existed at .* 20.*Time Authority' "$T/out")" 3 'every event is proven'
code 0 'and so does the unpacked one' "$EVX" verify un/* $cards $ca
code 3 'nobody stamps' at lab "$EVX" note h.evx x --tsa http://127.0.0.1:1/ $ca
err_has 'is signed, but has no time-stamp' 'it says so'
code 0 'the event stands' "$EVX" verify --details h.evx $cards
out_has '^entry 0003 .*, note' 'as number 3'
code 3 'a bad stamp' at lab "$EVX" note h.evx y --tsa "$url/stale" $ca
ok 'is not kept' sh -c '! tar -tf h.evx | grep -q "0004-note.tsr"'
cp h.evx was.evx
code 2 'a detached event takes none' at lab "$EVX" note h.evx z --detached d.txt --tsa "$url/tsa" $ca
code 2 'nor does a draft' at lab "$EVX" note h.evx z --draft d.txt --tsa "$url/tsa" $ca
code 2 'a URL that is none is found before signing' at lab "$EVX" note h.evx z --tsa file:///etc/passwd $ca
code 3 'certificates that are not there, too' at lab "$EVX" note h.evx z --tsa "$url/tsa" --tsa-ca none.pem
code 2 '--tsa-ca without --tsa' at lab "$EVX" note h.evx z $ca
ok 'the bundle is as it was' cmp h.evx was.evx
gone d.txt 'and nothing was written'

# Renewal: a note that names the stamps so far, stamped in turn.
code 0 'timestamp --renew' "$EVX" timestamp s.evx --renew --tsa "$url/tsa" $ca --sha512
out_has '^entry *0001 note' 'signs an event'
rm -rf un && mkdir un && tar -xf s.evx -C un
ok 'that names the first stamp' sh -c 'grep -q "\"stamps\":.*$(sha256sum <"$(echo un/*/custody/0000-seal.tsr)" | cut -d" " -f1)" un/*/custody/0001-note.json'
ok 'the new stamp is over SHA-512' sh -c 'openssl ts -reply -in un/*/custody/0001-note.tsr -text | grep -q "Hash Algorithm: sha512"'
ok 'openssl verifies it' sh -c 'openssl ts -verify -in un/*/custody/0001-note.tsr -data un/*/custody/0001-note.record -CAfile auth/ca.pem'
code 0 'it verifies' "$EVX" verify s.evx $trust $ca
code 2 '--renew needs an authority' "$EVX" timestamp s.evx --renew --tsa-request q
code 2 'and no event' "$EVX" timestamp s.evx --renew --event 0 --tsa "$url/tsa" $ca
code 2 '--as without --renew' "$EVX" timestamp s.evx --as officer --tsa "$url/tsa" $ca
done_testing
