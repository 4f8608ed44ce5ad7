/* The vault around an exhibit: recipes, members' keys, branches. */
#include "open/exhibit_vault.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "store/branch.h"
#include "store/marks.h"

#define BRANCHES_MAX 1000u

/* Cuts the last component off path; NULL when there is none. */
static char *cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

/* The directory of the vault as the caller said it, so that a link put in its place shows; real
 * where the caller said another way to the exhibit. */
static char *vault_said(const char *path, const char *real, const char *uuid)
{
	char tail[EVX_UUID_CAP + 16], *said = strdup(path);
	size_t n = said != NULL ? strlen(said) : 0;
	const int t = snprintf(tail, sizeof(tail), "/exhibits/%s", uuid);

	while (n > 1 && said[n - 1] == '/')
		said[--n] = '\0';
	if (said != NULL && n > (size_t)t && strcmp(said + n - (size_t)t, tail) == 0) {
		said[n - (size_t)t] = '\0';
		return said;
	}
	free(said);
	return strdup(real);
}

/* Whether a vault was here, although there is no vault.json: who took that away is not to be rid of
 * everything that a vault has to say. */
static bool was_vault(const struct evx_vault *v)
{
	struct stat st;

	return evx_vault_is_remembered_here(v) ||
		fstatat(evx_vault_fd(v), "log/00000000-init", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

enum evx_err evx_exhibit_vault_find(
	const char *path, struct evx_home *h, struct evx_exhibit_vault **out, struct evx_diag *diag)
{
	struct evx_exhibit_vault *v = NULL;
	char *real = realpath(path, NULL), *uuid = real != NULL ? cut(real) : NULL,
	     *exhibits = uuid != NULL ? cut(real) : NULL;
	char *said = NULL;
	struct evx_vault *vault = NULL;
	bool is;
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (exhibits == NULL || strcmp(exhibits, "exhibits") != 0 ||
		!evx_uuid_valid(uuid, strlen(uuid)))
		goto out;
	said = vault_said(path, real, uuid);
	/* Whoever may read the exhibit need not be let into the vault. */
	if (said == NULL || evx_vault_open(said, &vault, NULL) != EVX_OK)
		goto out;
	is = evx_vault_is(evx_vault_fd(vault));
	v = calloc(1, sizeof(*v));
	if (v == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	v->vault = vault;
	vault = NULL;
	v->pins = evx_vault_use_pins_open(h, is);
	v->home = h;
	memcpy(v->uuid, uuid, sizeof(v->uuid));
	err = evx_vault_recall(v->vault, v->pins, h != NULL ? h->cancel : NULL, diag);
	evx_home_read(h);
	if (err == EVX_OK && (is || was_vault(v->vault)))
		*out = v;
	else
		evx_exhibit_vault_free(v);
out:
	evx_vault_free(vault);
	free(said);
	free(real);
	return err;
}

enum evx_err evx_exhibit_vault_share(struct evx_exhibit *ex, struct evx_bundle *b,
	struct evx_vault *vault, const char *uuid, struct evx_diag *diag)
{
	struct evx_exhibit_vault *v = calloc(1, sizeof(*v));

	evx_exhibit_over(ex, b);
	if (v == NULL)
		return evx_fail_memory(diag);
	v->vault = vault;
	v->shared = v->loaded = true;
	v->pins = -1;
	(void)snprintf(v->uuid, sizeof(v->uuid), "%s", uuid);
	ex->opened.vault = v;
	return EVX_OK;
}

void evx_exhibit_vault_free(struct evx_exhibit_vault *v)
{
	if (v == NULL)
		return;
	if (!v->shared)
		evx_vault_free(v->vault);
	if (!v->shared_heads)
		evx_heads_free(v->heads);
	evx_recipes_keys_free(&v->recipes);
	evx_close_quiet(&v->pins);
	free(v->names);
	free(v);
}

void evx_exhibit_vault_start(struct evx_start *s, const struct evx_exhibit_vault *v)
{
	if (v == NULL)
		return;
	evx_start_beneath(s, evx_vault_fd(v->vault), EVX_CONFINE_READ);
	evx_start_beneath(s, v->pins, EVX_CONFINE_WRITE);
}

struct branches {
	struct evx_exhibit_vault *v;
	struct evx_diag *diag;
};

static enum evx_err see_branch(void *ctx, const char *name)
{
	struct evx_exhibit_vault *v = ((struct branches *)ctx)->v;
	char(*more)[80];

	if (v->n == BRANCHES_MAX)
		return EVX_OK;
	more = EVX_ARRAY_ADD(v->names, v->n);
	if (more == NULL)
		return evx_fail_memory(((struct branches *)ctx)->diag);
	memcpy(*more, name, strlen(name) + 1);
	return EVX_OK;
}

/* The receipts in branches/UUID are judged with the exhibit. */
static enum evx_err add_branches(struct evx_exhibit *ex, struct evx_diag *diag)
{
	struct evx_exhibit_vault *v = ex->opened.vault;
	struct branches b = { v, diag };
	struct evx_inputs texts = { NULL, 0 };
	enum evx_err err = evx_branch_each(v->vault, v->uuid, see_branch, &b, NULL);

	/* Whoever may read the exhibit need not be let into what stands beside it. */
	if (err != EVX_E_MEMORY)
		err = EVX_OK;
	if (err != EVX_OK)
		goto out;
	if (v->n > 0) {
		texts.at = calloc(v->n, sizeof(*texts.at));
		if (texts.at == NULL)
			err = evx_fail_memory(diag);
	}
	if (err != EVX_OK)
		goto out;
	for (size_t i = 0; i < v->n && err == EVX_OK; i++) {
		texts.at[i].path = v->names[i];
		texts.n = i + 1;
		err = evx_branch_read(v->vault, v->uuid, v->names[i], &texts.at[i].bytes, diag);
	}
	if (err != EVX_OK)
		goto out;
	err = evx_exhibit_add_receipts(ex, &texts, diag);
out:
	evx_inputs_free(&texts);
	return err;
}

/* What the vault says of the exhibit was not read, or not to its end: then it was not compared. */
static enum evx_err add_unread(
	struct evx_exhibit *ex, const struct evx_diag *why, struct evx_diag *diag)
{
	enum evx_err err = evx_findings_add(&ex->loaded.findings, "V-LOG", EVX_WEIGHT_UNCHECKED,
		EVX_NO_EVENT, why->path,
		"The exhibit was not compared with all that its vault records, because the vault "
		"cannot be read: %s. Run: evx check",
		why->text);

	return evx_fail_buf(diag, err);
}

/* Passes the door, and opens the vault with the reader's identity, when that is a member's. */
static enum evx_err open_vault(struct evx_exhibit *ex, struct evx_diag *diag)
{
	struct evx_exhibit_vault *v = ex->opened.vault;
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (v->shared)
		return EVX_OK;
	err = evx_vault_load(v->vault, &why);
	v->loaded = err == EVX_OK;
	if (err == EVX_OK) {
		err = evx_vault_use_door_pass(
			v->vault, v->writes ? EVX_VAULT_WRITES : EVX_VAULT_READS, v->home, diag);
		/* Before the chain is read: it may grow meanwhile. */
		if (err == EVX_OK)
			err = evx_heads_load(
				v->vault, v->uuid, &ex->loaded.findings, &v->heads, diag);
		if (err == EVX_OK && evx_vault_sound(v->vault, &why) != EVX_OK)
			err = add_unread(ex, &why, diag);
		if (err != EVX_OK)
			return err;
		evx_diag_clear(&why);
	} else if (err != EVX_E_MEMORY && !v->writes) {
		return add_unread(ex, &why, diag);
	}
	if (err == EVX_OK && ex->opened.reader != NULL && ex->opened.reader->encryption != NULL &&
		evx_vault_find_member(v->vault, ex->opened.reader->card.signing) != NULL) {
		err = evx_vault_unlock(v->vault, ex->opened.reader, &why);
		v->opened = err == EVX_OK;
	}
	if (err == EVX_OK || (err != EVX_E_FORGED && err != EVX_E_MEMORY && !v->writes))
		return EVX_OK;
	return evx_diag_in(diag, why.path, evx_fail(diag, err, "%s", why.text));
}

enum evx_err evx_exhibit_vault_load(struct evx_exhibit *ex, struct evx_diag *diag)
{
	struct evx_exhibit_vault *v = ex->opened.vault;
	const struct evx_identity *reader = ex->opened.reader;
	struct evx_recipe_reader how;
	enum evx_err err;

	if (v == NULL)
		return EVX_OK;
	if ((err = open_vault(ex, diag)) != EVX_OK)
		return err;
	evx_recipes_keys_free(&v->recipes);
	err = evx_recipes_keys_open(v->vault, v->uuid,
		reader != NULL && !v->opened ? reader->encryption : NULL, &v->recipes, diag);
	how = evx_recipes_reader_of(&v->recipes);
	if (err != EVX_OK ||
		(err = evx_bundle_set_recipes(ex->opened.bundle, &how, diag)) != EVX_OK)
		return err;
	return add_branches(ex, diag);
}

enum evx_err evx_exhibit_vault_judge(struct evx_exhibit *ex, struct evx_diag *diag)
{
	const struct evx_exhibit_vault *v = ex->opened.vault;
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	struct evx_findings against = { 0 };
	enum evx_err err;

	if (v == NULL || v->heads == NULL)
		return EVX_OK;
	err = evx_heads_judge(v->heads, v->vault, v->uuid, chain, &against, diag);
	if (err == EVX_OK)
		err = evx_findings_join(&ex->loaded.findings, &against);
	if (err == EVX_OK)
		err = evx_heads_note(v->heads, v->vault, v->uuid, chain, diag);
	for (size_t i = 0; i < against.n; i++)
		ex->opened.vault->case_open = ex->opened.vault->case_open ||
			strcmp(against.at[i].code, "V-CASE") == 0;
	for (size_t i = 0; i < against.n && err == EVX_OK && v->writes; i++)
		if (against.at[i].weight == EVX_WEIGHT_BROKEN)
			err = evx_fail(diag, EVX_E_FORGED, "%s: %s Nothing was added.",
				against.at[i].code, against.at[i].text);
	evx_findings_free(&against);
	return err;
}

void evx_exhibit_vault_grew(const struct evx_exhibit *ex, const uint8_t hash[32])
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	struct evx_head_seen seen = { .inventory = EVX_HEAD_MACHINE,
		.events = chain->in_bundle + 1 };
	enum evx_err err;

	if (ex->opened.vault == NULL || !ex->opened.vault->loaded)
		return;
	memcpy(seen.uuid, ex->opened.vault->uuid, sizeof(seen.uuid));
	memcpy(seen.seal, chain->exhibit, 32);
	memcpy(seen.head, hash, 32);
	seen.case_open = ex->opened.vault->case_open;
	evx_marks_case(NULL, ex->opened.vault->vault, seen.uuid, seen.case_id);
	err = evx_heads_remember_one(ex->opened.vault->vault, &seen, NULL);
	(void)err;
}
