/* A remote behind a program that speaks git-annex's external special remote protocol: it keeps
 * files under keys, gives them back, says whether it has one. It has no lists, and does not say how
 * long an object is. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "format/text.h"
#include "remote/exec_text.h"
#include "remote/remote_site.h"
#include "remote/spool.h"

#define KEY_CAP (EVX_REMOTE_NAME_CAP + 16)
#define SLOWEST 16384u /* bytes a second */
#define UUID "00000000-0000-4000-8000-000000000000"

struct exec {
	struct evx_buf in;
	struct evx_spool files;
	bool ready;
	uint64_t moves; /* about how many bytes the request moves */
};

static enum evx_err exec_program(struct evx_remote_site *site, const char *argv[32], char *text,
	size_t cap, struct evx_diag *diag)
{
	(void)text, (void)cap, (void)diag;
	argv[0] = site->url.path;
	argv[1] = NULL;
	return EVX_OK;
}

static enum evx_err exec_open(struct evx_remote_site *site, void **state, struct evx_diag *diag)
{
	struct exec *x = calloc(1, sizeof(*x));

	*state = x;
	if (x == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "out of memory");
	x->files.fd = -1;
	x->in.max = 4 * EVX_EXEC_LINE_MAX;
	return evx_spool_make(site->root, "evx-spool-", &x->files, diag);
}

static void exec_close(void *state)
{
	struct exec *x = state;

	if (x == NULL)
		return;
	evx_spool_end(&x->files);
	evx_buf_free(&x->in);
	free(x);
}

static int64_t now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void lose(
	struct exec *x, struct evx_remote_site *site, struct evx_remote_answer *a, const char *why)
{
	site->lost = true;
	evx_remote_site_failed(
		a, EVX_E_IO, x->ready ? EVX_REMOTE_RETRY : EVX_REMOTE_NO_LINE, "%s", why);
}

static bool say_line(
	struct exec *x, struct evx_remote_site *site, struct evx_remote_answer *a, const char *line)
{
	if (evx_write_full(site->to, line, strlen(line), NULL, NULL) == EVX_OK &&
		evx_write_full(site->to, "\n", 1, NULL, NULL) == EVX_OK)
		return true;
	lose(x, site, a, "the program ended");
	return false;
}

/* The next line: *n bytes at x->in.data, which drop_line takes away. */
static bool hear_line(
	struct exec *x, struct evx_remote_site *site, struct evx_remote_answer *a, size_t *n)
{
	const int64_t until = now_s() + (int64_t)site->patience + (int64_t)(x->moves / SLOWEST);
	struct pollfd p[2] = { { .fd = site->from, .events = POLLIN }, { .fd = site->in } };
	const uint8_t *end;
	ssize_t got;

	for (;;) {
		end = x->in.len > 0 ? memchr(x->in.data, '\n', x->in.len) : NULL;
		if (end != NULL) {
			*n = (size_t)(end - x->in.data);
			return true;
		}
		if (now_s() > until) {
			lose(x, site, a, "the program said nothing for too long");
			return false;
		}
		if (poll(p, 2, 1000) < 0 && errno != EINTR)
			return false;
		if ((p[1].revents & (POLLHUP | POLLERR)) != 0) {
			lose(x, site, a, "nobody waits for it any more");
			return false;
		}
		if (p[0].revents == 0)
			continue;
		if (x->in.len > EVX_EXEC_LINE_MAX || evx_buf_reserve(&x->in, 4096) != EVX_OK) {
			lose(x, site, a, "the program says a line without end");
			return false;
		}
		got = read(site->from, x->in.data + x->in.len, 4096);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			lose(x, site, a, "the program ended");
			return false;
		}
		x->in.len += (size_t)got;
	}
}

static void drop_line(struct exec *x, size_t n)
{
	memmove(x->in.data, x->in.data + n + 1, x->in.len - n - 1);
	x->in.len -= n + 1;
}

static bool answer_config(struct exec *x, struct evx_remote_site *site, struct evx_remote_answer *a,
	const struct evx_exec_line *l)
{
	char text[512] = "VALUE ";
	size_t i;

	for (i = 0; i < site->url.nsettings; i++)
		if (evx_exec_line_has(l, 0, site->url.settings[i].name))
			(void)snprintf(text, sizeof(text), "VALUE %s", site->url.settings[i].value);
	return say_line(x, site, a, text);
}

/* git-annex's own: the first six digits of the MD5 of the key, in two directories. */
static bool answer_dirhash(struct exec *x, struct evx_remote_site *site,
	struct evx_remote_answer *a, const struct evx_exec_line *l)
{
	struct evx_hash *h = evx_hash_new(EVX_MD5);
	uint8_t md5[EVX_MD5_LEN] = { 0 };
	char hex[2 * EVX_MD5_LEN + 1], text[64];

	if (h != NULL && l->words[0] != NULL)
		evx_hash_update(h, l->words[0], l->lens[0]);
	if (h == NULL || evx_hash_final(h, md5) != EVX_OK) {
		evx_hash_free(h);
		lose(x, site, a, "out of memory");
		return false;
	}
	evx_hash_free(h);
	evx_hex_encode(md5, sizeof(md5), hex);
	(void)snprintf(text, sizeof(text), "VALUE %.3s/%.3s/", hex, hex + 3);
	return say_line(x, site, a, text);
}

/* Answers what the program asks, until it says something else: *l, which points into x->in up to
 * drop_line(x, *n). */
static bool hear(struct exec *x, struct evx_remote_site *site, struct evx_remote_answer *a,
	struct evx_exec_line *l, size_t *n)
{
	char text[EVX_REMOTE_PATH_CAP + 64];
	bool good;

	while (hear_line(x, site, a, n)) {
		evx_exec_line_parse((const char *)x->in.data, *n, l);
		switch (l->verb) {
		case EVX_EXEC_GET_CONFIG:
			good = answer_config(x, site, a, l);
			break;
		case EVX_EXEC_GET_CREDS:
			good = say_line(x, site, a, "CREDS  ");
			break;
		case EVX_EXEC_GET_PLACE:
			(void)snprintf(
				text, sizeof(text), "VALUE %s/%s", site->opt->spool, x->files.name);
			good = say_line(x, site, a, text);
			break;
		case EVX_EXEC_GET_UUID:
			good = say_line(x, site, a, "VALUE " UUID);
			break;
		case EVX_EXEC_GET_OTHER:
			good = say_line(x, site, a, "VALUE ");
			break;
		case EVX_EXEC_DIRHASH:
			good = answer_dirhash(x, site, a, l);
			break;
		case EVX_EXEC_PROGRESS: /* what it says of a cache is not what has arrived */
		case EVX_EXEC_SAYS:
			good = true;
			break;
		default:
			return true;
		}
		drop_line(x, *n);
		if (!good)
			return false;
	}
	return false;
}

/* Hears what is to come, one of yes and no (third for what is neither). 1, 0, 2, or -1 with *a
 * filled. */
static int expect(struct exec *x, struct evx_remote_site *site, struct evx_remote_answer *a,
	enum evx_exec_verb yes, enum evx_exec_verb no, enum evx_exec_verb third, const char *what)
{
	struct evx_exec_line l;
	char why[200] = "";
	size_t n, i, len = 0;
	int is;

	if (!hear(x, site, a, &l, &n))
		return -1;
	is = l.verb == yes ? 1 : l.verb == no ? 0 : l.verb == third ? 2 : -1;
	for (i = 0; i < n && len + 1 < sizeof(why); i++) {
		const char c = (char)x->in.data[i];

		why[len++] = (char)((unsigned char)c < 0x20 ? ' ' : c);
	}
	why[len] = '\0';
	drop_line(x, n);
	if (is < 0)
		lose(x, site, a, "");
	if (is != 1)
		(void)snprintf(a->text, sizeof(a->text), "%s: the program says: %s", what, why);
	return is;
}

/* The greeting, once for each program. */
static bool make_ready(struct exec *x, struct evx_remote_site *site, struct evx_remote_answer *a)
{
	if (x->ready)
		return true;
	if (expect(x, site, a, EVX_EXEC_VERSION, EVX_EXEC_SENSELESS, EVX_EXEC_SENSELESS,
		    "starting") != 1)
		goto failed;
	if (!say_line(x, site, a, "INITREMOTE") ||
		expect(x, site, a, EVX_EXEC_INIT_DONE, EVX_EXEC_INIT_FAILED, EVX_EXEC_UNSUPPORTED,
			"making it ready") != 1)
		goto failed;
	if (!say_line(x, site, a, "PREPARE") ||
		expect(x, site, a, EVX_EXEC_PREPARE_DONE, EVX_EXEC_PREPARE_FAILED,
			EVX_EXEC_SENSELESS, "connecting") != 1)
		goto failed;
	x->ready = true;
	return true;
failed:
	if (!site->lost) {
		site->lost = true;
		a->err = EVX_E_IO;
		a->again = EVX_REMOTE_NO_LINE;
	}
	return false;
}

/* 1 it is there, 0 not, 2 the program cannot say, -1 with *a filled. */
static int is_present(
	struct exec *x, struct evx_remote_site *site, const char *key, struct evx_remote_answer *a)
{
	char line[KEY_CAP + 32];

	(void)snprintf(line, sizeof(line), "CHECKPRESENT %s", key);
	if (!say_line(x, site, a, line))
		return -1;
	return expect(x, site, a, EVX_EXEC_PRESENT, EVX_EXEC_ABSENT, EVX_EXEC_UNKNOWN, "looking");
}

/* STORE or RETRIEVE with the file named like the key. */
static bool transfer(struct exec *x, struct evx_remote_site *site, const char *how, const char *key,
	uint64_t size, struct evx_remote_answer *a)
{
	char line[2 * KEY_CAP + EVX_REMOTE_PATH_CAP + 64];
	int is;

	(void)snprintf(line, sizeof(line), "TRANSFER %s %s %s/%s/%s", how, key, site->opt->spool,
		x->files.name, key);
	x->moves = size;
	is = say_line(x, site, a, line) ?
		expect(x, site, a, EVX_EXEC_TRANSFER_DONE, EVX_EXEC_TRANSFER_FAILED,
			EVX_EXEC_UNSUPPORTED, "transfer") :
		-1;
	x->moves = 0;
	if (is == 0 || is == 2) {
		a->err = EVX_E_IO;
		a->again = is == 0 ? EVX_REMOTE_RETRY : EVX_REMOTE_FINAL;
	}
	return is == 1;
}

/* Writes the bytes to put as file key. */
static bool write_file(struct exec *x, struct evx_remote_site *site,
	const struct evx_remote_request *q, const char *key, uint64_t *size,
	struct evx_remote_answer *a)
{
	static uint8_t part[EVX_REMOTE_CHUNK];
	struct evx_remote_source source;
	struct evx_diag diag = { 0 };
	uint8_t hash[32];
	size_t got = 1;
	int fd = -1;
	enum evx_err err = evx_remote_source_open(site, q, &source, &diag);

	*size = source.size;
	if (err == EVX_OK)
		err = evx_remote_source_hash(&source, q, NULL, hash, &diag);
	if (err == EVX_OK) {
		fd = openat(x->files.fd, key, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
		if (fd < 0)
			err = evx_fail_errno(&diag, NULL, "temporary file");
	}
	while (err == EVX_OK && got > 0) {
		err = evx_remote_source_read(&source, part, sizeof(part), &got, &diag);
		if (err == EVX_OK && got > 0)
			err = evx_write_full(fd, part, got, NULL, &diag);
		/* The program itself knows no limit. */
		if (err == EVX_OK && !evx_remote_site_pace(site, got))
			err = evx_fail(&diag, EVX_E_INTERRUPTED, "interrupted");
	}
	if (err == EVX_OK)
		err = evx_close(&fd, NULL, &diag);
	evx_close_quiet(&fd);
	evx_remote_source_close(&source);
	if (err != EVX_OK)
		evx_remote_site_failed_diag(a, EVX_REMOTE_FINAL, &diag);
	return err == EVX_OK;
}

/* Has the object fetched as file key: its descriptor, or -1 with *a filled. */
static int fetch(struct exec *x, struct evx_remote_site *site, const char *key, uint64_t size,
	struct evx_remote_answer *a)
{
	struct stat st;
	int fd;

	if (!transfer(x, site, "RETRIEVE", key, size, a))
		return -1;
	fd = openat(x->files.fd, key, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		a->stat.size = (uint64_t)st.st_size;
		return fd;
	}
	evx_close_quiet(&fd);
	evx_remote_site_failed(a, EVX_E_IO, EVX_REMOTE_RETRY,
		"the program says that it fetched it, and wrote no file");
	return -1;
}

/* As is_present, but an object of which the program cannot say whether it is there is fetched: some
 * programs do not understand what their own service says. Then a->stat has its length. */
static int is_there(struct exec *x, struct evx_remote_site *site, const char *key, uint64_t size,
	struct evx_remote_answer *a)
{
	struct evx_remote_answer tried = *a;
	int is = is_present(x, site, key, a), fd;

	if (is != 2)
		return is;
	fd = fetch(x, site, key, size, &tried);
	if (fd >= 0) {
		a->stat.size = tried.stat.size;
		is = 1;
	} else if (site->lost) {
		*a = tried;
		is = -1;
	}
	evx_close_quiet(&fd);
	(void)unlinkat(x->files.fd, key, 0);
	return is;
}

static void exec_put(struct exec *x, struct evx_remote_site *site,
	const struct evx_remote_request *q, const char *key, struct evx_remote_answer *a)
{
	const int is = q->unseen ? 0 : is_there(x, site, key, q->size, a);
	uint64_t size;

	if (is == 1)
		evx_remote_site_failed(a, EVX_E_EXISTS, EVX_REMOTE_FINAL, "it is there already");
	if (is != 0 && is != 2)
		return;
	a->text[0] = '\0';
	if (write_file(x, site, q, key, &size, a) && transfer(x, site, "STORE", key, size, a))
		a->stat.size = size;
	(void)unlinkat(x->files.fd, key, 0);
}

static void exec_get(struct exec *x, struct evx_remote_site *site,
	const struct evx_remote_request *q, const char *key, struct evx_remote_answer *a)
{
	const int is = is_present(x, site, key, a);
	int fd;

	if (is == 0)
		evx_remote_site_failed(a, EVX_E_NOT_FOUND, EVX_REMOTE_FINAL, "it is not there");
	if (is != 1 && is != 2)
		return;
	a->text[0] = '\0';
	fd = fetch(x, site, key, q->size, a);
	if (fd >= 0)
		evx_remote_site_spool_out(site, fd, q, a);
	evx_close_quiet(&fd);
	(void)unlinkat(x->files.fd, key, 0);
}

static void exec_stat(
	struct exec *x, struct evx_remote_site *site, const char *key, struct evx_remote_answer *a)
{
	const int is = is_there(x, site, key, 0, a);

	if (is == 0)
		evx_remote_site_failed(a, EVX_E_NOT_FOUND, EVX_REMOTE_FINAL, "it is not there");
	if (is == 2) {
		a->err = EVX_E_IO;
		a->again = EVX_REMOTE_RETRY;
	}
}

static void exec_remove(
	struct exec *x, struct evx_remote_site *site, const char *key, struct evx_remote_answer *a)
{
	char line[KEY_CAP + 32];
	int is;

	(void)snprintf(line, sizeof(line), "REMOVE %s", key);
	if (!say_line(x, site, a, line))
		return;
	is = expect(x, site, a, EVX_EXEC_REMOVE_DONE, EVX_EXEC_REMOVE_FAILED, EVX_EXEC_UNSUPPORTED,
		"removing");
	if (is == 0 || is == 2) {
		a->err = EVX_E_IO;
		a->again = EVX_REMOTE_FINAL;
	}
}

static void exec_act(void *state, struct evx_remote_site *site, const struct evx_remote_request *q,
	struct evx_remote_answer *a)
{
	const struct evx_remote_about about = { .removes = true,
		.free_bytes = EVX_REMOTE_SIZE_UNKNOWN,
		.largest = EVX_REMOTE_SIZE_UNKNOWN };
	struct exec *x = state;
	char key[KEY_CAP];

	if (q->act == EVX_REMOTE_LIST || q->act == EVX_REMOTE_RETAIN) {
		evx_remote_site_failed(a, EVX_E_UNSUPPORTED, EVX_REMOTE_FINAL,
			"a program of this kind has no lists, and keeps nothing until a date");
		return;
	}
	if (!make_ready(x, site, a))
		return;
	if (!evx_exec_text_key(q->name, key, sizeof(key))) {
		evx_remote_site_failed(a, EVX_E_LIMIT, EVX_REMOTE_FINAL, "the name is too long");
		return;
	}
	switch (q->act) {
	case EVX_REMOTE_PUT:
		exec_put(x, site, q, key, a);
		return;
	case EVX_REMOTE_GET:
		exec_get(x, site, q, key, a);
		return;
	case EVX_REMOTE_STAT:
		exec_stat(x, site, key, a);
		return;
	case EVX_REMOTE_REMOVE:
		exec_remove(x, site, key, a);
		return;
	case EVX_REMOTE_ABOUT:
		(void)evx_remote_site_say_about(site, &about);
		return;
	case EVX_REMOTE_FLUSH:
	case EVX_REMOTE_LIST:
	case EVX_REMOTE_RETAIN:
	case EVX_REMOTE_ACTS:
		break;
	}
}

const struct evx_remote_driver evx_exec_driver = { .has_program = true,
	.quiet_errors = true,
	.program = exec_program,
	.open = exec_open,
	.act = exec_act,
	.close = exec_close };
