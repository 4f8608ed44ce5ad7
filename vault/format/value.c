/* Values that stand in documents of several kinds. */
#include "format/value.h"

#include <string.h>

#include "format/time.h"

enum evx_err evx_value_key(const char *doc, const char *what, bool signing, const char *s, size_t n,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	if (!(signing ? evx_key_text_signing(s, n) : evx_key_text_encryption(s, n)))
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s: expected a public %s key in %s, found another value", doc,
			signing ? "signing" : "encryption", what);
	memcpy(out, s, n);
	out[n] = '\0';
	return EVX_OK;
}

enum evx_err evx_value_read_key(const char *doc, const struct evx_json *obj, const char *key,
	bool signing, char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, key, false, &s, &n, diag);

	return err != EVX_OK ? err : evx_value_key(doc, key, signing, s, n, out, diag);
}

enum evx_err evx_value_read_signer(const char *doc, const struct evx_json *obj,
	char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const struct evx_json *signers;
	const char *s;
	size_t n;
	enum evx_err err = evx_json_arr(obj, "signers", false, &signers, diag);

	if (err != EVX_OK)
		return err;
	if (evx_json_len(signers) != 1)
		return evx_fail(diag, EVX_E_CORRUPT, "%s: expected exactly one signer, found %zu",
			doc, evx_json_len(signers));
	s = evx_json_text(evx_json_at(signers, 0), &n);
	return evx_value_key(doc, "signers", true, s, n, out, diag);
}

enum evx_err evx_value_read_time(const char *doc, const struct evx_json *obj, const char *key,
	bool optional, int64_t *out, bool *present, struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, key, optional, &s, &n, diag);

	if (present != NULL)
		*present = err == EVX_OK && s != NULL;
	if (err != EVX_OK || s == NULL)
		return err;
	if (evx_time_decode(s, n, out) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s: expected a time YYYY-MM-DDTHH:MM:SSZ in %s, found another text", doc,
			key);
	return EVX_OK;
}

enum evx_err evx_value_read_name(const char *doc, const struct evx_json *obj, const char *key,
	bool optional, char out[EVX_CARD_TEXT_CAP], struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	const char *s;
	enum evx_err err = evx_json_str(obj, key, optional, &s, NULL, diag);

	if (err != EVX_OK || s == NULL)
		return err;
	if (evx_card_text_check(key, s, &why) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT, "%s: %s", doc, why.text);
	memcpy(out, s, strlen(s) + 1);
	return EVX_OK;
}
