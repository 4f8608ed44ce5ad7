/* Messages between the process that works and those that talk to remotes: both ways, cut, changed.
 */
#include "remote/remote_message.h"

#include "testdata.h"

static void test_requests(void **state)
{
	struct evx_remote_request q = { .act = EVX_REMOTE_PUT,
		.name = "packs/ab/01",
		.place = 3,
		.source = "data/x",
		.offset = 5,
		.size = 1ull << 40,
		.exact = true,
		.unseen = true,
		.has_hash = true,
		.until = 1369353600 };
	struct evx_remote_request got;
	struct evx_buf b = EVX_BUF_INIT;
	size_t n;

	(void)state;
	q.hash[31] = 7;
	assert_int_equal(evx_buf_add(&q.body, "hello", 5), EVX_OK);
	assert_int_equal(evx_remote_request_encode(&q, &b, NULL), EVX_OK);
	assert_int_equal(evx_get_be32(b.data), b.len - 4);
	assert_int_equal(evx_remote_request_decode(b.data + 4, b.len - 4, &got), EVX_OK);
	assert_string_equal(got.name, q.name);
	assert_string_equal(got.source, q.source);
	assert_true(got.act == q.act && got.place == 3 && got.offset == 5 && got.size == q.size &&
		got.exact && !got.reread && got.unseen && got.has_hash && got.until == q.until);
	assert_memory_equal(got.hash, q.hash, 32);
	assert_int_equal(got.body.len, 5);
	evx_buf_free(&got.body);
	for (n = 0; n < b.len - 4; n++)
		assert_int_equal(evx_remote_request_decode(b.data + 4, n, &got), EVX_E_TRUNCATED);
	assert_int_equal(evx_buf_add_u8(&b, 0), EVX_OK);
	assert_int_equal(evx_remote_request_decode(b.data + 4, b.len - 4, &got), EVX_E_CORRUPT);
	b.data[4] = EVX_REMOTE_ACTS;
	assert_int_equal(evx_remote_request_decode(b.data + 4, b.len - 5, &got), EVX_E_CORRUPT);
	evx_buf_reset(&b);
	memcpy(q.name, "../x", 5);
	assert_int_equal(evx_remote_request_encode(&q, &b, NULL), EVX_E_USAGE);
	q.name[0] = '\0';
	assert_int_equal(evx_remote_request_encode(&q, &b, NULL), EVX_E_USAGE);
	q.act = EVX_REMOTE_LIST;
	/* Behind another message its length is its own. */
	for (size_t i = 0; i < 2; i++) {
		n = b.len;
		assert_int_equal(evx_remote_request_encode(&q, &b, NULL), EVX_OK);
		assert_int_equal(evx_get_be32(b.data + n), b.len - n - 4);
		assert_int_equal(
			evx_remote_request_decode(b.data + n + 4, b.len - n - 4, &got), EVX_OK);
		evx_buf_free(&got.body);
	}
	evx_buf_free(&b);
	evx_buf_free(&q.body);
}

static void same(const struct evx_remote_answer *a)
{
	struct evx_remote_answer got;
	struct evx_buf b = EVX_BUF_INIT;
	size_t n, used;

	assert_int_equal(evx_remote_answer_encode(a, &b), EVX_OK);
	for (n = 0; n < b.len; n++) {
		assert_int_equal(evx_remote_answer_decode(b.data, n, &got, &used), EVX_OK);
		assert_int_equal(used, 0);
	}
	assert_int_equal(evx_buf_adds(&b, "more"), EVX_OK);
	assert_int_equal(evx_remote_answer_decode(b.data, b.len, &got, &used), EVX_OK);
	assert_int_equal(used, b.len - 4);
	assert_true(got.said == a->said && got.size == a->size && got.err == a->err &&
		got.again == a->again && got.wait == a->wait && got.stat.size == a->stat.size &&
		got.stat.until == a->stat.until && got.stat.has_hash == a->stat.has_hash &&
		got.nbytes == a->nbytes && got.about.locks == a->about.locks &&
		got.about.lists == a->about.lists && got.about.largest == a->about.largest);
	assert_string_equal(got.name, a->name);
	assert_string_equal(got.text, a->text);
	evx_buf_free(&b);
}

static void test_answers(void **state)
{
	const struct evx_remote_answer answers[] = {
		{ .said = EVX_REMOTE_SAID_PROGRESS, .size = 1ull << 40 },
		{ .said = EVX_REMOTE_SAID_ITEM, .size = 7, .name = "inbox/aa" },
		{ .said = EVX_REMOTE_SAID_BYTES, .bytes = (const uint8_t *)"hello", .nbytes = 5 },
		{ .said = EVX_REMOTE_SAID_ABOUT, .about = { .locks = true, .largest = 9 } },
		{ .said = EVX_REMOTE_SAID_ABOUT, .about = { .lists = true, .free_bytes = 9 } },
		{ .said = EVX_REMOTE_SAID_DONE,
			.err = EVX_E_KEY,
			.again = EVX_REMOTE_NO_LINE,
			.wait = 9,
			.stat = { .size = 3, .until = -1, .has_hash = true },
			.text = "why" },
		{ .said = EVX_REMOTE_SAID_DONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		same(&answers[i]);
}

static void refused(const char *bytes, size_t n, enum evx_err wanted)
{
	struct evx_remote_answer got;
	size_t used;

	assert_int_equal(evx_remote_answer_decode((const uint8_t *)bytes, n, &got, &used), wanted);
	assert_int_equal(used, 0);
}

static void test_nonsense(void **state)
{
	struct evx_remote_answer done = { .said = EVX_REMOTE_SAID_DONE };
	struct evx_buf b = EVX_BUF_INIT;

	(void)state;
	refused("\0\0\0\0", 4, EVX_E_CORRUPT);
	refused("\0\0\0\1\5", 5, EVX_E_CORRUPT);
	refused("\0\0\0\1\0", 5, EVX_E_CORRUPT);
	refused("\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0", 14, EVX_E_CORRUPT);
	refused("\0\4\0\x41", 4, EVX_E_LIMIT);
	refused("\xff\xff\xff\xff", 4, EVX_E_LIMIT);
	refused("\0\0\0\x0d\1\0\0\0\0\0\0\0\0../x", 17, EVX_E_CORRUPT);
	refused("\0\0\0\x0b\1\0\0\0\0\0\0\0\0a\0", 15, EVX_E_CORRUPT);
	refused("\0\0\0\x12\3\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, EVX_E_CORRUPT);
	assert_int_equal(evx_remote_answer_encode(&done, &b), EVX_OK);
	b.data[5] = EVX_E_INTERRUPTED + 1;
	refused((const char *)b.data, b.len, EVX_E_CORRUPT);
	b.data[5] = 0;
	b.data[6] = 3;
	refused((const char *)b.data, b.len, EVX_E_CORRUPT);
	evx_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
