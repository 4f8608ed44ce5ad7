/* A sealed exhibit and the events after it, signed by several hands; for tests of the builder and
 * of the rules. */
#ifndef EVX_TESTS_CUSTODY_FIXTURE_H
#define EVX_TESTS_CUSTODY_FIXTURE_H

#include "custody/event_build.h"
#include "custody/verdict.h"
#include "seal_fixture.h"

#define HANDS 5 /* hand 0 is the sealer */
#define CUSTODY_LATER (FIX_TIME + 100 * 86400)

struct hand {
	struct evx_secret *seed;
	struct evx_sshkey pub;
	char key[EVX_KEY_TEXT_CAP];
	struct evx_signer signer;
};

struct custody {
	struct fixture f;
	struct hand hands[HANDS];
	struct evx_event_files members; /* of the bundle: key files, the seal's files, later events'
					 */
	int64_t time;                   /* of the next event */
	int64_t now;                    /* of the verifier */
	const struct evx_rules_roster *roster; /* its ctx is this */
	unsigned strangers; /* a bit for each hand whom the verifier does not trust */
	/* the last judgement */
	struct evx_findings findings;
	struct evx_chain *chain;
	const struct evx_chain_result *result;
	struct evx_verdict verdict;
};

static inline void cus_put(struct custody *c, const char *name, const void *p, size_t n)
{
	struct evx_event_file *grown = realloc(c->members.at, (c->members.n + 1) * sizeof(*grown)),
			      *f;

	assert_non_null(grown);
	c->members.at = grown;
	f = &grown[c->members.n++];
	memset(f, 0, sizeof(*f));
	snprintf(f->name, sizeof(f->name), "%s", name);
	assert_int_equal(evx_buf_add(&f->bytes, p, n), EVX_OK);
}

/* Hands and seal; policy (NULL: none) is given to the seal before it is signed. */
static inline void cus_new(struct custody *c, void (*before)(struct custody *c))
{
	size_t i;

	memset(c, 0, sizeof(*c));
	fix_prepare(&c->f);
	c->time = FIX_TIME + 3600;
	c->now = CUSTODY_LATER;
	for (i = 0; i < HANDS; i++) {
		struct hand *h = &c->hands[i];

		if (i > 0)
			assert_int_equal(evx_sshkey_new(&h->seed, &h->pub, NULL), EVX_OK);
		else
			h->pub = c->f.pub;
		assert_int_equal(evx_sshkey_encode(&h->pub, h->key), EVX_OK);
		h->signer = evx_signer_of_seed(i > 0 ? h->seed : c->f.seed, &h->pub);
	}
	if (before != NULL)
		before(c);
	fix_seal(&c->f);
	cus_put(c, "keys/0000-custody.age", c->f.key_files.custody.data,
		c->f.key_files.custody.len);
	cus_put(c, "keys/0000-content.age", c->f.key_files.content.data,
		c->f.key_files.content.len);
	for (i = 0; i < c->f.files.n; i++)
		cus_put(c, c->f.files.at[i].name, c->f.files.at[i].bytes.data,
			c->f.files.at[i].bytes.len);
}

static inline void cus_forget(struct custody *c)
{
	evx_chain_free(c->chain);
	evx_findings_free(&c->findings);
	c->chain = NULL;
	c->result = NULL;
}

static inline void cus_free(struct custody *c)
{
	size_t i;

	cus_forget(c);
	for (i = 1; i < HANDS; i++)
		evx_secret_free(c->hands[i].seed);
	evx_event_files_free(&c->members);
	fix_free(&c->f);
}

/* The verifier trusts the cards of all hands but the strangers'. */
static inline enum evx_rules_trust cus_trusts(void *ctx, const char *key, int64_t time)
{
	const struct custody *c = ctx;
	int i;

	(void)time;
	for (i = 0; i < HANDS; i++)
		if (strcmp(c->hands[i].key, key) == 0 && (c->strangers >> i & 1) == 0)
			return EVX_RULES_TRUSTED;
	return EVX_RULES_STRANGER;
}

static inline struct evx_rules_roster cus_roster(struct custody *c)
{
	struct evx_rules_roster roster = { .ctx = c };

	if (c->roster != NULL)
		roster = *c->roster;
	roster.trusts = roster.trusts != NULL ? roster.trusts : cus_trusts;
	return roster;
}

/* Judges the members, together with receipts. */
static inline void cus_judge_with(
	struct custody *c, const struct evx_receipt *receipts, size_t nreceipts)
{
	const struct evx_rules_roster roster = cus_roster(c);
	uint8_t tagmanifest[32];
	size_t i;

	cus_forget(c);
	memset(tagmanifest, 0x33, sizeof(tagmanifest));
	c->chain = evx_chain_new(FIX_UUID, c->now, &c->findings);
	assert_non_null(c->chain);
	evx_chain_set_tagmanifest(c->chain, tagmanifest);
	evx_chain_set_roster(c->chain, &roster);
	for (i = 0; i < c->members.n; i++) {
		const struct evx_event_file *f = &c->members.at[i];
		struct evx_chain_member m = { f->name, f->bytes.len, { 0 }, f->bytes.data };

		evx_sha256(f->bytes.data, f->bytes.len, m.sha256);
		assert_int_equal(evx_chain_add(c->chain, &m, NULL), EVX_OK);
	}
	if (nreceipts > 0)
		assert_int_equal(
			evx_chain_add_receipts(c->chain, receipts, NULL, nreceipts, NULL), EVX_OK);
	assert_int_equal(evx_chain_finish(c->chain, NULL), EVX_OK);
	fix_entries_named(&c->findings);
	c->result = evx_chain_result(c->chain);
	c->verdict = evx_verdict_of(&c->findings, c->result->n, c->result->rightful);
}

static inline void cus_judge(struct custody *c)
{
	cus_judge_with(c, NULL, 0);
}

/* A new event of this type; its fields are to be filled. */
static inline struct evx_event cus_event(struct custody *c, const char *type)
{
	struct evx_event e = { .time = c->time };
	const struct evx_event_type *known = evx_event_type(type);

	evx_event_set_kind(&e, known != NULL ? known->kind : EVX_EVENT_OTHER);
	c->time += 3600;
	return e;
}

/* Makes e name the time-stamps that no event of the last judgement names. */
static inline void cus_name_stamps(struct custody *c, struct evx_event *e)
{
	uint8_t hashes[EVX_NAMED_STAMPS_MAX][32];
	size_t i, n = 0;

	for (i = 0; i < c->result->nstamps; i++)
		if (c->result->stamps[i].named_by == EVX_NO_EVENT)
			memcpy(hashes[n++], c->result->stamps[i].sha256, 32);
	assert_int_equal(evx_event_set_stamps(e, (const uint8_t(*)[32])hashes, n), EVX_OK);
}

/* Builds e at the end of the chain, signed by the hands whose numbers stand in by (ending at a
 * negative one), as a receipt. */
static inline struct evx_receipt cus_receipt(struct custody *c, struct evx_event *e, const int *by)
{
	struct evx_signer signers[HANDS];
	struct evx_sshkey pubs[HANDS];
	struct evx_event_request r = { .event = e, .signers = pubs };
	struct evx_details details = { 0 };
	struct evx_receipt out;
	struct evx_diag diag = { 0 };
	uint8_t hash[32];

	for (; *by >= 0; by++) {
		signers[r.nsigners] = c->hands[*by].signer;
		pubs[r.nsigners++] = c->hands[*by].pub;
	}
	cus_judge(c);
	r.chain = c->result;
	r.details = &details;
	assert_int_equal(evx_details_set(&details.notes, "what happened"), EVX_OK);
	cus_name_stamps(c, e);
	if (evx_event_build(&r, signers, &out, hash, &diag) != EVX_OK)
		fail_msg("%s: %s", e->type, diag.text);
	evx_details_free(&details);
	evx_event_free(e);
	return out;
}

/* Appends the receipt's files to the bundle. */
static inline void cus_append(struct custody *c, const struct evx_receipt *receipt)
{
	struct evx_event_files files;
	size_t i;

	assert_int_equal(evx_event_files_of(receipt, &files, NULL), EVX_OK);
	for (i = 0; i < files.n; i++)
		cus_put(c, files.at[i].name, files.at[i].bytes.data, files.at[i].bytes.len);
	evx_event_files_free(&files);
}

/* Appends an event signed by several. */
static inline void cus_add_by(struct custody *c, struct evx_event *e, const int *by)
{
	struct evx_receipt r = cus_receipt(c, e, by);

	cus_append(c, &r);
	evx_receipt_free(&r);
}

static inline void cus_add(struct custody *c, struct evx_event *e, int by)
{
	const int list[] = { by, -1 };

	cus_add_by(c, e, list);
}

/* Appends an event without fields of its own. */
static inline void cus_plain(struct custody *c, const char *type, int by)
{
	struct evx_event e = cus_event(c, type);

	cus_add(c, &e, by);
}

/* The hash of event number of the bundle as it is. */
static inline void cus_hash(struct custody *c, size_t number, uint8_t hash[32])
{
	cus_judge(c);
	assert_true(number < c->result->n && c->result->at[number].has_hash);
	memcpy(hash, c->result->at[number].hash, 32);
}

/* Makes e refer to event number. */
static inline void cus_refer(struct custody *c, struct evx_event *e, size_t number)
{
	e->fields.has_refers = true;
	cus_hash(c, number, e->fields.refers);
}

static inline struct evx_event cus_release_to(struct custody *c, int to)
{
	struct evx_event e = cus_event(c, "release");

	memcpy(e.fields.counterparty, c->hands[to].key, sizeof(e.fields.counterparty));
	return e;
}

static inline void cus_release(struct custody *c, int from, int to)
{
	struct evx_event e = cus_release_to(c, to);

	cus_add(c, &e, from);
}

/* An acceptance of release number by whoever saw the whole chain. */
static inline struct evx_event cus_accept_of(struct custody *c, size_t release)
{
	struct evx_event e = cus_event(c, "accept");

	cus_refer(c, &e, release);
	memcpy(e.fields.seen_head, c->result->at[c->result->n - 1].hash, 32);
	e.fields.seen_length = (uint32_t)c->result->n;
	e.fields.inventoried = true;
	return e;
}

static inline void cus_accept(struct custody *c, int by, size_t release)
{
	struct evx_event e = cus_accept_of(c, release);

	cus_add(c, &e, by);
}

/* How many findings have this code, weight and event. */
static inline size_t cus_count(
	const struct custody *c, const char *code, enum evx_weight weight, uint32_t event)
{
	size_t i, n = 0;

	for (i = 0; i < c->findings.n; i++)
		n += strcmp(c->findings.at[i].code, code) == 0 &&
			c->findings.at[i].weight == weight && c->findings.at[i].event == event;
	return n;
}

static inline void cus_show(const struct custody *c)
{
	size_t i;

	for (i = 0; i < c->findings.n; i++)
		print_message("%s (%s) about %u: %s\n", c->findings.at[i].code,
			evx_weight_name(c->findings.at[i].weight),
			(unsigned)c->findings.at[i].event, c->findings.at[i].text);
}

/* The last judgement has this finding. */
static inline void cus_has(
	const struct custody *c, const char *code, enum evx_weight weight, uint32_t event)
{
	if (cus_count(c, code, weight, event) > 0)
		return;
	cus_show(c);
	fail_msg("no %s (%s) about %u", code, evx_weight_name(weight), (unsigned)event);
}

/* The last judgement has a finding of this code whose text has these words. */
static inline void cus_says(const struct custody *c, const char *code, const char *words)
{
	for (size_t i = 0; i < c->findings.n; i++)
		if (strcmp(c->findings.at[i].code, code) == 0 &&
			strstr(c->findings.at[i].text, words) != NULL)
			return;
	cus_show(c);
	fail_msg("no %s says: %s", code, words);
}

/* The last judgement: the custody line's text, its exit code, and who holds the exhibit. The data
 * line is intact. */
static inline void cus_verdict(
	const struct custody *c, const char *custody, int exit_code, int holder)
{
	if (strcmp(c->verdict.line[EVX_ON_CUSTODY].text, custody) != 0 ||
		c->verdict.exit_code != exit_code) {
		cus_show(c);
		fail_msg("found: %s (exit %d)", c->verdict.line[EVX_ON_CUSTODY].text,
			c->verdict.exit_code);
	}
	assert_int_equal(c->verdict.line[EVX_ON_DATA].grade, EVX_GRADE_INTACT);
	assert_string_equal(c->result->state.holder, c->hands[holder].key);
}

#endif
