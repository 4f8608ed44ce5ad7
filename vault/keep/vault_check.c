/* Checks a vault: its folders, its exhibits, and what this machine remembers of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/processors.h"
#include "crypto/secret.h"
#include "find/vault_locate.h"
#include "format/text.h"
#include "format/time.h"
#include "keep/check_heal.h"
#include "keep/check_one.h"
#include "open/vault_use.h"
#include "store/inspect.h"
#include "store/remnants.h"
#include "store/session.h"

/* What the stages of a check are given, and what came of it. */
struct check {
	const struct evx_check_options *opt;
	struct evx_vault_use use;
	struct evx_signer signer; /* with heal_from only */
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_heal_source *source; /* NULL: nothing is healed */
	struct evx_check_how how;
	struct evx_check_found found;
	struct evx_diag *diag;
};

static enum evx_err prepare(struct check *c, struct evx_home *h, const struct evx_passphrase *ask)
{
	const struct evx_check_options *o = c->opt;
	const bool need = o->deep || o->heal_from != NULL;
	struct evx_start s = { .diag = c->diag };

	c->how.began = (int64_t)time(NULL);
	c->how.since = o->since;
	c->how.percent = o->percent == 0 ? 100 : o->percent;
	c->how.jobs = o->jobs != 0 ? o->jobs : evx_processors();
	if (c->how.percent > 100)
		s.err = evx_fail(c->diag, EVX_E_USAGE,
			"--sample does not accept %u. Use 1 to 100 percent.", c->how.percent);
	evx_vault_use_start(&s, &c->use, h, o->vault, o->as,
		need ? EVX_VAULT_SOMEBODY : EVX_VAULT_IF_NAMED, EVX_CONFINE_MOVE, ask);
	if (o->heal_from != NULL)
		evx_home_signer_start(&s, h, c->use.name, &c->use.id, &c->use.agent, &c->signer);
	if (o->heal_from != NULL)
		evx_heal_source_start(&s, o->heal_from, &c->source);
	c->rules = evx_known_rules(&c->known);
	return evx_start_confine(&s, 0, o->confine ? &c->found.result->confinement : NULL);
}

/* Where nobody accepted the founder, what is good here is good as one vault, and not as the right
 * one. */
static enum evx_err tell_founder(struct check *c)
{
	if (evx_vault_standing(c->use.vault, NULL) != EVX_VAULT_UNKNOWN)
		return EVX_OK;
	return evx_findings_add(&c->found.findings, "V-FOUNDER", EVX_WEIGHT_REMARK, EVX_NO_EVENT,
		"log/00000000-init",
		"The founder of this vault is not accepted on this machine. The founder is %s. "
		"This may be another vault than you think. Compare that with what the people "
		"who run the vault say. Then name it: --founder FINGERPRINT.",
		evx_vault_member(c->use.vault, 0)->fingerprint);
}

/* Opens the vault with the key of the person who checks, where there is one. A member's file that
 * is not theirs is one of the things to tell, so only what needs the key fails for it. */
static enum evx_err unlock(struct check *c)
{
	const bool must = c->opt->deep || c->opt->heal_from != NULL;
	struct evx_diag why = { 0 };
	enum evx_err err = EVX_OK;

	if (c->use.has_id && evx_vault_find_member(c->use.vault, c->use.id.card.signing) != NULL)
		err = evx_vault_unlock(c->use.vault, &c->use.id, &why);
	else if (c->opt->heal_from != NULL || (c->opt->as != NULL && !c->opt->deep))
		return evx_fail(c->diag, EVX_E_KEY,
			"%s is not a member of this vault. Name a member's identity: --as NAME.",
			c->use.name);
	else
		return EVX_OK; /* deep: with what the identity opens by itself */
	c->use.member = err == EVX_OK;
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(c->diag);
	if (err != EVX_OK && must)
		return evx_diag_in(c->diag, why.path, evx_fail(c->diag, err, "%s", why.text));
	if (err != EVX_OK)
		return evx_findings_add_diag(
			&c->found.findings, "V-MEMBER", EVX_NO_EVENT, why.path, &why);
	return EVX_OK;
}

/* Reads the vault. A vault that is not the one remembered is what a check is there to find. */
static enum evx_err load(struct check *c)
{
	const bool writes = c->opt->heal_from != NULL || c->opt->sweep;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_vault_load(c->use.vault, c->diag);

	if (err != EVX_OK)
		return err;
	if (!writes && evx_vault_standing(c->use.vault, &why) == EVX_VAULT_CHANGED)
		err = evx_findings_add_diag(
			&c->found.findings, "V-EXCHANGED", EVX_NO_EVENT, "vault.json", &why);
	else
		err = evx_vault_use_door_pass(c->use.vault,
			writes ? EVX_VAULT_WRITES : EVX_VAULT_READS, c->use.home, c->diag);
	if (err != EVX_OK)
		return err;
	err = tell_founder(c);
	return err == EVX_OK ? unlock(c) : err;
}

static enum evx_err open_catalog(struct check *c)
{
	struct evx_catalog_state state;
	enum evx_err err = evx_catalog_of_vault(c->use.vault, &c->how.catalog, &state, c->diag);

	c->how.writable = err == EVX_OK && !state.read_only && !state.in_memory;
	c->found.result->kept = c->how.writable;
	if (err != EVX_OK)
		return err;
	if (state.discarded)
		err = evx_findings_add(&c->found.findings, "V-CATALOG", EVX_WEIGHT_REMARK,
			EVX_NO_EVENT, "catalog.sqlite",
			"The catalog was damaged, or it belonged to another vault. evx discarded "
			"it and used nothing of it. To fill the new one, run: evx rebuild");
	if (err != EVX_OK)
		return evx_fail_buf(c->diag, err);
	return evx_vault_index_new(
		c->use.vault, c->use.home, c->how.catalog, -1, &c->how.index, c->diag);
}

/* The newest check of everything that did not come to its end. What cannot be read of it is done
 * again. */
static enum evx_err find_interrupted(struct check *c)
{
	int64_t newest = 0;
	const enum evx_err err = evx_catalog_interrupted(
		c->how.catalog, c->how.began, &newest, NULL);

	if (err == EVX_E_MEMORY)
		return evx_fail_memory(c->diag);
	if (err != EVX_OK || newest == 0)
		return EVX_OK;
	c->how.began = newest;
	c->how.goes_on = true;
	return evx_time_encode(newest, c->found.result->resumed);
}

/* ---- The exhibits */

struct uuids {
	char (*at)[EVX_UUID_CAP];
	size_t n;
};

static enum evx_err add_uuid(void *ctx, const char *uuid)
{
	struct uuids *all = ctx;
	char(*one)[EVX_UUID_CAP] = EVX_ARRAY_ADD(all->at, all->n);

	if (one == NULL)
		return EVX_E_MEMORY;
	memcpy(*one, uuid, EVX_UUID_CAP);
	return EVX_OK;
}

static int by_uuid(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* In order, so that a check that goes on takes the same way. */
static enum evx_err choose(struct check *c, struct uuids *all)
{
	char uuid[EVX_UUID_CAP];
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < c->opt->nexhibits && err == EVX_OK; i++) {
		const char *name = c->opt->exhibits[i], *slash = strrchr(name, '/');

		err = evx_vault_locate_uuid(
			c->use.vault, slash != NULL ? slash + 1 : name, uuid, c->diag);
		if (err == EVX_OK)
			err = add_uuid(all, uuid);
	}
	if (c->opt->nexhibits == 0)
		err = evx_vault_each_exhibit(c->use.vault, add_uuid, all, c->diag);
	if (all->n > 0)
		qsort(all->at, all->n, sizeof(*all->at), by_uuid);
	return evx_fail_buf(c->diag, err);
}

static enum evx_err heal(struct check *c)
{
	const struct evx_check_healing healing = { .vault = c->use.vault,
		.source = c->source,
		.from = c->opt->heal_from,
		.invocation = c->opt->invocation,
		.id = &c->use.id,
		.signer = &c->signer,
		.known = &c->known,
		.cancel = c->how.cancel };
	enum evx_err err = evx_heal_source_load(c->source, c->how.cancel, c->diag);

	return err == EVX_OK ? evx_check_heal(&healing, &c->found, c->diag) : err;
}

static enum evx_err check_all(struct check *c)
{
	struct evx_check_damages *damages = &c->found.damages;
	struct uuids all = { NULL, 0 };
	enum evx_err err = choose(c, &all);

	if (err == EVX_OK && c->opt->nexhibits == 0)
		err = evx_catalog_ahead_new(c->how.catalog, &c->how.ahead, c->diag);
	for (size_t i = 0; i < all.n && err == EVX_OK; i++)
		if (i == 0 || strcmp(all.at[i], all.at[i - 1]) != 0)
			err = evx_check_one(&c->how, all.at[i], false, &c->found, c->diag);
	free(all.at);
	if (err != EVX_OK)
		return err;
	err = evx_check_damage_trace(damages, c->use.vault, c->how.cancel, c->diag);
	if (err != EVX_OK)
		return err;
	if (c->source != NULL && damages->n > 0)
		err = heal(c);
	if (err != EVX_OK)
		return err;
	for (size_t i = 0; i < damages->n && c->opt->damaged != NULL; i++)
		c->opt->damaged(c->opt->ctx, &damages->at[i].pack);
	for (size_t i = 0; i < c->found.nbad && err == EVX_OK && c->source != NULL; i++)
		err = evx_check_one(&c->how, c->found.bad[i].uuid, true, &c->found, c->diag);
	return err;
}

/* ---- What is beside them */

static enum evx_err sweep_remnants(struct check *c)
{
	struct evx_diag why = { 0 };
	enum evx_err err = evx_remnants_sweep(
		c->use.vault, NULL, c->how.cancel, &c->found.result->swept_remnants, &why);

	if (err == EVX_E_KEY || err == EVX_E_LOCKED)
		return evx_fail_buf(c->diag,
			evx_findings_add(&c->found.findings, "V-REMNANT", EVX_WEIGHT_REMARK,
				EVX_NO_EVENT, "remnants", "%s", why.text));
	return err == EVX_OK ? EVX_OK : evx_fail(c->diag, err, "%s", why.text);
}

static enum evx_err sweep(struct check *c)
{
	uint64_t live = 0, dead = 0, after = 0;
	enum evx_err err = evx_session_count(c->use.vault, NULL, &live, &dead, c->diag);

	if (err != EVX_OK)
		return err;
	if (!c->opt->sweep)
		return dead == 0 ? EVX_OK :
				   evx_findings_add(&c->found.findings, "V-SESSION",
					   EVX_WEIGHT_INFO, EVX_NO_EVENT, "tmp",
					   "%llu interrupted command%s left files behind in the "
					   "vault. 'evx check --sweep' removes them. After that, "
					   "'evx seal --resume' cannot use them.",
					   (unsigned long long)dead, dead == 1 ? "" : "s");
	err = evx_session_sweep(c->use.vault, true, NULL, NULL, c->diag);
	if (err == EVX_OK)
		err = evx_session_count(c->use.vault, NULL, &live, &after, c->diag);
	c->found.result->swept_sessions = dead > after ? dead - after : 0;
	if (err != EVX_OK || evx_vault_tier(c->use.vault) == EVX_TIER_NONE)
		return err;
	return sweep_remnants(c);
}

/* ---- The end of it */

static enum evx_err give_findings(struct evx_check_result *r, const struct evx_findings *f)
{
	r->findings = calloc(f->n + 1, sizeof(*r->findings));
	if (r->findings == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < f->n; i++) {
		const struct evx_finding *from = &f->at[i];
		struct evx_report_finding *to = &r->findings[r->nfindings];

		memcpy(to->code, from->code, sizeof(to->code));
		to->weight = from->weight;
		to->line = EVX_ON_DATA;
		to->event = -1;
		to->text = strdup(from->text);
		to->told = from->told[0] == '\0' ? NULL : strdup(from->told);
		to->where = strdup(from->where);
		r->nfindings++;
		if (to->text == NULL || to->where == NULL ||
			(from->told[0] != '\0' && to->told == NULL))
			return EVX_E_MEMORY;
	}
	return EVX_OK;
}

static bool any_of(const struct evx_findings *f, enum evx_weight weight)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].weight == weight)
			return true;
	return false;
}

static void set_exit(struct evx_check_result *r, const struct evx_findings *f)
{
	if (r->bad > 0 || any_of(f, EVX_WEIGHT_BROKEN))
		r->exit_class = 1;
	else if (any_of(f, EVX_WEIGHT_NEWER))
		r->exit_class = 4;
	else if (r->unchecked > 0 || any_of(f, EVX_WEIGHT_UNCHECKED))
		r->exit_class = 3;
	else
		r->exit_class = r->custody > 0 || any_of(f, EVX_WEIGHT_GAP) ? 5 : 0;
}

void evx_check_result_free(struct evx_check_result *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->nfindings; i++) {
		free(r->findings[i].text);
		free(r->findings[i].told);
		free(r->findings[i].where);
	}
	free(r->findings);
	memset(r, 0, sizeof(*r));
}

/* In this order: what was seen before is known before anything is compared with it. */
static enum evx_err check(struct check *c)
{
	const bool all = c->opt->nexhibits == 0 && c->how.percent == 100;
	enum evx_err err = load(c);

	if (err != EVX_OK)
		return err;
	err = evx_heads_load(c->use.vault, NULL, &c->found.findings, &c->how.heads, c->diag);
	if (err != EVX_OK)
		return err;
	err = open_catalog(c);
	if (err != EVX_OK)
		return err;
	if (all && !c->opt->anew)
		err = find_interrupted(c);
	if (err != EVX_OK)
		return err;
	err = evx_inspect_vault(c->use.vault, c->how.heads, &c->found.findings, c->diag);
	if (err != EVX_OK)
		return err;
	err = check_all(c);
	if (err != EVX_OK)
		return err;
	err = sweep(c);
	if (err != EVX_OK)
		return err;
	return evx_heads_remember(c->how.heads, c->use.vault, c->diag);
}

enum evx_err evx_vault_check(struct evx_home *h, const struct evx_check_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_check_result *result, struct evx_diag *diag)
{
	struct check c = { .opt = opt,
		.use = { .pins = -1 },
		.how = { .opt = opt, .progress = progress, .cancel = cancel },
		.found = { .result = result },
		.diag = diag };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	c.how.known = &c.known;
	c.how.rules = &c.rules;
	err = prepare(&c, h, ask);
	if (err != EVX_OK)
		goto out;
	c.how.vault = c.use.vault;
	c.how.reader = c.use.has_id ? &c.use.id : NULL;
	err = evx_known_load(&c.known, h, diag);
	if (err != EVX_OK)
		goto out;
	if (c.how.percent < 100) {
		evx_random(c.how.seed, sizeof(c.how.seed));
		evx_hex_encode(c.how.seed, sizeof(c.how.seed), result->seed);
	}
	err = check(&c);
	if (err != EVX_OK)
		goto out;
	err = evx_fail_buf(diag, give_findings(result, &c.found.findings));
out:
	set_exit(result, &c.found.findings);
	evx_check_found_free(&c.found);
	evx_heads_free(c.how.heads);
	evx_vault_index_free(c.how.index);
	evx_catalog_ahead_free(c.how.ahead);
	evx_catalog_free(c.how.catalog);
	evx_heal_source_free(c.source);
	evx_known_free(&c.known);
	evx_vault_use_free(&c.use);
	return err;
}
