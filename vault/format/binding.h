/* The binding: the first keys of every encrypted part, which say for which event it was made
 * (format-spec/seal.md "Encrypted parts"). */
#ifndef EVX_FORMAT_BINDING_H
#define EVX_FORMAT_BINDING_H

#include "base/json.h"
#include "format/event.h"

struct evx_binding {
	char uuid[EVX_UUID_CAP];
	uint32_t sequence;
	uint8_t previous[32]; /* zeros when sequence is 0 */
	char author[EVX_KEY_TEXT_CAP];
};

/* The keys of a binding, for lists of allowed keys. */
#define EVX_BINDING_KEYS "format", "uuid", "sequence", "previous", "author"

/* The binding of a part of event e. */
struct evx_binding evx_binding_of(const struct evx_event *e);
bool evx_binding_equal(const struct evx_binding *a, const struct evx_binding *b);
/* Writes format and binding into the open object. */
void evx_binding_write(struct evx_jw *w, const char *format, const struct evx_binding *b);
/* Reads the binding of an object whose `format` must be format (EVX_E_UNSUPPORTED when it is
 * another version of it, EVX_E_CORRUPT when it is another format). */
enum evx_err evx_binding_read(const struct evx_json *obj, const char *format,
	struct evx_binding *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
