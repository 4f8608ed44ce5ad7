/* The original's custody record, as a disclosure carries it. */
#ifndef EVX_DISCLOSE_DISCLOSE_ORIGIN_H
#define EVX_DISCLOSE_DISCLOSE_ORIGIN_H

#include "bundle/writer.h"

/* Copies documents, signatures, records and time-stamps of the events up to number `last` from the
 * original at path, which is opened anew, to the writer, whose manifest is written. */
enum evx_err evx_disclose_origin(const char *path, unsigned last, struct evx_writer *to,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
