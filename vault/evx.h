/* libevx: the library's only public header. Seals evidence into bundles, verifies, lists and opens
 * them.
 *
 * Conventions. Every fallible call returns enum evx_err and fills a caller-owned struct evx_diag.
 * Strings in options stay the caller's and are only read; strings in results are owned by the
 * result and released by its free function. Nothing prints, exits or reads the environment. Text
 * that comes from evidence, bundles or cards is passed on as it is: escape it (evx_text_escape)
 * before showing it. Calls of one process must not overlap unless said otherwise; seal, verify,
 * list, cat and extract confine the process (Landlock, seccomp) when options.confine is set, after
 * which it can do nothing but finish that one operation. */
#ifndef EVX_H
#define EVX_H

#include "api/disclose.h"
#include "api/events.h"
#include "api/mirrors.h"
#include "api/open.h"
#include "api/people.h"
#include "api/possession.h"
#include "api/remotes.h"
#include "api/seal.h"
#include "api/ship.h"
#include "api/shipments.h"
#include "api/start.h"
#include "api/status.h"
#include "api/vault.h"
#include "api/verify.h"

#endif
