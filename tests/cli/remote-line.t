#!/bin/sh
# A shipment over a bad line: it is cut, its ends are killed, it falls silent, it is slow (tests/remote/line.sh).
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
. "$TOP/tests/remote/line.sh"

PACE='* 3' && cut_at send
PACE='* 6' && killed_at send && killed_at receive && dropped_at receive && cut_at receipts

# It does not come back: an end with a reason, and nothing was signed.
load fresh
line 'cut 40 down'
code 3 'a line that stays down' send env
err_has 'Nothing was sent' 'it says so'
is "$(kinds phone.evx)" 'seal ' 'and nothing was signed'
load fresh
at officer "$EVX" remote add patient "$LINE&timeout=2" >/dev/null
line 'cut 110 stall'
code 3 'a line that falls silent' "$EVX" send phone.evx --to "$T/lab.card" --via patient --yes --quiet
err_has 'timed out.*; evx tried 6 times. Run the same command again to go on' 'it says so, and what to do'
rc=0 n=slow
rm -f "$T/wrong"
line 'delay 30 rate 500000'
again_send
ok 'a slow line: the same send again' not cat "$T/wrong"
done_testing
