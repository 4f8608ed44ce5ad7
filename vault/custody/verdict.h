/* The verdict: findings to three graded lines and an exit code (format-spec/verification.md
 * "Verdict"). */
#ifndef EVX_CUSTODY_VERDICT_H
#define EVX_CUSTODY_VERDICT_H

#include "custody/finding.h"

enum evx_verdict_grade {
	EVX_GRADE_INTACT,
	EVX_GRADE_REMARKS,
	EVX_GRADE_BROKEN,
	EVX_GRADE_NOT_CHECKED
};

struct evx_verdict {
	struct {
		enum evx_verdict_grade grade;
		char text[256]; /* one line for a person: "data: intact" */
	} line[EVX_VERDICT_LINES];
	int exit_code; /* 0, 1, 3, 4 or 5 */
};

/* Judges the findings. chain_length and rightful are those of evx_chain_result. */
struct evx_verdict evx_verdict_of(
	const struct evx_findings *findings, size_t chain_length, size_t rightful);

#endif
