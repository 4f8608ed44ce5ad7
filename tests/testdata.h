/* The public vectors beside the checkout (../shared/testdata, or $EVX_TESTDATA). Where absent a
 * test prints why and skips. */
#ifndef EVX_TESTS_TESTDATA_H
#define EVX_TESTS_TESTDATA_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/io.h"
#include "format/text.h"

#include <fcntl.h>

/* The path of name under the vectors, in one of four static buffers; skips the running test when
 * the folder is absent. */
static inline const char *testdata(const char *name)
{
	static char path[4][4096];
	static unsigned turn;
	const char *root = getenv("EVX_TESTDATA");
	char *p = path[turn++ % 4];
	struct stat st;

	if (root == NULL)
		root = "../shared/testdata";
	snprintf(p, sizeof(path[0]), "%s/%s", root, name);
	if (stat(p, &st) != 0) {
		print_message("skipped: no public vectors at %s (set EVX_TESTDATA)\n", p);
		skip();
	}
	return p;
}

/* flags as of json_load_file. */
static inline json_t *testdata_json(const char *path, size_t flags)
{
	json_error_t why;
	json_t *root = json_load_file(path, flags, &why);

	if (root == NULL)
		fail_msg("%s: %s", path, why.text);
	return root;
}

/* The bytes of the hexadecimal (base64: of testdata_b64) string obj.key; an absent one is empty.
 * Freed with evx_buf_free. */
static inline struct evx_buf testdata_hex(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));
	struct evx_buf b = EVX_BUF_INIT;
	size_t n = s == NULL ? 0 : strlen(s) / 2;

	assert_int_equal(evx_buf_reserve(&b, n + 1), EVX_OK);
	if (n > 0)
		assert_int_equal(evx_hex_decode(s, strlen(s), b.data, n), EVX_OK);
	b.len = n;
	return b;
}

static inline struct evx_buf testdata_b64(const char *s)
{
	struct evx_buf b = EVX_BUF_INIT;

	if (s != NULL)
		assert_int_equal(evx_base64_decode(s, strlen(s), true, &b), EVX_OK);
	return b;
}

#endif
