#!/bin/sh
# usage: pkg-config.sh PREFIX LIBDIR VERSION [static]    Writes evx.pc, by which other programs find the shared libevx. With "static" evx-static.pc,
# for the static libevx with the shared libraries that it needs.
set -eu
libs=$(sed -n "s/^libs='\(.*\)'/\1/p" "$(dirname "$0")/probe.sh" | tr ' ' '\n' | paste -s -d , - | sed 's/,/, /g')
if [ "${4-}" = static ]; then
	name=evx-static needs="Requires: $libs" lib='-l:libevx.a -pthread'
else
	name=evx needs="Requires.private: $libs" lib=-levx
fi
cat <<END
prefix=$1
libdir=$2
includedir=\${prefix}/include

Name: $name
Description: evidence vault: sealed, signed bundles with their custody record
Version: $3
$needs
Cflags: -I\${includedir}
Libs: -L\${libdir} $lib
END
[ "$name" != evx ] || echo 'Libs.private: -pthread'
