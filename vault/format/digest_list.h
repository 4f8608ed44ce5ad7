/* Hashes noted elsewhere (seal --expect-hash): a file in the format of sha256sum, sha1sum or
 * md5sum, compared while sealing. */
#ifndef EVX_FORMAT_DIGEST_LIST_H
#define EVX_FORMAT_DIGEST_LIST_H

#include "base/buf.h"
#include "format/entry.h"

struct evx_digest_list;

/* Parses n bytes: lines of hex digest (64, 40 or 32 digits), two separators (space and space or
 * '*'), name; a leading backslash marks an escaped name as coreutils writes it; blank lines and '#'
 * lines are passed over. EVX_E_CORRUPT names the line. */
enum evx_err evx_digest_list_parse(const void *p, size_t n, struct evx_digest_list **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_digest_list_free(struct evx_digest_list *e);
/* Which digests the file asks for beside SHA-256. */
bool evx_digest_list_wants_sha1(const struct evx_digest_list *e);
bool evx_digest_list_wants_md5(const struct evx_digest_list *e);

/* One comparison that failed. */
struct evx_mismatch {
	char *path;
	const char *algorithm; /* "sha256", "sha1", "md5" */
	uint8_t expected[32], found[32];
	size_t len; /* digest bytes; 0 in found when the file has no such digest */
	bool found_any;
};

/* Compares a finished file entry with what is expected under its exhibit path, or under that path
 * without its first component (the source's own name). Call once for every file, in any order, from
 * one thread. */
enum evx_err evx_digest_list_check(
	struct evx_digest_list *e, const struct evx_entry *entry) EVX_MUST_CHECK;

/* The outcome after all entries: matched lines, files that no line names, failed comparisons (owned
 * by e), and the lines no file was found for, one after the other through evx_digest_list_missing
 * (NULL at the end; start with *i = 0). */
uint64_t evx_digest_list_matched(const struct evx_digest_list *e);
uint64_t evx_digest_list_unlisted(const struct evx_digest_list *e);
const struct evx_mismatch *evx_digest_list_mismatches(const struct evx_digest_list *e, size_t *n);
const char *evx_digest_list_missing(const struct evx_digest_list *e, size_t *i);

#endif
