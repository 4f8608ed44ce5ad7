/* Public keys in documents: kind and length of the text. */
#include "format/key_text.h"

#include <string.h>

/* format-spec/signatures.md "Public signing key", age.md. Lengths of whole texts: the kind, a
 * space, base64; or Bech32. */
static const struct kind {
	const char *prefix;
	size_t min, max;
} file_key = { "ssh-ed25519 ", 80, 80 }, token_key = { "sk-ssh-ed25519@openssh.com ", 127, 163 },
  age_key = { "age1", 62, 62 };

static bool is(const struct kind *k, const char *s, size_t n)
{
	return s != NULL && n >= k->min && n <= k->max &&
		memcmp(s, k->prefix, strlen(k->prefix)) == 0;
}

bool evx_key_text_signing(const char *s, size_t n)
{
	return is(&file_key, s, n) || is(&token_key, s, n);
}

bool evx_key_text_encryption(const char *s, size_t n)
{
	return is(&age_key, s, n);
}
