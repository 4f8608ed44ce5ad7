#!/bin/sh
# Small files that a command names end, whatever they are; and nobody else decides whom this machine trusts.
. "$(dirname "$0")/../cli/lib.sh"
command -v jq >/dev/null || { echo "1..0 # SKIP jq is not installed"; exit 0; }
people || exit 1
mkdir in && echo one >in/one && sealed b.evx in || exit 1

# bounded WANTED NAME COMMAND...: ends by itself with this exit code.
bounded() {
	wanted=$1 name=$2
	shift 2
	rc=0
	timeout -k 5 50 "$@" >"$T/out" 2>"$T/err" </dev/null || rc=$?
	is "$rc" "$wanted" "$name"
}
# Nothing comes out of it for ever, and it calls itself a regular file.
if [ "$(id -u)" -eq 0 ] && [ -r /proc/kmsg ] && [ "$(stat -c %F /proc/kmsg)" = 'regular empty file' ]; then
	for option in trust roster with tsa-ca; do
		bounded 3 "verify --$option: a file of the kernel does not make it wait" "$EVX" verify b.evx "--$option" /proc/kmsg
	done
else
	skip 'no file of the kernel that waits can be read here'
fi
for option in trust roster with tsa-ca; do
	bounded 3 "verify --$option: a device" "$EVX" verify b.evx "--$option" /dev/zero
	bounded 3 "verify --$option: a directory" "$EVX" verify b.evx "--$option" in
done
bounded 3 'seal --to: a device' "$EVX" seal in --case C --exhibit E -o made --to /dev/zero
bounded 3 'seal --expect-hash: a terminal' "$EVX" seal in --case C --exhibit E -o made --self --expect-hash /dev/ptmx
bounded 3 'append: a device' "$EVX" append b.evx /dev/full
gone made 'nothing was made'
mkfifo fifo
bounded 3 'a named pipe that nobody writes to is empty, and no card' "$EVX" trust add fifo
cat "$T/lab.card" >fifo &
bounded 0 'a pipe that somebody writes a card to' "$EVX" trust add fifo
wait
# A writer who never writes: SIGTERM ends the command.
sleep 300 >fifo &
writer=$!
"$EVX" verify b.evx --trust fifo >"$T/out" 2>"$T/err" </dev/null &
reader=$!
waiting() { grep -q poll /proc/$reader/wchan 2>/dev/null || [ "$(cut -d ' ' -f 3 /proc/$reader/stat)" = S ]; }
wait_for waiting
sleep 1
kill -TERM $reader
rc=0
wait $reader || rc=$?
is "$rc" 130 'a pipe whose writer never writes: SIGTERM ends it'
kill $writer 2>/dev/null
wait $writer 2>/dev/null

# Whom this machine trusts.
code 0 'a home of one'"'"'s own' "$EVX" verify b.evx
for where in . cards; do
	for mode in go+w g+w o+w; do
		chmod $mode "$T/officer/$where"
		code 3 "others can write to $where ($mode)" "$EVX" verify b.evx
		err_has 'others can write here' 'it says so'
		chmod go-w "$T/officer/$where"
	done
done
card=$(ls "$T/officer/cards")
chmod o+w "$T/officer/cards/$card"
code 3 'others can write to a card' "$EVX" verify b.evx
chmod go-w "$T/officer/cards/$card" && rm "$T/officer/cards/$card" && mkfifo "$T/officer/cards/$card"
bounded 3 'a pipe in the place of a card' "$EVX" verify b.evx
rm "$T/officer/cards/$card"
code 0 'all is well again' "$EVX" verify b.evx
mkdir -p "$T/officer/rosters" && chmod g+w "$T/officer/rosters"
code 3 'others can write to the rosters' "$EVX" verify b.evx
chmod g-w "$T/officer/rosters"
mkdir -p "$T/officer/always" && chmod g+w "$T/officer/always"
code 3 'others can write to whom is always added' "$EVX" seal in --case C --exhibit E -o made --to "$T/lab.card" --yes
gone made 'nothing was made'
chmod g-w "$T/officer/always"
if [ "$(id -u)" -eq 0 ] && id nobody >/dev/null 2>&1 && command -v setpriv >/dev/null; then
	chmod 755 "$T" "$T/w" && chown -R nobody "$T/lab" && chmod 644 b.evx
	chown root "$T/lab" && chmod 755 "$T/lab"
	code 0 'what belongs to root or to oneself' setpriv --reuid nobody --clear-groups env EVX_HOME="$T/lab" HOME="$T" "$EVX" id list
	chown daemon "$T/lab"
	code 3 'what belongs to a third' setpriv --reuid nobody --clear-groups env EVX_HOME="$T/lab" HOME="$T" "$EVX" id list
	err_has 'another user' 'it says so'
else
	skip 'not root: homes of others'
fi

# One's own keys among the evidence.
code 2 'a source with the home, whose keys have no passphrase' "$EVX" seal "$T/officer" --case C --exhibit E -o made --to "$T/lab.card"
err_has 'own keys' 'it says so'
gone made 'and nothing was made'
code 2 'a directory above it' "$EVX" seal "$T" --case C --exhibit E -o made --to "$T/lab.card"
code 2 'one in it' "$EVX" seal "$T/officer/identities/officer" --case C --exhibit E -o made --to "$T/lab.card"
ln -s "$T/officer" linked
code 2 'by a link' "$EVX" seal linked/identities --case C --exhibit E -o made --to "$T/lab.card"
code 0 'said so' "$EVX" seal "$T/officer" --case C --exhibit E -o made --to "$T/lab.card" --yes
err_has 'own keys' 'it is said all the same'
rm made
code 0 'a directory beside it' "$EVX" seal "$T/lab" --case C --exhibit E -o made --to "$T/lab.card" --quiet
rm made
echo secret >pw
code 0 'keys with a passphrase' at locked "$EVX" id new locked --person L --organisation O --country DE --passphrase-file pw --quiet
code 0 'are asked about no more than others' at locked "$EVX" seal "$T/locked" --case C --exhibit E -o made --to "$T/lab.card" --passphrase-file pw --quiet

# A draft is shown before it is signed.
at officer "$EVX" release b.evx --to "$T/lab.card" --keeps copy --purpose p --also "$T/room.card" --draft d --quiet >"$T/drafted" || exit 1
cp d d2
code 0 'a draft is signed' at room "$EVX" sign d
err_has 'release' 'it says of what type'
err_has "$("$EVX" show b.evx --json | jq -r .seal_code)" 'of which exhibit'
err_has 'to or from .*no trusted card has this key' 'to whom, and whether that is known'
err_has 'keeps .*copy' 'what is kept'
err_has '(you)' 'who signs'
err_has '(has signed)' 'who has signed'
if command -v script >/dev/null; then
	at room typed 'Sign it?' "'$EVX' sign d2" 'n\n'
	ok 'asked, and answered with no' grep -q 'code=130' "$T/tty"
	at room typed 'Sign it?' "'$EVX' sign d2 --yes"
	ok 'not asked with --yes' grep -q 'code=0' "$T/tty"
else
	skip 'script is not installed'
fi
done_testing
