/* A vault made by hand, with three cases and a home beside it: for what was seen of exhibits. To be
 * included once in a program. */
#ifndef EVX_TESTS_HEADS_FIXTURE_H
#define EVX_TESTS_HEADS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/secret.h"
#include "store/heads_inner.h"
#include "store/vault_inner.h"
#include "unit/scratch.h"

#define VAULT "99999999-9999-4999-8999-999999999999"
#define HEADS VAULT ".heads"
#define U1 "00000000-0000-4000-8000-000000000001"
#define U2 "00000000-0000-4000-8000-000000000002"
#define U3 "00000000-0000-4000-8000-000000000003"
#define U4 "00000000-0000-4000-8000-000000000004"
#define A "aaaaaaaa-0000-4000-8000-000000000000"
#define B "bbbbbbbb-0000-4000-8000-000000000000"
#define C "cccccccc-0000-4000-8000-000000000000"

static struct scratch s;
static struct evx_vault v;
static struct evx_cancel cancel;
static struct evx_vault_case cases[3];
static struct evx_diag diag;

/* Three cases, of which C was merged into A. */
static inline int setup(void **state)
{
	static const char *const ids[] = { A, B, C };

	(void)state;
	(void)umask(022);
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	s = scratch_make();
	scratch_dir(&s, "pins");
	scratch_dir(&s, "exhibits");
	scratch_dir(&s, "cases");
	memset(&v, 0, sizeof(v));
	memset(&cancel, 0, sizeof(cancel));
	memset(&diag, 0, sizeof(diag));
	memset(cases, 0, sizeof(cases));
	memcpy(v.uuid, VAULT, sizeof(v.uuid));
	v.cancel = &cancel;
	v.fd = s.fd;
	v.log = v.lock = -1;
	v.pins = openat(s.fd, "pins", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	v.cases = cases;
	for (; v.ncases < 3; v.ncases++) {
		char path[80];

		memcpy(cases[v.ncases].id, ids[v.ncases], EVX_UUID_CAP);
		assert_int_equal(evx_case_tree_add(&v.tree, ids[v.ncases]), EVX_OK);
		(void)snprintf(path, sizeof(path), "cases/%s", ids[v.ncases]);
		scratch_dir(&s, path);
		(void)snprintf(path, sizeof(path), "cases/%s/exhibits", ids[v.ncases]);
		scratch_dir(&s, path);
	}
	assert_true(evx_case_tree_merge(&v.tree, 2, 0));
	return v.pins >= 0 ? 0 : -1;
}

static inline int teardown(void **state)
{
	(void)state;
	evx_case_tree_free(&v.tree);
	evx_case_tree_free(&v.filed_tree);
	evx_diag_clear(&diag);
	free(v.counts);
	if (v.log >= 0)
		(void)close(v.log);
	(void)close(v.pins);
	scratch_remove(&s);
	return 0;
}

static inline void mark(const char *case_id, const char *uuid, bool there)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "cases/%s/exhibits/%s", case_id, uuid);
	if (there)
		scratch_file(&s, path, "", 0);
	else
		assert_int_equal(unlinkat(s.fd, path, 0), 0);
}

/* ---- What a machine remembers */

static inline struct evx_head_seen seen(
	const char *uuid, uint64_t events, uint8_t head, const char *case_id)
{
	struct evx_head_seen one = { .events = events, .inventory = EVX_HEAD_MACHINE };

	memcpy(one.uuid, uuid, EVX_UUID_CAP);
	(void)snprintf(one.case_id, sizeof(one.case_id), "%s", case_id);
	memset(one.seal, 1, 32);
	memset(one.head, head, 32);
	one.seal[31] = one.head[31] = 0xfe;
	return one;
}

static inline void remember(const char *uuid, uint64_t events, uint8_t head, const char *case_id)
{
	const struct evx_head_seen one = seen(uuid, events, head, case_id);

	assert_int_equal(evx_heads_remember_one(&v, &one, &diag), EVX_OK);
}

static inline enum evx_err tell_one(void *ctx, const struct evx_head_seen *one)
{
	char *text = ctx;
	const size_t at = strlen(text);

	assert_int_equal(one->seal[0], 1);
	assert_int_equal(one->seal[31], 0xfe);
	assert_int_equal(one->head[31], 0xfe);
	assert_int_equal(one->head[30], one->head[0]);
	assert_int_equal(one->inventory, EVX_HEAD_MACHINE);
	(void)snprintf(text + at, 400 - at, "%c:%llu:%u:%c ", one->uuid[EVX_UUID_LEN - 1],
		(unsigned long long)one->events, one->head[0],
		one->case_id[0] != '\0' ? one->case_id[0] : '-');
	return EVX_OK;
}

/* Of each exhibit, in their order: its last digit, events, head, and its case's first letter. */
static inline void memory_is(const char *expected)
{
	char text[400] = "";

	assert_int_equal(evx_heads_each(&v, tell_one, text, &diag), EVX_OK);
	assert_string_equal(text, expected);
}

#endif
