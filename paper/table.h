/* Tables on paper: columns as wide as their texts need, rows that go on on the next page. */
#ifndef PAPER_TABLE_H
#define PAPER_TABLE_H

#include "sheet.h"

/* Draws t from where s stands; its head is repeated on each page. */
void table_draw(struct sheet *s, const struct table *t);

#endif
