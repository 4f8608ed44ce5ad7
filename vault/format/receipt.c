/* One event with all its files as text. */
#include "format/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cursor.h"
#include "format/mailed_text.h"
#include "format/pem.h"

/* A part is "-----BEGIN EVX PART NAME-----", base64 in lines of 64, "-----END EVX PART NAME-----".
 */
#define PART_LABEL "EVX PART "
#define PART_WIDTH 64u
/* A time-stamp response is the same between "-----BEGIN EVX TIME-STAMP NNNN-----" and its END line;
 * NNNN: the number of the event that it is over. */
#define STAMP_LABEL "EVX TIME-STAMP "
#define NUMBER_DIGITS 4u

static const char part_begin[] = "-----BEGIN " PART_LABEL;
static const char stamp_begin[] = "-----BEGIN " STAMP_LABEL;
static const char record_begin[] = "-----BEGIN EVX RECORD-----";
static const char record_end[] = "-----END EVX RECORD-----";
static const char dashes[] = "-----";

void evx_receipt_free(struct evx_receipt *r)
{
	size_t i;

	if (r == NULL)
		return;
	evx_buf_free(&r->json);
	evx_buf_free(&r->record);
	for (i = 0; i < EVX_SIGNERS_MAX; i++)
		evx_buf_free(&r->sigs[i]);
	for (i = 0; i < r->nparts; i++)
		evx_buf_free(&r->parts[i].bytes);
	free(r->parts);
	for (i = 0; i < r->nstamps; i++)
		evx_buf_free(&r->stamps[i].bytes);
	free(r->stamps);
	memset(r, 0, sizeof(*r));
}

enum evx_err evx_receipt_add_part(
	struct evx_receipt *r, const char *name, struct evx_receipt_part **out)
{
	*out = EVX_ARRAY_ADD(r->parts, r->nparts);
	if (*out == NULL)
		return EVX_E_MEMORY;
	(void)snprintf((*out)->name, sizeof(*out)->name, "%s", name);
	return EVX_OK;
}

enum evx_err evx_receipt_add_stamp(
	struct evx_receipt *r, uint32_t event, struct evx_receipt_stamp **out)
{
	*out = EVX_ARRAY_ADD(r->stamps, r->nstamps);
	if (*out == NULL)
		return EVX_E_MEMORY;
	(*out)->event = event;
	return EVX_OK;
}

/* The place of a part in the record: encrypted parts by kind and number, then key files. 0 for what
 * is no part. */
static unsigned rank(const struct evx_member_id *id)
{
	if (id->kind >= EVX_MEMBER_DETAILS && id->kind <= EVX_MEMBER_ATTACH)
		return 1000u * (unsigned)(id->kind - EVX_MEMBER_DETAILS) + id->number + 1;
	if (id->event > 0 &&
		(id->kind == EVX_MEMBER_KEY_CUSTODY || id->kind == EVX_MEMBER_KEY_CONTENT))
		return 10000u + (unsigned)id->kind;
	return 0;
}

/* Whether the part of this name may follow the one before (NULL: it is the first). */
static enum evx_err check_name(
	const char *name, const struct evx_receipt_part *before, struct evx_diag *diag)
{
	struct evx_member_id id, last = { .kind = EVX_MEMBER_BAGIT };
	bool other_type;

	if (evx_member_parse(name, &id, NULL) != EVX_OK || rank(&id) == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"receipt: expected the name of an encrypted part or a key file, found "
			"another");
	if (before == NULL)
		return EVX_OK;
	if (evx_member_parse(before->name, &last, NULL) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"receipt: expected the name of an encrypted part or a key file, found "
			"another");
	other_type = id.type[0] != '\0' && strcmp(id.type, last.type) != 0;
	if (id.event != last.event || other_type || rank(&id) <= rank(&last))
		return evx_fail(diag, EVX_E_CORRUPT,
			"receipt: expected the parts of one event in the record's order, found %s "
			"behind %s",
			name, before->name);
	return EVX_OK;
}

static enum evx_err encode_part(const struct evx_receipt_part *part, struct evx_buf *out)
{
	char label[sizeof(PART_LABEL) + EVX_MEMBER_NAME_CAP];
	const struct evx_pem form = { label, PART_WIDTH, false };

	(void)snprintf(label, sizeof(label), PART_LABEL "%s", part->name);
	return evx_pem_encode(&form, part->bytes.data, part->bytes.len, out);
}

static enum evx_err encode_stamp(const struct evx_receipt_stamp *stamp, struct evx_buf *out)
{
	char label[sizeof(STAMP_LABEL) + 16];
	const struct evx_pem form = { label, PART_WIDTH, false };

	(void)snprintf(label, sizeof(label), STAMP_LABEL "%04u", (unsigned)stamp->event);
	return evx_pem_encode(&form, stamp->bytes.data, stamp->bytes.len, out);
}

static enum evx_err encode(const struct evx_receipt *r, struct evx_buf *out)
{
	enum evx_err err = evx_buf_add(out, r->json.data, r->json.len);
	size_t i;

	if (err != EVX_OK)
		return err;
	for (i = 0; i < r->nsigs && i < EVX_SIGNERS_MAX; i++)
		if ((err = evx_buf_add(out, r->sigs[i].data, r->sigs[i].len)) != EVX_OK)
			return err;
	for (i = 0; i < r->nparts; i++)
		if ((err = encode_part(&r->parts[i], out)) != EVX_OK)
			return err;
	for (i = 0; i < r->nstamps; i++)
		if ((err = encode_stamp(&r->stamps[i], out)) != EVX_OK)
			return err;
	if (r->record.len == 0)
		return EVX_OK;
	if ((err = evx_buf_addf(out, "%s\n", record_begin)) != EVX_OK ||
		(err = evx_buf_add(out, r->record.data, r->record.len)) != EVX_OK)
		return err;
	return evx_buf_addf(out, "%s\n", record_end);
}

enum evx_err evx_receipt_encode(
	const struct evx_receipt *r, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_receipt again;
	size_t start = out->len;
	enum evx_err err = encode(r, out);

	if (err == EVX_OK) {
		/* What no reader would take is not given out. */
		err = evx_receipt_decode(out->len > start ? out->data + start : NULL,
			out->len - start, &again, &why);
		if (err == EVX_OK)
			evx_receipt_free(&again);
		else if (err != EVX_E_MEMORY && err != EVX_E_LIMIT)
			err = EVX_E_USAGE;
	}
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	return evx_fail(
		diag, err, "%s", why.text[0] != '\0' ? why.text : "receipt: cannot be written");
}

static bool line_is(const uint8_t *line, size_t n, const char *what)
{
	return n == strlen(what) && memcmp(line, what, n) == 0;
}

/* Goes past the line that is `end`; *used is where that line begins. */
static enum evx_err skip_to(
	struct evx_cursor *c, const char *end, size_t *used, struct evx_diag *diag)
{
	const uint8_t *line;
	size_t n;

	do {
		*used = c->pos;
		if (evx_cursor_line(c, &line, &n) != EVX_OK)
			return evx_fail_at(diag, EVX_E_TRUNCATED, NULL, *used,
				"receipt: expected %s, found the end", end);
	} while (!line_is(line, n, end));
	return EVX_OK;
}

/* The name in a BEGIN line of a part. EVX_E_CORRUPT when the line is none. */
static enum evx_err name_of(
	const uint8_t *line, size_t n, char name[EVX_MEMBER_NAME_CAP], struct evx_diag *diag)
{
	size_t before = strlen(part_begin), after = strlen(dashes), len = n - before - after;

	if (n <= before + after || memcmp(line, part_begin, before) != 0 ||
		memcmp(line + n - after, dashes, after) != 0 || len >= EVX_MEMBER_NAME_CAP ||
		memchr(line + before, '\0', len) != NULL)
		return evx_fail(diag, EVX_E_CORRUPT,
			"receipt: expected a part or the record, found another line");
	memcpy(name, line + before, len);
	name[len] = '\0';
	return EVX_OK;
}

/* Reads the part whose BEGIN line, of n bytes, was just read at start. */
static enum evx_err decode_part(struct evx_receipt *r, struct evx_cursor *c, size_t start,
	const uint8_t *line, size_t n, struct evx_diag *diag)
{
	char name[EVX_MEMBER_NAME_CAP], end[64 + EVX_MEMBER_NAME_CAP],
		label[sizeof(PART_LABEL) + EVX_MEMBER_NAME_CAP];
	const struct evx_pem form = { label, PART_WIDTH, false };
	struct evx_receipt_part *part;
	size_t unused;
	enum evx_err err = name_of(line, n, name, diag);

	if (err == EVX_OK && r->nstamps > 0)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"receipt: expected the parts before the time-stamps, found %s behind one",
			name);
	if (err == EVX_OK)
		err = check_name(name, r->nparts > 0 ? &r->parts[r->nparts - 1] : NULL, diag);
	if (err != EVX_OK)
		return err;
	(void)snprintf(label, sizeof(label), PART_LABEL "%s", name);
	(void)snprintf(end, sizeof(end), "-----END %s-----", label);
	if ((err = skip_to(c, end, &unused, diag)) != EVX_OK ||
		(err = evx_receipt_add_part(r, name, &part)) != EVX_OK)
		return err;
	part->bytes.max = EVX_MEMBER_MAX;
	return evx_pem_decode(&form, c->base + start, c->pos - start, &part->bytes, diag);
}

/* Reads the time-stamp whose BEGIN line, of n bytes, was just read at start. */
static enum evx_err decode_stamp(struct evx_receipt *r, struct evx_cursor *c, size_t start,
	const uint8_t *line, size_t n, struct evx_diag *diag)
{
	const size_t before = strlen(stamp_begin), after = strlen(dashes);
	char label[sizeof(STAMP_LABEL) + 16], end[sizeof(label) + 16];
	const struct evx_pem form = { label, PART_WIDTH, false };
	struct evx_receipt_stamp *stamp;
	uint32_t event = 0;
	size_t unused, i;
	enum evx_err err;

	for (i = 0; n == before + NUMBER_DIGITS + after && i < NUMBER_DIGITS &&
		line[before + i] >= '0' && line[before + i] <= '9';
		i++)
		event = 10 * event + (uint32_t)(line[before + i] - '0');
	if (i != NUMBER_DIGITS || memcmp(line + n - after, dashes, after) != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"receipt: expected the number of an event in four digits "
			"behind " STAMP_LABEL);
	if (r->nstamps == EVX_NAMED_STAMPS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"receipt: found more time-stamps than an event can name (limit %u)",
			EVX_NAMED_STAMPS_MAX);
	(void)snprintf(label, sizeof(label), STAMP_LABEL "%04u", (unsigned)event);
	(void)snprintf(end, sizeof(end), "-----END %s-----", label);
	if ((err = skip_to(c, end, &unused, diag)) != EVX_OK ||
		(err = evx_receipt_add_stamp(r, event, &stamp)) != EVX_OK)
		return err;
	stamp->bytes.max = EVX_TIMESTAMP_MAX;
	return evx_pem_decode(&form, c->base + start, c->pos - start, &stamp->bytes, diag);
}

static enum evx_err decode_record(
	struct evx_receipt *r, struct evx_cursor *c, struct evx_diag *diag)
{
	size_t start = c->pos, end;
	enum evx_err err = skip_to(c, record_end, &end, diag);

	if (err != EVX_OK)
		return err;
	if (end == start)
		return evx_fail(
			diag, EVX_E_CORRUPT, "receipt: expected lines in the record, found none");
	if (end - start > EVX_DOCUMENT_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"receipt: found a record of %zu bytes (limit %u)", end - start,
			EVX_DOCUMENT_MAX);
	if (evx_cursor_left(c) > 0)
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, c->pos,
			"receipt: expected nothing behind the record, found more");
	return evx_buf_add(&r->record, c->base + start, end - start);
}

static enum evx_err decode_document(
	const void *p, size_t n, struct evx_receipt *r, size_t *used, struct evx_diag *diag)
{
	struct evx_signed_text text;
	size_t i;
	enum evx_err err = evx_signed_text_split_front(p, n, &text, used, diag);

	if (err == EVX_OK)
		err = evx_buf_add(&r->json, text.json.p, text.json.n);
	for (i = 0; err == EVX_OK && i < text.nsigs; i++, r->nsigs++)
		err = evx_buf_add(&r->sigs[i], text.sigs[i].p, text.sigs[i].n);
	return err;
}

static enum evx_err decode(const void *p, size_t n, struct evx_receipt *out, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	struct evx_receipt r = { 0 };
	const uint8_t *line;
	size_t len, used = 0;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (n > EVX_RECEIPT_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "receipt: found %zu bytes (limit %u)", n,
			EVX_RECEIPT_MAX);
	err = decode_document(p, n, &r, &used, diag);
	c.pos = used;
	while (err == EVX_OK && evx_cursor_left(&c) > 0) {
		size_t start = c.pos;

		if (evx_cursor_line(&c, &line, &len) != EVX_OK)
			err = evx_fail_at(diag, EVX_E_TRUNCATED, NULL, start,
				"receipt: expected a line, found the end");
		else if (line_is(line, len, record_begin))
			err = decode_record(&r, &c, diag);
		else if (len >= strlen(stamp_begin) &&
			memcmp(line, stamp_begin, strlen(stamp_begin)) == 0)
			err = decode_stamp(&r, &c, start, line, len, diag);
		else
			err = decode_part(&r, &c, start, line, len, diag);
	}
	if (err != EVX_OK) {
		evx_receipt_free(&r);
		return evx_fail_buf(diag, err);
	}
	*out = r;
	return EVX_OK;
}

enum evx_err evx_receipt_decode(
	const void *p, size_t n, struct evx_receipt *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	const enum evx_err err = decode(p, n, out, &why);

	return err == EVX_OK ? EVX_OK : evx_mailed_text_fail(p, n, err, &why, diag);
}
