#!/bin/sh
# Nothing that people read was forgotten: in a language whose words have no Latin letters, no English word is left in what the
# commands say, and what programs read is English. The language is made here from the texts that can be translated.
. "$(dirname "$0")/lib.sh"

unset LANGUAGE LC_MESSAGES LANG
for tool in xgettext msgfmt python3 script; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
make -s -C "$TOP" pot B="$T/pot" >/dev/null 2>&1
# Each letter becomes another one; conversions, escapes, the letters of yes and the commas of numbers stay.
python3 - "$T/pot/evx.pot" >"$T/other.po" <<'END'
import re, subprocess, sys
keep = re.compile(r"%(?:\d+\$)?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|h|ll|l|j|z|t)?[diouxXeEfgGcsp%]|\\.")
small, large = 'абцдефгхийклмнопярстувшыэз', 'АБЦДЕФГХИЙКЛМНОПЯРСТУВШЫЭЗ'
def other(text):
    out, at = '', 0
    while at < len(text):
        m = keep.match(text, at)
        c = text[at]
        out += m.group(0) if m else small[ord(c) - 97] if 'a' <= c <= 'z' else large[ord(c) - 65] if 'A' <= c <= 'Z' else c
        at = m.end() if m else at + 1
    return out
print('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: fr\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n')
pot = subprocess.run(['msgcat', '--no-wrap', sys.argv[1]], capture_output=True, encoding='utf-8', check=True).stdout
for part in pot.split('\n\n'):
    field = {k: ''.join(re.findall(r'"(.*)"', v)) for k, v in re.findall(r'^(msgctxt|msgid|msgid_plural) ((?:".*"\n?)+)', part, re.M)}
    if not field.get('msgid') or field['msgid'] in ('yY', '[y/N]', ','):
        continue
    for key, text in field.items():
        print(f'{key} "{text}"')
    if 'msgid_plural' in field:
        print(f'msgstr[0] "{other(field["msgid"])}"\nmsgstr[1] "{other(field["msgid_plural"])}"\n')
    else:
        print(f'msgstr "{other(field["msgid"])}"\n')
END
mkdir -p "$T/own/bin" "$T/own/share/locale/fr/LC_MESSAGES"
cp "$EVX" "$T/own/bin/evx" && cp "$(dirname "$EVX")/evx-paper" "$T/own/bin/"
ok 'the language is made' msgfmt -o "$T/own/share/locale/fr/LC_MESSAGES/evx.mo" "$T/other.po"
EVX=$T/own/bin/evx

# left FILE...: the English words in what was said. What comes from the evidence has the letters q and z here; programs, classes of
# errors, hashes, codes and times are no words.
left() {
	python3 - "$T" "$allowed" "$@" <<'END'
import re, sys
text = '\n'.join(open(f, encoding='utf-8', errors='replace').read() for f in sys.argv[3:])
text = re.sub(r'\x1b\[[0-9;?]*[A-Za-z]|\r', ' ', text)
text = re.sub(re.escape(sys.argv[1]) + r'[^\s,;()]*', ' ', text)
text = re.sub(r'\([a-z ]+\)$', ' ', text, flags=re.M)
text = re.sub(r'SHA256:\S+|age1\w+|ssh-ed25519 \S+|\b[0-9a-f-]{8,}\b|\b[0-9A-Z]{4}(-[0-9A-Z]{4})+\b|\b[0-9a-f]{8}(-[0-9a-f]{4})+(-[0-9a-f]{12})?\b|\b[0-9a-f]{32,}\b', ' ', text)
text = re.sub(r'\d{4}-\d\d-\d\dT[0-9:]+Z', ' ', text)
words = re.findall(r"[A-Za-z][A-Za-z'-]+", text)
allowed = set(sys.argv[2].split()) | {'evx', 'UTC', 'code'}
print(' '.join(sorted({w for w in words if w not in allowed and not re.fullmatch(r'[qzQZ-]+', w)})), end='')
END
}
allowed=
# says CODE NAME COMMAND...: in that language.
says() {
	wanted=$1 name=$2
	shift 2
	LC_ALL=fr_FR.UTF-8
	code "$wanted" "$name" "$@"
	LC_ALL=C
	is "$(left "$T/out" "$T/err")" '' 'says all of it in the language of the user'
	ok 'says something in it' sh -c "LC_ALL=C grep -q '[^ -~]' '$T/out' '$T/err'"
}
# and_json COMMAND...: to programs it says the same in all languages.
and_json() {
	run "$@" --json
	cp "$T/out" "$T/want"
	LC_ALL=fr_FR.UTF-8
	run "$@" --json
	LC_ALL=C
	ok 'says the same to programs' cmp "$T/out" "$T/want"
}
# asks NAME PROMPT COMMAND ANSWER...: on a terminal.
asks() {
	name=$1 prompt=$2
	shift 2
	LC_ALL=fr_FR.UTF-8
	typed "$prompt" "$@"
	LC_ALL=C
	is "$(tr -d '\r' <"$T/tty" | sed -n 's/^code=//p')" 0 "$name"
	is "$(left "$T/tty")" '' 'says all of it in the language of the user'
}
yn='\[y/N\]'

# ---- people
says 0 'id new' "$EVX" id new zz --person 'Zz Qq' --organisation ZQ --country ZZ --no-passphrase
"$EVX" id card zz >"$T/zz.card"
at lab "$EVX" id new qq --person 'Qq Zz' --organisation QZ --country QQ --role zqz --no-passphrase --quiet
at lab "$EVX" id card qq >"$T/qq.card"
says 0 'id show' "$EVX" id show zz
and_json "$EVX" id show zz
words=$(LC_ALL=C "$EVX" card show "$T/qq.card" --json | jq -r '.words | join(" ")')
allowed=$words
says 0 'card show' "$EVX" card show "$T/qq.card"
allowed=
at lab "$EVX" trust add "$T/zz.card" --quiet
says 0 'roster new' "$EVX" roster new zz.qz --name zq.qz --root "$T/zz.card"
says 0 'roster sign' "$EVX" roster sign zz.qz --as zz
says 0 'roster show' "$EVX" roster show zz.qz
says 0 'roster verify' "$EVX" roster verify zz.qz
and_json "$EVX" roster verify zz.qz
asks 'roster import' "$yn" "'$EVX' roster import zz.qz" 'y\n'

# ---- bundles
"$EVX" trust add "$T/qq.card" --quiet
mkdir -p zz/qq && printf 'one\n' >zz/q.zz && printf 'two\n' >zz/qq/z.qz && ln zz/q.zz zz/qq/zqz
head -c 6000000 /dev/urandom >zz/zz.qq
asks 'seal' "$yn" "'$EVX' seal zz -o zz.evx --case 26-114 --exhibit 7 --description zqz --to '$T/qq.card' --self --seized-at '2026-11-30 14:05'" 'y\n'
says 0 'seal without questions' "$EVX" seal zz -o z.evx --case 26-114 --exhibit 8 --self --yes
for command in verify show log; do
	says 0 "$command" "$EVX" $command zz.evx
	and_json "$EVX" $command zz.evx
done
says 0 'log --graph' "$EVX" log zz.evx --graph
says 0 'extract' "$EVX" extract zz.evx -C zzz
says 0 'extract again' "$EVX" extract zz.evx -C zzz --purpose zqz
says 0 'recipient list' "$EVX" recipient list zz.evx --as zz
and_json "$EVX" recipient list zz.evx --as zz
says 0 'note' "$EVX" note zz.evx zqz
says 0 'examine' "$EVX" examine zz.evx --result-text zqz
cp zz.evx qq.evx
asks 'release' "$yn" "'$EVX' release zz.evx --to '$T/qq.card' --keeps nothing --purpose zqz" 'y\n'
asks 'accept' "$yn" "EVX_HOME=$T/lab '$EVX' accept zz.evx --inventoried --receipt zz.qzq" 'y\n'
says 0 'compare: later' "$EVX" compare zz.evx qq.evx --as zz
and_json "$EVX" compare zz.evx qq.evx
says 5 'compare: different' "$EVX" compare zz.evx z.evx
says 0 'compare: a receipt' "$EVX" compare zz.evx zz.qzq
says 0 'receipt export' "$EVX" receipt export zz.evx qz.qzq
asks 'disclose' "$yn" "EVX_HOME=$T/lab '$EVX' disclose zz.evx 'zz/q.zz' --range zz/zz.qq:0+100 -o zq.evx --to '$T/zz.card' --purpose zqz" 'y\n'
says 0 'draft' at lab "$EVX" note zz.evx zqz --draft qz.zzz --also "$T/zz.card"
asks 'sign' "$yn" "'$EVX' sign qz.zzz" 'y\n'
says 0 'cover' at lab "$EVX" cover zz.evx -o zz.zq --order 7 --place zqz
says 0 'cover --check' "$EVX" cover --check zz.zq zz.evx
says 0 'label' "$EVX" label zz.evx -o zz.pdf
says 0 'challenge --prepare' "$EVX" challenge zz.evx --prepare 3 --self -o zzq
says 0 'challenge --next' "$EVX" challenge zzq --next -o zzqq
says 0 'answer' "$EVX" answer zzqq zz.evx -o zzqqq
says 0 'challenge --check' "$EVX" challenge zzq --check zzqqq
says 0 'challenge' "$EVX" challenge zzq
and_json "$EVX" challenge zzq
says 0 'timestamp' "$EVX" timestamp zz.evx --tsa-request zz.zqz
says 3 'none' "$EVX" verify zqzq.evx

# ---- a vault
allowed='content members of vault check inventory list log'
export EVX_VAULT=$W/zv
says 0 'init' "$EVX" init
says 0 'seal into it' "$EVX" seal zz --case 26-114 --exhibit 9 --yes
asks 'seal twice' "$yn" "'$EVX' seal zz --case 26-114 --exhibit 9" 'y\n' 'y\n'
says 0 'import' "$EVX" import z.evx --case 26-114
says 0 'import again' "$EVX" import z.evx
says 0 'exhibits' "$EVX" exhibits
and_json "$EVX" exhibits
says 0 'find' "$EVX" find zz --file '*.zz'
and_json "$EVX" find 26-114
says 0 'status' "$EVX" status
and_json "$EVX" status
says 0 'check' "$EVX" check --deep --verbose
says 0 'check again' "$EVX" check --since 1d --verbose
says 0 'stats' "$EVX" stats
says 0 'member add' "$EVX" member add "$T/qq.card" --custody-only
says 0 'member list' "$EVX" member list
says 0 'member remove' "$EVX" member remove 'Qq Zz'
says 0 'inventory' "$EVX" inventory
says 0 'inventory again' "$EVX" inventory --case 26-114
says 0 'rebuild' "$EVX" rebuild
says 0 'vault list' "$EVX" vault list
says 0 'export' "$EVX" export 26-114/8 -o zqz.evx

# ---- remotes
mkdir zzr && "$EVX" remote add zr "dir:$W/zzr" --quiet
allowed='dir zr check content members of vault inventory list log'
says 0 'remote show' "$EVX" remote show zr
says 0 'remote test' "$EVX" remote test zr
and_json "$EVX" remote show zr
at lab "$EVX" remote add zr "dir:$W/zzr" --quiet
asks 'send' "$yn" "'$EVX' send 26-114/8 --to '$T/qq.card' --via zr --purpose zqz" 'y\n' 'y\n'
says 0 'receipts: open' "$EVX" receipts
says 0 'status: open' "$EVX" status
says 0 'inbox' at lab "$EVX" inbox
and_json at lab "$EVX" inbox
unset EVX_VAULT
says 0 'receive' at lab "$EVX" receive -o zzzz --accept not-inventoried --yes
export EVX_VAULT=$W/zv
says 0 'receipts' "$EVX" receipts
says 0 'mirror' "$EVX" mirror --via zr
says 0 'mirror again' "$EVX" mirror --via zr
says 0 'check --via' "$EVX" check --via zr
says 0 'remote remove' "$EVX" remote remove zr

# ---- what is signed and stored is English
ok 'the details have no word of it' sh -c "LC_ALL=C '$EVX' log zz.evx --as zz --json | LC_ALL=C grep -qv '[^ -~]'"
for file in zz.qz zz.qzq qz.qzq qz.zzz; do
	ok "nor has $file" sh -c "! LC_ALL=C grep -q '[^ -~]' $file"
done
ok 'nor have the files of the vault' sh -c "! LC_ALL=C grep -rl --include='*.json' --include='*.list' '[^ -~]' zv"

# ---- help
LC_ALL=fr_FR.UTF-8 "$EVX" help --all >"$T/all"
grep -o '^  [a-z-]*' "$T/all" | sort -u >"$T/commands"
ok 'all commands are listed' sh -c "[ \$(wc -l <'$T/commands') -gt 55 ]"
# What a command or option does: behind its name and argument.
described() {
	python3 - "$@" <<'END'
import re, sys
for line in open(sys.argv[1], encoding='utf-8'):
    m = re.match(r'  (?:-\w, )?--[\w-]+(?: \S+)?(?:  +(.*))?$', line) or re.match(r' {31}(\S.*)$', line) or re.match(r'  [a-z-]+  +(.*)$', line)
    if m: print(m.group(1) or '')
END
}
described "$T/all" >"$T/text"
allowed='RFC'
is "$(left "$T/text")" '' 'the overview has no word of English'
: >"$T/text"
while read -r command; do
	LC_ALL=fr_FR.UTF-8 "$EVX" help "$command" >"$T/one" 2>"$T/err"
	described "$T/one" >>"$T/text"
	grep "^  evx $command [a-z]" "$T/one" | cut -d ' ' -f 5 | while read -r below; do
		LC_ALL=fr_FR.UTF-8 "$EVX" help "$command" "$below" >"$T/two" 2>"$T/err"
		described "$T/two" >>"$T/text"
	done
done <"$T/commands"
ok 'options are described' sh -c "[ \$(wc -l <'$T/text') -gt 700 ]"
is "$(left "$T/text")" '' 'and none of them in English'
done_testing
