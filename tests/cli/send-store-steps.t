#!/bin/sh
# Shipments over a store of which the n-th request fails, or at whose n-th request the sender or the receiver is killed: the same command again,
# and the shipment arrives exactly once. Without gaps, and in more ways: tests/long/send-store-steps.t.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
. "$TOP/tests/remote/store.sh"
PACE=double
. "$TOP/tests/remote/store_steps.sh"

for stage in send receive receipts; do
	steps $stage cut '*' 0
	steps $stage hold '*' 137
done
steps send mute PUT 0
steps receive status PUT 3
steps send held PUT 137
is "$(cat "$T/s3/err")" '' 'the store met nothing that it does not know'
done_testing
