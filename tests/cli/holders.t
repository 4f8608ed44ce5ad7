#!/bin/sh
# log: who held the exhibit, from when to when; what a time-stamp proves, and what nobody knows.
. "$(dirname "$0")/lib.sh"

people || exit 1
echo one >one.txt
"$EVX" seal one.txt -o a.evx --case C --exhibit 1 --to "$T/lab.card" --self --quiet 2>/dev/null || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"
officer='  officer of officer, Office officer (DE)' lab='  lab of lab, Office lab (DE)'
log() { run "$EVX" log a.evx $cards; sed -n '/^held by, /,/^$/p' "$T/out" | sed '1d; $d' >"$T/held"; }
held() { is "$(sed 's/ [0-9]* [A-Z][a-z][a-z] 20[0-9][0-9] [0-9:]* UTC/ WHEN/g' "$T/held")" "$1" "$2"; }

log
held "$officer
    from WHEN (entry 0000, seal) to the end of this record (entry 0000, WHEN)" 'the sealer from the seal on'
is "$(sed -n '2s/.*from \([^(]*\) (.*/\1/p' "$T/held")" "$(date -u -d "$("$EVX" show a.evx --json | jq -r '.events[0].time')" '+%-d %b %Y %H:%M UTC')" 'at the time of the entry'
"$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose p --quiet --yes || exit 1
log
held "$officer
    from WHEN (entry 0000, seal) to the end of this record (entry 0001, WHEN)
    released at WHEN (entry 0001, release), and not accepted yet" 'a release without an answer'
at lab "$EVX" accept a.evx --no-receipt --quiet --yes || exit 1
"$EVX" note a.evx 'a word' --quiet && at lab "$EVX" release a.evx --to "$T/officer.card" --keeps nothing --purpose back --quiet --yes && "$EVX" refuse a.evx --reason 'not mine' --quiet --yes || exit 1
log
held "$officer
    from WHEN (entry 0000, seal) to WHEN (entry 0002, accept)
    released at WHEN (entry 0001, release); from then to the acceptance the record does not show who had it
$lab
    from WHEN (entry 0002, accept) to the end of this record (entry 0005, WHEN)" 'a hand-over, and one that was refused'
code 0 'a stranger takes over' at stranger "$EVX" take-over a.evx --reason dead --quiet --yes
log
is "$(grep -c '^    from' "$T/held")" 2 'which makes nobody the holder here'
ok 'nor is the stranger named' not grep -q 'take-over\|stranger' "$T/held"
run "$EVX" log a.evx $cards --trust "$T/stranger.card"
sed -n '/^held by, /,/^$/p' "$T/out" >"$T/held"
ok 'log tells who could have believed it' test -s "$T/held"
code 0 'without cards the keys are named' at nobody "$EVX" log a.evx
out_has '^  SHA256:' 'as keys'
code 0 'with --json' "$EVX" log a.evx $cards --json
is "$(jq -c '.holders | map([.from, .to, .release, .trusted])' "$T/out")" '[[0,2,1,true],[2,null,null,true]]' 'they are a list'
is "$(jq -r '.holders[0].to_time == .events[2].time and .holders[0].release_time == .events[1].time and .holders[1].key == .holding.holder.key' "$T/out")" true 'with their times'
code 0 'the graph' "$EVX" log a.evx $cards --graph
ok 'has the entries only' not grep -q '^held by' "$T/out"
head -c 2000 a.evx >cut.evx
run "$EVX" log cut.evx
ok 'without a seal nobody holds it' not grep -q '^held by' "$T/out"
done_testing
