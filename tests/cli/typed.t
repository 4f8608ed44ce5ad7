#!/bin/sh
# What people type into a seal: times, labels and countries that make sense, and no number twice without a word.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
command -v script >/dev/null || { echo '1..0 # SKIP script(1) is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one
saw() { if grep -aq -e "$1" "$T/tty"; then pass "$2"; else fail "$2" "$(cat -v "$T/tty" | head -n 30)"; fi; }
n=0
# seized TZ TEXT WANTED: what stands in the seal
seized() {
	n=$((n + 1))
	code 0 "--seized-at '$2' in $1" env TZ="$1" "$EVX" seal phone -o "t$n.evx" --case C --exhibit E --self --yes --json --seized-at "$2"
	is "$(jq -r .seized_at "$T/out")" "$3" "is $3"
	is "$("$EVX" show "t$n.evx" --as officer --json | jq -r '.events[0].details.seized_at')" "$3" 'in the seal, too'
}
refused() { # TZ TEXT PATTERN
	code 2 "--seized-at '$2' in $1 is refused" env TZ="$1" "$EVX" seal phone -o no.evx --case C --exhibit E --self --yes --seized-at "$2"
	err_has "$3" 'and it says what to write'
	gone no.evx 'nothing is sealed'
}
berlin=CET-1CEST,M3.5.0,M10.5.0/3
seized UTC 2025-11-30T14:05:00Z 2025-11-30T14:05:00+00:00
seized UTC '2025-11-30 14:05' 2025-11-30T14:05:00+00:00
seized $berlin '2025-11-30 14:05' 2025-11-30T14:05:00+01:00
seized $berlin '2025-07-30 14:05:59' 2025-07-30T14:05:59+02:00
seized $berlin '2025-11-30 14:05 CET' 2025-11-30T14:05:00+01:00
seized $berlin '2025-10-26 02:30 CEST' 2025-10-26T02:30:00+02:00
seized $berlin '2025-10-26 02:30 CET' 2025-10-26T02:30:00+01:00
seized $berlin '2025-11-30T14:05-0530' 2025-11-30T14:05:00-05:30
seized $berlin '2025-11-30 14:05 UTC' 2025-11-30T14:05:00+00:00
seized $berlin 2024-02-29 2024-02-29
for text in yesterday '' 30.11.2025 2025-02-29 2025-13-01 2025-11-31 '2025-11-30 24:00' '2025-11-30 14' '2025-11-30 14:60' '2025-11-30 14:05 PST' '2025-11-30T14:05:00+1' '2025-11-30 14:05 tea' 1899-12-31 2025-11-30x; do
	refused $berlin "$text" 'is not a time. Write a day (2026-11-30), a local time'
done
refused $berlin '2025-10-26 02:30' 'came twice. Write the time with its offset'
refused $berlin '2025-03-30 02:30' 'did not exist. Write the time with its offset'
refused UTC 2999-01-01 'is in the future. Look at the year'
code 0 'it is shown back' env TZ=$berlin "$EVX" seal phone -o shown.evx --case C --exhibit E --self --yes --seized-at '2025-11-30 14:05'
out_has '^seized at *2025-11-30T14:05:00+01:00' 'with its offset'
code 0 'an authority that ends later' "$EVX" note shown.evx text --authority W --authority-until 2999-01-01
code 2 'a correction that was seized yesterday' "$EVX" correct shown.evx --event 0 --seized-at yesterday
err_has 'is not a time' 'is refused'
code 0 'a correction with a local time' env TZ=$berlin "$EVX" correct shown.evx --event 0 --seized-at '2025-11-30 15:05'
ok 'has the offset, too' sh -c "'$EVX' show shown.evx --as officer --json | grep -q '2025-11-30T15:05:00+01:00'"
code 2 'a correction to an empty number' "$EVX" correct shown.evx --event 0 --exhibit ''
code 2 'one that ends some time' "$EVX" note shown.evx text --authority W --authority-until 'some time'
err_has 'is not a time' 'is refused'

# ---- Labels
for label in '' ' ' "$(printf '\t')"; do
	code 2 'an empty case label' "$EVX" seal phone -o no.evx --case "$label" --exhibit 1 --self
	err_has 'The case label is empty' 'is refused'
	code 2 'an empty exhibit number' "$EVX" seal phone -o no.evx --case C --exhibit "$label" --self
	err_has 'The exhibit number is empty' 'is refused'
	code 2 'an empty case label of an entry' "$EVX" note shown.evx text --case "$label"
done
gone no.evx 'nothing was sealed'

# ---- Countries
who="--person A --organisation B --no-passphrase"
code 0 'small letters' "$EVX" id new small $who --country gb
is "$("$EVX" id show small --json | jq -r '.card.country')" GB 'are made capitals'
code 2 'UK' "$EVX" id new uk $who --country UK
err_has 'Write GB for the United Kingdom' 'is told what to write'
code 2 'uk' "$EVX" id new uk $who --country uk
for text in GBR G '' 'G1' England; do
	code 2 "country '$text'" "$EVX" id new bad $who --country "$text"
	err_has 'Use the two letters of ISO 3166-1' 'is told what to write'
done
"$EVX" id retire small --quiet; rm -rf "$EVX_HOME"/identities/small

# ---- The same number twice
"$EVX" init v --quiet >"$T/out" 2>&1 || exit 1
export EVX_VAULT="$W/v"
exhibits() { "$EVX" exhibits --json | wc -l; }
code 0 'the first' "$EVX" seal phone --case 26-114 --exhibit 7
first=$("$EVX" exhibits --json | jq -r .uuid)
code 2 'the same number again' "$EVX" seal phone --case 26-114 --exhibit 7
err_has "has an exhibit 7 already: $first. Nothing was sealed.*--yes" 'is refused without somebody to ask'
is "$(exhibits)" 1 'nothing was sealed'
code 0 'another number' "$EVX" seal phone --case 26-114 --exhibit 8
code 0 'the same number in another case' "$EVX" seal phone --case 26-115 --exhibit 7
is "$(exhibits)" 3 'three exhibits'
typed 'y/N' "'$EVX' seal phone --case 26-114 --exhibit 7 --description 'a telephone'" 'n\n'
saw '^  exhibit  *7 of case 26-114' 'the question shows number and case'
saw '^  description  *a telephone' 'the description'
saw '^  source  *phone' 'and the source'
saw "has 1 exhibit of this number already: $first" 'and which one there is'
saw 'code=130' 'no means no'
is "$(exhibits)" 3 'nothing was sealed'
typed 'y/N' "'$EVX' seal phone/one --case 26-114 --exhibit 7" 'y\n' 'y\n'
saw 'code=0' 'yes means yes'
saw '^  size  *4 bytes' 'the size is shown'
saw 'Only these keys will be able to open the exhibit' 'and the readers'
is "$(exhibits)" 4 'it is sealed'
code 0 '--yes asks nothing' "$EVX" seal phone --case 26-114 --exhibit 7 --yes
is "$(exhibits)" 5 'it is sealed'
done_testing
