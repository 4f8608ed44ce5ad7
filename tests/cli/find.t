#!/bin/sh
# evx find: exhibits by texts, persons, dates and file names, compared with their files before they are shown.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
mkdir src other && echo one >src/one.txt && echo two >other/secret-plan.doc && echo three >other/three
export EVX_VAULT="$W/v"
"$EVX" init --quiet >/dev/null && "$EVX" member add "$T/room.card" --custody-only --quiet >/dev/null
accept room
"$EVX" trust add "$T/room.card" --yes --quiet >/dev/null 2>&1
"$EVX" trust add "$T/officer.card" --yes --quiet >/dev/null 2>&1
at room "$EVX" trust add "$T/officer.card" --yes --quiet >/dev/null 2>&1
code 0 'an empty vault' "$EVX" find anything
out_has '^0 exhibits found among 0 exhibits\.' 'has nothing'
seal() { src=$1; shift; "$EVX" seal "$src" --case "$@" --json 2>/dev/null | jq -r .uuid; }
a=$(seal src 26-114 --exhibit 7 --place 'Room 3' --description 'a red phone')
b=$(seal other 26-114 --exhibit 8 --description 'Größe XL')
c=$(seal src 26-115 --exhibit 7 --description 'blue bag')
# hits ARGUMENT...: which of the three were found, by their letters.
hits() { run "$EVX" find "$@" --json; jq -r 'select(.uuid) | .uuid' "$T/out" | sed "s/$a/a/; s/$b/b/; s/$c/c/" | sort | tr -d '\n'; }

is "$(hits 26-114)" ab 'by the label of a case'
is "$(hits 26-114/7)" a 'by case and number'
is "$(hits 'RED PHONE')" a 'by the description, in capitals'
is "$(hits 'größe')" b 'by letters that are not ASCII'
is "$(hits 'GRÖSSE')" b 'and by their capitals'
is "$(hits 'room 3')" a 'by the place'
is "$(hits nothing-of-that)" '' 'by what no exhibit has'
is "$rc" 0 'which is no failure'
is "$(hits "$(echo "$c" | cut -c 1-8)")" c 'by the beginning of a UUID'
is "$(hits "$("$EVX" show "$b" --json | jq -r .seal_code | cut -c 1-9 | tr A-Z a-z)")" b 'by the beginning of a seal code, in small letters'
is "$(hits "$("$EVX" id show officer --json | jq -r .card.fingerprint)")" abc 'by a fingerprint'
is "$(hits 'officer of')" abc 'by the name of who sealed it'
is "$(hits phone --case 26-115)" '' 'in another case'
is "$(hits 7 --case 26-115)" c 'in its case'
is "$(hits --since 1d)" abc 'sealed today'
is "$(hits --since 2099-01-01)$rc" 0 'or in a time to come'
"$EVX" release "$a" --to "$T/room.card" --keeps nothing --purpose storage --yes --quiet >/dev/null 2>&1
at room "$EVX" accept "$a" --place 'Shelf 12' --yes --quiet >/dev/null 2>&1
is "$(hits --by 'room of room')" a 'by who holds it now'
is "$(hits --by officer)" abc 'by who sealed it'
is "$(hits --by nobody)" '' 'by a person of no card'
is "$(hits 'shelf 12')" a 'by the place where it is now'
is "$(hits 'room 3')" '' 'and not by the one where it was'

code 0 'as a table' "$EVX" find phone
out_has "^$(echo "$a" | cut -c 1-13)  26-114/7 " 'with a line as exhibits has it'
out_has '^1 exhibit found among 3 exhibits\. evx looked them up in the vault.s catalog and compared each one with its files' 'and what the answer rests on'
code 0 'quietly' "$EVX" find phone --quiet
is "$(grep -c 'found among' "$T/out")" 0 'without that'

# File names: from the lists of contents, and nowhere else.
is "$(hits --file '*.doc')" b 'by a file name'
is "$(jq -r '.files[0] // empty' "$T/out")" other/secret-plan.doc 'which is told'
is "$(hits --file src/one.txt)" ac 'by a path'
is "$(hits phone --file '*.txt')" a 'with a text'
is "$(hits --file none)" '' 'by a name that no file has'
code 0 'as a table' "$EVX" find --file '*.doc'
out_has '^ *other/secret-plan.doc$' 'below the exhibit'
is "$(grep -c 'secret-plan' v/catalog.sqlite* | grep -cv ':0$')" 0 'and never in the catalog'
is "$(grep -rl 'secret-plan\|red phone' v | wc -l)" 0 'nor any text in clear in the vault'
code 3 'a custody member looks for a file' at room "$EVX" find --file '*.doc'
err_has 'The list of contents of 3 exhibits could not be opened' 'and is told that evx could not look'
code 0 'and for a text' at room "$EVX" find 'blue bag'
out_has '^1 exhibit found' 'which custody members see'

# Who has no key.
code 0 'without a key' "$EVX" find --by officer --no-key
out_has '^3 exhibits found' 'persons are found'
is "$(grep -c '26-114\|phone' "$T/out")" 0 'and no labels shown'
code 0 'a text without a key' "$EVX" find phone --no-key
out_has '^0 exhibits found' 'is not looked for in labels'
code 3 'somebody who is no member' at stranger "$EVX" find phone
code 2 'nothing to look for' "$EVX" find
err_has 'Say what to look for' 'says so'
code 2 'a file without a key' "$EVX" find --file x --no-key
code 2 'a key and none' "$EVX" find x --as officer --no-key
code 3 'a case that is not there' "$EVX" find phone --case nowhere

# The catalog is never believed.
rm -f v/catalog.sqlite*
is "$(hits phone)" a 'without a catalog the exhibits are read'
"$EVX" rebuild --quiet >/dev/null 2>&1
if command -v sqlite3 >/dev/null; then
	sqlite3 v/catalog.sqlite "UPDATE exhibits SET signer = zeroblob(32), holder = zeroblob(32)"
	sqlite3 v/catalog.sqlite "UPDATE exhibits SET signer = (SELECT signer FROM exhibits LIMIT 1), sealed = 1"
	is "$(hits phone)" a 'what it says otherwise is corrected by the files'
	"$EVX" exhibits --read --quiet >/dev/null 2>&1
	is "$(hits --by officer)" abc 'once they were read anew nothing is hidden'
	x=$(sqlite3 v/catalog.sqlite "SELECT hex(uuid) FROM exhibits WHERE hex(uuid) = upper('$(echo "$a" | tr -d -)')")
	sqlite3 v/catalog.sqlite "UPDATE exhibits SET info = (SELECT info FROM exhibits WHERE hex(uuid) != '$x' LIMIT 1) WHERE hex(uuid) = '$x'"
	is "$(hits 'blue bag')" c 'texts of another exhibit do not open'
	sqlite3 v/catalog.sqlite "DELETE FROM exhibits WHERE hex(uuid) = '$x'"
	is "$(hits phone)" a 'an exhibit that the catalog does not know is found by its files'
fi
rm -r "v/exhibits/$b"
code 1 'an exhibit that is gone' "$EVX" find --by officer
err_has 'lists 1 exhibit that the vault does not have' 'is told'

# What changes behind the catalog's back is noticed where the catalog finds nothing, too, though sizes and times of change are put back. evx takes a directory for
# what it read only when some seconds have passed since the last change.
"$EVX" rebuild --quiet >/dev/null 2>&1
d=$(seal src 26-116 --exhibit 1) e=$(seal src 26-116 --exhibit 2) f=$(seal src 26-116 --exhibit 3)
g=$(seal src 26-116 --exhibit 4 --place 'Room 9') h=$(seal src 26-116 --exhibit 5) i=$(seal src 26-116 --exhibit 6 --place 'Room 9')
k=$(echo "$h" | tr 0-9a-f 1-9a-f0 | sed 's/^\(.\{14\}\)./\14/; s/^\(.\{19\}\)./\18/') # no exhibit's UUID
cp -a "v/exhibits/$i" before
for x in "$g" "$i"; do "$EVX" move "$x" --place 'Shelf 20' --quiet >/dev/null 2>&1; done
# put_back: the times of change of all exhibits' directories.
put_back() { touch -d '2024-01-02 03:04:05' v/exhibits/*/custody v/exhibits/*; }
# told ARGUMENT...: which exhibits it tells, by their letters: ! unreadable, - missing.
told() {
	run "$EVX" find "$@" --json
	jq -r 'select(.uuid) | .uuid + (if .unreadable then "!" elif .missing then "-" else "" end)' "$T/out" |
		sed "s/$a/a/; s/$b/b/; s/$c/c/; s/$d/d/; s/$e/e/; s/$f/f/; s/$g/g/; s/$h/h/; s/$i/i/; s/$k/k/" | sort | tr '\n' ' '
}
put_back && sleep 3
"$EVX" exhibits --as officer --quiet >/dev/null 2>&1
is "$(told 'shelf 20')$(told nothing-of-that)" 'g i ' 'before anything was changed'
cp "v/exhibits/$d/custody/0000-seal.json" seal.json && printf '%08d' 0 | dd of=seal.json bs=1 seek=60 conv=notrunc status=none
mv seal.json "v/exhibits/$d/custody/0000-seal.json"
mv "v/exhibits/$e" swap && mv "v/exhibits/$f" "v/exhibits/$e" && mv swap "v/exhibits/$f"
rm "v/exhibits/$g/custody/0001-"* "v/exhibits/$g/append-0001" "v/exhibits/$g/index-0001"
mv "v/exhibits/$h" "v/exhibits/$k"
mv "v/exhibits/$i" after && mv before "v/exhibits/$i"
cp -a "v/exhibits/$c" copy && rm -r "v/exhibits/$c" && mv copy "v/exhibits/$c"
put_back && sleep 3
is "$(told nothing-of-that)" 'd! e! f! k! ' 'a file replaced, two exhibits exchanged, one under another name: told'
is "$rc" 1 'as damage'
is "$(told 'room 9')" 'd! e! f! g i k! ' 'an entry removed, an older copy: what their files say is found'
is "$(told 'shelf 20')" 'd! e! f! k! ' 'and not what they said before'
is "$(told 'blue bag')" 'c d! e! f! k! ' 'a copy in the place of an exhibit is that exhibit'
is "$(told "$h")" 'd! e! f! h- k! ' 'one that is not under its name is missing'
done_testing
