/* What an identity opens of it: key files, then the content or listing part. */
#include "open/exhibit.h"

#include <stdlib.h>
#include <string.h>

#include "open/exhibit_vault.h"

/* The identities that may open key files: the reader's own, and the vault's as far as they are
 * open. */
struct readers {
	const struct evx_secret **at;
	size_t n;
};

static enum evx_err gather(const struct evx_identity *id, const struct evx_vault *v,
	struct readers *out, struct evx_diag *diag)
{
	const uint32_t epochs = v != NULL ? evx_vault_epochs(v) : 0;

	out->n = 0;
	out->at = calloc(2 * (size_t)epochs + 1, sizeof(*out->at));
	if (out->at == NULL)
		return evx_fail_memory(diag);
	if (id != NULL && id->encryption != NULL)
		out->at[out->n++] = id->encryption;
	for (uint32_t i = epochs; i >= 1; i--) {
		if (evx_vault_content(v, i) != NULL)
			out->at[out->n++] = evx_vault_content(v, i);
		if (evx_vault_custody(v, i) != NULL)
			out->at[out->n++] = evx_vault_custody(v, i);
	}
	return EVX_OK;
}

/* Opens one key file with the first that can. */
static enum evx_err take(struct evx_exhibit *ex, const struct readers *readers, enum evx_tier tier,
	size_t number, const struct evx_buf *file, const char *name, struct evx_diag *diag)
{
	enum evx_err err = EVX_E_KEY;
	struct evx_diag why = { 0 };

	for (size_t i = 0; i < readers->n && err == EVX_E_KEY; i++) {
		evx_diag_clear(&why);
		err = evx_keyring_take(&ex->unlocked.keys, readers->at[i], tier, (uint32_t)number,
			file->data, file->len, name, &why);
	}
	return err == EVX_OK ? EVX_OK :
			       evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
}

/* Whether event number brings a key file of this tier, and what it is called. */
static bool key_file_name(const struct evx_chain_result *chain, size_t number, enum evx_tier tier,
	char name[EVX_MEMBER_NAME_CAP])
{
	const struct evx_chain_event *at = &chain->at[number];
	const struct evx_member_id id = {
		.kind = tier == EVX_TIER_CONTENT ? EVX_MEMBER_KEY_CONTENT : EVX_MEMBER_KEY_CUSTODY,
		.event = (unsigned)number
	};

	if (evx_member_name(&id, name) != EVX_OK)
		return false;
	return number == 0 ||
		(at->decoded && at->is_signed && at->event.known &&
			evx_event_key_file_hash(&at->event, name) != NULL);
}

/* Tries one key file; what is wrong with it goes to *fault. Fails for memory only. */
static enum evx_err try_key_file(struct evx_exhibit *ex, const struct readers *readers,
	enum evx_tier tier, size_t number, struct evx_diag *fault, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	const bool counts = number == 0 || chain->at[number].rightful;
	struct evx_buf bytes = EVX_BUF_INIT;
	char name[EVX_MEMBER_NAME_CAP];
	struct evx_diag why = { 0 };
	enum evx_err err;

	/* Behind the rightful part nobody says which custody keys there are; the content key is the
	 * seal's. */
	if (!key_file_name(chain, number, tier, name) || (!counts && tier != EVX_TIER_CONTENT))
		return EVX_OK;
	err = number == 0 ? evx_exhibit_member(ex, name, &bytes, &why) :
			    evx_exhibit_part(ex, &chain->at[number].event, name, &bytes, &why);
	if (err == EVX_OK)
		err = take(ex, readers, tier, number, &bytes, name, &why);
	evx_buf_free(&bytes);
	if (err == EVX_OK || err == EVX_E_KEY || (err != EVX_E_MEMORY && !counts))
		return EVX_OK;
	if (err != EVX_E_MEMORY)
		err = evx_findings_add_diag(
			&ex->loaded.findings, "C-KEY", (uint32_t)number, name, &why);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	if (fault->code == EVX_OK)
		*fault = why;
	return EVX_OK;
}

enum evx_err evx_exhibit_open_keys(
	struct evx_exhibit *ex, const struct evx_identity *id, bool every, struct evx_diag *diag)
{
	return evx_exhibit_vault_keys(ex, id,
		ex->opened.vault != NULL && ex->opened.vault->opened && ex->opened.reader == id ?
			ex->opened.vault->vault :
			NULL,
		every, diag);
}

enum evx_err evx_exhibit_vault_keys(struct evx_exhibit *ex, const struct evx_identity *id,
	const struct evx_vault *v, bool every, struct evx_diag *diag)
{
	static const enum evx_tier tiers[] = { EVX_TIER_CONTENT, EVX_TIER_CUSTODY };
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	struct evx_diag fault[2] = { { 0 } }, of_seal = { 0 };
	const struct evx_diag *why = NULL;
	struct evx_keyring ring;
	struct readers readers;
	enum evx_err err = evx_keyring_new(chain, &ring, &of_seal);

	if (err != EVX_OK) {
		if (diag != NULL && diag->code == EVX_OK)
			*diag = of_seal;
		return err == EVX_E_MEMORY ||
				evx_findings_add_diag(&ex->loaded.findings, "C-KEY", 0, NULL,
					&of_seal) == EVX_OK ?
			err :
			EVX_E_MEMORY;
	}
	evx_keyring_free(&ex->unlocked.keys);
	ex->unlocked.keys = ring;
	err = gather(id, v, &readers, diag);
	for (size_t i = chain->n; i-- > 0 && err == EVX_OK;)
		for (size_t k = 0; k < 2 && err == EVX_OK; k++)
			if (every || !evx_keyring_complete(&ex->unlocked.keys, tiers[k]))
				err = try_key_file(ex, &readers, tiers[k], i,
					i == 0 ? &of_seal : &fault[k], diag);
	free(readers.at);
	ex->unlocked.tier = evx_keyring_tier(&ex->unlocked.keys);
	if (err != EVX_OK)
		return err;
	/* What stands in the way, and not only in a file that another one makes up for. */
	if (of_seal.code != EVX_OK)
		why = &of_seal;
	else if (fault[0].code != EVX_OK && ex->unlocked.tier != EVX_TIER_CONTENT &&
		(!every || ex->unlocked.tier == EVX_TIER_NONE))
		why = &fault[0];
	else if (fault[1].code != EVX_OK && ex->unlocked.tier == EVX_TIER_NONE)
		why = &fault[1];
	if (why != NULL) {
		if (diag != NULL && diag->code == EVX_OK)
			*diag = *why;
		return why->code;
	}
	return ex->unlocked.tier != EVX_TIER_NONE ?
		EVX_OK :
		evx_fail(diag, EVX_E_KEY,
			"This identity cannot open this exhibit. Use another identity (--as NAME), "
			"or ask the holder for access: evx recipient add");
}

enum evx_err evx_exhibit_open_part(struct evx_exhibit *ex, struct evx_diag *diag)
{
	enum evx_err err;
	const struct evx_event *seal = evx_exhibit_seal(ex);
	const char *name = ex->unlocked.tier == EVX_TIER_CONTENT ? "custody/0000-seal.content.age" :
								   "custody/0000-seal.listing.age";
	struct evx_buf bytes = EVX_BUF_INIT;

	if (evx_bundle_find(ex->opened.bundle, name) == NULL &&
		ex->unlocked.tier != EVX_TIER_CONTENT)
		return EVX_OK; /* the seal gives custody readers no listing */
	err = evx_exhibit_member(ex, name, &bytes, diag);
	if (err == EVX_OK) {
		const struct evx_bytes part = { bytes.data, bytes.len };

		err = ex->unlocked.tier == EVX_TIER_CONTENT ?
			evx_seal_open_content(seal, name, part, ex->unlocked.keys.content,
				&ex->unlocked.part, diag) :
			evx_seal_open_listing(seal, name, part,
				evx_keyring_custody_of(&ex->unlocked.keys, 0), &ex->unlocked.part,
				diag);
	}
	if (err == EVX_E_KEY) { /* the exhibit's own key is at hand: it is the part that is wrong */
		evx_diag_clear(diag);
		err = evx_fail(diag, EVX_E_CORRUPT,
			"%s: expected it encrypted to the exhibit's key, found it encrypted to "
			"another",
			name);
	}
	if (err != EVX_OK ||
		(err = evx_bundle_set_sequences(ex->opened.bundle, ex->unlocked.part.sequences[0],
			 ex->unlocked.part.sequences[1], diag)) != EVX_OK)
		goto out;
	ex->unlocked.src = evx_bundle_payload(ex->opened.bundle);
	ex->unlocked.has_part = true;
out:
	evx_buf_free(&bytes);
	return err;
}

enum evx_err evx_exhibit_unlock(struct evx_exhibit *ex, struct evx_diag *diag)
{
	enum evx_err err = evx_exhibit_open_keys(ex, &ex->opened.id, false, diag);

	return err == EVX_OK ? evx_exhibit_open_part(ex, diag) : err;
}
