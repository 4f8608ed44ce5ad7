/* No byte is free: whatever is changed in a small bundle, or cut from it, is found without any key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/io.h"
#include "custody/verdict.h"
#include "open/exhibit.h"
#include "open/exhibit_subject.h"
#include "sampled.h"
#include "scratch.h"
#include "vectors/craft.h"
#include "vectors/good.h"

#define STEP EVERY(13)

static struct person people[PEOPLE];
static struct scratch scratch;
static struct evx_buf minimal; /* the good vector */

struct verdict {
	enum evx_err err; /* when nothing could be judged */
	int exit_code;
	size_t events, rightful;
	unsigned groups;
};

/* What evx verify says without a key, but for confinement and trust. */
static struct verdict judge(struct evx_bundle *b)
{
	const struct evx_exhibit_load load = { .jobs = 1 };
	struct evx_exhibit ex = { .opened.bundle = b };
	struct verdict v = { 0 };

	v.err = evx_exhibit_load(&ex, &load, NULL);
	if (v.err == EVX_OK) {
		const struct evx_chain_result *r = evx_chain_result(ex.loaded.chain);

		v.events = r->n;
		v.rightful = r->rightful;
		v.groups = evx_bundle_groups(b);
		v.exit_code = evx_verdict_of(&ex.loaded.findings, r->n, r->rightful).exit_code;
	}
	evx_exhibit_free(&ex);
	return v;
}

static struct verdict judge_fd(int fd)
{
	struct evx_bundle *b = NULL;
	struct verdict v = { .err = evx_bundle_open_fd(fd, "flips", &b, NULL) };

	return v.err == EVX_OK ? judge(b) : v;
}

static struct verdict judge_dir(const char *path)
{
	struct evx_bundle *b = NULL;

	must(evx_bundle_open(path, &b, NULL), NULL, path);
	return judge(b);
}

static int memory_file(const struct evx_buf *bytes)
{
	int fd = memfd_create("flips", MFD_CLOEXEC);

	assert_true(fd >= 0);
	must(evx_pwrite_full(fd, bytes->data, bytes->len, 0, NULL, NULL), NULL, "memory file");
	return fd;
}

static void put_byte(int fd, size_t at, uint8_t byte)
{
	must(evx_pwrite_full(fd, &byte, 1, at, NULL, NULL), NULL, "flip");
}

/* Bad, newer, or no bundle any more; not the machine's fault. */
static bool found(const struct verdict *v)
{
	return v->err == EVX_OK ? v->exit_code == 1 || v->exit_code == 4 :
				  v->err >= EVX_E_NOT_OURS && v->err <= EVX_E_FORGED;
}

static void assert_found(struct verdict v, const char *what, size_t at)
{
	if (!found(&v))
		fail_msg("%s at %zu was not found: class %d, exit code %d", what, at, (int)v.err,
			v.exit_code);
}

/* A copy that ends early may be incomplete and no worse (exit code 3): whatever contradicts the
 * seal is more than that. */
static void assert_cut_found(struct verdict v, const char *what, size_t at)
{
	if (v.err != EVX_OK || v.exit_code != 3)
		assert_found(v, what, at);
}

static void as_it_is(void **state)
{
	int fd = memory_file(&minimal);
	const struct verdict v = judge_fd(fd);

	(void)state;
	assert_int_equal(v.err, EVX_OK);
	assert_int_equal(v.exit_code, 0);
	assert_int_equal(v.rightful, 1);
	(void)close(fd);
}

static void every_flip(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x80 };
	int fd = memory_file(&minimal);

	(void)state;
	for (size_t at = 0; at < minimal.len; at += STEP)
		for (size_t i = 0; i < sizeof(masks); i++) {
			put_byte(fd, at, (uint8_t)(minimal.data[at] ^ masks[i]));
			assert_found(judge_fd(fd), "a flip", at);
			put_byte(fd, at, minimal.data[at]);
		}
	(void)close(fd);
}

static void every_cut(void **state)
{
	int fd = memory_file(&minimal);

	(void)state;
	for (size_t cut = 1; cut <= minimal.len; cut += STEP) {
		const size_t n = minimal.len - cut;

		assert_int_equal(ftruncate(fd, (off_t)n), 0);
		assert_cut_found(judge_fd(fd), "a cut", n);
	}
	(void)close(fd);
}

/* ---- Unpacked --------------------------------------------------------------------------- */

static void flip_file(const char *dir, int dirfd, const struct evx_bundle_member *m, size_t step)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	int fd = openat(dirfd, m->name, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	must(evx_read_file(dirfd, m->name, EVX_MEMBER_MAX, &bytes, NULL), NULL, m->name);
	for (size_t at = 0; at < bytes.len; at += step) {
		put_byte(fd, at, (uint8_t)(bytes.data[at] ^ 0x01));
		assert_found(judge_dir(dir), m->name, at);
		put_byte(fd, at, bytes.data[at]);
	}
	assert_int_equal(ftruncate(fd, (off_t)bytes.len - 1), 0);
	assert_found(judge_dir(dir), m->name, bytes.len - 1);
	put_byte(fd, bytes.len - 1, bytes.data[bytes.len - 1]);
	put_byte(fd, bytes.len, '\n');
	assert_found(judge_dir(dir), m->name, bytes.len);
	assert_int_equal(ftruncate(fd, (off_t)bytes.len), 0);
	(void)close(fd);
	evx_buf_free(&bytes);
}

/* Every byte of the tag files, the documents and the index would take long here: every fifth one.
 */
static void unpacked(void **state)
{
	struct evx_bundle *b = NULL;
	enum evx_bundle_source source;
	char path[512];
	int fd = memory_file(&minimal), dirfd;

	(void)state;
	scratch_run((const char *const[]){
		"tar", "-xf", scratch_at(&scratch, "minimal.evx"), "-C", scratch.path });
	must(evx_bundle_open_fd(fd, "flips", &b, NULL), NULL, "open");
	must(evx_bundle_open_index(b, &source, NULL), NULL, "index");
	(void)snprintf(path, sizeof(path), "%s/%s", scratch.path, evx_bundle_uuid(b));
	dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dirfd >= 0);
	assert_int_equal(judge_dir(path).exit_code, 0);
	for (size_t i = 0; i < evx_bundle_count(b); i++)
		flip_file(path, dirfd, evx_bundle_at(b, i), 5 * STEP);
	assert_int_equal(judge_dir(path).exit_code, 0);
	(void)close(dirfd);
	(void)close(fd);
	evx_bundle_free(b);
}

/* ---- With an appended group ------------------------------------------------------------- */

static const struct fault *fault_named(const char *name)
{
	for (size_t i = 0; i < bag_faults_count; i++)
		if (strcmp(bag_faults[i].name, name) == 0)
			return &bag_faults[i];
	fail_msg("no vector %s", name);
	return NULL;
}

/* A second event, of a type that is not known: exit code 4 as it is, 1 with any byte of it changed;
 * whatever is cut off, the seal stands. */
static void appended(void **state)
{
	struct craft *c = calloc(1, sizeof(*c));
	size_t joint;
	int fd;

	(void)state;
	assert_non_null(c);
	craft_make(c, fault_named("append-newer-type"), people);
	joint = (size_t)craft_find(c, "append-0001")->offset;
	fd = memory_file(&c->archive);
	assert_int_equal(judge_fd(fd).exit_code, 4);
	assert_int_equal(judge_fd(fd).rightful, 1);
	for (size_t at = joint; at < c->archive.len; at += STEP) {
		struct verdict v;

		put_byte(fd, at, (uint8_t)(c->archive.data[at] ^ 0x01));
		v = judge_fd(fd);
		assert_found(v, "a flip behind the joint", at);
		assert_int_equal(v.exit_code, 1);
		assert_int_equal(v.rightful, 1);
		put_byte(fd, at, c->archive.data[at]);
	}
	for (size_t cut = 1; cut <= c->archive.len - joint - 1024; cut += STEP) {
		const size_t n = c->archive.len - cut;
		struct verdict v;

		assert_int_equal(ftruncate(fd, (off_t)n), 0);
		v = judge_fd(fd);
		assert_cut_found(v, "a cut behind the joint", n);
		assert_int_equal(v.rightful, 1);
	}
	(void)close(fd);
	craft_free(c);
	free(c);
}

/* The same before its commit, as an interrupted append leaves it: at every length the bundle is
 * what it was. */
static void not_committed(void **state)
{
	struct craft *c = calloc(1, sizeof(*c));
	const uint8_t zeros[EVX_TAR_BLOCK] = { 0 };
	size_t joint;
	int fd;

	(void)state;
	assert_non_null(c);
	craft_make(c, fault_named("append-newer-type"), people);
	joint = (size_t)craft_find(c, "append-0001")->offset;
	memcpy(c->archive.data + joint, zeros, sizeof(zeros));
	fd = memory_file(&c->archive);
	for (size_t cut = 0; cut <= c->archive.len - joint - 1024; cut += STEP) {
		const size_t n = c->archive.len - cut;
		struct verdict v;

		assert_int_equal(ftruncate(fd, (off_t)n), 0);
		v = judge_fd(fd);
		assert_int_equal(v.err, EVX_OK);
		assert_int_equal(v.exit_code, n > joint + 1024 ? 5 : 0); /* bytes behind the end,
									    which nothing announces
									  */
		assert_int_equal(v.events, 1);
		assert_int_equal(v.rightful, 1);
		assert_int_equal(v.groups, 1);
	}
	(void)close(fd);
	craft_free(c);
	free(c);
}

/* ---- With keys -------------------------------------------------------------------------- */

struct ends {
	uint64_t lines, bad;
};

static enum evx_err count_end(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
	const struct evx_diag *why, struct evx_diag *diag)
{
	struct ends *e = ctx;

	(void)item;
	(void)why;
	(void)diag;
	e->lines++;
	e->bad += bad != EVX_OK;
	return EVX_OK;
}

static void write_vector(const char *name)
{
	for (size_t i = 0; i < good_vectors_count; i++)
		if (strcmp(good_vectors[i].name, name) == 0)
			good_write(&good_vectors[i], people, scratch.path, NULL, NULL);
}

/* Who opens what, and that all of it is good. */
static void opened(void **state)
{
	static const struct {
		const char *vector;
		int who;
		enum evx_tier tier;
		const char *label; /* of the case, as far as it is told */
	} rows[] = { { "minimal", LAB, EVX_TIER_CONTENT, NULL },
		{ "minimal", ROOM, EVX_TIER_NONE, NULL },
		{ "minimal", STRANGER, EVX_TIER_NONE, NULL },
		{ "tiers", LAB, EVX_TIER_CONTENT, NULL }, { "tiers", ROOM, EVX_TIER_CUSTODY, NULL },
		{ "tiers", STRANGER, EVX_TIER_NONE, NULL },
		{ "empty", LAB, EVX_TIER_CONTENT, NULL },
		{ "two-sequences", LAB, EVX_TIER_CONTENT, NULL },
		{ "public-label", LAB, EVX_TIER_CONTENT, "C-2023-7" },
		{ "public-label", STRANGER, EVX_TIER_NONE, "C-2023-7" } };

	(void)state;
	for (size_t i = 1; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].vector, rows[i - 1].vector) != 0)
			write_vector(rows[i].vector);
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const struct evx_exhibit_load load = { .jobs = 1, .index_only = true };
		const enum evx_tier tier = rows[i / 2].tier;
		const struct person *who = &people[rows[i / 2].who];
		struct evx_identity id = { .card = who->card, .encryption = who->encryption };
		struct evx_exhibit_subject subject;
		struct evx_diag diag = { 0 };
		struct evx_exhibit ex;
		struct evx_bundle *b;
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/%s.evx", scratch.path, rows[i / 2].vector);
		must(evx_bundle_open(path, &b, NULL), NULL, path);
		evx_exhibit_over(&ex, b);
		must(evx_exhibit_load(&ex, &load, NULL), NULL, path);
		assert_int_equal(evx_exhibit_open_keys(&ex, &id, i % 2 == 0, &diag),
			tier == EVX_TIER_NONE ? EVX_E_KEY : EVX_OK);
		assert_int_equal(ex.unlocked.tier, tier);
		assert_int_equal(diag.code, tier == EVX_TIER_NONE ? EVX_E_KEY : EVX_OK);
		if (tier != EVX_TIER_NONE) {
			struct ends ends = { 0, 0 };
			const struct evx_contents_visitor v = { .ctx = &ends, .end = count_end };
			struct evx_contents_opts o;

			must(evx_exhibit_open_part(&ex, &diag), &diag, "part");
			assert_true(ex.unlocked.has_part);
			assert_int_equal(ex.unlocked.part.listing_only, tier == EVX_TIER_CUSTODY);
			o = evx_exhibit_contents(&ex, 1, NULL, NULL);
			must(evx_contents_check_listing(&o, NULL, NULL, &diag), &diag, "listing");
			if (tier == EVX_TIER_CONTENT) {
				must(evx_contents_visit(&o, &v, &diag), &diag, "contents");
				assert_int_equal(ends.lines, ex.unlocked.part.lines);
				assert_int_equal(ends.bad, 0);
			}
		}
		must(evx_exhibit_subject_read(&ex, &subject, NULL), NULL, "subject");
		if (rows[i / 2].label == NULL)
			assert_null(subject.case_label);
		else
			assert_string_equal(subject.case_label, rows[i / 2].label);
		evx_exhibit_subject_free(&subject);
		evx_exhibit_free(&ex);
		evx_bundle_free(b);
	}
}

static int set_up(void **state)
{
	(void)state;
	scratch = scratch_make();
	people_make(people);
	good_write(&good_vectors[0], people, scratch.path, NULL, NULL);
	return evx_read_file(scratch.fd, "minimal.evx", EVX_MEMBER_MAX, &minimal, NULL) == EVX_OK ?
		0 :
		-1;
}

static int tear_down(void **state)
{
	(void)state;
	people_free(people);
	evx_buf_free(&minimal);
	scratch_remove(&scratch);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_is),
		cmocka_unit_test(every_flip),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(unpacked),
		cmocka_unit_test(appended),
		cmocka_unit_test(not_committed),
		cmocka_unit_test(opened),
	};

	if (evx_crypto_init(NULL) != EVX_OK)
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
