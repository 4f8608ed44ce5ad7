/* Values that stand in documents of several kinds, read and judged in one place. doc is what the
 * error calls the document, such as "event". */
#ifndef EVX_FORMAT_VALUE_H
#define EVX_FORMAT_VALUE_H

#include "base/json.h"
#include "format/card.h"
#include "format/key_text.h"

/* Copies the n bytes at s (NULL: not a text), a public key of the kind asked for, with a NUL; what
 * names its key in the document. EVX_E_CORRUPT for any other value. */
enum evx_err evx_value_key(const char *doc, const char *what, bool signing, const char *s, size_t n,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
/* The same of the text under key in obj, where it must be. */
enum evx_err evx_value_read_key(const char *doc, const struct evx_json *obj, const char *key,
	bool signing, char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
/* The one public signing key in the array `signers` of a document that one person signs. */
enum evx_err evx_value_read_signer(const char *doc, const struct evx_json *obj,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
/* The time under key, in the one form of format/time.h. Where it is optional and not there, *out
 * stays; *present (may be NULL) tells. */
enum evx_err evx_value_read_time(const char *doc, const struct evx_json *obj, const char *key,
	bool optional, int64_t *out, bool *present, struct evx_diag *diag) EVX_MUST_CHECK;
/* A text of a person or office under key, as cards have them (evx_card_text_check). Where it is
 * optional and not there, out stays. */
enum evx_err evx_value_read_name(const char *doc, const struct evx_json *obj, const char *key,
	bool optional, char out[EVX_CARD_TEXT_CAP], struct evx_diag *diag) EVX_MUST_CHECK;

#endif
