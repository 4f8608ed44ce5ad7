/* The question before an entry is signed that cannot be taken back. */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "cli.h"

struct cli_question {
	struct cli *cli;
	bool yes;          /* --yes: nothing is asked */
	bool offer;        /* offer to let the receiver of a release open the contents first */
	bool let_open;     /* that was offered, and the answer was yes: nothing was signed */
	const char *keeps; /* of a release; NULL: not said */
};

/* Whether an entry of this type is shown and asked about. */
bool cli_question_of(enum evx_event_kind kind);
/* Shows what the entry is about and what follows from it, and asks; true for yes. Asks nothing with
 * --yes or --quiet, or where nobody can be asked. For evx_event_options.ask_entry; ctx is a struct
 * cli_question. */
bool cli_question_entry(void *ctx, const struct evx_entry_info *info);
/* The entry was not signed, because another one comes first: that is no failure. */
bool cli_question_goes_on(const struct evx_event_options *opt);
/* Tells somebody who signs a draft of such an entry what follows from it, if that is told at all.
 */
void cli_question_consequence(enum evx_event_kind kind);
/* "LABEL  TEXT" of a question, on stderr and escaped; nothing when text is NULL or "". */
void cli_question_row(const char *label, const char *text);
/* The row of an exhibit: "7 of case 26-114", or why no names are known. */
void cli_question_exhibit(const char *case_label, const char *exhibit_number, bool opened);

#endif
