/* Members taken in: gathered into events, each judged when the next one begins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "crypto/hash.h"
#include "custody/chain_inner.h"

void evx_chain_forget_files(struct evx_chain *c)
{
	size_t i;

	for (i = 0; i < c->nfiles; i++)
		evx_buf_free(&c->files[i].bytes);
	free(c->files);
	c->files = NULL;
	c->nfiles = 0;
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
	if ((at = EVX_ARRAY_ADD(c->result.at, c->result.n)) == NULL)
		return evx_fail_memory(diag);
	if ((err = evx_chain_judge(c, at, diag)) != EVX_OK || (err = settle(c, at)) != EVX_OK)
		return evx_chain_fail(err, diag);
	if (c->all_rightful) {
		c->result.rightful++;
		memcpy(c->result.head, at->hash, sizeof(at->hash));
	}
	if (c->number == 0 && at->has_hash) {
		c->result.has_exhibit = true;
		memcpy(c->result.exhibit, at->hash, sizeof(at->hash));
	}
	evx_chain_forget_files(c);
	c->open = false;
	return EVX_OK;
}

/* Begins event number, which is not before the next one; events between are missing. */
static enum evx_err open_event(struct evx_chain *c, uint32_t number)
{
	enum evx_err err;

	while (c->result.n < number) {
		c->number = (uint32_t)c->result.n;
		c->all_rightful = false;
		if (EVX_ARRAY_ADD(c->result.at, c->result.n) == NULL)
			return EVX_E_MEMORY;
		if ((err = evx_chain_note(c, "C-LINK", EVX_WEIGHT_BROKEN, NULL,
			     "Entry %04u is missing. The bundle holds entry %04u after it. Ask the "
			     "sender for a complete copy.",
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
			"%s is encrypted for other readers than allowed: %zu keys, %zu passphrases "
			"and %zu of other kinds.",
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
			"%s comes before the entry to which it belongs.", m->name);
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
	struct evx_chain_file *f;
	size_t n = m->size < kept(id->kind) ? (size_t)m->size : kept(id->kind);

	if (evx_chain_find(c, id->kind, id->number) != NULL)
		return evx_chain_note(
			c, "C-FILES", EVX_WEIGHT_BROKEN, m->name, "%s is there twice.", m->name);
	if (id->type[0] != '\0' && c->type[0] != '\0' && strcmp(c->type, id->type) != 0)
		return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, m->name,
			"Entry %04u has files of two types, %s and %s.", (unsigned)c->number,
			c->type, id->type);
	if (id->type[0] != '\0')
		memcpy(c->type, id->type, sizeof(c->type));
	if (m->size > kept(id->kind) && kept(id->kind) > 0)
		return evx_chain_note(c, "C-FILES", EVX_WEIGHT_BROKEN, m->name,
			"%s is too long for such a file (%llu bytes).", m->name,
			(unsigned long long)m->size);
	if ((f = EVX_ARRAY_ADD(c->files, c->nfiles)) == NULL)
		return EVX_E_MEMORY;
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
				"%s comes after later entries.", m->name);
		err = open_event(c, id->event);
	}
	if (err != EVX_OK || (err = add_file(c, id, m)) != EVX_OK ||
		(is_age && (err = look_at_age(c, id, m, &age)) != EVX_OK))
		return err;
	if (is_age && c->nfiles > 0 && strcmp(c->files[c->nfiles - 1].name, m->name) == 0)
		c->files[c->nfiles - 1].age = age;
	return err;
}

enum evx_err evx_chain_add(
	struct evx_chain *c, const struct evx_chain_member *m, struct evx_diag *diag)
{
	struct evx_member_id id;
	char shown[512];
	enum evx_err err;

	if (evx_cancelled(c->cancel))
		return evx_chain_fail(EVX_E_INTERRUPTED, diag);
	if (strncmp(m->name, "custody/", 8) != 0 && strncmp(m->name, "keys/", 5) != 0)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"chain: expected a member of custody/ or keys/, found another");
	if (evx_member_parse(m->name, &id, NULL) != EVX_OK)
		err = evx_findings_add(c->findings, "C-UNLISTED", EVX_WEIGHT_BROKEN, EVX_NO_EVENT,
			m->name, "%s was added: no file of an entry has such a name.",
			evx_text_escape(m->name, strlen(m->name), shown, sizeof(shown) - 64));
	else if (id.event == 0 &&
		(id.kind == EVX_MEMBER_KEY_CUSTODY || id.kind == EVX_MEMBER_KEY_CONTENT))
		err = look_at_age(c, &id, m, &c->key_files[id.kind == EVX_MEMBER_KEY_CONTENT]);
	else if (id.kind == EVX_MEMBER_TSR)
		err = add_stamp(c, &id, m, diag);
	else
		err = add_event_file(c, &id, m, diag);
	return evx_chain_fail(err, diag);
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
