/* One line of a listing, for people and for programs. */
#ifndef CLI_ENTRY_H
#define CLI_ENTRY_H

#include "cli.h"
#include "cli_json.h"

/* "-rw-r--r-- owner group size date time zone path -> target", local time, escaped; what could not
 * be read stands behind it in brackets. */
void cli_entry_print(FILE *f, const struct evx_entry *entry);
/* The same line as one JSON object, with the keys of format-spec/listing.md. */
void cli_entry_json(FILE *f, const struct evx_entry *entry, uint64_t index);
/* "PATH: 65,536 bytes of 5,000,000 (", for ranges to follow. */
void cli_entry_part(FILE *f, const char *path, size_t path_len, uint64_t shown, uint64_t size);
/* "0-65535, 1048576-2097151 and 3 more ranges": first and last bytes. */
void cli_entry_ranges(FILE *f, const struct evx_extent *at, size_t n);
/* The same as an array of ["OFFSET","LENGTH"]. */
void cli_entry_ranges_json(
	struct cli_json *j, const char *key, const struct evx_extent *at, size_t n);

#endif
