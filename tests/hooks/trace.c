/* In test builds: writes each finding and each failure that the code makes to the file that
 * EVX_TRACE names. Lines: "found CODE WEIGHT" and "class N TEXT", N the number of the class. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test_hooks.h"

static int trace = -1;

/* Before the program confines itself; out of the way of the small numbers, which tests look at. */
__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("EVX_TRACE");
	int fd;

	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	trace = fcntl(fd, F_DUPFD_CLOEXEC, 700);
	(void)close(fd);
}

static void put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One write for each line: others write to the same file. */
static void put(const char *fmt, ...)
{
	char line[640];
	va_list ap;
	int n;

	if (trace < 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	n = (int)strnlen(line, sizeof(line) - 2);
	line[n] = '\n';
	if (write(trace, line, (size_t)n + 1) < 0)
		trace = -1;
}

void evx_test_found(const char *code, const char *weight)
{
	put("found %s %s", code, weight);
}

void evx_test_failed(enum evx_err code, const char *text)
{
	put("class %s: %s", evx_err_name(code), text);
}
