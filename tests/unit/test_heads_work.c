/* How much work it is to gather what was seen of exhibits, and to find the cases that mark them:
 * counted in bytes that are compared and files that are looked for, not in time. Twice as much
 * makes about twice the work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/array.h"
#include "crypto/hash.h"
#include "store/heads_inner.h"
#include "store/inventory.h"
#include "store/vault_inner.h"
#include "unit/scratch.h"

static uint64_t work;
static struct evx_cancel cancel;
static uint64_t stop_at; /* 0: never */

static void count(uint64_t n)
{
	work += n;
	if (stop_at > 0 && work >= stop_at)
		atomic_store(&cancel.stop, true);
}

/* These two stand in for the C library's in this program. */
int strcmp(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++, b++)
		count(1);
	count(1);
	return *a == *b ? 0 : (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

int fstatat(int fd, const char *restrict path, struct stat *restrict out, int flags)
{
	count(100);
	return (int)syscall(SYS_newfstatat, fd, path, out, flags);
}

static void name(size_t i, char id[EVX_UUID_CAP])
{
	(void)snprintf(id, EVX_UUID_CAP, "%08x-89ab-4def-8123-456789abcdef",
		(unsigned)((uint32_t)i * 2654435761u));
}

static int by_uuid(const void *a, const void *b)
{
	return memcmp(((const struct evx_inventory_line *)a)->uuid,
		((const struct evx_inventory_line *)b)->uuid, EVX_UUID_LEN);
}

static void begin(struct evx_vault *v, const struct scratch *s)
{
	memset(v, 0, sizeof(*v));
	memset(&cancel, 0, sizeof(cancel));
	stop_at = 0;
	v->cancel = &cancel;
	v->lock = v->pins = -1;
	v->fd = s->fd;
	scratch_must(mkdirat(s->fd, "log", 0700) == 0, "log");
	scratch_must(mkdirat(s->fd, "cases", 0700) == 0, "cases");
	scratch_must(mkdirat(s->fd, "exhibits", 0700) == 0, "exhibits");
	v->log = openat(s->fd, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void end(struct evx_vault *v)
{
	close(v->log);
	free(v->counts);
	free(v->cases);
	evx_case_tree_free(&v->tree);
}

#define LINES 64u

/* An inventory of LINES exhibits from number first on. */
static void inventory(struct evx_vault *v, size_t first, bool content, bool missing)
{
	struct evx_vault_count *c = EVX_ARRAY_ADD(v->counts, v->ncounts);
	struct evx_inventory_line lines[LINES];
	struct evx_buf list = EVX_BUF_INIT;
	char file[EVX_INVENTORY_NAME_CAP];
	int fd;

	assert_non_null(c);
	memset(lines, 0, sizeof(lines));
	for (size_t i = 0; i < LINES; i++) {
		name(first + i, lines[i].uuid);
		lines[i].events = missing ? 0 : 1;
		lines[i].result = missing ? EVX_INVENTORY_MISSING : EVX_INVENTORY_GOOD;
		memset(lines[i].head, missing ? 0 : 1, 32);
	}
	qsort(lines, LINES, sizeof(lines[0]), by_uuid);
	for (size_t i = 0; i < LINES; i++)
		assert_int_equal(evx_inventory_add(&list, &lines[i]), EVX_OK);
	c->sequence = (uint32_t)v->ncounts;
	c->content = content;
	evx_sha256(list.data, list.len, c->list);
	evx_inventory_name(c->sequence, file);
	fd = openat(v->log, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	scratch_must(fd >= 0 && write(fd, list.data, list.len) == (ssize_t)list.len, file);
	close(fd);
	evx_buf_free(&list);
}

static uint64_t gathered(size_t inventories)
{
	struct scratch s = scratch_make();
	struct evx_findings findings = { 0 };
	struct evx_heads *h;
	struct evx_vault v;
	uint64_t done;

	begin(&v, &s);
	for (size_t i = 0; i < inventories; i++)
		inventory(&v, i * LINES, true, false);
	work = 0;
	assert_int_equal(evx_heads_load(&v, NULL, &findings, &h, NULL), EVX_OK);
	done = work;
	assert_int_equal(findings.n, 0);
	assert_int_equal(h->n, inventories * LINES);
	assert_int_equal(h->nwords, inventories * LINES);
	for (size_t i = 1; i < h->nwords; i++)
		assert_true(memcmp(h->words[i - 1].uuid, h->words[i].uuid, EVX_UUID_LEN) < 0);
	evx_heads_free(h);
	evx_findings_free(&findings);
	end(&v);
	scratch_remove(&s);
	return done;
}

static void twice_the_inventories(void **state)
{
	const uint64_t once = gathered(200), twice = gathered(400);

	(void)state;
	if (twice > 2 * once + once / 2)
		fail_msg("%llu for 200 inventories, %llu for 400", (unsigned long long)once,
			(unsigned long long)twice);
}

/* However many inventories there are between, and wherever their words are put in order. */
static void the_last_word_counts(void **state)
{
	static const struct {
		bool content, missing;
	} words[] = { { true, true }, { false, false }, { true, false }, { false, true },
		{ true, true } };
	/* A content member says that it is missing: only a content member takes that back. */
	static const bool missing[] = { true, true, false, false, true };

	(void)state;
	for (size_t n = 1; n <= sizeof(words) / sizeof(words[0]); n++) {
		struct scratch s = scratch_make();
		struct evx_findings findings = { 0 };
		struct evx_heads *h;
		struct evx_vault v;
		size_t other = LINES;

		begin(&v, &s);
		for (size_t i = 0; i < n; i++) {
			inventory(&v, 0, words[i].content, words[i].missing);
			for (size_t k = 0; k < 70; k++, other += LINES)
				inventory(&v, other, true, false);
		}
		assert_int_equal(evx_heads_load(&v, NULL, &findings, &h, NULL), EVX_OK);
		assert_int_equal(findings.n, 0);
		assert_int_equal(h->nwords, other);
		for (size_t i = 0, seen = 0; i < h->nwords; i++)
			for (size_t k = 0; k < LINES; k++) {
				char uuid[EVX_UUID_CAP];

				name(k, uuid);
				if (memcmp(uuid, h->words[i].uuid, EVX_UUID_LEN) == 0) {
					assert_int_equal(h->words[i].missing, missing[n - 1]);
					seen++;
				}
				assert_true(i + 1 < h->nwords || k + 1 < LINES || seen == LINES);
			}
		evx_heads_free(h);
		evx_findings_free(&findings);
		end(&v);
		scratch_remove(&s);
	}
}

static void gathering_stops_when_asked_to(void **state)
{
	struct scratch s = scratch_make();
	struct evx_findings findings = { 0 };
	struct evx_diag diag = { 0 };
	struct evx_heads *h;
	struct evx_vault v;

	(void)state;
	begin(&v, &s);
	inventory(&v, 0, true, false);
	work = 0;
	stop_at = 20; /* within the first lines of the one inventory */
	assert_int_equal(evx_heads_load(&v, NULL, &findings, &h, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	assert_null(h);
	assert_true(work < 2000);
	evx_findings_free(&findings);
	end(&v);
	scratch_remove(&s);
}

/* A case with one exhibit. */
static void filed(struct evx_vault *v, size_t i)
{
	struct evx_vault_case *c = EVX_ARRAY_ADD(v->cases, v->ncases);
	char path[128], uuid[EVX_UUID_CAP];
	int fd;

	assert_non_null(c);
	name(1000000 + i, c->id);
	name(i, uuid);
	assert_int_equal(evx_case_tree_add(&v->tree, c->id), EVX_OK);
	(void)snprintf(path, sizeof(path), "cases/%s", c->id);
	scratch_must(mkdirat(v->fd, path, 0700) == 0, path);
	(void)snprintf(path, sizeof(path), "cases/%s/exhibits", c->id);
	scratch_must(mkdirat(v->fd, path, 0700) == 0, path);
	(void)snprintf(path, sizeof(path), "cases/%s/exhibits/%s", c->id, uuid);
	fd = openat(v->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	scratch_must(fd >= 0, path);
	close(fd);
	(void)snprintf(path, sizeof(path), "exhibits/%s", uuid);
	scratch_must(mkdirat(v->fd, path, 0700) == 0, path);
}

static uint64_t looked_for(size_t n)
{
	struct scratch s = scratch_make();
	struct evx_marks *m;
	struct evx_vault v;
	uint64_t done;

	begin(&v, &s);
	for (size_t i = 0; i < n; i++)
		filed(&v, i);
	work = 0;
	assert_int_equal(evx_marks_load(&v, &m, NULL), EVX_OK);
	for (size_t i = 0; i < n; i++) {
		char uuid[EVX_UUID_CAP], at[EVX_UUID_CAP];

		name(i, uuid);
		evx_marks_case(m, &v, uuid, at);
		assert_memory_equal(at, v.cases[i].id, EVX_UUID_CAP);
		assert_true(evx_marks_next(m, &v, uuid, i + 1) == n);
	}
	done = work;
	evx_marks_free(m);
	end(&v);
	scratch_remove(&s);
	return done;
}

static void twice_the_cases_and_exhibits(void **state)
{
	const uint64_t once = looked_for(200), twice = looked_for(400);

	(void)state;
	if (twice > 2 * once + once / 2)
		fail_msg("%llu for 200 cases, %llu for 400", (unsigned long long)once,
			(unsigned long long)twice);
}

/* Whatever was filed after the marks were read is found all the same, and what was in no case then
 * is in none. */
static void marks_that_come_later(void **state)
{
	char unfiled[EVX_UUID_CAP], path[64], uuid[EVX_UUID_CAP], at[EVX_UUID_CAP];
	struct scratch s = scratch_make();
	struct evx_marks *m;
	struct evx_vault v;

	(void)state;
	begin(&v, &s);
	filed(&v, 0);
	name(77, unfiled);
	(void)snprintf(path, sizeof(path), "exhibits/%s", unfiled);
	scratch_must(mkdirat(v.fd, path, 0700) == 0, path);
	assert_int_equal(evx_marks_load(&v, &m, NULL), EVX_OK);
	filed(&v, 1);
	name(1, uuid);
	evx_marks_case(m, &v, uuid, at);
	assert_string_equal(at, v.cases[1].id);
	evx_marks_case(NULL, &v, uuid, at);
	assert_string_equal(at, v.cases[1].id);
	assert_true(evx_marks_has(&v, v.cases[1].id, uuid));
	assert_false(evx_marks_has(&v, v.cases[0].id, uuid));
	evx_marks_case(m, &v, unfiled, at);
	assert_string_equal(at, "");
	evx_marks_free(m);
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_marks_load(&v, &m, NULL), EVX_E_INTERRUPTED);
	assert_null(m);
	end(&v);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twice_the_inventories),
		cmocka_unit_test(the_last_word_counts),
		cmocka_unit_test(gathering_stops_when_asked_to),
		cmocka_unit_test(twice_the_cases_and_exhibits),
		cmocka_unit_test(marks_that_come_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
