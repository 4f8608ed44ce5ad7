#!/bin/sh
# Shipments through git-annex-remote-rclone, with rclone's local backend as the service: the same three commands, and a partial object under
# its final name, which rclone leaves when it is killed.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
command -v rclone >/dev/null && command -v git-annex-remote-rclone >/dev/null || { echo '1..0 # SKIP git-annex-remote-rclone is not installed'; exit 0; }
people
mkdir src out "$T/cloud" && head -c 40000000 /dev/urandom >src/film
"$EVX" seal src -o phone.evx --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
cp phone.evx "$T/phone.evx"
printf '[here]\ntype = local\n' >"$T/rclone.conf" && export RCLONE_CONFIG="$T/rclone.conf"
at lab "$EVX" trust add "$T/officer.card" >/dev/null && at officer "$EVX" trust add "$T/lab.card" >/dev/null
for h in officer lab; do
	at $h "$EVX" remote add cloud "exec:git-annex-remote-rclone?target=here&prefix=$T/cloud&rclone_layout=lower" >/dev/null || exit 1
done
send() { "$EVX" send phone.evx --to "$T/lab.card" --via cloud --yes --quiet; }
pack() { find "$T/cloud" -type f -size +20000k | sort | head -n 1; }

code 0 'a service of rclone is tested' "$EVX" remote test cloud
out_has 'cloud: works' 'it works'
out_has 'no   lists' 'without lists'
is "$(find "$T/cloud" -type f | wc -l)" 0 'and nothing is left'

# It is killed in the middle of a pack, with all that it started.
setsid "$EVX" send phone.evx --to "$T/lab.card" --via cloud --yes --quiet 2>/dev/null &
pid=$!
wait_for sh -c "find '$T/cloud' -type f -size +0 | grep -q ."
kill -KILL -"$pid" 2>/dev/null
wait $pid 2>/dev/null
ok 'what was killed left temporary files' sh -c "ls '$T/spool' | grep -q '^evx-'"
# Whatever the moment left: part of a pack under its name, and another pack not there at all.
code 0 'after a kill, the same send' send
truncate -s 1000000 "$(pack)"
cp "$T/phone.evx" again.evx
code 0 'a pack of which a part is there, under its name' "$EVX" send again.evx --to "$T/room.card" --via cloud --yes --quiet
is "$(find "$T/cloud" -type f -name '*-1*' | grep -c packs)" 1 'is sent under another name'

code 0 'received' at lab "$EVX" receive --via cloud -o out --accept not-inventoried --yes --quiet
code 0 'the answer' "$EVX" receipts
out_has 'accepted (new)' 'is the acceptance'
ok 'both have the same bundle' cmp phone.evx out/*.evx
is "$(ls "$T/spool" | grep -c '^evx-')" 0 'no temporary file of evx is left, nor of the killed one'

# A service that cannot be reached, and one that nobody configured.
mv "$T/cloud" "$T/away" && : >"$T/cloud"
code 3 'a service that is away' send
err_has 'INITREMOTE-FAILURE' 'it says why'
rm "$T/cloud" && mv "$T/away" "$T/cloud"
"$EVX" remote add other "exec:git-annex-remote-rclone?target=nowhere&prefix=x" >/dev/null
code 3 'a service that is not configured' "$EVX" remote test other
err_has 'rclone config' 'it says what to do'
done_testing
