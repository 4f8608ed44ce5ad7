#!/bin/sh
# Two directories of different names give the same program and library, byte by byte.
set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
T=$(mktemp -d "${TMPDIR:-/tmp}/evx-same.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL
n=0 failed=0
ok() { # ok TEXT COMMAND...
	n=$((n + 1))
	text=$1
	shift
	if "$@" >"$T/log" 2>&1; then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
		tail -n 20 "$T/log" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}
done_testing() { echo "1..$n"; [ "$failed" -eq 0 ]; exit; }
one=$T/one two=$T/another/directory/with/a/longer/name
for at in "$one" "$two"; do
	mkdir -p "$at"
	(cd "$TOP" && tar -c --exclude=./build --exclude=./.git .) | tar -x -C "$at"
	ok "builds in ${at#"$T/"}" env CCACHE_DISABLE=1 make -s -C "$at" -j"${JOBS:-2}" all CC="${CC:-gcc}"
done
for thing in evx evx-paper libevx.a "libevx.so.$(cat "$TOP/VERSION")"; do
	ok "$thing is the same" cmp "$one/build/$thing" "$two/build/$thing"
done
# So that the test can fail: what makes the difference is left out.
sed -i 's/ -ffile-prefix-map=$(CURDIR)=\.//' "$one/Makefile" "$two/Makefile"
for at in "$one" "$two"; do
	ok "one file without the mapping" env CCACHE_DISABLE=1 make -s -C "$at" build/vault/base/path.o CC="${CC:-gcc}"
done
ok 'differs' sh -c "! cmp '$one/build/vault/base/path.o' '$two/build/vault/base/path.o'"
done_testing
