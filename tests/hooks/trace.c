/* In test builds, writes down what the code finds. EVX_TRACE names a file for each finding and each
 * failure, in order: "found CODE WEIGHT", "class NAME: TEXT". EVX_FOUND names one for each code and
 * weight, once for each process: "CODE WEIGHT". Both are appended to. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test_hooks.h"

#define SEEN_MAX 256

static int trace = -1, found = -1;

/* Out of the way of the small numbers, which tests look at. */
static int append_to(const char *variable)
{
	const char *path = getenv(variable);
	int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	int high;

	if (fd < 0)
		return -1;
	high = fcntl(fd, F_DUPFD_CLOEXEC, 700);
	(void)close(fd);
	return high;
}

/* Before the program confines itself. */
__attribute__((constructor)) static void begin(void)
{
	trace = append_to("EVX_TRACE");
	found = append_to("EVX_FOUND");
}

static void put(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One write for each line: others write to the same file. */
static void put(int fd, const char *fmt, ...)
{
	char line[640];
	va_list ap;
	size_t n;

	if (fd < 0)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	n = strlen(line);
	line[n++] = '\n';
	if (write(fd, line, n) < 0)
		return;
}

void evx_test_found(const char *code, const char *weight)
{
	static struct {
		const char *weight;
		char code[24];
	} seen[SEEN_MAX];
	size_t i;

	put(trace, "found %s %s", code, weight);
	for (i = 0; i < SEEN_MAX && seen[i].weight != NULL; i++)
		if (seen[i].weight == weight && strcmp(seen[i].code, code) == 0)
			return;
	if (i < SEEN_MAX) {
		(void)snprintf(seen[i].code, sizeof(seen[i].code), "%s", code);
		seen[i].weight = weight;
	}
	put(found, "%s %s", code, weight);
}

void evx_test_failed(enum evx_err code, const char *text)
{
	put(trace, "class %s: %s", evx_err_name(code), text);
}
