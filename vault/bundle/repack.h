/* Lays a bundle out again in another form: an unpacked directory as an archive, an archive as a
 * directory (export, import). The bytes of every member stay what they are, so the result is the
 * same bundle, with the same seal. */
#ifndef EVX_BUNDLE_REPACK_H
#define EVX_BUNDLE_REPACK_H

#include "base/cancel.h"
#include "bundle/bundle.h"
#include "bundle/writer.h"

struct evx_repack_opts {
	struct evx_progress *progress;   /* bytes_done: of packs; NULL allowed */
	const struct evx_cancel *cancel; /* NULL allowed */
};

/* Writes all members of from to `to`, a fresh writer for the same UUID, up to and with
 * evx_writer_end. from is loaded by a walk that found nothing wrong (it may have skipped the packs'
 * contents), and not a pipe; recipes are read as the packs that they stand for. Every pack is
 * compared with its name: EVX_E_FORGED when it is not what the manifest says. EVX_E_CORRUPT when
 * what the writer makes itself is not what stands in from. After a failure only evx_writer_free is
 * left to do. Memory: a pack and the largest small member. */
enum evx_err evx_repack(const struct evx_bundle *from, struct evx_writer *to,
	const struct evx_repack_opts *opts, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
