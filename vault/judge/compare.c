/* How two bundles, or a bundle and a receipt, relate. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "base/processors.h"
#include "custody/branches.h"
#include "custody/chain_compare.h"
#include "custody/event_build.h"
#include "format/text.h"
#include "format/time.h"
#include "judge/compare_files.h"
#include "open/exhibit_vault.h"
#include "open/open_exhibit.h"
#include "people/inputs.h"
#include "people/known.h"

struct compare_run {
	const struct evx_compare_options *opt;
	struct evx_compare_result *result;
	struct evx_open a, b;
	struct evx_open_result opened[2];
	struct evx_inputs text; /* of a receipt */
	struct evx_known known;
	struct evx_rules_roster rules; /* what they say of offices and of who may approve */
};

/* A receipt begins with '{', or, as mail left it, with what may stand before that: no bundle does.
 */
static enum evx_err is_receipt(const char *path, bool *is, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	char first = '\0';
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*is = false;
	if (fd < 0)
		return evx_fail_errno(diag, path, "This file cannot be opened");
	n = read(fd, &first, 1);
	if (n < 0 && errno != EISDIR)
		err = evx_fail_errno(diag, path, "This file cannot be read");
	*is = n == 1 && first != '\0' && strchr("{> \t\r\n\357", first) != NULL;
	evx_close_quiet(&fd);
	return err;
}

static enum evx_err start(struct compare_run *run, struct evx_home *h,
	const struct evx_passphrase *ask, struct evx_diag *diag)
{
	const struct evx_compare_options *o = run->opt;
	struct evx_start s = { .diag = diag };
	bool *receipt = &run->result->b.receipt;

	s.err = is_receipt(o->b, receipt, diag);
	evx_exhibit_start(&s, &run->a.ex, h, o->a, o->as, EVX_KEY_IF_NAMED, ask);
	if (*receipt)
		evx_inputs_texts_start(&s, &o->b, 1, EVX_RECEIPT_MAX, &run->text);
	else
		evx_exhibit_start(&s, &run->b.ex, NULL, o->b, NULL, EVX_NO_KEY, NULL);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	return evx_start_confine(&s, 0, o->confine ? &run->result->confinement : NULL);
}

/* An event of chain as the result tells it. */
static void tell_event(
	const struct evx_event *e, const uint8_t hash[32], struct evx_compare_event *out)
{
	struct evx_sshkey key;

	out->number = (int)e->sequence;
	memcpy(out->type, e->type, sizeof(out->type));
	evx_hex_encode(hash, 32, out->hash);
	if (evx_time_encode(e->time, out->time) != EVX_OK)
		out->time[0] = '\0';
	if (evx_sshkey_decode(e->signers[0], strlen(e->signers[0]), &key, NULL) == EVX_OK)
		evx_sshkey_fingerprint(&key, out->signer);
}

static enum evx_err make_only(struct evx_compare_side *side, size_t n, struct evx_diag *diag)
{
	side->only = n == 0 ? NULL : calloc(n, sizeof(*side->only));
	if (n > 0 && side->only == NULL)
		return evx_fail_memory(diag);
	side->nonly = n;
	return EVX_OK;
}

/* The events of a chain from number on. */
static enum evx_err tell_only(const struct evx_chain_result *c, size_t from,
	struct evx_compare_side *side, struct evx_diag *diag)
{
	enum evx_err err = make_only(side, c->n - from, diag);

	for (size_t i = 0; i < side->nonly && err == EVX_OK; i++) {
		side->only[i].number = (int)(from + i);
		if (c->at[from + i].decoded && c->at[from + i].has_hash)
			tell_event(&c->at[from + i].event, c->at[from + i].hash, &side->only[i]);
	}
	return err;
}

/* What the side's own findings say of it, trust aside. */
static void judge_side(const struct evx_exhibit *ex, struct evx_compare_side *side)
{
	const struct evx_chain_result *c = evx_chain_result(ex->loaded.chain);
	const struct evx_verdict v = evx_verdict_of(&ex->loaded.findings, c->n, c->rightful);
	const struct evx_finding *worst = NULL;

	side->exit_class = v.exit_code;
	side->goes_on = evx_exhibit_goes_on(ex);
	for (size_t i = 0; i < ex->loaded.findings.n; i++) {
		const struct evx_finding *f = &ex->loaded.findings.at[i];

		if ((f->weight >= EVX_WEIGHT_UNCHECKED ||
			    (side->goes_on && f->line == EVX_ON_DATA &&
				    f->weight == EVX_WEIGHT_GAP)) &&
			(worst == NULL || f->weight > worst->weight))
			worst = f;
	}
	if (worst != NULL)
		(void)snprintf(
			side->why, sizeof(side->why), "%s: %.480s", worst->code, worst->text);
}

static enum evx_err load_side(struct evx_open *o, const char *path, const struct compare_run *run,
	struct evx_compare_side *side, struct evx_diag *diag)
{
	const struct evx_exhibit_load load = { .index_only = run->opt->as == NULL,
		.skip_packs = true,
		.jobs = o->jobs,
		.cancel = o->cancel,
		.roster = &run->rules };
	enum evx_err err = evx_exhibit_load(&o->ex, &load, diag);
	const struct evx_chain_result *c;

	if (err != EVX_OK)
		return err;
	judge_side(&o->ex, side);
	c = evx_chain_result(o->ex.loaded.chain);
	if (evx_exhibit_seal(&o->ex) == NULL || !c->has_exhibit)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_TRUNCATED,
				"The seal is missing, or it cannot be read. Run evx verify on this "
				"bundle, and ask the sender for another copy."));
	(void)snprintf(side->uuid, sizeof(side->uuid), "%s", evx_exhibit_seal(&o->ex)->uuid);
	evx_hex_encode(c->exhibit, 32, side->seal_hash);
	if (evx_exhibit_seal(&o->ex)->seal.shape == EVX_SHAPE_DISCLOSURE)
		evx_hex_encode(evx_exhibit_seal(&o->ex)->seal.origin.exhibit, 32, side->original);
	side->events = c->n;
	side->rightful = c->rightful;
	if (c->at[c->n - 1].has_hash)
		evx_hex_encode(c->at[c->n - 1].hash, 32, side->head);
	return EVX_OK;
}

/* What was found about two branches that part, for the result. */
static void tell_fork(struct evx_compare_result *r, const struct evx_findings *findings,
	struct evx_parting parting)
{
	const struct evx_finding *worst = NULL;

	for (size_t i = 0; i < findings->n; i++)
		if (worst == NULL || findings->at[i].weight > worst->weight)
			worst = &findings->at[i];
	r->rightful = parting.may && worst == NULL;
	r->claim = worst != NULL && worst->weight == EVX_WEIGHT_GAP;
	if (worst != NULL)
		(void)snprintf(r->why, sizeof(r->why), "%s: %.480s", worst->code, worst->text);
}

/* Two exhibits under one number: who is not known here may have sealed the other. */
static void tell_two_seals(struct compare_run *run, const struct evx_event *other)
{
	const struct evx_event *seal = evx_exhibit_seal(&run->a.ex);
	const char *const signers[2] = { seal->signers[0], other->signers[0] };

	for (size_t i = 0; i < 2; i++)
		if (strcmp(signers[0], signers[1]) != 0 &&
			run->rules.trusts(run->rules.ctx, signers[i],
				i == 0 ? seal->time : other->time) != EVX_RULES_TRUSTED)
			run->result->claim = true;
}

static enum evx_err fork_of_bundles(struct compare_run *run, const struct evx_chain_result *a,
	const struct evx_chain_result *b, struct evx_diag *diag)
{
	struct evx_findings findings = { 0 };
	struct evx_parting parting = { false, false };
	enum evx_err err = evx_branches_compare(a, b, (uint32_t)run->result->common, run->opt->b,
		&run->rules, run->a.cancel, &findings, &parting, diag);

	tell_fork(run->result, &findings, parting);
	evx_findings_free(&findings);
	return err;
}

/* The custody record of the exhibit that side is, or is a part of. */
static const struct evx_chain_result *record_of(const struct evx_exhibit *ex)
{
	return evx_chain_result(ex->loaded.origin != NULL ? ex->loaded.origin : ex->loaded.chain);
}

/* Whether at least one is a disclosure of an exhibit that the other is, or is a part of, too. Two
 * copies of one disclosure are compared as any two bundles. */
static bool are_parts(const struct compare_run *run)
{
	const struct evx_compare_side *a = &run->result->a, *b = &run->result->b;
	const char *of_a = a->original[0] != '\0' ? a->original : a->seal_hash,
		   *of_b = b->original[0] != '\0' ? b->original : b->seal_hash;

	return strcmp(a->seal_hash, b->seal_hash) != 0 && strcmp(of_a, of_b) == 0 &&
		record_of(&run->a.ex)->has_exhibit && record_of(&run->b.ex)->has_exhibit;
}

static enum evx_err relate_bundles(struct compare_run *run, struct evx_diag *diag)
{
	static const enum evx_compare_relation relations[] = { [EVX_CHAINS_SAME] = EVX_COMPARE_SAME,
		[EVX_CHAINS_LONGER] = EVX_COMPARE_A_LONGER,
		[EVX_CHAINS_SHORTER] = EVX_COMPARE_B_LONGER,
		[EVX_CHAINS_FORKED] = EVX_COMPARE_FORKED,
		[EVX_CHAINS_TWO_SEALS] = EVX_COMPARE_TWO_SEALS,
		[EVX_CHAINS_OTHER] = EVX_COMPARE_OTHER };
	struct evx_compare_result *r = run->result;
	const struct evx_chain_result *a = evx_chain_result(run->a.ex.loaded.chain), *b;
	struct evx_chain_comparison c;
	enum evx_err err = load_side(&run->b, run->opt->b, run, &r->b, diag);

	if (err != EVX_OK)
		return err;
	b = evx_chain_result(run->b.ex.loaded.chain);
	r->parts = are_parts(run);
	if (r->parts) {
		a = record_of(&run->a.ex);
		b = record_of(&run->b.ex);
	}
	c = evx_chain_compare(a, b);
	if (c.relation == EVX_CHAINS_UNKNOWN)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"One of the two has no seal that can be read. They were not compared. Run "
			"evx verify on both.");
	r->relation = relations[c.relation];
	r->common = (int)c.common;
	r->same_contents = c.common > 0 && !r->parts;
	if (c.relation == EVX_CHAINS_FORKED)
		err = fork_of_bundles(run, a, b, diag);
	if (c.relation == EVX_CHAINS_TWO_SEALS)
		tell_two_seals(run, evx_exhibit_seal(&run->b.ex));
	if (err != EVX_OK || (err = tell_only(a, c.common, &r->a, diag)) != EVX_OK)
		return err;
	return tell_only(b, c.common, &r->b, diag);
}

/* The same of one event that stands elsewhere. */
static enum evx_err fork_of_event(struct compare_run *run, const struct evx_event *e,
	const uint8_t hash[32], bool parts_here, struct evx_diag *diag)
{
	struct evx_branch_event other = { .event = e, .name = run->opt->b };
	struct evx_branches *branches = NULL;
	struct evx_findings findings = { 0 };
	struct evx_parting parting = { false, false };
	enum evx_err err;

	memcpy(other.hash, hash, sizeof(other.hash));
	if ((err = evx_branches_new(evx_chain_result(run->a.ex.loaded.chain), &other, 1,
		     &run->rules, run->a.cancel, &branches, diag)) != EVX_OK)
		goto out;
	parting = evx_branches_parting(branches, 0);
	parting.claim = parts_here ? parting.claim : !evx_branches_known(branches, 0);
	err = evx_branches_judge(branches, &findings, diag);
	if (err != EVX_OK)
		goto out;
	if (!parting.may &&
		evx_findings_add(&findings, "R-FORK",
			parting.claim ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN, e->sequence, NULL,
			"The receipt belongs to another version of this custody record, and no "
			"copy was recorded where the two part. Each version leaves out the "
			"other.%s Ask both holders for their receipts.",
			parting.claim ? " An unknown signer signed one of these versions." : "") !=
			EVX_OK)
		err = evx_fail_memory(diag);
out:
	tell_fork(run->result, &findings, parting);
	evx_branches_free(branches);
	evx_findings_free(&findings);
	return err;
}

/* What the receipt's event e, with this hash, shows. */
static enum evx_err relate_event(struct compare_run *run, const struct evx_event *e,
	const uint8_t hash[32], struct evx_diag *diag)
{
	static const enum evx_compare_relation relations[] = {
		[EVX_RECEIPT_HERE] = EVX_COMPARE_A_LONGER,
		[EVX_RECEIPT_NEXT] = EVX_COMPARE_B_LONGER,
		[EVX_RECEIPT_LATER] = EVX_COMPARE_B_LONGER,
		[EVX_RECEIPT_FORKED] = EVX_COMPARE_FORKED,
		[EVX_RECEIPT_PARTED] = EVX_COMPARE_FORKED,
		[EVX_RECEIPT_TWO_SEALS] = EVX_COMPARE_TWO_SEALS,
		[EVX_RECEIPT_OTHER] = EVX_COMPARE_OTHER
	};
	struct evx_compare_result *r = run->result;
	const struct evx_chain_result *a = evx_chain_result(run->a.ex.loaded.chain);
	const enum evx_receipt_relation c = evx_chain_compare_receipt(a, r->a.uuid, e, hash);
	const bool is_in = c == EVX_RECEIPT_HERE;
	enum evx_err err = EVX_OK;

	r->relation = is_in && e->sequence + 1 == a->n ? EVX_COMPARE_SAME : relations[c];
	r->common = is_in                  ? (int)e->sequence + 1 :
		c == EVX_RECEIPT_NEXT      ? (int)a->n :
		c == EVX_RECEIPT_FORKED    ? (int)e->sequence :
		c >= EVX_RECEIPT_TWO_SEALS ? 0 :
					     -1;
	r->between = c == EVX_RECEIPT_LATER ? (int)(e->sequence - a->n) : 0;
	r->same_contents = evx_hash_equal(e->exhibit, a->exhibit);
	(void)snprintf(r->b.uuid, sizeof(r->b.uuid), "%s", e->uuid);
	evx_hex_encode(e->exhibit, 32, r->b.seal_hash);
	evx_hex_encode(hash, 32, r->b.head);
	r->b.events = r->b.rightful = 1;
	if (r->relation == EVX_COMPARE_FORKED)
		err = fork_of_event(run, e, hash, c == EVX_RECEIPT_FORKED, diag);
	if (c == EVX_RECEIPT_TWO_SEALS)
		r->claim = run->rules.trusts(run->rules.ctx, e->signers[0], e->time) !=
			EVX_RULES_TRUSTED;
	if (err != EVX_OK ||
		(err = tell_only(a, r->common > 0 ? (size_t)r->common : a->n, &r->a, diag)) !=
			EVX_OK ||
		(err = make_only(&r->b, is_in ? 0 : 1, diag)) != EVX_OK)
		return err;
	if (!is_in)
		tell_event(e, hash, &r->b.only[0]);
	return EVX_OK;
}

static enum evx_err relate_receipt(struct compare_run *run, struct evx_diag *diag)
{
	struct evx_receipt receipt = { 0 };
	struct evx_event event = { 0 };
	const struct evx_input *in = &run->text.at[0];
	uint8_t hash[32];
	enum evx_err err = evx_receipt_decode(in->bytes.data, in->bytes.len, &receipt, diag);

	if (err != EVX_OK)
		return evx_diag_in(diag, in->path, err);
	err = evx_event_read(&receipt, &event, NULL, diag);
	if (err == EVX_OK && receipt.record.len == 0)
		err = evx_fail(diag, EVX_E_USAGE,
			"This is a draft. It proves nothing before all signatures are in it.");
	if (err == EVX_OK) {
		evx_event_read_hash(&receipt, hash);
		err = relate_event(run, &event, hash, diag);
	} else {
		err = evx_diag_in(diag, in->path, err);
	}
	evx_event_free(&event);
	evx_receipt_free(&receipt);
	return err;
}

/* Two exhibits: their listings, with the one identity that must open both. */
static enum evx_err compare_listings(struct compare_run *run, struct evx_diag *diag)
{
	enum evx_err err = evx_diag_in(
		diag, run->opt->a, evx_open_contents(&run->a, false, NULL, NULL, diag));

	if (err != EVX_OK)
		return err;
	run->b.ex.opened.id = run->a.ex.opened.id; /* lent; it stays a's to lock */
	err = evx_diag_in(diag, run->opt->b, evx_open_contents(&run->b, false, NULL, NULL, diag));
	memset(&run->b.ex.opened.id, 0, sizeof(run->b.ex.opened.id));
	return err == EVX_OK ?
		evx_compare_files(&run->a.contents, &run->b.contents, run->opt, run->result, diag) :
		err;
}

static void prepare(struct evx_open *o, const struct evx_compare_options *opt,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_open_result *result)
{
	o->jobs = opt->jobs != 0 ? opt->jobs : evx_processors();
	o->progress = progress;
	o->cancel = cancel;
	o->result = result;
}

enum evx_err evx_compare(struct evx_home *h, const struct evx_compare_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_compare_result *result, struct evx_diag *diag)
{
	struct compare_run run = { .opt = opt, .result = result };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	prepare(&run.a, opt, progress, cancel, &run.opened[0]);
	prepare(&run.b, opt, progress, cancel, &run.opened[1]);
	run.rules = evx_known_rules(&run.known);
	if ((err = start(&run, h, ask, diag)) != EVX_OK ||
		(err = evx_known_load(&run.known, h, diag)) != EVX_OK ||
		(err = load_side(&run.a, opt->a, &run, &result->a, diag)) != EVX_OK ||
		(err = result->b.receipt ? relate_receipt(&run, diag) :
					   relate_bundles(&run, diag)) != EVX_OK)
		goto out;
	if (opt->as != NULL && !result->b.receipt && !result->same_contents)
		err = compare_listings(&run, diag);
out:
	evx_exhibit_free(&run.a.ex);
	evx_exhibit_free(&run.b.ex);
	evx_inputs_free(&run.text);
	evx_known_free(&run.known);
	if (err != EVX_OK)
		evx_compare_result_free(result);
	return err;
}

void evx_compare_result_free(struct evx_compare_result *r)
{
	if (r == NULL)
		return;
	free(r->a.only);
	free(r->b.only);
	memset(r, 0, sizeof(*r));
}
