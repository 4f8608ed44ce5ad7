#!/bin/sh
# A prompt for a passphrase: whatever ends it, the terminal echoes again; and what was typed is nowhere in a process that reads what others wrote.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
terminal() { timeout -k 5 120 python3 "$TOP/tests/terminal.py" "$@"; }
secret='correct-horse-9271'
printf '%s\n' "$secret" >secret && chmod 600 secret
kim() { at kim "$EVX" "$@"; }
kim id new kim --person 'Kim Lee' --organisation Lab --country DE --work-factor 4 --passphrase-file secret --quiet || exit 1
kim id card kim >kim.card || exit 1

# ---- Signals
ends() { # SIGNALS HOW-IT-ENDS
	run at kim terminal signal "$1" "$EVX" id passwd kim
	is "$(cat "$T/out")" "echo $2" "$1 at a prompt: $2, and the terminal echoes"
}
for name in SIGINT SIGTERM SIGHUP SIGQUIT SIGUSR1 SIGUSR2 SIGALRM SIGVTALRM SIGPROF SIGXCPU SIGPOLL SIGPWR SIGSTKFLT SIGRTMIN SIGRTMAX; do
	ends "$name" 'exit 130'
done
ends 'CTRL-C' 'exit 130'
ends 'CTRL-\' 'exit 130'
for name in SIGABRT SIGSEGV SIGBUS SIGFPE SIGILL SIGSYS SIGTRAP; do
	case ${EVX_BUILD:-} in *clang*) [ "$name" = SIGABRT ] || continue ;; esac
	ends "$name" "killed by $name"
done
# These do not end it; the one that follows does.
ends 'SIGPIPE,SIGINT' 'exit 130'
ends 'SIGXFSZ,SIGINT' 'exit 130'
ends 'SIGTSTP,SIGINT' 'exit 130'
ends 'SIGSTOP,SIGINT,SIGCONT' 'exit 130'

# Once more, after what should have ended it: at once. (Both wait while it is stopped; the one with the higher number comes first.)
ends 'SIGSTOP,SIGUSR1,SIGQUIT,SIGCONT' 'killed by SIGQUIT'

# A file that may not grow is a failed write.
head -c 3000000 /dev/urandom >big
(ulimit -f 1000 && at kim "$EVX" seal big -o big.evx --case C --exhibit E --to kim.card --as kim --passphrase-file secret --yes --quiet) >"$T/out" 2>"$T/err"
is "$?" 3 'a file that may not grow: could not be done'
gone big.evx 'and no half of it is left'

# A file of the passphrase that is given as an open descriptor is closed before hostile bytes are read.
kim seal secret -o held.evx --case C-0 --exhibit E-0 --self --as kim --passphrase-file secret --yes --quiet >"$T/out" 2>&1 || exit 1
for path in /dev/fd/9 /proc/self/fd/9; do
	mkfifo stream
	EVX_HOME="$T/kim" "$EVX" verify - --as kim --passphrase-file $path 9<secret <stream >"$T/out" 2>"$T/err" &
	pid=$!
	exec 8>stream
	confined() { grep -q 'Seccomp:.*2' /proc/$pid/status; }
	wait_for confined
	if [ -n "$(ls /proc/$pid/fd 2>/dev/null)" ]; then
		gone "/proc/$pid/fd/9" "$path: the confined process does not have it"
	else
		skip 'only root sees the descriptors of this process'
	fi
	cat held.evx >&8
	exec 8>&-
	rc=0
	wait $pid || rc=$?
	is "$rc" 0 'and it verifies what comes through the pipe'
	rm stream
done

# ---- The passphrase in memory
case ${EVX_BUILD:-} in *clang*) done_testing ;; esac
mkdir phone && echo one >phone/one && head -c 200000 /dev/urandom >phone/two
kim init v --as kim --passphrase-file secret --quiet >"$T/out" 2>&1 || exit 1
kim seal phone --vault v --case C-1 --exhibit E-1 --self --as kim --passphrase-file secret --yes --quiet >"$T/out" 2>&1 || exit 1
kim seal phone -o a.evx --case C-2 --exhibit E-2 --self --as kim --passphrase-file secret --yes --quiet >"$T/out" 2>&1 || exit 1
kim seal phone -o b.evx --case C-3 --exhibit E-3 --self --as kim --passphrase-file secret --yes --quiet >"$T/out" 2>&1 || exit 1
seen() { if grep -qx "$1" "$T/out"; then pass "$2"; else fail "$2" "$(cat "$T/out" "$T/err")"; fi; }

may_look() { [ "$rc" -ne 77 ] || { skip 'only root may look into the memory of these processes'; done_testing; }; }
run at kim terminal seek fresh "$secret" "$EVX" export C-1/E-1 --vault v --as kim -o -
may_look
seen 'main confined clean' 'export: the passphrase was used to look the exhibit up, and is gone before its bytes are read'
seen 'progress free clean' 'nor does the process have it that draws'
ok 'nowhere at all' not grep -q FOUND "$T/out"
seen 'asked 1' 'it was asked for once'
seen 'exit 0' 'and all went well'

run at kim terminal seek full "$secret" "$EVX" import a.evx b.evx --vault v --case C-1 --as kim
seen 'child confined clean' 'import: the child that reads a bundle does not have it'
ok 'nor does another' not grep -q FOUND "$T/out"
seen 'asked 1' 'it was asked for once'
seen 'exit [05]' 'and all went well'
done_testing
