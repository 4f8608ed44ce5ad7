#!/bin/sh
# A vault put back from a backup: it can be read, nothing is written until a member accepts that, and the log keeps what was lost. No exchanged vault passes for one.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
mkdir src && echo one >src/one && mkdir src2 && echo two >src2/two
export EVX_VAULT="$W/v"
"$EVX" init --quiet >/dev/null && "$EVX" member add "$T/room.card" --custody-only --quiet >/dev/null
accept room
seal() { "$EVX" seal "$1" --case "$2" --exhibit "$3" --json 2>/dev/null | jq -r .uuid; }
entries() { ls "$EVX_VAULT/log" | grep -c '^[0-9]*-[a-z-]*$'; }
a=$(seal src C-1 1)
b=$(seal src2 C-1 2)
code 0 'nothing to accept in a vault that is as it was' "$EVX" init --accept-rollback --yes
out_has 'NOTHING TO DO' 'and it says so'
cp -a v backup
"$EVX" case new C-9 --quiet >/dev/null
"$EVX" note "$a" 'after the backup' --quiet >/dev/null 2>&1
c=$(seal src2 C-1 3)
cp -a v newest
at room "$EVX" member list --quiet >/dev/null
restore() { rm -rf v && cp -a "${1:-backup}" v; }

# Everything can be read.
restore
for one in "list $b" "cat $b src2/two" "show $b" "log $b" "verify $b" "extract $b -C out" "export $b -o b.evx" "stats" "recipient list $b"; do
	code 0 "a restored vault is read: ${one%% *}" "$EVX" $one
	err_has 'put back' 'with a warning'
done
code 0 'by case and number, too' "$EVX" list C-1/2
code 1 'a list of exhibits says that it may be short' "$EVX" exhibits --as officer
out_has 'C-1/2' 'and is given'
code 1 'what has fewer entries than before' "$EVX" verify "$a"
out_has 'backup' 'says how that can be'
code 1 'a check finds it' "$EVX" check
out_has 'V-EXCHANGED' 'the log'
out_has 'V-MISSING' 'an exhibit that is gone'
# Nothing is written.
n=$(entries)
for one in "seal src --case C-1 --exhibit 4" "note $b x" "case new X" "inventory" "import b.evx" "rebuild"; do
	code 1 "nothing is written: ${one%% *}" "$EVX" $one
	err_has 'init --accept-rollback' 'and what to do is told'
done
is "$(entries)" "$n" 'nothing was'

# Accepting takes a member and an answer.
code 3 'who never used the vault has nothing to accept' at stranger "$EVX" init --accept-rollback --yes
code 2 'not together with a new vault' "$EVX" init --accept-rollback --escrow "$T/lab.card"
code 2 'nor are its options without it' "$EVX" init --yes
code 130 'not without an answer' "$EVX" init --accept-rollback
is "$(entries)" "$n" 'nothing is signed for that'
code 0 'accepted' "$EVX" init --accept-rollback --yes --reason 'disk failed' --json
is "$(jq -r '[.log_seen, .log_found, .missing, .shorter, .exchanged, .changed, .entry] | map(tostring) | join(" ")' "$T/out")" "4 3 1 1 0 true 3" 'with all that is lost'
ok 'signed in the log' test -f v/log/00000003-rollback
is "$(cut -d' ' -f1,4,7 v/log/00000003-rollback.list | sort)" "$(printf '%s 2 custody\n%s 1 missing\n' "$a" "$c" | sort)" 'with the exhibits by name'
code 0 'once is enough' "$EVX" init --accept-rollback --yes
out_has 'NOTHING TO DO' 'it is'
code 0 'then it is written to' "$EVX" note "$a" 'after the restore'
code 0 'and sealed into' "$EVX" seal src --case C-1 --exhibit 4 --quiet
code 0 'a check remarks it for ever' "$EVX" check
out_has 'V-ROLLBACK' 'by its code'
code 0 'what was verified as bad is good again' "$EVX" verify "$a"
# What was lost comes back from a copy.
code 0 'an exhibit that was exported before' "$EVX" import newest/exhibits/"$c"
code 0 'is there again' "$EVX" verify "$c"

# Another machine that had seen more accepts for itself.
code 1 'the machine of another member' at room "$EVX" case new X
code 0 'accepts, too, with a custody key' at room "$EVX" init --accept-rollback --yes
code 0 'and goes on' at room "$EVX" case new X
code 0 'the first one sees nothing wrong in that' "$EVX" check

# The list is part of what is signed.
cp -a v kept
printf 'x\n' >>v/log/00000003-rollback.list
code 1 'a list that was changed' "$EVX" check
out_has 'BROKEN *V-ROLLBACK' 'is found'
rm v/log/00000003-rollback.list
code 1 'one that was taken away, too' "$EVX" check
restore kept

# No log entries lost, but entries of an exhibit.
cp -a v before
"$EVX" note "$b" 'one more' --quiet >/dev/null 2>&1
restore before
code 1 'an exhibit alone that was put back' "$EVX" note "$b" x
err_has 'init --accept-rollback' 'says so'
code 0 'is accepted the same way' "$EVX" init --accept-rollback --yes
code 0 'and goes on' "$EVX" note "$b" x

# Another seal under the UUID is no backup: what this machine remembers says one that the exhibit never had.
H=$(ls "$T"/officer/vaults/*.heads)
cp "$H" "$T/heads" && sed "s/^\($b \)[0-9a-f]*/\1$(printf '%064d' 0)/" "$T/heads" >"$H"
n=$(entries)
code 1 'an exhibit with another seal' "$EVX" init --accept-rollback --yes --json
is "$(jq -r '[.exchanged, .changed] | map(tostring) | join(" ")' "$T/out") $(entries)" "1 false $n" 'is told, and not accepted'
code 1 'in words, too' "$EVX" init --accept-rollback --yes
out_has '^BAD: 1 exhibit has another seal' 'it is bad'
code 1 'it stays bad' "$EVX" verify "$b"
cp "$T/heads" "$H"

# Another vault in the place is no backup.
cp -a v known
rm -rf v && "$EVX" --version >/dev/null
EVX_HOME=$T/lab "$EVX" init --quiet >/dev/null
code 1 'another vault in its place' "$EVX" init --accept-rollback --yes
err_has 'Another vault is here' 'is told from a backup'
rm -rf v && cp -a known v

# A backup as the manual page makes it: without tmp/ and the catalog.
rm -rf backup && cp -a v backup && rm -rf backup/tmp backup/catalog.sqlite*
restore
code 0 'a backup without its catalog is read' "$EVX" list C-1/2
code 0 'rebuilt' "$EVX" rebuild
code 0 'and sealed into' "$EVX" seal src --case C-1 --exhibit 8 --quiet
code 0 'without a fault' "$EVX" check

# On a terminal.
if command -v script >/dev/null; then
	cp -a v before2 && "$EVX" case new Z --quiet >/dev/null && rm -rf v && cp -a before2 v
	typed 'put back from a backup' "$EVX init --accept-rollback" 'n\n'
	is "$(grep -ao 'code=[0-9]*' "$T/tty")" 'code=130' 'no is no'
	typed 'put back from a backup' "$EVX init --accept-rollback" 'y\n'
	is "$(grep -ao 'code=[0-9]*' "$T/tty")" 'code=0' 'yes is yes'
fi
done_testing
