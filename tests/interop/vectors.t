#!/bin/bash
# The reader that was written from the specification alone judges every test vector as evx does: good or not.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen
generate=${EVX_BUILD:-$(dirname "$EVX")}/vectors-generate
[ -x "$generate" ] || { echo "1..0 # SKIP $generate is not built"; exit 0; }
"$generate" "$work/vectors" || exit 1

grep -v '^#' "$here/../vectors/EXPECTED.tsv" | cut -f1,5 | LC_ALL=C sort >"$work/evx"
cut -f1 "$work/evx" | xargs -P "${JOBS:-2}" -n 50 "$PYTHON" "$here/judge.py" "$work/vectors" | LC_ALL=C sort >"$work/reader"
# A vector's name, what evx says of it (deep), and what the reader says.
LC_ALL=C join "$work/evx" "$work/reader" >"$work/judged"

# agree NAME EVX READER: 5 is about trust, of which the reader knows nothing; bad, newer, not ours and no key are all not good. The reader
# may not know the events after the seal, which it then calls newer.
agree()
{
	case $2 in 0|5) [ "$3" = 0 ] ;; *) [ "$3" = 1 ] || [ "$3" = 3 ] || [ "$3" = 4 ] ;; esac
}
while read -r name evx reader; do
	# The id of a data chunk need not be computed where the file's digest is; this reader does it.
	[ "$name" = fault/reference-data-id-wrong ] && continue
	ok "$name: evx says $evx, the reader $reader" agree "$name" "$evx" "$reader"
done <"$work/judged"
ok 'every vector was judged' [ "$(wc -l <"$work/judged")" = "$(find "$work/vectors" -name '*.evx' | wc -l)" ]
done_testing
