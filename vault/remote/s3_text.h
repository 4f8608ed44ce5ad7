/* What a store answers in XML and in headers. All of it is hostile; only names that are ours and
 * words of a short list are looked for. */
#ifndef EVX_REMOTE_S3_TEXT_H
#define EVX_REMOTE_S3_TEXT_H

#include "base/err.h"

/* The text between <tag> and </tag>, the first one in the n bytes, its entities decoded, control
 * characters made '?'. False when there is none, or it does not fit. */
bool evx_s3_text_tag(const char *text, size_t n, const char *tag, char *out, size_t cap);
/* The next object of a list, from *at on. False at the end. Objects with long names or without a
 * size are passed over. */
bool evx_s3_text_next(
	const char *text, size_t n, size_t *at, char *key, size_t cap, uint64_t *size);
/* "Fri, 24 May 2013 00:00:00 GMT" and "2013-05-24T00:00:00Z" (or with a fraction): seconds since
 * 1970. False for anything else. */
bool evx_s3_text_date(const char *s, int64_t *seconds);

#endif
