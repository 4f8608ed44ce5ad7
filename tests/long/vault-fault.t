#!/bin/sh
# Every writing call on a vault fails in turn, in every way; the power is cut after each (tests/fault/README.md).
. "$(dirname "$0")/../cli/lib.sh"
PACE=each
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/vault.sh"

prepare_vault
for m in EIO KILL ENOSPC EINTR GONE; do each_operation vault_steps "$m"; done
each_operation vault_cuts sync
each_operation vault_cuts 3
cuts_notice
small_disks
done_testing
