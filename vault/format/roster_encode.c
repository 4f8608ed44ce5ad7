/* Its JSON out. */
#include <string.h>

#include "base/json.h"
#include "format/roster.h"

/* The decoder refuses a text that is no time, so one that cannot be written shows there. */
static void write_time(struct evx_jw *w, const char *key, int64_t t)
{
	char text[EVX_TIME_CAP] = "";

	evx_jw_str(w, key, evx_time_encode(t, text) == EVX_OK ? text : "");
}

static void write_key(struct evx_jw *w, const struct evx_roster_key *k)
{
	size_t i;

	evx_jw_obj(w, NULL);
	evx_jw_str(w, "person", k->person);
	evx_jw_opt(w, "role", k->role);
	evx_jw_str(w, "encryption", k->encryption);
	evx_jw_str(w, "signing", k->signing);
	write_time(w, "from", k->from);
	if (k->has_until)
		write_time(w, "until", k->until);
	if (k->nacts_for > 0) {
		evx_jw_arr(w, "acts_for");
		for (i = 0; i < k->nacts_for; i++)
			evx_jw_str(w, NULL, k->acts_for[i]);
		evx_jw_close(w);
	}
	if (k->approver)
		evx_jw_bool(w, "approver", true);
	if (k->is_revoked) {
		evx_jw_obj(w, "revoked");
		write_time(w, "time", k->revoked);
		evx_jw_str(w, "reason", evx_roster_reason_name(k->reason));
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

static void write_members(struct evx_jw *w, const struct evx_roster *r)
{
	size_t i, k;

	evx_jw_arr(w, "members");
	for (i = 0; i < r->nmembers; i++) {
		evx_jw_obj(w, NULL);
		evx_jw_str(w, "agency", r->members[i].agency);
		evx_jw_str(w, "country", r->members[i].country);
		evx_jw_arr(w, "keys");
		for (k = 0; k < r->members[i].nkeys; k++)
			write_key(w, &r->members[i].keys[k]);
		evx_jw_close(w);
		evx_jw_close(w);
	}
	evx_jw_close(w);
}

static enum evx_err write_roster(struct evx_buf *out, const struct evx_roster *r)
{
	struct evx_jw w = evx_jw_begin(out);
	size_t i;

	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", "evx-roster/1");
	evx_jw_str(&w, "name", r->name);
	evx_jw_int(&w, "version", r->version);
	if (r->version > 1) {
		evx_jw_hex(&w, "origin", r->origin, sizeof(r->origin));
		evx_jw_hex(&w, "previous", r->previous, sizeof(r->previous));
	}
	write_time(&w, "time", r->time);
	evx_jw_arr(&w, "roots");
	for (i = 0; i < r->nroots; i++) {
		evx_jw_obj(&w, NULL);
		evx_jw_str(&w, "name", r->roots[i].name);
		evx_jw_str(&w, "signing", r->roots[i].signing);
		evx_jw_close(&w);
	}
	evx_jw_close(&w);
	evx_jw_int(&w, "threshold", r->threshold);
	write_members(&w, r);
	evx_jw_arr(&w, "signers");
	for (i = 0; i < r->nsigners; i++)
		evx_jw_str(&w, NULL, r->signers[i]);
	evx_jw_close(&w);
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_roster_encode(
	const struct evx_roster *r, struct evx_buf *out, struct evx_diag *diag)
{
	size_t start = out->len;
	struct evx_diag why = { 0 };
	struct evx_roster again = { 0 };
	enum evx_err err = write_roster(out, r);

	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err, "roster: expected texts in UTF-8");
	}
	/* What no reader would take is not given out. */
	err = evx_roster_decode(out->data + start, out->len - start, &again, &why);
	evx_roster_free(&again);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err == EVX_E_MEMORY || err == EVX_E_LIMIT ? err : EVX_E_USAGE,
			"%s", why.text);
	}
	return EVX_OK;
}
