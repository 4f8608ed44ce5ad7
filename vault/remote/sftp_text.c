/* What the program sftp prints: lists, free space, complaints. */
#include "remote/sftp_text.h"

#include <string.h>

#define FIELDS_MAX 16

struct field {
	const char *p;
	size_t n;
};

static size_t fields_of(const char *line, size_t n, struct field out[FIELDS_MAX])
{
	size_t i = 0, count = 0;

	while (count < FIELDS_MAX) {
		while (i < n && (line[i] == ' ' || line[i] == '\t'))
			i++;
		if (i == n)
			break;
		out[count].p = line + i;
		while (i < n && line[i] != ' ' && line[i] != '\t')
			i++;
		out[count].n = (size_t)(line + i - out[count].p);
		count++;
	}
	return count;
}

static bool number_of(const struct field *f, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < f->n; i++) {
		if (f->p[i] < '0' || f->p[i] > '9' || i >= 19)
			return false;
		*out = *out * 10 + (uint64_t)(f->p[i] - '0');
	}
	return f->n > 0;
}

static bool is_mode(const struct field *f)
{
	size_t i;

	if (f->n < 10 || strchr("-dlcbpsD", f->p[0]) == NULL)
		return false;
	for (i = 1; i < 10; i++)
		if (strchr("-rwxsStT", f->p[i]) == NULL)
			return false;
	return true;
}

/* MODE LINKS OWNER GROUP SIZE MONTH DAY TIME NAME: counted from the end, since owners are texts of
 * the server. A line that begins with a mode is an item, however it goes on. */
bool evx_sftp_item_parse(const char *line, size_t n, struct evx_sftp_item *out)
{
	struct field f[FIELDS_MAX];
	const size_t count = fields_of(line, n, f);
	const char *slash;

	memset(out, 0, sizeof(*out));
	if (count == 0 || line[0] == ' ' || !is_mode(&f[0]))
		return false;
	if (count < 9 || count == FIELDS_MAX || !number_of(&f[count - 5], &out->size))
		return true;
	out->is_dir = f[0].p[0] == 'd';
	out->is_file = f[0].p[0] == '-';
	out->path = out->name = f[count - 1].p;
	out->path_len = out->name_len = f[count - 1].n;
	slash = memrchr(out->name, '/', out->name_len);
	if (slash != NULL) {
		out->name_len -= (size_t)(slash + 1 - out->name);
		out->name = slash + 1;
	}
	return true;
}

bool evx_sftp_text_line(const char *text, size_t len, size_t *at, const char **line, size_t *n)
{
	static const char prompt[] = "sftp> ";
	const char *end;

	while (*at < len) {
		*line = text + *at;
		end = memchr(*line, '\n', len - *at);
		*n = end != NULL ? (size_t)(end - *line) : len - *at;
		*at += *n + (end != NULL ? 1 : 0);
		while (*n > 0 && (*line)[*n - 1] == '\r')
			(*n)--;
		if (*n > 0 &&
			(*n < sizeof(prompt) - 1 ||
				strncmp(*line, prompt, sizeof(prompt) - 1) != 0))
			return true;
	}
	return false;
}

bool evx_sftp_text_free(const char *text, size_t len, uint64_t *bytes)
{
	struct field f[FIELDS_MAX];
	const char *line;
	size_t at = 0, n;
	uint64_t size, used;

	while (evx_sftp_text_line(text, len, &at, &line, &n))
		if (fields_of(line, n, f) >= 4 && number_of(&f[0], &size) &&
			number_of(&f[1], &used) && number_of(&f[2], bytes) &&
			*bytes <= UINT64_MAX / 1024) {
			*bytes *= 1024;
			return true;
		}
	return false;
}

void evx_sftp_text_complaint(const char *text, size_t len, char *out, size_t cap)
{
	static const char closed[] = "Connection closed"; /* follows the reason */
	struct evx_sftp_item item;
	const char *line;
	size_t at = 0, n, i;

	out[0] = '\0';
	while (evx_sftp_text_line(text, len, &at, &line, &n)) {
		if (evx_sftp_item_parse(line, n, &item) ||
			(out[0] != '\0' && n >= sizeof(closed) - 1 &&
				strncmp(line, closed, sizeof(closed) - 1) == 0))
			continue;
		n = n < cap ? n : cap - 1;
		for (i = 0; i < n; i++)
			out[i] = (char)(line[i] == '\0' ? '?' : line[i]);
		out[n] = '\0';
	}
}

bool evx_sftp_text_has(const char *text, size_t n, const char *word)
{
	return n > 0 && memmem(text, n, word, strlen(word)) != NULL;
}
