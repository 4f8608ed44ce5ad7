/* The directory that extraction writes below: opened, made where it is missing, and taken away
 * again when nothing came of it. */
#ifndef EVX_OPEN_EXTRACT_TARGET_H
#define EVX_OPEN_EXTRACT_TARGET_H

#include <sys/types.h>

#include "base/err.h"

struct evx_extract_target {
	int fd;
	int word; /* to the process that waits to remove it, -1: there is none */
	pid_t waits;
};
#define EVX_EXTRACT_TARGET_INIT \
	{ \
		-1, -1, 0 \
	}

/* Opens path, or makes it (mode 0700); to be called before confinement, which forbids removing it.
 * A directory made here is watched by a process that does nothing else. What stands there
 * afterwards is looked at: EVX_E_IO for a link of another user, and for something that took the
 * place of the directory just made. */
enum evx_err evx_extract_target_open(
	const char *path, struct evx_extract_target *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Closes it. Not kept, a directory that was made goes again when it is empty; so it does when this
 * process is killed before. */
void evx_extract_target_close(struct evx_extract_target *t, bool keep);

#endif
