/* Between the two processes: to the child a length (4 bytes) and the request; back a byte (an
 * answer: enum said), a length (4 bytes), and the body or the text of a failure. The parent's end
 * of the first pipe stays open as long as the answer is wanted. */
#include "remote/tsa.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/io.h"
#include "format/limits.h"
#include "remote/remote_confine.h"

#define CONNECT_SECONDS 15L
#define ALL_SECONDS 60L
#define TEXT_MAX 512u

enum said { SAID_BODY, SAID_FAILED, SAID_TOO_LONG };

struct evx_tsa {
	char *url;
	pid_t pid;
	int to, from;
};

/* ---- The child -------------------------------------------------------------------------- */

struct answer {
	struct evx_buf body;
	bool too_long;
};

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
	struct answer *a = ctx;

	a->too_long = n > EVX_TIMESTAMP_MAX - a->body.len;
	return !a->too_long && evx_buf_add(&a->body, p, n) == EVX_OK ? n * size : 0;
}

/* Ends the transfer when the parent is gone: its end of the pipe hangs up. Called about once a
 * second. */
static int still_wanted(
	void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	const int *in = ctx;
	struct pollfd p = { .fd = *in };

	(void)down_all, (void)down, (void)up_all, (void)up;
	return poll(&p, 1, 0) > 0;
}

static bool is_reply(const char *type)
{
	static const char want[] = "application/timestamp-reply";
	size_t n = sizeof(want) - 1;

	return type != NULL && strncasecmp(type, want, n) == 0 &&
		(type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* Sends the request. Fills text with what went wrong. */
static enum said post(const char *url, int in, const struct evx_buf *request, struct answer *a,
	char text[TEXT_MAX])
{
	char why[CURL_ERROR_SIZE] = "";
	const char *type = NULL;
	long status = 0;
	CURLcode rc = CURLE_FAILED_INIT;
	CURL *c = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(
		NULL, "Content-Type: application/timestamp-query");

	if (c != NULL && headers != NULL &&
		curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)request->data) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)request->len) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_TIMEOUT, ALL_SECONDS) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_USERAGENT, "evx/" EVX_VERSION) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_WRITEDATA, a) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, still_wanted) == CURLE_OK &&
		curl_easy_setopt(c, CURLOPT_XFERINFODATA, &in) == CURLE_OK) {
		rc = curl_easy_perform(c);
		(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	}
	if (a->too_long)
		(void)snprintf(
			text, TEXT_MAX, "expected at most %u bytes, found more", EVX_TIMESTAMP_MAX);
	else if (rc != CURLE_OK)
		(void)snprintf(text, TEXT_MAX, "%s", why[0] != '\0' ? why : curl_easy_strerror(rc));
	else if (status != 200)
		(void)snprintf(text, TEXT_MAX, "expected the HTTP status 200, found %ld", status);
	else if (!is_reply(type))
		(void)snprintf(text, TEXT_MAX, "expected application/timestamp-reply, found %s",
			type != NULL ? type : "no type");
	else
		text[0] = '\0';
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	return a->too_long ? SAID_TOO_LONG : text[0] != '\0' ? SAID_FAILED : SAID_BODY;
}

static bool read_request(int in, struct evx_buf *request)
{
	uint8_t head[4];
	size_t got, n;

	if (evx_read_full(in, head, sizeof(head), &got, NULL, NULL) != EVX_OK || got < sizeof(head))
		return false;
	n = evx_get_be32(head);
	if (n > EVX_TIMESTAMP_MAX || evx_buf_reserve(request, n) != EVX_OK ||
		evx_read_full(in, request->data, n, &got, NULL, NULL) != EVX_OK)
		return false;
	request->len = got;
	return got == n;
}

static void serve(const char *url, int in, int out)
{
	struct evx_buf request = EVX_BUF_INIT, reply = EVX_BUF_INIT;
	struct answer a = { EVX_BUF_INIT, false };
	struct evx_diag diag = { 0 };
	char text[TEXT_MAX] = "";
	enum said said = SAID_FAILED;

	/* Before anything that somebody else wrote: what is left to it then is the network and what
	 * that takes. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		(void)snprintf(text, sizeof(text), "libcurl does not start");
	else if (evx_remote_confine(&diag) != EVX_OK)
		(void)snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1, diag.text);
	if (read_request(in, &request)) {
		if (text[0] == '\0')
			said = post(url, in, &request, &a, text);
		if (evx_buf_add_u8(&reply, (uint8_t)said) == EVX_OK &&
			evx_buf_add_be32(&reply,
				(uint32_t)(said == SAID_BODY ? a.body.len : strlen(text))) ==
				EVX_OK &&
			(said == SAID_BODY ? evx_buf_add(&reply, a.body.data, a.body.len) :
					     evx_buf_adds(&reply, text)) == EVX_OK &&
			evx_write_full(out, reply.data, reply.len, NULL, NULL) != EVX_OK)
			reply.len = 0; /* the parent is gone */
	}
	evx_buf_free(&request);
	evx_buf_free(&reply);
	evx_buf_free(&a.body);
}

/* What the child does, and ends with. Of its parent's descriptors it keeps the two pipes, as 3
 * and 4. */
static void child(const char *url, int in, int out)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	int null = open("/dev/null", O_RDWR), fd;
	bool ready;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)signal(numbers[i], SIG_DFL);
	in = fcntl(in, F_DUPFD, 5);
	out = fcntl(out, F_DUPFD, 5);
	ready = null >= 0 && in >= 0 && out >= 0;
	for (fd = 0; fd <= 2 && ready; fd++)
		ready = dup2(null, fd) == fd;
	if (ready && dup2(in, 3) == 3 && dup2(out, 4) == 4 && close_range(5, ~0U, 0) == 0)
		serve(url, 3, 4);
	_exit(0);
}

/* ---- The parent ------------------------------------------------------------------------- */

void evx_tsa_free(struct evx_tsa *t)
{
	if (t == NULL)
		return;
	evx_close_quiet(&t->to);
	evx_close_quiet(&t->from);
	if (t->pid > 0) {
		(void)kill(t->pid, SIGKILL);
		while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	free(t->url);
	free(t);
}

enum evx_err evx_tsa_start(const char *url, struct evx_tsa **out, struct evx_diag *diag)
{
	struct evx_tsa *t = calloc(1, sizeof(*t));
	int ask[2] = { -1, -1 }, answer[2] = { -1, -1 };
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (t == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "time-stamp authority: out of memory");
	t->to = t->from = -1;
	t->url = strdup(url);
	if (t->url == NULL)
		err = evx_fail(diag, EVX_E_MEMORY, "time-stamp authority: out of memory");
	else if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
		err = evx_diag_in(diag, url,
			evx_fail(diag, EVX_E_USAGE,
				"time-stamp authority: expected a URL that begins with http:// or "
				"https://"));
	else if (pipe2(ask, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0)
		err = evx_fail_errno(diag, NULL, "time-stamp authority: no pipe could be made");
	if (err == EVX_OK) {
		t->pid = fork();
		if (t->pid == 0)
			child(url, ask[0], answer[1]);
		if (t->pid < 0)
			err = evx_fail_errno(
				diag, NULL, "time-stamp authority: no process could be started");
	}
	evx_close_quiet(&ask[0]);
	evx_close_quiet(&answer[1]);
	t->to = ask[1];
	t->from = answer[0];
	if (err != EVX_OK) {
		evx_tsa_free(t);
		return err;
	}
	*out = t;
	return EVX_OK;
}

/* The child's bytes are as hostile as those of the network that it parses. */
static enum evx_err read_answer(struct evx_tsa *t, const struct evx_cancel *cancel,
	struct evx_buf *out, struct evx_diag *diag)
{
	uint8_t head[5];
	char text[TEXT_MAX] = "";
	size_t got = 0, n;
	enum evx_err err = evx_read_pipe(t->from, head, sizeof(head), cancel, &got, t->url, diag);

	if (err != EVX_OK)
		return err;
	n = got == sizeof(head) ? evx_get_be32(head + 1) : 0;
	if (got < sizeof(head) || head[0] > SAID_TOO_LONG ||
		n > (head[0] == SAID_BODY ? EVX_TIMESTAMP_MAX : TEXT_MAX - 1))
		return evx_fail(
			diag, EVX_E_IO, "time-stamp authority: the process that asked it failed");
	if (head[0] != SAID_BODY) {
		err = evx_read_pipe(t->from, text, n, cancel, &got, t->url, diag);
		return err != EVX_OK ?
			err :
			evx_fail(diag, head[0] == SAID_TOO_LONG ? EVX_E_LIMIT : EVX_E_IO,
				"time-stamp authority: %s", text);
	}
	err = evx_buf_reserve(out, n);
	if (err != EVX_OK)
		return evx_fail(diag, err, "time-stamp authority: out of memory");
	err = evx_read_pipe(
		t->from, n > 0 ? out->data + out->len : NULL, n, cancel, &got, t->url, diag);
	if (err == EVX_OK && got < n)
		return evx_fail(
			diag, EVX_E_IO, "time-stamp authority: the process that asked it failed");
	out->len += err == EVX_OK ? n : 0;
	return err;
}

enum evx_err evx_tsa_ask(struct evx_tsa *t, const void *request, size_t n,
	const struct evx_cancel *cancel, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_buf b = EVX_BUF_INIT;
	enum evx_err err = n <= EVX_TIMESTAMP_MAX ? EVX_OK : EVX_E_LIMIT;

	if (err == EVX_OK)
		err = evx_buf_add_be32(&b, (uint32_t)n);
	if (err == EVX_OK)
		err = evx_buf_add(&b, request, n);
	if (err == EVX_OK)
		err = evx_write_full(t->to, b.data, b.len, t->url, diag);
	else
		err = evx_fail(diag, err,
			"time-stamp authority: the request is too long, or out of memory");
	evx_buf_free(&b);
	if (err == EVX_OK)
		err = read_answer(t, cancel, out, diag);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, t->url, err);
}
