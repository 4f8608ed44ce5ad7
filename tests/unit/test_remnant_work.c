/* What an interrupted seal left, with packs beside it that somebody else added: how often packs are
 * read is counted, not the time. Twice as many packs are read about twice as often. */
#include "content/chunk_id.h"
#include "content/frame_codec.h"
#include "crypto/hash.h"
#include "format/node.h"
#include "format/text.h"
#include "store/remnant.h"
#include "unit/failing.h"
#include "vault_fixture.h"

#define UUID "00000000-0000-4000-8000-00000000000c"
#define REST "v/remnants/" UUID "/"

static struct person ann;
static struct scratch s;
static uint64_t reads, stop_at_read;
static struct evx_cancel cancel;

/* This stands in for the C library's in this program. */
ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	reads++;
	if (reads == stop_at_read)
		atomic_store(&cancel.stop, true);
	return lseek(fd, at, SEEK_SET) < 0 ? -1 : read(fd, p, n);
}

static void pack_at(const void *p, size_t n, time_t when)
{
	const struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	uint8_t hash[32];
	char hex[65], path[256];

	evx_sha256(p, n, hash);
	evx_hex_encode(hash, 32, hex);
	(void)snprintf(path, sizeof(path), REST "data/%s.pack", hex);
	scratch_file(&s, path, p, n);
	assert_int_equal(utimensat(s.fd, path, times, 0), 0);
}

/* A session of ann's that was cut off. */
static struct evx_secret *rest_make(const struct evx_vault *v, const char *case_id)
{
	struct evx_secret *content;
	struct evx_buf text = EVX_BUF_INIT, file = EVX_BUF_INIT;
	uint8_t origin[32];
	char line[66];

	(void)mkdirat(s.fd, "v/remnants", 0777);
	scratch_dir(&s, "v/remnants/" UUID);
	scratch_dir(&s, REST "data");
	scratch_dir(&s, REST "keys");
	(void)snprintf(line, sizeof(line), "%s\n", case_id);
	scratch_file(&s, REST "case", line, strlen(line));
	assert_int_equal(evx_age_identity_new(&content, NULL), EVX_OK);
	assert_int_equal(evx_age_identity_encode(content, &text), EVX_OK);
	assert_int_equal(evx_age_encrypt(&evx_vault_epoch(v, 1)->content_pub, 1, text.data,
				 text.len, &file, NULL),
		EVX_OK);
	scratch_file(&s, REST "keys/0000-content.age", file.data, file.len);
	assert_int_equal(evx_remnant_origin(v, case_id, 1, UUID, content, origin, NULL), EVX_OK);
	evx_hex_encode(origin, 32, line);
	line[64] = '\n';
	scratch_file(&s, REST EVX_SESSION_ORIGIN, line, 65);
	evx_buf_free(&text);
	evx_buf_free(&file);
	return content;
}

enum shape {
	FIRST,    /* the others are older than all good ones */
	BETWEEN,  /* one stands before each good one */
	BACKWARD, /* as FIRST, and the times of the good ones tell the wrong order */
	SHAPES,
};

/* What was given: ids and where they stand. */
static uint8_t given[64][32];
static uint64_t given_at[64];
static size_t n_given;

static enum evx_err see_chunk(void *ctx, const uint8_t id[32], const struct evx_loan *loan)
{
	if (n_given < 64) {
		memcpy(given[n_given], id, 32);
		given_at[n_given] = loan->position;
	}
	n_given++;
	if (ctx != NULL)
		atomic_store(&cancel.stop, true);
	return EVX_OK;
}

/* What a content node calls the chunk of frame i. */
static void named(size_t i, uint8_t id[32])
{
	memset(id, 0xa0, 32);
	id[0] = (uint8_t)i;
}

/* Frame i of a remnant: eight bytes of data; with node, the node that names those before it. */
static size_t make_frame(struct evx_frame_codec *codec, const uint8_t header_key[32], size_t i,
	uint64_t position, bool node, uint8_t *frame)
{
	struct evx_frame_header h = { .type = EVX_FRAME_DATA, .plain = 8 };
	uint8_t plain[EVX_NODE_HEAD_LEN + 8 * EVX_REF_LEN], key[32] = { 7, (uint8_t)i };
	size_t body;

	(void)memcpy(plain, &i, sizeof(i));
	if (node) {
		struct evx_ref refs[8] = { 0 };

		for (size_t k = 0; k < i; k++) {
			named(k, refs[k].id);
			refs[k].key[0] = 7;
			refs[k].key[1] = (uint8_t)k;
			refs[k].position = k * (position / i);
			refs[k].stored = (uint32_t)(position / i);
			refs[k].plain = 8;
			refs[k].span = 8;
		}
		h.type = EVX_FRAME_CONTENT_NODE;
		h.plain = (uint32_t)evx_node_encode(0, refs, (uint32_t)i, plain);
	}
	memcpy(h.key, key, sizeof(h.key));
	assert_int_equal(evx_frame_codec_seal(codec, h.type, 0, key, plain, h.plain,
				 frame + EVX_FRAME_HEADER_LEN, &body, NULL),
		EVX_OK);
	h.stored = EVX_FRAME_HEADER_LEN + (uint32_t)body;
	assert_int_equal(
		evx_frame_codec_header_seal(codec, header_key, 0, position, &h, frame), EVX_OK);
	return h.stored;
}

#define NO_NODE SIZE_MAX

/* A remnant of n good packs and n others, read. stop: from the first chunk on somebody says stop.
 * node: the frame that is a node and not data. */
static enum evx_err scanned(
	enum shape shape, size_t n, bool stop, size_t node, struct evx_remnant_found *found)
{
	struct evx_vault *v;
	struct evx_frame_codec *codec;
	struct evx_secret *content;
	struct evx_diag diag = { 0 };
	uint8_t header_key[32], frame[EVX_FRAME_OVERHEAD + EVX_NODE_HEAD_LEN + 8 * EVX_REF_LEN];
	uint64_t position = 0;
	char id[EVX_UUID_CAP];
	enum evx_err err;

	s = scratch_make();
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(evx_case_new(v, "case", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	content = rest_make(v, id);
	evx_frame_codec_header_key(evx_secret_bytes(content), header_key);
	assert_int_equal(evx_frame_codec_new(0, &codec, NULL), EVX_OK);
	for (size_t i = 0; i < n; i++) {
		const size_t stored = make_frame(codec, header_key, i, position, i == node, frame);

		position += stored;
		pack_at(frame, stored,
			shape == BACKWARD ? (time_t)(NOW + n - i) : (time_t)(NOW + 2 * i + 1));
		memset(frame, 0, sizeof(frame));
		(void)memcpy(frame, &i, sizeof(i));
		pack_at(frame, 124, shape == BETWEEN ? (time_t)(NOW + 2 * i) : NOW - 1);
	}
	atomic_store(&cancel.stop, false);
	reads = 0;
	n_given = 0;
	err = evx_remnant_scan(
		v, id, UUID, see_chunk, stop ? &cancel : NULL, &cancel, found, &diag);
	assert_int_equal(err, diag.code);
	evx_frame_codec_free(codec);
	evx_secret_free(content);
	evx_vault_free(v);
	scratch_remove(&s);
	return err;
}

static void twice_the_packs(void **state)
{
	size_t worse = 0;

	(void)state;
	for (enum shape shape = FIRST; shape < SHAPES; shape++) {
		struct evx_remnant_found found;
		uint64_t once, twice;

		assert_int_equal(scanned(shape, 60, false, NO_NODE, &found), EVX_OK);
		once = reads;
		assert_true(shape == BACKWARD ? found.packs >= 1 : found.packs == 60);
		assert_int_equal(found.chunks, found.packs);
		assert_int_equal(scanned(shape, 120, false, NO_NODE, &found), EVX_OK);
		twice = reads;
		assert_true(shape == BACKWARD ? found.packs >= 1 : found.packs == 120);
		if (twice <= 2 * once + once / 2)
			continue;
		print_message("shape %d: %llu reads for 60 packs, %llu for 120\n", (int)shape,
			(unsigned long long)once, (unsigned long long)twice);
		worse++;
	}
	assert_int_equal(worse, 0);
}

static void stopped(void **state)
{
	struct evx_remnant_found found;

	(void)state;
	/* At the first guess, and at the first chunk that a node names. */
	assert_int_equal(scanned(FIRST, 5, true, NO_NODE, &found), EVX_E_INTERRUPTED);
	assert_int_equal(n_given, 2);
	assert_int_equal(scanned(FIRST, 5, true, 3, &found), EVX_E_INTERRUPTED);
	assert_int_equal(n_given, 3);
	/* Before any: while packs are read. */
	assert_int_equal(scanned(FIRST, 5, false, NO_NODE, &found), EVX_OK);
	stop_at_read = reads - 1;
	assert_int_equal(scanned(FIRST, 5, false, NO_NODE, &found), EVX_E_INTERRUPTED);
	stop_at_read = 0;
	assert_int_equal(n_given, 0);
}

/* A node says what the chunks before it are; of those behind it two guesses are given. */
static void ids(void **state)
{
	struct evx_remnant_found found;
	uint8_t id[32], guesses[2][32];
	size_t i = 4;

	(void)state;
	assert_int_equal(scanned(FIRST, 5, false, 3, &found), EVX_OK);
	assert_int_equal(found.chunks, 4);
	assert_int_equal(n_given, 3 + 2);
	for (size_t k = 0; k < 3; k++) {
		named(k, id);
		assert_memory_equal(given[k], id, 32);
		assert_int_equal(given_at[k], k * given_at[1]);
	}
	evx_chunk_id_guess((const uint8_t *)&i, sizeof(i), guesses);
	assert_memory_equal(given[3], guesses[0], 32);
	assert_memory_equal(given[4], guesses[1], 32);
	assert_int_equal(given_at[3], given_at[4]);
}

static int make_people(void **state)
{
	(void)state;
	person_make(&ann, "Ann");
	return 0;
}

static int free_people(void **state)
{
	(void)state;
	person_free(&ann);
	return 0;
}

struct session {
	const struct evx_vault *v;
	const char *case_id;
};

static enum evx_err scan_once(void *ctx, struct outcome *out)
{
	const struct session *session = ctx;
	struct evx_remnant_found found;
	enum evx_err err = evx_remnant_scan(
		session->v, session->case_id, UUID, see_chunk, NULL, &cancel, &found, NULL);

	out->number[0] = found.packs;
	return err;
}

/* A lack of memory is no session of a stranger's. */
static void without_memory(void **state)
{
	struct evx_vault *v;
	struct evx_secret *content;
	char id[EVX_UUID_CAP];

	(void)state;
#ifdef NOT_HERE
	skip();
#endif
	s = scratch_make();
	vault_make(&s, &ann, NULL);
	v = vault_open(&s, &ann);
	assert_int_equal(evx_case_new(v, "case", NULL, &ann.signer, NOW, id, NULL), EVX_OK);
	content = rest_make(v, id);
	atomic_store(&cancel.stop, false);
	each_fails("an interrupted seal", scan_once, &(struct session){ v, id }, 10);
	scratch_file(&s, REST EVX_SESSION_ORIGIN, "other\n", 6);
	assert_int_equal(
		scan_once(&(struct session){ v, id }, &(struct outcome){ { 0 } }), EVX_E_FORGED);
	evx_secret_free(content);
	evx_vault_free(v);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(twice_the_packs),
		cmocka_unit_test(stopped), cmocka_unit_test(ids),
		cmocka_unit_test(without_memory) };

	return cmocka_run_group_tests(tests, make_people, free_people);
}
