/* For which agencies a roster was accepted (format-spec/roster.md "Scope"). */
#ifndef EVX_CUSTODY_ROSTER_SCOPE_H
#define EVX_CUSTODY_ROSTER_SCOPE_H

#include "format/roster.h"

struct evx_roster_agency {
	char country[3];
	char agency[EVX_CARD_TEXT_CAP];
};
/* Zero-initialise: nobody has said anything yet. Stated without agencies: accepted for none. */
struct evx_roster_scope {
	bool stated;
	struct evx_roster_agency *at; /* owned; sorted, none twice */
	size_t n;
};

/* Releases and zeroes. NULL does nothing. */
void evx_roster_scope_free(struct evx_roster_scope *s);
/* Makes *out, zeroed or freed, a copy of its own. EVX_E_MEMORY. */
enum evx_err evx_roster_scope_copy(
	const struct evx_roster_scope *s, struct evx_roster_scope *out) EVX_MUST_CHECK;
/* Adds an agency, once; the scope is stated then. EVX_E_MEMORY. */
enum evx_err evx_roster_scope_add(
	struct evx_roster_scope *s, const char *agency, const char *country) EVX_MUST_CHECK;
/* True when the agency, by name and country, is in it. */
bool evx_roster_scope_has(
	const struct evx_roster_scope *s, const char *agency, const char *country);
bool evx_roster_scope_same(const struct evx_roster_scope *a, const struct evx_roster_scope *b);

/* Appends the text of the file. EVX_E_MEMORY. */
enum evx_err evx_roster_scope_encode(
	const struct evx_roster_scope *s, struct evx_buf *out) EVX_MUST_CHECK;
/* Reads the n bytes of one. EVX_E_NOT_OURS, EVX_E_CORRUPT, EVX_E_MEMORY. *out is the caller's to
 * free after success. */
enum evx_err evx_roster_scope_decode(const void *p, size_t n, struct evx_roster_scope *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
