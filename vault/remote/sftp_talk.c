/* Speaking with the program sftp of OpenSSH.
 *
 * Commands go in on one pipe; all that it prints comes back on another, in which it repeats each
 * command before it carries it out. So a comment with a random number, which it repeats as well,
 * shows where the answer to the commands before it ends. A command that succeeds prints nothing. */
#include "remote/sftp_talk.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "crypto/secret.h"

#define PROGRAM "/usr/bin/sftp"
#define TEXT_MAX 67108864u /* of one answer: a list of all objects below one name */
#define SLOWEST 16384u     /* bytes a second; slower is stuck */
#define LOOK_MS 200        /* how often the spool is looked at while an object comes */

void evx_sftp_talk_begin(struct evx_sftp_talk *t)
{
	memset(t, 0, sizeof(*t));
	t->text.max = TEXT_MAX;
}

void evx_sftp_talk_end(struct evx_sftp_talk *t)
{
	evx_buf_free(&t->commands);
	evx_buf_free(&t->text);
}

enum evx_err evx_sftp_talk_program(struct evx_remote_site *site, const char *argv[32], char *text,
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

void evx_sftp_talk_order(struct evx_sftp_talk *t, const char *fmt, ...)
{
	char line[EVX_SFTP_TALK_LINE_CAP];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* A failure shows in an answer that never comes. */
	if (evx_buf_adds(&t->commands, line) != EVX_OK ||
		evx_buf_adds(&t->commands, "\n") != EVX_OK)
		evx_buf_reset(&t->commands);
}

static int64_t now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void lose(struct evx_sftp_talk *t, struct evx_remote_site *site, struct evx_remote_answer *a,
	const char *otherwise)
{
	static const char *const for_good[] = { "Permission denied", "Host key verification failed",
		"Could not resolve hostname", "Bad configuration option", "not installed",
		"REMOTE HOST IDENTIFICATION HAS CHANGED" };
	const char *text = (const char *)t->text.data;
	enum evx_remote_again again = t->connected ? EVX_REMOTE_RETRY : EVX_REMOTE_NO_LINE;
	char why[256];
	size_t i;

	site->lost = true;
	evx_sftp_text_complaint(text, t->text.len, why, sizeof(why));
	for (i = 0; i < sizeof(for_good) / sizeof(for_good[0]) && !t->connected; i++)
		if (evx_sftp_text_has(text, t->text.len, for_good[i]))
			again = EVX_REMOTE_FINAL;
	evx_remote_site_failed(a, again == EVX_REMOTE_FINAL ? EVX_E_KEY : EVX_E_IO, again, "%s: %s",
		t->connected ? "the connection ended" : "no connection",
		why[0] != '\0' ? why : otherwise);
}

/* Whether the program has written more into the spool than it may: the server goes on without end.
 */
static bool is_too_much(const struct evx_sftp_talk *t, const struct evx_remote_site *site)
{
	struct stat st;

	return t->most > 0 && fstat(site->spool, &st) == 0 && (uint64_t)st.st_size > t->most;
}

/* Reads until mark. False with *a filled when it does not come. */
static bool read_to_mark(struct evx_sftp_talk *t, struct evx_remote_site *site, const char *mark,
	uint64_t bytes, struct evx_remote_answer *a)
{
	const uint64_t rate = site->rate != 0 && site->rate < SLOWEST ? site->rate / 2 + 1 :
									SLOWEST;
	const int64_t until = now_s() + (int64_t)site->patience + (int64_t)(bytes / rate);
	struct pollfd p[2] = { { .fd = site->from, .events = POLLIN }, { .fd = site->in } };
	size_t looked = 0;
	ssize_t n;

	for (;;) {
		if (t->text.len > 0 &&
			evx_sftp_text_has(
				(const char *)t->text.data + looked, t->text.len - looked, mark))
			return true;
		looked = t->text.len > strlen(mark) ? t->text.len - strlen(mark) : 0;
		if (now_s() > until) {
			lose(t, site, a, "the server said nothing for too long");
			return false;
		}
		if (is_too_much(t, site)) {
			site->lost = true;
			evx_remote_site_failed(a, EVX_E_LIMIT, EVX_REMOTE_FINAL,
				"expected at most %llu bytes, and the server sends more",
				(unsigned long long)t->most);
			return false;
		}
		if (poll(p, 2, t->most > 0 ? LOOK_MS : 1000) < 0 && errno != EINTR)
			return false;
		if ((p[1].revents & (POLLHUP | POLLERR)) != 0) {
			lose(t, site, a, "nobody waits for it any more");
			return false;
		}
		if (p[0].revents == 0)
			continue;
		if (evx_buf_reserve(&t->text, 65536) != EVX_OK) {
			lose(t, site, a, "the server says too much");
			return false;
		}
		n = read(site->from, t->text.data + t->text.len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			lose(t, site, a, "the program sftp ended");
			return false;
		}
		t->text.len += (size_t)n;
	}
}

bool evx_sftp_talk_carry_out(struct evx_sftp_talk *t, struct evx_remote_site *site, uint64_t bytes,
	struct evx_remote_answer *a)
{
	uint64_t number;
	char mark[48];
	bool good, there;

	evx_random(&number, sizeof(number));
	(void)snprintf(mark, sizeof(mark), "# %016llx", (unsigned long long)number);
	evx_sftp_talk_order(t, "%s", mark);
	evx_buf_reset(&t->text);
	good = t->commands.len > 0 &&
		evx_write_full(site->to, t->commands.data, t->commands.len, NULL, NULL) == EVX_OK;
	evx_buf_reset(&t->commands);
	/* Also where it could not be told: what it said before it ended is why. */
	(void)snprintf(mark, sizeof(mark), "sftp> # %016llx\n", (unsigned long long)number);
	there = read_to_mark(t, site, mark, bytes, a);
	t->most = 0;
	if (!there)
		return false;
	t->connected = t->connected || good;
	return good;
}

bool evx_sftp_talk_complained(const struct evx_sftp_talk *t, char why[256])
{
	evx_sftp_text_complaint((const char *)t->text.data, t->text.len, why, 256);
	return why[0] != '\0';
}

bool evx_sftp_talk_listed(const struct evx_sftp_talk *t, struct evx_sftp_item *item)
{
	const char *line;
	size_t at = 0, n;

	while (evx_sftp_text_line((const char *)t->text.data, t->text.len, &at, &line, &n))
		if (evx_sftp_item_parse(line, n, item) && item->name_len > 0)
			return true;
	return false;
}
