/* A list of prepared challenges as a file (format-spec/possession.md "The list"): read, verified,
 * the part of one asker opened, marks appended. */
#ifndef EVX_PROVE_PREPARED_H
#define EVX_PROVE_PREPARED_H

#include "base/cancel.h"
#include "base/start.h"
#include "custody/document.h"
#include "custody/identity.h"
#include "format/challenge.h"

#define EVX_PREPARED_NS "evx-possession/1"

/* Zero-initialise, with fd -1. */
struct evx_prepared {
	int fd;
	const char *path; /* as named; the caller's */
	struct evx_buf text;
	struct evx_challenge_list list;
	struct evx_bytes parts[EVX_CHALLENGE_ASKERS_MAX]; /* armored age files, in text */
	struct evx_challenge_mark *marks;                 /* owned */
	size_t nmarks;
	size_t whole; /* length of text up to its last LF: what counts */
};

/* One challenge of an asker. */
struct evx_prepared_one {
	struct evx_bytes line; /* in evx_prepared_own.plain */
	uint8_t hash[32];      /* of line */
	uint8_t answer[32];
	uint8_t nonce[32];
};
struct evx_prepared_own {
	struct evx_buf plain;
	struct evx_prepared_one *at; /* owned */
	size_t n;
};

/* The list's part of an operation's start (base/start.h): opens and reads the file; writes: to
 * append to it, locked until evx_prepared_free. cancel ends the wait for the lock. */
void evx_prepared_start(struct evx_start *s, const char *path, bool writes,
	const struct evx_cancel *cancel, struct evx_prepared *out);
/* Takes the text apart and verifies it: its form, the preparer's signature, the hash of each part,
 * the marks. EVX_E_NOT_OURS, EVX_E_TRUNCATED, EVX_E_CORRUPT, EVX_E_UNSUPPORTED, EVX_E_LIMIT,
 * EVX_E_CUSTODY, EVX_E_FORGED. */
enum evx_err evx_prepared_read(struct evx_prepared *p, struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the challenges of the asker whose card and keys are in id, and compares each with the
 * document. EVX_E_KEY when the list has none for them. *out is the caller's to free, in any case.
 */
enum evx_err evx_prepared_open(const struct evx_prepared *p, const struct evx_identity *id,
	struct evx_prepared_own *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The last mark of this deed on the challenge with that hash; NULL: there is none. */
const struct evx_challenge_mark *evx_prepared_marked(
	const struct evx_prepared *p, const uint8_t challenge[32], enum evx_challenge_deed deed);
/* Appends a mark, durable once it returns EVX_OK. EVX_E_IO: it may count, or not. */
enum evx_err evx_prepared_mark(struct evx_prepared *p, const uint8_t challenge[32],
	enum evx_challenge_deed deed, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_prepared_own_free(struct evx_prepared_own *own); /* wipes */
void evx_prepared_free(struct evx_prepared *p);

#endif
