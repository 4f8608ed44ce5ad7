#!/bin/sh
# Papers: reports and drafts as PDF, labels, receipts that come back from a picture of their page, and what is no such thing.
. "$(dirname "$0")/lib.sh"

people || exit 1
if ! command -v pdftotext >/dev/null || ! command -v pdftoppm >/dev/null; then
	echo '1..0 # SKIP poppler-utils is not installed'
	exit 0
fi
mkdir phone && printf 'one\n' >phone/one.txt
"$EVX" id new smith --person '<b>Ann</b> & "Sons" محمد' --organisation "O'Hara" --country GB --no-passphrase --quiet
"$EVX" id card smith >"$T/smith.card"
code 0 'an exhibit' "$EVX" seal phone -o a.evx --as smith --case 26-114 --exhibit 7 --to "$T/lab.card" --self --yes \
	--description 'a telephone with a cracked screen' --handling 'H1 only for the court' --scope 'mail of 2026; photos left out' --seal-number B-0001
code 0 'released' "$EVX" release a.evx --as smith --to "$T/lab.card" --keeps nothing --purpose examination --handling H2 --yes
code 0 'accepted' at lab "$EVX" accept a.evx --inventoried --yes
cards="--trust $T/smith.card --trust $T/lab.card"
seal_code=$("$EVX" show a.evx --json | jq -r .seal_code)
pages() { pdfinfo "$1" | sed -n 's/^Pages: *//p'; }
has() { if tr -s ' \n' '  ' <words | grep -qF -e "$1"; then pass "$2"; else fail "$2" "not in the text: $1" "$(head -n 60 words)"; fi; }

# Handling and scope.
code 0 'the seal tells' "$EVX" show a.evx --as smith
out_has 'H1 only for the court' 'how it is to be handled'
out_has 'photos left out' 'and what was left out'
code 0 'a page' "$EVX" report a.evx -o a.html --as smith $cards
ok 'explains the code of the seal' grep -q 'H1 only for the court</bdi> (not as evidence in court without' a.html
ok 'and that of the release' grep -q 'H2</bdi> (not to be passed on' a.html
code 0 'without a key' "$EVX" report a.evx -o b.html $cards
ok 'a page says nothing of it' not grep -q 'Handling and scope' b.html

# Reports.
code 0 'a PDF' "$EVX" report a.evx -o a.pdf --as smith $cards --code "$seal_code"
out_has '^GOOD  ' 'says the verdict'
pdftotext -raw a.pdf words
has 'Nothing was changed since it was sealed' 'the verdict is in it'
has '<b>Ann</b> & "Sons"' 'a hostile name is text'
has 'The seal code that was given for this report is the one of this exhibit.' 'the four answers'
has 'signed the acceptance: inventoried' 'both sides of a hand-over'
has 'sha256sum --strict' 'the annex'
n=$(pages a.pdf)
ok 'it has several pages' test "$n" -gt 2
is "$(pdftotext -layout a.pdf - | grep -cE "^ *$seal_code  .*Page [1-9] of $n\$")" "$n" 'each has the seal code and its number at its foot'
is "$(pdfinfo a.pdf | sed -n 's/^Page size: *//p')" '595.276 x 841.89 pts (A4)' 'on A4'
ok 'a reader lists its sections' sh -c "pdftohtml -xml -i -stdout a.pdf | sed -n '/<outline>/,\$p' | grep -q '>Hand-overs<'"
code 0 'on American paper' "$EVX" report a.evx -o letter.pdf --paper letter $cards
is "$(pdfinfo letter.pdf | sed -n 's/^Page size: *//p')" '612 x 792 pts (letter)' 'letter'
ok 'no script, no link, nothing embedded' not grep -aqE '/(JavaScript|JS|Launch|URI|EmbeddedFile|OpenAction)' a.pdf
head -c 20000 a.evx >cut.evx
run "$EVX" verify cut.evx --quiet
code "$rc" 'a PDF of a bundle that was cut off' "$EVX" report cut.evx -o cut.pdf
pdftotext cut.pdf words
ok 'does not say that it is good' not grep -q GOOD words
code 0 'a draft as a PDF' "$EVX" report a.evx --form nist-coc -o form.pdf --as smith $cards
pdftotext form.pdf words
has 'EVIDENCE CHAIN-OF-CUSTODY FORM' 'has its title'
has 'a telephone with a cracked screen' 'and what the record says'
flip a.evx 3000 && cp a.evx bad.evx && flip a.evx 3000
code 1 'no draft of a bad one' "$EVX" report bad.evx --form nist-coc -o bad.pdf
gone bad.pdf 'and no file'
code 3 'a name that is taken' "$EVX" report a.evx -o a.pdf
code 2 'paper for HTML' "$EVX" report a.evx -o x.html --paper letter
code 2 'a checker, which needs a script' "$EVX" report a.evx -o x.pdf --with-checker
code 2 'an unknown size' "$EVX" report a.evx -o x.pdf --paper a5
code 3 'no bundle' "$EVX" report nowhere.evx -o x.pdf
gone x.pdf 'is no PDF'

# The clock comes in where the page says when it was made, and nowhere else: within a second the same bytes.
alike() { # alike FILE COMMAND...: which makes FILE.1 and FILE.2 in one second
	for try in 1 2 3 4 5 6 7 8 9 10; do
		rm -f "$1.1.pdf" "$1.2.pdf"
		"$EVX" report a.evx -o "$1.1.pdf" --as smith $cards --quiet ${2-} && "$EVX" report a.evx -o "$1.2.pdf" --as smith $cards --quiet ${2-} || return 1
		[ "$(pdfinfo -isodates "$1.1.pdf" | grep CreationDate)" != "$(pdfinfo -isodates "$1.2.pdf" | grep CreationDate)" ] || break
	done
	cmp "$1.1.pdf" "$1.2.pdf"
}
ok 'two PDFs of one second are the same bytes' alike one
ok 'in Arabic, too' alike arabic '--lang ar'
ok 'and two drafts' alike draft '--form nist-coc'
made=$(pdftotext -layout one.1.pdf - | sed -n 's/^This report was made by evx .* at \(.*\) by the clock.*/\1/p')
is "$(date -ud "$(pdfinfo -isodates one.1.pdf | sed -n 's/^CreationDate: *//p')" +%s)" "$(date -ud "${made% UTC} UTC" +%s)" 'the PDF says that it was made when the report says so'

# Labels.
cp a.evx b.evx
code 0 'labels' "$EVX" label a.evx b.evx -o labels.pdf --as smith --trust "$T/smith.card"
out_has '^2 labels written' 'says how many'
is "$(pages labels.pdf)" 1 'on one sheet'
pdftotext labels.pdf words
is "$(grep -c "$seal_code" words)" 2 'each with the seal code'
has '7 of case 26-114' 'the exhibit'
has 'a telephone with a cracked screen' 'what it is'
has 'H1 only for the court' 'its handling'
has 'Not checked: the contents.' 'and what was not checked'
code 0 'the same labels again' "$EVX" label a.evx b.evx -o again.pdf --as smith --trust "$T/smith.card"
ok 'are the same bytes' cmp labels.pdf again.pdf
code 0 'nine labels' "$EVX" label a.evx a.evx a.evx a.evx a.evx a.evx a.evx a.evx a.evx -o nine.pdf --json
is "$(jq -r .labels "$T/out")" 9 'as JSON'
is "$(pages nine.pdf)" 2 'take two sheets'
code 0 'without a key' at nobody "$EVX" label a.evx -o public.pdf
pdftotext public.pdf words
has 'private, needs a key' 'the labels are private'
head -c 60000 a.evx >cut2.evx
run "$EVX" label a.evx cut.evx -o none.pdf
ok 'one without a good seal makes no label' test "$rc" -ne 0
err_has 'No label was made' 'and the message says so'
gone none.pdf 'nor a sheet'
code 3 'no exhibit' "$EVX" label nowhere.evx -o none.pdf
code 2 'nothing to label' "$EVX" label -o none.pdf
code 2 'nowhere to write' "$EVX" label a.evx
code 2 'not a PDF' "$EVX" label a.evx -o none.txt
code 2 'exhibits and a receipt' "$EVX" label a.evx --receipt r.txt -o none.pdf
code 3 'a sheet that is there' "$EVX" label a.evx -o labels.pdf

# Receipts.
cp a.evx sealed.evx
code 0 'a note' at lab "$EVX" note a.evx 'bag opened'
code 0 'its receipt' "$EVX" receipt export a.evx r.txt --event 3
code 0 'on a page' "$EVX" label --receipt r.txt -o r.pdf
is "$(pages r.pdf)" 1 'is one page'
pdftotext r.pdf words
has "$seal_code" 'which names the exhibit'
has 'note' 'the entry'
code 0 'on American paper' "$EVX" label --receipt r.txt -o r-letter.pdf --paper letter
is "$(pages r-letter.pdf)" 1 'it is one page, too'
for dpi in 150 300; do
	pdftoppm -r $dpi -png -singlefile r.pdf page$dpi
	cp sealed.evx back.evx
	code 0 "a picture with $dpi dots per inch" "$EVX" receipt import back.evx page$dpi.png --yes
	ok "makes the same bundle as the receipt" cmp back.evx a.evx
done
pdftoppm -r 150 -png -singlefile r-letter.pdf letter
cp sealed.evx back.evx
code 0 'a picture of American paper' "$EVX" append back.evx letter.png --yes
ok 'makes it, too' cmp back.evx a.evx
cp sealed.evx back.evx
was=$(sha256sum <back.evx)
refused() { # refused CODE NAME COMMAND...
	code "$@"
	is "$(sha256sum <back.evx)" "$was" "$2: nothing was written"
}
pdftoppm -r 150 -png -singlefile -y 0 -H 700 -x 0 -W 800 r.pdf part
refused 3 'a part of the page' "$EVX" receipt import back.evx part.png --yes
err_has 'Scan the whole page' 'is told what to do'
pdftoppm -r 60 -png -singlefile labels.pdf label
refused 3 'a page without a receipt' "$EVX" receipt import back.evx label.png --yes
err_has 'No QR code of a receipt' 'is told so'
head -c 3000 page150.png >cut.png
refused 3 'a picture that is cut off' "$EVX" receipt import back.evx cut.png --yes
err_has 'damaged' 'is told so'
printf '\211PNG\r\n\032\n' >empty.png
refused 3 'an empty picture' "$EVX" receipt import back.evx empty.png --yes
python3 - <<'END'
import struct, zlib
def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
open('huge.png', 'wb').write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 60000, 60000, 8, 0, 0, 0, 0)) + chunk(b'IEND', b''))
END
refused 3 'a picture that says it is huge' "$EVX" receipt import back.evx huge.png --yes
err_has 'too large' 'is not made as large as that'
# A page of our own: two codes, drawn by evx-paper.
drawn() { # drawn NAME FIRST SECOND
	printf '<html><body>\n<h1>Page</h1>\n<qr lead="1">%b</qr>\n<qr lead="2">%b</qr>\n</body></html>\n' "$2" "$3" | "$(dirname "$EVX")/evx-paper" draw >"$1.pdf" &&
		pdftoppm -r 150 -png -singlefile "$1.pdf" "$1"
}
one='evx-receipt/1 1/2 0123456789abcdef\n{' two='evx-receipt/1 2/2 0123456789abcdef\n}'
damaged() { # damaged NAME MESSAGE FIRST SECOND
	drawn page "$3" "$4"
	refused 3 "$1" "$EVX" receipt import back.evx page.png --yes
	err_has "$2" 'and the message says so'
}
damaged 'parts of two receipts' 'more than one receipt' "$one" 'evx-receipt/1 2/2 0123456789abcdee\n}'
damaged 'another number of parts' 'more than one receipt' "$one" 'evx-receipt/1 2/3 0123456789abcdef\n}'
damaged 'two first parts that differ' 'differ' "$one" 'evx-receipt/1 1/2 0123456789abcdef\n}'
damaged 'one first part twice' 'QR code 2 of the receipt.s 2 could not be read' "$one" "$one"
damaged 'two of nine parts' 'QR codes 3, 4, 5, 6, 7, 8 and 9 of the receipt.s 9 could not be read' 'evx-receipt/1 1/9 0123456789abcdef\n{' 'evx-receipt/1 2/9 0123456789abcdef\n}'
for head in '0/2 0123456789abcdef' '3/2 0123456789abcdef' '1/100 0123456789abcdef' '01/2 0123456789abcdef' '+1/2 0123456789abcdef' '1/2 0123456789abcde' '1/2 0123456789ABCDEF' '1/2'; do
	damaged "a code that begins with $head" 'is damaged' "evx-receipt/1 $head\n{" "$two"
done
drawn page "$one" "$two"
refused 1 'parts that are whole and no receipt' "$EVX" receipt import back.evx page.png --yes
drawn page 'a web address' "$two"
refused 3 'a code of something else, and one part' "$EVX" receipt import back.evx page.png --yes
for kind in 'JPEG \377\330\377\340....' 'PDF %%PDF-1.7' 'TIFF II*\0....' 'TIFF MM\0*....' 'GIF GIF89a' 'WebP RIFF....WEBP' 'HEIC ....ftypheic' 'HEIC ....ftypmif1' 'AVIF ....ftypavif'; do
	printf "${kind#* }" >picture
	refused 3 "a picture of the kind ${kind%% *}" "$EVX" receipt import back.evx picture --yes
	err_has "a file of the kind ${kind%% *}\..* Store the page as a PNG picture" 'is told what to do'
done
mkfifo pipe && cat r.txt >pipe &
code 0 'a receipt that comes through a pipe' "$EVX" receipt import back.evx pipe --yes
wait $!
ok 'is read whole' cmp back.evx a.evx
cp sealed.evx back.evx
sed 's/^\(.*"time":"20\)2/\13/' r.txt >forged.txt
code 1 'no page of a forged receipt' "$EVX" label --receipt forged.txt -o none.pdf
code 3 'nor of what is none' "$EVX" label --receipt phone/one.txt -o none.pdf
code 3 'nor of one that is not there' "$EVX" label --receipt nowhere.txt -o none.pdf
gone none.pdf 'no file was made'
head -c 20000 /dev/urandom >photo.jpg
code 0 'a note with a photo' at lab "$EVX" note a.evx 'a photo' --attach photo.jpg
code 0 'its receipt' "$EVX" receipt export a.evx large.txt --event 4
code 3 'is too large for a page' "$EVX" label --receipt large.txt -o none.pdf
err_has 'Keep the receipt as a text file' 'and the message says what to do'
code 0 'a draft' "$EVX" note a.evx text --draft d.txt --also "$T/lab.card" --as smith
code 1 'is no receipt yet' "$EVX" label --receipt d.txt -o none.pdf

# The program that draws.
mkdir alone && cp "$EVX" alone/evx
code 3 'evx without evx-paper' alone/evx report a.evx -o alone.pdf $cards
err_has 'evx-paper is not beside evx' 'says what is missing'
gone alone.pdf 'and makes no file'
paper=$(dirname "$EVX")/evx-paper
code 2 'evx-paper without a command' "$paper"
code 2 'with another command' "$paper" print
code 3 'what is no page' "$paper" draw
printf '<html><body><p>one</p>' >open.html
rc=0
"$paper" draw <open.html >open.pdf 2>"$T/err" || rc=$?
is "$rc" 3 'a page that ends too early'
printf '<!DOCTYPE html>\n<html lang="en">\n<body>\n<p>first line<br>second &amp; last line</p>\n</body>\n</html>\n' >good.html
rc=0
"$paper" draw <good.html >good.pdf 2>"$T/err" || rc=$?
is "$rc" 0 'a page that is whole'
pdftotext good.pdf words
has 'first line second & last line' 'is drawn'
mkdir nofonts && printf '<?xml version="1.0"?><fontconfig></fontconfig>' >nofonts/fonts.conf
code 3 'a machine without fonts' env FONTCONFIG_FILE="$W/nofonts/fonts.conf" "$EVX" report a.evx -o fonts.pdf $cards
err_has 'No fonts are installed' 'is told so'
gone fonts.pdf 'no PDF without letters'
done_testing
