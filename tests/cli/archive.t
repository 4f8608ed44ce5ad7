#!/bin/sh
# For those who have no evx: tar and ZIP archives, read by the stock tools and compared with the source; encrypted with age.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
printf 'ü' >'phone/grüße.txt'
mkdir -p "phone/$(printf 'long-%0200d' 0)/$(printf 'deep-%0200d' 0)"
printf deep >"phone/$(printf 'long-%0200d' 0)/$(printf 'deep-%0200d' 0)/file"
printf old >phone/old && touch -d '1901-02-03 04:05:06 UTC' phone/old
setfattr -n user.comment -v text phone/old 2>/dev/null && attributes=yes || attributes=
sealed a.evx phone || exit 1

code 0 'tar' at lab "$EVX" export a.evx --tar -o a.tar
out_has '^a.tar  .* entries, .* files$' 'says what is in it'
mkdir tar bsd zip
code 0 'GNU tar takes it' tar -C tar --warning=no-unknown-keyword --xattrs --same-permissions -xf a.tar
ok 'and has the same tree' same phone tar/phone
is "$(stat -c %i tar/phone/notes/one.txt)" "$(stat -c %i tar/phone/notes/same.txt)" 'a hard link is one'
ok 'a sparse file has its hole' test "$(stat -c %b tar/phone/sparse.img)" -lt 2000
if [ -n "$attributes" ]; then
	if command -v bsdtar >/dev/null 2>&1; then code 0 'attributes' env LC_ALL=C.UTF-8 bsdtar -C bsd --xattrs -xpf a.tar && is "$(getfattr --only-values -n user.comment bsd/phone/old)" text 'are there'; else skip 'bsdtar is not installed'; fi
else
	skip 'the file system has no attributes'
fi
if command -v bsdtar >/dev/null 2>&1; then
	rm -rf bsd && mkdir bsd
	code 0 'bsdtar takes it' env LC_ALL=C.UTF-8 bsdtar -C bsd -xpf a.tar
	ok 'bsdtar has the same tree' same phone bsd/phone
else
	skip 'bsdtar is not installed'
fi
code 0 'tar to a pipe' at lab "$EVX" export a.evx --tar -o -
ok 'gives the same bytes' cmp "$T/out" a.tar

code 0 'ZIP' at lab "$EVX" export a.evx --zip -o a.zip
err_has 'phone/fifo: .*not in the archive' 'names what ZIP cannot hold'
err_has 'phone/not-.xff-utf8: .*not in the archive' 'and a name that is not UTF-8'
err_has '2 entries are not in the archive' 'and counts them'
code 0 'in JSON' at lab "$EVX" export a.evx --zip -o b.zip --json
out_has '"left_out":2' 'too'
if command -v unzip >/dev/null 2>&1; then
	code 0 'unzip finds it whole' unzip -qt a.zip
	(cd zip && python3 -c 'import zipfile; zipfile.ZipFile("../a.zip").extractall()')
	is "$(sha256sum <zip/phone/photo.raw)" "$(sha256sum <phone/photo.raw)" 'the bytes of a file'
	is "$(sha256sum <zip/phone/notes/same.txt)" "$(sha256sum <phone/notes/same.txt)" 'each name of a file has its bytes'
	is "$(sha256sum <zip/phone/sparse.img)" "$(sha256sum <phone/sparse.img)" 'a sparse file is whole'
	ok 'a name that is not ASCII' test -e zip/phone/grüße.txt
else
	skip 'unzip is not installed'
fi

if command -v age-keygen >/dev/null 2>&1; then
	age-keygen -o key 2>/dev/null
	age-keygen -o key2 2>/dev/null
	code 0 'to two keys of age' at lab "$EVX" export a.evx --tar --age-to "$(age-keygen -y key)" --age-to "$(age-keygen -y key2)" -o a.tar.age
	ok 'age opens it' sh -c 'age -d -i key a.tar.age | cmp - a.tar'
	ok 'with the other key, too' sh -c 'age -d -i key2 a.tar.age | cmp - a.tar'
	head -c -20 a.tar.age >cut.age
	ok 'and finds a cut' not age -d -o /dev/null -i key cut.age
else
	skip 'age is not installed'
fi
code 2 'what is no key of age' at lab "$EVX" export a.evx --tar --age-to age1xyz -o x
err_has '"age1xyz" is no public key' 'is named'
code 2 'a key of age for a bundle' at lab "$EVX" export a.evx -o x --age-to age1xyz
code 2 'two forms' at lab "$EVX" export a.evx --tar --zip -o x
code 2 'volumes' at lab "$EVX" export a.evx --tar -o x --split 1M
ok 'nothing was written' test ! -e x

code 3 'who holds a custody key' at room "$EVX" export a.evx --tar -o x
code 3 'a stranger' at stranger "$EVX" export a.evx --tar -o x
code 3 'a name that is taken' at lab "$EVX" export a.evx --tar -o a.zip
if [ -w /dev/full ]; then
	rc=0
	at lab "$EVX" export a.evx --tar -o - >/dev/full 2>"$T/err" || rc=$?
	is "$rc" 3 'a full disk'
else
	skip 'there is no /dev/full'
fi
# Contents that were changed: the listing is good, the file is not.
python3 - <<'END'
b = bytearray(open('a.evx', 'rb').read())
at = len(b) // 3
b[at:at + 64] = bytes(64)
open('bad.evx', 'wb').write(b)
END
code 1 'contents that were changed' at lab "$EVX" export bad.evx --tar -o x
err_has 'phone/' 'the file is named'
ok 'no archive is left' sh -c '! ls x x.* 2>/dev/null | grep -q .'
done_testing
