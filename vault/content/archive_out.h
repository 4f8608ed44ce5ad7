/* Entries as a tar or zip archive, for those who have no evx: written in order, never read. */
#ifndef EVX_CONTENT_ARCHIVE_OUT_H
#define EVX_CONTENT_ARCHIVE_OUT_H

#include "format/entry.h"

enum evx_archive_format {
	EVX_ARCHIVE_TAR, /* POSIX pax with GNU's form of sparse files; times, owners, ACLs,
			    attributes */
	EVX_ARCHIVE_ZIP, /* files, directories and symbolic links with names in UTF-8; each name of
			    a file has its bytes */
};

struct evx_archive_out;

/* put gets the archive's bytes in order. To be called before confinement: reads the locale by which
 * names are told to be UTF-8. */
enum evx_err evx_archive_out_new(enum evx_archive_format format,
	enum evx_err (*put)(void *ctx, const void *p, size_t n, struct evx_diag *diag), void *ctx,
	struct evx_archive_out **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Begins an entry. first: the path, of first_len bytes, under which the same file is in the archive
 * already; NULL: there is none. *taken is false when the format has no place for the entry: it is
 * left out, and nothing follows for it. */
enum evx_err evx_archive_out_begin(struct evx_archive_out *a, const struct evx_entry *e,
	const char *first, size_t first_len, bool *taken, struct evx_diag *diag) EVX_MUST_CHECK;
/* The next n bytes of the file begun, at offset; what lies between is written as zeros. */
enum evx_err evx_archive_out_data(struct evx_archive_out *a, uint64_t offset, const uint8_t *p,
	size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the entry; a file is filled with zeros up to its size. */
enum evx_err evx_archive_out_end(struct evx_archive_out *a, struct evx_diag *diag) EVX_MUST_CHECK;
/* The archive's end. After it only evx_archive_out_free is left to do. */
enum evx_err evx_archive_out_finish(
	struct evx_archive_out *a, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_archive_out_free(struct evx_archive_out *a); /* NULL does nothing */

#endif
