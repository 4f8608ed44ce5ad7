#!/bin/sh
# Every writing call of a mirror and of an import from one fails, or kills the process, in its turn (tests/fault/README.md).
. "$(dirname "$0")/../cli/lib.sh"
PACE=each
. "$TOP/tests/fault/fault.sh"
. "$TOP/tests/fault/mirror.sh"

mirror_faults
done_testing
