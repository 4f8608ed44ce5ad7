#!/bin/sh
# The JSON schema (cli/schema/evx.json) fits what every command really prints, and has all of its keys.
. "$(dirname "$0")/lib.sh"
python3 -c 'import jsonschema' 2>/dev/null || { echo '1..0 # SKIP python3-jsonschema is not installed'; exit 0; }
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
SCHEMA=$TOP/cli/schema/evx.json
: >"$T/seen"
# fits CODE COMMAND...: runs evx COMMAND --json, and each line of stdout is as the schema of the command says.
fits() {
	wanted=$1 name=$2
	shift
	may_die=$wanted
	run "$EVX" "$@" --json
	may_die=
	echo "$name" >>"$T/seen"
	if [ "$rc" -ne "$wanted" ]; then fail "$*" "expected exit $wanted, found $rc" "$(head -c 1000 "$T/err")"; return; fi
	if python3 "$TOP/tests/cli/schema.py" "$SCHEMA" "$name" <"$T/out" >"$T/why" 2>&1; then pass "$*"; else fail "$*" "$(head -c 3000 "$T/why")"; fi
}
# The same of cat, whose object goes to stderr: stdout has the contents.
fits_beside() {
	run "$EVX" "$@" --json
	cp "$T/err" "$T/out"
	echo "$1" >>"$T/seen"
	if [ "$rc" -eq 0 ] && python3 "$TOP/tests/cli/schema.py" "$SCHEMA" "$1" <"$T/out" >"$T/why" 2>&1; then pass "$*"; else fail "$*" "exit $rc" "$(head -c 3000 "$T/why")"; fi
}
# The check itself: what must not pass.
no_fit() { if printf '%s\n' "$2" | python3 "$TOP/tests/cli/schema.py" "$SCHEMA" "$1" >/dev/null 2>&1; then fail "$3"; else pass "$3"; fi; }
no_fit version '{"version":1}' 'a number in place of a text is no version'
no_fit version '{"version":"1","more":true}' 'nor is an object with one key more'
no_fit stats '{"vault":"x"}' 'nor a count without its numbers'
no_fit version '' 'nor nothing at all'

fits 0 version
fits 0 id new officer --person 'Jörg O' --organisation Police --country DE --role clerk --no-passphrase
"$EVX" id card officer >officer.card
person lab lab && person room room && person stranger stranger
cp "$T"/lab.card "$T"/room.card "$T"/stranger.card .
fits 0 id list
fits 0 id show officer
fits 0 id card officer
fits 0 id always-to officer.card
"$EVX" id always-to officer.card --remove --quiet >/dev/null 2>&1
echo pass >pass && chmod 600 pass
fits 0 id backup officer o.backup --passphrase-file pass
fits 0 trust add lab.card --yes
fits 0 trust add room.card --yes
fits 0 trust list
fits 0 trust show "$("$EVX" trust list --json | jq -r .card.fingerprint | head -n 1)"
fits 0 card show lab.card
"$EVX" trust add stranger.card --yes --quiet >/dev/null 2>&1
fits 0 trust remove "$(at stranger "$EVX" id show stranger --json | jq -r .card.fingerprint)"

evidence phone
printf 'x' >"phone/$(printf 'bad-\377')"
setfattr -n user.note -v hello phone/photo.raw 2>/dev/null || :
fits 0 seal phone -o a.evx --case C-1 --exhibit E-1 --to lab.card --self --description 'a phone' --seized-at 2020-02-03 --public-label --hash md5,sha1
fits 0 verify a.evx --trust officer.card --code "$(jq -r .seal_code "$T/out")"
fits 0 verify a.evx --trust officer.card --deep
fits 0 show a.evx
fits 0 log a.evx
fits 0 list a.evx
fits_beside cat a.evx phone/notes/one.txt
fits 0 extract a.evx -C out
fits 3 verify nowhere.evx

# Custody, one entry of each kind that has a command.
sealed c.evx phone && "$EVX" trust add officer.card --yes --quiet >/dev/null 2>&1
event() { fits 0 "$@"; }
event note c.evx 'seen'
at room "$EVX" trust add officer.card --yes --quiet >/dev/null 2>&1
EVX_HOME=$T/room fits 0 approve c.evx
fits 1 take-over c.evx --reason dead --yes
fits 3 sign nowhere.draft
event access c.evx --purpose look
event examine c.evx --result-text 'nothing'
event verify-event c.evx
event copy c.evx --to lab.card
event move c.evx --place shelf
event inquiry c.evx --reason why
event hold c.evx --reason court
event hold-lift c.evx --reason over
event correct c.evx --event 1 --notes better
event rewrap c.evx --to lab.card --self --yes
event release c.evx --to lab.card --keeps nothing --purpose examination --yes
event withdraw c.evx --reason mistake
event release c.evx --to lab.card --keeps nothing --purpose examination --yes
cp c.evx r.evx
export EVX_HOME="$T/lab"
"$EVX" trust add officer.card --yes --quiet >/dev/null 2>&1
event accept c.evx --inventoried --yes
event refuse r.evx --reason torn --yes
event note c.evx 'beside' --detached note.receipt
fits 0 append c.evx note.receipt
fits 0 receipt export c.evx one.receipt --event 1
export EVX_HOME="$T/officer"
fits 0 recipient list c.evx
fits 1 compare r.evx c.evx
cp c.evx d.evx && at lab "$EVX" note d.evx more --quiet >/dev/null 2>&1
fits 0 compare c.evx d.evx
fits 0 verify c.evx --trust officer.card --trust lab.card
fits 0 disclose a.evx phone/notes/one.txt -o part.evx --to lab.card --yes
fits 0 verify part.evx --trust officer.card
fits 0 timestamp a.evx --tsa-request q.tsq
fits 0 challenge a.evx --prepare 2 --self -o list.challenges
fits 0 challenge list.challenges
fits 0 challenge list.challenges --next -o one.challenge
fits 0 answer one.challenge a.evx -o one.answer
fits 0 challenge list.challenges --check one.answer
fits 0 cover a.evx -o a.cover
fits 0 cover --check a.cover a.evx
if [ -x "${EVX%/*}/evx-paper" ] && "${EVX%/*}/evx-paper" --version >/dev/null 2>&1; then fits 0 label a.evx -o a.pdf; else echo label >>"$T/seen"; fi
fits 0 report a.evx -o a.html
fits 0 export a.evx -o a.tar --tar

# A vault.
export EVX_VAULT="$W/v"
fits 0 init --escrow room.card
fits 0 member add lab.card
fits 0 member add room.card --custody-only
fits 0 member list
fits 0 member remove "$(at lab "$EVX" id show lab --json | jq -r .card.fingerprint)"
fits 0 case new C-1
fits 0 case new C-2
fits 0 case alias C-1 'J 1/26'
fits 0 seal phone --case C-1 --exhibit 1 --description 'a phone'
one=$(jq -r .uuid "$T/out")
fits 0 seal phone --case C-1 --exhibit 2
two=$(jq -r .uuid "$T/out")
fits 0 case file "$two" C-2
fits 0 case merge C-2 C-1
fits 0 case list
fits 0 exhibits --as officer
fits 0 exhibits
fits 0 find phone --file '*.txt'
fits 0 find --by Jörg
fits 0 stats
fits 0 rebuild
fits 3 check
fits 0 check --deep --as officer
fits 0 inventory
fits 0 vault list
fits 0 status
fits 0 export "$one" -o one.evx
fits 0 import a.evx --yes
fits 0 import a.evx --yes
fits 0 dispose-authorise "$two" --reason old
fits 0 dispose "$two" --reason old --yes
code 0 'a roster is made' "$EVX" roster new r.roster --name 'Our roster' --root officer.card --threshold 1 --quiet
fits 0 roster show r.roster

# Over remotes.
mkdir usb
fits 0 remote add stick "dir:$W/usb"
fits 0 remote list
fits 0 remote show stick
fits 0 remote test stick
sealed s.evx phone --self
fits 0 send s.evx --to lab.card --via stick --yes
fits 0 receipts --via stick
fits 0 status
export EVX_HOME="$T/lab"
"$EVX" remote add stick "dir:$W/usb" --quiet >/dev/null
fits 0 inbox --via stick
fits 0 receive --via stick -o got --accept not-inventoried --yes
export EVX_HOME="$T/officer"
fits 0 receipts --via stick
fits 0 mirror --via stick
fits 0 check --via stick
fits 0 import --via stick --into v2
fits 0 remote remove stick
flip "$(ls "v/exhibits/$one/data/"*.pack | head -n 1)" 9
fits 1 check
fits 1 verify "$one"
fits 0 find phone --as officer
AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
"$EVX" remote add store 's3://bucket?endpoint=https://store.example' --quiet >/dev/null
fits 0 invite store --parts 3 --until "$(date -u -d '+2 days' +%Y-%m-%d)" -o inv

# No command without a schema, and none without a look at what it prints.
"$EVX" help --all | sed -n 's/^  \([a-z][a-z-]*\)  *.*/\1/p' | grep -vx 'help\|completion' | sort >commands
is "$(jq -r '."$defs".commands | keys[]' "$SCHEMA" | sort | comm -3 - commands)" '' 'the schema has every command, and no other'
is "$(sort -u "$T/seen" | comm -13 - commands | tr '\n' ' ')" '' 'the output of every command was looked at'
done_testing
