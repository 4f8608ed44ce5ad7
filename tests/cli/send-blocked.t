#!/bin/sh
# A file of a shipment that cannot be written or read, here or on the remote: the command says so and exits with 3, and when nothing stands in the way any
# more, the same command does the rest. Each exhibit arrives once, with one release and one acceptance.
. "$(dirname "$0")/lib.sh"
people || exit 1
S=$T/stick
mkdir "$S" && at lab "$EVX" trust add "$T/officer.card" >/dev/null && "$EVX" trust add "$T/lab.card" >/dev/null || exit 1
for h in officer lab; do at $h "$EVX" remote add stick "dir:$S" --quiet || exit 1; done
n=0
exhibit() { n=$((n + 1)) && mkdir src$n && echo $n >src$n/a && "$EVX" seal src$n -o $n.evx --case C-1 --exhibit $n --to "$T/lab.card" --self --quiet 2>/dev/null; }
kinds() { "$EVX" log "$1" | sed -n 's/^0[0-9]*  .*UTC  \([a-z-]*\).*/\1/p' | tr '\n' ' '; }
send() { "$EVX" send $n.evx --to "$T/lab.card" --via stick --yes; }
receive() { at lab "$EVX" receive --via stick -o got --accept not-inventoried --yes; }
receipts() { "$EVX" receipts --via stick; }
# The first one shows what there is.
exhibit && send >/dev/null 2>&1 || exit 1
lane=$(basename "$S"/inbox/*/* -00000001) to_lab=$(ls -d "$S"/inbox/*)
receive >/dev/null 2>&1 && receipts >/dev/null 2>&1 || exit 1
back=$(ls "$S"/inbox/*/* | grep -v "$lane" | sed 's,.*/,,; s,-00000001$,,') to_officer=$(ls -d "$S"/inbox/* | grep -v -x "$to_lab")
# number: of the note of the exhibit at hand.
number() { printf '%08d' "$n"; }
# obstacle PATH: a directory that is not empty stands where a file should; or a file where a directory should.
obstacle() {
	[ ! -e "$1" ] || mv "$1" "$T/moved"
	case $2 in directory) mkdir -p "$1/full" ;; file) : >"$1" ;; esac
}
# blocked STEP WHAT PATH KIND: STEP fails while the obstacle is there.
blocked() {
	step=$1 what=$2 path=$3
	obstacle "$path" "$4"
	code 3 "$step, $what" "$step"
	ok 'why is said' test -s "$T/err"
	ok 'nothing is said to be done' not grep -q '  sent$\|  accepted (new)' "$T/out"
	rm -rf "$path" && { [ ! -e "$T/moved" ] || mv "$T/moved" "$path"; }
}
arrived() {
	code 0 "$1: the sender asks" receipts
	ok 'and learns it' grep -q '  accepted (new)' "$T/out"
	is "$(kinds $n.evx)" 'seal release accept ' 'released once, accepted once'
	ok 'both have the same' cmp $n.evx "got/$(tar -tf $n.evx | head -n 1 | cut -d / -f 1).evx"
	is "$(ls "$to_lab" | wc -l) $(ls "$to_officer" | wc -l)" "$n $n" 'and there is one note each way'
}
for case in "note:$T/officer/sent/note-$lane-@:directory" "memory:$T/officer/lanes/$lane:directory" "lock:$T/officer/lanes/.lock:directory" "packs:$S/packs:file" \
	"parcels:$S/parcels:file" "inbox:$to_lab:file"; do
	exhibit || exit 1
	path=${case#*:}
	blocked send "${case%%:*}" "$(echo "${path%:*}" | sed "s/@/$(number)/")" "${path##*:}"
	code 0 'the same command again' send
	code 0 'it is received' receive
	arrived "send, ${case%%:*}"
done
for case in "note:$T/lab/sent/note-$back-@:directory" "memory of the answers:$T/lab/lanes/$back:directory" "memory of the notes:$T/lab/lanes/$lane:directory" \
	"lock:$T/lab/lanes/.lock:directory" "parcels:$S/parcels:file" "inbox of the sender:$to_officer:file" "output:$W/got:file"; do
	exhibit && send >/dev/null 2>&1 || exit 1
	path=${case#*:}
	blocked receive "${case%%:*}" "$(echo "${path%:*}" | sed "s/@/$(number)/")" "${path##*:}"
	code 0 'the same command again' receive
	arrived "receive, ${case%%:*}"
done
for case in "memory of the answers:$T/officer/lanes/$back:directory" "memory of the notes:$T/officer/lanes/$lane:directory" "lock:$T/officer/lanes/.lock:directory"; do
	exhibit && send >/dev/null 2>&1 && receive >/dev/null 2>&1 || exit 1
	path=${case#*:}
	blocked receipts "${case%%:*}" "${path%:*}" "${path##*:}"
	arrived "receipts, ${case%%:*}"
done
done_testing
