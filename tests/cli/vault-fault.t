#!/bin/sh
# Writing calls on a vault that fail, and power cuts: the old state or the new one holds (tests/fault/README.md; in full: tests/long/vault-fault.t).
. "$(dirname "$0")/lib.sh"
PACE=double
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/vault.sh"

prepare_vault
operation init vault_steps KILL
operation seal vault_steps KILL
operation seal vault_cuts sync
operation case vault_cuts 1
operation member_remove vault_cuts sync
cuts_notice
done_testing
