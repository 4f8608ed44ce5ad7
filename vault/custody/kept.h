/* Files of the identity home as they stand there, unread: bytes come into memory before the process
 * confines itself, and are parsed after. */
#ifndef EVX_CUSTODY_KEPT_H
#define EVX_CUSTODY_KEPT_H

#include "base/buf.h"

#define EVX_KEPT_NAME_CAP 80u

struct evx_kept_file {
	char name[EVX_KEPT_NAME_CAP];
	struct evx_buf bytes;
};
/* Sorted by name. Zero-initialise. */
struct evx_kept {
	struct evx_kept_file *at;
	size_t n;
};

/* Reads all files of directory dir beneath home whose names are 64 hex digits and suffix, of at
 * most max bytes each. A directory that is not there holds none; one that others can change, or
 * such a file, is refused (evx_check_guarded). On failure *out is empty; diag names the file. */
enum evx_err evx_kept_read(int home, const char *dir, const char *suffix, size_t max,
	struct evx_kept *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads file name of directory dirfd (EVX_E_KEY when others can change it) and appends it as one
 * called label, which is shorter than EVX_KEPT_NAME_CAP. */
enum evx_err evx_kept_add(struct evx_kept *kept, int dirfd, const char *name, const char *label,
	size_t max, struct evx_diag *diag) EVX_MUST_CHECK;
/* The file of this name, or NULL. */
const struct evx_kept_file *evx_kept_find(const struct evx_kept *kept, const char *name);
void evx_kept_free(struct evx_kept *kept);

#endif
