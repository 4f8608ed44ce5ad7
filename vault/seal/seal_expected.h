/* The list of hashes that somebody noted elsewhere (--expect-hash), held against what is sealed. */
#ifndef EVX_SEAL_SEAL_EXPECTED_H
#define EVX_SEAL_SEAL_EXPECTED_H

#include "evx.h"
#include "format/details.h"
#include "format/digest_list.h"
#include "seal/seal_sources.h"

/* Tells the list under which paths its lines may name the files of the sources. EVX_E_MEMORY. */
enum evx_err evx_seal_expected_sources(
	struct evx_digest_list *list, const struct evx_seal_sources *sources) EVX_MUST_CHECK;

/* After the last file: writes the outcome to d, and tells opt->remark of the first lines that did
 * not match. */
enum evx_err evx_seal_expected_describe(const struct evx_digest_list *list,
	const struct evx_seal_options *opt, struct evx_details *d) EVX_MUST_CHECK;

#endif
