/* Its JSON in. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/roster.h"
#include "format/value.h"

static const char *const roster_keys[] = { "format", "name", "version", "origin", "previous",
	"time", "roots", "threshold", "members", "signers", NULL };
static const char *const root_keys[] = { "name", "signing", NULL };
static const char *const member_keys[] = { "agency", "country", "keys", NULL };
static const char *const key_keys[] = { "person", "role", "encryption", "signing", "from", "until",
	"acts_for", "approver", "revoked", NULL };
static const char *const revoked_keys[] = { "time", "reason", NULL };

/* An array of 1 to max public signing keys, none twice. */
static enum evx_err read_key_list(const struct evx_json *arr, const char *what, size_t max,
	char (*out)[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const size_t n = evx_json_len(arr);
	enum evx_err err;
	size_t i, k, len;

	if (n > max)
		return evx_fail(diag, EVX_E_LIMIT, "roster: found %zu keys in %s (limit %zu)", n,
			what, max);
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"roster: expected at least one key in %s, found none", what);
	for (i = 0; i < n; i++) {
		const char *s = evx_json_text(evx_json_at(arr, i), &len);

		if ((err = evx_value_key("roster", what, true, s, len, out[i], diag)) != EVX_OK)
			return err;
		for (k = 0; k < i; k++)
			if (strcmp(out[k], out[i]) == 0)
				return evx_fail(diag, EVX_E_CORRUPT,
					"roster: expected each key of %s once, found one twice",
					what);
	}
	return EVX_OK;
}

static enum evx_err read_roots(
	const struct evx_json *obj, struct evx_roster *r, struct evx_diag *diag)
{
	const struct evx_json *arr;
	int64_t threshold;
	size_t i, k, n;
	enum evx_err err = evx_json_arr(obj, "roots", false, &arr, diag);

	if (err != EVX_OK)
		return err;
	n = evx_json_len(arr);
	if (n > EVX_ROSTER_ROOTS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "roster: found %zu roots (limit %u)", n,
			EVX_ROSTER_ROOTS_MAX);
	for (i = 0; i < n; i++) {
		const struct evx_json *root = evx_json_at(arr, i);

		if ((err = evx_json_only(root, root_keys, diag)) != EVX_OK ||
			(err = evx_value_read_name("roster", root, "name", false, r->roots[i].name,
				 diag)) != EVX_OK ||
			(err = evx_value_read_key("roster", root, "signing", true,
				 r->roots[i].signing, diag)) != EVX_OK)
			return err;
		for (k = 0; k < i; k++)
			if (strcmp(r->roots[k].signing, r->roots[i].signing) == 0)
				return evx_fail(diag, EVX_E_CORRUPT,
					"roster: expected each root once, found one key twice");
	}
	r->nroots = n;
	if ((err = evx_json_int(obj, "threshold", false, &threshold, diag)) != EVX_OK)
		return err;
	if (threshold < 1 || (uint64_t)threshold > n)
		return evx_fail(diag, EVX_E_CORRUPT,
			"roster: expected a threshold from 1 to the number of roots, %zu, found "
			"%lld",
			n, (long long)threshold);
	r->threshold = (uint32_t)threshold;
	return EVX_OK;
}

static enum evx_err read_revoked(
	const struct evx_json *obj, struct evx_roster_key *k, struct evx_diag *diag)
{
	const struct evx_json *revoked;
	const char *reason;
	enum evx_err err = evx_json_obj(obj, "revoked", true, &revoked, diag);

	if (err != EVX_OK || revoked == NULL)
		return err;
	k->is_revoked = true;
	if ((err = evx_json_only(revoked, revoked_keys, diag)) != EVX_OK ||
		(err = evx_value_read_time(
			 "roster", revoked, "time", false, &k->revoked, NULL, diag)) != EVX_OK ||
		(err = evx_json_str(revoked, "reason", false, &reason, NULL, diag)) != EVX_OK)
		return err;
	/* A reason that is not known here may weigh more than those that are. */
	if (!evx_roster_reason_of(reason, &k->reason))
		return evx_fail(diag, EVX_E_UNSUPPORTED,
			"roster: expected retired, lost or compromised as a reason, found another");
	return EVX_OK;
}

static enum evx_err read_acts_for(const struct evx_json *obj, struct evx_roster_key *k,
	char (*list)[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const struct evx_json *arr;
	size_t i;
	enum evx_err err = evx_json_arr(obj, "acts_for", true, &arr, diag);

	if (err != EVX_OK || arr == NULL)
		return err;
	if ((err = read_key_list(arr, "acts_for", EVX_ROSTER_ACTS_MAX, list, diag)) != EVX_OK)
		return err;
	k->acts_for = list;
	k->nacts_for = evx_json_len(arr);
	for (i = 0; i < k->nacts_for; i++)
		if (strcmp(list[i], k->signing) == 0)
			return evx_fail(diag, EVX_E_CORRUPT,
				"roster: expected other keys in acts_for, found the key itself");
	return EVX_OK;
}

/* Fills *k; what it points to is in list, the caller's. */
static enum evx_err read_key(const struct evx_json *obj, struct evx_roster_key *k,
	char (*list)[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err;

	if ((err = evx_json_only(obj, key_keys, diag)) != EVX_OK ||
		(err = evx_value_read_name("roster", obj, "person", false, k->person, diag)) !=
			EVX_OK ||
		(err = evx_value_read_name("roster", obj, "role", true, k->role, diag)) != EVX_OK ||
		(err = evx_json_str(obj, "encryption", false, &s, &n, diag)) != EVX_OK ||
		(err = evx_value_key("roster", "encryption", false, s, n, k->encryption, diag)) !=
			EVX_OK ||
		(err = evx_value_read_key("roster", obj, "signing", true, k->signing, diag)) !=
			EVX_OK ||
		(err = evx_value_read_time("roster", obj, "from", false, &k->from, NULL, diag)) !=
			EVX_OK ||
		(err = evx_value_read_time(
			 "roster", obj, "until", true, &k->until, &k->has_until, diag)) != EVX_OK ||
		(err = read_acts_for(obj, k, list, diag)) != EVX_OK ||
		(err = evx_json_bool(obj, "approver", true, &k->approver, diag)) != EVX_OK)
		return err;
	if (k->has_until && k->until <= k->from)
		return evx_fail(
			diag, EVX_E_CORRUPT, "roster: expected until after from, found it before");
	if (evx_json_has(obj, "approver") && !k->approver)
		return evx_fail(diag, EVX_E_CORRUPT,
			"roster: expected approver to be true or absent, found false");
	return read_revoked(obj, k, diag);
}

static enum evx_err read_member(
	const struct evx_json *obj, struct evx_roster *r, size_t *keys, struct evx_diag *diag)
{
	char agency[EVX_CARD_TEXT_CAP] = "", list[EVX_ROSTER_ACTS_MAX][EVX_KEY_TEXT_CAP];
	const struct evx_json *arr;
	struct evx_roster_key *added;
	const char *country;
	size_t i, n;
	enum evx_err err;

	if ((err = evx_json_only(obj, member_keys, diag)) != EVX_OK ||
		(err = evx_value_read_name("roster", obj, "agency", false, agency, diag)) !=
			EVX_OK ||
		(err = evx_json_str(obj, "country", false, &country, NULL, diag)) != EVX_OK ||
		(err = evx_json_arr(obj, "keys", false, &arr, diag)) != EVX_OK)
		return err;
	if (evx_card_country_check(country, NULL) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"roster: expected two upper-case letters in country, found another text");
	for (i = 0; i < r->nmembers; i++)
		if (strcmp(r->members[i].agency, agency) == 0)
			return evx_fail(diag, EVX_E_CORRUPT,
				"roster: expected each agency once, found one twice");
	n = evx_json_len(arr);
	if (n == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"roster: expected at least one key of a member, found none");
	if (n > EVX_ROSTER_KEYS_MAX - *keys)
		return evx_fail(diag, EVX_E_LIMIT, "roster: found too many keys (limit %u)",
			EVX_ROSTER_KEYS_MAX);
	*keys += n;
	for (i = 0; i < n; i++) {
		struct evx_roster_key k = { .nacts_for = 0 };

		if ((err = read_key(evx_json_at(arr, i), &k, list, diag)) != EVX_OK)
			return err;
		if (evx_roster_add_key(r, agency, country, &k, &added) != EVX_OK)
			return evx_fail_memory(diag);
	}
	return EVX_OK;
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* No signing key twice, whoever claims it. */
static enum evx_err check_once(const struct evx_roster *r, size_t keys, struct evx_diag *diag)
{
	const char **all = calloc(keys + 1, sizeof(*all));
	enum evx_err err = EVX_OK;
	size_t i, k, n = 0;

	if (all == NULL)
		return evx_fail_memory(diag);
	for (i = 0; i < r->nmembers; i++)
		for (k = 0; k < r->members[i].nkeys; k++)
			all[n++] = r->members[i].keys[k].signing;
	qsort(all, n, sizeof(*all), by_text);
	for (i = 1; i < n; i++)
		if (strcmp(all[i - 1], all[i]) == 0)
			err = evx_fail(diag, EVX_E_CORRUPT,
				"roster: expected each signing key once, found one twice");
	free(all);
	return err;
}

static bool member_lists(const struct evx_roster_member *m, const char *signing)
{
	size_t i;

	for (i = 0; i < m->nkeys; i++)
		if (strcmp(m->keys[i].signing, signing) == 0)
			return true;
	return false;
}

/* Whoever acts for an office belongs to the same agency. */
static enum evx_err check_offices(const struct evx_roster_member *m, struct evx_diag *diag)
{
	size_t i, k;

	for (i = 0; i < m->nkeys; i++)
		for (k = 0; k < m->keys[i].nacts_for; k++)
			if (!member_lists(m, m->keys[i].acts_for[k]))
				return evx_fail(diag, EVX_E_CORRUPT,
					"roster: expected keys of the same agency in acts_for, "
					"found another");
	return EVX_OK;
}

static enum evx_err read_members(
	const struct evx_json *obj, struct evx_roster *r, struct evx_diag *diag)
{
	const struct evx_json *arr;
	size_t i, keys = 0;
	enum evx_err err = evx_json_arr(obj, "members", false, &arr, diag);

	if (err != EVX_OK)
		return err;
	for (i = 0; i < evx_json_len(arr); i++)
		if ((err = read_member(evx_json_at(arr, i), r, &keys, diag)) != EVX_OK)
			return err;
	if ((err = check_once(r, keys, diag)) != EVX_OK)
		return err;
	for (i = 0; i < r->nmembers; i++)
		if ((err = check_offices(&r->members[i], diag)) != EVX_OK)
			return err;
	return err;
}

static enum evx_err read_place(
	const struct evx_json *obj, struct evx_roster *r, struct evx_diag *diag)
{
	bool has_origin, has_previous;
	int64_t version;
	enum evx_err err;

	if ((err = evx_json_int(obj, "version", false, &version, diag)) != EVX_OK)
		return err;
	if (version < 1)
		return evx_fail(diag, EVX_E_CORRUPT,
			"roster: expected a version from 1 on, found %lld", (long long)version);
	if (version > EVX_ROSTER_VERSIONS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "roster: found version %lld (limit %u)",
			(long long)version, EVX_ROSTER_VERSIONS_MAX);
	r->version = (uint32_t)version;
	if ((err = evx_json_hex(obj, "origin", version == 1, r->origin, sizeof(r->origin),
		     &has_origin, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "previous", version == 1, r->previous, sizeof(r->previous),
			 &has_previous, diag)) != EVX_OK)
		return err;
	if (version == 1 && (has_origin || has_previous))
		return evx_fail(diag, EVX_E_CORRUPT,
			"roster: expected nothing before version 1, found origin or previous");
	return EVX_OK;
}

static enum evx_err read_roster(
	const struct evx_json *obj, struct evx_roster *r, struct evx_diag *diag)
{
	const struct evx_json *signers;
	const char *s;
	enum evx_err err;

	if ((err = evx_json_str(obj, "format", false, &s, NULL, diag)) != EVX_OK)
		return err;
	if (strcmp(s, "evx-roster/1") != 0)
		return evx_fail(diag,
			strncmp(s, "evx-roster/", 11) == 0 ? EVX_E_UNSUPPORTED : EVX_E_CORRUPT,
			"roster: expected format evx-roster/1, found another");
	if ((err = evx_json_only(obj, roster_keys, diag)) != EVX_OK ||
		(err = evx_value_read_name("roster", obj, "name", false, r->name, diag)) !=
			EVX_OK ||
		(err = read_place(obj, r, diag)) != EVX_OK ||
		(err = evx_value_read_time("roster", obj, "time", false, &r->time, NULL, diag)) !=
			EVX_OK ||
		(err = read_roots(obj, r, diag)) != EVX_OK ||
		(err = read_members(obj, r, diag)) != EVX_OK ||
		(err = evx_json_arr(obj, "signers", false, &signers, diag)) != EVX_OK ||
		(err = read_key_list(signers, "signers", EVX_SIGNERS_MAX, r->signers, diag)) !=
			EVX_OK)
		return err;
	r->nsigners = evx_json_len(signers);
	return EVX_OK;
}

enum evx_err evx_roster_decode(
	const void *p, size_t n, struct evx_roster *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err == EVX_OK)
		err = read_roster(root, out, diag);
	evx_json_free(root);
	if (err != EVX_OK)
		evx_roster_free(out);
	return err;
}
