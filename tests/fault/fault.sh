# Sourced by tests/cli/fault.t and tests/long/fault.t, after tests/cli/lib.sh: every operation that writes is run again and again, each time
# with its n-th call failing, until one run gets through untouched (README.md). $PACE is `each`: n = 1, 2, 3 …, or `double`: 1, 2, 4 ….
# The operation works in $F, and only calls beneath it count.
B=${EVX_BUILD:-$TOP/build}
LIB=$B/fault/faultlib.so
if [ ! -f "$LIB" ]; then
	echo "1..0 # SKIP $LIB is not built (sanitizers must be loaded first)"
	exit 0
fi
T=$(cd "$T" && pwd -P)
F=$T/f
umask 077
EVX_HOME=$T/officer

# ended: a process of one that was killed may take a moment to be gone; the next command sweeps a spool that nobody holds any more.
ended() {
	for spool in "$T"/f/*/sent/spool-*; do
		[ ! -d "$spool" ] || flock -w 20 "$spool" true || :
	done
}
# faulty HOW N COMMAND...: runs it with the N-th call failing; $fired tells which it was, "" when none did, and $where on what beneath $F.
# KILL ends the process at that call: only then may it die, and only so.
faulty() {
	how=$1 n=$2
	shift 2
	rm -f "$T/fired"
	case $how in KILL) may_die=137 ;; esac
	run env LD_PRELOAD="$LIB" EVX_FAULT_DIR="$F" EVX_FAULT_AT="$n" EVX_FAULT_HOW="$how" EVX_FAULT_OUT="$T/fired" "$@" 2>/dev/null
	may_die=
	ended
	fired=$(sed -n 1p "$T/fired" 2>/dev/null) where=$(sed -n 2p "$T/fired" 2>/dev/null)
}
# wrong TEXT...: remembers what did not hold in this run.
wrong() { printf 'n=%s, %s %s (exit %s): %s\n' "$n" "${fired:-no fault}" "$where" "$rc" "$*" >>"$T/wrong"; }
# hold TEXT COMMAND...: the command must succeed.
hold() {
	text=$1
	shift
	"$@" >"$T/held" 2>&1 </dev/null || { wrong "$text"; head -n 5 "$T/held" >>"$T/wrong"; }
}
# steps NAME HOW PREPARE JUDGE COMMAND...: PREPARE makes $F anew; JUDGE looks at what the run left. The run without a fault must exit 0.
# $killed is the exit code when the process that works is a child of the command's.
steps() {
	name=$1 mode=$2 prepare=$3 judge=$4
	shift 4
	rm -f "$T/wrong"
	n=0 runs=0 fired=first where=
	while [ -n "$fired" ] && [ "$n" -lt 5000 ]; do
		if [ "$n" -eq 0 ] || [ "$PACE" = each ]; then n=$((n + 1)); else n=$((2 * n)); fi
		rm -rf "$F"
		mkdir "$F" && "$prepare" || exit 1
		faulty "$mode" "$n" "$@"
		runs=$((runs + 1))
		[ -z "${EVX_FAULT_TRACE:-}" ] || printf '# %s %s %s %s exit %s\n' "$name" "$mode" "$fired" "$where" "$rc"
		if [ -z "$fired" ]; then
			[ "$rc" -eq 0 ] || wrong 'the run without a fault failed'
		elif [ "$mode" = KILL ]; then
			[ "$rc" -eq 137 ] || [ "$rc" -eq "${killed:-137}" ] || wrong "expected exit ${killed:-137}"
		else
			case $rc in 0 | 1 | 3) ;; *) wrong 'expected exit 0, 1 or 3' ;; esac
			# Interrupted calls may be made again; what could not be cleared away may stay; a file appended to is durable before it is closed;
			# without a catalog, and without what a home remembers of vaults, things go on. So they do when the files of a member who was removed may
			# come back after a power cut: who they are for could have kept them anyway. What came from a remote is compared before it is closed.
			# An entry stands before the mark behind it is cut off.
			case $mode,$fired,$name,$where in
			EINTR,* | *unlink* | *rmdir* | *close,*' in a file',* | *close,*,/vault/tmp/*/lock* | *,/*/lanes/.lock* | *close,*,/*/sent/spool-*/parcel) ;;
			*' ftruncate,'*' in a file,/x.evx' | *,/vault/catalog.sqlite* | *' fdatasync',*,/vault | *,/home/vaults* | *' fsync,member remove,/vault/members') ;;
			*) [ "$rc" -ne 0 ] || wrong 'exit 0 in spite of it' ;;
			esac
		fi
		"$judge"
	done
	[ "$runs" -gt 3 ] || wrong "only $runs runs: no call was counted"
	if [ -s "$T/wrong" ]; then
		fail "$name, $mode at the n-th call" "$(head -n 40 "$T/wrong")"
	else
		pass "$name, $mode at the n-th call: $runs runs"
	fi
}
nothing() { :; }
# Failures that leave the directory as unusable, or the process as dead, may leave unfinished files behind.
may_leave() { [ "$mode" = KILL ] || [ "$mode" = GONE ] || [ "$mode" = CUT ] || case $fired in *unlink* | *rmdir*) true ;; *) false ;; esac; }
# Where doing it again would show nothing, or cannot succeed: $mode EINTR is done again by evx itself, a full disk stays full.
pointless() { [ "$mode" = EINTR ] || [ "$mode" = FULL ]; }
# strays PATTERN: nothing is in $F but names that match (an extended regular expression).
strays() {
	left=$(ls -A "$F" | grep -Evx -e "$1")
	[ -z "$left" ] || wrong "left behind: $left"
}
sources_untouched() {
	(cd "$T/src" && find . -printf '%P %y %m %s %T@ %C@\n' | sort && find . -type f -exec sha256sum {} + | sort) >"$T/src.now"
	[ -f "$T/src.was" ] || cp "$T/src.now" "$T/src.was"
	cmp -s "$T/src.was" "$T/src.now" || wrong 'the sources changed'
}

# ---- seal ----

verifies() { "$EVX" verify --deep "$1" --as officer --trust "$T/officer.card" --jobs 1; }
seal_again() { "$EVX" seal "$T/src" -o "$F/again.evx" --case C --exhibit E --self --quiet --jobs 1 "$@" && verifies "$F/${again:-again.evx}"; }
sealed_one() {
	sources_untouched
	if [ -e "$F/x.evx" ]; then hold 'what has the name of the bundle is not good' verifies "$F/x.evx"; fi
	if [ "$rc" -eq 0 ]; then
		strays 'x\.evx'
		[ -e "$F/x.evx" ] || wrong 'exit 0, and no bundle'
	elif may_leave; then
		strays '(x\.evx|\.x\.evx\.evx-partial-.*)'
	else
		strays ''
	fi
	pointless || hold 'sealing again fails' seal_again
}
sealed_volumes() {
	sources_untouched
	if [ -e "$F/x.evx.001" ]; then hold 'what has the name of the first volume is not good' verifies "$F/x.evx.001"; fi
	if [ "$rc" -eq 0 ]; then
		strays 'x\.evx\.[0-9]{3}'
		[ -e "$F/x.evx.001" ] || wrong 'exit 0, and no bundle'
	elif may_leave; then
		strays '(x\.evx\.[0-9]{3}|\.x\.evx\.evx-partial-.*)'
	else
		strays ''
	fi
	again=again.evx.001
	pointless || hold 'sealing again fails' seal_again --split 1M
	again=
}

# ---- extract ----

# Where files can be made without a name (man 2 open, O_TMPFILE), not even one that was being written is cut.
nameless() { perl -e 'sysopen(my $h, $ARGV[0], 020200001, 0600) or exit 1' "$T"; }
# Every file under its name is whole, but for the one that was being written when the process or the disk went.
extracted() {
	cut=0
	[ ! -d "$F/out/src" ] || (cd "$F/out/src" && find . -type f) >"$T/found"
	while read -r file; do
		[ -f "$T/src/$file" ] || wrong "made a file that was not sealed: $file"
		cmp -s "$T/src/$file" "$F/out/src/$file" || cut=$((cut + 1))
	done <"$T/found"
	: >"$T/found"
	if may_leave && ! nameless; then may_cut=1; else may_cut=0; fi
	[ "$cut" -le "$may_cut" ] || wrong "$cut files are not whole"
	[ "$rc" -ne 0 ] || hold 'exit 0, and not all is there' diff -r --no-dereference "$T/src" "$F/out/src"
	sources_untouched
	pointless || hold 'extracting again fails' "$EVX" extract "$T/good.evx" -C "$F/again" --as officer --quiet --jobs 1
}

# ---- events ----

with_bundle() { cp "$T/good.evx" "$F/x.evx"; }
with_directory() { tar -xf "$T/good.evx" -C "$F"; }
# appended BUNDLE STRAYS: the chain ends before the note or behind it, and goes on.
appended() {
	hold 'the bundle is not good any more' verifies "$1"
	events=$(($("$EVX" show --json "$1" | jq '.events | length') - healed))
	case $events in 2) ;; 1) [ "$rc" -ne 0 ] || wrong 'exit 0, and no event' ;; *) wrong "expected 1 or 2 events, found $events" ;; esac
	[ "$rc" -eq 0 ] || may_leave || strays "$2"
	pointless || hold 'the next note cannot be appended' "$EVX" note "$1" again
	hold 'the bundle is not good after the next note' verifies "$1"
}
# Where the process died, the rest of the addition may stand behind the old end, or its mark behind the new one. Nobody calls that good. The next
# entry cuts it off, and says so.
healed=0
cut_off() {
	healed=0
	may_leave || return 0
	"$EVX" verify "$1" --trust "$T/officer.card" >"$T/held" 2>&1
	[ $? -eq 5 ] || return 0
	grep -q 'The bundle is the first [0-9]* bytes' "$T/held" || return 0
	healed=1
	"$EVX" note "$1" again >"$T/held" 2>&1 && grep -q 'addition to this bundle was interrupted' "$T/held" || wrong 'the rest was not cut off'
}
appended_file() { cut_off "$F/x.evx"; appended "$F/x.evx" 'x\.evx'; }
appended_directory() { appended "$F/$uuid" "$uuid"; }

# ---- identities ----

# opens WORD: the identity x of $F seals and opens with this passphrase.
opens() {
	printf '%s\n' "$1" >"$T/word"
	rm -f "$T/tiny.evx"
	EVX_HOME=$F "$EVX" seal "$T/tiny" -o "$T/tiny.evx" --as x --self --case C --exhibit E --quiet --passphrase-file "$T/word" &&
		EVX_HOME=$F "$EVX" cat "$T/tiny.evx" tiny --as x --passphrase-file "$T/word"
}
new_x() { EVX_HOME=$F "$EVX" id new "$1" --person P --organisation O --country DE --passphrase-file "$T/old" --work-factor 1 --quiet; }
# What an interrupted change left is not seen, and goes with the next change.
swept() {
	hold 'the list of identities fails' env EVX_HOME="$F" "$EVX" id list
	hold 'the next identity cannot be made' new_x y
	left=$(ls -A "$F/identities" | grep -vx -e x -e y)
	[ -z "$left" ] || wrong "left behind: $left"
}
id_made() {
	if [ -e "$F/identities/x" ]; then
		hold 'the new identity does not open' opens old
	else
		[ "$rc" -ne 0 ] || wrong 'exit 0, and no identity'
		hold 'the identity cannot be made again' new_x x
	fi
	swept
}
with_x() { cp -a "$T/prepared/." "$F/"; }
id_changed() {
	if opens new >"$T/held" 2>&1; then word=new; else word=old; fi
	[ "$rc" -ne 0 ] || [ "$word" = new ] || wrong 'exit 0, and the new passphrase does not open it'
	hold 'neither passphrase opens it' opens "$word"
	[ "$word" = old ] || ! opens old >"$T/held" 2>&1 || wrong 'both passphrases open it'
	hold 'changing it again fails' env EVX_HOME="$F" "$EVX" id passwd x --passphrase-file "$T/$word" --new-passphrase-file "$T/new" --work-factor 1
	hold 'and has no effect' opens new
	swept
}
id_retired() {
	hold 'it cannot be shown' env EVX_HOME="$F" "$EVX" id show x
	grep -qi retired "$T/held" || {
		[ "$rc" -ne 0 ] || wrong 'exit 0, and not retired'
		hold 'it does not open' opens old
		hold 'retiring it again fails' env EVX_HOME="$F" "$EVX" id retire x --passphrase-file "$T/old"
	}
	hold 'it does not open what was sealed to it' env EVX_HOME="$F" "$EVX" cat "$T/sealed-to-x.evx" tiny --as x --passphrase-file "$T/old"
	swept
}

prepare_all() {
	person officer officer || exit 1
	mkdir "$T/src" "$T/src/d" && head -c 2500000 /dev/urandom >"$T/src/a" && printf 'small\n' >"$T/src/d/b" && ln -s a "$T/src/l" &&
		printf 'tiny\n' >"$T/tiny" && : >"$T/found" || exit 1
	printf 'old\n' >"$T/old" && printf 'new\n' >"$T/new"
	rm -f "$T/wrong"
	n=0 fired= where= sources_untouched
	run "$EVX" seal "$T/src" -o "$T/good.evx" --case C --exhibit E --self --quiet && [ "$rc" -eq 0 ] || exit 1
	uuid=$(tar -tf "$T/good.evx" | sed -n '1s,/.*,,p')
	mkdir "$F" && new_x x && opens old >"$T/held" 2>&1 && mv "$T/tiny.evx" "$T/sealed-to-x.evx" && cp -a "$F" "$T/prepared" || exit 1
}
steps_seal() { steps 'seal to a file' "$1" nothing sealed_one "$EVX" seal "$T/src" -o "$F/x.evx" --case C --exhibit E --self --quiet --jobs 1; }
steps_extract() { steps 'extract' "$1" nothing extracted "$EVX" extract "$T/good.evx" -C "$F/out" --as officer --quiet --jobs 1; }
# all MODE...: every operation in every mode.
all() {
	for m; do
		steps_seal "$m"
		steps 'seal to volumes' "$m" nothing sealed_volumes "$EVX" seal "$T/src" -o "$F/x.evx" --split 1M --case C --exhibit E --self --quiet --jobs 1
		steps_extract "$m"
		steps 'note in a file' "$m" with_bundle appended_file "$EVX" note "$F/x.evx" text
		steps 'rewrap in a file' "$m" with_bundle appended_file "$EVX" rewrap "$F/x.evx" --self --new-custody-key --quiet
		[ "$PACE" = double ] || steps 'rewrap in a directory' "$m" with_directory appended_directory "$EVX" rewrap "$F/$uuid" --self --quiet
		steps 'note in a directory' "$m" with_directory appended_directory "$EVX" note "$F/$uuid" text
		steps 'id new' "$m" nothing id_made env EVX_HOME="$F" "$EVX" id new x --person P --organisation O --country DE \
			--passphrase-file "$T/old" --work-factor 1
		steps 'id passwd' "$m" with_x id_changed env EVX_HOME="$F" "$EVX" id passwd x --passphrase-file "$T/old" \
			--new-passphrase-file "$T/new" --work-factor 1
		steps 'id retire' "$m" with_x id_retired env EVX_HOME="$F" "$EVX" id retire x --passphrase-file "$T/old"
	done
}

# full NAME JUDGE COMMAND...: on file systems of growing size, until one is large enough.
full() {
	name=$1 judge=$2 mode=FULL rc=3 where=
	shift 2
	: >"$T/wrong"
	for n in 4 16 64 256 1024 2048 2432 2440 2448 2456 2464 2496 3072 8192; do
		rm -rf "$F"
		mkdir "$F" && mount -t tmpfs -o "size=${n}k" none "$F" || { wrong 'no file system'; break; }
		run "$@"
		fired="${n} KiB"
		case $rc in 0 | 3) ;; *) wrong 'expected exit 0 or 3' ;; esac
		[ "$n" -ge 2432 ] || [ "$rc" -eq 3 ] || wrong 'it cannot have fitted'
		"$judge"
		umount "$F"
	done
	[ "$rc" -eq 0 ] || wrong 'it fails with room enough, too'
	if [ -s "$T/wrong" ]; then fail "$name on a full disk" "$(head -n 40 "$T/wrong")"; else pass "$name on a full disk"; fi
}
# full_disks: needs root.
full_disks() {
	mkdir "$T/small"
	if ! mount -t tmpfs -o size=64k none "$T/small" 2>/dev/null; then
		skip 'only root can mount a small file system'
		return
	fi
	umount "$T/small"
	trap 'cd /; umount "$F" 2>/dev/null; rm -rf "$T"' EXIT
	full 'seal to a file' sealed_one "$EVX" seal "$T/src" -o "$F/x.evx" --case C --exhibit E --self --quiet --jobs 1
	full 'seal to volumes' sealed_volumes "$EVX" seal "$T/src" -o "$F/x.evx" --split 1M --case C --exhibit E --self --quiet --jobs 1
	full 'extract' extracted "$EVX" extract "$T/good.evx" -C "$F/out" --as officer --quiet --jobs 1
}
