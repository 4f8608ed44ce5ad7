/* Points in time as people type them. */
#include "cli_when.h"

#include <string.h>
#include <time.h>

#define DAY 86400
#define HOUR 3600

/* The n digits at *s, which moves behind them. */
static bool digits(const char **s, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*out = 10 * *out + (**s - '0');
	}
	return true;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* "30d", "12h". */
static bool span(const char *s, int64_t *seconds)
{
	int64_t count = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9' && count < 1000000; s++)
		count = 10 * count + (*s - '0');
	if (count >= 1000000 || (strcmp(s, "d") != 0 && strcmp(s, "h") != 0))
		return false;
	*seconds = (int64_t)time(NULL) - count * (*s == 'd' ? DAY : HOUR);
	return true;
}

static bool date(const char **s, struct tm *t)
{
	int year, month, day;

	if (!digits(s, 4, &year) || !take(s, '-') || !digits(s, 2, &month) || !take(s, '-') ||
		!digits(s, 2, &day))
		return false;
	t->tm_year = year - 1900;
	t->tm_mon = month - 1;
	t->tm_mday = day;
	return true;
}

static bool clock_time(const char **s, struct tm *t)
{
	return digits(s, 2, &t->tm_hour) && take(s, ':') && digits(s, 2, &t->tm_min) &&
		(!take(s, ':') || digits(s, 2, &t->tm_sec));
}

/* "Z", "+01:00"; how far ahead of UTC. */
static bool zone(const char **s, int64_t *ahead)
{
	const bool west = **s == '-';
	int hours, minutes;

	*ahead = 0;
	if (take(s, 'Z'))
		return true;
	if ((!take(s, '+') && !take(s, '-')) || !digits(s, 2, &hours))
		return false;
	(void)take(s, ':');
	if (!digits(s, 2, &minutes) || hours > 14 || minutes > 59)
		return false;
	*ahead = (west ? -1 : 1) * ((int64_t)hours * HOUR + (int64_t)minutes * 60);
	return true;
}

static bool same(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
		a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

bool cli_when_parse(const char *text, int64_t *seconds)
{
	struct tm t = { .tm_isdst = -1 }, asked;
	int64_t ahead = 0;
	bool here = true;

	if (span(text, seconds))
		return true;
	if (!date(&text, &t))
		return false;
	if (*text != '\0') {
		if ((!take(&text, 'T') && !take(&text, ' ')) || !clock_time(&text, &t))
			return false;
		here = *text == '\0';
		if (!here && (!zone(&text, &ahead) || *text != '\0'))
			return false;
	}
	/* What does not exist comes back as something else. */
	asked = t;
	*seconds = here ? (int64_t)mktime(&t) : (int64_t)timegm(&t) - ahead;
	return same(&t, &asked);
}
