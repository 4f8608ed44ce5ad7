/* An event's document out. */
#include <string.h>

#include "format/event_inner.h"

#define CUSTODY_PREFIX "custody/"

static void write_seal(struct evx_jw *w, const struct evx_seal_fields *s)
{
	evx_jw_str(w, "shape", s->shape == EVX_SHAPE_DISCLOSURE ? "disclosure" : "whole");
	evx_jw_str(w, "complete", s->complete ? "yes" : "no");
	evx_jw_hex(w, "tagmanifest", s->tagmanifest, sizeof(s->tagmanifest));
	evx_jw_hex(w, "listing_root", s->listing_root, sizeof(s->listing_root));
	evx_jw_arr(w, "sequences");
	evx_jw_u64(w, NULL, s->sequences[0]);
	evx_jw_u64(w, NULL, s->sequences[1]);
	evx_jw_close(w);
	evx_jw_str(w, "custody_key", s->custody_key);
	evx_jw_str(w, "content_key", s->content_key);
	evx_jw_obj(w, "readers");
	evx_jw_int(w, "custody", s->custody_readers);
	evx_jw_int(w, "content", s->content_readers);
	evx_jw_close(w);
	if (s->policy.n > 0)
		evx_policy_write(w, &s->policy);
	if (s->shape == EVX_SHAPE_DISCLOSURE) {
		evx_jw_obj(w, "origin");
		evx_jw_hex(w, "exhibit", s->origin.exhibit, sizeof(s->origin.exhibit));
		evx_jw_hex(
			w, "listing_root", s->origin.listing_root, sizeof(s->origin.listing_root));
		evx_jw_u64(w, "lines", s->origin.lines);
		evx_jw_u64(w, "withheld", s->origin.withheld);
		if (s->origin.names_only > 0)
			evx_jw_u64(w, "names_only", s->origin.names_only);
		if (s->origin.in_part > 0)
			evx_jw_u64(w, "in_part", s->origin.in_part);
		evx_jw_close(w);
	}
	evx_jw_opt(w, "case", s->case_label);
	evx_jw_opt(w, "exhibit_number", s->exhibit_number);
}

static enum evx_err write_event(
	const struct evx_event *e, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_jw w = evx_jw_begin(out);
	char when[EVX_TIME_CAP];
	enum evx_err err;
	size_t i;

	if (evx_time_encode(e->time, when) != EVX_OK)
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected a time in the years 1970 to 9999, found %lld",
			(long long)e->time);
	evx_jw_obj(&w, NULL);
	evx_jw_str(&w, "format", "evx-event/1");
	evx_jw_str(&w, "type", e->type);
	evx_jw_str(&w, "uuid", e->uuid);
	evx_jw_int(&w, "sequence", e->sequence);
	if (!evx_event_is_seal(e)) {
		evx_jw_hex(&w, "exhibit", e->exhibit, sizeof(e->exhibit));
		evx_jw_hex(&w, "previous", e->previous, sizeof(e->previous));
		evx_jw_hex(&w, "record", e->record, sizeof(e->record));
	}
	evx_jw_str(&w, "time", when);
	evx_jw_arr(&w, "signers");
	for (i = 0; i < e->nsigners && i < EVX_SIGNERS_MAX; i++)
		evx_jw_str(&w, NULL, e->signers[i]);
	evx_jw_close(&w);
	evx_jw_obj(&w, "files");
	for (i = 0; i < e->nfiles; i++) {
		const char *name = e->files[i].name;

		if (strncmp(name, CUSTODY_PREFIX, strlen(CUSTODY_PREFIX)) != 0)
			return evx_fail(diag, EVX_E_USAGE,
				"event: expected a file of custody/, found %s", name);
		evx_jw_hex(&w, name + strlen(CUSTODY_PREFIX), e->files[i].hash,
			sizeof(e->files[i].hash));
	}
	evx_jw_close(&w);
	if (e->nstamps > 0) {
		evx_jw_arr(&w, "stamps");
		for (i = 0; i < e->nstamps; i++)
			evx_jw_hex(&w, NULL, e->stamps[i], sizeof(e->stamps[i]));
		evx_jw_close(&w);
	}
	if (evx_event_is_seal(e))
		write_seal(&w, &e->seal);
	else if ((err = evx_event_fields_write(&w, e, diag)) != EVX_OK)
		return err;
	evx_jw_close(&w);
	return evx_jw_end(&w);
}

enum evx_err evx_event_encode(const struct evx_event *e, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_event again;
	size_t start = out->len;
	enum evx_err err;

	const struct evx_event_type *type = evx_event_type_of(e->kind);
	if (type == NULL || strcmp(type->name, e->type) != 0 || e->nsigners > EVX_SIGNERS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"event: expected a type that this program knows, and at most %u signers",
			EVX_SIGNERS_MAX);
	err = write_event(e, out, diag);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err, "event: cannot be written");
	}
	/* What no reader would take is not given out. */
	err = evx_event_decode(out->data + start, out->len - start, &again, &why);
	if (err != EVX_OK) {
		out->len = start;
		return evx_fail(diag, err == EVX_E_MEMORY ? err : EVX_E_USAGE, "%s", why.text);
	}
	evx_event_free(&again);
	return EVX_OK;
}
