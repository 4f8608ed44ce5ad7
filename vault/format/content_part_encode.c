/* The content part of a seal out. */
#include <string.h>

#include "format/content_part.h"

static void write_ref(struct evx_jw *w, const char *key, const struct evx_ref *ref, int level)
{
	evx_jw_obj(w, key);
	evx_jw_hex(w, "id", ref->id, sizeof(ref->id));
	evx_jw_hex(w, "key", ref->key, sizeof(ref->key));
	evx_jw_int(w, "sequence", ref->sequence);
	evx_jw_u64(w, "position", ref->position);
	evx_jw_int(w, "stored", ref->stored);
	evx_jw_int(w, "plain", ref->plain);
	evx_jw_u64(w, "span", ref->span);
	if (level >= 0)
		evx_jw_int(w, "level", level);
	evx_jw_close(w);
}

enum evx_err evx_content_part_encode(
	const struct evx_content_part *part, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_content_part again;
	size_t start = out->len, i;
	struct evx_jw w = evx_jw_begin(out);
	enum evx_err err;

	if (part->npadding > 2)
		return evx_fail(diag, EVX_E_USAGE,
			"content part: expected at most two padding frames, found %zu",
			part->npadding);
	evx_jw_obj(&w, NULL);
	evx_binding_write(
		&w, part->listing_only ? "evx-listing/1" : "evx-content/1", &part->binding);
	evx_jw_u64(&w, "lines", part->lines);
	evx_jw_hex(&w, "leaf_secret", part->leaf_secret, sizeof(part->leaf_secret));
	evx_jw_arr(&w, "padding");
	for (i = 0; i < part->npadding; i++)
		write_ref(&w, NULL, &part->padding[i], -1);
	evx_jw_close(&w);
	write_ref(&w, "listing", &part->listing.ref, part->listing.level);
	if (part->content.present)
		write_ref(&w, "content", &part->content.ref, part->content.level);
	evx_jw_close(&w);
	err = evx_jw_end(&w);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err, "content part: cannot be written");
	}
	/* What no reader would take is not given out. */
	err = evx_content_part_decode(out->data + start, out->len - start, part->listing_only,
		part->sequences, &again, &why);
	explicit_bzero(&again, sizeof(again));
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err == EVX_E_MEMORY ? err : EVX_E_USAGE, "%s", why.text);
	}
	return EVX_OK;
}
