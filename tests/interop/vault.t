#!/bin/bash
# What a vault lends and borrows does not show outside: the second acquisition of a tree, exported, is a bag like any other, which stock tools check and
# the reader written from the specification opens.
. "$(dirname "$0")/tap.sh"
needs tar sha256sum ssh-keygen age jq cmp zstd

reader() { "$PYTHON" "$here/reader.py" "$@"; }
sums() { sha256sum --strict --quiet -c "$@"; }
signed()
{
	local j
	for j in custody/*.json; do
		printf 'anyone %s\n' "$(jq -r '.signers[0]' "$j")" >"$work/allowed"
		ssh-keygen -Y verify -f "$work/allowed" -I anyone -n evx-event/1 -s "$j.sig1" <"$j" || return
	done
}
records() { local r; for r in custody/*.record; do sums "$r" || return; done; }
into() { "$EVX" seal "$work/tree" --vault "$work/v" --case C --exhibit "$1" --as alice --self --yes --quiet; }

for name in alice bob; do make_identity $name; done
mkdir "$work/tree" && head -c 3000000 /dev/urandom >"$work/tree/noise" && seq 20000 >"$work/tree/numbers"
ok 'a vault' "$EVX" init "$work/v" --as alice --quiet
ok 'a first acquisition' into 1
first=$(ls "$work/v/exhibits")
echo later >"$work/tree/later"
ok 'a second one' into 2
second=$(ls "$work/v/exhibits" | grep -v "$first")
ok 'which borrows' sh -c "find '$work/v/exhibits/$second/data' -name '*.recipe' | grep -q ."
recipe=$(echo "$work/v/exhibits/$second/data"/*.recipe)
for tier in custody content; do
	ok "age opens the recipe with the exhibit's $tier key" sh -c "age -d -i '$work/alice.txt' '$work/v/exhibits/$second/keys/0000-$tier.age' | age -d -i - '$recipe' >'$work/$tier.recipe'"
done
ok 'it has places, and no keys of frames' sh -c "cut -d' ' -f1 '$work/content.recipe' | sort -u | tr '\\n' ' ' | grep -qx 'bytes copy evx-recipe/1 pack '"
ok 'the key of another exhibit opens nothing of it' fails 1 '' sh -c "age -d -i '$work/alice.txt' '$work/v/exhibits/$first/keys/0000-content.age' >'$work/other' && age -d -i '$work/other' '$recipe'"
ok 'a reader is added' "$EVX" recipient add "$work/v/exhibits/$second" --to "$(card bob)" --as alice --yes
ok 'it is exported' "$EVX" export "$work/v/exhibits/$second" -o "$work/second.evx" --as alice
ok 'the first one, too' "$EVX" export "$work/v/exhibits/$first" -o "$work/first.evx"

ok 'a checker of bags takes it' "$PYTHON" "$here/bagit_check.py" "$work/second.evx"
mkdir "$work/bag" && tar -C "$work/bag" -xf "$work/second.evx" && cd "$work/bag/$second" || exit 1
ok 'every payload file' sums manifest-sha256.txt
ok 'every tag file' sums tagmanifest-sha256.txt
ok 'every record' records
ok 'every signature' signed
ok 'every pack is one of the manifest' sh -c "cd data && ls | sed 's/\.pack\$//' | sort >'$work/there' && cut -c 1-64 ../manifest-sha256.txt | sort | cmp - '$work/there'"
ok 'and none is a pack of the lender' sh -c "ls '$work/v/exhibits/$first/data' | sed 's/\..*//' | sort | comm -12 - '$work/there' | cmp - /dev/null"
cd "$work" || exit 1
ok 'the reader opens all of it, for who was there from the start' fails 0 good reader --deep second.evx alice.txt out
ok 'and writes what was sealed' diff -r tree out/tree
ok 'and for who was added' fails 0 good reader --deep second.evx bob.txt
ok 'the directory of an exhibit that borrows nothing is what tar unpacks' sh -c "tar -xf first.evx && diff -r '$first' 'v/exhibits/$first'"
done_testing
