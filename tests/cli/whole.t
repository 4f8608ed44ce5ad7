#!/bin/sh
# Everything that commands for bundles say with --json, value by value (whole.sh).
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/cli/whole.sh"

people || exit 1
at lab "$EVX" trust add "$T/officer.card" >/dev/null
at room "$EVX" trust add "$T/officer.card" >/dev/null
"$EVX" trust add "$T/lab.card" >/dev/null
mkdir -p phone/dir/empty && echo one >phone/one && seq 1 3000 >phone/dir/numbers && : >phone/nothing && ln -s dir/numbers phone/link &&
	ln phone/one phone/same && truncate -s 1000000 phone/holes && echo end >>phone/holes && cp phone/dir/numbers phone/copy
find phone -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +
echo 'a warrant' >warrant

print_of() { at "$1" "$EVX" id show "$1" --json | sed -n 's/.*"fingerprint":"\([^"]*\)".*/\1/p' | head -n 1; }
(cd phone && sha256sum one >../sums && md5sum one | tr 0-9 1-90 >../wrong)

# ---- People
whole 0 'identities' "$EVX" id list
whole 0 'an identity' "$EVX" id show officer
whole 0 'a card' "$EVX" card show "$T/lab.card"
whole 0 'cards that are trusted' "$EVX" trust list

# ---- A bundle
whole 0 'seal' "$EVX" seal phone -o a.evx --case C-1 --exhibit E-1 --to "$T/lab.card" --custody-to "$T/room.card" --self --place 'room 1' --authority 'order 7' \
	--purpose 'examination' --description 'a telephone' --seal-number B-12 --seized-at 2001-05-06T07:08:09Z --seized-from Smith --seized-by Jones \
	--device make=M,model=N,serial=O --witness "$T/stranger.card" --attach warrant --clock-offset -3 --clock-source radio --hash md5,sha1 --public-label
whole 5 'verify without a key' at nobody "$EVX" verify a.evx
whole 0 'verify' "$EVX" verify a.evx --deep
whole 0 'verify as a custody reader' at room "$EVX" verify a.evx
whole 3 'verify, deep, as a custody reader' at room "$EVX" verify a.evx --deep
whole 0 'show' "$EVX" show a.evx
whole 0 'show to nobody' at nobody "$EVX" show a.evx
whole 0 'list' "$EVX" list a.evx
whole 0 'list a part' "$EVX" list a.evx phone/dir
whole 3 'list what is not there' "$EVX" list a.evx phone/none
whole 0 'extract' "$EVX" extract a.evx -C out
whole 0 'extract a part' "$EVX" extract a.evx phone/dir -C part
whole 3 'extract without a key' at stranger "$EVX" extract a.evx -C none
whole 0 'recipients' "$EVX" recipient list a.evx
whole 0 'log' "$EVX" log a.evx
page 0 'a report' "$EVX" report a.evx
page 5 'a report without a key' at nobody "$EVX" report a.evx
cp a.evx sealed.evx

# ---- Custody
whole 0 'a note' "$EVX" note a.evx 'a note' --place here --attach warrant
whole 0 'an examination' "$EVX" examine a.evx --result-text nothing --checked all
whole 0 'a hold' "$EVX" hold a.evx --authority 'order 8'
whole 0 'an inquiry' "$EVX" inquiry a.evx --notes lost
cp a.evx before.evx
whole 0 'a release' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose examination --carrier post --tracking 77
whole 1 'another one' "$EVX" release a.evx --to "$T/room.card" --keeps nothing --purpose examination
whole 0 'an acceptance' at lab "$EVX" accept a.evx --inventoried --receipt lab.txt
whole 0 'the hold is lifted' at lab "$EVX" hold-lift a.evx --event 3
whole 0 'a rewrap' at lab "$EVX" rewrap a.evx --to "$T/stranger.card" --self --new-custody-key --purpose 'second opinion'
whole 0 'a receipt' "$EVX" receipt export a.evx r.txt --event 5
whole 0 'verify the record' "$EVX" verify a.evx
whole 1 'verify with a receipt' "$EVX" verify before.evx --with lab.txt
whole 0 'show the record' at lab "$EVX" show a.evx
whole 0 'the log of the record' at lab "$EVX" log a.evx
whole 0 'recipients after the rewrap' at lab "$EVX" recipient list a.evx
page 0 'a report of the record' at lab "$EVX" report a.evx --deep
page 1 'a report with a receipt' "$EVX" report before.evx --with lab.txt
whole 5 'verify, knowing nobody' at nobody "$EVX" verify a.evx --trust "$T/stranger.card"

# ---- Damage
cp sealed.evx cut.evx && truncate -s 20000 cut.evx
cp sealed.evx flipped.evx && flip flipped.evx 9000
{ cat sealed.evx; echo more; } >longer.evx
unpacked=$(tar -tf a.evx | head -n 1 | cut -d/ -f1)
tar -xf a.evx && rm "$unpacked"/custody/0002-*.record
for bad in cut flipped longer; do
	whole - "verify $bad" "$EVX" verify $bad.evx
	page - "a report of $bad" "$EVX" report $bad.evx
done
whole 1 'verify without a record' "$EVX" verify "$unpacked"
whole 3 'verify what is no bundle' "$EVX" verify warrant

# ---- Compared
cp sealed.evx other.evx && "$EVX" note other.evx 'another note' --quiet
whole 0 'compare with itself' "$EVX" compare a.evx a.evx
whole 0 'compare with an earlier copy' "$EVX" compare sealed.evx a.evx
whole 1 'compare with a fork' "$EVX" compare other.evx a.evx
whole 0 'compare with a receipt' "$EVX" compare before.evx lab.txt
cp -a phone tablet && echo two >tablet/one && rm tablet/nothing && echo new >tablet/new && mkdir tablet/dir/more && chmod 700 tablet/dir
find tablet -exec touch -h -d '2001-02-03 04:05:06 UTC' {} + && touch -d '2001-02-03 05:05:06 UTC' tablet/copy
mkdir t && mv tablet t/phone && (cd t && "$EVX" seal phone -o ../b.evx --case C-1 --exhibit E-2 --self --quiet 2>/dev/null)
whole 5 'compare the files of two exhibits' "$EVX" compare sealed.evx b.evx --as officer
whole 5 'compare two exhibits without a key' "$EVX" compare sealed.evx b.evx
whole 0 'disclose' "$EVX" disclose b.evx phone/dir -o d.evx --to "$T/lab.card" --with-names --purpose court --yes
whole 0 'verify a disclosure' at lab "$EVX" verify d.evx --deep
whole 0 'list a disclosure' at lab "$EVX" list d.evx
whole 0 'compare a disclosure with its original' "$EVX" compare d.evx b.evx

# ---- Drafts, rosters, volumes, salvage
cp sealed.evx drafted.evx
whole 0 'a draft' "$EVX" note drafted.evx 'opened together' --draft d.txt --also "$T/lab.card"
whole 0 'its second signature' at lab "$EVX" sign d.txt
whole 0 'it is appended' "$EVX" append drafted.evx d.txt
whole 3 'and again' "$EVX" append drafted.evx d.txt
whole 0 'verify it' "$EVX" verify drafted.evx
whole 0 'a new roster' "$EVX" roster new r --root "$T/officer.card" --name 'North Sea' --by "$(print_of officer)"
whole 0 'somebody is added' "$EVX" roster add r "$T/lab.card" --agency Police --approver --from 2001-01-01
whole 0 'it is signed' "$EVX" roster sign r
whole 0 'shown' "$EVX" roster show r
whole 5 'verify with it' at nobody "$EVX" verify a.evx --roster r
whole 0 'volumes' "$EVX" seal phone -o v.evx --split 20K --case C-1 --exhibit E-9 --self
whole 0 'verify them' "$EVX" verify v.evx.001 --deep
rm v.evx.002
whole - 'verify them without the second' "$EVX" verify v.evx.001
whole - 'salvage' "$EVX" extract cut.evx -C salvaged --salvage
whole - 'salvage of a bad spot' "$EVX" extract flipped.evx -C spot --salvage
whole - 'salvage of a good bundle' "$EVX" extract sealed.evx -C good --salvage
whole 0 'an expected hash' "$EVX" seal phone/one -o h.evx --case C-1 --exhibit E-8 --self --expect-hash sums
whole - 'a hash that is another' "$EVX" seal phone/one -o h2.evx --case C-1 --exhibit E-8 --self --expect-hash wrong
done_testing
