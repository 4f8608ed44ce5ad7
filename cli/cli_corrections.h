/* What later entries corrected in the details of earlier ones. */
#ifndef CLI_CORRECTIONS_H
#define CLI_CORRECTIONS_H

#include "cli.h"

/* One text that stands corrected. */
struct cli_correction {
	int of;           /* the entry that has the wrong text … */
	int by;           /* … and the newest that corrects it */
	const char *key;  /* of the details; static */
	char *was, *text; /* owned: what is wrong, NULL where nothing stood there; what is right */
};

struct cli_corrections {
	struct cli_correction *at;
	size_t n;
};

/* Takes them from the details that are open. An entry counts that is a `correct`, and that the
 * rules of the record accept; a correction of a correction is one of what that corrected. False:
 * out of memory. */
bool cli_corrections_find(const struct evx_report *r, struct cli_corrections *out);
void cli_corrections_free(struct cli_corrections *c);
/* Of this text, or NULL. */
const struct cli_correction *cli_corrections_of(
	const struct cli_corrections *c, int entry, const char *key);
/* The number of the newest entry that corrects this one and whose details are closed here, or -1:
 * what it says is not known. */
int cli_corrections_closed(const struct evx_report *r, int entry);
/* A line for each correction of this entry, with who signed it and when; f gets indent blanks
 * before each. */
void cli_corrections_print(FILE *f, const struct evx_report *r, int entry, size_t indent);
/* "case" as people read it: "exhibit number" for exhibit_number. Static. */
const char *cli_corrections_word(const char *key);

#endif
