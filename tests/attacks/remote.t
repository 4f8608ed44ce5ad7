#!/bin/sh
# What a remote can do to shipments (format-spec/shipment.md "What a remote can do"): each is noticed and named, and nothing of it is taken in.
. "$(dirname "$0")/../cli/lib.sh"
people
mkdir "$T/stick" out
for h in officer lab; do at $h "$EVX" remote add stick "dir:$T/stick" >/dev/null; done
at lab "$EVX" trust add "$T/officer.card" >/dev/null
mkdir src && head -c 40000000 /dev/urandom >src/film
new() { "$EVX" seal src -o "$1.evx" --case C-1 --exhibit "$1" --to "$T/lab.card" --self --quiet 2>/dev/null; }
send() { "$EVX" send "$1.evx" --to "$T/lab.card" --via stick --keeps nothing "${2:---quiet}"; }
receive() { rm -rf out/receive-*; at lab "$EVX" receive --via stick -o out --accept not-inventoried; }
pick() { ls -S "$T/stick/$1/"*/* | sed -n "${2:-1}p"; }

new one && send one || exit 1
box=$(ls -d "$T/stick/inbox/"*)
lane=$(basename "$(ls "$box"/*)" -00000001)

# Packs and parcels: gone, short, other bytes. After each, the same send puts it right.
pack=$(pick packs) parcel=$(pick parcels)
cp "$pack" "$T/pack" && cp "$parcel" "$T/parcel"
rm "$pack"
code 3 'a pack that is gone' receive
err_has 'is not on the remote' 'is missing'
gone "out/$(basename out/*.evx)" 'and nothing was taken in'
code 0 'the same send again' "$EVX" send one.evx --to "$T/lab.card" --via stick --keeps nothing
ok 'puts it back' cmp "$T/pack" "$pack"
flip "$pack" 100
code 1 'a pack with other bytes' receive
err_has 'gives out other bytes' 'is damaged'
truncate -s 1000 "$pack"
code 1 'a short one' receive
err_has 'gives out other bytes' 'too'
code 0 'the same send again' "$EVX" send one.evx --to "$T/lab.card" --via stick --keeps nothing
ok 'puts it beside the bad one, which is not touched' cmp "$T/pack" "$pack-1"
code 0 'with --reread' "$EVX" send one.evx --to "$T/lab.card" --via stick --keeps nothing --reread
rm "$pack-1" && cp "$T/pack" "$pack" && flip "$pack" 100
code 0 'a sender does not read back what was there' "$EVX" send one.evx --to "$T/lab.card" --via stick --keeps nothing
gone "$pack-1" 'unasked'
code 0 'and does when it is asked to' "$EVX" send one.evx --to "$T/lab.card" --via stick --keeps nothing --reread
ok 'so that the good bytes are there as well' cmp "$T/pack" "$pack-1"
flip "$parcel" 5000
code 1 'a parcel with other bytes' receive
err_has 'other bytes than the parcel' 'is damaged'
rm "$parcel"
code 3 'no parcel' receive
err_has 'parcel of this shipment is not on the remote' 'is missing'
rm "$box/$lane-00000001"
code 0 'the same send again' "$EVX" send one.evx --to "$T/lab.card" --via stick --keeps nothing
ok 'puts the parcel back, byte for byte' cmp "$T/parcel" "$parcel"
ok 'and the note' test -s "$box/$lane-00000001"

# Notes: moved, renamed, copied, cut.
code 0 'a note at another number' cp "$box/$lane-00000001" "$box/$lane-00000003"
code 3 'is looked at' at lab "$EVX" inbox --via stick
out_has 'misplaced: it has another number' 'and called misplaced'
rm "$box/$lane-00000003"
other=$(echo "$lane" | tr '0-9a-f' '1-9a-f0')
mv "$box/$lane-00000001" "$box/$other-00000001"
code 3 'a note in another lane' at lab "$EVX" inbox --via stick
out_has 'misplaced: it is not of this lane' 'is misplaced'
out_has 'rolled back' 'and the one that was seen is gone'
mv "$box/$other-00000001" "$box/$lane-00000001"
head -c 300 "$box/$lane-00000001" >"$box/$lane-00000002"
code 3 'half a note' at lab "$EVX" inbox --via stick
out_has 'unreadable' 'is none'
head -c 2000000 /dev/zero >"$box/$lane-00000002"
code 3 'a huge one' at lab "$EVX" inbox --via stick
out_has 'longer than a note may be' 'is not read'
rm "$box/$lane-00000002"
for n in x "$lane-0000001" "$lane-00000000" "$lane.part-00000000" "${lane}0-00000001"; do echo x >"$box/$n"; done
code 0 'names that are none' at lab "$EVX" inbox --via stick
is "$(grep -c '^[0-9a-f]' "$T/out")" 1 'are ignored'
rm "$box"/x "$box/$lane-0000001" "$box/$lane-00000000" "$box/$lane.part-00000000" "$box/${lane}0-00000001"

# A note for somebody else, in this inbox; and on another remote.
mkdir "$T/stick2" && for h in officer lab; do at $h "$EVX" remote add second "dir:$T/stick2" >/dev/null; done
new two && "$EVX" send two.evx --to "$T/lab.card" --via second --keeps nothing --quiet || exit 1
cp -r "$T/stick2/inbox/." "$T/stick/inbox/" && cp -r "$T/stick2/parcels/." "$T/stick/parcels/" && cp -r "$T/stick2/packs/." "$T/stick/packs/"
code 3 'a note of another remote' at lab "$EVX" inbox --via stick
out_has 'misplaced: it was written for another remote' 'is misplaced'
code 3 'the shipment that is in its place' at lab "$EVX" receive --via stick "$(echo "$lane" | cut -c 1-8)-1" -o out --accept not-inventoried
out_has 'accepted in entry' 'is received, and the other one is told of'
for n in "$box"/*; do case $n in *"$lane"*) ;; *) rm "$n" ;; esac; done

# Withheld, rolled back, forked.
new three && send three && new four && send four || exit 1
mv "$box/$lane-00000002" "$T/two"
code 3 'a note in the middle is withheld' receive
err_has 'missing: a later note names it' 'and missed'
out_has 'accepted in entry' 'the later one is received all the same'
mv "$T/two" "$box/$lane-00000002"
code 0 'it comes after all' receive
out_has 'accepted in entry' 'and is received'
new five && send five || exit 1
code 0 'a note that was seen' at lab "$EVX" inbox --via stick
mv "$box/$lane-00000004" "$T/four"
code 3 'and is gone again' at lab "$EVX" inbox --via stick
out_has 'rolled back' 'is noticed'
cp -r "$T/officer" "$T/twin"
mv "$T/four" "$box/$lane-00000004"
code 0 'all is there again' receive
# The same key on another machine, with an old memory: it takes a lane of its own.
new six && send six || exit 1
new seven
code 0 'another machine with the same key' at twin "$EVX" send seven.evx --to "$T/lab.card" --via stick --keeps nothing
is "$(ls "$box" | cut -c 1-32 | sort -u | wc -l)" 2 'takes the next lane'
code 0 'and both arrive' receive
is "$(grep -c 'accepted in entry' "$T/out")" 2 'both'
# Two notes of one number: what the twin would have written into the first lane.
new eight && send eight || exit 1
code 0 'a note is seen' at lab "$EVX" inbox --via stick
last=$(ls "$box/$lane"-* | tail -n 1)
mv "$last" "$T/last"
rm -rf "$T/officer" && cp -r "$T/twin" "$T/officer" && rm -rf "$T/officer/lanes"
cp "$(ls "$box"/* | grep -v "$lane" | head -n 1)" "$last"
code 3 'another note in its place' at lab "$EVX" inbox --via stick
out_has 'misplaced\|forked' 'is noticed'
cp "$T/last" "$last"
code 0 'the right one again' receive

# A sender whose machine was set back, and a remote that was set back with it, sign another note of one number.
mkdir "$T/third" out3
for h in officer lab; do at $h "$EVX" remote add third "dir:$T/third" --quiet; done
sent() { new "$1" && "$EVX" send "$1.evx" --to "$T/lab.card" --via third --keeps nothing --quiet; }
third() { at lab "$EVX" receive --via third -o out3 --accept not-inventoried; }
sent nine || exit 1
box=$(ls -d "$T/third/inbox/"*)
lane=$(basename "$(ls "$box"/*)" -00000001)
code 0 'a first note' third
cp -r "$T/officer" "$T/officer.was" && cp -r "$T/third" "$T/third.was"
sent ten || exit 1
code 0 'the second note is seen' at lab "$EVX" inbox --via third
cp "$box/$lane-00000002" "$T/two" && cp -r "$T/third" "$T/third.ten"
rm -rf "$T/officer" "$T/third" && cp -r "$T/officer.was" "$T/officer" && cp -r "$T/third.was" "$T/third"
sent eleven || exit 1
ok 'another second note' not cmp -s "$T/two" "$box/$lane-00000002"
code 3 'is looked at' at lab "$EVX" inbox --via third
out_has 'forked: another note of this number was seen' 'and called forked'
code 3 'it is not received' third
is "$(grep -c 'accepted in entry' "$T/out")" 0 'nothing is accepted'
sent twelve || exit 1
cp -r "$T/third.ten/." "$T/third"
code 3 'the note that was seen, and one behind the other' at lab "$EVX" inbox --via third
out_has 'forked: it does not follow the note before it that was seen' 'the later one is forked'
code 3 'what was seen first is received' third
is "$(grep -c 'accepted in entry' "$T/out")" 1 'and that alone'

# A remote that says that it is new.
rm "$T/stick/evx-remote.txt"
code 1 'a remote that is new again' at lab "$EVX" inbox --via stick
err_has 'stood another remote before' 'is another'
echo 'evx-remote/1 00000000000000000000000000000000' >"$T/stick/evx-remote.txt"
code 1 'one of another name' at lab "$EVX" inbox --via stick
err_has 'stood another remote before' 'too'
echo nonsense >"$T/stick/evx-remote.txt"
code 1 'one with nonsense' at lab "$EVX" inbox --via stick
err_has 'is not one that evx writes' 'says so'
done_testing
