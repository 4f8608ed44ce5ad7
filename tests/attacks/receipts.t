#!/bin/sh
# No receipt makes a good exhibit bad: what verify would find is found before anything is written.
. "$(dirname "$0")/../cli/lib.sh"
for tool in openssl python3 ssh-keygen; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
people && mkdir e && echo text >e/file && sealed a.evx e && sh "$TOP/tests/tsa.sh" make auth || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"
cp a.evx sealed.evx
"$EVX" init v --as officer --quiet >/dev/null && "$EVX" import a.evx --vault v --quiet >/dev/null || exit 1
u=$(tar -tf a.evx | head -n 1 | cut -d/ -f1)
tar -C . -xf a.evx && mv "$u" unpacked-was && tar -C . -xf a.evx
head -c 100 /dev/zero >bogus
bogus=$(sha256sum <bogus | cut -d' ' -f1)
nokey='ssh-ed25519 BBBBC3NzaC1lZDI1NTE5AAAAIGm5dRTyhY6IjyLWbsyGvEIAtWDOhx0dLzjU7xMtzRFl'
# refused WHO TYPE EXTRA CODE NAME [RESPONSE:EVENT]
refused() {
	by=$1 type=$2 extra=$3 finding=$4 name=$5
	shift 5
	python3 "$TOP/tests/attacks/forge_receipt.py" sealed.evx "$T/$by/identities/$by/signing.key" "$type" "$extra" r.txt "$@" || fail "$name: forged"
	for x in a.evx "$u" "v/exhibits/$u"; do
		code 1 "$name, $x" "$EVX" append "$x" r.txt
		err_has "$finding" "$name: it says why"
	done
	code 1 "$name: receipt import" "$EVX" receipt import a.evx r.txt
	ok "$name: the bundle is as it was" cmp a.evx sealed.evx
	ok "$name: so is the directory" diff -r "$u" unpacked-was
	code 0 "$name: and still good" "$EVX" verify --details "v/exhibits/$u" $cards
}
for who in stranger officer; do
	refused $who note "{\"stamps\":[\"$bogus\"]}" C-STAMP-MISSING "$who: a time-stamp that is nowhere"
	refused $who note "{\"stamps\":[\"$bogus\"]}" T-STAMP-BAD "$who: a time-stamp that is none" bogus:0
	refused $who copy "{\"counterparty\":\"$nokey\"}" 'C-JSON\|R-HOLDER' "$who: a copy for what is no key"
done
refused stranger move '{}' R-HOLDER 'stranger: a move'
# Nor does one that no program understands make it look too new: what that weighs, who signed it says.
forged() { python3 "$TOP/tests/attacks/forge_receipt.py" sealed.evx "$T/$1/identities/$1/signing.key" "$2" "$3" "$4" || fail "$1, $2: forged"; }
for what in 'vanish {}' 'note {"newer":1}' 'note {"private":1}'; do
	forged stranger ${what% *} "${what#* }" s.txt
	code 5 "a stranger's receipt, $what" "$EVX" verify --details a.evx --with s.txt $cards
	out_has '^GAP *R-RECEIPT .*Its signer is unknown' 'is a claim'
	out_has '^GAP *T-UNTRUSTED .*Unknown signer of the receipt' 'and the trust line says so'
	ok 'and not that every signer is known' not grep -q 'every signer is on a card' "$T/out"
	ok 'nothing is too new, or unchecked' not grep -q '^\(NEWER\|UNCHECKED\)' "$T/out"
	forged officer ${what% *} "${what#* }" o.txt
	want=4
	[ "$what" != 'note {"private":1}' ] || want=3
	code $want "the officer's" "$EVX" verify a.evx --with o.txt $cards
	code $want 'the officer sealed it: no card is needed' at nobody "$EVX" verify a.evx --with o.txt
	code $want 'the stranger, whose card is trusted' "$EVX" verify a.evx --with s.txt $cards --trust "$T/stranger.card"
	{ head -n 1 o.txt; sed 1d s.txt; } >mixed.txt
	code 3 "the officer's name and the stranger's signature" "$EVX" verify a.evx --with mixed.txt $cards
	sed '/^-----BEGIN EVX RECORD/,$d' s.txt >draft.txt
	[ $want = 3 ] || code 0 'a draft says nothing' "$EVX" verify a.evx --with draft.txt $cards
	rm -f s.txt o.txt
done
forged stranger note '{"format":"evx-event/2"}' s.txt
code 4 'a format of which nobody can say who signed it' "$EVX" verify a.evx --with s.txt $cards
refused officer note '{"private":1}' corrupt 'officer: private without parts'
refused officer note '{"files":{"0001-note.details.age":"0000000000000000000000000000000000000000000000000000000000000000"}}' 'parts' 'officer: a part that is not there'
done_testing
