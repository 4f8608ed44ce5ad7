#!/bin/sh
# A vault exchanged under its path: nothing is sealed, added or trusted in a vault whose founder this machine has not accepted (format-spec/vault.md "Memory of
# a machine"). And its neighbours: another vault of the same name, a log cut or forked, a vault moved or copied, a memory that is damaged, a stranger's catalog.
. "$(dirname "$0")/../cli/lib.sh"
people
mkdir src && echo evidence >src/one
V=$W/v
export EVX_VAULT=$V
seals() { code "$1" "$2" "$EVX" seal src --case C-1 --exhibit "$3" --quiet; }
content() { find "$1" -path "*/exhibits/*" -type d -name '????????-*' | wc -l; }
remembered() { "$EVX" vault list | cut -d ' ' -f 1; }

"$EVX" init --quiet >/dev/null 2>&1 || exit 1
code 0 'the founder knows the vault' "$EVX" vault list
out_has "accepted  *1 entry  $V" 'and where it is'
seals 0 'the officer seals' 1
uuid=$(ls v/exhibits)

# ---- The attack: a vault of the attacker's at the same path, the officer a member of it, the same label.
mv v kept
at stranger "$EVX" init "$V" --quiet >/dev/null 2>&1
at stranger "$EVX" member add "$T/officer.card" --quiet && at stranger "$EVX" case new C-1 >/dev/null
seals 1 'nothing is sealed into a vault exchanged under its path' 2
err_has 'Another vault is here now' 'it says what changed'
err_has 'compare' 'and what to compare'
err_has "$(founder kept)" 'with the founder known'
err_has "$(founder v)" 'and the one found'
is "$(content v)" 0 'the attacker gets nothing'
for try in 'case new C-2' 'inventory' "member add $T/lab.card" 'case alias C-1 C-9' 'rebuild --as officer' 'check --sweep'; do
	code 1 "nor does '${try%% /*}' write to it" "$EVX" $try
done
code 1 'check finds it' "$EVX" check
out_has 'V-EXCHANGED' 'and names it'
code 1 'a list of members is told not to be relied on' "$EVX" member list
err_has 'Another vault is here now' 'with the reason'
code 1 'and so is one of exhibits' "$EVX" exhibits
"$EVX" seal src -o b.evx --self --case C-1 --exhibit 1 --quiet >/dev/null 2>&1
code 1 'nothing is imported' "$EVX" import b.evx
is "$(content v)" 0 'the attacker still has nothing'
code 1 'a founder who was named is compared' "$EVX" seal src --case C-1 --exhibit 2 --quiet --founder "$T/officer.card"
code 1 'and one who is named wrongly helps nobody' "$EVX" seal src --case C-1 --exhibit 2 --quiet --founder "$T/stranger.card"

# ---- The same with the name (UUID) of the vault: another founder's log, another vault.json.
id=$(sed 's/.*"vault":"\([^"]*\)".*/\1/' kept/vault.json)
cp v/vault.json other.json && cp kept/vault.json v/vault.json
run "$EVX" seal src --case C-1 --exhibit 2 --quiet
is "$rc" 1 'the name of the vault alone is not enough: its log is of another'
rm -rf v && mv kept v
seals 0 'the vault is back, and goes on' 2
is "$(remembered)" "$id" 'one vault is remembered'

# ---- First use.
code 3 'a machine that does not know the vault, and nobody to ask' at lab "$EVX" case new X
err_has "$(founder v)" 'shows the founder'
err_has -- '--founder' 'and what to do'
code 3 'a stranger seals nothing by an id' at room "$EVX" seal src --case "$(ls v/cases)" --exhibit 9 --quiet
code 3 'a card that is not there' at lab "$EVX" case new X --founder nothere.card
code 1 'another founder than the one named' at lab "$EVX" case new X --founder "$T/room.card"
code 1 'no fingerprint' at lab "$EVX" case new X --founder SHA256:
is "$(at lab "$EVX" vault list | grep -c '  accepted')" 0 'none of that was an acceptance'
code 5 'a check on a machine that accepted no founder' at lab "$EVX" check
out_has "remark *V-FOUNDER.*$(founder v)" 'says so, with the fingerprint to compare'
is "$("$EVX" check | grep -c V-FOUNDER)" 0 'and where the founder was accepted it does not'
"$EVX" member add "$T/lab.card" --quiet
code 0 'the founder, by the card' at lab "$EVX" case new X --founder "$T/officer.card"
code 0 'is remembered' at lab "$EVX" case new Y
code 0 'the founder, by the fingerprint' at room "$EVX" member list --founder "$(founder v)"
is "$(at room "$EVX" vault list | grep -c '  accepted')" 1 'also of who only reads'
code 5 'and a check that names the founder' at room "$EVX" check --founder "$(founder v)"
is "$(grep -c V-FOUNDER "$T/out")" 0 'has no question'
code 0 'a machine forgets' at room "$EVX" vault forget "$id"
code 3 'and asks again' at room "$EVX" case new Z
code 3 'what is not remembered cannot be forgotten' at room "$EVX" vault forget 00000000-0000-4000-8000-000000000000
code 2 'nor what is no UUID' at room "$EVX" vault forget ../identities
if command -v script >/dev/null; then
	at room "$EVX" trust add "$T/officer.card" --quiet >/dev/null 2>&1
	"$EVX" member add "$T/room.card" --quiet
	typed 'Is this the founder' "EVX_HOME=$T/room $EVX case new ASKED" 'n\n'
	ok 'on a terminal it asks' grep -q 'Is this the founder' "$T/tty"
	ok 'shows whose card has the key' grep -q 'officer of officer' "$T/tty"
	ok 'no means no' grep -q 'code=130' "$T/tty"
	typed 'Is this the founder' "EVX_HOME=$T/room $EVX case new ASKED" 'y\n'
	ok 'yes means yes' grep -q 'code=0' "$T/tty"
	code 0 'once' at room "$EVX" case new ASKED-2
else
	skip 'script is not installed'
fi

# ---- The log of the vault, rolled back or forked to the same length.
cp -a v old && "$EVX" case new LATER >/dev/null
mv v newer && cp -a old v
seals 1 'nothing is sealed on a log that was rolled back' 3
err_has 'shorter than before' 'and it says so'
code 1 'check finds it' "$EVX" check
out_has 'V-EXCHANGED.*shorter' 'as what it is'
code 0 'what was sealed can be read' "$EVX" cat "$uuid" src/one
err_has 'shorter than before' 'with the warning'
code 0 'and listed' "$EVX" list "$uuid"
code 0 'and told' "$EVX" show "$uuid"
code 1 'no event is added' "$EVX" note "$uuid" text
# lab saw the old log only; its fork has the length of the officer's.
at lab "$EVX" case new FORK >/dev/null
before=$(cat "$T/officer/vaults/$id")
seals 1 'nothing is sealed on a fork of the same length' 3
err_has 'another one' 'and it says so'
is "$(cat "$T/officer/vaults/$id")" "$before" 'the fork does not overwrite the memory'
rm -rf v && mv newer v
seals 0 'the true log goes on' 3

# ---- Moved and copied.
mv v moved
code 0 'a vault that was moved goes on' "$EVX" case new MOVED --vault moved
err_has "was moved from $V to $W/moved" 'and it is said'
code 0 'once' "$EVX" case new MOVED-2 --vault moved
is "$(grep -c moved "$T/err")" 0 'no second time'
cp -a moved copy
code 0 'a copy is used' "$EVX" seal src --vault copy --case C-1 --exhibit 4 --quiet
err_has 'is at two places' 'and it is said'
code 0 'the other one, too' "$EVX" seal src --vault moved --case C-1 --exhibit 5 --quiet
code 0 'until their logs part' "$EVX" case new COPY --vault copy
code 1 'then one of them is not the one remembered' "$EVX" case new COPY --vault moved
rm -rf copy moved && mv old v
code 0 'a vault is forgotten' "$EVX" vault forget "$id"
code 0 'a check says that the founder is not accepted, and is no worse for it' "$EVX" check
out_has 'remark *V-FOUNDER' 'as a remark'
code 0 'and accepted anew' "$EVX" case new AGAIN --founder "$T/officer.card"

# ---- What stands in the memory.
mem=$T/officer/vaults/$id
cp "$mem" good
: >"$mem"
code 1 'an empty memory is damage, and no crash' "$EVX" case new M
err_has 'damaged' 'which is said'
for bad in '1 0000' 'evx-vault-memory/1' 'evx-vault-memory/2\npath Lw==\n'; do
	printf "$bad" >"$mem"
	code 1 'a memory of another form' "$EVX" case new M
done
for key in path founder accepted log; do
	grep -v "^$key " good >"$mem"
	code 1 "a memory without '$key'" "$EVX" case new M
done
{ cat good && echo more; } >"$mem"
code 1 'a memory with more' "$EVX" case new M
sed 's/^accepted yes/accepted no/' good >"$mem"
code 3 'a memory that accepted nothing' "$EVX" case new M
sed 's/^founder .*/founder SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/' good >"$mem"
code 1 'another founder than the one remembered' "$EVX" case new M
err_has 'another founder' 'is said'
cp good "$mem"
code 0 'the good one' "$EVX" case new M

# ---- Somebody holds the lock of the log: a signal ends the wait, and nothing is signed.
if command -v flock >/dev/null; then
	before=$(ls v/log | wc -l)
	flock -o v/log/.lock sleep 20 >/dev/null 2>&1 &
	holder=$!
	wait_for sh -c '! flock -n v/log/.lock true'
	env --default-signal=INT "$EVX" case new HELD >held.out 2>held.err &
	waiter=$!
	sleep 0.3
	kill -INT $waiter
	rc=0
	wait $waiter || rc=$?
	is "$rc" 130 'a signal ends the wait for the lock of the log'
	ok 'in words' grep -q 'stopped on request' held.err
	kill $holder
	wait $holder 2>/dev/null
	is "$(ls v/log | wc -l)" "$before" 'and nothing was signed'
else
	skip 'flock is not installed'
fi

# ---- A vault made anew where another was.
rm -rf v && cp "$mem" was
code 0 'init makes another vault there' "$EVX" init --quiet
is "$(sed -n 's/^path //p' "$mem")" - 'the place is no longer that of the vault before'
is "$(grep -v '^path ' "$mem")" "$(grep -v '^path ' was)" 'of which all else is remembered'
code 0 'which is the one known there' "$EVX" case new C-1
mv v away && cp -a away v
code 0 'a catalog' "$EVX" seal src --case C-1 --exhibit 1 --quiet
"$EVX" init "$W/foreign" --quiet >/dev/null 2>&1 && "$EVX" seal src --vault foreign --case C-1 --exhibit 1 --quiet >/dev/null 2>&1
rm -f v/catalog.sqlite* && cp foreign/catalog.sqlite* v/
code 0 "a seal over another vault's catalog" "$EVX" seal src --case C-1 --exhibit 2 --quiet
err_has 'evx removed it' 'says that it was thrown away'
rm -f v/catalog.sqlite* && cp foreign/catalog.sqlite* v/
code 0 'and so does a check' "$EVX" check --as officer
out_has 'V-CATALOG' 'as a remark'
done_testing
