#!/bin/sh
# A mirror that is being made, and a vault that is being rebuilt from one, killed at the n-th writing call, or with that call failing (tests/fault/README.md).
. "$(dirname "$0")/lib.sh"
PACE=double
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/mirror.sh"

mirror_faults
done_testing
