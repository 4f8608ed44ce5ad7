#!/bin/sh
# seal -o --resume: what a killed seal left of the same bundle is used, compared, and shows in nothing but the details.
. "$(dirname "$0")/lib.sh"

people || exit 1
label='--case C --exhibit E'
head -c 45000000 /dev/urandom >disk
head -c 3000000 /dev/urandom >other
mkfifo pipe
# left: how many unfinished files of x.evx there are. notes: how many seals the home takes for unfinished.
left() { ls -A | grep -c '^\.x\.evx\.evx-partial-'; }
notes() { ls -A "$T/officer/unfinished" | wc -l; }
# killed N OPTION...: a seal that is killed when more than a pack of its stream was written, and before the end. Then there are N such files.
killed() {
	wanted=$1
	shift
	"$EVX" seal - -o x.evx $label --quiet "$@" <pipe >/dev/null 2>&1 &
	dead=$!
	exec 9>pipe
	head -c 42000000 disk >&9
	until [ "$(find . -name '.x.evx.evx-partial-*' -size +33554432c | wc -l)" -eq "$wanted" ] || ! kill -0 $dead; do sleep 0.05; done
	kill -9 $dead
	exec 9>&-
	wait $dead 2>/dev/null
}
resume() { run sh -c 'exec "$0" seal - -o x.evx --case C --exhibit E --self --resume --json "$@" <disk' "$EVX" "$@"; }
# whole TEXT: x.evx is good and holds the disk. It is removed.
whole() {
	code 0 "$1: good in every byte" "$EVX" verify --deep x.evx --as officer --trust "$T/officer.card"
	run "$EVX" cat x.evx stdin --as officer
	ok "$1: the bytes are those of the source" cmp -s "$T/out" disk
	rm -f x.evx
}
refused() { is "$rc" 3 "$1: exit 3" && err_has "$2" "$1: is told" && gone x.evx "$1: no bundle"; }

resume
refused 'nothing was left' 'No interrupted seal has left an unfinished file of this bundle.*without --resume'
code 2 'a stream is not resumed' sh -c '"$0" seal other -o - --case C --exhibit E --self --resume >/dev/null' "$EVX"
err_has 'needs one bundle file' 'is told'
code 2 'volumes are not either' "$EVX" seal other -o x.evx $label --self --resume --split 1M
gone x.evx.001 'no volume'

# Killed, told of, and kept for what follows.
killed 1 --self --to "$T/lab.card"
is "$(left),$(notes)" 1,1 'a killed seal leaves its file, and a note of it'
gone x.evx 'and no bundle'
code 0 'the next seal of this bundle' "$EVX" seal other -o x.evx $label --self
err_has 'To use what was stored already, seal with --resume' 'tells what can be done'
rm x.evx
part=$(ls -A | grep '^\.x\.evx\.evx-partial-')
uuid=$(tar -tf "$part" 2>/dev/null | sed -n '1s,/.*,,p')
cp "$part" "$T/part" && cp -r "$T/officer/unfinished" "$T/notes" || exit 1
# again [LENGTH]: as after the kill; of the file only so many bytes.
again() {
	rm -rf x.evx .x.evx.evx-partial-* "$T/officer/unfinished"
	cp "$T/part" "$part" && cp -r "$T/notes" "$T/officer/unfinished" && { [ -z "${1:-}" ] || truncate -s "$1" "$part"; }
}

resume
is "$rc" 0 'resumed'
is "$(jq -r '(.resumed_bytes | tonumber) > 25000000' "$T/out")" true 'most of it was used'
is "$(left),$(notes)" 0,0 'the unfinished file and its note are gone'
code 0 'the details' "$EVX" show x.evx --as officer
out_has "resumed: $uuid" 'say what was used'
is "$(tar -tf x.evx | grep -c "^$uuid/")" 0 'the bundle has an identity of its own'
whole 'resumed'

# Who did not begin it cannot go on.
again
run at lab sh -c 'exec "$0" seal - -o x.evx --case C --exhibit E --self --resume <disk' "$EVX"
refused 'a reader who did not begin it' 'not one that your interrupted seals on this machine left'
run at room sh -c 'exec "$0" seal - -o x.evx --case C --exhibit E --self --resume <disk' "$EVX"
refused 'nobody it was sealed for' 'Your key does not open the unfinished file'
is "$(left)" 1 'it is still there'
# Somebody else could put a file there, to learn from the lengths in the bundle which data is in the source.
again
code 0 'a bundle for the officer' at lab "$EVX" seal disk -o planted.evx $label --self --to "$T/officer.card"
cp planted.evx "$part"
resume
refused 'what somebody else put there' 'not one that your interrupted seals on this machine left'
again
rm -r "$T/officer/unfinished"
resume
refused 'a home without a note' 'not one that your interrupted seals on this machine left'
rm -f "$part" && ln -s "$T/part" "$part"
resume
refused 'a link' 'No interrupted seal has left'

# Another source: nothing fits, and everything is sealed anew.
again
code 0 'another source' sh -c '"$0" seal other -o x.evx --case C --exhibit E --self --resume --json' "$EVX"
is "$(jq -r .resumed_bytes "$T/out")" 0 'uses nothing'
code 0 'and is good' "$EVX" verify --deep x.evx --as officer --trust "$T/officer.card"
run "$EVX" cat x.evx other --as officer
ok 'and whole' cmp -s "$T/out" other

# Damaged: a chunk that does not open is sealed anew; behind a header that does not open nothing is found.
again
printf 'damaged' | dd of="$part" bs=1 seek=20000000 conv=notrunc status=none
resume
is "$rc" 0 'a damaged chunk'
is "$(jq -r '(.resumed_bytes | tonumber) > 1000000' "$T/out")" true 'others are used'
whole 'a damaged chunk'
again
at=$(grep -abo '[0-9a-f]\{64\}\.pack' "$part" | sed -n '1s/:.*//p')
printf 'damaged' | dd of="$part" bs=1 seek=$((at + 512)) conv=notrunc status=none
resume
refused 'a first frame that does not open' 'holds no whole piece'
is "$(left),$(notes)" 1,1 'all is as it was'
# Cut anywhere.
for n in 0 100 512 2000 6000 30000; do
	again $n
	resume
	refused "cut at $n" 'The unfinished file .*Seal again without --resume'
done
for n in 9000000 33554432; do
	again $n
	resume
	is "$rc" 0 "cut at $n"
	is "$(jq -r '(.resumed_bytes | tonumber) > 1000000' "$T/out")" true 'what is there is used'
	whole "cut at $n"
done

# Killed while it is resumed, and resumed.
again
killed 2 --self --resume
is "$(left),$(notes)" 2,2 'killed again: both files are there'
resume
is "$rc" 0 'resumed again'
is "$(jq -r '(.resumed_bytes | tonumber) > 25000000' "$T/out")" true 'most of it was used'
is "$(left),$(notes)" 1,1 'one is left'
whole 'resumed again'
resume
is "$rc" 0 'it is used as well'
is "$(left),$(notes)" 0,0 'none is left'
whole 'and then'

# It is no part of the source that it stands in.
again
mkdir own && cp other own/ && mv "$part" own/
code 0 'beneath the source' "$EVX" seal own -o own/x.evx $label --self --resume --json
is "$(jq -c '[.stored_bytes, .complete]' "$T/out")" '["3000000",true]' 'it is not sealed'
ok 'and gone' sh -c '[ "$(ls -A own | tr "\n" " ")" = "other x.evx " ]'

# Each writing call fails, or is the last one: the unfinished file is there until the bundle is, and can be used again.
LIB=${EVX_BUILD:-$TOP/build}/fault/faultlib.so
F=$(pwd -P)/f
for how in EIO KILL; do
	[ -f "$LIB" ] || { skip 'sanitizers must be loaded first'; break; }
	n=1 fired=first wrong=
	while [ -n "$fired" ] && [ $n -lt 1000 ]; do
		rm -rf "$F" "$T/fired" "$T/officer/unfinished" && mkdir "$F" && cp "$T/part" "$F/$part" && cp -r "$T/notes" "$T/officer/unfinished" || exit 1
		may_die=137
		run env LD_PRELOAD="$LIB" EVX_FAULT_DIR="$F" EVX_FAULT_AT=$n EVX_FAULT_HOW=$how EVX_FAULT_OUT="$T/fired" \
			sh -c 'exec "$0" seal - -o f/x.evx --case C --exhibit E --self --resume --jobs 1 <disk' "$EVX"
		may_die=
		fired=$(sed -n 1p "$T/fired" 2>/dev/null)
		case $how,$fired,$rc in EIO,*unlink*,0 | EIO,?*,[13] | KILL,?*,137 | *,,0) ;; *) wrong="$wrong, exit $rc after $fired" ;; esac
		if [ -e f/x.evx ]; then
			"$EVX" verify --deep f/x.evx --as officer --trust "$T/officer.card" >/dev/null || wrong="$wrong, not good after $fired"
		else
			cmp -s "$T/part" "f/$part" || wrong="$wrong, lost after $fired"
			"$EVX" seal - -o f/x.evx $label --self --resume --quiet <disk >/dev/null 2>&1 || wrong="$wrong, not resumed after $fired"
		fi
		n=$((2 * n))
	done
	is "$wrong" '' "$how at the n-th call"
	ok "$how: calls were counted" test $n -gt 4
done

# Of several files the lists in between tell where the chunks are.
if [ -f "$LIB" ]; then
	rm -rf "$F" "$T/officer/unfinished" && mkdir "$F" big || exit 1
	for i in 1 2 3 4 5 6; do head -c 15000000 /dev/urandom >big/$i; done
	may_die=137
	run env LD_PRELOAD="$LIB" EVX_FAULT_DIR="$F" EVX_FAULT_AT=270 EVX_FAULT_HOW=KILL EVX_FAULT_OUT="$T/fired" \
		"$EVX" seal big -o f/x.evx $label --self --jobs 1
	may_die=
	is "$rc" 137 'several files: killed'
	is "$(find f -size +33554432c | wc -l)" 1 'behind a pack'
	code 0 'several files: resumed' "$EVX" seal big -o f/x.evx $label --self --resume --json
	is "$(jq -r '(.resumed_bytes | tonumber) >= 45000000' "$T/out")" true 'whole files were used'
	code 0 'good in every byte' "$EVX" verify --deep f/x.evx --as officer --trust "$T/officer.card"
	code 0 'extracted' "$EVX" extract f/x.evx -C f/out --as officer
	ok 'the files are those of the source' diff -r big f/out/big
	rm -rf big
fi

# A seal that fails leaves no note, and the file for the next one.
again
code 3 'a resumed seal that fails' sh -c 'ulimit -f 10000; exec "$0" seal - -o x.evx --case C --exhibit E --self --resume <disk' "$EVX"
is "$(left),$(notes)" 1,1 'all is as it was'
# Without a home that can be written, a seal works as before.
again
rm -rf "$part" "$T/officer/unfinished" && : >"$T/officer/unfinished"
code 0 'a home that takes no note' "$EVX" seal other -o x.evx $label --self
done_testing
