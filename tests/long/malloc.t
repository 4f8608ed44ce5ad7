#!/bin/sh
# Allocations fail, one alone or all from the n-th on: evx says that it could not, and never that sound evidence is bad (tests/fault/README.md).
. "$(dirname "$0")/../cli/lib.sh"
LIB=${EVX_BUILD:-$TOP/build}/fault/malloclib.so
if [ ! -f "$LIB" ]; then
	echo "1..0 # SKIP $LIB is not built (sanitizers must be loaded first)"
	exit 0
fi

person officer officer && mkdir src && printf 'text\n' >src/a && "$EVX" seal src -o x.evx --case C --exhibit E --self --quiet >"$T/seal.out" 2>&1 || exit 1

# fails NAME MODE STRIDE COMMAND...: at every STRIDE-th allocation. Exit 0 with the same output as ever, or 3; nothing else.
fails() {
	name=$1 mode=$2 stride=$3
	shift 3
	run "$@"
	cp "$T/out" "$T/usual"
	n=1 runs=0 got_through=0 : >"$T/wrong"
	while [ $n -lt 100000 ]; do
		rm -f "$T/fired"
		run env LD_PRELOAD="$LIB" EVX_FAULT_AT=$n EVX_FAULT_HOW="$mode" EVX_FAULT_OUT="$T/fired" "$@"
		[ -s "$T/fired" ] || break
		runs=$((runs + 1))
		case $rc in
		0) cmp -s "$T/out" "$T/usual" && got_through=$((got_through + 1)) || echo "allocation $n: exit 0, and another answer" >>"$T/wrong" ;;
		3) ;;
		*) echo "allocation $n: exit $rc: $(tail -n 1 "$T/err") $(grep -m 1 BROKEN "$T/out")" >>"$T/wrong" ;;
		esac
		n=$((n + stride))
	done
	[ $runs -gt 20 ] || echo "only $runs runs: nothing was counted" >>"$T/wrong"
	if [ -s "$T/wrong" ]; then
		fail "$name, $mode" "$(head -n 40 "$T/wrong")"
	else
		pass "$name, $mode: $runs runs, $got_through got through"
	fi
}
GENERATE=${EVX_BUILD:-$TOP/build}/vectors-generate
"$GENERATE" "$T/vectors" || exit 1
range=$T/vectors/good/disclosure-range.evx
for mode in ONCE GONE; do
	own=$EVX_HOME
	EVX_HOME=$T/vectors/lab
	fails 'list of a file in part' $mode 37 "$EVX" list "$range" --jobs 1
	EVX_HOME=$own
	fails 'id show' $mode 7 "$EVX" id show officer
	fails 'verify' $mode 7 "$EVX" verify x.evx --trust "$T/officer.card" --jobs 1
done
done_testing
