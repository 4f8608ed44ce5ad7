/* Preloaded into a program: fails its n-th allocation, or all from the n-th on (README.md). */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What malloc and the others of the C library are behind their names. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

static unsigned long fail_at;
static atomic_ulong calls;
static int report = -1;
static bool stays;

__attribute__((constructor)) static void begin(void)
{
	const char *how = getenv("EVX_FAULT_HOW"), *at = getenv("EVX_FAULT_AT"),
		   *out = getenv("EVX_FAULT_OUT");

	if (how == NULL || at == NULL || out == NULL)
		return;
	stays = strcmp(how, "GONE") == 0;
	report = open(out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	fail_at = strtoul(at, NULL, 10);
}

static bool fault(void)
{
	unsigned long n;

	if (fail_at == 0)
		return false;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (n < fail_at || (n > fail_at && !stays))
		return false;
	if (n == fail_at)
		(void)!write(report, "malloc\n", 7);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fault() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fault() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fault() ? NULL : __libc_realloc(p, n);
}

void *aligned_alloc(size_t align, size_t n)
{
	return fault() ? NULL : __libc_memalign(align, n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
	*out = fault() ? NULL : __libc_memalign(align, n);
	return *out == NULL ? ENOMEM : 0;
}
