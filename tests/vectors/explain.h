/* format-spec/example.md: the vectors `minimal`, byte by byte, `disclosure` and `disclosure-range`.
 */
#ifndef EVX_TESTS_VECTORS_EXPLAIN_H
#define EVX_TESTS_VECTORS_EXPLAIN_H

#include "good.h"

/* Writes the page to standard output. dir is a directory for the bundle, which is removed again. */
void explain(const struct person people[PEOPLE], const char *dir);
/* Its last section, in explain_disclosure.c. */
void explain_disclosure(const struct person people[PEOPLE]);

/* And what follows that, in explain_range.c. */
void explain_range(const struct person people[PEOPLE]);

/* How all of it is printed: a heading, the lines around text as it stands, such text between them,
 * and a name with n bytes in hexadecimal. */
void page_section(const char *title);
void page_fence(void);
void page_text(const struct evx_buf *b);
void page_hex(const char *name, const void *p, size_t n);

#endif
