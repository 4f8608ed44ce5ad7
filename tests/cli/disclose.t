#!/bin/sh
# evx disclose: a part of an exhibit as a bundle of its own, and what every other command makes of it.
. "$(dirname "$0")/lib.sh"

people && person defence defence || exit 1
evidence phone || exit 1
mkdir phone/private && echo secret >phone/private/letter && echo also >phone/private/note
ln phone/private/note phone/zz-note
sealed a.evx phone --self || exit 1
cp a.evx before.evx
lines=$("$EVX" list a.evx 2>/dev/null | wc -l)
json() { python3 -c "import json,sys; o=json.load(open('$T/out')); print($1)"; }
give() { "$EVX" disclose "$@" --to "$T/defence.card"; }
as_defence() { at defence "$EVX" "$@"; }

# The bundle, and the entry in the exhibit.
code 0 'some files' give a.evx phone/notes phone/zz-note phone/sparse.img -o part.evx --purpose 'request of 3 May' --authority Order
out_has '^shows *9 of ' 'it says how many entries'
out_has '^of exhibit .* its entry 0001 records this' 'and the entry'
code 0 'the exhibit goes on' "$EVX" verify a.evx --trust "$T/officer.card"
run "$EVX" log a.evx --as officer
out_has '0001 .*disclose in bundle [0-9a-f-]*$' 'log names the bundle'
out_has 'request of 3 May' 'and what for'
out_has 'to SHA256:' 'and to whom'
is "$(tar -tf part.evx | grep -c '/origin/custody/000[01]-\(seal\|disclose\)\.\(json\|json.sig1\|record\)$')" 6 'what was signed of the exhibit goes along'
is "$(tar -tf part.evx | grep -c '/origin/.*\.age$')" 0 'and nothing encrypted of it'

# What a check says.
code 0 'without a key' "$EVX" verify part.evx --trust "$T/officer.card"
out_has "^  shows *9 of $lines entries of the exhibit below" 'how much is shown'
out_has '^  of exhibit .*sealed by officer of officer' 'who sealed the exhibit'
out_has '^  given out *by officer of officer, .* to SHA256:.* entry 0001' 'who gave it out, and to whom'
out_has "original's list (needs a key" 'and what was not checked'
run "$EVX" verify part.evx --trust "$T/officer.card" --json
is "$(json 'o["shape"], o["origin"]["lines"], o["origin"]["shown"], o["origin"]["withheld"], o["origin"]["entry"], len(o["origin"]["events"])')" \
	"disclosure $lines 9 $((lines - 9)) 1 2" 'as JSON'
code 5 'with nobody trusted' at stranger "$EVX" verify part.evx
code 0 'with the key' as_defence verify part.evx --deep --trust "$T/officer.card"
out_has 'proved to be part of what was sealed' 'each line is compared with the seal'
code 3 'with a key that opens the exhibit only' at lab "$EVX" verify part.evx --as lab --trust "$T/officer.card"
code 3 'the key of the disclosure does not open the exhibit' as_defence list a.evx

# What is in it.
code 0 'the list' as_defence list part.evx
is "$(wc -l <"$T/out")" 9 'has what was named'
code 0 'extraction' as_defence extract part.evx -C x
ok 'files under directories that are withheld' sh -c 'cmp phone/notes/one.txt x/phone/notes/one.txt && cmp phone/sparse.img x/phone/sparse.img'
ok 'a hard link whose first name is withheld' cmp phone/zz-note x/phone/zz-note
ok 'a hard link whose first name is shown' sh -c '[ x/phone/notes/one.txt -ef x/phone/notes/same.txt ]'
gone x/phone/private 'nothing else'
code 0 'a part of the part' as_defence extract part.evx -C y 'phone/zz*'
is "$(find y | sort | tr '\n' ' ')" 'y y/phone y/phone/zz-note ' 'and its directories'
code 0 'cat' as_defence cat part.evx phone/notes/one.txt
is "$(cat "$T/out")" one 'prints it'
code 3 'cat of what is withheld' as_defence cat part.evx phone/private/letter
code 0 'log' as_defence log part.evx --trust "$T/officer.card"
out_has 'record of the exhibit that this is a part of' 'has both records'
code 0 'salvage of a whole one' sh -c "EVX_HOME=$T/defence $EVX extract part.evx -C s --salvage >$T/salvage 2>&1; [ \$? = 1 ]"
ok 'gives the files' cmp phone/zz-note s/phone/zz-note

# Names without contents.
code 0 'the names of all others' give a.evx phone/private --with-names -o names.evx
code 0 'the list' as_defence list names.evx
is "$(wc -l <"$T/out")" "$lines" 'has every entry'
out_has 'photo.raw  \[contents withheld\]' 'says which contents are withheld'
ok 'and which not' sh -c "! grep 'letter.*withheld' $T/out"
code 0 'a check' as_defence verify names.evx --deep --trust "$T/officer.card"
out_has "shows *$lines of $lines entries .*; [0-9]* files without contents" 'counts them'
code 0 'extraction' as_defence extract names.evx -C n
err_has 'Its contents were withheld' 'says what it leaves out'
gone n/phone/photo.raw 'no file stands for it'
ok 'another name of a file that is shown is that file' cmp phone/zz-note n/phone/zz-note
code 3 'cat' as_defence cat names.evx phone/photo.raw
err_has 'were withheld' 'says that the contents are withheld'
code 0 'an archive' as_defence export names.evx --tar -o names.tar
is "$(tar -tf names.tar | grep -c -e photo.raw -e letter)" 1 'has what is shown, and no zeros for the rest'
err_has 'It is not in the archive' 'says so'
run as_defence list names.evx --json
is "$(grep -c '"withheld": *true' "$T/out")" "$(as_defence list names.evx 2>/dev/null | grep -c 'contents withheld')" 'as JSON'

# Lists and patterns.
printf 'phone/notes/one.txt\n\nphone/private/letter\n' >list
code 0 'a list of paths' give a.evx --list list -o listed.evx
out_has '^shows *2 of ' 'has those'
code 0 'a pattern' give a.evx --glob '*.txt' -o globbed.evx
code 0 'several disclosures' sh -c "EVX_HOME=$T/defence $EVX extract listed.evx -C both --quiet && EVX_HOME=$T/defence $EVX extract globbed.evx -C both --quiet"
ok 'go into one directory' sh -c 'cmp phone/private/letter both/phone/private/letter && cmp phone/notes/log.txt both/phone/notes/log.txt'
code 3 'a list that is not there' give a.evx --list nowhere -o no.evx
printf 'phone/notes\0x' >list
code 2 'a list with a NUL' give a.evx --list list -o no.evx

# Handing on, keeping, sending.
cp part.evx on.evx
code 0 'a release' "$EVX" release on.evx --to "$T/defence.card" --keeps copy --purpose trial
code 0 'an acceptance' as_defence accept on.evx --no-receipt
code 0 'a check of it' "$EVX" verify on.evx --trust "$T/officer.card" --trust "$T/defence.card"
code 0 'a vault' as_defence init "$T/vault" --escrow "$T/room.card" --quiet
export EVX_VAULT="$T/vault"
code 0 'takes it in' as_defence import on.evx --yes
run as_defence show on.evx --json
uuid=$(json 'o["uuid"]')
ok 'unpacked' test -f "$T/vault/exhibits/$uuid/origin/custody/0001-disclose.json"
code 5 'and checks it' as_defence check
code 0 'and gives it out again' as_defence export "$uuid" -o again.evx
ok 'the same' cmp on.evx again.evx
mkdir away && as_defence remote add away dir:away >/dev/null
code 0 'a mirror of the vault' as_defence mirror --via away
unset EVX_VAULT
code 5 'gives it back' as_defence import --via away --into "$T/back"
ok 'with the original' test -f "$T/back/exhibits/$uuid/origin/custody/0001-disclose.json"
mkdir un && tar -xf part.evx -C un
code 0 'the unpacked form' as_defence verify un/* --deep --trust "$T/officer.card"
mkdir usb received && "$EVX" remote add stick dir:usb >/dev/null && as_defence remote add stick dir:usb >/dev/null
code 0 'one for the sender, too' give a.evx phone/notes -o sent.evx --self
code 0 'sending' "$EVX" send sent.evx --to "$T/defence.card" --via stick
code 0 'receiving' as_defence receive --via stick -o received --accept not-inventoried
ok 'is the bundle' sh -c "set -- received/*.evx; tar -tf \"\$1\" | grep -q origin/custody/0001-disclose.json"

# A vault's exhibit.
at officer "$EVX" init "$T/office" --escrow "$T/room.card" --quiet
code 0 'an exhibit of a vault' "$EVX" import a.evx --vault "$T/office" --yes
code 0 'disclosed' give "$(basename "$T"/office/exhibits/*)" phone/notes -o vaulted.evx --vault "$T/office"
code 0 'a check' as_defence verify vaulted.evx --deep --trust "$T/officer.card"
code 0 'the vault' "$EVX" check --vault "$T/office"

# What two parts are to each other.
cp a.evx fork.evx
code 0 'one part' give a.evx phone/notes -o p1.evx --self
code 0 'another part' give a.evx phone/private phone/notes/one.txt -o p2.evx --self
code 0 'the same with names' give a.evx phone/private --with-names -o p3.evx --self
code 0 'two parts' "$EVX" compare p1.evx p2.evx --as officer
out_has 'PARTS OF ONE EXHIBIT: B was given out after A' 'which came later'
out_has '^new *phone/private/letter$' 'what the second adds'
out_has '^missing *phone/notes/log.txt$' 'what only the first has'
out_has '1 match$' 'and what both have'
code 0 'the other way' "$EVX" compare p2.evx p1.evx
out_has 'A was given out after B' 'says the same'
code 0 'names and contents' "$EVX" compare p3.evx p1.evx --as officer
out_has '^new *phone/notes/log.txt$' 'contents that only one has'
ok 'are the only ones' sh -c "! grep -q '^new.*phone/photo' $T/out"
code 0 'a part and its exhibit' "$EVX" compare p1.evx a.evx
out_has 'A shows a part of B' 'say so'
code 0 'the exhibit and a part' "$EVX" compare a.evx p1.evx --json
ok 'as JSON' grep -q '"relation": *"a_longer".*"parts": *true' "$T/out"
code 0 'a copy of one part' sh -c "cp p1.evx p1b.evx && $EVX compare p1.evx p1b.evx"
out_has '^SAME' 'is the same'
code 0 'a part from another copy of the exhibit' give fork.evx phone/private -o p4.evx --self
code 1 'contradicts the first' "$EVX" compare p1.evx p4.evx
out_has '^FORK: ' 'as a fork'
out_has 'R-FORK' 'with its finding'
code 5 'a part of another exhibit' sh -c "$EVX seal phone/notes -o b.evx --self --case C-1 --exhibit 2 --quiet 2>/dev/null && $EVX disclose b.evx notes -o q.evx --self --quiet && $EVX compare p1.evx q.evx"
out_has 'DIFFERENT EXHIBITS' 'is one'

# Nothing without the right, and nothing half-made.
cp a.evx same.evx
code 2 'nothing named' give a.evx -o no.evx
code 2 'nobody named' "$EVX" disclose a.evx phone/notes -o no.evx
code 2 'no output' "$EVX" disclose a.evx phone/notes --self
code 3 'a path that is not there' give a.evx phone/nowhere -o no.evx
code 3 'a file that is there' give a.evx phone/notes -o part.evx
run "$EVX" show part.evx --json
code 1 'another seal code' give a.evx phone/notes -o no.evx --code "$(json 'o["seal_code"]')"
code 1 'by a reader who is not the holder' at lab "$EVX" disclose a.evx phone/notes -o no.evx --to "$T/defence.card"
sealed closed.evx phone && cp closed.evx same2.evx
code 3 'by a holder who cannot open it' give closed.evx phone/notes -o no.evx
ok 'and signs nothing' cmp closed.evx same2.evx
code 2 'a disclosure of a disclosure' give part.evx phone/notes -o no.evx --as officer
code 2 'a stream' give - phone/notes -o no.evx
cp a.evx bad.evx && flip bad.evx 300000
code 1 'a file that was changed' give bad.evx phone -o no.evx
ok 'leaves nothing' sh -c 'cmp a.evx same.evx && [ ! -e no.evx ] && ! ls -A | grep -q partial'

# A policy that asks for two signers: both sign, or nobody does.
"$EVX" id new second --person second --organisation 'Office officer' --country DE --no-passphrase --quiet && "$EVX" id card second >"$T/second.card" || exit 1
keys() { sed -n '1s/.*"signing":"\([^"]*\)".*/\1/p' "$1"; }
echo "{\"disclose\":{\"of\":[\"$(keys "$T/officer.card")\",\"$(keys "$T/second.card")\"],\"need\":2,\"witness\":false}}" >two.json
code 0 'an exhibit whose policy names two signers' "$EVX" seal phone/notes -o two.evx --self --case C-1 --exhibit 3 --policy two.json --as officer
cp two.evx two-before.evx
code 1 'one of them' give two.evx notes/one.txt -o no.evx --as officer
ok 'signs nothing' cmp two.evx two-before.evx
code 0 'both' give two.evx notes/one.txt -o pair.evx --as officer --also-as second
is "$(tar -tf pair.evx | grep -c 'origin/custody/0001-disclose.json.sig[12]$')" 2 'sign the entry'
code 0 'a check of it' as_defence verify pair.evx --deep --trust "$T/officer.card" --trust "$T/second.card"
code 0 'and of the exhibit' "$EVX" verify two.evx --as officer
cp two.evx two-before.evx
code 1 'the same signer twice' give two.evx notes -o no.evx --as officer --also-as officer
code 3 'a signer who is not here' give two.evx notes -o no.evx --as officer --also-as nobody
ok 'sign nothing' cmp two.evx two-before.evx

# What a hand without a key can do to it.
harm() { # NAME CODE FINDING COMMAND...
	rm -rf h && mkdir h && tar -xf part.evx -C h && cd h/* || exit 1
	name=$1 want=$2 finding=$3
	shift 3
	"$@"
	cd "$W" || exit 1
	code "$want" "$name" as_defence verify h/* --trust "$T/officer.card" --details
	out_has "$finding" "is $finding"
	code "$want" 'and nothing is shown' as_defence list h/*
}
change() { sed -i "s/$2/$3/" "$1"; }
harm 'an original whose entry was changed' 1 D-TAGMANIFEST change origin/custody/0001-disclose.json '"time":"20' '"time":"21'
harm 'an original whose signature is missing' 1 D-MISSING rm origin/custody/0000-seal.json.sig1
harm 'an original without its seal' 1 D-ORIGIN rm origin/custody/0000-seal.json
code 1 'a disclosure cut short is incomplete, or bad' sh -c "head -c 200000 part.evx >cut.evx; EVX_HOME=$T/defence $EVX verify cut.evx --trust $T/officer.card; [ \$? = 3 ] && exit 1"
done_testing
