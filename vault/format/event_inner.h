/* Reading and writing events, shared by the files that do it (inner header of format/). */
#ifndef EVX_FORMAT_EVENT_INNER_H
#define EVX_FORMAT_EVENT_INNER_H

#include "base/json.h"
#include "format/event.h"

/* The keys of every event, for lists of allowed keys. */
#define EVX_EVENT_KEYS \
	"format", "type", "uuid", "sequence", "exhibit", "previous", "record", "time", "signers", \
		"files", "stamps"
#define EVX_EVENT_NKEYS 11

/* Read a public key of text form into out: its prefix and length are checked. */
enum evx_err evx_event_read_age_key(const struct evx_json *obj, const char *key,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_event_read_ssh_key(const struct evx_json *obj, const char *key,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag) EVX_MUST_CHECK;

/* Reads what a seal has beside the keys of every event, which e holds already. */
enum evx_err evx_event_seal_read(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Read and write what a known type after the seal has beside the keys of every event, which e holds
 * already. */
enum evx_err evx_event_fields_read(
	const struct evx_json *obj, struct evx_event *e, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_event_fields_write(
	struct evx_jw *w, const struct evx_event *e, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
