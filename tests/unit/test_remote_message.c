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

/* The bytes of a message are those of the table at the top of its source. */
static void test_bytes(void **state)
{
	static const uint8_t request[] = { 0, 0, 0, 77, EVX_REMOTE_RETAIN, 0, 9, 0, 0, 0, 3, 'a',
		'/', 'b', 0, 0, 0, 2, 'c', 'd', 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 0, 0, 4, 5,
		5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
		5, 5, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 1, 'x' };
	static const uint8_t done[] = { 0, 0, 0, 57, EVX_REMOTE_SAID_DONE, EVX_E_IO,
		EVX_REMOTE_RETRY, 0, 0, 1, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 1, 7,
		7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
		7, 7, 7, 'x' };
	struct evx_remote_request q = { .act = EVX_REMOTE_RETAIN,
		.name = "a/b",
		.place = 9,
		.source = "cd",
		.offset = 0x102,
		.size = 0x3000004,
		.until = 0x600000007 };
	struct evx_remote_answer a = { .said = EVX_REMOTE_SAID_DONE,
		.err = EVX_E_IO,
		.again = EVX_REMOTE_RETRY,
		.wait = 0x102,
		.stat = { .size = 0x300000004, .until = 0x500000006, .has_hash = true },
		.text = "x" };
	struct evx_buf b = EVX_BUF_INIT;

	(void)state;
	memset(q.hash, 5, sizeof(q.hash));
	assert_int_equal(evx_buf_adds(&q.body, "x"), EVX_OK);
	assert_int_equal(evx_remote_request_encode(&q, &b, NULL), EVX_OK);
	assert_int_equal(b.len, sizeof(request));
	assert_memory_equal(b.data, request, sizeof(request));
	evx_buf_reset(&b);
	memset(a.stat.hash, 7, sizeof(a.stat.hash));
	assert_int_equal(evx_remote_answer_encode(&a, &b), EVX_OK);
	assert_int_equal(b.len, sizeof(done));
	assert_memory_equal(b.data, done, sizeof(done));
	evx_buf_free(&b);
	evx_buf_free(&q.body);
}

/* Each of what is yes or no, alone. */
static void test_flags(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct evx_remote_request q = { .act = EVX_REMOTE_GET,
			.name = "a",
			.exact = i == 0,
			.reread = i == 1,
			.has_hash = i == 2,
			.unseen = i == 3 };
		struct evx_remote_request got;
		struct evx_remote_answer a = { .said = EVX_REMOTE_SAID_ABOUT,
			.about = { .lists = i == 0,
				.renames = i == 1,
				.removes = i == 2,
				.locks = i == 3,
				.conditional = i == 4,
				.free_bytes = 0x100 + i,
				.largest = 0x10000 + i } };
		struct evx_remote_answer back;
		struct evx_buf b = EVX_BUF_INIT;
		size_t used;

		assert_int_equal(evx_remote_request_encode(&q, &b, NULL), EVX_OK);
		assert_int_equal(b.data[5], i < 4 ? 1 << i : 0);
		memset(&got, 0xa5, sizeof(got));
		assert_int_equal(evx_remote_request_decode(b.data + 4, b.len - 4, &got), EVX_OK);
		assert_true(got.exact == q.exact && got.reread == q.reread &&
			got.has_hash == q.has_hash && got.unseen == q.unseen);
		assert_true(got.body.len == 0 && got.act == EVX_REMOTE_GET && got.until == 0);
		evx_buf_reset(&b);
		assert_int_equal(evx_remote_answer_encode(&a, &b), EVX_OK);
		assert_int_equal(b.data[5], 1 << i);
		memset(&back, 0xa5, sizeof(back));
		assert_int_equal(evx_remote_answer_decode(b.data, b.len, &back, &used), EVX_OK);
		assert_int_equal(used, b.len);
		assert_true(back.about.lists == (i == 0) && back.about.renames == (i == 1) &&
			back.about.removes == (i == 2) && back.about.locks == (i == 3) &&
			back.about.conditional == (i == 4) && back.about.free_bytes == 0x100 + i &&
			back.about.largest == 0x10000 + i);
		assert_true(back.size == 0 && back.nbytes == 0 && back.name[0] == '\0' &&
			back.text[0] == '\0' && back.err == EVX_OK);
		evx_buf_free(&b);
	}
}

/* Which requests need a name, and the longest of everything. */
static void test_limits(void **state)
{
	static const char *const names[] = { "", "a", "../a" };
	struct evx_remote_request q, got;
	struct evx_remote_answer a, back;
	struct evx_buf b = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	size_t used;

	(void)state;
	for (unsigned act = 0; act < EVX_REMOTE_ACTS; act++)
		for (size_t i = 0; i < 3; i++) {
			const bool none = act == EVX_REMOTE_ABOUT || act == EVX_REMOTE_FLUSH;

			memset(&q, 0, sizeof(q));
			q.act = (enum evx_remote_act)act;
			strcpy(q.name, names[i]);
			assert_int_equal(evx_remote_request_encode(&q, &b, NULL),
				none || i == 1 || (i == 0 && act == EVX_REMOTE_LIST) ? EVX_OK :
										       EVX_E_USAGE);
			evx_buf_reset(&b);
		}
	/* The body, the source, the name. */
	memset(&q, 0, sizeof(q));
	q.act = EVX_REMOTE_PUT;
	memset(q.name, 'a', 80);
	memset(q.source, 's', sizeof(q.source) - 1);
	assert_int_equal(evx_buf_reserve(&q.body, EVX_REMOTE_BODY_MAX + 1), EVX_OK);
	memset(q.body.data, 'b', EVX_REMOTE_BODY_MAX + 1);
	q.body.len = EVX_REMOTE_BODY_MAX;
	assert_int_equal(evx_remote_request_encode(&q, &b, NULL), EVX_OK);
	assert_int_equal(evx_remote_request_decode(b.data + 4, b.len - 4, &got), EVX_OK);
	assert_string_equal(got.source, q.source);
	assert_int_equal(got.body.len, EVX_REMOTE_BODY_MAX);
	assert_memory_equal(got.body.data, q.body.data, EVX_REMOTE_BODY_MAX);
	evx_buf_free(&got.body);
	/* One byte more of the body: its length stands in front of it. */
	evx_put_be32(b.data + b.len - EVX_REMOTE_BODY_MAX - 4, EVX_REMOTE_BODY_MAX + 1);
	assert_int_equal(evx_buf_add_u8(&b, 'b'), EVX_OK);
	assert_int_equal(evx_remote_request_decode(b.data + 4, b.len - 4, &got), EVX_E_LIMIT);
	evx_buf_reset(&b);
	q.body.len = EVX_REMOTE_BODY_MAX + 1;
	assert_int_equal(evx_remote_request_encode(&q, &b, &diag), EVX_E_LIMIT);
	assert_int_equal(diag.code, EVX_E_LIMIT);
	evx_buf_free(&q.body);
	/* A source of one byte more, and one with a NUL. */
	assert_int_equal(evx_buf_add(&b, "\0\0\0\0\0\0\1a\0\0\2\0", 12), EVX_OK);
	for (size_t i = 0; i < EVX_REMOTE_SOURCE_CAP + 60; i++)
		assert_int_equal(evx_buf_add_u8(&b, i < EVX_REMOTE_SOURCE_CAP ? 's' : 0), EVX_OK);
	assert_int_equal(evx_remote_request_decode(b.data, b.len, &got), EVX_E_LIMIT);
	b.data[11] = 2;
	b.data[10] = 0;
	b.len = 12 + 2 + 60;
	memcpy(b.data + 12, "s\0", 2);
	memset(b.data + 14, 0, 60);
	assert_int_equal(evx_remote_request_decode(b.data, b.len, &got), EVX_E_CORRUPT);
	b.data[13] = 's';
	assert_int_equal(evx_remote_request_decode(b.data, b.len, &got), EVX_OK);
	assert_string_equal(got.source, "ss");
	evx_buf_reset(&b);
	/* The text of an answer, and the longest answer. */
	memset(&a, 0, sizeof(a));
	a.said = EVX_REMOTE_SAID_DONE;
	memset(a.text, 't', sizeof(a.text) - 1);
	assert_int_equal(evx_remote_answer_encode(&a, &b), EVX_OK);
	assert_int_equal(evx_remote_answer_decode(b.data, b.len, &back, &used), EVX_OK);
	assert_string_equal(back.text, a.text);
	assert_int_equal(evx_buf_add_u8(&b, 't'), EVX_OK);
	evx_put_be32(b.data, (uint32_t)b.len - 4);
	assert_int_equal(evx_remote_answer_decode(b.data, b.len, &back, &used), EVX_E_CORRUPT);
	for (uint32_t more = 0; more < 2; more++) {
		const uint32_t n = EVX_REMOTE_CHUNK + 64 + more;

		evx_buf_reset(&b);
		assert_int_equal(evx_buf_add_be32(&b, n), EVX_OK);
		assert_int_equal(evx_buf_add_u8(&b, EVX_REMOTE_SAID_BYTES), EVX_OK);
		assert_int_equal(evx_buf_reserve(&b, n), EVX_OK);
		memset(b.data + b.len, 'x', n - 1);
		b.len += n - 1;
		assert_int_equal(evx_remote_answer_decode(b.data, b.len, &back, &used),
			more == 0 ? EVX_OK : EVX_E_LIMIT);
		assert_int_equal(used, more == 0 ? n + 4 : 0);
		assert_true(more == 1 || (back.nbytes == n - 1 && back.bytes == b.data + 5));
	}
	evx_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
