#!/bin/sh
# Every fuzzer has seeds, all of which pass, and runs for FUZZ_SECONDS (2) from them. The fuzzers stand in $FUZZ_BUILD (build/fuzz).
cd "$(dirname "$0")/../.." || exit 1
build=${FUZZ_BUILD:-build/fuzz}
T=$(mktemp -d "${TMPDIR:-/tmp}/evx-fuzz.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
export build T FUZZ_SECONDS

set -- tests/fuzz/fuzz_*.c
planned=$(($# * 2))
echo "1..$planned"
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I SOURCE sh -c '
	name=$(basename SOURCE .c) bin=$build/fuzz/$name seeds=$T/$name.seeds
	mkdir "$seeds" "$T/$name.corpus"
	if "$bin" --seeds "$seeds" >"$T/$name.log" 2>&1 && [ -n "$(ls "$seeds")" ]; then
		echo "ok - $name has $(ls "$seeds" | wc -l) seeds"
	else
		echo "not ok - $name has seeds"
		tail -n 20 "$T/$name.log" | sed "s/^/# /"
	fi >"$T/$name.tap"
	if "$bin" -max_total_time="${FUZZ_SECONDS:-2}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/$name-" \
		"$T/$name.corpus" "$seeds" >"$T/$name.log" 2>&1 && read=$(sed -n "s/.*INFO: seed corpus: files: \([0-9]*\).*/\1/p" "$T/$name.log") &&
		[ "${read:-0}" -gt 0 ]; then
		echo "ok - $name: $(sed -n "s/stat::number_of_executed_units: *//p" "$T/$name.log") inputs, from $read seeds"
	else
		echo "not ok - $name runs from its seeds"
		tail -n 30 "$T/$name.log" | cut -c 1-300 | sed "s/^/# /"
	fi >>"$T/$name.tap"
	cat "$T/$name.tap"'
done_testing() { [ "$(cat "$T"/*.tap | grep -c "^ok")" -eq "$planned" ]; exit; }
done_testing
