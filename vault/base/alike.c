/* Which names look alike: ICU's skeletons and checks of UTS 39, and what is done before and after
 * them. */
#include "base/alike.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/udata.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uset.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

/* ICU's tables, made ready once for the process. */
static struct {
	USpoofChecker *spoof;
	const UNormalizer2 *fold, *apart; /* NFKC_Casefold, NFKD */
	const USet *today, *between; /* signs that identifiers are written with, and those that may
					stand between them */
} icu;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A text of ICU: UTF-16. */
struct text {
	UChar *at;
	int32_t n, cap;
};

static void begin(void)
{
	UErrorCode e = U_ZERO_ERROR;

	/* The tables are those in the library, whatever the environment says. */
	udata_setFileAccess(UDATA_NO_FILES, &e);
	icu.fold = unorm2_getNFKCCasefoldInstance(&e);
	icu.apart = unorm2_getNFKDInstance(&e);
	icu.today = uspoof_getRecommendedSet(&e);
	icu.between = uspoof_getInclusionSet(&e);
	icu.spoof = uspoof_open(&e);
	if (icu.spoof != NULL) {
		uspoof_setRestrictionLevel(icu.spoof, USPOOF_HIGHLY_RESTRICTIVE);
		uspoof_setChecks(icu.spoof,
			USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS |
				USPOOF_HIDDEN_OVERLAY,
			&e);
	}
	if (U_FAILURE(e)) {
		uspoof_close(icu.spoof);
		icu.spoof = NULL;
	}
}

static bool ready(void)
{
	return pthread_once(&once, begin) == 0 && icu.spoof != NULL;
}

static enum evx_err room(struct text *t, int32_t n)
{
	UChar *grown;

	if (n <= t->cap)
		return EVX_OK;
	grown = realloc(t->at, (size_t)n * sizeof(*grown));
	if (grown == NULL)
		return EVX_E_MEMORY;
	t->at = grown;
	t->cap = n;
	return EVX_OK;
}

/* One step of ICU from one text to another. */
typedef int32_t (*step_fn)(
	const void *with, const UChar *from, int32_t n, UChar *to, int32_t cap, UErrorCode *e);

static int32_t normalize(
	const void *with, const UChar *from, int32_t n, UChar *to, int32_t cap, UErrorCode *e)
{
	return unorm2_normalize(with, from, n, to, cap, e);
}

static int32_t upper(
	const void *with, const UChar *from, int32_t n, UChar *to, int32_t cap, UErrorCode *e)
{
	(void)with;
	return u_strToUpper(to, cap, from, n, "", e);
}

static int32_t skeleton(
	const void *with, const UChar *from, int32_t n, UChar *to, int32_t cap, UErrorCode *e)
{
	return uspoof_getSkeleton(with, 0, from, n, to, cap, e);
}

/* *t through step; twice where the first room was too small. */
static enum evx_err apply(struct text *t, step_fn step, const void *with)
{
	struct text to = { NULL, 0, 0 };
	UErrorCode e = U_ZERO_ERROR;
	enum evx_err err = room(&to, t->n * 2 + 16);

	if (err != EVX_OK)
		goto out;
	to.n = step(with, t->at, t->n, to.at, to.cap, &e);
	if (e == U_BUFFER_OVERFLOW_ERROR) {
		e = U_ZERO_ERROR;
		if ((err = room(&to, to.n + 1)) != EVX_OK)
			goto out;
		to.n = step(with, t->at, t->n, to.at, to.cap, &e);
	}
	if (U_FAILURE(e)) {
		err = EVX_E_MEMORY;
		goto out;
	}
	free(t->at);
	*t = to;
	return EVX_OK;
out:
	free(to.at);
	return err;
}

/* s, which is UTF-8; what is not becomes U+FFFD. */
static enum evx_err read_text(const char *s, struct text *t)
{
	const size_t n = strlen(s);
	UErrorCode e = U_ZERO_ERROR;

	memset(t, 0, sizeof(*t));
	if (n > INT32_MAX / 8 || room(t, (int32_t)n + 1) != EVX_OK)
		return EVX_E_MEMORY;
	u_strFromUTF8WithSub(t->at, t->cap, &t->n, s, (int32_t)n, 0xfffd, NULL, &e);
	return U_FAILURE(e) ? EVX_E_MEMORY : EVX_OK;
}

static enum evx_err write_text(const struct text *t, struct evx_buf *out)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0;
	char *to = malloc((size_t)t->n * 3 + 1);
	enum evx_err err = to == NULL ? EVX_E_MEMORY : EVX_OK;

	out->len = 0;
	if (err == EVX_OK) {
		u_strToUTF8(to, t->n * 3 + 1, &n, t->at, t->n, &e);
		err = U_FAILURE(e) ? EVX_E_MEMORY : evx_buf_add(out, to, (size_t)n);
	}
	free(to);
	return err;
}

/* The code point at *i, which goes on to the next. */
static UChar32 next_code(const struct text *t, int32_t *i)
{
	const UChar c = t->at[(*i)++];

	if (c >= 0xd800 && c < 0xdc00 && *i < t->n && t->at[*i] >= 0xdc00 && t->at[*i] < 0xe000)
		return (UChar32)(0x10000u + ((uint32_t)(c - 0xd800) << 10) +
			(uint32_t)(t->at[(*i)++] - 0xdc00));
	return c;
}

static bool is_accent(UChar32 c)
{
	UErrorCode e = U_ZERO_ERROR;
	const int8_t type = u_charType(c);

	/* A vowel sign of a script of its own is a letter. */
	return (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK) &&
		uscript_getScript(c, &e) == USCRIPT_INHERITED;
}

/* Nothing is seen there, or nothing but an empty place. */
static bool is_unseen(UChar32 c)
{
	return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || u_isUWhiteSpace(c) ||
		u_iscntrl(c) || u_charType(c) == U_FORMAT_CHAR || c == 0x2800; /* a Braille cell
										  without a dot */
}

static bool is_punctuation(UChar32 c)
{
	return u_ispunct(c) || (c < 0x80 && !u_isalnum(c));
}

/* ASCII where one sign has the shape of another. */
static UChar shape_of(UChar c)
{
	static const char from[] = "015i8|$@", to[] = "olslblsa";
	const char *at = c > 0 && c < 0x80 ? strchr(from, c) : NULL;

	return at != NULL ? (UChar)to[at - from] : c;
}

/* Takes away what keep is false of; where shapes is set, also makes one sign of those that look the
 * same. */
static void strip(struct text *t, bool shapes)
{
	int32_t i = 0, n = 0;

	while (t->at != NULL && i < t->n) {
		const int32_t start = i;
		UChar32 c = next_code(t, &i);

		if (shapes && c < 0x80)
			c = shape_of((UChar)c);
		if (is_unseen(c) || (shapes && (is_accent(c) || is_punctuation(c))))
			continue;
		if (shapes && n > 0 && c == 'n' && t->at[n - 1] == 'r') {
			t->at[n - 1] = 'm';
		} else if (shapes && n > 0 && c == 'v' && t->at[n - 1] == 'v') {
			t->at[n - 1] = 'w';
		} else if (c < 0x10000) {
			t->at[n++] = (UChar)c;
		} else {
			t->at[n++] = t->at[start];
			t->at[n++] = t->at[start + 1];
		}
	}
	t->n = n;
}

/* The letters and digits of s, small: what it spells. */
static enum evx_err spelled(const char *s, struct evx_buf *out)
{
	struct text t;
	enum evx_err err = ready() ? read_text(s, &t) : EVX_E_MEMORY;
	int32_t i = 0, n = 0;

	if (!ready())
		return EVX_E_MEMORY;
	if (err == EVX_OK)
		err = apply(&t, normalize, icu.fold);
	while (err == EVX_OK && t.at != NULL && i < t.n) {
		const int32_t start = i;
		const UChar32 c = next_code(&t, &i);

		if (is_unseen(c) || is_punctuation(c))
			continue;
		memmove(t.at + n, t.at + start, (size_t)(i - start) * sizeof(*t.at));
		n += i - start;
	}
	t.n = n;
	if (err == EVX_OK)
		err = write_text(&t, out);
	free(t.at);
	return err;
}

enum evx_err evx_alike_shape(const char *s, unsigned which, struct evx_buf *out)
{
	struct text t;
	enum evx_err err;

	out->len = 0;
	if (!ready())
		return EVX_E_MEMORY;
	if ((err = read_text(s, &t)) != EVX_OK ||
		(which == 1 && (err = apply(&t, normalize, icu.fold)) != EVX_OK) ||
		(which == 2 && (err = apply(&t, upper, NULL)) != EVX_OK))
		goto out;
	strip(&t, false);
	if ((err = apply(&t, skeleton, icu.spoof)) != EVX_OK ||
		(err = apply(&t, normalize, icu.fold)) != EVX_OK ||
		(err = apply(&t, normalize, icu.apart)) != EVX_OK)
		goto out;
	strip(&t, true);
	err = write_text(&t, out);
out:
	free(t.at);
	return err;
}

static bool equal(const struct evx_buf *a, const struct evx_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

enum evx_err evx_alike_names(const char *a, const char *b, enum evx_alike *how)
{
	struct evx_buf one[EVX_ALIKE_SHAPES] = { EVX_BUF_INIT, EVX_BUF_INIT, EVX_BUF_INIT },
		       two = EVX_BUF_INIT;
	enum evx_err err = spelled(a, &one[0]);

	*how = EVX_ALIKE_NO;
	if (err != EVX_OK || (err = spelled(b, &two)) != EVX_OK)
		goto out;
	if (equal(&one[0], &two))
		*how = EVX_ALIKE_SPELLED;
	for (unsigned i = 0; i < EVX_ALIKE_SHAPES && *how == EVX_ALIKE_NO; i++)
		if ((err = evx_alike_shape(a, i, &one[i])) != EVX_OK)
			goto out;
	for (unsigned k = 0; k < EVX_ALIKE_SHAPES && *how == EVX_ALIKE_NO; k++) {
		if ((err = evx_alike_shape(b, k, &two)) != EVX_OK)
			goto out;
		for (unsigned i = 0; i < EVX_ALIKE_SHAPES; i++)
			if (equal(&one[i], &two))
				*how = EVX_ALIKE_LOOKS;
	}
out:
	for (unsigned i = 0; i < EVX_ALIKE_SHAPES; i++)
		evx_buf_free(&one[i]);
	evx_buf_free(&two);
	if (err != EVX_OK)
		*how = EVX_ALIKE_NO;
	return err;
}

/* Names are written with it today, or it may stand between names. */
static bool is_usual(UChar32 c)
{
	const int8_t type = u_charType(c);

	return (c >= 0x20 && c < 0x7f) || uset_contains(icu.today, c) ||
		type == U_INITIAL_PUNCTUATION || type == U_FINAL_PUNCTUATION || c == 0x2013 ||
		c == 0x2014 || c == 0x201a || c == 0x201e ||
		(uset_contains(icu.between, c) && c != 0x200c && c != 0x200d);
}

/* Words of a name may be of different scripts: a town, the short name of a firm. */
static bool ends_word(UChar32 c)
{
	return u_isUWhiteSpace(c) || u_charType(c) == U_DASH_PUNCTUATION ||
		(c < 0x80 && c > 0 && strchr("/(),.&:;", c) != NULL);
}

static bool word_fails(const UChar *p, int32_t n, UErrorCode *e)
{
	return n > 0 && uspoof_check2(icu.spoof, p, n, NULL, e) != 0;
}

enum evx_err evx_alike_disguised(const char *s, bool *is)
{
	struct text t;
	UErrorCode e = U_ZERO_ERROR;
	int32_t i = 0, start = 0;
	enum evx_err err;

	*is = false;
	if (!ready())
		return EVX_E_MEMORY;
	err = read_text(s, &t);
	while (err == EVX_OK && t.at != NULL && i < t.n && !*is) {
		const int32_t at = i;
		const UChar32 c = next_code(&t, &i);

		*is = !is_usual(c);
		if (ends_word(c)) {
			*is = *is || word_fails(t.at + start, at - start, &e);
			start = i;
		}
	}
	if (err == EVX_OK && !*is)
		*is = word_fails(t.at + start, t.n - start, &e);
	free(t.at);
	return err == EVX_OK && U_FAILURE(e) ? EVX_E_MEMORY : err;
}
