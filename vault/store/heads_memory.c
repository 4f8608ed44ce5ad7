/* Exhibits that this machine remembers of a vault: a file beside its memory of vaults. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "format/decimal.h"
#include "format/text.h"
#include "store/heads_inner.h"
#include "store/vault_inner.h"

#define FIRST_LINE "evx-vault-heads/1\n"
#define HEADS_MAX ((size_t)EVX_HEADS_KEPT * 256)
#define FIELDS 5u

static void file_name(const struct evx_vault *v, char out[EVX_UUID_CAP + 8])
{
	(void)snprintf(out, EVX_UUID_CAP + 8, "%s.heads", v->uuid);
}

static bool is_same(const struct evx_head_seen *a, const struct evx_head_seen *b)
{
	return strcmp(a->uuid, b->uuid) == 0 && evx_hash_equal(a->seal, b->seal) &&
		evx_hash_equal(a->head, b->head) && a->events == b->events &&
		strcmp(a->case_id, b->case_id) == 0;
}

bool evx_heads_remembers(const struct evx_vault *v)
{
	return v->pins >= 0 && v->changed.code == EVX_OK;
}

/* UUID SEAL EVENTS HEAD CASE, or "-" in place of a case. */
static bool parse(const char *p, size_t n, struct evx_head_seen *out)
{
	const char *f[FIELDS] = { NULL };
	size_t len[FIELDS] = { 0 }, i = 0, start = 0;

	memset(out, 0, sizeof(*out));
	for (size_t k = 0; k <= n; k++) {
		if (k < n && p[k] != ' ')
			continue;
		if (i == FIELDS)
			return false;
		f[i] = p + start;
		len[i++] = k - start;
		start = k + 1;
	}
	if (i != FIELDS || !evx_uuid_valid(f[0], len[0]) ||
		evx_hex_decode(f[1], len[1], out->seal, 32) != EVX_OK ||
		!evx_decimal_parse(f[2], len[2], &out->events) || out->events == 0 ||
		evx_hex_decode(f[3], len[3], out->head, 32) != EVX_OK)
		return false;
	memcpy(out->uuid, f[0], EVX_UUID_LEN);
	out->inventory = EVX_HEAD_MACHINE;
	if (len[4] == 1 && *f[4] == '-')
		return true;
	if (!evx_uuid_valid(f[4], len[4]))
		return false;
	memcpy(out->case_id, f[4], EVX_UUID_LEN);
	return true;
}

static enum evx_err read_lines(const char *p, size_t n, struct evx_heads_memory *m)
{
	const char *at = p + strlen(FIRST_LINE), *end = p + n;

	if (n < strlen(FIRST_LINE) || memcmp(p, FIRST_LINE, strlen(FIRST_LINE)) != 0)
		return EVX_E_CORRUPT;
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct evx_head_seen one, *kept;

		if (lf == NULL || m->n == EVX_HEADS_KEPT || !parse(at, (size_t)(lf - at), &one) ||
			(m->n > 0 && strcmp(m->at[m->n - 1].uuid, one.uuid) >= 0))
			return EVX_E_CORRUPT;
		kept = EVX_ARRAY_ADD(m->at, m->n);
		if (kept == NULL)
			return EVX_E_MEMORY;
		*kept = one;
		at = lf + 1;
	}
	return EVX_OK;
}

/* *m is empty where nothing is remembered. */
enum evx_err evx_heads_memory_read(
	const struct evx_vault *v, struct evx_heads_memory *m, struct evx_diag *diag)
{
	struct evx_buf text = { NULL, 0, 0, HEADS_MAX };
	char name[EVX_UUID_CAP + 8];
	enum evx_err err;

	file_name(v, name);
	err = evx_place_read(v->pins, name, HEADS_MAX, &text, diag);
	if (err == EVX_E_NOT_FOUND) {
		evx_diag_clear(diag);
		return EVX_OK;
	}
	if (err == EVX_OK)
		err = text.len == 0 ? EVX_E_CORRUPT :
				      read_lines((const char *)text.data, text.len, m);
	evx_buf_free(&text);
	if (err == EVX_OK)
		return EVX_OK;
	free(m->at);
	memset(m, 0, sizeof(*m));
	evx_diag_clear(diag);
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return evx_diag_in(diag, name,
		evx_fail(diag, err,
			"The file in which this machine remembers the exhibits of this "
			"vault is damaged. Check the whole vault, then delete the file."));
}

static enum evx_err write_memory(
	const struct evx_vault *v, const struct evx_heads_memory *m, struct evx_diag *diag)
{
	struct evx_buf text = { NULL, 0, 0, HEADS_MAX };
	char name[EVX_UUID_CAP + 8], seal[65], head[65];
	struct evx_diag why = { 0 };
	enum evx_err err = evx_buf_adds(&text, FIRST_LINE);

	for (size_t i = 0; i < m->n && err == EVX_OK; i++) {
		evx_hex_encode(m->at[i].seal, 32, seal);
		evx_hex_encode(m->at[i].head, 32, head);
		err = evx_buf_addf(&text, "%s %s %llu %s %s\n", m->at[i].uuid, seal,
			(unsigned long long)m->at[i].events, head,
			m->at[i].case_id[0] != '\0' ? m->at[i].case_id : "-");
	}
	file_name(v, name);
	if (err == EVX_OK)
		err = evx_replace_file(v->pins, name, 0600, text.data, text.len, &why);
	evx_buf_free(&text);
	if (err == EVX_OK ||
		(err == EVX_E_IO &&
			(why.sys_errno == EROFS || why.sys_errno == EACCES ||
				why.sys_errno == EPERM)))
		return EVX_OK;
	return evx_fail(
		diag, err, "vault: this machine cannot remember its exhibits: %s", why.text);
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(
		((const struct evx_head_seen *)a)->uuid, ((const struct evx_head_seen *)b)->uuid);
}

/* The longer chain counts, and the case that was seen first: no entry changes it, and who moves a
 * mark must not have the next event hide that. New exhibits come in their order, as far as there is
 * room. */
static enum evx_err merge(
	struct evx_heads_memory *m, const struct evx_head_seen *news, size_t n, bool *changed)
{
	const size_t old = m->n;

	for (size_t i = 0; i < n; i++) {
		struct evx_head_seen *kept;
		struct evx_head_seen *known = old == 0 ?
			NULL :
			bsearch(&news[i], m->at, old, sizeof(*m->at), by_uuid);

		if (known != NULL) {
			struct evx_head_seen now = news[i];

			memcpy(now.case_id, known->case_id, sizeof(now.case_id));
			now.case_open = false;
			if (now.events >= known->events && !is_same(known, &now)) {
				*known = now;
				*changed = true;
			}
			continue;
		}
		if (m->n == EVX_HEADS_KEPT || news[i].case_open)
			continue;
		kept = EVX_ARRAY_ADD(m->at, m->n);
		if (kept == NULL)
			return EVX_E_MEMORY;
		*kept = news[i];
		*changed = true;
	}
	if (m->n > old)
		qsort(m->at, m->n, sizeof(*m->at), by_uuid);
	return EVX_OK;
}

static enum evx_err remember(const struct evx_vault *v, const struct evx_head_seen *news, size_t n,
	struct evx_diag *diag)
{
	struct evx_heads_memory m = { NULL, 0 };
	struct evx_diag why = { 0 };
	bool changed = false;
	int lock = -1;
	enum evx_err err;

	if (n == 0 || !evx_heads_remembers(v))
		return EVX_OK;
	err = evx_memory_lock(v->pins, v->cancel, &lock, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_heads_memory_read(v, &m, &why);
	if (err != EVX_OK) {
		/* Nothing is written over what is damaged: it stays among the findings until
		 * somebody looked into it. */
		err = err == EVX_E_CORRUPT || err == EVX_E_LIMIT ?
			EVX_OK :
			evx_fail(diag, err, "%s", why.text);
		goto out;
	}
	err = evx_fail_buf(diag, merge(&m, news, n, &changed));
	if (err == EVX_OK && changed)
		err = write_memory(v, &m, diag);
out:
	evx_close_quiet(&lock);
	free(m.at);
	return err;
}

enum evx_err evx_heads_remember_one(
	const struct evx_vault *v, const struct evx_head_seen *seen, struct evx_diag *diag)
{
	return remember(v, seen, 1, diag);
}

enum evx_err evx_heads_remember(
	const struct evx_heads *h, const struct evx_vault *v, struct evx_diag *diag)
{
	return remember(v, h->notes, h->nnotes, diag);
}

enum evx_err evx_heads_each(const struct evx_vault *v,
	enum evx_err (*each)(void *ctx, const struct evx_head_seen *seen), void *ctx,
	struct evx_diag *diag)
{
	struct evx_heads_memory m = { NULL, 0 };
	enum evx_err err = v->pins < 0 ? EVX_OK : evx_heads_memory_read(v, &m, diag);

	for (size_t i = 0; i < m.n && err == EVX_OK; i++)
		err = each(ctx, &m.at[i]);
	free(m.at);
	return err;
}

enum evx_err evx_heads_forget(const struct evx_vault *v, const char (*uuids)[EVX_UUID_CAP],
	size_t n, struct evx_diag *diag)
{
	struct evx_heads_memory m = { NULL, 0 };
	size_t kept = 0, gone = 0;
	int lock = -1;
	enum evx_err err;

	if (n == 0 || v->pins < 0)
		return EVX_OK;
	if ((err = evx_memory_lock(v->pins, v->cancel, &lock, diag)) != EVX_OK ||
		(err = evx_heads_memory_read(v, &m, diag)) != EVX_OK)
		goto out;
	for (size_t i = 0; i < m.n; i++) {
		while (gone < n && strcmp(uuids[gone], m.at[i].uuid) < 0)
			gone++;
		if (gone < n && strcmp(uuids[gone], m.at[i].uuid) == 0)
			continue;
		m.at[kept++] = m.at[i];
	}
	m.n = kept;
	err = write_memory(v, &m, diag);
out:
	evx_close_quiet(&lock);
	free(m.at);
	return err;
}
