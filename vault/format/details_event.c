/* The texts that only events after the seal have. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "format/details_inner.h"

static const char *const path_keys[] = { "path", "path_b64", NULL };

#define TEXTS 10

/* The texts of later events, in the order in which they are written. */
static const char *const text_keys[TEXTS] = { "authority_type", "authority_number",
	"authority_until", "seal_number_after", "condition", "checked", "result", "carrier",
	"tracking", "reason" };

static void text_slots(struct evx_details *d, char **slots[TEXTS])
{
	char **const at[TEXTS] = { &d->authority_type, &d->authority_number, &d->authority_until,
		&d->seal_number_after, &d->condition, &d->checked, &d->result, &d->carrier,
		&d->tracking, &d->reason };

	memcpy(slots, at, sizeof(at));
}

void evx_details_free_event(struct evx_details *d)
{
	char **slots[TEXTS];
	size_t i;

	text_slots(d, slots);
	for (i = 0; i < TEXTS; i++)
		free(*slots[i]);
	for (i = 0; i < d->extracted.n; i++)
		free(d->extracted.at[i]);
	free(d->extracted.at);
}

enum evx_err evx_details_add_extracted(struct evx_details *d, const void *path, size_t n)
{
	char **one;

	if (d->extracted.n >= EVX_EXTRACTED_MAX)
		return EVX_E_LIMIT;
	one = EVX_ARRAY_ADD(d->extracted.at, d->extracted.n);
	if (one == NULL)
		return EVX_E_MEMORY;
	*one = strndup(path, n);
	if (*one != NULL)
		return EVX_OK;
	d->extracted.n--;
	return EVX_E_MEMORY;
}

bool evx_details_is_event_text(const char *key)
{
	size_t i;

	for (i = 0; i < TEXTS; i++)
		if (strcmp(text_keys[i], key) == 0)
			return true;
	return false;
}

void evx_details_read_event_texts(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	char **slots[TEXTS];
	size_t i;

	text_slots(d, slots);
	for (i = 0; i < TEXTS; i++)
		evx_details_read_text(r, root, text_keys[i], slots[i]);
}

void evx_details_read_extracted(
	struct evx_details_reader *r, const struct evx_json *root, struct evx_details *d)
{
	const struct evx_json *arr = NULL;
	size_t i;

	if (r->err == EVX_OK)
		r->err = evx_json_arr(root, "extracted", true, &arr, r->diag);
	if (r->err == EVX_OK && arr != NULL && evx_json_len(arr) > EVX_EXTRACTED_MAX)
		r->err = evx_fail(r->diag, EVX_E_LIMIT,
			"details: found more paths than extracted may name (limit %u)",
			EVX_EXTRACTED_MAX);
	for (i = 0; r->err == EVX_OK && arr != NULL && i < evx_json_len(arr); i++) {
		const struct evx_json *item = evx_json_at(arr, i);
		char *path = NULL;

		if ((r->err = evx_json_only(item, path_keys, r->diag)) != EVX_OK)
			return;
		evx_details_read_bytes(r, item, path_keys[0], path_keys[1], false, &path);
		if (r->err == EVX_OK)
			r->err = evx_details_add_extracted(d, path, strlen(path));
		free(path);
	}
}

void evx_details_write_event(struct evx_jw *w, const struct evx_details *d)
{
	const char *const texts[TEXTS] = { d->authority_type, d->authority_number,
		d->authority_until, d->seal_number_after, d->condition, d->checked, d->result,
		d->carrier, d->tracking, d->reason };
	size_t i;

	for (i = 0; i < TEXTS; i++)
		evx_jw_opt(w, text_keys[i], texts[i]);
	if (d->extracted.n == 0)
		return;
	evx_jw_arr(w, "extracted");
	for (i = 0; i < d->extracted.n; i++) {
		evx_jw_obj(w, NULL);
		evx_details_write_bytes(w, path_keys[0], path_keys[1], d->extracted.at[i]);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}
