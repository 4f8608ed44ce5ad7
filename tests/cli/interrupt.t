#!/bin/sh
# Signals: nothing half-made stays, and a killed run leaves nothing that looks finished.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir big
for i in 1 2 3 4 5 6; do head -c 15000000 /dev/urandom >big/$i; done
label='--case C --exhibit E'
code 0 'a bundle to read from' "$EVX" seal big -o good.evx $label --self

# start COMMAND...: in the background, as $pid, with signals as a terminal's job has them.
start() { setsid env --default-signal=INT,TERM,HUP,QUIT,USR1,USR2,ALRM,XCPU "$@" >"$T/out" 2>"$T/err" & pid=$!; }
# start_fed DATA COMMAND...: the same, with a pipe as standard input that brings DATA and then nothing more, ever. Returns when it was read.
start_fed() {
	data=$1
	shift
	rm -f "$T/feed" "$T/fed" && mkfifo "$T/feed" && exec 9<>"$T/feed"
	setsid env --default-signal=INT,TERM,HUP,QUIT,USR1,USR2,ALRM,XCPU "$@" <"$T/feed" >"$T/out" 2>"$T/err" & pid=$!
	cat "$data" >&9 && : >"$T/fed" & feeder=$!
	wait_for test -e "$T/fed" || kill $feeder
}

# More than a pipe holds: when it was read, the command is at work. The signal alone must end it.
head -c 3000000 /dev/urandom >data
# left: how many unfinished files of x.evx there are.
left() { ls -A | grep -c '^\.x\.evx\.evx-partial-'; }
for signal in INT TERM HUP QUIT USR1 USR2 ALRM XCPU KILL; do
	start_fed data "$EVX" seal - -o x.evx $label --self
	kill -$signal $pid
	wait $pid 2>/dev/null
	c=$?
	exec 9<&-
	if [ $signal = KILL ]; then
		is $c 137 'SIGKILL while sealing'
	else
		is $c 130 "SIG$signal while sealing: exit 130"
		only big data good.evx
	fi
	gone x.evx "SIG$signal while sealing: no bundle"
done
# What SIGKILL left is told of, and removed when somebody says so. What is being written is none.
is "$(left)" 1 'SIGKILL leaves the unfinished file'
code 0 'a command that names the same bundle' "$EVX" seal data -o x.evx $label --self
err_has 'A command that was killed left 1 unfinished file of this bundle .*\.x\.evx\.evx-partial-' 'tells of it'
is "$(left)" 1 'and lets it be'
rm x.evx
code 0 'another bundle' "$EVX" seal data -o y.evx $label --self
ok 'has nothing to do with it' not grep -q 'unfinished' "$T/err"
rm y.evx
if command -v script >/dev/null; then
	typed 'y/N' "'$EVX' seal data -o x.evx $label --self" 'n\n' 'y\n'
	is "$(left)" 1 'on a terminal: no means no'
	rm x.evx
	typed 'y/N' "'$EVX' seal data -o x.evx $label --self" 'y\n' 'y\n'
	is "$(left)" 0 'and yes removes it'
	rm x.evx
else
	skip 'script(1) is not installed'
fi
rm -f .x.evx.evx-partial-*
start_fed data "$EVX" seal - -o x.evx $label --self
code 0 'a bundle that is being written' "$EVX" seal big/1 -o x.evx $label --self --jobs 1
ok 'is no leftover' not grep -q 'unfinished' "$T/err"
kill -KILL $pid && wait $pid 2>/dev/null
exec 9<&-
rm -f x.evx .x.evx.evx-partial-*
some_left() { [ "$(left)" -gt 2 ]; }
cat big/1 big/2 big/3 big/4 >more
start_fed more "$EVX" seal - -o x.evx $label --self --split 100K
ok 'volumes are made' wait_for some_left
rm more
code 0 'volumes that are being written' "$EVX" seal big/1 -o x.evx $label --self
ok 'are no leftovers' not grep -q 'unfinished' "$T/err"
kill -KILL $pid && wait $pid 2>/dev/null
exec 9<&-
rm x.evx
code 0 'volumes that were left' "$EVX" seal data -o x.evx $label --self
err_has 'left [0-9]* unfinished files of this bundle .*001, .*002, .*003, \.\.\.' 'are told of'
rm -f x.evx .x.evx.evx-partial-* .x.evx.evx-partial
mkdir .x.evx.evx-partial-0123456789abcdef && : >.x.evx.evx-partial-0123 && ln -s data .x.evx.evx-partial-0123456789abcde0
code 0 'other things of such names' "$EVX" seal data -o x.evx $label --self
ok 'are none' not grep -q 'unfinished' "$T/err"
rm -r x.evx .x.evx.evx-partial-*

# A file that may not grow (SIGXFSZ) is a write that fails.
code 3 'a limit of file sizes' sh -c "ulimit -f 10000; exec '$EVX' seal big -o x.evx $label --self"
err_has 'File too large' 'is told'
only big data good.evx $(ls -A | grep '^\.x\.evx\.evx-partial')
gone x.evx 'no bundle is left'
code 0 'and sealing again works' "$EVX" seal big -o x.evx $label --self
head -c 3000000 good.evx >data
start_fed data "$EVX" verify -
kill -INT $pid
wait $pid
is $? 130 'SIGINT while verify waits for a silent pipe: exit 130'
exec 9<&-

# The signal comes before, with, or soon after the first file; or all was done.
there() { [ -e "$1" ] || ! kill -0 $pid; }
only_whole() { for f in out/big/[1-6]; do [ ! -e $f ] || cmp -s $f big/${f##*/} || return 1; done; }
for file in . big/1 big/2; do
	for signal in INT KILL; do
		start "$EVX" extract good.evx -C out --as officer --jobs 1
		wait_for there out/$file
		kill -$signal $pid 2>/dev/null
		wait $pid 2>/dev/null
		c=$?
		case $signal in INT) wanted=130 ;; KILL) wanted=137 ;; esac
		ok "SIG$signal when extracting made $file: exit $wanted, or it was done (exit $c)" test $c -eq $wanted -o $c -eq 0
		ok "SIG$signal when extracting made $file: only whole files under their names" only_whole
		rm -rf out
	done
done

start "$EVX" verify good.evx
kill -INT $pid
wait $pid
c=$?
ok "SIGINT while verifying (exit $c)" test $c -eq 130 -o $c -eq 0
done_testing
