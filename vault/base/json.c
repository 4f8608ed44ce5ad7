/* Strict parsing of JSON. */
#include "base/json.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/json_inner.h"
#ifdef EVX_TEST_HOOKS
#include "base/test_hooks.h"
#endif

#define DEPTH_MAX 16
/* An empty object is three bytes here and 200 in memory. More of them stand in no line with the
 * most ranges that a file may have. */
#define NESTS_MAX 131072u  /* objects and arrays */
#define VALUES_MAX 524288u /* those, strings (keys, too), numbers and words */
#define INT_MAX_53 ((uint64_t)1 << 53)

/* Step 1: a pass over the bytes that bounds what jansson will be asked to do. */

struct scan {
	const uint8_t *p;
	size_t n, i;
	unsigned depth;
	size_t nests, values;
	bool layout;       /* LF, CR and TAB may stand between tokens */
	enum evx_err ends; /* the class of an end that comes too early */
	struct evx_diag *diag;
};

static enum evx_err bad_byte(struct scan *s)
{
	return evx_fail(s->diag, EVX_E_CORRUPT, "JSON: byte 0x%02x at %zu is not allowed there",
		(unsigned)s->p[s->i], s->i);
}

/* From the opening quote to behind the closing one. */
static enum evx_err scan_string(struct scan *s)
{
	uint8_t c;

	for (s->i++; s->i < s->n; s->i++) {
		c = s->p[s->i];
		if (c == '"') {
			s->i++;
			return EVX_OK;
		}
		if (c < 0x20 || c == 0x7f)
			return bad_byte(s);
		if (c == '\\' && s->i + 1 < s->n &&
			(s->p[s->i + 1] == '"' || s->p[s->i + 1] == '\\'))
			s->i++;
	}
	return evx_fail(s->diag, s->ends, "JSON: ends inside a string");
}

static enum evx_err scan_number(struct scan *s)
{
	size_t start = s->i;
	uint64_t v = 0;
	uint8_t c = 0;

	if (s->p[s->i] == '-')
		s->i++;
	for (; s->i < s->n; s->i++) {
		c = s->p[s->i];
		if (c < '0' || c > '9')
			break;
		v = v * 10 + (c - '0');
		if (v > INT_MAX_53)
			return evx_fail(s->diag, EVX_E_CORRUPT,
				"JSON: integer at byte %zu is beyond 2^53", start);
	}
	if (s->i < s->n && (c == '.' || c == 'e' || c == 'E'))
		return evx_fail(s->diag, EVX_E_CORRUPT,
			"JSON: number at byte %zu: expected an integer, found a real", start);
	return EVX_OK;
}

/* One token or one byte of white space. The grammar itself is left to the parser. */
static enum evx_err scan_one(struct scan *s)
{
	uint8_t c = s->p[s->i];
	bool nests = c == '{' || c == '[';

	s->nests += nests;
	s->values += nests || c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' ||
		c == 'f' || c == 'n';
	if (s->nests > NESTS_MAX || s->values > VALUES_MAX)
		return evx_fail(s->diag, EVX_E_LIMIT,
			"JSON: found more values (limit %u, of them %u objects and arrays)",
			VALUES_MAX, NESTS_MAX);
	if (c == '"')
		return scan_string(s);
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(s);
	if (nests) {
		if (++s->depth > DEPTH_MAX)
			return evx_fail(s->diag, EVX_E_LIMIT,
				"JSON: nesting at byte %zu (limit %d)", s->i, DEPTH_MAX);
	} else if (c == '}' || c == ']') {
		if (s->depth-- == 0)
			return bad_byte(s);
	} else if (c == '\n' || c == '\t' || c == '\r') {
		if (!s->layout)
			return bad_byte(s);
	} else if (c < 0x20 || c >= 0x7f) {
		return bad_byte(s);
	}
	s->i++;
	return EVX_OK;
}

static enum evx_err scan_all(struct scan *s)
{
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && s->i < s->n)
		err = scan_one(s);
	return err;
}

/* Step 2: the parser. */

/* Once one allocation of a parse failed, the rest of them fail: jansson 2.14 goes on after some
 * that failed alone, and then writes behind the end of a string. It also takes most of them for a
 * fault of the text. */
static _Thread_local bool exhausted;

#ifdef EVX_TEST_HOOKS
static void *(*source)(size_t) = malloc;

void evx_json_test_malloc(void *(*fn)(size_t))
{
	source = fn != NULL ? fn : malloc;
}
#else
#define source malloc
#endif

static void *allocate(size_t n)
{
	void *p = exhausted ? NULL : source(n);

	exhausted = p == NULL;
	return p;
}

/* The content part is JSON, and holds keys. */
static void release(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* jansson seeds its hash tables from /dev/urandom, which a confined process can no longer open, and
 * else from the time. */
static void prepare(void)
{
	size_t random = 0;

	json_set_alloc_funcs(allocate, release);
	if (getrandom(&random, sizeof(random), 0) == (ssize_t)sizeof(random) && random != 0)
		json_object_seed(random);
}

static enum evx_err parse(struct scan *s, struct evx_json **out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	enum json_error_code code;
	const char *quoted;
	json_error_t error;
	enum evx_err err;
	json_t *root;

	(void)pthread_once(&once, prepare);
	err = scan_all(s);
	if (err != EVX_OK)
		return err;
	exhausted = false;
	root = json_loadb((const char *)s->p, s->n, JSON_REJECT_DUPLICATES, &error);
	if (exhausted) {
		exhausted = false;
		json_decref(root);
		return evx_fail_memory(s->diag);
	}
	if (root == NULL) {
		code = json_error_code(&error);
		/* What it quotes of the input has no place in a message: the position tells. */
		quoted = strstr(error.text, " near ");
		return evx_fail(s->diag,
			code == json_error_premature_end_of_input ? s->ends : EVX_E_CORRUPT,
			"JSON: byte %d: %.*s", error.position,
			quoted != NULL ? (int)(quoted - error.text) : (int)strlen(error.text),
			error.text);
	}
	if (!json_is_object(root)) {
		json_decref(root);
		return evx_fail(s->diag, EVX_E_CORRUPT, "JSON: expected an object, found an array");
	}
	*out = (struct evx_json *)(void *)root;
	return EVX_OK;
}

static enum evx_err check_size(size_t n, size_t max, struct evx_diag *diag)
{
	if (n > max)
		return evx_fail(diag, EVX_E_LIMIT, "JSON: found %zu bytes (limit %zu)", n, max);
	if (n == 0)
		return evx_fail(diag, EVX_E_TRUNCATED, "JSON: expected an object, found nothing");
	return EVX_OK;
}

enum evx_err evx_json_parse_line(
	const void *p, size_t n, size_t max, struct evx_json **out, struct evx_diag *diag)
{
	/* A cut line has lost its LF; one that still has it was written like this. */
	struct scan s = { .p = p, .ends = EVX_E_CORRUPT, .diag = diag };
	enum evx_err err;

	*out = NULL;
	err = check_size(n, max, diag);
	if (err != EVX_OK)
		return err;
	if (s.p[n - 1] != '\n')
		return evx_fail(diag, EVX_E_TRUNCATED,
			"JSON: expected LF at the end of the line, found 0x%02x",
			(unsigned)s.p[n - 1]);
	s.n = n - 1;
	return parse(&s, out);
}

enum evx_err evx_json_parse_file(
	const void *p, size_t n, size_t max, struct evx_json **out, struct evx_diag *diag)
{
	struct scan s = { .p = p, .n = n, .layout = true, .ends = EVX_E_TRUNCATED, .diag = diag };
	enum evx_err err;

	*out = NULL;
	err = check_size(n, max, diag);
	return err == EVX_OK ? parse(&s, out) : err;
}

void evx_json_free(struct evx_json *root)
{
	json_decref(evx_json_inner(root));
}
