#!/bin/bash
# The checker of a report page judges every test vector, and custody records with faults of every kind, as evx verify does.
. "$(dirname "$0")/tap.sh"
needs node jq
generate=${EVX_BUILD:-$(dirname "$EVX")}/vectors-generate
[ -x "$generate" ] || { echo "1..0 # SKIP $generate is not built"; exit 0; }
node -e '0' 2>/dev/null && node --input-type=module -e 'import { webcrypto } from "node:crypto"; await webcrypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign"])' 2>/dev/null ||
	{ echo "1..0 # SKIP this Node.js knows no Ed25519"; exit 0; }
judge() { node "$here/../checker/judge.mjs" "$@"; }

# words EXIT FINDINGS: the first words for an exit code of evx verify. The checker compares the signers with nobody: findings T-… are not its own.
words()
{
	case $1 in
	0) echo GOOD ;;
	1) echo BAD ;;
	3) echo NOT CHECKED ;;
	4) echo TOO NEW ;;
	5) case ,$2 in *,[!T]*) echo OPEN QUESTIONS ;; *) echo GOOD ;; esac ;;
	esac
}

"$generate" "$work/vectors" || exit 1
cd "$work/vectors" || exit 1
judge good/*.evx fault/*.evx >"$work/judged" || echo "Bail out!"
grep -v '^#' "$here/../vectors/EXPECTED.tsv" | cut -f1,3,4 | LC_ALL=C sort >"$work/expected"
awk -F'\t' -v OFS='\t' '{ sub(/\.evx$/, "", $3); print $3, $1, $2 }' "$work/judged" | LC_ALL=C sort | LC_ALL=C join -t$'\t' "$work/expected" - >"$work/both"
while IFS=$'\t' read -r name exit findings said found; do
	ok "$name: evx says $exit $findings, the checker $said $found" [ "$said" = "$(words "$exit" "$findings")" ]
done <"$work/both"
ok 'every vector was judged' [ "$(wc -l <"$work/both")" = "$(find . -name '*.evx' | wc -l)" ]

# Custody records that evx made, with whatever it lets people sign.
cd "$work" || exit 1
for who in alice bob carol eve; do make_identity $who; done
mkdir -p cards && for who in alice bob carol; do cp "$(card $who)" cards/$who.card; done
cp "$(card eve)" eve.card
as() { local who=$1 command=$2 && shift 2 && "$EVX" "$command" "$@" --as "$who" --quiet; }
# Trusts every card but that of eve, who is somebody unknown.
evx_says()
{
	local home=$EVX_HOME out rc=0
	export EVX_HOME=$work/empty
	out=$("$EVX" verify "$1" --trust cards/alice.card --trust cards/bob.card --trust cards/carol.card --json 2>/dev/null) || rc=$?
	EVX_HOME=$home
	echo "$rc $(jq -r '[.findings[]? | select(.weight == "gap" or .weight == "broken" or .weight == "newer" or .weight == "unchecked") | .code] | unique | join(",")' <<<"$out")"
}
agrees()
{
	local exit findings said found
	read -r exit findings < <(evx_says "$1")
	IFS=$'\t' read -r said found _ < <(judge "$1")
	echo "evx $exit $findings, the checker $said $found"
	[ "$said" = "$(words "$exit" "$findings")" ] && [ "$exit" = "$2" ]
}
head -c 100000 /dev/urandom >source
one() { rm -f x.evx && "$EVX" seal source -o x.evx --case C --exhibit 1 --as alice --self --to cards/bob.card --yes --quiet "$@"; }
ok 'a seal' one
ok 'agrees on a seal' agrees x.evx 0
ok 'released' as alice release x.evx --yes --to cards/bob.card --keeps nothing --purpose p
ok 'agrees on a release' agrees x.evx 0
ok 'accepted' as bob accept x.evx --yes --not-inventoried
ok 'agrees on an acceptance' agrees x.evx 0
ok 'held' as bob hold x.evx
ok 'let in' as bob rewrap x.evx --yes --to cards/carol.card
ok 'an inquiry' as bob inquiry x.evx --reason lost
ok 'agrees on hold, rewrap, inquiry' agrees x.evx 0
cp x.evx stranger.evx
ok 'a note of somebody unknown' as eve note stranger.evx hello
ok 'agrees on a claim' agrees stranger.evx 5
ok 'and goes on behind it' as bob note stranger.evx here
ok 'agrees on what follows a claim' agrees stranger.evx 5
ok 'a note of somebody whom only a card knows' as carol note x.evx hello
ok 'is good for who has the card' sh -c "'$EVX' verify x.evx --trust cards/alice.card --trust cards/bob.card --trust cards/carol.card --quiet"
ok 'and a question for who has none' sh -c "node '$here/../checker/judge.mjs' x.evx | grep -q '^OPEN QUESTIONS.*R-CLAIM:gap'"
ok 'sealed again' one
ok 'taken over' as carol take-over x.evx --yes --reason lost-key --former cards/alice.card
ok 'agrees that nobody without cards can know a take-over' sh -c "node '$here/../checker/judge.mjs' x.evx | grep -q '^OPEN QUESTIONS'"
ok 'sealed again' one
ok 'released' as alice release x.evx --yes --to cards/bob.card --keeps nothing --purpose p
ok 'refused' as bob refuse x.evx --yes --reason no
ok 'released again' as alice release x.evx --yes --to cards/carol.card --keeps copy --purpose p
ok 'withdrawn' as alice withdraw x.evx
ok 'corrected' as alice correct x.evx --event 0 --place here
ok 'disposal authorised' as alice dispose-authorise x.evx --yes
ok 'agrees on refusal, withdrawal, correction, authorisation' agrees x.evx 0
# Each small file of the record changed in one byte: never good.
python3 - x.evx >changes.txt <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
for n, at in enumerate(range(0, len(data), len(data) // 97)):
    copy = bytearray(data)
    copy[at] ^= 1 << at % 8
    name = f"changed{n}.evx"
    open(name, "wb").write(copy)
    print(name)
END
ok 'no file with a changed byte is good' sh -c "xargs node '$here/../checker/judge.mjs' <changes.txt >changed.out && ! grep -v '^BAD' changed.out && [ \$(wc -l <changed.out) -ge 97 ]"
for n in 1 600 5000; do head -c "$n" x.evx >cut$n.evx; done
ok 'a copy that ends early is not checked' sh -c "node '$here/../checker/judge.mjs' cut600.evx cut5000.evx | grep -c '^NOT CHECKED' | grep -qx 2"
done_testing
