/* Names for the parts of an exhibit in what is exported for other programs. */
#include <stdio.h>
#include <string.h>

#include "api/verify.h"
#include "crypto/hash.h"

/* The name space for URLs and URNs (RFC 9562, section 6.6). */
static const uint8_t url_space[16] = { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4,
	0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

enum evx_err evx_report_id(
	const char *seal_hash, const char *part, char out[37], struct evx_diag *diag)
{
	struct evx_hash *sha1 = evx_hash_new(EVX_SHA1);
	uint8_t v[EVX_SHA1_LEN] = { 0 };
	enum evx_err err = EVX_E_MEMORY;
	size_t i, at = 0;

	memset(out, 0, 37);
	if (sha1 == NULL)
		goto out;
	evx_hash_update(sha1, url_space, sizeof(url_space));
	evx_hash_update(sha1, "urn:evx:", 8);
	evx_hash_update(sha1, seal_hash, strlen(seal_hash));
	evx_hash_update(sha1, ":", 1);
	evx_hash_update(sha1, part, strlen(part));
	err = evx_hash_final(sha1, v);
	if (err != EVX_OK)
		goto out;
	v[6] = (uint8_t)((v[6] & 0x0f) | 0x50); /* version 5 */
	v[8] = (uint8_t)((v[8] & 0x3f) | 0x80); /* the variant of RFC 9562 */
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		(void)snprintf(out + at, 3, "%02x", (unsigned)v[i]);
		at += 2;
	}
out:
	evx_hash_free(sha1);
	return err == EVX_OK ? EVX_OK : evx_fail_memory(diag);
}
