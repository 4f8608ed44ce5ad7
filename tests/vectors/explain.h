/* format-spec/example.md: the vector `minimal`, byte by byte. */
#ifndef EVX_TESTS_VECTORS_EXPLAIN_H
#define EVX_TESTS_VECTORS_EXPLAIN_H

#include "good.h"

/* Writes the page to standard output. dir is a directory for the bundle, which is removed again. */
void explain(const struct person people[PEOPLE], const char *dir);

#endif
