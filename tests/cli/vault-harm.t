#!/bin/sh
# What happens to a vault behind evx's back: no seal rests on a catalog, a lender, a name or a clock that is wrong, and each is told.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
export EVX_VAULT="$W/v"
DB=$EVX_VAULT/catalog.sqlite
mkdir src src2 && head -c 1500000 /dev/urandom >src/big && cp src/big src2/big && echo more >src2/more

# put SOURCE NUMBER [OPTION...]: seals into the case; $uuid, $borrowed (bytes) and $bad (loans) are what it said.
put() {
	from=$1 number=$2
	shift 2
	rc=0
	"$EVX" seal "$from" --case K --exhibit "$number" --quiet --json "$@" >"$T/out" 2>"$T/err" </dev/null || rc=$?
	uuid=$(jq -r .uuid "$T/out") borrowed=$(jq -r .borrowed_bytes "$T/out") bad=$(jq -r .bad_loans "$T/out")
}
whole() { "$EVX" verify --details --deep "$1" --as officer --trust "$T/officer.card"; }
# restore: the vault as it was with its two exhibits, and what this machine remembers of it.
restore() {
	rm -rf v "$T/officer/vaults" && cp -a good v
	accept officer
}
# sealed_whole NAME: what `put` made is whole, and so is what was there.
sealed_whole() {
	is "$rc" 0 "$1: the next seal succeeds"
	ok "$1: and is whole" whole "$uuid"
}

"$EVX" init --as officer --quiet 2>"$T/err" || exit 1
put src 1 && lender=$uuid
put src2 2 && borrower=$uuid
ok 'the second seal borrows' test "$borrowed" -gt 1000000
rm -rf old && mkdir old && cp "$DB"* old/
put src 3 && third=$uuid
cp -a v good
lent=v/exhibits/$lender/data/$(ls "v/exhibits/$lender/data")

# ---- The catalog
rm -f "$DB"*
put src 4
sealed_whole 'a lost catalog'
is "$borrowed" 0 'a lost catalog: nothing is borrowed'
code 0 'rebuild' "$EVX" rebuild --as officer
put src 5
ok 'after a rebuild it borrows again' test "$borrowed" -gt 1000000

restore && rm -f "$DB"* && cp old/* v/
put src 6
sealed_whole 'a stale catalog'
restore && rm -rf "v/exhibits/$third" && rm -f "v/cases/"*"/exhibits/$third"
put src 6
sealed_whole 'a catalog that knows of an exhibit that is gone'

"$EVX" init other --as officer --quiet 2>"$T/err"
EVX_VAULT=$W/other put src 1
restore && rm -f "$DB"* && cp other/catalog.sqlite* v/
put src 7
sealed_whole "another vault's catalog"
is "$borrowed" 0 "another vault's catalog: it leads nowhere"
ok "another vault's catalog: nothing of the other is listed" test "$("$EVX" exhibits --json 2>/dev/null | jq -r .uuid | grep -c .)" -eq 4

# ---- Lenders. What is recorded of them is true until somebody touches them.
restore && flip "$lent" 700000
put src2 8
sealed_whole 'a damaged lender'
ok 'a damaged lender: it is told' test "$bad" -gt 0
err_has 'stored anew' 'a damaged lender: in words, too'
ok 'a damaged lender: the damaged chunk, the first of at most two, is stored anew' test "$borrowed" -lt 1000000
run whole "$borrower"
is "$rc" 1 'a damaged lender: those that borrowed before are found bad'
restore && rm "$lent"
put src2 8
sealed_whole 'a missing lender'
restore && truncate -s 1000 "$lent"
put src2 8
sealed_whole 'a lender cut short'

# Damaged while the borrower is being sealed: its beginning was borrowed, then the lender goes bad.
restore
mkfifo pipe
head -c 9000000 /dev/urandom >long && "$EVX" seal - --case K --exhibit 9 --quiet <long >"$T/out" 2>"$T/err"
long=$(ls -t v/exhibits | head -n 1)
"$EVX" seal - --case K --exhibit 10 --quiet --json <pipe >"$T/out" 2>"$T/err" &
sealer=$!
exec 9>pipe
head -c 6000000 long >&9
for pack in "v/exhibits/$long"/data/*.pack; do
	for at in 8000000 8500000; do flip "$pack" $at; done
done
tail -c +6000001 long >&9
exec 9>&-
rc=0
wait $sealer || rc=$?
uuid=$(jq -r .uuid "$T/out") bad=$(jq -r .bad_loans "$T/out")
is "$rc" 0 'a lender damaged while a borrower is sealed: it succeeds'
ok 'and says so' test "$bad" -gt 0
run whole "$long"
is "$rc" 1 'the lender is found bad'
"$EVX" cat "$uuid" stdin --as officer >"$T/cat" 2>"$T/err"
ok 'what was sealed meanwhile has the bytes of its source' cmp long "$T/cat"

# ---- Packs
restore && rm "$lent"
run "$EVX" verify "$lender"
is "$rc" 1 'a missing pack is bad'
restore && own=v/exhibits/$borrower/data/$(ls "v/exhibits/$borrower/data" | grep 'pack$' | head -n 1) &&
	mv "$lent" swap && mv "$own" "$lent" && mv swap "$own"
run "$EVX" verify "$lender"
is "$rc" 1 'a pack with the bytes of another is bad'
run "$EVX" verify "$borrower" --as officer
is "$rc" 1 'so is the other'
put src2 11
sealed_whole 'swapped packs'
restore && mv "$lent" "$(dirname "$lent")/$(printf '%064d' 1).pack"
run "$EVX" verify "$lender"
is "$rc" 1 'a pack under a wrong name is bad'

# ---- Two seal into one case while a third sweeps.
restore
for i in 1 2 3; do "$EVX" seal src --case K --exhibit "A$i" --quiet || echo "A$i: $?"; done >"$T/a" 2>&1 &
a=$!
for i in 1 2 3; do "$EVX" seal src2 --case K --exhibit "B$i" --quiet || echo "B$i: $?"; done >"$T/b" 2>&1 &
b=$!
swept=0
while kill -0 $a 2>/dev/null || kill -0 $b 2>/dev/null; do
	"$EVX" check --sweep --as officer --quiet >"$T/sweep" 2>&1 || fail 'sweeping while others seal' "$(cat "$T/sweep")"
	swept=$((swept + 1))
done
wait $a $b
ok 'it was swept meanwhile' test "$swept" -gt 0
is "$(grep -E '^[AB][0-9]:' "$T/a" "$T/b")" '' 'all seals succeed'
is "$(ls v/exhibits | wc -l)" 9 'and are there'
code 0 'whole, all of them' "$EVX" check --deep --anew --as officer --sweep
is "$(ls -A v/tmp)" '' 'nothing else is'

# ---- Clocks
LIB=${EVX_BUILD:-$TOP/build}/fault/faultlib.so
if [ -f "$LIB" ]; then
	restore
	export EVX_FAULT_CLOCK=-40000000
	code 0 'a clock set back: a case' env LD_PRELOAD="$LIB" "$EVX" case new BACK
	code 0 'a clock set back: a seal' env LD_PRELOAD="$LIB" "$EVX" seal src --case K --exhibit 12 --quiet --json
	uuid=$(jq -r .uuid "$T/out")
	code 0 'a clock set back: a member' env LD_PRELOAD="$LIB" "$EVX" member add "$T/lab.card" --quiet
	run env LD_PRELOAD="$LIB" "$EVX" note "$lender" text
	note=$rc
	unset EVX_FAULT_CLOCK
	ok 'the seal is whole' whole "$uuid"
	code 0 'the vault opens' "$EVX" case list
	out_has BACK 'with its case'
	is "$note" 0 'a note is taken'
	run whole "$lender"
	out_has 'C-TIME' 'and the chain shows that its time is before the seal'
else
	skip "$LIB is not built (sanitizers must be loaded first)"
fi
done_testing
