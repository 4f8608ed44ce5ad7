/* For which agencies a roster was accepted. */
#include "custody/roster_scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cursor.h"

#define FIRST_LINE "evx-roster-scope/1"

void evx_roster_scope_free(struct evx_roster_scope *s)
{
	if (s == NULL)
		return;
	free(s->at);
	memset(s, 0, sizeof(*s));
}

enum evx_err evx_roster_scope_copy(const struct evx_roster_scope *s, struct evx_roster_scope *out)
{
	*out = (struct evx_roster_scope){ .stated = s->stated };
	if (s->n == 0)
		return EVX_OK;
	if (EVX_ARRAY_ROOM(out->at, 0, s->n) != EVX_OK)
		return EVX_E_MEMORY;
	memcpy(out->at, s->at, s->n * sizeof(*out->at));
	out->n = s->n;
	return EVX_OK;
}

static int compare(const struct evx_roster_agency *a, const char *agency, const char *country)
{
	const int c = strcmp(a->country, country);

	return c != 0 ? c : strcmp(a->agency, agency);
}

/* The place of the first that is not before it. */
static size_t find(const struct evx_roster_scope *s, const char *agency, const char *country)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare(&s->at[middle], agency, country) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool evx_roster_scope_has(const struct evx_roster_scope *s, const char *agency, const char *country)
{
	const size_t i = find(s, agency, country);

	return i < s->n && compare(&s->at[i], agency, country) == 0;
}

enum evx_err evx_roster_scope_add(
	struct evx_roster_scope *s, const char *agency, const char *country)
{
	const size_t i = find(s, agency, country);
	struct evx_roster_agency *added;

	s->stated = true;
	if (i < s->n && compare(&s->at[i], agency, country) == 0)
		return EVX_OK;
	if (EVX_ARRAY_ADD(s->at, s->n) == NULL)
		return EVX_E_MEMORY;
	added = &s->at[i];
	memmove(added + 1, added, (s->n - 1 - i) * sizeof(*added));
	memset(added, 0, sizeof(*added));
	strncpy(added->agency, agency, sizeof(added->agency) - 1);
	strncpy(added->country, country, sizeof(added->country) - 1);
	return EVX_OK;
}

bool evx_roster_scope_same(const struct evx_roster_scope *a, const struct evx_roster_scope *b)
{
	if (a->stated != b->stated || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (compare(&a->at[i], b->at[i].agency, b->at[i].country) != 0)
			return false;
	return true;
}

enum evx_err evx_roster_scope_encode(const struct evx_roster_scope *s, struct evx_buf *out)
{
	enum evx_err err = evx_buf_adds(out, FIRST_LINE "\n");

	for (size_t i = 0; i < s->n && err == EVX_OK; i++) {
		err = evx_buf_adds(out, s->at[i].country);
		if (err == EVX_OK)
			err = evx_buf_adds(out, " ");
		if (err == EVX_OK)
			err = evx_buf_adds(out, s->at[i].agency);
		if (err == EVX_OK)
			err = evx_buf_adds(out, "\n");
	}
	return err;
}

/* "GB Police": behind the line before, so that there is one spelling of each scope. */
static enum evx_err read_line(
	const uint8_t *line, size_t n, struct evx_roster_scope *s, struct evx_diag *diag)
{
	char agency[EVX_CARD_TEXT_CAP] = "", country[3] = "";

	if (n < 4 || n - 3 >= sizeof(agency) || line[2] != ' ' || memchr(line, '\0', n) != NULL)
		return evx_fail(diag, EVX_E_CORRUPT,
			"scope: expected a country, a space and an agency in each line");
	memcpy(country, line, 2);
	memcpy(agency, line + 3, n - 3);
	if (country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z' ||
		evx_card_text_check("agency", agency, NULL) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"scope: expected a country and the name of an agency, found something "
			"else");
	if (s->n > 0 && compare(&s->at[s->n - 1], agency, country) >= 0)
		return evx_fail(
			diag, EVX_E_CORRUPT, "scope: expected agencies in order, none twice");
	return evx_roster_scope_add(s, agency, country);
}

enum evx_err evx_roster_scope_decode(
	const void *p, size_t n, struct evx_roster_scope *out, struct evx_diag *diag)
{
	struct evx_roster_scope s = { .stated = true };
	struct evx_cursor c = evx_cursor_over(p, n);
	const uint8_t *line;
	size_t len;
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	if (evx_cursor_line(&c, &line, &len) != EVX_OK || len != strlen(FIRST_LINE) ||
		memcmp(line, FIRST_LINE, len) != 0)
		return evx_fail(diag, EVX_E_NOT_OURS, "scope: expected the line %s, found another",
			FIRST_LINE);
	while (err == EVX_OK && evx_cursor_left(&c) > 0) {
		if (evx_cursor_line(&c, &line, &len) != EVX_OK)
			err = evx_fail(diag, EVX_E_CORRUPT, "scope: its last line does not end");
		else
			err = read_line(line, len, &s, diag);
	}
	if (err != EVX_OK) {
		evx_roster_scope_free(&s);
		return evx_fail_buf(diag, err);
	}
	*out = s;
	return EVX_OK;
}
