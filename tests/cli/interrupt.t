#!/bin/sh
# Signals: nothing half-made stays, and a killed run leaves nothing that looks finished.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir big
for i in 1 2 3 4 5 6; do head -c 50000000 /dev/urandom >big/$i; done
label='--case C --exhibit E'

# start COMMAND...: in the background, as $pid, with signals as a terminal's job has them.
start() { setsid env --default-signal=INT,TERM "$@" >"$T/out" 2>"$T/err" & pid=$!; }

# A source that never ends: the signal always comes while sealing is at work.
for signal in INT TERM HUP; do
	mkfifo "feed$signal"
	(exec 3>"feed$signal"; head -c 3000000 /dev/urandom >&3; sleep 20) & feeder=$!
	sh -c "exec setsid env --default-signal=INT,TERM,HUP '$EVX' seal - -o x.evx $label --self <feed$signal" >"$T/out" 2>"$T/err" & pid=$!
	sleep 1
	kill -$signal $pid
	kill $feeder 2>/dev/null
	wait $pid
	is $? 130 "SIG$signal while sealing: exit 130"
	gone x.evx "SIG$signal while sealing: no bundle"
	rm "feed$signal"
done
only big

start "$EVX" seal big -o x.evx $label --self --jobs 1
i=0
while [ $i -lt 100 ] && kill -0 $pid 2>/dev/null; do ls -A | grep -q evx && break; i=$((i + 1)); sleep 0.02; done
kill -KILL $pid 2>/dev/null
wait $pid
if [ $? -eq 137 ]; then
	gone x.evx 'SIGKILL while sealing: nothing under the name of the bundle'
else
	pass 'SIGKILL came after the end'
fi
rm -f x.evx
code 0 'and sealing again works' "$EVX" seal big -o x.evx $label --self --to "$T/lab.card"

for delay in 0.05 0.15 0.3; do
	start "$EVX" extract x.evx -C out --as officer
	sleep $delay
	kill -INT $pid 2>/dev/null
	wait $pid
	c=$?
	ok "SIGINT after $delay s of extracting: 130, or it was done (exit $c)" test $c -eq 130 -o $c -eq 0
	ok "SIGINT after $delay s: only whole files under their names" sh -c 'for f in out/big/[1-6]; do [ ! -e $f ] || cmp -s $f big/${f##*/} || exit 1; done'
	rm -rf out
done
start "$EVX" extract x.evx -C out --as officer
sleep 0.1
kill -KILL $pid 2>/dev/null
wait $pid
ok 'SIGKILL while extracting: only whole files under their names' sh -c \
	'for f in out/big/[1-6]; do [ ! -e $f ] || cmp -s $f big/${f##*/} || exit 1; done'

# A pipe whose writer says nothing, ever: the signal alone must do.
for command in "seal - -o silent.evx $label --self" 'verify -'; do
	mkfifo silent
	sleep 30 >silent & writer=$!
	sh -c "exec setsid env --default-signal=INT '$EVX' $command <silent" >"$T/out" 2>"$T/err" & pid=$!
	sleep 1
	kill -INT $pid
	(sleep 5; kill -KILL $pid) 2>/dev/null & guard=$!
	wait $pid
	is $? 130 "SIGINT while ${command%% *} waits for a silent pipe: exit 130"
	kill $writer $guard 2>/dev/null
	rm silent
done
gone silent.evx 'and no bundle'

start "$EVX" verify x.evx
kill -INT $pid
wait $pid
c=$?
ok "SIGINT while verifying (exit $c)" test $c -eq 130 -o $c -eq 5 -o $c -eq 0
done_testing
