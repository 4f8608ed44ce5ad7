/* What deduplication remembers, and what it forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "content/lookback.h"
#include "content/tree_write.h"

static void id_of(uint32_t n, uint8_t id[32])
{
	memset(id, 0, 32);
	evx_put_be32(id, n * 2654435761u);
	evx_put_be32(id + 28, n);
}

static void remembers(void **state)
{
	struct evx_lookback *t = evx_lookback_new();
	struct evx_ref ref = { .position = 5 }, back;
	uint8_t id[32];

	(void)state;
	id_of(1, id);
	assert_int_equal(evx_lookback_find(t, id), EVX_LOOKBACK_NONE);
	uint32_t slot = evx_lookback_add(t, id);
	assert_int_equal(evx_lookback_find(t, id), slot);
	assert_false(evx_lookback_get(t, slot, &back));
	memcpy(ref.id, id, 32);
	evx_lookback_place(t, slot, &ref);
	assert_true(evx_lookback_get(t, slot, &back));
	assert_int_equal(back.position, 5);
	evx_lookback_free(t);
}

static void forgets_the_oldest(void **state)
{
	struct evx_lookback *t = evx_lookback_new();
	uint8_t id[32];

	(void)state;
	for (uint32_t i = 0; i < 3 * EVX_LOOKBACK + 10; i++) {
		id_of(i, id);
		(void)evx_lookback_add(t, id);
	}
	for (uint32_t i = 0; i < 3 * EVX_LOOKBACK + 10; i++) {
		id_of(i, id);
		assert_int_equal(
			evx_lookback_find(t, id) != EVX_LOOKBACK_NONE, i >= 2 * EVX_LOOKBACK + 10);
	}
	evx_lookback_free(t);
}

/* Ids that all begin alike make one chain; it is searched for a bounded number of steps, newest
 * first. */
static void one_chain(void **state)
{
	struct evx_lookback *t = evx_lookback_new();
	uint8_t id[32] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < EVX_LOOKBACK + 500; i++) {
		evx_put_be32(id + 28, i);
		uint32_t slot = evx_lookback_add(t, id);
		assert_int_equal(evx_lookback_find(t, id), slot);
		if (i > 10) {
			evx_put_be32(id + 28, i - 10);
			assert_int_not_equal(evx_lookback_find(t, id), EVX_LOOKBACK_NONE);
		}
		if (i == 2000)
			break;
	}
	evx_lookback_free(t);
}

/* ---- the plan and the tree agree -------------------------------------------------------- */

static void build(uint64_t frames, int level)
{
	struct evx_tree_plan plan = { { 0 } };
	struct evx_ref ref = { .plain = 3, .stored = 80, .span = 3 },
		       node_ref = { .plain = 104, .stored = 181 };
	static uint8_t node[EVX_NODE_LEN_MAX];
	struct evx_tree_root root;
	struct evx_tree tree;
	int due;

	evx_tree_init(&tree, EVX_FRAME_DATA);
	for (uint64_t i = 0; i < frames; i++) {
		evx_tree_plan_add(&plan);
		assert_int_equal(evx_tree_add(&tree, 0, &ref), EVX_OK);
		while ((due = evx_tree_plan_full(&plan)) >= 0) {
			evx_tree_plan_node(&plan, (unsigned)due);
			assert_int_equal(evx_tree_node(&tree, (unsigned)due, node, &node_ref.span),
				EVX_NODE_LEN_MAX);
			assert_int_equal(evx_tree_add(&tree, (unsigned)due + 1, &node_ref), EVX_OK);
		}
	}
	while ((due = evx_tree_plan_last(&plan)) >= 0) {
		evx_tree_plan_node(&plan, (unsigned)due);
		(void)evx_tree_node(&tree, (unsigned)due, node, &node_ref.span);
		assert_int_equal(evx_tree_add(&tree, (unsigned)due + 1, &node_ref), EVX_OK);
	}
	evx_tree_root_of(&tree, &root);
	assert_int_equal(root.present, frames > 0);
	if (frames > 0) {
		assert_int_equal(root.level, level);
		assert_int_equal(root.ref.span, 3 * frames);
	}
	evx_tree_free(&tree);
}

static void trees(void **state)
{
	(void)state;
	build(0, 0);
	build(1, 0);
	build(1023, 0);
	build(1024, 0);
	build(1025, 1);
	build(1024 * 1024 - 1, 1);
	build(1024 * 1024, 1);
	build(1024 * 1024 + 1, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers),
		cmocka_unit_test(forgets_the_oldest),
		cmocka_unit_test(one_chain),
		cmocka_unit_test(trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
