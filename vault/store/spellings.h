/* The ways in which a path can be said while its links are followed one by one. */
#ifndef EVX_STORE_SPELLINGS_H
#define EVX_STORE_SPELLINGS_H

#include <stddef.h>

#include "base/err.h"

/* Calls each with path made absolute, and again after each link in it that was followed: the last
 * one is its real path. No name in them is empty, "." or "..", but the directory that ".." means is
 * found as the kernel finds it. What does not lead on ends it silently, as do more than 40 links.
 * EVX_E_MEMORY, or what each returned. */
enum evx_err evx_spellings_each(const char *path,
	enum evx_err (*each)(void *ctx, const char *spelled), void *ctx) EVX_MUST_CHECK;

#endif
