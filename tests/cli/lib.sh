# Shared by the command-line tests: TAP, a directory and a home of their own for each test, fixtures. Sourced by tests/cli/*.t.
# $EVX is the program (default: build/evx of this tree). The test runs in $W; what a command said is in $T/out and $T/err, its exit code in $rc.
set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
EVX=${EVX:-build/evx}
case $EVX in /*) ;; *) EVX=$TOP/$EVX ;; esac
T=$(mktemp -d "${TMPDIR:-/tmp}/evx-test.XXXXXX") || exit 1
W=$T/w
trap 'cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$W" && cd "$W" || exit 1
export EVX_HOME="$T/officer" HOME="$T" LC_ALL=C TZ=UTC
# Sentences stand on one line; verify.t looks at how they wrap.
export COLUMNS=1000
unset EVX_PASSPHRASE_FILE XDG_DATA_HOME EVX_VAULT
umask 022
count=0
failed=0
rc=0

if [ ! -x "$EVX" ]; then
	echo "1..0 # SKIP $EVX is not built"
	exit 0
fi

# A name that goes on from the one before ("and nothing is written") is told with what it goes on from.
subject=
whole_name() {
	case $1 in
	'and '* | 'but '* | 'nor '* | 'which '* | 'so '* | 'who '* | 'with its '* | 'by name'* | 'is '* | 'says '* | said* | 'nothing '* | 'not '* | 'no '*) full=${subject:+$subject: }$1 ;;
	*) subject=$1 full=$1 ;;
	esac
}
pass() { whole_name "$1"; count=$((count + 1)); echo "ok $count - $full"; }
fail() {
	whole_name "$1"
	count=$((count + 1))
	failed=$((failed + 1))
	echo "not ok $count - $full"
	shift
	for line in "$@"; do printf '%s\n' "$line" | sed 's/^/# /'; done
}
skip() { count=$((count + 1)); echo "ok $count # SKIP $1"; }
done_testing() { echo "1..$count"; [ "$failed" -eq 0 ]; exit; }

# died CODE: no exit code of evx's, but that of a sanitizer (99), of a command that took too long or was not there, of a signal.
died() { [ "$1" -gt 130 ] || [ "$1" -eq 99 ] || { [ "$1" -ge 124 ] && [ "$1" -le 127 ]; }; }
# run COMMAND...: keeps what it says. To die is a failure of the test, unless $may_die is the code.
may_die=
run() {
	rc=0
	"$@" >"$T/out" 2>"$T/err" </dev/null || rc=$?
	if died "$rc" && [ "$rc" != "$may_die" ]; then
		fail "dies of nothing: $*" "exit $rc" "$(head -n 20 "$T/out")" "$(head -n 20 "$T/err")"
	fi
}
# code WANTED NAME COMMAND...: runs, and compares the exit code.
code() {
	wanted=$1 name=$2
	shift 2
	may_die=$wanted
	run "$@"
	may_die=
	if [ "$rc" -eq "$wanted" ]; then
		pass "$name"
	else
		fail "$name" "expected exit $wanted, found $rc" "$(head -n 20 "$T/out")" "$(head -n 20 "$T/err")"
	fi
}
# ok NAME COMMAND...: the command succeeds.
ok() {
	name=$1
	shift
	if "$@" >"$T/ok" 2>&1; then pass "$name"; else fail "$name" "failed: $*" "$(head -n 20 "$T/ok")"; fi
}
# not COMMAND...: it fails, and does not die.
not() { if "$@"; then return 1; else ! died "$?"; fi; }
is() { if [ "$1" = "$2" ]; then pass "$3"; else fail "$3" "expected: $2" "found:    $1"; fi; }
out_has() { if grep -q -e "$1" "$T/out"; then pass "$2"; else fail "$2" "no \"$1\" on stdout:" "$(head -n 20 "$T/out")"; fi; }
err_has() { if grep -q -e "$1" "$T/err"; then pass "$2"; else fail "$2" "no \"$1\" on stderr:" "$(head -n 20 "$T/err")"; fi; }
out_empty() { if [ -s "$T/out" ]; then fail "$1" "on stdout:" "$(head -n 20 "$T/out")"; else pass "$1"; fi; }
gone() { if [ -e "$1" ] || [ -L "$1" ]; then fail "$2" "is there: $1"; else pass "$2"; fi; }
# only NAME...: nothing else stands in the current directory.
only() { is "$(ls -A | sort | tr '\n' ' ')" "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" "nothing else was left: $*"; }

# wait_for COMMAND...: until it succeeds, two minutes at most. What a test waits for it must see: how long it takes is up to the machine.
wait_for() {
	waited=0
	until "$@" 2>/dev/null; do
		[ "$waited" -lt 2400 ] || return 1
		waited=$((waited + 1))
		sleep 0.05
	done
}
# shown PATTERN: how often it stands in what the terminal showed.
shown() { grep -ao -e "$1" "$T/tty" | wc -l; }
asked() { [ "$(shown "$1")" -ge "$2" ] || ! kill -0 "$typist"; }
# typed PROMPT COMMAND [ANSWER...]: COMMAND on a terminal of its own; the n-th ANSWER (printf's) is typed when PROMPT has shown n times.
# What the terminal showed is in $T/tty, and ends with "code=" and the exit code.
typed() {
	prompt=$1 command=$2 answers=0
	shift 2
	rm -f "$T/keys" && mkfifo "$T/keys" && : >"$T/tty" && exec 9<>"$T/keys"
	# The shell on the terminal gets what is typed there, too: a Ctrl-C is for the command, not for it.
	SHELL=/bin/sh env --default-signal=INT,QUIT timeout -k 5 300 script -qec "trap : INT; $command; echo code=\$?" /dev/null <"$T/keys" >"$T/tty" 2>&1 9<&- &
	typist=$!
	for answer; do
		answers=$((answers + 1))
		wait_for asked "$prompt" "$answers"
		printf "$answer" >&9
	done
	wait "$typist"
	exec 9<&-
}

# at HOME COMMAND...: with the home $T/HOME.
at() {
	home=$1
	shift
	EVX_HOME=$T/$home "$@"
}
# person HOME NAME: an identity without passphrase in $T/HOME, its card in $T/HOME.card.
person() {
	at "$1" "$EVX" id new "$2" --person "$2 of $1" --organisation "Office $1" --country DE --no-passphrase --quiet &&
		at "$1" "$EVX" id card "$2" >"$T/$1.card"
}
# people: officer seals, lab opens, room keeps custody, stranger is nobody.
people() {
	person officer officer && person lab lab && person room room && person stranger stranger
}
# founder VAULT: the fingerprint of the founder's key. accept HOME [VAULT]: the machine of $T/HOME accepts the founder.
founder() { EVX_HOME=$T/nobody "$EVX" member list --vault "$1" | sed -n 's/ .*(founder)$//p'; }
accept() { at "$1" "$EVX" member list --vault "${2:-$EVX_VAULT}" --founder "$(founder "${2:-$EVX_VAULT}")" --quiet >/dev/null; }
# evidence DIR: a small tree with something of everything that needs no privilege.
evidence() {
	mkdir -p "$1/notes/empty" &&
		printf 'one\n' >"$1/notes/one.txt" && : >"$1/notes/nothing" &&
		head -c 3000000 /dev/urandom >"$1/photo.raw" && cp "$1/photo.raw" "$1/photo-copy.raw" &&
		yes 'a line that shrinks well' | head -c 700000 >"$1/notes/log.txt" &&
		ln -s ../photo.raw "$1/notes/link" && ln "$1/notes/one.txt" "$1/notes/same.txt" &&
		truncate -s 5M "$1/sparse.img" && printf 'end' | dd of="$1/sparse.img" bs=1 seek=4000000 conv=notrunc status=none &&
		mkfifo "$1/fifo" && printf 'x' >"$1/$(printf 'not-\377-utf8')" && printf 'y' >"$1/$(printf 'esc\033[31mred\nline')" &&
		chmod 640 "$1/notes/log.txt" && touch -d '2001-02-03 04:05:06.789' "$1/notes/one.txt" "$1/notes"
}
# sealed FILE DIR [OPTION...]: the officer seals DIR for lab and (custody) room.
sealed() {
	file=$1 dir=$2
	shift 2
	"$EVX" seal "$dir" -o "$file" --case C-1 --exhibit E-1 --to "$T/lab.card" --custody-to "$T/room.card" "$@" >"$T/seal.out" 2>"$T/seal.err"
}
# same A B: two trees are alike in names, contents, types, modes, times (of files) and link targets.
same() {
	(cd "$1" && find . -printf '%P %y %m %l %T@ %s\n' | LC_ALL=C sort) >"$T/tree1"
	(cd "$2" && find . -printf '%P %y %m %l %T@ %s\n' | LC_ALL=C sort) >"$T/tree2"
	diff "$T/tree1" "$T/tree2" && (cd "$1" && find . -type f -exec sha256sum {} + | LC_ALL=C sort) >"$T/tree1" &&
		(cd "$2" && find . -type f -exec sha256sum {} + | LC_ALL=C sort) >"$T/tree2" && diff "$T/tree1" "$T/tree2"
}
# flip FILE OFFSET: inverts one byte.
flip() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	printf "\\$(printf %03o $((255 - byte)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
