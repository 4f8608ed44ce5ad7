#!/bin/sh
# Each request of a shipment over a store fails, or is the last one of a sender or receiver who is killed.
. "$(dirname "$0")/../cli/lib.sh"
. "$TOP/tests/remote/remote.sh"
. "$TOP/tests/remote/store.sh"
PACE=each
. "$TOP/tests/remote/store_steps.sh"

for stage in send receive receipts; do
	steps $stage cut '*' 0
	steps $stage mute '*' 0
	steps $stage status '*' '0 3'
	steps $stage hold '*' 137
	steps $stage held '*' 137
done
is "$(cat "$T/s3/err")" '' 'the store met nothing that it does not know'
done_testing
