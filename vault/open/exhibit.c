/* A bundle opened for reading: container and chain. */
#include "open/exhibit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "bundle/bundle_walk.h"
#include "crypto/hash.h"
#include "open/exhibit_origin.h"
#include "open/exhibit_vault.h"

static void no_reader(void *ctx)
{
	struct evx_exhibit_opened *o = ctx;

	o->has_id = false;
	o->reader = NULL;
}

/* The identity that reads, if one is needed, wanted or named. */
static enum evx_err open_reader(struct evx_start *s, struct evx_exhibit *ex, struct evx_home *h,
	const char *as, enum evx_need_key need, const struct evx_passphrase *ask)
{
	const bool wanted = need == EVX_KEY_WANTED;

	if (need < EVX_KEY_WANTED && (need != EVX_KEY_IF_NAMED || as == NULL))
		return EVX_OK;
	if (h == NULL) {
		const enum evx_err err = evx_fail(wanted ? &ex->opened.no_key : s->diag, EVX_E_KEY,
			"A key is needed, and there is no identity on this machine. Make one with "
			"evx id new.");

		return wanted ? EVX_OK : err;
	}
	ex->opened.has_id = true;
	ex->opened.reader = &ex->opened.id;
	if (wanted)
		evx_home_unlock_start_wanted(
			s, h, as, ask, &ex->opened.id, &ex->opened.no_key, no_reader, &ex->opened);
	else
		evx_home_unlock_start(s, h, as, ask, &ex->opened.id, NULL);
	if (!evx_start_good(s))
		no_reader(&ex->opened);
	return s->err;
}

static enum evx_err open_exhibit(struct evx_start *s, struct evx_exhibit *ex, struct evx_home *h,
	const char *path, const char *as, enum evx_need_key need, const struct evx_passphrase *ask)
{
	struct evx_diag *diag = s->diag;
	enum evx_err err;

	if (path == NULL)
		return evx_fail(diag, EVX_E_USAGE,
			"No bundle was named. Give the path of a bundle, such as phone.evx.");
	err = open_reader(s, ex, h, as, need, ask);
	if (err != EVX_OK)
		return err;
	if (strcmp(path, "-") == 0)
		return evx_bundle_open_fd(STDIN_FILENO, "standard input", &ex->opened.bundle, diag);
	err = evx_bundle_open(path, &ex->opened.bundle, diag);
	if (err == EVX_OK && evx_bundle_form(ex->opened.bundle) == EVX_BUNDLE_DIRECTORY)
		err = evx_exhibit_vault_find(path, h, &ex->opened.vault, diag);
	return err;
}

void evx_exhibit_start(struct evx_start *s, struct evx_exhibit *ex, struct evx_home *h,
	const char *path, const char *as, enum evx_need_key need, const struct evx_passphrase *ask)
{
	memset(ex, 0, sizeof(*ex));
	if (evx_start_good(s))
		s->err = open_exhibit(s, ex, h, path, as, need, ask);
	if (!evx_start_good(s))
		return;
	if (evx_bundle_form(ex->opened.bundle) == EVX_BUNDLE_DIRECTORY)
		evx_start_path(s, path, EVX_CONFINE_READ);
	evx_start_beneath(s, evx_bundle_volumes_directory(ex->opened.bundle), EVX_CONFINE_READ);
	evx_exhibit_vault_start(s, ex->opened.vault);
}

void evx_exhibit_over(struct evx_exhibit *ex, struct evx_bundle *bundle)
{
	memset(ex, 0, sizeof(*ex));
	ex->opened.bundle = bundle;
	ex->opened.borrowed = true;
}

enum evx_err evx_exhibit_over_in(struct evx_exhibit *ex, struct evx_bundle *bundle,
	const char *path, struct evx_home *h, const struct evx_identity *reader,
	struct evx_diag *diag)
{
	evx_exhibit_over(ex, bundle);
	ex->opened.reader = reader;
	return evx_bundle_form(bundle) == EVX_BUNDLE_DIRECTORY ?
		evx_exhibit_vault_find(path, h, &ex->opened.vault, diag) :
		EVX_OK;
}

void evx_exhibit_free(struct evx_exhibit *ex)
{
	evx_chain_free(ex->loaded.chain);
	evx_chain_free(ex->loaded.origin);
	if (!ex->opened.borrowed)
		evx_bundle_free(ex->opened.bundle);
	for (size_t i = 0; i < ex->loaded.nreceipts; i++)
		evx_receipt_free(&ex->loaded.receipts[i]);
	free(ex->loaded.receipts);
	free(ex->loaded.receipt_names);
	evx_findings_free(&ex->loaded.findings);
	evx_findings_free(&ex->loaded.absent);
	if (ex->opened.has_id)
		evx_identity_lock(&ex->opened.id);
	evx_exhibit_vault_free(ex->opened.vault);
	evx_keyring_free(&ex->unlocked.keys);
	evx_details_free(&ex->unlocked.seal_details);
	evx_wipe(ex, sizeof(*ex));
}

struct loading {
	struct evx_exhibit *ex;
	enum evx_err err;
	bool packs_elsewhere;
};

static void container_finding(void *ctx, const struct evx_bundle_walk_finding *f)
{
	struct loading *l = ctx;
	enum evx_weight weight = f->severity == EVX_WALK_BAD ? EVX_WEIGHT_BROKEN :
		f->severity == EVX_WALK_UNCHECKED            ? EVX_WEIGHT_UNCHECKED :
		f->severity == EVX_WALK_GAP                  ? EVX_WEIGHT_GAP :
							       EVX_WEIGHT_REMARK;
	/* What a disposal destroys: whether there was one is known once the chain is judged. */
	const bool pack = strncmp(f->member, "data/", 5) == 0;
	const bool absent = strcmp(f->code, "D-MISSING") == 0 &&
		(pack || strncmp(f->member, "keys/", 5) == 0);
	enum evx_err err;

	if (absent && pack && l->packs_elsewhere)
		return;
	err = evx_findings_add_container(absent ? &l->ex->loaded.absent : &l->ex->loaded.findings,
		f->code, weight, f->behind_seal, f->member, f->say);

	l->ex->loaded.absent_packs += absent && pack;
	l->ex->loaded.cut |= f->err == EVX_E_INCOMPLETE && !f->behind_seal;
	if (l->err == EVX_OK)
		l->err = err;
}

enum evx_err evx_exhibit_add_receipts(
	struct evx_exhibit *ex, const struct evx_inputs *texts, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	if (texts->n == 0)
		return EVX_OK;
	if (EVX_ARRAY_ROOM(ex->loaded.receipts, ex->loaded.nreceipts, texts->n) != EVX_OK ||
		EVX_ARRAY_ROOM(ex->loaded.receipt_names, ex->loaded.nreceipts, texts->n) != EVX_OK)
		return evx_fail_memory(diag);
	memset(ex->loaded.receipts + ex->loaded.nreceipts, 0,
		texts->n * sizeof(*ex->loaded.receipts));
	for (size_t i = 0; i < texts->n && err == EVX_OK; i++) {
		const struct evx_input *in = &texts->at[i];
		struct evx_diag why = { 0 };

		err = evx_receipt_decode(in->bytes.data, in->bytes.len,
			&ex->loaded.receipts[ex->loaded.nreceipts], &why);
		if (err == EVX_OK)
			ex->loaded.receipt_names[ex->loaded.nreceipts++] = in->path;
		else if (err != EVX_E_MEMORY)
			err = evx_findings_add(&ex->loaded.findings, "R-RECEIPT",
				err == EVX_E_UNSUPPORTED ? EVX_WEIGHT_NEWER : EVX_WEIGHT_UNCHECKED,
				EVX_NO_EVENT, in->path, "This receipt cannot be read: %s",
				why.text);
	}
	return evx_fail_buf(diag, err);
}

enum evx_err evx_exhibit_part(const struct evx_exhibit *ex, const struct evx_event *event,
	const char *name, struct evx_buf *out, struct evx_diag *diag)
{
	const uint8_t *part_hash = evx_event_file_hash(event, name);
	const uint8_t *want = part_hash != NULL ? part_hash : evx_event_key_file_hash(event, name);
	uint8_t hash[32];

	if (evx_bundle_find(ex->opened.bundle, name) != NULL)
		return evx_exhibit_member(ex, name, out, diag);
	for (size_t i = 0; i < ex->loaded.nreceipts && want != NULL; i++)
		for (size_t k = 0; k < ex->loaded.receipts[i].nparts; k++) {
			const struct evx_receipt_part *part = &ex->loaded.receipts[i].parts[k];

			if (strcmp(part->name, name) != 0)
				continue;
			evx_sha256(part->bytes.data, part->bytes.len, hash);
			if (evx_hash_equal(hash, want))
				return evx_buf_add(out, part->bytes.data, part->bytes.len) ==
						EVX_OK ?
					EVX_OK :
					evx_fail_memory(diag);
		}
	return evx_fail(diag, EVX_E_NOT_FOUND,
		"The bundle has no member %s. Ask the sender for a complete copy.", name);
}

enum evx_err evx_exhibit_member(
	const struct evx_exhibit *ex, const char *name, struct evx_buf *out, struct evx_diag *diag)
{
	char full[sizeof(EVX_ORIGIN_PREFIX) + EVX_MEMBER_NAME_CAP];

	if (!ex->opened.origin)
		return evx_bundle_read_member(ex->opened.bundle, name, EVX_MEMBER_MAX, out, diag);
	(void)snprintf(full, sizeof(full), EVX_ORIGIN_PREFIX "%s", name);
	return evx_bundle_read_member(ex->opened.bundle, full, EVX_MEMBER_MAX, out, diag);
}

/* Gives one member to the chain; its hash is computed when no walk did. */
static enum evx_err add_member(
	struct evx_exhibit *ex, const struct evx_bundle_member *m, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_buf bytes = EVX_BUF_INIT;
	struct evx_chain_member member = { .name = m->name, .size = m->size };
	struct evx_diag why = { 0 };

	err = evx_exhibit_member(ex, m->name, &bytes, &why);
	if (err != EVX_OK && err != EVX_E_MEMORY) {
		const bool absent = err == EVX_E_NOT_FOUND && strncmp(m->name, "keys/", 5) == 0;

		err = evx_findings_add_diag(absent ? &ex->loaded.absent : &ex->loaded.findings,
			"D-IO", EVX_NO_EVENT, m->name, &why);
	} else if (err == EVX_OK) {
		if (m->hashed)
			memcpy(member.sha256, m->sha256, 32);
		else
			evx_sha256(bytes.data, bytes.len, member.sha256);
		member.bytes = bytes.data;
		err = evx_chain_add(ex->loaded.chain, &member, diag);
	}
	evx_buf_free(&bytes);
	return err;
}

static enum evx_err set_tagmanifest(struct evx_exhibit *ex, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_bundle_member *m = evx_bundle_find(
		ex->opened.bundle, "tagmanifest-sha256.txt");
	struct evx_buf bytes = EVX_BUF_INIT;
	uint8_t hash[32];

	if (m == NULL)
		return EVX_OK;
	if (m->hashed) {
		evx_chain_set_tagmanifest(ex->loaded.chain, m->sha256);
		return EVX_OK;
	}
	err = evx_exhibit_member(ex, m->name, &bytes, diag);
	if (err == EVX_OK) {
		evx_sha256(bytes.data, bytes.len, hash);
		evx_chain_set_tagmanifest(ex->loaded.chain, hash);
	}
	evx_buf_free(&bytes);
	return err;
}

/* Packs and key files that are not there are missing, or destroyed, as the chain says. */
static enum evx_err judge_absent(struct evx_exhibit *ex)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	enum evx_err err = EVX_OK;

	if (!chain->state.disposed)
		err = evx_findings_join(&ex->loaded.findings, &ex->loaded.absent);
	else if (ex->loaded.absent_packs > 0)
		err = evx_findings_add(&ex->loaded.findings, "D-DISPOSED", EVX_WEIGHT_UNCHECKED,
			chain->state.disposal, NULL,
			"Entry %04u records the disposal of the exhibit. As recorded, %zu of %llu "
			"%s and %zu %s are gone.",
			(unsigned)chain->state.disposal, ex->loaded.absent_packs,
			(unsigned long long)evx_bundle_packs(ex->opened.bundle),
			evx_bundle_packs(ex->opened.bundle) == 1 ? "pack" : "packs",
			chain->keys_gone, chain->keys_gone == 1 ? "key file" : "key files");
	else if (chain->keys_gone > 0)
		err = evx_findings_add(&ex->loaded.findings, "D-DISPOSED", EVX_WEIGHT_UNCHECKED,
			chain->state.disposal, NULL,
			"Entry %04u records the disposal of the exhibit. As recorded, %zu %s gone.",
			(unsigned)chain->state.disposal, chain->keys_gone,
			chain->keys_gone == 1 ? "key file is" : "key files are");
	evx_findings_free(&ex->loaded.absent);
	return err;
}

static enum evx_err judge_chain(struct evx_exhibit *ex, const struct evx_rules_roster *roster,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	enum evx_err err;
	size_t n = evx_bundle_count(ex->opened.bundle);

	ex->loaded.chain = evx_chain_new(
		evx_bundle_uuid(ex->opened.bundle), (int64_t)time(NULL), &ex->loaded.findings);
	if (ex->loaded.chain == NULL)
		return evx_fail_memory(diag);
	if (ex->loaded.cut)
		evx_chain_set_cut(ex->loaded.chain);
	evx_chain_set_roster(ex->loaded.chain, roster);
	evx_chain_set_cancel(ex->loaded.chain, cancel);
	if ((err = set_tagmanifest(ex, diag)) != EVX_OK)
		return err;
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->opened.bundle, i);

		if (evx_cancelled(cancel))
			err = evx_fail(diag, EVX_E_INTERRUPTED, "chain: interrupted");
		else if (strncmp(m->name, "custody/", 8) == 0 || strncmp(m->name, "keys/", 5) == 0)
			err = add_member(ex, m, diag);
	}
	if (err != EVX_OK ||
		(ex->loaded.nreceipts > 0 &&
			(err = evx_chain_add_receipts(ex->loaded.chain, ex->loaded.receipts,
				 ex->loaded.receipt_names, ex->loaded.nreceipts, diag)) !=
				EVX_OK) ||
		(err = evx_chain_finish(ex->loaded.chain, diag)) != EVX_OK)
		return err;
	if (judge_absent(ex) != EVX_OK)
		return evx_fail_memory(diag);
	return EVX_OK;
}

enum evx_err evx_exhibit_with(const struct evx_exhibit *ex, const struct evx_receipt *more,
	const struct evx_rules_roster *roster, struct evx_findings *findings,
	struct evx_chain **chain, struct evx_diag *diag)
{
	struct evx_exhibit trial = *ex; /* all but the three below stay ex's */
	struct evx_receipt *receipts = calloc(ex->loaded.nreceipts + 1, sizeof(*receipts));
	const char **names = calloc(ex->loaded.nreceipts + 1, sizeof(*names));
	enum evx_err err = receipts != NULL && names != NULL ? EVX_OK : evx_fail_memory(diag);

	*chain = NULL;
	memset(findings, 0, sizeof(*findings));
	if (err == EVX_OK) {
		for (size_t i = 0; i < ex->loaded.nreceipts; i++) {
			receipts[i] = ex->loaded.receipts[i];
			names[i] = ex->loaded.receipt_names[i];
		}
		receipts[ex->loaded.nreceipts] = *more;
		trial.loaded.receipts = receipts;
		trial.loaded.receipt_names = names;
		trial.loaded.nreceipts = ex->loaded.nreceipts + 1;
		trial.loaded.chain = NULL;
		memset(&trial.loaded.findings, 0, sizeof(trial.loaded.findings));
		memset(&trial.loaded.absent, 0, sizeof(trial.loaded.absent));
		err = judge_chain(&trial, roster, NULL, diag);
		*findings = trial.loaded.findings;
		evx_findings_free(&trial.loaded.absent);
		if (err == EVX_OK)
			*chain = trial.loaded.chain;
		else
			evx_chain_free(trial.loaded.chain);
	}
	free(receipts);
	free(names);
	return err;
}

enum evx_err evx_exhibit_load(
	struct evx_exhibit *ex, const struct evx_exhibit_load *opts, struct evx_diag *diag)
{
	enum evx_err err = evx_exhibit_vault_load(ex, diag);
	struct loading l = { ex, EVX_OK, opts->packs_elsewhere };
	struct evx_bundle_walk_result walked = { 0 };
	const struct evx_bundle_walk_opts walk = { .jobs = opts->jobs,
		.skip_packs = opts->skip_packs,
		.shortcut = opts->index_only,
		.packs = opts->packs,
		.finding = container_finding,
		.ctx = &l,
		.progress = opts->progress,
		.cancel = opts->cancel };

	if (err == EVX_OK)
		err = evx_bundle_walk(ex->opened.bundle, &walk, &walked, diag);
	if (err == EVX_OK && l.err != EVX_OK)
		err = evx_fail_buf(diag, l.err);
	ex->loaded.reached_end = walked.reached_end;
	ex->loaded.all_read = !walk.skip_packs && !walk.shortcut;
	if (err != EVX_OK || (err = judge_chain(ex, opts->roster, opts->cancel, diag)) != EVX_OK ||
		(err = evx_exhibit_origin_load(ex, opts->roster, opts->cancel, diag)) != EVX_OK)
		return err;
	return evx_exhibit_vault_judge(ex, diag);
}

const struct evx_event *evx_exhibit_seal(const struct evx_exhibit *ex)
{
	const struct evx_chain_result *r = ex->loaded.chain == NULL ?
		NULL :
		evx_chain_result(ex->loaded.chain);

	if (r == NULL || r->n == 0 || !r->at[0].decoded || !evx_event_is_seal(&r->at[0].event))
		return NULL;
	return &r->at[0].event;
}

bool evx_exhibit_goes_on(const struct evx_exhibit *ex)
{
	return ex->loaded.findings.count[EVX_ON_DATA][EVX_WEIGHT_GAP] > 0;
}

/* The class of failure that a finding stands for. */
static enum evx_err class_of(const struct evx_finding *f)
{
	static const char *const truncated[] = { "D-TRUNCATED", "D-MISSING" };
	static const char *const forged[] = { "D-PACK-HASH", "D-TAGMANIFEST", "C-TAGMANIFEST",
		"C-SIGNATURE", "C-FILES", "C-RECORD" };

	if (f->weight == EVX_WEIGHT_NEWER)
		return EVX_E_UNSUPPORTED;
	if (strcmp(f->code, "D-DISPOSED") == 0)
		return EVX_E_NOT_FOUND;
	if (f->weight == EVX_WEIGHT_UNCHECKED)
		return strcmp(f->code, "D-TRUNCATED") == 0 ? EVX_E_INCOMPLETE : EVX_E_IO;
	for (size_t i = 0; i < sizeof(truncated) / sizeof(truncated[0]); i++)
		if (strcmp(f->code, truncated[i]) == 0)
			return EVX_E_TRUNCATED;
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		if (strcmp(f->code, forged[i]) == 0)
			return EVX_E_FORGED;
	return EVX_E_CORRUPT;
}

/* Fails as the finding says. What a person can mend by another copy is told without its code. */
static enum evx_err fail_by(const struct evx_finding *f, struct evx_diag *diag)
{
	const enum evx_err err = class_of(f);

	if (err == EVX_E_INCOMPLETE)
		return evx_fail(diag, err, "%s", f->text);
	return evx_fail(diag, err, "%s: %s%s%s", f->code, f->where, f->where[0] == '\0' ? "" : ": ",
		f->text);
}

enum evx_err evx_exhibit_usable(const struct evx_exhibit *ex, struct evx_diag *diag)
{
	const struct evx_chain_result *r = evx_chain_result(ex->loaded.chain);

	for (size_t i = 0; i < ex->loaded.findings.n; i++) {
		const struct evx_finding *f = &ex->loaded.findings.at[i];
		/* What a stranger appended after a good seal does not keep anyone from the
		 * evidence. */
		bool of_data = f->code[0] == 'D' ? !f->behind_seal : f->event == 0;

		if (!of_data || f->weight < EVX_WEIGHT_UNCHECKED)
			continue;
		return fail_by(f, diag);
	}
	if (evx_exhibit_seal(ex) == NULL || r->rightful == 0)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"The seal is missing, or it cannot be read. Run evx verify on this bundle, "
			"and ask the sender for another copy.");
	return EVX_OK;
}

enum evx_err evx_exhibit_sound(const struct evx_exhibit *ex, int *exit_class,
	const struct evx_finding **why, struct evx_diag *diag)
{
	const struct evx_chain_result *r = evx_chain_result(ex->loaded.chain);
	const struct evx_verdict v = evx_verdict_of(&ex->loaded.findings, r->n, r->rightful);
	const struct evx_finding *worst = NULL;

	for (size_t i = 0; i < ex->loaded.findings.n; i++)
		if (ex->loaded.findings.at[i].line != EVX_ON_TRUST &&
			(worst == NULL || ex->loaded.findings.at[i].weight > worst->weight))
			worst = &ex->loaded.findings.at[i];
	*exit_class = v.exit_code;
	if (why != NULL)
		*why = v.exit_code == 0 ? NULL : worst;
	if (worst != NULL && worst->weight == EVX_WEIGHT_UNCHECKED && ex->loaded.cut)
		return fail_by(worst, diag);
	if (evx_exhibit_seal(ex) == NULL || r->rightful == 0)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"The seal is missing, or it cannot be read%s%s", worst != NULL ? ": " : "",
			worst != NULL ? worst->text : "");
	if (v.exit_code == 0 || v.exit_code == 5)
		return EVX_OK;
	if (worst == NULL)
		return evx_fail(diag, EVX_E_CORRUPT,
			"The bundle was changed after it was sealed. Do not rely on it.");
	return fail_by(worst, diag);
}

struct evx_contents_opts evx_exhibit_contents(const struct evx_exhibit *ex, unsigned jobs,
	struct evx_progress *progress, const struct evx_cancel *cancel)
{
	return (struct evx_contents_opts){ .src = &ex->unlocked.src,
		.part = &ex->unlocked.part,
		.listing_root = evx_exhibit_seal(ex)->seal.listing_root,
		.origin = ex->loaded.origin != NULL ? &ex->loaded.listing_origin : NULL,
		.jobs = jobs,
		.cancel = cancel,
		.progress = progress };
}
