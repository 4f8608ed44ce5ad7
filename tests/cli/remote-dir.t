#!/bin/sh
# A directory as remote: objects put, listed, fetched, removed; media that cannot do what others can; names that lead elsewhere.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
packs 1000 2000000 3000000 0 1
mkdir "$T/stick"
stick=dir:$T/stick

code 0 'a directory is tested' tool "$stick" test
out_has '^writes 1 reads 1 lists 1 removes 1 replaces 0 proves 0 left 0$' 'it can do what is asked'
is "$(find "$T/stick" -type f | wc -l)" 0 'and nothing is left'
code 0 'packs are sent' tool "$stick" send "$T/packs"
out_has '^5 objects, 0 there before, 0 failed, 5001001 bytes$' 'all of them'
code 0 'and again' tool "$stick" send "$T/packs"
out_has '^5 objects, 5 there before, 0 failed, 0 bytes$' 'which moves nothing'
arrives 'a directory' "$stick"
code 0 'the medium is flushed' tool "$stick" flush

echo one >one && echo other >other
code 0 'one object' tool "$stick" put inbox/aa one
code 13 'is not put again' tool "$stick" put inbox/aa other
code 0 'it is read from the medium' tool "$stick" reread inbox/aa
is "$(cat "$T/out")" one 'and is the first'
code 0 'it is asked for' tool "$stick" stat inbox/aa
out_has '^4 until 0 -$' 'with its length'
code 12 'one that is not there' tool "$stick" stat inbox/ab
code 12 'nor can be read' tool "$stick" get inbox/ab
code 0 'one is removed' tool "$stick" remove inbox/aa
code 0 'and once more' tool "$stick" remove inbox/aa
code 18 'a directory keeps nothing until a date' tool -u 2000000000 "$stick" retain inbox/aa

# What stands there that is no object.
mkdir "$T/stick/inbox/dir" && ln -s "$T/officer" "$T/stick/inbox/link" && mkfifo "$T/stick/inbox/pipe" && echo x >"$T/stick/inbox/UPPER" && echo x >"$T/stick/inbox/ok"
code 0 'a list' tool "$stick" list inbox
is "$(cat "$T/out")" 'inbox/ok 2' 'has objects only'
code 13 'a link is in the way' tool "$stick" put inbox/link one
code 17 'a pipe is no object' tool "$stick" get inbox/pipe
code 11 'a name that leads out' tool "$stick" get ../officer
code 11 'capitals are no name' tool "$stick" stat inbox/UPPER
rm -rf "$T/stick/inbox"
ln -s "$T" "$T/stick/inbox"
code 14 'a link in the place of a directory: nothing is written through it' tool "$stick" put inbox/aa one
gone "$T/aa" 'nothing was'
rm "$T/stick/inbox"

# Packs that are not what their names say are not sent; a file that is shorter than it was is noticed.
cp "$T/packs/$(ls "$T/packs" | tail -n 1)" "$T/keep" && victim=$(ls -S "$T/packs" | head -n 1)
mkdir "$T/bad" && head -c 1000 /dev/zero >"$T/bad/$victim"
code 1 'damaged bytes are not sent' tool dir:"$T/stick" send "$T/bad"
is "$(stat -c %s "$T/stick/packs/$(echo "$victim" | cut -c 1-2)/$victim")" 3000000 'the good ones stay'
rm -rf "$T/stick/packs" && code 1 'nor to where nothing is' tool "$stick" send "$T/bad"
err_has 'damaged' 'it says so'
is "$(find "$T/stick" -type f | wc -l)" 0 'and leaves nothing'

code 12 'a directory that is not there' tool dir:"$T/nowhere" test
code 11 'no URL' tool nowhere test

# Media that can do less: no fsync (as exFAT through FUSE), no rename, a full one.
shim() { code "$1" "$2" env LD_PRELOAD="$EVX_BUILD/fault/media.so" MEDIA="$3" "$TOOL" -w 20 "$4" "$5" "$6"; }
if [ -f "${EVX_BUILD:-}/fault/media.so" ]; then
	shim 0 'a test where there is no fsync' nofsync "$stick" test ''
	out_has '^writes 1 reads 1 ' 'works'
	shim 0 'no fsync' nofsync "$stick" send "$T/packs"
	arrives 'no fsync' "$stick"
	rm -rf "$T/stick/packs"
	shim 0 'no rename that refuses to replace' noreplace "$stick" send "$T/packs"
	arrives 'no such rename' "$stick"
	rm -rf "$T/stick/packs"
	shim 0 'no rename at all' norename "$stick" send "$T/packs"
	arrives 'no rename' "$stick"
	is "$(find "$T/stick" -name '*.part-*' | wc -l)" 0 'no rename: nothing else is left'
	rm -rf "$T/stick/packs"
	shim 1 'a full medium' full "$stick" send "$T/packs"
	err_has 'No space left' 'it says so'
	is "$(find "$T/stick" -type f -size +0 | wc -l)" 2 'what was complete is there, and nothing half'
	rm -rf "$T/stick/packs"
	shim 1 'a wall' wall "$stick" send "$T/packs"
	err_has 'holds no file of that length' 'it says so'
	rm -rf "$T/stick/packs"
	shim 14 'a flush that fails' badflush "$stick" flush ''
else
	skip 'media that can do less: no shim with sanitizers'
fi
done_testing
