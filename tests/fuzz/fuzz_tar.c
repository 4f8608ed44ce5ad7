/* The container's small formats: header blocks, member names, the order of members, the index. The
 * first byte chooses. */
#include "fuzz/fuzz.h"

#include "format/index.h"
#include "format/order.h"
#include "format/tar.h"

static void header(const uint8_t *p, size_t n)
{
	uint8_t again[EVX_TAR_BLOCK];
	struct evx_tar_header h;
	struct evx_diag diag = { 0 };
	enum evx_err err;

	if (n != EVX_TAR_BLOCK)
		return;
	err = evx_tar_decode(p, &h, &diag);
	fuzz_check(err == diag.code && (err == EVX_OK) == (h.path[0] != '\0'));
	if (err != EVX_OK)
		return;
	fuzz_check(evx_tar_encode(h.path, h.size, again) == EVX_OK &&
		memcmp(again, p, sizeof(again)) == 0);
	fuzz_check(evx_tar_span(h.size) >= h.size + EVX_TAR_BLOCK &&
		evx_tar_span(h.size) % EVX_TAR_BLOCK == 0);
}

static void name(const uint8_t *p, size_t n)
{
	char *s = fuzz_text(p, n), again[EVX_MEMBER_NAME_CAP];
	struct evx_member_id id;

	if (evx_member_parse(s, &id, NULL) == EVX_OK) {
		fuzz_check(evx_member_name(&id, again) == EVX_OK && strcmp(again, s) == 0);
		fuzz_check(evx_member_limit(id.kind) > 0);
	}
	free(s);
}

/* Each line names a member; what is taken must be in an order that a bundle can have. */
static void order(const uint8_t *p, size_t n)
{
	struct evx_order o = EVX_ORDER_INIT;
	struct evx_cursor c = evx_cursor_over(p, n);
	enum evx_order_verdict verdict;
	struct evx_member_id id;
	bool gap = false;
	const uint8_t *line;
	size_t len;

	while (evx_cursor_line(&c, &line, &len) == EVX_OK) {
		unsigned group = o.group, events = o.events;
		char *s = fuzz_text(line, len);
		enum evx_err err = evx_member_parse(s, &id, NULL);

		free(s);
		if (err != EVX_OK)
			continue;
		err = evx_order_next(&o, &id, &verdict, NULL);
		fuzz_check((err == EVX_OK) == (verdict == EVX_ORDER_OK));
		fuzz_check(o.group >= group && o.events >= events && o.events <= EVX_EVENTS_MAX);
		fuzz_check(
			verdict != EVX_ORDER_MISPLACED || (o.group == group && o.events == events));
		gap = gap || verdict == EVX_ORDER_GAP;
	}
	if (evx_order_end(&o, NULL) == EVX_OK)
		fuzz_check(o.closed && (gap || o.events > 0));
	evx_order_free(&o);
}

static void index_of(const uint8_t *p, size_t n)
{
	struct evx_buf lines = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_index_line line;
	struct evx_cursor c;
	uint64_t own;
	bool whole = true;

	if (n < EVX_TAR_BLOCK || evx_index_trailer(p + n - EVX_TAR_BLOCK, &own, NULL) != EVX_OK ||
		evx_index_open(p, n, own, &c, NULL) != EVX_OK)
		return;
	fuzz_check(evx_index_begin(&lines) == EVX_OK);
	while (whole && evx_cursor_left(&c) > 0) {
		whole = evx_index_next(&c, &line, NULL) == EVX_OK;
		if (whole && line.packs)
			fuzz_check(evx_index_add_packs(&lines, line.offset, line.size) == EVX_OK);
		else if (whole)
			fuzz_check(
				evx_index_add(&lines, line.offset, line.size, line.name) == EVX_OK);
	}
	if (whole) {
		fuzz_check(evx_index_encode(&lines, own, &out) == EVX_OK);
		fuzz_check(evx_index_size(lines.len) == out.len && fuzz_equal(&out, p, n));
	}
	evx_buf_free(&lines);
	evx_buf_free(&out);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	if (p[0] == 'h')
		header(p + 1, n - 1);
	else if (p[0] == 'n')
		name(p + 1, n - 1);
	else if (p[0] == 'o')
		order(p + 1, n - 1);
	else
		index_of(p + 1, n - 1);
}

static void fuzz_seeds(void)
{
	static const char *const names[] = { "bagit.txt", "keys/0000-custody.age",
		"custody/0000-seal.json.sig12", "custody/0001-take-over.tsr2",
		"custody/0003-note.attach7.age", "origin/custody/0000-seal.json",
		"origin/custody/0003-note.json.sig2", "origin/custody/0003-note.record",
		"origin/custody/0003-note.tsr1", "index-0000", "append-0001",
		"data/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.pack" };
	struct evx_buf b = EVX_BUF_INIT, lines = EVX_BUF_INIT;
	uint8_t block[1 + EVX_TAR_BLOCK] = { 'h' };
	size_t i;

	fuzz_check(evx_tar_encode("5f0c3a52-7d1e-4c8b-9a3f-2b6d1e0f4a77/bagit.txt", 55,
			   block + 1) == EVX_OK);
	fuzz_seed(block, sizeof(block));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		evx_buf_reset(&b);
		fuzz_check(evx_buf_addf(&b, "n%s", names[i]) == EVX_OK);
		fuzz_seed(b.data, b.len);
	}
	fuzz_seed_text("obagit.txt\nREADME.txt\nkeys/0000-custody.age\nkeys/0000-content.age\n"
		       "data/"
		       "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff."
		       "pack\nmanifest-sha256.txt\nbag-info.txt\n"
		       "tagmanifest-sha256.txt\ncustody/0000-seal.json\ncustody/"
		       "0000-seal.json.sig1\ncustody/0000-seal.details.age\n"
		       "custody/0000-seal.record\nindex-0000\nappend-0001\ncustody/"
		       "0000-seal.tsr\ncustody/0001-note.json\n"
		       "custody/0001-note.json.sig1\ncustody/0001-note.record\nindex-0001\n");
	fuzz_seed_text(
		"obagit.txt\nREADME.txt\nkeys/0000-custody.age\nkeys/0000-content.age\n"
		"data/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.pack\n"
		"manifest-sha256.txt\nbag-info.txt\norigin/custody/0000-seal.json\n"
		"origin/custody/0000-seal.json.sig1\norigin/custody/0000-seal.record\n"
		"origin/custody/0001-disclose.json\norigin/custody/0001-disclose.json.sig1\n"
		"tagmanifest-sha256.txt\ncustody/0000-seal.json\n"
		"custody/0000-seal.json.sig1\ncustody/0000-seal.details.age\n"
		"custody/0000-seal.record\nindex-0000\n");
	fuzz_check(evx_index_begin(&lines) == EVX_OK &&
		evx_index_add(&lines, 0, 55, "bagit.txt") == EVX_OK);
	fuzz_check(evx_index_add_packs(&lines, 4096, 3) == EVX_OK);
	evx_buf_reset(&b);
	fuzz_check(evx_buf_adds(&b, "i") == EVX_OK && evx_index_encode(&lines, 8192, &b) == EVX_OK);
	fuzz_seed(b.data, b.len);
	evx_buf_free(&b);
	evx_buf_free(&lines);
}
