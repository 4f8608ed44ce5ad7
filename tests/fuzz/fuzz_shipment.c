/* Shipments: notes, invitations, indexes and memories of lanes decoded and encoded to a fixed
 * point, and parcels that open and hold anything. */
#include "fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "crypto/age.h"
#include "format/invitation.h"
#include "format/mirror_index.h"
#include "format/shipment.h"
#include "format/tar.h"
#include "ship/parcel.h"

static struct evx_secret *identity;
static uint8_t pubs[1][32];

static void note(const uint8_t *p, size_t n)
{
	struct evx_shipment_note one, two;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_shipment_note_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_shipment_note_encode(&one, &text, NULL) == EVX_OK);
		fuzz_check(evx_shipment_note_decode(text.data, text.len, &two, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&one.parts, two.parts.data, two.parts.len));
		evx_shipment_note_free(&two);
	}
	evx_shipment_note_free(&one);
	evx_buf_free(&text);
}

static void invitation(const uint8_t *p, size_t n)
{
	struct evx_invitation one, two;
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_invitation_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_invitation_encode(&one, &first, NULL) == EVX_OK);
		fuzz_check(evx_invitation_decode(first.data, first.len, &two, NULL) == EVX_OK);
		fuzz_check(evx_invitation_encode(&two, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
		evx_invitation_free(&two);
	}
	evx_invitation_free(&one);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void lane(const uint8_t *p, size_t n)
{
	struct evx_shipment_lane one, two;
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_shipment_lane_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		fuzz_check(evx_shipment_lane_encode(&one, &first, NULL) == EVX_OK);
		fuzz_check(evx_shipment_lane_decode(first.data, first.len, &two, NULL) == EVX_OK);
		fuzz_check(evx_shipment_lane_encode(&two, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
		evx_shipment_lane_free(&two);
	}
	evx_shipment_lane_free(&one);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void mirror(const uint8_t *p, size_t n)
{
	struct evx_mirror_index one;
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_mirror_index_decode(p, n, &one, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK) {
		/* There is one spelling of each. */
		fuzz_check(evx_mirror_index_encode(&one, &text) == EVX_OK);
		fuzz_check(fuzz_equal(&text, p, n));
	}
	evx_mirror_index_free(&one);
	evx_buf_free(&text);
}

/* What is given out: no more than was said, and names that stay in their place. */
struct taking {
	uint64_t left;
	bool begun;
};

static enum evx_err begin(void *ctx, enum evx_parcel_kind kind, const char *uuid, const char *name,
	unsigned number, uint64_t size, struct evx_diag *diag)
{
	struct taking *t = ctx;

	(void)diag;
	fuzz_check(!t->begun);
	fuzz_check((kind == EVX_PARCEL_EXHIBIT) == (uuid != NULL && name != NULL));
	fuzz_check((kind == EVX_PARCEL_RECEIPT) == (number > 0));
	fuzz_check(name == NULL || (strstr(name, "..") == NULL && name[0] != '/'));
	t->begun = true;
	t->left = size;
	return EVX_OK;
}

static enum evx_err data(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct taking *t = ctx;

	(void)p, (void)diag;
	fuzz_check(t->begun && n <= t->left);
	t->left -= n;
	return EVX_OK;
}

static enum evx_err end(void *ctx, struct evx_diag *diag)
{
	struct taking *t = ctx;

	(void)diag;
	fuzz_check(t->begun && t->left == 0);
	t->begun = false;
	return EVX_OK;
}

static void parcel(const uint8_t *p, size_t n)
{
	struct taking t = { 0 };
	const struct evx_parcel_to to = { &t, begin, data, end };
	const int fd = memfd_create("parcel", MFD_CLOEXEC);
	struct evx_buf file = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	enum evx_err err;

	fuzz_check(fd >= 0);
	fuzz_check(evx_age_encrypt((const uint8_t(*)[32])pubs, 1, p, n, &file, NULL) == EVX_OK);
	fuzz_check(write(fd, file.data, file.len) == (ssize_t)file.len);
	err = evx_parcel_read(fd, "parcel", identity, &to, &diag);
	fuzz_check(err == diag.code);
	fuzz_check(err != EVX_OK || !t.begun);
	evx_buf_free(&file);
	(void)close(fd);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	if (identity == NULL) {
		fuzz_check(evx_age_identity_new(&identity, NULL) == EVX_OK);
		fuzz_check(evx_age_public(identity, pubs[0]) == EVX_OK);
	}
	note(p, n);
	invitation(p, n);
	lane(p, n);
	mirror(p, n);
	parcel(p, n);
}

static void seed_archive(void)
{
	static const char *const paths[] = { EVX_PARCEL_CARD,
		"11111111-1111-4111-8111-111111111111/bagit.txt", "receipts/0001", "padding" };
	struct evx_buf out = EVX_BUF_INIT;
	uint8_t block[EVX_TAR_BLOCK];

	for (size_t i = 0; i < 4; i++) {
		fuzz_check(evx_tar_encode(paths[i], i == 3 ? 0 : 3, block) == EVX_OK);
		fuzz_check(evx_buf_add(&out, block, sizeof(block)) == EVX_OK);
		memset(block, 0, sizeof(block));
		memcpy(block, "abc", 3);
		if (i < 3)
			fuzz_check(evx_buf_add(&out, block, sizeof(block)) == EVX_OK);
	}
	memset(block, 0, sizeof(block));
	fuzz_check(evx_buf_add(&out, block, sizeof(block)) == EVX_OK);
	fuzz_check(evx_buf_add(&out, block, sizeof(block)) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_free(&out);
}

static void fuzz_seeds(void)
{
	static const char key[] =
		"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIO1A+u3BZKkALDpcCwsvmX/KnHmfgDVnmzz6PMhnG+Ze";
	static const char index_text[] =
		"evx-mirror-index/1\n"
		"file aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 5 log/x\n"
		"file aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 72 "
		"vault.json\n";
	struct evx_shipment_note n = { .type = EVX_SHIPMENT_ANSWER,
		.remote = "00112233445566778899aabbccddeeff",
		.number = 2,
		.time = 1767323045,
		.parcel_size = 65536,
		.seen = 1,
		.answers = 1 };
	char card[] = "a card", note_at[] = "https://h/drop/00112233445566778899aabbccddeeff/0000",
	     part_at[] = "https://h/drop/00112233445566778899aabbccddeeff/0001?b=c";
	char *put[] = { note_at, part_at };
	const struct evx_invitation inv_of = { .id = "00112233445566778899aabbccddeeff",
		.card = card,
		.until = 1767323045,
		.put = put,
		.nput = 2 };
	struct evx_invitation inv = inv_of;
	struct evx_shipment_lane l = { .n = 0 };
	struct evx_shipment_memory *m;
	struct evx_buf out = EVX_BUF_INIT;

	fuzz_seed((const uint8_t *)index_text, sizeof(index_text) - 1);
	memcpy(n.receiver, key, sizeof(key));
	memcpy(n.signer, key, sizeof(key));
	fuzz_check(evx_shipment_note_encode(&n, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_reset(&out);
	n.type = EVX_SHIPMENT_EXHIBITS;
	n.number = 1;
	n.seen = n.answers = 0;
	fuzz_check(evx_buf_add(&n.parts, (const uint8_t[64]){ 1 }, 64) == EVX_OK);
	fuzz_check(evx_shipment_note_encode(&n, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_shipment_note_free(&n);
	evx_buf_reset(&out);
	memcpy(inv.signer, key, sizeof(key));
	fuzz_check(evx_invitation_encode(&inv, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_reset(&out);
	memset(l.sender, 'a', 64);
	memset(l.receiver, 'b', 64);
	m = evx_shipment_lane_add(&l, 3);
	fuzz_check(m != NULL);
	m->exhibits = calloc(1, sizeof(*m->exhibits));
	fuzz_check(m->exhibits != NULL);
	m->nexhibits = 1;
	memcpy(m->exhibits[0].uuid, "11111111-1111-4111-8111-111111111111", EVX_UUID_CAP);
	m->exhibits[0].path = strdup("/a");
	fuzz_check(evx_shipment_lane_encode(&l, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_shipment_lane_free(&l);
	evx_buf_free(&out);
	seed_archive();
}
