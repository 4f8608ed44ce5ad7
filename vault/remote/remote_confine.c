/* What a process may do that reads answers from the network. */
#include "remote/remote_confine.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/start.h"

/* What libcurl, libc's resolver and the TLS library read: names, certificates, policies, and the
 * modules by which libc asks for names. Not all of them are on every machine. */
static const char *const readable[] = {
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/ssl/certs",
	"/etc/ssl/cert.pem",
	"/etc/pki/tls/certs",
	"/etc/pki/tls/cert.pem",
	"/etc/pki/ca-trust/extracted",
	"/etc/ca-certificates",
	"/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates",
	"/usr/lib/ssl",
	"/etc/crypto-policies",
	"/usr/share/crypto-policies",
	"/etc/localtime",
	"/usr/share/zoneinfo",
	"/etc/ld.so.cache",
	"/lib",
	"/lib64",
	"/usr/lib",
	"/usr/lib64",
	"/usr/local/lib",
	"/dev/null",
	"/dev/urandom",
};

#define READABLE (sizeof(readable) / sizeof(readable[0]))

enum evx_err evx_remote_confine(struct evx_diag *diag)
{
	return evx_remote_confine_with(NULL, 0, diag);
}

enum evx_err evx_remote_confine_with(
	const struct evx_confine_dir *more, size_t n, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	struct evx_confine_state state;
	const pid_t parent = getppid();

	for (size_t i = 0; i < READABLE; i++)
		evx_start_path_if_there(&s, readable[i], EVX_CONFINE_READ);
	for (size_t i = 0; i < n; i++)
		evx_start_beneath(&s, more[i].fd, more[i].writable);
	/* Confined, the parent can no longer end it. */
	if (evx_start_good(&s) && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
		s.err = evx_fail_errno(diag, NULL,
			"the process that asks the network cannot be tied to its parent");
	return evx_start_confine(&s, EVX_CONFINE_MAY_NETWORK, &state);
}
