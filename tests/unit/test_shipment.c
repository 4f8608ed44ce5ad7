/* Shipments: notes and memories as JSON, long age files, parcels, and what no reader takes. */
#include "base/io.h"
#include "crypto/age_stream.h"
#include "crypto/hash.h"
#include "custody/card.h"
#include "format/mirror_index.h"
#include "format/shipment.h"
#include "format/tar.h"
#include "edits.h"
#include "mutate.h"
#include "scratch.h"
#include "ship/invite_text.h"
#include "ship/lanes.h"
#include "ship/parcel.h"

#define ID "00112233445566778899aabbccddeeff"
#define UUID_A "11111111-1111-4111-8111-111111111111"
#define UUID_B "22222222-2222-4222-8222-222222222222"

static struct who {
	struct evx_secret *seed, *identity;
	struct evx_signer signer;
	char signing[EVX_KEY_TEXT_CAP];
	uint8_t pub[32];
} ann, bob, eve;

static void make_one(struct who *w)
{
	struct evx_sshkey pub;

	assert_int_equal(evx_sshkey_new(&w->seed, &pub, NULL), EVX_OK);
	w->signer = evx_signer_of_seed(w->seed, &pub);
	assert_int_equal(evx_sshkey_encode(&pub, w->signing), EVX_OK);
	assert_int_equal(evx_age_identity_new(&w->identity, NULL), EVX_OK);
	assert_int_equal(evx_age_public(w->identity, w->pub), EVX_OK);
}

static int make_people(void **state)
{
	(void)state;
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	make_one(&ann);
	make_one(&bob);
	make_one(&eve);
	return 0;
}

static int free_people(void **state)
{
	struct who *all[] = { &ann, &bob, &eve };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		evx_secret_free(all[i]->seed);
		evx_secret_free(all[i]->identity);
	}
	return 0;
}

static struct evx_shipment_note a_note(uint32_t number)
{
	struct evx_shipment_note n = { .type = EVX_SHIPMENT_EXHIBITS,
		.remote = ID,
		.number = number,
		.time = 1767323045,
		.parcel_size = 65536 };

	memcpy(n.receiver, bob.signing, sizeof(n.receiver));
	memcpy(n.signer, ann.signing, sizeof(n.signer));
	memset(n.parcel, 0x5a, sizeof(n.parcel));
	if (number > 1)
		memset(n.previous, 0xa5, sizeof(n.previous));
	return n;
}

/* ---- Notes */

static void notes(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = {
		{ "evx-shipment/1", "evx-shipment/2", EVX_E_UNSUPPORTED },
		{ "evx-shipment/1", "evx-bundle/1", EVX_E_CORRUPT },
		{ "\"type\":\"answer\"", "\"type\":\"mirror\"", EVX_E_UNSUPPORTED },
		{ "\"type\":\"answer\"", "\"type\":\"letter\"", EVX_E_UNSUPPORTED },
		{ "\"type\":\"answer\"", "\"type\":\"shipment\"", EVX_E_CORRUPT },
		{ "\"number\":7,", "\"number\":0,", EVX_E_CORRUPT },
		{ "\"number\":7,", "\"number\":-1,", EVX_E_CORRUPT },
		{ "\"number\":7,", "\"number\":1,", EVX_E_CORRUPT },
		{ "\"number\":7,", "\"number\":99999999,", EVX_OK },
		{ "\"number\":7,", "\"number\":100000000,", EVX_E_LIMIT },
		{ "\"number\":7,", "\"number\":\"7\",", EVX_E_CORRUPT },
		{ "\"previous\":\"a5", "\"previous\":\"A5", EVX_E_CORRUPT },
		{ "\"previous\"", "\"x-previous\"", EVX_E_CORRUPT },
		{ "\"parcel\":\"5a", "\"parcel\":\"5", EVX_E_CORRUPT },
		{ "\"parcel_size\":\"65536\"", "\"parcel_size\":\"4294967295\"", EVX_OK },
		{ "\"parcel_size\":\"65536\"", "\"parcel_size\":\"4294967296\"", EVX_E_LIMIT },
		{ "\"parcel_size\":\"65536\"", "\"parcel_size\":65536", EVX_E_CORRUPT },
		{ "\"remote\":\"00", "\"remote\":\"0", EVX_E_CORRUPT },
		{ "\"remote\":\"0", "\"remote\":\"g", EVX_E_CORRUPT },
		{ "2026-01-02", "2026-02-30", EVX_E_CORRUPT },
		{ "\"seen\":{\"number\":3,", "\"seen\":{\"number\":0,", EVX_E_CORRUPT },
		{ "\"seen\":{\"number\":3,", "\"seen\":{\"number\":3,\"extra\":1,",
			EVX_E_UNSUPPORTED },
		{ "\"seen\"", "\"seem\"", EVX_E_UNSUPPORTED },
		{ "\"answers\":{\"number\":2,", "\"x-answers\":{\"number\":2,", EVX_E_CORRUPT },
		{ "\"receiver\":\"ssh-ed25519", "\"receiver\":\"ssh-rsa", EVX_E_CORRUPT },
		{ "\"signers\":[", "\"signers\":[1,", EVX_E_CORRUPT },
		{ "]}\n", "]}", EVX_E_TRUNCATED },
	};
	struct evx_shipment_note n = a_note(7), back;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	n.type = EVX_SHIPMENT_ANSWER;
	n.seen = 3;
	n.answers = 2;
	memset(n.seen_note, 3, sizeof(n.seen_note));
	memset(n.answers_note, 2, sizeof(n.answers_note));
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_OK);
	assert_int_equal(evx_shipment_note_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_memory_equal(&n, &back, sizeof(n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf text = mutated(out.data, out.len, bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_shipment_note_decode(text.data, text.len, &back, &diag);

		if (err != bad[i].err)
			fail_msg("%s: %s, %s", bad[i].to, evx_err_name(err), diag.text);
		assert_int_equal(diag.code, err);
		evx_buf_free(&text);
	}
	evx_buf_reset(&out);

	/* The first one has none before it; what no reader takes is not written. */
	n = a_note(1);
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_OK);
	assert_int_equal(evx_shipment_note_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_memory_equal(&n, &back, sizeof(n));
	evx_buf_reset(&out);
	n.number = 0;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_E_USAGE);
	n = a_note(2);
	n.answers = 1;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_E_USAGE);
	n = a_note(2);
	n.parcel_size = 1ull << 32;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_buf_free(&out);
}

static void mirror_notes(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = {
		{ "\"type\":\"mirror\"", "\"type\":\"shipment\"", EVX_E_UNSUPPORTED },
		{ "\"vault\":\"1", "\"vault\":\"x", EVX_E_CORRUPT },
		{ "\"log\":5", "\"log\":0", EVX_E_CORRUPT },
		{ "\"log\":5", "\"log\":1000001", EVX_E_CORRUPT },
		{ "\"log\":5", "\"log\":\"5\"", EVX_E_CORRUPT },
		{ "\"whole\":false", "\"whole\":0", EVX_E_CORRUPT },
		{ "\"whole\":false", "\"receiver\":\"\"", EVX_E_UNSUPPORTED },
	};
	struct evx_shipment_note n = a_note(7), back;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	n.type = EVX_SHIPMENT_MIRROR;
	memset(n.receiver, 0, sizeof(n.receiver));
	memcpy(n.vault, UUID_A, sizeof(UUID_A));
	n.log = 5;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_OK);
	assert_int_equal(evx_shipment_note_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_memory_equal(&n, &back, sizeof(n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf text = mutated(out.data, out.len, bad[i].from, bad[i].to);
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_shipment_note_decode(text.data, text.len, &back, &diag);

		if (err != bad[i].err)
			fail_msg("%s: %s, %s", bad[i].to, evx_err_name(err), diag.text);
		evx_buf_free(&text);
	}
	evx_buf_reset(&out);
	/* The first one has all files. */
	n.number = 1;
	memset(n.previous, 0, sizeof(n.previous));
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_E_USAGE);
	n.whole = true;
	assert_int_equal(evx_shipment_note_encode(&n, &out, NULL), EVX_OK);
	evx_buf_free(&out);
}

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PACK_A "pack " HASH_A " 33554432 exhibits/" UUID_A "/data/" HASH_A ".pack\n"
#define INDEX "evx-mirror-index/1\n"
#define JSON_LINE "file " HASH_A " 72 vault.json\n"

static void mirror_indexes(void **state)
{
	static const char good[] = INDEX "file " HASH_A " 0 cases/" UUID_A "/exhibits/" UUID_B
					 "\n" PACK_A "file " HASH_A
					 " 5 log/00000000-init\n" JSON_LINE;
	static const struct {
		const char *text;
		enum evx_err err;
	} bad[] = {
		{ "", EVX_E_CORRUPT },
		{ "evx-mirror-index/2\n", EVX_E_UNSUPPORTED },
		{ INDEX "file " HASH_A " 72 vault.json", EVX_E_TRUNCATED },
		{ INDEX JSON_LINE JSON_LINE, EVX_E_CORRUPT },
		{ INDEX JSON_LINE PACK_A, EVX_E_CORRUPT },
		{ INDEX "link " HASH_A " 72 vault.json\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 072 vault.json\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " -1 vault.json\n", EVX_E_CORRUPT },
		{ INDEX "file aa 72 vault.json\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 ../vault.json\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 log/../../x\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 log/.lock\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 log//x\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 log/\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 /log/x\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 tmp/x\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 catalog.sqlite\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 log/a/b/c/d/e\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 log/a b\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 log/a..b\n", EVX_E_CORRUPT },
		{ INDEX "pack " HASH_A " 1 log/x\n", EVX_E_CORRUPT },
		{ INDEX "file " HASH_A " 1 exhibits/" UUID_A "/data/" HASH_A ".pack\n",
			EVX_E_CORRUPT },
		{ INDEX "pack " HASH_A " 33554433 exhibits/" UUID_A "/data/" HASH_A ".pack\n",
			EVX_E_CORRUPT },
	};
	struct evx_mirror_index index;
	struct evx_buf out = EVX_BUF_INIT;
	char hundred[101];

	(void)state;
	memset(hundred, 'x', 100);
	hundred[100] = '\0';
	assert_int_equal(evx_mirror_index_decode(good, strlen(good), &index, NULL), EVX_OK);
	assert_int_equal(index.n, 4);
	assert_true(index.at[1].pack && index.at[1].size == 33554432);
	assert_ptr_equal(evx_mirror_index_find(&index, "vault.json"), &index.at[3]);
	assert_null(evx_mirror_index_find(&index, "vault"));
	evx_mirror_index_sort(&index);
	assert_int_equal(evx_mirror_index_encode(&index, &out), EVX_OK);
	assert_int_equal(out.len, strlen(good));
	assert_memory_equal(out.data, good, out.len);
	evx_mirror_index_free(&index);
	evx_buf_free(&out);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_diag diag = { 0 };
		enum evx_err err = evx_mirror_index_decode(
			bad[i].text, strlen(bad[i].text), &index, &diag);

		if (err != bad[i].err)
			fail_msg("%s: %s, %s", bad[i].text, evx_err_name(err), diag.text);
		assert_int_equal(index.n, 0);
	}
	/* Five components of 99 characters, none of them more. */
	for (size_t len = 98; len <= 100; len++)
		for (size_t more = 3; more <= 5; more++) {
			char path[512] = "log";

			for (size_t k = 0; k < more; k++)
				(void)snprintf(path + strlen(path), sizeof(path) - strlen(path),
					"/%.*s", k == 1 ? (int)len : 1, hundred);
			assert_int_equal(
				evx_mirror_index_path(path, strlen(path)), len <= 99 && more <= 4);
		}
	/* Cut anywhere, it is no index, or one of fewer lines. */
	for (size_t n = 0; n < strlen(good); n++) {
		if (evx_mirror_index_decode(good, n, &index, NULL) == EVX_OK)
			assert_true(good[n - 1] == '\n' && index.n < 4);
		evx_mirror_index_free(&index);
	}
}

static void sealed_notes(void **state)
{
	struct evx_shipment_note n = a_note(2), back;
	struct evx_buf object = EVX_BUF_INIT, other = EVX_BUF_INIT;
	uint8_t hash[32], found[32];

	(void)state;
	assert_int_equal(
		evx_lanes_note_make(&n, &ann.signer, ann.pub, bob.pub, &object, hash, NULL),
		EVX_OK);
	assert_int_equal(
		evx_lanes_note_read(object.data, object.len, bob.identity, &back, found, NULL),
		EVX_OK);
	assert_memory_equal(&n, &back, sizeof(n));
	assert_memory_equal(hash, found, sizeof(hash));
	assert_int_equal(
		evx_lanes_note_read(object.data, object.len, ann.identity, &back, found, NULL),
		EVX_OK);
	assert_int_equal(
		evx_lanes_note_read(object.data, object.len, eve.identity, &back, found, NULL),
		EVX_E_KEY);
	/* Signed by another than it names: it is not made, and would not be read. */
	assert_int_equal(evx_lanes_note_make(&n, &eve.signer, ann.pub, bob.pub, &other, hash, NULL),
		EVX_E_USAGE);
	object.data[object.len - 20] ^= 1;
	assert_int_equal(
		evx_lanes_note_read(object.data, object.len, bob.identity, &back, found, NULL),
		EVX_E_FORGED);
	evx_buf_free(&object);
	evx_buf_free(&other);
}

/* The name of a lane is a function of all it is made of, and of nothing else. */
static void lane_names(void **state)
{
	char a[EVX_LANES_FP_CAP], b[EVX_LANES_FP_CAP], one[EVX_SHIPMENT_ID_CAP],
		other[EVX_SHIPMENT_ID_CAP], object[EVX_REMOTE_NAME_CAP];
	uint8_t bytes[10 + 16 + 32 + 32 + 4], hash[32];
	char hex[33];

	(void)state;
	memset(a, '1', 64);
	memset(b, '2', 64);
	a[64] = b[64] = '\0';
	evx_lanes_name(ID, a, b, 0, one);
	/* Once by hand, as the specification says it. */
	memcpy(bytes, "evx-lane/1", 10);
	for (size_t i = 0; i < 16; i++)
		bytes[10 + i] = (uint8_t)(i * 0x11);
	memset(bytes + 26, 0x11, 32);
	memset(bytes + 58, 0x22, 32);
	memset(bytes + 90, 0, 4);
	evx_sha256(bytes, sizeof(bytes), hash);
	for (size_t i = 0; i < 16; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	assert_string_equal(one, hex);
	evx_lanes_name(ID, a, b, 1, other);
	assert_string_not_equal(one, other);
	evx_lanes_name(ID, b, a, 0, other);
	assert_string_not_equal(one, other);
	evx_lanes_name("10112233445566778899aabbccddeeff", a, b, 0, other);
	assert_string_not_equal(one, other);
	evx_lanes_object(b, one, 12, 0, object);
	assert_int_equal(strlen(object), 6 + 64 + 1 + 32 + 9);
	assert_string_equal(object + strlen(object) - 9, "-00000012");
	assert_true(evx_remote_name_valid(object, strlen(object)));
	assert_int_equal(evx_lanes_fingerprint("ssh-ed25519 AAAA", a, NULL), EVX_E_CORRUPT);
	assert_string_equal(a, "");
}

/* ---- Memory of a lane */

#define ANSWERED "0707070707070707070707070707070707070707070707070707070707070707"

static void memories(void **state)
{
	static const struct {
		const char *from, *to;
		enum evx_err err;
	} bad[] = {
		{ "evx-lane-memory/1", "evx-lane-memory/2", EVX_E_UNSUPPORTED },
		{ "evx-lane-memory/1", "evx-lane/1", EVX_E_CORRUPT },
		{ "\"state\":\"sent\"", "\"state\":\"lost\"", EVX_OK },
		{ "\"state\":\"sent\"", "\"state\":\"found\"", EVX_E_CORRUPT },
		{ "\"reply\":\"refused\"", "\"reply\":\"no\"", EVX_E_CORRUPT },
		{ "\"number\":5", "\"number\":2", EVX_E_CORRUPT },
		{ "\"number\":2", "\"number\":0", EVX_E_CORRUPT },
		{ "\"number\":2", "\"number\":1", EVX_OK },
		{ "\"number\":4", "\"number\":2", EVX_E_CORRUPT },
		{ "\"number\":5", "\"number\":99999999", EVX_OK },
		{ "\"number\":5", "\"number\":100000000", EVX_E_CORRUPT },
		{ "\"path\":\"L3RtcC/DvA==\"", "\"path\":\"\"", EVX_E_CORRUPT },
		{ "\"path\":\"L3RtcC/DvA==\"", "\"path\":\"L3RtcC/DvA\"", EVX_E_CORRUPT },
		{ "\"path\":\"L3RtcC/DvA==\"", "\"path\":\"L3QAcA==\"", EVX_E_CORRUPT },
		{ UUID_A, "11111111-1111-1111-8111-111111111111", EVX_E_CORRUPT },
		{ "\"uuid\"", "\"uid\"", EVX_E_UNSUPPORTED },
		{ "\"said\":\"declined\"", "\"said\":\"accepted\"", EVX_OK },
		{ "\"said\":\"declined\"", "\"said\":\"sent\"", EVX_E_CORRUPT },
		{ ",\"said\":\"declined\"", "", EVX_E_CORRUPT },
		{ "\"answers\":\"" ANSWERED "\",", "", EVX_E_CORRUPT },
		{ "\"answers\":\"" ANSWERED "\"", "\"answers\":\"0707\"", EVX_E_CORRUPT },
		{ "\"type\":\"answer\"", "\"type\":\"shipment\"", EVX_E_CORRUPT },
		{ "\"missing\",\"exhibits\":[]}\n", "\"missing\",\"exhibits\":[]}",
			EVX_E_TRUNCATED },
	};
	struct evx_shipment_lane lane = { .n = 0 }, back;
	struct evx_shipment_memory *m;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	memset(lane.sender, 'a', 64);
	memset(lane.receiver, 'b', 64);
	m = evx_shipment_lane_add(&lane, 5);
	assert_non_null(m);
	m->state = EVX_SHIPMENT_MISSING;
	m = evx_shipment_lane_add(&lane, 4);
	assert_non_null(m);
	m->state = EVX_SHIPMENT_SENT;
	m->type = EVX_SHIPMENT_ANSWER;
	m->said = EVX_SHIPMENT_DECLINED;
	memset(m->answers, 7, sizeof(m->answers));
	m = evx_shipment_lane_add(&lane, 2);
	assert_non_null(m);
	assert_ptr_equal(m, &lane.notes[0]);
	assert_null(evx_shipment_lane_add(&lane, 2));
	assert_null(evx_shipment_lane_find(&lane, 3));
	m->state = EVX_SHIPMENT_SENT;
	m->time = 1767323045;
	memset(m->note, 1, sizeof(m->note));
	m->exhibits = calloc(1, sizeof(*m->exhibits));
	m->nexhibits = 1;
	memcpy(m->exhibits[0].uuid, UUID_A, sizeof(UUID_A));
	m->exhibits[0].path = strdup("/tmp/\303\274");
	m->exhibits[0].reply = EVX_SHIPMENT_REFUSED;
	assert_int_equal(evx_shipment_lane_encode(&lane, &out, NULL), EVX_OK);
	assert_int_equal(evx_shipment_lane_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_int_equal(back.n, 3);
	assert_string_equal(back.sender, lane.sender);
	assert_int_equal(back.notes[0].number, 2);
	assert_int_equal(back.notes[0].state, EVX_SHIPMENT_SENT);
	assert_int_equal(back.notes[0].exhibits[0].reply, EVX_SHIPMENT_REFUSED);
	assert_string_equal(back.notes[0].exhibits[0].path, "/tmp/\303\274");
	assert_int_equal(back.notes[2].state, EVX_SHIPMENT_MISSING);
	assert_int_equal(back.notes[2].nexhibits, 0);
	assert_int_equal(back.notes[2].said, EVX_SHIPMENT_SENDING);
	assert_int_equal(back.notes[1].said, EVX_SHIPMENT_DECLINED);
	assert_memory_equal(back.notes[1].answers, lane.notes[1].answers, 32);
	evx_shipment_lane_free(&back);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_buf text = mutated(out.data, out.len, bad[i].from, bad[i].to);
		enum evx_err err = evx_shipment_lane_decode(text.data, text.len, &back, NULL);

		if (err != bad[i].err)
			fail_msg("%s: %s", bad[i].to, evx_err_name(err));
		evx_shipment_lane_free(&back);
		evx_buf_free(&text);
	}
	assert_int_equal(evx_shipment_lane_decode("", 0, &back, NULL), EVX_E_CORRUPT);
	/* By invitation. */
	evx_buf_reset(&out);
	memcpy(lane.invitation, ID, sizeof(ID));
	assert_int_equal(evx_shipment_lane_encode(&lane, &out, NULL), EVX_OK);
	assert_int_equal(evx_shipment_lane_decode(out.data, out.len, &back, NULL), EVX_OK);
	assert_string_equal(back.invitation, ID);
	evx_shipment_lane_free(&back);
	lane.invitation[0] = 'x';
	evx_buf_reset(&out);
	assert_int_equal(evx_shipment_lane_encode(&lane, &out, NULL), EVX_E_USAGE);
	lane.invitation[0] = '\0';
	m->exhibits[0].uuid[0] = 'x';
	assert_int_equal(evx_shipment_lane_encode(&lane, &out, NULL), EVX_E_USAGE);
	assert_int_equal(out.len, 0);
	evx_shipment_lane_free(&lane);
	evx_buf_free(&out);
}

/* The newest note is forgotten, and no other; nor is there more than one lane may have. */
static void longest_memory(void **state)
{
	struct evx_shipment_lane lane = { .n = 0 };
	struct evx_shipment_memory *m;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	memset(lane.sender, 'a', 64);
	memset(lane.receiver, 'b', 64);
	evx_shipment_lane_drop(&lane);
	assert_int_equal(lane.n, 0);
	assert_non_null(evx_shipment_lane_add(&lane, 7));
	m = evx_shipment_lane_add(&lane, 3);
	assert_non_null(m);
	evx_shipment_lane_drop(&lane);
	assert_int_equal(lane.n, 1);
	assert_ptr_equal(evx_shipment_lane_find(&lane, 3), &lane.notes[0]);
	assert_null(evx_shipment_lane_find(&lane, 7));
	m->exhibits = calloc(1001, sizeof(*m->exhibits));
	assert_non_null(m->exhibits);
	while (m->nexhibits < 1001) {
		struct evx_shipment_exhibit *e = &m->exhibits[m->nexhibits++];

		memcpy(e->uuid, UUID_A, sizeof(UUID_A));
		e->path = strdup("x");
		assert_non_null(e->path);
	}
	assert_int_equal(evx_shipment_lane_encode(&lane, &out, NULL), EVX_E_USAGE);
	free(m->exhibits[--m->nexhibits].path);
	assert_int_equal(evx_shipment_lane_encode(&lane, &out, NULL), EVX_OK);
	evx_buf_free(&out);
	evx_shipment_lane_free(&lane);
}

/* ---- Long age files */

static enum evx_err put(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	(void)diag;
	return evx_buf_add(ctx, p, n);
}

struct source {
	const uint8_t *p;
	size_t n, at, most;
};

static enum evx_err get(void *ctx, void *p, size_t n, size_t *got, struct evx_diag *diag)
{
	struct source *s = ctx;
	const size_t left = s->n - s->at;

	(void)diag;
	*got = n < left ? n : left;
	memcpy(p, s->p + s->at, *got);
	s->at += *got;
	return EVX_OK;
}

/* Reads a stream in pieces of `piece` bytes. */
static enum evx_err read_stream(const struct who *w, const struct evx_buf *file, size_t len,
	size_t piece, struct evx_buf *out)
{
	const struct evx_secret *key = w->identity;
	const struct evx_age_open open = { .identities = &key, .nidentities = 1 };
	struct source s = { file->data, len, 0, 0 };
	struct evx_age_in *in;
	uint8_t *part = malloc(piece);
	size_t got = piece;
	enum evx_err err = evx_age_in_new(&open, get, &s, &in, NULL);

	evx_buf_reset(out);
	while (err == EVX_OK && got == piece) {
		err = evx_age_in_read(in, part, piece, &got, NULL);
		if (err == EVX_OK)
			err = evx_buf_add(out, part, got);
	}
	evx_age_in_free(in);
	free(part);
	return err;
}

static void write_stream(const uint8_t *p, size_t n, size_t piece, struct evx_buf *file)
{
	uint8_t pubs[2][32];
	struct evx_age_out *o;

	memcpy(pubs[0], ann.pub, 32);
	memcpy(pubs[1], bob.pub, 32);
	evx_buf_reset(file);
	assert_int_equal(
		evx_age_out_new((const uint8_t(*)[32])pubs, 2, put, file, &o, NULL), EVX_OK);
	for (size_t at = 0; at < n; at += piece)
		assert_int_equal(
			evx_age_out_write(o, p + at, n - at < piece ? n - at : piece, NULL),
			EVX_OK);
	assert_int_equal(evx_age_out_end(o, NULL), EVX_OK);
	evx_age_out_free(o);
}

/* Streams and files in memory are the same format. */
static void streams(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131071, 131072, 131073, 200000 };
	static const size_t pieces[] = { 1000, 65536, 70000, 300000 };
	const struct evx_secret *key = bob.identity;
	const struct evx_age_open open = { .identities = &key, .nidentities = 1 };
	uint8_t *p = malloc(200000);
	struct evx_buf file = EVX_BUF_INIT, out = EVX_BUF_INIT;

	(void)state;
	evx_random(p, 200000);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			write_stream(p, sizes[i], pieces[k], &file);
			evx_buf_reset(&out);
			assert_int_equal(
				evx_age_decrypt(&open, false, file.data, file.len, &out, NULL),
				EVX_OK);
			assert_int_equal(out.len, sizes[i]);
			assert_true(sizes[i] == 0 || memcmp(out.data, p, sizes[i]) == 0);
			assert_int_equal(
				read_stream(&bob, &file, file.len, pieces[k], &out), EVX_OK);
			assert_int_equal(out.len, sizes[i]);
			assert_true(sizes[i] == 0 || memcmp(out.data, p, sizes[i]) == 0);
			assert_int_equal(
				read_stream(&eve, &file, file.len, pieces[k], &out), EVX_E_KEY);
		}
	/* Cut anywhere, or with more behind: nothing that is not authentic comes out as whole. */
	write_stream(p, 131072, 65536, &file);
	for (size_t cut = 1; cut < file.len; cut += cut < 600 ? 1 : 30000)
		assert_int_not_equal(read_stream(&bob, &file, file.len - cut, 4096, &out), EVX_OK);
	assert_int_equal(evx_buf_add(&file, "x", 1), EVX_OK);
	assert_int_equal(read_stream(&bob, &file, file.len, 4096, &out), EVX_E_FORGED);
	file.data[file.len - 100] ^= 1;
	assert_int_equal(read_stream(&bob, &file, file.len - 1, 4096, &out), EVX_E_FORGED);
	evx_buf_free(&file);
	evx_buf_free(&out);
	free(p);
}

/* ---- Parcels */

struct found {
	struct evx_buf text; /* what came, in one line each */
};

static enum evx_err found_begin(void *ctx, enum evx_parcel_kind kind, const char *uuid,
	const char *name, unsigned number, uint64_t size, struct evx_diag *diag)
{
	struct found *f = ctx;

	(void)diag;
	return evx_buf_addf(&f->text, "%d %.8s %s %u %llu:", (int)kind, uuid != NULL ? uuid : "-",
		name != NULL ? name : "-", number, (unsigned long long)size);
}

static enum evx_err found_data(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	struct found *f = ctx;

	(void)diag;
	return evx_buf_add(&f->text, p, n);
}

static enum evx_err found_end(void *ctx, struct evx_diag *diag)
{
	struct found *f = ctx;

	(void)diag;
	return evx_buf_adds(&f->text, "\n");
}

static enum evx_err read_parcel(
	const struct scratch *s, const struct who *w, struct found *f, struct evx_diag *diag)
{
	const struct evx_parcel_to to = { f, found_begin, found_data, found_end };
	const int fd = openat(s->fd, "parcel", O_RDONLY);
	enum evx_err err;

	evx_buf_reset(&f->text);
	err = evx_parcel_read(fd, "parcel", w->identity, &to, diag);
	close(fd);
	return err;
}

struct member {
	const char *path, *bytes;
};

static uint64_t make_parcel(const struct scratch *s, const struct member *members, size_t n)
{
	uint8_t pubs[3][32], hash[32], again[32];
	struct evx_parcel_out *o;
	struct evx_buf whole = EVX_BUF_INIT;
	uint64_t size;
	int fd;

	/* One of them twice. */
	memcpy(pubs[0], bob.pub, 32);
	memcpy(pubs[1], ann.pub, 32);
	memcpy(pubs[2], bob.pub, 32);
	(void)unlinkat(s->fd, "parcel", 0);
	fd = openat(s->fd, "parcel", O_RDWR | O_CREAT, 0600);
	assert_int_equal(
		evx_parcel_out_new(fd, "parcel", (const uint8_t(*)[32])pubs, 3, &o, NULL), EVX_OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(evx_parcel_out_member(o, members[i].path, members[i].bytes,
					 strlen(members[i].bytes), NULL),
			EVX_OK);
	/* A name that no header can hold adds nothing. */
	{
		struct evx_diag diag = { 0 };
		char name[300];

		memset(name, 'n', sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		assert_int_not_equal(evx_parcel_out_member(o, name, "x", 1, &diag), EVX_OK);
		assert_string_equal(diag.text, "parcel: expected a path that fits, found another");
	}
	assert_int_equal(evx_parcel_out_end(o, hash, &size, NULL), EVX_OK);
	evx_parcel_out_free(o);
	close(fd);
	assert_int_equal(evx_read_file(s->fd, "parcel", 1 << 24, &whole, NULL), EVX_OK);
	assert_int_equal(whole.len, size);
	evx_sha256(whole.data, whole.len, again);
	assert_memory_equal(hash, again, sizeof(hash));
	evx_buf_free(&whole);
	return size;
}

static void parcels(void **state)
{
	static const struct member good[] = { { EVX_PARCEL_CARD, "card" },
		{ UUID_A "/bagit.txt", "bag" }, { UUID_A "/custody/0000-seal.json", "" },
		{ UUID_B "/bagit.txt", "b" }, { "receipts/0001", "one" },
		{ "receipts/0002", "two" } };
	struct scratch s = scratch_make();
	struct found f = { EVX_BUF_INIT };
	uint64_t size, least;

	(void)state;
	size = make_parcel(&s, good, 6);
	least = make_parcel(&s, good, 1);
	/* Few members or some: the length does not tell. */
	assert_int_equal(size, least);
	assert_true(size > 65536 && size < 65536 + 4096);
	assert_int_equal(make_parcel(&s, good, 6), size);
	assert_int_equal(read_parcel(&s, &bob, &f, NULL), EVX_OK);
	assert_int_equal(evx_buf_cstr(&f.text), EVX_OK);
	assert_string_equal((const char *)f.text.data,
		"0 - - 0 4:card\n1 11111111 bagit.txt 0 3:bag\n"
		"1 11111111 custody/0000-seal.json 0 0:\n1 22222222 bagit.txt 0 1:b\n"
		"2 - - 1 3:one\n2 - - 2 3:two\n");
	assert_int_equal(read_parcel(&s, &ann, &f, NULL), EVX_OK);
	assert_int_equal(read_parcel(&s, &eve, &f, NULL), EVX_E_KEY);
	evx_buf_free(&f.text);
	scratch_remove(&s);
}

/* What a hostile sender puts into a parcel: each is refused. */
static void hostile_parcels(void **state)
{
	static const struct {
		const char *name;
		struct member members[4];
	} bad[] = {
		{ "no card", { { UUID_A "/bagit.txt", "bag" } } },
		{ "two cards", { { EVX_PARCEL_CARD, "a" }, { EVX_PARCEL_CARD, "b" } } },
		{ "a pack",
			{ { EVX_PARCEL_CARD, "a" },
				{ UUID_A "/data/"
					 "00000000000000000000000000000000000000000000000000000000"
					 "00000000.pack",
					"x" } } },
		{ "a name that no bundle has",
			{ { EVX_PARCEL_CARD, "a" }, { UUID_A "/etc/passwd", "x" } } },
		{ "a way out", { { EVX_PARCEL_CARD, "a" }, { UUID_A "/../x", "x" } } },
		{ "exhibits out of order",
			{ { EVX_PARCEL_CARD, "a" }, { UUID_B "/bagit.txt", "x" },
				{ UUID_A "/bagit.txt", "x" } } },
		{ "an exhibit behind receipts",
			{ { EVX_PARCEL_CARD, "a" }, { "receipts/0001", "x" },
				{ UUID_A "/bagit.txt", "x" } } },
		{ "receipts that begin with 2",
			{ { EVX_PARCEL_CARD, "a" }, { "receipts/0002", "x" } } },
		{ "a receipt twice",
			{ { EVX_PARCEL_CARD, "a" }, { "receipts/0001", "x" },
				{ "receipts/0001", "x" } } },
		{ "something else", { { EVX_PARCEL_CARD, "a" }, { "vault/log", "x" } } },
		{ "files of a vault without an index",
			{ { EVX_PARCEL_CARD, "a" }, { "vault/log/x", "x" } } },
		{ "two indexes",
			{ { EVX_PARCEL_CARD, "a" }, { EVX_PARCEL_INDEX_NAME, "x" },
				{ EVX_PARCEL_INDEX_NAME, "x" } } },
		{ "an index among exhibits",
			{ { EVX_PARCEL_CARD, "a" }, { UUID_A "/bagit.txt", "x" },
				{ EVX_PARCEL_INDEX_NAME, "x" } } },
		{ "a way out of a vault",
			{ { EVX_PARCEL_CARD, "a" }, { EVX_PARCEL_INDEX_NAME, "x" },
				{ "vault/log/../../x", "x" } } },
		{ "files of a vault out of order",
			{ { EVX_PARCEL_CARD, "a" }, { EVX_PARCEL_INDEX_NAME, "x" },
				{ "vault/log/b", "x" }, { "vault/log/a", "x" } } },
		{ "padding that is none", { { EVX_PARCEL_CARD, "a" }, { "padding", "x" } } },
		{ "members behind padding",
			{ { EVX_PARCEL_CARD, "a" }, { "padding", "" }, { "receipts/0001", "x" } } },
		{ "padding twice", { { EVX_PARCEL_CARD, "a" }, { "padding", "" } } },
	};
	struct scratch s = scratch_make();
	struct found f = { EVX_BUF_INIT };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct evx_diag diag = { 0 };
		size_t n = 0;
		enum evx_err err;

		while (n < 4 && bad[i].members[n].path != NULL)
			n++;
		make_parcel(&s, bad[i].members, n);
		err = read_parcel(&s, &bob, &f, &diag);
		if (err != EVX_E_CORRUPT)
			fail_msg("%s: %s, %s", bad[i].name, evx_err_name(err), diag.text);
	}
	evx_buf_free(&f.text);
	scratch_remove(&s);
}

/* An archive that a hostile sender makes by hand: cut, with other bytes where zeros must be. */
static void archives(void **state)
{
	static const size_t lengths[] = { 0, 511, 512, 513, 1024, 1536, 2048, 2560 };
	struct scratch s = scratch_make();
	struct found f = { EVX_BUF_INIT };
	struct evx_buf plain = EVX_BUF_INIT, file = EVX_BUF_INIT;
	uint8_t block[EVX_TAR_BLOCK], pubs[1][32];

	(void)state;
	memcpy(pubs[0], bob.pub, 32);
	assert_int_equal(evx_tar_encode(EVX_PARCEL_CARD, 4, block), EVX_OK);
	assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
	memset(block, 0, sizeof(block));
	memcpy(block, "card", 4);
	assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
	assert_int_equal(evx_tar_encode("padding", 0, block), EVX_OK);
	assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
	memset(block, 0, sizeof(block));
	assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
	assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) + 3; i++) {
		const size_t whole = plain.len;
		size_t n = i < 8 ? lengths[i] : whole;
		enum evx_err expected = i < 7 ? EVX_E_TRUNCATED : EVX_OK;

		if (i == 8) /* behind the card */
			plain.data[512 + 4] = 1;
		if (i == 9) { /* behind the end */
			plain.data[512 + 4] = 0;
			assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
			n = plain.len;
		}
		if (i == 10) { /* one block of zeros only, then another */
			plain.len = whole - 512;
			plain.data[2047] = 1;
			n = 2560;
		}
		if (i >= 8)
			expected = EVX_E_CORRUPT;
		evx_buf_reset(&file);
		assert_int_equal(
			evx_age_encrypt((const uint8_t(*)[32])pubs, 1, plain.data, n, &file, NULL),
			EVX_OK);
		assert_int_equal(
			evx_replace_file(s.fd, "parcel", 0600, file.data, file.len, NULL), EVX_OK);
		assert_int_equal(read_parcel(&s, &bob, &f, NULL), expected);
	}
	evx_buf_free(&f.text);
	evx_buf_free(&plain);
	evx_buf_free(&file);
	scratch_remove(&s);
}

/* EVX_SHIPMENT_OBJECT_MAX and EVX_SHIPMENT_NOTES_MAX are tried in notes(). EVX_MIRROR_INDEX_MAX is
 * tried here, EVX_MIRROR_NOTES_MAX in tests/cli/mirror.t. */

/* The header of an index that is too long is refused before a byte of it is read. */
static void long_index(void **state)
{
	struct scratch s = scratch_make();
	struct found f = { EVX_BUF_INIT };
	struct evx_buf plain = EVX_BUF_INIT, file = EVX_BUF_INIT;
	uint8_t block[EVX_TAR_BLOCK], pubs[1][32];

	(void)state;
	memcpy(pubs[0], bob.pub, 32);
	assert_int_equal(evx_tar_encode(EVX_PARCEL_CARD, 0, block), EVX_OK);
	assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
	assert_int_equal(
		evx_tar_encode(EVX_PARCEL_INDEX_NAME, EVX_MIRROR_INDEX_MAX + 1, block), EVX_OK);
	assert_int_equal(evx_buf_add(&plain, block, sizeof(block)), EVX_OK);
	assert_int_equal(
		evx_age_encrypt((const uint8_t(*)[32])pubs, 1, plain.data, plain.len, &file, NULL),
		EVX_OK);
	assert_int_equal(evx_replace_file(s.fd, "parcel", 0600, file.data, file.len, NULL), EVX_OK);
	assert_int_equal(read_parcel(&s, &bob, &f, NULL), EVX_E_LIMIT);
	evx_buf_free(&f.text);
	evx_buf_free(&plain);
	evx_buf_free(&file);
	scratch_remove(&s);
}

static enum evx_err parcel_for(const struct scratch *s, size_t receivers)
{
	uint8_t pubs[65][32], hash[32];
	struct evx_parcel_out *o;
	struct evx_secret *one;
	uint64_t size;
	const int fd = openat(s->fd, "many", O_RDWR | O_CREAT | O_TRUNC, 0600);
	enum evx_err err;

	for (size_t i = 0; i < receivers; i++) {
		assert_int_equal(evx_age_identity_new(&one, NULL), EVX_OK);
		assert_int_equal(evx_age_public(one, pubs[i]), EVX_OK);
		evx_secret_free(one);
	}
	err = evx_parcel_out_new(fd, "many", (const uint8_t(*)[32])pubs, receivers, &o, NULL);
	if (err == EVX_OK)
		err = evx_parcel_out_end(o, hash, &size, NULL);
	evx_parcel_out_free(o);
	close(fd);
	return err;
}

/* EVX_SHIPMENT_RECEIVERS_MAX, EVX_SHIPMENT_EXHIBITS_MAX, EVX_SHIPMENT_NOTE_MAX. */
static void limits(void **state)
{
	struct scratch s = scratch_make();
	const struct evx_lanes lanes = { s.fd, -1, s.fd, -1 };
	struct member *members = calloc(1002, sizeof(*members));
	char(*paths)[64] = calloc(1002, sizeof(*paths));
	struct found f = { EVX_BUF_INIT };
	struct evx_buf note = EVX_BUF_INIT, back = EVX_BUF_INIT;
	char name[EVX_LANES_FILE_CAP], lane[EVX_SHIPMENT_ID_CAP];

	(void)state;
	assert_int_equal(parcel_for(&s, 64), EVX_OK);
	assert_int_equal(parcel_for(&s, 65), EVX_E_LIMIT);

	members[0] = (struct member){ EVX_PARCEL_CARD, "card" };
	for (unsigned i = 0; i < 1001; i++) {
		(void)snprintf(
			paths[i], sizeof(paths[i]), "00000000-0000-4000-8000-%012u/bagit.txt", i);
		members[i + 1] = (struct member){ paths[i], "" };
	}
	make_parcel(&s, members, 1001);
	assert_int_equal(read_parcel(&s, &bob, &f, NULL), EVX_OK);
	make_parcel(&s, members, 1002);
	assert_int_equal(read_parcel(&s, &bob, &f, NULL), EVX_E_LIMIT);

	memset(lane, 'a', sizeof(lane) - 1);
	lane[sizeof(lane) - 1] = '\0';
	assert_int_equal(evx_buf_reserve(&note, 1048577), EVX_OK);
	memset(note.data, 'x', 1048577);
	assert_int_equal(evx_lanes_keep_note(&lanes, lane, 1, note.data, 1048576, NULL), EVX_OK);
	assert_int_equal(evx_lanes_kept_note(&lanes, lane, 1, &back, NULL), EVX_OK);
	assert_int_equal(back.len, 1048576);
	assert_int_equal(evx_lanes_keep_note(&lanes, lane, 1, note.data, 1048577, NULL), EVX_OK);
	assert_int_equal(evx_lanes_kept_note(&lanes, lane, 1, &back, NULL), EVX_E_LIMIT);
	assert_int_equal(evx_lanes_kept_note(&lanes, lane, 2, &back, NULL), EVX_E_NOT_FOUND);
	evx_lanes_note_file(lane, 1, name);
	assert_int_equal(strlen(name), 5 + 32 + 9);
	evx_buf_free(&note);
	evx_buf_free(&back);
	evx_buf_free(&f.text);
	free(members);
	free(paths);
	scratch_remove(&s);
}

static enum evx_err note_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_shipment_note note;
	enum evx_err err = evx_shipment_note_decode(p, n, &note, NULL);

	if (err == EVX_OK)
		err = evx_shipment_note_encode(&note, out, NULL);
	evx_shipment_note_free(&note);
	return err;
}

static enum evx_err lane_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_shipment_lane lane;
	enum evx_err err = evx_shipment_lane_decode(p, n, &lane, NULL);

	if (err == EVX_OK)
		err = evx_shipment_lane_encode(&lane, out, NULL);
	evx_shipment_lane_free(&lane);
	return err;
}

static enum evx_err index_again(const void *p, size_t n, struct evx_buf *out)
{
	struct evx_mirror_index index;
	enum evx_err err = evx_mirror_index_decode(p, n, &index, NULL);

	if (err == EVX_OK)
		err = evx_mirror_index_encode(&index, out);
	evx_mirror_index_free(&index);
	return err;
}

/* Nothing in a note, an index or a memory goes unread. */
static void every_byte_is_read(void **state)
{
	static const char index[] = INDEX "file " HASH_A " 10 cases/" UUID_A "/exhibits/" UUID_B
					  "\n" PACK_A "file " HASH_A
					  " 5 log/00000000-init\n" JSON_LINE;
	struct evx_shipment_note answer = a_note(7), mirror = a_note(7);
	struct evx_shipment_lane lane = { .n = 0 };
	struct evx_shipment_memory *m;
	struct evx_buf out = EVX_BUF_INIT;

	(void)state;
	answer.type = EVX_SHIPMENT_ANSWER;
	answer.seen = 3;
	answer.answers = 2;
	assert_int_equal(evx_shipment_note_encode(&answer, &out, NULL), EVX_OK);
	edits(out.data, out.len, 1, "09z", note_again);
	evx_buf_reset(&out);
	mirror.type = EVX_SHIPMENT_MIRROR;
	memset(mirror.receiver, 0, sizeof(mirror.receiver));
	memcpy(mirror.vault, UUID_A, sizeof(UUID_A));
	mirror.log = 5;
	assert_int_equal(evx_shipment_note_encode(&mirror, &out, NULL), EVX_OK);
	edits(out.data, out.len, 1, "09z", note_again);
	evx_buf_reset(&out);
	memset(lane.sender, 'a', 64);
	memset(lane.receiver, 'b', 64);
	for (uint32_t number = 10; number < 12; number++) {
		m = evx_shipment_lane_add(&lane, number);
		assert_non_null(m);
		m->time = 1767323045;
		m->exhibits = calloc(1, sizeof(*m->exhibits));
		assert_non_null(m->exhibits);
		m->nexhibits = 1;
		memcpy(m->exhibits[0].uuid, UUID_A, sizeof(UUID_A));
		m->exhibits[0].path = strdup("/tmp/x");
	}
	assert_int_equal(evx_shipment_lane_encode(&lane, &out, NULL), EVX_OK);
	edits(out.data, out.len, 1, "09z", lane_again);
	edits(index, strlen(index), 1, "09z /\n", index_again);
	evx_shipment_lane_free(&lane);
	evx_buf_free(&out);
}

/* ---- Want of memory */

static enum evx_err note_deed(void *ctx, struct outcome *result)
{
	const struct evx_shipment_note *note = ctx;
	struct evx_shipment_note back;
	struct evx_buf object = EVX_BUF_INIT;
	uint8_t hash[32], found[32];
	enum evx_err err = evx_lanes_note_make(
		note, &ann.signer, ann.pub, bob.pub, &object, hash, NULL);

	if (err == EVX_OK)
		err = evx_lanes_note_read(
			object.data, object.len, bob.identity, &back, found, NULL);
	if (err == EVX_OK) {
		*result = (struct outcome){ { back.number, memcmp(hash, found, 32) == 0 } };
		evx_shipment_note_free(&back);
	}
	evx_buf_free(&object);
	return err;
}

static enum evx_err parcel_deed(void *ctx, struct outcome *result)
{
	struct found f = { EVX_BUF_INIT };
	enum evx_err err = read_parcel(ctx, &bob, &f, NULL);

	result->number[0] = f.text.len;
	evx_buf_free(&f.text);
	return err;
}

static void no_memory(void **state)
{
	static const struct member members[] = { { EVX_PARCEL_CARD, "card" },
		{ UUID_A "/bagit.txt", "bag" }, { "receipts/0001", "one" } };
	struct scratch s = scratch_make();
	struct evx_shipment_note note = a_note(2);

	(void)state;
#ifndef NOT_HERE
	make_parcel(&s, members, 3);
	each_fails("a note", note_deed, &note, 10);
	each_fails("a parcel", parcel_deed, &s, 3);
#else
	(void)members, (void)note, (void)note_deed, (void)parcel_deed;
#endif
	scratch_remove(&s);
}

/* ---- Invitations as a file */

/* An invitation with the card of owner, signed by signer. */
static struct evx_buf invited(const struct who *owner, const struct who *named)
{
	char note_at[] = "https://h/box/drop/" ID "/0000";
	char *put[] = { note_at, note_at };
	struct evx_card card = { .person = "Bob", .organisation = "Lab", .country = "NL" };
	struct evx_buf text = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_invitation inv = { .id = ID, .until = 1767323045, .put = put, .nput = 2 };
	char part_at[] = "https://h/box/drop/" ID "/0001";

	put[1] = part_at;
	memcpy(card.signing, owner->signing, sizeof(card.signing));
	assert_int_equal(evx_age_recipient_encode(owner->pub, card.encryption), EVX_OK);
	card.created = 1767323045;
	assert_int_equal(evx_card_sign(&card, &owner->signer, &text, NULL), EVX_OK);
	assert_int_equal(evx_buf_cstr(&text), EVX_OK);
	inv.card = (char *)text.data;
	memcpy(inv.signer, named->signing, sizeof(inv.signer));
	assert_int_equal(evx_invite_text_make(&inv, &named->signer, &out, NULL), EVX_OK);
	evx_buf_free(&text);
	return out;
}

static enum evx_err read_invited(struct evx_buf *text, bool *whole)
{
	struct evx_invitation inv;
	struct evx_card card;
	enum evx_err err = evx_invite_text_read(text, &inv, &card, NULL);

	*whole = err == EVX_OK && inv.nput == 2 && strcmp(inv.id, ID) == 0 &&
		strcmp(card.signing, bob.signing) == 0;
	if (err == EVX_OK)
		evx_invitation_free(&inv);
	return err;
}

/* Only the key of the card invites: not one that somebody else signs, nor a changed one. */
static void invitation_texts(void **state)
{
	struct evx_buf text = invited(&bob, &bob), bad;
	bool whole;

	(void)state;
	assert_int_equal(read_invited(&text, &whole), EVX_OK);
	assert_true(whole);
	bad = mutated(text.data, text.len, "2026-01-02", "2026-01-03");
	assert_int_equal(read_invited(&bad, &whole), EVX_E_FORGED);
	evx_buf_free(&bad);
	bad = mutated(text.data, text.len, "-----BEGIN", "-----BEGUN");
	assert_int_not_equal(read_invited(&bad, &whole), EVX_OK);
	evx_buf_free(&bad);
	evx_buf_free(&text);
	text = invited(&bob, &eve);
	assert_int_equal(read_invited(&text, &whole), EVX_E_FORGED);
	evx_buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(notes), cmocka_unit_test(mirror_notes),
		cmocka_unit_test(mirror_indexes), cmocka_unit_test(long_index),
		cmocka_unit_test(sealed_notes), cmocka_unit_test(lane_names),
		cmocka_unit_test(memories), cmocka_unit_test(longest_memory),
		cmocka_unit_test(streams), cmocka_unit_test(parcels),
		cmocka_unit_test(hostile_parcels), cmocka_unit_test(archives),
		cmocka_unit_test(limits), cmocka_unit_test(every_byte_is_read),
		cmocka_unit_test(no_memory), cmocka_unit_test(invitation_texts) };

	return cmocka_run_group_tests(tests, make_people, free_people);
}
