/* What a receipt says in clear, once its signatures are verified. */
#include <stdlib.h>
#include <string.h>

#include "custody/event_read.h"
#include "events/draft.h"
#include "format/receipt.h"
#include "format/text.h"
#include "people/home.h"
#include "people/inputs.h"
#include "people/names.h"

static bool keep(void *ctx, const struct evx_draft_info *info)
{
	struct evx_draft_info *out = ctx;

	*out = *info;
	return true;
}

static enum evx_err show(struct evx_home *h, const struct evx_receipt *r,
	struct evx_draft_info *out, char hash[65], struct evx_diag *diag)
{
	const struct evx_draft_ask ask = { keep, out };
	uint8_t bytes[32];
	enum evx_err err;

	if (r->record.len == 0)
		return evx_fail(diag, EVX_E_CUSTODY,
			"This is a draft, and not everybody has signed it. Each of them signs with "
			"evx sign.");
	err = evx_draft_ask(h, r, "", &ask, diag);
	if (err != EVX_OK)
		return err;
	evx_event_read_hash(r, bytes);
	evx_hex_encode(bytes, 32, hash);
	return EVX_OK;
}

enum evx_err evx_receipt_show(struct evx_home *h, const char *file,
	struct evx_confine_state *confined, struct evx_receipt_shown *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_receipt r = { 0 };
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_input_text_start(&s, file, EVX_RECEIPT_MAX, &text);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, confined);
	if (err != EVX_OK)
		goto out;
	if (h != NULL)
		err = evx_names_load(h, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_diag_in(diag, file, evx_receipt_decode(text.data, text.len, &r, diag));
	if (err != EVX_OK)
		goto out;
	err = evx_diag_in(diag, file, show(h, &r, &out->info, out->hash, diag));
	if (err != EVX_OK)
		goto out;
	out->text = malloc(text.len + 1);
	if (out->text == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	memcpy(out->text, text.data, text.len);
	out->text[text.len] = '\0';
	out->len = text.len;
out:
	evx_receipt_free(&r);
	evx_buf_free(&text);
	return err;
}

void evx_receipt_shown_free(struct evx_receipt_shown *s)
{
	if (s == NULL)
		return;
	free(s->text);
	memset(s, 0, sizeof(*s));
}
