/* Findings: what a verifier saw, one code and one plain sentence each (format-spec/verification.md
 * "Findings"). */
#ifndef EVX_CUSTODY_FINDING_H
#define EVX_CUSTODY_FINDING_H

#include "base/err.h"
#include "base/told.h"

enum evx_weight {
	EVX_WEIGHT_INFO,      /* worth saying, changes nothing */
	EVX_WEIGHT_REMARK,    /* a reader should know it; changes no exit code */
	EVX_WEIGHT_GAP,       /* paper is missing, or a rule of trust is not met */
	EVX_WEIGHT_UNCHECKED, /* could not be checked */
	EVX_WEIGHT_NEWER,     /* could not be checked: newer than this program */
	EVX_WEIGHT_BROKEN,    /* altered, forged, or against the format */
};
#define EVX_WEIGHTS 6

/* The three graded lines of the verdict. The first letter of a finding's code, D, C or T, says
 * which one it counts in. */
enum evx_verdict_line { EVX_ON_DATA, EVX_ON_CUSTODY, EVX_ON_TRUST };
#define EVX_VERDICT_LINES 3

#define EVX_NO_EVENT UINT32_MAX
#define EVX_FINDINGS_KEPT 1000u

struct evx_finding {
	char code[20]; /* "C-SIGNATURE" */
	enum evx_weight weight;
	enum evx_verdict_line line;
	uint32_t event;  /* number, or EVX_NO_EVENT */
	char where[512]; /* member or listing path, unescaped and maybe cut; "" if none */
	bool has_offset;
	uint64_t offset;  /* in where */
	bool behind_seal; /* about bytes of the container that came after all that the seal covers
			   */
	bool origin;      /* about the original of a disclosure, and event is one of its events */
	char text[512];   /* a plain sentence; hostile names in it are escaped */
	char told[512];   /* the same in the language of the reader (base/told.h), or "" */
};

/* Zero-initialise. Every finding is counted; EVX_FINDINGS_KEPT are kept: the first ones, of which
 * the lightest give way to what weighs more, so that nobody can hide damage behind a thousand
 * remarks. */
struct evx_findings {
	struct evx_finding *at;
	size_t n;
	uint64_t dropped;      /* counted, not kept */
	enum evx_weight least; /* once some are dropped: none that is kept weighs less */
	uint64_t count[EVX_VERDICT_LINES][EVX_WEIGHTS];
};
void evx_findings_free(struct evx_findings *f);
/* Adds all that from counts and keeps. EVX_E_MEMORY. */
enum evx_err evx_findings_join(
	struct evx_findings *f, const struct evx_findings *from) EVX_MUST_CHECK;
/* As above, but nothing of it weighs more than most. */
enum evx_err evx_findings_join_at_most(struct evx_findings *f, const struct evx_findings *from,
	enum evx_weight most) EVX_MUST_CHECK;
/* Adds what was found in the custody record of a disclosure's original: in its own words, which say
 * so. EVX_E_MEMORY. */
enum evx_err evx_findings_join_origin(
	struct evx_findings *f, const struct evx_findings *from) EVX_MUST_CHECK;
/* Adds a finding about event (EVX_NO_EVENT: about none) and the member or path where (NULL: none).
 * A C-… finding about event 0 (the seal) that is unchecked, newer or broken counts in the data
 * line, too, unless only a key can show it (C-BINDING, C-DETAILS, C-KEY). Hostile text among the
 * arguments must be escaped by the caller (evx_text_escape); where is not to be. EVX_E_MEMORY. */
enum evx_err evx_findings_add(struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t event, const char *where, const char *fmt, ...) EVX_PRINTF(6, 7) EVX_MUST_CHECK;
/* The same with a text that was said before. */
enum evx_err evx_findings_add_told(struct evx_findings *f, const char *code, enum evx_weight weight,
	uint32_t event, const char *where, const struct evx_told *say) EVX_MUST_CHECK;
/* Adds a finding about a member of the container, behind_seal or not. EVX_E_MEMORY. */
enum evx_err evx_findings_add_container(struct evx_findings *f, const char *code,
	enum evx_weight weight, bool behind_seal, const char *where,
	const struct evx_told *say) EVX_MUST_CHECK;
/* Adds what a failed check left in diag, its text escaped, with its offset and path (where, unless
 * NULL, takes its place). Its weight is EVX_WEIGHT_NEWER for EVX_E_UNSUPPORTED;
 * EVX_WEIGHT_UNCHECKED for I/O, memory, keys, locks and what is not found; else EVX_WEIGHT_BROKEN.
 */
enum evx_err evx_findings_add_diag(struct evx_findings *f, const char *code, uint32_t event,
	const char *where, const struct evx_diag *diag) EVX_MUST_CHECK;
/* "info", "remark", "gap", "unchecked", "newer", "broken". Static storage. */
const char *evx_weight_name(enum evx_weight w);

#endif
