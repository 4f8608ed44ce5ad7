/* Private to confine*.c: the three mechanisms. The first two expect no_new_privs to be set. may: of
 * enum evx_confine_may. */
#ifndef EVX_BASE_CONFINE_INNER_H
#define EVX_BASE_CONFINE_INNER_H

#include "base/confine.h"

/* Restricts file access to dirs, and TCP, abstract sockets and signals where the kernel can. *abi
 * is what the kernel offers, 0 when it has no Landlock. EVX_E_IO when it has, and refuses. */
enum evx_err evx_confine_landlock(const struct evx_confine_dir *dirs, size_t ndirs, unsigned may,
	int *abi, struct evx_diag *diag) EVX_MUST_CHECK;

/* Installs the system call filter. *on is false when the kernel or this architecture has none.
 * EVX_E_IO when it has, and refuses. */
enum evx_err evx_confine_seccomp(unsigned may, bool *on, struct evx_diag *diag) EVX_MUST_CHECK;

/* Drops, for good, the capabilities that nothing in dirs or may asks for. Nothing to do for a
 * process that has none. */
enum evx_err evx_confine_capabilities(const struct evx_confine_dir *dirs, size_t ndirs,
	unsigned may, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
