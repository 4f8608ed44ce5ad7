/* Texts within texts, without regard to capitals. */
#include "base/contains.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/udata.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

static const UNormalizer2 *casefold;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
	UErrorCode e = U_ZERO_ERROR;

	/* The tables are those in the library, whatever the environment says. */
	udata_setFileAccess(UDATA_NO_FILES, &e);
	casefold = unorm2_getNFKCCasefoldInstance(&e);
	if (U_FAILURE(e))
		casefold = NULL;
}

struct evx_contains {
	char *plain; /* what was folded; NULL unless that is ASCII */
	size_t plain_len;
	UChar *folded;
	int32_t folded_len;
};

static bool is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* What was folded, as ASCII; NULL in *out where it is none. */
static enum evx_err plain_of(const UChar *folded, int32_t n, char **out)
{
	*out = NULL;
	for (int32_t i = 0; i < n; i++)
		if (folded[i] >= 0x80)
			return EVX_OK;
	*out = calloc(1, (size_t)n + 1);
	if (*out == NULL)
		return EVX_E_MEMORY;
	for (int32_t i = 0; i < n; i++)
		(*out)[i] = (char)folded[i];
	return EVX_OK;
}

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* NFKC_Casefold of s, the caller's to free. What is not UTF-8 becomes U+FFFD. */
static enum evx_err fold(const char *s, UChar **out, int32_t *n)
{
	const size_t len = strlen(s);
	/* A letter may become 18 of UTF-16. */
	const size_t room = 18 * len + 1;
	UErrorCode e = U_ZERO_ERROR;
	UChar *wide = NULL, *to = NULL;
	int32_t wide_len = 0;

	*out = NULL;
	*n = 0;
	if (pthread_once(&once, begin) != 0 || casefold == NULL || room > INT32_MAX)
		return EVX_E_MEMORY;
	wide = malloc((len + 1) * sizeof(*wide));
	to = malloc(room * sizeof(*to));
	if (wide != NULL && to != NULL) {
		u_strFromUTF8WithSub(
			wide, (int32_t)len + 1, &wide_len, s, (int32_t)len, 0xfffd, NULL, &e);
		*n = unorm2_normalize(casefold, wide, wide_len, to, (int32_t)room, &e);
	}
	free(wide);
	if (wide == NULL || to == NULL || U_FAILURE(e)) {
		free(to);
		return EVX_E_MEMORY;
	}
	*out = to;
	return EVX_OK;
}

enum evx_err evx_contains_new(const char *what, struct evx_contains **out, struct evx_diag *diag)
{
	struct evx_contains *c = calloc(1, sizeof(*c));
	enum evx_err err = c != NULL ? fold(what, &c->folded, &c->folded_len) : EVX_E_MEMORY;

	*out = NULL;
	if (err == EVX_OK)
		err = plain_of(c->folded, c->folded_len, &c->plain);
	if (err != EVX_OK) {
		evx_contains_free(c);
		return evx_fail_memory(diag);
	}
	c->plain_len = c->plain != NULL ? strlen(c->plain) : 0;
	*out = c;
	return EVX_OK;
}

void evx_contains_free(struct evx_contains *c)
{
	if (c == NULL)
		return;
	free(c->plain);
	free(c->folded);
	free(c);
}

static bool begins(const char *text, const char *what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (small(text[i]) != what[i]) /* the end of text is no letter of what */
			return false;
	return true;
}

enum evx_err evx_contains_in(const struct evx_contains *c, const char *text, bool *is)
{
	UChar *folded;
	int32_t n;
	enum evx_err err;

	*is = false;
	if (text == NULL)
		return EVX_OK;
	if (is_ascii(text)) {
		if (c->plain == NULL)
			return EVX_OK;
		for (; !*is && *text != '\0'; text++)
			*is = begins(text, c->plain, c->plain_len);
		*is = *is || c->plain_len == 0;
		return EVX_OK;
	}
	err = fold(text, &folded, &n);
	if (err != EVX_OK)
		return err;
	*is = c->folded_len == 0 || u_strFindFirst(folded, n, c->folded, c->folded_len) != NULL;
	free(folded);
	return EVX_OK;
}
