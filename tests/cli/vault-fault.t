#!/bin/sh
# Writing calls on a vault that fail, and power cuts: the old state or the new one holds (tests/fault/README.md; in full: tests/long/vault-fault.t).
. "$(dirname "$0")/lib.sh"
PACE=double
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/vault.sh"

prepare_vault
operation seal vault_steps KILL
operation case vault_cuts sync
operation file vault_steps KILL
cuts_notice
done_testing
