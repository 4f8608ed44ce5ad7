/* Public keys by the beginning and the length of their texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/key_text.h"

/* Of each kind, how it begins and how long it may be (signatures.md, age.md). */
static const struct kind {
	bool (*is)(const char *s, size_t n);
	const char *prefix;
	size_t least, most;
} kinds[] = {
	{ evx_key_text_signing, "ssh-ed25519 ", 80, 80 },
	{ evx_key_text_signing, "sk-ssh-ed25519@openssh.com ", 127, 163 },
	{ evx_key_text_encryption, "age1", 62, 62 },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* n bytes, which end where their memory ends. */
static char *text(const char *prefix, size_t n)
{
	char *s = malloc(n + (n == 0));

	assert_non_null(s);
	memset(s, 'A', n);
	memcpy(s, prefix, strlen(prefix) < n ? strlen(prefix) : n);
	return s;
}

static void lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++)
		for (size_t n = 0; n < EVX_KEY_TEXT_CAP + 4; n++) {
			char *s = text(kinds[i].prefix, n);

			if (kinds[i].is(s, n) != (n >= kinds[i].least && n <= kinds[i].most))
				fail_msg("%s: %zu bytes", kinds[i].prefix, n);
			free(s);
		}
}

/* Each byte of the beginning counts; and no signing key is one to encrypt to. */
static void beginnings(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		char *s = text(kinds[i].prefix, kinds[i].most);

		for (size_t at = 0; at < strlen(kinds[i].prefix); at++) {
			s[at] ^= 1;
			if (kinds[i].is(s, kinds[i].most))
				fail_msg("%s: byte %zu", kinds[i].prefix, at);
			s[at] ^= 1;
		}
		assert_true(kinds[i].is(s, kinds[i].most));
		assert_int_equal(evx_key_text_signing(s, kinds[i].most), i < 2);
		assert_int_equal(evx_key_text_encryption(s, kinds[i].most), i == 2);
		free(s);
	}
}

static void none(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		assert_false(kinds[i].is(NULL, 0));
		assert_false(kinds[i].is(NULL, kinds[i].most));
		assert_false(kinds[i].is("", 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lengths), cmocka_unit_test(beginnings),
		cmocka_unit_test(none) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
