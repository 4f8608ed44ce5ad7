/* Cover notes as JSON, and what no reader takes. */
#include "format/cover.h"
#include "edits.h"
#include "mutate.h"

#define UUID "01234567-89ab-4def-8123-456789abcdef"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1A+u3BZKkALDpcCwsvmX/KnHmfgDVnmzz6PMhnG+Ze"

static struct evx_cover a_note(void)
{
	struct evx_cover c = { .uuid = UUID,
		.bytes = UINT64_MAX,
		.time = 1767323045,
		.place = "vault",
		.order = "12/2026",
		.signer = KEY };

	memset(c.seal, 0x11, 32);
	memset(c.head, 0x22, 32);
	memset(c.sha256, 0x33, 32);
	return c;
}

static void assert_same(const struct evx_cover *a, const struct evx_cover *b)
{
	assert_string_equal(a->uuid, b->uuid);
	assert_memory_equal(a->seal, b->seal, 32);
	assert_memory_equal(a->head, b->head, 32);
	assert_memory_equal(a->sha256, b->sha256, 32);
	assert_true(a->bytes == b->bytes && a->time == b->time);
	assert_string_equal(a->place, b->place);
	assert_string_equal(a->order, b->order);
	assert_string_equal(a->authority, b->authority);
	assert_string_equal(a->notes, b->notes);
	assert_string_equal(a->signer, b->signer);
}

static void notes(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = {
		{ "evx-cover/1", "evx-cover/2", EVX_E_UNSUPPORTED },
		{ "evx-cover/1", "evx-card/1", EVX_E_CORRUPT },
		{ "\"uuid\":\"0", "\"uuid\":\"", EVX_E_CORRUPT },
		{ "\"uuid\":", "\"x-uuid\":", EVX_E_CORRUPT },
		{ "\"seal\":\"11", "\"seal\":\"1", EVX_E_CORRUPT },
		{ "\"seal\":\"11", "\"seal\":\"12", EVX_E_CORRUPT }, /* of another code */
		{ "\"seal_code\":\"", "\"seal_code\":\"A", EVX_E_CORRUPT },
		{ "\"head\":\"22", "\"head\":\"2G", EVX_E_CORRUPT },
		{ "\"bytes\":\"18446744073709551615\"", "\"bytes\":\"18446744073709551616\"",
			EVX_E_CORRUPT },
		{ "\"bytes\":\"18446744073709551615\"", "\"bytes\":1", EVX_E_CORRUPT },
		{ "\"sha256\":\"33", "\"sha256\":\"3", EVX_E_CORRUPT },
		{ "2026-01-02", "2026-02-30", EVX_E_CORRUPT },
		{ "\"place\":\"vault\"", "\"place\":\"\"", EVX_E_CORRUPT },
		{ "\"place\":\"vault\"", "\"place\":1", EVX_E_CORRUPT },
		{ "\"place\":\"vault\"", "\"extra\":1", EVX_E_UNSUPPORTED },
		{ "\"place\":\"vault\"", "\"x-place\":1", EVX_OK },
		{ "\"signers\":[", "\"signers\":[],\"x-signers\":[", EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[1,", EVX_E_CORRUPT },
		{ "\"signers\":[\"ssh-ed25519", "\"signers\":[\"ssh-rsa", EVX_E_CORRUPT },
		{ "]}\n", "]}", EVX_E_TRUNCATED },
	};
	const struct evx_cover note = a_note();
	struct evx_cover back;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_cover_encode(&note, &out, NULL), EVX_OK);
	assert_int_equal(evx_cover_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_same(&back, &note);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf text = mutated(out.data, out.len, bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_cover_decode(text.data, text.len, &back, &diag);

		if (err != bad[i].err)
			fail_msg("%s: %s, %s", bad[i].to, evx_err_name(err), diag.text);
		assert_int_equal(diag.code, err);
		evx_buf_free(&text);
	}
	/* Cut anywhere it is none, and nothing of it is told. */
	for (size_t n = 0; n < out.len; n++) {
		assert_int_not_equal(evx_cover_decode(out.data, n, &back, NULL), EVX_OK);
		assert_int_equal(back.uuid[0], '\0');
	}
	evx_buf_free(&out);
}

static void limits(void **state)
{
	struct evx_cover note = a_note(), back;
	struct evx_buf out = EVX_BUF_INIT, text;

	(void)state;
	memset(note.notes, 'x', EVX_COVER_TEXT_CAP - 1);
	assert_int_equal(evx_cover_encode(&note, &out, NULL), EVX_OK);
	assert_int_equal(evx_cover_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_same(&back, &note);
	text = mutated(out.data, out.len, "\"notes\":\"", "\"notes\":\"x");
	assert_int_equal(evx_cover_decode(text.data, text.len, &back, NULL), EVX_E_LIMIT);
	evx_buf_free(&text);
	evx_buf_reset(&out);

	/* What no reader takes is not written. */
	note.uuid[0] = 'x';
	assert_int_equal(evx_cover_encode(&note, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	note = a_note();
	memcpy(note.place, "\xff", 2);
	assert_int_equal(evx_cover_encode(&note, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
