#!/bin/sh
# Passphrases: asked for when all else is in order, again after a wrong one, remarked when weak, and clean when they come from a file.
. "$(dirname "$0")/lib.sh"

command -v script >/dev/null || { echo '1..0 # SKIP script(1) is not installed'; exit 0; }
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
saw() { if grep -aq -e "$1" "$T/tty"; then pass "$2"; else fail "$2" "$(cat -v "$T/tty" | head -n 30)"; fi; }
good='five random words are good'
printf '%s\n' "$good" >pass && printf 'wrong\n' >wrong && chmod 600 pass wrong
person lab lab || exit 1
export EVX_HOME="$T/kim"
who="--person Kim --organisation Lab --country DE --work-factor 4"
"$EVX" id new kim $who --passphrase-file pass --quiet && "$EVX" id card kim >kim.card || exit 1
mkdir phone && echo one >phone/one
"$EVX" seal phone -o a.evx --case C --exhibit E --self --passphrase-file pass --quiet --yes >"$T/out" 2>&1 || exit 1

# ---- Arguments are looked at before anybody is asked: without a terminal, asking is a failure of its own
first() { # CODE PATTERN NAME COMMAND...
	want=$1 pattern=$2 name=$3
	shift 3
	code "$want" "$name" "$@"
	err_has "$pattern" 'is told what is wrong'
	ok 'and was not asked for a passphrase' not grep -q 'passphrase' "$T/err"
}
code 3 'asking takes a terminal' "$EVX" list a.evx
err_has 'passphrase for kim' 'or a file'
first 3 'nowhere' 'a bundle that is not there' "$EVX" list nowhere.evx
first 3 'nowhere' 'verify --as of a bundle that is not there' "$EVX" verify nowhere.evx --as kim
first 3 'nowhere' 'an entry in a bundle that is not there' "$EVX" note nowhere.evx text
first 3 'nowhere' 'a release to a card that is not there' "$EVX" release a.evx --to nowhere.card --keeps nothing --purpose p
first 2 'keeps' 'a release that keeps nonsense' "$EVX" release a.evx --to "$T/lab.card" --keeps half --purpose p
first 2 'number nor the hash' 'an entry about nonsense' "$EVX" correct a.evx --event yesterday --notes n
first 2 'one of' 'a take-over for nonsense' "$EVX" take-over a.evx --reason holidays
first 2 'seal code' 'a seal code that is none' "$EVX" accept a.evx --code 123 --no-receipt
first 3 'nowhere' 'a source that is not there' "$EVX" seal nowhere -o b.evx --case C --exhibit E --self
first 3 'a.evx' 'a bundle that is there already' "$EVX" seal phone -o a.evx --case C --exhibit E --self
first 3 'nowhere' 'a reader whose card is not there' "$EVX" seal phone -o b.evx --case C --exhibit E --to nowhere.card
gone b.evx 'and no bundle was begun'
first 3 'nowhere' 'a vault that is not there' "$EVX" seal phone --vault nowhere --case C --exhibit E
first 3 'nowhere' 'a draft that is not there' "$EVX" sign nowhere.txt
first 3 'exists already' 'an identity of that name' "$EVX" id new kim $who
"$EVX" id backup kim kim.backup --quiet >"$T/out" 2>&1 || exit 1
first 3 'exists already' 'an import over an identity' "$EVX" id import kim.backup
first 3 'there already' 'a backup over a file' at lab "$EVX" id backup lab pass
code 3 'a wrong passphrase is wrong before the new one is asked for' "$EVX" id passwd kim --passphrase-file wrong
ok 'indeed' not grep -q 'new-passphrase-file' "$T/err"

# ---- Again
typed 'assphrase for kim' "'$EVX' list a.evx" 'wrong\n' 'wrong, too\n' "$good\\n"
saw 'code=0' 'the third answer may be right'
is "$(shown 'That is not the passphrase. Try again')" 2 'each wrong one was told'
ok 'nothing that was typed shows' not grep -aq 'wrong, too' "$T/tty"
typed 'assphrase for kim' "'$EVX' list a.evx" 'wrong\n' "$good\\n"
saw 'code=0' 'so may the second'
typed 'assphrase for kim' "'$EVX' list a.evx" '1\n' '2\n' '3\n'
saw 'code=3' 'three wrong ones end it'
is "$(shown 'assphrase for kim')" 3 'it was asked for three times'
typed 'assphrase for kim' "'$EVX' list a.evx; echo ended=\$?; stty -a" 'wrong\n' '\003'
saw 'ended=130' 'Ctrl-C ends the second question'
saw ' echo ' 'and the terminal echoes again'
typed 'assphrase for kim' "'$EVX' note a.evx text --quiet" 'wrong\n' "$good\\n"
saw 'code=0' 'an entry is signed after a wrong one'
is "$("$EVX" show a.evx --json | jq '.events | length')" 2 'once'
typed 'assphrase for kim' "'$EVX' verify a.evx --deep" 'wrong\n' "$good\\n"
saw 'code=0' 'verify --deep asks again'
saw '^GOOD' 'and has opened the contents'
typed 'assphrase for' "'$EVX' id passwd kim --new-passphrase-file pass --work-factor 4" 'wrong\n' "$good\\n"
saw 'code=0' 'id passwd asks again'
typed 'assphrase for' "EVX_HOME=$T/other '$EVX' id import kim.backup" 'wrong\n' "$good\\n"
saw 'code=0' 'id import asks again'
ok 'the identity is there' at other "$EVX" id show kim
typed 'assphrase for' "'$EVX' list a.evx --passphrase-file wrong"
saw 'code=3' 'a file is not asked again'
ok 'on a terminal neither' not grep -aq 'Try again' "$T/tty"
typed 'assphrase for' "'$EVX' list a.evx --passphrase-file /dev/fd/8 8<wrong"
saw 'code=3' 'nor is a descriptor'
"$EVX" init v --passphrase-file pass --quiet >"$T/out" 2>&1 && "$EVX" seal phone --vault v --case C-1 --exhibit 1 --passphrase-file pass --yes --quiet >"$T/out" 2>&1 || exit 1
typed 'assphrase for kim' "'$EVX' list C-1/1 --vault v" 'wrong\n' "$good\\n"
saw 'code=0' 'one that was wrong in the process that looks an exhibit up'
is "$(shown 'assphrase for kim')" 2 'and right then is not asked for a third time'

# ---- Questions while standard input is something else
typed 'assphrase for kim\|y/N' "cat phone/one | '$EVX' seal - -o piped.evx --case C --exhibit E --self" "$good\\n" 'n\n'
saw 'y/N' 'a seal of what comes through a pipe asks on the terminal'
saw 'code=130' 'no means no'
gone piped.evx 'and no bundle is made'
typed 'assphrase for kim\|y/N' "cat phone/one | '$EVX' seal - -o piped.evx --case C --exhibit E --self" "$good\\n" 'y\n'
saw 'code=0' 'yes means yes'
ok 'there is the bundle' test -s piped.evx

# ---- Weak ones
weak() { # TEXT WHY
	printf '%s\n' "$1" >weak && chmod 600 weak
	code 0 "a passphrase like '$1' is taken" at "weak$count" "$EVX" id new kimberley $who --passphrase-file weak
	err_has "easy to guess: $2" 'and remarked'
}
weak 4711471147114711 'it has only digits'
weak short 'it has fewer than 12 characters'
weak Kimberley2026 'it is little more than the name'
weak abababababababab 'it repeats a few characters'
code 0 'a good one' at strong "$EVX" id new kimberley $who --passphrase-file pass
ok 'is not remarked' not grep -q 'easy to guess' "$T/err"
code 0 'using a weak one is not remarked' at "weak$((count - 4))" "$EVX" id list
ok 'indeed' not grep -q 'easy to guess' "$T/err"

# ---- Files
printf '%s\r\n' "$good" >crlf && printf '%s\r' "$good" >cr && printf '%s' "$good" >bare && printf '%s\r\r\n' "$good" >crcr
printf '\357\273\277%s\n' "$good" >bom && printf '\377\376f\000i\000\n\000' >utf16 && printf '\376\377\000f\000i\000\n' >utf16be && printf 'five\000random\n' >nul && printf '\r\n' >empty
chmod 600 crlf cr bare crcr bom utf16 utf16be nul empty
for file in crlf cr bare; do code 0 "a passphrase file that ends like $file" "$EVX" list a.evx --passphrase-file $file; done
code 3 'one CR is taken away, not two' "$EVX" list a.evx --passphrase-file crcr
code 3 'a byte order mark' "$EVX" list a.evx --passphrase-file bom
err_has 'bom: .*byte order mark (BOM).*Save the file as UTF-8 without BOM' 'is named, with what to do'
for file in utf16 utf16be; do
	code 3 "$file" "$EVX" list a.evx --passphrase-file $file
	err_has 'UTF-16 text.*Save the file as UTF-8' 'is named, with what to do'
done
code 3 'a NUL' "$EVX" list a.evx --passphrase-file nul
err_has 'NUL byte' 'is named'
code 3 'nothing but a line end' "$EVX" list a.evx --passphrase-file empty
err_has 'first line is empty' 'is empty'
code 3 'a new identity with a byte order mark' at bom "$EVX" id new kim $who --passphrase-file bom
done_testing
