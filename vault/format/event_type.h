/* The types of events, a row each: who may sign it, which public keys it has, what it means, and
 * how the command line calls it (format-spec/events.md "Types"). A new type is one value below and
 * one row in event_type.c; the compiler names the places that must say what they do with it. */
#ifndef EVX_FORMAT_EVENT_TYPE_H
#define EVX_FORMAT_EVENT_TYPE_H

#include "base/err.h"
#include "format/limits.h"

enum evx_event_kind {
	EVX_EVENT_OTHER, /* a type that this program does not know: newer than it */
	EVX_EVENT_SEAL,
	EVX_EVENT_NOTE,
	EVX_EVENT_ACCESS,
	EVX_EVENT_EXAMINE,
	EVX_EVENT_VERIFY,
	EVX_EVENT_COPY,
	EVX_EVENT_MOVE,
	EVX_EVENT_RELEASE,
	EVX_EVENT_ACCEPT,
	EVX_EVENT_REFUSE,
	EVX_EVENT_WITHDRAW,
	EVX_EVENT_TAKE_OVER,
	EVX_EVENT_APPROVE,
	EVX_EVENT_CORRECT,
	EVX_EVENT_INQUIRY,
	EVX_EVENT_HOLD,
	EVX_EVENT_HOLD_LIFT,
	EVX_EVENT_DISPOSE_AUTHORISE,
	EVX_EVENT_DISPOSE,
	EVX_EVENT_INVENTORY,
	EVX_EVENT_DISCLOSE,
	EVX_EVENT_REWRAP,
};
#define EVX_EVENT_KINDS (EVX_EVENT_REWRAP + 1)

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
	EVX_KEY_DISCLOSURE = 1 << 10,
};

struct evx_event_type {
	enum evx_event_kind kind;
	const char *name; /* in documents, file names and policies */
	enum evx_event_by by;
	unsigned has;     /* the keys it must have: enum evx_event_key, or'ed */
	unsigned may;     /* those it may have */
	bool opens;       /* the policy word "open" covers it: contents become known to somebody */
	bool handles;     /* it is done to the exhibit, and cannot be once that was disposed of */
	const char *says; /* what its signer says: "that the exhibit was handed on" */
	/* The command that signs one, its operands and options in short, and what it does; NULL
	 * where the type has no command of its own. */
	const char *command, *synopsis, *summary;
};

/* The type of this name, or NULL when this program does not know it. Static storage. */
const struct evx_event_type *evx_event_type(const char *name);
/* The type's row, or NULL for EVX_EVENT_OTHER. Static storage. */
const struct evx_event_type *evx_event_type_of(enum evx_event_kind kind);
/* The type that the command signs, or NULL when no type has it. Static storage. */
const struct evx_event_type *evx_event_type_by_command(const char *command);

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
bool evx_event_type_word(const char *const *words, const char *word, unsigned *out);

#endif
