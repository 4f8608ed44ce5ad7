#!/bin/sh
# Exhibits filed in cases: at import, later, again; cases merged, which take nothing more; what the log says of it, and who moves marks without it.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
mkdir src && echo one >src/one && head -c 300000 /dev/urandom >src/noise && mkdir src2 && echo two >src2/two
export EVX_VAULT="$W/v"
"$EVX" init --quiet >/dev/null && "$EVX" member add "$T/room.card" --custody-only --quiet >/dev/null
accept room && accept stranger
entries() { ls "$EVX_VAULT/log" | grep -c '^[0-9]*-[a-z-]*$'; }
case_of() { "$EVX" exhibits --json | jq -r "select(.uuid == \"$1\") | .case // \"none\""; }
in_case() { ls "$EVX_VAULT/cases/$1/exhibits" 2>/dev/null | tr '\n' ' '; }

# Import before the case is there, and once more with it.
sealed a.evx src
a=$("$EVX" verify a.evx --json | jq -r .uuid)
code 0 'an import that no case waits for' "$EVX" import a.evx --as officer
out_has "evx case file $a CASE" 'says how to file it'
c1=$("$EVX" case new 26-114)
code 0 'the same with a case' "$EVX" import a.evx --case 26-114
out_has 'FILED: exhibit .* is now in case 26-114' 'files it'
is "$(case_of "$a") $(in_case "$c1")" "$c1 $a " 'there'
code 0 'a third time' "$EVX" import a.evx --case 26-114
out_has "$c1, as before" 'it stays there'
is "$(entries)" 4 'signed once: init, member, case and filing'
code 0 'nothing is wrong with that' "$EVX" check
sealed b.evx src2
b=$("$EVX" verify b.evx --json | jq -r .uuid)
"$EVX" import b.evx --quiet >/dev/null
code 3 'who is no member does not file it' at stranger "$EVX" import b.evx --case "$c1"
err_has 'not a member' 'and is told so'
is "$(case_of "$b")" none 'it stays in no case'
code 0 'JSON says it on a line of its own' "$EVX" import b.evx --case 26-114 --json
is "$(jq -r 'select(has("changed")) | .uuid, .case, .before, .changed' "$T/out" | tr '\n' ' ')" "$b $c1 null true " 'with case and exhibit'

# Filed again, as often as is needed.
c2=$(at room "$EVX" case new 26-141)
code 0 'filed again by a custody member' at room "$EVX" case file "$a" 26-141 --reason 'mistyped'
out_has "Before, it was in case $c1" 'says where it was'
is "$(case_of "$a") $(in_case "$c1")$(in_case "$c2")" "$c2 $b $a " 'the mark moved'
code 0 'a check finds that in order' "$EVX" check
code 0 'and so does a verifier' "$EVX" verify "$a" --trust "$T/officer.card"
n=$(entries)
code 0 'to where it is' "$EVX" case file "$a" "$c2"
out_has 'NOTHING TO DO' 'is nothing'
is "$(entries)" "$n" 'and nothing is signed'
code 0 'rebuilt' "$EVX" rebuild
is "$(case_of "$a")" "$c2" 'the same'
code 3 'a stranger files nothing' at stranger "$EVX" case file "$a" "$c1"
code 3 'nor in a case that is not there' "$EVX" case file "$a" 26-999
err_has 'evx case list' 'and where to look is told'
code 3 'nor an exhibit that is not there' "$EVX" case file 00000000-0000-4000-8000-000000000000 26-114
code 2 'nor without a case' "$EVX" case file "$a"
is "$(entries)" "$n" 'and nothing is signed for any of it'
code 0 'it is listed with its case' "$EVX" exhibits --case 26-141
out_has "$(echo "$a" | cut -c 1-13)" 'it is'
code 0 'an inventory' "$EVX" inventory --quiet
code 0 'and back' "$EVX" case file "$a" 26-114
code 0 'agrees with what was listed before' "$EVX" check

# Marks moved without an entry, and filings that were cut off.
mv "v/cases/$c1/exhibits/$a" "v/cases/$c2/exhibits/$a"
code 5 'a mark that somebody moved' "$EVX" check
out_has 'V-CASE' 'is found'
code 0 'filed as the log says' "$EVX" case file "$a" 26-114
is "$(in_case "$c2")" '' 'the mark is back'
code 0 'and all is well' "$EVX" check
rm "v/cases/$c1/exhibits/$a"
code 5 'a mark that was taken away' "$EVX" check
out_has 'Entry .* of the vault log files' 'is found by the log'
code 0 'filed anew' "$EVX" case file "$a" 26-114
code 0 'it is there' "$EVX" check

# Merged cases take nothing more, without a word or with one.
code 0 'merged' "$EVX" case merge 26-141 26-114
code 2 'a seal of the merged label' "$EVX" seal src --case 26-141 --exhibit 3
err_has 'was merged into case 26-114' 'is refused'
err_has 'evx case new 26-141' 'with the way on'
code 2 'also by its id' "$EVX" seal src --case "$c2" --exhibit 3
sealed c.evx src2
code 2 'an import into it, too' "$EVX" import c.evx --case 26-141
is "$("$EVX" exhibits --json | wc -l)" 2 'nothing came in'
code 2 'nothing is filed in it' "$EVX" case file "$b" 26-141
code 0 'it is still found by both labels' "$EVX" exhibits --case 26-141
is "$(grep -c '^[0-9a-f]' "$T/out")" 2 'with all that is in the other'
code 0 'a new case of the old label' "$EVX" case new 26-141
c3=$(cat "$T/out")
code 0 'takes seals again' "$EVX" seal src --case 26-141 --exhibit 3 --json
is "$(jq -r .case_id "$T/out")" "$c3" 'and only those'
code 0 'the label means that case now' "$EVX" exhibits --case 26-141
is "$(grep -c '^[0-9a-f]' "$T/out")" 1 'alone'
code 0 'a label given to the case that is left' "$EVX" case alias 26-114 'J 88/26'
code 0 'takes seals' "$EVX" seal src --case 'J 88/26' --exhibit 4 --json
is "$(jq -r .case_id "$T/out")" "$c1" 'there'

# What the refiled exhibit has lends in its new case after a rebuild, and not in the old one.
x=$("$EVX" seal src --case LENDS --exhibit 1 --json | jq -r .uuid)
code 0 'an exhibit with data, filed elsewhere' "$EVX" case file "$x" 26-141
code 0 'sealed again in the old case' "$EVX" seal src --case LENDS --exhibit 2 --json
is "$(jq -r .borrowed_chunks "$T/out")" 0 'borrows nothing from what went'
code 0 'check, at the end' "$EVX" check --as officer

# Numbers of imported exhibits: those that the seal tells openly, and those that a member's own key opens, for that member.
export EVX_VAULT="$W/numbers"
"$EVX" init --quiet >/dev/null && "$EVX" member add "$T/room.card" --custody-only --quiet >/dev/null
accept room
c=$("$EVX" case new 30-1)
"$EVX" seal src2 -o open.evx --case 30-1 --exhibit 17 --public-label --to "$T/stranger.card" --quiet >/dev/null 2>&1
"$EVX" seal src2 -o own.evx --case 30-1 --exhibit 18 --description 'a red phone' --to "$T/stranger.card" --custody-to "$T/room.card" --quiet >/dev/null 2>&1
"$EVX" seal src2 -o closed.evx --case 30-1 --exhibit 19 --to "$T/stranger.card" --quiet >/dev/null 2>&1
for one in open own closed; do "$EVX" verify $one.evx --json | jq -r .uuid >$one.uuid; done
code 0 'imported by somebody without a key' "$EVX" import open.evx own.evx closed.evx --case "$c"
number_of() { at "$1" "$EVX" exhibits --as "$1" --json | jq -r "select(.uuid == \"$(cat "$2.uuid")\") | .exhibit_number // \"none\", .description // \"none\"" | tr '\n' ' '; }
is "$(number_of officer open)" '17 none ' 'a public number is listed'
is "$(number_of officer own)" 'none none ' 'one that only another key opens is not'
is "$(number_of room own)" '18 a red phone ' 'who can open it sees it'
is "$(number_of room closed)" 'none none ' 'and no other'
is "$(number_of officer own)" 'none none ' 'and nobody else does afterwards'
is "$(number_of room own)" '18 a red phone ' 'nor does that take it away'
code 0 'found by a public number' "$EVX" show 30-1/17 --json
is "$(jq -r .uuid "$T/out")" "$(cat open.uuid)" 'it is'
code 0 'found by who can open it' at room "$EVX" show 30-1/18 --json
is "$(jq -r .uuid "$T/out")" "$(cat own.uuid)" 'it is'
code 3 'not by others' "$EVX" show 30-1/18
code 0 'and once more by the first' at room "$EVX" show 30-1/18
code 3 'what nobody opens is not found' at room "$EVX" show 30-1/19
code 0 'filed elsewhere' "$EVX" case file "$(cat open.uuid)" "$("$EVX" case new 30-2)"
code 0 'it is found there' "$EVX" show 30-2/17
code 0 'and by what its seal says' "$EVX" show 30-1/17
rm -f "$EVX_VAULT"/catalog.sqlite*
code 0 'without a catalog, too' "$EVX" show 30-2/17
code 0 'at import' at room "$EVX" import own.evx --vault "$W/numbers" --as room
code 0 'rebuilt by who can open it' at room "$EVX" rebuild --as room
code 0 'found again' at room "$EVX" show 30-1/18
not_clear() { not grep -q 'a red phone' "$EVX_VAULT"/catalog.sqlite*; }
ok 'and nothing of it stands in clear' not_clear
done_testing
