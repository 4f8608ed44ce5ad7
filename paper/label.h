/* Labels for evidence bags, several on a sheet. */
#ifndef PAPER_LABEL_H
#define PAPER_LABEL_H

#include "sheet.h"

/* Draws l as the label of this number, from 0. */
void label_draw(struct sheet *s, const struct label *l, guint number);

#endif
