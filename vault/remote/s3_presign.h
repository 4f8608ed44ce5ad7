/* Addresses for one PUT each, which the owner of a store's key gives to somebody who has none. */
#ifndef EVX_REMOTE_S3_PRESIGN_H
#define EVX_REMOTE_S3_PRESIGN_H

#include "remote/remote.h"

#define EVX_S3_PRESIGN_SECONDS_MAX 604800u /* a week: S3 takes no more */

/* Appends to out an address for a PUT of object name at the store of url (s3://…), with the header
 * if-none-match: * and no other, valid from now (seconds since 1970) for so many seconds; and a NUL
 * that is not counted. Nothing is connected. EVX_E_USAGE for a URL of another kind, EVX_E_KEY
 * without a key. */
enum evx_err evx_s3_presign(const char *url, const struct evx_remote_secrets *secrets,
	const char *name, int64_t now, unsigned seconds, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
