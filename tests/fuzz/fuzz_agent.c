/* Answers of an agent: a list gives out only the key that was asked for, an answer to a request
 * gives out bytes of its own, and nothing that was not signed verifies. */
#include "fuzz/fuzz.h"

#include "crypto/agent_message.h"

static const char message[] = "{\"format\":\"evx-event/1\"}\n";
static const char NS[] = "evx-event/1";
static struct evx_sshkey key, token;
static char print[EVX_FINGERPRINT_CAP], token_print[EVX_FINGERPRINT_CAP];

static void find(const uint8_t *p, size_t n, const char *fingerprint)
{
	char found[EVX_FINGERPRINT_CAP];
	struct evx_sshkey got;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_agent_message_find(p, n, fingerprint, &got, &diag);

	fuzz_check(err == diag.code && (err == EVX_OK || err == EVX_E_KEY));
	if (err != EVX_OK)
		return;
	evx_sshkey_fingerprint(&got, found);
	fuzz_check(strcmp(found, fingerprint) == 0);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_buf armored = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	const uint8_t *sig;
	size_t len;
	enum evx_err err = evx_agent_message_signature(p, n, &sig, &len, &diag);

	find(p, n, print);
	find(p, n, token_print);
	fuzz_check(err == diag.code && (err == EVX_OK || err == EVX_E_KEY));
	if (err != EVX_OK)
		return;
	fuzz_check(sig >= p && len > 0 && len <= n - (size_t)(sig - p));
	fuzz_check(evx_sshsig_armor(&token, NS, sig, len, &armored) == EVX_OK);
	fuzz_check(evx_sshsig_verify(&token, NS, armored.data, armored.len, message,
			   sizeof(message) - 1, NULL) != EVX_OK);
	evx_buf_free(&armored);
}

/* A seed: type, then what follows. */
static void seed_of(uint8_t type, const struct evx_buf *rest)
{
	struct evx_buf b = EVX_BUF_INIT;

	fuzz_check(evx_buf_add_u8(&b, type) == EVX_OK &&
		evx_buf_add(&b, rest->data, rest->len) == EVX_OK);
	fuzz_seed(b.data, b.len);
	evx_buf_free(&b);
}

static void fuzz_seeds(void)
{
	uint8_t blob[EVX_SSHKEY_BLOB_MAX];
	struct evx_buf list = EVX_BUF_INIT, sig = EVX_BUF_INIT;
	struct evx_secret *secret;
	size_t n;

	fuzz_check(evx_sshkey_new(&secret, &key, NULL) == EVX_OK);
	token = key;
	memcpy(token.application, "ssh:", 5);
	evx_sshkey_fingerprint(&key, print);
	evx_sshkey_fingerprint(&token, token_print);
	fuzz_check(evx_buf_add_be32(&list, 2) == EVX_OK);
	n = evx_sshkey_blob(&key, blob);
	fuzz_check(evx_buf_add_be32(&list, (uint32_t)n) == EVX_OK &&
		evx_buf_add(&list, blob, n) == EVX_OK && evx_buf_add_be32(&list, 0) == EVX_OK);
	n = evx_sshkey_blob(&token, blob);
	fuzz_check(evx_buf_add_be32(&list, (uint32_t)n) == EVX_OK &&
		evx_buf_add(&list, blob, n) == EVX_OK && evx_buf_add_be32(&list, 0) == EVX_OK);
	seed_of(12, &list);
	fuzz_check(evx_buf_add_be32(&sig, 103) == EVX_OK && evx_buf_add_be32(&sig, 26) == EVX_OK &&
		evx_buf_adds(&sig, "sk-ssh-ed25519@openssh.com") == EVX_OK &&
		evx_buf_add_be32(&sig, 64) == EVX_OK && evx_buf_add(&sig, blob, 64) == EVX_OK &&
		evx_buf_add_u8(&sig, 1) == EVX_OK && evx_buf_add_be32(&sig, 7) == EVX_OK);
	seed_of(14, &sig);
	fuzz_seed("\5", 1);
	evx_buf_free(&list);
	evx_buf_free(&sig);
	evx_secret_free(secret);
}
