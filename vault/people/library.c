/* Version and start of the library. */
#include "crypto/secret.h"
#include "evx.h"

const char *evx_version(void)
{
	return EVX_VERSION;
}

enum evx_err evx_start(struct evx_diag *diag)
{
	return evx_crypto_init(diag);
}

bool evx_keys_swappable(void)
{
	return evx_secret_swappable();
}
