/* The document of a list of prepared challenges, and the marks behind it, as JSON. */
#include <string.h>

#include "format/challenge_inner.h"

#define LIST "evx-challenges/1"

static const char *const list_keys[] = { "format", "uuid", "exhibit", "entry", "head", "time",
	"challenges", "packs", "of", "askers", "signers", NULL };
static const char *const asker_keys[] = { "signing", "sha256", NULL };
static const char *const mark_keys[] = { "challenge", "taken", "checked", "result", NULL };
static const char *const results[] = { [EVX_CHALLENGE_TAKEN] = "",
	[EVX_CHALLENGE_PROVED] = "proved",
	[EVX_CHALLENGE_WRONG] = "wrong" };

static enum evx_err write_list(const struct evx_challenge_list *l, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);

	evx_jw_obj(&w, NULL);
	evx_challenge_write_subject(&w, LIST, &l->of);
	evx_challenge_write_time(&w, "time", l->time);
	evx_jw_int(&w, "challenges", l->challenges);
	evx_jw_int(&w, "packs", l->packs);
	evx_jw_int(&w, "of", (int64_t)l->total);
	evx_jw_arr(&w, "askers");
	for (size_t i = 0; i < l->naskers; i++) {
		evx_jw_obj(&w, NULL);
		evx_jw_str(&w, "signing", l->askers[i].signing);
		evx_jw_hex(&w, "sha256", l->askers[i].sha256, 32);
		evx_jw_close(&w);
	}
	evx_jw_close(&w);
	evx_challenge_write_signer(&w, l->preparer);
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_challenge_list_encode(
	const struct evx_challenge_list *l, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_challenge_list again;
	struct evx_diag why = { 0 };
	const enum evx_err err = write_list(l, out);
	const enum evx_err decoded = err != EVX_OK ?
		err :
		evx_challenge_list_decode(out->data + start, out->len - start, &again, &why);

	return evx_challenge_written(err, decoded, &why, start, out, diag);
}

static enum evx_err read_count(const struct evx_json *obj, const char *key, int64_t max,
	int64_t *out, struct evx_diag *diag)
{
	const enum evx_err err = evx_json_int(obj, key, false, out, diag);

	if (err != EVX_OK)
		return err;
	if (*out < 1)
		return evx_fail(
			diag, EVX_E_CORRUPT, "%s: expected a number from 1 on, found another", key);
	if (*out > max)
		return evx_fail(diag, EVX_E_LIMIT, "%s: found %lld (limit %lld)", key,
			(long long)*out, (long long)max);
	return EVX_OK;
}

static enum evx_err read_counts(
	const struct evx_json *obj, struct evx_challenge_list *out, struct evx_diag *diag)
{
	int64_t challenges, packs, total;
	enum evx_err err;

	if ((err = read_count(obj, "challenges", EVX_CHALLENGES_MAX, &challenges, diag)) !=
			EVX_OK ||
		(err = read_count(obj, "packs", EVX_CHALLENGE_PACKS_MAX, &packs, diag)) != EVX_OK ||
		(err = read_count(obj, "of", INT64_MAX, &total, diag)) != EVX_OK)
		return err;
	if (packs > total)
		return evx_fail(diag, EVX_E_CORRUPT,
			"packs: expected no more than the exhibit has, found more");
	out->challenges = (uint32_t)challenges;
	out->packs = (uint32_t)packs;
	out->total = (uint64_t)total;
	return EVX_OK;
}

static enum evx_err read_asker(
	const struct evx_json *obj, struct evx_challenge_list *out, struct evx_diag *diag)
{
	struct evx_challenge_asker *a = &out->askers[out->naskers];
	enum evx_err err = evx_json_only(obj, asker_keys, diag);

	if (err != EVX_OK ||
		(err = evx_value_read_key(
			 "list of challenges", obj, "signing", true, a->signing, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "sha256", false, a->sha256, 32, NULL, diag)) != EVX_OK)
		return err;
	for (size_t i = 0; i < out->naskers; i++)
		if (strcmp(out->askers[i].signing, a->signing) == 0)
			return evx_fail(diag, EVX_E_CORRUPT,
				"askers: expected each key once, found one twice");
	out->naskers++;
	return EVX_OK;
}

static enum evx_err read_askers(
	const struct evx_json *obj, struct evx_challenge_list *out, struct evx_diag *diag)
{
	const struct evx_json *askers;
	enum evx_err err = evx_json_arr(obj, "askers", false, &askers, diag);
	const size_t n = err == EVX_OK ? evx_json_len(askers) : 0;

	if (err != EVX_OK)
		return err;
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT, "askers: expected one or more, found none");
	if (n > EVX_CHALLENGE_ASKERS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "askers: found %zu (limit %u)", n,
			EVX_CHALLENGE_ASKERS_MAX);
	for (size_t i = 0; i < n && err == EVX_OK; i++)
		err = read_asker(evx_json_at(askers, i), out, diag);
	return err;
}

enum evx_err evx_challenge_list_decode(
	const void *p, size_t n, struct evx_challenge_list *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_challenge_open(p, n, LIST, list_keys, &root, diag)) != EVX_OK ||
		(err = evx_challenge_read_subject(root, &out->of, diag)) != EVX_OK ||
		(err = evx_value_read_time("list of challenges", root, "time", false, &out->time,
			 NULL, diag)) != EVX_OK ||
		(err = read_counts(root, out, diag)) != EVX_OK ||
		(err = read_askers(root, out, diag)) != EVX_OK)
		goto out;
	err = evx_value_read_signer("list of challenges", root, out->preparer, diag);
out:
	if (err != EVX_OK)
		memset(out, 0, sizeof(*out));
	evx_json_free(root);
	return err;
}

/* ---- marks ---------------------------------------------------------------------------------- */

enum evx_err evx_challenge_mark_encode(
	const struct evx_challenge_mark *m, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t start = out->len;
	struct evx_challenge_mark again;
	struct evx_diag why = { 0 };
	struct evx_jw w = evx_jw_begin(out);
	enum evx_err err, decoded;

	evx_jw_obj(&w, NULL);
	evx_jw_hex(&w, "challenge", m->challenge, 32);
	evx_challenge_write_time(&w, m->deed == EVX_CHALLENGE_TAKEN ? "taken" : "checked", m->time);
	evx_jw_opt(&w, "result", results[m->deed]);
	evx_jw_close(&w);
	err = evx_jw_end(&w);
	decoded = err != EVX_OK ?
		err :
		evx_challenge_mark_decode(out->data + start, out->len - start, &again, &why);
	return evx_challenge_written(err, decoded, &why, start, out, diag);
}

static enum evx_err read_checked(
	const struct evx_json *obj, struct evx_challenge_mark *out, struct evx_diag *diag)
{
	const char *s;
	enum evx_err err = evx_value_read_time(
		"list of challenges", obj, "checked", false, &out->time, NULL, diag);

	if (err != EVX_OK || (err = evx_json_str(obj, "result", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (strcmp(s, results[EVX_CHALLENGE_PROVED]) == 0)
		out->deed = EVX_CHALLENGE_PROVED;
	else if (strcmp(s, results[EVX_CHALLENGE_WRONG]) == 0)
		out->deed = EVX_CHALLENGE_WRONG;
	else
		err = evx_fail(diag, EVX_E_CORRUPT,
			"result: expected proved or wrong, found another text");
	return err;
}

enum evx_err evx_challenge_mark_decode(
	const void *p, size_t n, struct evx_challenge_mark *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if ((err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag)) != EVX_OK ||
		(err = evx_json_only(root, mark_keys, diag)) != EVX_OK ||
		(err = evx_json_hex(root, "challenge", false, out->challenge, 32, NULL, diag)) !=
			EVX_OK)
		goto out;
	if (!evx_json_has(root, "taken"))
		err = read_checked(root, out, diag);
	else if (evx_json_has(root, "checked") || evx_json_has(root, "result"))
		err = evx_fail(
			diag, EVX_E_CORRUPT, "mark: expected either taken or checked, found both");
	else
		err = evx_value_read_time(
			"list of challenges", root, "taken", false, &out->time, NULL, diag);
out:
	if (err != EVX_OK)
		memset(out, 0, sizeof(*out));
	evx_json_free(root);
	return err;
}
