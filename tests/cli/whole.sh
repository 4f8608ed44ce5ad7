# Sourced by whole.t and whole-vault.t, after lib.sh: what commands say with --json is compared, value by value, with what they said when somebody read it
# (whole.py says how). EVX_WHOLE_WRITE=1 writes that file anew; read what changed.
for tool in python3 ssh-keygen; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
EXPECTED=$TOP/tests/cli/$(basename "$0" .t).jsonl
[ -z "${EVX_WHOLE_WRITE:-}" ] || : >"$EXPECTED"
order=${usual:-}
compared() {
	if EXIT_CODE=$rc python3 "$TOP/tests/cli/whole.py" "$EXPECTED" "$T/seen.json" "$1" $order >"$T/differs" 2>&1; then
		pass "$1: says all of it"
	else
		fail "$1: says all of it" "$(cat "$T/differs")"
	fi
}
# whole CODE NAME COMMAND...: it ends with CODE (-: with the one in that file), and says what it is to say.
whole() {
	what=$2
	if [ "$1" != - ]; then
		code "$@" --json
	else
		shift 2
		run "$@" --json
	fi
	compared "$what" <"$T/out"
}
# page CODE NAME COMMAND...: the same of a report, p.html.
page() {
	what=$2
	rm -f p.html
	if [ "$1" != - ]; then
		code "$@" -o p.html
	else
		shift 2
		run "$@" -o p.html
	fi
	[ -e p.html ] || return
	sed "s/$("$EVX" version | tr -cd '0-9.' | sed 's/\./[.]/g')//g" p.html >"$T/page"
	order=--page
	compared "$what" <"$T/page"
	order=${usual:-}
}
# The same where the order of lines is that of random numbers.
unsorted() { order=--any-order; whole "$@"; order=${usual:-}; }

