#!/bin/bash
# The reader, written from the specification alone, takes every good test vector (tests/vectors/README.md) and none with a fault.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen
build=${EVX_BUILD:-$here/../../build}
[ -x "$build/vectors-generate" ] || { echo "1..0 # SKIP $build/vectors-generate is not built"; exit 0; }

reader() { "$PYTHON" "$here/reader.py" --deep "$1" "$work/vectors/lab/identities/lab/encryption.txt"; }
# Ends well when the reader names the class of a fault, or reports something that no good bundle has.
finds()
{
	local rc=0
	reader "$1" >"$work/said" || rc=$?
	cat "$work/said"
	case $rc in
	0) grep '^note: [A-Z]-' "$work/said" ;;
	1) tail -n 1 "$work/said" | grep -E '^(not-ours|truncated|corrupt|limit|forged|custody): ' ;;
	3) tail -n 1 "$work/said" | grep '^key: ' ;;
	4) tail -n 1 "$work/said" | grep '^unsupported: ' ;;
	*) false ;;
	esac
}

ok 'the vectors are made' "$build/vectors-generate" "$work/vectors"
for v in "$work"/vectors/good/*.evx; do
	ok "good/${v##*/} is good" fails 0 good reader "$v"
done
# Not for this reader to find: JSON that may be written so; who is trusted; the clock; what a digest over more holes than are hashed says.
accepted=' json-blank-at-end json-negative-zero listing-blank-at-end signer-stranger seal-time-in-the-future listing-sparse-8-eib
	listing-sparse-8-eib-digest listing-symlink-empty-target '
for v in "$work"/vectors/fault/*.evx; do
	name=${v##*/}
	if [[ $accepted == *[[:space:]]${name%.evx}[[:space:]]* ]]; then
		ok "fault/$name is not judged" fails 0 good reader "$v"
	elif [ -e "$v" ]; then
		ok "fault/$name is not" finds "$v"
	fi
done
done_testing
