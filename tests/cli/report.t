#!/bin/sh
# The page for a court: it says what verify says, holds hostile text harmless, and its commands run as printed.
. "$(dirname "$0")/lib.sh"

people || exit 1
at officer "$EVX" id new smith --person '<script>alert(1)</script> & "Sons"' --organisation "O'Hara" --country GB --no-passphrase --quiet
at officer "$EVX" id card smith >"$T/smith.card"
mkdir phone && printf 'one\n' >phone/one.txt
bundle="it's a.evx"
code 0 'an exhibit' "$EVX" seal phone -o "$bundle" --as smith --case '<b>26-114</b>' --exhibit 7 --to "$T/lab.card" --yes
code 0 'released' "$EVX" release "$bundle" --as smith --to "$T/lab.card" --keeps nothing --purpose examination --yes
code 0 'accepted' at lab "$EVX" accept "$bundle" --inventoried --yes
seal_code=$("$EVX" show "$bundle" --json | jq -r .seal_code)
trusted() { at lab "$EVX" "$@" --trust "$T/smith.card" --trust "$T/lab.card" --as lab; }

code 0 'a page' trusted report "$bundle" -o a.html --code "$seal_code"
out_has '^GOOD  ' 'says the verdict'
is "$(ls a.*)" a.html 'leaves one file'
text() { python3 -c 'import sys, html.parser
class P(html.parser.HTMLParser):
    open, skip = [], False
    def handle_starttag(self, t, a):
        if t not in ("meta", "br", "path", "rect", "line", "circle"): self.open.append(t)
        assert t != "script" and t != "b" and not any(k.startswith("on") for k, v in a), t
    def handle_endtag(self, t):
        if t in ("path", "rect", "line", "circle"): return
        assert self.open.pop() == t, t
    def handle_data(self, d):
        if self.open and self.open[-1] != "style": print(d, end="")
p = P(); p.feed(open(sys.argv[1], encoding="utf-8").read()); p.close()
assert not p.open, p.open' "$1"; }
code 0 'every element is closed, and none comes from the evidence' text a.html
cp "$T/out" words
has() { if grep -qF -e "$1" words; then pass "$2"; else fail "$2" "not in the page: $1"; fi; }
has 'GOOD Nothing was changed since it was sealed' 'the verdict'
has "$seal_code" 'the seal code'
has 'The seal code that was given for this report is the one of this exhibit.' 'the papers'
has "<script>alert(1)</script> & \"Sons\", O'Hara (GB)" 'a hostile name is text'
has '7 of case <b>26-114</b>' 'and a hostile label'
has 'signed the acceptance: inventoried' 'both sides of a hand-over'
has 'The sealer signed that the whole source was read' 'completeness'
ok 'no address is fetched' not grep -qE '(src|href)=|url\(|@import' a.html
is "$(grep -c 'Content-Security-Policy' a.html)" 1 'and the page forbids it'
ok 'the picture has a bar for each holder' test "$(grep -c '<rect class="held"' a.html)" -eq 2
is "$(grep -c '<rect class="pending"' a.html)" 1 'and one between release and acceptance'

# The commands of the annex, as printed, in an empty directory.
python3 - a.html >commands.sh <<'END'
import html.parser, sys
class P(html.parser.HTMLParser):
    on = False
    def handle_starttag(self, t, a): self.on = t == 'pre' and ('class', 'commands') in a
    def handle_endtag(self, t): self.on = False
    def handle_data(self, d):
        if self.on: print(d, end='')
P().feed(open(sys.argv[1], encoding='utf-8').read())
END
annex() { # annex BUNDLE
	rm -rf annex && mkdir annex && cp "$1" annex/ && (cd annex && sh -e ../commands.sh)
}
code 0 'the commands of the annex run' annex "$bundle"
is "$(grep -c ': OK$' "$T/out")" 5 'the seal, the manifest and each entry are OK'
out_has 'Good "evx-event/1" signature' 'the signature is good'
out_has "^$("$EVX" show "$bundle" --json | jq -r '.events[0].signer // .signer // empty' | head -n 1)" 'the fingerprint is printed'
mkdir bad && cp "$bundle" bad/ && flip "bad/$bundle" $(($(stat -c %s "$bundle") / 3))
ok 'they fail on a bundle that was changed' not annex "bad/$bundle"

for other in bad cut; do
	case $other in bad) f=bad/$bundle ;; *) f=cut.evx && head -c 20000 "$bundle" >cut.evx ;; esac
	run trusted verify "$f" --quiet
	wanted=$rc word=$(cut -d ' ' -f 1 "$T/out")
	code "$wanted" "a page of a $other bundle has the exit code of verify" trusted report "$f" -o $other.html
	text $other.html >words
	ok "its first word is $word" grep -q "^$word" words
	ok 'it is not good' not grep -q '^GOOD' words
	[ $other = bad ] || ok 'of a record that was not read it claims no check' not grep -qE 'the signatures of the seal and of every|every byte of the bundle' words
done
code 5 'without a card' "$EVX" report "$bundle" -o untrusted.html
text untrusted.html >words
has 'Compare it yourself.' 'no code was given'
code 0 'another exhibit' "$EVX" seal phone -o other.evx --as smith --case C --exhibit 8 --self --yes
code 1 'the code of another exhibit' trusted report "$bundle" -o wrong.html --code "$("$EVX" show other.evx --json | jq -r .seal_code)"
text wrong.html >words
has 'WRONG EXHIBIT' 'is said first'
has 'belongs to another exhibit' 'and in the second answer'

code 0 'a part of an exhibit' at lab "$EVX" disclose "$bundle" phone/one.txt --to "$T/smith.card" -o part.evx --yes
run at officer "$EVX" report part.evx -o part.html --as smith --deep --trust "$T/smith.card" --trust "$T/lab.card"
text part.html >words
has 'It shows 1 of 2 entries of the exhibit with the seal code' 'is called a part'
has 'All that is shown was proved to be part of what was sealed.' 'and proved'

has 'Entries of the exhibit that this is a part of' 'with the record of that exhibit'

cp "$bundle" copy.evx
code 0 'a note in one copy' at lab "$EVX" note copy.evx 'only here'
code 0 'its receipt' "$EVX" receipt export copy.evx note.txt --event 4
code 0 'another note in the other' at lab "$EVX" note "$bundle" 'only there'
run trusted report "$bundle" -o branch.html --with note.txt
text branch.html >words
has 'Entries of other copies' 'an entry of another copy is shown'
has 'note.txt' 'with its receipt'

code 3 'a name that is taken' trusted report "$bundle" -o a.html
code 2 'nowhere to write' trusted report "$bundle"
code 2 'two bundles' trusted report "$bundle" "$bundle" -o b.html
code 3 'no bundle' trusted report nowhere.evx -o b.html
ok 'and no page' test ! -e b.html
code 0 'to standard output' trusted report "$bundle" -o -
is "$(head -n 1 "$T/out")" '<!DOCTYPE html>' 'is the page'
if [ -w /dev/full ]; then
	rc=0
	trusted report "$bundle" -o - >/dev/full 2>"$T/err" || rc=$?
	is "$rc" 3 'a full disk'
fi

# Drafts.
cat >d.json <<'END'
{"device":{"make":"Acme","model":"Phone 3","serial":"S-77"},"seized_by":"Ann\u001b[31m Smith"}
END
code 0 'an exhibit with a device' "$EVX" seal phone -o device.evx --as smith --case 26-114 --exhibit 9 --details d.json --self --yes
code 0 'handed over' "$EVX" release device.evx --as smith --to "$T/lab.card" --keeps nothing --purpose examination --let-open --yes
for form in fre902 bsa63 nist-coc; do
	code 0 "a draft: $form" "$EVX" report device.evx --form $form -o $form.txt --as smith --trust "$T/smith.card"
	is "$(awk 'length > 100' $form.txt)" '' 'has lines that fit on paper'
	ok 'names the device' grep -q 'Serial [nN]umber: S-77' $form.txt
	ok 'begins as a draft' grep -q '^DRAFT, made by evx' $form.txt
	ok 'leaves blanks' grep -q '______' $form.txt
	ok 'holds no control character' not env LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]' $form.txt
done
hash=$(sha256sum device.evx | cut -d ' ' -f 1)
joined() { tr '\n' ' ' <"$1" | tr -s ' '; }
ok 'the certificates have the hash of this copy' sh -c "printf %s '$(joined fre902.txt | tr -d "'")' | grep -q 'SHA-256 of this file: $hash' && grep -q 'SHA-256: $hash' bsa63.txt"
ok 'the form has the hand-over that nobody accepted' grep -q 'NOT ACCEPTED YET' nist-coc.txt
code 0 'accepted' at lab "$EVX" accept device.evx --not-inventoried --yes
run "$EVX" report device.evx --form nist-coc -o accepted.txt --as smith --trust "$T/smith.card" --trust "$T/lab.card"
joined accepted.txt >words
ok 'and both signatures' grep -q 'Released by: .*(signature: entry 0002) Received by: lab of lab, Office lab (DE) (signature: entry 0003)' words
code 1 'no draft of a bundle that was changed' trusted report "bad/$bundle" --form fre902 -o x.txt
err_has 'No draft was made' 'and the message says so'
ok 'nor a file' test ! -e x.txt
for form in fre902 bsa63 nist-coc; do
	code 0 "evx export --form $form" "$EVX" export device.evx --form $form -o export-$form.txt --as smith --trust "$T/smith.card" --trust "$T/lab.card"
	run "$EVX" report device.evx --form $form -o report-$form.txt --as smith --trust "$T/smith.card" --trust "$T/lab.card"
	ok 'writes what evx report writes' cmp export-$form.txt report-$form.txt
done
code 2 'evx export --form of another kind' "$EVX" export device.evx --form=nothing -o x.txt
code 2 'an unknown form' trusted report "$bundle" --form nothing -o x.txt
err_has 'Use fre902, bsa63 or nist-coc' 'is told which there are'
done_testing
