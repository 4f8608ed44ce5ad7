#!/bin/sh
# What is written beside other files: a process that was taken over while it writes a bundle, a receipt or a request reaches none of its neighbours.
. "$(dirname "$0")/../cli/lib.sh"

cat >spy.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* When the new file gets its name, tries what hostile bytes would: to open its neighbour, for reading, for writing, for cutting. */
static void spy(void)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_WRONLY | O_TRUNC, O_RDONLY | O_TRUNC, O_ACCMODE };
	const char *victim = getenv("NEIGHBOUR");
	for (unsigned i = 0; victim != NULL && i < sizeof flags / sizeof flags[0]; i++) {
		int fd = open(victim, flags[i]);
		dprintf(2, "spy: %s\n", fd >= 0 ? "REACHED" : strerror(errno));
		if (fd >= 0)
			close(fd);
	}
}
int renameat2(int a, const char *from, int b, const char *to, unsigned f)
{
	int (*real)(int, const char *, int, const char *, unsigned) =
		(int (*)(int, const char *, int, const char *, unsigned))dlsym(RTLD_NEXT, "renameat2");
	spy();
	return real(a, from, b, to, f);
}
END
[ -e "${EVX_BUILD:-$TOP/build}/fault/faultlib.so" ] && ${CC:-cc} -shared -fPIC -o "$T/spy.so" spy.c -ldl 2>/dev/null ||
	{ echo "1..0 # SKIP no library can be put before this program"; exit 0; }
people && mkdir box out && echo x >box/x && echo private >out/neighbour && sealed a.evx box || exit 1
"$EVX" verify a.evx --trust "$T/officer.card" 2>&1 | grep -q Landlock && { echo "1..0 # SKIP this kernel has no Landlock"; exit 0; }
spied() { # NAME COMMAND...
	name=$1
	shift
	code 0 "$name" env LD_PRELOAD="$T/spy.so" NEIGHBOUR="$W/out/neighbour" "$@"
	is "$(grep -c '^spy: ' "$T/err") $(grep -c REACHED "$T/err")" '5 0' "$name: its neighbour is out of reach"
}
spied 'seal -o' "$EVX" seal box -o out/b.evx --case C --exhibit E --to "$T/lab.card"
spied 'a receipt beside the bundle' "$EVX" note a.evx seen --detached out/note.receipt
"$EVX" note a.evx seen --quiet >/dev/null 2>&1
spied 'the receipt of an event' "$EVX" receipt export a.evx out/again.receipt
spied 'a request for a time-stamp' "$EVX" timestamp a.evx --tsa-request out/request
if command -v openssl >/dev/null && command -v python3 >/dev/null && sh "$TOP/tests/tsa.sh" make auth; then
	unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
	python3 "$TOP/tests/tsa_server.py" auth "$T/port" &
	server=$!
	trap 'kill $server 2>/dev/null; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
	wait_for test -e "$T/port"
	spied 'seal -o with a time-stamp' "$EVX" seal box -o out/t.evx --case C --exhibit E --to "$T/lab.card" \
		--tsa "http://127.0.0.1:$(cat "$T/port")/tsa" --tsa-ca auth/ca.pem
	ok 'seal -o with a time-stamp: the bundle has its time-stamp' sh -c 'tar -tf out/t.evx | grep -q "seal\.tsr$"'
else
	skip 'no openssl and python3 for a time-stamp authority'
fi
is "$(cat out/neighbour)" private 'the neighbour is as it was'
done_testing
