/* Inventory lists: made, read, signed. */
#include "store/inventory.h"

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "format/decimal.h"
#include "format/text.h"
#include "format/time.h"
#include "store/vault_inner.h"

#define FIELDS 8u

static const char *const words[EVX_INVENTORY_RESULTS] = { "good", "bad", "custody", "unchecked",
	"missing", "disposed" };

const char *evx_inventory_word(enum evx_inventory_result result)
{
	return words[result];
}

void evx_inventory_name(uint32_t sequence, char out[EVX_INVENTORY_NAME_CAP])
{
	(void)snprintf(out, EVX_INVENTORY_NAME_CAP, "%08u-inventory.list", (unsigned)sequence);
}

enum evx_err evx_inventory_add(struct evx_buf *out, const struct evx_inventory_line *line)
{
	char seal[65], head[65], when[EVX_TIME_CAP] = "-", text[400];

	if (line->checked != 0 && evx_time_encode(line->checked, when) != EVX_OK)
		return EVX_E_USAGE;
	evx_hex_encode(line->seal, 32, seal);
	evx_hex_encode(line->head, 32, head);
	(void)snprintf(text, sizeof(text), "%s %s %s %llu %llu %s %s %s\n", line->uuid, seal, head,
		(unsigned long long)line->events, (unsigned long long)line->bytes, when,
		words[line->result], line->case_id[0] != '\0' ? line->case_id : "-");
	return evx_buf_adds(out, text);
}

struct field {
	const char *p;
	size_t n;
};

/* Divides the line at single spaces. */
static bool split(const char *p, size_t n, struct field out[FIELDS])
{
	size_t i = 0, start = 0;

	for (size_t k = 0; k <= n; k++) {
		if (k < n && p[k] != ' ')
			continue;
		if (i == FIELDS || k == start)
			return false;
		out[i++] = (struct field){ p + start, k - start };
		start = k + 1;
	}
	return i == FIELDS;
}

static bool parse(const char *p, size_t n, struct evx_inventory_line *out)
{
	struct field f[FIELDS];
	size_t i;

	memset(out, 0, sizeof(*out));
	if (!split(p, n, f) || !evx_uuid_valid(f[0].p, f[0].n) ||
		evx_hex_decode(f[1].p, f[1].n, out->seal, 32) != EVX_OK ||
		evx_hex_decode(f[2].p, f[2].n, out->head, 32) != EVX_OK ||
		!evx_decimal_parse(f[3].p, f[3].n, &out->events) ||
		!evx_decimal_parse(f[4].p, f[4].n, &out->bytes))
		return false;
	memcpy(out->uuid, f[0].p, EVX_UUID_LEN);
	if ((f[5].n != 1 || f[5].p[0] != '-') &&
		(evx_time_decode(f[5].p, f[5].n, &out->checked) != EVX_OK || out->checked == 0))
		return false;
	for (i = 0; i < EVX_INVENTORY_RESULTS; i++)
		if (strlen(words[i]) == f[6].n && memcmp(words[i], f[6].p, f[6].n) == 0)
			break;
	out->result = (enum evx_inventory_result)i;
	if (f[7].n == 1 && f[7].p[0] == '-')
		return i < EVX_INVENTORY_RESULTS;
	if (!evx_uuid_valid(f[7].p, f[7].n))
		return false;
	memcpy(out->case_id, f[7].p, EVX_UUID_LEN);
	return i < EVX_INVENTORY_RESULTS;
}

enum evx_err evx_inventory_decode(const void *p, size_t n,
	enum evx_err (*each)(void *ctx, const struct evx_inventory_line *line), void *ctx,
	struct evx_diag *diag)
{
	struct evx_inventory_line line;
	char last[EVX_UUID_CAP] = "";
	const char *at = n > 0 ? p : "", *end = at + n; /* p may be NULL */
	enum evx_err err = EVX_OK;

	for (size_t number = 1; err == EVX_OK && at < end; number++) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		if (lf == NULL)
			return evx_fail(diag, EVX_E_TRUNCATED,
				"inventory: expected a line feed at the end of line %zu", number);
		if (!parse(at, (size_t)(lf - at), &line))
			return evx_fail(diag, EVX_E_CORRUPT,
				"inventory: line %zu is none of an inventory", number);
		if (strcmp(last, line.uuid) >= 0)
			return evx_fail(diag, EVX_E_CORRUPT,
				"inventory: line %zu does not stand in the order of UUIDs", number);
		memcpy(last, line.uuid, sizeof(last));
		err = each(ctx, &line);
		at = lf + 1;
	}
	return err;
}

struct polled {
	const struct evx_vault *v;
	enum evx_err (*each)(void *ctx, const struct evx_inventory_line *line);
	void *ctx;
};

static enum evx_err poll_line(void *ctx, const struct evx_inventory_line *line)
{
	const struct polled *p = ctx;

	return evx_cancelled(p->v->cancel) ? EVX_E_INTERRUPTED : p->each(p->ctx, line);
}

enum evx_err evx_inventory_read(const struct evx_vault *v, uint32_t sequence,
	const uint8_t hash[32],
	enum evx_err (*each)(void *ctx, const struct evx_inventory_line *line), void *ctx,
	struct evx_diag *diag)
{
	struct evx_buf list = { NULL, 0, 0, EVX_INVENTORY_MAX };
	struct polled polled = { v, each, ctx };
	char name[EVX_INVENTORY_NAME_CAP];
	uint8_t found[32];
	enum evx_err err;

	evx_inventory_name(sequence, name);
	err = evx_place_read(v->log, name, EVX_INVENTORY_MAX, &list, diag);
	if (err == EVX_OK) {
		evx_sha256(list.data, list.len, found);
		if (!evx_hash_equal(found, hash))
			err = evx_fail(diag, EVX_E_FORGED,
				"inventory: this list is not the one that entry %u signs",
				(unsigned)sequence);
	}
	if (err == EVX_OK)
		err = evx_inventory_decode(list.data, list.len, poll_line, &polled, diag);
	evx_buf_free(&list);
	return err;
}

enum evx_err evx_inventory_write(struct evx_vault *v, const struct evx_buf *list,
	const char *case_id, const struct evx_vault_private *private,
	const struct evx_signer *signer, int64_t now, uint32_t *sequence, struct evx_diag *diag)
{
	struct evx_vault_entry e = { .type = EVX_VAULT_INVENTORY };
	char name[EVX_INVENTORY_NAME_CAP];
	enum evx_err err = evx_vault_lock(v, diag);

	*sequence = 0;
	if (err != EVX_OK)
		return err;
	*sequence = v->n;
	evx_inventory_name(v->n, name);
	evx_sha256(list->data, list->len, e.list);
	if (case_id != NULL)
		memcpy(e.case_id, case_id, sizeof(e.case_id));
	/* The list first: an entry must not name what is not there. */
	err = evx_replace_file(v->log, name, 0666, list->data, list->len, diag);
	if (err == EVX_OK)
		err = evx_vault_append(v, &e, private, signer, now, diag);
	evx_vault_unlock_log(v);
	return err;
}
