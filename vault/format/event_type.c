/* The types of events: who may sign, which keys. */
#include "format/event_type.h"

#include <string.h>

#define COUNTERPARTY EVX_KEY_COUNTERPARTY
#define REFERS EVX_KEY_REFERS

static const struct evx_event_type types[] = {
	/* name, by, has, may */
	{ "seal", EVX_BY_SEALER, 0, 0 }, /* its keys are in seal.md */
	{ "note", EVX_BY_ANYONE, 0, 0 },
	{ "access", EVX_BY_ANYONE, 0, 0 },
	{ "examine", EVX_BY_ANYONE, 0, 0 },
	{ "verify", EVX_BY_ANYONE, EVX_KEY_RESULT, 0 },
	{ "copy", EVX_BY_HOLDER, 0, COUNTERPARTY },
	{ "move", EVX_BY_HOLDER, 0, 0 },
	{ "release", EVX_BY_HOLDER, COUNTERPARTY | EVX_KEY_KEEPS, 0 },
	{ "accept", EVX_BY_RECEIVER, REFERS | EVX_KEY_SEEN | EVX_KEY_INVENTORIED | EVX_KEY_RESULT,
		0 },
	{ "refuse", EVX_BY_RECEIVER, REFERS, 0 },
	{ "withdraw", EVX_BY_RELEASER, REFERS, 0 },
	{ "take-over", EVX_BY_SUCCESSOR, EVX_KEY_FORMER | EVX_KEY_REASON, 0 },
	{ "approve", EVX_BY_ANYONE, REFERS, 0 },
	{ "correct", EVX_BY_AUTHOR, REFERS, 0 },
	{ "inquiry", EVX_BY_ANYONE, EVX_KEY_STATE, REFERS },
	{ "hold", EVX_BY_HOLDER, 0, 0 },
	{ "hold-lift", EVX_BY_HOLDER, REFERS, 0 },
	{ "dispose-authorise", EVX_BY_HOLDER, 0, 0 },
	{ "dispose", EVX_BY_HOLDER, REFERS, 0 },
	{ "inventory", EVX_BY_HOLDER, 0, 0 },
	{ "disclose", EVX_BY_HOLDER, 0, COUNTERPARTY },
	{ "rewrap", EVX_BY_HOLDER, EVX_KEY_REWRAP, 0 },
};

const char *const evx_event_results[] = { "intact", "remarks", "broken", "not-checked", NULL };
const char *const evx_event_keepings[] = { "nothing", "copy", NULL };
const char *const evx_event_reasons[] = { "retired", "dead", "lost-key", NULL };
const char *const evx_event_states[] = { "open", "closed", NULL };

const struct evx_event_type *evx_event_type_at(size_t i)
{
	return i < sizeof(types) / sizeof(types[0]) ? &types[i] : NULL;
}

const struct evx_event_type *evx_event_type(const char *name)
{
	const struct evx_event_type *t;
	size_t i;

	for (i = 0; (t = evx_event_type_at(i)) != NULL; i++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

bool evx_event_word(const char *const *words, const char *word, unsigned *out)
{
	unsigned i;

	for (i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}
