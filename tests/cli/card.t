#!/bin/sh
# A card for comparing by telephone: words that follow from the fingerprint as the spec says, and a QR code.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
command -v script >/dev/null || { echo '1..0 # SKIP script(1) is not installed'; exit 0; }
people || exit 1
# The words of a fingerprint by the tables of the spec alone.
cat >"$T/words.py" <<'PY'
import base64, re, sys
tables, rows = [], {}
for line in open(sys.argv[1]):
    m = re.match(r'\| `([0-9a-f]{2})` \|(.*)\|$', line)
    if m:
        if m.group(1) == '00':
            tables.append({})
        for i, word in enumerate(m.group(2).split('|')):
            tables[-1][int(m.group(1), 16) + i] = word.strip()
assert len(tables) == 2 and all(len(t) == 256 for t in tables)
assert len(set(tables[0].values()) | set(tables[1].values())) == 512
digest = base64.b64decode(sys.argv[2].split(':')[1] + '=')
print(' '.join(tables[i % 2][b] for i, b in enumerate(digest[:16])))
PY
for who in officer lab room stranger; do
	code 0 "$who's card" "$EVX" card show "$T/$who.card" --json
	print=$(jq -r .card.fingerprint "$T/out")
	is "$(jq -r '.words | join(" ")' "$T/out")" "$(python3 "$T/words.py" "$TOP/format-spec/cards.md" "$print")" 'has the words that the spec says'
done
code 0 "one's own card" "$EVX" card show "$T/officer.card"
out_has '^person  *officer of officer' 'shows the name'
out_has '^trusted here  *yes' 'and that it is trusted here'
words=$("$EVX" card show "$T/officer.card" --json | jq -r '.words[:4] | join(" ")')
is "$(sed -n '/Read these words/,$p' "$T/out" | sed -n 3p | tr -s ' ' | sed 's/^ //; s/ $//')" "$words" 'four words in a row'
ok 'no QR code goes into a file' not grep -q "$(printf '\342\226\210')" "$T/out"
code 0 "somebody's card" "$EVX" card show "$T/lab.card"
out_has '^trusted here  *no' 'is not trusted'
out_has 'evx trust add' 'and it says what comes next'
code 0 'on a machine without a home' at nowhere "$EVX" card show "$T/lab.card"
ok 'no home is made' not test -e "$T/nowhere"
code 0 'with --qr' "$EVX" card show "$T/lab.card" --qr
is "$(grep -c "$(printf '\342\226')" "$T/out")" 17 'the QR code has 33 modules in 17 lines, and a margin'
typed '' "'$EVX' card show '$T/lab.card'"
ok 'on a terminal it is there by itself, black on white' grep -aq "$(printf '\033\\[30;47m').*$(printf '\342\226')" "$T/tty"
code 3 'no such file' "$EVX" card show nowhere.card
printf 'no card\n' >bad.card
code 3 'no card' "$EVX" card show bad.card
sed 's/Office/0ffice/' "$T/lab.card" >forged.card
code 1 'a forged card' "$EVX" card show forged.card
out_empty 'has no words'
code 2 'no file' "$EVX" card show

# ---- A new identity, and the version
code 0 'a new identity' at new "$EVX" id new ann --person Ann --organisation Lab --country DE --no-passphrase
out_has 'Make a backup now.*evx id backup ann FILE' 'is reminded of a backup'
code 0 'quietly' at new "$EVX" id new ben --person Ben --organisation Lab --country DE --no-passphrase --quiet
out_empty 'it is not'
code 0 'as JSON' at new "$EVX" id new cid --person Cid --organisation Lab --country DE --no-passphrase --json
ok 'there is nothing but JSON' jq -e .card.fingerprint "$T/out"
code 0 '-V' "$EVX" -V
is "$(cat "$T/out")" "$("$EVX" --version)" 'is --version'
done_testing
