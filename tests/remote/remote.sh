# Shared by the tests of remotes, after tests/cli/lib.sh. Sourced by tests/cli/remote-*.t.
TOOL=${EVX_BUILD:-$TOP/build}/remote-tool
[ -x "$TOOL" ] || { echo "1..0 # SKIP $TOOL is not built"; exit 0; }
REMOTE=$TOP/tests/remote
mkdir "$T/spool" && export TMPDIR="$T/spool"
# packs SIZE...: $T/packs/HASH of random bytes
packs() {
	mkdir -p "$T/packs" "$T/back"
	for size; do
		head -c "$size" /dev/urandom >"$T/pack" && mv "$T/pack" "$T/packs/$(sha256sum <"$T/pack" | cut -c 1-64)"
	done
}
# tool OPTIONS... URL COMMAND...: short pauses, so that a test does not wait
tool() { "$TOOL" -w 20 "$@"; }
# arrives NAME URL: all packs are at URL, and come back the same
arrives() {
	rm -rf "$T/back" && mkdir "$T/back"
	code 0 "$1: they come back" tool "$2" fetch "$T/back"
	ok "$1: the same bytes" diff -r "$T/packs" "$T/back"
}
