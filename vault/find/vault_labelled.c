/* Which exhibit of a vault CASE/EXHIBIT means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find/vault_glance.h"
#include "find/vault_index.h"
#include "open/vault_use.h"
#include "store/case.h"

#define CANDIDATES_MAX 16u

/* The search for CASE/EXHIBIT. What the catalog says counts once the exhibit's own details said it.
 */
struct search {
	struct evx_vault_use use;
	struct evx_catalog *catalog;
	struct evx_vault_index *index;
	const char *text;
	char (*found)[EVX_UUID_CAP];
	size_t n;
	struct evx_diag *diag;
};

static bool has(const struct search *s, const char *uuid)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->found[i], uuid) == 0)
			return true;
	return false;
}

/* Takes a candidate when its details, read from its files now, have number as its number, and,
 * unless case_id is NULL, it is filed in that case, else the whole text is `label/number`. */
static enum evx_err take(
	struct search *s, const uint8_t bytes[16], const char *case_id, const char *number)
{
	struct evx_catalog_info info = { .events = 0 };
	char uuid[EVX_UUID_CAP], filed[EVX_UUID_CAP];
	const size_t label = (size_t)(number - s->text) - 1;
	enum evx_err err;

	evx_uuid_text(bytes, uuid);
	if (has(s, uuid) || s->n == CANDIDATES_MAX)
		return EVX_OK;
	if ((err = evx_vault_index_exhibit(s->index, uuid, EVX_INDEX_DETAILS, NULL, NULL, NULL)) !=
			EVX_OK ||
		(err = evx_vault_index_info(s->index, bytes, &info, NULL, NULL)) != EVX_OK)
		goto out;
	if (info.exhibit_number != NULL && strcmp(info.exhibit_number, number) == 0 &&
		(case_id != NULL ? evx_vault_glance_case(NULL, s->use.vault, uuid, filed) &&
					strcmp(filed, case_id) == 0 :
				   info.case_label != NULL && strlen(info.case_label) == label &&
					strncmp(info.case_label, s->text, label) == 0))
		memcpy(s->found[s->n++], uuid, sizeof(uuid));
out:
	evx_catalog_info_free(&info);
	return err == EVX_E_MEMORY ? evx_fail_memory(s->diag) : EVX_OK;
}

/* Looks in one case, and in those merged into it. */
static enum evx_err in_case(struct search *s, const char *root, const char *number)
{
	const struct evx_vault *v = s->use.vault;
	uint8_t at[CANDIDATES_MAX][16], id[16];
	enum evx_err err = EVX_OK;
	size_t n = 0;

	for (size_t i = 0; i < evx_vault_cases(v) && err == EVX_OK; i++) {
		const char *one = evx_vault_case(v, i)->id;

		if (strcmp(evx_case_filed(v, one), root) != 0 ||
			!evx_uuid_bytes(one, EVX_UUID_LEN, id) ||
			evx_vault_index_by_number(s->index, id, number, at, CANDIDATES_MAX, &n) !=
				EVX_OK)
			continue;
		for (size_t k = 0; k < n && err == EVX_OK; k++)
			err = take(s, at[k], one, number);
	}
	return err;
}

/* Cuts the text at each '/' in turn: labels may hold one. */
static enum evx_err look(struct search *s)
{
	uint8_t at[CANDIDATES_MAX][16];
	char *name = strdup(s->text), root[EVX_UUID_CAP];
	enum evx_err err = name != NULL ? EVX_OK : evx_fail_memory(s->diag);
	size_t n = 0;

	for (const char *slash = strchr(s->text, '/'); slash != NULL && err == EVX_OK;
		slash = strchr(slash + 1, '/')) {
		if (slash[1] == '\0')
			break;
		memcpy(name, s->text, (size_t)(slash - s->text));
		name[slash - s->text] = '\0';
		if (evx_case_find(s->use.vault, name, root, NULL) == EVX_OK)
			err = in_case(s, root, slash + 1);
		if (err != EVX_OK ||
			evx_vault_index_by_label(s->index, s->text, at, CANDIDATES_MAX, &n) !=
				EVX_OK)
			continue;
		for (size_t k = 0; k < n && err == EVX_OK; k++)
			err = take(s, at[k], NULL, slash + 1);
	}
	free(name);
	return err;
}

/* Whether the catalog knows the exhibit as it is, with its number where a key opens that. */
static bool is_known(struct search *s, const char *uuid, const uint8_t bytes[16])
{
	struct evx_catalog_info info = { .events = 0 };
	struct evx_catalog_exhibit known;
	bool again = true;
	uint8_t now[32];

	if (!evx_vault_glance_stamp(s->use.vault, uuid, now))
		return true; /* it went meanwhile */
	if (evx_catalog_get(s->catalog, bytes, &known, NULL) != EVX_OK ||
		!evx_vault_glance_fresh(known.stamp, now) ||
		!evx_vault_glance_filed_so(s->use.vault, uuid, &known))
		return false;
	if (evx_vault_index_info(s->index, bytes, &info, &again, NULL) == EVX_OK)
		evx_catalog_info_free(&info);
	return !again;
}

static enum evx_err catch_up(void *ctx, const char *uuid)
{
	struct search *s = ctx;
	uint8_t bytes[16];
	enum evx_err err;

	if (!evx_uuid_bytes(uuid, EVX_UUID_LEN, bytes) || is_known(s, uuid, bytes))
		return EVX_OK;
	err = evx_vault_index_exhibit(s->index, uuid, EVX_INDEX_DETAILS, NULL, NULL, NULL);
	return err == EVX_E_MEMORY ? evx_fail_memory(s->diag) : EVX_OK;
}

static enum evx_err answer(const struct search *s, char uuid[37])
{
	char list[512] = "";

	if (s->n == 0)
		return evx_fail(s->diag, EVX_E_NOT_FOUND,
			"No file has the name '%.100s', and no exhibit of the vault has this case "
			"and number. To see the exhibits, run: evx list",
			s->text);
	if (s->n == 1) {
		memcpy(uuid, s->found[0], EVX_UUID_CAP);
		return EVX_OK;
	}
	for (size_t i = 0, at = 0; i < s->n && at + EVX_UUID_LEN + 2 < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, " %s", s->found[i]);
	return evx_fail(s->diag, EVX_E_USAGE,
		"More than one exhibit has the case and number '%.100s':%s. Give one of these "
		"UUIDs.",
		s->text, list);
}

enum evx_err evx_vault_find_labelled(struct evx_home *h, const char *vault, const char *as,
	const char *text, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	char uuid[37], struct evx_diag *diag)
{
	char found[CANDIDATES_MAX][EVX_UUID_CAP];
	struct search s = { .text = text, .found = found, .diag = diag };
	struct evx_catalog_state state;
	struct evx_start start = { .diag = diag };
	enum evx_err err;

	uuid[0] = '\0';
	evx_vault_use_start(
		&start, &s.use, h, vault, as, EVX_VAULT_SOMEBODY, EVX_CONFINE_MOVE, ask);
	if ((err = evx_start_confine(&start, 0, confined)) != EVX_OK ||
		(err = evx_vault_use_load(&s.use, EVX_VAULT_READS, diag)) != EVX_OK)
		goto out;
	if (!s.use.member) {
		err = evx_fail(diag, EVX_E_KEY,
			"Only members of the vault can name an exhibit by its case and number, "
			"such as '%.100s'. Give the exhibit's UUID or seal code.",
			text);
		goto out;
	}
	if ((err = evx_catalog_of_vault(s.use.vault, &s.catalog, &state, diag)) != EVX_OK ||
		(err = evx_vault_index_new(
			 s.use.vault, s.use.home, s.catalog, -1, &s.index, diag)) != EVX_OK ||
		(err = evx_vault_index_reader(s.index, &s.use.id, diag)) != EVX_OK ||
		(err = look(&s)) != EVX_OK)
		goto out;
	/* Another exhibit that the catalog does not know may have the same number. */
	if (s.n == 0 || !evx_vault_glance_complete(s.use.vault, s.catalog)) {
		err = evx_vault_each_exhibit(s.use.vault, catch_up, &s, diag);
		if (err == EVX_OK)
			err = look(&s);
	}
	if (err != EVX_OK)
		goto out;
	err = answer(&s, uuid);
out:
	evx_vault_index_free(s.index);
	evx_catalog_free(s.catalog);
	evx_vault_use_free(&s.use);
	return err;
}
