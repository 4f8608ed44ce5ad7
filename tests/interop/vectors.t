#!/bin/bash
# The reader that was written from the specification alone judges every test vector as evx does, with the same exit code.
. "$(dirname "$0")/tap.sh"
needs age zstd ssh-keygen
generate=${EVX_BUILD:-$(dirname "$EVX")}/vectors-generate
[ -x "$generate" ] || { echo "1..0 # SKIP $generate is not built"; exit 0; }
"$generate" "$work/vectors" || exit 1

grep -v '^#' "$here/../vectors/EXPECTED.tsv" | cut -f1,5 | LC_ALL=C sort >"$work/evx"
cut -f1 "$work/evx" | xargs -P "${JOBS:-2}" -n 50 "$PYTHON" "$here/judge.py" "$work/vectors" | LC_ALL=C sort >"$work/reader"
# A vector's name, what evx says of it (deep), and what the reader says.
LC_ALL=C join "$work/evx" "$work/reader" >"$work/judged"

# What the reader must say, when evx says EVX of NAME: the same, and where evx asks for trust (5), of which the reader knows nothing, good. Where the
# two may differ, what the reader says, and why.
reader_says()
{
	case $1 in
	# The id of a data chunk need not be computed where the file's digest is; this reader does it.
	fault/reference-data-id-wrong) echo 1 ;;
	# It opens the parts with one key only, and cannot tell a part for another key from one that is not for it.
	fault/part-details-to-other-key | fault/part-swapped | fault/part-to-other-key) echo 3 ;;
	# It calls newer only what the signed JSON says to be so; inside the encrypted parts, anything that it does not know is bad.
	fault/details-newer-format | fault/listing-unknown-type | fault/part-newer-format) echo 1 ;;
	# It has no word for a file that is no bundle at all; one that is too short for a header is an incomplete copy to it.
	fault/not-a-bundle-empty | fault/not-a-bundle-text) echo 3 ;;
	fault/not-a-bundle-*) echo 1 ;;
	*) case $2 in 5) echo 0 ;; *) echo "$2" ;; esac ;;
	esac
}
while read -r name evx reader; do
	ok "$name: evx says $evx, the reader $reader" [ "$reader" = "$(reader_says "$name" "$evx")" ]
done <"$work/judged"
ok 'every vector was judged' [ "$(wc -l <"$work/judged")" = "$(find "$work/vectors" -name '*.evx' | wc -l)" ]
done_testing
