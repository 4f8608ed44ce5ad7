/* Listing records: split into their fields, and the line decoded; what decodes encodes, to what
 * decodes to the same. The first byte chooses the form: of a whole exhibit, of a disclosure, or a
 * line alone. */
#include "fuzz/fuzz.h"

#include "base/path.h"
#include "format/listing_inner.h"

static void line(const uint8_t *p, size_t n)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_entry e, again;
	struct evx_diag diag = { 0 };
	enum evx_err err;

	evx_entry_init(&e);
	evx_entry_init(&again);
	err = evx_listing_decode(p, n, &e, &diag);
	fuzz_check(err == diag.code && (err == EVX_OK) == (e.path != NULL));
	/* The short cut for plain lines takes nothing that the general decoder refuses. */
	fuzz_check(evx_listing_decode_general(p, n, &again, NULL) == err);
	evx_entry_free(&again);
	if (err != EVX_OK)
		return;
	fuzz_check(evx_path_check(e.path, e.path_len, NULL) == EVX_OK);
	fuzz_check(e.type != EVX_FILE || evx_listing_stored_length(&e) <= e.size);
	err = evx_listing_encode(&e, &first, NULL);
	/* Escapes may make the line longer than the one it came from. */
	fuzz_check(err == EVX_OK || (err == EVX_E_LIMIT && n > EVX_LISTING_LINE_MAX / 6));
	if (err == EVX_OK) {
		fuzz_check(evx_listing_decode(first.data, first.len, &again, NULL) == EVX_OK);
		fuzz_check(evx_listing_encode(&again, &second, NULL) == EVX_OK);
		fuzz_check(fuzz_equal(&first, second.data, second.len));
	}
	evx_entry_free(&e);
	evx_entry_free(&again);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void record(const uint8_t *p, size_t n, bool disclosure)
{
	uint8_t hashes[EVX_PROOF_MAX][32];
	struct evx_record r;
	size_t used, count;

	if (evx_listing_split(p, n, disclosure, &r, &used, NULL) != EVX_OK)
		return;
	fuzz_check(used > 0 && used <= n && p[used - 1] == '\n');
	fuzz_check(r.line >= p && r.line_len > 0 && r.line + r.line_len == p + used);
	fuzz_check(disclosure || r.where != EVX_POSITION_WITHHELD);
	if (disclosure) {
		fuzz_check(r.text >= p && r.text + r.text_len == p + used);
		fuzz_check(r.shown == NULL ||
			(r.shown > r.text && r.shown + r.shown_len < r.line &&
				r.where == EVX_POSITION_AT));
		fuzz_check(evx_listing_proof(&r, hashes, &count, NULL) != EVX_OK ||
			count <= EVX_PROOF_MAX);
	}
	line(r.line, r.line_len);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	if (p[0] == 'l')
		line(p + 1, n - 1);
	else
		record(p + 1, n - 1, p[0] == 'd');
}

static void seed_entry(struct evx_entry *e)
{
	struct evx_buf out = EVX_BUF_INIT;

	fuzz_check(evx_buf_adds(&out, "w") == EVX_OK);
	fuzz_check(evx_listing_position(e->type == EVX_FILE ? EVX_POSITION_AT : EVX_POSITION_NONE,
			   4096, &out) == EVX_OK);
	fuzz_check(evx_listing_encode(e, &out, NULL) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_free(&out);
	evx_entry_free(e);
}

static void seed_file(void)
{
	struct evx_entry e;

	evx_entry_init(&e);
	fuzz_check(evx_entry_set_path(&e, "src/a\xff", 6) == EVX_OK);
	e.has_stat = e.has_mtime = e.has_btime = true;
	e.size = 100;
	e.mode = 04755;
	e.mtime = (struct evx_file_time){ -1, 999999999 };
	e.btime = (struct evx_file_time){ INT64_MIN, 123456789 };
	e.user = strdup("root");
	e.has_map = e.has_sha256 = e.has_sparse_sha256 = e.has_md5 = e.has_sha1 = true;
	fuzz_check(evx_entry_add_extent(&e, 0, 10) == EVX_OK &&
		evx_entry_add_extent(&e, 50, 50) == EVX_OK);
	fuzz_check(evx_entry_add_xattr(&e, "user.comment", "\0\1", 2) == EVX_OK);
	e.acl_access = strdup("user::rw-,user:1001:r--,group::r--,mask::r--,other::r--");
	e.changed_while_reading = true;
	seed_entry(&e);
	fuzz_check(evx_entry_set_path(&e, "src/b", 5) == EVX_OK);
	e.has_stat = e.has_map = true;
	e.size = 1000;
	e.has_sparse_sha256 = true;
	fuzz_check(evx_entry_add_extent(&e, 0, 512) == EVX_OK &&
		evx_entry_add_bad(&e, 512, 100) == EVX_OK);
	seed_entry(&e);
}

static void fuzz_seeds(void)
{
	struct evx_entry e;

	seed_file();
	evx_entry_init(&e);
	fuzz_check(evx_entry_set_path(&e, "src/l", 5) == EVX_OK &&
		evx_entry_set_link_target(&e, "../x", 4) == EVX_OK);
	e.type = EVX_SYMLINK;
	e.has_stat = true;
	seed_entry(&e);
	e.type = EVX_CHARDEV;
	e.has_stat = true;
	e.rdev_major = 5;
	e.rdev_minor = 1;
	fuzz_check(evx_entry_set_path(&e, "src/tty", 7) == EVX_OK);
	seed_entry(&e);
	e.type = EVX_DIR;
	fuzz_check(evx_entry_set_path(&e, "src", 3) == EVX_OK &&
		evx_entry_read_failed(&e, 13, "open") == EVX_OK);
	seed_entry(&e);
	fuzz_seed_text(
		"l{\"path\":\"a\",\"type\":\"fifo\",\"mode\":\"0644\",\"uid\":0,\"gid\":0}\n");
	fuzz_seed_text("d-\t0\t0000000000000000000000000000000000000000000000000000000000000000\t"
		       "1111111111111111111111111111111111111111111111111111111111111111\t{"
		       "\"path\":\"a\",\"type\":\"dir\"}\n");
	fuzz_seed_text("d0\t9\t0000000000000000000000000000000000000000000000000000000000000000\t\t"
		       "66,3+2@196608+131072\t{}\n");
	fuzz_seed_text("dwithheld\t9\t0000000000000000000000000000000000000000000000000000000000000"
		       "000\t\t{"
		       "\"path\":\"a\",\"type\":\"file\",\"size\":\"3\"}\n");
}
