#!/bin/sh
# A real exFAT stick (exfat-fuse on a loop device): the three commands, a stick that is pulled out in the middle, one that is full. What
# exFAT cannot do: no rename that refuses to replace, names without case, no files without a name.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
[ "$(id -u)" -eq 0 ] || { echo '1..0 # SKIP only root can mount a stick'; exit 0; }
command -v mkfs.exfat >/dev/null && command -v mount.exfat-fuse >/dev/null || { echo '1..0 # SKIP exfat-fuse or exfatprogs is not installed'; exit 0; }
[ -c /dev/fuse ] || { echo '1..0 # SKIP there is no /dev/fuse'; exit 0; }
STICK=$T/stick
mkdir "$STICK"
truncate -s 130M "$T/image" && mkfs.exfat "$T/image" >/dev/null 2>&1 && loop=$(losetup -f --show "$T/image" 2>/dev/null) ||
	{ echo '1..0 # SKIP no loop device can be had'; exit 0; }
driver=
trap 'umount -l "$STICK" 2>/dev/null; losetup -d "$loop"; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
# The driver is a process of its own, so that it can die.
plug() {
	mount.exfat-fuse -d "$loop" "$STICK" >"$T/driver" 2>&1 &
	driver=$!
	wait_for mountpoint -q "$STICK"
}
unplug() { umount "$STICK" && wait "$driver"; }
plug && [ "$(stat -f -c %T "$STICK")" = fuseblk ] || { echo '1..0 # SKIP exFAT cannot be mounted'; exit 0; }

people
mkdir src out && head -c 70000000 /dev/urandom >src/film
"$EVX" seal src -o phone.evx --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
at lab "$EVX" trust add "$T/officer.card" >/dev/null && at officer "$EVX" trust add "$T/lab.card" >/dev/null
for h in officer lab; do at $h "$EVX" remote add stick "dir:$STICK" >/dev/null || exit 1; done
send() { "$EVX" send phone.evx --to "$T/lab.card" --via stick --yes --quiet "$@"; }

code 0 'a stick is tested' "$EVX" remote test stick
out_has 'stick: works' 'it works'
out_has 'yes  keeps what is there' 'and replaces nothing'
out_has 'yes  names an object when it is complete' 'and renames'

# The stick is pulled out while packs go.
"$EVX" send phone.evx --to "$T/lab.card" --via stick --yes --quiet --limit-rate 20M >"$T/first" 2>&1 &
sender=$!
wait_for sh -c "find '$STICK/packs' -type f -size +2000k | grep -q ."
kill -KILL "$driver" && wait "$driver" 2>/dev/null
wait "$sender" 2>/dev/null
is "$?" 3 "a stick that is pulled out ends with exit 3"
is "$("$EVX" log phone.evx | grep -c '^0')" 1 'and nothing was signed'
umount -l "$STICK" && plug
code 0 'when it is back: the same send' send --reread
code 0 'and again' send
is "$(find "$STICK/packs" -type f ! -name '*.part-*' | wc -l)" 3 'no pack is there twice'

# To another machine.
unplug && plug
code 0 'received' at lab "$EVX" receive --via stick -o out --accept not-inventoried --yes --quiet
code 0 'the answer' "$EVX" receipts
out_has 'accepted (new)' 'is the acceptance'
ok 'both have the same bundle' cmp phone.evx out/*.evx

# No room.
head -c 70000000 /dev/urandom >src/film
"$EVX" seal src -o other.evx --case C-1 --exhibit 2 --self --quiet 2>/dev/null || exit 1
code 3 'a stick without room' "$EVX" send other.evx --to "$T/lab.card" --via stick --yes --quiet
err_has 'has no room' 'it says so'
is "$("$EVX" log other.evx | grep -c '^0')" 1 'and nothing was signed'
unplug
if command -v fsck.exfat >/dev/null; then ok 'the file system is sound' fsck.exfat -n "$loop"; else skip 'fsck.exfat is not installed'; fi
done_testing
