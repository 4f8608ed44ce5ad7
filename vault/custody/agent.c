/* An agent reached through its socket, and the signer over it. */
#include "custody/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/io.h"
#include "crypto/agent_message.h"

#define ANSWER_SECONDS 120 /* a person looks for the token, enters a PIN, touches it */
#define LOOK_MS 200        /* how often cancel is looked at */

struct evx_agent {
	int fd;
	const struct evx_cancel *cancel;
	struct evx_sshkey key;
	char fingerprint[EVX_FINGERPRINT_CAP];
};

bool evx_agent_named(const char *s, const char **fingerprint)
{
	static const char
		head[] = EVX_AGENT_PREFIX "SHA256:",
		base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const size_t n = sizeof(head) - 1;

	if (strncmp(s, head, n) != 0 || strlen(s) != n + 43 || strspn(s + n, base64) != 43)
		return false;
	if (fingerprint != NULL)
		*fingerprint = s + strlen(EVX_AGENT_PREFIX);
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until the agent can be written to or read from. */
static enum evx_err wait_for(
	const struct evx_agent *a, short events, int64_t until, struct evx_diag *diag)
{
	struct pollfd p = { .fd = a->fd, .events = events };

	for (;;) {
		int r = poll(&p, 1, LOOK_MS);

		if (evx_cancelled(a->cancel))
			return evx_fail(diag, EVX_E_INTERRUPTED, "stopped");
		if (r > 0)
			return EVX_OK;
		if (r < 0 && errno != EINTR)
			return evx_fail_errno(diag, NULL, "agent: cannot wait for it");
		if (now_ms() >= until)
			return evx_fail(diag, EVX_E_KEY,
				"agent: expected an answer within %d seconds, found none",
				ANSWER_SECONDS);
	}
}

/* write(2), the only call that a confined process may send by; an agent that is gone must not end
 * the process by SIGPIPE. */
static ssize_t write_quietly(int fd, const void *p, size_t n)
{
	static const struct timespec at_once = { 0, 0 };
	sigset_t pipe_only, before, pending;
	bool was_pending;
	ssize_t r;
	int e;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	(void)sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE) == 1;
	(void)pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
	r = write(fd, p, n);
	e = errno;
	if (r < 0 && e == EPIPE && !was_pending)
		(void)sigtimedwait(&pipe_only, NULL, &at_once);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = e;
	return r;
}

static bool again(void)
{
	return errno == EINTR || errno == EAGAIN;
}

static enum evx_err send_all(const struct evx_agent *a, const struct evx_buf *request,
	int64_t until, struct evx_diag *diag)
{
	size_t sent = 0;
	enum evx_err err;

	while (sent < request->len) {
		ssize_t r;

		if ((err = wait_for(a, POLLOUT, until, diag)) != EVX_OK)
			return err;
		r = write_quietly(a->fd, request->data + sent, request->len - sent);
		if (r < 0 && !again())
			return evx_fail_errno(diag, NULL, "agent: it is gone");
		sent += r > 0 ? (size_t)r : 0;
	}
	return EVX_OK;
}

static enum evx_err receive(
	const struct evx_agent *a, uint8_t *p, size_t n, int64_t until, struct evx_diag *diag)
{
	size_t got = 0;
	enum evx_err err;

	while (got < n) {
		ssize_t r;

		if ((err = wait_for(a, POLLIN, until, diag)) != EVX_OK)
			return err;
		r = read(a->fd, p + got, n - got);
		if (r == 0)
			return evx_fail(
				diag, EVX_E_KEY, "agent: expected an answer, found the end");
		if (r < 0 && !again())
			return evx_fail_errno(diag, NULL, "agent: it is gone");
		got += r > 0 ? (size_t)r : 0;
	}
	return EVX_OK;
}

/* Sends the request and reads the answer without its length. */
static enum evx_err exchange(const struct evx_agent *a, const struct evx_buf *request,
	struct evx_buf *answer, struct evx_diag *diag)
{
	const int64_t until = now_ms() + ANSWER_SECONDS * 1000;
	uint8_t head[4];
	uint32_t n;
	struct evx_cursor c = evx_cursor_over(head, sizeof(head));
	enum evx_err err = send_all(a, request, until, diag);

	if (err != EVX_OK || (err = receive(a, head, sizeof(head), until, diag)) != EVX_OK ||
		(err = evx_cursor_be32(&c, &n)) != EVX_OK)
		return err;
	if (n == 0 || n > EVX_AGENT_ANSWER_MAX)
		return evx_fail(diag, EVX_E_KEY,
			"agent: expected an answer of 1 to %u bytes, found %u",
			EVX_AGENT_ANSWER_MAX, (unsigned)n);
	if (evx_buf_reserve(answer, n) != EVX_OK)
		return evx_fail(diag, EVX_E_MEMORY, "agent: no memory for its answer");
	err = receive(a, answer->data, n, until, diag);
	answer->len = err == EVX_OK ? n : 0;
	return err;
}

static enum evx_err find_key(struct evx_agent *a, struct evx_diag *diag)
{
	struct evx_buf request = EVX_BUF_INIT, answer = EVX_BUF_INIT;
	enum evx_err err = evx_agent_message_list(&request);

	if (err != EVX_OK)
		err = evx_fail(diag, err, "agent: no memory for a request");
	else if ((err = exchange(a, &request, &answer, diag)) == EVX_OK)
		err = evx_agent_message_find(
			answer.data, answer.len, a->fingerprint, &a->key, diag);
	evx_buf_free(&request);
	evx_buf_free(&answer);
	return err;
}

enum evx_err evx_agent_over(int fd, const char *fingerprint, const struct evx_cancel *cancel,
	struct evx_agent **out, struct evx_diag *diag)
{
	struct evx_agent *a = calloc(1, sizeof(*a));
	enum evx_err err = EVX_OK;

	*out = NULL;
	if (a == NULL) {
		evx_close_quiet(&fd);
		return evx_fail_memory(diag);
	}
	a->fd = fd;
	a->cancel = cancel;
	if (strlen(fingerprint) >= sizeof(a->fingerprint)) {
		err = evx_fail(diag, EVX_E_USAGE,
			"agent: expected a fingerprint SHA256:…, found another text");
		goto out;
	}
	memcpy(a->fingerprint, fingerprint, strlen(fingerprint) + 1);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		err = evx_fail_errno(diag, NULL, "agent: its socket cannot be used");
		goto out;
	}
	if ((err = find_key(a, diag)) != EVX_OK)
		goto out;
	*out = a;
	return EVX_OK;
out:
	evx_agent_free(a);
	return err;
}

enum evx_err evx_agent_open(const char *path, const char *fingerprint,
	const struct evx_cancel *cancel, struct evx_agent **out, struct evx_diag *diag)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	enum evx_err err;
	int fd;

	*out = NULL;
	if (path == NULL || path[0] == '\0')
		return evx_fail(diag, EVX_E_KEY,
			"agent: expected one that is running, found none (SSH_AUTH_SOCK is not "
			"set)");
	if (strlen(path) >= sizeof(to.sun_path))
		return evx_fail(diag, EVX_E_KEY,
			"agent: the path of its socket is longer than a socket's can be (limit "
			"%zu)",
			sizeof(to.sun_path) - 1);
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return evx_fail_errno(diag, NULL, "agent: no socket to be had");
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		err = evx_fail_errno(diag, path, "agent: cannot be reached");
		evx_close_quiet(&fd);
		return err;
	}
	return evx_agent_over(fd, fingerprint, cancel, out, diag);
}

void evx_agent_free(struct evx_agent *a)
{
	if (a == NULL)
		return;
	evx_close_quiet(&a->fd);
	free(a);
}

static enum evx_err sign_by_agent(void *ctx, const char *ns, const void *p, size_t n,
	struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_agent *a = ctx;
	struct evx_buf text = EVX_BUF_INIT, request = EVX_BUF_INIT, answer = EVX_BUF_INIT,
		       armored = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	const uint8_t *sig = NULL;
	size_t siglen = 0;
	enum evx_err err = evx_sshsig_to_sign(ns, p, n, &text);

	if (err != EVX_OK ||
		(err = evx_agent_message_sign(&a->key, text.data, text.len, &request)) != EVX_OK) {
		err = evx_fail(diag, err, "agent: no memory for a request");
		goto out;
	}
	if ((err = exchange(a, &request, &answer, diag)) != EVX_OK ||
		(err = evx_agent_message_signature(answer.data, answer.len, &sig, &siglen, diag)) !=
			EVX_OK)
		goto out;
	if ((err = evx_sshsig_armor(&a->key, ns, sig, siglen, &armored)) == EVX_OK &&
		(err = evx_sshsig_verify(&a->key, ns, armored.data, armored.len, p, n, &why)) ==
			EVX_OK)
		err = evx_buf_add(out, armored.data, armored.len);
	if (err == EVX_E_MEMORY)
		err = evx_fail(diag, err, "agent: no memory for its signature");
	else if (err != EVX_OK)
		err = evx_fail(diag, EVX_E_KEY, "agent: what it signed is not good: %s", why.text);
out:
	evx_buf_free(&text);
	evx_buf_free(&request);
	evx_buf_free(&answer);
	evx_buf_free(&armored);
	return err;
}

struct evx_signer evx_agent_signer(struct evx_agent *a)
{
	return (struct evx_signer){ a->key, sign_by_agent, a };
}
