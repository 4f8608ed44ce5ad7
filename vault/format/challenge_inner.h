/* What challenges, answers and lists have in common. Internal to vault/format. */
#ifndef EVX_FORMAT_CHALLENGE_INNER_H
#define EVX_FORMAT_CHALLENGE_INNER_H

#include "base/json.h"
#include "format/challenge.h"
#include "format/value.h"

/* Parses a JSON line of this format ("evx-answer/1") with no other keys than these.
 * *root is the caller's to free, in any case. */
enum evx_err evx_challenge_open(const void *p, size_t n, const char *format,
	const char *const *keys, struct evx_json **root, struct evx_diag *diag) EVX_MUST_CHECK;
/* The keys uuid, exhibit, entry and head; written with format before them. */
enum evx_err evx_challenge_read_subject(const struct evx_json *obj,
	struct evx_challenge_subject *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_challenge_write_subject(
	struct evx_jw *w, const char *format, const struct evx_challenge_subject *of);
/* The array `signers` of one key, and a time. */
void evx_challenge_write_signer(struct evx_jw *w, const char *signing);
void evx_challenge_write_time(struct evx_jw *w, const char *key, int64_t time);
/* What a writer ended with: the n bytes from start on in out are what it wrote, and decoded says
 * whether a reader would take them; else out is as before. */
enum evx_err evx_challenge_written(enum evx_err err, enum evx_err decoded,
	const struct evx_diag *why, size_t start, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
