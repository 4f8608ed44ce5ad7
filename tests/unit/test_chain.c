/* The chain, judged without a key; every rule broken once. */
#include "custody/chain.h"
#include "custody/trust.h"
#include "custody/verdict.h"
#include "format/record.h"
#include "format/text.h"
#include "mutate.h"
#include "seal_fixture.h"

#define LATER (FIX_TIME + 1000)

/* Members in bundle order, as a walk would give them. */
struct bundle {
	struct evx_event_files files;
	bool no_tagmanifest;
};

static void put(struct bundle *b, const char *name, const void *p, size_t n)
{
	struct evx_event_file *grown = realloc(b->files.at, (b->files.n + 1) * sizeof(*grown));

	assert_non_null(grown);
	b->files.at = grown;
	grown = &grown[b->files.n++];
	memset(grown, 0, sizeof(*grown));
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	assert_int_equal(evx_buf_add(&grown->bytes, p, n), EVX_OK);
}

static struct evx_event_file *get(struct bundle *b, const char *name)
{
	return fix_file(&b->files, name);
}

static void drop(struct bundle *b, const char *name)
{
	size_t i = (size_t)(get(b, name) - b->files.at);

	evx_buf_free(&b->files.at[i].bytes);
	memmove(&b->files.at[i], &b->files.at[i + 1], (--b->files.n - i) * sizeof(b->files.at[0]));
}

/* The key files and the seal. */
static void sealed(struct fixture *f, struct bundle *b)
{
	size_t i;

	memset(b, 0, sizeof(*b));
	fix_prepare(f);
	fix_seal(f);
	put(b, "keys/0000-custody.age", f->key_files.custody.data, f->key_files.custody.len);
	put(b, "keys/0000-content.age", f->key_files.content.data, f->key_files.content.len);
	for (i = 0; i < f->files.n; i++)
		put(b, f->files.at[i].name, f->files.at[i].bytes.data, f->files.at[i].bytes.len);
}

static void done(struct fixture *f, struct bundle *b)
{
	evx_event_files_free(&b->files);
	fix_free(f);
}

struct outcome {
	struct evx_findings findings;
	struct evx_chain *chain;
	const struct evx_chain_result *result;
	struct evx_verdict verdict;
};

static struct outcome judge(struct bundle *b)
{
	struct outcome o = { { 0 }, NULL, NULL, { { { 0 } }, 0 } };
	uint8_t tagmanifest[32];
	size_t i;

	memset(tagmanifest, 0x33, sizeof(tagmanifest));
	o.chain = evx_chain_new(FIX_UUID, LATER, &o.findings);
	assert_non_null(o.chain);
	if (!b->no_tagmanifest)
		evx_chain_set_tagmanifest(o.chain, tagmanifest);
	for (i = 0; i < b->files.n; i++) {
		struct evx_chain_member m = { b->files.at[i].name, b->files.at[i].bytes.len, { 0 },
			b->files.at[i].bytes.data };

		evx_sha256(b->files.at[i].bytes.data, b->files.at[i].bytes.len, m.sha256);
		assert_int_equal(evx_chain_add(o.chain, &m, NULL), EVX_OK);
	}
	assert_int_equal(evx_chain_finish(o.chain, NULL), EVX_OK);
	fix_entries_named(&o.findings);
	o.result = evx_chain_result(o.chain);
	o.verdict = evx_verdict_of(&o.findings, o.result->n, o.result->rightful);
	return o;
}

static void forget(struct outcome *o)
{
	evx_chain_free(o->chain);
	evx_findings_free(&o->findings);
}

/* Judges b; the first finding must have this code and weight, about this event. */
static void expect(struct bundle *b, const char *code, enum evx_weight weight, uint32_t event)
{
	struct outcome o = judge(b);

	if (o.findings.n == 0)
		fail_msg("no finding where %s should be", code);
	if (strcmp(o.findings.at[0].code, code) != 0 || o.findings.at[0].weight != weight ||
		o.findings.at[0].event != event)
		fail_msg("expected %s, found %s (%s) about %u: %s", code, o.findings.at[0].code,
			evx_weight_name(o.findings.at[0].weight), (unsigned)o.findings.at[0].event,
			o.findings.at[0].text);
	forget(&o);
}

/* Makes files' bytes other than they were. */
static void change(struct bundle *b, const char *name, const char *from, const char *to)
{
	struct evx_event_file *f = get(b, name);
	struct evx_buf changed = mutated(f->bytes.data, f->bytes.len, from, to);

	evx_buf_free(&f->bytes);
	f->bytes = changed;
}

/* Signs event number again and writes its record anew over what stands there. */
static void sign_again(const struct fixture *f, struct bundle *b, unsigned number, const char *type)
{
	struct evx_buf sig = EVX_BUF_INIT, record = EVX_BUF_INIT;
	char stem[64], name[128];
	struct evx_event_file *json;
	size_t i;

	snprintf(stem, sizeof(stem), "custody/%04u-%s.", number, type);
	snprintf(name, sizeof(name), "%sjson", stem);
	json = get(b, name);
	assert_int_equal(evx_document_sign(EVX_NS_EVENT,
				 (struct evx_bytes){ json->bytes.data, json->bytes.len },
				 &f->signer, 1, &sig, NULL),
		EVX_OK);
	snprintf(name, sizeof(name), "%sjson.sig1", stem);
	evx_buf_free(&get(b, name)->bytes);
	get(b, name)->bytes = sig;
	for (i = 0; i < b->files.n; i++) {
		struct evx_manifest_line line = { { 0 }, "" };
		const struct evx_event_file *file = &b->files.at[i];

		if (strncmp(file->name, stem, strlen(stem)) != 0 ||
			strstr(file->name, ".record") != NULL || strstr(file->name, ".tsr") != NULL)
			continue;
		memcpy(line.name, file->name, sizeof(line.name));
		evx_sha256(file->bytes.data, file->bytes.len, line.hash);
		assert_int_equal(evx_record_encode(&line, 1, &record), EVX_OK);
	}
	snprintf(name, sizeof(name), "%srecord", stem);
	evx_buf_free(&get(b, name)->bytes);
	get(b, name)->bytes = record;
}

static void hash_of(struct bundle *b, const char *name, char hex[65])
{
	uint8_t hash[32];

	evx_sha256(get(b, name)->bytes.data, get(b, name)->bytes.len, hash);
	evx_hex_encode(hash, 32, hex);
}

/* Appends an event of a type this program does not know behind the one whose record is before;
 * extra keys follow (NULL: none). */
static void later_event(const struct fixture *f, struct bundle *b, unsigned number,
	const char *before, const char *time, const char *extra)
{
	static const char details[] = "not looked into";
	struct evx_buf age = EVX_BUF_INIT, json = EVX_BUF_INIT;
	uint8_t hash[32], to[1][32];
	char name[64], exhibit[65], previous[65], seen[65], part[65], key[EVX_SSHKEY_CAP];

	memcpy(to[0], f->keys.custody_pub, 32);
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])to, 1, details, sizeof(details), &age, NULL),
		EVX_OK);
	evx_sha256(age.data, age.len, hash);
	evx_hex_encode(hash, 32, part);
	hash_of(b, "custody/0000-seal.json", exhibit);
	hash_of(b, before, seen);
	snprintf(
		name, sizeof(name), "%.*s.json", (int)(strlen(before) - strlen(".record")), before);
	hash_of(b, name, previous);
	assert_int_equal(evx_sshkey_encode(&f->pub, key), EVX_OK);
	assert_int_equal(
		evx_buf_addf(&json,
			"{\"format\":\"evx-event/1\",\"type\":\"new-kind\",\"uuid\":\"" FIX_UUID
			"\",\"sequence\":%u,\"exhibit\":\"%s\","
			"\"previous\":\"%s\",\"record\":\"%s\",\"time\":\"%s\",\"signers\":[\"%s\"]"
			",\"files\":{\"%04u-new-kind.details.age\":\"%s\"}%s}\n",
			number, exhibit, previous, seen, time, key, number, part,
			extra != NULL ? extra : ""),
		EVX_OK);
	snprintf(name, sizeof(name), "custody/%04u-new-kind.json", number);
	put(b, name, json.data, json.len);
	snprintf(name, sizeof(name), "custody/%04u-new-kind.json.sig1", number);
	put(b, name, "", 0);
	snprintf(name, sizeof(name), "custody/%04u-new-kind.details.age", number);
	put(b, name, age.data, age.len);
	snprintf(name, sizeof(name), "custody/%04u-new-kind.record", number);
	put(b, name, "", 0);
	sign_again(f, b, number, "new-kind");
	evx_buf_free(&age);
	evx_buf_free(&json);
}

static void good_seal(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	o = judge(&b);
	assert_int_equal(o.findings.n, 0);
	assert_int_equal(o.result->n, 1);
	assert_int_equal(o.result->rightful, 1);
	assert_true(o.result->has_exhibit && o.result->at[0].is_signed && o.result->at[0].rightful);
	assert_memory_equal(o.result->exhibit, f.hash, 32);
	assert_memory_equal(o.result->head, f.hash, 32);
	assert_int_equal(o.verdict.exit_code, 0);
	assert_int_equal(o.verdict.line[EVX_ON_DATA].grade, EVX_GRADE_INTACT);
	assert_string_equal(o.verdict.line[EVX_ON_CUSTODY].text, "custody: intact, 1 event");
	forget(&o);
	done(&f, &b);
}

/* No byte of any file can be changed, and no file cut, without a finding that breaks the seal. */
static void every_flip_is_found(void **state)
{
	struct fixture f;
	struct bundle b;
	size_t i, k, n;

	(void)state;
	sealed(&f, &b);
	for (i = 2; i < b.files.n; i++) { /* the key files' bytes are the tag manifest's to guard */
		struct evx_buf *bytes = &b.files.at[i].bytes;

		for (k = 0; k < bytes->len; k += 3) {
			struct outcome o;

			bytes->data[k] ^= 1;
			o = judge(&b);
			assert_int_equal(o.result->rightful, 0);
			assert_true(o.verdict.exit_code == 1 || o.verdict.exit_code == 4);
			forget(&o);
			bytes->data[k] ^= 1;
		}
		n = bytes->len;
		for (k = 0; k < n; k += 11) {
			struct outcome o;

			bytes->len = k;
			o = judge(&b);
			assert_int_equal(o.result->rightful, 0);
			assert_true(o.verdict.exit_code == 1 || o.verdict.exit_code == 4);
			forget(&o);
		}
		bytes->len = n;
	}
	done(&f, &b);
}

static void missing_files(void **state)
{
	static const struct {
		const char *name, *code;
	} missing[] = { { "keys/0000-custody.age", "C-KEYFILE" },
		{ "keys/0000-content.age", "C-KEYFILE" }, { "custody/0000-seal.json", "C-JSON" },
		{ "custody/0000-seal.json.sig1", "C-SIGNER-COUNT" },
		{ "custody/0000-seal.details.age", "C-FILES" },
		{ "custody/0000-seal.content.age", "C-FILES" },
		{ "custody/0000-seal.record", "C-RECORD" } };
	static const uint8_t nothing[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		struct fixture f;
		struct bundle b;
		struct outcome o;

		sealed(&f, &b);
		drop(&b, missing[i].name);
		expect(&b, missing[i].code, EVX_WEIGHT_BROKEN, 0);
		o = judge(&b); /* nothing is rightful, and no event is the head */
		assert_int_equal(o.result->rightful, 0);
		assert_memory_equal(o.result->head, nothing, sizeof(nothing));
		assert_false(o.result->n > 0 && o.result->at[0].rightful);
		forget(&o);
		done(&f, &b);
	}
}

static void no_seal_at_all(void **state)
{
	struct bundle b = { { NULL, 0 }, false };
	struct outcome o = judge(&b);

	(void)state;
	assert_string_equal(o.findings.at[0].code, "C-JSON");
	assert_int_equal(o.verdict.exit_code, 1);
	assert_int_equal(o.verdict.line[EVX_ON_DATA].grade, EVX_GRADE_BROKEN);
	assert_false(o.result->has_exhibit);
	forget(&o);
}

static void foreign_files(void **state)
{
	static const struct {
		const char *name, *code;
		uint32_t event;
	} foreign[] = { { "custody/0000-seal.attach1.age", "C-FILES", 0 },
		{ "custody/0000-seal.json.sig2", "C-SIGNER-COUNT", 0 },
		{ "custody/0000-seal.json.sig3", "C-SIGNER-COUNT", 0 },
		{ "custody/0000-note.listing.age", "C-FILES", 0 },
		{ "custody/0000-seal.json", "C-FILES", 0 },
		{ "custody/readme", "C-UNLISTED", EVX_NO_EVENT },
		{ "keys/x\033[2J", "C-UNLISTED", EVX_NO_EVENT },
		{ "custody/0000-seal.json.sig01", "C-UNLISTED", EVX_NO_EVENT } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct fixture f;
		struct bundle b;
		struct outcome o;

		sealed(&f, &b);
		put(&b, foreign[i].name, get(&b, "custody/0000-seal.details.age")->bytes.data,
			get(&b, "custody/0000-seal.details.age")->bytes.len);
		expect(&b, foreign[i].code, EVX_WEIGHT_BROKEN, foreign[i].event);
		o = judge(&b);
		assert_null(strchr(o.findings.at[0].text, '\033'));
		forget(&o);
		done(&f, &b);
	}
}

/* What a sealer with the key could still get wrong: each is found though the signature is good. */
static void signed_but_wrong(void **state)
{
	static const struct {
		const char *from, *to, *code;
	} wrong[] = { { "\"uuid\":\"01234567", "\"uuid\":\"11234567", "C-LINK" },
		{ "\"tagmanifest\":\"33", "\"tagmanifest\":\"34", "C-TAGMANIFEST" },
		{ "\"custody\":2", "\"custody\":3", "C-KEYFILE" },
		{ "\"custody\":2,\"content\":1", "\"custody\":2,\"content\":2", "C-KEYFILE" },
		{ "\"complete\":\"yes\"", "\"complete\":\"perhaps\"", "C-JSON" },
		/* Of the length of a key, and no key: a rule that nobody can meet, or that another
		   text for a key meets. */
		{ "\"shape\"",
			"\"policy\":{\"release\":{\"of\":[\"ssh-ed25519 "
			"AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"],"
			"\"need\":1,\"witness\":false}},\"shape\"",
			"C-JSON" },
		{ "0000-seal.content.age", "0000-seal.listing.age", "C-FILES" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct fixture f;
		struct bundle b;

		sealed(&f, &b);
		change(&b, "custody/0000-seal.json", wrong[i].from, wrong[i].to);
		sign_again(&f, &b, 0, "seal");
		expect(&b, wrong[i].code, EVX_WEIGHT_BROKEN, 0);
		done(&f, &b);
	}
}

static void newer_seal(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	change(&b, "custody/0000-seal.json", "\"shape\"", "\"private\":1,\"shape\"");
	sign_again(&f, &b, 0, "seal");
	expect(&b, "C-JSON", EVX_WEIGHT_NEWER, 0);
	o = judge(&b);
	assert_int_equal(o.verdict.exit_code, 4);
	assert_int_equal(o.verdict.line[EVX_ON_DATA].grade, EVX_GRADE_NOT_CHECKED);
	forget(&o);
	done(&f, &b);
}

static void bad_exhibit_key(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	{
		struct evx_buf *json = &get(&b, "custody/0000-seal.json")->bytes;
		uint8_t *at = memmem(json->data, json->len, "\"content_key\":\"age1", 19);

		assert_non_null(at);
		at[24] = at[24] == 'q' ? 'p' : 'q'; /* the check characters no longer fit */
	}
	sign_again(&f, &b, 0, "seal");
	o = judge(&b);
	assert_int_equal(o.findings.n, 1);
	assert_string_equal(o.findings.at[0].code, "C-JSON");
	assert_string_equal(
		o.findings.at[0].text, "The content key in the seal is not a public key.");
	forget(&o);
	done(&f, &b);
}

static void tagmanifest_not_read(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	b.no_tagmanifest = true;
	expect(&b, "C-TAGMANIFEST", EVX_WEIGHT_UNCHECKED, 0);
	o = judge(&b);
	assert_int_equal(o.verdict.exit_code, 3);
	forget(&o);
	done(&f, &b);
}

static void stanzas(void **state)
{
	struct fixture f;
	struct bundle b;
	struct evx_buf age = EVX_BUF_INIT;
	struct evx_secret *pass;
	uint8_t to[2][32];

	(void)state;
	/* A passphrase stanza as a key file; an unknown stanza beside a good one; a part for two.
	 */
	sealed(&f, &b);
	pass = evx_secret_copy("x", 1);
	assert_int_equal(evx_age_encrypt_passphrase(pass, 4, false, "x", 1, &age, NULL), EVX_OK);
	evx_buf_free(&get(&b, "keys/0000-content.age")->bytes);
	get(&b, "keys/0000-content.age")->bytes = age;
	expect(&b, "C-KEYFILE", EVX_WEIGHT_BROKEN, 0);
	evx_secret_free(pass);
	done(&f, &b);
	sealed(&f, &b);
	change(&b, "keys/0000-content.age", "\n-> X25519 ", "\n-> tpm AAAA\nAAAA\n-> X25519 ");
	expect(&b, "C-KEYFILE", EVX_WEIGHT_BROKEN, 0);
	done(&f, &b);
	sealed(&f, &b);
	memset(&age, 0, sizeof(age));
	memcpy(to[0], f.keys.custody_pub, 32);
	memcpy(to[1], f.reader_pub[0], 32);
	assert_int_equal(evx_age_encrypt((const uint8_t(*)[32])to, 2, "x", 1, &age, NULL), EVX_OK);
	evx_buf_free(&get(&b, "custody/0000-seal.details.age")->bytes);
	get(&b, "custody/0000-seal.details.age")->bytes = age;
	expect(&b, "C-KEYFILE", EVX_WEIGHT_BROKEN, 0);
	done(&f, &b);
}

static void record_lines(void **state)
{
	static const char line[] = "111111111111111111111111111111111111111111111111111111111111111"
				   "1  custody/0000-seal.tsr\n";
	struct fixture f;
	struct bundle b;
	struct evx_buf *record;

	(void)state;
	/* A line too many: a response that is not there. */
	sealed(&f, &b);
	assert_int_equal(evx_buf_adds(&get(&b, "custody/0000-seal.record")->bytes, line), EVX_OK);
	expect(&b, "C-RECORD", EVX_WEIGHT_BROKEN, 0);
	done(&f, &b);
	/* One too few. */
	sealed(&f, &b);
	record = &get(&b, "custody/0000-seal.record")->bytes;
	record->len -= strlen("1111111111111111111111111111111111111111111111111111111111111111  "
			      "custody/0000-seal.content.age\n");
	expect(&b, "C-RECORD", EVX_WEIGHT_BROKEN, 0);
	done(&f, &b);
	/* Two changed places. */
	sealed(&f, &b);
	change(&b, "custody/0000-seal.record", "seal.details.age", "seal.DETAILS.age");
	change(&b, "custody/0000-seal.record", "seal.content.age", "seal.details.age");
	change(&b, "custody/0000-seal.record", "seal.DETAILS.age", "seal.content.age");
	expect(&b, "C-RECORD", EVX_WEIGHT_BROKEN, 0);
	done(&f, &b);
	/* Another hash. */
	sealed(&f, &b);
	record = &get(&b, "custody/0000-seal.record")->bytes;
	record->data[0] = record->data[0] == 'a' ? 'b' : 'a';
	expect(&b, "C-RECORD", EVX_WEIGHT_BROKEN, 0);
	done(&f, &b);
}

static void later_events(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	later_event(&f, &b, 1, "custody/0000-seal.record", "2025-01-02T03:05:00Z", NULL);
	later_event(&f, &b, 2, "custody/0001-new-kind.record", "2025-01-02T03:06:00Z", NULL);
	o = judge(&b);
	assert_int_equal(o.findings.n, 3);
	assert_string_equal(o.findings.at[0].code, "C-UNKNOWN-TYPE");
	assert_int_equal(o.findings.at[0].weight, EVX_WEIGHT_NEWER);
	assert_string_equal(o.findings.at[2].code, "R-AFTER");
	assert_string_equal(o.findings.at[2].text,
		"Entry 0001 is not good. The 1 entry after it does not count.");
	assert_int_equal(o.result->n, 3);
	assert_int_equal(o.result->rightful, 1); /* what stands before is not spoilt */
	assert_true(o.result->at[2].is_signed && o.result->at[2].has_hash);
	assert_memory_equal(o.result->head, f.hash, 32);
	assert_int_equal(o.verdict.exit_code, 4);
	assert_int_equal(o.verdict.line[EVX_ON_DATA].grade, EVX_GRADE_INTACT);
	assert_string_equal(o.verdict.line[EVX_ON_CUSTODY].text,
		"custody: could not check after event 0000: the first 1 of 3 events are good");
	forget(&o);
	done(&f, &b);
}

/* Findings about event number, of weight broken, must hold this code. */
static void expect_among(struct bundle *b, const char *code, enum evx_weight weight, uint32_t event)
{
	struct outcome o = judge(b);
	size_t i;

	for (i = 0; i < o.findings.n; i++)
		if (strcmp(o.findings.at[i].code, code) == 0 && o.findings.at[i].weight == weight &&
			o.findings.at[i].event == event)
			break;
	if (i == o.findings.n)
		fail_msg("no %s about %u", code, (unsigned)event);
	assert_true(event == 0 || o.result->rightful >= 1);
	forget(&o);
}

static void broken_links(void **state)
{
	static const struct {
		const char *from, *to;
	} wrong[] = { { "\"uuid\":\"01234567", "\"uuid\":\"11234567" },
		{ "\"exhibit\":\"", "\"exhibit\":\"0" }, { "\"previous\":\"", "\"previous\":\"0" },
		{ "\"type\":\"new-kind\"", "\"type\":\"old-kind\"" } };
	struct fixture f;
	struct bundle b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct evx_event_file *json;

		sealed(&f, &b);
		later_event(&f, &b, 1, "custody/0000-seal.record", "2025-01-02T03:05:00Z", NULL);
		change(&b, "custody/0001-new-kind.json", wrong[i].from, wrong[i].to);
		if (i == 1 || i == 2) { /* a digit came in front: take the last one away */
			const char *key = i == 1 ? "\",\"previous\"" : "\",\"record\"";
			uint8_t *at;

			json = get(&b, "custody/0001-new-kind.json");
			at = memmem(json->bytes.data, json->bytes.len, key, strlen(key));
			assert_non_null(at);
			memmove(at - 1, at, (size_t)(json->bytes.data + json->bytes.len - at));
			json->bytes.len--;
		}
		if (i == 3)
			change(&b, "custody/0001-new-kind.json", "0001-new-kind.details.age",
				"0001-old-kind.details.age");
		sign_again(&f, &b, 1, "new-kind");
		expect_among(&b, "C-LINK", EVX_WEIGHT_BROKEN, 1);
		done(&f, &b);
	}
	/* An event in between is missing. */
	sealed(&f, &b);
	later_event(&f, &b, 1, "custody/0000-seal.record", "2025-01-02T03:05:00Z", NULL);
	later_event(&f, &b, 2, "custody/0001-new-kind.record", "2025-01-02T03:06:00Z", NULL);
	drop(&b, "custody/0001-new-kind.json");
	drop(&b, "custody/0001-new-kind.json.sig1");
	drop(&b, "custody/0001-new-kind.details.age");
	drop(&b, "custody/0001-new-kind.record");
	expect(&b, "C-LINK", EVX_WEIGHT_BROKEN, 1);
	expect_among(&b, "C-LINK", EVX_WEIGHT_BROKEN, 2);
	done(&f, &b);
	/* The seal replaced by another of the same key: the later event says so. */
	sealed(&f, &b);
	later_event(&f, &b, 1, "custody/0000-seal.record", "2025-01-02T03:05:00Z", NULL);
	change(&b, "custody/0000-seal.json", "2025-01-02T03:04:05Z", "2025-01-02T03:04:06Z");
	sign_again(&f, &b, 0, "seal");
	expect_among(&b, "C-LINK", EVX_WEIGHT_BROKEN, 1);
	done(&f, &b);
	/* Files of an event that is over. */
	sealed(&f, &b);
	later_event(&f, &b, 1, "custody/0000-seal.record", "2025-01-02T03:05:00Z", NULL);
	put(&b, "custody/0000-seal.attach1.age", "x", 1);
	expect_among(&b, "C-FILES", EVX_WEIGHT_BROKEN, 1);
	done(&f, &b);
}

/* Adds a line for each of names behind what stands in out. */
static void add_lines(struct bundle *b, const char *const *names, size_t n, struct evx_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		struct evx_manifest_line line = { { 0 }, "" };
		const struct evx_event_file *file = get(b, names[i]);

		memcpy(line.name, file->name, sizeof(line.name));
		evx_sha256(file->bytes.data, file->bytes.len, line.hash);
		assert_int_equal(evx_record_encode(&line, 1, out), EVX_OK);
	}
}

/* The key files of an event of a type that this program does not know: they come first in the
 * bundle, and last in its record. */
static void key_files_of_an_unknown_type(void **state)
{
	static const char *const keys[] = { "keys/0001-custody.age", "keys/0001-content.age" };
	static const struct {
		size_t there, first, last; /* key files in the bundle; lines for them in the record,
					      before and behind the others */
		bool good;
	} cases[] = { { 0, 0, 0, true }, { 1, 0, 1, true }, { 2, 0, 2, true }, { 2, 0, 1, false },
		{ 2, 0, 0, false }, { 1, 0, 0, false }, { 2, 2, 0, false }, { 1, 1, 0, false },
		{ 2, 1, 1, false }, { 2, 2, 2, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_buf record = EVX_BUF_INIT;
		uint8_t hash[32];
		struct fixture f;
		struct bundle b;
		struct outcome o;
		size_t bad = 0;

		sealed(&f, &b);
		for (size_t k = 0; k < cases[i].there; k++)
			put(&b, keys[k],
				(k == 0 ? &f.key_files.custody : &f.key_files.content)->data,
				(k == 0 ? &f.key_files.custody : &f.key_files.content)->len);
		later_event(&f, &b, 1, "custody/0000-seal.record", "2025-01-02T03:05:00Z", NULL);
		add_lines(&b, keys, cases[i].first, &record);
		assert_int_equal(
			evx_buf_add(&record, get(&b, "custody/0001-new-kind.record")->bytes.data,
				get(&b, "custody/0001-new-kind.record")->bytes.len),
			EVX_OK);
		add_lines(&b, keys, cases[i].last, &record);
		evx_buf_free(&get(&b, "custody/0001-new-kind.record")->bytes);
		get(&b, "custody/0001-new-kind.record")->bytes = record;
		evx_sha256(record.data, record.len, hash);
		o = judge(&b);
		for (size_t k = 0; k < o.findings.n; k++)
			bad += strcmp(o.findings.at[k].code, "C-RECORD") == 0 &&
				o.findings.at[k].event == 1 &&
				o.findings.at[k].weight == EVX_WEIGHT_BROKEN;
		if (bad != !cases[i].good)
			fail_msg("case %zu", i);
		/* What its files make is kept for the event after it. */
		assert_true(o.result->at[1].has_record);
		assert_int_equal(
			memcmp(o.result->at[1].record, hash, sizeof(hash)) == 0, cases[i].good);
		forget(&o);
		done(&f, &b);
	}
}

static void times(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	later_event(&f, &b, 1, "custody/0000-seal.record", "2025-01-02T03:00:00Z", NULL); /* before
											     the
											     seal */
	expect_among(&b, "C-TIME", EVX_WEIGHT_REMARK, 1);
	o = judge(&b);
	assert_non_null(strstr(
		o.findings.at[o.findings.n > 1 && strcmp(o.findings.at[0].code, "C-TIME") != 0]
			.text,
		"Entry 0001 follows entry 0000 but has an earlier time: 2025-01-02T03:00:00Z."));
	forget(&o);
	done(&f, &b);
	sealed(&f, &b);
	change(&b, "custody/0000-seal.json", "2025-01-02T03:04:05Z", "2025-01-03T03:04:05Z");
	sign_again(&f, &b, 0, "seal");
	expect(&b, "C-TIME", EVX_WEIGHT_REMARK, 0);
	o = judge(&b);
	assert_int_equal(o.verdict.exit_code, 0);
	assert_int_equal(o.result->rightful, 1);
	assert_int_equal(o.verdict.line[EVX_ON_CUSTODY].grade, EVX_GRADE_REMARKS);
	assert_int_equal(o.verdict.line[EVX_ON_DATA].grade, EVX_GRADE_INTACT);
	forget(&o);
	done(&f, &b);
}

/* Time-stamp responses: a later event names those that its author saw; which are gone shows. */
static void stamps(void **state)
{
	static const char record[] = "custody/0000-seal.record", later[] = "2025-01-02T03:05:00Z";
	char named[160], hex[65];
	uint8_t hash[32];
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	put(&b, "custody/0000-seal.tsr", "stamp", 5);
	o = judge(&b);
	assert_int_equal(o.findings.n, 0);
	assert_int_equal(o.result->nstamps, 1);
	assert_int_equal(o.result->stamps[0].named_by, EVX_NO_EVENT);
	forget(&o);
	evx_sha256("stamp", 5, hash);
	evx_hex_encode(hash, 32, hex);
	snprintf(named, sizeof(named), ",\"stamps\":[\"%s\"]", hex);
	later_event(&f, &b, 1, record, later, named);
	/* Another one that came later, and the same bytes under another name. */
	put(&b, "custody/0000-seal.tsr2", "other", 5);
	put(&b, "custody/0000-seal.tsr3", "stamp", 5);
	o = judge(&b);
	assert_int_equal(o.findings.n, 1);
	assert_string_equal(o.findings.at[0].code, "C-UNKNOWN-TYPE");
	assert_int_equal(o.result->nstamps, 3);
	assert_int_equal(o.result->stamps[0].named_by, 1);
	assert_int_equal(o.result->stamps[1].named_by, EVX_NO_EVENT);
	assert_int_equal(o.result->stamps[2].named_by, 1);
	forget(&o);
	/* The next event may name it, too: the first one counts. */
	later_event(&f, &b, 2, "custody/0001-new-kind.record", "2025-01-02T03:06:00Z", named);
	o = judge(&b);
	assert_int_equal(o.result->stamps[0].named_by, 1);
	forget(&o);
	done(&f, &b);
	/* Exchanged, and taken away: only its last byte is another one. */
	sealed(&f, &b);
	put(&b, "custody/0000-seal.tsr", "other", 5);
	later_event(&f, &b, 1, record, later, named);
	expect_among(&b, "C-STAMP-MISSING", EVX_WEIGHT_GAP, 1);
	drop(&b, "custody/0000-seal.tsr");
	expect_among(&b, "C-STAMP-MISSING", EVX_WEIGHT_GAP, 1);
	done(&f, &b);
	sealed(&f, &b);
	put(&b, "custody/0000-seal.tsr", "stamp", 5);
	named[strlen(named) - 3] = named[strlen(named) - 3] == '0' ? '1' : '0';
	later_event(&f, &b, 1, record, later, named);
	expect_among(&b, "C-STAMP-MISSING", EVX_WEIGHT_GAP, 1);
	done(&f, &b);
	/* It stands behind the event that names it: the place of a time-stamp says nothing. */
	sealed(&f, &b);
	snprintf(named, sizeof(named), ",\"stamps\":[\"%s\"]", hex);
	later_event(&f, &b, 1, record, later, named);
	put(&b, "custody/0000-seal.tsr", "stamp", 5);
	o = judge(&b);
	assert_int_equal(o.findings.n, 1);
	assert_int_equal(o.result->stamps[0].named_by, 1);
	forget(&o);
	done(&f, &b);
	/* Of the event itself: it cannot have been there. */
	sealed(&f, &b);
	later_event(&f, &b, 1, record, later, named);
	put(&b, "custody/0001-new-kind.tsr", "stamp", 5);
	expect_among(&b, "C-STAMP-MISSING", EVX_WEIGHT_GAP, 1);
	done(&f, &b);
	/* Before its event. */
	sealed(&f, &b);
	put(&b, "custody/0001-new-kind.tsr", "stamp", 5);
	expect(&b, "C-FILES", EVX_WEIGHT_BROKEN, 1);
	done(&f, &b);
}

static void not_a_member(void **state)
{
	struct evx_findings findings = { 0 };
	struct evx_chain *chain = evx_chain_new(FIX_UUID, LATER, &findings);
	struct evx_chain_member m = { "data/x.pack", 0, { 0 }, NULL };

	(void)state;
	assert_int_equal(evx_chain_add(chain, &m, NULL), EVX_E_NOT_OURS);
	m.name = "custody";
	assert_int_equal(evx_chain_add(chain, &m, NULL), EVX_E_NOT_OURS);
	assert_int_equal(findings.n, 0);
	evx_chain_free(chain);
	evx_chain_free(NULL);
}

/* A file that is too long to be one: its first bytes alone are in memory. */
static void long_files(void **state)
{
	static const char *const names[] = { "custody/0000-seal.json",
		"custody/0000-seal.json.sig1", "custody/0000-seal.record" };
	static uint8_t bytes[EVX_CHAIN_KEEP];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct evx_findings findings = { 0 };
		struct evx_chain *chain = evx_chain_new(FIX_UUID, LATER, &findings);
		struct evx_chain_member m = { names[i], EVX_MEMBER_MAX, { 0 }, bytes };

		assert_int_equal(evx_chain_add(chain, &m, NULL), EVX_OK);
		assert_int_equal(evx_chain_finish(chain, NULL), EVX_OK);
		assert_string_equal(findings.at[0].code, "C-FILES");
		evx_chain_free(chain);
		evx_findings_free(&findings);
	}
}

static void trust(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;
	struct evx_cards cards = { NULL, 0 };
	const struct evx_trust_basis basis = { .cards = &cards };
	struct evx_card card, other;

	(void)state;
	sealed(&f, &b);
	memset(&card, 0, sizeof(card));
	strcpy(card.person, "Ann\033");
	assert_int_equal(evx_sshkey_encode(&f.pub, card.signing), EVX_OK);
	other = card;
	strcpy(other.signing, "ssh-ed25519 x");
	o = judge(&b);
	assert_int_equal(evx_trust_judge(o.result, &basis, &o.findings, NULL), EVX_OK);
	assert_string_equal(o.findings.at[0].code, "T-NO-CARDS");
	o.verdict = evx_verdict_of(&o.findings, 1, 1);
	assert_int_equal(o.verdict.exit_code, 5);
	assert_string_equal(o.verdict.line[EVX_ON_TRUST].text,
		"trust: could not check: no card was given to compare the signers with");
	forget(&o);
	o = judge(&b);
	assert_int_equal(evx_cards_push(&cards, &other), EVX_OK);
	assert_int_equal(evx_trust_judge(o.result, &basis, &o.findings, NULL), EVX_OK);
	assert_string_equal(o.findings.at[0].code, "T-UNTRUSTED");
	assert_int_equal(evx_verdict_of(&o.findings, 1, 1).exit_code, 5);
	forget(&o);
	o = judge(&b);
	assert_int_equal(evx_cards_push(&cards, &card), EVX_OK);
	assert_int_equal(evx_trust_judge(o.result, &basis, &o.findings, NULL), EVX_OK);
	assert_int_equal(o.findings.n, 0);
	assert_string_equal(evx_verdict_of(&o.findings, 1, 1).line[EVX_ON_TRUST].text,
		"trust: intact: every signer is on a card trusted here");
	cards.at[1].is_retired = true;
	cards.at[1].retired = FIX_TIME + 1;
	assert_int_equal(evx_trust_judge(o.result, &basis, &o.findings, NULL), EVX_OK);
	assert_string_equal(o.findings.at[0].code, "T-RETIRED");
	assert_int_equal(o.findings.at[0].weight, EVX_WEIGHT_INFO);
	assert_null(strchr(o.findings.at[0].text, '\033'));
	cards.at[1].retired = FIX_TIME;
	assert_int_equal(evx_trust_judge(o.result, &basis, &o.findings, NULL), EVX_OK);
	assert_int_equal(o.findings.at[1].weight, EVX_WEIGHT_GAP);
	assert_int_equal(evx_verdict_of(&o.findings, 1, 1).exit_code, 5);
	forget(&o);
	/* An older card of the same key does not hide that it was retired. */
	cards.at[0] = card;
	assert_ptr_equal(evx_cards_find(&cards, card.signing), &cards.at[1]);
	cards.at[0].is_retired = true;
	cards.at[0].retired = FIX_TIME - 1;
	assert_ptr_equal(evx_cards_find(&cards, card.signing), &cards.at[0]);
	/* A broken seal has no signer to compare. */
	drop(&b, "custody/0000-seal.record");
	o = judge(&b);
	assert_int_equal(evx_trust_judge(o.result, &basis, &o.findings, NULL), EVX_OK);
	assert_string_equal(o.findings.at[o.findings.n - 1].code, "T-UNTRUSTED");
	assert_int_equal(o.findings.at[o.findings.n - 1].weight, EVX_WEIGHT_UNCHECKED);
	forget(&o);
	evx_cards_free(&cards);
	done(&f, &b);
}

/* 9,998 events are missing: each is counted, and that takes no time worth naming. */
static void the_last_number_follows_the_seal(void **state)
{
	struct fixture f;
	struct bundle b;
	struct outcome o;

	(void)state;
	sealed(&f, &b);
	put(&b, "custody/9999-note.json", "{}\n", 3);
	o = judge(&b);
	assert_int_equal(o.result->n, 10000);
	assert_int_equal(o.result->rightful, 1);
	assert_true(o.result->at[0].rightful && o.result->at[0].has_hash &&
		!o.result->at[9999].rightful);
	assert_string_equal(o.findings.at[0].code, "C-LINK");
	assert_true(o.findings.n + o.findings.dropped >= 9998);
	forget(&o);
	done(&f, &b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(good_seal),
		cmocka_unit_test(every_flip_is_found), cmocka_unit_test(missing_files),
		cmocka_unit_test(no_seal_at_all), cmocka_unit_test(foreign_files),
		cmocka_unit_test(signed_but_wrong), cmocka_unit_test(newer_seal),
		cmocka_unit_test(bad_exhibit_key), cmocka_unit_test(tagmanifest_not_read),
		cmocka_unit_test(stanzas), cmocka_unit_test(record_lines),
		cmocka_unit_test(later_events), cmocka_unit_test(broken_links),
		cmocka_unit_test(times), cmocka_unit_test(stamps), cmocka_unit_test(not_a_member),
		cmocka_unit_test(long_files), cmocka_unit_test(trust),
		cmocka_unit_test(key_files_of_an_unknown_type),
		cmocka_unit_test(the_last_number_follows_the_seal) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
