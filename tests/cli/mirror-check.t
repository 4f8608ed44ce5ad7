#!/bin/sh
# evx check --via: what is read of a mirror and what is not, samples, every flaw by its name with its exit code, retention object by object, an older
# state after a newer one was seen.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
people
trap 'kill ${stub:-} 2>/dev/null; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
export EVX_VAULT="$T/vault"
"$EVX" init "$T/vault" --quiet 2>/dev/null && "$EVX" member add "$T/lab.card" --quiet || exit 1
for n in 1 2 3 4 5 6; do
	mkdir "disk$n" && head -c 300000 /dev/urandom >"disk$n/a" && "$EVX" seal "disk$n" --case 26-115 --exhibit $n --quiet 2>/dev/null || exit 1
done
mkdir "$T/stick"
for h in officer lab; do at $h "$EVX" remote add stick "dir:$T/stick" --quiet || exit 1; done
"$EVX" mirror --via stick --quiet || exit 1
packs=$(ls "$T/vault/exhibits"/*/data/*.pack | wc -l)
check() { "$EVX" check --via stick "$@"; }
# field NAME: of the JSON object that is the result.
field() { sed -n '$s/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$T/out"; }

# What a check reads: everything here, as a stick proves nothing.
code 0 'all of it' check --json
is "$(field compared)" "$(field objects)" 'is compared'
is "$(field seed)" '' 'by no seed'
objects=$(field objects)
is "$objects" $((packs + 3)) 'packs, a parcel, a note and the name of the remote'
code 2 'a sample of nothing' check --sample 0
code 2 'of more than there is' check --sample 101

# A sample: which packs it has follows from the seed (format-spec/vault.md). The parcel, the notes and the name of the remote are always read.
# in_sample SEED PERCENT HASH
in_sample() {
	first=$(printf '%s' "$1$3" | perl -ne 'use Digest::SHA; print unpack("N", Digest::SHA::sha256(pack("H*", $_)))')
	[ "$first" -lt $(($2 * 42949673)) ]
}
pack=$(find "$T/stick/packs" -type f | sort | head -n 1) object=packs${pack#"$T/stick/packs"}
cp "$pack" "$T/pack" && flip "$pack" 1000
read_it=0 left_it=0 rounds=0
while [ $rounds -lt 60 ] && { [ $read_it = 0 ] || [ $left_it = 0 ]; }; do
	rounds=$((rounds + 1))
	run check --sample 50 --json
	seed=$(field seed) chosen=0
	for hash in $(find "$T/stick/packs" -type f -printf '%f\n'); do ! in_sample "$seed" 50 "$hash" || chosen=$((chosen + 1)); done
	if in_sample "$seed" 50 "$(basename "$pack")"; then
		[ "$rc" = 1 ] && grep -q "^{\"object\":\"$object\",\"flaw\":\"other bytes\"}" "$T/out" && [ "$(field bad)" = 1 ] && [ "$(field compared)" = $((chosen - 1 + 3)) ] || break
		read_it=1
	else
		[ "$rc" = 0 ] && [ "$(field bad)" = 0 ] && [ "$(field compared)" = $((chosen + 3)) ] || break
		left_it=1
	fi
done
is "$read_it $left_it" '1 1' 'a damaged pack is found by the samples that have it, and by no others'
code 1 'all of it' check
out_has "^$object: other bytes" 'finds it'
# A pack that is gone, or short, is missed by every sample: each is asked for.
for damage in missing 'other length'; do
	case $damage in missing) rm "$pack" ;; *) truncate -s 1000 "$pack" ;; esac
	code 1 "$damage: the smallest sample" check --sample 1
	out_has "^$object: $damage" 'names it'
	out_has '^BAD: 1 object is missing or damaged' 'is bad'
	cp "$T/pack" "$pack"
done
parcel=$(find "$T/stick/parcels" -type f)
cp "$parcel" "$T/parcel" && flip "$parcel" 70000
code 1 'a parcel with other bytes, in the smallest sample' check --sample 1
err_has 'gives out other bytes than those of parcels/' 'is named'
cp "$T/parcel" "$parcel"
# The smallest sample has none of a few packs, but for one time in twenty.
until run check --sample 1 && [ "$rc" = 0 ] && grep -q '^Only a sample was compared: 3 of' "$T/out"; do :; done
out_has "^Only a sample was compared: 3 of $objects objects\. The seed [0-9a-f]\{32\} chose the packs\." 'a sample says how much it compared'
out_has "^GOOD: $objects objects are there" 'and that the others are there'

# An older state, after this machine saw a newer one: by a check, too.
cp -r "$T/lab" "$T/lab.was" && cp -r "$T/stick" "$T/stick.old"
"$EVX" note 26-115/1 'second state' --quiet && "$EVX" mirror --via stick --quiet || exit 1
at lab "$EVX" member list --vault "$T/vault" --founder "$(founder "$T/vault")" --quiet >/dev/null
code 0 'another machine checks' at lab "$EVX" check --via stick
cp -r "$T/stick" "$T/stick.new" && rm -rf "$T/stick" && cp -r "$T/stick.old" "$T/stick"
code 1 'and later is shown an older state' at lab "$EVX" check --via stick
err_has 'older state of the mirror than this machine saw' 'which it tells'
code 1 'nor does it mirror on top of that' at lab "$EVX" mirror --via stick
rm -rf "$T/stick" && cp -r "$T/stick.new" "$T/stick"
code 0 'the newer one again' at lab "$EVX" check --via stick
code 0 'is mirrored on' at lab "$EVX" mirror --via stick

# An object store that computes hashes: nothing is read. Retention, object by object.
command -v python3 >/dev/null || { skip "python3 is not installed"; done_testing; }
mkdir "$T/stub" && python3 "$REMOTE/s3_stub.py" "$T/stub" &
stub=$!
wait_for test -s "$T/stub/port"
port=$(cat "$T/stub/port")
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
store="s3://box/v?endpoint=http://127.0.0.1:$port"
"$EVX" remote add store "$store" --quiet || exit 1
# tell HOW NAME [DATE]: the store loses (delete) or exchanges (swap) an object, or names another date for it (retain).
tell() { python3 -c 'import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method="POST"))' "http://127.0.0.1:$port/-/$1?key=box/v/$2&until=${3:-}"; }
code 0 'a mirror in a store' "$EVX" mirror --via store --retain-until 2098-01-01
: >"$T/stub/log"
code 0 'a sample, where the store proves the bytes' "$EVX" check --via store --sample 1 --retain-until 2098-01-01 --json
is "$(field compared)" "$(field objects)" 'compares all of them'
is "$(grep -c '^GET .*/packs/' "$T/stub/log")" 0 'no pack is fetched'
is "$(field not_kept)" 0 'all are kept'
objects=$(field objects)
all=$(cd "$T" && "$EVX" check --via store --retain-until 2099-01-01 --json | sed -n 's/^{"object":"\([^"]*\)","flaw":"retention too short","until":"2098-01-02T00:00:00Z"}$/\1/p')
is "$(echo "$all" | wc -l)" "$objects" 'each object is named whose retention ends too early, with its end'
kinds=$(echo "$all" | sed 's,/.*,,' | sort -u | tr '\n' ' ')
is "$kinds" 'evx-remote.txt mirror packs parcels ' 'notes, packs, parcels and the name of the remote'
is "$(echo "$all" | sort | uniq -d)" '' 'none twice'
for object in $(echo "$all" | sort -t / -k 1,1 -u); do
	tell retain "$object" ''
	code 1 "$object without retention" "$EVX" check --via store --retain-until 2098-01-01
	out_has "^$object: no retention" 'is named'
	is "$(grep -c ': ' "$T/out")" 2 'alone'
	tell retain "$object" 2097-12-31T00:00:00Z
	code 1 "$object that is kept a day less" "$EVX" check --via store --retain-until 2098-01-01
	out_has "^$object: retention too short: it ends at 2097-12-31T00:00:00Z" 'is named'
	out_has '^BAD: the remote may lose objects too early' 'is bad'
	tell retain "$object" 2098-01-02T00:00:00Z
done
object=$(echo "$all" | grep '^mirror/' | head -n 1)
tell retain "$object" ''
code 0 'without a date' "$EVX" check --via store
code 0 'mirrored with the date' "$EVX" mirror --via store --retain-until 2098-01-01
code 0 'all are kept again' "$EVX" check --via store --retain-until 2098-01-01
: >"$T/stub/log"
object=$(echo "$all" | grep '^packs/' | head -n 1)
tell swap "$object"
code 1 'a pack that the store exchanged' "$EVX" check --via store --sample 1
out_has "^$object: other bytes" 'is found in every sample, by the hash that the store computes'
is "$(grep -c '^GET .*/packs/' "$T/stub/log")" 0 'no pack is fetched'
tell delete "$object"
code 1 'one that it lost' "$EVX" check --via store --retain-until 2098-01-01
out_has "^$object: missing" 'is found'
code 0 'mirrored again' "$EVX" mirror --via store --retain-until 2098-01-01
code 0 'is whole again' "$EVX" check --via store --retain-until 2098-01-01
done_testing
