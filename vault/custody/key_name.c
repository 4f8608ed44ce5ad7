/* How a sentence names a signing key. */
#include "custody/key_name.h"

#include <stdio.h>
#include <string.h>

#include "crypto/sshsig.h"

const char *evx_key_name(const char *key, char out[EVX_KEY_NAME_CAP])
{
	char fingerprint[EVX_FINGERPRINT_CAP];
	struct evx_sshkey pub;

	if (evx_sshkey_decode(key, strlen(key), &pub, NULL) != EVX_OK) {
		(void)snprintf(out, EVX_KEY_NAME_CAP, "another key");
		return out;
	}
	evx_sshkey_fingerprint(&pub, fingerprint);
	(void)snprintf(out, EVX_KEY_NAME_CAP, "%s", fingerprint);
	return out;
}
