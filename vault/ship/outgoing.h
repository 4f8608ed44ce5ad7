/* Exhibits on their way out: opened one after the other in a process that is confined already. */
#ifndef EVX_SHIP_OUTGOING_H
#define EVX_SHIP_OUTGOING_H

#include "evx.h"
#include "open/exhibit_vault.h"
#include "people/known.h"
#include "remote/remote.h"

/* One of them, as evx_outgoing_start knows it. */
struct evx_outgoing {
	const char *path; /* as it was named */
	char *real;       /* owned: its whole path */
	const char *base; /* last component of real */
	unsigned place;   /* which directory (evx_outgoing_places) it stands in */
	struct evx_send_exhibit info;
	uint8_t seal[32], head[32];
	uint64_t wrap;   /* bit i: receiver i cannot open it yet (ship/send_events.h) */
	uint64_t copied; /* bit i: an entry says that receiver i gets a copy */
};

struct evx_outgoings {
	struct evx_outgoing *at;
	size_t n;
	int places[EVX_REMOTE_PLACES_MAX]; /* the directories that they stand in, open */
	size_t nplaces;
	struct evx_exhibit_vault **vaults; /* open until the process is confined */
	size_t nvaults;
};

/* Finds the exhibits and opens the directories that they stand in; nothing is parsed. To be called
 * before evx_remote_start, which is told the places. EVX_E_LIMIT for too many directories;
 * EVX_E_USAGE when one is named twice. evx_outgoings_free in any case. */
enum evx_err evx_outgoings_open(const char *const *paths, size_t n, struct evx_outgoings *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Their part of an operation's start (base/start.h): they may be written, and opened again. */
void evx_outgoings_start(struct evx_start *s, struct evx_outgoings *all, struct evx_home *h);
/* Closes what is not needed any more once the process is confined. */
void evx_outgoings_settle(struct evx_outgoings *all);
void evx_outgoings_free(struct evx_outgoings *all);

/* An exhibit opened and judged: no pack is read. */
struct evx_outgoing_open {
	struct evx_bundle *bundle;
	struct evx_exhibit ex;
};
/* reader opens the recipes of a vault; h is whose door it is. EVX_E_CORRUPT and the like for what
 * is not sound. evx_outgoing_close in any case. */
enum evx_err evx_outgoing_load(struct evx_outgoing *o, struct evx_home *h,
	const struct evx_identity *reader, const struct evx_rules_roster *rules,
	const struct evx_cancel *cancel, struct evx_outgoing_open *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_outgoing_close(struct evx_outgoing_open *open);

#endif
