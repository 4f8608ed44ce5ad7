/* What a vault has that somebody must look after. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "find/vault_glance.h"
#include "find/vault_search.h"
#include "format/event.h"
#include "format/limits.h"
#include "format/text.h"
#include "format/time.h"
#include "open/vault_use.h"
#include "store/place.h"

#define PAGE 1024u
#define RELEASE "-release.json"
#define DIGITS 4u
#define DAY 86400

struct run {
	const struct evx_status_options *opt;
	struct evx_status_vault *out;
	struct evx_vault_use use;
	struct evx_catalog *catalog;
	struct evx_vault_index *index;
	struct evx_cards cards;
	struct evx_vault_search *people;
	const struct evx_cancel *cancel;
	struct evx_diag *diag;
};

/* SHA256:… of a key's hash. */
static enum evx_err fingerprint(const uint8_t hash[32], char out[56], struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_base64_encode(hash, 32, false, &text);

	if (err == EVX_OK)
		(void)snprintf(out, 56, "SHA256:%.*s", (int)text.len, (const char *)text.data);
	evx_buf_free(&text);
	return err == EVX_OK ? EVX_OK : evx_fail_memory(diag);
}

/* ---- A release that nobody answered */

/* The newest document of an entry. */
struct newest {
	char name[64];
	unsigned number;
	bool any;
};

static enum evx_err see_document(void *ctx, const char *name)
{
	struct newest *n = ctx;
	const size_t len = strlen(name);
	unsigned number;

	if (len >= sizeof(n->name) || len < DIGITS + 6 || strspn(name, "0123456789") != DIGITS ||
		name[DIGITS] != '-' || strcmp(name + len - 5, ".json") != 0)
		return EVX_OK;
	number = (unsigned)strtoul(name, NULL, 10);
	if (!n->any || number > n->number) {
		n->any = true;
		n->number = number;
		memcpy(n->name, name, len + 1);
	}
	return EVX_OK;
}

static enum evx_err tell_release(struct run *r, const char *uuid, const struct evx_event *event)
{
	const int64_t age = (int64_t)time(NULL) - event->time;
	struct evx_status_release release = { .days = age > 0 ? (unsigned)(age / DAY) : 0 };
	uint8_t key[32];
	enum evx_err err = EVX_OK;

	r->out->open++;
	if (r->opt->release == NULL)
		return EVX_OK;
	(void)snprintf(release.uuid, sizeof(release.uuid), "%s", uuid);
	if (evx_time_encode(event->time, release.time) != EVX_OK)
		release.time[0] = '\0';
	if (evx_vault_glance_signer(event->fields.counterparty, key, NULL) == EVX_OK) {
		err = fingerprint(key, release.to, r->diag);
		release.to_person = evx_vault_search_person(r->people, key);
	}
	if (err == EVX_OK)
		err = r->opt->release(r->opt->ctx, &release);
	return err;
}

/* The last entry, as its file says: its signature is not verified here. */
static enum evx_err look_at_last(struct run *r, const char *uuid)
{
	struct newest last = { .any = false };
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_event event;
	int dir = -1, custody = -1;
	size_t n;
	bool good = evx_vault_exhibit(r->use.vault, uuid, &dir, NULL) == EVX_OK &&
		evx_place_open(dir, "custody", &custody, NULL) == EVX_OK &&
		evx_place_each(custody, see_document, &last, NULL) == EVX_OK && last.any;
	enum evx_err err = EVX_OK;

	n = strlen(last.name);
	if (good && n > sizeof(RELEASE) - 1 &&
		strcmp(last.name + n - (sizeof(RELEASE) - 1), RELEASE) == 0) {
		good = evx_place_read(custody, last.name, EVX_DOCUMENT_MAX, &json, NULL) ==
				EVX_OK &&
			evx_event_decode(json.data, json.len, &event, NULL) == EVX_OK;
		if (good) {
			err = tell_release(r, uuid, &event);
			evx_event_free(&event);
		}
	}
	r->out->unreadable += !good;
	evx_buf_free(&json);
	evx_close_quiet(&custody);
	evx_close_quiet(&dir);
	return err;
}

/* ---- The catalog */

static enum evx_err is_mine(struct run *r, const uint8_t holder[32], bool *is)
{
	char text[56];
	enum evx_err err = fingerprint(holder, text, r->diag);

	*is = false;
	for (size_t i = 0; i < r->opt->nmine && err == EVX_OK; i++)
		*is = *is || strcmp(text, r->opt->mine[i]) == 0;
	return err;
}

static enum evx_err look_at(struct run *r, const struct evx_catalog_exhibit *e)
{
	struct evx_status_vault *out = r->out;
	char uuid[EVX_UUID_CAP];
	bool mine;
	enum evx_err err;

	out->known++;
	out->disposed += e->disposed;
	if (e->disposed)
		return EVX_OK;
	out->on_hold += e->hold;
	out->never += e->check.when == 0;
	out->old += e->check.when != 0 && e->check.when < r->opt->checked_since;
	out->bad += e->check.result == EVX_CHECKED_BAD || e->check.contents == EVX_CHECKED_BAD;
	out->custody += e->check.result == EVX_CHECKED_CUSTODY;
	err = is_mine(r, e->holder, &mine);
	if (err != EVX_OK || !mine)
		return err;
	out->held++;
	evx_uuid_text(e->uuid, uuid);
	return look_at_last(r, uuid);
}

/* What the catalog knows of it, or, where its directory changed since, its files. */
static enum evx_err look_now(struct run *r, struct evx_catalog_exhibit *e)
{
	struct evx_catalog_exhibit read;
	char uuid[EVX_UUID_CAP];
	uint8_t now[32];
	enum evx_err err;

	evx_uuid_text(e->uuid, uuid);
	if (!evx_vault_glance_stamp(r->use.vault, uuid, now)) {
		r->out->gone++;
		return EVX_OK;
	}
	if (!evx_vault_glance_fresh(e->stamp, now)) {
		err = evx_vault_index_exhibit(
			r->index, uuid, EVX_INDEX_FACTS, &read, r->cancel, NULL);
		if (err == EVX_E_MEMORY)
			return evx_fail_memory(r->diag);
		if (err == EVX_E_INTERRUPTED)
			return evx_fail(r->diag, err, "status: stopped");
		r->out->unreadable += err != EVX_OK;
		read.check = e->check;
		if (err == EVX_OK)
			*e = read;
	}
	return look_at(r, e);
}

static enum evx_err count_one(void *ctx, const char *uuid)
{
	struct run *r = ctx;

	(void)uuid;
	r->out->exhibits++;
	return EVX_OK;
}

static enum evx_err look(struct run *r)
{
	const struct evx_catalog_page all = { NULL, false };
	struct evx_catalog_exhibit *at = calloc(PAGE, sizeof(*at)), last;
	enum evx_err err = at != NULL ?
		evx_vault_each_exhibit(r->use.vault, count_one, r, r->diag) :
		evx_fail_memory(r->diag);
	bool any = false;
	size_t n = PAGE;

	while (err == EVX_OK && n == PAGE) {
		/* What is damaged here is told as not known. */
		if (evx_catalog_next(r->catalog, &all, any ? &last : NULL, at, PAGE, &n, NULL) !=
			EVX_OK)
			break;
		if (n > 0)
			last = at[n - 1];
		for (size_t i = 0; i < n && err == EVX_OK; i++)
			err = look_now(r, &at[i]);
		any = true;
		if (err == EVX_OK && evx_cancelled(r->cancel))
			err = evx_fail(r->diag, EVX_E_INTERRUPTED, "status: stopped");
	}
	free(at);
	return err;
}

enum evx_err evx_status_vault(struct evx_home *h, const struct evx_status_options *opt,
	struct evx_cancel *cancel, struct evx_status_vault *out, struct evx_diag *diag)
{
	const struct evx_vault_exhibits_options nothing = { .text = NULL };
	struct run r = { .opt = opt, .out = out, .cancel = cancel, .diag = diag };
	struct evx_catalog_state state;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_vault_use_start(
		&s, &r.use, h, opt->vault, NULL, EVX_VAULT_NOBODY, EVX_CONFINE_MOVE, NULL);
	err = evx_start_confine(&s, 0, opt->confine ? &out->confinement : NULL);
	if (err == EVX_OK)
		err = evx_vault_use_load(&r.use, EVX_VAULT_READS, diag);
	if (err == EVX_OK && h != NULL)
		err = evx_home_cards(h, &r.cards, diag);
	if (err == EVX_OK)
		err = evx_vault_search_new(&nothing, "", &r.cards, &r.people, diag);
	if (err == EVX_OK)
		err = evx_catalog_of_vault(r.use.vault, &r.catalog, &state, diag);
	if (err == EVX_OK)
		err = evx_vault_index_new(r.use.vault, r.use.home, r.catalog, -1, &r.index, diag);
	if (err != EVX_OK)
		goto out;
	(void)snprintf(out->vault, sizeof(out->vault), "%s", evx_vault_uuid(r.use.vault));
	err = look(&r);
	if (err == EVX_OK && evx_vault_standing(r.use.vault, NULL) == EVX_VAULT_CHANGED)
		err = evx_vault_use_door_leave(r.use.vault, diag);
out:
	evx_vault_index_free(r.index);
	evx_catalog_free(r.catalog);
	evx_vault_search_free(r.people);
	evx_cards_free(&r.cards);
	evx_vault_use_free(&r.use);
	return err;
}
