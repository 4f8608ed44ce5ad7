#!/bin/sh
# Every writing call on a vault fails, or kills the process, in its turn (tests/fault/README.md).
. "$(dirname "$0")/../cli/lib.sh"
PACE=each
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/vault.sh"

prepare_vault
for m in EIO KILL; do each_operation vault_steps "$m"; done
small_disks
done_testing
