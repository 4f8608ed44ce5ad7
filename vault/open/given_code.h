/* A seal code that a person read from paper, compared with the exhibit at hand (format-spec/seal.md
 * "Seal code"). */
#ifndef EVX_OPEN_GIVEN_CODE_H
#define EVX_OPEN_GIVEN_CODE_H

#include "api/verify.h"
#include "open/exhibit.h"

struct evx_given_code {
	bool given;
	uint8_t bits[17];
};

/* Reads text (NULL: no code was given). EVX_E_USAGE, with what to write, for the beginning of a
 * code and for any other text: only a whole code that checks can be compared. */
enum evx_err evx_given_code_read(
	const char *text, struct evx_given_code *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Compares it with the seal of the loaded exhibit, if that seal is good and in its place; with any
 * other seal the answer is EVX_CODE_NOT_COMPARED. */
enum evx_code_answer evx_given_code_compare(
	const struct evx_given_code *code, const struct evx_exhibit *ex);

#endif
