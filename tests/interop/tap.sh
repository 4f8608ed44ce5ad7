# TAP for the interoperability tests: sourced by them. Gives a directory of its own ($work, removed at the end), a home of identities,
# and the functions below. All stock tools are found by the ordinary PATH.
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
EVX=${EVX:-$here/../../build/evx}
work=$(mktemp -d) || exit 1
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
export EVX_HOME=$work/home LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
checks=0
PYTHON=/usr/bin/python3

# needs TOOL...: skips the whole test, saying why, where a tool is missing.
needs()
{
	local tool
	for tool; do
		command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
	done
	"$PYTHON" -c 'import cryptography' 2>/dev/null || { echo "1..0 # SKIP python3-cryptography is not installed"; exit 0; }
}

# ok TEXT COMMAND...: one check; what a failing command wrote is shown.
ok()
{
	local text=$1 rc=0
	shift
	checks=$((checks + 1))
	"$@" >"$work/.out" 2>&1 </dev/null || rc=$?
	[ $rc = 0 ] && echo "ok $checks - $text" && return
	echo "not ok $checks - $text"
	{ echo "exit status $rc of: $*"; tail -n 20 "$work/.out"; } | sed 's/^/# /'
}

# fails STATUS WORD COMMAND...: succeeds when the command ends with STATUS and its last line begins with WORD.
fails()
{
	local status=$1 word=$2 rc=0 out
	shift 2
	out=$("$@" 2>&1) || rc=$?
	printf '%s\n' "$out"
	[ $rc = "$status" ] && [[ $(tail -n 1 <<<"$out") == "$word"* ]]
}

done_testing()
{
	echo "1..$checks"
}

# make_identity NAME: an identity without a passphrase; its age key is then in $work/NAME.txt.
make_identity()
{
	ok "evx makes the identity $1" "$EVX" id new "$1" --person "Person $1" --organisation 'Test office' --country NL --no-passphrase
	cp "$(find "$EVX_HOME" -path "*/$1/encryption.txt")" "$work/$1.txt"
}

# card NAME: prints the path of its card.
card()
{
	find "$EVX_HOME" -path "*/$1/card"
}

# seal BUNDLE SOURCE... [OPTION...]: seals with the identity alice, for her.
seal()
{
	local bundle=$1
	shift
	"$EVX" seal "$@" -o "$bundle" --case K-77-4711 --exhibit A1 --as alice --self --yes --quiet
}
