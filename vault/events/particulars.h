/* Particulars that every event has: the clock, the program, the witnesses. */
#ifndef EVX_EVENTS_PARTICULARS_H
#define EVX_EVENTS_PARTICULARS_H

#include "format/details.h"
#include "people/inputs.h"

/* The machine's UTC offset and whether the kernel calls its clock synchronised, and what the user
 * says of it (NULL: nothing). A confined process may not ask the kernel that: call it before. */
enum evx_err evx_particulars_clock(const char *clock_offset, const char *clock_source,
	struct evx_details *d, struct evx_diag *diag) EVX_MUST_CHECK;
/* This program, the system it runs on, and how it was run (NULL: not said). */
enum evx_err evx_particulars_tool(const char *invocation, struct evx_details *d) EVX_MUST_CHECK;
/* The holders of the card files as witnesses. */
enum evx_err evx_particulars_witnesses(const struct evx_inputs *witnesses, struct evx_details *d,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
