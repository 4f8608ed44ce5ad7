/* open/file_crew.h: batches come back in the order in which they were given, each file compared
 * with its own line, and no more are away than there are threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "open/file_crew.h"

/* The bytes of file i, and how many: some files are empty. */
static uint8_t bytes[64];
#define LENGTH(i) ((i) % 7 * 5)
#define IS_WRONG(i) ((i) % 5 == 3)
#define IS_FILE(i) ((i) % 3 != 2)

/* What came to the threads' work, by the number of the file. */
static struct {
	unsigned times;
	bool differs;
} handed[2000];
static size_t numbers[2000];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void work(
	void *number, const struct evx_entry *e, const uint8_t *p, size_t n, const char *differs)
{
	const size_t i = *(size_t *)number;
	char path[20];

	(void)snprintf(path, sizeof(path), "f%zu", i);
	(void)pthread_mutex_lock(&lock);
	handed[i].times++;
	handed[i].differs = differs != NULL && strcmp(differs, "sha256") == 0;
	/* A number that no file has, where something of it is another's. */
	if (strcmp(e->path, path) != 0 || n != LENGTH(i) || (n == 0) != (p == NULL) ||
		(differs != NULL) != handed[i].differs)
		handed[i].times = 1000;
	(void)pthread_mutex_unlock(&lock);
}

static void add(struct evx_file_batch *b, size_t i, bool to_work)
{
	struct evx_entry e;
	struct evx_listing_item item = { .index = i, .position = i, .entry = &e };
	struct evx_batch_line *l;
	char path[20];

	evx_entry_init(&e);
	(void)snprintf(path, sizeof(path), "f%zu", i);
	assert_int_equal(evx_entry_set_path(&e, path, strlen(path)), EVX_OK);
	e.type = EVX_FILE;
	e.size = item.stored = LENGTH(i);
	e.has_sha256 = true;
	evx_sha256(bytes, LENGTH(i), e.sha256);
	e.sha256[31] ^= IS_WRONG(i);
	l = evx_file_batch_add(b, &item);
	assert_null(e.path); /* it is the batch's now */
	evx_entry_free(&e);
	assert_ptr_equal(l->item.entry, &l->entry);
	assert_string_equal(l->entry.path, path);
	assert_false(l->has_bytes);
	assert_null(l->p);
	assert_null(l->differs);
	assert_null(l->handed);
	l->has_bytes = IS_FILE(i);
	l->p = LENGTH(i) > 0 ? bytes : NULL;
	numbers[i] = i;
	l->handed = to_work && i % 2 == 0 ? &numbers[i] : NULL;
}

/* Takes the next batch back, which begins with file number *next. */
static void take(struct evx_file_crew *c, size_t *next)
{
	struct evx_file_batch *b = evx_file_crew_take(c);

	assert_non_null(b);
	assert_true(b->n > 0);
	for (size_t k = 0; k < b->n; k++, ++*next) {
		assert_int_equal(b->lines[k].item.index, *next);
		assert_int_equal(b->lines[k].differs != NULL, IS_FILE(*next) && IS_WRONG(*next));
	}
	evx_file_crew_return(c, b);
	assert_int_equal(b->n, 0);
	assert_int_equal(b->bytes, 0);
	assert_null(b->frame);
	assert_false(b->done);
}

static void test_in_order(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 4; jobs++)
		for (int to_work = 0; to_work < 2; to_work++) {
			struct evx_file_crew *c;
			size_t given = 0, next = 0;
			unsigned away = 0;

			memset(handed, 0, sizeof(handed));
			assert_int_equal(
				evx_file_crew_new(jobs, to_work ? work : NULL, &c, NULL), EVX_OK);
			assert_null(evx_file_crew_take(c));
			while (given < 1500) {
				struct evx_file_batch *b = evx_file_crew_batch(c);
				const size_t lines = given % EVX_FILE_BATCH + 1;

				assert_int_equal(b != NULL, away < jobs);
				if (b == NULL) {
					take(c, &next);
					away--;
					continue;
				}
				assert_ptr_equal(b, evx_file_crew_batch(c));
				assert_int_equal(b->n, 0);
				for (size_t k = 0; k < lines; k++)
					add(b, given++, to_work);
				b->bytes = 1;
				evx_file_crew_give(c);
				assert_int_equal(evx_file_crew_away(c), ++away);
			}
			for (; away > 0; away--)
				take(c, &next);
			assert_int_equal(next, given);
			assert_null(evx_file_crew_take(c));
			evx_file_crew_free(c);
			for (size_t i = 0; i < given; i++) {
				const bool is = to_work && IS_FILE(i) && i % 2 == 0;

				assert_int_equal(handed[i].times, is);
				assert_int_equal(handed[i].differs, is && IS_WRONG(i));
			}
		}
}

/* With batches away, and one that is half full: nothing is leaked. */
static void test_ended_early(void **state)
{
	(void)state;
	for (size_t batches = 0; batches < 3; batches++) {
		struct evx_file_crew *c;

		assert_int_equal(evx_file_crew_new(3, NULL, &c, NULL), EVX_OK);
		for (size_t i = 0; i < batches; i++) {
			add(evx_file_crew_batch(c), i, false);
			evx_file_crew_give(c);
		}
		add(evx_file_crew_batch(c), 9, false);
		evx_file_crew_free(c);
	}
	evx_file_crew_free(NULL);
}

static int start(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37);
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_ended_early) };

	return cmocka_run_group_tests(tests, start, NULL);
}
