/* Where a bundle's bytes come from: one file, the parts of a split bundle (format-spec/container.md
 * "Volumes"), or a pipe. */
#ifndef EVX_BUNDLE_VOLUME_H
#define EVX_BUNDLE_VOLUME_H

#include "base/cancel.h"

struct evx_volume;

/* Opens path: a regular file, a named pipe, or the first part of a split bundle (its name ends in
 * ".001"), whose other parts are opened here, too, since confinement may follow. Where the limit of
 * open files is too low for all, it is raised; where it cannot be raised so far, the parts are
 * looked at, and opened again when they are read (evx_volume_directory). EVX_E_INCOMPLETE for an
 * empty part or parts of unequal length before the last, EVX_E_NOT_FOUND for one that is missing
 * before others, EVX_E_LIMIT past 9,999 parts, EVX_E_NOT_OURS for a directory or a device without
 * an end.
 */
enum evx_err evx_volume_open(
	const char *path, struct evx_volume **out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The same over an open descriptor (standard input, say), from its present offset on; it is
 * duplicated and stays the caller's. name is what messages call it. */
enum evx_err evx_volume_open_fd(
	int fd, const char *name, struct evx_volume **out, struct evx_diag *diag) EVX_MUST_CHECK;

void evx_volume_close(struct evx_volume *v); /* NULL does nothing */

const char *evx_volume_name(const struct evx_volume *v);
/* False for a pipe: only evx_volume_read works then, and the size is not known. */
bool evx_volume_seekable(const struct evx_volume *v);
bool evx_volume_split(const struct evx_volume *v);    /* it is, or would be, the first of several */
size_t evx_volume_parts(const struct evx_volume *v);  /* 1 unless split */
uint64_t evx_volume_size(const struct evx_volume *v); /* in bytes over all parts, as it was when
							 opened; 0 for a pipe */

/* The directory that must stay readable, because parts are opened in it later; -1: none. */
int evx_volume_directory(const struct evx_volume *v);

/* Reads up to n bytes at offset; *got < n only at the end. Any number of threads. Seekable volumes
 * only. */
enum evx_err evx_volume_pread(const struct evx_volume *v, void *p, size_t n, uint64_t offset,
	size_t *got, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the next n bytes of a pipe; *got < n only at the end. One thread at a time.
 * EVX_E_INTERRUPTED when *cancel (NULL allowed) says so. */
enum evx_err evx_volume_read(struct evx_volume *v, void *p, size_t n,
	const struct evx_cancel *cancel, size_t *got, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
