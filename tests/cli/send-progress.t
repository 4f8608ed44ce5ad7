#!/bin/sh
# Progress of what moves bytes over a remote: objects on stderr with --json, and none of them without it or with --quiet.
. "$(dirname "$0")/lib.sh"
people
mkdir src "$T/stick" && head -c 1500000 /dev/urandom >src/film
"$EVX" seal src -o phone.evx --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
cp phone.evx "$T/"
at officer "$EVX" remote add stick "dir:$T/stick" >/dev/null
send() { "$EVX" send phone.evx --to "$T/$1.card" --via stick --yes --jobs 1 --limit-rate "$2" ${3:+"$3"}; }
# number KEY: that of the last event.
number() { tail -n 1 "$T/events" | sed -n "s/.*\"$1\":\"\{0,1\}\([0-9]*\)[\",}].*/\1/p"; }

code 0 'a shipment of three seconds or more' send lab 500K --json
is "$(wc -l <"$T/out" | tr -d ' ')" 1 'the result stands alone on stdout'
grep '^{"progress":"send",' "$T/err" >"$T/events"
ok 'events come' test "$(wc -l <"$T/events")" -ge 2
is "$(grep -cv '^{"progress":"send","bytes":"[0-9]*","total":"[0-9]*","bytes_per_second":"[0-9]*"\(,"seconds_left":[0-9]*\)\{0,1\},"packs_there":0}$' "$T/events")" 0 'each is one whole object'
ok 'all of it is to be moved' test "$(number total)" -ge 1500000
ok 'much of it was moved' test "$(number bytes)" -ge 500000
is "$(sed 's/.*"bytes":"\([0-9]*\)".*/\1/' "$T/events" | sort -nc 2>&1)" '' 'bytes never get fewer'
ok 'the time left is told' grep -q '"seconds_left":' "$T/events"
is "$(grep -c "$(printf '\r')" "$T/err")" 0 'no line is drawn'

cp "$T/phone.evx" phone.evx
code 0 'the same to another receiver' send stranger 30K --json
grep '^{"progress":"send",' "$T/err" >"$T/events"
is "$(number packs_there)" 1 'what is there is counted'
ok 'and nothing but the parcel is to be moved' test "$(number total)" -lt 500000

cp "$T/phone.evx" phone.evx
code 0 'without --json' send lab 30K
ok 'there are none' not grep -q progress "$T/err"
done_testing
