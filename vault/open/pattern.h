/* A path as people type it: with wildcards, and with the escapes that list prints.
 *
 *   \xHH, \u{H...}   the byte or character that list prints in this way
 *   *                any characters of one name
 *   **               any characters, slashes, too; "**" and a slash: any directories, or none
 *   ?                one character of a name (a byte where the name is not UTF-8)
 *   [a-z], [!a-z]    one character of these, or none of these
 *   \* \? \[ \\      the character itself
 *
 * A pattern without a slash is compared with each single name of a path, one with a slash with the
 * whole path. What matches a directory means all that is in it. The time for one path grows with
 * the product of the lengths, never faster than with the third power of them. */
#ifndef EVX_OPEN_PATTERN_H
#define EVX_OPEN_PATTERN_H

#include "base/err.h"

struct evx_pattern;

/* Reads the n bytes at text. *out is NULL where they have no wildcard and no escape, and so mean
 * themselves; else to be freed by evx_pattern_free. EVX_E_MEMORY. */
enum evx_err evx_pattern_new(
	const char *text, size_t n, struct evx_pattern **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_pattern_free(struct evx_pattern *p);
/* The text as a path that list prints in this way: its escapes undone, its wildcards and other
 * backslashes taken as they are. *len bytes, which live as long as p. */
const char *evx_pattern_shown(const struct evx_pattern *p, size_t *len);
/* True when the path itself matches. */
bool evx_pattern_match(const struct evx_pattern *p, const char *path, size_t len);
/* True when the path, or a directory above it, matches. */
bool evx_pattern_match_beneath(const struct evx_pattern *p, const char *path, size_t len);

#endif
