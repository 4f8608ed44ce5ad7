#!/bin/sh
# Without a network everything works but remotes and time-stamps over the network; and what checks or opens evidence asks for no socket at all.
. "$(dirname "$0")/lib.sh"
people
evidence phone

# Asks for a socket are counted in a file.
cat >count.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
int socket(int domain, int type, int protocol)
{
	int (*next)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	const char *path = getenv("EVX_TEST_SOCKETS");
	int fd = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	if (fd >= 0 && write(fd, "x", 1) == 1)
		close(fd);
	return next(domain, type, protocol);
}
END
counted=
if ${CC:-cc} -shared -fPIC -o "$T/count.so" count.c -ldl 2>/dev/null && [ -e "${EVX_BUILD:-$TOP/build}/fault/faultlib.so" ]; then
	counted=yes
fi
rm count.c
# A namespace of one's own has no network, not even the loopback.
if unshare -n true 2>/dev/null; then
	alone() { unshare -n "$@"; }
elif unshare -rn true 2>/dev/null; then
	alone() { unshare -rn "$@"; }
else
	alone() { "$@"; }
	skip 'no network namespace can be made here'
fi
# without NAME COMMAND...: works without a network, and asks for no socket.
without() {
	name=$1
	shift
	: >"$T/sockets"
	if [ -n "$counted" ]; then
		code 0 "$name" alone env LD_PRELOAD="$T/count.so" EVX_TEST_SOCKETS="$T/sockets" "$@"
		is "$(wc -c <"$T/sockets" | tr -d ' ')" 0 "$name: no socket"
	else
		code 0 "$name" alone "$@"
	fi
}

without 'a seal' "$EVX" seal phone -o a.evx --case C --exhibit E --to "$T/lab.card" --self --quiet
without 'a check' "$EVX" verify a.evx
without 'a check of everything' "$EVX" verify a.evx --deep --as officer
without 'what it is' "$EVX" show a.evx
without 'its record' "$EVX" log a.evx --as officer
without 'its list' "$EVX" list a.evx
without 'one file' "$EVX" cat a.evx phone/notes/one.txt
without 'all files' "$EVX" extract a.evx -C out
without 'a release' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose x
without 'an acceptance' env EVX_HOME="$T/lab" "$EVX" accept a.evx --not-inventoried --no-receipt
without 'a vault' "$EVX" init vault --as officer --escrow "$T/room.card"
without 'a seal into it' "$EVX" seal phone --vault vault --case C --exhibit 2
without 'an export' "$EVX" export C/2 --vault vault -o b.evx
without 'a comparison' "$EVX" compare b.evx b.evx
without 'a check of the vault' "$EVX" check --vault vault --deep
mkdir stick
without 'a stick as remote' "$EVX" remote add stick "dir:$W/stick"
without 'a test of it' "$EVX" remote test stick
without 'a shipment over it' "$EVX" send C/2 --vault vault --to "$T/lab.card" --via stick --quiet
# What needs a network says so.
"$EVX" remote add store 's3://box?endpoint=http://127.0.0.1:1' >/dev/null
code 3 'a store' alone env AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b "$EVX" remote test store
code 3 'a time-stamp' alone "$EVX" timestamp b.evx --tsa http://127.0.0.1:1/
done_testing
