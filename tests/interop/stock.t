#!/bin/bash
# Stock tools alone check bundles and open their encrypted parts: evx makes them here and is not asked again. The commands of the
# bundles' own README.txt are run as they are printed there.
. "$(dirname "$0")/tap.sh"
needs tar sha256sum ssh-keygen age jq cmp

# unpack NAME: the bag of NAME.evx as $work/NAME.bag, working directory of the checks that follow.
unpack()
{
	mkdir "$work/$1.bag" && tar -C "$work/$1.bag" -xf "$work/$1.evx" && cd "$work/$1.bag"/*/
}
sums() { sha256sum --strict --quiet -c "$@"; }
records() { local r; for r in custody/*.record; do sums "$r" || return; done; }
# A document and its signature number N by the key signers[N - 1].
signature()
{
	printf 'anyone %s\n' "$(jq -r ".signers[$2 - 1]" "$1")" >"$work/allowed"
	ssh-keygen -Y verify -f "$work/allowed" -I anyone -n evx-event/1 -s "$1.sig$2" <"$1"
}
all_signatures()
{
	local j n
	for j in custody/*.json; do
		n=$(jq '.signers | length' "$j")
		[ "$n" -ge 1 ] && [ "$(ls "$j".sig* | wc -l)" = "$n" ] || return
		while [ "$n" -gt 0 ]; do signature "$j" "$n" || return; n=$((n - 1)); done
	done
}
seal_covers_tags() { [ "$(jq -r .tagmanifest custody/0000-seal.json)" = "$(sha256sum <tagmanifest-sha256.txt | cut -d ' ' -f 1)" ]; }
# Every file is in a manifest or a record; only the tag manifest, the records and the index are not, and those are hashed or computable.
nothing_else()
{
	cat manifest-sha256.txt tagmanifest-sha256.txt custody/*.record | cut -c 67- | sort >"$work/listed"
	[ "$(find . -type f | sed 's,^\./,,' | sort | comm -13 "$work/listed" - | tr '\n' ' ')" = 'custody/0000-seal.record index-0000 tagmanifest-sha256.txt ' ]
}
# part IDENTITY TIER PART: a part of the seal, opened with the key of a tier, opened with an identity.
part() { age -d -i "$1" "keys/0000-$2.age" | age -d -i - "custody/0000-seal.$3.age"; }
public_key() { [ "$(age -d -i "$work/$1.txt" "keys/0000-$2.age" | age-keygen -y)" = "$(jq -r ".${2}_key" custody/0000-seal.json)" ]; }
bound() { part "$work/$1.txt" "$2" "$3" | jq -e --arg u "$(basename "$PWD")" --arg f "evx-$3/1" '.format == $f and .uuid == $u and .sequence == 0'; }
names_only() { part "$work/carol.txt" custody listing | jq -e '.listing.id and (.content == null)'; }
attached() { part "$work/alice.txt" custody attach1 | cmp - "$work/photo.jpg"; }
says() { part "$work/alice.txt" custody details | jq -e "$1"; }

make_identity alice
make_identity bob
make_identity carol
mkdir -p "$work/case/inner"
seq 1000 >"$work/case/inner/numbers"
printf 'photo of the seal' >"$work/photo.jpg"
head -c 35000000 /dev/urandom >"$work/media"
ok 'evx seals a tree for a content reader and a custody reader, with an attachment' seal "$work/one.evx" "$work/case" \
	--to "$(card bob)" --custody-to "$(card carol)" --attach "$work/photo.jpg" --place 'Den Haag' --custody-lists
ok 'evx seals 35 MB of noise' seal "$work/two.evx" "$work/media"

for b in one two; do
	unpack $b
	ok "$b: every payload file" sums manifest-sha256.txt
	ok "$b: every tag file" sums tagmanifest-sha256.txt
	ok "$b: every record" records
	ok "$b: the seal names the tag manifest" seal_covers_tags
	ok "$b: the seal's signatures" all_signatures
	ok "$b: there is no other file" nothing_else
	ok "$b: the custody key is the one that the seal names" public_key alice custody
	ok "$b: the content key is the one that the seal names" public_key alice content
	ok "$b: the details open and name the exhibit" bound alice custody details
	ok "$b: the content part opens and names the exhibit" bound alice content content
	ok "$b: case and exhibit number are in the details" says '.case == "K-77-4711" and .exhibit_number == "A1"'
	ok "$b: and nowhere in clear" sh -c '! grep -rq K-77-4711 .'
done

cd "$work"/one.bag/*/
ok 'a content reader opens the content part' bound bob content content
ok 'a custody reader opens the details' bound carol custody details
ok 'and the listing part' bound carol custody listing
ok 'which has no reference to the content' names_only
ok 'a custody reader does not open the content key' fails 1 '' age -d -i "$work/carol.txt" keys/0000-content.age
ok 'the attachment comes back' attached
ok 'a changed document is not signed' sh -c "cp -r . '$work/changed'; sed -i 's/whole/wholf/' '$work/changed/custody/0000-seal.json'"
cd "$work/changed"
ok 'ssh-keygen says so' fails 255 '' signature custody/0000-seal.json 1
ok 'and sha256sum' fails 1 '' sums custody/0000-seal.record

# The commands of README.txt are its lines that begin with four spaces.
ok 'evx discloses a part of the tree' "$EVX" disclose "$work/one.evx" case/inner -o "$work/part.evx" --as alice --self --yes
for b in one two part; do
	mkdir "$work/readme.$b" && cd "$work/readme.$b" && cp "$work/$b.evx" BUNDLE.evx && cp "$work/alice.txt" ID.txt
	{ echo 'set -e'; tar -xOf BUNDLE.evx --wildcards '*/README.txt' | sed -n 's/^    //p'; } >../commands.sh
	ok "$b: README.txt has commands" test "$(wc -l <../commands.sh)" -gt 10
	ok "$b: README.txt is no wider than 80 columns" sh -c "tar -xOf BUNDLE.evx --wildcards '*/README.txt' | awk 'length > 80 { exit 1 }'"
	ok "$b: its commands run as printed" sh -c 'sh ../commands.sh >../said'
	ok "$b: and say that the seal is good" grep -q '^Good "evx-event/1" signature' ../said
	ok "$b: and show the particulars" grep -q '"case":"K-77-4711"' ../said
done
ok 'of a part they print the name that its directory must have' test "$(tail -n 1 ../said)" = "$(tar -tf BUNDLE.evx | head -n 1 | cut -d / -f 1)"
mkdir "$work/readme.bad" && cd "$work/readme.bad" && cp "$work/alice.txt" ID.txt
"$PYTHON" - "$work/one.evx" BUNDLE.evx <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[data.index(b"/data") // 512 * 512 + 600] ^= 1
open(sys.argv[2], "wb").write(data)
END
ok 'the commands of README.txt find a changed byte of a pack' fails 1 sha256sum sh ../commands.sh
done_testing
