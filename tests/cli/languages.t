#!/bin/sh
# The languages: the report in each of them, which one is chosen, what stays English, and that nobody else's texts are used.
. "$(dirname "$0")/lib.sh"

unset LANGUAGE LC_MESSAGES LANG
in_lang() { # in_lang LANG COMMAND...: with the locale of a user, whether the system has it or not.
	lang=$1
	shift
	LC_ALL=$lang "$@"
}
people || exit 1
at officer "$EVX" id new smith --person 'آن سميث <b>' --organisation 'Police & Cie' --country FR --no-passphrase --quiet
at officer "$EVX" id card smith >"$T/smith.card"
mkdir phone && printf 'one\n' >phone/one.txt && printf 'two\n' >phone/two.txt
code 0 'an exhibit' "$EVX" seal phone -o a.evx --as smith --case 26-114 --exhibit 7 --to "$T/lab.card" --yes
code 0 'released' "$EVX" release a.evx --as smith --to "$T/lab.card" --keeps nothing --purpose examination --yes
code 0 'accepted, in Arabic' in_lang ar_EG.UTF-8 at lab "$EVX" accept a.evx --inventoried --yes
ok 'what is signed has no word of it' sh -c "tar -xOf a.evx --wildcards '*/custody/0002-*.json' | tr -d '\n' | LC_ALL=C grep -qv '[^ -~]'"
code 0 'released again' at lab "$EVX" release a.evx --to "$T/smith.card" --keeps nothing --purpose return --yes

trusted() { "$EVX" "$@" --trust "$T/smith.card" --trust "$T/lab.card"; }
for lang in en fr es ar; do
	code 0 "a page: $lang" trusted report a.evx --lang $lang -o $lang.html
	run at nobody "$EVX" report a.evx --lang $lang -o untrusted-$lang.html --trust "$T/lab.card"
	cp a.evx bad.evx && flip bad.evx 3000
	code 1 "of a bad bundle: $lang" trusted report bad.evx --lang $lang -o bad-$lang.html
done

# Pages are compared piece by piece: the elements are the same, and of the texts only what is of the evidence.
compare() { # compare ENGLISH OTHER LANG DIR
	python3 - "$@" <<'END'
import html.parser, re, sys
class P(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.texts, self.open, self.attrs = [], [], [], {}
    def handle_starttag(self, t, a):
        if t not in ('bdi', 'span'): self.tags.append((t, [k for k, v in a]))
        if t == 'html': self.attrs = dict(a)
        if t not in ('meta', 'br', 'path', 'rect', 'line', 'circle'): self.open.append((t, dict(a)))
    def handle_endtag(self, t):
        if t not in ('path', 'rect', 'line', 'circle'): self.open.pop()
    def handle_data(self, d):
        if d.strip() and not any(t in ('style', 'pre', 'bdi', 'time', 'text') for t, a in self.open):
            self.texts.append((self.open[-1], d.strip()))
def read(name):
    p = P()
    p.feed(open(name, encoding='utf-8').read())
    p.close()
    assert not p.open, p.open
    return p
english, other = read(sys.argv[1]), read(sys.argv[2])
lang, direction = sys.argv[3:]
assert (other.attrs['lang'], other.attrs['dir']) == (lang, direction), other.attrs
# Order and number of elements; where English shows both UTC and local time, so does the other.
assert other.tags == english.tags, next((a, b) for a, b in zip(english.tags, other.tags) if a != b)
same = {t for e, t in english.texts} & {t for e, t in other.texts}
said = [t for t in same if re.search(r'[A-Za-z]{2}', t) and not re.match(r'(SHA-?256|UUID|[A-Z]-[A-Z-]+$|[0-9A-Z]{4}(-[0-9A-Z]{4}){7}$|[0-9T:Z-]+$|[0-9a-f]{64}$)', t)]
allowed = {'fr': {'Code', 'note'}, 'es': {'No.'}, 'ar': set()}
left = [t for t in said if t not in allowed.get(lang, set())]
assert not left, left
# English that is left is marked as English.
for (tag, attrs), t in other.texts:
    assert tag != 'span' or attrs.get('lang') == 'en' or not re.search('[A-Za-z]', t), t
codes = [(tag, a) for (tag, a), t in other.texts if re.match(r'[0-9A-Z]{4}(-[0-9A-Z]{4}){7}$', t)]
assert codes and all(a.get('dir') == 'ltr' or tag == 'title' or tag == 'td' for tag, a in codes), codes
END
}
for lang in fr es ar; do
	dir=ltr
	[ $lang != ar ] || dir=rtl
	for page in '' untrusted- bad-; do
		ok "no English is left in the page ${page}$lang" compare ${page}en.html ${page}$lang.html $lang $dir
	done
done
ok 'the English page is left to right' grep -q '<html lang="en" dir="ltr">' en.html
for lang in en fr es ar; do
	is "$(grep -c 'class="hash">' $lang.html)" 0 "hashes are left to right: $lang"
	is "$(grep -c '<time' $lang.html)" "$(grep -c '<time dir="ltr"' $lang.html)" "and times: $lang"
	ok "a hostile name is text: $lang" not grep -q 'سميث <b>' $lang.html
	ok "and its direction is its own: $lang" grep -q '<bdi>آن سميث &lt;b&gt;' $lang.html
done
ok 'the verdict in French' grep -q '<strong>BON</strong> Rien' fr.html
ok 'in Spanish' grep -q '<strong>BUENO</strong> Nada' es.html
ok 'in Arabic' grep -q '<strong>سليم</strong>' ar.html
ok 'the bad one, too' grep -q '<strong>MAUVAIS</strong>' bad-fr.html
ok 'a finding in French' grep -q 'Signataire inconnu de l&#39;inscription 0000' untrusted-fr.html

# Every text of the page and of the verdict is translated.
if command -v xgettext >/dev/null; then
	make -s -C "$TOP" pot B="$T/pot" >/dev/null 2>&1
	for lang in fr es ar; do
		msgmerge -q --no-fuzzy-matching -o "$T/$lang.po" "$TOP/po/$lang.po" "$T/pot/evx.pot"
		is "$(msgattrib --untranslated --no-wrap "$T/$lang.po" | perl -00 -ne 'print /^(msgid ".*)/m, "\n" if m{^#:.* cli/(page(?!_checker|_receipt|_draft)|cmd_report|cli_verdict|cli_holders|cli_corrections)}m')" '' "nothing of the page is missing: $lang"
		is "$(msgattrib --only-obsolete --no-wrap "$T/$lang.po" | grep '^#~ msgid "..')" '' "no translation is of a text that is gone: $lang"
	done
else
	skip 'xgettext is not installed'
fi

# Which language: as gettext reads the environment.
says() { # says WORD NAME VARIABLE=VALUE...
	word=$1 name=$2
	shift 2
	run env -u LC_ALL "$@" "$EVX" verify a.evx --trust "$T/smith.card" --trust "$T/lab.card"
	ok "$name" grep -q "^$word  " "$T/out"
}
says BON 'LC_ALL' LC_ALL=fr_FR.UTF-8
says BON 'another country' LANG=fr_CA.utf8
says BUENO 'LC_MESSAGES before LANG' LC_MESSAGES=es_MX.UTF-8 LANG=fr_FR.UTF-8
says سليم 'LANGUAGE before both' LANGUAGE=ar:fr LANG=en_US.UTF-8
says BUENO 'the first that evx has' LANGUAGE=de:es LANG=de_DE.UTF-8
says GOOD 'English where it stands first' LANGUAGE=en:fr LANG=fr_FR.UTF-8
says GOOD 'one that evx has not' LANG=de_DE.UTF-8
says GOOD 'none' LANGUAGE=fr
says GOOD 'LC_ALL=C' LC_ALL=C LANGUAGE=fr LANG=fr_FR.UTF-8
says GOOD 'LC_ALL=C.UTF-8' LC_ALL=C.UTF-8 LANGUAGE=fr
says GOOD 'another encoding' LC_ALL=fr_FR.ISO-8859-1
says BON '--lang is for the whole command' LC_ALL=fr_FR.UTF-8 LANGUAGE=fr
code 0 'the page follows the locale' in_lang es_ES.UTF-8 trusted report a.evx -o locale.html
ok 'too' grep -q '<html lang="es"' locale.html
code 0 'and --lang goes before it' in_lang es_ES.UTF-8 trusted report a.evx --lang en -o before.html
ok 'too' grep -q '<html lang="en"' before.html
out_has '^GOOD' 'and what is printed is in it, too'

# What programs read is the same in all of them.
for command in 'verify a.evx' 'verify bad.evx' 'show a.evx' 'log a.evx' 'verify nowhere.evx' 'seal nowhere' 'frobnicate' 'version'; do
	run "$EVX" $command --json
	cp "$T/out" want
	wanted=$rc
	for lang in fr_FR es_ES ar_EG; do
		code "$wanted" "'$command' ends as in English: $lang" in_lang $lang.UTF-8 "$EVX" $command --json
		ok 'and says the same to programs' cmp "$T/out" want
	done
done
run at nobody "$EVX" report a.evx --lang fr -o json.html --json --trust "$T/lab.card"
ok 'JSON of a page in French is English' jq -e '.findings[] | select(.text | test("^Unknown signer of entry"))' "$T/out"
ok 'and the page is not' grep -q 'Signataire inconnu' json.html

# Errors: the sentence is translated, the class in brackets stays.
code 2 'a mistake' in_lang fr_FR.UTF-8 "$EVX" frobnicate
err_has "evx n'a pas de commande" 'is told in French'
err_has '(wrong use)' 'with the class that can be looked for'
code 0 'help' in_lang es_ES.UTF-8 "$EVX" help verify
out_has '^uso: evx verify' 'begins in Spanish'

# Columns are those of letters: a vowel mark of Arabic takes none.
run in_lang ar_EG.UTF-8 "$EVX" show a.evx
ok 'a label with a mark' grep -q '^لم يُفحص' "$T/out"
ok 'texts stand below each other in Arabic' python3 -c "
import sys, unicodedata
for line in open(sys.argv[1], encoding='utf-8').read().split('\n')[1:]:
    line = ''.join(c for c in line if not unicodedata.combining(c))
    assert line == '' or (line[11] == ' ' and line[12] != ' '), line
" "$T/out"

# Questions.
typed '\[o/N\]' "LC_ALL=fr_FR.UTF-8 EVX_HOME=$T/officer '$EVX' accept a.evx --as smith --not-inventoried --no-receipt" 'o\n'
is "$(tr -d '\r' <"$T/tty" | sed -n 's/^code=//p')" 0 'o is yes in French'
ok 'the question is in French' grep -q 'Vous devenez le détenteur' "$T/tty"
cp a.evx b.evx
typed '\[s/N\]' "LC_ALL=es_ES.UTF-8 EVX_HOME=$T/officer '$EVX' release b.evx --as smith --to '$T/lab.card' --keeps nothing --purpose p" 'o\n'
is "$(tr -d '\r' <"$T/tty" | sed -n 's/^code=//p')" 130 'but not in Spanish'

# Drafts are in English, as the laws are.
code 0 'a draft in a French locale' in_lang fr_FR.UTF-8 trusted report a.evx --form nist-coc -o coc.txt
ok 'is in English' grep -q '^EVIDENCE CHAIN-OF-CUSTODY FORM' coc.txt
ok 'all of it' not grep -qE 'scellé|pièce|inscription' coc.txt
code 2 'a draft in French' trusted report a.evx --form nist-coc --lang fr -o x.txt
code 2 'a language that evx has not' trusted report a.evx --lang de -o x.html
err_has 'Use --lang en, fr, es or ar' 'names those it has'
code 2 'no way to a directory' trusted report a.evx --lang ../fr -o x.html

# Texts of anybody else are not used. The program alone has none.
mkdir -p alone/bin evil/fr/LC_MESSAGES && cp "$EVX" alone/bin/evx
printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: fr\\n"\nmsgid "GOOD"\nmsgstr "FORGED"\n' | msgfmt -o evil/fr/LC_MESSAGES/evx.mo -
EVX_OWN=$EVX EVX=$W/alone/bin/evx
code 3 'no texts are installed' trusted report a.evx --lang fr -o x.html
err_has 'are not installed beside evx' 'which is said'
gone x.html 'and nothing is written'
says GOOD 'nor are they taken from where LANGUAGE leads' LC_ALL=fr_FR.UTF-8 LANGUAGE=../../../evil/fr
says GOOD 'nor from the working directory' LC_ALL=fr_FR.UTF-8 TEXTDOMAINDIR=$W/evil LOCPATH=$W/evil NLSPATH=$W/evil/%L
mkdir -p alone/share && cp -R evil alone/share/locale
says FORGED 'texts beside the program are its own' LC_ALL=fr_FR.UTF-8
chmod o+w alone/share/locale/fr
says GOOD 'unless others can write there' LC_ALL=fr_FR.UTF-8
code 3 'then the language cannot be had' trusted report a.evx --lang fr -o x.html
chmod o-w alone/share/locale/fr && chmod o+w alone/share/locale/fr/LC_MESSAGES/evx.mo
says GOOD 'or in the file' LC_ALL=fr_FR.UTF-8
chmod o-w alone/share/locale/fr/LC_MESSAGES/evx.mo && mv alone/share/locale/fr/LC_MESSAGES/evx.mo evx.mo && ln -s "$W/evx.mo" alone/share/locale/fr/LC_MESSAGES/evx.mo
says GOOD 'or the file is a link' LC_ALL=fr_FR.UTF-8
rm alone/share/locale/fr/LC_MESSAGES/evx.mo && mv evx.mo alone/share/locale/fr/LC_MESSAGES/
if [ "$(id -u)" -eq 0 ]; then
	chown nobody alone/share/locale/fr/LC_MESSAGES
	says GOOD 'or somebody else owns a directory' LC_ALL=fr_FR.UTF-8
	chown 0 alone/share/locale/fr/LC_MESSAGES
else
	skip 'not root'
fi
printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: es\\n"\n' | msgfmt -o alone/share/locale/fr/LC_MESSAGES/evx.mo -
code 3 'texts of another language are not taken for it' trusted report a.evx --lang fr -o x.html
head -c 40 "$W/evil/fr/LC_MESSAGES/evx.mo" >alone/share/locale/fr/LC_MESSAGES/evx.mo
says GOOD 'nor is a file that is cut' LC_ALL=fr_FR.UTF-8
EVX=$EVX_OWN
done_testing
