/* The seal code on paper against the seal of an exhibit. */
#include "open/given_code.h"

#include <string.h>

#include "format/text.h"

enum evx_err evx_given_code_read(
	const char *text, struct evx_given_code *out, struct evx_diag *diag)
{
	uint8_t bits[17];
	unsigned nbits;

	*out = (struct evx_given_code){ .given = false };
	if (text == NULL)
		return EVX_OK;
	switch (evx_seal_code_read(text, bits, &nbits)) {
	case EVX_OK:
		break;
	case EVX_E_TRUNCATED:
		return evx_fail(diag, EVX_E_USAGE,
			"\"%.60s\" is only the beginning of a seal code. To compare, give all "
			"eight groups of four characters.",
			text);
	default:
		return evx_fail(diag, EVX_E_USAGE,
			"\"%.60s\" is no seal code: a character is wrong, missing or too many. "
			"Look at the paper again. A seal code has eight groups of four characters.",
			text);
	}
	memcpy(out->bits, bits, sizeof(out->bits));
	out->given = true;
	return EVX_OK;
}

enum evx_code_answer evx_given_code_compare(
	const struct evx_given_code *code, const struct evx_exhibit *ex)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);

	if (!code->given)
		return EVX_CODE_NOT_GIVEN;
	/* The rightful part begins with a seal whose signatures are good, or is empty. */
	if (!chain->has_exhibit || chain->rightful == 0)
		return EVX_CODE_NOT_COMPARED;
	return evx_seal_code_matches(code->bits, chain->exhibit) ? EVX_CODE_SAME : EVX_CODE_OTHER;
}
