#!/bin/sh
# evx check --deep by people who open different exhibits: each with what their keys open, and nobody takes away what another one found.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
person safe safe
for one in room safe stranger; do at $one "$EVX" trust add "$T/officer.card" --yes --quiet >/dev/null 2>&1; done
mkdir src src2 && head -c 3000000 /dev/urandom >src/noise && cp src/noise src2/ && echo two >src2/two
export EVX_VAULT="$W/v"
"$EVX" init --escrow "$T/safe.card" --quiet >/dev/null && "$EVX" member add "$T/room.card" --custody-only --quiet >/dev/null
for one in room safe stranger; do accept $one; done
seal() { "$EVX" seal "$1" --case C-1 --exhibit "$2" --json 2>/dev/null | jq -r .uuid; }
a=$(seal src 1)
b=$(seal src2 2)
"$EVX" seal src2 -o own.evx --case C-1 --exhibit 3 --to "$T/room.card" --quiet >/dev/null 2>&1
"$EVX" seal src2 -o closed.evx --case C-1 --exhibit 4 --to "$T/stranger.card" --quiet >/dev/null 2>&1
"$EVX" import own.evx closed.evx --as officer --quiet >/dev/null
own=$("$EVX" verify own.evx --json | jq -r .uuid)
closed=$("$EVX" verify closed.evx --json | jq -r .uuid)
# what is remembered of an exhibit: container, contents.
state() { "$EVX" exhibits --json | jq -r "select(.uuid == \"$1\") | .result // \"-\", .contents_result // \"-\"" | tr '\n' ' '; }
when() { "$EVX" exhibits --json | jq -r "select(.uuid == \"$1\") | .$2 // \"-\""; }

ok 'the second exhibit borrows' sh -c "ls v/exhibits/$b/data | grep -q recipe"
code 3 'a content member opens what is sealed to the vault' "$EVX" check --deep
out_has 'neither your key nor a key of the vault' 'and is told of the others'
is "$(state "$a")$(state "$b")" 'good good good good ' 'what was opened is good'
is "$(state "$own")$(state "$closed")" 'good - good - ' 'what was not is good as far as it was looked at'
first=$(when "$a" contents_checked)
sleep 1.1
code 3 'a custody member opens with a key of their own' at room "$EVX" check --deep
is "$(state "$own")" 'good good ' 'what is sealed to them'
is "$(state "$a")$(state "$b")" 'good good good good ' 'and takes nothing away from what they cannot open'
is "$(when "$a" contents_checked)" "$first" 'which keeps its time'
ok 'while the container has the new one' test "$(when "$a" checked)" '>' "$first"
code 0 'since then all that they open is left out' at room "$EVX" check "$own" --deep --since 1d
out_has '1 not checked again' 'and not read again'
code 3 'a recovery card opens what is sealed into the vault' at safe "$EVX" check --deep
out_has '^NOT CHECKED.*4 exhibits, 2 good, 0 bad, 0 with open questions, 2 not checked' 'shared data, too'
code 0 'and one exhibit alone' at safe "$EVX" check "$b" --deep
code 3 'a stranger with one' at stranger "$EVX" check --deep
is "$(state "$closed")" 'good good ' 'opens that one'
checked=$(when "$b" checked)
sleep 1.1
code 3 'without a key shared data is not read' "$EVX" check
is "$(state "$b") $(when "$b" checked)" "good good  $checked" 'and what was found stays, with its time'
code 3 'who is no member heals nothing' at stranger "$EVX" check --heal-from own.evx
code 3 'nor names damage' at stranger "$EVX" check --as stranger
err_has 'not a member' 'and is told so'
code 0 'an inventory has the result' "$EVX" inventory --json
is "$(jq -r "select(.uuid == \"$closed\") | .result" "$T/out")" good 'of the newest check'

# On a terminal each line is printed where a progress line was cleared.
if command -v script >/dev/null; then
	typed 'never asked' "$EVX check --deep --anew"
	lines=$(grep -a -c '[0-9a-f]\{8\}-[0-9a-f-]*  [a-z]' "$T/tty")
	is "$lines $(grep -a -c "$(printf '\r\033\\[K')[0-9a-f]\{8\}-[0-9a-f-]*  [a-z]" "$T/tty")" "2 2" 'progress sticks to no line'
fi
done_testing
