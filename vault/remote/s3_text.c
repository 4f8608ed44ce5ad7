/* The little XML that a store answers with, and its dates. */
#include "remote/s3_text.h"

#include <stdio.h>
#include <string.h>

#include "format/time.h"

static const char *find(const char *text, size_t n, const char *what)
{
	return n > 0 ? memmem(text, n, what, strlen(what)) : NULL;
}

static bool decode(const char *p, size_t n, char *out, size_t cap)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
		{ "&apos;", '\'' }, { "&#34;", '"' } };
	size_t i, k, len = 0;

	for (i = 0; i < n; i++) {
		char c = p[i];

		for (k = 0; c == '&' && k < sizeof(entities) / sizeof(entities[0]); k++) {
			const size_t m = strlen(entities[k].entity);

			if (n - i >= m && memcmp(p + i, entities[k].entity, m) == 0) {
				c = entities[k].c;
				i += m - 1;
				break;
			}
		}
		if (len + 1 >= cap)
			return false;
		out[len++] = (char)((unsigned char)c < 0x20 || c == 0x7F ? '?' : c);
	}
	out[len] = '\0';
	return true;
}

bool evx_s3_text_tag(const char *text, size_t n, const char *tag, char *out, size_t cap)
{
	char begin[64], end[64];
	const char *from, *to;

	(void)snprintf(begin, sizeof(begin), "<%s>", tag);
	(void)snprintf(end, sizeof(end), "</%s>", tag);
	from = find(text, n, begin);
	if (from == NULL)
		return false;
	from += strlen(begin);
	to = find(from, n - (size_t)(from - text), end);
	return to != NULL && decode(from, (size_t)(to - from), out, cap);
}

static bool number(const char *s, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; s[i] != '\0'; i++) {
		if (s[i] < '0' || s[i] > '9' || i >= 19)
			return false;
		*out = *out * 10 + (uint64_t)(s[i] - '0');
	}
	return i > 0;
}

bool evx_s3_text_next(const char *text, size_t n, size_t *at, char *key, size_t cap, uint64_t *size)
{
	static const char begin[] = "<Contents>", end[] = "</Contents>";
	char digits[32];

	while (*at < n) {
		const char *from = find(text + *at, n - *at, begin), *to;
		size_t len;

		if (from == NULL)
			return false;
		to = find(from, n - (size_t)(from - text), end);
		if (to == NULL)
			return false;
		len = (size_t)(to - from);
		*at = (size_t)(to - text) + sizeof(end) - 1;
		if (evx_s3_text_tag(from, len, "Key", key, cap) &&
			evx_s3_text_tag(from, len, "Size", digits, sizeof(digits)) &&
			number(digits, size))
			return true;
	}
	return false;
}

bool evx_s3_text_date(const char *s, int64_t *seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "", text[EVX_TIME_CAP];
	unsigned day, year, hour, minute, second;
	const char *m;
	int used = 0;

	if (sscanf(s, "%*3s, %2u %3s %4u %2u:%2u:%2u GMT%n", &day, month, &year, &hour, &minute,
		    &second, &used) == 6 &&
		used > 0) {
		m = strlen(month) == 3 ? strstr(months, month) : NULL;
		if (m == NULL || (m - months) % 3 != 0)
			return false;
		(void)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000u,
			((unsigned)(m - months) / 3 + 1) % 100u, day % 100u, hour % 100u,
			minute % 100u, second % 100u);
		return evx_time_decode(text, strlen(text), seconds) == EVX_OK;
	}
	/* A fraction of a second is left out. */
	if (strlen(s) < 20 || (s[19] != 'Z' && s[19] != '.'))
		return false;
	memcpy(text, s, 19);
	text[19] = 'Z';
	text[20] = '\0';
	return evx_time_decode(text, 20, seconds) == EVX_OK;
}
