/* Makes, names, merges and lists the cases of a vault, and files exhibits in them. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "find/vault_index.h"
#include "find/vault_locate.h"
#include "open/vault_use.h"
#include "store/case.h"
#include "store/marks.h"

enum evx_err evx_vault_new_case(struct evx_home *h, const char *vault, const char *as,
	const char *label, const char *office, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char id[37], struct evx_diag *diag)
{
	struct evx_vault_use u;
	struct evx_signer signer;
	enum evx_err err = evx_vault_use_member(&u, h, vault, as, ask, confined, &signer, diag);

	id[0] = '\0';
	if (err == EVX_OK)
		err = evx_case_new(u.vault, label, office, &signer, (int64_t)time(NULL), id, diag);
	evx_vault_use_free(&u);
	return err;
}

enum evx_err evx_vault_alias_case(struct evx_home *h, const char *vault, const char *as,
	const char *which, const char *label, const char *office, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char id[37], struct evx_diag *diag)
{
	struct evx_vault_use u;
	struct evx_signer signer;
	enum evx_err err = evx_vault_use_member(&u, h, vault, as, ask, confined, &signer, diag);

	id[0] = '\0';
	if (err == EVX_OK)
		err = evx_case_find(u.vault, which, id, diag);
	if (err == EVX_OK)
		err = evx_case_alias(
			u.vault, id, label, office, &signer, (int64_t)time(NULL), diag);
	evx_vault_use_free(&u);
	return err;
}

enum evx_err evx_vault_merge_cases(struct evx_home *h, const char *vault, const char *as,
	const char *which, const char *into_which, const char *reason,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char id[37],
	char into[37], struct evx_diag *diag)
{
	struct evx_vault_use u;
	struct evx_signer signer;
	enum evx_err err = evx_vault_use_member(&u, h, vault, as, ask, confined, &signer, diag);

	id[0] = into[0] = '\0';
	if (err != EVX_OK)
		goto out;
	err = evx_case_find(u.vault, which, id, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_case_find(u.vault, into_which, into, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_case_merge(u.vault, id, into, reason, &signer, (int64_t)time(NULL), diag);
out:
	evx_vault_use_free(&u);
	return err;
}

/* The catalog is a cache. Its rows of the earlier case say where nothing is any more, so that what
 * the exhibit can lend has to be read anew. */
static bool tell_catalog(const struct evx_vault_use *u, const char *uuid, const char *case_id)
{
	struct evx_vault_index *index = NULL;
	struct evx_catalog *catalog = NULL;
	struct evx_catalog_state state;
	uint8_t bytes[16];
	bool done = false;

	if (evx_catalog_of_vault(u->vault, &catalog, &state, NULL) != EVX_OK || state.read_only ||
		evx_vault_index_new(u->vault, u->home, catalog, -1, &index, NULL) != EVX_OK ||
		evx_vault_index_reader(index, &u->id, NULL) != EVX_OK)
		goto out;
	evx_vault_index_expect(index, case_id);
	done = evx_vault_index_exhibit(index, uuid, EVX_INDEX_DETAILS, NULL, NULL, NULL) ==
			EVX_OK &&
		evx_vault_index_written(index, NULL) == EVX_OK &&
		evx_uuid_bytes(uuid, strlen(uuid), bytes) &&
		evx_catalog_put_chunks(catalog, bytes, EVX_CHUNKS_NONE, NULL) == EVX_OK;
out:
	evx_vault_index_free(index);
	evx_catalog_free(catalog);
	return done;
}

enum evx_err evx_vault_file_exhibit(struct evx_home *h, const struct evx_vault_filing_options *opt,
	const struct evx_passphrase *ask, struct evx_vault_filing_result *out,
	struct evx_diag *diag)
{
	const char *slash = strrchr(opt->exhibit, '/');
	struct evx_vault_use u;
	struct evx_signer signer;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_vault_use_member(&u, h, opt->vault, opt->as, ask,
		opt->confine ? &out->confinement : NULL, &signer, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_vault_locate_uuid(
		u.vault, slash != NULL ? slash + 1 : opt->exhibit, out->uuid, diag);
	if (err != EVX_OK)
		goto out;
	evx_marks_case(NULL, u.vault, out->uuid, out->from);
	err = evx_case_find_open(u.vault, opt->in_case, out->case_id, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_case_file(u.vault, out->uuid, out->case_id, opt->reason, &signer,
		(int64_t)time(NULL), &out->changed, diag);
	if (err != EVX_OK)
		goto out;
	out->catalog_lost = out->changed && !tell_catalog(&u, out->uuid, out->case_id);
out:
	evx_vault_use_free(&u);
	return err;
}

static enum evx_err count_one(void *ctx, const char *uuid)
{
	(void)uuid;
	++*(uint64_t *)ctx;
	return EVX_OK;
}

static enum evx_err give(const struct evx_vault *v, const struct evx_case_labels *all,
	const struct evx_vault_case *c, struct evx_vault_case_label *own,
	enum evx_err (*each)(void *ctx, const struct evx_vault_case_info *info), void *ctx,
	struct evx_diag *diag)
{
	struct evx_vault_case_info info = { .labels = own };
	const size_t *filed;
	size_t n;
	enum evx_err err;

	memcpy(info.id, c->id, sizeof(info.id));
	memcpy(info.into, c->into, sizeof(info.into));
	filed = evx_case_labels_filed(all, evx_case_filed(v, c->id), &n);
	for (size_t i = 0; i < n; i++) {
		const struct evx_case_label *l = &all->at[filed[i]];

		if (strcmp(l->id, c->id) == 0)
			own[info.nlabels++] = (struct evx_vault_case_label){ l->label, l->office };
	}
	err = evx_case_each(v, c->id, count_one, &info.exhibits, diag);
	return err == EVX_OK ? each(ctx, &info) : err;
}

enum evx_err evx_vault_list_cases(struct evx_home *h, const char *vault, const char *as,
	const struct evx_passphrase *ask, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_vault_case_info *info), void *ctx,
	struct evx_diag *diag)
{
	struct evx_vault_use u;
	struct evx_case_labels labels = { NULL, 0, NULL };
	struct evx_vault_case_label *own = NULL;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	evx_vault_use_start(&s, &u, h, vault, as, EVX_VAULT_SOMEBODY, EVX_CONFINE_READ, ask);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_vault_use_load(&u, EVX_VAULT_READS, diag);
	if (err == EVX_OK && u.member)
		err = evx_case_labels(u.vault, &labels, diag);
	own = calloc(labels.n + 1, sizeof(*own));
	if (err == EVX_OK && own == NULL)
		err = evx_fail_memory(diag);
	for (size_t i = 0; err == EVX_OK && i < evx_vault_cases(u.vault); i++)
		err = give(u.vault, &labels, evx_vault_case(u.vault, i), own, each, ctx, diag);
	if (err == EVX_OK)
		err = evx_vault_use_door_leave(u.vault, diag);
	free(own);
	evx_case_labels_free(&labels);
	evx_vault_use_free(&u);
	return err;
}
