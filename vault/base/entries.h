/* What an open directory holds. */
#ifndef EVX_BASE_ENTRIES_H
#define EVX_BASE_ENTRIES_H

#include "base/err.h"

/* Calls each for every name in the directory open as fd but "." and "..", in no order, from the
 * beginning; type is that of <dirent.h>, DT_UNKNOWN where the file system does not tell. An error
 * of each ends it. EVX_E_IO when the directory cannot be read to its end: what each saw is then no
 * list of what is there. path is for that message. Who only
 * sweeps may leave it unchecked. */
enum evx_err evx_entries_each(int fd, const char *path,
	enum evx_err (*each)(void *ctx, const char *name, unsigned char type), void *ctx,
	struct evx_diag *diag);

#endif
