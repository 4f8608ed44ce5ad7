#!/bin/sh
# Lists of hashes that somebody made beside the source: from where, in which form, and what fits nothing.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir -p case/mnt/usb/DCIM case/mnt/usb/docs && cd case || exit 1
head -c 70000 /dev/urandom >mnt/usb/DCIM/1.jpg && echo text >mnt/usb/docs/a.txt && echo more >"mnt/usb/a (copy) = b.txt"
label='--case C-1 --exhibit E-1 --self'
n=0
# lists NAME SOURCE: the list in `list` has three hashes, and all match.
lists() {
	n=$((n + 1))
	code 0 "$1" "$EVX" seal "$2" -o "$T/l$n.evx" $label --expect-hash list
	out_has '3 expected hashes matched' 'all match'
}
every() { find "$1" -type f -exec "${2:-sha256sum}" {} +; }

every mnt/usb >list && lists 'a list made beside the source, with nested paths' mnt/usb
lists 'the source by its absolute path' "$PWD/mnt/usb"
lists 'the source by a path with dots' ./mnt/../mnt/usb/
(cd mnt && every usb) >list && lists 'a list made in the directory above' mnt/usb
(cd mnt/usb && every .) >list && lists 'a list made in the source' mnt/usb
every "$PWD/mnt/usb" >list && lists 'a list of absolute paths' mnt/usb
(cd .. && every case/mnt/usb) >list && lists 'a list made two directories above' mnt/usb
(cd mnt/usb && every .) >list
code 0 'the directory itself' sh -c "cd mnt/usb && '$EVX' seal . -o '$T/dot.evx' $label --expect-hash ../../list"
out_has '3 expected hashes matched' 'all match'
ln -s mnt/usb stick
every stick/ >list && code 0 'a list made through a link' "$EVX" seal stick --follow -o "$T/link.evx" $label --expect-hash list
out_has '3 expected hashes matched' 'all match'

sha256sum mnt/usb/docs/a.txt >list
code 0 'one file, as it was named' "$EVX" seal mnt/usb/docs/a.txt -o "$T/one.evx" $label --expect-hash list
out_has '1 expected hash matched' 'matches'
code 0 'the file by its absolute path' "$EVX" seal "$PWD/mnt/usb/docs/a.txt" -o "$T/one2.evx" $label --expect-hash list
out_has '1 expected hash matched' 'matches'
sha256sum <mnt/usb/docs/a.txt >list
code 0 'a stream' sh -c "'$EVX' seal - -o '$T/stream.evx' $label --expect-hash list <mnt/usb/docs/a.txt"
out_has '1 expected hash matched' 'matches the name -'
code 6 'a stream of other bytes' sh -c "'$EVX' seal - -o '$T/stream2.evx' $label --stdin-name x --expect-hash list <mnt/usb/DCIM/1.jpg"
out_has '1 EXPECTED HASH DID NOT MATCH' 'does not'
err_has 'x: This file has another hash than the list says' 'and is named'

# Forms.
for a in sha256sum sha1sum md5sum; do
	find mnt/usb -type f -exec $a --tag {} + >list && lists "$a --tag" mnt/usb
done
every mnt/usb | sed 's/^[0-9a-f]*/\U&/' >list && lists 'digits in capitals' mnt/usb
every mnt/usb | sed 's/$/\r/' >list && lists 'lines of Windows' mnt/usb
{ printf '\357\273\277' && every mnt/usb; } >list && lists 'a byte order mark' mnt/usb
every mnt/usb | sed 's/  / */' >list && lists 'binary mode' mnt/usb
every mnt/usb md5sum | sed 's/  / /' >list && lists 'one blank' mnt/usb
every mnt/usb md5sum | sed 's/^/      1234  /' >list && lists 'md5deep -z' mnt/usb
find mnt/usb -type f -exec openssl sha256 {} + >list && lists 'OpenSSL' mnt/usb
{
	echo '%%%% HASHDEEP-1.0' && echo '%%%% size,md5,sha256,filename' && echo '## Invoked from: /' && echo '## $ hashdeep -r mnt' && echo '##'
	find "$PWD/mnt/usb" -type f | while read -r f; do
		echo "$(stat -c %s "$f"),$(md5sum <"$f" | cut -c 1-32),$(sha256sum <"$f" | cut -c 1-64),$f"
	done
} >list
code 0 'hashdeep' "$EVX" seal mnt/usb -o "$T/hashdeep.evx" $label --expect-hash list
out_has '6 expected hashes matched' 'both columns match'
sed -i 's/,\(.\{32\}\),/,00000000000000000000000000000000,/' list
code 6 'hashdeep, one column of which is wrong' "$EVX" seal mnt/usb -o "$T/hashdeep2.evx" $label --expect-hash list
out_has '3 EXPECTED HASHES DID NOT MATCH' 'is told'
if command -v hashdeep >/dev/null && command -v md5deep >/dev/null; then
	hashdeep -r mnt/usb >list
	code 0 'hashdeep itself' "$EVX" seal mnt/usb -o "$T/hashdeep3.evx" $label --expect-hash list
	md5deep -r mnt/usb >list && lists 'md5deep itself' mnt/usb
	md5deep -rz mnt/usb >list && lists 'md5deep itself, with sizes' mnt/usb
else
	skip 'hashdeep is not installed'
fi
mkdir odd && echo x >"odd/$(printf 'a\nb')"
sha256sum odd/* >list
code 0 'an escaped name' "$EVX" seal odd -o "$T/odd.evx" $label --expect-hash list
sha256sum --tag odd/* >list
code 0 'an escaped name with --tag' "$EVX" seal odd -o "$T/odd2.evx" $label --expect-hash list

# refused NAME TEXT: the list is refused, and nothing is made.
refused() {
	code 1 "refused: $1" "$EVX" seal mnt/usb -o "$T/no.evx" $label --expect-hash list
	err_has "$2" 'is told'
	gone "$T/no.evx" 'nothing is made'
}
printf '\377\376a\000' >list && refused 'UTF-16' 'is in UTF-16'
echo 'not a list' >list && refused 'another text' 'Line 1 of the list of hashes does not begin with'
printf '# only\n\n' >list && refused 'a comment alone' 'no line with a hash'
sha512sum mnt/usb/docs/a.txt >list && refused 'SHA-512' 'does not begin with a SHA-256'
sha512sum --tag mnt/usb/docs/a.txt >list && refused 'SHA-512 with --tag' 'is not SHA-256, SHA-1 or MD5'
md5sum <mnt/usb/docs/a.txt | cut -c 1-32 >list && refused 'a hash alone' 'has a hash and no name'
printf '%%%%%%%% size,tiger,filename\n' >list && refused 'hashdeep without a hash of ours' 'no column with'
printf '%%%%%%%% size,md5,filename\n1,2\n' >list && refused 'hashdeep with a column missing' 'fewer columns'

# What fits nothing is named, with what to do.
sha256sum mnt/usb/docs/a.txt >list && sed -i 's/mnt/elsewhere/' list
code 6 'a name that fits nothing' "$EVX" seal mnt/usb -o "$T/none.evx" $label --expect-hash list
err_has 'elsewhere/usb/docs/a.txt: The list of hashes names this file, and no such file was sealed' 'is named'
err_has 'find . -type f -exec sha256sum' 'with what to do'
"$EVX" show "$T/none.evx" --as officer --json >"$T/out"
ok 'the seal records it' grep -q '"what":"missing"' "$T/out"

# One name, two files.
mkdir -p one two && echo 1 >one/x && echo 2 >two/x
(cd one && sha256sum x) >list
code 6 'a name that fits two files' "$EVX" seal one two -o "$T/two.evx" $label --expect-hash list
err_has 'x: This name in the list of hashes fits two files' 'is told'
out_has 'HAD NO FILE TO COMPARE WITH' 'and counted'
ok 'and matches none' not grep -q 'matched' "$T/out"
cp one/x two/x
code 0 'two files of the same contents' "$EVX" seal one two -o "$T/twice.evx" $label --expect-hash list
out_has '1 expected hash matched' 'match'
mkdir -p nest/nest && echo outer >nest/f && echo inner >nest/nest/f
sha256sum nest/f nest/nest/f >list
code 0 'a directory in one of the same name: a list from outside' "$EVX" seal nest -o "$T/nest1.evx" $label --expect-hash list
out_has '2 expected hashes matched' 'matches'
(cd nest && sha256sum f nest/f) >list
code 6 'a list from inside' "$EVX" seal nest -o "$T/nest2.evx" $label --expect-hash list
err_has 'nest/f: This name in the list of hashes fits two files' 'is not guessed at'
every "$PWD/nest" >list
code 0 'absolute paths' "$EVX" seal nest -o "$T/nest3.evx" $label --expect-hash list
out_has '2 expected hashes matched' 'match'
done_testing
