#!/bin/sh
# Every test vector (tests/vectors): what verify, verify --deep and extract say must be as tests/vectors/EXPECTED.tsv has it, nothing may
# appear outside the extraction's target, and what could not be trusted leaves nothing there.
. "$(dirname "$0")/lib.sh"

GENERATE=${EVX_BUILD:-$(dirname "$EVX")}/vectors-generate
[ -x "$GENERATE" ] || { echo "1..0 # SKIP $GENERATE is not built"; exit 0; }
EXPECTED=$TOP/tests/vectors/EXPECTED.tsv
V=$T/vectors
"$GENERATE" "$V" || exit 1
"$GENERATE" "$T/again" || exit 1
ok 'two runs give the same bytes' diff -r "$V" "$T/again"
rm -rf "$T/again"
ok 'the good vectors are those published' sh -c 'cd "$1" && sha256sum --quiet -c "$2"' - "$V" "$TOP/tests/vectors/SHA256SUMS"
"$GENERATE" --explain >"$T/example.md"
ok 'the page of the example is true' diff "$TOP/format-spec/example.md" "$T/example.md"
is "$(cut -f1 "$EXPECTED" | grep -v '^#' | LC_ALL=C sort)" "$(cd "$V" && find good fault -name '*.evx' | sed 's/\.evx$//' | LC_ALL=C sort)" \
	'every vector has a line, every line a vector'

# judge NAME: prints the exit codes for the vector as this program sees it; the rest is left in $T/run/NAME.
judge() {
	name=$1 file=$V/$1.evx dir=$T/run/$1
	mkdir -p "$dir/in" && cd "$dir/in" || return
	EVX_HOME=$T/nobody "$EVX" verify "$file" --json --trust "$V/officer.card" >../verify 2>../verify.err </dev/null
	plain=$?
	EVX_HOME=$V/lab "$EVX" verify --deep "$file" --json --trust "$V/officer.card" >../deep 2>../deep.err </dev/null
	deep=$?
	EVX_HOME=$V/lab "$EVX" extract "$file" -C target --quiet >../extract 2>../extract.err </dev/null
	printf '%s\t%s\t%s\t%s\n' "$name" "$plain" "$deep" "$?"
}
mkdir "$T/run"
half() {
	grep -v '^#' "$EXPECTED" | awk -v n="$1" 'NR % 2 == n' | while IFS="$(printf '\t')" read -r name rest; do judge "$name"; done >"$T/codes.$1"
}
half 0 &
half 1
wait $!
# With the codes of the findings in both reports, each once, sorted, joined by commas; "-" for none. R-HEAD, which is no
# fault, would stand with nearly all: nothing pins the end of a vector's chain.
(cd "$T/run" && find . -name verify -o -name deep | xargs grep -o '"code": *"[A-Z]-[A-Z-]*"' /dev/null) |
	sed 's|^\./\(.*\)/\([a-z]*\):.*"\([^"]*\)"$|\1 \2 \3|' | grep -v ' R-HEAD$' | LC_ALL=C sort -u >"$T/findings"
cat "$T/codes.0" "$T/codes.1" | LC_ALL=C sort | awk '
	NR == FNR { found[$1 " " $2] = found[$1 " " $2] "," $3; next }
	function codes(report) { return $1 " " report in found ? substr(found[$1 " " report], 2) : "-" }
	{ printf "%s\t%s\t%s\t%s\t%s\t%s\n", $1, $2, codes("verify"), $3, codes("deep"), $4 }' "$T/findings" - >"$T/seen"
grep -v '^#' "$EXPECTED" | cut -f1,3- | LC_ALL=C sort >"$T/want"
is "$(wc -l <"$T/seen")" "$(wc -l <"$T/want")" 'every vector was judged'
while IFS= read -r want <&3 && IFS= read -r seen <&4; do
	is "$seen" "$want" "${want%%	*}"
done 3<"$T/want" 4<"$T/seen"

# Only the target may have come to be; a listing that was refused leaves nothing in it.
cd "$T/run" || exit 1
{
	find . -mindepth 4 -maxdepth 4 -path '*/in/*' ! -name target
	grep -rl --include=extract.err -e 'D-LISTING' -e 'listing.*: .*(corrupt)' . | while read -r refused; do
		find "${refused%extract.err}in" -mindepth 2
	done
	find . -name '*evx-partial*'
	grep -rl --include='*.err' -e 'AddressSanitizer' -e 'runtime error' .
} >"$T/outside"
is "$(cat "$T/outside")" '' 'nothing outside the target, nothing half-made, no temporary file'

# An event names a time-stamp, and there is none at all: its receipt is made, and carries none.
cd "$T/run" || exit 1
in_lab() { EVX_HOME=$V/lab "$EVX" "$@" 2>>"$T/lab.err" </dev/null; }
in_lab receipt export "$V/fault/append-names-missing-stamp.evx" "$T/bare.receipt" --event 1 >/dev/null
is "$? $(grep -c 'BEGIN EVX TIME-STAMP' "$T/bare.receipt")" '0 0' 'a receipt of an event whose time-stamp is gone'

# A payload of two sequences, whole and without its seal.
two=$V/good/two-sequences.evx
is "$(in_lab list "$two" | wc -l)" 6 'two sequences: list'
in_lab extract "$two" -C "$T/two" --quiet
for f in a-lent.bin d-lent-again.bin e-own.bin; do
	in_lab cat "$two" case/$f >"$T/cat"
	ok "two sequences: cat $f" cmp "$T/cat" "$T/two/case/$f"
done
ok 'two sequences: what was borrowed is what was stored' cmp "$T/two/case/a-lent.bin" "$T/two/case/d-lent-again.bin"
head -c "$(grep -abo manifest-sha256.txt "$two" | head -n 1 | cut -d: -f1)" "$two" >"$T/cut.evx"
in_lab extract "$T/cut.evx" -C "$T/salvaged" --salvage >/dev/null
ok 'two sequences: salvage without the seal gives the same files' diff -r "$T/two" "$T/salvaged"
done_testing
