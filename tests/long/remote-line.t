#!/bin/sh
# A shipment over a bad line, which fails in turn at every piece that passes (tests/remote/line.sh).
. "$(dirname "$0")/../cli/lib.sh"
. "$TOP/tests/remote/remote.sh"
. "$TOP/tests/remote/line.sh"

PACE='+ 1'
for command in send receive receipts; do cut_at $command; done
PACE='+ 3'
for command in send receive receipts; do killed_at $command && dropped_at $command; done
# It falls silent: each time the patience of one connection, and of those that are tried after it.
for n in 1 20 60 100 140; do
	load fresh
	at officer "$EVX" remote add patient "$LINE&timeout=2" >/dev/null
	line "cut $n stall"
	code 3 "silent from piece $n on" "$EVX" send phone.evx --to "$T/lab.card" --via patient --yes --quiet
	line ''
	rm -f "$T/wrong"
	again_send
	ok 'and the same send again' not cat "$T/wrong"
done
done_testing
