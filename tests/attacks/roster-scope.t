#!/bin/sh
# A roster speaks for the agencies that it was accepted for, and for no others: a second community that lists the office of the police as its own, with
# its own people acting for it, gets nothing by that.
. "$(dirname "$0")/../cli/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people && person ann ann && person bob bob && person judge judge || exit 1
print_of() { at "$1" "$EVX" id show "$1" --json | jq -r .card.fingerprint; }
mkdir in && echo one >in/one && sealed b.evx in || exit 1
long=$(date -u -d '2 days ago' +%Y-%m-%d)

# The officer's key is the office's. The north lists it, and the lab's key acts for it; so does the south, in an agency of its own or in one of the same name.
{ "$EVX" roster new north --name 'North' --root "$T/ann.card" && "$EVX" roster add north "$T/officer.card" --agency Police --from "$long" &&
	"$EVX" roster add north "$T/lab.card" --agency Police --from "$long" --acts-for "$(print_of officer)" --approver && at ann "$EVX" roster sign north; } >/dev/null || exit 1
for agency in Guards Police; do
	{ "$EVX" roster new "south-$agency" --name 'South' --root "$T/bob.card" && "$EVX" roster add "south-$agency" "$T/officer.card" --agency $agency --from "$long" &&
		"$EVX" roster add "south-$agency" "$T/stranger.card" --agency $agency --from "$long" --acts-for "$(print_of officer)" --approver &&
		at bob "$EVX" roster sign "south-$agency"; } >/dev/null || exit 1
done

# The stranger trusts whom it likes, and releases for the office.
cp b.evx stolen.evx && cp b.evx true.evx && cp b.evx taken.evx
ok 'the stranger accepts its own roster' at stranger "$EVX" roster import south-Guards --all-agencies --quiet
code 0 'and releases what the police sealed' at stranger "$EVX" release stolen.evx --to "$T/room.card" --keeps nothing --purpose theft
ok 'the lab accepts the north' at lab "$EVX" roster import north --agency Police --quiet
code 0 'and releases for its office' at lab "$EVX" release true.evx --to "$T/room.card" --keeps nothing --purpose transfer
ok 'a take-over' at stranger "$EVX" take-over taken.evx --reason lost-key --also "$T/room.card" --draft t.draft --quiet
gaps() { jq -r '.findings[] | select(.weight != "info") | "\(.code) \(.weight)"' "$T/out" | grep -e T-SCOPE -e T-CONTESTED -e R-HOLDER | sort -u | tr '\n' ' '; }

# A judge who trusts the north for the police, and the south for something else.
code 0 'the judge accepts the north for the police' at judge "$EVX" roster import north --agency Police --quiet
code 0 'the lab released for its office' at judge "$EVX" verify true.evx
code 5 'the stranger did not: nobody knows it' at judge "$EVX" verify stolen.evx
for how in 'south-Guards' 'south-Guards --agency Guards' 'south-Police'; do
	run at judge "$EVX" verify stolen.evx --roster $how --json
	ok "--roster $how: the stranger did not release it" test "$rc" = 1 -o "$rc" = 5
	is "$(jq -r '.holding | has("open_release")' "$T/out")" false "--roster $how: no release stands open"
	ok "--roster $how: the rule is named" grep -q '"R-HOLDER"' "$T/out"
done
# In the same agency as the north's: that is the north's. In one of its own: whose key is it?
code 0 'a roster for an agency that another speaks for' at judge "$EVX" verify true.evx --roster south-Police --json
is "$(gaps)" 'T-SCOPE remark ' 'counts for nothing there, and is remarked'
code 1 'a key that two rosters claim is a gap, or more' at judge "$EVX" verify true.evx --roster south-Guards --json
out_has '"T-CONTESTED"' 'and counts for neither'
code 5 'the seal alone' at judge "$EVX" verify b.evx --roster south-Guards --json
is "$(gaps)" 'T-CONTESTED gap ' 'is a gap'
# In the home: the scope is what was accepted.
code 3 'not for an agency that it does not have' at judge "$EVX" roster import south-Guards --agency Police
code 0 'accepted for the guards' at judge "$EVX" roster import south-Guards --agency Guards --quiet
code 5 'the key is contested' at judge "$EVX" verify b.evx --json
is "$(gaps)" 'T-CONTESTED gap ' 'in the home, too'
rm -r "$T/judge/rosters"
code 0 'the north for the police' at judge "$EVX" roster import north --agency Police --quiet
"$EVX" roster add south-Guards "$T/bob.card" --agency Court --quiet && at bob "$EVX" roster sign south-Guards --quiet || exit 1
code 0 'the south for its court' at judge "$EVX" roster import south-Guards --agency Court --quiet
code 0 'what it says of guards is ignored' at judge "$EVX" verify true.evx --json
is "$(gaps)" 'T-SCOPE remark ' 'and remarked'
code 5 'the stranger does not act for the office' at judge "$EVX" verify stolen.evx

# A card that was compared by hand says that the key belongs to somebody else than the roster says.
card() { run at judge "$EVX" verify "$@" --json; }
cp "$T/judge/rosters" -r kept && rm -r "$T/judge/rosters"
code 0 'the north alone' at judge "$EVX" roster import north --agency Police --quiet
card b.evx --trust "$T/officer.card"
is "$rc $(gaps)" '0 T-CONTESTED remark ' 'by the card: its owner signed, and the roster is remarked'
card true.evx --trust "$T/officer.card"
is "$rc $(gaps)" '5 T-CONTESTED gap T-CONTESTED remark ' 'nobody signs for its owner by that roster unremarked: a gap'
out_has 'belongs to Police. A trusted card says Office officer' 'and both are named'
"$EVX" roster new same --name 'Same' --root "$T/ann.card" --quiet && "$EVX" roster add same "$T/officer.card" --from "$long" --quiet &&
	"$EVX" roster add same "$T/lab.card" --agency 'Office officer' --from "$long" --acts-for "$(print_of officer)" --quiet && at ann "$EVX" roster sign same --quiet || exit 1
rm -r "$T/judge/rosters"
code 0 'a roster that says what the card says' at judge "$EVX" roster import same --all-agencies --quiet
card true.evx --trust "$T/officer.card"
is "$rc $(gaps)" '0 ' 'agrees with it'
rm -r "$T/judge/rosters" && mv kept "$T/judge/rosters"

# Whoever accepted nothing is told for which agency nobody speaks.
rm "$T/judge/rosters"/*.scope
code 5 'a roster whose scope is gone speaks for nobody' at judge "$EVX" verify b.evx --json
is "$(gaps)" 'T-SCOPE remark ' 'and says so'
code 0 'accepted anew' at judge "$EVX" roster import north --agency Police --quiet
code 0 'it does' at judge "$EVX" verify b.evx
# Two given, and nobody has said which of them speaks for the police.
code 5 'two rosters given that list one agency' at nobody "$EVX" verify b.evx --roster north --roster south-Police --json
is "$(gaps)" 'T-SCOPE remark ' 'speak for it neither'
code 5 'in the other order' at nobody "$EVX" verify b.evx --roster south-Police --roster north
code 0 'named' at nobody "$EVX" verify b.evx --roster north --agency Police
done_testing
