/* The check of one exhibit, which goes on where an interrupted check was. */
#include "keep/check_one.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "base/path.h"
#include "bundle/bundle_walk.h"
#include "crypto/sample.h"
#include "format/text.h"
#include "judge/verify_judge.h"
#include "open/exhibit_vault.h"

#define SAVE_SECONDS 5 /* so often how far a check came is written down */

/* The packs of one exhibit as they are read. */
struct packs {
	const struct evx_check_how *how;
	struct evx_check_found *found;
	struct evx_diag *diag;
	const char *uuid;
	struct evx_catalog_exhibit known; /* what the catalog has; … */
	bool is_known;                    /* … if anything */
	bool closed; /* no key at hand opens its recipes: nobody looked, and nothing failed */
	bool again;
	size_t from; /* those before were found good by a check that this one goes on with */
	_Atomic size_t good; /* so many from the start are */
	uint8_t *marks;      /* a bit for each that was found good … */
	size_t room; /* … and how many bits there are; both belong to who holds the hasher's lock */
	uint64_t wanted, bytes;
	time_t saved;
};

/* Writes down how far it is. That a catalog cannot be written costs reading again, nothing else. */
static void save(struct packs *p, size_t good)
{
	p->saved = time(NULL);
	if (!p->is_known || !p->how->writable || p->how->percent < 100)
		return;
	p->known.check.resume = good;
	p->known.check.resume_since = p->how->began;
	if (evx_catalog_put_check(p->how->catalog, p->known.uuid, &p->known.check, NULL) != EVX_OK)
		p->found->result->kept = false;
}

static bool wants(void *ctx, size_t number, const struct evx_bundle_pack *pack)
{
	struct packs *p = ctx;
	const time_t now = time(NULL);

	if (p->again ? !evx_check_damage_has(&p->found->damages, p->uuid, pack->hash) :
		       number < p->from ||
				(p->how->percent < 100 &&
					!evx_sample_has(p->how->seed, p->how->percent, pack->hash)))
		return false;
	if (!p->again && now - p->saved >= SAVE_SECONDS)
		save(p, atomic_load(&p->good));
	p->wanted++;
	p->bytes += pack->length;
	return true;
}

static void hashed(void *ctx, size_t number, bool good)
{
	struct packs *p = ctx;
	size_t at = atomic_load(&p->good);

	if (!good)
		return;
	if (number >= p->room) {
		const size_t room = (number / 4096 + 1) * 4096;
		uint8_t *more = realloc(p->marks, room / 8);

		if (more == NULL)
			return; /* then it is read again, should this check be interrupted */
		memset(more + p->room / 8, 0, (room - p->room) / 8);
		p->marks = more;
		p->room = room;
	}
	p->marks[number / 8] |= (uint8_t)(1u << number % 8);
	while (at < p->room && (at < p->from || (p->marks[at / 8] >> at % 8 & 1) != 0))
		at++;
	atomic_store(&p->good, at);
}

/* ---- What came of it */

static const struct evx_report_finding *disposal(const struct evx_report *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		if (strcmp(r->findings[i].code, "D-DISPOSED") == 0)
			return &r->findings[i];
	return NULL;
}

/* A disposed exhibit is as it should be when nothing but its disposal keeps the data from being
 * checked. */
static enum evx_catalog_result result_of(const struct evx_report *r)
{
	size_t open = 0;

	for (size_t i = 0; i < r->nfindings; i++)
		open += r->findings[i].line != EVX_ON_TRUST &&
			r->findings[i].weight >= EVX_WEIGHT_UNCHECKED;
	if (r->exit_class == 3 && open == 1 && disposal(r) != NULL)
		return EVX_CHECKED_DISPOSED;
	switch (r->exit_class) {
	case 0:
		return EVX_CHECKED_GOOD;
	case 1:
		return EVX_CHECKED_BAD;
	case 5:
		return EVX_CHECKED_CUSTODY;
	default:
		return EVX_CHECKED_UNCHECKED;
	}
}

static bool damage_of(const struct evx_report_finding *f, uint8_t hash[32])
{
	struct evx_member_id id;

	if (f->where == NULL || f->weight != EVX_WEIGHT_BROKEN ||
		evx_member_parse(f->where, &id, NULL) != EVX_OK || id.kind != EVX_MEMBER_PACK)
		return false;
	memcpy(hash, id.hash, 32);
	return true;
}

static enum evx_err note_damages(
	struct packs *p, struct evx_exhibit *ex, const struct evx_report *r)
{
	struct evx_check_damages *damages = &p->found->damages;
	enum evx_err err = EVX_OK;
	uint8_t hash[32];

	/* A pack may have more than one finding; the first says it. */
	for (size_t i = 0; i < r->nfindings && err == EVX_OK; i++)
		if (damage_of(&r->findings[i], hash) &&
			!evx_check_damage_has(damages, p->uuid, hash))
			err = evx_check_damage_note(damages, p->how->vault, ex, p->uuid, hash,
				r->findings[i].text, p->how->jobs, p->how->cancel, p->diag);
	p->found->result->damaged = damages->n;
	return err;
}

static void count(struct evx_check_result *r, enum evx_catalog_result result, int by)
{
	uint64_t *slot[EVX_CHECKED_LAST + 1] = { [EVX_CHECKED_GOOD] = &r->good,
		[EVX_CHECKED_BAD] = &r->bad,
		[EVX_CHECKED_CUSTODY] = &r->custody,
		[EVX_CHECKED_UNCHECKED] = &r->unchecked,
		[EVX_CHECKED_DISPOSED] = &r->disposed };

	if (slot[result] != NULL)
		*slot[result] += (uint64_t)(int64_t)by;
}

static enum evx_err add_bad(struct packs *p, enum evx_catalog_result result)
{
	struct evx_check_bad *one = EVX_ARRAY_ADD(p->found->bad, p->found->nbad);

	if (one == NULL)
		return evx_fail_memory(p->diag);
	(void)snprintf(one->uuid, sizeof(one->uuid), "%s", p->uuid);
	one->result = result;
	return EVX_OK;
}

/* A part of the packs says nothing about the others, unless it is bad. What was found of the
 * contents stays when this check did not open them. */
static void remember(
	struct packs *p, const struct evx_check_exhibit *info, enum evx_catalog_result result)
{
	const struct evx_check_how *how = p->how;
	struct evx_catalog_check check = { .when = how->began,
		.result = result,
		.opened = p->known.check.opened,
		.contents = p->known.check.contents };

	if (!p->is_known || !how->writable || (how->percent < 100 && result != EVX_CHECKED_BAD))
		return;
	if (p->closed && result == EVX_CHECKED_UNCHECKED &&
		p->known.check.result != EVX_CHECKED_NEVER) {
		check.when = p->known.check.when;
		check.result = p->known.check.result;
	}
	if (info->report != NULL && info->report->deep &&
		(result == EVX_CHECKED_GOOD || result == EVX_CHECKED_CUSTODY ||
			result == EVX_CHECKED_BAD)) {
		check.opened = how->began;
		check.contents = result == EVX_CHECKED_BAD ? EVX_CHECKED_BAD : EVX_CHECKED_GOOD;
	} else if (p->again && check.contents == EVX_CHECKED_BAD) {
		/* Healed: what was found in the damaged packs says nothing any more. */
		check.opened = 0;
		check.contents = EVX_CHECKED_NEVER;
	}
	if (evx_catalog_put_check(how->catalog, p->known.uuid, &check, NULL) != EVX_OK)
		p->found->result->kept = false;
}

/* The log and the chain say the same of a disposal. */
static enum evx_err compare_removal(struct packs *p, const struct evx_report *r)
{
	struct evx_findings *findings = &p->found->findings;
	const bool removed = evx_vault_removed(p->how->vault, p->uuid, NULL),
		   disposed = r->holding.disposal >= 0;
	char where[64];
	enum evx_err err = EVX_OK;

	(void)snprintf(where, sizeof(where), "exhibits/%.36s", p->uuid);
	if (disposed && !removed)
		err = evx_findings_add(findings, "V-REMOVAL", EVX_WEIGHT_REMARK, EVX_NO_EVENT,
			where,
			"The custody record says that this exhibit was disposed of, and the vault "
			"log does not. Either 'evx dispose' was interrupted, or the exhibit came "
			"here in this state. To finish, run evx dispose again.");
	if (removed && !disposed)
		err = evx_findings_add(findings, "V-REMOVAL", EVX_WEIGHT_BROKEN, EVX_NO_EVENT,
			where,
			"The vault log says that this exhibit was disposed of, and its custody "
			"record does not. Somebody removed entries or exchanged the exhibit. "
			"Compare it with a backup of the vault.");
	return evx_fail_buf(p->diag, err);
}

/* What the whole check counts for an exhibit that was read for the first time. */
static enum evx_err add_up(
	struct packs *p, const struct evx_check_exhibit *info, enum evx_catalog_result result)
{
	struct evx_check_result *all = p->found->result;
	enum evx_err err = EVX_OK;

	all->exhibits++;
	all->packs += info->packs;
	all->packs_read += p->wanted;
	all->bytes_read += p->bytes;
	if (result == EVX_CHECKED_BAD)
		err = add_bad(p, result);
	return err == EVX_OK && info->report != NULL ? compare_removal(p, info->report) : err;
}

/* result is what this check says; kept is what is remembered of container and chain. */
static enum evx_err conclude(struct packs *p, struct evx_check_exhibit *info,
	enum evx_catalog_result result, enum evx_catalog_result kept)
{
	const struct evx_check_options *opt = p->how->opt;
	struct evx_check_found *found = p->found;
	enum evx_err err = EVX_OK;

	info->result = evx_catalog_word(result);
	info->packs_read = p->wanted;
	info->bytes_read = p->bytes;
	info->again = p->again;
	info->went_on = p->from > 0;
	if (!p->again)
		err = add_up(p, info, result);
	for (size_t i = 0; i < found->nbad && p->again; i++)
		if (strcmp(found->bad[i].uuid, p->uuid) == 0)
			count(found->result, found->bad[i].result, -1);
	count(found->result, result, 1);
	remember(p, info, kept);
	if (opt->each != NULL)
		opt->each(opt->ctx, info);
	return err;
}

/* ---- The check itself */

/* Deep asks for the content part, and not every exhibit is sealed to the vault or to who checks.
 */
static const char *set_keys(
	const struct evx_check_how *how, struct evx_exhibit *ex, struct evx_verify_basis *basis)
{
	enum evx_err err;

	if ((evx_vault_tier(how->vault) == EVX_TIER_NONE && how->reader == NULL) ||
		evx_exhibit_seal(ex) == NULL || evx_chain_result(ex->loaded.chain)->keys_gone > 0)
		return NULL;
	err = evx_exhibit_vault_keys(ex, how->reader, how->vault, true, NULL);
	if (err == EVX_OK && (!how->opt->deep || ex->unlocked.tier == EVX_TIER_CONTENT)) {
		basis->reader = how->reader;
		basis->vault = how->vault;
		basis->deep = how->opt->deep;
		return NULL;
	}
	return how->opt->deep ?
		"The contents: neither your key nor a key of the vault that you can "
		"use opens them." :
		NULL;
}

static enum evx_err judge(struct packs *p, struct evx_exhibit *ex, struct evx_check_exhibit *info,
	struct evx_report *report, struct evx_diag *why)
{
	const struct evx_check_how *how = p->how;
	const struct evx_bundle_walk_packs packs = { wants, hashed, p };
	const struct evx_exhibit_load load = { .jobs = how->jobs,
		.packs = &packs,
		.progress = how->progress,
		.cancel = how->cancel,
		.roster = how->rules };
	struct evx_verify_basis basis = { .cards = &how->known->cards,
		.rosters = &how->known->rosters,
		.jobs = how->jobs,
		.progress = how->progress,
		.cancel = how->cancel };
	enum evx_err err = evx_exhibit_load(ex, &load, why);

	if (err != EVX_OK)
		return err;
	info->packs = evx_bundle_packs(ex->opened.bundle);
	if (!p->again)
		info->why = set_keys(how, ex, &basis);
	return evx_verify_judge(ex, &basis, report, why);
}

static bool has_closed_recipes(const struct packs *p, const struct evx_exhibit *ex)
{
	bool any = false;

	return evx_vault_tier(p->how->vault) == EVX_TIER_NONE && ex->opened.vault->recipes.n == 0 &&
		evx_recipes_any(p->how->vault, p->uuid, &any, NULL) == EVX_OK && any;
}

static enum evx_err check_open(
	struct packs *p, struct evx_bundle *bundle, struct evx_check_exhibit *info)
{
	const struct evx_check_how *how = p->how;
	struct evx_report report = { .uuid = "" };
	struct evx_diag why = { 0 };
	struct evx_exhibit ex;
	enum evx_catalog_result result = EVX_CHECKED_UNCHECKED, kept;
	enum evx_err err = evx_exhibit_vault_share(&ex, bundle, how->vault, p->uuid, &why);

	if (err == EVX_OK) {
		ex.opened.reader = how->reader;
		ex.opened.vault->heads = how->heads;
		ex.opened.vault->shared_heads = true;
		err = judge(p, &ex, info, &report, &why);
	}
	if (err == EVX_E_INTERRUPTED || err == EVX_E_MEMORY) {
		if (err == EVX_E_INTERRUPTED)
			save(p, atomic_load(&p->good));
		err = evx_fail(p->diag, err, "%s", why.text);
		goto out;
	}
	if (err == EVX_OK) {
		info->report = &report;
		kept = result = result_of(&report);
		p->closed = has_closed_recipes(p, &ex);
		if (info->why != NULL && result == EVX_CHECKED_GOOD)
			result = EVX_CHECKED_UNCHECKED;
		err = p->again ? EVX_OK : note_damages(p, &ex, &report);
	} else {
		info->why = why.text;
		result = err == EVX_E_IO || err == EVX_E_KEY || err == EVX_E_UNSUPPORTED ?
			EVX_CHECKED_UNCHECKED :
			EVX_CHECKED_BAD;
		kept = result;
		err = EVX_OK;
	}
	if (err == EVX_OK)
		err = conclude(p, info, result, kept);
out:
	info->report = NULL; /* it ends here */
	info->why = NULL;
	evx_exhibit_free(&ex);
	evx_report_free(&report);
	return err;
}

/* True when a check that counts found it good. */
static bool was_checked(const struct evx_check_how *how, const struct evx_catalog_check *k)
{
	const int64_t since = how->since != 0 ? how->since : INT64_MAX,
		      began = how->goes_on ? how->began : INT64_MAX,
		      from = since < began ? since : began;
	const bool container = k->result == EVX_CHECKED_GOOD && k->when >= from,
		   contents = k->contents == EVX_CHECKED_GOOD && k->opened >= from;

	if (k->resume_since != 0)
		return false;
	if (k->result == EVX_CHECKED_DISPOSED)
		return k->when >= from;
	return container && (contents || !how->opt->deep);
}

static enum evx_err skip(struct packs *p)
{
	const struct evx_check_how *how = p->how;
	const struct evx_check_exhibit info = { .skipped = true,
		.result = evx_catalog_word(p->known.check.result) };
	struct evx_check_exhibit mine = info;

	(void)snprintf(mine.uuid, sizeof(mine.uuid), "%s", p->uuid);
	p->found->result->exhibits++;
	p->found->result->skipped++;
	count(p->found->result, p->known.check.result, 1);
	if (how->opt->each != NULL)
		how->opt->each(how->opt->ctx, &mine);
	return EVX_OK;
}

/* What the catalog knows; an exhibit that it does not know is read into it first. */
static void recall(struct packs *p)
{
	uint8_t uuid[16];
	enum evx_err err;

	if (!evx_uuid_bytes(p->uuid, strlen(p->uuid), uuid))
		return;
	err = p->how->ahead == NULL || p->again ?
		EVX_E_CORRUPT :
		evx_catalog_ahead_get(p->how->ahead, uuid, &p->known, NULL);
	/* A row that is damaged spoils no other. */
	if (err != EVX_OK && err != EVX_E_NOT_FOUND)
		err = evx_catalog_get(p->how->catalog, uuid, &p->known, NULL);
	p->is_known = err == EVX_OK;
	if (!p->is_known && p->how->writable &&
		evx_vault_index_exhibit(p->how->index, p->uuid, EVX_INDEX_FACTS, NULL,
			p->how->cancel, NULL) == EVX_OK)
		p->is_known = evx_catalog_get(p->how->catalog, uuid, &p->known, NULL) == EVX_OK;
}

enum evx_err evx_check_one(const struct evx_check_how *how, const char *uuid, bool again,
	struct evx_check_found *found, struct evx_diag *diag)
{
	struct packs p = { .how = how,
		.found = found,
		.diag = diag,
		.uuid = uuid,
		.again = again,
		.saved = time(NULL) };
	struct evx_check_exhibit info = { .result = NULL };
	struct evx_bundle *bundle = NULL;
	struct evx_diag why = { 0 };
	int dir = -1;
	enum evx_err err;

	if (evx_cancelled(how->cancel))
		return evx_fail(
			diag, EVX_E_INTERRUPTED, "Interrupted. Run the command again to go on.");
	(void)snprintf(info.uuid, sizeof(info.uuid), "%s", uuid);
	recall(&p);
	if (!again && p.is_known && was_checked(how, &p.known.check))
		return skip(&p);
	if (p.is_known && !again && how->percent == 100 && p.known.check.resume_since == how->began)
		p.from = (size_t)p.known.check.resume;
	atomic_init(&p.good, p.from);
	if (!again)
		save(&p, p.from);
	err = evx_vault_exhibit(how->vault, uuid, &dir, &why);
	if (err == EVX_OK)
		err = evx_bundle_open_dir(dir, uuid, &bundle, &why);
	if (err == EVX_OK) {
		err = check_open(&p, bundle, &info);
	} else if (err == EVX_E_MEMORY) {
		err = evx_fail_memory(diag);
	} else {
		info.why = why.text;
		const enum evx_catalog_result result = err == EVX_E_IO ? EVX_CHECKED_UNCHECKED :
									 EVX_CHECKED_BAD;

		err = conclude(&p, &info, result, result);
	}
	evx_bundle_free(bundle);
	evx_close_quiet(&dir);
	free(p.marks);
	return err;
}

void evx_check_found_free(struct evx_check_found *f)
{
	evx_findings_free(&f->findings);
	evx_check_damage_free(&f->damages);
	free(f->bad);
	f->bad = NULL;
	f->nbad = 0;
}
