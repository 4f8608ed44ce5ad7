/* Challenges and answers (format-spec/possession.md): bytes in, struct out. Signatures and the
 * answers themselves are judged elsewhere. */
#ifndef EVX_FORMAT_CHALLENGE_H
#define EVX_FORMAT_CHALLENGE_H

#include "base/buf.h"
#include "format/key_text.h"
#include "format/limits.h"
#include "format/uuid.h"

/* What challenges are about: an exhibit, and how much of its custody record. */
struct evx_challenge_subject {
	char uuid[EVX_UUID_CAP];
	uint8_t exhibit[32]; /* hash of the seal */
	uint32_t entry;      /* number and hash of the last event that is asked for */
	uint8_t head[32];
};
bool evx_challenge_subject_equal(
	const struct evx_challenge_subject *a, const struct evx_challenge_subject *b);

struct evx_challenge {
	struct evx_challenge_subject of;
	uint8_t nonce[32];
	uint8_t (*packs)[32]; /* owned: npacks names, none twice */
	size_t npacks;        /* 1 to EVX_CHALLENGE_PACKS_MAX */
	char asker[EVX_KEY_TEXT_CAP];
};
/* Wipes and releases what it owns, and zeroes it. */
void evx_challenge_free(struct evx_challenge *c);
/* Appends the JSON line. EVX_E_USAGE for what no reader would take. */
enum evx_err evx_challenge_encode(
	const struct evx_challenge *c, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line; *out is the caller's to free. EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_TRUNCATED;
 * EVX_E_UNSUPPORTED for another version or key. */
enum evx_err evx_challenge_decode(
	const void *p, size_t n, struct evx_challenge *out, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_challenge_answer {
	char uuid[EVX_UUID_CAP];
	uint8_t exhibit[32];
	uint8_t challenge[32]; /* SHA-256 of the challenge's line */
	uint8_t answer[32];
};
/* The same of an answer; no part of it is owned. */
enum evx_err evx_challenge_answer_encode(const struct evx_challenge_answer *a, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_challenge_answer_decode(const void *p, size_t n, struct evx_challenge_answer *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The document at the beginning of a list of prepared challenges. */
struct evx_challenge_asker {
	char signing[EVX_KEY_TEXT_CAP];
	uint8_t sha256[32]; /* of the armored age file with the asker's challenges */
};
struct evx_challenge_list {
	struct evx_challenge_subject of;
	int64_t time;        /* seconds since 1970 */
	uint32_t challenges; /* each asker has so many */
	uint32_t packs;      /* that each challenge names */
	uint64_t total;      /* packs of the exhibit */
	struct evx_challenge_asker askers[EVX_CHALLENGE_ASKERS_MAX];
	size_t naskers;
	char preparer[EVX_KEY_TEXT_CAP];
};
enum evx_err evx_challenge_list_encode(const struct evx_challenge_list *l, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_challenge_list_decode(const void *p, size_t n, struct evx_challenge_list *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* What was done with a challenge, as a line at the end of the list. */
enum evx_challenge_deed { EVX_CHALLENGE_TAKEN, EVX_CHALLENGE_PROVED, EVX_CHALLENGE_WRONG };
struct evx_challenge_mark {
	uint8_t challenge[32];
	enum evx_challenge_deed deed;
	int64_t time;
};
enum evx_err evx_challenge_mark_encode(const struct evx_challenge_mark *m, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_challenge_mark_decode(const void *p, size_t n, struct evx_challenge_mark *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
