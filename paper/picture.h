/* Pictures and QR codes on paper. */
#ifndef PAPER_PICTURE_H
#define PAPER_PICTURE_H

#include "sheet.h"

/* Draws p over the whole width from where s stands. A picture that is too tall goes on on the next
 * page above one of its bars. */
void picture_draw(struct sheet *s, const struct picture *p);
/* Draws p as a square of this size, and moves nothing. */
void picture_draw_at(struct sheet *s, const struct picture *p, double x, double y, double size);
/* A QR code (ISO/IEC 18004, level M) of n bytes with the margin that it needs, as a square of this
 * size. False when so much does not go into one. */
bool picture_qr(
	const struct sheet *s, const char *bytes, size_t n, double x, double y, double size);

#endif
