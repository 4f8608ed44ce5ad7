#!/bin/sh
# correct: what is wrong and what is right are both shown, and only a correction that the rules accept counts.
. "$(dirname "$0")/lib.sh"

people || exit 1
printf one >one.txt
seal="$EVX seal one.txt --to $T/lab.card --self --quiet"
$seal -o a.evx --case 26-114 --exhibit 7 --description phone 2>/dev/null || exit 1
exhibit() { sed -n 's|^ *exhibit  *||p' "$T/out" | head -n 1; }

code 0 'correct the case' "$EVX" correct a.evx --event 0 --case 26-115 --reason typo
code 0 'show' "$EVX" show a.evx --as officer
is "$(exhibit)" '7 of case 26-114, corrected to 26-115 by entry 0001' 'shows both'
code 0 'verify' "$EVX" verify a.evx --as officer
is "$(exhibit)" '7 of case 26-114, corrected to 26-115 by entry 0001' 'too'
code 0 'log' "$EVX" log a.evx --as officer
is "$(exhibit)" '7 of case 26-114, corrected to 26-115 by entry 0001' 'too'
out_has '^      CORRECTED  case: 26-114, corrected to 26-115 by entry 0001 (officer of officer, Office officer (DE), .* UTC)$' 'and who corrected it, and when'
out_has '^      case: 26-114$' 'the first stays readable'
ok 'the reason is none of what was corrected' not grep -q 'CORRECTED.*typo' "$T/out"
code 0 'with --json' "$EVX" show a.evx --as officer --json
is "$(jq -c .corrections "$T/out")" '[{"event":0,"key":"case","was":"26-114","corrected_to":"26-115","by":1}]' 'they are a list'
code 0 'another reader' at lab "$EVX" show a.evx --as lab --trust "$T/officer.card"
is "$(exhibit)" '7 of case 26-114, corrected to 26-115 by entry 0001' 'sees the same'
code 0 'without a key' at nobody "$EVX" show a.evx --trust "$T/officer.card"
is "$(exhibit)" 'private, needs a key (--as NAME)' 'nothing is seen'
out_has '^CORRECTED  in details that are closed here, by entry 0001' 'but that there is a correction'

code 0 'the other fields' "$EVX" correct a.evx --event 0 --exhibit 8 --description 'black phone' --seized-at 2026-01-02T03:04:05Z --seized-from 'B. Owner' --seized-by 'C. Officer'
code 0 'a correction of a correction' "$EVX" correct a.evx --event 1 --case 26-116
code 0 'show' "$EVX" show a.evx --as officer
is "$(exhibit)" '7, corrected to 8 by entry 0002, of case 26-114, corrected to 26-116 by entry 0003' 'the last one counts'
out_has '^CORRECTED  description: phone, corrected to black phone by entry 0002 ' 'every field is told'
out_has '^CORRECTED  seized by: not named, corrected to C. Officer by entry 0002 ' 'also one that was not there'
is "$(grep -c '^CORRECTED' "$T/out")" 6 'once each'
code 0 'move' "$EVX" move a.evx --place 'shelf 4'
echo '{"place":"shelf 5","custom":{"room":"2"}}' >place.json
code 0 'a correction of a later entry, from a file' "$EVX" correct a.evx --event 4 --details place.json
code 0 'log' "$EVX" log a.evx --as officer
is "$(sed -n '/^0004/,/^0005/p' "$T/out" | grep -c 'CORRECTED  place: shelf 4, corrected to shelf 5 by entry 0005')" 1 'is told at that entry'
is "$(exhibit)" '7, corrected to 8 by entry 0002, of case 26-114, corrected to 26-116 by entry 0003' 'and changes nothing of the seal'

code 2 'an empty exhibit number' "$EVX" correct a.evx --event 0 --exhibit ''
code 2 'an empty case' "$EVX" correct a.evx --event 0 --case ''
code 2 'no entry' "$EVX" correct a.evx --exhibit 9
code 3 'an entry that is not there' "$EVX" correct a.evx --event 17 --exhibit 9
code 2 'a note takes no exhibit number' "$EVX" note a.evx text --exhibit 9

# By somebody who may not.
cp a.evx claimed.evx
code 1 'a reader may not correct the seal' at lab "$EVX" correct claimed.evx --event 0 --case 26-999 --as lab
err_has 'R-AUTHOR' 'as the rules say'
code 0 'somebody unknown takes over' at stranger "$EVX" take-over claimed.evx --reason dead --yes
code 0 'and corrects the seal as if they were the holder' at stranger "$EVX" correct claimed.evx --event 0 --case 26-998 --as stranger
code 5 'that is a claim' "$EVX" verify claimed.evx --as officer
is "$(exhibit)" '7, corrected to 8 by entry 0002, of case 26-114, corrected to 26-116 by entry 0003' 'which corrects nothing'
code 0 'log' "$EVX" log claimed.evx --as officer
ok 'shows it at its own place only' not grep -q 'corrected to 26-998' "$T/out"
out_has '^      case: 26-998$' 'where what it says is readable'

# A public label, and a reader without a key.
$seal -o public.evx --case 26-114 --exhibit 7 --public-label 2>/dev/null || exit 1
"$EVX" correct public.evx --event 0 --exhibit 8 --quiet || exit 1
code 0 'a public label' at nobody "$EVX" show public.evx --trust "$T/officer.card"
is "$(exhibit)" '7 of case 26-114; entry 0001 corrects the seal, and needs a key (--as NAME)' 'is not shown as if nobody had corrected it'
code 0 'with the key' "$EVX" show public.evx --as officer
is "$(exhibit)" '7, corrected to 8 by entry 0001, of case 26-114' 'both are shown'
done_testing
