/* The one table of event types. */
#include "format/event_type.h"

#include <string.h>

#include "base/told.h"

#define COUNTERPARTY EVX_KEY_COUNTERPARTY
#define REFERS EVX_KEY_REFERS

/* In the order of enum evx_event_kind. */
static const struct evx_event_type types[EVX_EVENT_KINDS] = {
	[EVX_EVENT_SEAL] = { .kind = EVX_EVENT_SEAL, /* its keys are in seal.md */
		.name = EVX_SAID("seal"),
		.by = EVX_BY_SEALER,
		.says = EVX_SAID("that this is what was sealed") },
	[EVX_EVENT_NOTE] = { .kind = EVX_EVENT_NOTE,
		.name = EVX_SAID("note"),
		.by = EVX_BY_ANYONE,
		.says = EVX_SAID("what a note says"),
		.command = "note",
		.synopsis = "BUNDLE TEXT [options]",
		.summary = EVX_SAID("sign a note") },
	[EVX_EVENT_ACCESS] = { .kind = EVX_EVENT_ACCESS,
		.name = EVX_SAID("access"),
		.by = EVX_BY_ANYONE,
		.opens = true,
		.handles = true,
		.says = EVX_SAID("that the signer opened the evidence"),
		.command = "access",
		.synopsis = "BUNDLE --purpose TEXT [options]",
		.summary = EVX_SAID("record that contents were opened") },
	[EVX_EVENT_EXAMINE] = { .kind = EVX_EVENT_EXAMINE,
		.name = EVX_SAID("examine"),
		.by = EVX_BY_ANYONE,
		.handles = true,
		.says = EVX_SAID("that the signer examined the evidence"),
		.command = "examine",
		.synopsis = "BUNDLE [options]",
		.summary = EVX_SAID("record an examination") },
	[EVX_EVENT_VERIFY] = { .kind = EVX_EVENT_VERIFY,
		.name = EVX_SAID("verify"),
		.by = EVX_BY_ANYONE,
		.has = EVX_KEY_RESULT,
		.says = EVX_SAID("what a check of the exhibit found"),
		.command = "verify-event",
		.synopsis = "BUNDLE [--result WORD] [options]",
		.summary = EVX_SAID("check an exhibit and sign the result") },
	[EVX_EVENT_COPY] = { .kind = EVX_EVENT_COPY,
		.name = EVX_SAID("copy"),
		.by = EVX_BY_HOLDER,
		.may = COUNTERPARTY,
		.opens = true,
		.handles = true,
		.says = EVX_SAID("that a copy was made"),
		.command = "copy",
		.synopsis = "BUNDLE [--to CARD] [options]",
		.summary = EVX_SAID("record that the exhibit was copied") },
	[EVX_EVENT_MOVE] = { .kind = EVX_EVENT_MOVE,
		.name = EVX_SAID("move"),
		.by = EVX_BY_HOLDER,
		.handles = true,
		.says = EVX_SAID("that the exhibit is in another place"),
		.command = "move",
		.synopsis = "BUNDLE --place TEXT [options]",
		.summary = EVX_SAID("record a new place of storage") },
	[EVX_EVENT_RELEASE] = { .kind = EVX_EVENT_RELEASE,
		.name = EVX_SAID("release"),
		.by = EVX_BY_HOLDER,
		.has = COUNTERPARTY | EVX_KEY_KEEPS,
		.handles = true,
		.says = EVX_SAID("that the exhibit was handed on"),
		.command = "release",
		.synopsis = "BUNDLE --to CARD --keeps nothing|copy --purpose TEXT [options]",
		.summary = EVX_SAID("hand over: sign to whom the exhibit goes") },
	[EVX_EVENT_ACCEPT] = { .kind = EVX_EVENT_ACCEPT,
		.name = EVX_SAID("accept"),
		.by = EVX_BY_RECEIVER,
		.has = REFERS | EVX_KEY_SEEN | EVX_KEY_INVENTORIED | EVX_KEY_RESULT,
		.handles = true,
		.says = EVX_SAID("that the signer received the exhibit"),
		.command = "accept",
		.synopsis =
			"BUNDLE [--inventoried | --not-inventoried] [--record-broken] [options]",
		.summary = EVX_SAID("take over: check what was released, and sign for it") },
	[EVX_EVENT_REFUSE] = { .kind = EVX_EVENT_REFUSE,
		.name = EVX_SAID("refuse"),
		.by = EVX_BY_RECEIVER,
		.has = REFERS,
		.says = EVX_SAID("that the signer did not take the exhibit"),
		.command = "refuse",
		.synopsis = "BUNDLE --reason TEXT [options]",
		.summary = EVX_SAID("refuse to take what was released") },
	[EVX_EVENT_WITHDRAW] = { .kind = EVX_EVENT_WITHDRAW,
		.name = EVX_SAID("withdraw"),
		.by = EVX_BY_RELEASER,
		.has = REFERS,
		.says = EVX_SAID("that the exhibit was not handed on"),
		.command = "withdraw",
		.synopsis = "BUNDLE [--reason TEXT] [options]",
		.summary = EVX_SAID("take back a release that was not accepted") },
	[EVX_EVENT_TAKE_OVER] = { .kind = EVX_EVENT_TAKE_OVER,
		.name = EVX_SAID("take-over"),
		.by = EVX_BY_SUCCESSOR,
		.has = EVX_KEY_FORMER | EVX_KEY_REASON,
		.says = EVX_SAID("that the signer holds the exhibit now"),
		.command = "take-over",
		.synopsis = "BUNDLE --reason retired|dead|lost-key [--former CARD] [options]",
		.summary = EVX_SAID("become the holder in place of one who can no longer sign") },
	[EVX_EVENT_APPROVE] = { .kind = EVX_EVENT_APPROVE,
		.name = EVX_SAID("approve"),
		.by = EVX_BY_ANYONE,
		.has = REFERS,
		.says = EVX_SAID("that the signer approves what others do"),
		.command = "approve",
		.synopsis = "BUNDLE [--event N] [options]",
		.summary = EVX_SAID("approve an entry that somebody else signed") },
	[EVX_EVENT_CORRECT] = { .kind = EVX_EVENT_CORRECT,
		.name = EVX_SAID("correct"),
		.by = EVX_BY_AUTHOR,
		.has = REFERS,
		.says = EVX_SAID("that something in an earlier entry is wrong"),
		.command = "correct",
		.synopsis = "BUNDLE --event N [options]",
		.summary = EVX_SAID("correct an entry of your own; both stay readable") },
	[EVX_EVENT_INQUIRY] = { .kind = EVX_EVENT_INQUIRY,
		.name = EVX_SAID("inquiry"),
		.by = EVX_BY_ANYONE,
		.has = EVX_KEY_STATE,
		.may = REFERS,
		.says = EVX_SAID("that a loss or breach is reported, or settled"),
		.command = "inquiry",
		.synopsis = "BUNDLE [--closed [--event N]] [options]",
		.summary = EVX_SAID("report a loss or breach, or settle it") },
	[EVX_EVENT_HOLD] = { .kind = EVX_EVENT_HOLD,
		.name = EVX_SAID("hold"),
		.by = EVX_BY_HOLDER,
		.says = EVX_SAID("that the exhibit must not be destroyed"),
		.command = "hold",
		.synopsis = "BUNDLE [options]",
		.summary = EVX_SAID("forbid the disposal of an exhibit") },
	[EVX_EVENT_HOLD_LIFT] = { .kind = EVX_EVENT_HOLD_LIFT,
		.name = EVX_SAID("hold-lift"),
		.by = EVX_BY_HOLDER,
		.has = REFERS,
		.says = EVX_SAID("that the exhibit may be destroyed again"),
		.command = "hold-lift",
		.synopsis = "BUNDLE [--event N] [options]",
		.summary = EVX_SAID("lift a hold, so that disposal is possible again") },
	[EVX_EVENT_DISPOSE_AUTHORISE] = { .kind = EVX_EVENT_DISPOSE_AUTHORISE,
		.name = EVX_SAID("dispose-authorise"),
		.by = EVX_BY_HOLDER,
		.handles = true,
		.says = EVX_SAID("that the exhibit may be destroyed"),
		.command = "dispose-authorise",
		.synopsis = "BUNDLE [options]",
		.summary = EVX_SAID("authorise the disposal of an exhibit") },
	[EVX_EVENT_DISPOSE] = { .kind = EVX_EVENT_DISPOSE,
		.name = EVX_SAID("dispose"),
		.by = EVX_BY_HOLDER,
		.has = REFERS,
		.handles = true,
		.says = EVX_SAID("that the exhibit was destroyed") },
	[EVX_EVENT_INVENTORY] = { .kind = EVX_EVENT_INVENTORY,
		.name = EVX_SAID("inventory"),
		.by = EVX_BY_HOLDER,
		.handles = true,
		.says = EVX_SAID("that the exhibit was there when somebody counted") },
	[EVX_EVENT_DISCLOSE] = { .kind = EVX_EVENT_DISCLOSE,
		.name = EVX_SAID("disclose"),
		.by = EVX_BY_HOLDER,
		.may = COUNTERPARTY | EVX_KEY_DISCLOSURE,
		.opens = true,
		.handles = true,
		.says = EVX_SAID("that a part was given to somebody") },
	[EVX_EVENT_REWRAP] = { .kind = EVX_EVENT_REWRAP,
		.name = EVX_SAID("rewrap"),
		.by = EVX_BY_HOLDER,
		.has = EVX_KEY_REWRAP,
		.handles = true,
		.says = EVX_SAID("who can open the exhibit"),
		.command = "rewrap",
		.synopsis = "BUNDLE (--to CARD | --custody-to CARD | --self)... "
			    "[--new-custody-key] [options]",
		.summary = EVX_SAID("let others open an exhibit") },
};

const char *const evx_event_results[] = { EVX_SAID("intact"), EVX_SAID("remarks"),
	EVX_SAID("broken"), EVX_SAID("not-checked"), NULL };
const char *const evx_event_keepings[] = { EVX_SAID("nothing"), EVX_SAID("copy"), NULL };
const char *const evx_event_reasons[] = { EVX_SAID("retired"), EVX_SAID("dead"),
	EVX_SAID("lost-key"), NULL };
const char *const evx_event_states[] = { EVX_SAID("open"), EVX_SAID("closed"), NULL };

const struct evx_event_type *evx_event_type_of(enum evx_event_kind kind)
{
	return kind > EVX_EVENT_OTHER && kind < EVX_EVENT_KINDS ? &types[kind] : NULL;
}

const struct evx_event_type *evx_event_type(const char *name)
{
	for (size_t i = EVX_EVENT_SEAL; i < EVX_EVENT_KINDS; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

const struct evx_event_type *evx_event_type_by_command(const char *command)
{
	for (size_t i = EVX_EVENT_SEAL; i < EVX_EVENT_KINDS; i++)
		if (types[i].command != NULL && strcmp(types[i].command, command) == 0)
			return &types[i];
	return NULL;
}

bool evx_event_type_word(const char *const *words, const char *word, unsigned *out)
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
