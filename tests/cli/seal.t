#!/bin/sh
# Sealing: what it says, what it makes, what it refuses.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
lab=$T/lab.card room=$T/room.card
label='--case CASE-LABEL-7 --exhibit EXHIBIT-LABEL-3'

code 0 'seal a directory' "$EVX" seal phone -o a.evx $label --to "$lab" --custody-to "$room"
cp "$T/out" said
out_has '^seal code *[A-Z0-9]\{4\}\(-[A-Z0-9]\{4\}\)\{7\}$' 'the seal code is printed'
out_has '^seal hash *[0-9a-f]\{64\}$' 'the seal hash is printed'
out_has '^uuid *[0-9a-f-]\{36\}$' 'the UUID is printed'
out_has '^written to *a.evx$' 'where it went'
out_has 'contents .*lab of lab' 'the reader of the evidence'
out_has 'custody .*room of room' 'the reader of custody'
err_has 'Only one key can open' 'one single key is warned of'
is "$(stat -c %a a.evx)" 644 'the bundle has the mode that umask leaves'
ok 'it is a tar' tar -tf a.evx
uuid=$(sed -n 's/^uuid *//p' said)
hash=$(sed -n 's/^seal hash *//p' said)
mkdir bag && tar -xf a.evx -C bag
ok 'sha256sum checks its packs' sh -c "cd bag/$uuid && sha256sum --quiet -c manifest-sha256.txt"
ok 'sha256sum checks its tag files' sh -c "cd bag/$uuid && sha256sum --quiet -c tagmanifest-sha256.txt"
is "$(sha256sum <"bag/$uuid/custody/0000-seal.json" | cut -d' ' -f1)" "$hash" 'the seal hash is the hash of the signed document'
ok 'the labels stand nowhere in clear' not grep -rq 'CASE-LABEL\|EXHIBIT-LABEL' bag
ok 'no name stands in clear' not grep -rqa 'photo\.raw\|log\.txt\|shrinks' bag

"$EVX" seal phone/notes/one.txt -o clock.evx $label --self --quiet 2>"$T/err"
code 0 'the details' "$EVX" show clock.evx --as officer
out_has 'synchronised: \(true\|false\)$' 'whether the clock was synchronised is recorded'
rm clock.evx
code 3 'seal overwrites nothing' "$EVX" seal phone -o a.evx $label --to "$lab"
code 0 'two readers' "$EVX" seal phone -o two.evx $label --to "$lab" --self
ok 'no warning then' not grep -q 'one single key' "$T/err"
code 0 'case and exhibit in clear on request' "$EVX" seal phone -o public.evx $label --self --public-label --quiet
code 0 'show tells them without a key' at nobody "$EVX" show public.evx
out_has 'CASE-LABEL-7' 'the case is there'
rm two.evx public.evx

mkdir "$T/always-home"
code 0 'an always-added card' "$EVX" id always-to "$room"
code 0 'is among the readers' "$EVX" seal phone/notes -o always.evx $label --self
out_has 'room of room.*\[always\]' 'and is named'
rm -rf "$T/officer"
person officer officer

code 2 'sealing to nobody is refused' "$EVX" seal phone -o x.evx $label
gone x.evx 'and nothing was made'
code 2 'sealing to custody readers only is refused' "$EVX" seal phone -o x.evx $label --custody-to "$room"
code 3 'a card that is not there' "$EVX" seal phone -o x.evx $label --to nowhere.card
code 3 'a source that is not there' "$EVX" seal nowhere -o x.evx $label --self
code 3 'an output directory that is not there' "$EVX" seal phone -o nowhere/x.evx $label --self
sed 's/lab of/Eve of/' "$lab" >forged.card
code 1 'a forged card' "$EVX" seal phone -o x.evx $label --to forged.card
ln -s phone link
code 2 'a link as source' "$EVX" seal link -o x.evx $label --self
code 0 'a link as source, followed' "$EVX" seal link -o followed.evx $label --self --follow
mkdir other && cp -R phone/notes other/phone
code 2 'two sources of one name' "$EVX" seal phone other/phone -o x.evx $label --self
gone x.evx 'nothing was made by any of these'
ok 'and no temporary file stayed' not sh -c 'ls -A | grep -v -x -e "a\.evx" -e "always\.evx" -e "followed\.evx" | grep -e evx -e tmp'

echo '{"place":"Room 4","custom":{"unit":"K 5"},"seized_by":"file"}' >details.json
echo photo >warrant.pdf
code 0 'all particulars' "$EVX" seal phone -o details.evx $label --self --details details.json --authority 'Warrant 12/26' --purpose analysis \
	--description 'a phone' --seal-number B-0001 --seized-at 2026-01-02T03:04:05Z --seized-from 'the owner' --seized-by 'option' \
	--device 'make=ACME,model=One,serial=42' --witness "$room" --attach warrant.pdf --clock-offset -3 --clock-source radio
code 0 'show opens them' "$EVX" show details.evx --as officer
for t in 'Room 4' 'K 5' 'Warrant 12/26' analysis 'a phone' B-0001 '2026-01-02T03:04:05Z' 'the owner' option ACME 42 'room of room' warrant.pdf -3 radio; do
	out_has "$t" "show tells: $t"
done
ok 'an option wins over the file' not grep -q 'seized by: file' "$T/out"
echo '{"place":1}' >bad.json
code 1 'details of a wrong type are refused' "$EVX" seal phone -o x.evx $label --self --details bad.json
echo '{"sequence":7}' >bad.json
code 2 'details with a foreign key are refused' "$EVX" seal phone -o x.evx $label --self --details bad.json
code 2 'a device without =' "$EVX" seal phone -o x.evx $label --self --device phone
gone x.evx 'nothing was made'

(cd phone && sha256sum photo.raw notes/one.txt) >expected
code 0 'expected hashes that match' "$EVX" seal phone -o expected.evx $label --self --expect-hash expected
out_has '2 expected hashes matched' 'they are counted'
sed -i 's/^......../00000000/' expected
code 6 'expected hashes that do not' "$EVX" seal phone -o differ.evx $label --self --expect-hash expected
err_has 'wrong hashes 2' 'are said'
# A list of one algorithm alone has that digest made, and compared to its last digit.
for algorithm in sha1 md5; do
	(cd phone && ${algorithm}sum photo.raw notes/one.txt) >expected
	code 0 "$algorithm: hashes that match" "$EVX" seal phone -o listed-$algorithm.evx $label --self --expect-hash expected
	out_has '2 expected hashes matched' "$algorithm: they are counted"
	sed -i '1{s/^\([0-9a-f]*\)0 /\11 /;t;s/^\([0-9a-f]*\)[1-9a-f] /\10 /}' expected
	code 6 "$algorithm: one that differs in its last digit" "$EVX" seal phone -o differs-$algorithm.evx $label --self --expect-hash expected
	err_has 'wrong hash' "$algorithm: is said"
done
code 0 'a bundle whose expected hashes differ verifies' at nobody "$EVX" verify differ.evx --trust "$T/officer.card"
code 0 'reread' "$EVX" seal phone -o reread.evx $label --self --reread
out_has 'read a second time' 'says how many'
code 0 'MD5 and SHA-1' "$EVX" seal phone/photo.raw -o md5.evx $label --self --hash md5,sha1
"$EVX" list md5.evx --json >"$T/list"
is "$(jq -r 'select(.path=="photo.raw").md5' "$T/list")" "$(md5sum <phone/photo.raw | cut -d' ' -f1)" 'the MD5 is that of md5sum'
is "$(jq -r 'select(.path=="photo.raw").sha1' "$T/list")" "$(sha1sum <phone/photo.raw | cut -d' ' -f1)" 'the SHA-1 is that of sha1sum'

if [ "$(id -u)" -ne 0 ]; then
	mkdir secret && echo x >secret/closed && chmod 0 secret/closed
	code 6 'a file that cannot be read' "$EVX" seal secret -o part.evx $label --self
	err_has 'unreadable files 1, unreadable directories 0' 'is counted'
	code 0 'the bundle is good' at nobody "$EVX" verify part.evx --trust "$T/officer.card"
	out_has '^  INCOMPLETE' 'and says it is not complete'
	code 0 'and it can be extracted' "$EVX" extract part.evx -C part
	out_has '^NOT COMPLETE' 'which says it, too'
	code 0 'show' at nobody "$EVX" show part.evx
	out_has '^INCOMPLETE ' 'says it, too'
elif command -v setpriv >/dev/null; then
	mkdir secret && echo x >secret/closed && chmod 0 secret/closed && chmod 755 "$T" && chown -R 65534:65534 "$T"
	code 6 'a file that cannot be read' setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$EVX" seal secret -o part.evx $label --self
	err_has 'unreadable files 1, unreadable directories 0' 'is counted'
	chown -R 0:0 "$T"
	code 0 'the bundle is good' at nobody "$EVX" verify part.evx --trust "$T/officer.card"
	out_has '^  INCOMPLETE' 'and says it is not complete'
	code 0 'and it can be extracted' "$EVX" extract part.evx -C part
	out_has '^NOT COMPLETE' 'which says it, too'
	code 0 'show' at nobody "$EVX" show part.evx
	out_has '^INCOMPLETE ' 'says it, too'
else
	skip 'root reads everything, and setpriv(1) is not installed'
fi

rm -rf many && mkdir many && i=0
while [ $i -lt 300 ]; do echo $i >many/$i; i=$((i + 1)); done
code 0 'one job and many' "$EVX" seal many -o jobs1.evx $label --self --jobs 1
code 0 'many jobs' "$EVX" seal many -o jobs8.evx $label --self --jobs 8
out_has '^SEALED  300 files' 'all are counted'
: >nothing
code 0 'an empty file' "$EVX" seal nothing -o nothing.evx $label --self
mkdir void
code 0 'an empty directory' "$EVX" seal void -o void.evx $label --self
for b in nothing void jobs1 jobs8; do code 0 "$b verifies deeply" "$EVX" verify $b.evx --deep --as officer --trust "$T/officer.card"; done

# A policy: people named by their cards; nothing is sealed under one that makes no sense.
echo '{"release":{"of":["officer of officer"],"need":1,"witness":false}}' >policy.json
code 0 'with a policy' "$EVX" seal void -o policy.evx $label --self --policy policy.json
ok 'it stands in the seal, by key' sh -c "tar -xOf policy.evx --wildcards '*/custody/0000-seal.json' | jq -e '.policy.release.of[0] | startswith(\"ssh-ed25519 \")'"
code 0 'and verifies' "$EVX" verify policy.evx
for p in '{"release":{"of":["Nobody"],"need":1,"witness":false}}' '{"release":{"of":["officer of officer"],"need":2,"witness":false}}' '{"frobnicate":{}}' '[]'; do
	echo "$p" >bad-policy.json
	case $p in *Nobody*) wanted=3 ;; *) wanted=2 ;; esac
	code $wanted "refused: $p" "$EVX" seal void -o x.evx $label --self --policy bad-policy.json
	gone x.evx 'and nothing sealed'
done
done_testing
