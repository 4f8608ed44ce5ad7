/* Confinement: after this call the process can no longer reach what it does not need (Landlock, seccomp).
 * Called when everything is open, before any hostile byte is parsed and before any thread is started. What libraries read lazily must
 * have been read by then: user and group names, the time zone, locales, OpenSSL's configuration. */
#ifndef EVX_BASE_CONFINE_H
#define EVX_BASE_CONFINE_H

#include "base/err.h"

struct evx_confine_dir {
	int fd;        /* an open directory or file (O_PATH will do) */
	bool writable; /* false: read beneath it only */
};

/* What of it took hold, to tell the user. */
struct evx_confine_state {
	int landlock_abi; /* 0: the kernel has no Landlock */
	bool seccomp;
};

/* Has forget called at the beginning of evx_confine, whatever becomes of it: what hostile bytes must not meet goes then. One function
 * for the process, the last one set; NULL: none. */
void evx_before_confined(void (*forget)(void));

/* Confines the process for good: no file outside dirs may be opened anew (descriptors already open keep working), no network, no new
 * programs, no ptrace, mount, module or key calls; the seccomp filter answers EPERM, and kills on a foreign architecture. Sets
 * no_new_privs. Kernels without Landlock or seccomp are no failure: *state says so. EVX_E_IO when a mechanism that is there refuses. */
enum evx_err evx_confine(const struct evx_confine_dir *dirs, size_t ndirs, struct evx_confine_state *state, struct evx_diag *diag)
	EVX_MUST_CHECK;

#endif
