#!/bin/sh
# Every global symbol of the library starts with evx_; what is private to a file is static. Hooks for tests are in no product.
set -eu
lib=${EVX_BUILD:-build}/libevx.a
echo 1..4
count=$(nm -g --defined-only "$lib" | grep -c ' [A-Z] ') || count=0
if [ "$count" -gt 0 ]; then echo "ok 1 - $lib defines global symbols"; else echo "not ok 1 - $lib defines global symbols"; fi
foreign=$(nm -A -g --defined-only "$lib" | sed 's/.*:\([^:]*\.o\):/\1 /' | awk '$NF !~ /^evx_/ { print $1, $NF }')
if [ -z "$foreign" ]; then
	echo "ok 2 - all of them start with evx_"
else
	echo "not ok 2 - all of them start with evx_"
	printf '%s\n' "$foreign" | sed 's/^/# /'
fi
# The same names in a test build show that the look would find them.
hooks='evx_[a-z_]*test_|evx_test_|evx_confine_forced'
for thing in "$lib" "${EVX:-build/evx}"; do
	n=$((${n:-2} + 1))
	if found=$(nm "$thing" 2>/dev/null | grep -E "$hooks") || ! nm "${EVX_BUILD:-build}/hooks/evx" | grep -q evx_random_test_seed; then
		echo "not ok $n - no hook for tests in ${thing##*/}"
		printf '%s\n' "$found" | sed 's/^/# /'
	else
		echo "ok $n - no hook for tests in ${thing##*/}"
	fi
done
