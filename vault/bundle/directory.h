/* A bundle's unpacked form: files in a directory that may be hostile. Internal to vault/bundle. */
#ifndef EVX_BUNDLE_DIRECTORY_H
#define EVX_BUNDLE_DIRECTORY_H

#include "base/err.h"

struct evx_directory;

/* Opens the directory at path as *fd and gives the last component of its real path, which is to be
 * the UUID whatever link or "." led to it. Both are the caller's; -1 and NULL after a failure. */
enum evx_err evx_directory_open_real(
	const char *path, int *fd, char **name, struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the directory dirfd (duplicated) and the folders in it; links are not followed. */
enum evx_err evx_directory_open(
	int dirfd, struct evx_directory **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_directory_close(struct evx_directory *d); /* NULL does nothing */

/* Opens a member's file for reading and gives its size. EVX_E_NOT_FOUND; EVX_E_CORRUPT for what is
 * not a regular file (a link, a pipe). */
enum evx_err evx_directory_member(const struct evx_directory *d, const char *name, int *fd,
	uint64_t *size, struct evx_diag *diag) EVX_MUST_CHECK;

/* The same for the file last in the open directory folder; name is for messages. */
enum evx_err evx_directory_file(int folder, const char *last, const char *name, int *fd,
	uint64_t *size, struct evx_diag *diag) EVX_MUST_CHECK;

/* The highest number of an index-NNNN. EVX_E_NOT_OURS when there is none. */
enum evx_err evx_directory_last_index(
	const struct evx_directory *d, unsigned *group, struct evx_diag *diag) EVX_MUST_CHECK;

/* Calls each with the name, relative to the bag, of everything in the directory and its three
 * folders but the folders themselves. */
typedef enum evx_err (*evx_directory_each_fn)(void *ctx, const char *name);
enum evx_err evx_directory_each(const struct evx_directory *d, evx_directory_each_fn each,
	void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
