/* The words for bytes: all of them different, and at the places that the spec gives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/words.h"

static void test_words(void **state)
{
	(void)state;
	for (size_t a = 0; a < 512; a++) {
		const char *word = evx_words_at(a / 256, (uint8_t)a);

		assert_in_range(strlen(word), 2, 10);
		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz"), strlen(word));
		for (size_t b = 0; b < a; b++)
			assert_string_not_equal(word, evx_words_at(b / 256, (uint8_t)b));
	}
	assert_string_equal(evx_words_at(0, 0x00), "ant");
	assert_string_equal(evx_words_at(2, 0xff), evx_words_at(0, 0xff));
	assert_string_equal(evx_words_at(1, 0x00), "acrobat");
	assert_string_equal(evx_words_at(15, 0x81), evx_words_at(1, 0x81));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
