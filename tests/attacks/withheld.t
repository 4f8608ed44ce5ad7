#!/bin/sh
# What a disclosure withholds is not in it: no name, digest, contents or salt of a line that is not shown, for somebody who opens every part, frame and
# member of it. A second reader, written from the specification, does the looking.
. "$(dirname "$0")/../cli/lib.sh"

export PYTHONDONTWRITEBYTECODE=1
PYTHON=/usr/bin/python3
for tool in age zstd $PYTHON; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
$PYTHON -c 'import cryptography' 2>/dev/null || { echo '1..0 # SKIP no python3-cryptography'; exit 0; }
look() { $PYTHON "$TOP/tests/attacks/withheld.py" a.evx "$T/officer/identities/officer/encryption.txt" "$1" "$T/defence/identities/defence/encryption.txt"; }
people && person defence defence || exit 1
mkdir -p phone/letters phone/private
for i in 11 12 13 14 15 16 17 18 19; do
	echo "letter number $i, to nobody in particular" >"phone/letters/letter-$i.txt"
	echo "what nobody shall read, $i times" >"phone/private/diary-$i.txt"
done
sealed a.evx phone --self || exit 1
give() { out=$1; shift; "$EVX" disclose a.evx "$@" -o "$out" --to "$T/defence.card" --quiet; }

code 0 'three files are given out' give part.evx phone/letters/letter-13.txt phone/letters/letter-14.txt phone/private/diary-19.txt
look part.evx >found
is "$(grep -c '^shown.* name digest contents salt$' found)" 3 'of what is shown, everything is found'
is "$(grep -c '^shown' found)" 3 'and that is what was named'
is "$(grep -c '^withheld' found)" 15 'the rest is withheld'
is "$(grep '^withheld' found | grep -v ' -$')" '' 'and nothing of it is there'
is "$(grep '^secret' found)" 'secret -' 'nor the secret that its salts are made of'

code 0 'the same with the names of the others' give names.evx phone/letters/letter-13.txt --with-names
look names.evx >found
is "$(grep -c '^shown.* name digest contents salt$' found)" 1 'of one file everything is found'
is "$(grep -c '^shown.* name digest salt$' found)" 17 'of the others, all but the contents'
is "$(grep '^secret' found)" 'secret -' 'and not the secret'

# Of a file in part: rows that are cut at every 4 MiB, so that all blocks have 64 KiB; each has a number of its own at its start.
mkdir disk && head -c 9M /dev/zero >disk/image
for i in $(seq 0 143); do printf 'block number %d of this image, which nobody knows but its owner.......' "$i" | dd of=disk/image bs=1 seek=$((i * 65536)) conv=notrunc status=none; done
sealed b.evx disk --self || exit 1
code 0 'a range is given out' "$EVX" disclose b.evx --range disk/image:200000+70000 -o range.evx --to "$T/defence.card" --quiet
$PYTHON "$TOP/tests/attacks/withheld.py" b.evx "$T/officer/identities/officer/encryption.txt" range.evx "$T/defence/identities/defence/encryption.txt" >found
is "$(grep '^block-shown' found)" "$(printf 'block-shown 3 contents salt\nblock-shown 4 contents salt')" 'of the blocks shown, bytes and salts are found'
is "$(grep -c '^block-withheld' found)" 142 'the others are withheld'
is "$(grep '^block-withheld' found | grep -v ' -$')" '' 'and nothing of them is there'
is "$(grep '^secret' found)" 'secret -' 'nor the secret'
done_testing
