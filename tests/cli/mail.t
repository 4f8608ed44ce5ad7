#!/bin/sh
# Cards, receipts, drafts, backups and rosters as mail leaves them: what cannot change a signed byte is undone, the rest is told.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one
sealed a.evx phone --self || exit 1
cat >"$T/mailed.py" <<'PY'
import re, sys
how, text = sys.argv[1], sys.stdin.buffer.read()
def rewrap(width):
    def one(m):
        body = m.group(2).replace(b'\n', b'')
        return m.group(1) + b''.join(body[i:i + width] + b'\n' for i in range(0, len(body), width)) + m.group(3)
    return re.sub(rb'(-----BEGIN (?!EVX RECORD)[^\n]*-----\n)(.*?)(-----END)', one, text, flags=re.S)
lines = text.split(b'\n')[:-1]
out = {
    'as-it-was': lambda: text,
    'crlf': lambda: text.replace(b'\n', b'\r\n'),
    'crcrlf': lambda: text.replace(b'\n', b'\r\r\n'),
    'bom': lambda: b'\xef\xbb\xbf' + text,
    'bom-crlf': lambda: b'\xef\xbb\xbf' + text.replace(b'\n', b'\r\n'),
    'blanks': lambda: text.replace(b'\n', b' \t \n'),
    'no-last-lf': lambda: text[:-1],
    'more-lf': lambda: b'\n\n' + text + b'\n\n',
    'double-spaced': lambda: text.replace(b'\n', b'\n\n'),
    'quoted': lambda: b''.join(b'> ' + l + b'\n' for l in lines),
    'quoted-bare': lambda: b''.join(b'>' + l + b'\r\n' for l in lines),
    'quoted-twice': lambda: b''.join(b'>> ' + l + b'\n' for l in lines),
    'quoted-apart': lambda: b''.join(b'> > ' + l + b'\n' for l in lines),
    'indented': lambda: b''.join(b'    ' + l + b'\n' for l in lines),
    'dashes': lambda: text.replace(b'\n-----', b'\n- -----'),
    'base64-76': lambda: rewrap(76),
    'base64-40': lambda: rewrap(40),
    'base64-one-line': lambda: rewrap(10 ** 9),
    'all': lambda: b'\xef\xbb\xbf' + b''.join(b'> ' + l + b' \r\n' for l in rewrap(30).split(b'\n'))[:-3],
    # What cannot be undone
    'broken-line': lambda: lines[0][:70] + b'\n' + lines[0][70:] + b'\n' + b'\n'.join(lines[1:]) + b'\n',
    'quoted-printable': lambda: lines[0][:70] + b'=\n' + lines[0][70:] + b'\n' + b'\n'.join(lines[1:]).replace(b'=', b'=3D') + b'\n',
    'utf-16': lambda: text.decode().encode('utf-16'),
    'curly': lambda: text.replace(b'"', '\u201c'.encode()),
    'html': lambda: b'<html><body><pre>' + text.replace(b'"', b'&quot;') + b'</pre></body></html>\n',
    'text-before': lambda: b'Hello,\n\nhere is the file.\n\n' + text,
    'half-quoted': lambda: b'> ' + b'\n'.join(lines) + b'\n',
    'other-value': lambda: text.replace(b'Office', b'0ffice'),
}[how]()
sys.stdout.buffer.write(out)
PY
mailed() { python3 "$T/mailed.py" "$1" <"$2"; }
undone='as-it-was crlf crcrlf bom bom-crlf blanks no-last-lf more-lf double-spaced quoted quoted-bare quoted-twice quoted-apart indented dashes base64-76 base64-40 base64-one-line all'
damaged='broken-line quoted-printable utf-16 curly html text-before'

# ---- Cards
for how in $undone; do
	mailed $how "$T/lab.card" >lab.mailed
	code 0 "a card, $how" at "trust-$how" "$EVX" trust add lab.mailed
	ok 'is kept as it was signed' cmp "$(find "$T/trust-$how" -type f)" "$T/lab.card"
done
for how in $damaged; do
	mailed $how "$T/lab.card" >lab.mailed
	run at "trust-$how" "$EVX" trust add lab.mailed
	ok "a card, $how: is refused" test "$rc" -ne 0
	case $how in
	broken-line) err_has 'broke the long first line of this text into several. Ask for it as an attachment' 'the message says so' ;;
	quoted-printable) err_has 'quoted-printable.*Ask for it as an attachment' 'the message says so' ;;
	utf-16) err_has 'UTF-16 text. Save it as UTF-8' 'the message says so' ;;
	curly) err_has 'changed the quotation marks' 'the message says so' ;;
	html) err_has 'a mail in HTML' 'the message says so' ;;
	text-before) err_has 'Other text stands before the document. Save only the part' 'the message says so' ;;
	esac
done
mailed half-quoted "$T/lab.card" >lab.mailed
code 3 'a mark before the first line alone is not undone' at half "$EVX" trust add lab.mailed
mailed other-value "$T/lab.card" >lab.mailed
code 1 'a changed name is forged, as ever' at forged "$EVX" trust add lab.mailed
mailed crlf lab.mailed >lab.mailed2
code 1 'with other line ends, too' at forged "$EVX" trust add lab.mailed2
mailed all "$T/lab.card" >lab.mailed && mailed all "$T/officer.card" >officer.mailed
code 0 'a reader' "$EVX" seal phone -o b.evx --case C --exhibit E --to lab.mailed --yes
code 0 'who can open' at lab "$EVX" list b.evx
code 0 'a trusted signer' at stranger "$EVX" verify b.evx --trust officer.mailed
code 0 'a receiver' "$EVX" release b.evx --to lab.mailed --keeps nothing --purpose p
code 0 'a witness' "$EVX" note b.evx seen --witness lab.mailed
code 0 'a vault with an escrow card' "$EVX" init v --escrow lab.mailed
mailed crlf "$T/room.card" >room.mailed
code 0 'a member' "$EVX" member add room.mailed --vault v
code 0 'seals there' "$EVX" seal phone --vault v --case C-1 --exhibit 1 --yes
code 0 'that the escrow card opens' at lab "$EVX" list "$(echo v/exhibits/*)" --founder officer.mailed
code 0 'and the member' at room "$EVX" list "$(echo v/exhibits/*)" --founder officer.mailed
code 0 'and the vault is good' "$EVX" check --vault v

# ---- Receipts
cp a.evx before.evx
"$EVX" note a.evx 'a note with an attachment' --attach phone/one --receipt r.txt --quiet >"$T/out" || exit 1
for how in $undone; do
	mailed $how r.txt >r.mailed
	code 0 "a receipt, $how" "$EVX" verify a.evx --with r.mailed
	cp before.evx merged.evx
	code 0 'goes into the bundle' "$EVX" receipt import merged.evx r.mailed
	ok 'as it was signed' cmp merged.evx a.evx
done
for how in $damaged; do
	mailed $how r.txt >r.mailed
	cp before.evx merged.evx
	run "$EVX" receipt import merged.evx r.mailed
	ok "a receipt, $how: is refused" test "$rc" -ne 0
	err_has 'attachment\|Save only' 'the message says what to do'
	ok 'and the bundle is as it was' cmp merged.evx before.evx
done
mailed quoted r.txt >r.mailed
code 0 'compared with a bundle' "$EVX" compare a.evx r.mailed

# ---- Drafts, backups, rosters
"$EVX" note a.evx together --draft d.txt --also "$T/lab.card" --quiet >"$T/out" || exit 1
mailed all d.txt >d.mailed
code 0 'a draft is signed' at lab "$EVX" sign d.mailed
code 0 'and complete' "$EVX" append a.evx d.mailed
printf 'five random words are good\n' >pass && chmod 600 pass
"$EVX" id backup officer o.backup --passphrase-file pass --quiet >"$T/out" 2>&1 || exit 1
for how in crlf bom-crlf no-last-lf quoted all; do
	mailed $how o.backup >o.mailed
	code 0 "a backup, $how" at "backup-$how" "$EVX" id import o.mailed --name officer --passphrase-file pass
done
done_testing
