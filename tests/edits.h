/* Small changes at every place of a good text. Whatever is still read says what it now says: it is
 * written again as it stands, so no byte of it went unread. Nor is anything else read where memory
 * runs out. To be included once in a program. */
#ifndef EVX_TESTS_EDITS_H
#define EVX_TESTS_EDITS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "unit/failing.h"

/* Reads n bytes at p and appends to out how what was read is written. */
typedef enum evx_err edits_again(const void *p, size_t n, struct evx_buf *out);

static inline void edits_try(const uint8_t *p, size_t n, edits_again *again)
{
	uint8_t *text = malloc(n + (n == 0)); /* no more than it: a sanitizer sees what is read
						 behind it */
	struct evx_buf out = EVX_BUF_INIT;

	assert_non_null(text);
	memcpy(text, p, n);
	if (again(text, n, &out) == EVX_OK && (out.len != n || memcmp(out.data, text, n) != 0))
		fail_msg("%.*s\nwas read as\n%.*s", (int)n, (const char *)text, (int)out.len,
			(const char *)out.data);
	evx_buf_free(&out);
	free(text);
}

struct edits_text {
	const void *p;
	size_t n;
	edits_again *again;
};

static inline enum evx_err edits_deed(void *ctx, struct outcome *result)
{
	const struct edits_text *t = ctx;
	struct evx_buf out = EVX_BUF_INIT;
	const enum evx_err err = t->again(t->p, t->n, &out);

	result->number[0] = out.len;
	for (size_t i = 0; i < out.len; i++)
		result->number[1] = result->number[1] * 31 + out.data[i];
	evx_buf_free(&out);
	return err;
}

/* Each step-th byte of the text exchanged for its neighbour and for each of others, left out, and
 * doubled, but for those of an escape. The text itself must be read. */
static inline void edits(
	const void *p, size_t n, size_t step, const char *others, edits_again *again)
{
	struct edits_text whole = { p, n, again };
	uint8_t *text = malloc(n + 2);

	assert_non_null(text);
	edits_try(p, n, again);
#ifdef NOT_HERE
	(void)each_fails;
	assert_int_equal(edits_deed(&whole, &(struct outcome){ { 0 } }), EVX_OK);
#else
	each_fails("a text", edits_deed, &whole, 1);
#endif
	for (size_t at = 0; at < n; at += step) {
		const uint8_t was = ((const uint8_t *)p)[at];
		const size_t before = at < 6 ? at : 6;

		/* JSON can write one character in several ways. */
		if (memchr((const uint8_t *)p + at - before, '\\', before + 1) != NULL)
			continue;
		memcpy(text, p, n);
		text[at] = was ^ 1;
		edits_try(text, n, again);
		for (const char *o = others; *o != '\0'; o++) {
			text[at] = (uint8_t)*o;
			edits_try(text, n, again);
		}
		memmove(text + at, (const uint8_t *)p + at + 1, n - at - 1);
		edits_try(text, n - 1, again);
		text[at] = was;
		memcpy(text + at + 1, (const uint8_t *)p + at, n - at);
		edits_try(text, n + 1, again);
	}
	free(text);
}

#endif
