#!/bin/sh
# Listings that other tools read: each is read by its real tool, and compared with what was sealed; hostile names, too.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
printf x >'phone/a|b\c.txt'
printf '<a>&' >'phone/<tag>&"quoted".txt'
touch -d '1969-12-31 23:59:58 UTC' phone/notes/one.txt
ln -s 'x|y z' 'phone/notes/bar'
touch -d '2001-02-03 04:05:06.789' phone/notes
sealed a.evx phone || exit 1

code 0 'checksums' at lab "$EVX" export a.evx --sha256sums -o sums
out_empty 'which says nothing on standard output'
is "$(wc -l <sums)" "$(find phone -type f -printf 'x\n' | wc -l)" 'one line for each file'
code 0 'sha256sum takes them all' sha256sum -c --strict --quiet sums
ok 'with line breaks and backslashes in names' grep -q '^\\.*esc.*\\n' sums
printf y >>phone/notes/one.txt
code 1 'sha256sum finds a change' sha256sum -c --quiet sums
out_has '^phone/notes/one.txt: FAILED' 'and names it'
printf '%s' "$(head -c -1 phone/notes/one.txt)" >one && cat one >phone/notes/one.txt
cp sums before
code 3 'a file that is there already' at lab "$EVX" export a.evx --sha256sums -o sums
err_has 'there already' 'is not overwritten'
ok 'and keeps its bytes' cmp sums before
code 0 'to standard output' at lab "$EVX" export a.evx --sha256sums -o -
ok 'the same list' cmp "$T/out" sums

code 0 'a body file' at lab "$EVX" export a.evx --bodyfile -o body
is "$(awk -F'|' 'NF != 11' body)" '' 'has eleven fields in each line'
is "$(wc -l <body)" "$(find phone -printf 'x\n' | wc -l)" 'and one line for each entry'
ok 'a bar in a name is escaped' grep -q '|phone/a\\174b\\134c.txt|' body
ok 'a link and its target' grep -q '|phone/notes/bar -> x\\174y z|0|l/l' body
if command -v mactime >/dev/null 2>&1; then
	code 0 'mactime reads it' mactime -b body -d -y -z UTC 2001-01-01..2002-01-01
	out_has '2001-02-03T04:05:06Z,.*m.*phone/notes' 'and tells the time of a change'
else
	skip 'mactime is not installed'
fi

code 0 'an mtree specification' at lab "$EVX" export a.evx --mtree -o spec
ok 'is plain ASCII' not env LC_ALL=C grep -qaP '[^\x09\x0a\x20-\x7e]' spec
if command -v mtree >/dev/null 2>&1; then
	code 0 'extracted' at lab "$EVX" extract a.evx -C back --quiet --privileged
	code 0 'mtree finds everything in it' mtree -f spec -p back -k type,size,link,sha256,time,mode
	is "$(grep -v -e '^$' "$T/out")" '' 'as it was'
	printf z >>back/phone/notes/one.txt
	code 2 'mtree finds a change' mtree -f spec -p back -k size,sha256
	out_has 'one.txt' 'and names it'
else
	skip 'mtree is not installed'
fi
if command -v bsdtar >/dev/null 2>&1; then
	code 0 'bsdtar reads it' bsdtar -tf spec
	is "$(grep -c ^./ "$T/out")" "$(find phone -printf 'x\n' | wc -l)" 'all of it'
else
	skip 'bsdtar is not installed'
fi

code 0 'DFXML' at lab "$EVX" export a.evx --dfxml -o list.xml
schema=$TOP/../shared/testdata/dfxml/dfxml.xsd
if ! command -v xmllint >/dev/null 2>&1; then
	skip 'xmllint is not installed'
else
	code 0 'xmllint reads it' xmllint --noout list.xml
	name() { xmllint --xpath "count(//*[local-name()='$1'])" list.xml; }
	is "$(name fileobject)" "$(find phone -printf 'x\n' | wc -l)" 'one object for each entry'
	is "$(xmllint --xpath "string(//*[local-name()='fileobject'][*[local-name()='filename']='phone/<tag>&\"quoted\".txt']/*[local-name()='filesize'])" list.xml)" 4 \
		'a name with marks of XML'
	is "$(xmllint --xpath "string(//*[local-name()='fileobject'][*[local-name()='filename']='phone/not-\\xff-utf8']/*[local-name()='filename_hex'])" list.xml)" \
		"$(printf 'phone/not-\377-utf8' | od -An -tx1 | tr -d ' \n')" 'the bytes of a name that is no text'
	is "$(xmllint --xpath "string(//*[local-name()='fileobject'][*[local-name()='filename']='phone/photo.raw']/*[local-name()='hashdigest'][@type='sha256'])" list.xml)" \
		"$(sha256sum phone/photo.raw | cut -d ' ' -f 1)" 'a digest'
	if [ -e "$schema" ]; then
		code 0 'the schema of DFXML holds' xmllint --nonet --noout --schema "$schema" list.xml
	else
		skip 'the schema of DFXML is not there'
	fi
fi

# CASE/UCO: tests/interop/case-uco.t compares it with the shapes.
code 0 'CASE/UCO without a key' "$EVX" export a.evx --case-uco open.jsonld
out_empty 'says nothing on standard output'
code 0 'is JSON' jq -e '."@graph" | length > 5' open.jsonld
ok 'names no file' not grep -q photo open.jsonld
is "$(jq -r '.["@graph"][] | select(."@type" == "case-investigation:InvestigativeAction") | ."uco-core:name"' open.jsonld | head -n 2 | sort | head -n 1)" \
	'Check of the exhibit before this file was made' 'but the check'
code 0 'once more' "$EVX" export a.evx --case-uco again.jsonld
ok 'the same bytes' cmp open.jsonld again.jsonld
code 5 'with a key, by somebody who does not know the sealer' at lab "$EVX" export a.evx --case-uco lab.jsonld --as lab
out_has '^OPEN QUESTIONS' 'the verdict is printed'
is "$(jq -r '.["@graph"][] | select(."uco-core:name" == "phone/photo.raw") | ."uco-core:hasFacet"[1]."uco-observable:hash"[0]."uco-types:hashValue"."@value"' lab.jsonld)" \
	"$(sha256sum phone/photo.raw | cut -d ' ' -f 1)" 'a file has its hash'
is "$(jq -r '.["@graph"][] | select(."@type" == "uco-observable:ObservableRelationship") | 1' lab.jsonld | wc -l)" "$(($(find phone -printf 'x\n' | wc -l) + 1))" \
	'every entry is in the exhibit, and that in the bundle'
ok 'the bytes of a name that is no text' grep -q "hexadecimal: $(printf 'phone/not-\377-utf8' | od -An -tx1 | tr -d ' \n')" lab.jsonld
is "$(jq -r '.["@graph"][] | select(."@type" == "uco-observable:ArchiveFile") | ."uco-core:hasFacet"[1]."uco-observable:hash"[0]."uco-types:hashValue"."@value"' lab.jsonld)" \
	"$(sha256sum a.evx | cut -d ' ' -f 1)" 'the bundle has its hash'
code 5 'with a custody key' at room "$EVX" export a.evx --case-uco room.jsonld --as room
err_has 'The files are not in the export' 'the files stay out, and evx says so'
ok 'the details are in' grep -q 'details (JSON)' room.jsonld
ok 'and no file' not grep -q photo room.jsonld
code 0 'to standard output' "$EVX" export a.evx --case-uco -
ok 'the same graph' cmp "$T/out" open.jsonld
code 3 'a file that is there already' "$EVX" export a.evx --case-uco open.jsonld
err_has 'there already' 'is not overwritten'
ok 'and keeps its bytes' cmp again.jsonld open.jsonld
code 2 'with -o, too' "$EVX" export a.evx --case-uco x -o y
code 2 'with another form' "$EVX" export a.evx --case-uco x --mtree -o y
code 2 'of two exhibits' "$EVX" export a.evx a.evx --case-uco x
code 3 'no bundle' "$EVX" export phone --case-uco x
cp a.evx harmed.evx && flip harmed.evx 60000
code 1 'of a bundle that was changed' "$EVX" export harmed.evx --case-uco x
err_has 'No file was made' 'there is none, and evx says so'
run at stranger "$EVX" export a.evx --case-uco x --as stranger
is "$rc" 3 'who can open nothing'
ok 'gets no file, and nothing is left' sh -c '! ls x x.* y 2>/dev/null | grep -q .'

code 2 'two forms at once' at lab "$EVX" export a.evx --mtree --dfxml -o x
code 2 'two exhibits' at lab "$EVX" export a.evx a.evx --mtree -o x
code 2 'nowhere to write' at lab "$EVX" export a.evx --mtree
code 2 'a listing for somebody' at lab "$EVX" export a.evx --mtree -o x --to "$T/lab.card"
code 2 'a listing in volumes' at lab "$EVX" export a.evx --mtree -o x --split 1M
code 3 'a directory that is not there' at lab "$EVX" export a.evx --mtree -o nowhere/x
python3 - <<'END'
b = bytearray(open('a.evx', 'rb').read())
b[20000:-20000:50] = bytes(len(b[20000:-20000:50]))
open('bad.evx', 'wb').write(b)
END
run at lab "$EVX" export bad.evx --mtree -o x
ok 'a damaged bundle gives no listing' test "$rc" -ne 0
ok 'and leaves no file' sh -c '! ls x x.* 2>/dev/null | grep -q .'
code 3 'who cannot read the listing' at court "$EVX" export a.evx --mtree -o x
ok 'gets none' test ! -e x
done_testing
