#!/bin/bash
# Proof of possession with stock tools, as format-spec/possession.md says, and by a program that was written from that page.
. "$(dirname "$0")/tap.sh"
needs tar ssh-keygen openssl age jq sed

# The commands of the page, from an unpacked bundle.
stock()
{
	local nonce packs p
	nonce=$(sed -n '1s/.*"nonce":"\([0-9a-f]*\)".*/\1/p' "$work/C.txt")
	packs=$(sed -n '1s/.*"packs":\[\([^]]*\)\].*/\1/p' "$work/C.txt" | tr -d '"' | tr , ' ')
	{ sed -n 1p "$work/C.txt"; cat "$bag"/custody/0000-*.json "$bag"/custody/0001-*.json
	  for p in $packs; do cat "$bag/data/$p.pack"; done; } |
		openssl dgst -sha256 -mac HMAC -macopt "hexkey:$nonce" | sed 's/.*= *//'
}
signature()
{
	printf 'asker %s\n' "$(head -n 1 "$work/C.txt" | jq -r '.signers[0]')" >"$work/allowed"
	sed 1d "$work/C.txt" >"$work/C.sig"
	sed -n 1p "$work/C.txt" | ssh-keygen -Y verify -f "$work/allowed" -I asker -n evx-possession/1 -s "$work/C.sig"
}
same() { [ "$1" = "$2" ] || { echo "found $1, expected $2"; return 1; }; }
answered() { "$PYTHON" "$here/answer.py" "$work/C.txt" "$bag" >"$work/B.txt" && cmp "$work/A.txt" "$work/B.txt"; }
proved() { "$EVX" challenge --check "$work/B.txt" "$work/list" --as alice | grep '^PROVED'; }
listed()
{
	"$PYTHON" "$here/answer.py" --open "$work/list" "$work/alice.txt" >"$work/all" && [ "$(wc -l <"$work/all")" = 3 ] &&
		grep "^$(jq -r .challenge "$work/A.txt") $(jq -r .answer "$work/A.txt")\$" "$work/all"
}
opened() { sed -n '/BEGIN AGE/,/END AGE/p' "$work/list" | age -d -i "$work/alice.txt" | sed -n '1~2p' | jq -e '.format == "evx-challenge/1"'; }

make_identity alice
cd "$work" || exit 1
head -c 70000000 /dev/urandom >media
ok 'evx seals 70 MB of noise' seal one.evx media
ok 'with a note behind it' "$EVX" note one.evx 'seen' --as alice
ok 'evx prepares challenges' "$EVX" challenge one.evx --prepare 3 --packs 2 -o list --as alice
ok 'evx takes one out' "$EVX" challenge list --next -o C.txt --as alice
ok 'evx answers it' "$EVX" answer C.txt one.evx -o A.txt
tar -xf one.evx
bag=$work/$(ls -d ????????-*)
ok 'ssh-keygen verifies who asks' signature
ok 'openssl computes the answer' same "$(stock)" "$(jq -r .answer A.txt)"
ok 'age opens the list' opened
ok 'a program from the page opens it, and finds that answer' listed
ok 'that program answers the challenge, byte for byte' answered
ok 'evx calls its answer proved' proved
chmod -R u+w "$bag"
pack=$(ls "$bag"/data/*.pack | head -n 1)
cp "$pack" kept
for p in "$bag"/data/*.pack; do printf x >>"$p"; done
ok 'the program answers nothing from packs that were changed' fails 1 bad "$PYTHON" "$here/answer.py" C.txt "$bag"
done_testing
