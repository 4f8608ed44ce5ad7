#!/bin/sh
# On a terminal: seal asks first, progress is drawn and taken away again, hostile names do nothing.
. "$(dirname "$0")/lib.sh"

command -v script >/dev/null || { echo '1..0 # SKIP script(1) is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one && : >phone/"$(printf 'a\033]0;title\007b')"
label='--case C --exhibit E'

saw() { if grep -q -e "$1" "$T/tty"; then pass "$2"; else fail "$2" "$(cat -v "$T/tty" | head -n 20)"; fi; }

typed 'y/N' "'$EVX' seal phone -o no.evx $label --to '$T/lab.card'" 'n\n'
saw 'lab of lab' 'the readers are named first'
saw 'y/N' 'then it asks'
saw 'code=130' 'no means no'
gone no.evx 'and no bundle'
typed 'y/N' "'$EVX' seal phone -o no.evx $label --self" '\n'
saw 'code=130' 'Return means no, too'
gone no.evx 'and no bundle'
typed 'y/N' "'$EVX' seal phone -o yes.evx $label --to '$T/lab.card'" 'y\n'
saw 'code=0' 'yes means yes'
ok 'there is the bundle' test -s yes.evx
typed '' "'$EVX' seal phone -o yes2.evx $label --self --yes"
saw 'code=0' '--yes does not ask'
ok 'indeed' not grep -q 'y/N' "$T/tty"
code 0 'without a terminal it does not ask' "$EVX" seal phone -o yes3.evx $label --self

mkfifo feed
cleared=$(printf '\033')'\[K'
drawn() { [ "$(shown "$cleared")" -gt "$1" ]; }
(
	exec 3>feed
	for i in 1 2 3 4; do
		was=$(shown "$cleared")
		head -c 5000000 /dev/urandom >&3
		wait_for drawn "$was"
	done
) &
typed '' "'$EVX' seal - -o slow.evx $label --self --yes <feed"
saw 'code=0' 'a slow source is sealed'
saw 'MiB' 'progress tells bytes'
saw 'iB/s' 'and the rate'
ok 'on a line that is drawn again and again, and cleared' test "$(shown "$cleared")" -ge 4
# A directory: the sizes are added up meanwhile. The question before does not end the line.
mkdir slow && head -c 3000000 /dev/urandom >slow/1 && mkfifo slow/2
i=0
while [ $i -lt 40 ]; do head -c 3000000 /dev/urandom >slow/a$i; i=$((i + 1)); done
typed 'y/N' "'$EVX' seal slow -o percent.evx $label --self --level 19 --jobs 1" 'y\n'
saw 'code=0' 'a directory is sealed'
saw ' of 11[0-9]\.[0-9] MiB, [0-9]* %' 'progress tells percent'
rm -r slow
(exec 3>feed; head -c 5000000 /dev/urandom >&3; sleep 0.5) &
typed '' "'$EVX' seal - -o slow2.evx $label --self --yes --quiet <feed"
ok '--quiet draws none' not grep -q 'iB/s' "$T/tty"
"$EVX" seal phone -o plain.evx $label --self 2>"$T/err"
ok 'nor without a terminal' not grep -q 'iB/s' "$T/err"

typed '' "'$EVX' list yes3.evx --as officer"
saw 'title' 'a name that would act on the terminal is shown'
ok 'without its control characters' not grep -q "$(printf '\033]0')" "$T/tty"
printf 'x\033]0;title\007y\n' >phone/text
"$EVX" seal phone/text -o text.evx $label --self --yes 2>"$T/err" >"$T/out"
typed '' "'$EVX' cat text.evx text --as officer"
saw 'code=2' 'cat writes nothing to a terminal'
ok 'not even the harmless part' not grep -q "x$(printf '\033')" "$T/tty"
code 0 'it writes to a file' "$EVX" cat text.evx text --as officer
ok 'every byte' cmp "$T/out" phone/text
done_testing
