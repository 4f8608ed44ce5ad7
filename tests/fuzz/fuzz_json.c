/* JSON lines and files: what parses can be written, and what was written parses to the same. */
#include "fuzz/fuzz.h"

#include "base/json.h"

#define MAX 65536

static enum evx_err write_member(const char *key, const struct evx_json *value, void *ctx)
{
	evx_jw_json(ctx, key, value);
	return EVX_OK;
}

static void write_all(const struct evx_json *root, struct evx_buf *out)
{
	struct evx_jw w = evx_jw_begin(out);

	evx_jw_obj(&w, NULL);
	fuzz_check(evx_json_each(root, write_member, &w) == EVX_OK);
	evx_jw_close(&w);
	fuzz_check(evx_jw_end(&w) == EVX_OK);
}

static void write_again(const struct evx_json *root)
{
	struct evx_buf first = EVX_BUF_INIT, second = EVX_BUF_INIT;
	struct evx_json *again;

	write_all(root, &first);
	fuzz_check(evx_json_parse_line(first.data, first.len, 16 * MAX, &again, NULL) == EVX_OK);
	write_all(again, &second);
	fuzz_check(fuzz_equal(&first, second.data, second.len));
	evx_json_free(again);
	evx_buf_free(&first);
	evx_buf_free(&second);
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_json *line = NULL, *file = NULL;
	struct evx_diag diag = { 0 };
	enum evx_err as_line = evx_json_parse_line(p, n, MAX, &line, &diag),
		     as_file = evx_json_parse_file(p, n, MAX, &file, NULL);

	fuzz_check(as_line == diag.code);
	fuzz_check((as_line == EVX_OK) == (line != NULL) && (as_file == EVX_OK) == (file != NULL));
	fuzz_check(as_line != EVX_OK || as_file == EVX_OK);
	if (line != NULL)
		fuzz_check(n > 0 && p[n - 1] == '\n' && memchr(p, '\n', n) == p + n - 1);
	if (file != NULL)
		write_again(file);
	evx_json_free(line);
	evx_json_free(file);
}

static void fuzz_seeds(void)
{
	fuzz_seed_text("{}\n");
	fuzz_seed_text("{\"a\":\"\\u00e9\\ud83d\\ude00\\\\\\\"\\/"
		       "\\b\",\"b\":[1,-2,9007199254740992,true,false,null,{\"x-c\":[]}]}\n");
	fuzz_seed_text("{\n\t\"a\" : { \"b\" : [ ] }\r\n}\n");
	fuzz_seed_text("{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}\n");
	fuzz_seed_text("{\"a\":1,\"a\":2}\n");
	fuzz_seed_text("{\"a\":1.5,\"b\":1e3,\"c\":\"\\u0000\\ud800\"}\n");
}
