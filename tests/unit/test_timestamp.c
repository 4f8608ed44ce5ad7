/* RFC 3161: the published responses, and those of an authority made with openssl (tests/tsa.sh),
 * good and bad. */
#include "crypto/timestamp_token.h"

#include "crypto/secret.h"
#include "format/limits.h"
#include "tools.h"

static struct evx_buf read_data(const char *name)
{
	struct evx_buf b = EVX_BUF_INIT;

	assert_int_equal(
		evx_read_file(AT_FDCWD, testdata(name), (size_t)1 << 22, &b, NULL), EVX_OK);
	return b;
}

static struct evx_timestamp_authorities *authorities(const void *pem, size_t n)
{
	struct evx_timestamp_authorities *a = NULL;

	assert_int_equal(evx_timestamp_authorities_read(pem, n, &a, NULL), EVX_OK);
	assert_non_null(a);
	return a;
}

/* Judges response against data with the certificates in the files of testdata; request NULL: not
 * known. */
static enum evx_err judge(const char *response, const char *data, size_t ndata, const char *request,
	const char *chain, struct evx_timestamp *t, struct evx_diag *diag)
{
	struct evx_buf r = read_data(response), q = EVX_BUF_INIT, pem = EVX_BUF_INIT;
	struct evx_timestamp_authorities *a = NULL;
	enum evx_err err;

	if (request != NULL)
		q = read_data(request);
	if (chain != NULL) {
		pem = read_data(chain);
		a = authorities(pem.data, pem.len);
	}
	memset(diag, 0, sizeof(*diag));
	err = evx_timestamp_check(
		r.data, r.len, data, ndata, request != NULL ? &q : NULL, a, t, diag);
	evx_timestamp_authorities_free(a);
	evx_buf_free(&r);
	evx_buf_free(&q);
	evx_buf_free(&pem);
	return err;
}

static void test_published(void **state)
{
	static const struct {
		const char *response, *request, *chain, *hash;
		enum evx_err want;
	} cases[] = {
		{ "sigstage/response-sha256.tsr", NULL, "sigstage/ts_chain.pem", "SHA256", EVX_OK },
		{ "sigstage/response-sha384.tsr", NULL, "sigstage/ts_chain.pem", "SHA384", EVX_OK },
		{ "sigstage/response-sha512.tsr", NULL, "sigstage/ts_chain.pem", "SHA512", EVX_OK },
		{ "sigstage/response-no-embedded-cert.tsr", NULL, "sigstage/ts_chain.pem", "SHA256",
			EVX_OK },
		{ "sigstage/response-no-embedded-cert.tsr", NULL, NULL, "SHA256", EVX_E_KEY },
		{ "sigstage/response-no-embedded-cert.tsr", NULL, "test_tsa/ts_chain.pem", "SHA256",
			EVX_E_KEY },
		{ "sigstage/response-invalid-signature.tsr", NULL, "sigstage/ts_chain.pem", "",
			EVX_E_FORGED },
		{ "sigstage/response-invalid-signature.tsr", NULL, NULL, "", EVX_E_FORGED },
		{ "sigstage/response-sha256.tsr", NULL, NULL, "SHA256", EVX_OK },
		{ "sigstage/response-sha512.tsr", "test_tsa/request.der", "sigstage/ts_chain.pem",
			"", EVX_E_FORGED }, /* another nonce */
		{ "sigstage/response-sha256.tsr", "sigstage/request.der", "sigstage/ts_chain.pem",
			"", EVX_E_FORGED },
		{ "sigstage/response-sha256.tsr", "sigstage/response-sha256.tsr",
			"sigstage/ts_chain.pem", "", EVX_E_CORRUPT },
		{ "test_tsa/response.tsr", "test_tsa/request.der", "test_tsa/ts_chain.pem",
			"SHA512", EVX_OK },
		{ "test_tsa/response.tsr", "test_tsa/other_request.der", "test_tsa/ts_chain.pem",
			"", EVX_E_FORGED },
		{ "test_tsa/response.tsr", NULL, "sigstage/ts_chain.pem", "SHA512", EVX_E_KEY },
		{ "test_tsa/other_response.tsr", NULL, "test_tsa/ts_chain.pem", "SHA512",
			EVX_E_KEY }, /* a namesake's key */
		{ "test_tsa/other_response.tsr", "test_tsa/request.der", "test_tsa/ts_chain.pem",
			"", EVX_E_FORGED },
		/* Certificates put beside the signer's are not signed by anyone and change nothing.
		 */
		{ "test_tsa/response-injected-certs.tsr", "test_tsa/request.der",
			"test_tsa/ts_chain.pem", "SHA512", EVX_OK },
	};
	struct evx_timestamp t;
	struct evx_diag diag;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char response[128], request[128], chain[128];
		enum evx_err got;

		snprintf(response, sizeof(response), "rfc3161/%s", cases[i].response);
		snprintf(request, sizeof(request), "rfc3161/%s",
			cases[i].request != NULL ? cases[i].request : "");
		snprintf(chain, sizeof(chain), "rfc3161/%s",
			cases[i].chain != NULL ? cases[i].chain : "");
		got = judge(response, "hello", 5, cases[i].request != NULL ? request : NULL,
			cases[i].chain != NULL ? chain : NULL, &t, &diag);
		if (got != cases[i].want)
			fail_msg("%zu %s: expected %s, found %s: %s", i, response,
				evx_err_name(cases[i].want), evx_err_name(got), diag.text);
		assert_string_equal(t.hash, cases[i].hash);
		assert_int_equal(t.time != 0, got == EVX_OK || got == EVX_E_KEY);
	}
	assert_int_equal(judge("rfc3161/sigstage/response-sha256.tsr", "hello", 5, NULL,
				 "rfc3161/sigstage/ts_chain.pem", &t, &diag),
		EVX_OK);
	assert_int_equal(t.time, 1746791935); /* 2025-05-09T11:58:55Z */
	assert_string_equal(t.policy, "1.3.6.1.4.1.57264.2");
	assert_string_equal(t.serial, "784B4C5E57AAA63B570F15CBA4DF95251668AE9E");
	assert_non_null(strstr(t.authority, "sigstore-tsa"));
	assert_int_equal(judge("rfc3161/sigstage/response-sha256.tsr", "hullo", 5, NULL,
				 "rfc3161/sigstage/ts_chain.pem", &t, &diag),
		EVX_E_FORGED);
	assert_non_null(strstr(diag.text, "over other bytes"));
}

/* A token that names another digest at its head than its signature was made over: libcrypto then
 * compares no signature, which is neither yes nor no. Nobody signed what is in it. */
static void test_no_digest(void **state)
{
	static const uint8_t sha256[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 };
	struct evx_buf r = read_data("rfc3161/sigstage/response-sha256.tsr"),
		       pem = read_data("rfc3161/sigstage/ts_chain.pem");
	struct evx_timestamp_authorities *a = authorities(pem.data, pem.len);
	uint8_t *first = memmem(r.data, r.len, sha256, sizeof(sha256));
	struct evx_timestamp t;
	struct evx_diag diag = { 0 };

	(void)state;
	assert_non_null(first);
	first[8] = 0x03;
	assert_int_equal(
		evx_timestamp_check(r.data, r.len, "hello", 5, NULL, a, &t, &diag), EVX_E_FORGED);
	assert_non_null(strstr(diag.text, "signature"));
	assert_int_equal(evx_timestamp_check(r.data, r.len, "hello", 5, NULL, NULL, &t, &diag),
		EVX_E_FORGED);
	evx_timestamp_authorities_free(a);
	evx_buf_free(&r);
	evx_buf_free(&pem);
}

/* Expired since, but valid at the time of the token: that is what a time-stamp is for. */
static void test_expired_since(void **state)
{
	struct evx_buf payload = read_data("rfc3161/sigstore.mock/payload");
	struct evx_timestamp t;
	struct evx_diag diag;

	(void)state;
	assert_int_equal(
		judge("rfc3161/sigstore.mock/response-expired.tsr", (const char *)payload.data,
			payload.len, NULL, "rfc3161/sigstore.mock/ts_chain.pem", &t, &diag),
		EVX_OK);
	assert_int_equal(t.time, 1675209600);
	evx_buf_free(&payload);
}

static void test_authorities(void **state)
{
	static const char not_pem[] =
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
	static const char key[] =
		"-----BEGIN PRIVATE "
		"KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/"
		"VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
	static const struct {
		const char *pem;
		size_t n;
		enum evx_err err;
	} bad[] = { { "", 0, EVX_E_CORRUPT }, { "no certificates", 15, EVX_E_CORRUPT },
		{ not_pem, sizeof(not_pem) - 1, EVX_E_CORRUPT },
		{ key, sizeof(key) - 1, EVX_E_CORRUPT },
		{ "", EVX_AUTHORITIES_MAX + 1u, EVX_E_LIMIT } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* What was there before is not taken for authorities. */
		char before;
		struct evx_timestamp_authorities *a = (void *)&before;

		assert_int_equal(
			evx_timestamp_authorities_read(bad[i].pem, bad[i].n, &a, NULL), bad[i].err);
		assert_null(a);
	}
	evx_timestamp_authorities_free(NULL);
}

/* ---- An authority of our own ------------------------------------------------------------ */

static const char text[] = "0000000000000000000000000000000000000000000000000000000000000000  "
			   "custody/0000-seal.json\n";

static void authority(struct tool_dir *d)
{
	char command[4200], *here;

	tool_needed("openssl");
	tool_dir_open(d);
	here = getcwd(NULL, 0);
	assert_non_null(here);
	snprintf(command, sizeof(command), "ln -s %s/tests/tsa.sh tsa.sh && sh ./tsa.sh make .",
		here);
	free(here);
	assert_int_equal(tool_run(d, command), 0);
	tool_put(d, "text", text, sizeof(text) - 1);
}

static struct evx_timestamp_authorities *trusted(const struct tool_dir *d, const char *pem)
{
	struct evx_timestamp_authorities *a;
	struct evx_buf b = EVX_BUF_INIT;

	tool_get(d, pem, &b);
	a = authorities(b.data, b.len);
	evx_buf_free(&b);
	return a;
}

static enum evx_err judge_file(const struct tool_dir *d, const char *response,
	const struct evx_buf *request, const char *pem, struct evx_timestamp *t,
	struct evx_diag *diag)
{
	struct evx_timestamp_authorities *a = pem != NULL ? trusted(d, pem) : NULL;
	struct evx_buf r = EVX_BUF_INIT;
	enum evx_err err;

	tool_get(d, response, &r);
	memset(diag, 0, sizeof(*diag));
	err = evx_timestamp_check(r.data, r.len, text, sizeof(text) - 1, request, a, t, diag);
	evx_timestamp_authorities_free(a);
	evx_buf_free(&r);
	return err;
}

/* Cut at every length, and every byte changed: what is accepted is still over the same bytes, by
 * the same authority, at the same time. */
static void test_altered(void **state)
{
	struct tool_dir d;
	struct evx_buf r = EVX_BUF_INIT;
	struct evx_timestamp_authorities *a;
	struct evx_timestamp good, t;
	size_t i, taken = 0;

	(void)state;
	authority(&d);
	assert_int_equal(tool_run(&d,
				 "openssl ts -query -data text -sha256 -cert -out q && sh ./tsa.sh "
				 "answer . tsa q r"),
		0);
	a = trusted(&d, "ca.pem");
	tool_get(&d, "r", &r);
	assert_int_equal(
		evx_timestamp_check(r.data, r.len, text, sizeof(text) - 1, NULL, a, &good, NULL),
		EVX_OK);
	for (i = 0; i < r.len; i++)
		assert_int_equal(
			evx_timestamp_check(r.data, i, text, sizeof(text) - 1, NULL, a, &t, NULL),
			EVX_E_CORRUPT);
	for (i = 0; i < r.len; i++) {
		enum evx_err err;

		r.data[i] ^= 1;
		err = evx_timestamp_check(r.data, r.len, text, sizeof(text) - 1, NULL, a, &t, NULL);
		r.data[i] ^= 1;
		taken += err == EVX_OK;
		if (err == EVX_OK &&
			(t.time != good.time || strcmp(t.policy, good.policy) != 0 ||
				strcmp(t.authority, good.authority) != 0 ||
				strcmp(t.serial, good.serial) != 0))
			fail_msg("byte %zu changed says something else", i);
	}
	/* Only what no signature covers may differ: status, version and length of the wrapping,
	 * names of algorithms said twice. */
	assert_in_range(taken, 0, 32);
	assert_int_equal(evx_buf_add_u8(&r, 0), EVX_OK);
	assert_int_equal(
		evx_timestamp_check(r.data, r.len, text, sizeof(text) - 1, NULL, a, &t, NULL),
		EVX_E_CORRUPT);
	assert_int_equal(evx_timestamp_check(NULL, 0, text, sizeof(text) - 1, NULL, a, &t, NULL),
		EVX_E_CORRUPT);
	assert_int_equal(evx_timestamp_check(r.data, EVX_TIMESTAMP_MAX + 1, text, sizeof(text) - 1,
				 NULL, a, &t, NULL),
		EVX_E_LIMIT);
	evx_timestamp_authorities_free(a);
	evx_buf_free(&r);
	tool_dir_close(&d);
}

/* Our request, their answer; both hashes; and stock openssl takes the same answer. */
static void test_request(void **state)
{
	static const char *const hashes[] = { "SHA256", "SHA512" };
	struct tool_dir d;
	struct evx_timestamp t;
	struct evx_diag diag;
	int i;

	(void)state;
	authority(&d);
	for (i = 0; i < 2; i++) {
		struct evx_buf q = EVX_BUF_INIT, other = EVX_BUF_INIT;

		assert_int_equal(evx_timestamp_request((enum evx_timestamp_hash)i, text,
					 sizeof(text) - 1, &q, NULL),
			EVX_OK);
		assert_int_equal(evx_timestamp_request((enum evx_timestamp_hash)i, text,
					 sizeof(text) - 1, &other, NULL),
			EVX_OK);
		tool_put(&d, i == 0 ? "a.tsq" : "b.tsq", q.data, q.len);
		assert_int_equal(tool_run(&d,
					 i == 0 ? "sh ./tsa.sh answer . tsa a.tsq a.tsr" :
						  "sh ./tsa.sh answer . tsa b.tsq b.tsr"),
			0);
		assert_int_equal(
			tool_run(&d,
				i == 0 ? "openssl ts -verify -in a.tsr -data text -CAfile ca.pem" :
					 "openssl ts -verify -in b.tsr -queryfile b.tsq -CAfile "
					 "ca.pem"),
			0);
		assert_int_equal(
			judge_file(&d, i == 0 ? "a.tsr" : "b.tsr", &q, "ca.pem", &t, &diag),
			EVX_OK);
		assert_string_equal(t.hash, hashes[i]);
		assert_string_equal(t.policy, "1.3.6.1.4.1.99999.1");
		assert_string_equal(t.authority, "CN = Test Time Authority, O = Test");
		assert_int_equal(
			judge_file(&d, i == 0 ? "a.tsr" : "b.tsr", &other, "ca.pem", &t, &diag),
			EVX_E_FORGED);
		assert_non_null(strstr(diag.text, "nonce"));
		assert_int_equal(
			judge_file(&d, i == 0 ? "a.tsr" : "b.tsr", &q, "other-ca.pem", &t, &diag),
			EVX_E_KEY);
		assert_non_null(strstr(diag.text, "none of the certificates trusted here"));
		assert_int_equal(
			judge_file(&d, i == 0 ? "a.tsr" : "b.tsr", &q, NULL, &t, &diag), EVX_OK);
		evx_buf_free(&q);
		evx_buf_free(&other);
	}
	tool_dir_close(&d);
}

static void test_refused(void **state)
{
	static const struct {
		const char *make, *ca, *says;
		enum evx_err want;
	} cases[] = {
		{ "openssl ts -query -data text -sha256 -cert -out q && sh ./tsa.sh answer . "
		  "expired q r",
			"ca.pem", "not valid at its time", EVX_E_FORGED },
		/* Found without any certificate to trust, too. */
		{ "openssl ts -query -data text -sha256 -cert -out q && sh ./tsa.sh answer . "
		  "expired q r",
			NULL, "not valid at its time", EVX_E_FORGED },
		{ "openssl ts -query -data text -sha256 -cert -out q && sh ./tsa.sh weak . && sh "
		  "./tsa.sh answer . weak q r",
			"ca.pem", "key too weak", EVX_E_FORGED },
		{ "openssl ts -query -data text -sha256 -cert -out q && sh ./tsa.sh answer . tsa q "
		  "r old",
			"ca.pem", "a signature over SHA-256", EVX_E_FORGED },
		{ "openssl ts -query -data text -sha256 -cert -tspolicy 1.2.3.4 -out q && sh "
		  "./tsa.sh answer . tsa q r",
			"ca.pem", "did not grant it (status 2): unaccepted policy",
			EVX_E_NOT_FOUND },
		{ "openssl ts -query -data text -sha1 -cert -out q && sh ./tsa.sh answer . tsa q r",
			"ca.pem", "did not grant it", EVX_E_NOT_FOUND },
		/* Without certificates in it, one with the signer's issuer, number and key may pose
		   as the signer's. */
		{ "openssl ts -query -data text -sha256 -out q && sh ./tsa.sh answer . tsa q r && "
		  "cat ca.pem wide.pem >two.pem",
			"two.pem", "not for time-stamps alone", EVX_E_FORGED },
		{ "openssl ts -query -data text -sha256 -out q && sh ./tsa.sh answer . tsa q r && "
		  "cat ca.pem soft.pem >two.pem",
			"two.pem", "not for time-stamps alone", EVX_E_FORGED },
		{ "openssl ts -query -data text -sha256 -out q && sh ./tsa.sh answer . tsa q r && "
		  "sed 's/01 serial/02/' ca.pem >two.pem",
			"two.pem", "certificate of its authority is not in it", EVX_E_KEY },
		{ "printf garbage >r", "ca.pem", "expected a response", EVX_E_CORRUPT },
		/* The same name, number and key, but issued at another time: not the certificate
		   that the token names by its hash. */
		{ "openssl ts -query -data text -sha256 -out q && sh ./tsa.sh answer . tsa q r && "
		  "sh ./tsa.sh twin . && cat ca.pem twin.pem >two.pem",
			"two.pem", "does not name the certificate", EVX_E_FORGED },
	};
	struct tool_dir d;
	struct evx_timestamp t;
	struct evx_diag diag;
	size_t i;

	(void)state;
	authority(&d);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum evx_err got;

		assert_int_equal(tool_run(&d, cases[i].make), 0);
		got = judge_file(&d, "r", NULL, cases[i].ca, &t, &diag);
		if (got != cases[i].want || strstr(diag.text, cases[i].says) == NULL)
			fail_msg("%zu: expected %s, found %s: %s", i, evx_err_name(cases[i].want),
				evx_err_name(got), diag.text);
		assert_int_equal(tool_run(&d, "rm -f q r two.pem"), 0);
	}
	tool_dir_close(&d);
}

/* An answer without a token: what the authority says of the reason. */
static void test_not_granted(void **state)
{
	static const struct {
		const char *der; /* PKIStatusInfo */
		size_t n;
		const char *says;
	} cases[] = {
		{ "\2\1\2", 3, "(status 2): no reason given" },
		{ "\2\1\3\x30\4\x0c\2no", 9, "(status 3): no reason given: no" },
		{ "\2\1\2\x30\0", 5, "(status 2): no reason given" },
		{ "\2\1\2\3\2\7\x80", 7, "(status 2): unknown hash algorithm" },
		{ "\2\1\2\3\2\6\x40", 7, "(status 2): no reason given" },
		{ "\2\1\2\3\2\5\x20", 7, "(status 2): bad request" },
		{ "\2\1\2\3\2\2\x04", 7, "(status 2): bad data" },
		{ "\2\1\2\3\3\1\0\x02", 8, "(status 2): its clock is not available" },
		{ "\2\1\2\3\3\0\0\x01", 8, "(status 2): unaccepted policy" },
		{ "\2\1\2\3\4\7\0\0\x80", 9, "(status 2): unaccepted extension" },
		{ "\2\1\2\3\4\6\0\0\x40", 9, "(status 2): information not available" },
		{ "\2\1\2\3\5\6\0\0\0\x40", 10, "(status 2): a failure of its system" },
		{ "\2\1\2\x30\6\x0c\4busy\3\2\2\x04", 15, "(status 2): bad data: busy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t response[32] = { 0x30, (uint8_t)(cases[i].n + 2), 0x30,
			(uint8_t)cases[i].n };
		struct evx_timestamp t;
		struct evx_diag diag = { 0 };
		char want[120];

		memcpy(response + 4, cases[i].der, cases[i].n);
		assert_int_equal(evx_timestamp_check(
					 response, cases[i].n + 4, "x", 1, NULL, NULL, &t, &diag),
			EVX_E_NOT_FOUND);
		snprintf(want, sizeof(want),
			"time-stamp response: the authority did not grant it %s", cases[i].says);
		assert_string_equal(diag.text, want);
	}
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_expired_since),
		cmocka_unit_test(test_no_digest),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_authorities),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_granted),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
