#!/bin/sh
# usage: check.sh DIR TARGET...    Runs make TARGET for each, all of them even after a failure, and ends with all
# that failed once more and the line "N passed, N failed, N skipped" over the counts that run-tests.sh left in DIR/TARGET. A target that failed without a failed test
# (it did not build) counts one failure.
set -eu
dir=$1
shift
rm -rf "$dir"
for target in "$@"; do
	mkdir -p "$dir/$target"
	rc=0
	"${MAKE:-make}" --no-print-directory "$target" COUNTS="$dir/$target" || rc=$?
	if [ "$rc" -ne 0 ] && ! awk '$3 > 0 { found = 1 } END { exit !found }' "$dir/$target/counts" 2>/dev/null; then
		echo "$target: did not build" | tee -a "$dir/$target/failed"
		echo "$target 0 1 0" >>"$dir/$target/counts"
	fi
done
if [ -n "$(cat "$dir"/*/failed 2>/dev/null)" ]; then
	echo '== failed'
	cat "$dir"/*/failed
fi
cat "$dir"/*/counts | awk '
	{ pass += $2; fail += $3; skip += $4 }
	END { printf "%d passed, %d failed, %d skipped\n", pass, fail, skip; exit fail > 0 }'
