/* Rosters as signed files: their versions verified one by the other, and what the newest says of a
 * key (format-spec/roster.md). */
#ifndef EVX_CUSTODY_ROSTER_VERSIONS_H
#define EVX_CUSTODY_ROSTER_VERSIONS_H

#include "base/cancel.h"
#include "custody/document.h"
#include "format/roster.h"

#define EVX_NS_ROSTER "evx-roster/1"

/* A roster file that was verified. */
struct evx_roster_file {
	struct evx_buf text;   /* all of it */
	uint8_t (*hashes)[32]; /* of the JSON lines of its good versions, in order; the first is the
				  origin */
	size_t n;              /* good versions */
	struct evx_roster newest; /* the last of them; zeros when there is none */
	bool has_draft; /* behind them stands a version that is not signed by all its signers */
	struct evx_roster draft;
	bool draft_signed[EVX_SIGNERS_MAX]; /* by its signers */
	size_t draft_at; /* where it begins in text; the end when there is none */
};
/* Releases and zeroes. NULL does nothing. */
void evx_roster_file_free(struct evx_roster_file *f);
/* Reads and verifies all versions in the n bytes at p. cancel NULL: never. EVX_E_INTERRUPTED,
 * EVX_E_CUSTODY for a rule that is broken (thresholds, versions, a draft that is not the last),
 * EVX_E_FORGED for a signature, EVX_E_NOT_OURS, EVX_E_TRUNCATED, EVX_E_CORRUPT, EVX_E_LIMIT,
 * EVX_E_UNSUPPORTED. */
enum evx_err evx_roster_file_read(const void *p, size_t n, const struct evx_cancel *cancel,
	struct evx_roster_file *out, struct evx_diag *diag) EVX_MUST_CHECK;

enum evx_roster_relation {
	EVX_ROSTER_SAME,
	EVX_ROSTER_NEWER,  /* a continues b */
	EVX_ROSTER_OLDER,  /* b continues a */
	EVX_ROSTER_FORKED, /* one roster, two versions of one number */
	EVX_ROSTER_OTHER,  /* two rosters, or a has no good version */
};
/* How a relates to b by their good versions. *version (NULL allowed) gets the first number they
 * disagree about when they are forked. */
enum evx_roster_relation evx_roster_relation_of(
	const struct evx_roster_file *a, const struct evx_roster_file *b, uint32_t *version);

/* ---- Making versions */

/* *next, the caller's to free, is the version to be changed: a copy of the draft, or what comes
 * after the newest version, without signers, at time now (not before the newest). EVX_E_CUSTODY
 * when somebody has signed the draft: any change would void that. */
enum evx_err evx_roster_file_next(const struct evx_roster_file *f, int64_t now,
	struct evx_roster *next, struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes all roots of next, and those of the newest version where roots or threshold differ, its
 * signers. EVX_E_LIMIT when they are more than can sign. */
enum evx_err evx_roster_file_all_sign(const struct evx_roster_file *f, struct evx_roster *next,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the text of f to out with next as its unsigned draft, after all checks but that of
 * signatures. */
enum evx_err evx_roster_file_draft(const struct evx_roster_file *f, const struct evx_roster *next,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the text of f to out with signer's signature on its draft. EVX_E_CUSTODY when there is no
 * draft, or it does not name the signer; EVX_E_EXISTS when the signer has signed. */
enum evx_err evx_roster_file_sign(const struct evx_roster_file *f, const struct evx_signer *signer,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- What a version says */

enum evx_roster_status {
	EVX_ROSTER_UNKNOWN,
	EVX_ROSTER_VALID,
	EVX_ROSTER_NOT_YET,
	EVX_ROSTER_EXPIRED,
	EVX_ROSTER_REVOKED,
	EVX_ROSTER_COMPROMISED,
};
#define EVX_NOT_PROVEN INT64_MAX

/* What r says of the signing key (text form) at a time, for something that a trusted time-stamp
 * proves to have existed before proven_before (EVX_NOT_PROVEN: nothing does). *key (NULL allowed)
 * gets the entry, NULL when unknown. */
enum evx_roster_status evx_roster_status(const struct evx_roster *r, const char *signing,
	int64_t time, int64_t proven_before, const struct evx_roster_key **key);
/* The same of a key that was found. */
enum evx_roster_status evx_roster_status_of(
	const struct evx_roster_key *key, int64_t time, int64_t proven_before);
/* True when key, and office, both of one roster, are valid at that time, and key acts for office.
 * Here and below the time is taken as it is given: a key compromised later is valid. NULL: no. */
bool evx_roster_status_acts_for(
	const struct evx_roster_key *key, const struct evx_roster_key *office, int64_t time);
/* True when key is valid at that time and approves for its member. NULL: no. */
bool evx_roster_status_approves(const struct evx_roster_key *key, int64_t time);

#endif
