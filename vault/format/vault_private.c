/* What an entry says to members only, in and out. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/limits.h"
#include "format/vault_log.h"

#define FORMAT "evx-vault-private/1"

static const char *const private_keys[] = { "format", "vault", "sequence", "previous", "author",
	"label", "office", "reason", "notes", "card", "cards", NULL };

enum evx_err evx_vault_private_encode(
	const struct evx_vault_private *p, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_jw w = evx_jw_begin(out);
	struct evx_vault_private again = { 0 };
	struct evx_diag why = { 0 };
	enum evx_err err;
	size_t i;

	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", FORMAT);
	evx_jw_str(&w, "vault", p->vault);
	evx_jw_int(&w, "sequence", p->sequence);
	if (p->sequence > 0)
		evx_jw_hex(&w, "previous", p->previous, sizeof(p->previous));
	evx_jw_str(&w, "author", p->author);
	evx_jw_opt(&w, "label", p->label);
	evx_jw_opt(&w, "office", p->office);
	evx_jw_opt(&w, "reason", p->reason);
	evx_jw_opt(&w, "notes", p->notes);
	evx_jw_opt(&w, "card", p->card);
	if (p->ncards > 0) {
		evx_jw_arr(&w, "cards");
		for (i = 0; i < p->ncards; i++)
			evx_jw_str(&w, NULL, p->cards[i]);
		evx_jw_close(&w);
	}
	evx_jw_close(&w);
	err = evx_jw_end(&w);
	if (err == EVX_OK) {
		err = evx_vault_private_decode(out->data + start, out->len - start, &again, &why);
		evx_vault_private_free(&again);
	}
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return evx_fail(diag, err == EVX_E_MEMORY || err == EVX_E_LIMIT ? err : EVX_E_USAGE, "%s",
		why.text[0] != '\0' ? why.text : "vault log: expected texts in UTF-8");
}

static enum evx_err read_text(
	const struct evx_json *obj, const char *key, size_t max, char **out, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, key, true, &s, &n, diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (n > max)
		return evx_fail(diag, EVX_E_LIMIT, "vault log: found %zu bytes in %s (limit %zu)",
			n, key, max);
	*out = strdup(s);
	return *out != NULL ? EVX_OK : evx_fail_memory(diag);
}

static enum evx_err read_cards(
	const struct evx_json *obj, struct evx_vault_private *p, struct evx_diag *diag)
{
	const struct evx_json *arr;
	size_t i, n;
	enum evx_err err = evx_json_arr(obj, "cards", true, &arr, diag);

	if (err != EVX_OK || arr == NULL)
		return err;
	n = evx_json_len(arr);
	if (n == 0 || n > EVX_VAULT_ESCROW_MAX)
		return evx_fail(diag, n == 0 ? EVX_E_CORRUPT : EVX_E_LIMIT,
			"vault log: expected 1 to %u cards, found %zu", EVX_VAULT_ESCROW_MAX, n);
	p->cards = calloc(n, sizeof(*p->cards));
	if (p->cards == NULL)
		return evx_fail_memory(diag);
	for (i = 0; i < n; i++) {
		const char *s = evx_json_text(evx_json_at(arr, i), NULL);

		if (s == NULL)
			return evx_fail(diag, EVX_E_CORRUPT,
				"vault log: expected texts in cards, found another value");
		p->cards[i] = strdup(s);
		if (p->cards[i] == NULL)
			return evx_fail_memory(diag);
		p->ncards = i + 1;
	}
	return EVX_OK;
}

static enum evx_err read_binding(
	const struct evx_json *obj, struct evx_vault_private *p, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	int64_t sequence;
	bool has_previous;
	enum evx_err err;

	if ((err = evx_json_str(obj, "format", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (strcmp(s, FORMAT) != 0)
		return evx_fail(diag,
			strncmp(s, FORMAT, sizeof(FORMAT) - 2) == 0 ? EVX_E_UNSUPPORTED :
								      EVX_E_CORRUPT,
			"vault log: expected format " FORMAT ", found another");
	if ((err = evx_json_only(obj, private_keys, diag)) != EVX_OK ||
		(err = evx_json_str(obj, "vault", false, &s, &n, diag)) != EVX_OK)
		return err;
	if (!evx_uuid_valid(s, n))
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected a UUID in vault, found another text");
	memcpy(p->vault, s, n + 1);
	if ((err = evx_json_int(obj, "sequence", false, &sequence, diag)) != EVX_OK)
		return err;
	if (sequence < 0 || sequence >= EVX_VAULT_ENTRIES_MAX)
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected the number of an entry in sequence, found another");
	p->sequence = (uint32_t)sequence;
	if ((err = evx_json_hex(obj, "previous", true, p->previous, sizeof(p->previous),
		     &has_previous, diag)) != EVX_OK)
		return err;
	if (has_previous != (sequence > 0))
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected the entry before in every part but that of init");
	if ((err = evx_json_str(obj, "author", false, &s, &n, diag)) != EVX_OK)
		return err;
	if (n >= sizeof(p->author))
		return evx_fail(diag, EVX_E_CORRUPT,
			"vault log: expected a public key in author, found a longer text");
	memcpy(p->author, s, n + 1);
	return EVX_OK;
}

static enum evx_err read_private(
	const struct evx_json *obj, struct evx_vault_private *p, struct evx_diag *diag)
{
	enum evx_err err = read_binding(obj, p, diag);

	if (err != EVX_OK ||
		(err = read_text(obj, "label", EVX_VAULT_TEXT_MAX, &p->label, diag)) != EVX_OK ||
		(err = read_text(obj, "office", EVX_VAULT_TEXT_MAX, &p->office, diag)) != EVX_OK ||
		(err = read_text(obj, "reason", EVX_VAULT_TEXT_MAX, &p->reason, diag)) != EVX_OK ||
		(err = read_text(obj, "notes", EVX_DOCUMENT_MAX, &p->notes, diag)) != EVX_OK ||
		(err = read_text(obj, "card", EVX_DOCUMENT_MAX, &p->card, diag)) != EVX_OK)
		return err;
	return read_cards(obj, p, diag);
}

enum evx_err evx_vault_private_decode(
	const void *p, size_t n, struct evx_vault_private *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err == EVX_OK)
		err = read_private(root, out, diag);
	evx_json_free(root);
	if (err != EVX_OK)
		evx_vault_private_free(out);
	return err;
}
