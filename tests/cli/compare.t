#!/bin/sh
# How two bundles, or a bundle and a receipt, relate; and with a key, what became of their files.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir phone phone/dir && echo one >phone/one && echo two >phone/dir/two && echo three >phone/three && : >phone/empty &&
	head -c 100000 /dev/urandom >phone/big && ln -s one phone/link && printf 'x' >"phone/$(printf 'esc\033[31mred\nline')"
sealed a.evx phone --self || exit 1
says() { # CODE NAME WORDS A B [OPTION...]
	wanted=$1 name=$2 words=$3
	shift 3
	code "$wanted" "$name" "$EVX" compare "$@"
	is "$(tail -n 1 "$T/out" | grep -c -e "^$words")" 1 "$name: $words"
}

# Chains.
cp a.evx b.evx
says 0 'a copy' 'SAME: one exhibit' a.evx b.evx
out_has '^contents *the same: one seal' 'its contents are the same'
says 0 'a key adds nothing where one seal signs' 'SAME: one exhibit' a.evx b.evx --as officer
code 0 'a note' "$EVX" note b.evx one
says 0 'the longer one second' 'B IS LONGER: .* 1 entry more\.' a.evx b.evx
out_has '^only in B *0001  20.*note  by SHA256:' 'it names the event'
says 0 'the longer one first' 'A IS LONGER: .* 1 entry more\.' b.evx a.evx
out_has '^only in A *0001  20.*note' 'and here'
mkdir un && tar -xf b.evx -C un
says 0 'an unpacked one' 'SAME' b.evx un/*
code 0 'another note' "$EVX" note a.evx two
says 1 'two notes behind one seal' 'FORK: .* after entry 0000' a.evx b.evx
out_has '^only in A *0001' 'the one'
out_has '^only in B *0001' 'and the other'
code 1 'the same as JSON' "$EVX" compare a.evx b.evx --json
ok 'says it' sh -c "grep -q '\"relation\":\"forked\",\"rightful\":false,\"common_events\":1' $T/out && grep -q '\"exit\":1}' $T/out"

# A release that leaves no copy.
cp b.evx c.evx
code 0 'a release that leaves nothing' "$EVX" release c.evx --to "$T/lab.card" --keeps nothing --purpose p
cp c.evx d.evx
code 0 'is accepted in one copy' at lab "$EVX" accept d.evx --no-receipt
code 0 'and the other goes on' "$EVX" note c.evx here
says 1 'two chains that may not part there' 'FORK: .* after entry 0002, and no copy was recorded there' c.evx d.evx
rm c.evx d.evx

# Copies that may part.
cp b.evx c.evx
code 0 'a release that leaves a copy' "$EVX" release c.evx --to "$T/lab.card" --keeps copy --purpose p
cp c.evx d.evx
code 0 'goes on there' at lab "$EVX" accept d.evx --receipt d.txt
code 0 'and here' "$EVX" note c.evx here
says 5 'rightful copies' 'COPIES: .* after entry 0002' c.evx d.evx
out_has '^only in A *0003.*note' 'the one'
out_has '^only in B *0003.*accept' 'and the other'

# A bundle and a receipt.
says 0 'the receipt of its last event' 'SAME: the receipt' d.evx d.txt
says 0 'of one before' 'B IS LONGER' b.evx c.evx
code 0 'a note behind the acceptance' at lab "$EVX" note d.evx later
says 0 'a receipt of an earlier event' 'A IS LONGER: .* 1 entry' d.evx d.txt
says 5 'a receipt of the other copy' 'COPIES' c.evx d.txt
says 0 'a receipt of a later event' 'B IS LATER: .* 1 entry stands' b.evx d.txt
code 0 'a receipt of the last event' at lab "$EVX" receipt export d.evx later.txt --event 4
code 0 'the other copy goes on' "$EVX" note c.evx further
says 1 'a receipt further down the other branch' 'FORK: .* somewhere before' c.evx later.txt
code 0 'the next event as a receipt only' at lab "$EVX" note d.evx beside --detached next.txt
says 0 'a receipt that continues' 'B IS LONGER: .* 1 entry' d.evx next.txt
out_has '^only in B *0005' 'by this event'
code 0 'the same as JSON' "$EVX" compare d.evx next.txt --json
ok 'says it' grep -q '"relation":"b_longer","common_events":5,.*"receipt":true' "$T/out"

# Inputs that are none.
sealed other.evx phone/dir --self || exit 1
says 5 'another exhibit' 'DIFFERENT EXHIBITS' a.evx other.evx
out_has 'needs a key that opens both' 'what would compare the contents'
says 5 'a receipt of another exhibit' 'DIFFERENT EXHIBITS' other.evx d.txt
sed 's/"time":"20/"time":"21/' d.txt >forged.txt
code 1 'a forged receipt' "$EVX" compare d.evx forged.txt
code 0 'a draft' "$EVX" note a.evx x --draft draft.txt
code 2 'says nothing' "$EVX" compare a.evx draft.txt
code 3 'a bundle that is not there' "$EVX" compare a.evx nowhere.evx
code 3 'the first not there' "$EVX" compare nowhere.evx a.evx
# Its first bytes are no part of any process.
code 3 'one that cannot be read' "$EVX" compare a.evx /proc/self/mem
err_has '^evx: /proc/self/mem: This file cannot be read: ' 'says so'
code 3 'no bundle' "$EVX" compare a.evx phone/big
code 2 'a stream' "$EVX" compare a.evx -
code 2 'one operand' "$EVX" compare a.evx
code 2 'three' "$EVX" compare a.evx b.evx c.evx
: >empty.evx
code 3 'an empty file' "$EVX" compare a.evx empty.evx
cp b.evx broken.evx
flip broken.evx $(($(grep -abo '"sequence":1' b.evx | head -n 1 | cut -d : -f 1) + 30))
says 1 'a chain that is not good' 'B IS LONGER\|FORK' a.evx broken.evx
out_has '^  custody *not good from entry 0001 on' 'from where on'
# One UUID, two seals: the other exhibit's files under this one's number.
mkdir two && tar -xf other.evx -C two && uuid=$(basename un/*) && mv two/* "two/$uuid" &&
	sed -i "s/\"uuid\":\"[^\"]*\"/\"uuid\":\"$uuid\"/" "two/$uuid/custody/0000-seal.json"
says 1 'two seals under one UUID' 'TWO EXHIBITS' a.evx "two/$uuid"

# Files of two exhibits.
mkdir later && cp -a phone later/ && (cd later/phone && echo ONE >one && mv three dir/drei && rm empty && echo new >newer && chmod 600 big && ln -sf two link)
sealed z.evx later/phone --self || exit 1
says 5 'two exhibits with a key' 'DIFFERENT EXHIBITS' a.evx z.evx --as officer
grep -v '^[AB ] \|^only\|^read\|^DIFF' "$T/out" >lines
cat >wanted <<'END'
attributes    phone
attributes    phone/big
moved         phone/dir/drei  <-  phone/three
attributes    phone/dir
missing       phone/empty
differs       phone/link
new           phone/newer
differs       phone/one
END
ok 'each changed file once' sh -c 'grep -e "  phone" lines | LC_ALL=C sort >g; LC_ALL=C sort wanted | diff - g'
out_has '^entries *2 match' 'and how many match'
out_has '^  *1 moved' 'and moved'
is "$(grep -n '^moved\|^new' "$T/out" | cut -d : -f 1 | tr '\n' ' ')" "$(grep -n '^moved\|^new' "$T/out" | cut -d : -f 1 | sort -n | tr '\n' ' ')" 'in listing order'
says 5 'without memory to find moved files' 'DIFFERENT' a.evx z.evx --as officer --memory 10
out_has '^  *3 more new or missing files' 'it says so'
out_has '^missing *phone/three$' 'a moved file is missing'
out_has '^new *phone/dir/drei$' 'and new'
says 5 'with memory for the first of them' 'DIFFERENT' a.evx z.evx --as officer --memory 100
out_has '^  *[12] more new or missing files' 'it says for how many'
code 5 'as JSON' "$EVX" compare a.evx z.evx --as officer --json
ok 'one line for each' grep -q '^{"file":"moved","path":"phone/dir/drei","from":"phone/three"}$' "$T/out"
ok 'and one in the end' sh -c "tail -n 1 $T/out | grep -q '\"files\":{\"matches\":\"2\",\"attributes\":\"3\",\"differs\":\"2\",\"not_compared\":\"0\",\"moved\":\"1\",\"new\":\"1\",\"missing\":\"1\",\"ranges\":\"0\",\"not_followed\":\"0\"}'"
says 5 'the other way round' 'DIFFERENT' z.evx a.evx --as officer
out_has '^moved *phone/three  <-  phone/dir/drei' 'moves back'
# Extended attributes: another value, as long as before; longer; another name; none.
if command -v setfattr >/dev/null && : >attr && setfattr -n user.a -v one attr 2>/dev/null; then
	sealed attr1.evx attr --self && sealed same.evx attr --self || exit 1
	says 5 'the same extended attribute' 'DIFFERENT' attr1.evx same.evx --as officer
	out_has '^entries *1 match' 'matches'
	for change in 'user.a onE' 'user.a once' 'user.b one'; do
		setfattr -x user.a attr && setfattr -n ${change% *} -v ${change#* } attr && rm -f attr2.evx && sealed attr2.evx attr --self || exit 1
		says 5 "extended attribute $change" 'DIFFERENT' attr1.evx attr2.evx --as officer
		out_has '^attributes    attr' 'is another'
		[ "$change" = 'user.b one' ] || continue
		setfattr -x user.b attr && rm attr2.evx && sealed attr2.evx attr --self || exit 1
		says 5 'no extended attribute' 'DIFFERENT' attr1.evx attr2.evx --as officer
		out_has '^attributes    attr' 'is another'
	done
fi
# Many moved files, in another order than before; two are alike, and the first goes with the first.
mkdir many moved && for i in 1 2 3 4 5 6 7 8 9; do echo "file $i" >many/a$i && echo "file $i" >moved/b$((10 - i)); done
echo "file 5" >many/a55 && echo "file 5" >moved/b55
sealed many.evx many --self || exit 1
mv many before && mv moved many && sealed moved.evx many --self || exit 1
says 5 'many moved files' 'DIFFERENT' many.evx moved.evx --as officer
for i in 1 2 3 4 6 7 8 9; do echo "moved         many/b$((10 - i))  <-  many/a$i"; done >wanted
printf 'moved         many/%s\n' 'b5  <-  many/a5' 'b55  <-  many/a55' >>wanted
ok 'each with its own' sh -c 'LC_ALL=C sort wanted | cut -c 15- >w; grep ^moved '"$T"'/out | cut -c 15- | diff w -'

rm "later/phone/$(printf 'esc\033[31mred\nline')"
sealed y.evx later/phone --self || exit 1
says 5 'hostile names' 'DIFFERENT' z.evx y.evx --as officer
ok 'are escaped' not grep -q "$(printf '\033')" "$T/out"
out_has '^missing .*esc.x1b' 'and told'
# Who opens what.
code 3 'a custody reader has no listing' at room "$EVX" compare a.evx z.evx --as room
code 3 'a stranger opens nothing' at stranger "$EVX" compare a.evx z.evx --as stranger
says 5 'without a home' 'DIFFERENT' a.evx z.evx
code 5 'really' at nobody "$EVX" compare a.evx z.evx
sealed custody.evx later/phone --self --custody-lists || exit 1
sealed custody2.evx phone --self --custody-lists || exit 1
code 5 'a custody reader where seals give the listing' at room "$EVX" compare custody.evx custody2.evx --as room
out_has '^moved' 'compares the files'
done_testing
