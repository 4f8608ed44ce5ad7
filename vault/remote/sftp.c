/* A remote behind the program sftp of OpenSSH.
 *
 * Commands go in on one pipe; all that it prints comes back on another, in which it repeats each
 * command before it carries it out. So a comment with a random number, which it repeats as well,
 * shows where the answer to the commands before it ends. A command that succeeds prints nothing.
 * Objects are put under another name, looked at, and only then given theirs: a rename may fail
 * where the name is taken, or replace what is there, so nothing depends on which. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "crypto/secret.h"
#include "remote/remote_site.h"
#include "remote/sftp_text.h"

#define PROGRAM "/usr/bin/sftp"
#define SPOOL "/proc/self/fd/5"
#define TEXT_MAX 67108864u /* of one answer: a list of all objects below one name */
#define PATH_CAP (EVX_REMOTE_PATH_CAP + EVX_REMOTE_NAME_CAP + 32)
#define KNOWN_MAX 1024
#define SLOWEST 16384u /* bytes a second; slower is stuck */

struct sftp {
	struct evx_buf commands, text;
	bool connected;
	bool direct;               /* no rename on this server: objects get their names at once */
	char known[KNOWN_MAX][48]; /* directories that are there */
	size_t nknown;
};

static enum evx_err sftp_program(struct evx_remote_site *site, const char *argv[32], char *text,
	size_t cap, struct evx_diag *diag)
{
	const struct evx_remote_url *u = &site->url;
	const bool v6 = strchr(u->host, ':') != NULL;
	char *const port = text, *const wait = text + 64, *const rate = text + 128,
		    *const target = text + 192;
	const uint64_t kbit = site->rate / 128 > 0 ? site->rate / 128 : 1;
	size_t n = 0;

	if (access(PROGRAM, X_OK) != 0)
		return evx_fail_errno(diag, PROGRAM, "remote: OpenSSH's sftp is not installed");
	argv[n++] = PROGRAM;
	argv[n++] = "-b";
	argv[n++] = "-";
	argv[n++] = "-oLogLevel=ERROR";
	argv[n++] = "-oServerAliveCountMax=3";
	(void)snprintf(wait, 64, "-oServerAliveInterval=%u", site->patience / 3 + 1);
	argv[n++] = wait;
	(void)snprintf(wait + 32, 32, "-oConnectTimeout=%u", site->patience);
	argv[n++] = wait + 32;
	if (u->port != 0) {
		(void)snprintf(port, 64, "-oPort=%u", u->port);
		argv[n++] = port;
	}
	if (site->rate != 0) {
		(void)snprintf(rate, 64, "%llu", (unsigned long long)kbit);
		argv[n++] = "-l";
		argv[n++] = rate;
	}
	if (u->config[0] != '\0') {
		argv[n++] = "-F";
		argv[n++] = u->config;
	}
	(void)snprintf(target, cap - 192, "%s%s%s%s%s", u->user, u->user[0] != '\0' ? "@" : "",
		v6 ? "[" : "", u->host, v6 ? "]" : "");
	argv[n++] = target;
	argv[n] = NULL;
	return EVX_OK;
}

static enum evx_err sftp_open(struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	struct sftp *s = calloc(1, sizeof(*s));

	(void)site;
	*state = s;
	if (s == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "out of memory");
	s->text.max = TEXT_MAX;
	return EVX_OK;
}

static void sftp_close(void *state)
{
	struct sftp *s = state;

	if (s == NULL)
		return;
	evx_buf_free(&s->commands);
	evx_buf_free(&s->text);
	free(s);
}

/* ---- Talking to it ---------------------------------------------------------------------- */

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

static void order(struct sftp *s, const char *fmt, ...) EVX_PRINTF(2, 3);
static void order(struct sftp *s, const char *fmt, ...)
{
	char line[2 * PATH_CAP + 64];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* A failure shows in an answer that never comes. */
	if (evx_buf_adds(&s->commands, line) != EVX_OK ||
		evx_buf_adds(&s->commands, "\n") != EVX_OK)
		evx_buf_reset(&s->commands);
}

static int64_t now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void lose(struct sftp *s, struct evx_remote_site *site, struct evx_remote_answer *a,
	const char *otherwise)
{
	static const char *const for_good[] = { "Permission denied", "Host key verification failed",
		"Could not resolve hostname", "Bad configuration option", "not installed",
		"REMOTE HOST IDENTIFICATION HAS CHANGED" };
	const char *text = (const char *)s->text.data;
	enum evx_remote_again again = s->connected ? EVX_REMOTE_RETRY : EVX_REMOTE_NO_LINE;
	char why[256];
	size_t i;

	site->lost = true;
	evx_sftp_text_complaint(text, s->text.len, why, sizeof(why));
	for (i = 0; i < sizeof(for_good) / sizeof(for_good[0]) && !s->connected; i++)
		if (evx_sftp_text_has(text, s->text.len, for_good[i]))
			again = EVX_REMOTE_FINAL;
	evx_remote_site_failed(a, again == EVX_REMOTE_FINAL ? EVX_E_KEY : EVX_E_IO, again, "%s: %s",
		s->connected ? "the connection ended" : "no connection",
		why[0] != '\0' ? why : otherwise);
}

/* Reads until mark. False with *a filled when it does not come. */
static bool read_to_mark(struct sftp *s, struct evx_remote_site *site, const char *mark,
	uint64_t bytes, struct evx_remote_answer *a)
{
	const uint64_t rate = site->rate != 0 && site->rate < SLOWEST ? site->rate / 2 + 1 :
									SLOWEST;
	const int64_t until = now_s() + (int64_t)site->patience + (int64_t)(bytes / rate);
	struct pollfd p[2] = { { .fd = site->from, .events = POLLIN }, { .fd = site->in } };
	size_t looked = 0;
	ssize_t n;

	for (;;) {
		if (s->text.len > 0 &&
			evx_sftp_text_has(
				(const char *)s->text.data + looked, s->text.len - looked, mark))
			return true;
		looked = s->text.len > strlen(mark) ? s->text.len - strlen(mark) : 0;
		if (now_s() > until) {
			lose(s, site, a, "the server said nothing for too long");
			return false;
		}
		if (poll(p, 2, 1000) < 0 && errno != EINTR)
			return false;
		if ((p[1].revents & (POLLHUP | POLLERR)) != 0) {
			lose(s, site, a, "nobody waits for it any more");
			return false;
		}
		if (p[0].revents == 0)
			continue;
		if (evx_buf_reserve(&s->text, 65536) != EVX_OK) {
			lose(s, site, a, "the server says too much");
			return false;
		}
		n = read(site->from, s->text.data + s->text.len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			lose(s, site, a, "the program sftp ended");
			return false;
		}
		s->text.len += (size_t)n;
	}
}

/* Has what was ordered carried out; s->text has what it printed. bytes: about how many that moves.
 */
static bool carry_out(
	struct sftp *s, struct evx_remote_site *site, uint64_t bytes, struct evx_remote_answer *a)
{
	uint64_t number;
	char mark[48];
	bool good;

	evx_random(&number, sizeof(number));
	(void)snprintf(mark, sizeof(mark), "# %016llx", (unsigned long long)number);
	order(s, "%s", mark);
	evx_buf_reset(&s->text);
	good = s->commands.len > 0 &&
		evx_write_full(site->to, s->commands.data, s->commands.len, NULL, NULL) == EVX_OK;
	evx_buf_reset(&s->commands);
	/* Also where it could not be told: what it said before it ended is why. */
	(void)snprintf(mark, sizeof(mark), "sftp> # %016llx\n", (unsigned long long)number);
	if (!read_to_mark(s, site, mark, bytes, a))
		return false;
	s->connected = s->connected || good;
	return good;
}

static const char *said(const struct sftp *s)
{
	return (const char *)s->text.data;
}

static bool complained(const struct sftp *s, char why[256])
{
	evx_sftp_text_complaint(said(s), s->text.len, why, 256);
	return why[0] != '\0';
}

/* The first item that was listed. */
static bool listed(const struct sftp *s, struct evx_sftp_item *item)
{
	const char *line;
	size_t at = 0, n;

	while (evx_sftp_text_line(said(s), s->text.len, &at, &line, &n))
		if (evx_sftp_item_parse(line, n, item) && item->name_len > 0)
			return true;
	return false;
}

/* The next request empties it in any case. */
static void forget_spool(const struct evx_remote_site *site)
{
	if (ftruncate(site->spool, 0) != 0)
		return;
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
			if (!any && s->nknown == 0 && site->url.path[0] != '\0')
				order(s, "-mkdir \"%s\"", site->url.path);
			path_of(site, part, path);
			order(s, "-mkdir \"%s\"", path);
			any = true;
			if (s->nknown < KNOWN_MAX && strlen(part) < sizeof(s->known[0]))
				memcpy(s->known[s->nknown++], part, strlen(part) + 1);
		}
		*slash = '/';
	}
	return !any || carry_out(s, site, 0, a);
}

/* Puts the spool under path and compares its length. */
static bool put_as(struct sftp *s, struct evx_remote_site *site, const char *path, uint64_t size,
	struct evx_remote_answer *a)
{
	struct evx_sftp_item item;
	char why[256];

	order(s, "-put -f " SPOOL " \"%s\"", path);
	if (!carry_out(s, site, size, a))
		return false;
	if (complained(s, why)) {
		evx_remote_site_failed(a, EVX_E_IO,
			evx_sftp_text_has(why, strlen(why), "Permission denied") ?
				EVX_REMOTE_FINAL :
				EVX_REMOTE_RETRY,
			"the server did not take it: %s", why);
		return false;
	}
	order(s, "-ls -lnf \"%s\"", path);
	if (!carry_out(s, site, 0, a))
		return false;
	if (listed(s, &item) && item.size != size) {
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

	order(s, "-ls -lnf \"%s\"", path);
	if (!carry_out(s, site, 0, a))
		return false;
	*there = listed(s, &item);
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
		order(s, "-rename -l \"%s\" \"%s\"", part, path);
		if (!carry_out(s, site, 0, a))
			return false;
		if (!complained(s, why))
			return true;
	}
	if (site->lost)
		return false;
	order(s, "-rm \"%s\"", part);
	if (!carry_out(s, site, 0, a) || !good || !is_there(s, site, path, a, &there))
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
	bool there;

	path_of(site, q->name, path);
	if (evx_remote_site_spool_in(site, q, &diag) != EVX_OK) {
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
		return;
	}
	if (!is_there(s, site, path, a, &there))
		return;
	if (there) {
		exists(a);
		return;
	}
	if (!make_above(s, site, q->name, a))
		return;
	if (s->direct ? put_as(s, site, path, size, a) : put_renamed(s, site, path, size, a))
		a->stat.size = size;
	forget_spool(site);
}

static void sftp_stat(struct sftp *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	struct evx_sftp_item item;
	char path[PATH_CAP], why[256];

	path_of(site, q->name, path);
	order(s, "-ls -lnf \"%s\"", path);
	if (!carry_out(s, site, 0, a))
		return;
	if (listed(s, &item)) {
		a->stat.size = item.size;
		return;
	}
	if (!complained(s, why))
		(void)snprintf(why, sizeof(why), "it is not listed");
	evx_remote_site_failed(a,
		evx_sftp_text_has(why, strlen(why), "not found") ||
				evx_sftp_text_has(why, strlen(why), "No such file") ?
			EVX_E_NOT_FOUND :
			EVX_E_IO,
		EVX_REMOTE_FINAL, "%s", why);
}

static void sftp_get(struct sftp *s, struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_answer *a)
{
	char path[PATH_CAP], why[256];

	sftp_stat(s, site, q, a);
	if (a->err != EVX_OK || evx_remote_site_other_size(q, a->stat.size, a))
		return;
	path_of(site, q->name, path);
	if (ftruncate(site->spool, 0) != 0) {
		evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_FINAL, "temporary file");
		return;
	}
	order(s, "-get \"%s\" " SPOOL, path);
	if (!carry_out(s, site, a->stat.size, a))
		return;
	if (complained(s, why)) {
		evx_remote_site_failed(
			a, EVX_E_IO, EVX_REMOTE_RETRY, "the server did not give it: %s", why);
		return;
	}
	evx_remote_site_spool_out(site, site->spool, q, a);
	forget_spool(site);
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
	order(s, "-ls -lnf \"%s\"", path);
	good = carry_out(s, site, 0, a);
	if (good && complained(s, why) && is_refusal(why)) {
		evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_FINAL, "%s", why);
		good = false;
	}
	/* Directories are asked for in turn, which takes the place of this text. */
	if (good && evx_buf_add(&text, s->text.data, s->text.len) != EVX_OK) {
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
	order(s, "-rm \"%s\"", path);
	if (carry_out(s, site, 0, a) && complained(s, why) &&
		!evx_sftp_text_has(why, strlen(why), "No such file") &&
		!evx_sftp_text_has(why, strlen(why), "not found"))
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
	if (site->url.path[0] != '\0')
		order(s, "-mkdir \"%s\"", path);
	order(s, "-df \"%s\"", path);
	if (!carry_out(s, site, 0, a))
		return;
	if (evx_sftp_text_free(said(s), s->text.len, &bytes))
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
	.program = sftp_program,
	.open = sftp_open,
	.act = sftp_act,
	.close = sftp_close };
