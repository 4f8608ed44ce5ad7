/* What a path says while its links are followed. */
#include "store/spellings.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40u /* as the kernel */

struct spelling {
	char done[PATH_MAX];     /* no link is in it; "" is the root */
	char rest[2 * PATH_MAX]; /* what is to be looked at */
};

/* The first name of rest goes to name; false when there is none. */
static bool take_name(char *rest, char name[PATH_MAX])
{
	const size_t skip = strspn(rest, "/"), n = strcspn(rest + skip, "/");

	if (n == 0 || n >= PATH_MAX)
		return false;
	memcpy(name, rest + skip, n);
	name[n] = '\0';
	memmove(rest, rest + skip + n, strlen(rest + skip + n) + 1);
	return true;
}

/* Adds a name to a path that has no link in it, or takes the last one off. */
static bool add_name(char done[PATH_MAX], const char *name)
{
	const size_t at = strlen(done), n = strlen(name);
	char *slash = strrchr(done, '/');

	if (strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0) {
		if (slash != NULL)
			*slash = '\0';
		return true;
	}
	if (at + 1 + n >= PATH_MAX)
		return false;
	done[at] = '/';
	memcpy(done + at + 1, name, n + 1);
	return true;
}

static enum evx_err say(
	const struct spelling *s, enum evx_err (*each)(void *ctx, const char *spelled), void *ctx)
{
	char said[PATH_MAX], rest[sizeof(s->rest)], name[PATH_MAX];

	memcpy(said, s->done, sizeof(said));
	memcpy(rest, s->rest, sizeof(rest));
	while (take_name(rest, name))
		if (!add_name(said, name))
			return EVX_OK;
	return each(ctx, said[0] != '\0' ? said : "/");
}

/* Goes on to behind the next link. *more is false where there is none. */
static void follow(struct spelling *s, bool *more)
{
	char name[PATH_MAX], here[PATH_MAX], to[PATH_MAX];
	size_t left;
	ssize_t n;

	*more = false;
	while (take_name(s->rest, name)) {
		memcpy(here, s->done, sizeof(here));
		if (!add_name(here, name))
			return;
		n = strcmp(name, "..") == 0 ? -1 : readlink(here, to, sizeof(to) - 1);
		if (n <= 0) {
			memcpy(s->done, here, sizeof(here));
			continue;
		}
		left = strlen(s->rest);
		if ((size_t)n + left >= sizeof(s->rest))
			return;
		memmove(s->rest + n, s->rest, left + 1); /* it is empty, or begins with a slash */
		memcpy(s->rest, to, (size_t)n);
		if (to[0] == '/')
			s->done[0] = '\0';
		*more = true;
		return;
	}
}

enum evx_err evx_spellings_each(
	const char *path, enum evx_err (*each)(void *ctx, const char *spelled), void *ctx)
{
	struct spelling s = { "", "" };
	bool more = true;
	enum evx_err err = EVX_OK;

	if (strlen(path) >= sizeof(s.rest) ||
		(path[0] != '/' && getcwd(s.done, sizeof(s.done)) == NULL))
		return EVX_OK;
	if (strcmp(s.done, "/") == 0)
		s.done[0] = '\0';
	memcpy(s.rest, path, strlen(path) + 1);
	for (unsigned i = 0; err == EVX_OK && more && i <= LINKS_MAX; i++) {
		err = say(&s, each, ctx);
		follow(&s, &more);
	}
	return err;
}
