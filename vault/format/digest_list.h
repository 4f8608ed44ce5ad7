/* Hashes noted elsewhere (seal --expect-hash), compared while sealing.
 *
 * A list names files as they were seen from where it was made. Below a source that was named as
 * ARGUMENT, stands at REAL (absolute) and is called NAME in the exhibit, the file REST can be
 * called ARGUMENT/REST, REAL/REST, NAME/REST, any longer end of REAL with /REST behind it, or, by a
 * list that was made in the source, just REST. "-" is the stream. Where a name fits two files and
 * their hashes do not both agree, nothing is compared, and this is told. */
#ifndef EVX_FORMAT_DIGEST_LIST_H
#define EVX_FORMAT_DIGEST_LIST_H

#include "base/buf.h"
#include "format/entry.h"

struct evx_digest_list;

/* Parses n bytes: lines as format/digest_line.h has them, which may end with CR LF; a byte order
 * mark of UTF-8 is passed over. EVX_E_CORRUPT names the line. */
enum evx_err evx_digest_list_parse(const void *p, size_t n, struct evx_digest_list **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_digest_list_free(struct evx_digest_list *e);
/* Which digests the file asks for beside SHA-256. */
bool evx_digest_list_wants_sha1(const struct evx_digest_list *e);
bool evx_digest_list_wants_md5(const struct evx_digest_list *e);

/* Tells of a source before its files come: its name in the exhibit, the argument that named it ("-"
 * for the stream), and its absolute path (NULL: not known). Copies them. EVX_E_MEMORY. */
enum evx_err evx_digest_list_source(struct evx_digest_list *e, const char *name,
	const char *argument, const char *real) EVX_MUST_CHECK;

/* Compares a finished file entry with the lines that can mean it. Call once for every file, in any
 * order, from one thread. EVX_E_MEMORY. */
enum evx_err evx_digest_list_check(
	struct evx_digest_list *e, const struct evx_entry *entry) EVX_MUST_CHECK;

enum evx_digest_outcome {
	EVX_DIGEST_MATCHED,
	EVX_DIGEST_MISMATCHED,
	EVX_DIGEST_MISSING,   /* no file of this name came */
	EVX_DIGEST_AMBIGUOUS, /* two files can be meant, and not both agree */
};

/* What became of a line. Texts belong to the list. */
struct evx_digest_result {
	enum evx_digest_outcome outcome;
	const char *path;      /* of the file, where there is a mismatch; else the line's name */
	const char *algorithm; /* "sha256", "sha1", "md5" */
	size_t len;            /* digest bytes */
	const uint8_t *expected;
	const uint8_t *found; /* NULL: the file has no such digest, or there was none to compare */
};

/* After all files: the i-th line (a digest of its own each), in the order of the names. False
 * behind the last. */
bool evx_digest_list_result(
	const struct evx_digest_list *e, size_t i, struct evx_digest_result *out);
/* Files that no line names. */
uint64_t evx_digest_list_unlisted(const struct evx_digest_list *e);

#endif
