/* The types of events: who may sign each, and which public keys it has (format-spec/events.md
 * "Types"). */
#ifndef EVX_FORMAT_EVENT_TYPE_H
#define EVX_FORMAT_EVENT_TYPE_H

#include "base/err.h"
#include "format/limits.h"

/* Who may sign, as the table's column "allowed" says it. */
enum evx_event_by {
	EVX_BY_SEALER,
	EVX_BY_ANYONE,
	EVX_BY_HOLDER,
	EVX_BY_RECEIVER,  /* the counterparty of the open release */
	EVX_BY_RELEASER,  /* the actor of the release referred to */
	EVX_BY_AUTHOR,    /* the actor of the event referred to, or the holder */
	EVX_BY_SUCCESSOR, /* anyone, with who must approve */
};

/* Public keys beside those of every event. */
enum evx_event_key {
	EVX_KEY_COUNTERPARTY = 1 << 0,
	EVX_KEY_FORMER = 1 << 1,
	EVX_KEY_REFERS = 1 << 2,
	EVX_KEY_SEEN = 1 << 3, /* seen_head and seen_length */
	EVX_KEY_INVENTORIED = 1 << 4,
	EVX_KEY_RESULT = 1 << 5,
	EVX_KEY_KEEPS = 1 << 6,
	EVX_KEY_REASON = 1 << 7,
	EVX_KEY_STATE = 1 << 8,
	EVX_KEY_REWRAP = 1 << 9, /* readers, key_files, custody_key */
};

struct evx_event_type {
	const char *name;
	enum evx_event_by by;
	unsigned has; /* the keys it must have: enum evx_event_key, or'ed */
	unsigned may; /* those it may have */
};

/* The type of this name, or NULL when this program does not know it. Static storage. */
const struct evx_event_type *evx_event_type(const char *name);
/* The type number i, from 0; NULL past the last. */
const struct evx_event_type *evx_event_type_at(size_t i);

/* The words that a key may hold. A name of a value is EVX_E_CORRUPT to a reader unless it is one of
 * these. */
enum evx_event_result {
	EVX_RESULT_INTACT,
	EVX_RESULT_REMARKS,
	EVX_RESULT_BROKEN,
	EVX_RESULT_NOT_CHECKED
};
enum evx_event_keeps { EVX_KEEPS_NOTHING, EVX_KEEPS_COPY };
enum evx_event_reason { EVX_REASON_RETIRED, EVX_REASON_DEAD, EVX_REASON_LOST_KEY };
enum evx_event_state { EVX_STATE_OPEN, EVX_STATE_CLOSED };

/* "intact", "remarks", "broken", "not-checked"; "nothing", "copy"; "retired", "dead", "lost-key";
 * "open", "closed"; ending in NULL, in the order of the values. Static storage. */
extern const char *const evx_event_results[],
	*const evx_event_keepings[], *const evx_event_reasons[], *const evx_event_states[];
/* The value of word in one of these lists; false when it is in none. */
bool evx_event_word(const char *const *words, const char *word, unsigned *out);

#endif
