/* Every line and file of an exhibit opened and compared with what was signed
 * (format-spec/verification.md "Order", deep). */
#ifndef EVX_JUDGE_VERIFY_DEEP_H
#define EVX_JUDGE_VERIFY_DEEP_H

#include "evx.h"
#include "open/exhibit.h"

/* Makes a finding of a failure that is one about the bundle; others (memory, interruption, wrong
 * use) are returned. */
enum evx_err evx_verify_deep_note(struct evx_exhibit *ex, const char *code, enum evx_err err,
	const struct evx_diag *why, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the listing, all files, and every frame of an exhibit whose content part is open; what is
 * wrong is among ex->loaded.findings, what was read is counted in r. */
enum evx_err evx_verify_deep(struct evx_exhibit *ex, unsigned jobs, struct evx_report *r,
	struct evx_progress *progress, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
