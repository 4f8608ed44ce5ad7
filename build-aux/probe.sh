#!/bin/sh
# usage: probe.sh CC    Writes a make fragment: flags of the libraries and the hardening flags that CC accepts.
# Fails with one plain message when a tool or library is missing. The Makefile runs it once for each build directory and compiler.
set -eu
cc=$1
libs='icu-uc icu-i18n libsodium libcrypto libzstd libarchive jansson libcurl sqlite3 libqrencode'
# Of evx-paper alone, a program of its own.
paper_libs='cairo pangocairo fontconfig glib-2.0 libqrencode zbar'

fail() {
	printf 'evx: %s\nevx: run "make deps-build" (or, for the tests, too, "make deps") and try again\n' "$1" >&2
	exit 1
}

command -v "${cc%% *}" >/dev/null 2>&1 || fail "the compiler ${cc%% *} is missing"
command -v msgfmt >/dev/null 2>&1 || fail "the program msgfmt (gettext) is missing"
command -v pkg-config >/dev/null 2>&1 || fail "pkg-config is missing"
for lib in $libs $paper_libs; do
	pkg-config --exists "$lib" || fail "the library $lib (headers) is missing"
done
# Only unit tests use it: the program is built without.
test_missing= test_cflags= test_libs=
if pkg-config --exists cmocka; then
	test_cflags=$(pkg-config --cflags cmocka) test_libs=$(pkg-config --libs cmocka)
else
	test_missing=cmocka
fi

accepts() {
	printf 'int main(void) { return 0; }\n' | $cc -O2 -Werror "$@" -x c -o /dev/null - 2>/dev/null
}

# Position-independent as a shared library needs it: program, static and shared library are made of the same objects.
compile= link=
for flag in -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -D_FORTIFY_SOURCE=2 -fPIC -fno-semantic-interposition; do
	if accepts "$flag"; then compile="$compile $flag"; fi
done
for flag in -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack; do
	if accepts -fPIE "$flag"; then link="$link $flag"; fi
done

# Only test_age uses it, for the published vectors that are compressed.
zlib_cflags= zlib_libs=
if pkg-config --exists zlib; then zlib_cflags=-DEVX_TEST_ZLIB zlib_libs=$(pkg-config --libs zlib); fi

# For the static evx-reader; without all of them it is left out. ICU is written in C++.
static='-larchive -lsodium -lzstd -ljansson -lsqlite3 -licui18n -licuuc -licudata -lcrypto -lstdc++ -lm -lz'
printf 'int main(void) { return 0; }\n' | $cc -static -x c -o /dev/null - $static 2>/dev/null || static=

cat <<END
# $cc
HARDEN := $compile
HARDEN_LD := $link
DEP_CFLAGS := $(pkg-config --cflags $libs)
DEP_LIBS := $(pkg-config --libs $libs)
PAPER_CFLAGS := $(pkg-config --cflags $paper_libs | sed 's/-I/-isystem /g')
PAPER_LIBS := $(pkg-config --libs $paper_libs)
STATIC_LIBS := $static
TEST_MISSING := $test_missing
TEST_CFLAGS := $test_cflags $zlib_cflags
TEST_LIBS := $test_libs $zlib_libs
END
