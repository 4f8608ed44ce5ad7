/* One allocation of an operation fails, the first, the second, … until none does. To be included
 * once in a program. */
#ifndef EVX_TESTS_FAILING_H
#define EVX_TESTS_FAILING_H

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

/* clang's sanitizer brings an allocator into the program, and nothing can stand before it. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define NOT_HERE
#endif
#endif

static size_t until; /* how many allocations still succeed, while `failing` */
static bool failing, failed;

#ifndef NOT_HERE
/* These stand before those of the C library, or of gcc's sanitizer, which they call. */
static void *failing_real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static bool fails(void)
{
	if (!failing || failed || until-- > 0)
		return false;
	failed = true;
	return true;
}

void *malloc(size_t n)
{
	static void *(*real)(size_t);

	if (real == NULL)
		*(void **)&real = failing_real("malloc");
	return fails() ? NULL : real(n);
}

void *calloc(size_t n, size_t size)
{
	static void *(*real)(size_t, size_t);

	if (real == NULL)
		*(void **)&real = failing_real("calloc");
	return fails() ? NULL : real(n, size);
}

void *realloc(void *p, size_t n)
{
	static void *(*real)(void *, size_t);

	if (real == NULL)
		*(void **)&real = failing_real("realloc");
	return fails() ? NULL : real(p, n);
}
#endif

/* One thing to do; *out gets numbers that are the same each time. */
struct outcome {
	size_t number[5];
};
typedef enum evx_err (*operation)(void *ctx, struct outcome *out);

/* Each allocation of the deed fails in turn. */
static void each_fails(const char *name, operation deed, void *ctx, size_t least)
{
	struct outcome usual = { { 0 } }, found;
	size_t at;

	if (deed(ctx, &usual) != EVX_OK)
		fail_msg("%s: fails as it is", name);
	for (at = 0; at < 100000; at++) {
		enum evx_err err;

		memset(&found, 0, sizeof(found));
		until = at;
		failed = false;
		failing = true;
		err = deed(ctx, &found);
		failing = false;
		if (err == EVX_OK && memcmp(&found, &usual, sizeof(found)) != 0)
			fail_msg("%s: allocation %zu fails, and the result is another", name, at);
		/* The C library says that memory ran out by errno, where it opens a directory. */
		if (err != EVX_OK && err != EVX_E_MEMORY && err != EVX_E_IO)
			fail_msg("%s: allocation %zu fails: %s", name, at, evx_err_name(err));
		if (!failed)
			break;
	}
	if (at < least || at == 100000)
		fail_msg("%s: %zu allocations", name, at);
}

#endif
