# Sourced by tests/cli/mirror-fault.t and tests/long/mirror-fault.t, after fault.sh: a mirror that is being made, and a vault that is being rebuilt
# from one, with every call failing in its turn. A mirror can be rebuilt from at any time, as its last complete state; the same command again
# completes it; nothing is half-made in a vault. `mirror_faults` does it all.
alike() { diff -r -x 'catalog.sqlite*' -x tmp -x .lock "$1" "$2"; }
# rebuild DIR: on a machine with a member's key that never saw the vault.
rebuild() {
	rm -rf "$T/fresh" "$1" && cp -r "$T/lab.was" "$T/fresh" || return
	EVX_HOME=$T/fresh "$EVX" import --via "dir:$T/stick" --into "$1" --quiet
}
# state: what the mirror holds now, whole: none, one, two.
state() {
	if ! ls "$T/stick/mirror/"*/0* >/dev/null 2>&1; then echo none; return; fi
	rebuild "$T/state" >"$T/rebuilt" 2>&1 </dev/null || { echo broken; return; }
	if alike "$T/v.one" "$T/state" >/dev/null; then echo one; elif alike "$T/v1" "$T/state" >/dev/null; then echo two; else echo another; fi
}
# Of what is below $F the home is written to by the process with keys. The stick is written to by another process.
mirror() { EVX_HOME=$F/officer "$EVX" mirror --via stick --quiet; }
begin() { rm -rf "$T/stick" && cp -r "$T/$1" "$T/stick" && cp -r "$T/$2" "$F/officer" || exit 1; }
first() { begin stick.none officer.none; }
second() { begin stick.one officer.one; }
judged() {
	was=$1
	now=$(state)
	[ "$now" = "$was" ] || [ "$now" = two ] || wrong "the mirror is $now: $(cat "$T/rebuilt")"
	[ "$rc" -ne 0 ] || [ "$now" = two ] || wrong 'exit 0, and the mirror is not up to date'
	hold 'the same command again' mirror
	hold 'the mirror is checked' env EVX_HOME="$F/officer" "$EVX" check --via stick
	grep -q '^GOOD' "$T/held" || wrong 'the check does not say good'
	[ "$(state)" = two ] || wrong "after the second run the mirror is $(state): $(cat "$T/rebuilt")"
	[ -z "$(ls "$F/officer/sent" | grep '^spool-')" ] || wrong 'a spool was left'
	[ -z "$(ls "$F/officer/lanes" | grep '\.next$')" ] || wrong 'a memory in the making was left'
	[ "$(find "$T/stick" -name '*.part-*' | wc -l)" -le 4 ] || wrong 'many parts were left'
	alike "$T/v1.was" "$T/v1" >/dev/null || wrong 'the vault was changed'
}
after_first() { judged none; }
after_second() { judged one; }

# The other side: what comes stands in $F/new, with the home beside it.
fetching() { cp -r "$T/lab.was" "$F/lab" && EVX_HOME=$F/lab "$EVX" remote add stick "dir:$T/stick.two" --quiet || exit 1; }
import() { EVX_HOME=$F/lab "$EVX" import --via stick --into "$F/new" --quiet; }
imported() {
	# A vault is there whole, or not at all.
	[ ! -e "$F/new/vault.json" ] || alike "$T/v1" "$F/new" | grep -v 'mirror-import$' >"$T/differs"
	[ ! -e "$F/new/vault.json" ] || [ ! -s "$T/differs" ] || wrong "half a vault: $(cat "$T/differs")"
	[ "$rc" -ne 0 ] || [ -e "$F/new/vault.json" ] || wrong 'exit 0, and no vault'
	# One that was finished is in nobody's way: the same command says that the directory is not empty.
	if [ -e "$F/new/vault.json" ] && [ ! -e "$F/new/mirror-import" ]; then
		EVX_HOME=$F/lab "$EVX" check --vault "$F/new" --quiet >"$T/held" 2>&1 </dev/null || wrong "the vault is not good: $(cat "$T/held")"
	else
		hold 'the same command again' import
		[ -z "$(ls "$F/lab/sent" | grep '^spool-')" ] || wrong 'a spool was left'
	fi
	alike "$T/v1" "$F/new" >"$T/differs" || wrong "the vault is another: $(cat "$T/differs")"
	[ "$(ls "$F/new/exhibits" 2>/dev/null | wc -l)" = "$uuids" ] || wrong 'exhibits are missing'
	[ "$(find "$F/new" -name 'mirror-import' -o -name '*.part' | wc -l)" = 0 ] || wrong 'something is left in the vault'
}

prepare_mirror() {
	people
	mkdir src src2 && head -c 70000 /dev/urandom >src/a && head -c 80000 /dev/urandom >src2/b
	export EVX_VAULT="$T/v1"
	"$EVX" init "$T/v1" --quiet 2>/dev/null && "$EVX" member add "$T/lab.card" --quiet &&
		"$EVX" seal src --case C-1 --exhibit 1 --quiet --jobs 1 2>/dev/null || exit 1
	at lab "$EVX" trust add "$T/officer.card" --quiet
	cp -r "$T/lab" "$T/lab.was"
	# What the mirror has at first, and what it has to get.
	mkdir "$T/stick" "$T/stick.none" && "$EVX" remote add stick "dir:$T/stick" --quiet &&
		cp -r "$T/officer" "$T/officer.none" && "$EVX" mirror --via stick --quiet && cp -r "$T/stick" "$T/stick.one" && cp -r "$T/v1" "$T/v.one" || exit 1
	cp -r "$T/officer" "$T/officer.one"
	"$EVX" seal src2 --case C-1 --exhibit 2 --quiet --jobs 1 2>/dev/null && "$EVX" note C-1/1 'second state' --quiet || exit 1
	uuids=$(ls "$T/v1/exhibits" | wc -l)
	cp -r "$T/v1" "$T/v1.was"
}
mirror_faults() {
	prepare_mirror
	for how in KILL EIO; do
		EVX_HOME=$F/officer steps 'the first mirror' $how first after_first "$EVX" mirror --via stick --quiet
		EVX_HOME=$F/officer steps 'the next one' $how second after_second "$EVX" mirror --via stick --quiet
	done
	# The process that writes to the stick fails, or is killed, at its own n-th call: a stick that is pulled out, a disk that is full. That process has
	# closed the file in which the n-th call would be told.
	case $PACE in each) points='1 2 3 5 8 11 14 17 20 24 28 200' hows='KILL EIO ENOSPC' ;; *) points='2 8 14 20 200' hows='KILL EIO' ;; esac
	for how in $hows; do
		failures=0
		rm -f "$T/wrong"
		for n in $points; do
			rm -rf "$F" && mkdir "$F" && second
			F=$T/stick
			EVX_HOME=$T/f/officer faulty "$how" "$n" "$EVX" mirror --via stick --quiet
			F=$T/f
			case $rc in 0) ;; 3) failures=$((failures + 1)) ;; *) wrong 'expected exit 0 or 3' ;; esac
			after_second
		done
		[ "$rc" -eq 0 ] || wrong 'the run without a fault failed'
		[ "$failures" -ge 2 ] || wrong "only $failures runs failed"
		if [ -s "$T/wrong" ]; then fail "the stick, $how" "$(head -n 40 "$T/wrong")"; else pass "the stick, $how at the n-th call: $failures runs failed"; fi
	done
	rm -rf "$F" && mkdir "$F" && second && mirror && cp -r "$T/stick" "$T/stick.two" || exit 1
	# An import makes some hundred calls: one after the other only where the process is killed.
	killed=130
	for how in KILL EIO; do
		[ "$how" = KILL ] || PACE=double
		EVX_HOME=$F/lab steps 'import' $how fetching imported "$EVX" import --via stick --into "$F/new" --quiet
	done
}
