#!/bin/sh
# Writing calls that fail one after the other: the old state or the new one holds (tests/fault/README.md; in full: tests/long/fault.t).
. "$(dirname "$0")/lib.sh"
PACE=double
. "$TOP/tests/fault/fault.sh"

prepare_all
all EIO KILL
# A quota that is used up leaves nothing behind.
steps_seal EDQUOT
# What cannot be made is not passed over.
steps_extract EACCES
done_testing
