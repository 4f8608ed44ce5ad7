/* What a disclosure shows of its original, into packs. */
#include "disclose/disclose_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/part_write.h"
#include "format/text.h"

struct showing {
	const struct evx_disclose_content_task *task;
	struct evx_payload_writer *payload;
	struct evx_hmac_key leaf_key;
	struct evx_buf text;
	size_t next;                  /* of the lines shown */
	uint64_t position;            /* where the next file's bytes begin */
	uint64_t *positions;          /* of the lines shown */
	struct evx_part_writer *part; /* of the file at hand; NULL: it is shown whole, or not */
	bool cut;                     /* a chunk of the original ends behind the data at hand */
};

/* The next line to be shown, when item is that one; else NULL. */
static const struct evx_disclose_line *line_of(
	const struct showing *s, const struct evx_listing_item *item)
{
	const struct evx_disclose_lines *l = s->task->lines;

	return s->next < l->n && l->at[s->next].index == item->index ? &l->at[s->next] : NULL;
}

static const struct evx_disclose_part *part_of(
	const struct showing *s, const struct evx_disclose_line *line)
{
	return line != NULL && line->way == EVX_DISCLOSE_PART ?
		&s->task->lines->parts->at[line->first] :
		NULL;
}

static bool wants(void *ctx, const struct evx_listing_item *item)
{
	const struct evx_disclose_line *line = line_of(ctx, item);

	return line != NULL &&
		(line->way == EVX_DISCLOSE_CONTENTS || line->way == EVX_DISCLOSE_PART);
}

static enum evx_err store(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct showing *s = ctx;
	enum evx_err err = EVX_OK;

	while (n > 0 && err == EVX_OK) {
		uint8_t *room;
		size_t cap, now;

		err = evx_payload_write_buffer(s->payload, &room, &cap, diag);
		if (err != EVX_OK)
			break;
		now = n < cap ? n : cap;
		memcpy(room, p, now);
		err = evx_payload_write_commit(s->payload, now, diag);
		p += now;
		n -= now;
	}
	return err;
}

static enum evx_err begin(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct showing *s = ctx;
	const struct evx_disclose_part *part = part_of(s, line_of(s, item));

	if (!wants(s, item))
		return EVX_OK;
	if (part == NULL)
		return evx_payload_write_begin(s->payload, item->entry->size, diag);
	s->part = evx_part_writer_new(
		part->part, s->task->original->part->leaf_secret, part->secret_index, store, s);
	return s->part != NULL ?
		evx_payload_write_begin(s->payload, evx_part_run(part->part), diag) :
		evx_fail_memory(diag);
}

static enum evx_err data(
	void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct showing *s = ctx;

	(void)offset;
	return s->part != NULL ? evx_part_writer_data(s->part, p, n, s->cut, diag) :
				 store(s, p, n, diag);
}

/* "INDEX TAB SALT TAB PROOF TAB LINE" in s->text; before LINE SHOWN and a TAB of a file in part. */
static enum evx_err record(struct showing *s, const struct evx_listing_item *item,
	const struct evx_disclose_part *part)
{
	size_t n;
	const uint8_t(*proof)[32] = evx_merkle_prover_proof(s->task->lines->prover, s->next, &n);
	char index[32], hex[65];
	uint8_t salt[32];
	enum evx_err err;

	evx_buf_reset(&s->text);
	evx_listing_leaf_salt(&s->leaf_key, item->index, salt);
	evx_hex_encode(salt, sizeof(salt), hex);
	(void)snprintf(index, sizeof(index), "%llu\t", (unsigned long long)item->index);
	if ((err = evx_buf_add(&s->text, index, strlen(index))) != EVX_OK ||
		(err = evx_buf_add(&s->text, hex, 64)) != EVX_OK)
		return err;
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		evx_hex_encode(proof[i], 32, hex);
		err = evx_buf_add(&s->text, i == 0 ? "\t" : ",", 1);
		if (err == EVX_OK)
			err = evx_buf_add(&s->text, hex, 64);
	}
	if (err == EVX_OK)
		err = evx_buf_add(&s->text, "\t\t", n == 0 ? 2 : 1);
	if (err == EVX_OK && part != NULL)
		err = evx_part_encode(part->part, &s->text);
	if (err == EVX_OK && part != NULL)
		err = evx_buf_add(&s->text, "\t", 1);
	return err == EVX_OK ? evx_buf_add(&s->text, item->line, item->line_len) : err;
}

/* The last blocks of a file in part, compared with its range root. */
static enum evx_err end_part(
	struct showing *s, const struct evx_listing_item *item, struct evx_diag *diag)
{
	enum evx_err err;

	if (s->part == NULL)
		return EVX_OK;
	err = evx_part_writer_end(s->part, item->entry->range_root, diag);
	evx_part_writer_free(s->part);
	s->part = NULL;
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, item->entry->path, err);
}

static enum evx_err end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct showing *s = ctx;
	const struct evx_disclose_line *line = line_of(s, item);
	const struct evx_disclose_part *part = part_of(s, line);
	uint64_t at = EVX_SHOWN_NOWHERE;
	enum evx_err err;

	if (bad != EVX_OK)
		return evx_diag_in(diag, item->entry->path, evx_fail(diag, bad, "%s", why->text));
	if (line == NULL)
		return EVX_OK;
	if ((err = end_part(s, item, diag)) != EVX_OK)
		return err;
	if (line->way == EVX_DISCLOSE_CONTENTS || part != NULL) {
		at = s->position;
		s->position += part != NULL ? evx_part_run(part->part) : item->stored;
	} else if (line->way == EVX_DISCLOSE_REPEATS) {
		at = s->positions[line->first];
	} else if (line->way == EVX_DISCLOSE_NAME) {
		at = EVX_SHOWN_WITHHELD;
	}
	if ((err = record(s, item, part)) != EVX_OK)
		return evx_fail_buf(diag, err);
	s->positions[s->next++] = at;
	return evx_payload_write_shown(s->payload, s->text.data, s->text.len, at, diag);
}

static enum evx_err take_pack(
	void *ctx, const uint8_t *p, size_t n, const uint8_t hash[32], struct evx_diag *diag)
{
	return evx_writer_hashed_pack(ctx, p, n, hash, diag);
}

enum evx_err evx_disclose_content(const struct evx_disclose_content_task *task,
	struct evx_payload_result *payload, struct evx_diag *diag)
{
	const struct evx_payload_write_opts opts = { .secret = task->secret,
		.jobs = task->jobs,
		.disclosure = true,
		.sink = { take_pack, task->writer },
		.cancel = task->original->cancel };
	struct showing s = { .task = task };
	const struct evx_contents_visitor visitor = { .ctx = &s,
		.lines = true,
		.cut = &s.cut,
		.wants = wants,
		.begin = begin,
		.data = data,
		.end = end };
	enum evx_err err;

	memset(payload, 0, sizeof(*payload));
	evx_hmac_key_init(&s.leaf_key, task->original->part->leaf_secret, 32);
	s.positions = calloc(task->lines->n + 1, sizeof(*s.positions));
	if ((err = s.positions != NULL ? EVX_OK : evx_fail_memory(diag)) != EVX_OK ||
		(err = evx_payload_write_new(&opts, &s.payload, diag)) != EVX_OK ||
		(err = evx_contents_visit(task->original, &visitor, diag)) != EVX_OK)
		goto out;
	err = evx_payload_write_finish(s.payload, payload, diag);
out:
	evx_payload_write_free(s.payload);
	evx_part_writer_free(s.part);
	evx_hmac_key_wipe(&s.leaf_key);
	evx_buf_free(&s.text);
	free(s.positions);
	return err;
}
