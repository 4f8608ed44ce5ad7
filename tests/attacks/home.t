#!/bin/sh
# Cards and rosters of the home came from others. Their bytes meet the parser only once the process has confined itself.
. "$(dirname "$0")/../cli/lib.sh"

cat >watch.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int out = -1, status = -1;
/* A child of a fork looks at itself, before it confines itself. */
static void watch_child(void)
{
	if (status >= 0)
		close(status);
	status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}
static __attribute__((constructor)) void begin(void)
{
	const char *path = getenv("EVX_TEST_SEEN");
	out = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	(void)pthread_atfork(NULL, NULL, watch_child);
}
/* Stands before the parser: where it gets something of Mallory's, says whether the process has its filter. A child that does not read its own status
 * says "child". */
void *json_loadb(const char *p, size_t n, size_t flags, void *error)
{
	void *(*next)(const char *, size_t, size_t, void *) = (void *(*)(const char *, size_t, size_t, void *))dlsym(RTLD_NEXT, "json_loadb");
	char text[4096] = "", mine[32];
	if (out >= 0 && memmem(p, n, "Mallory", 7) != NULL) {
		const char *say = "child\n";
		(void)snprintf(mine, sizeof mine, "\nPid:\t%d\n", (int)getpid());
		if (pread(status, text, sizeof text - 1, 0) > 0 && strstr(text, mine) != NULL)
			say = strstr(text, "\nSeccomp:\t2") != NULL ? "confined\n" : "open\n";
		if (write(out, say, strlen(say)) < 0)
			abort();
	}
	return next(p, n, flags, error);
}
END
if ! ${CC:-cc} -shared -fPIC -o "$T/watch.so" watch.c -ldl 2>/dev/null || [ ! -e "${EVX_BUILD:-$TOP/build}/fault/faultlib.so" ]; then
	echo '1..0 # SKIP no compiler, or a sanitizer that stands before all libraries'
	exit 0
fi
rm watch.c
export EVX_TEST_SEEN="$T/seen"
people && person Mallory Mallory || exit 1
long=$(date -u -d '2 days ago' +%Y-%m-%d)
mkdir in && echo one >in/one && sealed a.evx in || exit 1
{ "$EVX" roster new r --name Mallory --root "$T/Mallory.card" && "$EVX" roster add r "$T/room.card" --agency Mallory --from "$long" &&
	at Mallory "$EVX" roster sign r; } >/dev/null || exit 1
for who in officer lab; do
	at $who "$EVX" trust add "$T/Mallory.card" --yes --quiet && at $who "$EVX" roster import r --all-agencies --quiet &&
		at $who "$EVX" id always-to "$T/Mallory.card" >/dev/null || exit 1
done

# parsed NAME COMMAND...: it parses what is Mallory's, confined, and never before.
parsed() {
	what=$1
	shift
	: >"$T/seen"
	run env LD_PRELOAD="$T/watch.so" "$@"
	[ "$rc" -ne 2 ] && [ "$rc" -ne 3 ] && [ "$rc" -lt 100 ] || fail "$what: it runs" "exit $rc" "$(head -n 5 "$T/err")"
	is "$(sort -u "$T/seen" | tr '\n' ' ')" 'confined ' "$what: confined first"
}
parsed 'trust list' "$EVX" trust list
parsed 'trust show' "$EVX" trust show "$("$EVX" trust list | sed 's/ .*//' | head -n 1)"
parsed 'trust add' "$EVX" trust add "$T/lab.card"
parsed 'always-to list' "$EVX" id always-to
parsed 'always-to' "$EVX" id always-to "$T/lab.card"
parsed 'roster show' "$EVX" roster show
parsed 'roster verify' "$EVX" roster verify r
parsed 'roster import' EVX_HOME="$T/room" "$EVX" roster import r --all-agencies
parsed 'roster add' "$EVX" roster add r "$T/stranger.card" --agency Mallory --from "$long"
parsed 'verify' "$EVX" verify a.evx
parsed 'verify --trust' "$EVX" verify a.evx --trust "$T/room.card"
for act in list extract; do
	parsed "$act" EVX_HOME="$T/lab" "$EVX" $act a.evx $([ $act = extract ] && echo -C out)
done
parsed 'cat' EVX_HOME="$T/lab" "$EVX" cat a.evx in/one
parsed 'seal' "$EVX" seal in -o b.evx --case C --exhibit 2 --to "$T/lab.card"
parsed 'recipient list' "$EVX" recipient list a.evx
parsed 'compare' "$EVX" compare a.evx a.evx
parsed 'note' "$EVX" note a.evx hello
parsed 'release' "$EVX" release a.evx --to "$T/room.card" --keeps nothing --purpose test --receipt r.evxr
parsed 'a request for a time-stamp' "$EVX" timestamp a.evx --tsa-request q.tsq
parsed 'rewrap' EVX_HOME="$T/lab" "$EVX" rewrap b.evx --to "$T/room.card" --yes
parsed 'a receipt, detached' "$EVX" note b.evx more --detached n.evxr
parsed 'append' "$EVX" append b.evx n.evxr

# The cards of the home's own identities: Mallory works here.
own() { what=$1; shift; parsed "own identity: $what" EVX_HOME="$T/Mallory" "$@"; }
own 'seal' "$EVX" seal in -o m.evx --case C --exhibit 3 --self
own 'verify' "$EVX" verify m.evx --as Mallory
own 'verify --deep' "$EVX" verify m.evx --deep
own 'list' "$EVX" list m.evx
own 'cat' "$EVX" cat m.evx in/one
own 'extract' "$EVX" extract m.evx -C out-of-mallory
own 'note' "$EVX" note m.evx hello
own 'rewrap' "$EVX" rewrap m.evx --to "$T/room.card" --yes --names-compared
own 'a draft' "$EVX" release m.evx --to "$T/room.card" --keeps nothing --purpose test --draft m.draft --names-compared
"$EVX" note a.evx seen --also "$T/Mallory.card" --draft w.draft --quiet >/dev/null
own 'sign' "$EVX" sign w.draft --yes
own 'compare' "$EVX" compare m.evx m.evx --as Mallory
own 'recipient list' "$EVX" recipient list m.evx --as Mallory
"$EVX" roster rotate r --root "$T/Mallory.card" >/dev/null 2>&1
own 'roster sign' "$EVX" roster sign r
own 'init' "$EVX" init --vault "$W/m"
own 'seal into a vault' "$EVX" seal in --vault "$W/m" --case C --exhibit 1
own 'case new' "$EVX" case new D --vault "$W/m"
own 'exhibits' "$EVX" exhibits --vault "$W/m"
own 'check' "$EVX" check --deep --vault "$W/m"
own 'heal' "$EVX" check --vault "$W/m" --heal-from m.evx

export EVX_VAULT="$W/v"
parsed 'init' "$EVX" init --escrow "$T/stranger.card"
parsed 'member add' "$EVX" member add "$T/lab.card"
parsed 'seal into a vault' "$EVX" seal in --case C --exhibit 1 --to "$T/lab.card"
parsed 'import' "$EVX" import a.evx --case C
parsed 'check' "$EVX" check
parsed 'inventory' "$EVX" inventory --witness "$T/room.card"
parsed 'export' "$EVX" export "$(ls v/exhibits | head -n 1)" -o c.evx
parsed 'dispose' "$EVX" dispose "$(ls v/exhibits | head -n 1)" --reason test --authority test --yes
parsed 'id import' EVX_HOME="$T/room" "$EVX" id import "$T/Mallory.card" --name m --names-compared
at lab "$EVX" trust remove "$(at lab "$EVX" member list | sed -n 's/ .*(founder)$//p')" >/dev/null 2>&1
: >"$T/seen"
run env LD_PRELOAD="$T/watch.so" EVX_HOME="$T/lab" "$EVX" seal in --case C --exhibit 3 --yes
is "$(grep -c open "$T/seen")" 0 'the door of a vault: confined first'
done_testing
