/* The chain of one bundle, member by member. */
#include "custody/chain_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "crypto/hash.h"

struct evx_chain *evx_chain_new(
	const char uuid[EVX_UUID_CAP], int64_t now, struct evx_findings *findings)
{
	struct evx_chain *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	memcpy(c->uuid, uuid, sizeof(c->uuid));
	c->now = c->result.now = now;
	c->findings = findings;
	c->all_rightful = true;
	return c;
}

static void forget_files(struct evx_chain *c)
{
	size_t i;

	for (i = 0; i < c->nfiles; i++)
		evx_buf_free(&c->files[i].bytes);
	free(c->files);
	c->files = NULL;
	c->nfiles = 0;
}

void evx_chain_free(struct evx_chain *c)
{
	size_t i;

	if (c == NULL)
		return;
	forget_files(c);
	for (i = 0; i < c->result.n; i++)
		evx_event_free(&c->result.at[i].event);
	free(c->result.at);
	free(c->result.stamps);
	free(c->result.branches);
	evx_custody_state_free(&c->result.state);
	evx_findings_free(&c->own);
	evx_rules_walk_free(c->walk);
	evx_chain_forget_receipts(c);
	free(c->absent);
	free(c);
}

void evx_chain_set_tagmanifest(struct evx_chain *c, const uint8_t sha256[32])
{
	c->has_tagmanifest = true;
	memcpy(c->tagmanifest, sha256, sizeof(c->tagmanifest));
}

void evx_chain_set_roster(struct evx_chain *c, const struct evx_rules_roster *roster)
{
	c->roster = roster;
}

const struct evx_chain_result *evx_chain_result(const struct evx_chain *c)
{
	return &c->result;
}

/* Where findings go: while an event is read it is not known yet what they weigh. */
static struct evx_findings *place_of(struct evx_chain *c)
{
	return c->open ? &c->own : c->findings;
}

static void spoil(struct evx_chain *c, const char *code, bool newer)
{
	c->bad = true;
	c->altered = c->altered || strcmp(code, "C-FILES") == 0 || strcmp(code, "C-RECORD") == 0;
	c->newer = c->newer ||
		(newer && (strcmp(code, "C-JSON") == 0 || strcmp(code, "C-UNKNOWN-TYPE") == 0));
}

enum evx_err evx_chain_note(struct evx_chain *c, const char *code, enum evx_weight weight,
	const char *where, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (weight >= EVX_WEIGHT_UNCHECKED)
		spoil(c, code, weight == EVX_WEIGHT_NEWER);
	return evx_findings_add(place_of(c), code, weight, c->number, where, "%s", text);
}

enum evx_err evx_chain_note_diag(
	struct evx_chain *c, const char *code, const char *where, const struct evx_diag *diag)
{
	spoil(c, code, diag->code == EVX_E_UNSUPPORTED); /* a diagnosis weighs unchecked at least */
	return evx_findings_add_diag(place_of(c), code, c->number, where, diag);
}

enum evx_err evx_chain_note_absent(struct evx_chain *c, const char *name)
{
	struct evx_chain_absent *grown = realloc(c->absent, (c->nabsent + 1) * sizeof(*grown));

	if (grown == NULL)
		return EVX_E_MEMORY;
	c->absent = grown;
	grown[c->nabsent].event = c->number;
	(void)snprintf(grown[c->nabsent++].name, sizeof(grown->name), "%s", name);
	return EVX_OK;
}

const struct evx_chain_file *evx_chain_find(
	const struct evx_chain *c, enum evx_member_kind kind, unsigned number)
{
	size_t i;

	for (i = 0; i < c->nfiles; i++)
		if (c->files[i].id.kind == kind && c->files[i].id.number == number)
			return &c->files[i];
	return NULL;
}

/* A zeroed place at the end of the result. */
static enum evx_err add_event(struct evx_chain *c, struct evx_chain_event **out)
{
	*out = NULL;
	if (c->result.n == c->room) {
		size_t room = c->room == 0 ? 8 : 2 * c->room;
		struct evx_chain_event *grown = realloc(c->result.at, room * sizeof(*grown));

		if (grown == NULL)
			return EVX_E_MEMORY;
		c->result.at = grown;
		c->room = room;
	}
	*out = &c->result.at[c->result.n++];
	memset(*out, 0, sizeof(**out));
	return EVX_OK;
}

/* Whether the chain goes on behind the event. What nobody can read, or nobody has signed for this
 * place, ends it; so does an event of a party whose files were altered, or which only newer
 * programs understand. Anything else that is bad about it makes it void, and ends nothing. */
static bool can_follow(const struct evx_chain *c, const struct evx_chain_event *at)
{
	if (!at->decoded || !at->is_signed || !at->linked || (c->number == 0 && c->bad))
		return false;
	return !at->party || (!c->altered && !c->newer);
}

/* Says who signed the event, gives its findings their weight, and takes the rules over it. */
static enum evx_err settle(struct evx_chain *c, struct evx_chain_event *at)
{
	enum evx_err err;

	if (c->walk == NULL && (c->walk = evx_rules_walk_new(&c->result, c->roster)) == NULL)
		return EVX_E_MEMORY;
	if (c->all_rightful && at->decoded && at->is_signed && at->linked)
		evx_rules_walk_signer(c->walk, c->number);
	at->spoiled = c->bad;
	at->rightful = c->all_rightful && can_follow(c, at);
	err = evx_findings_join_at_most(
		c->findings, &c->own, at->claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN);
	evx_findings_free(&c->own);
	c->all_rightful = at->rightful;
	return err == EVX_OK && at->rightful ? evx_rules_walk_on(c->walk, c->number) : err;
}

enum evx_err evx_chain_close_event(struct evx_chain *c, struct evx_diag *diag)
{
	struct evx_chain_event *at;
	enum evx_err err;

	if (!c->open)
		return EVX_OK;
	err = add_event(c, &at);
	if (err == EVX_OK)
		err = evx_chain_judge(c, at, diag);
	if (err == EVX_OK)
		err = settle(c, at);
	if (err != EVX_OK)
		return evx_fail(diag, err, "chain: out of memory");
	if (c->all_rightful) {
		c->result.rightful++;
		memcpy(c->result.head, at->hash, sizeof(at->hash));
	}
	if (c->number == 0 && at->has_hash) {
		c->result.has_exhibit = true;
		memcpy(c->result.exhibit, at->hash, sizeof(at->hash));
	}
	forget_files(c);
	c->open = false;
	return EVX_OK;
}

/* Begins event number, which is not before the next one; events between are missing. */
static enum evx_err open_event(struct evx_chain *c, uint32_t number)
{
	struct evx_chain_event *missing;
	enum evx_err err;

	while (c->result.n < number) {
		c->number = (uint32_t)c->result.n;
		c->all_rightful = false;
		if ((err = add_event(c, &missing)) != EVX_OK ||
			(err = evx_chain_note(c, "C-LINK", EVX_WEIGHT_BROKEN, NULL,
				 "Event %04u is missing: the bundle goes on with event %04u.",
				 (unsigned)c->number, (unsigned)number)) != EVX_OK)
			return err;
	}
	c->open = true;
	c->bad = c->altered = c->newer = false;
	c->number = number;
	c->type[0] = '\0';
	return EVX_OK;
}

/* Inside a bundle age files have X25519 stanzas only; a part of the seal has exactly one. Later
 * events say how many. */
static enum evx_err look_at_age(struct evx_chain *c, const struct evx_member_id *id,
	const struct evx_chain_member *m, struct evx_chain_age *age)
{
	size_t n = m->size < EVX_CHAIN_KEEP ? (size_t)m->size : EVX_CHAIN_KEEP;
	bool is_part = id->kind != EVX_MEMBER_KEY_CUSTODY && id->kind != EVX_MEMBER_KEY_CONTENT;
	struct evx_age_header header;
	struct evx_diag why = { 0 };
	enum evx_err err;

	age->present = true;
	age->readable = false;
	err = evx_age_inspect(m->bytes, n, &header, &why);
	if (err == EVX_E_MEMORY)
		return err;
	if (err != EVX_OK)
		return evx_chain_note_diag(c, "C-KEYFILE", m->name, &why);
	age->readable = true;
	age->header = header;
	if (header.scrypt != 0 || header.other != 0 ||
		(is_part && id->event == 0 && header.x25519 != 1))
		return evx_chain_note(c, "C-KEYFILE", EVX_WEIGHT_BROKEN, m->name,
			"%s is encrypted to others than it may be: found %zu X25519, %zu "
			"passphrase and %zu other stanzas.",
			m->name, header.x25519, header.scrypt, header.other);
	return EVX_OK;
}

/* A response ends its event: all other files of an event stand before its time-stamps. */
static enum evx_err add_stamp(struct evx_chain *c, const struct evx_member_id *id,
	const struct evx_chain_member *m, struct evx_diag *diag)
{
	enum evx_err err = evx_chain_close_event(c, diag);

	if (err != EVX_OK)
		return err;
	c->number = id->event;
	if (id->event >= c->result.n)
		return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, m->name,
			"%s stands before the event it belongs to.", m->name);
	return evx_chain_add_stamp(c, id->event, id->number, m->sha256);
}

/* The most bytes of a member that are kept until its event is judged. */
static size_t kept(enum evx_member_kind kind)
{
	return kind == EVX_MEMBER_JSON || kind == EVX_MEMBER_RECORD ? EVX_CHAIN_KEEP :
		kind == EVX_MEMBER_SIG                              ? 65536 :
								      0;
}

static enum evx_err add_file(
	struct evx_chain *c, const struct evx_member_id *id, const struct evx_chain_member *m)
{
	struct evx_chain_file *grown, *f;
	size_t n = m->size < kept(id->kind) ? (size_t)m->size : kept(id->kind);

	if (evx_chain_find(c, id->kind, id->number) != NULL)
		return evx_chain_note(
			c, "C-FILES", EVX_WEIGHT_BROKEN, m->name, "%s is there twice.", m->name);
	if (id->type[0] != '\0' && c->type[0] != '\0' && strcmp(c->type, id->type) != 0)
		return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, m->name,
			"Files of event %04u are of two types, %s and %s.", (unsigned)c->number,
			c->type, id->type);
	if (id->type[0] != '\0')
		memcpy(c->type, id->type, sizeof(c->type));
	if (m->size > kept(id->kind) && kept(id->kind) > 0)
		return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, m->name,
			"%s is longer than such a file can be (%llu bytes).", m->name,
			(unsigned long long)m->size);
	grown = realloc(c->files, (c->nfiles + 1) * sizeof(*grown));
	if (grown == NULL)
		return EVX_E_MEMORY;
	c->files = grown;
	f = &grown[c->nfiles++];
	memset(f, 0, sizeof(*f));
	f->id = *id;
	memcpy(f->sha256, m->sha256, sizeof(f->sha256));
	(void)snprintf(f->name, sizeof(f->name), "%s", m->name);
	return evx_buf_add(&f->bytes, m->bytes, n);
}

static enum evx_err add_event_file(struct evx_chain *c, const struct evx_member_id *id,
	const struct evx_chain_member *m, struct evx_diag *diag)
{
	struct evx_chain_age age = { 0 };
	bool is_age = id->kind == EVX_MEMBER_KEY_CUSTODY || id->kind == EVX_MEMBER_KEY_CONTENT ||
		(id->kind >= EVX_MEMBER_DETAILS && id->kind <= EVX_MEMBER_ATTACH);
	enum evx_err err = EVX_OK;

	if (!c->open || id->event != c->number) {
		if ((err = evx_chain_close_event(c, diag)) != EVX_OK)
			return err;
		if (id->event < c->result.n)
			return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, m->name,
				"%s stands behind later events.", m->name);
		err = open_event(c, id->event);
	}
	if (err == EVX_OK)
		err = add_file(c, id, m);
	if (err == EVX_OK && is_age)
		err = look_at_age(c, id, m, &age);
	if (err == EVX_OK && is_age && c->nfiles > 0 &&
		strcmp(c->files[c->nfiles - 1].name, m->name) == 0)
		c->files[c->nfiles - 1].age = age;
	return err;
}

enum evx_err evx_chain_add(
	struct evx_chain *c, const struct evx_chain_member *m, struct evx_diag *diag)
{
	struct evx_member_id id;
	char shown[512];
	enum evx_err err;

	if (strncmp(m->name, "custody/", 8) != 0 && strncmp(m->name, "keys/", 5) != 0)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"chain: expected a member of custody/ or keys/, found another");
	if (evx_member_parse(m->name, &id, NULL) != EVX_OK)
		err = evx_findings_add(c->findings, "C-UNLISTED", EVX_WEIGHT_BROKEN, EVX_NO_EVENT,
			m->name, "%s is a name that no file of an event has.",
			evx_text_escape(m->name, strlen(m->name), shown, sizeof(shown) - 64));
	else if (id.event == 0 &&
		(id.kind == EVX_MEMBER_KEY_CUSTODY || id.kind == EVX_MEMBER_KEY_CONTENT))
		err = look_at_age(c, &id, m, &c->key_files[id.kind == EVX_MEMBER_KEY_CONTENT]);
	else if (id.kind == EVX_MEMBER_TSR)
		err = add_stamp(c, &id, m, diag);
	else
		err = add_event_file(c, &id, m, diag);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "chain: out of memory");
}

enum evx_err evx_chain_add_files(
	struct evx_chain *c, const struct evx_event_files *files, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; err == EVX_OK && i < files->n; i++) {
		const struct evx_buf *bytes = &files->at[i].bytes;
		struct evx_chain_member m = { files->at[i].name, bytes->len, { 0 }, bytes->data };

		evx_sha256(bytes->data, bytes->len, m.sha256);
		err = evx_chain_add(c, &m, diag);
	}
	return err;
}

/* Whether the chain, were the absent key files there, would tell rightfully that the exhibit was
 * disposed of. */
static enum evx_err would_be_disposed(
	const struct evx_chain *c, bool *disposed, struct evx_diag *diag)
{
	struct evx_chain_result trial = { .n = c->result.n, .rightful = c->result.rightful };
	struct evx_findings findings = { 0 };
	enum evx_err err;

	*disposed = false;
	trial.at = calloc(trial.n + 1, sizeof(*trial.at));
	if (trial.at == NULL)
		return EVX_E_MEMORY;
	memcpy(trial.at, c->result.at, trial.n * sizeof(*trial.at)); /* borrowed */
	err = evx_rules_judge(&trial, c->roster, c->now, &findings, diag);
	*disposed = err == EVX_OK && trial.state.disposed;
	evx_custody_state_free(&trial.state);
	evx_findings_free(&findings);
	free(trial.at);
	return err;
}

/* Ends the rightful part before event number. */
static void cut_rightful(struct evx_chain_result *r, uint32_t number)
{
	if (r->rightful <= number)
		return;
	for (size_t i = number; i < r->n; i++)
		r->at[i].rightful = false;
	r->rightful = number;
	memset(r->head, 0, sizeof(r->head));
	if (number > 0)
		memcpy(r->head, r->at[number - 1].hash, sizeof(r->head));
}

/* Key files that are not there: destroyed, as a rightful disposal says; else a fault of the events
 * that name them. */
static enum evx_err judge_absent(struct evx_chain *c, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	bool disposed = false;

	if (c->nabsent > 0)
		err = would_be_disposed(c, &disposed, diag);
	if (disposed)
		c->result.keys_gone = c->nabsent;
	for (size_t i = 0; i < c->nabsent && !disposed && err == EVX_OK; i++) {
		c->number = c->absent[i].event;
		err = evx_findings_add(c->findings, "C-KEYFILE",
			c->result.at[c->number].claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN,
			c->number, c->absent[i].name, "%s is missing.", c->absent[i].name);
		c->result.at[c->number].spoiled = true;
		if (c->result.at[c->number].party)
			cut_rightful(&c->result, c->number);
	}
	return err;
}

enum evx_err evx_chain_finish(struct evx_chain *c, struct evx_diag *diag)
{
	enum evx_err err = evx_chain_close_event(c, diag);

	if (err == EVX_OK && c->result.n == 0) {
		c->number = 0;
		err = evx_chain_note(c, "C-JSON", EVX_WEIGHT_BROKEN, NULL,
			"There is no seal: the bundle has no event 0000.");
	}
	if (c->result.in_bundle == 0)
		c->result.in_bundle = c->result.n;
	if (err == EVX_OK)
		err = evx_chain_judge_stamps(c);
	if (err == EVX_OK)
		err = judge_absent(c, diag);
	if (err == EVX_OK)
		err = evx_rules_judge(&c->result, c->roster, c->now, c->findings, diag);
	if (err == EVX_OK)
		err = evx_chain_judge_receipts(c);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "chain: out of memory");
}
