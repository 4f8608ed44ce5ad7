#!/bin/sh
# Rosters: made, signed by several, changed, revoked, rotated, verified, trusted; what verify makes of a signer's key over time.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people && person ann ann && person bob bob && person carl carl && person dora dora || exit 1
for h in officer lab room ann bob carl dora stranger; do head -n 1 "$T/$h.card" >"$h.json"; done
print_of() { jq -r .signing "$1.json" | ssh-keygen -lf - | cut -d' ' -f2; }
cards() { for c; do printf ' --root %s' "$T/$c.card"; done; }
sign() { for h in $2; do at "$h" "$EVX" roster sign "$1" --quiet || return 1; done; }
mkdir in && echo one >in/one
sealed b.evx in || exit 1
now=$(date -u +%s)
day() { date -u -d "@$((now + $1 * 86400))" +%Y-%m-%dT%H:%M:%SZ; }

# Making and signing.
code 0 'new' "$EVX" roster new r $(cards ann bob carl) --threshold 2 --name 'North Sea' --by "$(print_of ann)" --by "$(print_of bob)"
out_has 'draft: 2 of 2 signatures are missing' 'it is a draft'
code 3 'it is not made twice' "$EVX" roster new r $(cards ann) --name 'North Sea'
code 0 'add, before anybody signed' "$EVX" roster add r "$T/officer.card" --agency Police --from "$(day -2)" --until "$(day 30)"
code 0 'add another' "$EVX" roster add r "$T/lab.card" --agency Police --approver --acts-for "$(print_of officer)" --from "$(day -2)"
ok 'somebody of the police of another country' at abroad sh -c '"$1" id new x --person X --organisation Police --country FR --no-passphrase --quiet &&
	"$1" id card x >"$0/abroad.card"' "$T" "$EVX"
cp r "$T/before" && code 1 'is of no agency of this roster' "$EVX" roster add r "$T/abroad.card"
err_has 'of another country (DE)' 'the message names the country'
ok 'nothing is changed' cmp -s r "$T/before"
code 0 'by another name it is' "$EVX" roster add "$T/before" "$T/abroad.card" --agency 'Police of France'
code 0 'and so is one of the same country' "$EVX" roster add "$T/before" "$T/room.card"
code 0 'and another of its agency' "$EVX" roster add "$T/before" "$T/room.card" --agency 'Office room'
code 5 'a draft is no good roster' "$EVX" roster verify r
code 1 'nor can it be trusted' "$EVX" roster import r
code 1 'a stranger cannot sign' at stranger "$EVX" roster sign r
code 1 'nor a root who was not named' at carl "$EVX" roster sign r
code 0 'the second root signs first' at bob "$EVX" roster sign r
out_has '1 of 2 signatures are missing' 'one is missing'
code 3 'nobody signs twice' at bob "$EVX" roster sign r
code 1 'what is signed is not changed' "$EVX" roster add r "$T/room.card"
code 0 'the first root signs' at ann "$EVX" roster sign r
out_has 'version 1 is good' 'now it is good'
code 0 'verify' "$EVX" roster verify r
out_has '^threshold *2 of 3 roots' 'who must sign is told'
code 0 'show' "$EVX" roster show r
out_has 'approves take-overs' 'and who may do what'
code 0 'show as JSON' "$EVX" roster show r --json
is "$(jq -r '[.version, .draft, .threshold, (.keys | length), .keys[1].approver, .keys[1].acts_for[0]] | join(" ")' "$T/out")" \
	"1 false 2 2 true $(print_of officer)" 'with all of it'
only b.evx in r officer.json lab.json room.json ann.json bob.json carl.json dora.json stranger.json

# ssh-keygen alone checks a version.
head -n 1 r >line && sed -n '/BEGIN SSH/,/END SSH/p' r | awk '/BEGIN/ { n++ } { print > ("sig" n) }'
for i in 1 2; do
	echo "root $(jq -r ".signers[$((i - 1))]" line)" >allowed
	ok "ssh-keygen verifies signature $i" sh -c "ssh-keygen -Y verify -f allowed -I root -n evx-roster/1 -s sig$i <line"
done

# Verifying a bundle by it.
code 5 'without the roster the officer is unknown' at dora "$EVX" verify b.evx --trust "$T/room.card"
code 0 'with it the officer is known' at dora "$EVX" verify b.evx --roster r
out_has 'officer of officer, Police' 'by the name in the roster'
code 0 'log, too' at dora "$EVX" log b.evx --roster r
code 2 'for whom it may speak has to be said' at dora "$EVX" roster import r
err_has -- --all-agencies 'the message names how'
err_has 'DE  Police, 2 keys\|GB  Police, 2 keys' 'and the agencies are shown'
code 2 'one of both' at dora "$EVX" roster import r --agency Police --all-agencies
code 3 'an agency that it has not' at dora "$EVX" roster import r --agency Customs
ok 'nothing is trusted' test ! -e "$T/dora/rosters" -o -z "$(ls "$T/dora/rosters" 2>/dev/null)"
code 0 'trusted in the home' at dora "$EVX" roster import r --all-agencies
out_has 'Police, 2 keys  \[accepted here\]' 'for the agencies that it has'
code 0 'the home is enough' at dora "$EVX" verify b.evx
out_has '^ *signers  *known' 'trust is intact'
code 3 'the same one again' at dora "$EVX" roster import r
code 3 'for the same agencies' at dora "$EVX" roster import r --agency Police
code 0 'list' at dora "$EVX" roster show
out_has 'North Sea' 'names it'
cp r r1

# change FILE ARGS...: a new version, signed by ann and bob.
change() {
	what=$1 file=$2
	shift 2
	"$EVX" roster "$what" "$file" "$@" --by "$(print_of ann)" --by "$(print_of bob)" --quiet && sign "$file" 'ann bob'
}
gaps() { sed -n 's/^GAP *\(T-[A-Z-]*\) .*/\1/p' "$T/out" | sort -u; }
for reason in retired lost compromised; do
	for when in -1 1; do
		cp r1 x && change revoke x "$(print_of officer)" --reason $reason --time "$(day $when)"
		run at nobody "$EVX" verify --details b.evx --roster x
		case $reason$when in
		compromised*) is "$rc $(gaps)" '5 T-COMPROMISED' "$reason, day $when: no time-stamp proves it older" ;;
		*-1) is "$rc $(gaps)" '5 T-REVOKED' "$reason a day before it signed" ;;
		*) is "$rc" 0 "$reason a day after it signed" ;;
		esac
	done
done
cp r1 x && change add x "$T/officer.card" --from "$(day 1)" --until "$(day 2)"
code 5 'not yet valid' at nobody "$EVX" verify --details b.evx --roster x
out_has 'T-NOT-YET' 'has its code'
cp r1 x && change add x "$T/officer.card" --from "$(day -2)" --until "$(day -1)"
code 5 'expired' at nobody "$EVX" verify --details b.evx --roster x
out_has 'T-EXPIRED' 'has its code'
is "$(at nobody "$EVX" verify b.evx --roster x --json | jq -r '.events[0].trusted, .events[0].card.person' | tr '\n' ' ')" 'false officer of officer ' \
	'its holder is named, not trusted'

# A revocation wins over a trusted card.
cp r1 x && change revoke x "$(print_of officer)" --reason compromised
code 5 'a trusted card does not bring a compromised key back' at nobody "$EVX" verify --details b.evx --roster x --trust "$T/officer.card"
out_has 'T-COMPROMISED' 'has its code'

# The lab's key acts for the officer's, and may approve that somebody takes over.
cp b.evx o.evx && cp b.evx t.evx
code 1 'nobody acts for another without a roster' at lab "$EVX" release o.evx --to "$T/room.card" --keeps nothing --purpose transfer
ok 'a home with the roster' at lab "$EVX" roster import r1 --agency Police --quiet
code 0 'with it a key acts for the office' at lab "$EVX" release o.evx --to "$T/room.card" --keeps nothing --purpose transfer
code 0 'so says verify' at nobody "$EVX" verify o.evx --roster r1
code 1 'and not without it' at nobody "$EVX" verify --details o.evx --trust "$T/officer.card" --trust "$T/lab.card"
out_has 'R-HOLDER' 'by the rule about the holder'
cp r1 x && change revoke x "$(print_of lab)" --reason compromised --time "$(day 1)"
code 5 'compromised later' at nobody "$EVX" verify --details o.evx --roster x
out_has '^ *custody  *complete' 'custody is what the events say'
is "$(gaps)" T-COMPROMISED 'whom to believe is another matter'
cp r1 x && change revoke x "$(print_of lab)" --reason retired --time "$(day -1)"
code 5 'nobody acts for an office with a key retired before' at nobody "$EVX" verify --details o.evx --roster x
out_has 'R-HOLDER' 'by the same rule'
ok 'a take-over is drafted' at dora "$EVX" take-over t.evx --reason lost-key --also "$T/lab.card" --draft t.draft --quiet
ok 'the approver signs' at lab "$EVX" sign t.draft --quiet
ok 'it is appended' at dora "$EVX" append t.evx t.draft --quiet
code 0 'approved by one whom the roster names' at nobody "$EVX" verify t.evx --roster r1 --trust "$T/dora.card"
code 5 'and by nobody without it' at nobody "$EVX" verify --details t.evx --trust "$T/officer.card" --trust "$T/lab.card" --trust "$T/dora.card"
out_has 'R-APPROVAL' 'by its rule'

# Compromised on Tuesday, it still vouches for what a time-stamp proves existed on Monday, and for nothing else.
if command -v openssl >/dev/null; then
	cp b.evx s.evx
	{ sh "$TOP/tests/tsa.sh" make auth && "$EVX" timestamp s.evx --tsa-request q --quiet && sh "$TOP/tests/tsa.sh" answer auth tsa q a &&
		"$EVX" timestamp s.evx --tsa-response a --tsa-request q --tsa-ca auth/ca.pem --quiet; } >"$T/tsa" 2>&1 || cat "$T/tsa"
	cp r1 x && change revoke x "$(print_of officer)" --reason compromised --time "$(day 1)"
	code 0 'a time-stamp from before' at nobody "$EVX" verify --details s.evx --roster x --tsa-ca auth/ca.pem
	code 5 'the same of an authority not trusted' at nobody "$EVX" verify --details s.evx --roster x
	is "$(gaps)" T-COMPROMISED 'proves nothing'
	code 5 'another authority' at nobody "$EVX" verify --details s.evx --roster x --tsa-ca auth/other-ca.pem
	cp r1 x && change revoke x "$(print_of officer)" --reason compromised --time "$(day -1)"
	code 5 'a time-stamp from after' at nobody "$EVX" verify --details s.evx --roster x --tsa-ca auth/ca.pem
	is "$(gaps)" T-COMPROMISED 'proves too little'
else
	skip 'openssl is not installed: a time-stamp that proves it older'
fi

# Rollback and fork.
cp r1 r2 && change add r2 "$T/room.card" --agency Court
cp r1 r2b && change add r2b "$T/stranger.card" --agency Court
code 0 'a newer version' at dora "$EVX" roster import r2 --json
is "$(jq -r '.agencies[] | "\(.agency) \(.accepted)"' "$T/out" | tr '\n' ' ')" 'Police true Court false ' 'speaks for the agencies that it was accepted for'
code 0 'for another one, too,' at dora "$EVX" roster import r2 --all-agencies --json
is "$(jq -r '.agencies[] | "\(.agency) \(.accepted)"' "$T/out" | tr '\n' ' ')" 'Police true Court true ' 'when it is accepted for it'
code 1 'an older one does not come back' at dora "$EVX" roster import r1
err_has 'version 2 is here already' 'and it is said why'
code 5 'verify says that it is old' at dora "$EVX" roster verify r1
out_has '^OLD' 'in plain words'
code 1 'a fork is refused' at dora "$EVX" roster import r2b
err_has 'forked: version 2' 'and reported'
code 1 'verify says that it is a fork' at dora "$EVX" roster verify r2b
out_has '^BAD: the roots signed two different versions' 'in plain words'
code 5 'a fork given is not used' at dora "$EVX" verify --details b.evx --roster r2b
out_has 'T-ROSTER' 'and a finding'
code 0 'an older one given takes nothing away' at dora "$EVX" verify b.evx --roster r1

# Roots rotate when old and new agree.
cp r2 r3
code 1 'the old roots alone cannot' "$EVX" roster rotate r3 $(cards carl dora) --by "$(print_of ann)" --by "$(print_of bob)"
code 1 'the new ones alone cannot' "$EVX" roster rotate r3 $(cards carl dora) --by "$(print_of carl)" --by "$(print_of dora)"
ok 'nothing was written' cmp r2 r3
code 0 'all of them' "$EVX" roster rotate r3 $(cards carl dora)
out_has '4 of 4 signatures' 'old and new roots must sign'
ok 'they sign' sign r3 'dora carl bob ann'
code 0 'it is good' "$EVX" roster verify r3
code 3 'the old roots are out' "$EVX" roster revoke r3 "$(print_of lab)" --reason lost --by "$(print_of ann)" --by "$(print_of carl)" --by "$(print_of dora)"
code 3 'a root that is none' "$EVX" roster revoke r3 "$(print_of lab)" --reason lost --by "$(print_of stranger)"
code 0 'the new ones revoke' "$EVX" roster revoke r3 "$(print_of lab)" --reason lost
ok 'and sign' sign r3 'carl dora'
code 0 'whoever trusts the first version trusts the last' at dora "$EVX" roster import r3
code 3 'revoke a key that is not there' "$EVX" roster revoke r3 "$(print_of dora)" --reason lost

# Damage.
cp r3 x && flip x 300
code 1 'a flipped byte' "$EVX" roster verify x
code 5 'a damaged roster says nothing about the bundle' at nobody "$EVX" verify --details b.evx --roster x
out_has 'T-ROSTER' 'and a finding'
out_has '^ *data  *unchanged' 'the data is what it is'
sed '1s/"evx-roster\/1"/"evx-roster\/2"/' r1 >x
code 4 'a newer format' "$EVX" roster verify x
code 1 'no roster at all' "$EVX" roster show "$T/ann.card"
code 3 'a roster that is not there' "$EVX" roster show nowhere
code 3 'a roster given that is not there' at nobody "$EVX" verify b.evx --roster nowhere
head -c "$(($(wc -c <r3) - 2))" r3 >x
code 1 'cut off' "$EVX" roster verify x

# Names that look alike.
"$EVX" roster new twin $(cards dora) --name 'North  5ea' --quiet && sign twin dora || exit 1
code 2 'a name that looks like another, and nobody to ask' at dora "$EVX" roster import twin --all-agencies
err_has -- --yes 'the message names --yes'
code 0 'with --yes' at dora "$EVX" roster import twin --all-agencies --yes

# What stands beside a roster is part of whom one trusts.
scope=$(ls "$T/dora/rosters/"*.scope | head -n 1)
cp "$scope" kept.scope && printf 'x\n' >>"$scope"
code 1 'a scope that is none' at dora "$EVX" verify b.evx
mv kept.scope "$scope"
code 0 'put back' at dora "$EVX" roster show
code 2 'an agency without a roster' "$EVX" verify b.evx --agency Police
code 2 'an agency that no roster given has' at nobody "$EVX" verify b.evx --roster r1 --agency Customs

# Mistakes.
code 2 'new without a root' "$EVX" roster new y --name Y
code 2 'new without a name' "$EVX" roster new y $(cards ann)
code 2 'a threshold above the number of roots' "$EVX" roster new y $(cards ann) --name Y --threshold 2
code 2 'one root twice' "$EVX" roster new y $(cards ann ann) --name Y
code 2 'revoke without a reason' "$EVX" roster revoke r1 "$(print_of officer)"
code 2 'a reason that is none' "$EVX" roster revoke r1 "$(print_of officer)" --reason whim
code 2 'a time that is none' "$EVX" roster revoke r1 "$(print_of officer)" --reason lost --time yesterday
code 2 'until before from' "$EVX" roster add r1 "$T/room.card" --from 2026-02-01 --until 2026-01-01
code 3 'acts for nobody known' "$EVX" roster add r1 "$T/room.card" --acts-for "$(print_of stranger)"
gone y 'mistakes make no roster'
done_testing
