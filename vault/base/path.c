/* The path rule. */
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 255

static enum evx_err check_name(const uint8_t *name, size_t n, size_t at, struct evx_diag *diag)
{
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "path: empty component at byte %zu", at);
	if (n > NAME_BYTES_MAX)
		return evx_fail(diag, EVX_E_CORRUPT,
			"path: component at byte %zu has %zu bytes (limit %d)", at, n,
			NAME_BYTES_MAX);
	if (name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.')))
		return evx_fail(diag, EVX_E_CORRUPT, "path: component \"%s\" at byte %zu",
			n == 1 ? "." : "..", at);
	return EVX_OK;
}

enum evx_err evx_path_check(const void *p, size_t n, struct evx_diag *diag)
{
	const uint8_t *s = p, *slash;
	size_t at = 0, len;
	enum evx_err err;

	if (n == 0 || n > EVX_PATH_MAX)
		return evx_fail(diag, EVX_E_CORRUPT, "path: expected 1 to %d bytes, found %zu",
			EVX_PATH_MAX, n);
	if (memchr(s, '\0', n) != NULL)
		return evx_fail(diag, EVX_E_CORRUPT, "path: contains a NUL byte");
	for (;;) {
		slash = memchr(s + at, '/', n - at);
		len = slash != NULL ? (size_t)(slash - s) - at : n - at;
		err = check_name(s + at, len, at, diag);
		if (err != EVX_OK || slash == NULL)
			return err;
		at += len + 1;
		if (at == n)
			return evx_fail(diag, EVX_E_CORRUPT, "path: ends in '/'");
	}
}

/* With '/' below every other byte, the order of the bytes is the order of the components. */
int evx_path_compare(const void *a, size_t an, const void *b, size_t bn)
{
	const uint8_t *x = a, *y = b;
	size_t n = an < bn ? an : bn, i = 0;

	while (i < n && x[i] == y[i])
		i++;
	if (i == n)
		return an < bn ? -1 : an > bn;
	if (x[i] == '/')
		return -1;
	if (y[i] == '/')
		return 1;
	return x[i] < y[i] ? -1 : 1;
}

char *evx_path_parent(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n == 0 ? strdup(".") : strndup(path, n);
}

const char *evx_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}
