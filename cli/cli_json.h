/* JSON for other programs: one object per line, pure ASCII, so that no name can act on a terminal.
 * Byte counts, positions and nanosecond times are strings of decimal digits (they can pass 2^53);
 * other counts are numbers. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdio.h>

#include "evx.h"

#define CLI_JSON_DEPTH 16

struct cli_json {
	FILE *f;
	bool comma;
	size_t depth;
	char close[CLI_JSON_DEPTH];
};

/* Begins an object; cli_json_end closes whatever is open and ends the line. Failures of f show when
 * it is flushed. */
struct cli_json cli_json_begin(FILE *f);
void cli_json_end(struct cli_json *j);
/* key is NULL inside arrays. cli_json_close closes the innermost object or array. */
void cli_json_object(struct cli_json *j, const char *key);
void cli_json_array(struct cli_json *j, const char *key);
void cli_json_close(struct cli_json *j);
/* Text that is not UTF-8 goes to key_b64 instead (inside arrays: an object with the key b64). NULL:
 * writes nothing. */
void cli_json_text(struct cli_json *j, const char *key, const char *s);
void cli_json_bytes(struct cli_json *j, const char *key, const void *p, size_t n);
void cli_json_hex(struct cli_json *j, const char *key, const uint8_t *p, size_t n);
void cli_json_bool(struct cli_json *j, const char *key, bool v);
void cli_json_count(struct cli_json *j, const char *key, uint64_t v);
void cli_json_size(struct cli_json *j, const char *key, uint64_t v);
void cli_json_time(struct cli_json *j, const char *key, struct evx_file_time t);
/* One JSON value as the library wrote it. NULL: writes nothing. */
void cli_json_value(struct cli_json *j, const char *key, const char *json);
void cli_json_card(struct cli_json *j, const char *key, const struct evx_card_info *card);

#endif
