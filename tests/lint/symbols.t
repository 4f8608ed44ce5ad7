#!/bin/sh
# Every global symbol of the library starts with evx_; what is private to a file is static.
set -eu
lib=${EVX_BUILD:-build}/libevx.a
echo 1..2
count=$(nm -g --defined-only "$lib" | grep -c ' [A-Z] ') || count=0
if [ "$count" -gt 0 ]; then echo "ok 1 - $lib defines global symbols"; else echo "not ok 1 - $lib defines global symbols"; fi
foreign=$(nm -A -g --defined-only "$lib" | sed 's/.*:\([^:]*\.o\):/\1 /' | awk '$NF !~ /^evx_/ { print $1, $NF }')
if [ -z "$foreign" ]; then
	echo "ok 2 - all of them start with evx_"
else
	echo "not ok 2 - all of them start with evx_"
	printf '%s\n' "$foreign" | sed 's/^/# /'
fi
