#!/bin/sh
# A source that is changed while it is sealed: nothing is recorded that was not read.
. "$(dirname "$0")/lib.sh"

people || exit 1
label='--case C --exhibit E'
digest() { sed -n "s|.*\"path\":\"$1\".*\"sha256\":\"\([0-9a-f]*\)\".*|\1|p" "$T/out"; }

# Sealing to a pipe that nobody empties stands still inside the large file, behind a/ and before c/: once some of its bytes have come,
# and as long as the rest of it finds no room in memory.
mkdir -p src/a src/b src/c
echo first >src/a/one && ln src/a/one src/a/two
echo other >src/a/three && ln src/a/three src/a/four
head -c 150000000 /dev/urandom >src/b/large
mkfifo pipe
"$EVX" seal src -o - $label --self --yes --jobs 1 >pipe 2>"$T/err" &
exec 3<pipe
head -c 1000000 <&3 >x.evx
# An inode's number is free again with its last name, and taken by one of the next files. Both names have a file of two links.
inode=$(stat -c %i src/a/one)
rm src/a/one src/a/two
for i in 1 2 3 4 5 6 7 8; do echo "second $i" >src/c/n$i && ln src/c/n$i src/c/m$i; done
again=$(find src/c -inum "$inode" -name 'n*')
# And a file of two names gets a third one, and other contents under it.
ln src/a/three src/c/three && echo 'quite other' >src/c/three
cat <&3 >>x.evx
exec 3<&-
wait $!
is $? 6 'a source that changed meanwhile is sealed with exit 6'
code 0 'its listing' "$EVX" list x.evx --json --as officer
is "$(digest src/a/one)" "$(echo first | sha256sum | cut -d' ' -f1)" 'what was read before is listed as it was'
for i in 1 8; do
	is "$(digest src/c/m$i)" "$(echo "second $i" | sha256sum | cut -d' ' -f1)" "a new file is listed with its own digest ($i)"
done
if [ -n "$again" ]; then
	is "$(digest "$again")" "$(sha256sum <"$again" | cut -d' ' -f1)" 'so is the one that got the number of a file that is gone'
else
	skip 'this file system gave the number of the inode to nobody'
fi
is "$(digest src/c/three)" "$(echo 'quite other' | sha256sum | cut -d' ' -f1)" 'and a third name of a file that changed meanwhile'
code 0 'every byte is as the listing says' "$EVX" verify x.evx --deep --as officer
rm -rf out
code 0 'and comes out again' "$EVX" extract x.evx -C out --as officer src/c
ok 'as it was' diff -r src/c out/src/c

# Sources that are exchanged between their opening and the walk: sealed is what was opened. Two stand behind the one whose large file
# holds the seal up, and none of them has been walked by then.
mkdir -p a-large b-dir && mv src/b/large a-large/ && mkdir b-dir/sub && echo opened >b-dir/sub/file && echo opened >c-file
"$EVX" seal a-large b-dir c-file -o - $label --self --yes --jobs 1 --reread >pipe 2>"$T/err" &
exec 3<pipe
head -c 1000000 <&3 >y.evx
mv b-dir b-gone && mkdir -p b-dir/sub && echo exchanged >b-dir/sub/file && echo exchanged >b-dir/new
mv c-file c-gone && ln -s b-dir/new c-file
cat <&3 >>y.evx
exec 3<&-
wait $!
is $? 0 'sources exchanged after they were opened: what was opened is sealed whole, and read again'
code 0 'its listing' "$EVX" list y.evx --json --as officer
is "$(digest b-dir/sub/file)" "$(echo opened | sha256sum | cut -d' ' -f1)" 'a directory that was exchanged: its files as they were'
ok 'and nothing of the other one' not grep -q b-dir/new "$T/out"
is "$(digest c-file)" "$(echo opened | sha256sum | cut -d' ' -f1)" 'so is a file that was exchanged for a link'

# What is open can be read by way of /proc only, where it is a single file. (A sanitizer needs /proc itself.)
bare() { unshare -m sh -c 'umount -l /proc && exec "$@"' sh "$@"; }
if bare "$EVX" version >/dev/null 2>&1; then
	mkdir full && echo inside >full/file && echo lone >lone
	code 6 'without /proc a single file is sealed as one that could not be read' bare "$EVX" seal lone -o lone.evx $label --self --yes
	err_has '^evx: lone: .*/proc, which is not mounted' 'the reason is said'
	code 0 'its listing without /proc' "$EVX" list lone.evx --json --as officer
	out_has '"error":"[^"]*/proc, which is not mounted' 'the reason is sealed'
	code 0 'a directory needs no /proc' bare "$EVX" seal full -o full.evx $label --self --yes
	code 0 'its listing' "$EVX" list full.evx --json --as officer
	is "$(digest full/file)" "$(echo inside | sha256sum | cut -d' ' -f1)" 'the files of a directory are read without /proc'
else
	skip 'only root can take /proc away'
fi
done_testing
