/* Members, index and the archive's bytes; the whole run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "format/index.h"
#include "format/tar.h"
#include "format/uuid.h"

/* ---- For faults ------------------------------------------------------------------------- */

void craft_text(struct evx_buf *text, const char *s)
{
	MUST(evx_buf_adds(text, s));
}

void craft_replace(struct evx_buf *text, const char *old, const char *new_text)
{
	struct evx_buf all = EVX_BUF_INIT;
	const uint8_t *at = memmem(text->data, text->len, old, strlen(old));

	must(at != NULL ? EVX_OK : EVX_E_NOT_FOUND, NULL, old);
	MUST(evx_buf_add(&all, text->data, (size_t)(at - text->data)));
	craft_text(&all, new_text);
	at += strlen(old);
	MUST(evx_buf_add(&all, at, text->len - (size_t)(at - text->data)));
	evx_buf_free(text);
	*text = all;
}

void craft_in_line(struct craft *c)
{
	craft_replace(&c->lines[c->fault->line].text, c->fault->old, c->fault->with);
}

void craft_in_json(struct craft *c)
{
	craft_replace(&c->json, c->fault->old, c->fault->with);
}

void craft_in_details(struct craft *c)
{
	craft_replace(&c->details_text, c->fault->old, c->fault->with);
}

void craft_in_content(struct craft *c)
{
	craft_replace(&c->content_text, c->fault->old, c->fault->with);
}

void craft_in_record(struct craft *c)
{
	craft_replace(&c->record, c->fault->old, c->fault->with);
}

void craft_in_member(struct craft *c)
{
	craft_replace(&craft_find(c, c->fault->what)->bytes, c->fault->old, c->fault->with);
}

void craft_other_digit(struct evx_buf *text, const char *after)
{
	uint8_t *at = memmem(text->data, text->len, after, strlen(after));

	must(at != NULL ? EVX_OK : EVX_E_NOT_FOUND, NULL, after);
	at += strlen(after);
	*at = *at == '0' ? '1' : '0';
}

void craft_cut(struct evx_buf *text, const char *from, const char *to)
{
	uint8_t *at = memmem(text->data, text->len, from, strlen(from)), *end;

	must(at != NULL ? EVX_OK : EVX_E_NOT_FOUND, NULL, from);
	end = memmem(at + strlen(from), text->len - (size_t)(at - text->data) - strlen(from), to,
		strlen(to));
	must(end != NULL ? EVX_OK : EVX_E_NOT_FOUND, NULL, to);
	memmove(at, end, text->len - (size_t)(end - text->data));
	text->len -= (size_t)(end - at);
}

size_t craft_where(const struct craft *c, const char *path)
{
	for (size_t i = 0; i < c->nmembers; i++)
		if (strncmp(c->members[i].path, path, strlen(path)) == 0)
			return i;
	must(EVX_E_NOT_FOUND, NULL, path);
	return 0;
}

struct craft_member *craft_find(struct craft *c, const char *path)
{
	return &c->members[craft_where(c, path)];
}

struct craft_member *craft_insert(
	struct craft *c, size_t at, const char *path, const void *p, size_t n)
{
	struct craft_member *m = &c->members[at];

	must(c->nmembers < CRAFT_MEMBERS ? EVX_OK : EVX_E_LIMIT, NULL, "a member more");
	memmove(m + 1, m, (c->nmembers - at) * sizeof(*m));
	c->nmembers++;
	memset(m, 0, sizeof(*m));
	(void)snprintf(m->path, sizeof(m->path), "%s", path);
	MUST(evx_buf_add(&m->bytes, p, n));
	return m;
}

void craft_remove(struct craft *c, size_t at)
{
	evx_buf_free(&c->members[at].bytes);
	c->nmembers--;
	memmove(&c->members[at], &c->members[at + 1], (c->nmembers - at) * sizeof(c->members[0]));
}

void craft_swap(struct craft *c, const char *a, const char *b)
{
	struct craft_member *x = craft_find(c, a), *y = craft_find(c, b), old = *x;

	*x = *y;
	*y = old;
}

uint8_t *craft_header(struct craft *c, const char *path)
{
	return c->archive.data + craft_find(c, path)->offset;
}

void craft_sum(uint8_t header[512])
{
	char digits[16];
	unsigned sum = 0;

	memset(header + 148, ' ', 8);
	for (size_t i = 0; i < EVX_TAR_BLOCK; i++)
		sum += header[i];
	(void)snprintf(digits, sizeof(digits), "%06o", sum);
	memcpy(header + 148, digits, 7);
}

/* ---- The archive ------------------------------------------------------------------------ */

static void lay_out(struct craft *c)
{
	uint64_t at = 0;

	for (size_t i = 0; i < c->nmembers; i++) {
		c->members[i].offset = at;
		at += evx_tar_span(c->members[i].bytes.len);
	}
}

void craft_index(struct craft *c, unsigned group)
{
	struct evx_buf lines = EVX_BUF_INIT, text = EVX_BUF_INIT;
	const struct craft_member *last = &c->members[c->nmembers - 1];
	uint64_t packs = 0, own;
	char name[32];

	lay_out(c);
	own = last->offset + evx_tar_span(last->bytes.len);
	MUST(evx_index_begin(&lines));
	for (size_t i = 0; i < c->nmembers; i++)
		packs += strncmp(c->members[i].path, "data/", 5) == 0;
	for (size_t i = 0; i < c->nmembers; i++) {
		const struct craft_member *m = &c->members[i];

		if (strncmp(m->path, "data/", 5) != 0)
			MUST(evx_index_add(&lines, m->offset, m->bytes.len, m->path));
		else if (i == 0 || strncmp(m[-1].path, "data/", 5) != 0)
			MUST(evx_index_add_packs(&lines, m->offset, packs));
	}
	MUST(evx_index_encode(&lines, own, &text));
	(void)snprintf(name, sizeof(name), "index-%04u", group);
	craft_insert(c, c->nmembers, name, text.data, text.len);
	evx_buf_free(&lines);
	evx_buf_free(&text);
}

void craft_archive(struct craft *c)
{
	static const uint8_t zeros[2 * EVX_TAR_BLOCK];

	lay_out(c);
	evx_buf_reset(&c->archive);
	for (size_t i = 0; i < c->nmembers; i++) {
		struct craft_member *m = &c->members[i];
		char path[EVX_TAR_PATH_CAP];

		(void)snprintf(path, sizeof(path), "%s/%s", c->uuid, m->path);
		if (!m->has_header)
			MUST(evx_tar_encode(path, m->bytes.len, m->header));
		MUST(evx_buf_add(&c->archive, m->header, sizeof(m->header)));
		MUST(evx_buf_add(&c->archive, m->bytes.data, m->bytes.len));
		MUST(evx_buf_add(&c->archive, zeros,
			(size_t)(evx_tar_span(m->bytes.len) - EVX_TAR_BLOCK - m->bytes.len)));
	}
	MUST(evx_buf_add(&c->archive, zeros, sizeof(zeros)));
	craft_call(c, AT_ARCHIVE);
}

/* ---- The run ---------------------------------------------------------------------------- */

void craft_call(struct craft *c, enum craft_at at)
{
	const struct fault *f = c->fault;

	if (f->make == NULL || f->at != at)
		return;
	if (c->frame == NULL || f->what == NULL || strcmp(f->what, c->frame->what) == 0)
		f->make(c);
}

void craft_make(struct craft *c, const struct fault *fault, const struct person people[PEOPLE])
{
	uint8_t random[16];

	memset(c, 0, sizeof(*c));
	c->people = people;
	c->fault = fault;
	c->signer = &people[OFFICER].signer;
	c->ns = "evx-event/1";
	c->disclosure = strncmp(fault->name, "disclosure", 10) == 0;
	seed_for(fault->name);
	evx_random(random, sizeof(random));
	evx_uuid_v4(random, c->uuid);
	MUST(evx_exhibit_keys_new(&c->keys, NULL));
	craft_lines(c);
	craft_payload(c);
	craft_front(c);
	craft_tags(c);
	craft_seal(c);
	craft_call(c, AT_MEMBERS);
	craft_index(c, 0);
	craft_call(c, AT_INDEX);
	craft_archive(c);
	craft_call(c, AT_MADE);
}

void craft_free(struct craft *c)
{
	for (size_t i = 0; i < c->nlines; i++)
		evx_buf_free(&c->lines[i].text);
	for (size_t i = 0; i < c->nmembers; i++)
		evx_buf_free(&c->members[i].bytes);
	evx_buf_free(&c->content);
	evx_buf_free(&c->payload);
	evx_buf_free(&c->details_text);
	evx_buf_free(&c->content_text);
	evx_buf_free(&c->json);
	evx_buf_free(&c->record);
	evx_buf_free(&c->archive);
	evx_frame_codec_free(c->codec);
	evx_key_files_free(&c->key_files);
	evx_exhibit_keys_free(&c->keys);
	evx_event_free(&c->event);
	evx_event_free(&c->origin.seal);
	evx_event_free(&c->origin.entry);
	evx_details_free(&c->details);
	evx_wipe(&c->part, sizeof(c->part));
}

void craft_write(const struct fault *fault, const struct person people[PEOPLE], const char *dir)
{
	struct craft *c = calloc(1, sizeof(*c));
	char name[64];

	must(c != NULL ? EVX_OK : EVX_E_MEMORY, NULL, fault->name);
	craft_make(c, fault, people);
	(void)snprintf(name, sizeof(name), "%s.evx", fault->name);
	write_file(dir, name, 0644, c->archive.data, c->archive.len);
	craft_free(c);
	free(c);
}
