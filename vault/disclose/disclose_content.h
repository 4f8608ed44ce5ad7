/* The payload of a disclosure: the lines shown, each with its proof, and the contents of files
 * under new keys. */
#ifndef EVX_DISCLOSE_DISCLOSE_CONTENT_H
#define EVX_DISCLOSE_DISCLOSE_CONTENT_H

#include "bundle/writer.h"
#include "content/payload_write.h"
#include "disclose/disclose_lines.h"

struct evx_disclose_content_task {
	const struct evx_contents_opts *original;
	const struct evx_disclose_lines *lines;
	const uint8_t *secret; /* 32 bytes: the new content identity */
	struct evx_writer *writer;
	unsigned jobs;
};

/* Reads of the original what is shown, compares each file with its digests, and writes all packs.
 * *payload is to be wiped, also after an error. EVX_E_FORGED and the like with the path of a file
 * whose bytes are not those that were sealed, or whose range root is not theirs. */
enum evx_err evx_disclose_content(const struct evx_disclose_content_task *task,
	struct evx_payload_result *payload, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
