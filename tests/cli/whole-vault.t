#!/bin/sh
# Everything that commands for vaults, mirrors and shipments say with --json, value by value (whole.sh).
. "$(dirname "$0")/lib.sh"
usual=--any-order # what concerns several exhibits comes in the order of their random numbers
. "$TOP/tests/cli/whole.sh"

people || exit 1
at lab "$EVX" trust add "$T/officer.card" >/dev/null
"$EVX" trust add "$T/lab.card" >/dev/null
mkdir phone && echo one >phone/one && seq 1 3000 >phone/numbers
find phone -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +
"$EVX" seal phone -o b.evx --case C-1 --exhibit E-2 --self --quiet 2>/dev/null || exit 1

fingerprint_of() { at "$1" "$EVX" id show "$1" --json | sed -n 's/.*"fingerprint":"\([^"]*\)".*/\1/p' | head -n 1; }

# ---- A vault
export EVX_VAULT="$T/vault"
whole 0 'init' "$EVX" init --as officer
whole 0 'a member' "$EVX" member add "$T/lab.card"
whole 0 'a custody member' "$EVX" member add "$T/room.card" --custody-only
accept lab && accept room
whole 0 'members' "$EVX" member list --as officer
whole 0 'members for nobody' "$EVX" member list --founder "$(founder "$EVX_VAULT")"
whole 0 'a case' "$EVX" case new C-1 --office Office
mkdir one two && seq 1 200000 >one/a && echo 1 >one/b && cp one/a two/a && seq 5 90000 >two/c
find one two -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +
whole 0 'seal into the vault' "$EVX" seal one --case C-1 --exhibit 1
whole 0 'seal what borrows' "$EVX" seal two --case C-1 --exhibit 2
whole 0 'import' "$EVX" import b.evx --yes
whole 0 'import again' "$EVX" import b.evx --yes
whole 0 'exhibits' "$EVX" exhibits
whole 0 'exhibits for a custody member' at room "$EVX" exhibits
whole 0 'cases' "$EVX" case list --as officer
whole 0 'vaults' "$EVX" vault list
whole 0 'stats' "$EVX" stats
whole 0 'check' "$EVX" check --as officer -v
whole 0 'check deep' "$EVX" check --deep
whole 3 'check without a key' "$EVX" check
whole 0 'inventory' "$EVX" inventory --notes 'all there'
whole 0 'export' "$EVX" export C-1/2 -o e.evx --to "$T/stranger.card" --yes
whole 5 'verify what was exported' at stranger "$EVX" verify e.evx --deep
cp -a "$EVX_VAULT" "$T/good" && cp -a "$T/officer/vaults" "$T/remembered"
# whole_again: the vault as it was, and this machine remembers it as it was.
whole_again() { rm -rf "$EVX_VAULT" "$T/officer/vaults" && cp -a "$T/good" "$EVX_VAULT" && cp -a "$T/remembered" "$T/officer/vaults"; }
borrower=$(ls -d "$EVX_VAULT"/exhibits/*/data/*.recipe | sed 's,/data/.*,,')
b=exhibits/${borrower##*/}
# damaged NAME COMMAND...: what check says of the vault after COMMAND, run in its directory.
damaged() {
	name=$1
	shift
	whole_again
	(cd "$EVX_VAULT" && "$@") || fail "$name: done"
	whole - "check, $name" "$EVX" check --as officer
}
first() { ls -d $1 | head -n 1; }
flip_first() { flip "$(first "$1")" "$2"; }
drop_first() { rm -r "$(first "$1")"; }
damaged 'a pack that is gone' drop_first "$b/data/*.pack"
damaged 'a pack that was cut' sh -c "truncate -s 100 $b/data/*.pack"
damaged 'a pack under another name' sh -c "mv $b/data/*.pack $b/data/$(printf %064d 7).pack"
damaged 'a recipe that is gone' drop_first "$b/data/*.recipe"
damaged 'a damaged recipe' flip_first "$b/data/*.recipe" 100
damaged 'a foreign file in the data' sh -c "echo x >$b/data/x"
for file in keys/0000-content.age keys/0000-custody.age custody/0000-seal.json custody/0000-seal.json.sig1 custody/0000-seal.record \
	custody/0000-seal.details.age custody/0000-seal.content.age index-0000 manifest-sha256.txt tagmanifest-sha256.txt bag-info.txt README.txt; do
	damaged "$file is gone" rm "$b/$file"
	damaged "$file is damaged" flip "$b/$file" 20
done
damaged 'a directory that is no exhibit' mkdir exhibits/foreign
damaged 'an exhibit without its mark' sh -c "rm cases/*/$b"
damaged 'a mark in a second case' sh -c 'mkdir -p cases/01234567-89ab-4def-8123-456789abcdef/exhibits && : >"cases/01234567-89ab-4def-8123-456789abcdef/$0"' "$b"
damaged 'no catalog' sh -c 'rm catalog.sqlite*'
damaged 'a damaged catalog' sh -c 'echo none >catalog.sqlite'
damaged 'an entry of the log that is gone' drop_first 'log/*-member*'
damaged 'the last entry of the log that is gone' sh -c 'rm "log/$(ls log | sort | tail -n 1)"'
damaged 'a damaged entry of the log' flip_first 'log/0000*' 300
damaged 'a foreign file among members' sh -c 'echo x >members/x'
damaged 'what somebody left' sh -c 'mkdir tmp/x && echo x >tmp/x/y'
damaged 'no vault.json' rm vault.json
for dir in tmp exhibits cases log members; do
	damaged "no $dir" rm -r "$dir"
	whole - "exhibits, no $dir" "$EVX" exhibits
	whole - "stats, no $dir" "$EVX" stats
	whole - "inventory, no $dir" "$EVX" inventory
	whole - "a case, no $dir" "$EVX" case new "of $dir"
	damaged "a file in place of $dir" sh -c "rm -r $dir && : >$dir"
	whole - "a seal, a file in place of $dir" "$EVX" seal one --case C-1 --exhibit "$dir"
	whole - "a member, a file in place of $dir" "$EVX" member add "$T/stranger.card"
	whole - "an import, a file in place of $dir" "$EVX" import b.evx --yes
done
whole_again
pack=$(first "$borrower/data/*.pack")
flip "$pack" 300
whole 1 'check a damaged pack' "$EVX" check --as officer
whole 0 'heal' "$EVX" check --heal-from "$T/good" --as officer
whole 0 'check what was healed' "$EVX" check --as officer
mkdir "$T/away" && mv "$borrower" "$T/away/"
whole 1 'check a missing exhibit' "$EVX" check --as officer
whole 1 'inventory without it' "$EVX" inventory
mv "$T/away"/* "$EVX_VAULT/exhibits/"
whole 0 'authorise a disposal' "$EVX" dispose-authorise C-1/1 --authority 'order 9'
whole 0 'dispose' "$EVX" dispose C-1/1 --reason 'order 9' --yes
whole 0 'check after a disposal' "$EVX" check --as officer -v
whole 0 'rebuild' "$EVX" rebuild --as officer
whole 0 'exhibits after it' "$EVX" exhibits
whole 0 'stats after it' "$EVX" stats

whole 0 'another case' "$EVX" case new C-7
whole 0 'another label' "$EVX" case alias C-7 'J 88/26'
whole 0 'an exhibit is filed' "$EVX" case file C-1/2 C-7 --reason 'mistyped'
whole 0 'cases after it' "$EVX" case list --as officer
whole 0 'cases are merged' "$EVX" case merge C-7 C-1 --reason 'one investigation'
whole 0 'cases after that' "$EVX" case list --as officer
whole 0 'a member is removed' "$EVX" member remove "$(fingerprint_of room)"
whole 0 'members after it' "$EVX" member list --as officer

# ---- Remotes
mkdir "$T/stick"
whole 0 'a remote' "$EVX" remote add stick "dir:$T/stick"
at lab "$EVX" remote add stick "dir:$T/stick" --quiet && at room "$EVX" remote add stick "dir:$T/stick" --quiet
whole 0 'remotes' "$EVX" remote list
whole 0 'a remote is tried' "$EVX" remote test stick
whole 0 'mirror' "$EVX" mirror --via stick
whole 0 'mirror again' "$EVX" mirror --via stick
whole 0 'check the mirror' "$EVX" check --via stick
"$EVX" note C-1/2 'behind the mirror' --quiet
whole 0 'check the mirror that is behind' "$EVX" check --via stick
whole 0 'mirror the note' "$EVX" mirror --via stick
whole 0 'rebuild from the mirror' "$EVX" import --via stick --into "$T/rebuilt"
whole 0 'send' "$EVX" send C-1/2 --to "$T/lab.card" --via stick --purpose examination --authority 'order 7' --yes
whole 0 'send again' "$EVX" send C-1/2 --to "$T/lab.card" --via stick --yes
cd "$W" && unset EVX_VAULT
whole 0 'inbox' at lab "$EVX" inbox
whole 0 'receipts that wait' "$EVX" receipts
whole 0 'receive' at lab "$EVX" receive -o got --accept inventoried --place 'room 4' --yes
whole 0 'inbox after it' at lab "$EVX" inbox
whole 0 'receipts' "$EVX" receipts
whole 0 'receipts again' "$EVX" receipts
"$EVX" seal one -o third.evx --case C-2 --exhibit 3 --to "$T/lab.card" --self --quiet 2>/dev/null
whole 0 'send another' "$EVX" send third.evx --to "$T/lab.card" --via stick --keeps nothing --yes
whole 0 'refuse it' at lab "$EVX" receive -o got --refuse 'the bag was open' --yes
whole 0 'the refusal comes' "$EVX" receipts
whole 0 'verify what was refused' "$EVX" verify third.evx
rm -r "$T/stick/packs"
code 1 'check a mirror without its packs' "$EVX" check --via stick --vault "$T/vault" --json
is "$(grep -c '"object":"packs/.*,"flaw":"missing"' "$T/out")" 3 'each is named'
done_testing
