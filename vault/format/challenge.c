/* Challenges and their answers as JSON. */
#include "format/challenge.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "format/challenge_inner.h"
#include "format/text.h"
#include "format/time.h"

#define CHALLENGE "evx-challenge/1"
#define ANSWER "evx-answer/1"

/* A message that begins so is hashed for an answer and for nothing else. */
static const char beginning[] = "{\"format\":\"" CHALLENGE "\"";

static const char *const challenge_keys[] = { "format", "uuid", "exhibit", "entry", "head", "nonce",
	"packs", "signers", NULL };
static const char *const answer_keys[] = { "format", "uuid", "exhibit", "challenge", "answer",
	NULL };

/* ---- what they have in common --------------------------------------------------------------- */

enum evx_err evx_challenge_open(const void *p, size_t n, const char *format,
	const char *const *keys, struct evx_json **root, struct evx_diag *diag)
{
	const size_t stem = (size_t)(strchr(format, '/') - format) + 1;
	const char *s;
	enum evx_err err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, root, diag);

	if (err != EVX_OK || (err = evx_json_str(*root, "format", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (strcmp(s, format) != 0)
		return evx_fail(diag,
			strncmp(s, format, stem) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"format: expected %s, found another", format);
	return evx_json_only(*root, keys, diag);
}

static enum evx_err read_exhibit(const struct evx_json *obj, char uuid[EVX_UUID_CAP],
	uint8_t exhibit[32], struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, "uuid", false, &s, &n, diag);

	if (err != EVX_OK)
		return err;
	if (!evx_uuid_valid(s, n))
		return evx_fail(diag, EVX_E_CORRUPT, "uuid: expected a UUID, found another text");
	memcpy(uuid, s, n + 1);
	return evx_json_hex(obj, "exhibit", false, exhibit, 32, NULL, diag);
}

enum evx_err evx_challenge_read_subject(
	const struct evx_json *obj, struct evx_challenge_subject *out, struct evx_diag *diag)
{
	int64_t entry;
	enum evx_err err = read_exhibit(obj, out->uuid, out->exhibit, diag);

	if (err != EVX_OK || (err = evx_json_int(obj, "entry", false, &entry, diag)) != EVX_OK)
		return err;
	if (entry < 0 || entry >= (int64_t)EVX_EVENTS_MAX)
		return evx_fail(diag, EVX_E_CORRUPT,
			"entry: expected a number from 0 to %u, found another", EVX_EVENTS_MAX - 1);
	out->entry = (uint32_t)entry;
	return evx_json_hex(obj, "head", false, out->head, 32, NULL, diag);
}

void evx_challenge_write_subject(
	struct evx_jw *w, const char *format, const struct evx_challenge_subject *of)
{
	evx_jw_str(w, "format", format);
	evx_jw_str(w, "uuid", of->uuid);
	evx_jw_hex(w, "exhibit", of->exhibit, 32);
	evx_jw_int(w, "entry", of->entry);
	evx_jw_hex(w, "head", of->head, 32);
}

void evx_challenge_write_signer(struct evx_jw *w, const char *signing)
{
	evx_jw_arr(w, "signers");
	evx_jw_str(w, NULL, signing);
	evx_jw_close(w);
}

void evx_challenge_write_time(struct evx_jw *w, const char *key, int64_t time)
{
	char text[EVX_TIME_CAP] = "";

	/* The decoder refuses a text that is no time. */
	evx_jw_str(w, key, evx_time_encode(time, text) == EVX_OK ? text : "");
}

enum evx_err evx_challenge_written(enum evx_err err, enum evx_err decoded,
	const struct evx_diag *why, size_t start, struct evx_buf *out, struct evx_diag *diag)
{
	if (err == EVX_OK)
		err = decoded;
	if (err == EVX_OK)
		return EVX_OK;
	out->len = start;
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	return evx_fail(diag, EVX_E_USAGE, "%s",
		why->text[0] != '\0' ? why->text : "challenge: nothing can be written of this");
}

bool evx_challenge_subject_equal(
	const struct evx_challenge_subject *a, const struct evx_challenge_subject *b)
{
	return strcmp(a->uuid, b->uuid) == 0 && evx_hash_equal(a->exhibit, b->exhibit) &&
		a->entry == b->entry && evx_hash_equal(a->head, b->head);
}

/* ---- a challenge ---------------------------------------------------------------------------- */

void evx_challenge_free(struct evx_challenge *c)
{
	free(c->packs);
	explicit_bzero(c, sizeof(*c));
}

static enum evx_err write_challenge(const struct evx_challenge *c, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);

	evx_jw_obj(&w, NULL);
	evx_challenge_write_subject(&w, CHALLENGE, &c->of);
	evx_jw_hex(&w, "nonce", c->nonce, 32);
	evx_jw_arr(&w, "packs");
	for (size_t i = 0; i < c->npacks; i++)
		evx_jw_hex(&w, NULL, c->packs[i], 32);
	evx_jw_close(&w);
	evx_challenge_write_signer(&w, c->asker);
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_challenge_encode(
	const struct evx_challenge *c, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_challenge again = { .npacks = 0 };
	struct evx_diag why = { 0 };
	const enum evx_err err = write_challenge(c, out);
	const enum evx_err decoded = err != EVX_OK ?
		err :
		evx_challenge_decode(out->data + start, out->len - start, &again, &why);

	evx_challenge_free(&again);
	return evx_challenge_written(err, decoded, &why, start, out, diag);
}

static int in_order(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

static bool has_twice(const struct evx_challenge *c, uint8_t (*sorted)[32])
{
	memcpy(sorted, c->packs, c->npacks * 32);
	qsort(sorted, c->npacks, 32, in_order);
	for (size_t i = 1; i < c->npacks; i++)
		if (evx_hash_equal(sorted[i - 1], sorted[i]))
			return true;
	return false;
}

static enum evx_err read_packs(
	const struct evx_json *obj, struct evx_challenge *out, struct evx_diag *diag)
{
	uint8_t(*sorted)[32] = NULL;
	const struct evx_json *packs;
	enum evx_err err = evx_json_arr(obj, "packs", false, &packs, diag);
	size_t count;

	if (err != EVX_OK)
		return err;
	count = evx_json_len(packs);
	if (count == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "packs: expected one or more, found none");
	if (count > EVX_CHALLENGE_PACKS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "packs: found %zu (limit %u)", count,
			EVX_CHALLENGE_PACKS_MAX);
	out->packs = calloc(count, sizeof(*out->packs));
	sorted = calloc(count, sizeof(*sorted));
	if (out->packs == NULL || sorted == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;
		const char *s = evx_json_text(evx_json_at(packs, i), &n);

		if (s == NULL || evx_hex_decode(s, n, out->packs[i], 32) != EVX_OK) {
			err = evx_fail(diag, EVX_E_CORRUPT,
				"packs: expected 64 hexadecimal digits, found another value");
			goto out;
		}
	}
	out->npacks = count;
	if (has_twice(out, sorted))
		err = evx_fail(diag, EVX_E_CORRUPT, "packs: expected each once, found one twice");
out:
	free(sorted);
	return err;
}

enum evx_err evx_challenge_decode(
	const void *p, size_t n, struct evx_challenge *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_challenge_open(p, n, CHALLENGE, challenge_keys, &root, diag)) != EVX_OK)
		goto out;
	if (n < sizeof(beginning) - 1 || memcmp(p, beginning, sizeof(beginning) - 1) != 0) {
		err = evx_fail(diag, EVX_E_CORRUPT,
			"challenge: expected its format first, found it later");
		goto out;
	}
	if ((err = evx_challenge_read_subject(root, &out->of, diag)) != EVX_OK ||
		(err = evx_json_hex(root, "nonce", false, out->nonce, 32, NULL, diag)) != EVX_OK ||
		(err = read_packs(root, out, diag)) != EVX_OK)
		goto out;
	err = evx_value_read_signer("challenge", root, out->asker, diag);
out:
	if (err != EVX_OK)
		evx_challenge_free(out);
	evx_json_free(root);
	return err;
}

/* ---- an answer ------------------------------------------------------------------------------ */

enum evx_err evx_challenge_answer_encode(
	const struct evx_challenge_answer *a, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_challenge_answer again;
	struct evx_diag why = { 0 };
	struct evx_jw w = evx_jw_begin(out);
	enum evx_err err, decoded;

	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", ANSWER);
	evx_jw_str(&w, "uuid", a->uuid);
	evx_jw_hex(&w, "exhibit", a->exhibit, 32);
	evx_jw_hex(&w, "challenge", a->challenge, 32);
	evx_jw_hex(&w, "answer", a->answer, 32);
	evx_jw_close(&w);
	err = evx_jw_end(&w);
	decoded = err != EVX_OK ?
		err :
		evx_challenge_answer_decode(out->data + start, out->len - start, &again, &why);
	return evx_challenge_written(err, decoded, &why, start, out, diag);
}

enum evx_err evx_challenge_answer_decode(
	const void *p, size_t n, struct evx_challenge_answer *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_challenge_open(p, n, ANSWER, answer_keys, &root, diag)) != EVX_OK ||
		(err = read_exhibit(root, out->uuid, out->exhibit, diag)) != EVX_OK ||
		(err = evx_json_hex(root, "challenge", false, out->challenge, 32, NULL, diag)) !=
			EVX_OK)
		goto out;
	err = evx_json_hex(root, "answer", false, out->answer, 32, NULL, diag);
out:
	if (err != EVX_OK)
		memset(out, 0, sizeof(*out));
	evx_json_free(root);
	return err;
}
