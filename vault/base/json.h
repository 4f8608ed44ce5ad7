/* JSON as evx uses it (format-spec/conventions.md "JSON"): strict reading of hostile lines, and a
 * writer. The only folder that includes jansson; others see the opaque struct evx_json. */
#ifndef EVX_BASE_JSON_H
#define EVX_BASE_JSON_H

#include "base/buf.h"

struct evx_json; /* one JSON value; children are owned by the document's root */

/* Parses one JSON line of n bytes: exactly one LF, at its end; no other byte below 0x20, no 0x7F,
 * no BOM; valid UTF-8; nesting at most 16, at most 131,072 objects and arrays, at most 524,288
 * values and keys in all, at most max bytes (EVX_E_LIMIT); the root an object; no duplicate keys;
 * no reals, no integers beyond 2^53; no escaped NUL. EVX_E_TRUNCATED when the LF at the end is
 * missing, else EVX_E_CORRUPT. The checks on bytes, numbers, depth and counts come before the
 * parser sees it. On success *out must be released with evx_json_free. */
enum evx_err evx_json_parse_line(const void *p, size_t n, size_t max, struct evx_json **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* As above for a file of JSON in any layout (LF, CR, TAB allowed between tokens): what a person
 * writes for --details. */
enum evx_err evx_json_parse_file(const void *p, size_t n, size_t max, struct evx_json **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_json_free(struct evx_json *root);

/* Getters on an object. A missing key: *out is NULL (0) and the call succeeds when optional, else
 * EVX_E_CORRUPT naming the key; a wrong type is always EVX_E_CORRUPT. Strings stay owned by the
 * document. */
enum evx_err evx_json_str(const struct evx_json *obj, const char *key, bool optional,
	const char **out, size_t *len, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_json_int(const struct evx_json *obj, const char *key, bool optional, int64_t *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_json_bool(const struct evx_json *obj, const char *key, bool optional, bool *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_json_obj(const struct evx_json *obj, const char *key, bool optional,
	const struct evx_json **out, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_json_arr(const struct evx_json *obj, const char *key, bool optional,
	const struct evx_json **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* A string of decimal digits (no sign unless is_signed allows '-', no leading zero, no "-0"): how
 * sizes and nanosecond times are written. */
enum evx_err evx_json_u64(const struct evx_json *obj, const char *key, bool optional, uint64_t *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_json_i64(const struct evx_json *obj, const char *key, bool optional, int64_t *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* A string of exactly 2n lower-case hex digits, decoded into out. *present (NULL allowed) tells
 * whether an optional key was there. */
enum evx_err evx_json_hex(const struct evx_json *obj, const char *key, bool optional, uint8_t *out,
	size_t n, bool *present, struct evx_diag *diag) EVX_MUST_CHECK;
bool evx_json_has(const struct evx_json *obj, const char *key);
/* EVX_E_UNSUPPORTED when obj has a key that is not in the NULL-terminated list allowed; keys that
 * begin with "x-" are ignored. EVX_E_CORRUPT when it is no object (an element of an array may be
 * anything). */
enum evx_err evx_json_only(const struct evx_json *obj, const char *const *allowed,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each(key, value, ctx) for every member of obj, in document order, until it fails. */
enum evx_err evx_json_each(const struct evx_json *obj,
	enum evx_err (*each)(const char *key, const struct evx_json *value, void *ctx),
	void *ctx) EVX_MUST_CHECK;

size_t evx_json_len(const struct evx_json *arr);
const struct evx_json *evx_json_at(const struct evx_json *arr, size_t i);
/* The text of a string value, or NULL when value is not a string. */
const char *evx_json_text(const struct evx_json *value, size_t *len);
/* The value of a string of decimal digits as in evx_json_u64; false when it is none. */
bool evx_json_text_u64(const struct evx_json *value, uint64_t *out);

/* Writer: appends to a buffer, compact, one line, keys in call order. Usage:
 *   struct evx_jw w = evx_jw_begin(&buf); evx_jw_obj(&w, NULL); evx_jw_str(&w, "format",
 * "evx-event/1"); … evx_jw_close(&w); err = evx_jw_end(&w);   -- appends the LF key is NULL inside
 * arrays and for the root. The first failure sticks and is what evx_jw_end returns, so calls need
 * no checks between. Strings must be valid UTF-8 (EVX_E_USAGE otherwise); `"`, `\`, bytes below
 * 0x20 and 0x7F are escaped, '/' is not. */
struct evx_jw {
	struct evx_buf *buf;
	enum evx_err err;
	unsigned depth;
	char close[16];
	bool comma;
};
struct evx_jw evx_jw_begin(struct evx_buf *buf);
void evx_jw_obj(struct evx_jw *w, const char *key);
void evx_jw_arr(struct evx_jw *w, const char *key);
void evx_jw_close(struct evx_jw *w); /* the innermost open object or array */
void evx_jw_str(struct evx_jw *w, const char *key, const char *s);
void evx_jw_strn(struct evx_jw *w, const char *key, const void *s, size_t n);
void evx_jw_opt(struct evx_jw *w, const char *key, const char *s); /* writes nothing when s is NULL
								      or "" */
void evx_jw_int(struct evx_jw *w, const char *key, int64_t v);
void evx_jw_bool(struct evx_jw *w, const char *key, bool v);
void evx_jw_null(struct evx_jw *w, const char *key);
void evx_jw_u64(struct evx_jw *w, const char *key, uint64_t v); /* as a string of decimal digits */
void evx_jw_i64(struct evx_jw *w, const char *key, int64_t v); /* as a string of decimal digits, '-'
								  before negative ones */
void evx_jw_hex(struct evx_jw *w, const char *key, const uint8_t *p, size_t n);
void evx_jw_json(struct evx_jw *w, const char *key, const struct evx_json *value); /* a parsed
										      value,
										      compact, in
										      document order
										    */
enum evx_err evx_jw_end(struct evx_jw *w) EVX_MUST_CHECK;

#endif
