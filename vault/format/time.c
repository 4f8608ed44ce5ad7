/* Times of documents: UTC to the second. */
#include "format/time.h"

#include <stdio.h>
#include <string.h>

#define SECONDS_A_DAY 86400
#define FIRST_YEAR 1970
#define LAST_YEAR 9999

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first of January of year (1970 or later). */
static int64_t days_before_year(int year)
{
	int64_t y = year - 1;

	return 365 * (y - 1969) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) +
		(y / 400 - 1969 / 400);
}

enum evx_err evx_time_encode(int64_t seconds, char out[EVX_TIME_CAP])
{
	int64_t days = seconds / SECONDS_A_DAY, rest = seconds % SECONDS_A_DAY;
	int year, month = 1;

	out[0] = '\0';
	if (seconds < 0 || days >= days_before_year(LAST_YEAR + 1))
		return EVX_E_USAGE;
	year = FIRST_YEAR + (int)(days / 366);
	while (days_before_year(year + 1) <= days)
		year++;
	days -= days_before_year(year);
	while (days >= days_of_month(year, month))
		days -= days_of_month(year, month++);
	(void)snprintf(out, EVX_TIME_CAP, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000u,
		(unsigned)month % 100u, (unsigned)(days + 1) % 100u, (unsigned)(rest / 3600) % 100u,
		(unsigned)(rest / 60 % 60) % 100u, (unsigned)(rest % 60) % 100u);
	return EVX_OK;
}

/* The value of n digits at s. */
static int number(const char *s, size_t n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*s++ - '0');
	return v;
}

enum evx_err evx_time_decode(const char *s, size_t n, int64_t *seconds)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
	int year, month, day, hour, minute, second, m;
	int64_t days;
	size_t i;

	*seconds = 0;
	if (n != sizeof(shape) - 1)
		return EVX_E_CORRUPT;
	for (i = 0; i < n; i++)
		if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i])
			return EVX_E_CORRUPT;
	year = number(s, 4);
	month = number(s + 5, 2);
	day = number(s + 8, 2);
	hour = number(s + 11, 2);
	minute = number(s + 14, 2);
	second = number(s + 17, 2);
	if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1 ||
		day > days_of_month(year, month) || hour > 23 || minute > 59 || second > 59)
		return EVX_E_CORRUPT;
	days = days_before_year(year) + day - 1;
	for (m = 1; m < month; m++)
		days += days_of_month(year, m);
	*seconds = days * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
	return EVX_OK;
}
