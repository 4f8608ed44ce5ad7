#!/bin/sh
# Writing calls that fail while challenges are prepared, taken out, answered and judged (tests/fault/README.md): a file is whole or not there, and no
# challenge is given out twice.
. "$(dirname "$0")/lib.sh"
PACE=each
. "$TOP/tests/fault/fault.sh"

person officer officer && mkdir small && echo small >small/file &&
	"$EVX" seal small -o one.evx --case C --exhibit E --self --quiet && "$EVX" challenge one.evx --prepare 3 -o list --quiet &&
	cp list taken && "$EVX" challenge taken --next -o c --quiet && "$EVX" answer c one.evx -o a --quiet || exit 1
W=$PWD

marks() { grep -c '^{"challenge":' "$1"; }
# An unfinished file may stay where the process died, or could not remove it.
tidy() {
	if [ "$rc" -ne 0 ] && may_leave; then strays "($1|\.[a-z]*\.evx-partial-.*)"; else strays "$1"; fi
	[ "$rc" -ne 0 ] || [ -e "$F/$2" ] || wrong "exit 0, and no $2"
}
with_list() { cp "$W/list" "$F/list"; }
# What was given out is marked, and the next one is another.
next_differs() {
	"$EVX" challenge "$F/list" --next -o "$F/after" && "$EVX" answer "$F/after" "$W/one.evx" -o "$F/answer" && "$EVX" challenge --check "$F/answer" "$F/list" &&
		not cmp "$F/after" "$F/c"
}
taken_out() {
	tidy 'list|c' c
	if [ -e "$F/c" ]; then
		[ "$(marks "$F/list")" -eq 1 ] || wrong 'given out, and not marked'
		hold 'what was given out cannot be answered' "$EVX" answer "$F/c" "$W/one.evx" -o "$F/first"
	fi
	hold 'the next one is not another one' next_differs
}
with_answer() { cp "$W/taken" "$F/list"; }
judged() {
	tidy 'list' list
	case $(marks "$F/list") in
	1) hold 'the answer is not proved' "$EVX" challenge --check "$W/a" "$F/list" ;;
	2) hold 'the answer is not known to be proved' sh -c "'$EVX' challenge --check '$W/a' '$F/list'; [ \$? = 5 ]" ;;
	*) wrong 'the marks are gone' ;;
	esac
}
prepared() {
	tidy 'new' new
	[ ! -e "$F/new" ] || hold 'the list is not whole' sh -c "'$EVX' challenge '$F/new' --next -o '$F/x' && '$EVX' answer '$F/x' '$W/one.evx' -o '$F/y'"
}
answered() {
	tidy 'new' new
	[ ! -e "$F/new" ] || cmp -s "$F/new" "$W/a" || wrong 'another answer'
}
for m in EIO ENOSPC KILL GONE; do
	steps 'a challenge is taken out in a file' "$m" with_list taken_out "$EVX" challenge "$F/list" --next -o "$F/c"
	steps 'an answer is judged in a file' "$m" with_answer judged "$EVX" challenge --check "$W/a" "$F/list"
	steps 'challenges are prepared' "$m" nothing prepared "$EVX" challenge "$W/one.evx" --prepare 2 -o "$F/new"
	steps 'a challenge is answered' "$m" nothing answered "$EVX" answer "$W/c" "$W/one.evx" -o "$F/new"
done
done_testing
