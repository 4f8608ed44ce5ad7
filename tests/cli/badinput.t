#!/bin/sh
# Wrong keys, damaged bundles, files of other kinds: the right class each time, and nothing is shown that was not checked.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir phone && head -c 300000 /dev/urandom >phone/a && echo 'the secret text' >phone/b
sealed a.evx phone || exit 1
card="$T/officer.card"
size=$(stat -c %s a.evx)

echo right >pass && echo wrong >wrong && chmod 600 pass wrong
at locked "$EVX" id new locked --person L --organisation O --country DE --passphrase-file pass --work-factor 4 --quiet || exit 1
at locked "$EVX" id card locked >locked.card
"$EVX" seal phone -o locked.evx --case C --exhibit E --to locked.card --quiet || exit 1
code 3 'a wrong passphrase' at locked "$EVX" list locked.evx --passphrase-file wrong
err_has 'key' 'is a matter of keys'
code 3 'no passphrase to be had' at locked setsid -w "$EVX" list locked.evx
code 0 'the right one' at locked "$EVX" list locked.evx --passphrase-file pass

for c in 'list a.evx' 'cat a.evx phone/b' 'extract a.evx -C no' 'verify a.evx --deep'; do
	code 3 "a stranger: $c" at stranger "$EVX" $c
	code 3 "a custody reader: $c" at room "$EVX" $c
	ok 'nothing is shown' not grep -q 'secret' "$T/out"
done

for cut in 0 1 511 512 1024 5000 $((size / 2)) $((size - 1024)) $((size - 1)); do
	head -c "$cut" a.evx >cut.evx
	# An incomplete copy. Only the end blocks are missing from the last two: what is read is whole.
	wanted=3 opens=3
	[ "$cut" -lt $((size - 1024)) ] || opens=0
	code $wanted "cut at $cut bytes: not good" at nobody "$EVX" verify cut.evx --trust "$card"
	code $opens "cut at $cut bytes: not opened as if whole" at lab "$EVX" cat cut.evx phone/b
done
cat a.evx >long.evx && printf trailing >>long.evx
code 5 'bytes behind the end' at nobody "$EVX" verify --details long.evx --trust "$card"
out_has 'D-TRAILING' 'bytes behind the end are reported'

step=$((size / 40 + 1)) at=100
while [ "$at" -lt "$size" ]; do
	cp a.evx flip.evx && flip flip.evx "$at"
	code 1 "a byte flipped at $at: found" at nobody "$EVX" verify flip.evx --trust "$card"
	at=$((at + step))
done
cp a.evx flip.evx && flip flip.evx 40000
code 1 'extract of a damaged bundle fails' at lab "$EVX" extract flip.evx -C flipped
ok 'and leaves no file that did not match' sh -c 'for f in a b; do [ ! -e flipped/phone/$f ] || cmp phone/$f flipped/phone/$f || exit 1; done'

for kind in text tar zeros random directory empty; do
	rm -rf thing
	case $kind in
	text) echo hello >thing ;;
	tar) tar -cf thing phone ;;
	zeros) head -c 10000 /dev/zero >thing ;;
	random) head -c 10000 /dev/urandom >thing ;;
	directory) mkdir thing ;;
	empty) : >thing ;;
	esac
	for c in verify show log; do
		code 3 "$c: $kind is no bundle" at nobody "$EVX" $c thing
	done
	code 3 "list: $kind is no bundle" at lab "$EVX" list thing
done
code 3 'a device is no bundle' at nobody "$EVX" verify /dev/null
mkfifo fifo
code 3 'a fifo does not make show wait' timeout 120 env EVX_HOME="$T/nobody" "$EVX" show fifo

# A chain from two exhibits: the signed parts belong to another UUID.
sealed b.evx phone || exit 1
mkdir u && tar -xf a.evx -C u && tar -xf b.evx -C u
set -- u/*
cp "$1"/custody/0000-seal.* "$2"/custody/
code 1 'the seal of another exhibit' at nobody "$EVX" verify "$2" --trust "$card"

# Newer, and rightly signed: said to be newer, not to be bad.
key=$(find "$T/officer" -name signing.key)
sign() { ssh-keygen -q -Y sign -f "$key" -n "$1" <"$2" >"$3" 2>/dev/null; } # NAMESPACE FILE SIGNATURE
head -n 1 "$card" | jq -c '. + {"new_field": 1}' >newer.json
sign evx-card/1 newer.json newer.sig && cat newer.json newer.sig >newer.card
code 4 'a card with a field that this program does not know' "$EVX" id always-to newer.card
rm -rf u && mkdir u && tar -xf a.evx -C u
set -- u/*
sed -i 's/evx-event\/1/evx-event\/2/' "$1/custody/0000-seal.json"
sign evx-event/1 "$1/custody/0000-seal.json" "$1/custody/0000-seal.json.sig1"
(cd "$1" && cut -c67- custody/0000-seal.record | xargs sha256sum >"$T/record") && cp "$T/record" "$1/custody/0000-seal.record"
code 4 'a seal of the next format' at nobody "$EVX" verify "$1" --trust "$card"
out_has '^TOO NEW' 'is said to be newer'
done_testing
