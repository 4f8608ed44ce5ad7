/* Names of users and groups, remembered. */
#include "content/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 256 /* one id per remainder: bounded, however many owners a hostile disk has */
#define LOOKUP_MAX 1048576 /* a group's record holds all its members */

struct known {
	bool valid;
	uint32_t id;
	char *name; /* NULL: has none */
};

struct evx_owner_cache {
	struct known users[SLOTS], groups[SLOTS];
	char *buf;
	size_t cap;
};

struct evx_owner_cache *evx_owner_new(void)
{
	struct evx_owner_cache *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->cap = 4096;
	c->buf = malloc(c->cap);
	if (c->buf == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void evx_owner_free(struct evx_owner_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		free(c->users[i].name);
		free(c->groups[i].name);
	}
	free(c->buf);
	free(c);
}

static const char *look_up_once(struct evx_owner_cache *c, bool group, uint32_t id, int *e)
{
	if (group) {
		struct group g, *found = NULL;
		*e = getgrgid_r(id, &g, c->buf, c->cap, &found);
		return found != NULL ? found->gr_name : NULL;
	}
	struct passwd p, *found = NULL;
	*e = getpwuid_r(id, &p, c->buf, c->cap, &found);
	return found != NULL ? found->pw_name : NULL;
}

static enum evx_err look_up(struct evx_owner_cache *c, bool group, uint32_t id, const char **name)
{
	int e;
	while ((*name = look_up_once(c, group, id, &e)) == NULL && e == ERANGE &&
		c->cap < LOOKUP_MAX) {
		char *buf = realloc(c->buf, c->cap * 2);
		if (buf == NULL)
			return EVX_E_MEMORY;
		c->buf = buf;
		c->cap *= 2;
	}
	return EVX_OK;
}

static enum evx_err name_of(struct evx_owner_cache *c, bool group, uint32_t id, char **out)
{
	struct known *k = &(group ? c->groups : c->users)[id % SLOTS];
	if (!k->valid || k->id != id) {
		const char *name = NULL;
		char *copy = NULL;
		enum evx_err err = look_up(c, group, id, &name);
		if (err != EVX_OK || (name != NULL && (copy = strdup(name)) == NULL))
			return EVX_E_MEMORY;
		free(k->name);
		*k = (struct known){ true, id, copy };
	}
	if (k->name == NULL)
		return EVX_OK;
	*out = strdup(k->name);
	return *out != NULL ? EVX_OK : EVX_E_MEMORY;
}

enum evx_err evx_owner_name(struct evx_owner_cache *c, struct evx_entry *e)
{
	if (!e->has_stat)
		return EVX_OK;
	enum evx_err err = name_of(c, false, e->uid, &e->user);
	return err == EVX_OK ? name_of(c, true, e->gid, &e->group) : err;
}
