/* SSH signatures: of all inputs only the very signature that the key made verifies. */
#include "fuzz/fuzz.h"

#include "crypto/sshsig.h"

static const char message[] = "{\"format\":\"evx-event/1\"}\n";
static struct evx_sshkey pub;
static struct evx_buf good = EVX_BUF_INIT;

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_sshsig_verify(
		&pub, "evx-event/1", p, n, message, sizeof(message) - 1, &diag);

	fuzz_check(err == diag.code);
	fuzz_check((err == EVX_OK) == fuzz_equal(&good, p, n));
	fuzz_check(evx_sshsig_verify(
			   &pub, "evx-card/1", p, n, message, sizeof(message) - 1, NULL) != EVX_OK);
}

static void fuzz_seeds(void)
{
	struct evx_buf other = EVX_BUF_INIT;
	struct evx_secret *seed;

	fuzz_check(evx_sshkey_new(&seed, &pub, NULL) == EVX_OK);
	fuzz_check(evx_sshsig_sign(seed, "evx-event/1", message, sizeof(message) - 1, &good,
			   NULL) == EVX_OK);
	fuzz_seed(good.data, good.len);
	fuzz_check(evx_sshsig_sign(seed, "file", "x", 1, &other, NULL) == EVX_OK);
	fuzz_seed(other.data, other.len);
	evx_buf_free(&other);
	evx_secret_free(seed);
}
