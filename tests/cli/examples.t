#!/bin/sh
# The examples do what they say: the nightly check is silent when all is well; the C program answers as verify does.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
export EVX
nightly=$TOP/examples/nightly-check.sh
"$EVX" init vault --quiet --as officer && "$EVX" seal phone --vault vault --case C-1 --exhibit 1 --yes --quiet || exit 1
code 0 'the nightly check of a good vault' "$nightly" vault officer
out_empty 'is silent'
ok 'on both sides' test ! -s "$T/err"
code 0 'the next night' "$nightly" vault
out_empty 'skips what was found good'
pack=$(find vault/exhibits -size +100k -type f | head -n 1)
flip "$pack" 5000
"$EVX" check --vault vault --anew >/dev/null 2>&1
code 1 'the nightly check of a damaged vault' "$nightly" vault officer
is "$(head -n 1 "$T/out")" 'BAD: the vault vault has changed or damaged data.' 'says so first'
ok 'and what' test "$(wc -l <"$T/out")" -gt 1
code 3 'a vault that is not there' "$nightly" nowhere
out_has 'could not be checked' 'is told'
ok 'the timer and the service belong together' grep -q 'evx-check.timer' "$TOP/examples/evx-check.service"

if [ -n "${EVX_BUILD:-}" ] && [ -e "$EVX_BUILD/libevx.a" ] && ! grep -q sanitize "$EVX_BUILD/flags"; then
	libs=$(sed -n "s/^libs='\(.*\)'/\1/p" "$TOP/build-aux/probe.sh")
	code 0 'the C program builds' ${CC:-cc} -std=c11 -I"$TOP/vault" -o verify "$TOP/examples/verify.c" "$EVX_BUILD/libevx.a" $(pkg-config --libs $libs) -pthread
	sealed a.evx phone
	code 0 'and finds a bundle good' ./verify a.evx "$T/officer.card"
	out_has "^seal code  $("$EVX" show a.evx --json | jq -r .seal_code)$" 'with its seal code'
	code 5 'nobody known' ./verify a.evx
	flip a.evx 60000
	code 1 'a bundle that was changed' ./verify a.evx "$T/officer.card"
	code 3 'no bundle' ./verify phone/photo.raw
	code 2 'no operand' ./verify
else
	skip 'a program with sanitizers is not linked here'
fi
done_testing
