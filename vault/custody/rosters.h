/* The rosters trusted on this machine (format-spec/roster.md "Newer and older"). */
#ifndef EVX_CUSTODY_ROSTERS_H
#define EVX_CUSTODY_ROSTERS_H

#include "custody/kept.h"
#include "custody/roster_scope.h"
#include "custody/roster_versions.h"
#include "custody/rules.h"

struct evx_rosters {
	struct evx_roster_file *at;      /* no two of one origin, none without a good version */
	struct evx_roster_scope *scopes; /* of each: the agencies for which it speaks; where it is
					    not stated, those for which no other here does */
	size_t n;
	struct evx_rosters_key *keys; /* of all of them, by signing key, then by roster */
	size_t nkeys;
	struct evx_rosters_speaker *speakers; /* by agency, then by roster */
	size_t nspeakers;
};
/* A key, and the roster in which it stands. */
struct evx_rosters_key {
	const struct evx_roster_member *member;
	const struct evx_roster_key *key;
	size_t roster;
};
/* A roster that speaks for an agency: it was accepted for it, or lists it and nobody said for whom
 * it speaks. */
struct evx_rosters_speaker {
	const char *agency, *country;
	size_t roster;
};

void evx_rosters_free(struct evx_rosters *r);
/* Reads the rosters of the home and the files of their scopes, and no more: parse them once the
 * process is confined. */
enum evx_err evx_rosters_read(int home, struct evx_kept *rosters, struct evx_kept *scopes,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Parses and verifies what evx_rosters_read gave, in order of their origins. A bad file fails them
 * all: diag names it. cancel NULL: never; EVX_E_INTERRUPTED. */
enum evx_err evx_rosters_parse(const struct evx_kept *rosters, const struct evx_kept *scopes,
	const struct evx_cancel *cancel, struct evx_rosters *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Both in one. A home without any is empty. */
enum evx_err evx_rosters_load(
	int home, struct evx_rosters *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes *file over, which is empty then, also after a failure: in place of an older one of the same
 * roster, or not at all when it is itself the older one. scope (copied) is that of the roster from
 * now on; NULL: as before, or not stated for a new one. EVX_E_CUSTODY when it has no good version,
 * or is a fork of one that is here. */
enum evx_err evx_rosters_push(struct evx_rosters *r, struct evx_roster_file *file,
	const struct evx_roster_scope *scope, struct evx_diag *diag) EVX_MUST_CHECK;
/* The roster here with the same origin as file, or NULL. */
const struct evx_roster_file *evx_rosters_find(
	const struct evx_rosters *r, const struct evx_roster_file *file);
/* Its scope, or NULL. */
const struct evx_roster_scope *evx_rosters_scope(
	const struct evx_rosters *r, const struct evx_roster_file *file);
/* Stores file and scope in the home in place of older ones. EVX_E_CUSTODY when it has a draft, is
 * older than the one that is there, or a fork of it; EVX_E_EXISTS when it is the one that is there,
 * with the same scope. */
enum evx_err evx_rosters_import(int home, const struct evx_roster_file *file,
	const struct evx_roster_scope *scope, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Found without looking through all of them (rosters_index.c) */

/* Makes keys and speakers anew; evx_rosters_push and _parse do. EVX_E_MEMORY. */
enum evx_err evx_rosters_index(struct evx_rosters *r) EVX_MUST_CHECK;
/* The entries of this signing key, at most one of a roster: *n of them. r NULL: none. */
const struct evx_rosters_key *evx_rosters_keys(
	const struct evx_rosters *r, const char *signing, size_t *n);
/* True when another roster than this one speaks for the agency. */
bool evx_rosters_others_speak(
	const struct evx_rosters *r, size_t roster, const struct evx_roster_member *member);

/* ---- What they say together, each within its scope (rosters_say.c) */

struct evx_rosters_claim {
	const struct evx_roster *roster; /* NULL: nobody claims it */
	const struct evx_roster_member *member;
	const struct evx_roster_key *key;
};
struct evx_rosters_said {
	enum evx_roster_status status; /* the strongest: compromised, revoked, valid, expired, not
					  yet */
	struct evx_rosters_claim by;   /* who says it */
	struct evx_rosters_claim against; /* another roster that, within its scope, has the key in
					     another agency: then neither vouches */
	struct evx_rosters_claim outside; /* a roster that claims the key for an agency for which it
					     does not speak; it counts for nothing */
};
/* What they say of a signing key (text form) at a time; proven_before as for evx_roster_status. r
 * NULL: nothing. */
struct evx_rosters_said evx_rosters_ask(
	const struct evx_rosters *r, const char *signing, int64_t time, int64_t proven_before);
/* What the rules of custody ask of all of them; r outlives the result. */
struct evx_rules_roster evx_rosters_rules(const struct evx_rosters *r);

#endif
