#!/bin/sh
# The report as a PDF in each language: words, codes on every page, direction, page ends, and commands that can be copied out of it.
. "$(dirname "$0")/lib.sh"

if ! command -v pdftotext >/dev/null; then
	echo '1..0 # SKIP poppler-utils is not installed'
	exit 0
fi
people || exit 1
paper=$(dirname "$EVX")/evx-paper
mkdir phone && printf 'one\n' >phone/one.txt
"$EVX" seal phone -o a.evx --as officer --case 26-114/3 --exhibit '7 b' --to "$T/lab.card" --self --yes --quiet &&
	"$EVX" release a.evx --as officer --to "$T/lab.card" --keeps nothing --purpose examination --yes --quiet &&
	at lab "$EVX" accept a.evx --inventoried --yes --quiet &&
	at lab "$EVX" release a.evx --to "$T/stranger.card" --keeps nothing --purpose storage --yes --quiet || exit 1
cards="--trust $T/officer.card --trust $T/lab.card"
seal_code=$("$EVX" show a.evx --json | jq -r .seal_code)
cp a.evx bad.evx && flip bad.evx 3000

# plain PDF [OPTION...]: its text, without the marks of direction that pdftotext adds.
plain() {
	pdf=$1
	shift
	pdftotext "$@" "$pdf" - | LC_ALL=C sed 's/\xe2\x80[\x8e\x8f\xaa-\xae]//g; s/\xe2\x81[\xa6-\xa9]//g'
}
pages() { pdfinfo "$1" | sed -n 's/^Pages: *//p'; }
has() { if tr -s ' \n' '  ' <words | grep -qF -e "$1"; then pass "$2"; else fail "$2" "not in the text: $1" "$(head -n 60 words)"; fi; }
# foots PDF WORDS: whether the last line of each page has the seal code at one side, and these words with # for the numbers at the other. pdftotext
# parts the letters of small Arabic words, so that their order is not compared.
foots() {
	n=$(pages "$1")
	for p in $(seq "$n"); do
		plain "$1" -layout -f "$p" -l "$p" | grep -v '^[[:space:]]*$' | tail -n 1 | python3 -c "
import sys
code, words, p, n = '$seal_code', '$2', '$p', '$n'
line = ''.join(sys.stdin.read().split())
want = ''.join(words.replace('#', p, 1).replace('#', n, 1).split())
sys.exit(line.count(code) != 1 or sorted(line.replace(code, '')) != sorted(want))" || return 1
	done
}
# edge SIDE PDF: where the title begins (left) or ends (right), in points.
edge() {
	pdftotext -bbox -f 1 -l 1 "$2" - | sed -n 's/.*<word xMin="\([0-9]*\)[^"]*" yMin="\([0-9]*\)[^"]*" xMax="\([0-9]*\).*/\2 \1 \3/p' |
		awk -v side="$1" '$1 < 70 { if (left == "" || $2 < left) left = $2; if ($3 > right) right = $3 } END { print side == "left" ? left : right }'
}
# code_edge 1|2 PDF: where the seal code below its heading begins or ends.
code_edge() {
	pdftotext -bbox -f 1 -l 1 "$2" - | sed -n "s/.*<word xMin=\"\([0-9]*\).* xMax=\"\([0-9]*\).*>[^<]*$seal_code.*/\\$1/p" | head -n 1
}
# Every command of the page in HTML stands in the PDF on a line of its own.
cat >commands.py <<'END'
import html.parser, sys
class P(html.parser.HTMLParser):
    on, lines = False, []
    def handle_starttag(self, t, a): self.on = t == 'pre' and ('class', 'commands') in a
    def handle_endtag(self, t): self.on = False
    def handle_data(self, d):
        if self.on: self.lines += d.splitlines()
p = P()
p.feed(open(sys.argv[1], encoding='utf-8').read())
# On a page whose other lines run from right to left, pdftotext takes the signs that end a line for those that begin it.
turned = sys.argv[2] == 'ar'
def signs(line): return ''.join(sorted(''.join(line.split()))) if turned else ' '.join(line.split())
have = {signs(line) for line in sys.stdin}
lost = [line for line in p.lines if signs(line) not in have]
assert len(p.lines) > 15 and not lost, (len(p.lines), lost)
END

report() { "$EVX" report "$@"; }
for lang in en fr es ar; do
	case $lang in
	en) good='GOOD Nothing was changed since it was sealed' bad=BAD case='7 b of case 26-114/3' foot='Page # of #' ;;
	fr) good='BON Rien' bad=MAUVAIS case="7 b de l'affaire 26-114/3" foot='Page # sur #' ;;
	es) good='BUENO Nada' bad=MALO case='7 b del caso 26-114/3' foot='Página # de #' ;;
	ar) good='سليم' bad='غير سليم' case='26-114/3' foot='صفحة # من #' ;;
	esac
	code 0 "a PDF: $lang" report a.evx -o $lang.pdf --as officer $cards --lang $lang
	code 0 "the page: $lang" report a.evx -o $lang.html --as officer $cards --lang $lang
	plain $lang.pdf -layout >words
	has "$good" "the verdict: $lang"
	has "$case" "the number of the case is not turned round: $lang"
	ok "each page has the seal code and its number: $lang" foots $lang.pdf "$foot"
	is "$(grep -cE 'T[0-9]{2}:[0-9]{2}:[0-9]{2}Z-' words)" 0 "times are not turned round: $lang"
	is "$(grep -cF "$("$EVX" show a.evx --json | jq -r '.events[0].time')" words | sed 's/[1-9].*/some/')" some "but stand as they are signed: $lang"
	ok "every command can be copied: $lang" python3 commands.py $lang.html $lang <words
	case $lang in
	ar) is "$(edge right $lang.pdf) $(code_edge 2 $lang.pdf)" '545 545' "begins at the right, its code too: $lang" ;;
	*) is "$(edge left $lang.pdf) $(code_edge 1 $lang.pdf)" '50 50' "begins at the left, its code too: $lang" ;;
	esac
	code 1 "of a bad one: $lang" report bad.evx -o bad-$lang.pdf $cards --lang $lang
	plain bad-$lang.pdf -layout >words
	has "$bad" "which is said: $lang"
done
ok 'a label stands apart from the words around it' grep -q "$(printf '\342\201\250')26-114/3$(printf '\342\201\251')" ar.html
ok 'a key in a sentence, too' grep -q "$(printf '\342\201\246')SHA256:[A-Za-z0-9+/]*$(printf '\342\201\251')" ar.html
ok 'and only where letters run from right to left' not grep -q "$(printf '\342\201')" en.html fr.html es.html

# Hashes and commands are broken without a sign that is none of theirs.
long() { printf '<html><body><table><tbody><tr><td class="hash">%s</td><td>%s</td></tr></tbody></table><pre>%s</pre></body></html>\n' "$1" "$2" "$1"; }
digits=$(printf '%0400d' 0 | tr 0 f)
long "$digits" 'a b c' | "$paper" draw >long.pdf
plain long.pdf -layout >words
ok 'no hyphen in a hash' not grep -q -- - words
is "$(tr -cd f <words | wc -c)" 800 'and all of its digits'

# Where not all long words fit, only the longest are broken: those beside them stay whole.
key=SHA256:zMxjk5hRHlWuli4sCnJnQj7+cJXmw+qltA7I1DAnYkc
printf '<html><body><table><thead><tr>%s</tr></thead><tbody><tr>%s</tr></tbody></table></body></html>\n' \
	'<th>From</th><th>When</th><th>Integrity</th><th>To</th><th>When</th><th>Inscription</th>' \
	"<td>$key</td><td>2026-12-01T04:03:52Z (here)</td><td>recorded</td><td>$key</td><td>2026-12-02T04:03:52Z (here)</td><td>two</td>" | "$paper" draw >wide.pdf
pdftotext wide.pdf words
for word in 2026-12-01T04:03:52Z 2026-12-02T04:03:52Z Integrity Inscription recorded; do
	ok "a wide table breaks no short word: $word" grep -q -- "$word" words
done
is "$(tr -d ' \n' <words | grep -o "SHA256:" | wc -l)" 2 'and of the keys nothing is lost'

# What belongs together stands on one page, wherever the page ends.
together() { # together MARKUP FIRST LAST
	for n in $(seq 26 44); do
		{
			echo '<html><body>'
			for i in $(seq "$n"); do echo "<p>line $i</p>"; done
			printf '%s\n' "$1" '</body></html>'
		} | "$paper" draw >together.pdf || return 1
		for p in $(seq "$(pages together.pdf)"); do
			pdftotext -f "$p" -l "$p" together.pdf - | grep -E "^($2|$3)\$" | tr '\n' ' '
		done >found
		pdftotext -f 1 -l 1 together.pdf - >first
		[ "$(grep -c -E "^($2|$3)\$" first)" -ne 1 ] && [ "$(cat found)" = "$2 $3 " ] || { echo "$n lines before: $(cat found)"; return 1; }
	done
}
ok 'the marks of a picture' together '<ul class="legend"><li>one</li><li>two</li><li>three</li><li>four</li><li>five</li></ul>' one five
ok 'commands and what they do' together '<p>first</p><pre>a
b
c
last</pre>' first last
printf '<html><body>%s</body></html>\n' "<ul class=\"legend\"><li>one</li></ul><ul><li>two</li></ul>" | "$paper" draw >marks.pdf
is "$(pdftotext marks.pdf - | tr -d '\014' | grep -v '^1' | tr -s '\n' ' ' | sed 's/ *$//')" 'one • two' 'a legend has its own marks, and no others'
printf '<html><head><meta name="page" content="%s"></head><body><p>one</p></body></html>\n' 'Blatt # ' | "$paper" draw >half.pdf
is "$(pdftotext half.pdf - | tr -d '\014' | tr -s '\n' ' ' | sed 's/ *$//')" 'one Blatt 1' 'words for one number only have one'
done_testing
