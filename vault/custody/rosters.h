/* The rosters trusted on this machine (format-spec/roster.md "Newer and older"). */
#ifndef EVX_CUSTODY_ROSTERS_H
#define EVX_CUSTODY_ROSTERS_H

#include "custody/roster.h"
#include "custody/rules.h"

struct evx_rosters {
	struct evx_roster_file *at; /* no two of one origin, none without a good version */
	size_t n;
};

void evx_rosters_free(struct evx_rosters *r);
/* Reads and verifies all rosters of the home, in order of their origins. A home without any is empty. A bad file fails them all: diag names it. */
enum evx_err evx_rosters_load(int home, struct evx_rosters *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes *file over, which is empty then, also after a failure: in place of an older one of the same roster, or not at all when it is itself the
 * older one. EVX_E_CUSTODY when it has no good version, or is a fork of one that is here. */
enum evx_err evx_rosters_push(struct evx_rosters *r, struct evx_roster_file *file, struct evx_diag *diag) EVX_MUST_CHECK;
/* The roster here with the same origin as file, or NULL. */
const struct evx_roster_file *evx_rosters_find(const struct evx_rosters *r, const struct evx_roster_file *file);
/* Stores file in the home in place of an older one. EVX_E_CUSTODY when it has a draft, is older than the one that is there, or a fork of it;
 * EVX_E_EXISTS when it is the one that is there. */
enum evx_err evx_rosters_import(int home, const struct evx_roster_file *file, struct evx_diag *diag) EVX_MUST_CHECK;
/* What the rules of custody ask of all of them; r outlives the result. */
struct evx_rules_roster evx_rosters_rules(const struct evx_rosters *r);

#endif
