#!/bin/sh
# Cover notes: signed, checked with stock tools, compared with the bundle; what is no good.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir phone && echo one >phone/one
sealed a.evx phone --self || exit 1
sealed b.evx phone --self || exit 1
cards="--trust $T/officer.card"

code 0 'a note' "$EVX" cover a.evx -o a.note --place 'vault of the lab' --order '12/2026' --authority 'Court of Ghent' --notes 'two parts' $cards
out_has 'a.note: signed' 'says so'
is "$(head -n 1 a.note | jq -r '.format + " " + .order + " " + .sha256')" "evx-cover/1 12/2026 $(sha256sum a.evx | cut -d ' ' -f 1)" 'names order and hash'
is "$(head -n 1 a.note | jq -r .seal_code)" "$("$EVX" show a.evx --json | jq -r .seal_code)" 'and the seal code'
ok 'it is small' test "$(stat -c %s a.note)" -lt 2000

# The commands of the manual page, as they stand there.
mkdir stock && cp a.evx stock/bundle.evx && cp a.note stock/bundle.note
sed -n '/^\.Sh CHECK IT/,/^\.Ed/s/^\$ //p' "$TOP/cli/man/evx-cover.1" >commands.sh
ok 'the manual page has commands' test "$(wc -l <commands.sh)" -ge 5
code 0 'stock tools check it' sh -ec 'cd stock && . ../commands.sh'
out_has 'Good "evx-cover/1" signature' 'the signature'
out_has '^bundle.evx: OK' 'and the file'

code 0 'checked' "$EVX" cover --check a.note
out_has 'The signature is good' 'says so'
out_has 'vault of the lab' 'and where it is'
out_has 'No bundle was given' 'and that nothing was compared'
code 0 'with the bundle' "$EVX" cover --check a.note a.evx $cards
out_has 'byte for byte' 'it is that file'
code 5 'where the signer is not known' at nobody "$EVX" cover --check a.note
out_has 'UNKNOWN' 'is told so'
code 1 'another exhibit' "$EVX" cover --check a.note b.evx $cards
out_has 'ANOTHER exhibit' 'is told so'
cp a.evx c.evx
code 0 'a later entry' "$EVX" note c.evx later
code 0 'in the file' "$EVX" cover --check a.note c.evx $cards --json
is "$(jq -r .bundle "$T/out")" grown 'is a file that grew'
code 0 'a note of that one' "$EVX" cover c.evx -o c.note $cards
code 5 'compared with the shorter copy' "$EVX" cover --check c.note a.evx $cards
out_has 'does not hold the entry' 'says what is missing'

cp a.evx bad.evx && flip bad.evx $(($(stat -c %s bad.evx) / 3))
code 1 'no note of a bad bundle' "$EVX" cover bad.evx -o bad.note
err_has 'No cover note was made' 'says so'
gone bad.note 'and no file'
code 1 'a bad bundle is not what a note describes' "$EVX" cover --check a.note bad.evx $cards
sed '1s/12\/2026/13\/2026/' a.note >forged.note
code 1 'a note that was changed' "$EVX" cover --check forged.note
head -c 200 a.note >cut.note
code 1 'a note that was cut off' "$EVX" cover --check cut.note
head -n 1 a.note >unsigned.note
code 1 'a note without its signature' "$EVX" cover --check unsigned.note
code 3 'what is no note' "$EVX" cover --check phone/one
code 1 'a card is no note' "$EVX" cover --check "$T/officer.card"
code 3 'a note that is not there' "$EVX" cover --check nowhere.note
code 3 'a name that is taken' "$EVX" cover a.evx -o a.note $cards
err_has 'a.note: .*Nothing was written. Choose another name' 'is told what to do'
code 3 'no bundle' "$EVX" cover nowhere.evx -o x.note
code 2 'nothing named' "$EVX" cover -o x.note
code 2 'neither made nor checked' "$EVX" cover a.evx
code 2 'both at once' "$EVX" cover a.evx -o x.note --check a.note
code 2 'a text that is too long' "$EVX" cover a.evx -o x.note $cards --notes "$(head -c 1025 /dev/zero | tr '\0' x)"
code 0 'the longest text' "$EVX" cover a.evx -o long.note $cards --notes "$(head -c 1024 /dev/zero | tr '\0' x)"
mkdir open && tar -xf a.evx -C open
code 2 'a directory has no hash' "$EVX" cover open/* -o x.note
gone x.note 'no file was made'
done_testing
