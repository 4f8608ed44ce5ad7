/* Reading details, shared by the two forms they come in: the encrypted part, and what a person
 * writes; and what of the texts of later events stands in a file of its own (inner header of
 * format/). */
#ifndef EVX_FORMAT_DETAILS_INNER_H
#define EVX_FORMAT_DETAILS_INNER_H

#include "base/json.h"
#include "format/details.h"

/* The first failure sticks; later reads do nothing then. */
struct evx_details_reader {
	struct evx_diag *diag;
	enum evx_err err;
};

/* Reads an optional text of at most EVX_DETAILS_TEXT_MAX bytes over *out. */
void evx_details_read_text(
	struct evx_details_reader *r, const struct evx_json *obj, const char *key, char **out);
/* Reads the keys that a person may write, over those d has. */
void evx_details_read_free_keys(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d);
/* Reads bytes given as text or, where they are not UTF-8, in base64, into a copy. */
void evx_details_read_bytes(struct evx_details_reader *r, const struct evx_json *obj,
	const char *key, const char *key_b64, bool optional, char **out);
/* Writes bytes (NULL: none) that may not be UTF-8, so that the above reads them. */
void evx_details_write_bytes(struct evx_jw *w, const char *key, const char *key_b64, const char *s);

/* The texts of events after the seal, `reason` and others; `extracted`; both written; both freed.
 */
bool evx_details_is_event_text(const char *key);
void evx_details_read_event_texts(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d);
void evx_details_read_extracted(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d);
void evx_details_write_event(struct evx_jw *w, const struct evx_details *d);
void evx_details_free_event(struct evx_details *d);

#endif
