/* Reading details, shared by the two forms they come in: the encrypted part, and what a person writes (inner header of format/). */
#ifndef EVX_FORMAT_DETAILS_READ_H
#define EVX_FORMAT_DETAILS_READ_H

#include "base/json.h"
#include "format/details.h"

/* The first failure sticks; later reads do nothing then. */
struct evx_details_reader {
	struct evx_diag *diag;
	enum evx_err err;
};

/* Reads an optional text of at most EVX_DETAILS_TEXT_MAX bytes over *out. */
void evx_details_read_text(struct evx_details_reader *r, const struct evx_json *obj, const char *key, char **out);
/* Reads the keys that a person may write, over those d has. */
void evx_details_read_free_keys(struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d);

#endif
