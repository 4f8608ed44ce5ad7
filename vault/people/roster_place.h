/* A roster file that is about to be changed: read, and written in one step beside itself. */
#ifndef EVX_PEOPLE_ROSTER_PLACE_H
#define EVX_PEOPLE_ROSTER_PLACE_H

#include "people/roster_use.h"

struct evx_roster_place {
	const char *file; /* as named; the caller's */
	const char *base; /* in dir */
	int dir;
	bool exists;
	struct evx_buf text;
};

/* Reads file when exists is set; otherwise it is to be made. The place must be closed also after a
 * failure. */
enum evx_err evx_roster_place_open(struct evx_roster_place *p, const char *file, bool exists,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Confines the process to the file's directory; nothing when confined is NULL. */
enum evx_err evx_roster_place_confine(struct evx_roster_place *p,
	struct evx_confine_state *confined, struct evx_diag *diag) EVX_MUST_CHECK;
/* Verifies text, writes it in place of the old, and fills *info. */
enum evx_err evx_roster_place_write(struct evx_roster_place *p, const struct evx_buf *text,
	struct evx_roster_info *info, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_roster_place_close(struct evx_roster_place *p);

#endif
