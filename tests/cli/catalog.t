#!/bin/sh
# The catalog of a vault: what exhibits, rebuild and stats say of it, and that none but this vault's, as it is, counts.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
export EVX_VAULT="$W/v"
DB=$EVX_VAULT/catalog.sqlite

# put CASE NUMBER [OPTION...]: seals a small directory into the vault; its UUID goes to $uuid.
put() {
	in_case=$1 number=$2
	shift 2
	"$EVX" seal src --case "$in_case" --exhibit "$number" --quiet --json "$@" >"$T/put" 2>"$T/put.err" || sed 's/^/# /' "$T/put.err"
	uuid=$(jq -r .uuid "$T/put")
}
# settled: the vault's directories are so old that the catalog can tell changes by their times.
settled() { find "$EVX_VAULT/exhibits" -maxdepth 1 -type d -newermt '3 seconds ago' | grep -q . && return 1 || return 0; }
# forget: no catalog.
forget() { rm -f "$DB" "$DB-wal" "$DB-shm"; }
# answers FILE: what the commands say, whatever order exhibits of one second come in.
answers() {
	"$EVX" exhibits --whole --as officer >"$T/answers" 2>"$T/answers.err" || return 1
	sort "$T/answers" >"$1"
	"$EVX" exhibits --json --as officer | sort >>"$1" && "$EVX" exhibits --whole --as officer --case K1 | sort >>"$1" &&
		"$EVX" stats --json | jq -c 'del(.catalog)' >>"$1"
}

"$EVX" init --as officer --quiet >"$T/init" 2>&1 || exit 1
mkdir src && echo one >src/one && head -c 3000000 /dev/urandom >src/two
put K1 E-1 --description 'a telephone' && a=$uuid
put K1 E-2 && b=$uuid
put K2 E-1 && c=$uuid

code 0 'exhibits without a key' "$EVX" exhibits
out_has '^EXHIBIT  *CASE/NUMBER  *SEALED  *CHECKED  *HOLDER$' 'with a header'
is "$(grep -c '^[0-9a-f]' "$T/out")" 3 'all are listed'
is "$(grep -c telephone "$T/out")" 0 'without a key no description shows'
code 0 'exhibits with a key' "$EVX" exhibits --as officer --whole
out_has "^$a  K1/E-1 .*officer of officer$" 'number and holder of the first'
out_has '^ *a telephone$' 'and below that what it is'
out_has "^$c  K2/E-1 " 'number of the third'
code 0 'exhibits of a case by its label' "$EVX" exhibits --case K1 --json
is "$(jq -r .exhibit_number "$T/out" | sort | tr '\n' ' ')" 'E-1 E-2 ' 'those of the case, no other'
case_id=$(jq -r .case "$T/out" | sort -u)
code 0 'exhibits of a case by its id, without a key' "$EVX" exhibits --case "$case_id" --json
is "$(jq -r '.uuid, .exhibit_number' "$T/out" | sort | tr '\n' ' ')" "$(printf '%s\n' "$a" "$b" null null | sort | tr '\n' ' ')" 'those of the case, unnumbered'
code 3 'a case that is not there' "$EVX" exhibits --case K9
code 3 'a stranger is no member' at stranger "$EVX" exhibits --as stranger
code 2 'exhibits takes no operand' "$EVX" exhibits X
out_empty 'and lists nothing'

code 0 'rebuild without a key' "$EVX" rebuild
out_has 'no key: 3 exhibits' 'and says what it did'
code 0 'rebuild with a content key' "$EVX" rebuild --as officer --json
is "$(jq -c '[.exhibits, .unreadable, .with_chunks, .tier]' "$T/out")" '[3,0,3,"content"]' 'all exhibits with their chunks'
wait_for settled
"$EVX" exhibits --as officer >/dev/null # the catalog knows when it read them
answers "$T/before" || fail 'answers' "$(cat "$T/answers.err")"
code 0 'stats' "$EVX" stats
out_has 'exhibits .* 3, 3 of them in cases' 'counts exhibits'

# No key is in the catalog, and nothing that a key protects.
ok 'no number, description or identity stands in the catalog' not grep -a -q -e telephone -e 'E-1' -e AGE-SECRET "$DB" "$DB-wal"
is "$(stat -c %a "$DB")" 600 'it is readable for its owner only'

# Lost, garbage, foreign: it is begun anew, and rebuild gives the same answers.
same_again() {
	code 0 "$1: exhibits lists all" "$EVX" exhibits --whole --as officer
	is "$(sort "$T/out")" "$(head -n 5 "$T/before")" "$1: the same lines"
	code 0 "$1: rebuild" "$EVX" rebuild --as officer
	answers "$T/after"
	ok "$1: the same answers" diff "$T/before" "$T/after"
}
forget && same_again lost
forget && head -c 100000 /dev/urandom >"$DB" && run "$EVX" exhibits && err_has 'belonged to another vault' 'garbage: it is said' && same_again garbage
cp "$DB" good.sqlite
truncate -s 9000 "$DB" && rm -f "$DB-wal" && same_again cut
EVX_VAULT=$W/other
"$EVX" init --as officer --quiet >"$T/init" 2>&1 && put K1 E-1 && "$EVX" exhibits >/dev/null
EVX_VAULT=$W/v
forget && cp other/catalog.sqlite "$DB" && run "$EVX" exhibits --json && err_has 'belonged to another vault' 'foreign: it is said'
is "$(jq -r .uuid "$T/out" | sort)" "$(printf '%s\n' "$a" "$b" "$c" | sort)" 'foreign: nothing of the other vault is listed'
same_again foreign

# Stale: what changed since.
put K2 E-2 && d=$uuid
forget && cp good.sqlite "$DB"
code 0 'stale: a new exhibit is listed' "$EVX" exhibits --whole --as officer
out_has "^$d .* K2/E-2" 'stale: with its numbers'
"$EVX" note "$EVX_VAULT/exhibits/$a" --notes 'looked at' --as officer --quiet >/dev/null 2>"$T/note.err" || sed 's/^/# /' "$T/note.err"
run "$EVX" exhibits --json
is "$(jq -r "select(.uuid == \"$a\") | .events" "$T/out")" 2 'stale: a longer chain shows'
run "$EVX" stats --json
is "$(jq -r .known "$T/out")" 4 'stale: it was read into the catalog'

# Finding: the catalog says where to look, the files say what is there.
code_of() { "$EVX" show "$EVX_VAULT/exhibits/$1" --json | jq -r .seal_code; }
shown() { jq -r .uuid "$T/out"; }
whole=$(code_of "$d")
begin=$(printf '%s' "$whole" | cut -c 1-11)
for state in known unknown; do
	code 0 "$state: by its seal code" "$EVX" show "$whole" --json
	is "$(shown)" "$d" "$state: it is that one"
	code 0 "$state: by the beginning of its seal code" "$EVX" show "$begin" --json
	is "$(shown)" "$d" "$state: it is that one"
	code 0 "$state: by the beginning of its UUID" "$EVX" show "${d%%-*}" --json
	code 0 "$state: by case and number" "$EVX" show K2/E-2 --as officer --json
	is "$(shown)" "$d" "$state: it is that one"
	forget
done
code 3 'no exhibit has this code' "$EVX" show 'QQQQ-QQQQ-QQQQ-QQQQ-QQQQ-QQQQ-QQQQ-QQQQ'
code 3 'nor this beginning' "$EVX" show QQQQ-QQQQ-QQ
err_has 'neither a file nor an exhibit of the vault' 'and it is said so'
# A second exhibit of the same number, which the catalog does not know, makes the number ambiguous.
run "$EVX" rebuild --as officer && cp "$DB" good.sqlite
put K2 E-2 --yes && twin=$uuid
code 2 'a number that two exhibits carry is refused' "$EVX" show K2/E-2 --as officer
forget && cp good.sqlite "$DB"
code 2 'also when the catalog knows one of them only' "$EVX" show K2/E-2 --as officer
err_has "$twin" 'and both are named'
rm -rf "$EVX_VAULT/exhibits/$twin" && run "$EVX" rebuild --as officer

# Vanished, and damaged.
mv "$EVX_VAULT/exhibits/$b" kept
code 1 'vanished: exhibits says so' "$EVX" exhibits --whole
out_has "^$b .*MISSING" 'vanished: in its line'
err_has 'does not have' 'vanished: and behind the list'
run "$EVX" rebuild --as officer
code 0 'vanished: rebuild forgets it' "$EVX" exhibits --json
is "$(jq -r .uuid "$T/out" | grep -c "$b")" 0 'vanished: it is not listed any more'
mv kept "$EVX_VAULT/exhibits/$b"
mv "$EVX_VAULT/exhibits/$c/custody/0000-seal.record" . && touch "$EVX_VAULT/exhibits/$c"
code 1 'damaged: exhibits says so' "$EVX" exhibits --whole
out_has "^$c  UNREADABLE: " 'damaged: in its line'
out_has "^$b " 'damaged: the others are listed'
code 1 'damaged: so does rebuild' "$EVX" rebuild
err_has "$c" 'damaged: and names it'
mv 0000-seal.record "$EVX_VAULT/exhibits/$c/custody/" && touch "$EVX_VAULT/exhibits/$c"

# Tampered: rows that say what is not so.
if python3 -c 'import sqlite3' 2>/dev/null; then
	# With their times as they were, one by one: what the files say is listed.
	wait_for settled
	"$EVX" exhibits --json >"$T/true"
	for lie in 'head = zeroblob(32)' 'seal = zeroblob(32)' 'events = 5' 'sealed = 1' 'signer = zeroblob(32)' 'payload = 5' 'marks = marks | 2' 'marks = marks | 4' 'marks = 0' 'case_id = NULL'; do
		python3 -c "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute('UPDATE exhibits SET ' + sys.argv[2])
db.commit()" "$DB" "$lie"
		run "$EVX" exhibits --json
		is "$(sort "$T/out")" "$(sort "$T/true")" "tampered: $lie"
	done
	python3 -c "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute(\"UPDATE exhibits SET stamp = zeroblob(32), head = zeroblob(32), events = 77, case_id = zeroblob(16), info = zeroblob(200)\")
db.execute('UPDATE labels SET uuid = zeroblob(16)')
db.commit()" "$DB"
	code 0 'tampered: exhibits' "$EVX" exhibits --whole --as officer
	is "$(grep -c ' 77 ' "$T/out")" 0 'tampered: what the files say is listed'
	out_has "^$a  K1/E-1 " 'tampered: numbers come from the details'
	code 0 'tampered: exhibits of a case' "$EVX" exhibits --whole --case K1
	is "$(grep '^[0-9a-f]' "$T/out" | cut -c 1-36 | sort)" "$(printf '%s\n' "$a" "$b" | sort)" 'tampered: those that are filed in it'
	python3 -c "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute('UPDATE exhibits SET holder = zeroblob(32), marks = marks | 8')
db.commit()" "$DB"
	code 0 'tampered: another holder, and a hold' "$EVX" exhibits --json
	is "$(jq -r '.holder_person, .hold' "$T/out" | sort -u | tr '\n' ' ')" 'false officer of officer ' 'tampered: both come from the custody record'
else
	skip 'python3 has no sqlite3: tampered rows'
fi

# Two processes at once, and one that was interrupted.
run "$EVX" rebuild --as officer
"$EVX" rebuild --as officer >"$T/one" 2>&1 & one=$!
"$EVX" rebuild --as officer >"$T/two" 2>&1 & two=$!
code 0 'two rebuilds: a third lists meanwhile' "$EVX" exhibits --whole
is "$(grep -c '^[0-9a-f]' "$T/out")" 4 'two rebuilds: all exhibits'
ok 'two rebuilds: the one ends well' wait "$one"
ok 'two rebuilds: and the other' wait "$two"
run "$EVX" stats --json
is "$(jq -c '[.known, .without_chunks, .chunks >= 2]' "$T/out")" '[4,0,true]' 'two rebuilds: nothing is missing'
code 0 'rebuild --resume finds nothing to do' "$EVX" rebuild --as officer --resume --json
is "$(jq -c '[.exhibits, .with_chunks]' "$T/out")" '[4,4]' 'rebuild --resume: all are there'
is "$(find "$EVX_VAULT/tmp" -mindepth 1 | wc -l)" 0 'nothing was left in tmp'

# More cases than are kept open at a time, read by several threads: the catalog is what the seals had written.
few=$EVX_VAULT
export EVX_VAULT="$W/many"
"$EVX" init --as officer --quiet >"$T/init" 2>&1 || exit 1
for i in 01 02 03 04 05 06 07 08 09 10 11 12; do
	mkdir "many-$i" && head -c 30000 /dev/urandom >"many-$i/file" || exit 1
	for n in 1 2; do "$EVX" seal "many-$i" --case "M$i" --exhibit "E-$n" --no-borrow --quiet >>"$T/seals" 2>&1 || exit 1; done
done
is "$("$EVX" stats --json | jq -c '[.exhibits, .filed]')" '[24,24]' 'many cases: so many were sealed'
"$EVX" exhibits --whole --as officer 2>"$T/err" | sort >many.before
"$EVX" stats --json | jq -c 'del(.catalog)' >>many.before
for round in 1 2 3; do
	rm -f "$EVX_VAULT"/catalog.sqlite*
	code 0 "many cases: rebuild $round" "$EVX" rebuild --as officer --json
	is "$(jq -c '[.exhibits, .with_chunks, .unreadable]' "$T/out")" '[24,24,0]' 'many cases: all were read'
	"$EVX" exhibits --whole --as officer 2>"$T/err" | sort >many.after
	"$EVX" stats --json | jq -c 'del(.catalog)' >>many.after
	ok 'many cases: the catalog says the same' cmp many.before many.after
done
for i in 01 12; do "$EVX" seal "many-$i" --case "M$i" --exhibit E-3 --quiet >>"$T/seals" 2>&1; done
ok 'many cases: what the rows say is shared' test "$("$EVX" stats --json | jq -r .borrowed)" -ge 60000
export EVX_VAULT="$few"

# A vault that cannot be written (not for root, who can).
if [ "$(id -u)" -ne 0 ]; then
	chmod -R a-w "$EVX_VAULT"
	code 0 'read-only: exhibits' "$EVX" exhibits --whole --as officer
	is "$(grep -c '^[0-9a-f]' "$T/out")" 4 'read-only: all are listed'
	code 3 'read-only: rebuild cannot' "$EVX" rebuild
	chmod -R u+w "$EVX_VAULT"
else
	skip 'root can write everywhere: read-only vault'
fi
done_testing
