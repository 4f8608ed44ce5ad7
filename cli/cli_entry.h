/* One line of a listing, for people and for programs. */
#ifndef CLI_ENTRY_H
#define CLI_ENTRY_H

#include "cli.h"

/* "-rw-r--r-- owner group size date time zone path -> target", local time, escaped; what could not
 * be read stands behind it in brackets. */
void cli_entry_print(FILE *f, const struct evx_entry *entry);
/* The same line as one JSON object, with the keys of format-spec/listing.md. */
void cli_entry_json(FILE *f, const struct evx_entry *entry, uint64_t index);

#endif
