#!/bin/sh
# Every writing call fails in turn, in every way (tests/fault/README.md).
. "$(dirname "$0")/../cli/lib.sh"
PACE=each
. "$TOP/tests/fault/fault.sh"

prepare_all
all EIO ENOSPC EACCES EINTR GONE KILL
steps_seal EDQUOT
full_disks
done_testing
