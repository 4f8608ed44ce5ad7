#!/bin/sh
# Every writing call on a vault fails in other ways: no room, interrupted, this one and all that follow (tests/fault/README.md).
. "$(dirname "$0")/../cli/lib.sh"
PACE=each
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/vault.sh"

prepare_vault
for m in ENOSPC EINTR GONE; do each_operation vault_steps "$m"; done
done_testing
