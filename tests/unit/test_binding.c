/* For which event an encrypted part was made: two bindings compared, written and read again, and
 * what no reader takes. */
#include "format/binding.h"
#include "mutate.h"

#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1A+u3BZKkALDpcCwsvmX/KnHmfgDVnmzz6PMhnG+Ze"
#define FORMAT "evx-details/1"

static struct evx_binding binding(uint32_t sequence)
{
	struct evx_binding b = { .uuid = UUID, .sequence = sequence, .author = KEY };

	if (sequence > 0)
		memset(b.previous, 0xa5, sizeof(b.previous));
	return b;
}

static void what_differs(void **state)
{
	const struct evx_binding usual = binding(7);
	struct evx_binding other = usual;

	(void)state;
	assert_true(evx_binding_equal(&usual, &other));
	other.uuid[35] = 'e';
	assert_false(evx_binding_equal(&usual, &other));
	other = usual;
	other.sequence = 8;
	assert_false(evx_binding_equal(&usual, &other));
	other = usual;
	other.previous[31] ^= 1;
	assert_false(evx_binding_equal(&usual, &other));
	other = usual;
	other.author[strlen(KEY) - 1] = 'f';
	assert_false(evx_binding_equal(&usual, &other));
}

static void of_an_event(void **state)
{
	struct evx_event e = { .uuid = UUID, .sequence = 7, .nsigners = 2 };
	const struct evx_binding usual = binding(7);
	struct evx_binding b;

	(void)state;
	memcpy(e.signers[0], KEY, sizeof(KEY));
	memcpy(e.signers[1], "another", 8);
	memset(e.previous, 0xa5, sizeof(e.previous));
	b = evx_binding_of(&e);
	assert_true(evx_binding_equal(&b, &usual));
}

static void write(const struct evx_binding *b, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);

	evx_jw_obj(&w, NULL);
	evx_binding_write(&w, FORMAT, b);
	evx_jw_close(&w);
	assert_int_equal(evx_jw_end(&w), EVX_OK);
}

static enum evx_err read(const struct evx_buf *text, struct evx_binding *b, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	assert_int_equal(
		evx_json_parse_line(text->data, text->len, EVX_DOCUMENT_MAX, &root, NULL), EVX_OK);
	err = evx_binding_read(root, FORMAT, b, diag);
	evx_json_free(root);
	return err;
}

static void both_ways(void **state)
{
	static const uint32_t numbers[] = { 0, 1, EVX_EVENTS_MAX - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct evx_binding b = binding(numbers[i]);
		struct evx_buf out = EVX_BUF_INIT;
		struct evx_binding back;

		write(&b, &out);
		assert_int_equal(read(&out, &back, NULL), EVX_OK);
		assert_true(evx_binding_equal(&b, &back));
		assert_int_equal(memmem(out.data, out.len, "previous", 8) != NULL, i > 0);
		evx_buf_free(&out);
	}
}

static void refused(void **state)
{
	static const struct {
		uint32_t sequence;
		const char *from, *to;
		enum evx_err err;
	} bad[] = {
		{ 7, FORMAT, "evx-details/2", EVX_E_UNSUPPORTED },
		{ 7, FORMAT, "evx-details", EVX_E_CORRUPT },
		{ 7, FORMAT, "evx-detailz/1", EVX_E_CORRUPT },
		{ 7, FORMAT, "evx-content/1", EVX_E_CORRUPT },
		{ 7, "cdef\"", "cdeg\"", EVX_E_CORRUPT },
		{ 7, "cdef\"", "cde\"", EVX_E_CORRUPT },
		{ 7, ":7,", ":-1,", EVX_E_CORRUPT },
		{ 7, ":7,", ":0,", EVX_E_CORRUPT },
		{ 7, ":7,", ":9999,", EVX_OK },
		{ 7, ":7,", ":10000,", EVX_E_CORRUPT },
		{ 7, ":7,", ":\"7\",", EVX_E_CORRUPT },
		{ 0, ":0,", ":1,", EVX_E_CORRUPT },
		{ 7, "\"previous\"", "\"x-previous\"", EVX_E_CORRUPT },
		{ 7, "\"a5a5", "\"a5a", EVX_E_CORRUPT },
		{ 7, "ssh-ed25519 ", "ssh-ed25518 ", EVX_E_CORRUPT },
		{ 7, "\"author\"", "\"x-author\"", EVX_E_CORRUPT },
		{ 7, "\"uuid\"", "\"x-uuid\"", EVX_E_CORRUPT },
		{ 7, "\"sequence\"", "\"x-sequence\"", EVX_E_CORRUPT },
		{ 7, "\"format\"", "\"x-format\"", EVX_E_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct evx_binding b = binding(bad[i].sequence);
		struct evx_buf out = EVX_BUF_INIT, text;
		struct evx_binding back;
		struct evx_diag diag = { 0 };
		enum evx_err err;

		write(&b, &out);
		text = mutated(out.data, out.len, bad[i].from, bad[i].to);
		err = read(&text, &back, &diag);
		if (err != bad[i].err || diag.code != err)
			fail_msg("%s: %s, %s", bad[i].to, evx_err_name(err), diag.text);
		evx_buf_free(&text);
		evx_buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_differs),
		cmocka_unit_test(of_an_event), cmocka_unit_test(both_ways),
		cmocka_unit_test(refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
