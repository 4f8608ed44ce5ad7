#!/bin/sh
# Keeping a vault: check, heal, inventory, dispose.
. "$(dirname "$0")/lib.sh"
V=$T/vault
export EVX_VAULT=$V

# vault: two exhibits of one case, E-2 borrowing from E-1, and E-3 of another case. $A, $B, $C are their UUIDs.
sealed_as() { "$EVX" seal "$1" --case "$2" --exhibit "$3" --quiet --yes 2>"$T/seal.err" >"$T/seal.out" || cat "$T/seal.err"; newest; }
newest() { for d in "$V"/exhibits/*; do case " $known " in *" ${d##*/} "*) ;; *) uuid=${d##*/} known="$known $uuid" ;; esac; done; }
vault() {
	rm -rf "$V" a b && mkdir a b && head -c 1500000 /dev/urandom >a/one && echo two >a/two && cp a/one b/one && head -c 50000 /dev/urandom >b/three
	known=
	"$EVX" init --as officer --quiet 2>/dev/null
	for one in lab room stranger; do accept $one; done
	sealed_as a C-1 E-1 && A=$uuid
	sealed_as b C-1 E-2 && B=$uuid
	sealed_as a/two C-2 E-3 && C=$uuid
	P=$(echo "$V/exhibits/$A/data"/*.pack)
	R=$(echo "$V/exhibits/$B/data"/*.recipe)
	Q=$(echo "$V/exhibits/$B/data"/*.pack)
	rm -rf "$T/saved" && cp -a "$V" "$T/saved"
}
# back WHAT: the vault as it was, and nobody remembers another one.
back() {
	rm -rf "$V" "$T"/*/vaults && cp -a "$1" "$V"
	for one in officer lab room stranger; do accept $one; done
}
again() { back "$T/saved"; }
hash_of() { basename "$1" | cut -c 1-64; }

people
vault
ok 'the second exhibit borrowed' test -f "$R"

# ---- check
code 3 'without a key: recipes are not checked' "$EVX" check
out_has 'NOT CHECKED *D-IO' 'and it is said'
out_has '^NOT CHECKED.*3 exhibits, 2 good, 0 bad, 0 with open questions, 1 not checked' 'verdict with counts'
code 0 'with a member: all of it' "$EVX" check --as officer -v
out_has "^$B  good" 'the borrower is good'
out_has '^GOOD: 3 exhibits, 3 good' 'verdict'
out_has '^4 of 4 packs read' 'every pack was read'
code 0 'deep' "$EVX" check --deep
code 3 'a key that opens nothing here' at lab "$EVX" check --as lab
err_has 'is not a member of this vault' 'and says so'
code 0 'remembered' "$EVX" check --as officer --since 1d
out_has '3 not checked again' 'what was good is left out'
out_has '^0 of 0 packs read' 'and not read'
code 0 'deep is more than good' "$EVX" check --deep --since 2001-01-01
out_has '3 not checked again' 'deep before is left out'
code 0 'only one' "$EVX" check "$C" -v
out_has '^GOOD: 1 exhibit, 1 good' 'one exhibit'
code 3 'none of that name' "$EVX" check ffffffff-ffff
code 2 'a bad span' "$EVX" check --since yesterday
err_has 'is not a time' 'said'
code 2 'a bad sample' "$EVX" check --sample 101
code 0 'sample of all packs but some' "$EVX" check --as officer --sample 99
out_has 'The seed [0-9a-f]\{32\} chose the packs' 'names the seed'
code 0 'as JSON' "$EVX" check --as officer --json
out_has '"exit": *0' 'with the exit code'

again
code 0 'a catalog that is lost is made anew' "$EVX" check --as officer
chmod -R a-w "$V"
if [ "$(id -u)" -eq 0 ]; then skip 'root writes everywhere'; else code 0 'a vault that cannot be written is checked' "$EVX" check --as officer; fi
chmod -R u+w "$V"

# What an interrupted check left: begun, three exhibits, of which it finished none but was in the first.
if command -v sqlite3 >"$T/sq"; then
	again
	run "$EVX" check --as officer
	sqlite3 "$V/catalog.sqlite" "UPDATE exhibits SET resume_since = checked - 5, resume = 1 WHERE hex(uuid) = '$(echo "$A" | tr -d - | tr a-f A-F)'"
	code 0 'a check that was interrupted is gone on with' "$EVX" check --as officer -v
	out_has '^This continued the check' 'said'
	out_has "^$A  good (an interrupted check continued)" 'the exhibit that it was in'
	out_has '^0 of 1 pack read' 'without the packs that were good'
	out_has '2 not checked again' 'the others are left out'
	code 0 'it came to its end' "$EVX" check --as officer
	out_has '^4 of 4 packs read' 'so the next one begins anew'
	sqlite3 "$V/catalog.sqlite" "UPDATE exhibits SET resume_since = checked - 5"
	code 0 'or is told to' "$EVX" check --as officer --anew
	out_has '^4 of 4 packs read' 'reads everything'
else
	skip 'no sqlite3 to play an interruption'
fi

again
"$EVX" check --as officer >"$T/c1" 2>&1 & one=$!
"$EVX" check --as officer >"$T/c2" 2>&1 & two=$!
wait $one && wait $two
is $? 0 'two checks at once'

# ---- damage
again
flip "$P" 70000
code 1 'a damaged pack of a lender' "$EVX" check --as officer
out_has "^pack $(hash_of "$P")" 'is named'
out_has "  of exhibit $A: " 'with its exhibit'
out_has "  used by exhibit $B" 'and the one that borrows from it'
out_has '  holds bytes of a/one' 'and the file'
out_has "^pack $(hash_of "$R")" 'the borrower is bad, too'
out_has "  copies from exhibit $A" 'and names the lender'
out_has '^BAD: 3 exhibits, 1 good, 2 bad' 'verdict'
code 1 'without a key' "$EVX" check
out_has 'does not know for certain which exhibits use it' 'it says what the key would tell'
code 1 'and the custody tier' "$EVX" check --deep
out_has 'D-FILE-DIGEST.*a/one' 'deep names what does not open'
code 0 'the catalog remembers' "$EVX" exhibits --json
out_has "\"uuid\":\"$A\".*\"contents_checked\":\"20.*\"contents_result\":\"bad\"" 'what is bad in it'
code 3 'no heal without a member' at lab "$EVX" check --heal-from "$T/saved"
code 1 'the wrong bytes are not taken' "$EVX" check --as officer --heal-from "$V"
out_has 'Not replaced: pack: expected SHA-256' 'said'
code 1 'a source without it' "$EVX" check --as officer --heal-from "$T/saved/exhibits/$C"
out_has 'Not replaced: The bundle does not have this pack.' 'said'
code 0 'healed from another vault' "$EVX" check --as officer --heal-from "$T/saved"
out_has 'Replaced from ' 'said'
out_has "^$A  after healing: good" 'checked again'
cp "$T/out" healed && code 0 'of its contents nothing is known' "$EVX" exhibits --json
ok 'until they are looked at' not grep -q "\"uuid\":\"$A\".*contents_checked" "$T/out"
cp healed "$T/out"
out_has "^$B  after healing: good" 'the borrower is whole with it'
ok 'the same bytes' cmp "$P" "$T/saved/exhibits/$A/data/$(basename "$P")"
run "$EVX" log --details "$A" --as officer
out_has '0001 .*note' 'a signed event tells of it'
out_has "$(hash_of "$P")" 'names the pack'
run "$EVX" log "$B"
ok 'and only where something was healed' not grep -q note "$T/out"

again
rm "$P"
code 1 'a missing pack' "$EVX" check --as officer
out_has 'D-MISSING' 'is found'
"$EVX" verify "$T/saved/exhibits/$A" >"$T/ok" 2>&1
(cd "$T/saved/exhibits" && tar -cf "$T/unused.tar" "$A")
run "$EVX" export "$A" --as officer -o "$W/a.evx"
again
run "$EVX" export "$A" -o "$W/a.evx"
rm "$P"
code 0 'healed from a bundle' "$EVX" check --as officer --heal-from "$W/a.evx"
ok 'it is there' cmp "$P" "$T/saved/exhibits/$A/data/$(basename "$P")"

again
mv "$P" "${P%/*}/$(hash_of "$Q").pack"
code 1 'a pack under a wrong name' "$EVX" check --as officer
out_has 'D-EXTRA' 'is seen'
again
cp "$P" "$T/p" && cp "$Q" "$P" && cp "$T/p" "$Q"
code 1 'two packs exchanged' "$EVX" check --as officer
is "$(grep -c '^pack ' "$T/out")" 3 'both are named, and who borrows'

again
flip "$R" 400
code 1 'a damaged recipe' "$EVX" check --as officer
out_has "^pack $(hash_of "$R")" 'is named'
out_has 'does not know which exhibits it copies from' 'nobody knows from whom'
again
run "$EVX" export "$B" --as officer -o "$W/b.evx"
flip "$R" 400
code 0 'healed by the real pack' "$EVX" check --as officer --heal-from "$W/b.evx"
ok 'which stands there now' test -f "${R%.recipe}.pack"
gone "$R" 'the recipe is gone'

# ---- the vault's own places
again
touch "$V/cases/strange" "$V/exhibits/strange"
code 0 'foreign names' "$EVX" check --as officer
out_has 'V-NAME.*exhibits/strange' 'are told'
again
rm "$V"/members/*/0001-content.age
code 1 'a file of a member that is missing' "$EVX" check
out_has 'V-MEMBER' 'is found'
rm "$V"/members/*/0001-custody.age
for command in verify list show; do
	code 3 "without any, $command" "$EVX" "$command" "$A" --as officer
	err_has 'This identity cannot open this exhibit' 'is told by the exhibit'
done
code 0 'which is verified without a key' "$EVX" verify "$A"
code 3 'no entry is made' "$EVX" note "$A" text
err_has 'Your key files are missing in this vault' 'as the vault tells'
again
mkdir "$V/tmp/0123456789abcdef0123456789abcdef" && touch "$V/tmp/0123456789abcdef0123456789abcdef/lock"
code 0 'a session of a dead process' "$EVX" check --as officer
out_has 'V-SESSION' 'is told'
ok 'and stays' test -d "$V/tmp/0123456789abcdef0123456789abcdef"
mkdir -p "$V/remnants/$A/data" && mkdir -p "$V/remnants/01234567-89ab-4def-8123-456789abcdef/data"
head -c 1000 /dev/zero >"$V/remnants/$A/data/x" && head -c 24 /dev/zero >"$V/remnants/01234567-89ab-4def-8123-456789abcdef/data/y"
code 0 'how much of it there is' "$EVX" stats --json
out_has '"remnants":2,"remnant_bytes":"1024"' 'is counted'
rm "$V/remnants/$A/data/x" "$V/remnants/01234567-89ab-4def-8123-456789abcdef/data/y"
code 0 'sweep' "$EVX" check --as officer --sweep
gone "$V/tmp/0123456789abcdef0123456789abcdef" 'the session is gone'
gone "$V/remnants/01234567-89ab-4def-8123-456789abcdef" 'and a remnant that nothing names'
ok 'but not one that a recipe may need' test -d "$V/remnants/$A"

# ---- inventory
again
code 0 'an inventory' "$EVX" inventory --witness "$T/lab.card" --notes 'first'
out_has 'this is the first inventory' 'the first'
L=$(echo "$V"/log/*-inventory.list)
is "$(wc -l <"$L")" 3 'a line for each exhibit'
E=${L%.list}
head -n 1 "$E" >entry.json && tail -n +2 "$E" >entry.sig
grep -q "\"list\":\"$(sha256sum "$L" | cut -c 1-64)\"" entry.json
is $? 0 'the entry names the list, as sha256sum says'
printf 'member %s\n' "$(sed 's/.*"signers":\["\([^"]*\)".*/\1/' entry.json)" >allowed
ok 'ssh-keygen checks it' sh -c 'ssh-keygen -Y verify -f allowed -I member -n evx-vault/1 -s entry.sig <entry.json'
code 0 'the same again' "$EVX" inventory
out_has '0 missing, 0 new, 0 with more' 'nothing changed'
"$EVX" note "$C" 'a word' --quiet >"$T/ok" 2>&1
mkdir e && echo e >e/e && sealed_as e C-2 E-4
mv "$V/exhibits/$A" "$T/away"
code 1 'one is missing, one is new, one is longer' "$EVX" inventory
out_has '1 missing, 1 new, 1 with more' 'told'
out_has "^$A .*MISSING" 'named'
code 1 'check knows what the inventory said' "$EVX" check --as officer
out_has 'GAP *V-MISSING' 'told'
mv "$T/away" "$V/exhibits/$A"
rm "$V/exhibits/$C/index-0001"
code 1 'events that were cut off' "$EVX" inventory --json
out_has '"change": *"shorter"' 'told'
code 0 'of one case' "$EVX" inventory --case C-2
is "$(wc -l <"$(ls "$V"/log/*-inventory.list | tail -n 1)")" 2 'only what is filed there'
code 3 'by nobody' at stranger "$EVX" inventory
flip "$L" 40
code 1 'a list that is not the signed one' "$EVX" check --as officer
out_has 'V-INVENTORY' 'is found'

# ---- dispose
again
code 1 'not without authority' "$EVX" dispose "$A" --yes
err_has 'Nobody has authorised the disposal.' 'said'
"$EVX" dispose-authorise "$A" --quiet && "$EVX" hold "$A" --quiet
code 1 'not on hold' "$EVX" dispose "$A" --yes
err_has 'R-HOLD' 'said'
"$EVX" hold-lift "$A" --quiet
"$EVX" member add "$T/lab.card" --quiet --as officer
code 1 'not by another than the holder' at lab "$EVX" dispose "$A" --yes
err_has 'R-HOLDER' 'said'
code 2 'not without being asked' "$EVX" dispose "$A"
code 3 'not by a stranger' at stranger "$EVX" dispose "$A" --yes
ok 'nothing was changed' cmp "$P" "$T/saved/exhibits/$A/data/$(basename "$P")"
rm -rf "$T/allowed" && cp -a "$V" "$T/allowed"
flip "$R" 400
code 3 'not while a recipe cannot be opened' "$EVX" dispose "$A" --yes
err_has 'Some shared data of the vault cannot be opened' 'said'
ok 'and no event' test ! -f "$V/exhibits/$A/custody/0004-dispose.json"
back "$T/allowed"
code 0 'disposed of' "$EVX" dispose "$A" --yes --reason 'order 7'
out_has '^Not destroyed: ' 'says what it cannot reach'
gone "$P" 'its pack is gone'
gone "$V/exhibits/$A/keys/0000-content.age" 'and its key files'
ok 'the log has it' ls "$V"/log/*-removal
code 0 'the borrower is whole' "$EVX" check "$B" --deep
gone "$R" 'without a recipe'
code 3 'verify: disposed of, not broken' "$EVX" verify "$A"
out_has '^NOT CHECKED  This exhibit was destroyed' 'in plain words'
out_has '^  custody  *complete  *5 entries.*destroyed, as entry 0004 says' 'the chain is good'
out_has '^  data  *not checked' 'the data line'
cp -a "$V/exhibits/$A" "$W/$A"
code 3 'the same outside the vault' env EVX_VAULT=/nowhere "$EVX" verify --details "$W/$A"
out_has 'D-DISPOSED' 'the finding'
rm "$W/$A/index-0004"
code 1 'without its disposal files are missing' env EVX_VAULT=/nowhere "$EVX" verify --details "$W/$A"
out_has 'D-MISSING' 'packs'
out_has 'C-KEYFILE' 'and key files'
rm -r "${W:?}/$A"
code 0 'show' "$EVX" show "$A"
out_has 'destroyed, as entry 0004 says' 'tells the event'
code 3 'nothing to list' "$EVX" list "$A"
code 0 'check: disposed of is nothing bad' "$EVX" check --as officer
out_has '1 disposed of' 'counted'
code 0 'again: nothing left to do' "$EVX" dispose "$A" --yes
out_has 'was disposed of before.*Nothing was changed' 'said'
is "$(ls "$V"/log/*-removal | wc -l)" 1 'one entry'
code 0 'a seal after it borrows nothing from it' "$EVX" seal a --case C-1 --exhibit E-5 --quiet --yes
code 0 'and is good' "$EVX" check --deep
code 0 'an inventory has it' "$EVX" inventory
out_has "^$A .*disposed" 'as disposed of'

# An authorisation that lacks a signature which the policy asks for.
back "$T/saved"
lab=$(sed -n 's/.*"signing":"\([^"]*\)".*/\1/p' "$T/lab.card" | head -n 1)
echo "{\"dispose-authorise\":{\"of\":[\"$lab\"],\"need\":1,\"witness\":false}}" >policy.json
known="$A $B $C"
code 0 'an exhibit whose policy names who must authorise' "$EVX" seal a/two --case C-2 --exhibit E-6 --policy policy.json --quiet --yes
newest && D=$uuid
code 1 'the holder alone cannot authorise' "$EVX" dispose-authorise "$D"
code 1 'so it is not disposed of' "$EVX" dispose "$D" --yes
ok 'its packs are there' ls "$V/exhibits/$D/data/"*.pack
"$EVX" dispose-authorise "$D" --draft d.txt --also "$T/lab.card" --quiet && at lab "$EVX" sign d.txt --quiet && "$EVX" append "$D" d.txt --quiet
code 0 'with the signature that the policy asks for, it is' "$EVX" dispose "$D" --yes --quiet
"$EVX" dispose-authorise "$C" --quiet
code 0 'the event itself as a draft' "$EVX" dispose "$C" --draft e.txt --also "$T/lab.card" --quiet
ok 'changes nothing' ls "$V/exhibits/$C/data/"*.pack
at lab "$EVX" sign e.txt --quiet && "$EVX" append "$C" e.txt --quiet
code 0 'appended, it is carried out' "$EVX" dispose "$C" --yes
ok 'and gone' not ls "$V/exhibits/$C/data/"*.pack

# The same where somebody who can write to the vault's directory put the authorisation there, and asked evx nothing.
planted() {
	tar -C "$V/exhibits" -cf planted.tar "$D" &&
		python3 "$TOP/tests/attacks/forge_receipt.py" planted.tar "$T/officer/identities/officer/signing.key" "$1" '{}' planted.txt &&
		python3 "$TOP/tests/attacks/plant.py" "$V/exhibits/$D" planted.txt
}
policy_of() {
	echo "{\"$1\":{\"of\":[\"$2\"],\"need\":1,\"witness\":$3}}" >policy.json
	"$EVX" seal a/two --case C-2 --exhibit E-7 --policy policy.json --quiet --yes >/dev/null 2>&1 && newest && D=$uuid
}
if command -v python3 >/dev/null && command -v ssh-keygen >/dev/null; then
	back "$T/saved"
	known="$A $B $C"
	officer=$(sed -n 's/.*"signing":"\([^"]*\)".*/\1/p' "$T/officer.card" | head -n 1)
	for who in "$lab false R-POLICY" "$officer true R-WITNESS"; do
		finding=${who##* } who=${who% *}
		ok "an exhibit, $finding" policy_of dispose-authorise "${who% *}" "${who##* }"
		ok "$finding: the authorisation is put there" planted dispose-authorise
		code 5 "$finding: verify finds a gap" "$EVX" verify --details "$D"
		out_has "^GAP *$finding" "$finding: and says which"
		code 1 "$finding: the exhibit is not disposed of" "$EVX" dispose "$D" --yes
		err_has 'The authorisation does not meet the policy. Nothing was destroyed' "$finding: it says why"
		ok "$finding: its packs are there" ls "$V/exhibits/$D/data/"*.pack
		ok "$finding: and its key files" ls "$V/exhibits/$D/keys/0000-content.age"
		ok "$finding: no entry says otherwise" not ls "$V/exhibits/$D/custody/0002-dispose.json"
	done
	# Another entry that does not meet it is no hindrance.
	ok 'an exhibit whose notes two must sign' policy_of note "$lab" false
	ok 'a note that one signed is put there' planted note
	code 5 'verify finds the gap' "$EVX" verify --details "$D"
	code 0 'the disposal is authorised' "$EVX" dispose-authorise "$D" --quiet
	code 0 'and done' "$EVX" dispose "$D" --yes --quiet
	ok 'and gone' not ls "$V/exhibits/$D/data/"*.pack
else
	skip 'python3 or ssh-keygen is not installed'
fi

# Killed after each write, it is run again to the end.
FAULT=${EVX_BUILD:-$TOP/build}/fault/faultlib.so
if [ -e "$FAULT" ]; then
	n=1 killed=0
	while :; do
		back "$T/allowed"
		may_die=137
		run env LD_PRELOAD="$FAULT" EVX_FAULT_HOW=KILL EVX_FAULT_AT=$n EVX_FAULT_DIR="$V" EVX_FAULT_OUT="$T/fault" "$EVX" dispose "$A" --yes --quiet
		may_die=
		[ "$rc" -ne 0 ] || break
		killed=$((killed + 1))
		if ! "$EVX" dispose "$A" --yes --quiet >"$T/out" 2>"$T/err" || ! "$EVX" check --deep >"$T/out" 2>"$T/err"; then
			fail "killed at call $n" "$(cat "$T/err" "$T/out")"
			break
		fi
		n=$((n + 17))
	done
	is "$rc" 0 "killed $killed times on its way, it came to its end"
	[ "$killed" -gt 5 ] || fail 'it was killed at several places' "$killed"
else
	skip 'no library that kills'
fi
done_testing
