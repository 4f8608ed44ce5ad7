/* Lines as sha256sum writes them: records and manifests. Both have one form: what decodes encodes to the same bytes. */
#include "fuzz/fuzz.h"

#include "format/record.h"

static void record(const uint8_t *p, size_t n)
{
	struct evx_manifest_line *lines = NULL;
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	size_t count = 0;
	enum evx_err err = evx_record_decode(p, n, &lines, &count, &diag);

	fuzz_check(err == diag.code && (err == EVX_OK) == (lines != NULL));
	if (err == EVX_OK) {
		fuzz_check(evx_record_encode(lines, count, &out) == EVX_OK);
		fuzz_check(fuzz_equal(&out, p, n));
	}
	free(lines);
	evx_buf_free(&out);
}

static void manifest(const uint8_t *p, size_t n)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_manifest_line line;

	while (evx_cursor_left(&c) > 0 && evx_manifest_next(&c, &line, NULL) == EVX_OK)
		fuzz_check(evx_manifest_add(&out, line.hash, line.name) == EVX_OK);
	fuzz_check(out.len <= n && (out.len == 0 || memcmp(out.data, p, out.len) == 0));
	evx_buf_free(&out);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	record(p, n);
	manifest(p, n);
}

static void fuzz_seeds(void)
{
	static const char *const names[] = { "custody/0000-seal.json", "custody/0000-seal.json.sig1", "custody/0000-seal.details.age",
		"custody/0000-seal.content.age" };
	struct evx_buf out = EVX_BUF_INIT;
	uint8_t hash[32];
	size_t i;

	memset(hash, 0xa5, sizeof hash);
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		fuzz_check(evx_manifest_add(&out, hash, names[i]) == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_reset(&out);
	fuzz_check(evx_manifest_add(&out, hash, "data/a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5.pack") == EVX_OK);
	fuzz_check(evx_manifest_add(&out, hash, "bag-info.txt") == EVX_OK);
	fuzz_seed(out.data, out.len);
	evx_buf_free(&out);
}
