#!/bin/bash
# usage: vault.sh    Measures finding in a vault of EXHIBITS (100,000) exhibits, ROWS (20,000,000) rows of chunks and, later, a log of ENTRIES (100,000)
# entries, and prints a report in Markdown.
#
# From the environment: EVX, MEASURE, MKVAULT (build/mkvault), BENCH_DIR (build/bench; 10 GB), RUNS (5), EXHIBITS, SEALED (200), ROWS, ENTRIES.
# The vault is filled by mkvault.c, which says how; it is removed afterwards. Files are warm in the page cache as far as the runs before warmed them. The median of
# the runs counts. Exit status 1 if a command failed; an aim that is missed is said.
set -u
EVX=$(realpath "${EVX:-build/evx}")
MEASURE=$(realpath "${MEASURE:-build/measure}")
MKVAULT=$(realpath "${MKVAULT:-build/mkvault}")
dir=$(realpath -m "${BENCH_DIR:-build/bench}")/vault
RUNS=${RUNS:-5}
EXHIBITS=${EXHIBITS:-100000}
SEALED=${SEALED:-200}
ROWS=${ROWS:-20000000}
ENTRIES=${ENTRIES:-100000}
failures=0
before=: # what is done before each run, and not measured

rm -rf "$dir"
mkdir -p "$dir" && cd "$dir" || exit 1
trap 'cd /; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export EVX_HOME=$dir/home
echo hello >note.txt

say() { printf '%s\n' "$*" >&2; }
# seconds COMMAND...: the median of the wall seconds and, in $peak, the most KiB of memory. What the command says on stdout goes to $dir/said.
seconds() {
	local line times=
	peak=0
	for _ in $(seq "$RUNS"); do
		$before
		line=$("$MEASURE" "$@" 3>&1 >"$dir/said" 2>"$dir/err")
		if [ "${line##* }" != 0 ]; then
			failures=$((failures + 1))
			say "FAILED: $*"
			tail -n 3 "$dir/err" >&2
		fi
		times="$times ${line%% *}"
		set -- "$@"
		[ "$(echo "$line" | cut -d' ' -f3)" -le "$peak" ] || peak=$(echo "$line" | cut -d' ' -f3)
	done
	median=$(printf '%s\n' $times | sort -n | sed -n "$(((RUNS + 1) / 2))p")
}
# row WHAT AIM: a line of the report about $median and $peak; AIM "" for none.
row() {
	local verdict=
	[ -z "$2" ] || verdict=$(awk -v m="$median" -v a="$2" 'BEGIN { print m <= a ? "met" : "**missed**" }')
	printf '| %s | %s | %s | %s | %s |\n' "$1" "$median" "$2" "$verdict" "$((peak / 1024))"
}

"$EVX" id new bench --person Bench --organisation Bench --country AT --no-passphrase >/dev/null || exit 1
for v in empty full; do "$EVX" init "$dir/$v" --as bench --quiet >/dev/null 2>&1 || exit 1; done
"$EVX" seal note.txt --vault empty --case C-0 --exhibit first --as bench --quiet >/dev/null 2>&1 || exit 1

say "filling the vault"
filled=$("$MKVAULT" "$dir/full" "$EVX_HOME" note.txt "$SEALED" "$EXHIBITS" "$ROWS" 0) || exit 1
# One that was sealed, and not the one whose seal all copies have.
for copy in full/exhibits/*; do [ -e "$copy/keys" ] || break; done
for sealed in full/exhibits/*; do
	if [ -e "$sealed/keys" ] && ! cmp -s "$sealed/custody/0000-seal.json" "$copy/custody/0000-seal.json"; then break; fi
done
sealed=${sealed##*/}
code=$("$EVX" show "full/exhibits/$sealed" --json 2>/dev/null | sed 's/.*"seal_code":"\([^"]*\)".*/\1/')

say "measuring"
echo "## A vault of $EXHIBITS exhibits and $ROWS rows of chunks"
echo
printf '%s\n' "$filled" | grep -v "^0 " | sed 's/^/- /'
echo "- catalog: $(stat -c %s full/catalog.sqlite) bytes"
echo
echo "| operation | wall s | at most | | peak MiB |"
echo "|---|---|---|---|---|"
seconds sh -c "'$EVX' exhibits --vault full | head -n 1" && row 'first line of exhibits' 0.3
seconds sh -c "'$EVX' exhibits --vault full --as bench | head -n 1" && row 'first line of exhibits, with a key' 0.3
seconds "$EVX" exhibits --vault full && row 'exhibits, all lines' ''
seconds "$EVX" exhibits --vault full --as bench --case C-7 && row "exhibits of a case ($(wc -l <"$dir/said") lines), with a key" ''
seconds "$EVX" find 'exhibit 4711' --vault full --as bench && row "a text found ($(($(wc -l <"$dir/said") - 1)) lines), with a key" 0.3
seconds "$EVX" find 'no such thing' --vault full --as bench && row 'a text that no exhibit has, with a key' 0.3
seconds "$EVX" find --by nobody --vault full && row 'a person who has nothing, without a key' 0.3
seconds "$EVX" log --vault full "$sealed" && row 'an exhibit found by its UUID, its log shown' 0.1
seconds "$EVX" log --vault full "${sealed%%-*}" && row 'by the beginning of its UUID' 0.1
seconds "$EVX" log --vault full "$code" && row 'by its seal code' 0.1
seconds "$EVX" seal note.txt --vault empty --case C-0 --exhibit n --yes --as bench --quiet && row 'a small exhibit sealed into an almost empty vault' ''
small=$median
seconds "$EVX" seal note.txt --vault full --case C-0 --exhibit n --yes --as bench --quiet && row 'into this vault' "$(awk -v s="$small" 'BEGIN { print s + 0.3 }')"
seconds "$EVX" stats --vault full && row 'stats' ''
before="$MKVAULT --checked $dir/full $EVX_HOME"
seconds "$EVX" check --vault full && row 'an interrupted check of the vault resumed, with 1 exhibit left' 1
before=:
logged=$("$MKVAULT" "$dir/full" "$EVX_HOME" note.txt 0 0 0 "$ENTRIES") || exit 1
logged=$(printf '%s\n' "$logged" | grep entries)
seconds "$EVX" member list --vault full && row "members, with $logged" ''
seconds "$EVX" case list --vault full --as bench && row 'all cases, with their labels' ''
seconds "$EVX" exhibits --vault full --as bench --case C-7 && row 'exhibits of a case found by its label' ''
seconds "$EVX" seal note.txt --vault full --case C-0 --exhibit n --yes --as bench --quiet && row 'a small exhibit sealed into a case found by its label' ''
mkdir full/aside && perl -e 'for (glob "full/exhibits/*") { next if -e "$_/keys"; rename $_, s{exhibits}{aside}r or die "$_: $!" }' || exit 1
rm -f full/catalog.sqlite*
left=$(ls full/exhibits | wc -l)
RUNS=1
seconds "$EVX" rebuild --vault full --as bench && row "rebuild of $left sealed exhibits ($(awk -v n="$left" -v m="$median" 'BEGIN { printf "%.0f", n / m }') a second)" ''
[ "$failures" -eq 0 ]
