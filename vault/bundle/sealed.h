/* The SHA-256 of a bundle's file, as it was sealed and as it is (format-spec/container.md "As
 * sealed"). */
#ifndef EVX_BUNDLE_SEALED_H
#define EVX_BUNDLE_SEALED_H

#include "base/cancel.h"
#include "bundle/bundle.h"

struct evx_bundle_hashes {
	uint64_t sealed_length, length;  /* bytes */
	uint8_t sealed[32], present[32]; /* of the file that was published with event 0000; of all
					    bytes there are, those behind the end, too */
};

/* The length of the file as it was sealed, by the place of index-0000 in a loaded bundle; 0 where
 * that is not known. */
uint64_t evx_sealed_length(const struct evx_bundle *b);
/* Reads the whole file, or all volumes, once. EVX_E_USAGE for a pipe or a directory, which is no
 * file; EVX_E_TRUNCATED when it ends before what was sealed does, or group 0000 is not whole.
 * progress counts bytes; NULL allowed. */
enum evx_err evx_sealed_hash(const struct evx_bundle *b, struct evx_progress *progress,
	const struct evx_cancel *cancel, struct evx_bundle_hashes *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
