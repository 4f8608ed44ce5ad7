/* Makes an inventory: a signed list of exhibits, and what changed since the list before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "custody/card.h"
#include "find/vault_index.h"
#include "format/text.h"
#include "format/time.h"
#include "open/vault_use.h"
#include "people/inputs.h"
#include "store/case.h"
#include "store/heads.h"
#include "store/inventory.h"
#include "store/marks.h"

struct inventory {
	const struct evx_inventory_options *opt;
	struct evx_inventory_outcome *out;
	struct evx_vault_use use;
	struct evx_catalog *catalog;
	struct evx_vault_index *index;
	struct evx_marks *marks;
	struct evx_case_labels labels;
	struct evx_inputs witnesses;
	struct evx_inventory_line *lines; /* those there are, then those that are missing */
	size_t n;
	struct evx_inventory_line *before;
	size_t nbefore;
	const struct evx_cancel *cancel;
	struct evx_diag *diag;
};

static enum evx_err keep_before(void *ctx, const struct evx_inventory_line *line)
{
	struct inventory *v = ctx;
	struct evx_inventory_line *one = EVX_ARRAY_ADD(v->before, v->nbefore);

	if (one == NULL)
		return EVX_E_MEMORY;
	*one = *line;
	return EVX_OK;
}

static enum evx_err read_before(struct inventory *v)
{
	struct evx_vault_entry entry;
	struct evx_vault_private private;
	uint32_t sequence;
	uint8_t hash[32];
	bool opened;
	enum evx_err err;

	v->out->before = -1;
	if (!evx_vault_inventory(v->use.vault, v->out->case_id[0] != '\0' ? v->out->case_id : NULL,
		    &sequence, hash))
		return EVX_OK;
	err = evx_inventory_read(v->use.vault, sequence, hash, keep_before, v, v->diag);
	if (err != EVX_OK)
		return evx_fail(v->diag, err,
			"The inventory before this one cannot be read. No inventory was signed. To "
			"see why, run: evx check");
	v->out->before = (int)sequence;
	err = evx_vault_read_entry(v->use.vault, sequence, &entry, &private, &opened, v->diag);
	if (err == EVX_OK)
		err = evx_time_encode(entry.time, v->out->before_time);
	evx_vault_entry_free(&entry);
	evx_vault_private_free(&private);
	return err;
}

static enum evx_inventory_result result_of(const struct evx_catalog_exhibit *e)
{
	static const enum evx_inventory_result results[EVX_CHECKED_LAST + 1] = {
		EVX_INVENTORY_UNCHECKED, EVX_INVENTORY_GOOD, EVX_INVENTORY_BAD,
		EVX_INVENTORY_CUSTODY, EVX_INVENTORY_UNCHECKED, EVX_INVENTORY_UNCHECKED,
		EVX_INVENTORY_DISPOSED
	};

	if (e->disposed)
		return EVX_INVENTORY_DISPOSED;
	if (e->check.contents == EVX_CHECKED_BAD)
		return EVX_INVENTORY_BAD;
	return e->check.result == EVX_CHECKED_DISPOSED ? EVX_INVENTORY_UNCHECKED :
							 results[e->check.result];
}

/* What the exhibit's files say now; only its last check is the catalog's word. */
static enum evx_err add_exhibit(void *ctx, const char *uuid)
{
	struct inventory *v = ctx;
	struct evx_catalog_exhibit e, known;
	struct evx_diag why = { 0 };
	struct evx_inventory_line line, *one;
	enum evx_err err;

	if (evx_cancelled(v->cancel))
		return evx_fail(
			v->diag, EVX_E_INTERRUPTED, "Interrupted. No inventory was signed.");
	memset(&line, 0, sizeof(line));
	memset(&e, 0, sizeof(e));
	(void)snprintf(line.uuid, sizeof(line.uuid), "%s", uuid);
	evx_marks_case(v->marks, v->use.vault, uuid, line.case_id);
	err = evx_vault_index_exhibit(v->index, uuid, EVX_INDEX_FACTS, &e, v->cancel, &why);
	if (err == EVX_E_NOT_FOUND)
		return EVX_OK; /* a mark of an exhibit that is not there */
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return evx_fail(v->diag, err, "%s", why.text);
	if (err == EVX_OK) {
		memcpy(line.seal, e.seal, 32);
		memcpy(line.head, e.head, 32);
		line.events = e.events;
		line.bytes = e.payload;
		if (evx_catalog_get(v->catalog, e.uuid, &known, NULL) == EVX_OK)
			e.check = known.check;
		line.checked = e.check.when;
		line.result = result_of(&e);
	} else {
		line.result = EVX_INVENTORY_BAD;
	}
	one = EVX_ARRAY_ADD(v->lines, v->n);
	if (one == NULL)
		return evx_fail_memory(v->diag);
	*one = line;
	return EVX_OK;
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(((const struct evx_inventory_line *)a)->uuid,
		((const struct evx_inventory_line *)b)->uuid);
}

static const struct evx_inventory_line *find(
	const struct evx_inventory_line *at, size_t n, const char *uuid)
{
	struct evx_inventory_line key = { .uuid = "" };

	(void)snprintf(key.uuid, sizeof(key.uuid), "%s", uuid);
	return n == 0 ? NULL : bsearch(&key, at, n, sizeof(*at), by_uuid);
}

/* The exhibits that there are, in order. */
static enum evx_err gather_there(struct inventory *v)
{
	const char *id = v->out->case_id;
	enum evx_err err = EVX_OK;
	size_t k = 0;

	if (id[0] == '\0')
		err = evx_vault_each_exhibit(v->use.vault, add_exhibit, v, v->diag);
	for (size_t i = 0; id[0] != '\0' && i < evx_vault_cases(v->use.vault) && err == EVX_OK;
		i++) {
		const char *one = evx_vault_case(v->use.vault, i)->id;

		if (strcmp(evx_case_filed(v->use.vault, one), id) == 0)
			err = evx_case_each(v->use.vault, one, add_exhibit, v, v->diag);
	}
	if (err != EVX_OK)
		return evx_fail_buf(v->diag, err);
	if (v->n > 0)
		qsort(v->lines, v->n, sizeof(*v->lines), by_uuid);
	/* An exhibit may be marked in two cases that were merged. */
	for (size_t i = 0; i < v->n; i++)
		if (k == 0 || strcmp(v->lines[k - 1].uuid, v->lines[i].uuid) != 0)
			v->lines[k++] = v->lines[i];
	v->n = k;
	return EVX_OK;
}

/* Adds those of the list before that are there no more. */
static enum evx_err gather_missing(struct inventory *v)
{
	const size_t there = v->n;

	for (size_t i = 0; i < v->nbefore; i++) {
		struct evx_inventory_line *one;

		if (find(v->lines, there, v->before[i].uuid) != NULL)
			continue;
		one = EVX_ARRAY_ADD(v->lines, v->n);
		if (one == NULL)
			return evx_fail_memory(v->diag);
		*one = v->before[i];
		one->result = EVX_INVENTORY_MISSING;
	}
	if (v->n > there)
		qsort(v->lines, v->n, sizeof(*v->lines), by_uuid);
	return EVX_OK;
}

static enum evx_err gather(struct inventory *v)
{
	enum evx_err err = evx_marks_load(v->use.vault, &v->marks, v->diag);

	if (err == EVX_OK)
		err = gather_there(v);
	return err == EVX_OK ? gather_missing(v) : err;
}

static enum evx_inventory_change change_of(
	const struct evx_inventory_line *now, const struct evx_inventory_line *before)
{
	if (now->result == EVX_INVENTORY_MISSING)
		return EVX_SINCE_MISSING;
	if (before == NULL)
		return EVX_SINCE_NEW;
	if (!evx_hash_equal(now->seal, before->seal))
		return EVX_SINCE_OTHER_SEAL;
	if (now->events < before->events)
		return EVX_SINCE_SHORTER;
	if (evx_hash_equal(now->head, before->head))
		return EVX_SINCE_SAME;
	if (now->events == before->events)
		return EVX_SINCE_OTHER_CHAIN;
	return now->result == EVX_INVENTORY_DISPOSED && before->result != EVX_INVENTORY_DISPOSED ?
		EVX_SINCE_DISPOSED :
		EVX_SINCE_LONGER;
}

static void count(struct evx_inventory_outcome *o, enum evx_inventory_change change)
{
	o->missing += change == EVX_SINCE_MISSING;
	o->fresh += change == EVX_SINCE_NEW;
	o->changed += change == EVX_SINCE_LONGER || change == EVX_SINCE_DISPOSED;
	o->shorter += change == EVX_SINCE_SHORTER;
	o->exchanged += change == EVX_SINCE_OTHER_SEAL || change == EVX_SINCE_OTHER_CHAIN;
}

/* What the member's keys open of case and number; it stands beside the list, and not in it. */
static enum evx_err open_numbers(
	struct inventory *v, const char *uuid, struct evx_catalog_info *out)
{
	uint8_t bytes[16];
	bool again = false;
	enum evx_err err = EVX_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (evx_uuid_bytes(uuid, strlen(uuid), bytes))
		err = evx_vault_index_info(v->index, bytes, out, &again, NULL);
	if (again) {
		evx_catalog_info_free(out);
		err = evx_vault_index_exhibit(
			v->index, uuid, EVX_INDEX_DETAILS, NULL, v->cancel, NULL);
		if (err == EVX_OK)
			err = evx_vault_index_info(v->index, bytes, out, NULL, NULL);
	}
	return err == EVX_E_MEMORY ? evx_fail_memory(v->diag) : EVX_OK;
}

static const char *text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

static enum evx_err tell(struct inventory *v)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < v->n && err == EVX_OK; i++) {
		const struct evx_inventory_line *line = &v->lines[i],
						*before = find(v->before, v->nbefore, line->uuid);
		struct evx_inventory_exhibit e = { .events = line->events,
			.bytes = line->bytes,
			.result = evx_inventory_word(line->result),
			.change = change_of(line, before),
			.events_before = before != NULL ? before->events : 0 };
		struct evx_catalog_info info = { .events = 0 };

		count(v->out, e.change);
		(void)snprintf(e.uuid, sizeof(e.uuid), "%s", line->uuid);
		evx_hex_encode(line->seal, 32, e.seal_hash);
		evx_hex_encode(line->head, 32, e.head);
		if (line->checked != 0)
			err = evx_time_encode(line->checked, e.checked);
		if (err == EVX_OK)
			err = open_numbers(v, line->uuid, &info);
		e.case_label = evx_vault_index_label(
			&v->labels, line->case_id, text_or_null(info.case_label));
		e.exhibit_number = text_or_null(info.exhibit_number);
		if (err == EVX_OK && v->opt->each != NULL)
			v->opt->each(v->opt->ctx, &e);
		evx_catalog_info_free(&info);
	}
	v->out->exhibits = v->n;
	return err;
}

/* What only members read: the witnesses' cards, which must be cards, and the notes. */
static enum evx_err make_private(const struct inventory *v, struct evx_vault_private *out)
{
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	out->cards = calloc(v->witnesses.n + 1, sizeof(*out->cards));
	if (out->cards == NULL)
		return evx_fail_memory(v->diag);
	for (size_t i = 0; i < v->witnesses.n && err == EVX_OK; i++) {
		const struct evx_buf *bytes = &v->witnesses.at[i].bytes;
		struct evx_card card;

		err = evx_card_text_read(bytes->data, bytes->len, &card, v->diag);
		if (err == EVX_OK) {
			out->cards[i] = strndup((const char *)bytes->data, bytes->len);
			err = out->cards[i] != NULL ? EVX_OK : evx_fail_memory(v->diag);
			out->ncards += err == EVX_OK;
		}
		err = evx_diag_in(v->diag, v->witnesses.at[i].path, err);
	}
	if (err == EVX_OK && v->opt->notes != NULL) {
		out->notes = strdup(v->opt->notes);
		err = out->notes != NULL ? EVX_OK : evx_fail_memory(v->diag);
	}
	return err;
}

static enum evx_err write_down(struct inventory *v, const struct evx_signer *signer)
{
	struct evx_buf list = { NULL, 0, 0, EVX_INVENTORY_MAX };
	struct evx_vault_private private;
	uint8_t hash[32];
	enum evx_err err = make_private(v, &private);

	for (size_t i = 0; i < v->n && err == EVX_OK; i++)
		if (evx_inventory_add(&list, &v->lines[i]) != EVX_OK)
			err = evx_fail(v->diag, EVX_E_LIMIT,
				"The inventory is too long (limit %u bytes). No inventory was "
				"signed. Make one for each case: --case CASE.",
				EVX_INVENTORY_MAX);
	if (err == EVX_OK)
		err = evx_inventory_write(v->use.vault, &list,
			v->out->case_id[0] != '\0' ? v->out->case_id : NULL,
			private.ncards > 0 || private.notes != NULL ? &private : NULL, signer,
			(int64_t)time(NULL), &v->out->entry, v->diag);
	evx_sha256(list.data, list.len, hash);
	evx_hex_encode(hash, 32, v->out->list_hash);
	evx_vault_private_free(&private);
	evx_buf_free(&list);
	return err;
}

enum evx_err evx_vault_inventory_make(struct evx_home *h, const struct evx_inventory_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_inventory_outcome *out, struct evx_diag *diag)
{
	struct inventory v = {
		.opt = opt, .out = out, .use = { .pins = -1 }, .cancel = cancel, .diag = diag
	};
	struct evx_catalog_state state;
	struct evx_signer signer;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_inputs_read(opt->witness, opt->nwitness, EVX_DOCUMENT_MAX, &v.witnesses, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_use_member(&v.use, h, opt->vault, opt->as, ask,
		opt->confine ? &out->confinement : NULL, &signer, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_inputs_restore(&v.witnesses, diag);
	if (err == EVX_OK && v.witnesses.n > 0)
		err = evx_names_load(h, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_sound(v.use.vault, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_names_check_files(&h->names, &v.witnesses, diag);
	if (err != EVX_OK)
		goto out;
	if (opt->in_case != NULL)
		err = evx_case_find(v.use.vault, opt->in_case, out->case_id, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_catalog_of_vault(v.use.vault, &v.catalog, &state, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_index_new(v.use.vault, v.use.home, v.catalog, -1, &v.index, diag);
	if (err == EVX_OK)
		err = evx_vault_index_reader(v.index, &v.use.id, diag);
	if (err == EVX_OK)
		err = evx_case_labels(v.use.vault, &v.labels, diag);
	if (err != EVX_OK)
		goto out;
	err = read_before(&v);
	if (err != EVX_OK)
		goto out;
	err = gather(&v);
	if (err != EVX_OK)
		goto out;
	err = write_down(&v, &signer);
	if (err != EVX_OK)
		goto out;
	err = tell(&v);
out:
	evx_vault_index_free(v.index);
	evx_marks_free(v.marks);
	evx_case_labels_free(&v.labels);
	evx_catalog_free(v.catalog);
	evx_vault_use_free(&v.use);
	evx_inputs_free(&v.witnesses);
	free(v.lines);
	free(v.before);
	return err;
}
