#!/bin/sh
# The power is cut after every call on a vault; what was not made durable is gone, or torn (tests/fault/README.md).
. "$(dirname "$0")/../cli/lib.sh"
PACE=each
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/vault.sh"

prepare_vault
each_operation vault_cuts sync
each_operation vault_cuts 1
cuts_notice
done_testing
