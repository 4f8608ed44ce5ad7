#!/bin/sh
# The chain drawn with the branches that receipts show; and what pins its end.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir phone && echo one >phone/one
sealed a.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"
unpinned() { out_has "R-HEAD  entry $1  .*$2" "$3"; }

code 0 'a bundle as it was sealed' "$EVX" verify --details a.evx $cards
unpinned 0000 0000 'has an end that nothing pins'
out_has '^info  *R-HEAD' 'which is no fault'
out_has '^ *custody  *complete' 'and no remark'
code 0 'a release' "$EVX" release a.evx --to "$T/lab.card" --keeps copy --purpose p --receipt 1.txt
code 0 'with its receipt' "$EVX" verify --details a.evx $cards --with 1.txt
ok 'the end is pinned' not grep -q R-HEAD "$T/out"
code 0 'without' "$EVX" verify --details a.evx $cards
unpinned 0001 0000 'it is not'
cp a.evx here.evx
code 0 'accepted' at lab "$EVX" accept a.evx --receipt 2.txt
code 0 'an acceptance' "$EVX" verify --details a.evx $cards
ok 'pins it' not grep -q R-HEAD "$T/out"
code 0 'a note behind it' at lab "$EVX" note a.evx x --receipt 3.txt
code 0 'and another, beside it' at lab "$EVX" note a.evx y --detached 4.txt
code 0 'a note' "$EVX" verify --details a.evx $cards
unpinned 0003 0003 'does not'
code 0 'its receipt' "$EVX" verify --details a.evx $cards --with 4.txt
ok 'does' not grep -q R-HEAD "$T/out"
cp a.evx two.evx
code 0 'two must sign' at lab "$EVX" note two.evx z --also "$T/officer.card" --draft d.txt
code 0 'the second does' "$EVX" sign d.txt
code 0 'and it is appended' "$EVX" append two.evx d.txt
code 0 'a second signer' "$EVX" verify --details two.evx $cards
ok 'pins it' not grep -q R-HEAD "$T/out"

drawn() { grep '^[*o|:] \|^|.   \|^  o [0-9]' "$T/out" | grep -v 'in the bundle   o' | sed 's/  [ 0-9][0-9]* [A-Z][a-z]* 20.* UTC/  TIME/; s/  by .*\[receipt/  BY [receipt/; s/  by .*/  BY/' >drawing; }
code 0 'drawn' "$EVX" log a.evx --graph --with 4.txt $cards
drawn
cat >wanted <<'END'
* 0000  TIME  seal  BY
* 0001  TIME  release, keeps copy  BY
* 0002  TIME  accept of entry 0001, not inventoried, found intact  BY
* 0003  TIME  note  BY
o 0004  TIME  note  [in a receipt, not in the bundle]  BY
END
ok 'a line for each event' diff wanted drawing
out_has '^custody .*held by .*lab of lab' 'who holds it stands below'

# The other copy, which goes on by itself, with the receipts of this one.
code 0 'a note in the other copy' "$EVX" note here.evx h
code 0 'with the receipts of the first' "$EVX" log here.evx --graph --with 3.txt --with 2.txt --with 4.txt --with 2.txt $cards
drawn
cat >wanted <<'END'
* 0000  TIME  seal  BY
* 0001  TIME  release, keeps copy  BY
|\   two copies went on from here
| o 0002  TIME  accept  BY [receipt 2.txt]
| o 0003  TIME  note  BY [receipt 3.txt]
| o 0004  TIME  note  BY [receipt 4.txt]
* 0002  TIME  note  BY
END
ok 'the branch stands beside it, each event once' diff wanted drawing
run "$EVX" log here.evx --with 3.txt --with 2.txt --json
ok 'JSON has it' grep -q '"branches":\[{"sequence":3,"type":"note",.*"behind":1,"rightful":false,"receipt":"3.txt"},{"sequence":2,"type":"accept",.*"after":1,"rightful":true,"receipt":"2.txt"}\]' "$T/out"
run "$EVX" log here.evx --graph --with 4.txt
drawn
ok 'one whose way back is not known stands apart' sh -c "tail -n 2 drawing | head -n 1 | grep -q '^: *the entries between are not known here' && tail -n 1 drawing | grep -q '^  o 0004'"

# A fork where no copy was made, and a receipt with a hostile name.
sealed f.evx phone --self || exit 1
cp f.evx g.evx
bad="$(printf 'r\033[31m.txt')"
code 0 'the one' "$EVX" note f.evx one --receipt "$bad"
code 0 'the other' "$EVX" note g.evx two
code 1 'drawn' "$EVX" log g.evx --graph --with "$bad"
out_has '^|.   FORK: no copy was made here' 'as a fork'
out_has '^| o 0001 .*receipt r.x1b' 'its name escaped'
ok 'everywhere' not grep -q "$(printf '\033')" "$T/out"
code 2 'show draws nothing' "$EVX" show a.evx --graph
done_testing
