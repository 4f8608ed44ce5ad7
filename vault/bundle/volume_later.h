/* Volumes of a set that is larger than this process may have files open: each is opened when it is
 * read, and must then be what it was. */
#ifndef EVX_BUNDLE_VOLUME_LATER_H
#define EVX_BUNDLE_VOLUME_LATER_H

#include "base/err.h"

struct evx_volume_later;

/* Whether so many parts can be open at once, with room for what else an operation opens. Raises the
 * limit of this process where it may. */
bool evx_volume_later_room(size_t parts);

/* base is the path of a part without its number. */
enum evx_err evx_volume_later_new(
	const char *base, struct evx_volume_later **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_volume_later_free(struct evx_volume_later *d); /* NULL does nothing */
/* Notes what the next part is: that of the file fd. */
enum evx_err evx_volume_later_note(
	struct evx_volume_later *d, int fd, struct evx_diag *diag) EVX_MUST_CHECK;
/* The directory in which parts are opened; -1 for NULL. */
int evx_volume_later_directory(const struct evx_volume_later *d);
/* Reads up to n bytes of the part (from 0) at offset. fds has the descriptor of each part, -1 where
 * it is not open; some are opened and closed here. Any number of threads. EVX_E_IO where the part
 * is another file than it was. */
enum evx_err evx_volume_later_pread(struct evx_volume_later *d, int *fds, size_t part, void *p,
	size_t n, uint64_t offset, size_t *got, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
