#!/bin/sh
# What would hide that a vault was tampered with: the next honest event, an import, the vault's own name taken away, a link in the place of its directory
# (format-spec/vault.md "Memory of a machine", "Exhibits seen before"). And the findings about a vault that no other test makes.
. "$(dirname "$0")/../cli/lib.sh"
people
V=$W/v
export EVX_VAULT=$V
mkdir src && echo evidence >src/one
"$EVX" init --quiet >/dev/null 2>&1 || exit 1
accept lab
"$EVX" member add "$T/lab.card" --quiet
"$EVX" trust add "$T/lab.card" --quiet --yes >/dev/null 2>&1
id=$(sed 's/.*"vault":"\([^"]*\)".*/\1/' v/vault.json)
heads=$T/officer/vaults/$id.heads
"$EVX" seal src --case C-1 --exhibit 1 --quiet --yes >/dev/null 2>&1
a=$(ls v/exhibits)
c1=$(basename "$(dirname "$(dirname "$(ls -d v/cases/*/exhibits/"$a")")")")
c2=$("$EVX" case new C-2)
mkdir -p "v/cases/$c2/exhibits"
found() { # found CODE NAME PATTERN COMMAND...
	wanted=$1 name=$2 pattern=$3
	shift 3
	code "$wanted" "$name" "$@"
	out_has "$pattern" "$name: named"
}

# ---- A mark that was moved, and an honest event behind it.
mv "v/cases/$c1/exhibits/$a" "v/cases/$c2/exhibits/$a"
found 5 'a mark was moved' 'V-CASE' "$EVX" check --as officer
code 0 'an event is added' "$EVX" note "$a" text --quiet
found 5 'which does not hide it' 'V-CASE' "$EVX" check --as officer
is "$(cut -d ' ' -f 3,5 "$heads" | tail -n 1)" "2 $c1" 'the event is remembered, and the case as it was'
# Another machine, that meets the exhibit for the first time there, knows by the inventory only: it must not remember what is in question.
mv "v/cases/$c2/exhibits/$a" "v/cases/$c1/exhibits/$a"
code 0 'an inventory' "$EVX" inventory --quiet
mv "v/cases/$c1/exhibits/$a" "v/cases/$c2/exhibits/$a"
code 0 'an event on another machine' at lab "$EVX" note "$a" text --quiet
mv "v/cases/$c2/exhibits/$a" "v/cases/$c1/exhibits/$a"
at lab "$EVX" trust add "$T/officer.card" --quiet --yes >/dev/null 2>&1
code 0 'put back, nothing is in question there' at lab "$EVX" check --as lab
code 0 'nor here' "$EVX" check --as officer
# What came in without a case stays in none.
"$EVX" seal src -o loose.evx --self --case X --exhibit 1 --quiet >/dev/null 2>&1
code 0 'an exhibit comes in without a case' "$EVX" import loose.evx --quiet
loose=$(ls v/exhibits | grep -v "$a")
ok 'an import is remembered' grep -q "^$loose .* 1 .* -\$" "$heads"
: >"v/cases/$c1/exhibits/$loose"
found 5 'a mark made for it' 'V-CASE.*in no case' "$EVX" check --as officer
rm "v/cases/$c1/exhibits/$loose"

# ---- Events taken away, and an import of another chain.
code 0 'a copy' "$EVX" export "$a" -o copy.evx --quiet --as officer
cp -a "v/exhibits/$a" before
cp copy.evx other.evx
code 0 'an event in the copy' at lab "$EVX" note other.evx text --quiet --as lab
code 0 'a hold in the vault' "$EVX" hold "$a" --quiet --reason appeal
code 0 'a copy of that' "$EVX" export "$a" -o held.evx --quiet --as officer
rm -rf "v/exhibits/$a" && cp -a before "v/exhibits/$a"
code 1 'an import does not put another event in the place of the hold' "$EVX" import other.evx --quiet
err_has 'V-HEAD' 'and says why'
found 1 'the hold is still missed' 'V-HEAD.*removed entries' "$EVX" check --as officer
code 0 'an import of the copy that has it' "$EVX" import held.evx --quiet
code 0 'makes it good' "$EVX" check --as officer
mv "v/exhibits/$a" kept
found 1 'an older copy of an exhibit that is gone is taken in' 'V-HEAD' "$EVX" import copy.evx --case "$c1"
ok 'and does not pass for it' sh -c '! "$0" verify "$1" --as officer' "$EVX" "$a"
rm -rf "v/exhibits/$a" && mv kept "v/exhibits/$a"
# What an import brought is remembered, too.
"$EVX" export "$loose" -o loose-2.evx --quiet --as officer >/dev/null 2>&1 && "$EVX" note loose-2.evx text --quiet >/dev/null
cp -a "v/exhibits/$loose" before-2
code 0 'an event comes in with an import' "$EVX" import loose-2.evx --quiet
rm -rf "v/exhibits/$loose" && cp -a before-2 "v/exhibits/$loose"
found 1 'and is missed when it is taken away' 'V-HEAD' "$EVX" verify --details "$loose"
code 0 'the same import again' "$EVX" import loose-2.evx --quiet
code 0 'makes it good' "$EVX" check --as officer

# ---- The vault's name damaged or taken away, so that nobody compares.
rm -rf held && mv "v/exhibits/$a" held && cp -a before "v/exhibits/$a"
cp v/vault.json name.kept
echo '{}' >v/vault.json
found 3 'with a damaged name nothing is called good' 'V-LOG' "$EVX" verify --details "v/exhibits/$a"
rm v/vault.json
found 3 'nor without one' 'V-LOG' "$EVX" verify --details "v/exhibits/$a"
code 3 'and no event is added' "$EVX" note "v/exhibits/$a" text --quiet
mv v/log log.kept
found 3 'nor without a log, where this machine knows the vault' 'V-LOG' "$EVX" verify --details "v/exhibits/$a"
mv log.kept v/log && mv name.kept v/vault.json
# The log good up to some entry only.
last=$(ls v/log | grep -v list | tail -n 1)
cp "v/log/$last" last.kept && at lab "$EVX" vault forget "$id" --quiet
flip "v/log/$last" 40
found 3 'an exhibit whose vault has a damaged log, to a machine that saw nothing' 'V-LOG' at lab "$EVX" verify --details "v/exhibits/$a"
found 1 'the check finds the log' 'V-LOG' at lab "$EVX" check
mv last.kept "v/log/$last"
rm -rf "v/exhibits/$a" && mv held "v/exhibits/$a"
code 0 'as it was, it is good' "$EVX" check --as officer

# ---- A link in the place of the vault, to another one that this machine knows, too.
at lab "$EVX" init "$W/lab-vault" --quiet >/dev/null && accept officer "$W/lab-vault"
at lab "$EVX" member add "$T/officer.card" --vault "$W/lab-vault" --quiet && at lab "$EVX" case new C-1 --vault "$W/lab-vault" >/dev/null
mkdir away && mv v away/v && ln -s lab-vault v
code 1 'nothing is sealed through a link put in the place of a vault' "$EVX" seal src --case C-1 --exhibit 2 --quiet
err_has 'Another vault is here now' 'and it is said'
rm v && mkdir disk && mv lab-vault disk/moved && ln -s disk/moved v
code 1 'nor when the other vault was moved for that' "$EVX" seal src --case C-1 --exhibit 2 --quiet
rm v && ln -s disk link && ln -s "$W/link/../disk/./moved" v
code 1 'nor by way of more links' "$EVX" seal src --vault ./v/. --case C-1 --exhibit 2 --quiet
is "$(ls disk/moved/exhibits | wc -l)" 0 'nothing is in the other vault'
rm v && ln -s away/v v
code 0 'a link to the vault itself is one more way to it' "$EVX" case new C-3
rm v && mv away/v v
code 0 'and back' "$EVX" case new C-4

# ---- What else a check tells.
none=00000000-0000-4000-8000-000000000000
: >"v/cases/$c1/exhibits/$none"
found 0 'a mark of nothing' 'V-MARK' "$EVX" check --as officer
rm "v/cases/$c1/exhibits/$none"
gone v/branches 'no copy parted'
echo x >v/branches
found 3 'a file in the place of a directory' 'V-IO' "$EVX" check --as officer
rm v/branches
mkdir -p "v/remnants/$none" && recipe=v/exhibits/$a/data/$(printf %064d 0).recipe && echo x >"$recipe"
run "$EVX" check --as officer --sweep
out_has 'V-REMNANT' 'remnants are kept while a recipe cannot be opened'
ok 'and are there' test -d "v/remnants/$none"
rm -r v/remnants "$recipe"
code 0 'disposal is allowed' "$EVX" dispose-authorise "$loose" --quiet
cp -a "v/exhibits/$loose" undone
code 0 'and done' "$EVX" dispose "$loose" --yes --quiet
rm -rf "v/exhibits/$loose" && mv undone "v/exhibits/$loose" && rm -f "$heads"
found 1 'an exhibit that the log says was disposed of' 'V-REMOVAL' "$EVX" check --as officer
done_testing
