/* What the fuzzers share: a check that stops the run, and seeds made at run time.
 *
 * A fuzzer defines fuzz_one, which takes one input, and fuzz_seeds, which calls fuzz_seed for each
 * good value to begin from. Called as `fuzz_x --seeds DIR` it writes them to DIR and ends;
 * randomness is the same in every run, so are they. */
#ifndef EVX_TESTS_FUZZ_H
#define EVX_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test_hooks.h"
#include "crypto/secret.h"

static void fuzz_one(const uint8_t *p, size_t n);
static void fuzz_seeds(void);

/* Stops the run unless cond holds: what libFuzzer then keeps is the input that shows it. */
#define fuzz_check(cond) \
	do { \
		if (!(cond)) { \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond); \
			abort(); \
		} \
	} while (0)

static const char *fuzz_dir;
static const char *fuzz_from; /* the last directory of a run: that of the seeds */
static unsigned fuzz_count;

static inline void fuzz_seed(const void *p, size_t n)
{
	char path[4096];
	FILE *f;

	if (fuzz_dir == NULL)
		return;
	(void)snprintf(path, sizeof(path), "%s/seed-%03u", fuzz_dir, fuzz_count++);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static inline void fuzz_seed_text(const char *s)
{
	fuzz_seed(s, strlen(s));
}

static inline bool fuzz_equal(const struct evx_buf *b, const void *p, size_t n)
{
	return b->len == n && (n == 0 || memcmp(b->data, p, n) == 0);
}

/* A NUL-terminated copy, freed by the caller. */
static inline char *fuzz_text(const uint8_t *p, size_t n)
{
	char *s = malloc(n + 1);

	fuzz_check(s != NULL);
	if (n > 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const uint8_t always[32] = { 1, 2, 3 };

	fuzz_check(evx_crypto_init(NULL) == EVX_OK);
	evx_random_test_seed(always);
	if (*argc == 3 && strcmp((*argv)[1], "--seeds") == 0)
		fuzz_dir = (*argv)[2];
	else if (*argc > 1 && (*argv)[*argc - 1][0] != '-')
		fuzz_from = (*argv)[*argc - 1];
	fuzz_seeds();
	if (fuzz_dir != NULL)
		exit(fuzz_count > 0 ? 0 : 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	fuzz_one(p, n);
	return 0;
}

#endif
