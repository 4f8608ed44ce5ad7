#!/bin/sh
# What a vault held once it holds for ever: an exhibit that was rolled back, taken out, or filed elsewhere is found by what inventories list and by what this
# machine saw (format-spec/vault.md "Exhibits seen before"), and nothing is destroyed on the word of a chain that was cut.
. "$(dirname "$0")/../cli/lib.sh"
people
V=$W/v
export EVX_VAULT=$V
mkdir src && echo evidence >src/one && head -c 1500000 /dev/urandom >src/big && mkdir src2 && cp src/big src2/big && echo two >src2/two
"$EVX" init --quiet >/dev/null 2>&1 || exit 1
accept room
accept lab
"$EVX" member add "$T/room.card" --custody-only --quiet
"$EVX" member add "$T/lab.card" --quiet
one() { for d in v/exhibits/*; do case " $* " in *" ${d##*/} "*) ;; *) echo "${d##*/}" ;; esac; done; }
"$EVX" seal src --case C-1 --exhibit 1 --quiet --yes >/dev/null 2>&1 && a=$(one)
"$EVX" seal src2 --case C-1 --exhibit 2 --quiet --yes >/dev/null 2>&1 && b=$(one "$a")
"$EVX" seal src/one --case C-2 --exhibit 3 --quiet --yes >/dev/null 2>&1 && c=$(one "$a" "$b")
c1=$(basename "$(dirname "$(dirname "$(ls -d v/cases/*/exhibits/"$a")")")")
c2=$(basename "$(dirname "$(dirname "$(ls -d v/cases/*/exhibits/"$c")")")")
heads=$T/officer/vaults/$(sed 's/.*"vault":"\([^"]*\)".*/\1/' v/vault.json).heads
forget_heads() { rm -f "$T"/*/vaults/*.heads; }
is "$(grep -c " 1 " "$heads")" 3 'what was sealed here is remembered'

# ---- A hold taken away, with the index of before, and the exhibit then disposed of.
code 0 'disposal is allowed' "$EVX" dispose-authorise "$a" --quiet
cp -a "v/exhibits/$a" free
code 0 'a hold' "$EVX" hold "$a" --quiet --reason appeal
code 1 'stops the disposal' "$EVX" dispose "$a" --yes --quiet
cp -a "v/exhibits/$a" held
rm -rf "v/exhibits/$a" && cp -a free "v/exhibits/$a"
check_finds() { # CODE NAME PATTERN [OPTION...]
	wanted=$1 name=$2 pattern=$3
	shift 3
	code "$wanted" "$name" "$EVX" check --as officer "$@"
	out_has "$pattern" "$name: named"
}
stopped() {
	check_finds 1 "$1: check" 'V-HEAD'
	check_finds 1 "$1: check --anew" 'V-HEAD' --anew
	code 1 "$1: verify" "$EVX" verify --details "$a" --as officer
	out_has 'V-HEAD' "$1: verify: named"
	code 1 "$1: verify without a key" "$EVX" verify "$a"
	code 1 "$1: nothing is destroyed" "$EVX" dispose "$a" --yes --quiet
	err_has 'V-HEAD' "$1: and it says why"
	ok "$1: the packs are there" sh -c "ls v/exhibits/$a/data | grep -q pack"
	code 1 "$1: nor is an event added" "$EVX" note "$a" text --quiet
}
stopped 'this machine saw the hold'
rm -rf "v/exhibits/$a" && cp -a held "v/exhibits/$a"
code 0 'as it was, it is good' "$EVX" check --as officer
code 0 'an inventory' "$EVX" inventory --quiet
code 0 'and another, later' "$EVX" inventory --quiet
rm -rf "v/exhibits/$a" && cp -a free "v/exhibits/$a"
forget_heads
stopped 'an inventory lists the hold'
code 1 'another machine, which saw nothing' at lab "$EVX" verify "$a"
# Who signs an inventory of the rolled-back state hides nothing: the earlier one stands.
run at room "$EVX" inventory --as room --quiet
is "$rc" 1 'a custody member signs an inventory of it, and is told'
forget_heads
stopped 'an earlier inventory lists the hold'
list=$(ls v/log/*-inventory.list | head -n 1)
mv "$list" list.kept
forget_heads
code 1 'without the list of an inventory nothing is destroyed' "$EVX" dispose "$b" --yes --quiet
err_has 'V-INVENTORY' 'since it cannot be compared'
code 3 'and what cannot be compared is not called good' "$EVX" verify --details "$c" --trust "$T/officer.card"
out_has 'V-INVENTORY' 'with the reason'
mv list.kept "$list"
rm -rf "v/exhibits/$a" && cp -a held "v/exhibits/$a"
forget_heads
code 0 'as it was, it is good again' "$EVX" check --as officer
code 0 'the hold is lifted' "$EVX" hold-lift "$a" --quiet
code 0 'which is more than was seen, and good' "$EVX" check --as officer

# ---- An exhibit deleted, and an inventory without it by somebody who may not sign for that.
cp -a v kept
rm -rf "v/exhibits/$c"
run at room "$EVX" inventory --as room --quiet
forget_heads
check_finds 1 'a custody member signs that it is missing' 'BROKEN *V-MISSING'
rm -rf v && cp -a kept v && "$EVX" vault forget "$(basename "$heads" .heads)" --quiet && accept officer
forget_heads
rm -rf "v/exhibits/$c"
run "$EVX" inventory --quiet
forget_heads
check_finds 5 'a content member signs that it is missing' 'GAP *V-MISSING'
rm -rf v && cp -a kept v && "$EVX" vault forget "$(basename "$heads" .heads)" --quiet && accept officer
# ---- A custody member lists events that never were: a content member's word of what is there takes the weight of it.
lie() { # lie EXHIBIT: the list is made of a vault in which the exhibit has more events
	cp -a "v/exhibits/$1" true
	for i in 1 2 3; do "$EVX" note "$1" "no. $i" --quiet >/dev/null; done
	forget_heads
	run at room "$EVX" inventory --as room --quiet
	rm -rf "v/exhibits/$1" && mv true "v/exhibits/$1"
	forget_heads
}
at room "$EVX" vault forget "$(basename "$heads" .heads)" --quiet && accept room
lie "$c"
check_finds 1 'a custody member lists events that never were' 'BROKEN *V-HEAD'
code 1 'no event is added' "$EVX" note "$c" text --quiet
run "$EVX" inventory --quiet
check_finds 5 'a content member signs for what is there' 'GAP *V-HEAD.*content member'
code 5 'which is an open question' "$EVX" verify --details "$c" --as officer
out_has 'V-HEAD' 'and said'
code 0 'events are added again' "$EVX" dispose-authorise "$c" --quiet
check_finds 5 'and do not hide it' 'GAP *V-HEAD'
code 1 'but nothing is destroyed' "$EVX" dispose "$c" --yes --quiet
err_has 'V-HEAD' 'and it says why'
run at room "$EVX" inventory --as room --quiet
check_finds 5 'a list of what is there by a custody member changes nothing' 'GAP *V-HEAD'
lie "$c"
check_finds 1 'a lie behind it counts anew' 'BROKEN *V-HEAD'
run "$EVX" inventory --quiet
check_finds 5 'until the next word of a content member' 'GAP *V-HEAD'
is "$(grep -c "^$c " "$heads")" 1 'what was seen is remembered meanwhile'
cp -a v/exhibits/"$c" seen && code 0 'an event' "$EVX" note "$c" text --quiet
rm -rf "v/exhibits/$c" && mv seen "v/exhibits/$c"
check_finds 1 'and what this machine saw is broken as before' 'BROKEN *V-HEAD'
rm -rf v && cp -a kept v && "$EVX" vault forget "$(basename "$heads" .heads)" --quiet && accept officer
forget_heads
code 0 'seen by this machine' "$EVX" check --as officer
"$EVX" seal src/one --case C-2 --exhibit 4 --quiet --yes >/dev/null 2>&1 && d=$(one "$a" "$b" "$c")
rm -rf "v/exhibits/$d"
check_finds 1 'one that no inventory lists, but this machine saw' "V-MISSING.*This machine has seen"
forget_heads

# ---- Marks exchanged.
mv "v/cases/$c1/exhibits/$a" "v/cases/$c2/exhibits/$a"
check_finds 5 'an exhibit in another case than the inventory says' 'V-CASE'
: >"v/cases/$c1/exhibits/$a"
check_finds 5 'in a second case' 'V-CASE'
rm "v/cases/$c1/exhibits/$a" "v/cases/$c2/exhibits/$a"
check_finds 5 'in none' 'V-CASE'
: >"v/cases/$c1/exhibits/$a"
code 0 'where it was' "$EVX" check --as officer
code 0 'cases merged' "$EVX" case merge C-1 C-2
code 0 'are no exchange' "$EVX" check --as officer

# ---- A recipe beside its pack.
r=$(ls v/exhibits/"$b"/data/*.recipe | head -n 1)
ok 'the second exhibit borrows' test -n "$r"
p=$(ls v/exhibits/"$a"/data/*.pack | head -n 1)
cp "$r" "${p%.pack}.recipe"
check_finds 0 'a recipe beside its pack' 'V-RECIPE'

# ---- The memory of exhibits.
"$EVX" check --as officer >/dev/null 2>&1
cp "$heads" good
for bad in '' 'evx-vault-heads/1' 'evx-vault-heads/2\n' 'evx-vault-heads/1\nx\n'; do
	printf "$bad" >"$heads"
	code 3 'a damaged memory of exhibits' "$EVX" check --as officer
	out_has 'V-HEAD' 'is told, and compares nothing'
done
{ cat good && tail -n 1 good; } >"$heads"
code 3 'an exhibit twice' "$EVX" check --as officer
code 1 'and nothing is destroyed meanwhile' "$EVX" dispose "$a" --yes --quiet
cp good "$heads"
rm "v/cases/$c1/exhibits/nothing" 2>/dev/null
rm "${p%.pack}.recipe"
code 0 'the good one' "$EVX" check --as officer

# ---- And what is in order is disposed of.
code 0 'a disposal that nothing contradicts' "$EVX" dispose "$a" --yes --quiet
code 0 'is no contradiction afterwards' "$EVX" check --as officer
done_testing
