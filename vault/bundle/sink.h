/* What a writer puts members into: an archive, or a directory. */
#ifndef EVX_BUNDLE_SINK_H
#define EVX_BUNDLE_SINK_H

#include "bundle/output.h"

struct evx_sink {
	void *self;
	/* Begins a member: its name without the UUID, its header block, and its size, which data
	 * then adds up to. */
	enum evx_err (*begin)(void *self, const char *name, const uint8_t *header, uint64_t size,
		struct evx_diag *diag);
	enum evx_err (*data)(void *self, const void *p, size_t n, struct evx_diag *diag);
	enum evx_err (*end)(void *self, struct evx_diag *diag);
	/* All members are there: makes it durable and publishes it. At most once. */
	enum evx_err (*commit)(void *self, struct evx_diag *diag);
	/* Releases everything; without a successful commit before, what was written goes. */
	void (*free)(void *self);
};

/* An archive to out, which the sink takes over, also after a failure. */
enum evx_err evx_sink_archive(
	struct evx_output *out, struct evx_sink *sink, struct evx_diag *diag) EVX_MUST_CHECK;

/* The unpacked form: files in the directory dirfd (duplicated; the caller's), whose folders are
 * made as needed. Every file is durable before the next begins, the index too, which is written
 * last and gets its name in one step. With replace, a file that an interrupted append left behind
 * makes way; else EVX_E_EXISTS. Without commit the files go, made folders stay. */
enum evx_err evx_sink_dir(
	int dirfd, bool replace, struct evx_sink *sink, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
