/* Judges what waits, and says what it is. */
#include "ship/incoming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "format/text.h"

enum { CASE, NUMBER, DESCRIPTION, PURPOSE, AUTHORITY, WHY };

void evx_incomings_free(struct evx_incomings *all)
{
	for (size_t i = 0; i < all->n; i++) {
		for (size_t k = 0; k < sizeof(all->at[i].texts) / sizeof(all->at[i].texts[0]); k++)
			free(all->at[i].texts[k]);
		free(all->at[i].packs);
	}
	free(all->at);
	memset(all, 0, sizeof(*all));
}

/* Details that a key of the reader opens; false where none does. */
static bool open_details(
	struct evx_exhibit *ex, const struct evx_event *event, struct evx_details *out)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_DETAILS, .event = event->sequence };
	const struct evx_secret *key = evx_keyring_custody_of(&ex->unlocked.keys, event->sequence);
	struct evx_buf part = EVX_BUF_INIT;
	char name[EVX_MEMBER_NAME_CAP];
	bool opened;

	memset(out, 0, sizeof(*out));
	memcpy(id.type, event->type, sizeof(id.type));
	opened = key != NULL && evx_member_name(&id, name) == EVX_OK &&
		evx_exhibit_part(ex, event, name, &part, NULL) == EVX_OK &&
		evx_seal_open_details(event, name, (struct evx_bytes){ part.data, part.len }, key,
			out, NULL) == EVX_OK;
	evx_buf_free(&part);
	return opened;
}

static enum evx_err keep(
	struct evx_incoming_one *one, unsigned which, const char *text, struct evx_diag *diag)
{
	if (one->texts[which] != NULL || text == NULL)
		return EVX_OK;
	one->texts[which] = strdup(text);
	return one->texts[which] != NULL ? EVX_OK : evx_fail_memory(diag);
}

/* What the seal tells, openly or in its details. */
static enum evx_err describe_seal(
	struct evx_incoming_one *one, struct evx_exhibit *ex, struct evx_diag *diag)
{
	const struct evx_event *seal = evx_exhibit_seal(ex);
	struct evx_details d = { 0 };
	enum evx_err err;

	if (seal == NULL)
		return EVX_OK;
	err = keep(one, CASE, seal->seal.case_label, diag);
	if (err == EVX_OK && open_details(ex, seal, &d)) {
		err = keep(one, CASE, d.case_label, diag);
		if (err == EVX_OK)
			err = keep(one, NUMBER, d.exhibit_number, diag);
		if (err == EVX_OK)
			err = keep(one, DESCRIPTION, d.description, diag);
	}
	evx_details_free(&d);
	return err;
}

/* The release to the receiver that is open, or that the receiver answered. */
static const struct evx_chain_event *find_release(
	const struct evx_chain_result *c, const char *receiver, bool *answered)
{
	*answered = false;
	if (c->state.release_open && strcmp(c->state.receiver, receiver) == 0)
		return &c->at[c->state.release];
	for (size_t i = c->rightful; i > 1; i--) {
		const struct evx_chain_event *e = &c->at[i - 1];

		if (!e->rightful || strcmp(e->event.signers[0], receiver) != 0 ||
			(e->event.kind != EVX_EVENT_ACCEPT && e->event.kind != EVX_EVENT_REFUSE))
			continue;
		for (size_t k = 0; k < i - 1; k++)
			if (evx_hash_equal(c->at[k].hash, e->event.fields.refers)) {
				*answered = true;
				return &c->at[k];
			}
	}
	return NULL;
}

static enum evx_err describe_release(struct evx_incoming_one *one, struct evx_exhibit *ex,
	const struct evx_identity *reader, struct evx_diag *diag)
{
	const struct evx_chain_result *c = evx_chain_result(ex->loaded.chain);
	const struct evx_chain_event *release = find_release(
		c, reader->card.signing, &one->info.answered);
	struct evx_details d = { 0 };
	enum evx_err err = EVX_OK;

	one->info.released = release != NULL;
	if (release == NULL)
		return EVX_OK;
	memcpy(one->release, release->hash, sizeof(one->release));
	if (open_details(ex, &release->event, &d)) {
		err = keep(one, PURPOSE, d.purpose, diag);
		if (err == EVX_OK)
			err = keep(one, AUTHORITY, d.authority, diag);
	}
	evx_details_free(&d);
	return err;
}

static enum evx_err list_packs(
	struct evx_incoming_one *one, const struct evx_bundle *b, struct evx_diag *diag)
{
	const uint64_t n = evx_bundle_packs(b);

	one->packs = calloc((size_t)n + 1, sizeof(*one->packs));
	if (one->packs == NULL)
		return evx_fail_memory(diag);
	for (uint64_t i = 0; i < n; i++) {
		const struct evx_bundle_pack p = evx_bundle_pack(b, i);

		memcpy(one->packs[i].hash, p.hash, sizeof(p.hash));
		one->packs[i].size = p.length;
		one->info.bytes += p.length;
	}
	one->npacks = (size_t)n;
	one->info.packs = n;
	return EVX_OK;
}

static enum evx_err describe(struct evx_incoming_one *one, struct evx_exhibit *ex,
	const struct evx_identity *reader, struct evx_diag *diag)
{
	struct evx_incoming_exhibit *info = &one->info;
	const struct evx_chain_result *c = evx_chain_result(ex->loaded.chain);
	const char *const *texts = (const char *const *)one->texts;
	const struct evx_finding *why = NULL;
	struct evx_diag no_key = { 0 };
	enum evx_err err = evx_exhibit_sound(ex, &info->exit_class, &why, diag);

	if (err != EVX_OK)
		return err;
	(void)snprintf(info->uuid, sizeof(info->uuid), "%s", evx_bundle_uuid(ex->opened.bundle));
	evx_hex_encode(c->exhibit, 32, info->seal_hash);
	evx_seal_code(c->exhibit, info->seal_code);
	info->events = c->n;
	err = keep(one, WHY, why != NULL ? why->text : NULL, diag);
	if (err != EVX_OK)
		return err;
	err = evx_exhibit_open_keys(ex, reader, false, &no_key);
	if (err != EVX_OK && err != EVX_E_KEY)
		return evx_fail(diag, err, "%s", no_key.text);
	info->opens = ex->unlocked.keys.content != NULL;
	err = describe_seal(one, ex, diag);
	if (err == EVX_OK)
		err = describe_release(one, ex, reader, diag);
	if (err == EVX_OK)
		err = list_packs(one, ex->opened.bundle, diag);
	info->case_label = texts[CASE] != NULL ? texts[CASE] : "";
	info->number = texts[NUMBER] != NULL ? texts[NUMBER] : "";
	info->description = texts[DESCRIPTION] != NULL ? texts[DESCRIPTION] : "";
	info->purpose = texts[PURPOSE] != NULL ? texts[PURPOSE] : "";
	info->authority = texts[AUTHORITY] != NULL ? texts[AUTHORITY] : "";
	info->why = texts[WHY] != NULL ? texts[WHY] : "";
	return err;
}

/* One of the codes on paper must be the exhibit's. */
static enum evx_err compare_codes(const struct evx_incomings_by *by,
	const struct evx_incoming_one *one, const struct evx_exhibit *ex, struct evx_diag *diag)
{
	for (size_t i = 0; i < by->ncodes; i++)
		if (evx_given_code_compare(&by->codes[i], ex) == EVX_CODE_SAME)
			return EVX_OK;
	return by->ncodes == 0 ?
		EVX_OK :
		evx_fail(diag, EVX_E_CUSTODY,
			"WRONG EXHIBIT: its seal code is %s, and not one of those that were given. "
			"Nothing was taken in or signed. Ask the sender.",
			one->info.seal_code);
}

static enum evx_err judge_one(const struct evx_stage *s, const char *uuid,
	const struct evx_incomings_by *by, struct evx_incoming_one *one, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = { .skip_packs = true,
		.packs_elsewhere = true,
		.jobs = 1,
		.cancel = by->cancel,
		.roster = by->rules };
	struct evx_bundle *bundle = NULL;
	struct evx_exhibit ex;
	int dir = -1;
	enum evx_err err = evx_stage_exhibit(s, uuid, &dir, diag);

	evx_exhibit_over(&ex, NULL);
	if (err == EVX_OK)
		err = evx_bundle_open_dir(dir, uuid, &bundle, diag);
	if (err == EVX_OK) {
		evx_exhibit_over(&ex, bundle);
		ex.opened.reader = by->reader;
		err = evx_exhibit_load(&ex, &load, diag);
	}
	if (err == EVX_OK)
		err = describe(one, &ex, by->reader, diag);
	if (err == EVX_OK)
		err = compare_codes(by, one, &ex, diag);
	evx_exhibit_free(&ex);
	evx_bundle_free(bundle);
	evx_close_quiet(&dir);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, uuid, err);
}

enum evx_err evx_incomings_judge(const struct evx_stage *s, const struct evx_incomings_by *by,
	struct evx_incomings *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	out->at = calloc(s->n + 1, sizeof(*out->at));
	if (out->at == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < s->n && err == EVX_OK; i++)
		err = judge_one(s, s->uuids[i], by, &out->at[out->n++], diag);
	return err;
}
