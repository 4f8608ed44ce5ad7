/* Version and start of the library; how it asks for a passphrase, and shows how far it is. */
#ifndef EVX_API_START_H
#define EVX_API_START_H

#include "base/cancel.h"
#include "base/confine.h"
#include "base/err.h"
#include "base/path.h"
#include "base/told.h"

/* Version of the library, "0.1.0". */
const char *evx_version(void);
/* Starts the cryptographic libraries. Call once, first. */
enum evx_err evx_start(struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether keys were in memory that the system would not lock, so that they may have been written to
 * swap. */
bool evx_keys_swappable(void);

/* How evx asks for a passphrase: fills buf (guarded memory, cap bytes) and *len. what names the
 * identity or file; confirm: ask twice. Return EVX_E_KEY when none can be had. again asks once more
 * after a wrong answer; the process may be confined by then. answered is called when nothing more
 * will be asked. again and answered may be NULL. */
struct evx_passphrase {
	enum evx_err (*ask)(void *ctx, const char *what, bool confirm, char *buf, size_t cap,
		size_t *len, struct evx_diag *diag);
	enum evx_err (*again)(void *ctx, const char *what, char *buf, size_t cap, size_t *len,
		struct evx_diag *diag);
	void (*answered)(void *ctx);
	void *ctx;
};

#endif
