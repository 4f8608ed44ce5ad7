/* A document drawn as a PDF. */
#ifndef PAPER_DRAW_H
#define PAPER_DRAW_H

#include <stdio.h>

#include "model.h"

/* Draws d into out. NULL when that is done, else why not (static). */
const char *draw_document(const struct document *d, FILE *out);

#endif
