/* An event's document, the public skeleton (format-spec/documents.md "Event", format-spec/seal.md
 * "Document", format-spec/events.md). */
#ifndef EVX_FORMAT_EVENT_H
#define EVX_FORMAT_EVENT_H

#include "format/event_type.h"
#include "format/manifest.h"
#include "format/policy.h"
#include "format/time.h"
#include "format/uuid.h"

#define EVX_LABEL_CAP 1025 /* `case` and `exhibit_number` in clear: 1,024 bytes and a NUL */

enum evx_shape { EVX_SHAPE_WHOLE, EVX_SHAPE_DISCLOSURE };

/* What a seal says beyond every event's keys. */
struct evx_seal_fields {
	enum evx_shape shape;
	bool complete;
	uint8_t tagmanifest[32], listing_root[32];
	uint64_t sequences[2]; /* payload bytes of sequence 0 and 1 */
	char custody_key[EVX_KEY_TEXT_CAP], content_key[EVX_KEY_TEXT_CAP]; /* age1… */
	uint32_t custody_readers, content_readers; /* stanzas in the key files */
	struct {                                   /* of a disclosure only */
		uint8_t exhibit[32], listing_root[32];
		uint64_t lines, withheld;
		uint64_t names_only; /* files whose lines are shown and whose contents are not */
		uint64_t in_part;    /* files of whose contents a part is shown */
	} origin;
	struct evx_policy policy;          /* owned; n 0 when absent */
	char *case_label, *exhibit_number; /* owned; NULL when absent */
};

/* What an event after the seal says beyond every event's keys. evx_event_type tells which keys a
 * type has; the others stay zero. */
struct evx_event_fields {
	char counterparty[EVX_KEY_TEXT_CAP], former[EVX_KEY_TEXT_CAP]; /* public signing keys; ""
									  when absent */
	bool has_refers;
	uint8_t refers[32]; /* hash of an event */
	uint8_t seen_head[32];
	uint32_t seen_length;
	bool inventoried;
	enum evx_event_result result;
	enum evx_event_keeps keeps;
	enum evx_event_reason reason;
	enum evx_event_state state;
	uint32_t private_stanzas; /* 0: details go to the custody key in force; else `private`, the
				     number of cards they are for */
	uint32_t custody_readers, content_readers;  /* rewrap: stanzas in the key files; 0 where the
						       file is not there */
	uint8_t custody_file[32], content_file[32]; /* rewrap: SHA-256 of keys/NNNN-custody.age and
						       -content.age, where readers is not 0 */
	char custody_key[EVX_KEY_TEXT_CAP]; /* rewrap: age1…, the custody key from here on; "" when
					       absent */
	struct evx_event_disclosure {
		char uuid[EVX_UUID_CAP];  /* of the bundle that was given out; "" when absent */
		uint8_t manifest[32];     /* SHA-256 of its manifest-sha256.txt */
		uint8_t listing_root[32]; /* that its seal signs */
	} disclosure;
};

struct evx_event {
	char type[EVX_TYPE_MAX + 1];
	enum evx_event_kind kind; /* the same as type; EVX_EVENT_OTHER: newer than this program */
	bool known; /* false: only the keys of every event are read, as of a newer type */
	char uuid[EVX_UUID_CAP];
	uint32_t sequence;
	uint8_t exhibit[32], previous[32]; /* zeros in the seal, which has neither */
	uint8_t record[32]; /* of the event before, as the author saw it; zeros in the seal */
	int64_t time;       /* seconds since 1970-01-01T00:00:00Z */
	char signers[EVX_SIGNERS_MAX][EVX_KEY_TEXT_CAP];
	size_t nsigners;
	struct evx_manifest_line *files; /* owned; encrypted parts, names with "custody/", in the
					    container's order */
	size_t nfiles;
	uint8_t (*stamps)[32]; /* owned; hashes of the time-stamps of earlier events that the author
				  saw */
	size_t nstamps;
	struct evx_seal_fields seal;    /* when kind is EVX_EVENT_SEAL */
	struct evx_event_fields fields; /* when it is another that is known */
};

/* Sets the type of an event to be written. kind is not EVX_EVENT_OTHER. */
void evx_event_set_kind(struct evx_event *e, enum evx_event_kind kind);
/* Releases what e owns and zeroes it. NULL does nothing. */
void evx_event_free(struct evx_event *e);
/* Appends the file name (with "custody/") and its hash to e->files. EVX_E_MEMORY, or EVX_E_USAGE
 * for a name too long. */
enum evx_err evx_event_add_file(
	struct evx_event *e, const char *name, const uint8_t hash[32]) EVX_MUST_CHECK;
/* Replaces e->stamps by n hashes, at most EVX_NAMED_STAMPS_MAX. EVX_E_MEMORY, EVX_E_USAGE. */
enum evx_err evx_event_set_stamps(
	struct evx_event *e, const uint8_t (*stamps)[32], size_t n) EVX_MUST_CHECK;
/* True when e is the seal, event 0000. */
bool evx_event_is_seal(const struct evx_event *e);
/* The hash that e->files gives for name (with "custody/"), or NULL. */
const uint8_t *evx_event_file_hash(const struct evx_event *e, const char *name);

/* The hash that a rewrap e signs for its key file of this name ("keys/0003-custody.age"), or NULL
 * when it is none of e's. */
const uint8_t *evx_event_key_file_hash(const struct evx_event *e, const char *name);
/* The custody key (age1…) to which details are encrypted from e on, or NULL when e names none: it
 * is no seal and no rewrap with a new one. */
const char *evx_event_custody_key(const struct evx_event *e);

/* Appends the JSON line of e to out. Only types this program knows: EVX_E_USAGE for another, and
 * for fields no reader would accept. */
enum evx_err evx_event_encode(
	const struct evx_event *e, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line of n bytes. EVX_E_UNSUPPORTED for another `format` or an unknown key in a known
 * type; a type that is not known is no failure (e->known is false). *e is to be freed after success
 * only. */
enum evx_err evx_event_decode(
	const void *p, size_t n, struct evx_event *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads no more than the keys of every event, of an event after the seal whose other keys
 * evx_event_decode refuses: who signed it, and for which place. e->known is false. */
enum evx_err evx_event_decode_skeleton(
	const void *p, size_t n, struct evx_event *e, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
