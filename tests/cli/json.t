#!/bin/sh
# --json: every command, every outcome, is something jq reads, pure ASCII, on stdout.
. "$(dirname "$0")/lib.sh"

json() { # json NAME CODE FILTER COMMAND...
	name=$1 wanted=$2 filter=$3
	shift 3
	code "$wanted" "$name" "$@"
	if [ -s "$T/out" ] && jq -e "$filter" "$T/out" >"$T/jq" 2>&1; then pass "$name: $filter"; else fail "$name: $filter" "$(cat "$T/jq")" "$(head -c 2000 "$T/out")"; fi
	ok "$name: ASCII only" not grep -qP '[^\x0a\x20-\x7e]' "$T/out"
}

json 'version' 0 '.version' "$EVX" version --json
json 'id new' 0 '.card.person == "J\u00f6rg \ud83d\ude00" and .name == "j"' "$EVX" id new j --person 'Jörg 😀' --organisation 'A"\B' --country DE --no-passphrase --json
json 'id list' 0 '.card.organisation == "A\"\\B" and .passphrase == false' "$EVX" id list --json
json 'id show' 0 '.card.fingerprint' "$EVX" id show j --json
json 'id card' 0 '.text' "$EVX" id card j --json
jq -j .text "$T/out" >j.card
json 'id always-to' 0 '.card.fingerprint' "$EVX" id always-to j.card --json
json 'id always-to lists' 0 '.card.fingerprint' "$EVX" id always-to --json
echo pass >pass && chmod 600 pass
json 'id backup' 0 '.done' "$EVX" id backup j j.backup --passphrase-file pass --json
json 'id import' 0 '.name == "k"' "$EVX" id import j.backup --name k --passphrase-file pass --json
json 'id passwd' 0 '.done' "$EVX" id passwd k --passphrase-file pass --no-passphrase --json
"$EVX" id new r --person R --organisation O --country DE --no-passphrase --quiet # k has the key of j, which must stay in use
json 'id retire' 0 '.done' "$EVX" id retire r --json

evidence phone
json 'seal' 0 '.seal_hash and .complete == true and (.readers | length) == 1 and .files > 5 and .written == ["a.evx"]' \
	"$EVX" seal phone -o a.evx --case 'C "1"' --exhibit E --as j --self --json --quiet
json 'verify' 0 '.data.grade == "intact" and .exit == 0 and .walked and (.events | length) == 1 and (.findings | type) == "array"' \
	"$EVX" verify a.evx --trust j.card --json
person other other
json 'verify, not trusted' 5 '.exit == 5 and .data.grade == "intact"' env EVX_HOME="$T/nobody" "$EVX" verify a.evx --trust "$T/other.card" --json
json 'verify --deep' 0 '.deep and .opened == "content"' "$EVX" verify a.evx --deep --as j --trust j.card --json
json 'show' 0 '.walked == false and .content_readers == 1' "$EVX" show a.evx --json
json 'show with a key' 0 '.events[0].details.case == "C \"1\""' "$EVX" show a.evx --as j --json
json 'log' 0 '.events[0].type == "seal"' "$EVX" log a.evx --json
code 0 'list' "$EVX" list a.evx --as j --json
is "$(jq -s length "$T/out")" "$(find phone -printf 'x\n' | wc -l)" 'list: one object per line'
ok 'list: ASCII only' not grep -qP '[^\x0a\x20-\x7e]' "$T/out"
is "$(jq -sr 'map(select(.path // "" | test("esc"))) | .[0].path' "$T/out")" "$(printf 'phone/esc\033[31mred\nline')" 'list: a name with control characters comes back'
json 'extract' 0 '.verified and .failed == 0' "$EVX" extract a.evx -C out --as j --json
flip a.evx 5000
json 'verify, bad' 1 '.exit == 1 and (.findings | map(select(.weight == "broken")) | length) > 0' "$EVX" verify a.evx --json

json 'an error' 3 '.error.class and .error.text and .error.exit == 3' "$EVX" verify nowhere.evx --json
json 'a forged card' 1 '.error.exit == 1' sh -c "sed s/A/B/ j.card >f.card; '$EVX' id always-to f.card --json"
json 'a usage error of the operation' 2 '.error.exit == 2' "$EVX" seal phone -o x.evx --case C --exhibit E --as 'no/name' --self --json
json 'an unknown command' 2 '.error.class == "wrong use" and .error.exit == 2' "$EVX" sael --json
is "$(wc -l <"$T/err")" 1 'and stderr has that one line'
json 'an unknown command of a group' 2 '.error.exit == 2' "$EVX" id nwe --json
json 'a mistake before --json' 2 '.error.class == "wrong use" and (.error.text | test("--trust"))' "$EVX" verify --truts x.card a.evx --json
is "$(wc -l <"$T/err")" 1 'and no usage line stands behind or before it'
json 'too few operands' 2 '.error.class == "wrong use"' "$EVX" list --json
json 'a value out of range' 2 '.error.class == "wrong use"' "$EVX" list a.evx --jobs 0 --json
code 2 'cat: too few operands' "$EVX" cat a.evx --json
out_empty 'nothing but contents is on stdout'
ok 'the object is on stderr' sh -c "grep '^{' '$T/err' | jq -e '.error.exit == 2'"
code 2 '--json behind -- is an operand' "$EVX" verify a.evx b.evx c.evx d.evx --no-such -- --json
out_empty 'and not an option'
json 'an identity that is not there' 3 '.error.exit == 3' "$EVX" id show nobody --json
done_testing
