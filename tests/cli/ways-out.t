#!/bin/sh
# The ways out: what cannot be written is no success, what was interrupted has no verdict, what is good has no remark.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }

people || exit 1
export EVX_VAULT="$W/v"
mkdir src && echo one >src/one && head -c 3000000 /dev/urandom >src/photo
code 0 'a vault' "$EVX" init
code 0 'an exhibit' "$EVX" seal src --case CASE --exhibit 1 --quiet
code 0 'another' "$EVX" seal src --case CASE --exhibit 2 --quiet
code 0 'a bundle' "$EVX" seal src -o a.evx --case CASE --exhibit 3 --self --quiet
# The clock of the machine that runs this test may be as it is.
good='[.. | objects | .findings? // empty | .[] | select(.weight != "info" and .code != "R-CLOCK")] | length'

# A good bundle and a good vault: not one remark, however deep.
for how in '' --deep; do
	code 0 "verify $how" "$EVX" verify a.evx $how --trust "$T/officer.card" --json
	is "$(jq -c "$good" "$T/out")" 0 'no remark'
	is "$(jq -r .exit "$T/out")" 0 'and it says so'
	code 0 "verify in a vault $how" "$EVX" verify CASE/1 $how --as officer --json
	is "$(jq -c "$good" "$T/out")" 0 'no remark either'
done
code 0 'check' "$EVX" check --as officer --json
is "$(jq -cs "map($good) | add" "$T/out")" 0 'no remark in the vault'
code 0 'check, for people' "$EVX" check --as officer -v
ok 'nor is one told' not grep -qiE 'with remarks|finding' "$T/out"

# To a full device, and to a reader who has gone.
full() { whose=$1; shift; "$@" >/dev/full 2>"$T/err"; is $? 3 "$whose to a full device"; err_has 'No space left' 'says why'; }
full cat "$EVX" cat a.evx src/photo
full 'cat of a small file' "$EVX" cat a.evx src/one
full list "$EVX" list a.evx
full 'list --json' "$EVX" list a.evx --json
full verify "$EVX" verify a.evx --trust "$T/officer.card"
full 'verify --json' "$EVX" verify a.evx --json
full show "$EVX" show a.evx --as officer
full check "$EVX" check --as officer
full exhibits "$EVX" exhibits --as officer
full 'extract --json' "$EVX" extract a.evx -C out --json
ok 'the files are there all the same' cmp out/src/photo src/photo
gone_reader() { whose=$1; shift; { (trap '' PIPE; "$@" 2>"$T/err"; echo $? >"$T/code") | :; } ; is "$(cat "$T/code")" 3 "$whose to a reader who has gone"; }
gone_reader cat "$EVX" cat a.evx src/photo

# A name of the vault, and a purpose: the event goes where the contents came from.
code 0 'cat by labels, with a purpose' "$EVX" cat CASE/1 src/one --purpose hearing --as officer
is "$(cat "$T/out")" one 'the contents'
code 0 'extract by labels, with a purpose' "$EVX" extract CASE/1 -C out2 --purpose hearing --as officer --quiet
code 0 'the exhibit shows it' "$EVX" show CASE/1 --as officer --json
is "$(jq -rc '[.events[].type] | join(" ")' "$T/out")" 'seal access access' 'both are recorded'
code 0 'and the other exhibit' "$EVX" show CASE/2 --as officer --json
is "$(jq -rc '[.events[].type] | join(" ")' "$T/out")" seal 'knows nothing of it'

# Interrupted: exit 130, and no verdict. The signal comes while the command is at work, and leaves work to do.
head -c 30000000 /dev/urandom >src/disk
code 0 'a larger bundle' "$EVX" seal src -o big.evx --case CASE --exhibit 4 --self --quiet
code 0 'a larger exhibit' "$EVX" seal src --case CASE --exhibit 5 --quiet
no_verdict() { ok "$1: no verdict" not grep -qE '^(GOOD|BAD|OPEN|NOT)|"exit": *[0-9]' "$T/out"; }

# What reads from a pipe: the pipe brings the beginning, and then nothing more, ever. When that was read, the command is at work.
head -c 20000000 big.evx >data
mkfifo feed && exec 9<>feed
setsid env --default-signal=INT "$EVX" verify - <feed >"$T/out" 2>"$T/err" & pid=$!
timeout 100 cat data >&9 && : >fed &
fed() { [ -e fed ] || ! kill -0 $pid; }
wait_for fed
kill -INT $pid
rc=0
wait $pid || rc=$?
is "$rc" 130 'verify, which waits for a pipe'
no_verdict 'verify, which waits for a pipe'
exec 9<&-

# What writes: the signal comes with the n-th change beneath a directory.
fault=${EVX_BUILD:-$(dirname "$EVX")}/fault/faultlib.so
interrupted() { # WHAT N DIR COMMAND...
	whose="$1, at change $2" n=$2 dir=$3
	shift 3
	rm -f "$T/fired"
	code 130 "$whose" env --default-signal=INT LD_PRELOAD="$fault" EVX_FAULT_HOW=INT EVX_FAULT_AT="$n" EVX_FAULT_DIR="$dir" EVX_FAULT_OUT="$T/fired" "$@"
	ok "$whose: the signal came" test -s "$T/fired"
	no_verdict "$whose"
}
if [ -e "$fault" ]; then
	mkdir held
	for n in 1 3; do
		interrupted check $n "$EVX_VAULT" "$EVX" check --as officer
		rm -rf out3
		interrupted extract $n "$W/out3" "$EVX" extract big.evx -C out3 --as officer
		rc=0
		rm -f "$T/fired"
		env --default-signal=INT LD_PRELOAD="$fault" EVX_FAULT_HOW=INT EVX_FAULT_AT=$n EVX_FAULT_DIR="$W/held" EVX_FAULT_OUT="$T/fired" \
			"$EVX" cat big.evx src/disk --as officer >held/disk 2>"$T/err" || rc=$?
		is "$rc" 130 "cat, at change $n"
		ok "cat, at change $n: the signal came" test -s "$T/fired"
		interrupted import $n "$EVX_VAULT" "$EVX" import big.evx --case CASE --as officer
	done
else
	skip 'the library for faults is not built: sanitizers run without it'
fi
code 0 'the vault is whole after all that' "$EVX" check --as officer
done_testing
