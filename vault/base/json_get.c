/* Getters: what a parsed document says, type by type. */
#include "base/json.h"

#include <string.h>

#include "base/json_inner.h"

static const char *type_name(const json_t *v)
{
	if (v == NULL)
		return "nothing";
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a real";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	}
	return "something else";
}

static enum evx_err wrong(
	const char *key, const char *expected, const json_t *found, struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_CORRUPT, "\"%s\": expected %s, found %s", key, expected,
		type_name(found));
}

/* Finds key; a missing one is a failure unless optional, and then *v is NULL. */
static enum evx_err find(const struct evx_json *obj, const char *key, bool optional,
	const char *expected, json_t **v, struct evx_diag *diag)
{
	*v = json_object_get(evx_json_inner(obj), key);
	return *v == NULL && !optional ? wrong(key, expected, NULL, diag) : EVX_OK;
}

enum evx_err evx_json_str(const struct evx_json *obj, const char *key, bool optional,
	const char **out, size_t *len, struct evx_diag *diag)
{
	enum evx_err err;
	json_t *v;

	*out = NULL;
	if (len != NULL)
		*len = 0;
	err = find(obj, key, optional, "a string", &v, diag);
	if (err != EVX_OK || v == NULL)
		return err;
	if (!json_is_string(v))
		return wrong(key, "a string", v, diag);
	*out = json_string_value(v);
	if (len != NULL)
		*len = json_string_length(v);
	return EVX_OK;
}

enum evx_err evx_json_int(const struct evx_json *obj, const char *key, bool optional, int64_t *out,
	struct evx_diag *diag)
{
	enum evx_err err;
	json_t *v;

	*out = 0;
	err = find(obj, key, optional, "an integer", &v, diag);
	if (err != EVX_OK || v == NULL)
		return err;
	if (!json_is_integer(v))
		return wrong(key, "an integer", v, diag);
	*out = json_integer_value(v);
	return EVX_OK;
}

enum evx_err evx_json_bool(const struct evx_json *obj, const char *key, bool optional, bool *out,
	struct evx_diag *diag)
{
	enum evx_err err;
	json_t *v;

	*out = false;
	err = find(obj, key, optional, "a boolean", &v, diag);
	if (err != EVX_OK || v == NULL)
		return err;
	if (!json_is_boolean(v))
		return wrong(key, "a boolean", v, diag);
	*out = json_is_true(v);
	return EVX_OK;
}

enum evx_err evx_json_obj(const struct evx_json *obj, const char *key, bool optional,
	const struct evx_json **out, struct evx_diag *diag)
{
	enum evx_err err;
	json_t *v;

	*out = NULL;
	err = find(obj, key, optional, "an object", &v, diag);
	if (err != EVX_OK || v == NULL)
		return err;
	if (!json_is_object(v))
		return wrong(key, "an object", v, diag);
	*out = evx_json_outer(v);
	return EVX_OK;
}

enum evx_err evx_json_arr(const struct evx_json *obj, const char *key, bool optional,
	const struct evx_json **out, struct evx_diag *diag)
{
	enum evx_err err;
	json_t *v;

	*out = NULL;
	err = find(obj, key, optional, "an array", &v, diag);
	if (err != EVX_OK || v == NULL)
		return err;
	if (!json_is_array(v))
		return wrong(key, "an array", v, diag);
	*out = evx_json_outer(v);
	return EVX_OK;
}

/* Canonical decimal digits up to most. */
static bool digits(const char *s, size_t n, uint64_t most, uint64_t *out)
{
	uint64_t v = 0, d;
	size_t i;

	if (n == 0 || (n > 1 && s[0] == '0'))
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		d = (uint64_t)(s[i] - '0');
		if (v > (most - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return true;
}

enum evx_err evx_json_u64(const struct evx_json *obj, const char *key, bool optional, uint64_t *out,
	struct evx_diag *diag)
{
	const char *s;
	size_t n;
	enum evx_err err = evx_json_str(obj, key, optional, &s, &n, diag);

	*out = 0;
	if (err == EVX_OK && s != NULL && !digits(s, n, UINT64_MAX, out))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"\"%s\": expected decimal digits up to 2^64-1, found \"%s\"", key, s);
	return err;
}

enum evx_err evx_json_i64(const struct evx_json *obj, const char *key, bool optional, int64_t *out,
	struct evx_diag *diag)
{
	const char *s;
	size_t n;
	bool good, negative;
	uint64_t v = 0;
	enum evx_err err = evx_json_str(obj, key, optional, &s, &n, diag);

	*out = 0;
	if (err != EVX_OK || s == NULL)
		return err;
	negative = s[0] == '-';
	if (negative)
		good = digits(s + 1, n - 1, (uint64_t)INT64_MAX + 1, &v) && v > 0;
	else
		good = digits(s, n, INT64_MAX, &v);
	if (!good)
		return evx_fail(diag, EVX_E_CORRUPT,
			"\"%s\": expected a decimal number of 64 bits, found \"%s\"", key, s);
	*out = negative ? -(int64_t)(v - 1) - 1 : (int64_t)v;
	return EVX_OK;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unhex(const char *s, size_t len, uint8_t *out, size_t n)
{
	int high, low;
	size_t i;

	if (len != 2 * n)
		return false;
	for (i = 0; i < n; i++) {
		high = nibble(s[2 * i]);
		low = nibble(s[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

enum evx_err evx_json_hex(const struct evx_json *obj, const char *key, bool optional, uint8_t *out,
	size_t n, bool *present, struct evx_diag *diag)
{
	const char *s;
	size_t len;
	enum evx_err err = evx_json_str(obj, key, optional, &s, &len, diag);

	memset(out, 0, n);
	if (present != NULL)
		*present = false;
	if (err != EVX_OK || s == NULL)
		return err;
	if (!unhex(s, len, out, n)) {
		memset(out, 0, n);
		return evx_fail(diag, EVX_E_CORRUPT,
			"\"%s\": expected %zu lower-case hex digits, found \"%s\"", key, 2 * n, s);
	}
	if (present != NULL)
		*present = true;
	return EVX_OK;
}

bool evx_json_has(const struct evx_json *obj, const char *key)
{
	return json_object_get(evx_json_inner(obj), key) != NULL;
}

enum evx_err evx_json_only(
	const struct evx_json *obj, const char *const *allowed, struct evx_diag *diag)
{
	json_t *o = evx_json_inner(obj);
	const char *key;
	size_t i;
	void *it;

	if (!json_is_object(o))
		return evx_fail(diag, EVX_E_CORRUPT, "expected an object, found another value");
	for (it = json_object_iter(o); it != NULL; it = json_object_iter_next(o, it)) {
		key = json_object_iter_key(it);
		if (strncmp(key, "x-", 2) == 0)
			continue;
		for (i = 0; allowed[i] != NULL && strcmp(allowed[i], key) != 0; i++)
			;
		if (allowed[i] == NULL)
			return evx_fail(diag, EVX_E_UNSUPPORTED, "\"%s\": unknown key", key);
	}
	return EVX_OK;
}

enum evx_err evx_json_each(const struct evx_json *obj,
	enum evx_err (*each)(const char *key, const struct evx_json *value, void *ctx), void *ctx)
{
	json_t *o = evx_json_inner(obj);
	enum evx_err err = EVX_OK;
	void *it;

	for (it = json_object_iter(o); err == EVX_OK && it != NULL;
		it = json_object_iter_next(o, it))
		err = each(
			json_object_iter_key(it), evx_json_outer(json_object_iter_value(it)), ctx);
	return err;
}

size_t evx_json_len(const struct evx_json *arr)
{
	return json_array_size(evx_json_inner(arr));
}

const struct evx_json *evx_json_at(const struct evx_json *arr, size_t i)
{
	return evx_json_outer(json_array_get(evx_json_inner(arr), i));
}

const char *evx_json_text(const struct evx_json *value, size_t *len)
{
	json_t *v = evx_json_inner(value);

	if (len != NULL)
		*len = json_string_length(v);
	return json_string_value(v);
}

bool evx_json_text_u64(const struct evx_json *value, uint64_t *out)
{
	size_t n;
	const char *s = evx_json_text(value, &n);

	*out = 0;
	return s != NULL && digits(s, n, UINT64_MAX, out);
}
