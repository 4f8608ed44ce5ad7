/* Healing: damaged packs replaced by the same ones from elsewhere, and a signed note about it in
 * each exhibit's chain. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/event_actor.h"
#include "keep/vault_check.h"
#include "store/packs.h"

#define NOTE_PACKS 100u /* packs that one note names: its text has a limit */

static enum evx_err say(struct evx_check *c, struct evx_check_damage *d, const char *fmt, ...)
	EVX_PRINTF(3, 4);
static enum evx_err say(struct evx_check *c, struct evx_check_damage *d, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&d->healing, fmt, ap);
	va_end(ap);
	if (n < 0)
		d->healing = NULL;
	d->pack.healing = d->healing;
	return d->healing != NULL ? EVX_OK : evx_fail_memory(c->diag);
}

/* The pack got its name, and something failed behind that: it is healed, and the check does not end
 * as if all were well. */
static enum evx_err placed_only(
	struct evx_check *c, const struct evx_check_damage *d, const char *why)
{
	char text[sizeof(((struct evx_diag *)NULL)->text) + 128];

	(void)snprintf(text, sizeof(text),
		"Pack %s was replaced, but a power cut could still undo that: %s", d->pack.hash,
		why);
	return evx_check_note(c, "V-IO", EVX_WEIGHT_UNCHECKED, d->pack.uuid, text);
}

static enum evx_err heal_one(
	struct evx_check *c, const struct evx_session *s, struct evx_check_damage *d, uint8_t *room)
{
	struct evx_diag why = { 0 };
	bool recipe;
	size_t n = 0, again;
	enum evx_err err;

	if (evx_cancelled(c->cancel))
		return evx_fail(c->diag, EVX_E_INTERRUPTED,
			"Interrupted. Packs that were replaced so far stay replaced, and no note "
			"about them was signed. Run the command again.");
	if (evx_packs_get(c->use.vault, d->pack.uuid, d->hash, room, &n, &recipe, NULL) == EVX_OK)
		return say(c, d, "This pack is undamaged now%s.",
			recipe ? ", because the data that it shares was replaced" : "");
	err = evx_heal_source_pack(c->source, d->pack.uuid, d->hash, room, &n, &why);
	if (err == EVX_OK) {
		err = evx_packs_put(c->use.vault, s, d->pack.uuid, d->hash, room, n, &why);
		if (err == EVX_E_IO &&
			evx_packs_get(c->use.vault, d->pack.uuid, d->hash, room, &again, &recipe,
				NULL) == EVX_OK &&
			!recipe) {
			err = placed_only(c, d, why.text);
			if (err != EVX_OK)
				return err;
		}
	}
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return evx_fail(c->diag, err, "%s", why.text);
	if (err != EVX_OK)
		return say(c, d, "Not replaced: %s", why.text);
	d->pack.healed = true;
	c->result->healed++;
	return say(c, d, "Replaced from %s", c->opt->heal_from);
}

/* The note about packs first to first + n of the healed ones of this exhibit. */
static enum evx_err text_of(
	const struct evx_check *c, const char *uuid, size_t *first, struct evx_buf *out)
{
	size_t told = 0;
	enum evx_err err = evx_buf_adds(out,
		"A check of the vault found damaged packs. They were replaced by the same packs, "
		"compared by their hashes, from ");

	if (err == EVX_OK)
		err = evx_buf_adds(out, c->opt->heal_from);
	for (; *first < c->ndamages && told < NOTE_PACKS && err == EVX_OK; ++*first) {
		const struct evx_check_damage *d = &c->damages[*first];

		if (!d->pack.healed || strcmp(d->pack.uuid, uuid) != 0)
			continue;
		told++;
		err = evx_buf_adds(out, told == 1 ? ": " : "; ");
		if (err == EVX_OK)
			err = evx_buf_adds(out, d->pack.hash);
		if (err == EVX_OK)
			err = evx_buf_adds(out, " (found: ");
		if (err == EVX_OK)
			err = evx_buf_adds(out, d->pack.what);
		if (err == EVX_OK)
			err = evx_buf_adds(out, ")");
	}
	return err == EVX_OK ? evx_buf_cstr(out) : err;
}

static bool any_left(const struct evx_check *c, const char *uuid, size_t from)
{
	for (; from < c->ndamages; from++)
		if (c->damages[from].pack.healed && strcmp(c->damages[from].pack.uuid, uuid) == 0)
			return true;
	return false;
}

static enum evx_err record(struct evx_check *c, const char *uuid)
{
	const struct evx_event_actor actor = { &c->use.id, &c->signer, &c->known };
	struct evx_event_outcome outcome = { 0 };
	struct evx_buf text = EVX_BUF_INIT;
	char *path = NULL;
	size_t at = 0;
	enum evx_err err = EVX_OK;

	if (asprintf(&path, "%s/exhibits/%s", evx_vault_path(c->use.vault), uuid) < 0)
		return evx_fail_memory(c->diag);
	while (err == EVX_OK && any_left(c, uuid, at)) {
		evx_buf_reset(&text);
		err = text_of(c, uuid, &at, &text);
		if (err == EVX_OK) {
			const struct evx_event_options note = { .bundle = path,
				.type = EVX_EVENT_NOTE,
				.notes = (const char *)text.data,
				.invocation = c->opt->invocation,
				.jobs = 1 };

			err = evx_event_record_by(&actor, &note, c->cancel, &outcome, c->diag);
			evx_event_outcome_free(&outcome);
		} else {
			err = evx_fail_buf(c->diag, err);
		}
	}
	evx_buf_free(&text);
	free(path);
	return err;
}

enum evx_err evx_check_heal(struct evx_check *c)
{
	struct evx_session *s = NULL;
	uint8_t *room = malloc(EVX_PACK_LEN);
	enum evx_err err;

	if (room == NULL)
		return evx_fail_memory(c->diag);
	err = evx_session_begin(c->use.vault, &s, c->diag);
	/* What is stored as bytes first: recipes that copy from it are then whole by themselves. */
	for (int recipes = 0; recipes < 2; recipes++)
		for (size_t i = 0; i < c->ndamages && err == EVX_OK; i++)
			if (c->damages[i].pack.recipe == (recipes == 1))
				err = heal_one(c, s, &c->damages[i], room);
	for (size_t i = 0; i < c->nbad && err == EVX_OK; i++)
		err = record(c, c->bad[i].uuid);
	evx_session_end(s);
	free(room);
	return err;
}
