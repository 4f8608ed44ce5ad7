# Sourced by tests/cli/vault-fault.t and tests/long/vault-fault.t, after fault.sh: what is done to a vault, with every call failing in its turn, and what
# a power cut leaves of it (README.md). $F holds a home and a vault.
#
# An operation NAME has two functions: NAME_done prints `yes` when it happened, whole, `no` when nothing of it did; NAME_again does it, or the next one,
# once more. The table at the end says how it is called.
V=$F/vault
CUT=$TOP/tests/fault/powercut.py
EVX_HOME=$F/home
export EVX_VAULT="$V"

with_vault() {
	cp -a "$T/base/." "$F/"
	rm -rf "$T/lab/vaults" "$T/room/vaults"
}
exhibits() { ls -A "$V/exhibits"; }
verifies_deep() { "$EVX" verify --deep "$1" --as officer --trust "$T/officer.card" --jobs 1; }
verifies() { "$EVX" verify "$1" --trust "$T/officer.card" --jobs 1; }
# The vault opens, nothing in it is bad, and what was acknowledged before is there, one exhibit opened to its contents.
standing() {
	hold 'the vault does not open' "$EVX" case list
	hold 'its exhibits cannot be listed' "$EVX" exhibits
	hold 'something in it is bad' "$EVX" check --anew --as officer --quiet --jobs 1
	for uuid in $acknowledged; do [ -d "$V/exhibits/$uuid" ] || wrong "exhibit $uuid is gone"; done
	hold "exhibit $borrower does not open" verifies_deep "$borrower"
}
# left_in_tmp: nothing is, unless packs of a seal that was cut off.
left_in_tmp() {
	for session in "$V"/tmp/*; do
		[ ! -e "$session" ] || find "$session" -name '*.pack' | grep -q . || wrong "left behind: $(find "$session")"
	done
}
# For `steps` and `cuts`: $op is the operation.
judged() {
	did=$("${op}_done" 2>>"$T/held")
	[ "$op,$did" = heal,no ] || standing
	case $did in yes | no) ;; *) wrong "half of it happened: $did" ;; esac
	[ "$rc" -ne 0 ] || [ "$did" = yes ] || wrong 'exit 0, and it did not happen'
	# The session that is resumed is another process's, and is swept as one.
	may_leave || [ "$op" = resume ] || left_in_tmp
	if ! pointless; then
		hold 'doing it again fails' "${op}_again"
		[ "$PACE" = double ] || standing
		left_in_tmp
	fi
}

# ---- The operations ----

init_done() { if [ -e "$F/new/vault.json" ]; then "$EVX" case list --vault "$F/new" >"$T/held" 2>&1 && echo yes; else echo no; fi; }
init_again() {
	[ -e "$F/new/vault.json" ] || "$EVX" init "$F/new" --quiet || return
	"$EVX" seal "$T/tiny" --vault "$F/new" --case C --exhibit E --quiet
}

into_vault() { "$EVX" seal "$T/src2" --case "$1" --exhibit N --yes --quiet --jobs 1; }
# Of the exhibits only the new one can be half there.
seal_done() {
	new=$(exhibits | grep -vFx -e "$acknowledged")
	case $new in
	'') echo no ;;
	*) verifies_deep "$new" >"$T/held" 2>&1 && echo yes ;;
	esac
}
seal_again() { into_vault C-1; }

events() { "$EVX" show --json "$1" | jq '.events | length'; }
note_done() {
	case $(events "$first") in
	2) echo no ;;
	3) echo yes ;;
	esac
}
note_again() { "$EVX" note "$first" again && into_vault C-1; }

case_labels() { "$EVX" case list | grep -c -e "  $1\$"; }
case_done() { if [ "$(case_labels New)" -eq 1 ]; then echo yes; else echo no; fi; }
case_again() { "$EVX" case new Other && [ "$(case_labels Other)" -eq 1 ] && into_vault New; }

# Cut off between the entry and the mark, the command is done when it is run again, without another entry.
filings() { ls "$V/log" | grep -c -e '-case-file$'; }
marked() { ls "$V"/cases/*/exhibits/"$first" | wc -l; }
file() { "$EVX" case file "$first" C-9; }
with_case() { with_vault && "$EVX" case new C-9 >"$T/held" 2>&1; }
file_done() {
	case $(filings) in
	0) [ "$(marked)" -eq 1 ] && echo no ;;
	1) file >"$T/held" 2>&1 && [ "$(filings),$(marked)" = 1,1 ] && echo yes ;;
	esac
}
file_again() { file && [ "$(filings),$(marked)" = 1,1 ] && into_vault C-1; }

member() { "$EVX" member list --as officer | grep -e "$1" | grep -qv removed; }
opens_cases() { env EVX_HOME="$T/$1" "$EVX" case list | grep -q C-1; }
member_add_done() { if member 'lab of lab' >"$T/held"; then opens_cases lab && echo yes; else echo no; fi; }
member_add_again() { { member 'lab of lab' || "$EVX" member add "$T/lab.card" --quiet; } && opens_cases lab && into_vault C-1; }
member_remove_done() { if member 'room of room' >"$T/held"; then opens_cases room && echo no; else echo yes; fi; }
member_remove_again() { { ! member 'room of room' || "$EVX" member remove "$room" --quiet; } && ! opens_cases room && into_vault C-1; }

# A seal that was killed after its pack was durable. Until another one borrowed from the pack, it is kept.
with_interrupted() {
	cp -a "$T/interrupted/." "$F/"
	rm -rf "$T/lab/vaults" "$T/room/vaults"
}
interrupt() {
	n=40 where=
	while case $where in */manifest-sha256.txt) false ;; esac; do
		rm -rf "$F"
		n=$((n + 1))
		mkdir "$F" && with_vault && faulty KILL "$n" "$EVX" seal "$T/src3" --case C-1 --exhibit 4 --quiet --jobs 1
		[ -n "$fired" ] || { echo 'no manifest was written'; exit 1; }
	done
	find "$V/tmp" -name '*.pack' | grep -q . || { echo 'no pack was left'; exit 1; }
	mv "$F" "$T/interrupted"
}
resume() { "$EVX" seal "$T/src3" --case C-1 --exhibit 4 --resume --quiet --jobs 1; }
resume_done() {
	did=$(seal_done)
	[ "$did" = yes ] || find "$V/tmp" "$V/remnants" -name '*.pack' 2>/dev/null | grep -q . || did='the packs are gone'
	echo "$did"
}
resume_again() { { [ "$(resume_done)" = yes ] || resume; } && [ "$(seal_done)" = yes ] && into_vault C-1; }

opened_by() { env EVX_HOME="$T/$1" "$EVX" verify --deep "$V/exhibits/$first" --as "$1" --trust "$T/officer.card" --jobs 1; }
recipient_done() {
	case $(events "$first") in
	2) ! opened_by lab >"$T/held" 2>&1 && echo no ;;
	3) opened_by lab >"$T/held" 2>&1 && echo yes ;;
	esac
}
recipient_again() { "$EVX" recipient add "$first" --to "$T/stranger.card" --yes --quiet && opened_by stranger && into_vault C-1; }

# What leaves is a whole bundle; the vault is as before.
export_done() {
	left=$(ls -A "$F" | grep -vx -e home -e vault)
	case $left in
	x.evx) verifies "$F/x.evx" >"$T/held" 2>&1 && echo yes ;;
	'') echo no ;;
	*) may_leave && echo no ;;
	esac
}
export_again() { "$EVX" export "$borrower" -o "$F/again.evx" --quiet && verifies "$F/again.evx" && cmp "$F/again.evx" "$T/borrower.evx"; }

import_done() {
	if [ ! -e "$V/exhibits/$other" ]; then echo no; else verifies_deep "$other" >"$T/held" 2>&1 && echo yes; fi
}
import_again() { "$EVX" import "$T/other.evx" --case C-1 --quiet && verifies_deep "$other" && into_vault C-1; }
with_imported() { with_vault && "$EVX" import "$T/other.evx" --case C-1 --quiet >"$T/held" 2>&1; }
import_more_done() {
	case $(events "$other") in
	2) echo no ;;
	3) echo yes ;;
	esac
}
import_more_again() { "$EVX" import "$T/longer.evx" --quiet && [ "$(events "$other")" -eq 3 ] && "$EVX" note "$other" again && into_vault C-1; }
# The chain that was there goes on; the other is kept beside it.
with_longer() { with_vault && "$EVX" import "$T/longer.evx" --case C-1 --quiet >"$T/held" 2>&1; }
branches() { find "$V/branches/$other" -name '*.receipt' 2>/dev/null | wc -l; }
import_branch_done() { if [ "$(events "$other")" -eq 3 ]; then [ "$(branches)" -gt 0 ] && echo yes || echo no; fi; }
import_branch_again() { "$EVX" import "$T/branch.evx" --quiet; [ "$(branches)" -eq 1 ] && [ "$(events "$other")" -eq 3 ] && into_vault C-1; }

# A pack that lends is damaged until it is healed, in one step; then the chain says so.
with_damaged() { with_vault && flip "$V/exhibits/$first/data/$(ls "$V/exhibits/$first/data")" 700000; }
heal() { "$EVX" check "$first" --anew --as officer --heal-from "$T/first.evx" --quiet --jobs 1; }
heal_done() {
	case $(ls "$V/exhibits/$first/data"),$(sha256sum <"$V/exhibits/$first/data/$(ls "$V/exhibits/$first/data")") in
	"${lent%.pack}.pack,${lent%.pack}  -") [ "$rc" -ne 0 ] || [ "$(events "$first")" -eq 3 ] && echo yes ;;
	*.pack,*) echo no ;;
	esac
}
heal_again() { { [ "$(heal_done)" = yes ] || heal; } && into_vault C-1; }

inventories() { find "$V/log" -name '*-inventory' | wc -l; }
inventory_done() {
	case $(inventories) in
	0) echo no ;;
	1) head -n 1 "$V"/log/*-inventory | grep -q "$(cat "$V"/log/*-inventory.list | sha256sum | cut -c 1-64)" && echo yes ;;
	esac
}
inventory_again() { before=$(inventories) && "$EVX" inventory --as officer --quiet && [ "$(inventories)" -eq $((before + 1)) ] && into_vault C-1; }

# Who lends is disposed of: before, or on the way to be gone on with; who borrowed stays whole all the time.
with_authorised() { cp -a "$T/authorised/." "$F/" && rm -rf "$T/lab/vaults" "$T/room/vaults"; }
dispose() { "$EVX" dispose "$first" --yes --quiet; }
dispose_done() {
	packs=$(find "$V/exhibits/$first/data" "$V/exhibits/$first/keys" -type f 2>/dev/null | wc -l)
	if find "$V/log" -name '*-removal' | grep -q .; then
		[ "$packs" -eq 0 ] && echo yes
	elif [ "$(events "$first")" -eq 3 ]; then
		[ "$packs" -eq 3 ] && echo no
	else
		echo no
	fi
}
dispose_again() { { [ "$(dispose_done)" = yes ] || dispose; } && [ "$(dispose_done)" = yes ] && into_vault C-1; }

check_done() { echo yes; }
check_again() { "$EVX" check --as officer --sweep --quiet && into_vault C-1; }

# It makes what can be done without: only its effect on the rest counts.
rebuild_done() { echo yes; }
rebuild_again() { "$EVX" rebuild --as officer --quiet && "$EVX" exhibits --whole | grep -q "$first" && into_vault C-1; }
without_catalog() { with_vault && rm -f "$V"/catalog.sqlite*; }

prepare_vault() {
	people || exit 1
	mkdir "$T/src" "$T/src/d" "$T/src2" "$T/src3" && head -c 1400000 /dev/urandom >"$T/src3/c" && head -c 1500000 /dev/urandom >"$T/src/a" && printf 'small\n' >"$T/src/d/b" && ln -s a "$T/src/l" &&
		cp -a "$T/src/a" "$T/src2/a" && head -c 20000 /dev/urandom >"$T/src2/more" && printf 'tiny\n' >"$T/tiny" || exit 1
	mkdir "$F" && cp -a "$T/officer" "$F/home" && room=$(at room "$EVX" id list | grep -o 'SHA256:[^ ]*') || exit 1
	rm -f "$T/wrong"
	{ "$EVX" init "$V" --quiet && "$EVX" member add "$T/room.card" --custody-only --quiet && "$EVX" case new C-1 &&
		"$EVX" seal "$T/src" --case C-1 --exhibit 1 --quiet --jobs 1; } >"$T/held" 2>&1 || { cat "$T/held"; exit 1; }
	first=$(exhibits)
	{ "$EVX" note "$first" text && "$EVX" seal "$T/tiny" --case C-2 --exhibit 2 --quiet --jobs 1; } >"$T/held" 2>&1 ||
		{ cat "$T/held"; exit 1; }
	acknowledged=$(exhibits)
	into_vault C-1 >"$T/held" 2>&1 || { cat "$T/held"; exit 1; }
	borrower=$(exhibits | grep -vFx -e "$acknowledged")
	acknowledged=$(exhibits)
	ls "$V/exhibits/$borrower/data" | grep -q recipe || { echo 'nothing was borrowed'; exit 1; }
	lent=$(ls "$V/exhibits/$first/data")
	{ "$EVX" export "$borrower" -o "$T/borrower.evx" --quiet && "$EVX" export "$first" -o "$T/first.evx" --quiet &&
		"$EVX" seal "$T/src" -o "$T/other.evx" --case C-1 --exhibit O --self --quiet && "$EVX" copy "$T/other.evx" && cp "$T/other.evx" "$T/longer.evx" &&
		cp "$T/other.evx" "$T/branch.evx" && "$EVX" note "$T/longer.evx" text && "$EVX" note "$T/branch.evx" another; } >"$T/held" 2>&1 ||
		{ cat "$T/held"; exit 1; }
	other=$(tar -tf "$T/other.evx" | sed -n '1s,/.*,,p')
	rm -rf "$T/lab/vaults" "$T/room/vaults" && mv "$F" "$T/base" || exit 1
	{ mkdir "$F" && with_vault && "$EVX" dispose-authorise "$first" && mv "$F" "$T/authorised"; } >"$T/held" 2>&1 || { cat "$T/held"; exit 1; }
	interrupt
}

# ---- Power cuts ----

# cuts NAME CHOICES PREPARE COMMAND...: the command runs to its end while what it does is recorded; then the power fails after each of its calls. CHOICES
# is `sync`: nothing is there that was not made durable; or how many other choices are tried after each call.
cuts() {
	name=$1 choices=$2 prepare=$3
	shift 3
	rm -f "$T/wrong"
	rm -rf "$F"
	mkdir "$F" && "$prepare" && python3 "$CUT" take "$F" "$T/disk" || exit 1
	n=0 runs=0 mode=CUT
	faulty RECORD 1 "$@"
	[ "$rc" -eq 0 ] || wrong 'the run that was recorded failed'
	mv "$T/fired" "$T/record"
	where= total=$(python3 "$CUT" count "$T/disk" "$T/record")
	python3 "$CUT" "$([ "$choices" = sync ] && echo syncs || echo all)" "$T/disk" "$T/record" >"$T/points"
	point=0
	while read -r n; do
		point=$((point + 1))
		[ "$PACE" = each ] || [ "$n" -eq "$total" ] || [ $((point % 5)) -eq 1 ] || continue
		seed=none tries=0
		while :; do
			[ "$choices" = sync ] || seed=$((n * 100 + tries))
			rm -rf "$F"
			python3 "$CUT" cut "$T/disk" "$T/record" "$n" "$seed" "$F" || exit 1
			if [ "$n" -eq "$total" ]; then rc=0; else rc=137; fi
			fired="power cut, choice $seed"
			runs=$((runs + 1))
			rm -rf "$T/lab/vaults" "$T/room/vaults"
			judged
			tries=$((tries + 1))
			[ "$choices" != sync ] && [ "$tries" -lt "$choices" ] || break
		done
	done <"$T/points"
	[ "$point" -gt 1 ] || wrong 'nothing was recorded'
	if [ -s "$T/wrong" ]; then
		fail "$name, power cuts ($choices)" "$(head -n 40 "$T/wrong")"
	else
		pass "$name, power cuts ($choices): $runs states"
	fi
}

# cuts_notice: a directory that was never made durable is found by the simulation above.
cuts_notice() {
	op=case mode=CUT rc=0 where= fired='record without the fsyncs of log/' name='a missing fsync'
	rm -rf "$F" && mkdir "$F" && with_vault && python3 "$CUT" take "$F" "$T/disk" || exit 1
	faulty RECORD 1 "$EVX" case new New
	log=$(stat -c '	%i	' "$V/log")
	awk -v inode="$log" '!(/^S/ && index($0, inode))' "$T/fired" >"$T/record" # remembering the head makes it durable, too
	n=$(python3 "$CUT" count "$T/disk" "$T/record")
	rm -rf "$F" "$T/wrong" && python3 "$CUT" cut "$T/disk" "$T/record" "$n" none "$F" && fired= && judged
	ok 'power cuts find a missing fsync' grep -q 'it did not happen' "$T/wrong"
}

# ---- Small disks, and none that can be written ----

# small_disks: the vault on file systems of growing size, until the operation fits. Needs root, as read_only does.
small_disks() {
	mkdir "$T/small"
	if ! mount -t tmpfs -o size=64k none "$T/small" 2>/dev/null; then
		skip 'only root can mount a small file system'
		return
	fi
	umount "$T/small"
	trap 'cd /; umount "$F" 2>/dev/null; rm -rf "$T"' EXIT
	for each in seal seal_all note recipient case member_remove import; do operation "$each" on_small_disks; done
	operation seal on_read_only
}
# on_small_disks NAME PREPARE COMMAND...
on_small_disks() {
	name=$1 prepare=$2 mode=FULL where= free=0 rc=3
	shift 2
	rm -f "$T/wrong"
	used=$(du -sk "$T/base" | cut -f 1)
	while [ "$rc" -ne 0 ] && [ "$free" -lt 8192 ]; do
		if [ "$free" -lt 64 ]; then free=$((free + 8)); else free=$((free + free / 4)); fi
		rm -rf "$F"
		mkdir "$F" && mount -t tmpfs -o "size=$((used + free))k" none "$F" && "$prepare" || { wrong 'no file system'; break; }
		run "$@"
		fired="$free KiB free"
		case $rc in 0 | 3) ;; *) wrong 'expected exit 0 or 3' ;; esac
		judged
		mount -o remount,size=64m "$F" && mode=EIO && judged
		mode=FULL
		umount "$F"
	done
	[ "$rc" -eq 0 ] || wrong 'it fails with room enough, too'
	if [ -s "$T/wrong" ]; then fail "$name on a full disk" "$(head -n 40 "$T/wrong")"; else pass "$name on a full disk"; fi
}
# A vault that nobody can write is read, and nothing else: what fails says so.
on_read_only() {
	name=$1
	shift 2
	rm -rf "$F" && mkdir "$F" && mount -t tmpfs none "$F" && with_vault && mount -o remount,ro "$F" || exit 1
	rm -f "$T/wrong"
	mode=FULL where= fired='read-only'
	run "$@"
	[ "$rc" -eq 3 ] || wrong 'expected exit 3'
	judged
	run "$EVX" note "$first" text
	[ "$rc" -eq 3 ] || wrong 'a note: expected exit 3'
	run "$EVX" case new New
	[ "$rc" -eq 3 ] || wrong 'a case: expected exit 3'
	umount "$F"
	if [ -s "$T/wrong" ]; then fail "$name into a read-only vault" "$(head -n 40 "$T/wrong")"; else pass "$name into a read-only vault"; fi
}

# ---- The table ----

operations='init seal seal_all resume note recipient case file member_add member_remove export import import_more import_branch rebuild check heal inventory dispose'
# operation OP COMMAND...: calls it with the rest of `steps` or `cuts` for this operation.
operation() {
	op=$1
	shift
	case $op in
	init) "$@" 'init' with_vault "$EVX" init "$F/new" --quiet ;;
	seal) "$@" 'seal' with_vault "$EVX" seal "$T/src2" --case C-1 --exhibit 3 --quiet --jobs 1 ;;
	seal_all) op=seal && "$@" 'seal without borrowing' with_vault "$EVX" seal "$T/src2" --case C-1 --exhibit 3 --no-borrow --quiet --jobs 1 ;;
	resume) "$@" 'seal --resume' with_interrupted "$EVX" seal "$T/src3" --case C-1 --exhibit 4 --resume --quiet --jobs 1 ;;
	note) "$@" 'event' with_vault "$EVX" note "$first" text ;;
	recipient) "$@" 'recipient add' with_vault "$EVX" recipient add "$first" --to "$T/lab.card" --yes --quiet ;;
	case) "$@" 'case new' with_vault "$EVX" case new New ;;
	file) "$@" 'case file' with_case "$EVX" case file "$first" C-9 ;;
	member_add) "$@" 'member add' with_vault "$EVX" member add "$T/lab.card" --quiet ;;
	member_remove) "$@" 'member remove' with_vault "$EVX" member remove "$room" --quiet ;;
	export) "$@" 'export' with_vault "$EVX" export "$borrower" -o "$F/x.evx" --quiet ;;
	import) "$@" 'import' with_vault "$EVX" import "$T/other.evx" --quiet ;; # with --case another process imports, and this one files
	import_more) "$@" 'import of more' with_imported "$EVX" import "$T/longer.evx" --quiet ;;
	import_branch) "$@" 'import of a branch' with_longer sh -c '"$@"; rc=$?; [ "$rc" -eq 5 ] || exit "$rc"' sh "$EVX" import "$T/branch.evx" --quiet ;; # 5: a branch
	check) "$@" 'check' with_vault "$EVX" check --as officer --quiet --jobs 1 ;;
	heal) "$@" 'check --heal-from' with_damaged "$EVX" check "$first" --as officer --heal-from "$T/first.evx" --quiet --jobs 1 ;;
	inventory) "$@" 'inventory' with_vault "$EVX" inventory --as officer --quiet ;;
	dispose) "$@" 'dispose' with_authorised "$EVX" dispose "$first" --yes --quiet ;;
	rebuild) "$@" 'rebuild' without_catalog "$EVX" rebuild --as officer --quiet ;;
	esac
}
each_operation() { for each in $operations; do operation "$each" "$@"; done; }
# vault_steps MODE NAME PREPARE COMMAND...
vault_steps() {
	m=$1 name=$2 prepare=$3
	shift 3
	steps "$name" "$m" "$prepare" judged "$@"
}
# vault_cuts HOW NAME PREPARE COMMAND...
vault_cuts() {
	m=$1 name=$2
	shift 2
	cuts "$name" "$m" "$@"
}
