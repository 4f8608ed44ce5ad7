/* Sets of signing keys: each once, found whatever the order in which they came, and copied. */
#include <stdio.h>
#include <stdlib.h>

#include "custody/keyset.h"
#include "unit/failing.h"

#define KEYS 16u

static const char *key(size_t i, char out[EVX_KEY_TEXT_CAP])
{
	(void)snprintf(out, EVX_KEY_TEXT_CAP, "ssh-ed25519 key number %02zu", i);
	return out;
}

/* Seven has no part in KEYS: each number once. */
static size_t mixed(size_t i)
{
	return i * 7 % KEYS;
}

static void fill(struct evx_keyset *set)
{
	char text[EVX_KEY_TEXT_CAP];

	for (size_t i = 0; i < KEYS; i++)
		assert_int_equal(
			evx_keyset_add(set, key(2 * mixed(i), text), (uint32_t)(i + 1)), EVX_OK);
}

/* The keys that fill added, in their order, and no others. */
static void is_full(const struct evx_keyset *set)
{
	char text[EVX_KEY_TEXT_CAP];

	assert_int_equal(set->n, KEYS);
	for (size_t i = 0; i < KEYS; i++) {
		const struct evx_keyset_entry *found = evx_keyset_find(
			set, key(2 * mixed(i), text));

		assert_ptr_equal(found, &set->at[i]);
		assert_string_equal(found->key, text);
		assert_int_equal(found->since, i + 1);
		assert_null(evx_keyset_find(set, key(2 * i + 1, text)));
	}
	assert_null(evx_keyset_find(set, ""));
	assert_null(evx_keyset_find(set, "ssh-ed25519 key number 0"));
	assert_null(evx_keyset_find(set, "ssh-ed25519 key number 000"));
}

static void each_once(void **state)
{
	struct evx_keyset set = { 0 };
	char text[EVX_KEY_TEXT_CAP];

	(void)state;
	assert_null(evx_keyset_find(&set, key(0, text)));
	fill(&set);
	is_full(&set);
	/* A second time each keeps its number. */
	for (size_t i = 0; i < KEYS; i++)
		assert_int_equal(evx_keyset_add(&set, key(2 * i, text), 99), EVX_OK);
	is_full(&set);
	evx_keyset_free(&set);
	assert_int_equal(set.n, 0);
	assert_null(set.at);
	assert_null(set.sorted);
	evx_keyset_free(NULL);
}

static void copies(void **state)
{
	struct evx_keyset set = { 0 }, copy;
	char text[EVX_KEY_TEXT_CAP];

	(void)state;
	assert_int_equal(evx_keyset_copy(&set, &copy), EVX_OK);
	assert_int_equal(copy.n, 0);
	assert_null(evx_keyset_find(&copy, key(0, text)));
	evx_keyset_free(&copy);
	fill(&set);
	assert_int_equal(evx_keyset_copy(&set, &copy), EVX_OK);
	/* Neither knows what is done to the other. */
	assert_int_equal(evx_keyset_add(&set, key(1, text), 1), EVX_OK);
	is_full(&copy);
	evx_keyset_free(&set);
	is_full(&copy);
	assert_int_equal(evx_keyset_add(&copy, key(1, text), 77), EVX_OK);
	assert_int_equal(evx_keyset_find(&copy, key(1, text))->since, 77);
	evx_keyset_free(&copy);
}

static enum evx_err add_and_copy(void *ctx, struct outcome *out)
{
	struct evx_keyset set = { 0 }, copy = { 0 };
	char text[EVX_KEY_TEXT_CAP];
	enum evx_err err = EVX_OK;

	(void)ctx;
	for (size_t i = 0; i < KEYS && err == EVX_OK; i++)
		err = evx_keyset_add(&set, key(i, text), (uint32_t)i);
	if (err == EVX_OK)
		err = evx_keyset_copy(&set, &copy);
	out->number[0] = copy.n;
	out->number[1] = evx_keyset_find(&copy, key(KEYS - 1, text)) != NULL;
	evx_keyset_free(&set);
	evx_keyset_free(&copy);
	return err;
}

static void without_memory(void **state)
{
	(void)state;
#ifdef NOT_HERE
	(void)each_fails;
	assert_int_equal(add_and_copy(NULL, &(struct outcome){ { 0 } }), EVX_OK);
#else
	each_fails("a set of keys", add_and_copy, NULL, 4);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_once), cmocka_unit_test(copies),
		cmocka_unit_test(without_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
