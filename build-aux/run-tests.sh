#!/bin/sh
# usage: run-tests.sh LABEL DIR TEST...
# Runs each TEST (a cmocka program, or a .t file) with TAP output, $JOBS (2) at a time, at most $TEST_TIMEOUT (600) seconds each.
# As root with $AS_USER set, as that user, who is in no group but the like-named one.
# Shows one line for each with its seconds, every skip, and of a failing one the checks that failed with what they said; appends "LABEL passed failed skipped" to DIR/counts
# and what failed to DIR/failed.
# A test that dies, times out, or runs other than the planned number of checks counts one failure more. Exit status 1 if any failed.
set -eu

if [ "$1" = --one ]; then
	log=$2/$(printf %s "$3" | tr / _)
	rc=0
	test=$3
	begin=$(date +%s)
	set -- timeout -k 10 "${TEST_TIMEOUT:-600}" "$3"
	[ -z "${AS_USER:-}" ] || set -- setpriv --reuid "$AS_USER" --regid "$(id -g "$AS_USER")" --clear-groups --inh-caps=-all -- "$@"
	case $test in
	*.t) "$@" >"$log.tap" 2>"$log.err" </dev/null || rc=$? ;;
	*) CMOCKA_MESSAGE_OUTPUT=TAP "$@" >"$log.tap" 2>"$log.err" </dev/null || rc=$? ;;
	esac
	result=$(awk -v rc="$rc" -v name="$test" -v seconds="$(($(date +%s) - begin))" '
		/^1\.\.[0-9]+/ { plan += substr($1, 4); planned = 1; if (/^1\.\.0.*[Ss][Kk][Ii][Pp]/) { skip++; plan++; seen++; why[skip] = $0 } }
		/^(not )?ok([ \t]|$)/ {
			seen++
			if (/# *[Ss][Kk][Ii][Pp]/) { skip++; why[skip] = $0 }
			else if (/^not ok/) fail++
			else pass++
		}
		END {
			if (!planned) { fail++; note = note ", no plan" }
			else if (plan != seen) { fail++; note = note ", ran " seen " of " plan }
			if (rc != 0 && fail == 0) fail++
			if (rc != 0) note = note ", exit " rc (rc == 124 ? " (timeout)" : "")
			printf "%s %s (%d passed, %d failed, %d skipped%s) %d s\n", fail ? "FAIL" : "ok  ", name, pass, fail, skip, note, seconds
			for (i = 1; i <= skip; i++) { sub(/^(not )?ok */, "", why[i]); sub(/^1\.\.0 */, "", why[i]); printf "     skipped: %s\n", why[i] }
			printf "%d %d %d\n", pass, fail, skip > "/dev/stderr"
		}' "$log.tap" 2>"$log.count")
	printf '%s\n' "$result"
	case $result in
	FAIL*)
		# A failed check is its line and what follows up to the next one. A test that died may have no such line: then how it ended counts.
		{
			awk '/^not ok/ { show = 1 } /^ok|^1\.\./ { show = 0 } show' "$log.tap" | head -n 60
			grep -q '^not ok' "$log.tap" || tail -n 20 "$log.tap"
			head -n 30 "$log.err"
		} | cut -c 1-400 | sed 's/^/     | /' >"$log.failed"
		cat "$log.failed"
		;;
	*) grep -hi 'skipped:' "$log.tap" "$log.err" | sort -u | sed 's/^/     | /' || : ;;
	esac
	exit 0
fi

label=$1 dir=$2
shift 2
mkdir -p "$dir"
rm -f "$dir"/*.tap "$dir"/*.err "$dir"/*.count "$dir"/*.failed
echo "== $label"
[ $# -eq 0 ] || printf '%s\0' "$@" | xargs -0 -n 1 -P "${JOBS:-2}" "$0" --one "$dir"
for file in "$dir"/*.failed; do
	[ ! -f "$file" ] || { file=${file##*/} && echo "$label: ${file%.failed}" && head -n 12 "$dir/$file"; }
done >>"$dir/failed"
cat "$dir"/*.count 2>/dev/null | awk -v label="$label" '
	{ pass += $1; fail += $2; skip += $3 }
	END { printf "%s %d %d %d\n", label, pass, fail, skip; exit fail > 0 }' >>"$dir/counts"
