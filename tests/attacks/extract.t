#!/bin/sh
# Extraction by root of what an adversary sealed: no powers come back unasked, nobody else looks in, and no link leads it elsewhere.
. "$(dirname "$0")/../cli/lib.sh"

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP not root"; exit 0; }
people || exit 1
mkdir -p box/dir || exit 1
cp /bin/true box/setuid && chmod 6755 box/setuid && chmod 2755 box/dir
printf x >box/plain && printf x >box/attrs && ln -s plain box/link && mkfifo box/fifo
chown 1234:4321 box/plain && chown -h 1234:4321 box/link && chown 1234:4321 box/fifo && chmod 622 box/fifo
command -v setfattr >/dev/null && setfattr -n trusted.evil -v 1 box/attrs 2>/dev/null && trusted=yes
setfattr -n user.good -v 1 box/attrs 2>/dev/null
command -v setfacl >/dev/null && setfacl -m u:1234:rw box/plain 2>/dev/null && acl=yes
command -v chattr >/dev/null && chattr +i box/attrs 2>/dev/null && flags=yes
sealed a.evx box || exit 1
chattr -i box/attrs 2>/dev/null

code 0 'extract as root' at lab "$EVX" extract a.evx -C out
is "$(stat -c %a out)" 700 'the directory that it made is closed to others'
is "$(stat -c %a out/box/setuid) $(stat -c %a out/box/dir)" '755 755' 'no set-id bits come back'
is "$(stat -c %u:%g out/box/plain out/box/link out/box/fifo | tr '\n' ' ')" '1234:4321 1234:4321 1234:4321 ' 'owners come back, also of links and FIFOs'
is "$(stat -c %a out/box/fifo)" 622 'and the mode of a FIFO'
out_has '^LEFT OUT: 2 set-user-id or set-group-id files.*--privileged' 'one line says what was left out'
is "$(grep -c '^LEFT OUT' "$T/out")" 1 'one only'
if [ "${trusted:-}" = yes ]; then
	is "$(getfattr -n trusted.evil --only-values out/box/attrs 2>/dev/null)" '' 'no trusted attribute comes back'
	is "$(getfattr -n user.good --only-values out/box/attrs 2>/dev/null)" 1 'one of the user does'
	out_has '1 system attribute' 'which is said'
else
	skip 'no trusted attributes here'
fi
if [ "${flags:-}" = yes ]; then
	ok 'nothing is immutable' rm out/box/attrs
	out_has '1 file with flags' 'which is said'
else
	skip 'no file flags here'
fi
code 0 'the same as JSON' at lab "$EVX" extract a.evx -C json --json
out_has '"left_out":{"set_id":2,' 'counts it'

code 0 'with --privileged' at lab "$EVX" extract a.evx -C all --privileged
is "$(stat -c %a all/box/setuid) $(stat -c %a all/box/dir)" '6755 2755' 'set-id bits come back'
[ "${trusted:-}" != yes ] || is "$(getfattr -n trusted.evil --only-values all/box/attrs 2>/dev/null)" 1 'trusted attributes, too'
[ "${flags:-}" != yes ] || { ok 'and flags' not rm -f all/box/attrs; chattr -i all/box/attrs; }
ok 'nothing was left out' not grep -q 'LEFT OUT' "$T/out"

code 0 'with --no-owner' at lab "$EVX" extract a.evx -C mine --no-owner
is "$(stat -c %u mine/box/plain)" 0 'owners do not come back'
if [ "${acl:-}" = yes ]; then
	ok 'nor access lists that name others' not sh -c "getfacl -n mine/box/plain 2>/dev/null | grep -q user:1234"
	out_has 'LEFT OUT: 1 access list.*--no-owner' 'which is said'
	ok 'with owners they do' sh -c "getfacl -n all/box/plain 2>/dev/null | grep -q user:1234"
else
	skip 'no access lists here'
fi

# A link of another user in the place of the target, and one that comes between making the target and opening it.
mkdir elsewhere && mkdir -m 777 theirs && chmod 711 "$T" "$W"
ln -s "$W/elsewhere" theirs/target && chown -h 65534:65534 theirs/target
code 3 'a target that is a link of another user' at lab "$EVX" extract a.evx -C theirs/target
err_has 'link that belongs to another user' 'says so'
code 3 'also written as a directory' at lab "$EVX" extract a.evx -C theirs/target/
is "$(ls -A elsewhere)" '' 'nothing was written behind it'
ln -s elsewhere own
code 0 'a link of our own leads on' at lab "$EVX" extract a.evx -C own box/plain
rm -rf elsewhere/*

cat >swap.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
/* Somebody else is quick: what mkdirat makes under the name in SWAP is exchanged before it returns. */
int mkdirat(int fd, const char *name, mode_t mode)
{
	int (*real)(int, const char *, mode_t) = (int (*)(int, const char *, mode_t))dlsym(RTLD_NEXT, "mkdirat");
	int r = real(fd, name, mode);
	if (r == 0 && getenv("SWAP") != NULL && strcmp(name, getenv("SWAP")) == 0) {
		renameat(fd, name, fd, "moved-away");
		if (getenv("SWAP_DIR") != NULL) {
			real(fd, name, 0777);
			fchownat(fd, name, 65534, 65534, 0);
		} else {
			symlinkat(getenv("SWAP_TO"), fd, name);
		}
	}
	return r;
}
END
if [ -e "${EVX_BUILD:-$TOP/build}/fault/faultlib.so" ] && ${CC:-cc} -shared -fPIC -o "$T/swap.so" swap.c -ldl 2>/dev/null; then
	chmod 700 elsewhere # as a new directory is
	code 3 'a link that takes the place of the target just made' at lab env LD_PRELOAD="$T/swap.so" SWAP=quick SWAP_TO="$W/elsewhere" "$EVX" extract a.evx -C quick
	code 3 'a directory of another user that does' at lab env LD_PRELOAD="$T/swap.so" SWAP=quick2 SWAP_DIR=1 "$EVX" extract a.evx -C quick2
	err_has 'replaced the target directory' 'says so'
	code 3 'and one within the target' at lab env LD_PRELOAD="$T/swap.so" SWAP=dir SWAP_DIR=1 "$EVX" extract a.evx -C quick3
	err_has 'Somebody replaced a directory' 'says so'
	is "$(ls -A elsewhere)" '' 'nothing was written elsewhere'
else
	skip 'no library can be put before this program'
fi
done_testing
