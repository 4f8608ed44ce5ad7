/* A roster file that is about to be changed: read, and written in one step beside itself. */
#ifndef EVX_PEOPLE_ROSTER_PLACE_H
#define EVX_PEOPLE_ROSTER_PLACE_H

#include "bundle/output.h"
#include "people/roster_use.h"

struct evx_roster_place {
	bool exists;
	struct evx_output output; /* what will stand there */
	struct evx_buf text;
};

/* A part of an operation's start (base/start.h): reads file when exists is set; otherwise it is to
 * be made. The place must be closed also after a failure, be it an earlier one. */
void evx_roster_place_start(
	struct evx_start *s, struct evx_roster_place *p, const char *file, bool exists);
/* Verifies text, writes it in place of the old, and fills *info. */
enum evx_err evx_roster_place_write(struct evx_roster_place *p, const struct evx_buf *text,
	struct evx_roster_info *info, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_roster_place_close(struct evx_roster_place *p);

#endif
