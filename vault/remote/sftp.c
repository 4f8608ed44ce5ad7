/* A remote behind the program sftp of OpenSSH.
 *
 * Objects are put under another name, looked at, and only then given theirs: a rename may fail
 * where the name is taken, or replace what is there, so nothing depends on which. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "remote/sftp_talk.h"

#define SPOOL "/proc/self/fd/5"
#define PATH_CAP (EVX_REMOTE_PATH_CAP + EVX_REMOTE_NAME_CAP + 32)
#define KNOWN_MAX 1024

struct sftp {
	struct evx_sftp_talk talk;
	bool direct;               /* no rename on this server: objects get their names at once */
	bool base;                 /* its own directory was ordered */
	char known[KNOWN_MAX][48]; /* directories that are there */
	size_t nknown;
};

static enum evx_err sftp_open(struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	struct sftp *s = calloc(1, sizeof(*s));

	(void)site;
	*state = s;
	if (s == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "out of memory");
	evx_sftp_talk_begin(&s->talk);
	return EVX_OK;
}

static void sftp_close(void *state)
{
	struct sftp *s = state;

	if (s == NULL)
		return;
	evx_sftp_talk_end(&s->talk);
	free(s);
}

/* PATH of the object on the server. */
static void path_of(const struct evx_remote_site *site, const char *name, char out[PATH_CAP])
{
	const char *base = site->url.path;
	const size_t n = strlen(base);

	(void)snprintf(out, PATH_CAP, "%s%s%s", base,
		n > 0 && base[n - 1] != '/' && name[0] != '\0' ? "/" : "", name);
	if (out[0] == '\0')
		(void)snprintf(out, PATH_CAP, ".");
}

/* ---- Requests --------------------------------------------------------------------------- */

static bool is_known(struct sftp *s, const char *dir)
{
	size_t i;

	for (i = 0; i < s->nknown; i++)
		if (strcmp(s->known[i], dir) == 0)
			return true;
	return false;
}

/* Orders the directory of the remote itself, once. True when it did. */
static bool make_base(struct sftp *s, const struct evx_remote_site *site)
{
	if (s->base || site->url.path[0] == '\0')
		return false;
	evx_sftp_talk_order(&s->talk, "-mkdir \"%s\"", site->url.path);
	s->base = true;
	return true;
}

/* Orders the directories above name that are not known to be there. What sftp says of those that
 * are there does not matter. */
static bool make_above(
	struct sftp *s, struct evx_remote_site *site, const char *name, struct evx_remote_answer *a)
{
	char part[EVX_REMOTE_NAME_CAP], path[PATH_CAP];
	char *slash;
	bool any = false;

	(void)snprintf(part, sizeof(part), "%s", name);
	for (slash = strchr(part, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (!is_known(s, part)) {
			(void)make_base(s, site);
			path_of(site, part, path);
			evx_sftp_talk_order(&s->talk, "-mkdir \"%s\"", path);
			any = true;
			if (s->nknown < KNOWN_MAX && strlen(part) < sizeof(s->known[0]))
				memcpy(s->known[s->nknown++], part, strlen(part) + 1);
		}
		*slash = '/';
	}
	return !any || evx_sftp_talk_carry_out(&s->talk, site, 0, a);
}

/* Puts the spool under path and compares its length. */
static bool put_as(struct sftp *s, struct evx_remote_site *site, const char *path, uint64_t size,
	struct evx_remote_answer *a)
{
	struct evx_sftp_item item;
	char why[256];

	evx_sftp_talk_order(&s->talk, "-put -f " SPOOL " \"%s\"", path);
	if (!evx_sftp_talk_carry_out(&s->talk, site, size, a))
		return false;
	if (evx_sftp_talk_complained(&s->talk, why)) {
		evx_remote_site_failed(a, EVX_E_IO,
			evx_sftp_text_has(why, strlen(why), "Permission denied") ?
				EVX_REMOTE_FINAL :
				EVX_REMOTE_RETRY,
			"the server did not take it: %s", why);
		return false;
	}
	evx_sftp_talk_order(&s->talk, "-ls -lnf \"%s\"", path);
	if (!evx_sftp_talk_carry_out(&s->talk, site, 0, a))
		return false;
	if (evx_sftp_talk_listed(&s->talk, &item) && item.size != size) {
		evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_RETRY,
			"the server kept %llu of %llu bytes: it may be full",
			(unsigned long long)item.size, (unsigned long long)size);
		return false;
	}
	return true;
}

static bool is_there(struct sftp *s, struct evx_remote_site *site, const char *path,
	struct evx_remote_answer *a, bool *there)
{
	struct evx_sftp_item item;

	evx_sftp_talk_order(&s->talk, "-ls -lnf \"%s\"", path);
	if (!evx_sftp_talk_carry_out(&s->talk, site, 0, a))
		return false;
	*there = evx_sftp_talk_listed(&s->talk, &item);
	if (*there)
		a->stat.size = item.size;
	return true;
}

static void exists(struct evx_remote_answer *a)
{
	evx_remote_site_failed(a, EVX_E_EXISTS, EVX_REMOTE_FINAL, "it is there already");
}

/* Puts it under another name, and renames that. */
static bool put_renamed(struct sftp *s, struct evx_remote_site *site, const char *path,
	uint64_t size, struct evx_remote_answer *a)
{
	char part[PATH_CAP + 16], why[256] = "";
	bool there = false, good;
	uint32_t id;

	evx_random(&id, sizeof(id));
	(void)snprintf(part, sizeof(part), "%s.part-%08x", path, id);
	good = put_as(s, site, part, size, a);
	if (good) {
		evx_sftp_talk_order(&s->talk, "-rename -l \"%s\" \"%s\"", part, path);
		if (!evx_sftp_talk_carry_out(&s->talk, site, 0, a))
			return false;
		if (!evx_sftp_talk_complained(&s->talk, why))
			return true;
	}
	if (site->lost)
		return false;
	evx_sftp_talk_order(&s->talk, "-rm \"%s\"", part);
	if (!evx_sftp_talk_carry_out(&s->talk, site, 0, a) || !good ||
		!is_there(s, site, path, a, &there))
		return false;
	if (there) {
		exists(a);
		return false;
	}
	s->direct = true;
	return put_as(s, site, path, size, a);
}

static void sftp_put(struct sftp *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	const uint64_t size = q->place == EVX_REMOTE_NO_PLACE ? q->body.len : q->size;
	struct evx_diag diag = { 0 };
	char path[PATH_CAP];
	bool there = false;

	path_of(site, q->name, path);
	if (evx_remote_site_spool_in(site, q, &diag) != EVX_OK) {
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
		return;
	}
	/* Each look costs two ways over the line and back. A rename looks by itself. */
	if ((!q->unseen || s->direct) && !is_there(s, site, path, a, &there))
		return;
	if (there) {
		exists(a);
		return;
	}
	if (!make_above(s, site, q->name, a))
		return;
	if (s->direct ? put_as(s, site, path, size, a) : put_renamed(s, site, path, size, a))
		a->stat.size = size;
}

static bool is_missing(const char *why)
{
	return evx_sftp_text_has(why, strlen(why), "not found") ||
		evx_sftp_text_has(why, strlen(why), "No such file");
}

static void sftp_stat(struct sftp *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	struct evx_sftp_item item;
	char path[PATH_CAP], why[256];

	path_of(site, q->name, path);
	evx_sftp_talk_order(&s->talk, "-ls -lnf \"%s\"", path);
	if (!evx_sftp_talk_carry_out(&s->talk, site, 0, a))
		return;
	if (evx_sftp_talk_listed(&s->talk, &item)) {
		a->stat.size = item.size;
		return;
	}
	if (!evx_sftp_talk_complained(&s->talk, why))
		(void)snprintf(why, sizeof(why), "it is not listed");
	evx_remote_site_failed(
		a, is_missing(why) ? EVX_E_NOT_FOUND : EVX_E_IO, EVX_REMOTE_FINAL, "%s", why);
}

static void sftp_get(struct sftp *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	char path[PATH_CAP], why[256];

	path_of(site, q->name, path);
	if (ftruncate(site->spool, 0) != 0) {
		evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_FINAL, "temporary file");
		return;
	}
	/* Nobody asks first whether it is there and how long it is: each look costs a way over the
	 * line and back, and what a server says of a length need not be so. */
	evx_sftp_talk_order(&s->talk, "-get \"%s\" " SPOOL, path);
	s->talk.most = q->size;
	if (!evx_sftp_talk_carry_out(&s->talk, site, q->size, a))
		return;
	if (evx_sftp_talk_complained(&s->talk, why)) {
		if (is_missing(why))
			evx_remote_site_failed(a, EVX_E_NOT_FOUND, EVX_REMOTE_FINAL, "%s", why);
		else
			evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_RETRY,
				"the server did not give it: %s", why);
		return;
	}
	evx_remote_site_spool_out(site, site->spool, q, a);
}

static bool is_beneath(const struct evx_sftp_item *item, const char *path)
{
	const size_t n = strlen(path);

	return strcmp(path, ".") == 0 ||
		(item->path_len > n && strncmp(item->path, path, n) == 0 &&
			(item->path[n] == '/' || (n > 0 && path[n - 1] == '/')));
}

/* Other lines are parts of names with a line's end in them. */
static bool is_refusal(const char *why)
{
	static const char *const words[] = { "Permission denied", "Can't ls", "Couldn't",
		"Failure" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (evx_sftp_text_has(why, strlen(why), words[i]) &&
			!evx_sftp_text_has(why, strlen(why), "not found"))
			return true;
	return false;
}

static bool list_below(struct sftp *s, struct evx_remote_site *site, const char *name,
	unsigned depth, struct evx_remote_answer *a)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_sftp_item item;
	char path[PATH_CAP], below[EVX_REMOTE_NAME_CAP], why[256];
	const char *line;
	size_t at = 0, n;
	int len;
	bool good;

	path_of(site, name, path);
	evx_sftp_talk_order(&s->talk, "-ls -lnf \"%s\"", path);
	good = evx_sftp_talk_carry_out(&s->talk, site, 0, a);
	if (good && evx_sftp_talk_complained(&s->talk, why) && is_refusal(why)) {
		evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_FINAL, "%s", why);
		good = false;
	}
	/* Directories are asked for in turn, which takes the place of this text. */
	if (good && evx_buf_add(&text, s->talk.text.data, s->talk.text.len) != EVX_OK) {
		evx_remote_site_failed(a, EVX_E_MEMORY, EVX_REMOTE_FINAL, "out of memory");
		good = false;
	}
	while (good && evx_sftp_text_line((const char *)text.data, text.len, &at, &line, &n)) {
		/* Of a name with a space only the end would be seen. */
		if (!evx_sftp_item_parse(line, n, &item) || item.name_len == 0 ||
			item.name_len >= sizeof(below) || !is_beneath(&item, path))
			continue;
		len = snprintf(below, sizeof(below), "%s%s%.*s", name, name[0] != '\0' ? "/" : "",
			(int)item.name_len, item.name);
		if (len < 0 || (size_t)len >= sizeof(below) ||
			!evx_remote_name_valid(below, (size_t)len))
			continue;
		if (item.is_dir && depth < 4)
			good = list_below(s, site, below, depth + 1, a);
		else if (item.is_file)
			good = evx_remote_site_say_item(site, below, item.size);
	}
	evx_buf_free(&text);
	return good;
}

static void sftp_remove(struct sftp *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	char path[PATH_CAP], why[256];

	path_of(site, q->name, path);
	evx_sftp_talk_order(&s->talk, "-rm \"%s\"", path);
	if (evx_sftp_talk_carry_out(&s->talk, site, 0, a) &&
		evx_sftp_talk_complained(&s->talk, why) && !is_missing(why))
		evx_remote_site_failed(
			a, EVX_E_IO, EVX_REMOTE_FINAL, "it cannot be removed: %s", why);
}

static void sftp_about(struct sftp *s, struct evx_remote_site *site, struct evx_remote_answer *a)
{
	struct evx_remote_about about = { .lists = true,
		.renames = true,
		.removes = true,
		.free_bytes = EVX_REMOTE_SIZE_UNKNOWN,
		.largest = EVX_REMOTE_SIZE_UNKNOWN };
	char path[PATH_CAP];
	uint64_t bytes;

	path_of(site, "", path);
	(void)make_base(s, site);
	evx_sftp_talk_order(&s->talk, "-df \"%s\"", path);
	if (!evx_sftp_talk_carry_out(&s->talk, site, 0, a))
		return;
	if (evx_sftp_text_free((const char *)s->talk.text.data, s->talk.text.len, &bytes))
		about.free_bytes = bytes;
	about.renames = !s->direct;
	(void)evx_remote_site_say_about(site, &about);
}

static void sftp_act(void *state, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	struct sftp *s = state;

	switch (q->act) {
	case EVX_REMOTE_PUT:
		sftp_put(s, site, q, a);
		return;
	case EVX_REMOTE_GET:
		sftp_get(s, site, q, a);
		return;
	case EVX_REMOTE_STAT:
		sftp_stat(s, site, q, a);
		return;
	case EVX_REMOTE_LIST:
		(void)list_below(s, site, q->name, q->name[0] != '\0' ? 1 : 0, a);
		return;
	case EVX_REMOTE_REMOVE:
		sftp_remove(s, site, q, a);
		return;
	case EVX_REMOTE_ABOUT:
		sftp_about(s, site, a);
		return;
	case EVX_REMOTE_FLUSH: /* each object is, as far as the server does that */
		return;
	case EVX_REMOTE_RETAIN:
	case EVX_REMOTE_ACTS:
		break;
	}
	evx_remote_site_failed(a, EVX_E_UNSUPPORTED, EVX_REMOTE_FINAL,
		"an SFTP server keeps no object until a date");
}

const struct evx_remote_driver evx_sftp_driver = { .has_program = true,
	.logs_in = true,
	.program = evx_sftp_talk_program,
	.open = sftp_open,
	.act = sftp_act,
	.close = sftp_close };
