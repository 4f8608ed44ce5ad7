#!/bin/sh
# What make install puts down is complete: the header stands alone, a program links against the library, uninstall leaves no file.
set -eu
cd "$(dirname "$0")/../.."
unset MAKEFLAGS MFLAGS MAKELEVEL
if [ ! -x build/evx ]; then
	echo "1..0 # SKIP evx is not built"
	exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
check() { # check TEXT COMMAND...
	n=$((n + 1))
	text=$1
	shift
	if "$@" >"$dir/log" 2>&1; then echo "ok $n - $text"; else echo "not ok $n - $text"; sed 's/^/# /' "$dir/log"; fi
}
echo 1..21
at=$dir/root/opt/evx
check "make install" make install DESTDIR="$dir/root" PREFIX=/opt/evx
check "the program runs" "$at/bin/evx" version
cat >"$dir/use.c" <<'END'
#include <evx.h>
int main(void) { struct evx_diag diag = { 0 }; return evx_start(&diag) == EVX_OK && evx_version()[0] != '\0' ? 0 : 1; }
END
check "a program builds against header and library" sh -c "${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -I'$at/include' \
	-o '$dir/use' '$dir/use.c' '$at/lib/libevx.a' \$(pkg-config --libs libsodium libcrypto libzstd libarchive jansson) -pthread"
check "and runs" "$dir/use"
PKG_CONFIG_PATH=$at/lib/pkgconfig
export PKG_CONFIG_PATH
found="pkg-config --define-variable=prefix=$at --define-variable=libdir=$at/lib"
example="${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror $at/share/doc/evx/examples/verify.c"
check "the example of a program builds by pkg-config" sh -c "$example -o '$dir/verify' \$($found --cflags --libs evx)"
check "with the shared library, which it names by its version" sh -c "readelf -d '$dir/verify' | grep -q 'NEEDED.*\[libevx\.so\.$(cut -d . -f 1-2 VERSION)\]'"
check "and none of the libraries that are evx's own affair" sh -c "! readelf -d '$dir/verify' | grep -qE 'NEEDED.*(sodium|archive|curl|jansson)'"
check "and tells what is no bundle" sh -c "LD_LIBRARY_PATH='$at/lib' '$dir/verify' README.md; test \$? -eq 3"
check "with the static library it builds, too" sh -c "$example -o '$dir/verify-static' \$($found --cflags --libs evx-static)"
check "and needs no libevx then" sh -c "! readelf -d '$dir/verify-static' | grep -q libevx && { '$dir/verify-static' README.md; test \$? -eq 3; }"
check "pkg-config knows the version" sh -c "test \"\$(pkg-config --modversion evx)\" = \"\$(cat VERSION)\""
check "the licence is there" cmp LICENSE "$at/share/doc/evx/LICENSE"
check "every manual page is there" sh -c "for m in cli/man/*.[1-9]; do test -s '$at'/share/man/man\${m##*.}/\${m##*/} || exit 1; done"
check "the format specification is there" diff -r format-spec "$at/share/doc/evx/format-spec"
check "the JSON schema is there" cmp cli/schema/evx.json "$at/share/evx/schema/evx.json"
check "what completes command lines is there" sh -c "for s in bash/bash-completion/completions/evx zsh/zsh/site-functions/_evx fish/fish/vendor_completions.d/evx.fish; do
	'$at/bin/evx' completion \${s%%/*} | cmp - '$at'/share/\${s#*/} || exit 1; done"
check "what goes beside bundles is there, with its checksums" sh -c "cd '$at/share/evx/reader' && test -s READ-ME-FIRST.txt && sha256sum -c --strict --quiet SHA256SUMS"
check "the translations are there" sh -c "for l in fr es ar; do cmp build/locale/\$l/LC_MESSAGES/evx.mo '$at'/share/locale/\$l/LC_MESSAGES/evx.mo || exit 1; done"
check "and the program finds them" sh -c "LC_ALL=fr_FR.UTF-8 '$at/bin/evx' help verify | grep '^usage : evx verify'"
check "the library has no hook for tests" sh -c "nm '$at/lib/libevx.a' >'$dir/names' 2>/dev/null && grep -q evx_random '$dir/names' && ! grep -E 'test_(seed|malloc|found|failed)' '$dir/names'"
make uninstall DESTDIR="$dir/root" PREFIX=/opt/evx >/dev/null
check "make uninstall leaves no file" sh -c "test -z \"\$(find '$at' -not -type d)\""
