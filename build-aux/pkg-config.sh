#!/bin/sh
# usage: pkg-config.sh PREFIX LIBDIR VERSION    Writes evx.pc, by which other programs find libevx and what it needs.
set -eu
libs=$(sed -n "s/^libs='\(.*\)'/\1/p" "$(dirname "$0")/probe.sh" | tr ' ' '\n' | paste -s -d , - | sed 's/,/, /g')
cat <<END
prefix=$1
libdir=$2
includedir=\${prefix}/include

Name: evx
Description: evidence vault: sealed, signed bundles with their custody record
Version: $3
Requires: $libs
Cflags: -I\${includedir}
Libs: -L\${libdir} -levx -pthread
END
