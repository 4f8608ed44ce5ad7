/* The agent protocol against answers of all kinds, over a socket pair whose other end has spoken
 * before. */
#include "testdata.h"

#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/agent_message.h"
#include "crypto/sshwire.h"
#include "custody/agent.h"

#define NS "evx-event/1"
static const char message[] = "{}\n";

static struct evx_secret *seed, *other_seed;
static struct evx_sshkey key, other;
static char print[EVX_FINGERPRINT_CAP];

static void add_string(struct evx_buf *b, const void *p, size_t n)
{
	assert_int_equal(evx_sshwire_put(b, p, n), EVX_OK);
}

/* An answer: its length, then the body. */
static void frame(const struct evx_buf *body, struct evx_buf *out)
{
	add_string(out, body->data, body->len);
}

/* The body of a list of n copies of k. */
static struct evx_buf listed(const struct evx_sshkey *k, uint32_t n)
{
	struct evx_buf b = EVX_BUF_INIT;
	uint8_t blob[EVX_SSHKEY_BLOB_MAX];

	assert_int_equal(evx_buf_add_u8(&b, 12), EVX_OK);
	assert_int_equal(evx_buf_add_be32(&b, n), EVX_OK);
	while (n-- > 0) {
		add_string(&b, blob, evx_sshkey_blob(k, blob));
		add_string(&b, "comment", 7);
	}
	return b;
}

/* The body of an answer with the signature that a seed makes over the message. */
static struct evx_buf signature_by(const struct evx_secret *s)
{
	struct evx_buf b = EVX_BUF_INIT, text = EVX_BUF_INIT, sig = EVX_BUF_INIT;
	uint8_t pub[32], expanded[64], bytes[64];

	assert_int_equal(crypto_sign_ed25519_seed_keypair(pub, expanded, evx_secret_bytes(s)), 0);
	assert_int_equal(evx_sshsig_to_sign(NS, message, sizeof(message) - 1, &text), EVX_OK);
	assert_int_equal(
		crypto_sign_ed25519_detached(bytes, NULL, text.data, text.len, expanded), 0);
	add_string(&sig, "ssh-ed25519", 11);
	add_string(&sig, bytes, 64);
	assert_int_equal(evx_buf_add_u8(&b, 14), EVX_OK);
	add_string(&b, sig.data, sig.len);
	evx_buf_free(&text);
	evx_buf_free(&sig);
	return b;
}

/* Opens an agent that has said the n bytes at p already, and ends there if it is to. *peer is its
 * end. */
static enum evx_err over(const void *p, size_t n, bool ends, const struct evx_cancel *cancel,
	struct evx_agent **a, int *peer)
{
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(write(fds[1], p, n), n);
	if (ends)
		assert_int_equal(shutdown(fds[1], SHUT_WR), 0);
	err = evx_agent_over(fds[0], print, cancel, a, &diag);
	assert_int_equal(diag.code, err);
	assert_true((err == EVX_OK) == (*a != NULL));
	*peer = fds[1];
	return err;
}

static enum evx_err open_with(const void *p, size_t n)
{
	struct evx_agent *a = NULL;
	int peer;
	enum evx_err err = over(p, n, true, NULL, &a, &peer);

	evx_agent_free(a);
	close(peer);
	return err;
}

/* What comes of an agent that lists the key and then answers with body; *out gets the signature. */
static enum evx_err signs_with(const struct evx_buf *body, struct evx_buf *out)
{
	struct evx_buf list = listed(&key, 1), said = EVX_BUF_INIT;
	struct evx_agent *a = NULL;
	struct evx_signer s;
	struct evx_diag diag = { 0 };
	enum evx_err err;
	int peer;

	frame(&list, &said);
	frame(body, &said);
	assert_int_equal(over(said.data, said.len, true, NULL, &a, &peer), EVX_OK);
	s = evx_agent_signer(a);
	assert_true(evx_sshkey_equal(&s.pub, &key));
	err = s.sign(s.ctx, NS, message, sizeof(message) - 1, out, &diag);
	assert_int_equal(diag.code, err);
	if (err != EVX_OK)
		assert_int_equal(out->len, 0);
	evx_agent_free(a);
	close(peer);
	evx_buf_free(&list);
	evx_buf_free(&said);
	return err;
}

static void good(void **state)
{
	struct evx_buf body = signature_by(seed), out = EVX_BUF_INIT, want = EVX_BUF_INIT;

	(void)state;
	assert_int_equal(signs_with(&body, &out), EVX_OK);
	assert_int_equal(
		evx_sshsig_sign(seed, NS, message, sizeof(message) - 1, &want, NULL), EVX_OK);
	assert_int_equal(out.len, want.len);
	assert_memory_equal(out.data, want.data, out.len);
	evx_buf_free(&body);
	evx_buf_free(&out);
	evx_buf_free(&want);
}

/* What we send, byte for byte. */
static void requests(void **state)
{
	struct evx_buf out = EVX_BUF_INIT;
	uint8_t blob[EVX_SSHKEY_BLOB_MAX];

	(void)state;
	assert_int_equal(evx_agent_message_list(&out), EVX_OK);
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.data, "\0\0\0\1\13", 5);
	evx_buf_reset(&out);
	assert_int_equal(evx_agent_message_sign(&key, "data", 4, &out), EVX_OK);
	assert_int_equal(out.len, 4 + 1 + 4 + 51 + 4 + 4 + 4);
	assert_memory_equal(out.data, "\0\0\0\104\15\0\0\0\63", 9);
	assert_int_equal(evx_sshkey_blob(&key, blob), 51);
	assert_memory_equal(out.data + 9, blob, 51);
	assert_memory_equal(out.data + 60, "\0\0\0\4data\0\0\0\0", 12);
	evx_buf_free(&out);
}

/* Lists cut at every byte, longer than they say, with other keys, with none; and answers that are
 * no list. */
static void lists(void **state)
{
	static const char *const bad[] = { "", "\5", "\14", "\14\0\0\0", "\14\377\377\377\377",
		"\14\0\0\0\1", "\16\0\0\0\0", "\5x", "\34" };
	static const size_t lengths[] = { 0, 1, 1, 4, 5, 5, 5, 2, 1 };
	struct evx_buf list = listed(&key, 3), others = listed(&other, 2), none = listed(&key, 0),
		       rsa = EVX_BUF_INIT;
	char rsa_print[EVX_FINGERPRINT_CAP];
	struct evx_sshkey got;
	struct evx_diag diag = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(evx_agent_message_find(list.data, list.len, print, &got, NULL), EVX_OK);
	assert_true(evx_sshkey_equal(&got, &key));
	for (i = 0; i < list.len; i++)
		assert_int_equal(
			evx_agent_message_find(list.data, i, print, &got, NULL), EVX_E_KEY);
	assert_int_equal(evx_buf_add_u8(&list, 0), EVX_OK);
	assert_int_equal(evx_agent_message_find(list.data, list.len, print, &got, NULL), EVX_E_KEY);
	assert_int_equal(
		evx_agent_message_find(others.data, others.len, print, &got, &diag), EVX_E_KEY);
	assert_non_null(strstr(diag.text, "does not hold"));
	diag = (struct evx_diag){ 0 };
	assert_int_equal(
		evx_agent_message_find(none.data, none.len, print, &got, &diag), EVX_E_KEY);
	assert_non_null(strstr(diag.text, "locked"));
	diag = (struct evx_diag){ 0 };
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			evx_agent_message_find(bad[i], lengths[i], print, &got, &diag), EVX_E_KEY);
		/* Only a 5 alone is the answer of an agent that does not want to. */
		assert_non_null(strstr(diag.text, i == 1 ? "does not list" : "other bytes"));
		diag = (struct evx_diag){ 0 };
	}
	/* A key of another kind is found by its fingerprint, and not taken. */
	evx_sshwire_fingerprint("\0\0\0\7ssh-rsa", 11, rsa_print);
	assert_int_equal(
		evx_buf_add(&rsa, "\14\0\0\0\1\0\0\0\13\0\0\0\7ssh-rsa\0\0\0\0", 24), EVX_OK);
	assert_int_equal(
		evx_agent_message_find(rsa.data, rsa.len, rsa_print, &got, &diag), EVX_E_KEY);
	assert_non_null(strstr(diag.text, "another kind"));
	evx_buf_free(&list);
	evx_buf_free(&others);
	evx_buf_free(&none);
	evx_buf_free(&rsa);
}

/* Signatures that are none, or not ours. */
static void signatures(void **state)
{
	struct evx_buf body = signature_by(other_seed), out = EVX_BUF_INIT, refused = EVX_BUF_INIT;
	size_t i;

	(void)state;
	assert_int_equal(signs_with(&body, &out), EVX_E_KEY);
	evx_buf_free(&body);
	body = signature_by(seed);
	for (i = 0; i < body.len; i++) {
		const struct evx_buf cut = { body.data, i, i, i };
		uint8_t was = body.data[i];

		assert_int_equal(signs_with(&cut, &out), EVX_E_KEY);
		body.data[i] ^= 1;
		assert_int_equal(signs_with(&body, &out), EVX_E_KEY);
		body.data[i] = was;
	}
	assert_int_equal(evx_buf_add_u8(&body, 0), EVX_OK);
	assert_int_equal(signs_with(&body, &out), EVX_E_KEY);
	assert_int_equal(evx_buf_add_u8(&refused, 5), EVX_OK);
	assert_int_equal(signs_with(&refused, &out), EVX_E_KEY);
	evx_buf_free(&body);
	evx_buf_free(&refused);
	evx_buf_free(&out);
}

/* Lengths that no agent announces are refused before anything is reserved; an end in the middle is
 * one. */
static void framing(void **state)
{
	struct evx_buf list = listed(&key, 1), said = EVX_BUF_INIT;
	size_t i;

	(void)state;
	frame(&list, &said);
	assert_int_equal(open_with(said.data, said.len), EVX_OK);
	for (i = 0; i < said.len; i++)
		assert_int_equal(open_with(said.data, i), EVX_E_KEY);
	assert_int_equal(open_with("\0\0\0\0", 4), EVX_E_KEY);
	assert_int_equal(open_with("\377\377\377\377", 4), EVX_E_KEY);
	assert_int_equal(open_with("\0\4\0\1\14\0\0\0\0", 9), EVX_E_KEY); /* one more than allowed
									   */
	evx_buf_free(&list);
	evx_buf_free(&said);
}

/* A silent agent can be given up; one that is gone is an error and no signal. */
static void silent_and_gone(void **state)
{
	struct evx_cancel cancel = { .stop = true };
	struct evx_buf list = listed(&key, 1), said = EVX_BUF_INIT, out = EVX_BUF_INIT;
	struct evx_agent *a = NULL;
	struct evx_signer s;
	int peer;

	(void)state;
	assert_int_equal(over("", 0, false, &cancel, &a, &peer), EVX_E_INTERRUPTED);
	close(peer);
	frame(&list, &said);
	assert_int_equal(over(said.data, said.len, false, NULL, &a, &peer), EVX_OK);
	close(peer);
	s = evx_agent_signer(a);
	assert_int_equal(s.sign(s.ctx, NS, message, sizeof(message) - 1, &out, NULL), EVX_E_IO);
	assert_int_equal(out.len, 0);
	evx_agent_free(a);
	evx_buf_free(&list);
	evx_buf_free(&said);
	evx_buf_free(&out);
}

struct late {
	pthread_t waiting;
	int fd;
	const struct evx_buf *says;
};

/* Sends the other thread signals while it waits, and answers after that. */
static void *speak_late(void *arg)
{
	const struct late *l = arg;

	for (int i = 0; i < 20; i++) {
		(void)pthread_kill(l->waiting, SIGUSR1);
		(void)usleep(5000);
	}
	assert_int_equal(write(l->fd, l->says->data, l->says->len), l->says->len);
	return NULL;
}

static void nothing(int sig)
{
	(void)sig;
}

/* A signal while the agent is waited for changes nothing. */
static void signals(void **state)
{
	const struct sigaction action = { .sa_handler = nothing };
	struct sigaction before;
	struct evx_buf list = listed(&key, 1), said = EVX_BUF_INIT;
	struct evx_agent *a = NULL;
	struct late l = { .waiting = pthread_self(), .says = &said };
	pthread_t other_end;
	int fds[2];

	(void)state;
	frame(&list, &said);
	assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	l.fd = fds[1];
	assert_int_equal(pthread_create(&other_end, NULL, speak_late, &l), 0);
	assert_int_equal(evx_agent_over(fds[0], print, NULL, &a, NULL), EVX_OK);
	assert_int_equal(pthread_join(other_end, NULL), 0);
	assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
	evx_agent_free(a);
	close(fds[1]);
	evx_buf_free(&list);
	evx_buf_free(&said);
}

static void names(void **state)
{
	static const char good_name[] = "agent:SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg";
	const char *fingerprint = NULL;

	(void)state;
	assert_true(evx_agent_named(good_name, &fingerprint));
	assert_string_equal(fingerprint, good_name + 6);
	assert_false(
		evx_agent_named("agent:SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSsp", NULL));
	assert_false(
		evx_agent_named("agent:SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg=", NULL));
	assert_false(
		evx_agent_named("agent:SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSsp\n", NULL));
	assert_false(evx_agent_named("SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg", NULL));
	assert_false(evx_agent_named("ada", NULL));
}

static int init(void **state)
{
	(void)state;
	if (evx_crypto_init(NULL) != EVX_OK || evx_sshkey_new(&seed, &key, NULL) != EVX_OK ||
		evx_sshkey_new(&other_seed, &other, NULL) != EVX_OK)
		return -1;
	evx_sshkey_fingerprint(&key, print);
	return 0;
}

static int end(void **state)
{
	(void)state;
	evx_secret_free(seed);
	evx_secret_free(other_seed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(requests),
		cmocka_unit_test(lists),
		cmocka_unit_test(signatures),
		cmocka_unit_test(framing),
		cmocka_unit_test(silent_and_gone),
		cmocka_unit_test(signals),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("agent", tests, init, end);
}
