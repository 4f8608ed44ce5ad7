/* Where an archive's bytes go, from the first to the last: a new file, new volumes, or an open
 * descriptor. */
#ifndef EVX_BUNDLE_OUTPUT_H
#define EVX_BUNDLE_OUTPUT_H

#include "base/start.h"

struct evx_output {
	void *self;
	/* The next n bytes. */
	enum evx_err (*write)(void *self, const void *p, size_t n, struct evx_diag *diag);
	/* All was written: makes it durable and gives it its name. At most once. */
	enum evx_err (*commit)(void *self, struct evx_diag *diag);
	/* Releases everything; without a successful commit before, nothing is left behind. */
	void (*free)(void *self);
	/* Whether the file of these numbers (man 2 stat) is one that is being written; NULL: it is
	 * not known. By any thread, while another writes. */
	bool (*owns)(void *self, uint64_t dev, uint64_t ino);
};

/* A new file at path. The bytes go to a temporary file beside it, .NAME.evx-partial-RANDOM; commit
 * makes it durable and renames it in one step that never replaces: EVX_E_EXISTS when something
 * stands at path, before or then. */
enum evx_err evx_output_file(
	const char *path, struct evx_output *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The same as a part of an operation's start (base/start.h): opened here, the file can be written
 * once the process is confined, and opened again under its name; no other file of its directory can
 * be opened then, made and written. */
void evx_output_file_start(struct evx_start *s, const char *path, struct evx_output *out);
/* The same for a file that takes the place of the one at path, in one step. */
void evx_output_replace_start(struct evx_start *s, const char *path, struct evx_output *out);

/* New volumes path.001, path.002 …, each of part_len bytes but the last. Commit names them from the
 * last to the first, so that an incomplete set has no first part. EVX_E_EXISTS when one of the
 * names, or the one behind the last, is taken; EVX_E_LIMIT past 9,999 parts; EVX_E_USAGE for a
 * part_len of 0. */
enum evx_err evx_output_volumes(const char *path, uint64_t part_len, struct evx_output *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The open descriptor fd (a pipe, standard output), which stays the caller's; name is for messages.
 */
enum evx_err evx_output_stream(
	int fd, const char *name, struct evx_output *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Behind a bundle in the file fd (duplicated), whose two zero blocks stand at end: cuts off what
 * follows them and writes from there; a mark stands behind what is written; commit makes
 * it durable, writes the header of append-GROUP at end, makes that durable and cuts off the mark.
 * Freed without commit, the file ends as before. */
enum evx_err evx_output_append(int fd, const char *name, const char *uuid, unsigned group,
	uint64_t end, struct evx_output *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Writes n bytes to out, and commits it. */
enum evx_err evx_output_put(
	struct evx_output *out, const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Frees it; one that was never opened (zeros) does nothing. */
void evx_output_close(struct evx_output *out);

/* What stands in the name of an unfinished file between its name and random hexadecimal digits. The
 * only file, or the first volume, is locked (flock) as long as it is being written. */
#define EVX_OUTPUT_PARTIAL ".evx-partial-"

/* For files and volumes: the directory of a path, opened, and its last component. */
struct evx_output_place {
	int dirfd;
	char *name;    /* the last component */
	char *partial; /* .NAME.evx-partial-RANDOM */
};
enum evx_err evx_output_place(
	const char *path, struct evx_output_place *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_output_place_free(struct evx_output_place *place);
/* Renames from to to within dirfd, in one step that never replaces. */
enum evx_err evx_output_publish(
	int dirfd, const char *from, const char *to, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
