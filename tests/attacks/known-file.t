#!/bin/sh
# A known-file oracle: somebody who is no content member seals a file into a case, or leaves packs there, and looks whether his ciphertext comes back in what is
# sealed later (format-spec/vault.md "Borrowed packs"). Nothing is borrowed but what content members sealed.
. "$(dirname "$0")/../cli/lib.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people
V=$W/v
export EVX_VAULT=$V
"$EVX" init --quiet >/dev/null 2>&1 || exit 1
for who in lab room stranger; do accept $who; done
"$EVX" member add "$T/lab.card" --quiet
"$EVX" member add "$T/room.card" --custody-only --quiet
case_id=$("$EVX" case new K)
mkdir known && head -c 3000000 /dev/urandom >known/file
newest() { for d in v/exhibits/*; do case " $seen " in *" ${d##*/} "*) ;; *) uuid=${d##*/} seen="$seen $uuid" ;; esac; done; }
seen=
# shares A B: some bytes of a pack of A stand in the exported B. 2: it cannot be told.
shares() {
	rm -f "$T/b.evx" && "$EVX" export "$2" -o "$T/b.evx" --as officer --quiet || return 2
	for p in v/exhibits/"$1"/data/*.pack; do
		for at in 100000 700000 1500000; do
			dd if="$p" bs=1 skip=$at count=64 status=none | od -An -v -tx1 | tr -d ' \n' >"$T/needle"
			[ "$(wc -c <"$T/needle")" -eq 128 ] || continue
			od -An -v -tx1 "$T/b.evx" | tr -d ' \n' | grep -qF "$(cat "$T/needle")" && return 0
		done
	done
	return 1
}
apart() {
	r=0
	shares "$1" "$2" || r=$?
	[ "$r" -eq 1 ]
}
seal() { # seal HOME NUMBER [OPTION...]: $borrowed is how many bytes were borrowed
	who=$1 number=$2
	shift 2
	borrowed=$(at "$who" "$EVX" seal known --exhibit "$number" --quiet --json --yes "$@" 2>"$T/err" | jq -r .borrowed_bytes)
	newest
}

seal stranger 1 --case "$case_id"
planted=$uuid
ok 'a stranger seals the known file' test -d "v/exhibits/$planted"
seal officer 2 --case K
is "$borrowed" 0 'a member borrows nothing of it'
mine=$uuid
code 0 'nor after a rebuild' "$EVX" rebuild --as officer
seal lab 4 --case K
ok 'a member borrows of a member' test "$borrowed" -gt 1000000
ok 'and of nobody else' apart "$planted" "$uuid"
ok 'which this test would see' shares "$mine" "$uuid"

# Only what the stranger sealed is in the case.
"$EVX" case new ALONE >"$T/alone" && alone=$(cat "$T/alone")
seal stranger 1 --case "$alone"
planted=$uuid
code 0 'rebuild' "$EVX" rebuild --as officer
seal officer 2 --case ALONE
is "$borrowed" 0 'nothing is borrowed of a stranger, when there is nothing else'
ok 'no byte of it' apart "$planted" "$uuid"

# A custody member may not read evidence, and learns nothing this way either.
"$EVX" case new ROOM >/dev/null
seal room 1 --case ROOM
planted=$uuid
code 0 'rebuild again' "$EVX" rebuild --as officer
seal officer 2 --case ROOM
is "$borrowed" 0 'nothing is borrowed of a custody member'
ok 'no byte of it' apart "$planted" "$uuid"

# A content member who was removed lends no more.
"$EVX" case new FORMER >/dev/null
seal lab 1 --case FORMER
planted=$uuid
"$EVX" member remove "$(at lab "$EVX" id show lab --json | jq -r .card.fingerprint)" --quiet
seal officer 2 --case FORMER
is "$borrowed" 0 'nothing is borrowed of a former member'
code 0 'rebuild once more' "$EVX" rebuild --as officer
seal officer 3 --case FORMER
ok 'but of oneself' test "$borrowed" -gt 1000000
ok 'no byte of the former member' apart "$planted" "$uuid"

# A seal exchanged for a member's does not help: it names another exhibit.
cp "v/exhibits/$mine/custody/0000-seal.json" "v/exhibits/$planted/custody/0000-seal.json"
cp "v/exhibits/$mine/custody/0000-seal.json.sig1" "v/exhibits/$planted/custody/0000-seal.json.sig1"
seal officer 4 --case FORMER
ok 'no byte of an exhibit with a stolen seal' apart "$planted" "$uuid"

# ---- Remnants: a stranger's seal is cut off, and left for the next --resume.
head -c 45000000 /dev/urandom >disk
mkfifo pipe
leave() { # leave HOME CASE: a seal of the disk that dies behind its first pack
	: >"$T/began"
	EVX_HOME=$T/$1 "$EVX" seal - --case "$2" --exhibit 9 --no-borrow --quiet --yes <pipe >dead.out 2>&1 &
	dead=$!
	exec 9>pipe
	head -c 42000000 disk >&9
	wait_for sh -c "find v/tmp -size 33554432c -newer '$T/began' | grep -q ." || cat dead.out
	kill -9 $dead
	exec 9>&-
	wait $dead 2>/dev/null
}
"$EVX" case new CUT >"$T/cut" && cut=$(cat "$T/cut")
leave stranger "$cut"
ok 'a stranger leaves a pack' test -n "$(find v/tmp -name '*.pack')"
code 3 'which is not resumed' sh -c '"$0" seal - --case CUT --exhibit 3 --resume --quiet <disk' "$EVX"
err_has "not made by a member who can open contents" 'and it is said'
leave officer CUT
code 0 'a member leaves one, too, and it is' sh -c '"$0" seal - --case CUT --exhibit 4 --resume --json <disk' "$EVX"
is "$(jq -r '.resumed_packs == 1 and (.borrowed_bytes | tonumber) > 25000000' "$T/out")" true 'used'
err_has 'was not used' 'and the other one is not'
# The proof is of this exhibit, and of this case.
"$EVX" case new CUT-2 >"$T/cut" && cut=$(cat "$T/cut")
leave officer CUT-2
leave stranger "$cut"
for s in v/tmp/*; do [ -e "$s/origin" ] && proof=$s/origin; done
for s in v/tmp/*; do [ -e "$s/origin" ] || cp "$proof" "$s/origin"; done
rm "$proof"
code 3 'a proof that was copied helps nobody' sh -c '"$0" seal - --case CUT-2 --exhibit 5 --resume --quiet <disk' "$EVX"
done_testing
