#!/bin/bash
# Rewraps and stock tools: age opens what they give, the reader written from the specification does, and what a dishonest holder puts into key files
# is found by both.
. "$(dirname "$0")/tap.sh"
needs age age-keygen zstd ssh-keygen jq

reader() { "$PYTHON" "$here/reader.py" "$@"; }
forge() { "$PYTHON" "$here/forge_rewrap.py" "$@"; }
for name in alice bob carol; do make_identity $name; done
bob_key=$(age-keygen -y "$work/bob.txt")
cd "$work" || exit 1
mkdir tree && seq 2000 >tree/numbers
ok 'evx seals a tree' seal sealed.evx tree

# Let in later.
cp sealed.evx one.evx
ok 'bob is let in, carol for custody' "$EVX" rewrap one.evx --self --to "$(card bob)" --custody-to "$(card carol)" --purpose 'second opinion' --as alice
ok 'a new custody key' "$EVX" rewrap one.evx --as alice --self --to "$(card bob)" --custody-to "$(card carol)" --new-custody-key --purpose 'new office'
ok 'the reader opens it for bob' fails 0 good reader --deep one.evx bob.txt bob.out
ok 'and writes what was sealed' diff -r tree bob.out/tree
reader one.evx bob.txt >said
ok 'it reads the details of the first rewrap' grep -q "^event 0001: 3 readers, purpose: 'second opinion'" said
ok 'and of the second' grep -q "^event 0002: 3 readers, purpose: 'new office'" said
ok 'for alice, too' fails 0 good reader --deep one.evx alice.txt
ok 'not for carol, whose tier it is not' fails 3 key: reader one.evx carol.txt
ok 'evx adds an event of another type' "$EVX" examine one.evx --notes 'after it' --as alice
ok 'the reader judges it, too' fails 0 good reader --deep one.evx bob.txt
reader one.evx bob.txt >said
ok 'with the details under the new custody key' grep -q '^event 0003: ' said

# README.txt says how to open it with later key files.
mkdir readme && cp one.evx readme/BUNDLE.evx && cp bob.txt readme/ID.txt && cd readme || exit 1
{ echo 'set -e'; tar -xOf BUNDLE.evx --wildcards '*/README.txt' | sed -n 's/^    //p' | sed 's,keys/0000-,keys/0002-,'; } >../commands.sh
ok 'its commands, with the number of the event, open it for bob' sh -c 'sh ../commands.sh >../said'
ok 'and show the particulars' grep -q '"case":"K-77-4711"' ../said
ok 'README.txt tells that number' grep -q '0000.*in place\|in place.*0000\|for 0000' */README.txt
cd */ || exit 1
ok 'age opens the details of a later event, too' sh -c 'age -d -i ../../bob.txt keys/0002-custody.age | age -d -i - custody/0003-examine.details.age | grep -q "after it"'
ok 'the earlier key file does not open those' fails 1 '' sh -c 'age -d -i ../../bob.txt keys/0001-custody.age >../first && age -d -i ../first custody/0003-examine.details.age'
cd "$work" || exit 1

# A rewrap that the stock tools made is as good as one of evx.
signing=$(find "$EVX_HOME" -path '*/alice/signing.key')
ok 'a rewrap by ssh-keygen and age' forge sealed.evx "$signing" "$bob_key" alice.txt new-key r.txt
cp sealed.evx two.evx
ok 'evx takes it' "$EVX" append two.evx r.txt
ok 'and opens it for bob' "$EVX" verify two.evx --deep --as bob
ok 'as the reader does' fails 0 good reader --deep two.evx bob.txt

# Who makes a custody file gives the keys that he has, the newest among them; what he had not, the readers that he lets in do not get.
cp sealed.evx three.evx
ok 'earlier-missing: made' forge sealed.evx "$signing" "$bob_key" alice.txt earlier-missing r.txt
ok 'earlier-missing: taken' "$EVX" append three.evx r.txt
ok 'earlier-missing: a note under the new key' "$EVX" note three.evx 'newer' --as alice --details-to "$(card alice)"
ok 'earlier-missing: bob opens the evidence' "$EVX" verify three.evx --deep --as bob
ok 'earlier-missing: for the reader, too' fails 0 good reader --deep three.evx bob.txt
ok 'earlier-missing: and alice everything' "$EVX" verify three.evx --deep --as alice

# What a dishonest holder signs. Without a key nothing is to be seen; the key that meets it tells; alice has the seal's own key files.
for fault in foreign-content foreign-custody swapped two-contents foreign-earlier other-order new-missing; do
	cp sealed.evx bad.evx
	ok "$fault: made" forge sealed.evx "$signing" "$bob_key" alice.txt $fault r.txt
	ok "$fault: taken without a key" "$EVX" append bad.evx r.txt
	ok "$fault: as good as any without a key" "$EVX" verify bad.evx
	"$EVX" verify --details bad.evx --as bob >said 2>&1
	ok "$fault: with the key the verdict is broken" test $? = 1
	ok "$fault: by its code, at its event" grep -q 'C-KEY.*entry 0001' said
	ok "$fault: the data line keeps its grade" grep -q '^ *data  *unchanged' said
	ok "$fault: the reader finds it" fails 1 '' reader bad.evx bob.txt
	ok "$fault: alice opens the evidence with the seal's key files" "$EVX" verify bad.evx --deep --as alice
done
cp sealed.evx bad.evx
ok 'foreign-content: made' forge sealed.evx "$signing" "$bob_key" alice.txt foreign-content r.txt
ok 'foreign-content: taken' "$EVX" append bad.evx r.txt
"$EVX" cat bad.evx tree/numbers --as bob >said 2>&1
ok 'a forged content identity opens nothing' test $? = 1
ok 'and is named' grep -q 'keys/0001-content.age' said
cp sealed.evx bad.evx
for fault in reader-count old-key; do
	ok "$fault: made" forge sealed.evx "$signing" "$bob_key" alice.txt $fault r.txt
	"$EVX" append bad.evx r.txt >said 2>&1
	ok "$fault: not taken into a bundle" test $? = 1
	ok "$fault: which is as it was" cmp sealed.evx bad.evx
done
ok 'old-key: the rule is named' grep -q R-CUSTODY-KEY said
done_testing
