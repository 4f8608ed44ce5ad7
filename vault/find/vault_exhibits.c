/* What is in a vault, from the catalog and the files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find/vault_files.h"
#include "find/vault_glance.h"
#include "find/vault_index.h"
#include "find/vault_search.h"
#include "format/text.h"
#include "format/time.h"
#include "open/vault_use.h"
#include "store/case.h"
#include "store/marks.h"

#define PAGE 64

struct listing {
	struct evx_vault_use use;
	struct evx_catalog *catalog;
	struct evx_vault_index *index;
	struct evx_case_labels labels;
	struct evx_cards cards; /* trusted: names of holders */
	struct evx_vault_search *search;
	struct evx_vault_files *files; /* what looks into lists of contents; NULL: nobody asked */
	bool finds;                    /* only what has what is looked for is given */
	bool reread;
	bool gone;                  /* an exhibit of the catalog is not there */
	char in_case[EVX_UUID_CAP]; /* "": all */
	const char *marked;         /* the case whose marks are being read */
	enum evx_err (*each)(void *ctx, const struct evx_vault_exhibit_info *info);
	void *ctx;
	const struct evx_cancel *cancel;
	struct evx_vault_exhibits_result *result;
	struct evx_diag *diag;
};

/* ---- One exhibit */

static void tell_time(int64_t when, char out[24])
{
	if (when == 0 || evx_time_encode(when, out) != EVX_OK)
		out[0] = '\0';
}

/* SHA256:… of a key's hash, as ssh-keygen prints it. */
static enum evx_err tell_signer(const uint8_t hash[32], char out[56])
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_buf_adds(&text, "SHA256:");

	if (err != EVX_OK || (err = evx_base64_encode(hash, 32, false, &text)) != EVX_OK ||
		(err = evx_buf_cstr(&text)) != EVX_OK)
		goto out;
	(void)snprintf(out, 56, "%s", (const char *)text.data);
out:
	evx_buf_free(&text);
	return err;
}

static const char *text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

/* Case and exhibit number, once opened; what the catalog has not, is read from the exhibit. */
static enum evx_err open_info(struct listing *l, const struct evx_catalog_exhibit *e, bool was_read,
	struct evx_catalog_info *info)
{
	char uuid[EVX_UUID_CAP];
	bool again;
	enum evx_err err;

	if (!evx_vault_index_opens(l->index))
		return EVX_OK;
	err = evx_vault_index_info(l->index, e->uuid, info, &again, NULL);
	if (again && !was_read && (err == EVX_OK || err == EVX_E_NOT_FOUND)) {
		evx_uuid_text(e->uuid, uuid);
		evx_catalog_info_free(info);
		err = evx_vault_index_exhibit(
			l->index, uuid, EVX_INDEX_DETAILS, NULL, l->cancel, NULL);
		l->result->read++;
		if (err == EVX_OK)
			err = evx_vault_index_info(l->index, e->uuid, info, NULL, NULL);
	}
	return err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED ? err : EVX_OK;
}

/* What is known of it, if it is one of those that are looked for. */
static enum evx_err tell(
	struct listing *l, const struct evx_catalog_exhibit *e, struct evx_vault_exhibit_info *info)
{
	bool is = true;
	enum evx_err err = EVX_OK;

	if (l->finds)
		err = evx_vault_search_has(l->search, e, info, &is, l->diag);
	if (err == EVX_OK && is && l->files != NULL)
		err = evx_vault_files_look(l->files, info, &is, l->cancel, l->diag);
	if (err != EVX_OK || !is)
		return err;
	l->result->exhibits += !info->missing;
	l->result->missing += info->missing;
	err = l->each(l->ctx, info);
	return err == EVX_OK ? EVX_OK : evx_fail(l->diag, err, "exhibits: stopped");
}

static enum evx_err give(
	struct listing *l, const struct evx_catalog_exhibit *e, bool was_read, bool missing)
{
	struct evx_vault_exhibit_info info = { .events = e->events,
		.payload = e->payload,
		.stored = e->stored,
		.borrowed = e->borrowed,
		.complete = e->complete,
		.disposed = e->disposed,
		.hold = e->hold,
		.branches = e->branches,
		.result = evx_catalog_word(e->check.result),
		.contents = evx_catalog_word(e->check.contents),
		.missing = missing };
	struct evx_catalog_info opened = { .events = 0 };
	char case_id[EVX_UUID_CAP];
	enum evx_err err;

	evx_uuid_text(e->uuid, info.uuid);
	evx_hex_encode(e->seal, 32, info.seal_hash);
	evx_seal_code(e->seal, info.seal_code);
	evx_hex_encode(e->head, 32, info.head);
	tell_time(e->sealed, info.sealed);
	tell_time(e->check.when, info.checked);
	tell_time(e->check.opened, info.opened);
	if (e->filed) {
		evx_uuid_text(e->case_id, case_id);
		(void)snprintf(info.case_id, sizeof(info.case_id), "%s",
			evx_case_filed(l->use.vault, case_id));
	}
	err = tell_signer(e->signer, info.signer);
	if (err == EVX_OK && !missing)
		err = open_info(l, e, was_read, &opened);
	if (err == EVX_OK)
		err = tell_signer(e->holder, info.holder);
	info.holder_person = evx_vault_search_person(l->search, e->holder);
	info.signer_person = evx_vault_search_person(l->search, e->signer);
	info.case_label = evx_vault_index_label(
		&l->labels, info.case_id, text_or_null(opened.case_label));
	info.place = text_or_null(opened.place);
	info.exhibit_number = text_or_null(opened.exhibit_number);
	info.description = text_or_null(opened.description);
	err = err == EVX_OK ? tell(l, e, &info) : evx_fail_buf(l->diag, err);
	evx_catalog_info_free(&opened);
	return err;
}

/* Reads an exhibit's files and gives what they say, or that they cannot be read. before (NULL:
 * none) is what the catalog knew. */
static enum evx_err read_and_give(
	struct listing *l, const char *uuid, const struct evx_catalog_exhibit *before)
{
	const enum evx_vault_index_depth depth = evx_vault_index_opens(l->index) ?
		EVX_INDEX_DETAILS :
		EVX_INDEX_FACTS;
	struct evx_vault_exhibit_info broken = { .result = evx_catalog_word(EVX_CHECKED_NEVER) };
	struct evx_catalog_exhibit e;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_vault_index_exhibit(l->index, uuid, depth, &e, l->cancel, &why);

	l->result->read++;
	if (err == EVX_E_NOT_FOUND && before == NULL)
		return EVX_OK; /* it went meanwhile */
	if (err == EVX_OK) {
		if (before != NULL)
			e.check = before->check;
		return give(l, &e, true, false);
	}
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return evx_fail(l->diag, err, "%s", why.text);
	(void)snprintf(broken.uuid, sizeof(broken.uuid), "%s", uuid);
	broken.unreadable = why.text;
	l->result->unreadable++;
	err = l->each(l->ctx, &broken);
	return err == EVX_OK ? EVX_OK : evx_fail(l->diag, err, "exhibits: stopped");
}

static enum evx_err give_known(struct listing *l, const struct evx_catalog_exhibit *e)
{
	char uuid[EVX_UUID_CAP];
	uint8_t now[32];

	if (evx_cancelled(l->cancel))
		return evx_fail(l->diag, EVX_E_INTERRUPTED, "exhibits: stopped");
	evx_uuid_text(e->uuid, uuid);
	if (!evx_vault_glance_stamp(l->use.vault, uuid, now)) {
		l->gone = true;
		return give(l, e, false, true);
	}
	if (!l->reread && evx_vault_glance_fresh(e->stamp, now) &&
		evx_vault_glance_filed_so(l->use.vault, uuid, e) &&
		evx_vault_glance_agrees(l->use.vault, e))
		return give(l, e, false, false);
	return read_and_give(l, uuid, e);
}

/* ---- What the catalog knows, page by page: no statement stays open meanwhile */

static enum evx_err give_pages(struct listing *l, const uint8_t *case_id)
{
	const struct evx_catalog_page page = { case_id, false };
	struct evx_catalog_exhibit *at = calloc(PAGE, sizeof(*at)), last;
	enum evx_err err = EVX_OK;
	bool any = false;
	size_t n = PAGE;

	if (at == NULL)
		return evx_fail_memory(l->diag);
	while (err == EVX_OK && n == PAGE) {
		/* A catalog that is damaged here gives no more; the rest is found in the
		 * directories. */
		if (evx_catalog_next(l->catalog, &page, any ? &last : NULL, at, PAGE, &n, NULL) !=
			EVX_OK)
			break;
		for (size_t i = 0; i < n && err == EVX_OK; i++) {
			last = at[i];
			any = true;
			err = give_known(l, &last);
		}
	}
	free(at);
	return err;
}

/* ---- What the directories have beside that */

/* An exhibit found in the vault: given unless the catalog knew it, and as one of the case that is
 * being read. */
static enum evx_err give_unknown(void *ctx, const char *uuid)
{
	struct listing *l = ctx;
	uint8_t bytes[16], case_id[16];
	struct evx_catalog_exhibit e;
	uint8_t now[32];

	if (evx_cancelled(l->cancel))
		return evx_fail(l->diag, EVX_E_INTERRUPTED, "exhibits: stopped");
	if (!evx_uuid_bytes(uuid, strlen(uuid), bytes) ||
		!evx_vault_glance_stamp(l->use.vault, uuid, now))
		return EVX_OK;
	if (evx_catalog_get(l->catalog, bytes, &e, NULL) != EVX_OK)
		return read_and_give(l, uuid, NULL);
	if (l->marked == NULL ||
		(e.filed && evx_uuid_bytes(l->marked, EVX_UUID_LEN, case_id) &&
			memcmp(e.case_id, case_id, 16) == 0))
		return EVX_OK;
	return read_and_give(l, uuid, &e);
}

static enum evx_err give_case(struct listing *l)
{
	enum evx_err err = EVX_OK;
	uint8_t id[16];

	for (size_t i = 0; i < evx_vault_cases(l->use.vault) && err == EVX_OK; i++) {
		const struct evx_vault_case *c = evx_vault_case(l->use.vault, i);

		if (strcmp(evx_case_filed(l->use.vault, c->id), l->in_case) != 0 ||
			!evx_uuid_bytes(c->id, EVX_UUID_LEN, id))
			continue;
		err = give_pages(l, id);
		l->marked = c->id;
		evx_vault_index_expect(l->index, c->id);
		if (err == EVX_OK)
			err = evx_case_each(l->use.vault, c->id, give_unknown, l, l->diag);
	}
	return err;
}

static enum evx_err give_all(struct listing *l)
{
	enum evx_err err = give_pages(l, NULL);

	return err == EVX_OK ? evx_vault_each_exhibit(l->use.vault, give_unknown, l, l->diag) : err;
}

/* ---- What is looked for */

static enum evx_err read_one(void *ctx, const char *uuid)
{
	struct listing *l = ctx;

	return evx_cancelled(l->cancel) ?
		evx_fail(l->diag, EVX_E_INTERRUPTED, "exhibits: stopped") :
		read_and_give(l, uuid, NULL);
}

/* One that the catalog names: as it says if that is so, else as its files say. */
static enum evx_err give_hit(struct listing *l, const uint8_t bytes[16])
{
	struct evx_catalog_exhibit e;
	char uuid[EVX_UUID_CAP];

	if (evx_catalog_get(l->catalog, bytes, &e, NULL) == EVX_OK)
		return give_known(l, &e);
	evx_uuid_text(bytes, uuid);
	return read_one(l, uuid);
}

static enum evx_err give_found(struct listing *l)
{
	struct evx_vault_search_found found;
	enum evx_err err = evx_vault_search_catalog(l->search, l->use.vault, l->catalog, l->index,
		&l->labels, l->cancel, &found, l->diag);

	l->result->looked = found.there;
	l->result->closed = found.closed;
	if (err == EVX_OK && found.cut) {
		free(found.hits);
		return evx_vault_each_exhibit(l->use.vault, read_one, l, l->diag);
	}
	for (size_t i = 0; i < found.n && err == EVX_OK; i++)
		err = give_hit(l, found.hits[i].uuid);
	free(found.hits);
	/* Others that the catalog does not know: it knows fewer, or one is gone, and another may
	 * have come in its place. */
	if (err == EVX_OK && (l->gone || found.known != found.there))
		err = evx_vault_each_exhibit(l->use.vault, give_unknown, l, l->diag);
	return err;
}

/* ---- The command */

static enum evx_err open_listing(struct listing *l, struct evx_home *h,
	const struct evx_vault_exhibits_options *opt, const struct evx_passphrase *ask,
	struct evx_diag *diag)
{
	const bool opens = opt->somebody || opt->file != NULL ||
		(opt->in_case != NULL && !evx_uuid_valid(opt->in_case, strlen(opt->in_case)));
	struct evx_confine_state *confined = opt->confine ? &l->result->confinement : NULL;
	struct evx_catalog_state state;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	evx_vault_use_start(&s, &l->use, h, opt->vault, opt->as,
		opens ? EVX_VAULT_SOMEBODY : EVX_VAULT_IF_NAMED, EVX_CONFINE_MOVE, ask);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_vault_use_load(&l->use, EVX_VAULT_READS, diag);
	if (err == EVX_OK && l->use.has_id && !l->use.member)
		err = evx_fail(diag, EVX_E_KEY,
			"%s is not a member of this vault. Use another identity (--as NAME), or "
			"ask a member to add you.",
			l->use.name);
	if (err == EVX_OK && h != NULL)
		err = evx_home_cards(h, &l->cards, diag);
	if (err == EVX_OK && l->use.member)
		err = evx_case_labels(l->use.vault, &l->labels, diag);
	if (err == EVX_OK && opt->in_case != NULL)
		err = evx_case_find(l->use.vault, opt->in_case, l->in_case, diag);
	if (err == EVX_OK)
		err = evx_vault_search_new(opt, l->in_case, &l->cards, &l->search, diag);
	if (err == EVX_OK && opt->file != NULL)
		err = evx_vault_files_new(opt->file, &l->use, &l->files, diag);
	if (err == EVX_OK)
		err = evx_catalog_of_vault(l->use.vault, &l->catalog, &state, diag);
	if (err != EVX_OK)
		return err;
	l->result->catalog_made = state.made;
	l->result->catalog_discarded = state.discarded;
	l->result->catalog_lost = state.in_memory;
	err = evx_vault_index_new(l->use.vault, l->use.home, l->catalog, -1, &l->index, diag);
	return err == EVX_OK && l->use.member ? evx_vault_index_reader(l->index, &l->use.id, diag) :
						err;
}

enum evx_err evx_vault_exhibits(struct evx_home *h, const struct evx_vault_exhibits_options *opt,
	const struct evx_passphrase *ask,
	enum evx_err (*each)(void *ctx, const struct evx_vault_exhibit_info *info), void *ctx,
	struct evx_cancel *cancel, struct evx_vault_exhibits_result *result, struct evx_diag *diag)
{
	struct listing l = { .finds = opt->text != NULL || opt->by != NULL || opt->since != 0 ||
			opt->file != NULL,
		.reread = opt->reread,
		.each = each,
		.ctx = ctx,
		.cancel = cancel,
		.result = result,
		.diag = diag };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	err = open_listing(&l, h, opt, ask, diag);
	if (err == EVX_OK)
		err = l.finds                ? give_found(&l) :
			l.in_case[0] != '\0' ? give_case(&l) :
					       give_all(&l);
	if (l.files != NULL)
		result->unlisted = evx_vault_files_closed(l.files);
	if (l.index != NULL && evx_vault_index_written(l.index, NULL) != EVX_OK)
		result->catalog_lost = true;
	if (err == EVX_OK && evx_vault_standing(l.use.vault, NULL) == EVX_VAULT_CHANGED)
		err = evx_vault_use_door_leave(l.use.vault, diag);
	evx_vault_files_free(l.files);
	evx_vault_index_free(l.index);
	evx_catalog_free(l.catalog);
	evx_vault_search_free(l.search);
	evx_case_labels_free(&l.labels);
	evx_cards_free(&l.cards);
	evx_vault_use_free(&l.use);
	return err;
}
