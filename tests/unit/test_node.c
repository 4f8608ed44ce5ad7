/* References and tree nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/node.h"

static struct evx_node *node;

static struct evx_ref data_ref(uint32_t plain)
{
	struct evx_ref r = { .position = 1000, .stored = 78, .plain = plain, .span = plain };

	memset(r.id, 1, 32);
	memset(r.key, 2, 32);
	return r;
}

static struct evx_ref node_ref(uint64_t span)
{
	struct evx_ref r = data_ref(12 + 92);

	r.stored = 77 + 12 + 92;
	r.span = span;
	return r;
}

static void assert_same_ref(const struct evx_ref *a, const struct evx_ref *b)
{
	uint8_t x[EVX_REF_LEN], y[EVX_REF_LEN];

	evx_ref_encode(a, x);
	evx_ref_encode(b, y);
	assert_memory_equal(x, y, sizeof(x));
}

static void ref_layout(void **state)
{
	struct evx_ref r = data_ref(0x010203);
	uint8_t p[EVX_REF_LEN];

	(void)state;
	r.sequence = 1;
	r.position = 0x1122334455667788;
	evx_ref_encode(&r, p);
	assert_int_equal(p[67], 1);
	assert_int_equal(p[68], 0x11);
	assert_int_equal(p[75], 0x88);
	assert_int_equal(p[79], 78);
	assert_int_equal(p[81], 1);
	assert_int_equal(p[83], 3);
	assert_int_equal(p[91], 3);
}

static void ref_rejects(void **state)
{
	struct evx_ref r;

	(void)state;
#define REJECT(type, change, class) \
	do { \
		r = (type) == EVX_FRAME_DATA ? data_ref(1000) : node_ref(5000); \
		assert_int_equal(evx_ref_check(&r, type, NULL), EVX_OK); \
		change; \
		assert_int_equal(evx_ref_check(&r, type, NULL), class); \
	} while (0)
	REJECT(EVX_FRAME_DATA, r.sequence = 2, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_DATA, r.position = INT64_MAX - 77, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_DATA, r.position = UINT64_MAX, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_DATA, r.span = 999, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_DATA, r.span = r.plain = 0, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_DATA, r.stored = 77, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_DATA, r.stored = 1078, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_DATA, r.span = r.plain = 4194305, EVX_E_LIMIT);
	REJECT(EVX_FRAME_CONTENT_NODE, r.span = 0, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_CONTENT_NODE, r.span = (uint64_t)INT64_MAX + 1, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_CONTENT_NODE, r.stored--, EVX_E_CORRUPT);
	REJECT(EVX_FRAME_LISTING_NODE, (r.plain++, r.stored++), EVX_E_CORRUPT);
	REJECT(EVX_FRAME_LISTING_NODE, (r.plain = 12, r.stored = 89), EVX_E_CORRUPT);
	REJECT(EVX_FRAME_LISTING_NODE, (r.plain = 12 + 92 * 1025, r.stored = 77 + r.plain),
		EVX_E_CORRUPT);
#undef REJECT
}

static void round_trip(void **state)
{
	static const uint32_t counts[] = { 1, 2, 1023, 1024 };
	struct evx_ref *refs = calloc(1024, sizeof(*refs));
	uint8_t *p = malloc(EVX_NODE_LEN_MAX);

	(void)state;
	for (size_t c = 0; c < 4; c++) {
		uint64_t span = 0;
		size_t n;

		for (uint32_t i = 0; i < counts[c]; i++) {
			refs[i] = data_ref(i + 1);
			span += i + 1;
		}
		n = evx_node_encode(77, refs, counts[c], p);
		assert_int_equal(n, 12 + 92 * counts[c]);
		assert_int_equal(
			evx_node_decode(p, n, EVX_FRAME_DATA, 0, 77, span, node, NULL), EVX_OK);
		assert_int_equal(node->count, counts[c]);
		for (uint32_t i = 0; i < counts[c]; i++)
			assert_same_ref(&node->refs[i], &refs[i]);
		assert_int_equal(evx_node_decode(p, n, EVX_FRAME_DATA, 0, 78, span, node, NULL),
			EVX_E_CORRUPT);
		assert_int_equal(evx_node_decode(p, n, EVX_FRAME_DATA, 0, 77, span + 1, node, NULL),
			EVX_E_CORRUPT);
		assert_int_equal(evx_node_decode(p, n, EVX_FRAME_DATA, 1, 77, span, node, NULL),
			EVX_E_CORRUPT);
		assert_int_equal(evx_node_decode(p, n, EVX_FRAME_DATA, 8, 77, span, node, NULL),
			EVX_E_LIMIT);
	}
	free(refs);
	free(p);
}

static void rejects(void **state)
{
	struct evx_ref refs[2] = { node_ref(INT64_MAX - 5), node_ref(6) };
	uint8_t p[12 + 3 * 92] = { 0 };
	size_t n = evx_node_encode(0, refs, 2, p);

	(void)state;
	/* spans that pass 2^63 */
	assert_int_equal(
		evx_node_decode_loose(p, n, EVX_FRAME_LISTING, 1, node, NULL), EVX_E_CORRUPT);
	refs[1].span = 5;
	n = evx_node_encode(0, refs, 2, p);
	assert_int_equal(evx_node_decode_loose(p, n, EVX_FRAME_LISTING, 1, node, NULL), EVX_OK);
	n = evx_node_encode(1, refs, 2, p);
	assert_int_equal(
		evx_node_decode_loose(p, n, EVX_FRAME_LISTING, 1, node, NULL), EVX_E_CORRUPT);
	n = evx_node_encode(0, refs, 2, p);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(evx_node_decode_loose(p, i, EVX_FRAME_LISTING, 1, node, NULL),
			EVX_E_TRUNCATED);
	assert_int_equal(
		evx_node_decode_loose(p, n + 1, EVX_FRAME_LISTING, 1, node, NULL), EVX_E_CORRUPT);
	p[11] = 0;
	assert_int_equal(
		evx_node_decode_loose(p, 12, EVX_FRAME_LISTING, 1, node, NULL), EVX_E_CORRUPT);
	p[10] = 4;
	p[11] = 1;
	assert_int_equal(
		evx_node_decode_loose(p, n, EVX_FRAME_LISTING, 1, node, NULL), EVX_E_LIMIT);
	p[8] = 0xff;
	assert_int_equal(
		evx_node_decode_loose(p, n, EVX_FRAME_LISTING, 1, node, NULL), EVX_E_LIMIT);
	assert_int_equal(node->count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ref_layout),
		cmocka_unit_test(ref_rejects),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(rejects),
	};
	int rc;

	node = calloc(1, sizeof(*node));
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	free(node);
	return rc;
}
