#!/bin/sh
# evx disclose --range and --partition: parts of large files with proof, and what is withheld of them.
. "$(dirname "$0")/lib.sh"

people && person defence defence || exit 1
mkdir disk && echo note >disk/note
# An image with an MBR (1, an extended 2 with 5 and 6), one with a GPT in sectors of 4096 bytes, one that is mostly holes, and a small one.
python3 - <<'EOF' || exit 1
import os, random, struct, zlib
r = random.Random(7)
def entry(type, first, count): return struct.pack('<BBBBBBBBII', 0, 0, 0, 0, type, 0, 0, 0, first, count)
def table(*e): return b''.join(e).ljust(64, b'\0') + b'\x55\xaa'
image = bytearray(r.randbytes(12 << 20))
image[446:512] = table(entry(0x83, 2048, 4096), entry(5, 8192, 16000))
image[8192 * 512 + 446:8193 * 512] = table(entry(0x83, 64, 1000), entry(5, 4000, 5000))
image[12192 * 512 + 446:12193 * 512] = table(entry(0x83, 64, 1000))
open('disk/image.raw', 'wb').write(image)
gpt = bytearray(r.randbytes(8 << 20))
gpt[446:512] = table(entry(0xee, 1, 2047))
entries = (b'T' * 16 + b'U' * 16 + struct.pack('<QQQ', 300, 699, 0)).ljust(128, b'\0').ljust(128 * 128, b'\0')
header = b'EFI PART' + struct.pack('<IIIIQQQQ16sQIII', 0x10000, 92, 0, 0, 1, 2047, 6, 2040, b'D' * 16, 2, 128, 128, zlib.crc32(entries))
gpt[4096:4188] = header[:16] + struct.pack('<I', zlib.crc32(header)) + header[20:]
gpt[8192:8192 + len(entries)] = entries
open('disk/gpt.raw', 'wb').write(gpt)
with open('disk/sparse.raw', 'wb') as f:
    for at in (1 << 20, 9 << 20, 20 << 20):
        f.seek(at)
        f.write(r.randbytes(2 << 20))
    f.truncate(24 << 20)
open('disk/small.raw', 'wb').write(r.randbytes(1 << 20))
EOF
sealed a.evx disk --self || exit 1
json() { python3 -c "import json,sys; o=json.load(open('$T/out')); print($1)"; }
give() { "$EVX" disclose "$@" --to "$T/defence.card"; }
as_defence() { at defence "$EVX" "$@"; }
# shown FILE PART MAP: what the map says is shown is the file's, and the rest is a hole.
cat >look.py <<'EOF'
import sys
whole, part = (open(p, 'rb').read() for p in sys.argv[1:3])
lines = [l.split() for l in open(sys.argv[3]) if not l.startswith('#')][1:]
at = shown = 0
for start, length, status in ((int(l[0], 0), int(l[1], 0), l[2]) for l in lines):
    assert start == at and length > 0
    a, b = whole[start:start + length], part[start:start + length]
    assert a == b if status == '+' else status == '?' and not any(b), (start, length, status)
    at, shown = at + length, shown + (length if status == '+' else 0)
assert at == len(whole) == len(part)
print(shown)
EOF

# A range, with what it shows beyond itself.
code 0 'a range' give a.evx disk/note --range disk/image.raw:3000000+10 -o range.evx
err_has '^in part *disk/image.raw: [0-9,]* bytes of 12,582,912 ([0-9-]*); [0-9,]* bytes beyond what you named, because whole blocks are shown' 'says before what it shows, and how much more'
out_has '^in part *disk/image.raw: ' 'and after'
out_has '^shows *2 of 6 entries; 1 file with contents' 'beside whole files'
code 0 'as JSON' give a.evx --range disk/image.raw:3000000+10 --range disk/image.raw:5M+70K --range disk/image.raw:3000005+100 -o json.evx --json
is "$(json '[(p["path"], p["size"], p["asked"], int(p["shown"]) >= 65536 + 131072, len(p["ranges"])) for p in o["parts"]]')" \
	"[('disk/image.raw', '12582912', '71785', True, 2)]" 'ranges that overlap are one'
is "$(json 'o["origin"]["in_part"]')" 1 'and files in part are counted'
code 0 'without a key' as_defence verify range.evx --trust "$T/officer.card"
out_has 'shows *2 of 6 entries of the exhibit below; 1 file in part$' 'a check says that a file is shown in part'
code 0 'with the key' as_defence verify range.evx --deep --trust "$T/officer.card"
out_has '^  in part *disk/image.raw: [0-9,]* bytes of 12,582,912 ([0-9-]*), the rest withheld' 'which ranges of how many bytes'
run as_defence verify json.evx --deep --trust "$T/officer.card" --json
is "$(json 'o["deep_files"], o["deep_parts"], len(o["parts"][0]["ranges"]), o["parts"][0]["size"]')" '0 1 2 12582912' 'as JSON'
code 0 'a report' as_defence report range.evx --trust "$T/officer.card" -o range.html
ok 'says so, too' grep -q 'Of 1 file only a part of the contents is shown' range.html
code 0 'the list' as_defence list range.evx
out_has 'image.raw  \[in part: [0-9,]* bytes shown ([0-9-]*), the rest withheld\]$' 'says so'
run as_defence list range.evx --json disk/image.raw
is "$(json 'o["withheld"], len(o["shown"])')" 'True 1' 'as JSON'
code 3 'cat' as_defence cat range.evx disk/image.raw
err_has 'Only a part of this file was disclosed' 'does not take it for the file'
out_empty 'and prints nothing'
code 0 'extraction' as_defence extract range.evx -C x
err_has 'image.raw: Only a part of it was disclosed. No file was made.' 'makes no file of it'
is "$(find x -type f)" x/disk/note 'but the others'
code 0 'with --parts' as_defence extract range.evx -C p --parts
out_has '^IN PART: 1 file, each with a map' 'says that there is a part'
out_has '^Every whole file matched its signed hash' 'and what was compared'
is "$(find p -type f | sort | tr '\n' ' ')" 'p/disk/image.raw.evx-part p/disk/image.raw.evx-part.map p/disk/note ' 'under a name that is not the file'"'"'s'
ok 'what the map says is shown is that of the file' python3 look.py disk/image.raw p/disk/image.raw.evx-part p/disk/image.raw.evx-part.map
is "$(cmp -n 10 -i 3000000 disk/image.raw p/disk/image.raw.evx-part && echo same)" same 'with the range'
ok 'the rest takes no room' sh -c '[ "$(stat -c %b p/disk/image.raw.evx-part)" -lt 1024 ]'
code 3 'once more' as_defence extract range.evx -C p --parts
err_has 'Something else has this name already' 'leaves what is there'
code 0 'as JSON' as_defence extract range.evx -C pj --parts --json
is "$(json 'o["parts"], o["files"], o["failed"]')" '1 1 0' 'counts it'
code 1 'salvage' as_defence extract range.evx -C s --salvage
is "$(find s -type f)" s/disk/note 'makes no file of it'
code 0 'an archive' as_defence export range.evx --tar -o range.tar
is "$(tar -tf range.tar | grep -c image)" 0 'has none of it'

# Partitions.
code 0 'a partition of an MBR' give a.evx --partition disk/image.raw:1 -o p1.evx --json
is "$(json 'o["parts"][0]["asked"]')" $((4096 * 512)) 'has its length'
code 0 'a logical one, and the table' give a.evx --partition disk/image.raw:6 --range disk/image.raw:0+512 -o p6.evx
code 0 'is extracted' as_defence extract p6.evx -C l --parts
ok 'from its place' cmp -n 512000 -i $(((12192 + 64) * 512)) disk/image.raw l/disk/image.raw.evx-part
ok 'as the map says' python3 look.py disk/image.raw l/disk/image.raw.evx-part l/disk/image.raw.evx-part.map
code 0 'one of a GPT in sectors of 4096 bytes' give a.evx --partition disk/gpt.raw:1 -o g1.evx
code 0 'is extracted' as_defence extract g1.evx -C g --parts
ok 'from its place' cmp -n $((400 * 4096)) -i $((300 * 4096)) disk/gpt.raw g/disk/gpt.raw.evx-part
code 3 'a partition that the table does not have' give a.evx --partition disk/image.raw:7 -o no.evx
err_has 'has no partition 7' 'says so'
code 2 'an extended one' give a.evx --partition disk/image.raw:2 -o no.evx
err_has 'is an extended one' 'says so'
code 3 'sectors of another size' give a.evx --partition disk/gpt.raw:1 --sector-size 512 -o no.evx
err_has 'is damaged: the GPT' 'says so'
code 3 'an image without a table' give a.evx --partition disk/sparse.raw:1 -o no.evx
err_has 'does not begin with an MBR or GPT' 'says so'
code 2 'no number' give a.evx --partition disk/image.raw:x -o no.evx
code 2 'number 0' give a.evx --partition disk/image.raw:0 -o no.evx
code 2 'sectors that no disk has' give a.evx --partition disk/gpt.raw:1 --sector-size 1K -o no.evx

# A sparse file: holes are proved by its line.
code 0 'a range over a hole' give a.evx --range disk/sparse.raw:2M+8M -o sparse.evx
code 0 'is extracted' as_defence extract sparse.evx -C h --parts
ok 'as the map says' sh -c '[ "$(python3 look.py disk/sparse.raw h/disk/sparse.raw.evx-part h/disk/sparse.raw.evx-part.map)" -gt $((20 << 20)) ]'
code 2 'a range in a hole' give a.evx --range disk/sparse.raw:4M+1M -o no.evx
err_has 'Nothing of this range was stored' 'has nothing to show'

# What is no range.
cp a.evx same.evx
code 2 'past the end' give a.evx --range disk/image.raw:12M+1 -o no.evx
err_has 'past the end of this file, which has 12582912 bytes' 'says so'
code 2 'over the end' give a.evx --range disk/image.raw:12000000+1M -o no.evx
code 2 'so far that numbers end' give a.evx --range disk/image.raw:1+18446744073709551615 -o no.evx
code 2 'no bytes' give a.evx --range disk/image.raw:5+0 -o no.evx
err_has 'range of no bytes' 'says so'
code 2 'a small file' give a.evx --range disk/small.raw:0+10 -o no.evx
err_has 'more than 4 MiB only' 'says to disclose it whole'
code 3 'a path that is not there' give a.evx --range disk/nothing:0+10 -o no.evx
code 3 'a directory' give a.evx --range disk:0+10 -o no.evx
code 2 'all of the file' give a.evx --range disk/image.raw:0+12M -o no.evx
err_has 'This is the whole file' 'says to name its path'
for bad in disk/image.raw disk/image.raw: disk/image.raw:5 disk/image.raw:5- disk/image.raw:+5 disk/image.raw:5+ disk/image.raw:5+5+5 :1+1; do
	code 2 "no range: $bad" give a.evx --range "$bad" -o no.evx
done
ok 'nothing was signed' cmp a.evx same.evx
gone no.evx 'nothing was written'
code 0 'a range of a file that is shown whole' give a.evx disk/image.raw --range disk/image.raw:1+1 -o whole.evx
out_has '1 file with contents' 'is in it'

# Several disclosures add up.
code 0 'one range' give a.evx --range disk/image.raw:1M+1M --self -o c1.evx
code 0 'another' give a.evx --range disk/image.raw:1500000+1M --self -o c2.evx
code 0 'the whole' give a.evx disk/image.raw --self -o c3.evx
code 0 'names' give a.evx disk/note --with-names --self -o c4.evx
code 0 'two ranges' "$EVX" compare c1.evx c2.evx --as officer
out_has '^ranges *disk/image.raw  only in A: [0-9]*-[0-9]*  only in B: [0-9]*-[0-9]*$' 'what each adds'
code 0 'a range and the whole' "$EVX" compare c1.evx c3.evx --as officer --json
is "$(head -1 "$T/out" | python3 -c 'import json,sys; o=json.load(sys.stdin); print(o["file"], len(o["only_a"]), len(o["only_b"]))')" 'ranges 0 2' 'as JSON'
code 0 'a range and the name' "$EVX" compare c4.evx c1.evx --as officer
out_has '^new *disk/image.raw$' 'is new'
code 0 'the same' "$EVX" compare c1.evx c1.evx --as officer
ok 'has no ranges to tell' not grep -q '^ranges' "$T/out"
cp a.evx fork.evx
code 0 'two from two copies' sh -c "EVX_HOME=$T/officer $EVX disclose a.evx --range disk/image.raw:1M+1 --self -o f1.evx --quiet && $EVX disclose fork.evx --range disk/image.raw:1M+1 --self -o f2.evx --quiet"
code 1 'contradict each other' "$EVX" compare f1.evx f2.evx
out_has '^FORK: ' 'as a fork'

# Several names, a vault, and a bundle that was changed.
mkdir two && cp disk/image.raw two/a.raw && ln two/a.raw two/z.raw && sealed two.evx two --self || exit 1
code 0 'a range by the second name' give two.evx --range two/z.raw:2M+1 -o z.evx
code 0 'is proved' as_defence verify z.evx --deep --trust "$T/officer.card"
code 0 'ranges by both names' give two.evx --range two/a.raw:1M+1 --range two/z.raw:2M+1 -o az.evx
code 0 'are proved' as_defence verify az.evx --deep --trust "$T/officer.card"
out_has '; 2 files in part$' 'each by itself'
code 0 'the first name whole' give two.evx two/a.raw --range two/z.raw:2M+1 -o whole-az.evx
code 0 'shows the second' sh -c "EVX_HOME=$T/defence $EVX extract whole-az.evx -C az && cmp az/two/a.raw az/two/z.raw"
code 0 'a vault' "$EVX" init "$T/office" --escrow "$T/room.card" --quiet
code 0 'takes the exhibit' "$EVX" import a.evx --vault "$T/office" --yes
code 0 'which is disclosed from there' give "$(basename "$T"/office/exhibits/*)" --range disk/image.raw:3000000+10 -o vaulted.evx --vault "$T/office"
code 0 'and checked' as_defence verify vaulted.evx --deep --trust "$T/officer.card"
code 0 'a vault of the receiver' as_defence init "$T/vault" --escrow "$T/room.card" --quiet
code 0 'takes a disclosure' as_defence import range.evx --vault "$T/vault" --yes
code 0 'and gives it out again' as_defence export "$(basename "$T"/vault/exhibits/*)" --vault "$T/vault" -o again.evx
code 0 'with its proof' as_defence verify again.evx --deep --trust "$T/officer.card"
cp a.evx bad.evx && flip bad.evx 9000000
code 1 'a file that was changed elsewhere' give bad.evx --range disk/image.raw:3000000+10 --range disk/gpt.raw:3M+10 --range disk/sparse.raw:1M+1 -o no.evx
gone no.evx 'is not given out'
done_testing
