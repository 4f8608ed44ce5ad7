/* Healing: damaged packs replaced by the same ones from elsewhere, and a signed note about it in
 * each exhibit's chain. */
#include "keep/check_heal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/event_actor.h"
#include "store/packs.h"

#define NOTE_PACKS 100u /* packs that one note names: its text has a limit */

static enum evx_err say(struct evx_check_damage *d, struct evx_diag *diag, const char *fmt, ...)
	EVX_PRINTF(3, 4);
static enum evx_err say(struct evx_check_damage *d, struct evx_diag *diag, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&d->healing, fmt, ap);
	va_end(ap);
	if (n < 0)
		d->healing = NULL;
	d->pack.healing = d->healing;
	return d->healing != NULL ? EVX_OK : evx_fail_memory(diag);
}

/* The pack got its name, and something failed behind that: it is healed, and the check does not end
 * as if all were well. */
static enum evx_err placed_only(struct evx_findings *findings, const struct evx_check_damage *d,
	const char *why, struct evx_diag *diag)
{
	return evx_fail_buf(diag,
		evx_findings_add(findings, "V-IO", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, d->pack.uuid,
			"Pack %s was replaced, but a power cut could still undo that: %s",
			d->pack.hash, why));
}

static enum evx_err heal_one(const struct evx_check_healing *h, const struct evx_session *s,
	struct evx_check_found *found, struct evx_check_damage *d, uint8_t *room,
	struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	bool recipe;
	size_t n = 0, again;
	enum evx_err err;

	if (evx_cancelled(h->cancel))
		return evx_fail(diag, EVX_E_INTERRUPTED,
			"Interrupted. Packs that were replaced so far stay replaced, and no note "
			"about them was signed. Run the command again.");
	if (evx_packs_get(h->vault, d->pack.uuid, d->hash, room, &n, &recipe, NULL) == EVX_OK)
		return say(d, diag, "This pack is undamaged now%s.",
			recipe ? ", because the data that it shares was replaced" : "");
	err = evx_heal_source_pack(h->source, d->pack.uuid, d->hash, room, &n, &why);
	if (err == EVX_OK) {
		err = evx_packs_put(h->vault, s, d->pack.uuid, d->hash, room, n, &why);
		if (err == EVX_E_IO &&
			evx_packs_get(h->vault, d->pack.uuid, d->hash, room, &again, &recipe,
				NULL) == EVX_OK &&
			!recipe) {
			err = placed_only(&found->findings, d, why.text, diag);
			if (err != EVX_OK)
				return err;
		}
	}
	if (err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED)
		return evx_fail(diag, err, "%s", why.text);
	if (err != EVX_OK)
		return say(d, diag, "Not replaced: %s", why.text);
	d->pack.healed = true;
	found->result->healed++;
	return say(d, diag, "Replaced from %s", h->from);
}

/* The note about packs of this exhibit that were replaced, from the first on; *first is then behind
 * the last one told. */
static enum evx_err text_of(const struct evx_check_damages *damages, const char *from,
	const char *uuid, size_t *first, struct evx_buf *out)
{
	size_t told = 0;
	enum evx_err err = evx_buf_adds(out,
		"A check of the vault found damaged packs. They were replaced by the same packs, "
		"compared by their hashes, from ");

	if (err == EVX_OK)
		err = evx_buf_adds(out, from);
	for (; *first < damages->n && told < NOTE_PACKS && err == EVX_OK; ++*first) {
		const struct evx_check_damage *d = &damages->at[*first];
		const char *const parts[] = { told == 0 ? ": " : "; ", d->pack.hash,
			" (found: ", d->pack.what, ")" };

		if (!d->pack.healed || strcmp(d->pack.uuid, uuid) != 0)
			continue;
		told++;
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && err == EVX_OK; i++)
			err = evx_buf_adds(out, parts[i]);
	}
	return err == EVX_OK ? evx_buf_cstr(out) : err;
}

static bool any_left(const struct evx_check_damages *damages, const char *uuid, size_t from)
{
	for (; from < damages->n; from++)
		if (damages->at[from].pack.healed && strcmp(damages->at[from].pack.uuid, uuid) == 0)
			return true;
	return false;
}

static enum evx_err record(const struct evx_check_healing *h,
	const struct evx_check_damages *damages, const char *uuid, struct evx_diag *diag)
{
	const struct evx_event_actor actor = {
		.id = h->id, .signer = h->signer, .known = h->known
	};
	struct evx_event_options note = {
		.type = EVX_EVENT_NOTE, .invocation = h->invocation, .jobs = 1
	};
	struct evx_event_outcome outcome = { 0 };
	struct evx_buf text = EVX_BUF_INIT;
	char *path = NULL;
	size_t at = 0;
	enum evx_err err = EVX_OK;

	if (asprintf(&path, "%s/exhibits/%s", evx_vault_path(h->vault), uuid) < 0)
		return evx_fail_memory(diag);
	note.bundle = path;
	while (any_left(damages, uuid, at)) {
		evx_buf_reset(&text);
		err = evx_fail_buf(diag, text_of(damages, h->from, uuid, &at, &text));
		if (err != EVX_OK)
			goto out;
		note.notes = (const char *)text.data;
		err = evx_event_actor_record(&actor, &note, h->cancel, &outcome, diag);
		evx_event_outcome_free(&outcome);
		if (err != EVX_OK)
			goto out;
	}
out:
	evx_buf_free(&text);
	free(path);
	return err;
}

enum evx_err evx_check_heal(const struct evx_check_healing *healing, struct evx_check_found *found,
	struct evx_diag *diag)
{
	struct evx_check_damages *damages = &found->damages;
	struct evx_session *s = NULL;
	uint8_t *room = malloc(EVX_PACK_LEN);
	enum evx_err err;

	if (room == NULL)
		return evx_fail_memory(diag);
	err = evx_session_begin(healing->vault, &s, diag);
	if (err != EVX_OK)
		goto out;
	/* What is stored as bytes first: recipes that copy from it are then whole by themselves. */
	for (int recipes = 0; recipes < 2; recipes++)
		for (size_t i = 0; i < damages->n; i++) {
			if (damages->at[i].pack.recipe != (recipes == 1))
				continue;
			err = heal_one(healing, s, found, &damages->at[i], room, diag);
			if (err != EVX_OK)
				goto out;
		}
	for (size_t i = 0; i < found->nbad && err == EVX_OK; i++)
		err = record(healing, damages, found->bad[i].uuid, diag);
out:
	evx_session_end(s);
	free(room);
	return err;
}
