#!/bin/sh
# An object store as remote: signatures that the store checks by itself, and a store that fails in every way it can.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
packs 1000 2000000 3000000 1 500000 0
mkdir "$T/s3"
python3 "$REMOTE/s3_stub.py" "$T/s3" 2>"$T/s3/err" &
stub=$!
trap 'kill $stub; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
wait_for test -s "$T/s3/port" || { echo '1..0 # SKIP the store does not start'; exit 0; }
port=$(cat "$T/s3/port")
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
store="s3://box/pre/fix?endpoint=http://127.0.0.1:$port"
clear() { for n in $(tool "$store" list "" | cut -d ' ' -f 1); do tool "$store" remove "$n"; done; : >"$T/s3/log"; }
# order LINE...: what the store does wrong next
order() { printf '%s\n' "$@" >"$T/s3/orders"; }

code 0 'a store is tested' tool "$store" test
out_has '^writes 1 reads 1 lists 1 removes 1 replaces 0 proves 1 left 0$' 'it can do what is asked'
out_has ' renames 1 ' 'and names what is complete'
out_has ' locks 1 ' 'and keeps objects until a date'
code 0 'packs are sent' tool "$store" send "$T/packs"
out_has '^6 objects, 0 there before, 0 failed, 5501001 bytes$' 'all of them'
code 0 'and again' tool "$store" send "$T/packs"
out_has '^6 objects, 6 there before, 0 failed, 0 bytes$' 'which moves nothing'
arrives 'a store, its list in pages' "$store"
is "$(tool "s3://box/pre?endpoint=http://127.0.0.1:$port" list fix | wc -l)" 6 'all below the prefix'

echo one >one && echo other >other
code 0 'one object' tool "$store" put inbox/aa one
code 13 'is not put again' tool "$store" put inbox/aa other
code 0 'it is asked for' tool "$store" stat inbox/aa
out_has "^4 until 0 $(sha256sum <one | cut -c 1-64)\$" 'the store proves its bytes'
code 12 'one that is not there' tool "$store" stat inbox/ab
code 12 'nor can be read' tool "$store" get inbox/ab
code 0 'one is removed' tool "$store" remove inbox/aa
code 0 'kept until a date' tool -u 2000000000 "$store" put inbox/ac one
code 0 'it is asked for' tool "$store" stat inbox/ac
out_has '^4 until 2000000000 ' 'the store says so'
code 23 'it is not removed' tool "$store" remove inbox/ac
code 0 'longer' tool -u 2100000000 "$store" retain inbox/ac
code 0 'it is asked for again' tool "$store" stat inbox/ac
out_has '^4 until 2100000000 ' 'the store says so'
code 23 'not shorter' tool -u 1900000000 "$store" retain inbox/ac
code 0 'a bucket without locks' tool "s3://plain?endpoint=http://127.0.0.1:$port" test
out_has ' locks 0 ' 'says so'

# An invitation: addresses for one object each, and for nothing else.
for n in 0000 0001; do tool x presign "127.0.0.1:$port" "/box/drop/1/$n" 60 >>addresses; done
export ADDRESSES="$W/addresses"
code 0 'an invited sender' env -u AWS_SECRET_ACCESS_KEY "$TOOL" presigned put drop/1/0001 one
code 0 'it is there' tool "s3://box?endpoint=http://127.0.0.1:$port" get drop/1/0001
is "$(cat "$T/out")" one 'as it was sent'
code 13 'it cannot be replaced' tool presigned put drop/1/0001 other
code 21 'there are so many addresses' tool presigned put drop/1/0002 one
code 18 'nothing can be read' tool presigned get drop/1/0001
code 18 'nor listed' tool presigned list drop
code 18 'nor removed' tool presigned remove drop/1/0001
tool x presign "127.0.0.1:$port" "/box/drop/1/0000" 1 >late && sleep 2.1
code 23 'an invitation that has ended' env ADDRESSES="$W/late" "$TOOL" presigned put drop/1/0000 one
ok 'its address is a secret' not grep -q Signature "$T/err" "$T/out"

# fault NAME LINE...: with these orders, one command, and then all packs are there, and come back.
fault() {
	name=$1
	shift
	clear
	order "$@"
	code 0 "$name" tool -p 2 "$store" send "$T/packs"
	arrives "$name" "$store"
}
fault 'busy' 'status PUT 3 503:0' 'status HEAD 2 503:0'
fault 'broken' 'status PUT 4 500' 'status GET 2 502'
fault 'too many requests' 'status * 5 429:0'
fault 'cut on the way there' 'cut PUT 5'
fault 'cut on the way back' 'cut GET 3'
fault 'damaged in the store' 'wrong PUT 0'
fault 'other bytes stored, and it says which' 'wrong GET 2'
fault 'a store that is stuck' 'stuck PUT 1 4'
fault 'bytes too many' 'long GET 2'
fault 'bytes too few' 'short GET 2'
order 'status PUT 1 503:1'
clear
begun=$(date +%s)
code 0 'Retry-After' tool -j 1 "$store" put inbox/ad one
ok 'is waited for' test $(($(date +%s) - begun)) -ge 1

clear
order 'wrong PUT 6'
code 1 'other bytes stored each time' tool -t 1 "$store" send "$T/packs"
err_has 'names the hash of other bytes' 'is noticed'
clear
order 'forget PUT 1'
code 0 'it says that it stored it, and did not' tool "$store" put inbox/ae one
code 12 'who asks again is told' tool "$store" stat inbox/ae
code 0 'stale lists' tool "$store" put inbox/af one
order 'hide GET 1'
code 0 'hide objects' tool "$store" list ""
out_empty 'so they do'
code 0 'who asks by name finds them' tool "$store" stat inbox/af
order 'status PUT 20 403'
code 23 'not allowed' tool "$store" put inbox/ag one
is "$(grep -c '^PUT .*inbox/ag' "$T/s3/log")" 1 'is not tried again'
rm "$T/s3/orders"
order 'status PUT 3 507'
code 14 'a full store' tool "$store" put inbox/ag one
err_has 'the store is full' 'it says so'
rm "$T/s3/orders"
order 'quota PUT 3'
code 14 'a full store that says so in another way' tool "$store" put inbox/ag one
err_has 'the store is full' 'it says so'
order 'clock PUT 3'
code 14 'clocks that differ' tool "$store" put inbox/ag one
err_has 'the clocks of this machine and of the store differ' 'are named'
rm "$T/s3/orders"
# Fewer connections than there are processes: those that wait have not forgotten their part.
for how in few turn; do
	clear
	order "$how * 1 1"
	code 0 "one connection at a time ($how), eight processes" tool -j 8 -p 3 "$store" send "$T/packs"
	order "$how * 1 0"
	arrives "one connection at a time ($how)" "$store"
done
# What failed together is not tried again together. One delay for each pack: from the refusal to the next question.
clear && : >"$T/s3/times"
order 'status PUT 6 503'
code 0 'all refused at once' "$TOOL" -j 6 -w 2000 "$store" send "$T/packs"
spread() {
	awk '$1 == "PUT" && $3 == 503 { refused[$2] = $4 } $1 == "HEAD" && $2 in refused && !($2 in after) { after[$2] = $4 - refused[$2] }
		END { for (p in after) { n++; if (n == 1 || after[p] < least) least = after[p]; if (after[p] > most) most = after[p] }
			print n, least, most; exit !(n == 6 && least > 0.9 && most - least > 0.05) }' "$T/s3/times"
}
ok 'wait for different times, none less than half' spread
order 'late * 1 1200'
code 0 'the clock of the store is 20 minutes ahead' tool "$store" send "$T/packs"
arrives 'another clock' "$store"
order 'late * 1 0' 'nocondition'
clear
code 0 'a store that knows no condition' tool "$store" put inbox/ah one
code 13 'is asked first' tool "$store" put inbox/ah other
order 'ignore'
code 0 'one that passes over it' tool "$store" test
out_has ' replaces 0 ' 'is asked first, too'
order 'writeonly'
code 0 'one that can be written and not read' tool "$store" test
out_has '^writes 1 reads 0 ' 'says so'

code 14 'nobody listens' tool -t 2 's3://box?endpoint=http://127.0.0.1:1' test
code 14 'no such bucket' tool "s3://bix?endpoint=http://127.0.0.1:$port" test
err_has 'no such bucket' 'it says so'
code 23 'another key' env AWS_SECRET_ACCESS_KEY=terces "$TOOL" "$store" test
ok 'the key is in no message' not grep -qe terces -e secret "$T/err" "$T/out"
code 23 'no key at all' env -u AWS_SECRET_ACCESS_KEY "$TOOL" "$store" test
code 11 'a key in the URL' tool "$store&secret_key=x" test
code 11 'an unknown setting' tool "$store&x=y" test
is "$(cat "$T/s3/err")" '' 'the store met nothing that it does not know'
done_testing
