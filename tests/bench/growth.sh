#!/bin/bash
# usage: growth.sh    Measures how seal and verify --deep grow with bytes and with files, and prints a report in Markdown.
#
# From the environment: EVX, MEASURE, BENCH_DIR (build/bench; 15 GB), GIB (1 10 100), FILES (10000 100000 1000000), RUNS_GROWTH (3), DENSE (32).
# The plot goes to BENCH_DIR/growth.svg, the numbers of all runs to BENCH_DIR/growth.tsv. Data is removed afterwards. Exit status 1 if a command failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
EVX=$(realpath "${EVX:-build/evx}")
MEASURE=$(realpath "${MEASURE:-build/measure}")
BENCH_DIR=$(realpath -m "${BENCH_DIR:-build/bench}")
GIB=${GIB:-1 10 100}
FILES=${FILES:-10000 100000 1000000}
RUNS=${RUNS_GROWTH:-3}
dir=$BENCH_DIR/growth
numbers=$BENCH_DIR/growth.tsv
failures=0

rm -rf "$dir"
mkdir -p "$dir" || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export EVX_HOME=$dir/home
: >"$numbers"

say() { printf '%s\n' "$*" >&2; }
# run KIND N OPERATION COMMAND...
run() {
	local kind=$1 n=$2 op=$3 line
	shift 3
	sync
	line=$("$MEASURE" "$@" 3>&1 >/dev/null 2>"$dir/err")
	if [ "${line##* }" != 0 ]; then
		failures=$((failures + 1))
		say "FAILED ($line): $*"
		tail -n 5 "$dir/err" >&2
		return 1
	fi
	printf '%s\t%s\t%s\t%s\n' "$kind" "$n" "$op" "${line// /$'\t'}" >>"$numbers"
}

one_size() {
	local kind=$1 n=$2 bundle=$dir/bundle.evx i
	"$here/mkgrowth.sh" "$dir" "$kind" "$n" >&2 || exit 1
	for i in $(seq "$RUNS"); do
		say "growth: $kind $n, run $i"
		rm -f "$bundle"
		run "$kind" "$n" seal "$EVX" seal "$dir/$kind-$n" -o "$bundle" --case bench --exhibit "$n" --as bench --self --quiet &&
			run "$kind" "$n" verify-deep "$EVX" verify "$bundle" --deep --as bench
	done
	rm -rf "$bundle" "${dir:?}/$kind-$n"
}

"$EVX" id new bench --person Bench --organisation Bench --country AT --no-passphrase >/dev/null || exit 1
for n in $GIB; do one_size bytes "$n"; done
for n in $FILES; do one_size files "$n"; done
"$here/growth.pl" "$numbers" "$BENCH_DIR/growth.svg" "${DENSE:-32}" || failures=$((failures + 1))
[ "$failures" -eq 0 ]
