/* What a dishonest holder might try with a chain, and the finding that shows it
 * (format-spec/attacks.md). The data line stays intact in all of them but where the seal itself is
 * touched: a missing or forged paper never reads like altered evidence. */
#include "custody/branches.h"
#include "custody/chain_compare.h"
#include "custody_fixture.h"
#include "format/record.h"
#include "format/text.h"
#include "mutate.h"

static struct evx_event_file *get(struct custody *c, const char *name)
{
	return fix_file(&c->members, name);
}

static void drop(struct custody *c, const char *prefix)
{
	size_t i, n = 0;

	for (i = 0; i < c->members.n; i++) {
		if (strncmp(c->members.at[i].name, prefix, strlen(prefix)) == 0)
			evx_buf_free(&c->members.at[i].bytes);
		else
			c->members.at[n++] = c->members.at[i];
	}
	assert_true(n < c->members.n);
	c->members.n = n;
}

/* Gives the files of an event another number (and type). */
static void rename_event(struct custody *c, const char *from, const char *to)
{
	size_t i;

	for (i = 0; i < c->members.n; i++) {
		char rest[EVX_MEMBER_NAME_CAP], *name = c->members.at[i].name;

		if (strncmp(name, from, strlen(from)) != 0)
			continue;
		snprintf(rest, sizeof(rest), "%s", name + strlen(from));
		snprintf(name, EVX_MEMBER_NAME_CAP, "%s%.40s", to, rest);
	}
}

static void change(struct custody *c, const char *name, const char *from, const char *to)
{
	struct evx_event_file *f = get(c, name);
	struct evx_buf changed = mutated(f->bytes.data, f->bytes.len, from, to);

	evx_buf_free(&f->bytes);
	f->bytes = changed;
}

/* Signs the event's document as it now is with this hand, and writes its record anew. */
static void sign_again(struct custody *c, const char *stem, int by)
{
	struct evx_buf sig = EVX_BUF_INIT, record = EVX_BUF_INIT;
	struct evx_manifest_line lines[8] = { { { 0 }, "" } };
	struct evx_event_file *json;
	char name[EVX_MEMBER_NAME_CAP];
	size_t i, n = 0;

	snprintf(name, sizeof(name), "%s.json", stem);
	json = get(c, name);
	assert_int_equal(evx_sshsig_sign(by == 0 ? c->f.seed : c->hands[by].seed, EVX_NS_EVENT,
				 json->bytes.data, json->bytes.len, &sig, NULL),
		EVX_OK);
	snprintf(name, sizeof(name), "%s.json.sig1", stem);
	evx_buf_free(&get(c, name)->bytes);
	get(c, name)->bytes = sig;
	for (i = 0; i < c->members.n; i++) {
		const struct evx_event_file *f = &c->members.at[i];

		if (strncmp(f->name, stem, strlen(stem)) != 0 || strstr(f->name, ".record") != NULL)
			continue;
		snprintf(lines[n].name, sizeof(lines[n].name), "%s", f->name);
		evx_sha256(f->bytes.data, f->bytes.len, lines[n++].hash);
	}
	assert_int_equal(evx_record_encode(lines, n, &record), EVX_OK);
	snprintf(name, sizeof(name), "%s.record", stem);
	evx_buf_free(&get(c, name)->bytes);
	get(c, name)->bytes = record;
}

/* Seal, note, release, acceptance, note by the new holder. */
static void handed_over(struct custody *c)
{
	cus_new(c, NULL);
	cus_plain(c, "note", 0);
	cus_release(c, 0, 1);
	cus_accept(c, 1, 2);
	cus_plain(c, "note", 1);
}

static struct evx_receipt receipt_of(struct custody *c, uint32_t number)
{
	struct evx_receipt r;
	struct evx_diag diag = { 0 };

	if (evx_event_files_receipt(&c->members, number, &r, &diag) != EVX_OK)
		fail_msg("receipt of %u: %s", (unsigned)number, diag.text);
	return r;
}

/* Taking events from the end leaves a good shorter chain; a receipt of what is gone shows it. */
static void drop_the_last(void **state)
{
	struct custody c;
	struct evx_receipt accept, note;

	(void)state;
	handed_over(&c);
	accept = receipt_of(&c, 3);
	note = receipt_of(&c, 4);
	drop(&c, "custody/0004-");
	drop(&c, "custody/0003-");
	c.now = c.time;
	cus_judge(&c);
	cus_has(&c, "R-OPEN", EVX_WEIGHT_REMARK, 2);
	cus_verdict(&c, "custody: intact with remarks, 3 events", 0, 0);
	/* With the acceptance in hand the true holder is known again. */
	cus_judge_with(&c, &accept, 1);
	cus_has(&c, "R-DETACHED", EVX_WEIGHT_REMARK, 3);
	cus_verdict(&c, "custody: intact with remarks, 4 events", 0, 1);
	assert_int_equal(c.result->in_bundle, 3);
	assert_true(c.result->at[3].detached && !c.result->at[2].detached);
	/* A later receipt alone shows that events are missing between. */
	cus_judge_with(&c, &note, 1);
	cus_has(&c, "R-TRUNCATED", EVX_WEIGHT_BROKEN, 2);
	cus_says(&c, "R-TRUNCATED",
		"is for entry 0004 (note), but this bundle ends with entry 0002.");
	cus_verdict(&c, "custody: broken, 3 events", 1, 0);
	evx_receipt_free(&accept);
	evx_receipt_free(&note);
	cus_free(&c);
}

static void drop_a_middle_one(void **state)
{
	struct custody c;

	(void)state;
	handed_over(&c);
	drop(&c, "custody/0001-");
	cus_judge(&c);
	cus_has(&c, "C-LINK", EVX_WEIGHT_BROKEN, 1);
	cus_has(&c, "R-AFTER", EVX_WEIGHT_INFO, 2);
	cus_says(&c, "R-AFTER", "Entry 0001 is not good. The 3 entries after it do not count.");
	cus_verdict(&c, "custody: broken after event 0000: the first 1 of 5 events are good", 1, 0);
	/* Renumbering the rest does not close the gap. */
	rename_event(&c, "custody/0002-release", "custody/0001-release");
	rename_event(&c, "custody/0003-accept", "custody/0002-accept");
	rename_event(&c, "custody/0004-note", "custody/0003-note");
	cus_judge(&c);
	cus_has(&c, "C-LINK", EVX_WEIGHT_BROKEN, 1);
	cus_verdict(&c, "custody: broken after event 0000: the first 1 of 4 events are good", 1, 0);
	cus_free(&c);
}

static void reorder(void **state)
{
	struct custody c;
	struct evx_event_files swapped = { 0 };
	size_t i, first = SIZE_MAX;

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	cus_plain(&c, "note", 0);
	rename_event(&c, "custody/0001-", "custody/000x-");
	rename_event(&c, "custody/0002-", "custody/0001-");
	rename_event(&c, "custody/000x-", "custody/0002-");
	for (i = 0; i < c.members.n; i++)
		if (first == SIZE_MAX && strncmp(c.members.at[i].name, "custody/0002-", 13) == 0)
			first = i;
	swapped.at = calloc(c.members.n, sizeof(*swapped.at));
	assert_non_null(swapped.at);
	for (i = 0; i < first; i++)
		swapped.at[swapped.n++] = c.members.at[i];
	for (i = first + 4; i < c.members.n; i++)
		swapped.at[swapped.n++] = c.members.at[i];
	for (i = first; i < first + 4; i++)
		swapped.at[swapped.n++] = c.members.at[i];
	free(c.members.at);
	c.members = swapped;
	cus_judge(&c);
	cus_has(&c, "C-LINK", EVX_WEIGHT_BROKEN, 1);
	cus_verdict(&c, "custody: broken after event 0000: the first 1 of 3 events are good", 1, 0);
	cus_free(&c);
}

/* An event of one exhibit in the chain of another, which has the same UUID or pretends to. */
static enum evx_rules_trust trust_all(void *ctx, const char *key, int64_t time)
{
	(void)ctx;
	(void)key;
	(void)time;
	return EVX_RULES_TRUSTED;
}

/* … or somebody known: the same sealer's other exhibit under the number of this one. */
static void sealed_twice(struct custody *c)
{
	struct custody other;
	struct evx_rules_roster everybody = { .trusts = trust_all, .ctx = c };
	struct evx_receipt r;

	cus_new(&other, NULL);
	cus_plain(&other, "note", 0);
	r = receipt_of(&other, 1);
	c->roster = &everybody;
	cus_judge_with(c, &r, 1);
	cus_has(c, "R-TWO-SEALS", EVX_WEIGHT_BROKEN, EVX_NO_EVENT);
	cus_verdict(c, "custody: broken, 1 event", 1, 0);
	c->roster = NULL;
	evx_receipt_free(&r);
	cus_free(&other);
}

static void replay_into_another_exhibit(void **state)
{
	struct custody a, b;
	struct evx_receipt r;

	(void)state;
	handed_over(&a);
	cus_new(&b, NULL);
	r = receipt_of(&a, 1);
	cus_append(&b, &r);
	cus_judge(&b);
	cus_has(&b, "C-LINK", EVX_WEIGHT_BROKEN, 1);
	cus_verdict(&b, "custody: broken after event 0000: the first 1 of 2 events are good", 1, 0);
	drop(&b, "custody/0001-");
	/* Two seals for one number: a receipt of the other shows it. */
	cus_judge_with(&b, &r, 1);
	cus_has(&b, "R-TWO-SEALS", EVX_WEIGHT_GAP, EVX_NO_EVENT); /* whose sealer is nobody here, …
								   */
	assert_int_equal(b.verdict.exit_code, 5);
	evx_receipt_free(&r);
	cus_judge(&b);
	sealed_twice(&b);
	cus_free(&a);
	cus_free(&b);
}

static void another_uuid(struct custody *c)
{
	c->f.event.uuid[0] = '1';
}

static void receipt_of_another_exhibit(void **state)
{
	struct custody a, b;
	struct evx_event e = { .type = "note", .kind = EVX_EVENT_NOTE, .time = FIX_TIME + 1 };
	struct evx_chain_event seal = { .decoded = true, .has_hash = true, .has_record = true };
	struct evx_chain_result chain = { .at = &seal, .n = 1, .has_exhibit = true };
	struct evx_event_request request = { .event = &e, .chain = &chain, .nsigners = 1 };
	struct evx_receipt r;
	uint8_t hash[32];

	(void)state;
	cus_new(&a, another_uuid);
	cus_new(&b, NULL);
	seal.event = a.f.event;
	memcpy(seal.hash, a.f.hash, 32);
	memcpy(chain.exhibit, a.f.hash, 32);
	request.signers = &a.hands[0].pub;
	assert_int_equal(evx_event_build(&request, &a.hands[0].signer, &r, hash, NULL), EVX_OK);
	cus_judge_with(&b, &r, 1);
	cus_has(&b, "R-OTHER", EVX_WEIGHT_REMARK, EVX_NO_EVENT);
	cus_verdict(&b, "custody: intact with remarks, 1 event", 0, 0);
	evx_event_free(&e);
	evx_receipt_free(&r);
	cus_free(&a);
	cus_free(&b);
}

/* A stranger's event ends the rightful part; what the stranger writes behind it counts for nothing.
 */
static void append_as_a_stranger(void **state)
{
	static const char *const holders_only[] = { "move", "hold", "dispose-authorise",
		"inventory", "disclose" };
	struct custody c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(holders_only) / sizeof(holders_only[0]); i++) {
		handed_over(&c);
		cus_plain(&c, holders_only[i], 4);
		cus_plain(&c, "note", 1);
		cus_judge(&c);
		cus_has(&c, "R-HOLDER", EVX_WEIGHT_BROKEN, 5);
		cus_verdict(&c, "custody: broken, 7 events", 1, 1);
		assert_memory_equal(c.result->head, c.result->at[6].hash, 32);
		assert_true(c.result->at[4].rightful && c.result->at[5].is_void &&
			!c.result->at[5].rightful && c.result->at[6].rightful);
		cus_free(&c);
	}
	/* The former holder is a stranger, too. */
	handed_over(&c);
	cus_release(&c, 0, 4);
	cus_judge(&c);
	cus_has(&c, "R-HOLDER", EVX_WEIGHT_BROKEN, 5);
	assert_false(c.result->state.release_open);
	cus_verdict(&c, "custody: broken, 6 events", 1, 1);
	cus_free(&c);
}

static void re_sign_as_another(void **state)
{
	static const char release[] = "custody/0001-release";
	struct custody c;

	(void)state;
	/* The signature alone exchanged. */
	cus_new(&c, NULL);
	cus_release(&c, 0, 1);
	sign_again(&c, release, 4);
	cus_judge(&c);
	cus_has(&c, "C-SIGNATURE", EVX_WEIGHT_BROKEN, 1);
	cus_verdict(&c, "custody: broken after event 0000: the first 1 of 2 events are good", 1, 0);
	/* The name in the document, too. */
	change(&c, "custody/0001-release.json", c.hands[0].key, c.hands[4].key);
	sign_again(&c, release, 4);
	cus_judge(&c);
	cus_has(&c, "R-HOLDER", EVX_WEIGHT_BROKEN, 1);
	cus_verdict(&c, "custody: broken, 2 events", 1, 0);
	cus_free(&c);
}

static void back_date(void **state)
{
	struct custody c;

	(void)state;
	handed_over(&c);
	c.time = FIX_TIME + 60;
	cus_plain(&c, "note", 1);
	cus_judge(&c);
	cus_has(&c, "C-TIME", EVX_WEIGHT_REMARK, 5);
	cus_verdict(&c, "custody: intact with remarks, 6 events", 0, 1);
	c.time = c.now + 301;
	cus_plain(&c, "note", 1);
	cus_judge(&c);
	cus_has(&c, "C-TIME", EVX_WEIGHT_REMARK, 6);
	cus_free(&c);
}

static void accept_for_someone_else(void **state)
{
	static const char *const answers[] = { "accept", "refuse" };
	struct custody c;
	struct evx_event e;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		cus_new(&c, NULL);
		cus_release(&c, 0, 1);
		e = cus_accept_of(&c, 1);
		evx_event_set_kind(&e, evx_event_type(answers[i])->kind);
		cus_add(&c, &e, 4);
		cus_judge(&c);
		cus_has(&c, "R-RECEIVER", EVX_WEIGHT_BROKEN, 2);
		cus_verdict(&c, "custody: broken, 3 events", 1, 0);
		assert_true(c.result->state.release_open);
		cus_free(&c);
	}
	cus_new(&c, NULL);
	cus_release(&c, 0, 1);
	e = cus_event(&c, "withdraw");
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 1);
	cus_judge(&c);
	cus_has(&c, "R-RECEIVER", EVX_WEIGHT_BROKEN, 2);
	cus_free(&c);
}

static void accept_twice_or_without_release(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	handed_over(&c);
	cus_accept(&c, 1, 2);
	cus_judge(&c);
	cus_has(&c, "R-ANSWER", EVX_WEIGHT_BROKEN, 5);
	cus_verdict(&c, "custody: broken, 6 events", 1, 1);
	cus_free(&c);
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	cus_accept(&c, 1, 1);
	cus_judge(&c);
	cus_has(&c, "R-ANSWER", EVX_WEIGHT_BROKEN, 2);
	cus_verdict(&c, "custody: broken, 3 events", 1, 0);
	cus_free(&c);
	/* Withdrawn, then accepted all the same. */
	cus_new(&c, NULL);
	cus_release(&c, 0, 1);
	e = cus_event(&c, "withdraw");
	cus_refer(&c, &e, 1);
	cus_add(&c, &e, 0);
	cus_accept(&c, 1, 1);
	cus_judge(&c);
	cus_has(&c, "R-ANSWER", EVX_WEIGHT_BROKEN, 3);
	cus_verdict(&c, "custody: broken, 4 events", 1, 0);
	cus_free(&c);
}

static void release_twice(void **state)
{
	struct custody c;

	(void)state;
	cus_new(&c, NULL);
	cus_release(&c, 0, 1);
	cus_release(&c, 0, 2);
	cus_judge(&c);
	cus_has(&c, "R-RELEASE", EVX_WEIGHT_BROKEN, 2);
	cus_verdict(&c, "custody: broken, 3 events", 1, 0);
	cus_free(&c);
	cus_new(&c, NULL);
	cus_release(&c, 0, 0);
	cus_judge(&c);
	cus_has(&c, "R-RELEASE", EVX_WEIGHT_BROKEN, 1);
	cus_free(&c);
}

/* The acceptance says what chain it saw. */
static void another_chain_was_accepted(void **state)
{
	struct custody c;
	struct evx_event e;
	int way;

	(void)state;
	for (way = 0; way < 4; way++) {
		cus_new(&c, NULL);
		cus_release(&c, 0, 1);
		cus_plain(&c, "note", 0);
		e = cus_accept_of(&c, 1);
		if (way == 0)
			e.fields.seen_head[0] ^= 1;
		else if (way == 1)
			e.fields.seen_length++; /* one more than there are */
		else
			memcpy(e.fields.seen_head, c.result->at[way == 2 ? 0 : 1].hash, 32),
				e.fields.seen_length = way == 2 ? 1 : 2;
		cus_add(&c, &e, 1);
		cus_judge(&c);
		cus_has(&c, "R-SEEN", way == 3 ? EVX_WEIGHT_REMARK : EVX_WEIGHT_BROKEN, 3);
		assert_int_equal(c.result->rightful, 4);
		assert_true(c.result->at[3].is_void == (way != 3));
		assert_string_equal(c.result->state.holder, c.hands[way == 3 ? 1 : 0].key);
		cus_free(&c);
	}
}

static void correct_what_others_wrote(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	handed_over(&c);
	e = cus_event(&c, "correct");
	cus_refer(&c, &e, 1); /* the new holder may */
	cus_add(&c, &e, 1);
	e = cus_event(&c, "correct");
	cus_refer(&c, &e, 4);
	cus_add(&c, &e, 0); /* the former holder may not correct the new one */
	cus_judge(&c);
	cus_has(&c, "R-AUTHOR", EVX_WEIGHT_BROKEN, 6);
	cus_verdict(&c, "custody: broken, 7 events", 1, 1);
	cus_free(&c);
}

static void swap_the_details(void **state)
{
	struct custody c;
	struct evx_event_file *a, *b;
	struct evx_buf bytes;

	(void)state;
	handed_over(&c);
	a = get(&c, "custody/0001-note.details.age");
	b = get(&c, "custody/0004-note.details.age");
	bytes = a->bytes;
	a->bytes = b->bytes;
	b->bytes = bytes;
	cus_judge(&c);
	cus_has(&c, "C-FILES", EVX_WEIGHT_BROKEN, 1);
	cus_has(&c, "C-FILES", EVX_WEIGHT_BROKEN, 4);
	cus_verdict(&c, "custody: broken after event 0000: the first 1 of 5 events are good", 1, 0);
	cus_free(&c);
}

/* The details of another event, signed anew as one's own: only a key shows it, and it does. */
static void reuse_the_details(void **state)
{
	struct custody c;
	struct evx_event_file *details;
	struct evx_details opened;
	struct evx_diag diag = { 0 };
	char from[65], to[65];
	uint8_t hash[32];

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	cus_plain(&c, "note", 0);
	details = get(&c, "custody/0002-note.details.age");
	evx_sha256(details->bytes.data, details->bytes.len, hash);
	evx_hex_encode(hash, 32, from);
	evx_buf_free(&details->bytes);
	assert_int_equal(
		evx_buf_add(&details->bytes, get(&c, "custody/0001-note.details.age")->bytes.data,
			get(&c, "custody/0001-note.details.age")->bytes.len),
		EVX_OK);
	evx_sha256(details->bytes.data, details->bytes.len, hash);
	evx_hex_encode(hash, 32, to);
	change(&c, "custody/0002-note.json", from, to);
	sign_again(&c, "custody/0002-note", 0);
	cus_judge(&c);
	cus_verdict(&c, "custody: intact, 3 events", 0, 0);
	assert_int_equal(
		evx_seal_open_details(&c.result->at[1].event, "custody/0001-note.details.age",
			fix_bytes(&c.members, "custody/0001-note.details.age"), c.f.keys.custody,
			&opened, NULL),
		EVX_OK);
	assert_string_equal(opened.notes, "what happened");
	evx_details_free(&opened);
	assert_int_equal(
		evx_seal_open_details(&c.result->at[2].event, "custody/0002-note.details.age",
			fix_bytes(&c.members, "custody/0002-note.details.age"), c.f.keys.custody,
			&opened, &diag),
		EVX_E_CUSTODY);
	assert_non_null(strstr(diag.text, "made for another"));
	cus_free(&c);
}

/* Two branches from one event: a finding, unless copies were made there and no release is answered
 * twice. */
static void fork_and_hide_a_branch(void **state)
{
	struct custody c;
	struct evx_receipt hidden;
	struct evx_event e;
	int way;

	(void)state;
	for (way = 0; way < 4; way++) {
		const bool rightful = way == 1 || way == 2;

		cus_new(&c, NULL);
		if (way == 1) {
			cus_plain(&c, "copy", 0);
		} else {
			e = cus_release_to(&c, 1);
			e.fields.keeps = way >= 2 ? EVX_KEEPS_COPY : EVX_KEEPS_NOTHING;
			cus_add(&c, &e, 0);
		}
		e = cus_event(&c, way == 0 || way == 3 ? "withdraw" : "note");
		if (way == 0 || way == 3)
			cus_refer(&c, &e, 1);
		{
			const int by[] = { 0, -1 };

			hidden = cus_receipt(&c, &e, by);
		}
		if (way == 1)
			cus_plain(&c, "access", 0);
		else
			cus_accept(&c, 1, 1);
		cus_judge_with(&c, &hidden, 1);
		cus_has(&c, way == 3 ? "R-TWO-ANSWERS" : "R-FORK",
			rightful ? EVX_WEIGHT_INFO : EVX_WEIGHT_BROKEN, 1);
		cus_verdict(&c,
			rightful ? "custody: intact, 3 events" : "custody: broken, 3 events",
			rightful ? 0 : 1, way == 1 ? 0 : 1);
		evx_receipt_free(&hidden);
		cus_free(&c);
	}
}

/* A receipt from further along the hidden branch: the chains parted before it. */
static void fork_seen_later(void **state)
{
	struct custody c, other;
	struct evx_receipt later, earlier;

	(void)state;
	cus_new(&c, NULL);
	cus_plain(&c, "note", 0);
	earlier = receipt_of(&c, 1);
	cus_plain(&c, "access", 0);
	later = receipt_of(&c, 2);
	drop(&c, "custody/0001-");
	drop(&c, "custody/0002-");
	cus_plain(&c, "examine", 0);
	cus_plain(&c, "move", 0);
	cus_plain(&c, "inventory", 0);
	cus_judge_with(&c, &later, 1);
	cus_has(&c, "R-FORK", EVX_WEIGHT_BROKEN, 2);
	cus_judge_with(&c, &earlier, 1);
	cus_has(&c, "R-FORK", EVX_WEIGHT_BROKEN, 0);
	cus_verdict(&c, "custody: broken, 4 events", 1, 0);
	evx_receipt_free(&later);
	evx_receipt_free(&earlier);
	cus_free(&c);
	/* What a receipt confirms. */
	handed_over(&other);
	later = receipt_of(&other, 3);
	cus_judge_with(&other, &later, 1);
	cus_has(&other, "R-RECEIPT", EVX_WEIGHT_INFO, 3);
	cus_verdict(&other, "custody: intact, 5 events", 0, 1);
	/* A receipt that is not good, and a draft, say nothing. */
	later.parts[0].bytes.data[later.parts[0].bytes.len - 1] ^= 1;
	cus_judge_with(&other, &later, 1);
	cus_has(&other, "R-RECEIPT", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT);
	later.parts[0].bytes.data[later.parts[0].bytes.len - 1] ^= 1;
	evx_buf_reset(&later.record);
	cus_judge_with(&other, &later, 1);
	cus_has(&other, "R-RECEIPT", EVX_WEIGHT_REMARK, EVX_NO_EVENT);
	evx_receipt_free(&later);
	cus_free(&other);
}

/* A note by a hand, as event number after one of this hash, whatever the bundle has. */
static struct evx_receipt note_after(
	struct custody *c, int by, uint32_t number, const uint8_t previous[32], uint8_t hash[32])
{
	struct evx_chain_event events[8] = { { .has_hash = false } };
	struct evx_chain_result chain = *c->result;
	struct evx_event e = cus_event(c, "note");
	struct evx_event_request r = {
		.chain = &chain, .event = &e, .signers = &c->hands[by].pub, .nsigners = 1
	};
	struct evx_diag diag = { 0 };
	struct evx_receipt out;

	assert_true(number > 0 && number < 8);
	events[0] = c->result->at[0];
	events[number - 1].has_hash = events[number - 1].has_record = events[number - 1].decoded =
		true;
	memcpy(events[number - 1].hash, previous, 32);
	chain.at = events;
	chain.n = number;
	if (evx_event_build(&r, &c->hands[by].signer, &out, hash, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
	evx_event_free(&e);
	return out;
}

/* Of two claims that could go on the chain the first given counts. A known signer's receipt decides
 * for the one that stands just before that receipt, and for no other. */
static void two_claims_and_a_known_one(void **state)
{
	uint8_t seal[32], first[32], second[32], known[32];

	(void)state;
	for (uint32_t number = 2; number <= 3; number++) {
		struct evx_receipt receipts[3];
		struct custody c;

		cus_new(&c, NULL);
		c.strangers = 1u << 4;
		cus_hash(&c, 0, seal);
		receipts[0] = note_after(&c, 4, 1, seal, first);
		receipts[1] = note_after(&c, 4, 1, seal, second);
		receipts[2] = note_after(&c, 2, number, second, known);
		cus_judge_with(&c, receipts, 3);
		assert_true(c.result->n > 1);
		assert_memory_equal(c.result->at[1].hash, number == 2 ? second : first, 32);
		assert_int_equal(c.result->n, number == 2 ? 3 : 2);
		for (size_t i = 0; i < 3; i++)
			evx_receipt_free(&receipts[i]);
		cus_free(&c);
	}
}

/* Compares two bundles' chains, both ways; as is what is found about their branches: "" for
 * nothing. */
static void compared_as(struct custody *a, struct custody *b, enum evx_chain_relation ab,
	enum evx_chain_relation ba, uint32_t common, const char *as, enum evx_weight weight)
{
	struct custody *sides[2] = { a, b };
	struct evx_chain_comparison c;
	struct evx_rules_roster roster = cus_roster(a);

	cus_judge(a);
	cus_judge(b);
	c = evx_chain_compare(a->result, b->result);
	if (c.relation != ab || c.common != common)
		fail_msg("%s, %u events in common", evx_chain_relation_name(c.relation),
			(unsigned)c.common);
	c = evx_chain_compare(b->result, a->result);
	assert_int_equal(c.relation, ba);
	assert_int_equal(c.common, common);
	for (size_t i = 0; i < 2 && ab == EVX_CHAINS_FORKED; i++) {
		struct evx_findings findings = { 0 };
		struct evx_parting parting;
		struct evx_cancel stop = { true };
		size_t k = 0;

		if (a->result->rightful > common && b->result->rightful > common)
			assert_int_equal(
				evx_branches_compare(sides[i]->result, sides[1 - i]->result, common,
					NULL, &roster, &stop, &findings, &parting, NULL),
				EVX_E_INTERRUPTED);
		assert_int_equal(findings.n, 0);
		assert_int_equal(evx_branches_compare(sides[i]->result, sides[1 - i]->result,
					 common, NULL, &roster, NULL, &findings, &parting, NULL),
			EVX_OK);
		while (k < findings.n &&
			(strcmp(findings.at[k].code, as) != 0 || findings.at[k].weight != weight))
			k++;
		if (as[0] == '\0' ? findings.n > 0 : k == findings.n)
			fail_msg("found %s", findings.n > 0 ? findings.at[0].text : "nothing");
		if (strcmp(as, "R-FORK") == 0) {
			char entry[32];

			snprintf(entry, sizeof(entry), "follow entry %04u, ", (unsigned)common - 1);
			assert_non_null(strstr(findings.at[k].text, entry));
			assert_int_equal(findings.at[k].event, common - 1);
		}
		assert_true(parting.may == (strcmp(as, "R-FORK") != 0));
		evx_findings_free(&findings);
	}
}

static void compared(struct custody *a, struct custody *b, enum evx_chain_relation ab,
	enum evx_chain_relation ba, uint32_t common, bool rightful)
{
	compared_as(a, b, ab, ba, common, rightful ? "" : "R-FORK", EVX_WEIGHT_BROKEN);
}

/* Makes b the bundle that a is now; hands and keys stay a's. */
static void copy_bundle(const struct custody *a, struct custody *b)
{
	size_t i;

	*b = *a;
	memset(&b->members, 0, sizeof(b->members));
	memset(&b->findings, 0, sizeof(b->findings));
	b->chain = NULL;
	b->result = NULL;
	for (i = 0; i < a->members.n; i++)
		cus_put(b, a->members.at[i].name, a->members.at[i].bytes.data,
			a->members.at[i].bytes.len);
}

static void forget_copy(struct custody *b)
{
	cus_forget(b);
	evx_event_files_free(&b->members);
}

static void two_bundles(void **state)
{
	struct custody a, b, c;
	struct evx_chain_result empty = { 0 };

	(void)state;
	cus_new(&a, NULL);
	cus_plain(&a, "copy", 0);
	copy_bundle(&a, &b);
	compared(&a, &b, EVX_CHAINS_SAME, EVX_CHAINS_SAME, 2, false);
	cus_plain(&b, "note", 0);
	compared(&a, &b, EVX_CHAINS_SHORTER, EVX_CHAINS_LONGER, 2, false);
	cus_plain(&a, "access", 0);
	compared(&a, &b, EVX_CHAINS_FORKED, EVX_CHAINS_FORKED, 2, true);
	forget_copy(&b);
	copy_bundle(&a, &b);
	cus_plain(&b, "note", 0);
	cus_plain(&a, "move", 0);
	compared(&a, &b, EVX_CHAINS_FORKED, EVX_CHAINS_FORKED, 3, false);
	cus_new(&c, NULL);
	compared(&a, &c, EVX_CHAINS_TWO_SEALS, EVX_CHAINS_TWO_SEALS, 0, false);
	assert_int_equal(evx_chain_compare(a.result, &empty).relation, EVX_CHAINS_UNKNOWN);
	cus_free(&c);
	cus_new(&c, another_uuid);
	compared(&a, &c, EVX_CHAINS_OTHER, EVX_CHAINS_OTHER, 0, false);
	forget_copy(&b);
	cus_free(&a);
	cus_free(&c);
}

static void answer(struct custody *c, const char *type, int by, size_t release)
{
	struct evx_event e = cus_event(c, type);

	cus_refer(c, &e, release);
	cus_add(c, &e, by);
}

static void copy_for(struct custody *c, int by, int whom)
{
	struct evx_event e = cus_event(c, "copy");

	if (whom >= 0)
		memcpy(e.fields.counterparty, c->hands[whom].key, sizeof(e.fields.counterparty));
	cus_add(c, &e, by);
}

static void release_keeping(struct custody *c, int from, int to, enum evx_event_keeps keeps)
{
	struct evx_event e = cus_release_to(c, to);

	e.fields.keeps = keeps;
	cus_add(c, &e, from);
}

/* What both bundles are found to be, and then what the receipts of one show with the other. */
static void parted_saying(struct custody *a, struct custody *b, uint32_t common, const char *as,
	enum evx_weight weight, const char *says)
{
	struct evx_receipt receipts[8];
	size_t n = 0, i, found = 0;

	compared_as(a, b, EVX_CHAINS_FORKED, EVX_CHAINS_FORKED, common, as, weight);
	for (i = common; i < b->result->n && n < 8; i++)
		receipts[n++] = receipt_of(b, (uint32_t)i);
	cus_judge_with(a, receipts, n);
	for (i = 0; i < a->findings.n; i++)
		found += strcmp(a->findings.at[i].code, as) == 0 &&
			a->findings.at[i].weight == weight;
	if (says != NULL)
		cus_says(a, as, says);
	if (as[0] != '\0' && found == 0) {
		cus_show(a);
		fail_msg("the receipts do not show %s", as);
	}
	if (as[0] == '\0' || weight == EVX_WEIGHT_GAP)
		assert_int_equal(a->findings.count[EVX_ON_CUSTODY][EVX_WEIGHT_BROKEN], 0);
	for (i = 0; i < n; i++)
		evx_receipt_free(&receipts[i]);
	forget_copy(b);
	cus_free(a);
}

static void parted(struct custody *a, struct custody *b, uint32_t common, const char *as,
	enum evx_weight weight)
{
	parted_saying(a, b, common, as, weight, NULL);
}

/* A release has one answer over all copies, wherever in them it stands. */
static void one_release_answered_twice(void **state)
{
	struct custody a, b;

	(void)state;
	/* note and accept here, withdraw there */
	cus_new(&a, NULL);
	release_keeping(&a, 0, 1, EVX_KEEPS_COPY);
	copy_bundle(&a, &b);
	cus_plain(&a, "note", 1);
	cus_accept(&a, 1, 1);
	answer(&b, "withdraw", 0, 1);
	parted_saying(&a, &b, 2, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN,
		"Release 0001 has two answers: accept in entry 0003 of one copy, and withdraw in "
		"entry 0002 of another.");
	/* refused here, and taken over there, which closes it, too */
	cus_new(&a, NULL);
	release_keeping(&a, 0, 1, EVX_KEEPS_COPY);
	copy_bundle(&a, &b);
	answer(&a, "refuse", 1, 1);
	{
		struct evx_event e = cus_event(&b, "take-over");

		memcpy(e.fields.former, b.hands[0].key, sizeof(e.fields.former));
		cus_add(&b, &e, 2);
	}
	parted(&a, &b, 2, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN);
	/* accepted here, and nobody has answered there: rightful copies */
	cus_new(&a, NULL);
	release_keeping(&a, 0, 1, EVX_KEEPS_COPY);
	copy_bundle(&a, &b);
	cus_accept(&a, 1, 1);
	cus_plain(&b, "note", 0);
	parted(&a, &b, 2, "", EVX_WEIGHT_BROKEN);
}

/* Two answers to one release are seen when neither the release nor what stands before it is here.
 */
static void a_lost_release_answered_twice(void **state)
{
	static const char *const seconds[] = { "withdraw", "refuse" };
	struct custody a, b;
	struct evx_receipt receipts[2];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		cus_new(&a, NULL);
		cus_plain(&a, "note", 0);
		release_keeping(&a, 0, 1, EVX_KEEPS_COPY);
		copy_bundle(&a, &b);
		cus_accept(&a, 1, 2);
		if (i < 2)
			answer(&b, seconds[i], i == 0 ? 0 : 1, 2);
		else
			cus_plain(&b, "note", 0);
		receipts[0] = receipt_of(&a, 3);
		receipts[1] = receipt_of(&b, 3);
		drop(&a, "custody/0001-");
		drop(&a, "custody/0002-");
		drop(&a, "custody/0003-");
		a.strangers = i == 1 ? ~0u : 0;
		cus_judge_with(&a, receipts, 2);
		/* by its parties here it is not known who the receiver is, so with nobody's card it
		 * is a claim */
		assert_int_equal(cus_count(&a, "R-TWO-ANSWERS", EVX_WEIGHT_BROKEN, 3), i == 0);
		if (i == 0) {
			cus_says(&a, "R-TWO-ANSWERS", "accept in entry 0003 of");
			cus_says(&a, "R-TWO-ANSWERS", "withdraw in entry 0003 of");
		}
		evx_receipt_free(&receipts[0]);
		evx_receipt_free(&receipts[1]);
		forget_copy(&b);
		cus_free(&a);
	}
}

/* Behind a release that keeps nothing nobody else goes on, whatever a copy says. */
static void nothing_was_kept(void **state)
{
	struct custody a, b;
	int by;

	(void)state;
	for (by = 0; by < 5; by += 2) { /* the holder, whose copy counts; somebody known; a stranger
					 */
		cus_new(&a, NULL);
		a.strangers = 1u << 4;
		cus_release(&a, 0, 1);
		copy_for(&a, by, -1);
		copy_bundle(&a, &b);
		cus_accept(&a, 1, 1);
		cus_plain(&b, "note", 0);
		parted(&a, &b, 3, "R-FORK", EVX_WEIGHT_BROKEN);
	}
	/* Before the release the holder may declare one. */
	cus_new(&a, NULL);
	copy_for(&a, 0, -1);
	copy_bundle(&a, &b);
	cus_release(&a, 0, 1);
	cus_accept(&a, 1, 2);
	cus_plain(&b, "note", 0);
	parted(&a, &b, 2, "", EVX_WEIGHT_BROKEN);
}

/* Behind a copy the original goes to one holder, and the copy to whom it was made for. */
static void two_holders_of_one(void **state)
{
	static const struct {
		int whom, a, b;
		const char *as;
	} ways[] = { { -1, 1, 2, "R-TWO-HOLDERS" }, { 3, 1, 2, "R-TWO-HOLDERS" }, { 2, 1, 2, "" },
		{ 1, 1, 2, "" }, { 1, 1, 1, "" } };
	struct custody a, b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		cus_new(&a, NULL);
		copy_for(&a, 0, ways[i].whom);
		copy_bundle(&a, &b);
		cus_release(&a, 0, ways[i].a);
		cus_accept(&a, ways[i].a, 2);
		b.time += 60;
		cus_plain(&b, "note", 0);
		cus_release(&b, 0, ways[i].b);
		cus_accept(&b, ways[i].b, 3);
		parted(&a, &b, 2, ways[i].as, EVX_WEIGHT_BROKEN);
	}
}

/* A fork by somebody unknown is a claim, also where it is many events long; with a rightful one
 * behind it is none. */
static void forked_by_a_stranger(void **state)
{
	struct custody a, b;

	(void)state;
	cus_new(&a, NULL);
	a.strangers = 1u << 4;
	copy_bundle(&a, &b);
	cus_plain(&a, "move", 0);
	cus_plain(&b, "note", 4);
	cus_plain(&b, "move", 4);
	parted(&a, &b, 1, "R-FORK", EVX_WEIGHT_GAP);
	cus_new(&a, NULL);
	a.strangers = 1u << 4;
	copy_bundle(&a, &b);
	cus_plain(&a, "move", 0);
	cus_plain(&b, "note", 4);
	cus_plain(&b, "move", 0);
	parted(&a, &b, 1, "R-FORK", EVX_WEIGHT_BROKEN);
}

/* What is void in its branch answers nothing; a take-over closes a release, so that its holder may
 * copy behind it. */
static void what_counts_in_a_branch(void **state)
{
	struct custody a, b;
	struct evx_event e;

	(void)state;
	cus_new(&a, NULL);
	release_keeping(&a, 0, 1, EVX_KEEPS_COPY);
	copy_bundle(&a, &b);
	cus_accept(&a, 1, 1);
	answer(&b, "withdraw", 2, 1); /* not who released */
	parted(&a, &b, 2, "", EVX_WEIGHT_BROKEN);
	cus_new(&a, NULL);
	cus_release(&a, 0, 1);
	e = cus_event(&a, "take-over");
	memcpy(e.fields.former, a.hands[0].key, sizeof(e.fields.former));
	cus_add(&a, &e, 2);
	copy_for(&a, 2, -1);
	copy_bundle(&a, &b);
	cus_plain(&a, "move", 2);
	cus_plain(&b, "note", 2);
	parted(&a, &b, 4, "", EVX_WEIGHT_BROKEN);
}

/* Three branches, one of them by somebody unknown: that one is the claim, whatever the others are.
 */
static void a_stranger_beside_a_fork(void **state)
{
	struct custody a, b, s;
	struct evx_receipt receipts[2];

	(void)state;
	cus_new(&a, NULL);
	a.strangers = 1u << 4;
	copy_bundle(&a, &b);
	copy_bundle(&a, &s);
	cus_plain(&a, "move", 0);
	cus_plain(&b, "note", 0);
	cus_plain(&s, "note", 4);
	receipts[0] = receipt_of(&b, 1);
	receipts[1] = receipt_of(&s, 1);
	cus_judge_with(&a, receipts, 2);
	assert_int_equal(cus_count(&a, "R-FORK", EVX_WEIGHT_BROKEN, 0), 1);
	assert_int_equal(cus_count(&a, "R-FORK", EVX_WEIGHT_GAP, 0), 1);
	evx_receipt_free(&receipts[0]);
	evx_receipt_free(&receipts[1]);
	forget_copy(&b);
	forget_copy(&s);
	cus_free(&a);
}

/* Receipts of somebody unknown: of a later event, of a fork whose beginning is not there, of
 * another seal. */
static void receipts_of_a_stranger(void **state)
{
	struct custody a, b;
	struct evx_receipt r;
	int by;

	(void)state;
	for (by = 0; by < 5; by += 4) {
		const enum evx_weight weight = by == 4 ? EVX_WEIGHT_GAP : EVX_WEIGHT_BROKEN;

		cus_new(&a, NULL);
		a.strangers = ~0u;
		copy_bundle(&a, &b);
		cus_plain(&b, "note", by);
		cus_plain(&b, "access", by);
		cus_judge(&b);
		r = receipt_of(&b, 2);
		cus_judge_with(&a, &r, 1);
		cus_has(&a, "R-TRUNCATED", weight, 0);
		assert_int_equal(a.verdict.exit_code, by == 4 ? 5 : 1);
		if (by == 4)
			cus_has(&a, "T-UNTRUSTED", EVX_WEIGHT_GAP, EVX_NO_EVENT);
		cus_plain(&a, "move", 0);
		cus_plain(&a, "move", 0);
		cus_judge_with(&a, &r, 1);
		cus_has(&a, "R-FORK", weight, 2);
		evx_receipt_free(&r);
		forget_copy(&b);
		cus_free(&a);
	}
}

static void two_signatures(struct custody *c)
{
	struct evx_policy_rule *rule;

	assert_int_equal(
		evx_policy_add(&c->f.event.seal.policy, "release", 2, false, &rule), EVX_OK);
	assert_int_equal(evx_policy_add_key(rule, c->hands[0].key), EVX_OK);
	assert_int_equal(evx_policy_add_key(rule, c->hands[1].key), EVX_OK);
	assert_int_equal(evx_policy_add_key(rule, c->hands[0].key), EVX_E_USAGE);
}

static void threshold_met_twice_by_one_key(void **state)
{
	struct custody c;
	char twice[2 * EVX_KEY_TEXT_CAP + 8], once[EVX_KEY_TEXT_CAP + 8];

	(void)state;
	cus_new(&c, two_signatures);
	cus_release(&c, 0, 1);
	cus_judge(&c);
	cus_has(&c, "R-POLICY", EVX_WEIGHT_GAP, 1);
	cus_verdict(&c, "custody: intact with remarks, 2 events", 5, 0);
	snprintf(once, sizeof(once), "[\"%s\"]", c.hands[0].key);
	snprintf(twice, sizeof(twice), "[\"%s\",\"%s\"]", c.hands[0].key, c.hands[0].key);
	change(&c, "custody/0001-release.json", once, twice);
	cus_put(&c, "custody/0001-release.json.sig2", "", 0);
	sign_again(&c, "custody/0001-release", 0);
	cus_judge(&c);
	cus_has(&c, "C-JSON", EVX_WEIGHT_BROKEN, 1);
	cus_verdict(&c, "custody: broken after event 0000: the first 1 of 2 events are good", 1, 0);
	cus_free(&c);
}

/* Parts that are as signed and not what they must be: the event is void, and the holder goes on
 * behind it. */
static void well_signed_rubbish(void **state)
{
	struct custody c;
	int by;

	(void)state;
	for (by = 0; by < 5; by += 4) {
		handed_over(&c);
		c.strangers = ~0u;
		cus_plain(&c, "note", by);
		change(&c, "custody/0005-note.json", "\"files\"", "\"private\":3,\"files\"");
		sign_again(&c, "custody/0005-note", by);
		cus_plain(&c, "note", 1);
		cus_judge(&c);
		cus_has(&c, "C-KEYFILE", by == 0 ? EVX_WEIGHT_BROKEN : EVX_WEIGHT_GAP, 5);
		assert_true(c.result->at[5].is_void && c.result->at[5].claim == (by == 4) &&
			c.result->at[6].rightful);
		assert_int_equal(c.verdict.exit_code, by == 0 ? 1 : 5);
		cus_free(&c);
	}
}

/* A document whose own keys are not what they must be says nothing that anybody could miss: no
 * party freezes an exhibit with one. */
static void well_signed_nonsense(void **state)
{
	struct custody c;
	int by;

	(void)state;
	for (by = 0; by < 5; by += 4) {
		handed_over(&c);
		c.strangers = ~0u;
		cus_release(&c, by, 2);
		change(&c, "custody/0005-release.json", "\"keeps\":\"nothing\"",
			"\"keeps\":\"anything\"");
		sign_again(&c, "custody/0005-release", by);
		cus_plain(&c, "note", 1);
		cus_judge(&c);
		cus_has(&c, "C-JSON", by == 0 ? EVX_WEIGHT_BROKEN : EVX_WEIGHT_GAP, 5);
		assert_true(c.result->at[5].is_void && c.result->at[5].claim == (by == 4) &&
			c.result->at[6].rightful);
		assert_int_equal(c.verdict.exit_code, by == 0 ? 1 : 5);
		cus_free(&c);
	}
}

static void an_unknown_type(void **state)
{
	struct custody c;
	struct evx_event e;

	(void)state;
	handed_over(&c);
	cus_plain(&c, "note", 1);
	rename_event(&c, "custody/0005-note", "custody/0005-new");
	change(&c, "custody/0005-new.json", "\"type\":\"note\"", "\"type\":\"new\"");
	change(&c, "custody/0005-new.json", "0005-note.details", "0005-new.details");
	sign_again(&c, "custody/0005-new", 1);
	cus_judge(&c);
	cus_has(&c, "C-UNKNOWN-TYPE", EVX_WEIGHT_NEWER, 5);
	cus_verdict(&c,
		"custody: could not check after event 0004: the first 5 of 6 events are good", 4,
		1);
	cus_free(&c);
	/* By somebody unknown it is a claim, and no reason to stop. */
	handed_over(&c);
	c.strangers = 1u << 4;
	cus_plain(&c, "note", 4);
	rename_event(&c, "custody/0005-note", "custody/0005-new");
	change(&c, "custody/0005-new.json", "\"type\":\"note\"", "\"type\":\"new\"");
	change(&c, "custody/0005-new.json", "0005-note.details", "0005-new.details");
	sign_again(&c, "custody/0005-new", 4);
	cus_plain(&c, "move", 1);
	cus_judge(&c);
	cus_has(&c, "C-UNKNOWN-TYPE", EVX_WEIGHT_GAP, 5);
	cus_verdict(&c, "custody: intact with remarks, 7 events", 5, 1);
	c.strangers = 0;
	cus_judge(&c);
	cus_has(&c, "C-UNKNOWN-TYPE", EVX_WEIGHT_NEWER, 5);
	cus_verdict(&c, "custody: could not check, 7 events", 4, 1);
	cus_free(&c);
	/* A known type with a key that is not its own. */
	cus_new(&c, NULL);
	e = cus_event(&c, "note");
	cus_add(&c, &e, 0);
	change(&c, "custody/0001-note.json", "\"files\"",
		"\"refers\":\""
		"11"
		"\",\"files\"");
	sign_again(&c, "custody/0001-note", 0);
	cus_judge(&c);
	cus_has(&c, "C-JSON", EVX_WEIGHT_NEWER, 1);
	cus_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(drop_the_last),
		cmocka_unit_test(drop_a_middle_one), cmocka_unit_test(reorder),
		cmocka_unit_test(replay_into_another_exhibit),
		cmocka_unit_test(receipt_of_another_exhibit),
		cmocka_unit_test(append_as_a_stranger), cmocka_unit_test(re_sign_as_another),
		cmocka_unit_test(back_date), cmocka_unit_test(accept_for_someone_else),
		cmocka_unit_test(accept_twice_or_without_release), cmocka_unit_test(release_twice),
		cmocka_unit_test(another_chain_was_accepted),
		cmocka_unit_test(correct_what_others_wrote), cmocka_unit_test(swap_the_details),
		cmocka_unit_test(reuse_the_details), cmocka_unit_test(fork_and_hide_a_branch),
		cmocka_unit_test(fork_seen_later), cmocka_unit_test(two_claims_and_a_known_one),
		cmocka_unit_test(two_bundles), cmocka_unit_test(one_release_answered_twice),
		cmocka_unit_test(a_lost_release_answered_twice), cmocka_unit_test(nothing_was_kept),
		cmocka_unit_test(two_holders_of_one), cmocka_unit_test(forked_by_a_stranger),
		cmocka_unit_test(what_counts_in_a_branch),
		cmocka_unit_test(a_stranger_beside_a_fork),
		cmocka_unit_test(receipts_of_a_stranger),
		cmocka_unit_test(threshold_met_twice_by_one_key),
		cmocka_unit_test(well_signed_rubbish), cmocka_unit_test(well_signed_nonsense),
		cmocka_unit_test(an_unknown_type) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
