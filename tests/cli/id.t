#!/bin/sh
# Identities: made, listed, shown, changed, carried away, retired; stock tools can use them.
. "$(dirname "$0")/lib.sh"

echo 'correct horse' >pass && chmod 600 pass
echo 'battery staple' >pass2 && chmod 600 pass2
echo 'wrong' >wrong && chmod 600 wrong
: >empty && chmod 600 empty
who="--person Ada --organisation Lab --country GB"

code 0 'no home, no identities' "$EVX" id list
out_empty 'and nothing to list'
gone "$T/officer" 'listing makes no home'
code 3 'an identity that is not there' "$EVX" id show ada

code 0 'new, with a passphrase from a file' "$EVX" id new ada $who --role Examiner --passphrase-file pass --work-factor 4
out_has '^fingerprint *SHA256:' 'the fingerprint is printed'
is "$(stat -c %a "$T/officer")" 700 'the home is for its owner only'
is "$(find "$T/officer" -type f -perm /077 ! -name card | wc -l)" 0 'no secret can be read by others'
ok 'the keys are encrypted' not grep -rq 'AGE-SECRET-KEY-1\|BEGIN OPENSSH PRIVATE' "$T/officer"
code 3 'a name that is taken' "$EVX" id new ada $who --passphrase-file pass --work-factor 4
for n in '' . .. .hidden a/b ../x "$(printf 'a\nb')" 'a b' "$(printf '%065d' 0)"; do
	code 2 "the name '$n' is refused" "$EVX" id new "$n" $who --no-passphrase
done
code 2 'a country in small letters that is none' "$EVX" id new bob --person B --organisation O --country uk --no-passphrase
code 2 'a country of three letters' "$EVX" id new bob --person B --organisation O --country GBR --no-passphrase
code 2 'no person' "$EVX" id new bob --person '' --organisation O --country GB --no-passphrase
code 2 'a person with a line feed' "$EVX" id new bob --person "$(printf 'a\nb')" --organisation O --country GB --no-passphrase
code 2 'a person that is not UTF-8' "$EVX" id new bob --person "$(printf 'a\377b')" --organisation O --country GB --no-passphrase
code 2 'a person too long' "$EVX" id new bob --person "$(printf '%0257d' 0)" --organisation O --country GB --no-passphrase
code 2 'work factor 23' "$EVX" id new bob $who --passphrase-file pass --work-factor 23
code 2 'two answers to the same question' "$EVX" id new bob $who --passphrase-file pass --no-passphrase
code 3 'an empty passphrase' "$EVX" id new bob $who --passphrase-file empty --work-factor 4
code 3 'a passphrase file that is not there' "$EVX" id new bob $who --passphrase-file nowhere --work-factor 4
code 3 'no terminal and no file' setsid -w "$EVX" id new bob $who --work-factor 4
err_has 'passphrase' 'the message says what is missing'
chmod 644 wrong
run "$EVX" id new carol $who --passphrase-file wrong --work-factor 4
err_has 'can be read by others' 'a passphrase file that others can read is remarked'
chmod 600 wrong
ok 'nothing of the refused ones is left' not sh -c "find '$T/officer' -name '*bob*' | grep -q ."

code 0 'new, without a passphrase' "$EVX" id new ben --person Ben --organisation Lab --country GB --no-passphrase
code 0 'list' "$EVX" id list
is "$(cut -d' ' -f1 "$T/out" | tr '\n' ' ')" 'ada ben carol ' 'it names all, in order'
out_has '^ben .*no passphrase' 'and who has no passphrase'
code 0 'show' "$EVX" id show ada
out_has '^role *Examiner' 'show tells the role'
is "$(grep -c 'AGE-SECRET' "$T/out")" 0 'and no secret'

"$EVX" id card ada >ada.card
code 0 'card' "$EVX" id card ada
ok 'the card is a JSON line and a signature' sh -c "head -n 1 ada.card | jq -e .format >/dev/null && grep -q 'BEGIN SSH SIGNATURE' ada.card"
head -n 1 ada.card >ada.json
sed -n '/BEGIN SSH/,$p' ada.card >ada.sig
printf 'ada %s\n' "$(jq -r .signing ada.json)" >allowed
ok 'ssh-keygen verifies it' sh -c 'ssh-keygen -Y verify -f allowed -I ada -n evx-card/1 -s ada.sig <ada.json'
is "$(jq -r .signing ada.json | ssh-keygen -lf - | cut -d' ' -f2)" "$("$EVX" id show ada | sed -n 's/^fingerprint *//p')" 'its fingerprint is what ssh-keygen prints'

ben=$(find "$T/officer" -type d -name ben)
echo secret | age -r "$(jq -r .encryption ada.json)" >ada.age
echo secret | age -r "$("$EVX" id card ben | head -n 1 | jq -r .encryption)" >ben.age
is "$(age -d -i "$ben/encryption.txt" ben.age)" secret 'age opens with the file of an identity without passphrase'
ok 'another key does not' not age -d -i "$ben/encryption.txt" ada.age
echo message >message
ok 'ssh-keygen signs with its signing key' ssh-keygen -q -Y sign -f "$ben/signing.key" -n test message

code 3 'passwd with a wrong passphrase' "$EVX" id passwd ada --passphrase-file wrong --new-passphrase-file pass2 --work-factor 4
code 0 'passwd' "$EVX" id passwd ada --passphrase-file pass --new-passphrase-file pass2 --work-factor 4
code 3 'the old passphrase no longer works' "$EVX" id passwd ada --passphrase-file pass --new-passphrase-file pass2 --work-factor 4
code 0 'the new one does, also from the environment' env EVX_PASSPHRASE_FILE=pass2 "$EVX" id passwd ada --new-passphrase-file pass --work-factor 4
code 0 'an identity gets a passphrase' "$EVX" id passwd ben --new-passphrase-file pass2 --work-factor 4
ok 'and no unencrypted key stays' not grep -rq 'AGE-SECRET-KEY-1\|BEGIN OPENSSH PRIVATE' "$T/officer"
code 0 'and loses it again' "$EVX" id passwd ben --passphrase-file pass2 --no-passphrase
code 2 'one without a passphrase has none to lose' "$EVX" id passwd ben --no-passphrase

code 0 'backup' "$EVX" id backup ada ada.backup
is "$(stat -c %a ada.backup)" 600 'a backup is for its owner only'
code 3 'a backup overwrites nothing' "$EVX" id backup ada ada.backup
code 3 'import over an identity that is there' "$EVX" id import ada.backup --passphrase-file pass
code 3 'import with a wrong passphrase' at other "$EVX" id import ada.backup --passphrase-file wrong
code 0 'import, at another place' at other "$EVX" id import ada.backup --passphrase-file pass
out_has '^ada: imported' 'its name is that of the file'
is "$(at other "$EVX" id show ada)" "$("$EVX" id show ada)" 'it is the same identity'
code 0 'import under another name' at other "$EVX" id import ada.backup --name ada2 --passphrase-file pass
code 0 'its passphrase came along' at other "$EVX" id passwd ada2 --passphrase-file pass --new-passphrase-file pass2 --work-factor 4
code 0 'backup of one without a passphrase asks for one' "$EVX" id backup ben ben.backup --passphrase-file pass2
ok 'so the backup is encrypted' not grep -q 'AGE-SECRET-KEY-1\|BEGIN OPENSSH PRIVATE' ben.backup
code 0 'and it comes back' at other "$EVX" id import ben.backup --passphrase-file pass2
n=$(wc -c <ada.backup)
for cut in 0 10 $((n / 3)) $((n / 2)) $((n - 30)); do
	head -c "$cut" ada.backup >cut.backup
	wanted=1
	[ "$cut" -gt 0 ] || wanted=3
	code $wanted "a backup cut at $cut bytes is refused" at third "$EVX" id import cut.backup --passphrase-file pass
done
code 0 'after which nothing is there' at third "$EVX" id list
out_empty 'nothing at all'
sed 's/Ada/Eve/' ada.backup >forged.backup
code 1 'a backup whose card was changed is refused' at third "$EVX" id import forged.backup --passphrase-file pass

code 0 'nobody is always sealed to yet' "$EVX" id always-to
out_empty 'the list is empty'
code 0 'always-to' "$EVX" id always-to ada.card
code 0 'always-to lists' "$EVX" id always-to
out_has 'Ada, Lab (GB), Examiner' 'who that is'
is "$("$EVX" id always-to | wc -l)" 1 'one card'
sed 's/Ada/Eve/' ada.card >forged.card
code 1 'a forged card is refused' "$EVX" id always-to forged.card
code 3 'a card that is not there' "$EVX" id always-to nowhere.card
echo hello >hello.card
code 3 'a file that is no card is refused' "$EVX" id always-to hello.card
is "$("$EVX" id always-to | wc -l)" 1 'still one card'

code 3 'retire with a wrong passphrase' "$EVX" id retire ada --passphrase-file wrong
code 0 'retire' "$EVX" id retire ada --passphrase-file pass
code 0 'show a retired one' "$EVX" id show ada
out_has '^retired  *20' 'it says since when'
code 3 'retire twice' "$EVX" id retire ada --passphrase-file pass
ok 'its card verifies and says so' sh -c "'$EVX' id card ada | head -n 1 | jq -e .retired"
echo data >data
code 1 'a retired identity seals no more' "$EVX" seal data -o x.evx --case C --exhibit E --as ada --self --passphrase-file pass
gone x.evx 'and no bundle was made'

if command -v script >/dev/null; then
	# A terminal: the prompt shows, the passphrase does not, and the two must agree. Typing before the question is thrown away.
	typed 'assphrase for tty' "'$EVX' id new tty $who --work-factor 4" 'open sesame\n' 'open sesame\n'
	ok 'a passphrase can be typed' "$EVX" id show tty
	ok 'the terminal shows the question' grep -q 'passphrase for tty' "$T/tty"
	ok 'and not the answer' not grep -q sesame "$T/tty"
	echo 'open sesame' >sesame && chmod 600 sesame
	code 0 'what was typed is the passphrase' "$EVX" id passwd tty --passphrase-file sesame --new-passphrase-file pass --work-factor 4
	typed 'assphrase for tty2' "'$EVX' id new tty2 $who --work-factor 4" 'one\n' 'two\n' 'three\n' 'four\n' 'five\n' 'six\n'
	ok 'three times two different answers: none' grep -q 'code=3' "$T/tty"
	typed 'assphrase for tty3' "'$EVX' id new tty3 $who --work-factor 4; echo exit=\$?; stty -a" '\003'
	ok 'Ctrl-C at the question: interrupted' grep -q 'exit=130' "$T/tty"
	ok 'and the terminal echoes again' grep -q ' echo ' "$T/tty"
	code 3 'no identity came of these' "$EVX" id show tty2
else
	skip 'script(1) is not installed: prompts were not tried'
fi
done_testing
