#include "format/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"

/* The shortest line: a hash, two spaces, "custody/0000-a.tsr", LF. Bounds the number of lines before memory is taken for them. */
#define LINE_LEN_MIN 84u

static bool is_event_file(const char *name)
{
	struct evx_member_id id;

	if (evx_member_parse(name, &id, NULL) != EVX_OK)
		return false;
	return evx_member_of_event(&id) && id.kind != EVX_MEMBER_RECORD;
}

enum evx_err evx_record_encode(const struct evx_manifest_line *lines, size_t n, struct evx_buf *out)
{
	enum evx_err err;
	size_t i;

	if (n == 0)
		return EVX_E_USAGE;
	for (i = 0; i < n; i++)
		if (!is_event_file(lines[i].name))
			return EVX_E_USAGE;
	for (i = 0; i < n; i++)
		if ((err = evx_manifest_add(out, lines[i].hash, lines[i].name)) != EVX_OK)
			return err;
	return EVX_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct evx_manifest_line *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Finds a name that stands twice, without comparing each with each. */
static enum evx_err check_unique(const struct evx_manifest_line *lines, size_t n, struct evx_diag *diag)
{
	const struct evx_manifest_line **sorted = calloc(n, sizeof *sorted);
	enum evx_err err = EVX_OK;
	size_t i;

	if (sorted == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "record: out of memory");
	for (i = 0; i < n; i++)
		sorted[i] = &lines[i];
	qsort(sorted, n, sizeof *sorted, by_name);
	for (i = 1; i < n && err == EVX_OK; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			err = evx_fail(diag, EVX_E_CORRUPT, "record: expected each name once, found %s twice", sorted[i]->name);
	free(sorted);
	return err;
}

enum evx_err evx_record_decode(const void *p, size_t n, struct evx_manifest_line **lines, size_t *count, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p, n);
	size_t room = n / LINE_LEN_MIN + 1, found = 0;
	struct evx_manifest_line *at;
	enum evx_err err = EVX_OK;

	*lines = NULL;
	*count = 0;
	if (n == 0)
		return evx_fail(diag, EVX_E_TRUNCATED, "record: expected at least one line, found none");
	if (n > EVX_DOCUMENT_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "record: found %zu bytes (limit %u)", n, EVX_DOCUMENT_MAX);
	at = calloc(room, sizeof *at);
	if (at == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "record: out of memory");
	while (err == EVX_OK && evx_cursor_left(&c) > 0) {
		size_t start = c.pos;

		if (found == room)
			err = evx_fail_at(diag, EVX_E_CORRUPT, NULL, start, "record: expected names of an event's files, found a shorter line");
		else if ((err = evx_manifest_next(&c, &at[found], diag)) == EVX_OK && !is_event_file(at[found].name))
			err = evx_fail_at(diag, EVX_E_CORRUPT, NULL, start, "record: expected the name of an event's file, found %s", at[found].name);
		found++;
	}
	if (err == EVX_OK)
		err = check_unique(at, found, diag);
	if (err != EVX_OK) {
		free(at);
		return err;
	}
	*lines = at;
	*count = found;
	return EVX_OK;
}
