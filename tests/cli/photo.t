#!/bin/sh
# Receipts on paper, read from pictures as scanners and telephones make them: each is made worse in a way of its own (tests/paper/spoil.c).
. "$(dirname "$0")/lib.sh"

if ! command -v pdftoppm >/dev/null || ! pkg-config --exists cairo 2>/dev/null; then
	echo '1..0 # SKIP poppler-utils or the headers of cairo are not installed'
	exit 0
fi
people || exit 1
${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -o spoil "$TOP/tests/paper/spoil.c" $(pkg-config --cflags --libs cairo) -lm || exit 1
mkdir phone && printf 'one\n' >phone/one.txt
"$EVX" seal phone -o sealed.evx --as officer --case 26-114 --exhibit 7 --to "$T/lab.card" --self --yes --quiet && cp sealed.evx noted.evx || exit 1
# A text that fills six codes.
"$EVX" note noted.evx "$(seq -s ' ' 700 | head -c 2000)" --as officer --quiet && "$EVX" receipt export noted.evx six.txt --quiet || exit 1
code 0 'a receipt on paper' "$EVX" label --receipt six.txt -o six.pdf
ok 'has six codes' sh -c "pdftotext six.pdf - | grep -qE '^6 ?/ ?6$'"
pdftoppm -r 200 -gray -png -singlefile six.pdf six
cp sealed.evx other.evx && "$EVX" note other.evx short --as officer --quiet && "$EVX" receipt export other.evx other.txt --quiet &&
	"$EVX" label --receipt other.txt -o other.pdf --quiet && pdftoppm -r 200 -gray -png -singlefile other.pdf other &&
	"$EVX" label sealed.evx sealed.evx -o labels.pdf --quiet && pdftoppm -r 200 -gray -png -singlefile labels.pdf labels || exit 1
import() {
	cp sealed.evx back.evx
	"$EVX" receipt import back.evx photo.png --yes
}
good() { # good HOW SPOIL...
	how=$1
	shift
	ok "$how: the picture" ./spoil six.png photo.png "$@"
	code 0 "$how: it is read" import
	ok "$how: every byte of the receipt" cmp back.evx noted.evx
}
bad() { # bad HOW MESSAGE SPOIL...
	how=$1 message=$2
	shift 2
	ok "$how: the picture" ./spoil six.png photo.png "$@"
	code 3 "$how: it is not read" import
	err_has "$message" "$how: what is missing"
	err_has 'Nothing was written' "$how: what that means"
	ok "$how: nothing was written" cmp back.evx sealed.evx
}

good 'as it came from the scanner'
is "$("$(dirname "$EVX")/evx-paper" read <six.png | cmp - six.txt && echo same)" same 'six codes are the receipt'
good 'a little crooked' rotate 3
good 'crooked' rotate -11
good 'lying on its side' rotate 90
good 'upside down' rotate 180
good 'from one side' tilt 0.12
good 'not sharp' blur 1.1
good 'grey paper in the light of one lamp' fade 60 190 0.4
good 'much noise' noise 70
good 'stored with little room' jpeg 14
good 'far away' within 2.2 0.8 0.3
good 'with 110 dots per inch' size 0.55
good 'a telephone in the evening' tilt 0.07 rotate 4 blur 0.6 fade 50 200 0.3 within 1.3 0.5 0.4 noise 25 jpeg 9
good 'with codes of something else beside it' beside labels.png

bad 'two receipts' 'parts of more than one receipt' beside other.png
bad 'one code under a thumb' "^evx: photo.png: QR code 2 of the receipt's 6 could not be read. The number stands below each code" spot 0.36 0.3 0.28 0.12
bad 'the upper half of the page' "QR codes 4, 5 and 6 of the receipt's 6 could not be read" cut 0 0 1 0.52
bad 'the lower half' "QR codes 1, 2 and 3 of the receipt's 6 could not be read" cut 0 0.4 1 0.6
bad 'too far from sharp' 'could not be read\|No QR code of a receipt' blur 7
bad 'a few dots' 'No QR code of a receipt was found' size 0.03
err_has 'Scan the whole page again, sharp and straight, with 300 dots per inch' 'says how to do better'
done_testing
