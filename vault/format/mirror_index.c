/* The index of a mirror as text:
 *
 *	evx-mirror-index/1 LF
 *	file|pack HASH SIZE PATH LF      one for each, in order of paths */
#include "format/mirror_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "format/decimal.h"
#include "format/text.h"

#define HEAD "evx-mirror-index/1\n"
#define HEX 64u
#define COMPONENTS_MAX 5u
#define COMPONENT_MAX 99u

void evx_mirror_index_free(struct evx_mirror_index *index)
{
	for (size_t i = 0; i < index->n; i++)
		free(index->at[i].path);
	free(index->at);
	memset(index, 0, sizeof(*index));
}

static bool is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(!first && (c == '.' || c == '_' || c == '-'));
}

bool evx_mirror_index_path(const char *s, size_t n)
{
	static const char *const places[] = { "log/", "members/", "cases/", "exhibits/",
		"branches/", "remnants/" };
	size_t len = 0, components = 1;
	bool placed = n == 10 && memcmp(s, "vault.json", 10) == 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		placed = placed ||
			(n > strlen(places[i]) && memcmp(s, places[i], strlen(places[i])) == 0);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '/') {
			if (len == 0 || ++components > COMPONENTS_MAX)
				return false;
			len = 0;
			continue;
		}
		if (!is_name(s[i], len == 0) || ++len > COMPONENT_MAX ||
			(s[i] == '.' && s[i - 1] == '.'))
			return false;
	}
	return placed && len > 0;
}

bool evx_mirror_index_pack(const char *path, uint8_t hash[32])
{
	static const char folder[] = "/data/", end[] = ".pack";
	const size_t tail = sizeof(folder) - 1 + HEX + sizeof(end) - 1, n = strlen(path);
	const char *at;

	if (n <= tail)
		return false;
	at = path + n - tail;
	return strncmp(at, folder, strlen(folder)) == 0 &&
		strcmp(path + n - (sizeof(end) - 1), end) == 0 &&
		evx_hex_decode(at + sizeof(folder) - 1, HEX, hash, 32) == EVX_OK;
}

enum evx_err evx_mirror_index_add(struct evx_mirror_index *index, bool pack, const uint8_t hash[32],
	uint64_t size, const char *path)
{
	char *copy = strdup(path);
	struct evx_mirror_line *line = copy != NULL ? EVX_ARRAY_ADD(index->at, index->n) : NULL;

	if (line == NULL) {
		free(copy);
		return EVX_E_MEMORY;
	}
	line->pack = pack;
	memcpy(line->hash, hash, sizeof(line->hash));
	line->size = size;
	line->path = copy;
	return EVX_OK;
}

static int by_path(const void *a, const void *b)
{
	const struct evx_mirror_line *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void evx_mirror_index_sort(struct evx_mirror_index *index)
{
	if (index->n > 0)
		qsort(index->at, index->n, sizeof(*index->at), by_path);
}

static int to_path(const void *key, const void *line)
{
	return strcmp(key, ((const struct evx_mirror_line *)line)->path);
}

struct evx_mirror_line *evx_mirror_index_find(
	const struct evx_mirror_index *index, const char *path)
{
	return index->n == 0 ? NULL :
			       bsearch(path, index->at, index->n, sizeof(*index->at), to_path);
}

bool evx_mirror_index_same(const struct evx_mirror_index *a, const struct evx_mirror_index *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->at[i].pack != b->at[i].pack || a->at[i].size != b->at[i].size ||
			!evx_hash_equal(a->at[i].hash, b->at[i].hash) ||
			strcmp(a->at[i].path, b->at[i].path) != 0)
			return false;
	return true;
}

enum evx_err evx_mirror_index_encode(const struct evx_mirror_index *index, struct evx_buf *out)
{
	enum evx_err err = evx_buf_adds(out, HEAD);
	char hex[HEX + 1];

	for (size_t i = 0; i < index->n && err == EVX_OK; i++) {
		const struct evx_mirror_line *l = &index->at[i];

		evx_hex_encode(l->hash, 32, hex);
		err = evx_buf_addf(out, "%s %s %llu %s\n", l->pack ? "pack" : "file", hex,
			(unsigned long long)l->size, l->path);
	}
	return err;
}

static enum evx_err odd(struct evx_diag *diag, size_t line)
{
	return evx_fail(diag, EVX_E_CORRUPT,
		"index: expected file or pack, hash, size and path in line %zu, found another",
		line);
}

/* One line of n bytes, without its LF. */
static enum evx_err read_line(
	const char *s, size_t n, struct evx_mirror_index *out, struct evx_diag *diag)
{
	const size_t fixed = 5 + HEX + 1;
	const char *size = s + fixed, *space;
	uint8_t hash[32], named[32];
	uint64_t bytes;
	char path[512];
	size_t len;
	bool pack;

	if (n < fixed || (memcmp(s, "file ", 5) != 0 && memcmp(s, "pack ", 5) != 0) ||
		evx_hex_decode(s + 5, HEX, hash, sizeof(hash)) != EVX_OK || s[5 + HEX] != ' ')
		return odd(diag, out->n + 2);
	space = memchr(size, ' ', n - fixed);
	if (space == NULL || !evx_decimal_parse(size, (size_t)(space - size), &bytes))
		return odd(diag, out->n + 2);
	len = n - (size_t)(space + 1 - s);
	if (len >= sizeof(path) || !evx_mirror_index_path(space + 1, len))
		return odd(diag, out->n + 2);
	memcpy(path, space + 1, len);
	path[len] = '\0';
	pack = s[0] == 'p';
	if (pack != evx_mirror_index_pack(path, named) ||
		(pack && (!evx_hash_equal(named, hash) || bytes > EVX_PACK_LEN)) ||
		(out->n > 0 && strcmp(out->at[out->n - 1].path, path) >= 0))
		return odd(diag, out->n + 2);
	return evx_fail_buf(diag, evx_mirror_index_add(out, pack, hash, bytes, path));
}

enum evx_err evx_mirror_index_decode(
	const void *p, size_t n, struct evx_mirror_index *out, struct evx_diag *diag)
{
	const char *s = p, *end = s + n;
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	if (n < strlen(HEAD) || strncmp(s, HEAD, strlen(HEAD)) != 0)
		return evx_fail(diag,
			n >= 17 && memcmp(s, "evx-mirror-index/", 17) == 0 ? EVX_E_UNSUPPORTED :
									     EVX_E_CORRUPT,
			"index: expected the line evx-mirror-index/1 first, found another");
	s += sizeof(HEAD) - 1;
	while (err == EVX_OK && s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));

		if (lf == NULL)
			err = evx_fail(diag, EVX_E_TRUNCATED,
				"index: expected the end of a line, found the end of the text");
		else
			err = read_line(s, (size_t)(lf - s), out, diag);
		s = lf != NULL ? lf + 1 : end;
	}
	if (err != EVX_OK)
		evx_mirror_index_free(out);
	return err;
}
