#!/bin/sh
# evx status: what this machine's vaults and shipments want of somebody.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
mkdir src && echo one >src/one
code 0 'without a home' at nobody "$EVX" status
out_has 'remembers no vault' 'there is nothing'
gone "$T/nobody" 'and no home is made'
code 0 'without a vault' "$EVX" status
out_has 'remembers no vault' 'there is nothing'

"$EVX" init v --quiet >/dev/null && "$EVX" member add "$T/room.card" --vault v --custody-only --quiet >/dev/null
accept room v
"$EVX" trust add "$T/lab.card" --yes --quiet >/dev/null 2>&1
"$EVX" trust add "$T/room.card" --yes --quiet >/dev/null 2>&1
seal() { "$EVX" seal src --vault v --case C --exhibit "$1" --json 2>/dev/null | jq -r .uuid; }
a=$(seal 1)
b=$(seal 2)
c=$(seal 3)
of() { run "$EVX" status "$@" --json; }
vault() { of; jq -r "select(.kind == \"vault\") | .$1" "$T/out"; }
is "$(vault 'exhibits, .held, .never_checked, .open_releases' | tr '\n' ' ')" '3 3 3 0 ' 'three exhibits, all held by the one who sealed them, none checked'
is "$rc" 0 'which is no failure'
is "$(vault path)" "$W/v" 'of a vault that this machine remembers'
"$EVX" check --vault v --quiet >/dev/null 2>&1
is "$(vault 'never_checked, .not_checked_lately, .bad' | tr '\n' ' ')" '0 0 0 ' 'after a check none is left'
"$EVX" hold "$c" --vault v --reason court --quiet >/dev/null 2>&1
is "$(vault on_hold)" 1 'one on hold'

# Released and not answered.
"$EVX" release "$a" --vault v --to "$T/room.card" --keeps nothing --purpose storage --yes --quiet >/dev/null 2>&1
is "$(vault open_releases)" 1 'a release waits'
is "$(jq -r 'select(.kind == "release") | "\(.uuid) \(.to_person) \(.overdue)"' "$T/out")" "$a room of room false" 'for whom, and not overdue yet'
code 0 'as text' "$EVX" status
out_has "^vault  $W/v$" 'the vault'
out_has '^  3 exhibits; you hold 3; 1 on hold$' 'its numbers'
out_has "^  open     $(echo "$a" | cut -c 1-13)  released to room of room on .*, not answered for 0 days$" 'and the release'
code 0 'quietly' "$EVX" status --quiet
out_empty 'nothing is wrong'
at room "$EVX" accept "$a" --vault v --yes --quiet >/dev/null 2>&1
is "$(vault 'open_releases, .held' | tr '\n' ' ')" '0 2 ' 'answered, it is held no more'
is "$(at room "$EVX" status --json | jq -r 'select(.kind == "vault") | .held')" 1 'but by the receiver'

# Old times: a clock that goes ahead.
if command -v faketime >/dev/null; then
	"$EVX" release "$b" --vault v --to "$T/lab.card" --keeps nothing --purpose storage --yes --quiet >/dev/null 2>&1
	run faketime -f +20d "$EVX" status --json
	is "$(jq -r 'select(.kind == "release") | "\(.overdue) \(.days)"' "$T/out")" 'true 20' 'after 20 days a release is overdue'
fi

# Sent, and not answered.
"$EVX" seal src -o sent.evx --case C --exhibit 9 --self --quiet >/dev/null 2>&1
mkdir usb && "$EVX" remote add stick dir:usb --quiet >/dev/null
"$EVX" send sent.evx --to "$T/lab.card" --via stick --yes --quiet >/dev/null 2>&1
of
is "$(jq -r 'select(.kind == "shipment") | "\(.state) \(.to_person) \(.overdue) \(.path)"' "$T/out")" "open lab of lab false $W/sent.evx" 'a shipment waits for its answer'
code 0 'as text' "$EVX" status --overdue 1
out_has '^sent, and not answered as far as this machine knows' 'as far as this machine knows'
out_has '^  open     .*to lab of lab  .*sent.evx$' 'it is shown'
at lab "$EVX" receive --via "dir:$W/usb" -o got --accept not-inventoried --yes --quiet >/dev/null 2>&1
of
is "$(jq -r 'select(.kind == "shipment") | .state' "$T/out")" open 'an answer on the remote is not known'
"$EVX" receipts --quiet >/dev/null 2>&1
of
is "$(jq -r 'select(.kind == "shipment") | .state' "$T/out")" '' 'before evx receipts took it'

# A mirror with a date.
id=$(sed -n 's/^id //p' "$EVX_HOME/remotes/stick")
until=$EVX_HOME/lanes/until-$id-0123456789abcdef0123456789abcdef
(umask 077 && echo "evx-mirror-until/1 $(date -u -d '+10 days' +%Y-%m-%dT%H:%M:%SZ)" >"$until")
of
is "$(jq -r 'select(.kind == "mirror") | "\(.remote) \(.ended) \(.ending)"' "$T/out")" 'stick false true' 'a retention ends soon'
code 0 'as text' "$EVX" status --quiet
out_has '^  ENDING   stick  until ' 'which is told'
(umask 077 && echo "evx-mirror-until/1 2020-01-01T00:00:00Z" >"$until")
code 0 'one that ended' "$EVX" status --quiet
out_has '^  ENDED    stick  until 1 Jan 2020' 'is told'
(umask 077 && echo nonsense >"$until")
code 1 'a damaged one' "$EVX" status
err_has 'memory of a mirror is damaged' 'is told'
rm "$until"

# What is damaged, gone or forged.
rm -r "v/exhibits/$c"
code 3 'an exhibit that is gone' "$EVX" status
out_has '1 exhibit in the catalog that the vault does not have' 'is told'
flip "v/exhibits/$b/data/$(ls "v/exhibits/$b/data" | head -n 1)" 20
"$EVX" check "$b" --vault v --quiet >/dev/null 2>&1
code 3 'a bad one, quietly' "$EVX" status --quiet
out_has '^  1 exhibit BAD at the last check: evx check$' 'is told, too'
mv v away
code 3 'a vault that is not there' "$EVX" status
err_has 'v: ' 'is named'
code 2 'days that are none' "$EVX" status --overdue 0
done_testing
