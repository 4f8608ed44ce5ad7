/* Notes of shipments, and what a machine remembers of a lane (format-spec/shipment.md). Bytes in,
 * struct out: signatures and the order of notes are judged elsewhere (ship/lanes.h). */
#ifndef EVX_FORMAT_SHIPMENT_H
#define EVX_FORMAT_SHIPMENT_H

#include "base/buf.h"
#include "format/event.h"

#define EVX_SHIPMENT_ID_CAP 33 /* of a remote, or a lane: 32 hex digits and a NUL */

enum evx_shipment_type { EVX_SHIPMENT_EXHIBITS, EVX_SHIPMENT_ANSWER, EVX_SHIPMENT_MIRROR };

/* The note. */
struct evx_shipment_note {
	enum evx_shipment_type type;
	char remote[EVX_SHIPMENT_ID_CAP];
	char receiver[EVX_KEY_TEXT_CAP]; /* "" in a mirror */
	uint32_t number;                 /* from 1 on */
	uint8_t previous[32];            /* zeros in note 1 */
	int64_t time;                    /* seconds since 1970 */
	uint8_t parcel[32];              /* SHA-256 */
	uint64_t parcel_size;
	uint32_t seen; /* number of the newest note of the other direction; 0: none was seen … */
	uint8_t seen_note[32];    /* … and its hash */
	uint32_t answers;         /* of an answer: number of the note that it answers, else 0 … */
	uint8_t answers_note[32]; /* … and its hash */
	/* Of a mirror: the vault's UUID, entries of its log, and whether the parcel has all files.
	 */
	char vault[EVX_UUID_CAP];
	uint32_t log;
	bool whole;
	char signer[EVX_KEY_TEXT_CAP];
	struct evx_buf parts; /* by invitation: SHA-256 of part 1, of part 2 …, zeros for a number
				 that is not used */
};
/* Releases what it owns and zeroes it. */
void evx_shipment_note_free(struct evx_shipment_note *note);

/* Appends the JSON line. EVX_E_USAGE for what no reader would take. */
enum evx_err evx_shipment_note_encode(const struct evx_shipment_note *note, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line; *out is the caller's to free. EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_TRUNCATED;
 * EVX_E_UNSUPPORTED for another version, type or key. */
enum evx_err evx_shipment_note_decode(const void *p, size_t n, struct evx_shipment_note *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* What became of a note, as far as this machine knows. */
enum evx_shipment_state {
	EVX_SHIPMENT_SENDING,  /* written here, and not seen on the remote yet */
	EVX_SHIPMENT_SENT,     /* written here */
	EVX_SHIPMENT_SEEN,     /* read here */
	EVX_SHIPMENT_ACCEPTED, /* read here: taken in, and answered */
	EVX_SHIPMENT_DECLINED, /* read here, and refused */
	EVX_SHIPMENT_MISSING,  /* a later note names it, and the remote does not have it */
	EVX_SHIPMENT_LOST,     /* written here: nobody can read it on the remote any more */
};
#define EVX_SHIPMENT_STATES 7u

/* What the receiver said of an exhibit. */
enum evx_shipment_reply {
	EVX_SHIPMENT_OPEN,
	EVX_SHIPMENT_TAKEN,
	EVX_SHIPMENT_REFUSED,
	EVX_SHIPMENT_RECEIVED, /* there was nothing to accept */
};
#define EVX_SHIPMENT_REPLIES 4u

/* An exhibit of a shipment that this machine sent: where it stands here. */
struct evx_shipment_exhibit {
	uint8_t seal[32], head[32]; /* the exhibit; the newest event that was sent */
	char uuid[EVX_UUID_CAP];
	char *path; /* owned: the bundle, or the exhibit's directory in a vault */
	enum evx_shipment_reply reply;
};
struct evx_shipment_memory {
	uint32_t number;
	uint8_t note[32], parcel[32];
	int64_t time;
	enum evx_shipment_state state;
	enum evx_shipment_type type;
	/* Of an answer that was written here: the note that it answers, and what became of that:
	 * accepted or declined. Else zeros. */
	uint8_t answers[32];
	enum evx_shipment_state said;
	struct evx_shipment_exhibit *exhibits; /* owned */
	size_t nexhibits;
};
/* A lane in memory: zero-initialise. */
struct evx_shipment_lane {
	char sender[65], receiver[65];        /* SHA-256 of the signing keys, hex */
	char invitation[EVX_SHIPMENT_ID_CAP]; /* the one that the lane went to; "": it goes over a
						 remote */
	struct evx_shipment_memory *notes;    /* owned; in order of numbers */
	size_t n;
};
/* Releases what it owns and zeroes it. */
void evx_shipment_lane_free(struct evx_shipment_lane *lane);
/* Appends the file. EVX_E_USAGE for what no reader would take. */
enum evx_err evx_shipment_lane_encode(const struct evx_shipment_lane *lane, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the file. *out is the caller's to free. EVX_E_CORRUPT, EVX_E_UNSUPPORTED, EVX_E_MEMORY. */
enum evx_err evx_shipment_lane_decode(const void *p, size_t n, struct evx_shipment_lane *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The note of that number, or NULL. */
struct evx_shipment_memory *evx_shipment_lane_find(
	const struct evx_shipment_lane *lane, uint32_t number);
/* A new note at its place, zeroed but for its number. NULL: out of memory, or it is there. */
struct evx_shipment_memory *evx_shipment_lane_add(struct evx_shipment_lane *lane, uint32_t number);
/* Forgets its newest note: one that was not sent after all. */
void evx_shipment_lane_drop(struct evx_shipment_lane *lane);

#endif
