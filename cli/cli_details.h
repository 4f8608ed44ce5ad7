/* An event's details as people read them. */
#ifndef CLI_DETAILS_H
#define CLI_DETAILS_H

#include <stdbool.h>
#include <stdio.h>

/* Prints the JSON object json (one line, as the library gives it) as "key: value" lines, nested
 * ones indented, indent before each line. The binding to the event,
 * which the library has compared, is left out. All text is escaped. */
void cli_details_print(FILE *f, const char *json, const char *indent);
/* The text of the member key of the JSON object json, which may be NULL; not escaped, malloc'ed.
 * NULL when there is none, or it is no text. */
char *cli_details_text(const char *json, const char *key);

/* The same of a member of the object that json has under the name object. */
char *cli_details_text_in(const char *json, const char *object, const char *key);
/* Whether the JSON object json, which may be NULL, has the member key. */
bool cli_details_has(const char *json, const char *key);

#endif
