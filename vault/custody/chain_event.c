/* One event judged: document, signatures, links, parts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "custody/chain_inner.h"
#include "custody/document.h"

/* Clocks of two machines may differ by this much before a time counts as one in the future. */
#define CLOCK_SLACK 300

static enum evx_err judge_document(struct evx_chain *c, struct evx_chain_event *at)
{
	const struct evx_chain_file *json = evx_chain_find(c, EVX_MEMBER_JSON, 0);
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (json == NULL)
		return evx_chain_note(c, "C-JSON", evx_chain_absence(c), NULL,
			"The document of entry %04u is missing. Ask the sender for a complete "
			"copy.",
			(unsigned)c->number);
	at->has_hash = true;
	memcpy(at->hash, json->sha256, sizeof(at->hash));
	err = evx_event_decode(json->bytes.data, json->bytes.len, &at->event, &why);
	if (err == EVX_OK) {
		at->decoded = true;
		return EVX_OK;
	}
	if (err == EVX_E_MEMORY ||
		(err = evx_chain_note_diag(c, "C-JSON", json->name, &why)) != EVX_OK)
		return err;
	/* Who signed it decides whether that ends anything. */
	err = evx_event_decode_skeleton(json->bytes.data, json->bytes.len, &at->event, NULL);
	at->decoded = err == EVX_OK;
	return err == EVX_E_MEMORY ? err : EVX_OK;
}

static const char *signature_code(enum evx_err err)
{
	return err == EVX_E_CUSTODY ? "C-SIGNER-COUNT" : "C-SIGNATURE";
}

static enum evx_err judge_signatures(struct evx_chain *c, struct evx_chain_event *at)
{
	const struct evx_chain_file *json = evx_chain_find(c, EVX_MEMBER_JSON, 0), *sig;
	struct evx_bytes sigs[EVX_SIGNERS_MAX];
	struct evx_diag why = { 0 };
	size_t n = 0, i, all = 0;
	enum evx_err err;

	for (i = 0; i < c->nfiles; i++)
		all += c->files[i].id.kind == EVX_MEMBER_SIG;
	while (n < EVX_SIGNERS_MAX &&
		(sig = evx_chain_find(c, EVX_MEMBER_SIG, (unsigned)n + 1)) != NULL)
		sigs[n++] = (struct evx_bytes){ sig->bytes.data, sig->bytes.len };
	if (n != all)
		return evx_chain_note(c, "C-SIGNER-COUNT", EVX_WEIGHT_BROKEN, json->name,
			"A signature of entry %04u is missing: the numbers of the signatures have "
			"a gap.",
			(unsigned)c->number);
	if (n < at->event.nsigners && evx_chain_absence(c) == EVX_WEIGHT_UNCHECKED)
		return evx_chain_note(c, "C-SIGNER-COUNT", EVX_WEIGHT_UNCHECKED, json->name,
			"The file ends before the signatures of the seal do.");
	err = evx_document_verify(EVX_NS_EVENT,
		(struct evx_bytes){ json->bytes.data, json->bytes.len }, sigs, n, NULL, &why);
	if (err == EVX_E_MEMORY)
		return err;
	if (err != EVX_OK)
		return evx_chain_note_diag(c, signature_code(err), json->name, &why);
	at->is_signed = true;
	return EVX_OK;
}

static enum evx_err judge_links(struct evx_chain *c, struct evx_chain_event *at)
{
	const struct evx_event *e = &at->event;
	const struct evx_chain_event *before = c->number > 0 ? &c->result.at[c->number - 1] : NULL;
	const char *what = NULL;

	if (strcmp(e->uuid, c->uuid) != 0)
		what = "it belongs to the bundle of another exhibit";
	else if (e->sequence != c->number)
		what = "its number differs from the number in its file name";
	else if (strcmp(e->type, c->type) != 0)
		what = "its type differs from the type in its file name";
	else if (before != NULL &&
		(!c->result.has_exhibit || !evx_hash_equal(e->exhibit, c->result.exhibit)))
		what = "it was made for another exhibit";
	else if (before != NULL &&
		(!before->has_hash || !evx_hash_equal(e->previous, before->hash)))
		what = "it was not made after the entry before it";
	at->linked = what == NULL;
	if (at->linked)
		return EVX_OK;
	return evx_chain_note(c, "C-LINK", EVX_WEIGHT_BROKEN, NULL,
		"Entry %04u does not belong here: %s.", (unsigned)c->number, what);
}

static bool is_part(const struct evx_chain_file *f)
{
	return f->id.kind >= EVX_MEMBER_DETAILS && f->id.kind <= EVX_MEMBER_ATTACH;
}

/* Signatures can be made anew. Where the event names another record of the one before than the
 * files here make, and those are good, its author saw other signatures. */
static enum evx_err judge_seen_record(struct evx_chain *c, struct evx_chain_event *at)
{
	const struct evx_chain_event *before = c->number > 0 ? &c->result.at[c->number - 1] : NULL;

	if (before == NULL || !before->has_record)
		return EVX_OK;
	at->same_record = evx_hash_equal(at->event.record, before->record);
	if (at->same_record || !at->is_signed || !before->is_signed)
		return EVX_OK;
	return evx_chain_note(c, "C-RESIGNED", EVX_WEIGHT_REMARK, NULL,
		"Entry %04u names other signatures of entry %04u than the ones here. Either "
		"somebody signed that entry again, or entry %04u is wrong. Time-stamps from entry "
		"%04u on do not show when entry %04u was signed.",
		(unsigned)c->number, (unsigned)c->number - 1, (unsigned)c->number,
		(unsigned)c->number, (unsigned)c->number - 1);
}

/* The parts that are there and those that the event signs are the same. */
static enum evx_err judge_files(struct evx_chain *c, const struct evx_event *e)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < c->nfiles && err == EVX_OK; i++) {
		const struct evx_chain_file *f = &c->files[i];
		const uint8_t *want = evx_event_file_hash(e, f->name);

		if (!is_part(f))
			continue;
		if (want == NULL)
			err = evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, f->name,
				"%s was added: its entry does not name this file.", f->name);
		else if (!evx_hash_equal(want, f->sha256))
			err = evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, f->name,
				"%s was changed after its entry was signed.", f->name);
	}
	for (i = 0; i < e->nfiles && err == EVX_OK && !c->origin; i++) {
		struct evx_member_id id;

		err = evx_member_parse(e->files[i].name, &id, NULL);
		if (err == EVX_OK && evx_chain_find(c, id.kind, id.number) == NULL)
			err = evx_chain_note(c, "C-FILES", evx_chain_absence(c), e->files[i].name,
				"%s is missing, and its entry names this file.", e->files[i].name);
	}
	return err;
}

static enum evx_err judge_tagmanifest(struct evx_chain *c, const struct evx_seal_fields *s)
{
	static const char name[] = "tagmanifest-sha256.txt";

	if (c->origin)
		return EVX_OK;
	if (!c->has_tagmanifest)
		return evx_chain_note(c, "C-TAGMANIFEST", EVX_WEIGHT_UNCHECKED, name,
			"The check could not compare the seal with %s.", name);
	if (!evx_hash_equal(c->tagmanifest, s->tagmanifest))
		return evx_chain_note(c, "C-TAGMANIFEST", EVX_WEIGHT_BROKEN, name,
			"%s was changed after sealing. So the packs and key files that it lists "
			"are not those that were signed.",
			name);
	return EVX_OK;
}

static enum evx_err judge_key_file(
	struct evx_chain *c, const struct evx_chain_age *f, const char *name, uint32_t readers)
{
	if (!f->present)
		return c->origin ? EVX_OK : evx_chain_note_absent(c, name);
	if (!f->readable) { /* said when it was looked at */
		c->bad = true;
		return EVX_OK;
	}
	if (f->header.scrypt != 0 || f->header.other != 0)
		c->bad = true;
	if (f->header.x25519 != readers)
		return evx_chain_note(c, "C-KEYFILE", EVX_WEIGHT_BROKEN, name,
			"%s has %zu readers, but entry %04u says %u.", name, f->header.x25519,
			(unsigned)c->number, (unsigned)readers);
	return EVX_OK;
}

/* One tier's key file of a later event: those that a rewrap names are there, with their hashes and
 * readers; there are no others. */
static enum evx_err judge_new_key_file(
	struct evx_chain *c, enum evx_member_kind kind, uint32_t readers, const uint8_t hash[32])
{
	const struct evx_chain_file *f = evx_chain_find(c, kind, 0);
	struct evx_member_id id = { .kind = kind, .event = c->number };
	struct evx_chain_age none = { 0 };
	char name[EVX_MEMBER_NAME_CAP];
	enum evx_err err = evx_member_name(&id, name);

	if (err != EVX_OK || (f == NULL && readers == 0))
		return err;
	if (f != NULL && readers == 0)
		return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, name,
			"%s was added: its entry does not name this file.", name);
	if (f != NULL && !evx_hash_equal(f->sha256, hash))
		return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, name,
			"%s was changed after its entry was signed.", name);
	return judge_key_file(c, f != NULL ? &f->age : &none, name, readers);
}

/* Parts of a later event have one reader, the custody key; or those cards that `private` counts. */
static enum evx_err judge_readers(struct evx_chain *c, const struct evx_event *e)
{
	uint32_t want = e->fields.private_stanzas > 0 ? e->fields.private_stanzas : 1;
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < c->nfiles && err == EVX_OK; i++)
		if (is_part(&c->files[i]))
			err = judge_key_file(c, &c->files[i].age, c->files[i].name, want);
	if (err != EVX_OK ||
		(err = judge_new_key_file(c, EVX_MEMBER_KEY_CUSTODY, e->fields.custody_readers,
			 e->fields.custody_file)) != EVX_OK)
		return err;
	return judge_new_key_file(
		c, EVX_MEMBER_KEY_CONTENT, e->fields.content_readers, e->fields.content_file);
}

/* What a sentence calls the event being judged. */
static const char *this_event(const struct evx_chain *c, char out[16])
{
	if (c->number == 0)
		return "the seal";
	(void)snprintf(out, 16, "entry %04u", (unsigned)c->number % 10000u);
	return out;
}

static enum evx_err judge_exhibit_key(struct evx_chain *c, const char *key, const char *what)
{
	uint8_t pub[32];
	char who[16];
	struct evx_diag why = { 0 };
	const enum evx_err err = evx_age_recipient_decode(key, strlen(key), pub, &why);

	if (err == EVX_OK || err == EVX_E_MEMORY)
		return err;
	return evx_chain_note(c, "C-JSON", EVX_WEIGHT_BROKEN, NULL,
		"The %s in %s is not a public key.", what, this_event(c, who));
}

/* A public signing key that an event names; "" is none. Keys are compared as texts, so each must be
 * in the one form that a key has. */
static enum evx_err judge_signing_key(struct evx_chain *c, const char *key, const char *what)
{
	struct evx_sshkey pub;
	char who[16];
	struct evx_diag why = { 0 };
	const enum evx_err err = key[0] == '\0' ? EVX_OK :
						  evx_sshkey_decode(key, strlen(key), &pub, &why);

	if (err == EVX_OK || err == EVX_E_MEMORY)
		return err;
	return evx_chain_note(c, "C-JSON", EVX_WEIGHT_BROKEN, NULL,
		"The %s in %s is not a public key.", what, this_event(c, who));
}

static enum evx_err judge_policy(struct evx_chain *c, const struct evx_policy *policy)
{
	enum evx_err err = EVX_OK;
	size_t i, k;

	for (i = 0; i < policy->n; i++)
		for (k = 0; k < policy->at[i].nof && err == EVX_OK; k++)
			err = judge_signing_key(c, policy->at[i].of[k], "signer in the policy");
	return err;
}

/* What a later event of a known type must be, beyond what every event is. */
static enum evx_err judge_later(struct evx_chain *c, const struct evx_event *e)
{
	enum evx_err err = judge_readers(c, e);

	if (err != EVX_OK ||
		(err = judge_signing_key(c, e->fields.counterparty, "counterparty")) != EVX_OK ||
		(err = judge_signing_key(c, e->fields.former, "former holder")) != EVX_OK)
		return err;
	if (e->fields.custody_key[0] != '\0')
		err = judge_exhibit_key(c, e->fields.custody_key, "custody key");
	return err;
}

static enum evx_err judge_seal(struct evx_chain *c, const struct evx_event *e)
{
	enum evx_err err = judge_tagmanifest(c, &e->seal);

	if (err != EVX_OK ||
		(err = judge_exhibit_key(c, e->seal.custody_key, "custody key")) != EVX_OK ||
		(err = judge_exhibit_key(c, e->seal.content_key, "content key")) != EVX_OK ||
		(err = judge_policy(c, &e->seal.policy)) != EVX_OK ||
		(err = judge_key_file(c, &c->key_files[0], "keys/0000-custody.age",
			 e->seal.custody_readers)) != EVX_OK ||
		(err = judge_key_file(c, &c->key_files[1], "keys/0000-content.age",
			 e->seal.content_readers)) != EVX_OK)
		return err;
	if (evx_event_file_hash(e, "custody/0000-seal.details.age") == NULL ||
		evx_event_file_hash(e, "custody/0000-seal.content.age") == NULL)
		err = evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, NULL,
			"The seal lacks its details or the key to its contents.");
	return err;
}

static enum evx_err judge_time(struct evx_chain *c, const struct evx_event *e)
{
	uint32_t before = c->number;
	char when[EVX_TIME_CAP];
	enum evx_err err = evx_time_encode(e->time, when);

	/* What somebody unknown dated makes nobody else's clock wrong. */
	while (before > 0 && (!c->result.at[before - 1].decoded || c->result.at[before - 1].claim))
		before--;

	if (err != EVX_OK ||
		(e->time > c->now && e->time - c->now > CLOCK_SLACK &&
			(err = evx_chain_note(c, "C-TIME", EVX_WEIGHT_REMARK, NULL,
				 "Entry %04u has a time in the future: %s. The signer's clock or "
				 "the clock of this computer is wrong.",
				 (unsigned)c->number, when)) != EVX_OK))
		return err;
	if (before > 0 && e->time < c->result.at[before - 1].event.time)
		err = evx_chain_note(c, "C-TIME", EVX_WEIGHT_REMARK, NULL,
			"Entry %04u follows entry %04u but has an earlier time: %s. The clock of "
			"one of the signers was wrong.",
			(unsigned)c->number, (unsigned)before - 1, when);
	return err;
}

static enum evx_err judge_decoded(struct evx_chain *c, struct evx_chain_event *at)
{
	const struct evx_event *e = &at->event;
	enum evx_err err;

	if ((err = judge_signatures(c, at)) != EVX_OK || (err = judge_links(c, at)) != EVX_OK ||
		(err = judge_seen_record(c, at)) != EVX_OK || (err = judge_files(c, e)) != EVX_OK)
		return err;
	if (evx_event_is_seal(e) && (err = judge_seal(c, e)) != EVX_OK)
		return err;
	if (e->known && !evx_event_is_seal(e) && (err = judge_later(c, e)) != EVX_OK)
		return err;
	if (e->kind == EVX_EVENT_OTHER)
		err = evx_chain_note(c, "C-UNKNOWN-TYPE", EVX_WEIGHT_NEWER, NULL,
			"Entry %04u has the type %s, which this version of evx does not know. So "
			"evx cannot judge its effect. Use a newer version.",
			(unsigned)c->number, e->type);
	return err == EVX_OK ? judge_time(c, e) : err;
}

enum evx_err evx_chain_judge(struct evx_chain *c, struct evx_chain_event *at, struct evx_diag *diag)
{
	enum evx_err err = judge_document(c, at);

	if (err != EVX_OK || (at->decoded && (err = judge_decoded(c, at)) != EVX_OK))
		return err;
	return evx_chain_judge_record(c, at, diag);
}
