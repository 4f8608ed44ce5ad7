#!/bin/sh
# What goes beside a bundle for somebody without evx: it is complete, its checksums are right, and each program checks the bundle without evx.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
sealed a.evx phone || exit 1
uuid=$("$EVX" show a.evx --json | jq -r .uuid)
seal_code=$("$EVX" show a.evx --json | jq -r .seal_code)
tar -xf a.evx # what evx export takes: an exhibit of a vault, or an unpacked bundle

code 0 'a bundle with its readers' "$EVX" export "$uuid" --with-reader -o stick
out_has 'READ-ME-FIRST.txt' 'which says where to begin'
ok 'the bundle is the one that was sealed' cmp a.evx "stick/$uuid.evx"
code 0 'the checksums hold' sh -c 'cd stick && sha256sum -c --strict --quiet SHA256SUMS'
is "$(cd stick && find . -type f -not -name '*.evx' | sort)" "$({ sed 's/^[0-9a-f]*  /.\//' stick/SHA256SUMS; echo ./SHA256SUMS; echo ./READ-ME-FIRST.txt; } | sort)" \
	'and there is nothing else'
ok 'the page has them, too' sh -c 'while read -r line; do grep -qF "$line" stick/READ-ME-FIRST.txt || exit 1; done <stick/SHA256SUMS'
is "$(awk 'length > 79 && !/^[0-9a-f]+  /' stick/READ-ME-FIRST.txt)" '' 'its lines fit a screen'
code 0 'once more, into the directory that is there' "$EVX" export "$uuid" --with-reader -o stick2
code 3 'where the bundle is already' "$EVX" export "$uuid" --with-reader -o stick2
rm stick2/*.evx
code 0 'readers that are there stay' "$EVX" export "$uuid" --with-reader -o stick2
rm stick2/*.evx
echo '# changed' >>stick2/reader.py
cp stick2/reader.py changed.py
code 3 'another program of that name' "$EVX" export "$uuid" --with-reader -o stick2
err_has 'reader.py.*Something else of this name is there already' 'is named'
ok 'and left' cmp changed.py stick2/reader.py
rm -r stick2
mkdir stick2 && ln -s "$T/outside" stick2/reader.py
code 3 'a link of that name' "$EVX" export "$uuid" --with-reader -o stick2
ok 'is not followed' test ! -e "$T/outside"
# A bundle that is a file already goes along as it is.
code 0 'a bundle file with its readers' "$EVX" export a.evx --with-reader -o stick5
out_has "^$uuid  stick5/a.evx  " 'says where it is'
ok 'the copy is the bundle' cmp a.evx stick5/a.evx
ok 'the programs are beside it' cmp stick/SHA256SUMS stick5/SHA256SUMS
code 3 'the same name twice' "$EVX" export a.evx --with-reader -o stick5
err_has 'there already' 'is told'
rm -r stick5
code 0 'a bundle file and an unpacked one' "$EVX" export a.evx "$uuid" --with-reader -o stick5
ok 'are both there' cmp stick5/a.evx "stick5/$uuid.evx"
rm -r stick5
code 0 'as JSON' "$EVX" export a.evx --with-reader -o stick5 --json
is "$(jq -c '[.uuid, .written, .bytes, .events, .exit]' "$T/out")" "[\"$uuid\",\"stick5/a.evx\",\"$(stat -c %s a.evx)\",1,0]" 'says the same'
cp a.evx bad.evx && flip bad.evx 60000
code 1 'a bundle file that was changed' "$EVX" export bad.evx --with-reader -o stick6
err_has 'bad.evx: The bundle is not good.* It was not copied. To see why, run: evx verify' 'is told'
gone stick6 'nothing is left of it'
code 3 'one that is cut off' sh -c "head -c 30000 a.evx >cut.evx; exec '$EVX' export cut.evx --with-reader -o stick6"
gone stick6 'nothing is left of it'
code 2 'a bundle file without programs' "$EVX" export a.evx -o stick6
err_has 'To put programs beside the bundle, use --with-reader -o DIR' 'is told how'
code 2 'a bundle file in volumes' "$EVX" export a.evx --with-reader --split 1M -o stick6
gone stick6 'nothing is written'

code 3 'no such bundle' "$EVX" export nowhere.evx --with-reader -o stick3
ok 'makes no directory' test ! -e stick3
code 2 'into a file' "$EVX" export "$uuid" --with-reader -o b.evx
code 2 'into standard output' "$EVX" export "$uuid" --with-reader -o -
code 2 'with a listing' "$EVX" export "$uuid" --with-reader --mtree -o x
cp "$EVX" alone && chmod +x alone
code 3 'an evx without its readers' ./alone export "$uuid" --with-reader -o stick4
err_has 'are not installed' 'says so'
ok 'and writes nothing' test ! -e stick4

# Without evx.
if [ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import cryptography, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v age >/dev/null 2>&1; then
	code 0 'reader.py checks the bundle' env -C stick PATH=/usr/bin:/bin EVX_HOME=/nonexistent /usr/bin/python3 reader.py "$uuid.evx"
	out_has '^good' 'and says so'
	cp "stick/$uuid.evx" stick/bad.evx && flip stick/bad.evx 60000
	code 1 'a bundle that was changed' env -C stick /usr/bin/python3 reader.py bad.evx
else
	skip 'reader.py needs Python 3.11 with cryptography, and age'
fi
if [ ! -e stick/evx-reader ]; then
	skip 'this build has no static program'
	done_testing
	exit 0
fi
ok 'the static program needs no library' sh -c '! readelf -d stick/evx-reader | grep -q NEEDED && ! readelf -l stick/evx-reader | grep -q INTERP'
at=$T/nothing
mkdir -p "$at/out" && cp stick/evx-reader "stick/$uuid.evx" "$T/officer.card" "$at/" && cp -R "$T/lab" "$at/home" && mv "$at/$uuid.evx" "$at/a.evx"
cp "$at/a.evx" "$at/bad.evx" && flip "$at/bad.evx" 60000
if [ "$(id -u)" -eq 0 ] && chroot "$at" /evx-reader version >/dev/null 2>&1; then
	alone() { env -i PATH="$PATH" EVX_HOME=/home chroot "$at" /evx-reader "$@"; }
else
	alone() { (cd "$at" && env -i PATH="$PATH" EVX_HOME="$at/home" ./evx-reader "$@"); }
fi
code 0 'the static program, with nothing around it' alone verify a.evx --code "$seal_code" --trust officer.card
out_has '^GOOD' 'says that the bundle is good'
code 5 'without a card' alone verify a.evx
code 1 'a bundle that was changed' alone verify bad.evx --trust officer.card
out_has '^BAD' 'is bad'
code 0 'the record' alone log a.evx
code 0 'the list' alone list a.evx --as lab
out_has 'phone/notes/one.txt' 'names the files'
code 0 'a file' alone cat a.evx phone/notes/one.txt --as lab
is "$(cat "$T/out")" one 'has its bytes'
run alone extract a.evx -C out/all --as lab
ok 'all files' test "$rc" -eq 0
ok 'are there' diff -r --no-dereference --exclude=fifo phone "$at/out/all/phone"
code 2 'what it cannot do' alone seal a.evx
err_has 'no command "seal"' 'it says'
done_testing
