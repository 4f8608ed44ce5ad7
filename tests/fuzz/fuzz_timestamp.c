/* Time-stamp responses: what is accepted says what the authority signed, and nothing else. The
 * authority is openssl's (tests/tsa.sh), made with the seeds, which the run gets as its last
 * directory; without, another one is made, and no seed is a good response of it. An input is also
 * taken as a list of changes to the good response. */
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "crypto/timestamp_token.h"
#include "format/limits.h"

static const char text[] = "0000000000000000000000000000000000000000000000000000000000000000  "
			   "custody/0000-seal.json\n";
static struct evx_timestamp_authorities *trusted;
static struct evx_buf response = EVX_BUF_INIT;
static struct evx_timestamp good;

static void judge(const uint8_t *p, size_t n)
{
	struct evx_timestamp t;
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_timestamp_check(
		p, n, text, sizeof(text) - 1, NULL, trusted, &t, &diag);

	fuzz_check(err == diag.code);
	if (err == EVX_OK)
		fuzz_check(t.time == good.time && strcmp(t.serial, good.serial) == 0 &&
			strcmp(t.policy, good.policy) == 0 &&
			strcmp(t.authority, good.authority) == 0 && strcmp(t.hash, good.hash) == 0);
}

/* Each three bytes: where in the response (2), what to change there. */
static void judge_changed(const uint8_t *p, size_t n)
{
	struct evx_buf changed = EVX_BUF_INIT;
	size_t i;

	fuzz_check(evx_buf_add(&changed, response.data, response.len) == EVX_OK);
	for (i = 0; i + 2 < n && i < 48; i += 3)
		changed.data[(p[i] << 8 | p[i + 1]) % (int)changed.len] ^= p[i + 2];
	judge(changed.data, changed.len);
	evx_buf_free(&changed);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_timestamp_authorities *a;
	struct evx_timestamp t;
	struct evx_buf request = EVX_BUF_INIT;

	judge(p, n);
	judge_changed(p, n);
	fuzz_check(
		evx_timestamp_check(p, n, text, sizeof(text) - 2, NULL, NULL, &t, NULL) != EVX_OK);
	/* The same bytes as the request that was sent, and as certificates. */
	fuzz_check(
		evx_buf_add(&request, p, n < EVX_TIMESTAMP_MAX ? n : EVX_TIMESTAMP_MAX) == EVX_OK);
	(void)!evx_timestamp_check(p, n, text, sizeof(text) - 1, &request, NULL, &t, NULL);
	evx_buf_free(&request);
	if (evx_timestamp_authorities_read(p, n, &a, NULL) == EVX_OK)
		evx_timestamp_authorities_free(a);
}

static void seed(int dir, const char *name, struct evx_buf *b)
{
	fuzz_check(evx_read_file(dir, name, EVX_TIMESTAMP_MAX, b, NULL) == EVX_OK);
	fuzz_seed(b->data, b->len);
}

/* The authority and the good response of the seeds, if this run has them. */
static bool from_seeds(void)
{
	int dir = fuzz_from != NULL ? open(fuzz_from, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	struct evx_buf ca = EVX_BUF_INIT;
	bool there = dir >= 0 &&
		evx_read_file(dir, "seed-000", EVX_TIMESTAMP_MAX, &ca, NULL) == EVX_OK &&
		evx_read_file(dir, "seed-001", EVX_TIMESTAMP_MAX, &response, NULL) == EVX_OK;

	if (there) {
		fuzz_check(
			evx_timestamp_authorities_read(ca.data, ca.len, &trusted, NULL) == EVX_OK);
		fuzz_check(evx_timestamp_check(response.data, response.len, text, sizeof(text) - 1,
				   NULL, trusted, &good, NULL) == EVX_OK);
	}
	if (dir >= 0)
		close(dir);
	evx_buf_free(&ca);
	return there;
}

static void fuzz_seeds(void)
{
	char path[] = "/tmp/evx-fuzz-XXXXXX", command[512];
	struct evx_buf ca = EVX_BUF_INIT, refused = EVX_BUF_INIT, request = EVX_BUF_INIT;
	int dir;

	if (from_seeds())
		return;
	fuzz_check(mkdtemp(path) != NULL);
	(void)snprintf(command, sizeof(command), "sh tests/tsa.sh make %s", path);
	fuzz_check(system(command) == 0);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fuzz_check(dir >= 0 &&
		evx_write_new_file(dir, "text", 0600, text, sizeof(text) - 1, NULL) == EVX_OK);
	(void)snprintf(command, sizeof(command),
		"cd %s && openssl ts -query -config ca.cnf -data text -sha256 -cert -out q 2>>log "
		"&& "
		"openssl ts -query -config ca.cnf -data text -sha256 -tspolicy 1.2.3 -out q2 "
		"2>>log",
		path);
	fuzz_check(system(command) == 0);
	(void)snprintf(command, sizeof(command),
		"sh tests/tsa.sh answer %s tsa %s/q %s/r && sh tests/tsa.sh answer %s tsa %s/q2 "
		"%s/r2",
		path, path, path, path, path, path);
	fuzz_check(system(command) == 0);
	seed(dir, "ca.pem", &ca);
	seed(dir, "r", &response);
	seed(dir, "r2", &refused);
	seed(dir, "q", &request);
	fuzz_check(evx_timestamp_authorities_read(ca.data, ca.len, &trusted, NULL) == EVX_OK);
	fuzz_check(evx_timestamp_check(response.data, response.len, text, sizeof(text) - 1, NULL,
			   trusted, &good, NULL) == EVX_OK);
	(void)snprintf(command, sizeof(command), "rm -rf %s", path);
	fuzz_check(system(command) == 0);
	close(dir);
	evx_buf_free(&ca);
	evx_buf_free(&refused);
	evx_buf_free(&request);
}
