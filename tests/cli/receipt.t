#!/bin/sh
# Receipts: events as text files, out of a bundle, judged with it, and into it; none that does not fit.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir phone && echo one >phone/one
sealed a.evx phone --self || exit 1
sealed b.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"
cp a.evx sealed.evx

code 2 'the seal is no receipt' "$EVX" receipt export a.evx r0.txt
code 0 'a note' "$EVX" note a.evx one
code 0 'a release' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'the newest event' "$EVX" receipt export a.evx r2.txt
out_has '^entry *0002 release' 'is the release'
code 0 'an acceptance' at lab "$EVX" accept a.evx --no-receipt
code 0 'a note behind it' at lab "$EVX" note a.evx two
code 0 'the newest acceptance' at nobody "$EVX" receipt export a.evx r3.txt
out_has '^entry *0003 accept' 'goes first'
code 0 'event 1' "$EVX" receipt export a.evx r1.txt --event 1
code 0 'event 4' "$EVX" receipt export a.evx r4.txt --event 4
code 3 'an event that is not there' "$EVX" receipt export a.evx r9.txt --event 9
code 3 'a file that is there already' "$EVX" receipt export a.evx r1.txt --event 2
code 2 'export of what?' "$EVX" receipt export a.evx
code 2 'neither export nor import' "$EVX" receipt print a.evx
only a.evx b.evx phone r1.txt r2.txt r3.txt r4.txt sealed.evx
ok 'a receipt is text for mail and paper' not grep -qP '[^\x20-\x7e]' r3.txt

# One or several, in any order, judged with the bundle as it was sealed.
code 0 'all receipts with the sealed bundle' "$EVX" verify sealed.evx --with r4.txt --with r2.txt --with r1.txt --with r3.txt $cards
out_has 'custody .*held by lab of lab' 'tell who holds it now'
code 0 'the first one alone' "$EVX" verify sealed.evx --with r1.txt $cards
code 1 'the third one alone' "$EVX" verify --details sealed.evx --with r3.txt $cards
out_has '^BROKEN *R-TRUNCATED' 'shows that events are missing'
out_has '^ *data  *unchanged' 'and no data'
code 0 'of another exhibit' "$EVX" verify --details b.evx --with r1.txt $cards
out_has 'R-OTHER' 'says nothing'
code 3 'a receipt that is not there' "$EVX" verify a.evx --with nowhere.txt $cards
sed 's/^\(.*"time":"20\)2/\13/' r4.txt >forged.txt
code 3 'a forged one' "$EVX" verify --details a.evx --with forged.txt $cards
out_has 'R-RECEIPT' 'is said to be no good'
out_has '^ *data  *unchanged' 'and spoils nothing'
for bad in a.evx phone/one; do
	code 3 "$bad is no receipt" "$EVX" verify --details b.evx --with $bad $cards
	out_has 'R-RECEIPT' 'and is said to be none'
done

# Into the bundle: only what follows.
refused() { # refused CODE NAME COMMAND...
	was=$(sha256sum <sealed.evx)
	code "$@"
	is "$(sha256sum <sealed.evx)" "$was" "$2: nothing was written"
}
refused 1 'the second one before the first' "$EVX" append sealed.evx r2.txt
refused 1 'one of another exhibit' "$EVX" append b.evx r1.txt
refused 1 'a forged one' "$EVX" append sealed.evx forged.txt
refused 3 'none' "$EVX" append sealed.evx nowhere.txt
refused 2 'no file named' "$EVX" append sealed.evx
for n in 40 400 1200 $(($(stat -c %s r1.txt) - 2)); do
	head -c "$n" r1.txt >cut.txt
	refused 1 "one cut at $n" "$EVX" append sealed.evx cut.txt
done
code 0 'several at once' at nobody "$EVX" receipt import sealed.evx r1.txt r2.txt r3.txt r4.txt
ok 'make the same bundle' cmp sealed.evx a.evx
refused 3 'the same again' "$EVX" append sealed.evx r4.txt
code 1 'those that fit are appended up to the first that does not' "$EVX" append b.evx r1.txt r2.txt

# Beside a bundle that is not written, one event follows the other.
cp b.evx still.evx
code 0 'a first event beside it' "$EVX" note still.evx first --detached d1.txt
code 0 'a second one, which knows the first' "$EVX" examine still.evx --detached d2.txt --with d1.txt
code 0 'a third, by another, who was given both in any order' at lab "$EVX" cat still.evx phone/one --purpose look --detached d3.txt --with d2.txt --with d1.txt
code 0 'are one chain' "$EVX" verify still.evx --with d3.txt --with d1.txt --with d2.txt $cards
out_has '^  custody .* 4 entries' 'of them all'
code 0 'one that knows of none' "$EVX" note still.evx other --detached d4.txt
code 1 'is another chain' "$EVX" verify --details still.evx --with d1.txt --with d4.txt $cards
out_has 'R-FORK' 'and told to be'
code 1 'on which nobody signs on' "$EVX" note still.evx more --detached d5.txt --with d1.txt --with d4.txt
err_has 'R-FORK' 'saying so'
code 1 'nor behind one that lacks those before' "$EVX" note still.evx more --detached d5.txt --with d2.txt
code 1 'nor one of another exhibit' "$EVX" note still.evx more --detached d5.txt --with r1.txt
code 2 'what is appended follows what the bundle has' "$EVX" note still.evx more --with d1.txt
ok 'no receipt of an event that was not signed' not test -e d5.txt
ok 'the bundle is as it was' cmp b.evx still.evx
code 0 'they are appended in their order, also one of the lab, whose card the officer does not trust' "$EVX" append still.evx d1.txt d2.txt d3.txt --yes
code 0 'and good' "$EVX" verify still.evx $cards
rm still.evx d?.txt

# What was appended and cut off again is told by a receipt; the rest of the file stays what it was.
size=$(stat -c %s a.evx)
for cut in 512 1024 2048 4096; do
	head -c $((size - cut)) a.evx >cut.evx
	run "$EVX" verify cut.evx $cards
	ok "the file without its last $cut bytes is not good" test "$rc" -eq 3
done
# A group that was begun and never committed: bytes behind the end, which keep the file from being good, and everybody from adding to it.
cp a.evx tail.evx && head -c 3000 /dev/urandom >>tail.evx
code 5 'bytes behind the end' "$EVX" verify --details tail.evx $cards
out_has 'D-TRAILING' 'are said to be there'
code 1 'the next event' at lab "$EVX" note tail.evx three
err_has "head -c $size OLD > NEW" 'waits until they are gone'
head -c "$size" tail.evx >cut.evx
code 0 'then it' at lab "$EVX" note cut.evx three
code 0 'is good' "$EVX" verify cut.evx $cards
done_testing
