/* The particulars of a seal: what the options say, what the machine says, and what the walk found.
 */
#ifndef EVX_SEAL_SEAL_DETAILS_H
#define EVX_SEAL_SEAL_DETAILS_H

#include "content/payload_write.h"
#include "format/details.h"
#include "people/home.h"
#include "people/inputs.h"

/* What the options say: labels, texts, device, tool; details_file (NULL: none) is read first,
 * options win. actor is the signer's card; witnesses are card files. */
enum evx_err evx_seal_details_describe(const struct evx_seal_options *opt,
	const struct evx_buf *details_file, const struct evx_card_info *actor,
	const struct evx_inputs *witnesses, struct evx_details *d,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Counts one finished walk entry into the completeness statement and tells remark (NULL allowed) of
 * each case. */
enum evx_err evx_seal_details_note_entry(struct evx_completeness *c, const struct evx_entry *e,
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what),
	void *remark_ctx) EVX_MUST_CHECK;

/* Writes the counts of the finished payload. */
void evx_seal_details_count(const struct evx_payload_result *p, struct evx_details *d);

#endif
