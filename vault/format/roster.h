/* A roster: whom a community of agencies trusts, one version of it (format-spec/roster.md). */
#ifndef EVX_FORMAT_ROSTER_H
#define EVX_FORMAT_ROSTER_H

#include "format/card.h"

enum evx_roster_reason { EVX_REVOKED_RETIRED, EVX_REVOKED_LOST, EVX_REVOKED_COMPROMISED };

struct evx_roster_root {
	char name[EVX_CARD_TEXT_CAP];
	char signing[EVX_KEY_TEXT_CAP];
};

struct evx_roster_key {
	char person[EVX_CARD_TEXT_CAP];
	char role[EVX_CARD_TEXT_CAP]; /* "" when absent */
	char encryption[EVX_KEY_TEXT_CAP], signing[EVX_KEY_TEXT_CAP];
	int64_t from; /* seconds since 1970, as all times here */
	bool has_until;
	int64_t until;
	char (*acts_for)[EVX_KEY_TEXT_CAP]; /* owned: signing keys of offices of the same member */
	size_t nacts_for;
	bool approver;
	bool is_revoked;
	enum evx_roster_reason reason;
	int64_t revoked;
};

struct evx_roster_member {
	char agency[EVX_CARD_TEXT_CAP];
	char country[3];
	struct evx_roster_key *keys; /* owned */
	size_t nkeys;
};

/* Zero-initialise. */
struct evx_roster {
	char name[EVX_CARD_TEXT_CAP];
	uint32_t version;     /* from 1 on */
	uint8_t origin[32];   /* of version 1; zeros in it */
	uint8_t previous[32]; /* of the version before; zeros in version 1 */
	int64_t time;
	struct evx_roster_root roots[EVX_ROSTER_ROOTS_MAX];
	size_t nroots;
	uint32_t threshold;
	struct evx_roster_member *members; /* owned */
	size_t nmembers;
	char signers[EVX_SIGNERS_MAX][EVX_KEY_TEXT_CAP];
	size_t nsigners;
};

/* Releases what the roster owns and zeroes it. NULL does nothing. */
void evx_roster_free(struct evx_roster *r);
/* Makes *out, zeroed or freed, a copy of its own. EVX_E_MEMORY. */
enum evx_err evx_roster_copy(const struct evx_roster *r, struct evx_roster *out) EVX_MUST_CHECK;
/* Appends a copy of key to the member of this agency, which is appended when there is none. *out is
 * valid until the next one. EVX_E_MEMORY. */
enum evx_err evx_roster_add_key(struct evx_roster *r, const char *agency, const char *country,
	const struct evx_roster_key *key, struct evx_roster_key **out) EVX_MUST_CHECK;
/* The key of this public signing key and its member (NULL allowed), or NULL. */
struct evx_roster_key *evx_roster_find(
	const struct evx_roster *r, const char *signing, const struct evx_roster_member **member);
/* "retired", "lost", "compromised". Static storage. */
const char *evx_roster_reason_name(enum evx_roster_reason reason);
/* The other way round; false for another text. */
bool evx_roster_reason_of(const char *name, enum evx_roster_reason *out);

/* Appends the JSON line. EVX_E_USAGE for what no reader would take. */
enum evx_err evx_roster_encode(
	const struct evx_roster *r, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line; neither signatures nor thresholds nor the version before are judged here
 * (custody/roster_versions.h does). *out is the caller's to free. EVX_E_CORRUPT, EVX_E_LIMIT,
 * EVX_E_UNSUPPORTED, EVX_E_TRUNCATED. */
enum evx_err evx_roster_decode(
	const void *p, size_t n, struct evx_roster *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
