#!/bin/sh
# Drafts: one event that several sign, each on a machine of their own, without the bundle.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir phone && echo one >phone/one
sealed a.evx phone --self || exit 1
cards="--trust $T/officer.card --trust $T/lab.card --trust $T/room.card"
before=$(sha256sum <a.evx)

code 0 'a draft for two others' "$EVX" note a.evx 'opened together' --draft d.txt --also "$T/lab.card" --also "$T/room.card"
out_has '^missing *2 signatures' 'lacks two signatures'
is "$(sha256sum <a.evx)" "$before" 'the bundle is as it was'
code 3 'a draft does not replace a file' "$EVX" note a.evx text --draft d.txt --also "$T/lab.card"
code 1 'it cannot be appended yet' "$EVX" append a.evx d.txt
err_has 'signature' 'and the message says why'
cp d.txt first.txt
code 2 'who is not named cannot sign' at stranger "$EVX" sign d.txt
code 3 'nobody signs twice' "$EVX" sign d.txt
ok 'nothing changed by that' cmp d.txt first.txt

mkdir away && cp d.txt away # another machine: no bundle there
code 0 'the lab signs' at lab "$EVX" sign away/d.txt
out_has '^missing *1 signature[.]' 'one is missing'
code 1 'still not to be appended' "$EVX" append a.evx away/d.txt
code 0 'the room signs' at room "$EVX" sign away/d.txt --json
ok 'none is missing' grep -q '"missing_signatures":0' "$T/out"
is "$(ls away)" d.txt 'nothing else was made'
ok 'each signature is one of ssh-keygen' test "$(grep -c 'BEGIN SSH SIGNATURE' away/d.txt)" -eq 3

sed 's/^\(.*"time":"20\)2/\13/' away/d.txt >forged.txt
code 1 'a draft changed after it was signed' at lab "$EVX" append a.evx forged.txt
code 1 'is not signed either' at lab "$EVX" sign forged.txt
is "$(sha256sum <a.evx)" "$before" 'the bundle is as it was'
code 0 'the draft is appended' "$EVX" append a.evx away/d.txt
code 0 'the bundle is good' "$EVX" verify a.evx $cards
code 5 'each of its signers is compared with the cards' at nobody "$EVX" verify --details a.evx --trust "$T/officer.card" --trust "$T/lab.card"
out_has '^GAP *T-UNTRUSTED *entry 0001' 'and one of them is on none'
code 0 'log' "$EVX" log a.evx --as officer $cards
out_has 'and 2 more' 'names the number of signers'
out_has 'opened together' 'and tells the note'
code 3 'it is not appended twice' "$EVX" append a.evx away/d.txt

# A draft made before something else happened comes too late.
code 0 'a draft' "$EVX" move a.evx --place attic --draft late.txt --also "$T/lab.card"
code 0 'meanwhile, a note' "$EVX" note a.evx meanwhile
code 0 'the lab signs' at lab "$EVX" sign late.txt
code 3 'it does not follow any more' "$EVX" append a.evx late.txt
code 0 'all is good' "$EVX" verify a.evx $cards

for f in nowhere.txt a.evx phone; do
	code 3 "$f is no draft" at lab "$EVX" sign $f
done
head -c 300 late.txt >cut.txt
code 1 'nor is a cut one' at lab "$EVX" sign cut.txt
code 2 'sign what?' "$EVX" sign
only a.evx away cut.txt d.txt first.txt forged.txt late.txt phone
done_testing
