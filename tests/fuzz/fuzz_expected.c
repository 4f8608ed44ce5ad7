/* Hash lists noted elsewhere (seal --expect-hash): parsed, and held against a file entry that they
 * may name. */
#include "fuzz/fuzz.h"

#include "format/digest_list.h"

static void compare(struct evx_digest_list *e, const char *path)
{
	struct evx_entry entry;
	struct evx_digest_result r;
	uint64_t compared = 0;

	evx_entry_init(&entry);
	fuzz_check(evx_entry_set_path(&entry, path, strlen(path)) == EVX_OK);
	entry.has_sha256 = entry.has_md5 = true;
	fuzz_check(evx_digest_list_source(e, "src", "../in/src", "/mnt/in/src") == EVX_OK);
	fuzz_check(evx_digest_list_check(e, &entry) == EVX_OK);
	evx_entry_free(&entry);
	for (size_t i = 0; evx_digest_list_result(e, i, &r); i++) {
		fuzz_check(r.outcome != EVX_DIGEST_AMBIGUOUS); /* one file came */
		compared += r.outcome != EVX_DIGEST_MISSING;
	}
	fuzz_check(evx_digest_list_unlisted(e) == (compared == 0));
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_digest_list *e = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_digest_list_parse(p, n, &e, &diag);

	fuzz_check(err == diag.code && (err == EVX_OK) == (e != NULL));
	if (err == EVX_OK)
		compare(e, "src/a");
	evx_digest_list_free(e);
}

static void fuzz_seeds(void)
{
	fuzz_seed_text(
		"# noted by hand\n0000000000000000000000000000000000000000000000000000000000000000 "
		" a\n\n"
		"d41d8cd98f00b204e9800998ecf8427e "
		"*src/a\n\\da39a3ee5e6b4b0d3255bfef95601890afd80709  b\\\\c\\nd\n");
	fuzz_seed_text("00000000000000000000000000000000  ./src/a\r\n");
	fuzz_seed_text("\xEF\xBB\xBFMD5 (/mnt/in/src/a) = d41d8cd98f00b204e9800998ecf8427e\r\n");
	fuzz_seed_text("%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,filename\n## by hand\n"
		       "0,d41d8cd98f00b204e9800998ecf8427e,"
		       "da39a3ee5e6b4b0d3255bfef95601890afd80709,in/src/a\n");
	fuzz_seed_text("   12  d41d8cd98f00b204e9800998ecf8427e  in/src/a\n");
}
