#!/bin/sh
# evx mirror --prune: what only former states of a mirror need is removed, and nothing else is, whatever the remote shows; former states are rebuilt
# as long as they are there; what has a retention, or may be somebody else's, is left.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
LIB=${EVX_BUILD:-$TOP/build}/fault/faultlib.so
[ -f "$LIB" ] || { echo "1..0 # SKIP $LIB is not built (sanitizers must be loaded first)"; exit 0; }
people
trap 'kill ${stub:-} 2>/dev/null; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
export EVX_VAULT="$T/vault"
"$EVX" init "$T/vault" --quiet 2>/dev/null && "$EVX" member add "$T/lab.card" --quiet || exit 1
for n in 1 2; do
	mkdir disk$n && head -c 300000 /dev/urandom >disk$n/a && "$EVX" seal disk$n --case C-1 --exhibit $n --quiet 2>/dev/null || exit 1
done
mkdir "$T/stick"
at lab "$EVX" trust add "$T/officer.card" --quiet
cp -r "$T/lab" "$T/lab.was"
for h in officer room; do at $h "$EVX" remote add stick "dir:$T/stick" --quiet || exit 1; done
mirror() { "$EVX" mirror --via stick "$@"; }
# later DAYS COMMAND...: by a clock that is so far ahead.
later() {
	days=$1
	shift
	LD_PRELOAD=$LIB EVX_FAULT_CLOCK=$((days * 86400)) "$@"
}
rebuild() {
	rm -rf "$T/fresh" "$T/new" && cp -r "$T/lab.was" "$T/fresh" && at fresh "$EVX" import --via "${via:-dir:$T/stick}" --into "$T/new" "$@"
}
# Directories without files are not mirrored.
files() { (cd "$1" && find . -type f ! -name 'catalog.sqlite*' ! -path './tmp/*' ! -name .lock -exec sha256sum {} + | sort -k 2); }
alike() { files "$T/vault" >"$T/files" && files "$T/new" | diff "$T/files" -; }
field() { sed -n '$s/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$T/out"; }
things() { (cd "$T/stick" && find . -type f | sort); }
save() { rm -rf "$T/was.$1" && mkdir "$T/was.$1" && cp -r "$T/stick" "$T/officer" "$T/vault" "$T/was.$1"; }
restore() { rm -rf "$T/stick" "$T/officer" "$T/vault" && cp -r "$T/was.$1/." "$T"; }

# Note 1 with all files, note 2 with an entry, note 3 with all files, as exhibit 2 was disposed of.
mirror --quiet && "$EVX" note C-1/1 'second state' --quiet && mirror --quiet || exit 1
uuid=$("$EVX" exhibits --json | sed -n 's/.*"uuid":"\([^"]*\)".*"exhibit":"2".*/\1/p' | head -n 1)
[ -n "$uuid" ] || uuid=$("$EVX" show C-1/2 --json | sed -n 's/.*"uuid":"\([^"]*\)".*/\1/p' | head -n 1)
pack=$(basename "$(ls "$T/vault/exhibits/$uuid"/data/*.pack)" .pack)
on_stick() { find "$T/stick/packs" -name "$1*" | grep -q .; }
parcels() { find "$T/stick/parcels" -type f | wc -l; }
"$EVX" dispose-authorise C-1/2 --reason over --yes --quiet && "$EVX" dispose C-1/2 --yes --quiet >/dev/null || exit 1
code 0 'mirrored after a disposal' mirror --json
is "$(field whole)" true 'all files go, so that nothing needs the states before'
ok 'the pack is still there' on_stick "$pack"
code 2 'a time that is none' mirror --prune soon
code 2 'a time less than a day ago' mirror --prune 12h
err_has 'at least a day ago' 'is explained'
things >"$T/before"
code 0 'states that were replaced just now' mirror --prune 1d --json
is "$(field removed)" 0 'stay'
things | cmp -s - "$T/before" && pass 'nothing is removed' || fail 'nothing is removed'
save three

# A former state is rebuilt, and called one.
code 2 'a note without a mirror' "$EVX" import --note 2
code 0 'a former state' rebuild --note 2
out_has 'an older state; the newest is note 3' 'is called one'
ok 'with the exhibit that it had' test -e "$T/new/exhibits/$uuid/data/$pack.pack"
code 3 'a note that is not there' rebuild --note 4
err_has 'Its newest note is 3' 'is told'
code 1 'on a machine that saw more of the log' "$EVX" import --via stick --into "$T/mine" --note 2
gone "$T/mine" 'nothing is made'

# Pruned.
code 0 'states that were replaced two days ago' later 2 mirror --prune 1d
out_has 'removed 3 objects, .* bytes, that only former states needed' 'are removed'
not on_stick "$pack" && pass 'with the pack of what was disposed of' || fail 'with the pack of what was disposed of'
is "$(parcels)" 1 'and two parcels'
is "$(find "$T/stick/mirror" -type f | wc -l)" 3 'the notes stay'
code 0 'the mirror is good' "$EVX" check --via stick
code 0 'and is rebuilt' rebuild
ok 'the same files' alike
code 3 'the former state' rebuild --note 2
err_has 'is not on the remote' 'is there no more'
code 0 'again' later 2 mirror --prune 1d --json
is "$(field removed)" 0 'nothing is left to remove'

# What is needed by a state that stays, stays: the pack was in a state that was replaced later.
restore three
mid=$(ls "$T/stick/mirror")
code 0 'five days later, with all files' later 5 mirror --anew --quiet
save four
code 0 'what was replaced before the third day' later 5 mirror --prune 2d --json
is "$(field removed)" 3 'goes'
is "$(parcels)" 2 'and the state of the third note stays'
code 0 'and is rebuilt' rebuild --note 3
restore four
code 0 'what was replaced six days ago' later 5 mirror --prune 6d --json
is "$(field removed)" 0 'is nothing'
ok 'the pack stays' on_stick "$pack"

# Others on the same remote: their packs cannot be told from ours.
restore three
mkdir -p "$T/stick/inbox/$(printf '0%.0s' $(seq 64))" && echo note >"$T/stick/inbox/$(printf '0%.0s' $(seq 64))/$(printf '0%.0s' $(seq 32))-00000001"
code 0 'where shipments are, too' later 2 mirror --prune 1d
out_has 'Packs of former states were left' 'packs are left, and that is told'
ok 'the pack is there' on_stick "$pack"
is "$(parcels)" 1 'the parcels are gone'
restore three
mkdir -p "$T/stick/mirror/$(printf '1%.0s' $(seq 32))" && echo note >"$T/stick/mirror/$(printf '1%.0s' $(seq 32))/00000001"
code 0 'where another mirror is' later 2 mirror --prune 1d --json
is "$(field packs_left)" true 'packs are left, too'
ok 'the pack is there' on_stick "$pack"

# What a hostile remote shows makes nobody remove what is needed.
restore three
cp "$T/stick/mirror/$mid/00000002" "$T/stick/mirror/$mid/00000001"
code 0 'an old note at another number' later 2 mirror --prune 1d --json
is "$(field notes_unread)" 1 'is left'
is "$(field packs_left)" true 'with the packs'
code 0 'and the newest state is good' "$EVX" check --via stick
code 0 'and again' later 2 mirror --prune 1d
out_has '1 old note cannot be read: lost, changed, or not for this key' 'is told in words'
restore three
rm "$T/stick/mirror/$mid/00000002"
code 0 'an old note that is not there' later 2 mirror --prune 1d --json
is "$(field removed)" 0 'nothing goes'
restore three
things >"$T/before"
rm "$T/stick/mirror/$mid/00000003"
code 1 'an older state than this machine saw' later 2 mirror --prune 1d
is "$(things | wc -l)" $(($(wc -l <"$T/before") - 1)) 'and nothing is removed'

# Another machine: a member who came later opens no old note.
restore three
at room "$EVX" trust add "$T/officer.card" --quiet
"$EVX" member add "$T/room.card" --quiet && accept room || exit 1
code 3 'a member who came later' at room later 2 mirror --prune 1d
err_has 'another member mirrors first' 'has to wait for another one'
code 0 'the first machine mirrors' later 2 mirror --quiet
code 0 'a member who came later' at room later 4 mirror --prune 1d --json
is "$(field notes_unread)" 3 'cannot read the old notes'
is "$(field removed)" 0 'and removes nothing'
code 0 'a member of before prunes' later 6 mirror --prune 1d --json
is "$(field removed)" 5 'and removes what nobody needs'
is "$(parcels)" 2 'and nothing else'
code 0 'the mirror is good' "$EVX" check --via stick

# Cut off while it removes.
for n in 1 2 3; do
	restore three
	later 2 env EVX_FAULT_DIR="$T/stick" EVX_FAULT_AT=$((n + 8)) EVX_FAULT_HOW=KILL EVX_FAULT_OUT="$T/fired" "$EVX" mirror --via stick --prune 1d >/dev/null 2>&1
	code 0 "cut off at call $n: the newest state is good" "$EVX" check --via stick
	code 0 'the same command again' later 2 mirror --prune 1d
	is "$(parcels)" 1 'removes the rest'
	not on_stick "$pack" && pass 'with the pack' || fail 'with the pack'
done

# What a store keeps until a date is left.
command -v python3 >/dev/null || { skip "python3 is not installed"; done_testing; }
mkdir "$T/stub" && python3 "$REMOTE/s3_stub.py" "$T/stub" &
stub=$!
wait_for test -s "$T/stub/port"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
store="s3://box/v?endpoint=http://127.0.0.1:$(cat "$T/stub/port")"
restore three
"$EVX" remote add store "$store" --quiet
until=$(date -u -d '+10 days' +%F)
code 0 'kept for ten days' "$EVX" mirror --via store --retain-until "$until" --quiet
code 0 'replaced a day later' later 1 "$EVX" mirror --via store --anew --quiet
: >"$T/stub/log"
echo "late * 1 $((3 * 86400))" >"$T/stub/orders"
code 0 'pruned on the third day' later 3 "$EVX" mirror --via store --prune 1d --json
is "$(field removed) $(field held)" '0 1' 'what the store keeps is left, and counted'
is "$(grep -c '^DELETE .*/p[a-z]*/[0-9a-f][0-9a-f]/' "$T/stub/log")" 0 'and the store is not asked to remove it'
done_testing
