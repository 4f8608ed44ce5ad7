/* Invitations as JSON, and what no reader takes; notes that name their parts. */
#include <stdio.h>
#include <stdlib.h>

#include "format/invitation.h"
#include "edits.h"
#include "mutate.h"

#define ID "00112233445566778899aabbccddeeff"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1A+u3BZKkALDpcCwsvmX/KnHmfgDVnmzz6PMhnG+Ze"

static struct evx_invitation an_invitation(char **put)
{
	static char card[] = "{\"format\":\"evx-card/1\"}\n";
	struct evx_invitation inv = {
		.id = ID, .card = card, .until = 1767323045, .put = put, .nput = 2, .signer = KEY
	};

	return inv;
}

static void invitations(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = {
		{ "evx-invitation/1", "evx-invitation/2", EVX_E_UNSUPPORTED },
		{ "evx-invitation/1", "evx-shipment/1", EVX_E_CORRUPT },
		{ "\"id\":\"00", "\"id\":\"0", EVX_E_CORRUPT },
		{ "\"id\":\"00", "\"id\":\"01", EVX_E_CORRUPT }, /* of another place */
		{ "2026-01-02", "2026-02-30", EVX_E_CORRUPT },
		{ "\"card\":", "\"x-card\":", EVX_E_CORRUPT },
		{ "\"card\":", "\"extra\":1,\"card\":", EVX_E_UNSUPPORTED },
		{ "https://h/box", "http://h/box", EVX_E_CORRUPT },
		{ "https://h/box", "http://127.0.0.1.evil/box", EVX_E_CORRUPT },
		{ "https://h/box", "http://127.0.0.1:9000/box", EVX_OK },
		{ "https://h/box", "http://localhost/box", EVX_OK },
		{ "https://h/box", "ftp://h/box", EVX_E_CORRUPT },
		{ "https://h/box", "file:///box", EVX_E_CORRUPT },
		{ "https://h/box", "https://me@h/box", EVX_E_CORRUPT },
		{ "https://h/box", "https://h/ box", EVX_E_CORRUPT },
		{ "https://h/box", "https://h/\\nbox", EVX_E_CORRUPT },
		{ "/0000?", "/0001?", EVX_E_CORRUPT },
		{ "/0001\"", "/0000\"", EVX_E_CORRUPT },
		{ "/0001\"", "/00001\"", EVX_E_CORRUPT },
		{ "/0001\"", "/0001#\"", EVX_E_CORRUPT },
		{ "/0001\"", "/0001\",1", EVX_E_CORRUPT },
		{ "/drop/", "/packs/", EVX_E_CORRUPT },
		{ "\"put\":[", "\"put\":[],\"x-put\":[", EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[],\"x-signers\":[", EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[1,", EVX_E_CORRUPT },
		{ "\"signers\":[\"ssh-ed25519", "\"signers\":[\"ssh-rsa", EVX_E_CORRUPT },
		{ "]}\n", "]}", EVX_E_TRUNCATED },
	};
	char note_at[] = "https://h/box/drop/" ID "/0000?X-Amz-Signature=ab",
	     part_at[] = "https://h/box/drop/" ID "/0001";
	char *put[] = { note_at, part_at };
	struct evx_invitation inv = an_invitation(put), back;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_invitation_encode(&inv, &out, NULL), EVX_OK);
	assert_int_equal(evx_invitation_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_string_equal(back.id, ID);
	assert_string_equal(back.card, inv.card);
	assert_string_equal(back.signer, KEY);
	assert_true(back.until == inv.until);
	assert_int_equal(back.nput, 2);
	assert_string_equal(back.put[0], note_at);
	assert_string_equal(back.put[1], part_at);
	evx_invitation_free(&back);
	assert_null(back.put);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf text = mutated(out.data, out.len, bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_invitation_decode(text.data, text.len, &back, &diag);

		if (err != bad[i].err)
			fail_msg("%s: %s, %s", bad[i].to, evx_err_name(err), diag.text);
		assert_int_equal(diag.code, err);
		/* No part of an address is told. */
		assert_null(strstr(diag.text, "box"));
		evx_invitation_free(&back);
		evx_buf_free(&text);
	}
	/* Cut anywhere it is none. */
	for (size_t n = 0; n < out.len; n++) {
		assert_int_not_equal(evx_invitation_decode(out.data, n, &back, NULL), EVX_OK);
		assert_null(back.put);
	}
	evx_buf_reset(&out);

	/* What no reader takes is not written. */
	inv.nput = 1;
	assert_int_equal(evx_invitation_encode(&inv, &out, NULL), EVX_E_USAGE);
	inv.nput = 2;
	inv.id[0] = '1';
	assert_int_equal(evx_invitation_encode(&inv, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_buf_free(&out);
}

static void limits(void **state)
{
	char at[128], address[EVX_SHIPMENT_ADDRESS_MAX + 2];
	char *put[EVX_SHIPMENT_PARTS_MAX + 2];
	struct evx_invitation inv = an_invitation(put), back;
	struct evx_buf out = EVX_BUF_INIT;
	const size_t head = (size_t)snprintf(
		address, sizeof(address), "https://h/drop/" ID "/0000?");

	(void)state;
	/* The longest address, and one more character. */
	memset(address + head, 'a', sizeof(address) - head);
	address[EVX_SHIPMENT_ADDRESS_MAX] = '\0';
	assert_true(evx_invitation_address(address, EVX_SHIPMENT_ADDRESS_MAX, ID, 0));
	address[EVX_SHIPMENT_ADDRESS_MAX] = 'a';
	address[EVX_SHIPMENT_ADDRESS_MAX + 1] = '\0';
	assert_false(evx_invitation_address(address, EVX_SHIPMENT_ADDRESS_MAX + 1, ID, 0));
	/* A NUL inside. */
	assert_false(evx_invitation_address("https://h/drop/" ID "/0000\0x",
		sizeof("https://h/drop/" ID "/0000\0x") - 1, ID, 0));

	/* As many addresses as there may be, and one more. */
	for (size_t i = 0; i < EVX_SHIPMENT_PARTS_MAX + 2; i++) {
		(void)snprintf(at, sizeof(at), "https://h/drop/" ID "/%04zu", i);
		put[i] = strdup(at);
		assert_non_null(put[i]);
	}
	inv.nput = EVX_SHIPMENT_PARTS_MAX + 1;
	assert_int_equal(evx_invitation_encode(&inv, &out, NULL), EVX_OK);
	assert_int_equal(evx_invitation_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_int_equal(back.nput, EVX_SHIPMENT_PARTS_MAX + 1);
	evx_invitation_free(&back);
	inv.nput = EVX_SHIPMENT_PARTS_MAX + 2;
	assert_int_equal(evx_invitation_encode(&inv, &out, NULL), EVX_E_LIMIT);
	for (size_t i = 0; i < EVX_SHIPMENT_PARTS_MAX + 2; i++)
		free(put[i]);
	evx_buf_free(&out);
}

static void parts(void **state)
{
	struct evx_shipment_note n = { .type = EVX_SHIPMENT_EXHIBITS,
		.remote = ID,
		.receiver = KEY,
		.number = 1,
		.time = 1767323045,
		.parcel_size = 65536,
		.signer = KEY };
	struct evx_shipment_note back;
	struct evx_buf out = EVX_BUF_INIT, text;
	static const uint8_t zeros[32];

	(void)state;
	for (size_t i = 0; i < EVX_SHIPMENT_PARTS_MAX; i++)
		assert_int_equal(evx_buf_add(&n.parts, zeros, sizeof(zeros)), EVX_OK);
	n.parts.data[0] = 0x5a;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_OK);
	assert_int_equal(evx_shipment_note_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_int_equal(back.parts.len, n.parts.len);
	assert_memory_equal(back.parts.data, n.parts.data, n.parts.len);
	evx_shipment_note_free(&back);
	text = mutated(out.data, out.len, "\"parts\":[\"5a", "\"parts\":[\"5A");
	assert_int_equal(evx_shipment_note_decode(text.data, text.len, &back, NULL), EVX_E_CORRUPT);
	evx_buf_free(&text);
	text = mutated(out.data, out.len, "\"parts\":[", "\"parts\":[1,");
	assert_int_equal(evx_shipment_note_decode(text.data, text.len, &back, NULL), EVX_E_LIMIT);
	evx_buf_free(&text);
	text = mutated(out.data, out.len, "\"parts\":[", "\"parts\":[],\"x-parts\":[");
	assert_int_equal(evx_shipment_note_decode(text.data, text.len, &back, NULL), EVX_E_CORRUPT);
	evx_buf_free(&text);
	evx_buf_reset(&out);
	/* Only in the first note of its lane, which has exhibits. */
	n.number = 2;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_E_USAGE);
	n.number = 1;
	n.seen = 1;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_E_USAGE);
	n.seen = 0;
	n.type = EVX_SHIPMENT_ANSWER;
	n.answers = 1;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_E_USAGE);
	evx_shipment_note_free(&n);
	evx_buf_free(&out);
}

static enum evx_err again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_invitation inv;
	enum evx_err err = evx_invitation_decode(p, n, &inv, NULL);

	if (err == EVX_OK)
		err = evx_invitation_encode(&inv, out, NULL);
	evx_invitation_free(&inv);
	return err;
}

static void every_byte_is_read(void **state)
{
	char note_at[] = "https://h/box/drop/" ID "/0000?X-Amz-Signature=ab",
	     part_at[] = "http://127.0.0.1:9000/box/drop/" ID "/0001";
	char *put[] = { note_at, part_at };
	const struct evx_invitation inv = an_invitation(put);
	struct evx_buf line = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(evx_invitation_encode(&inv, &line, NULL), EVX_OK);
	edits(line.data, line.len, 1, "09z", again);
	evx_buf_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(invitations), cmocka_unit_test(limits),
		cmocka_unit_test(parts), cmocka_unit_test(every_byte_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
