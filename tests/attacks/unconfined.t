#!/bin/sh
# A kernel that cannot confine: said, to root whatever the options are, and refused when that is asked for.
. "$(dirname "$0")/../cli/lib.sh"

cat >without.c <<'END'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
/* Runs a program on a kernel without Landlock: its first call says that it is switched off. */
int main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 444, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };
	(void)argc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return 99;
	execvp(argv[1], argv + 1);
	return 98;
}
END
${CC:-cc} -o "$T/without" without.c 2>/dev/null && "$T/without" true || { echo "1..0 # SKIP no compiler, or no filters"; exit 0; }
people || exit 1
mkdir box && echo x >box/x && sealed a.evx box || exit 1

run "$EVX" verify a.evx --trust "$T/officer.card"
if [ "$rc" -eq 0 ] && ! grep -q Landlock "$T/err"; then
	code 0 'on a whole kernel nothing stops it' "$EVX" verify a.evx --trust "$T/officer.card" --require-confinement --quiet
	is "$(cat "$T/err")" '' 'nor does it say anything'
else
	skip 'this kernel has no Landlock itself'
fi
code 0 'without Landlock it works' "$T/without" "$EVX" verify a.evx --trust "$T/officer.card"
err_has 'This kernel has no Landlock' 'and says so'
code 3 'not with --require-confinement' "$T/without" "$EVX" verify a.evx --trust "$T/officer.card" --require-confinement
err_has 'Nothing was read' 'which says what that means'
out_empty 'and shows nothing'
code 3 'nor is anything sealed' "$T/without" "$EVX" seal box -o b.evx --case C --exhibit E --to "$T/lab.card" --require-confinement
gone b.evx 'no bundle is left'
code 3 'nor extracted' at lab "$T/without" "$EVX" extract a.evx -C out --require-confinement
gone out 'no directory is left'
code 0 '--quiet' "$T/without" "$EVX" verify a.evx --trust "$T/officer.card" --quiet
if [ "$(id -u)" = 0 ]; then
	err_has 'no Landlock.*You are root' 'does not keep it from root'
else
	is "$(cat "$T/err")" '' 'keeps it from a user'
fi

# Memory that cannot be locked; a configuration of OpenSSL that somebody left.
if [ ! -e "${EVX_BUILD:-$TOP/build}/fault/faultlib.so" ]; then
	skip 'a sanitizer locks no memory'
elif [ "$(id -u)" != 0 ] || command -v setpriv >/dev/null; then
	mkdir other && chmod 711 "$T" "$W"
	as() { if [ "$(id -u)" = 0 ]; then chown 65534 other; setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi; }
	code 0 'a user whose memory cannot be locked' as env EVX_HOME="$W/other" sh -c "ulimit -l 0; exec '$EVX' id new a --person A --organisation B --country DE --no-passphrase"
	err_has 'does not let evx lock its memory' 'is told so'
	rm -rf other
else
	skip 'no setpriv'
fi
printf 'openssl_conf = i\n[i]\nalg_section = a\nproviders = p\n[a]\ndefault_properties = fips=yes\n[p]\nevil = e\n[e]\nmodule = %s/no-such.so\nactivate = 1\n' "$W" >openssl.cnf
code 0 "OpenSSL's configuration is not read" env OPENSSL_CONF="$W/openssl.cnf" "$EVX" verify a.evx --trust "$T/officer.card"
rm -f without.c openssl.cnf
only box a.evx
done_testing
