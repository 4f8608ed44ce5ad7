/* Small files a command names (cards, attachments, hash lists): read into memory before the process
 * confines itself, parsed after. */
#ifndef EVX_PEOPLE_INPUTS_H
#define EVX_PEOPLE_INPUTS_H

#include "base/start.h"

struct evx_input {
	const char *path; /* as named; the caller's */
	struct evx_buf bytes;
	bool named; /* path is no file, but the name on a card (people/named_cards.h) */
};
struct evx_inputs {
	struct evx_input *at;
	size_t n;
};

/* Reads n files of at most max bytes each, as a part of an operation's start (base/start.h). *out
 * is empty after a failure, be it an earlier one. */
void evx_inputs_start(struct evx_start *s, const char *const *paths, size_t n, size_t max,
	struct evx_inputs *out);
/* The same for signed texts, cards and receipts and rosters, that may have come by mail: once the
 * process is confined, what mail did to them is undone (format/mailed_text.h), so that everybody
 * after that sees, and keeps, the text as it was signed. *out stays where it is until then. */
void evx_inputs_texts_start(struct evx_start *s, const char *const *paths, size_t n, size_t max,
	struct evx_inputs *out);
/* The same for one text in a buffer of the caller's. */
void evx_input_text_start(struct evx_start *s, const char *path, size_t max, struct evx_buf *out);
/* Undoes it in texts that were read by evx_inputs_read; the process is confined by then. */
enum evx_err evx_inputs_restore(struct evx_inputs *in, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads n files of at most max bytes each. On failure *out is empty. */
enum evx_err evx_inputs_read(const char *const *paths, size_t n, size_t max, struct evx_inputs *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_inputs_free(struct evx_inputs *in);

#endif
