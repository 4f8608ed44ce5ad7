#!/bin/bash
# The reader and the test vectors agree: what each vector is said to be is what the reader, written from the specification alone, finds.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen
