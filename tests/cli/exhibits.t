#!/bin/sh
# evx exhibits and inventory: who holds what where, what is on hold, under which number and case.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
mkdir src && echo one >src/one
export EVX_VAULT="$W/v"
"$EVX" init --quiet >/dev/null && "$EVX" member add "$T/room.card" --custody-only --quiet >/dev/null
accept room
"$EVX" trust add "$T/room.card" --yes --quiet >/dev/null 2>&1
at room "$EVX" trust add "$T/officer.card" --yes --quiet >/dev/null 2>&1
code 3 'no vault' "$EVX" exhibits --vault none
err_has 'none: There is no vault here\. Name your vault with --vault DIR' 'says what to do'
code 3 'and to find something in it' "$EVX" find phone --vault none
err_has 'To make a vault, run: evx init DIR' 'does as well'
touch file
code 3 'a file is no vault either' "$EVX" exhibits --vault file
err_has 'file: The directory of the vault cannot be opened: Not a directory' 'and that is said'
code 0 'an empty vault has no table' "$EVX" exhibits
out_empty 'and no header'
seal() { "$EVX" seal src --case 26-114 --exhibit "$@" --json 2>/dev/null | jq -r .uuid; }
a=$(seal 7 --place 'Room 3' --description 'a red phone')
b=$(seal 8)
line() { grep -A 1 "^$(echo "$1" | cut -c 1-13)" "$T/out"; }
field() { "$EVX" exhibits --as officer --json | jq -r "select(.uuid == \"$1\") | .$2 | if . == null then \"none\" else . end"; }

code 0 'a table' "$EVX" exhibits --as officer
is "$(head -n 1 "$T/out")" 'EXHIBIT        CASE/NUMBER      SEALED       CHECKED                HOLDER' 'with a header'
ok 'who sealed it holds it' sh -c "printf '%s' \"$(line "$a")\" | grep -q '26-114/7 .* officer of officer'"
ok 'where it was sealed it is' sh -c "printf '%s' \"$(line "$a")\" | grep -q '^  *in Room 3; a red phone'"
COLUMNS=80 run "$EVX" exhibits --as officer
is "$rc $(LC_ALL=C.UTF-8 wc -L <"$T/out")" '0 80' 'in 80 columns'
out_has 'officer of …$' 'a long name is cut'
code 0 'without a key' "$EVX" exhibits
is "$(grep -c 'Room 3\|26-114\|phone' "$T/out")" 0 'no number and no place'
is "$(grep -c 'officer of officer' "$T/out")" 2 'but the holder, whom a trusted card names'
code 0 'by somebody who trusts nobody' at stranger "$EVX" exhibits
out_has 'SHA256:' 'by the key'

# Handed over, moved, on hold.
"$EVX" release "$a" --to "$T/room.card" --place Gate --keeps nothing --purpose storage --yes --quiet >/dev/null 2>&1
is "$(field "$a" holder_person)" 'officer of officer' 'a release alone hands nothing over'
at room "$EVX" accept "$a" --place 'Evidence room, shelf 12' --yes --quiet >/dev/null 2>&1
is "$(field "$a" holder_person) at $(field "$a" place)" 'room of room at Evidence room, shelf 12' 'an acceptance does'
is "$(field "$a" holder)" "$(at room "$EVX" id show room --json | jq -r .card.fingerprint)" 'with the key'
at room "$EVX" move "$a" --place 'Shelf 13' --quiet >/dev/null 2>&1
code 0 'listed without a key in between' "$EVX" exhibits
is "$(field "$a" place)" 'Shelf 13' 'the newest place is told'
is "$(field "$b" hold) $(field "$b" place)" 'false none' 'the other one has neither'
"$EVX" hold "$b" --reason court --quiet >/dev/null 2>&1
is "$(field "$b" hold)" true 'a hold is told'
code 0 'in the table' "$EVX" exhibits
out_has '^ *ON HOLD; 2 entries$' 'below the exhibit'
"$EVX" hold-lift "$b" --entry 1 --reason done --quiet >/dev/null 2>&1 || "$EVX" hold-lift "$b" --reason done --quiet >/dev/null 2>&1
is "$(field "$b" hold)" false 'until it is lifted'
code 0 'rebuilt' "$EVX" rebuild
is "$(field "$a" holder_person) at $(field "$a" place)" 'room of room at Shelf 13' 'the same'

# An older place is not shown as if it were the one of now.
places() { "$EVX" find "$1" --as officer --json | jq -r 'select(.uuid) | .uuid' | sed "s/$a/a/; s/$b/b/" | tr -d '\n'; }
is "$(places 'shelf 13')" a 'found by the place where it is'
code 0 'moved, and where to only the room knows' at room "$EVX" move "$a" --place Safe --details-to "$T/room.card" --quiet
is "$(field "$a" place)" none 'no place is shown'
is "$(places 'shelf 13')$(places 'room 3')$(places safe)" '' 'and it is found by none'
code 0 'moved again' at room "$EVX" move "$a" --place 'Shelf 14' --quiet
is "$(field "$a" place)$(places 'shelf 14')" 'Shelf 14a' 'the place is known again'

# Filed elsewhere: shown where it is.
"$EVX" case new 26-115 --quiet >/dev/null && "$EVX" case alias 26-114 'J 88/26' --quiet >/dev/null
is "$(field "$a" case_label)" 26-114 'a second label changes nothing for what was sealed under the first'
code 0 'filed elsewhere' "$EVX" case file "$a" 26-115
is "$(field "$a" case_label)" 26-115 'the case where it is filed is shown'

code 0 'an inventory' "$EVX" inventory
out_has "^$a  26-115/7  6 entries  checked never  unchecked  new" 'has case and number'
code 0 'as JSON' "$EVX" inventory --json
is "$(jq -r "select(.uuid == \"$a\") | .case_label, .exhibit_number" "$T/out" | tr '\n' ' ')" '26-115 7 ' 'too'
is "$(cat "$EVX_VAULT"/log/*-inventory.list | grep -c '26-11')" 0 'which the list itself, for everybody, has not'

# An entry that does not count gives no place.
at stranger "$EVX" take-over "v/exhibits/$b" --reason dead --place Den --founder "$(founder v)" --yes --quiet >/dev/null 2>&1
ok 'a stranger took it over' ls "v/exhibits/$b/custody/"*-take-over.details.age
is "$(field "$b" place) $(field "$b" holder_person)" 'none officer of officer' 'and nothing changed'

# What cannot be followed hides the place, too.
entry=$(ls "v/exhibits/$a/custody/"*-move.details.age | tail -n 1)
printf '%016d' 0 | dd of="$entry" bs=1 seek=$(($(stat -c %s "$entry") - 16)) conv=notrunc status=none
code 0 'with damaged details of the newest entry' "$EVX" exhibits --as officer --read
is "$(field "$a" place)" none 'no place is shown'
is "$(field "$a" holder_person)" 'room of room' 'but who holds it'
done_testing
