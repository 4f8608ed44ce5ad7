#!/bin/sh
# Several names of one file, link or node: recorded, restored, also where flags or limits stand in the way.
. "$(dirname "$0")/lib.sh"

people || exit 1
label='--case C-1 --exhibit E-1 --self'
mkdir many && echo text >many/a && ln many/a many/b && ln -s a many/l1 && ln -P many/l1 many/l2 && mkfifo many/p1 && ln many/p1 many/p2 &&
	ln -P many/l1 many/l3 && mkdir many/below && ln -P many/l1 many/below/l4 || exit 1
# one NAME...: they have one inode.
one() { is "$(for n; do stat -c %i "$n"; done | sort -u | wc -l)" 1 "one file: $*"; }

code 0 'seal' "$EVX" seal many -o many.evx $label
code 0 'list' "$EVX" list many.evx --json --as officer
is "$(grep -c '"hardlink"' "$T/out")" 5 'every further name says so'
ok 'of links, too' grep -q '"path":"many/l2","type":"symlink".*"hardlink":' "$T/out"
ok 'and of pipes' grep -q '"path":"many/p2","type":"fifo".*"hardlink":' "$T/out"
code 0 'verify deeply' "$EVX" verify many.evx --deep --as officer
code 0 'extract' "$EVX" extract many.evx -C out
one out/many/a out/many/b
one out/many/l1 out/many/l2 out/many/l3 out/many/below/l4
one out/many/p1 out/many/p2
ok 'the same tree' same many out/many
code 0 'extract a further name alone' "$EVX" extract many.evx -C alone many/l2
is "$(readlink alone/many/l2)" a 'it is the link'
code 0 'what changed between is no link' "$EVX" seal many -o many2.evx $label --reread
if [ "$(id -u)" -eq 0 ] && mknod many/c1 c 1 3 2>/dev/null; then
	ln many/c1 many/c2
	code 0 'devices' "$EVX" seal many -o devices.evx $label
	code 0 'are extracted' "$EVX" extract devices.evx -C devices --devices
	one devices/many/c1 devices/many/c2
	code 0 'without --devices' "$EVX" extract devices.evx -C none
	gone none/many/c2 'none is made'
	rm many/c1 many/c2
else
	skip 'only root can make a device'
fi

# Flags that forbid further names.
mkdir fixed && echo text >fixed/a && ln fixed/a fixed/b && ln fixed/a fixed/c
if [ "$(id -u)" -eq 0 ] && chattr +i fixed/a 2>/dev/null; then
	code 0 'seal an immutable file' "$EVX" seal fixed -o fixed.evx $label
	chattr -i fixed/a
	code 0 'extract it' "$EVX" extract fixed.evx -C fix --privileged
	ok 'nothing was lost' not grep -q 'hard link' "$T/err"
	one fix/fixed/a fix/fixed/b fix/fixed/c
	ok 'and it is immutable' sh -c "lsattr fix/fixed/a | grep -q '^[^ ]*i'"
	chattr -i fix/fixed/a
else
	skip 'chattr +i does not work here'
fi

# More names than the file system allows: a second copy takes those that the first one cannot.
shm=$(mktemp -d /dev/shm/evx-test.XXXXXX 2>/dev/null)
if [ -n "$shm" ] && [ "$(stat -f -c %T .)" = ext2/ext3 ] && command -v perl >/dev/null; then
	mkdir "$shm/limit" && echo text >"$shm/limit/a"
	perl -e 'link("$ARGV[0]/a", sprintf("%s/%05d", $ARGV[0], $_)) or die for 1 .. 65009' "$shm/limit"
	code 0 'seal a file of 65,010 names' "$EVX" seal "$shm/limit" -o limit.evx $label
	code 0 'extract it where a file has 65,000 at most' "$EVX" extract limit.evx -C limited
	is "$(find limited -type f -links 65000 | wc -l)" 65000 'so many are one file'
	is "$(find limited -type f -links 10 | wc -l)" 10 'the others are one more'
else
	skip 'no ext4, or no tmpfs'
fi
[ -z "$shm" ] || rm -rf "$shm"
done_testing
