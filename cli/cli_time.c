/* Reads a time as people write it, and writes it so that it means the same everywhere. */
#include "cli_time.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli_options.h"

#define FUTURE_SLACK 86400 /* the clock of a machine in the field may be a day slow */
#define YEAR_MIN 1900

/* n digits at *p, at most max; steps over them. */
static bool digits(const char **p, int n, int max, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, ++*p) {
		if (**p < '0' || **p > '9')
			return false;
		*out = 10 * *out + (**p - '0');
	}
	return *out <= max;
}

static bool mark(const char **p, char c)
{
	if (**p != c)
		return false;
	++*p;
	return true;
}

static bool day_of(const char **p, struct tm *tm)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, last;

	if (!digits(p, 4, 9999, &year) || !mark(p, '-') || !digits(p, 2, 12, &month) ||
		!mark(p, '-') || !digits(p, 2, 31, &day) || year < YEAR_MIN || month < 1)
		return false;
	last = days[month - 1] +
		(month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return day >= 1 && day <= last;
}

static bool clock_of(const char **p, struct tm *tm)
{
	if (!digits(p, 2, 23, &tm->tm_hour) || !mark(p, ':') || !digits(p, 2, 59, &tm->tm_min))
		return false;
	return !mark(p, ':') || digits(p, 2, 59, &tm->tm_sec);
}

/* Z, or "+01:00" in seconds. */
static bool offset_of(const char **p, long *out)
{
	const int sign = **p == '-' ? -1 : 1;
	int hours, minutes;

	*out = 0;
	if (mark(p, 'Z') || mark(p, 'z'))
		return true;
	if (strcmp(*p, "UTC") == 0) {
		*p += 3;
		return true;
	}
	if ((**p != '+' && **p != '-') || (++*p, !digits(p, 2, 14, &hours)))
		return false;
	(void)mark(p, ':');
	if (!digits(p, 2, 59, &minutes))
		return false;
	*out = sign * (3600L * hours + 60L * minutes);
	return true;
}

enum local { LOCAL_GOOD, LOCAL_NONE, LOCAL_TWICE };

static bool same_clock(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
		a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

/* The offset that this machine's zone has at the local time wanted, called zone ("": any name).
 * When clocks are changed, a time may be there twice, or not at all. */
static enum local local_offset(const struct tm *wanted, const char *zone, long *out)
{
	enum local found = LOCAL_NONE;

	for (int summer = 0; summer < 2; summer++) {
		struct tm tm = *wanted, back;
		time_t when;

		tm.tm_isdst = summer;
		when = mktime(&tm);
		if (localtime_r(&when, &back) == NULL || !same_clock(&back, wanted) ||
			(*zone != '\0' && strcmp(zone, back.tm_zone) != 0))
			continue;
		if (found == LOCAL_GOOD && back.tm_gmtoff != *out)
			return LOCAL_TWICE;
		found = LOCAL_GOOD;
		*out = back.tm_gmtoff;
	}
	return found;
}

/* What a person typed. */
struct typed {
	struct tm tm; /* on the clock of the place */
	bool only_day;
	long offset; /* seconds ahead of UTC */
	time_t when;
};
enum reading { READ_GOOD, READ_NONSENSE, READ_NEVER, READ_TWICE };

static enum reading read_typed(const char *value, struct typed *t)
{
	struct tm utc;
	const char *p = value, *zone;

	memset(t, 0, sizeof(*t));
	if (!day_of(&p, &t->tm))
		return READ_NONSENSE;
	t->only_day = *p == '\0';
	if (!t->only_day &&
		((!mark(&p, 'T') && !mark(&p, 't') && !mark(&p, ' ')) || !clock_of(&p, &t->tm)))
		return READ_NONSENSE;
	while (*p == ' ')
		p++;
	if (*p != '\0' && t->only_day)
		return READ_NONSENSE;
	zone = p;
	if (offset_of(&zone, &t->offset)) {
		if (*zone != '\0')
			return READ_NONSENSE;
	} else {
		switch (local_offset(&t->tm, p, &t->offset)) {
		case LOCAL_GOOD:
			break;
		case LOCAL_NONE:
			/* A day begins, even where its first hour is left out. */
			if (*p != '\0')
				return READ_NONSENSE;
			if (!t->only_day)
				return READ_NEVER;
			break;
		case LOCAL_TWICE:
			if (!t->only_day)
				return READ_TWICE;
			break;
		}
	}
	utc = t->tm;
	t->when = timegm(&utc) - t->offset;
	return READ_GOOD;
}

/* Says what is wrong with value, which may be a span, too. */
static int mistake(
	struct cli *cli, const char *option, const char *value, enum reading what, bool span)
{
	if (what == READ_NONSENSE && span)
		return cli_options_misuse(cli,
			"--%s \"%.60s\" is not a time. Write a day (2026-11-30), a local time "
			"(\"2026-11-30 14:05\") or a time with its zone "
			"(2026-11-30T14:05:00+01:00), or a span before now (30d, 12h).",
			option, value);
	if (what == READ_NONSENSE)
		return cli_options_misuse(cli,
			"--%s \"%.60s\" is not a time. Write a day (2026-11-30), a local time "
			"(\"2026-11-30 14:05\") or a time with its zone "
			"(2026-11-30T14:05:00+01:00).",
			option, value);
	if (what == READ_NEVER)
		return cli_options_misuse(cli,
			"--%s \"%.60s\": clocks were changed then, and this local time did not "
			"exist. Write the time with its offset, such as +01:00.",
			option, value);
	return cli_options_misuse(cli,
		"--%s \"%.60s\": clocks were changed then, and this local time came twice. Write "
		"the time with its offset, such as +01:00.",
		option, value);
}

int cli_time_option(
	struct cli *cli, const char *option, const char *value, bool past, char out[CLI_TIME_CAP])
{
	struct typed t;
	enum reading what;

	out[0] = '\0';
	if (value == NULL)
		return CLI_CONTINUE;
	what = read_typed(value, &t);
	if (what != READ_GOOD)
		return mistake(cli, option, value, what, false);
	if (past && t.when > time(NULL) + FUTURE_SLACK)
		return cli_options_misuse(
			cli, "--%s \"%.60s\" is in the future. Look at the year.", option, value);
	if (t.only_day)
		(void)strftime(out, CLI_TIME_CAP, "%Y-%m-%d", &t.tm);
	else
		snprintf(out, CLI_TIME_CAP, "%04d-%02d-%02dT%02d:%02d:%02d%c%02ld:%02ld",
			t.tm.tm_year + 1900, t.tm.tm_mon + 1, t.tm.tm_mday, t.tm.tm_hour,
			t.tm.tm_min, t.tm.tm_sec, t.offset < 0 ? '-' : '+', labs(t.offset) / 3600,
			labs(t.offset) / 60 % 60);
	return CLI_CONTINUE;
}

/* "30d", "12h", before now. */
static bool span_of(const char *p, int64_t *seconds)
{
	int64_t count = 0;
	const char *from = p;

	for (; *p >= '0' && *p <= '9' && count < 1000000; p++)
		count = 10 * count + (*p - '0');
	if (p == from || count >= 1000000 || (strcmp(p, "d") != 0 && strcmp(p, "h") != 0))
		return false;
	*seconds = (int64_t)time(NULL) - count * (*p == 'd' ? 86400 : 3600);
	return true;
}

int cli_time_since(struct cli *cli, const char *option, const char *value, int64_t *seconds)
{
	struct typed t;
	enum reading what;

	*seconds = 0;
	if (span_of(value, seconds))
		return CLI_CONTINUE;
	what = read_typed(value, &t);
	if (what != READ_GOOD)
		return mistake(cli, option, value, what, true);
	*seconds = (int64_t)t.when;
	return CLI_CONTINUE;
}
