/* Error codes and the diagnosis. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/told.h"
#ifdef EVX_TEST_HOOKS
#include "base/test_hooks.h"
#endif

static bool open_for(const struct evx_diag *diag, enum evx_err code)
{
	return diag != NULL && diag->code == EVX_OK && code != EVX_OK;
}

static void set_path(struct evx_diag *diag, const char *path)
{
	size_t n;

	if (path == NULL || diag->path[0] != '\0')
		return;
	n = strnlen(path, sizeof(diag->path) - 1);
	memcpy(diag->path, path, n);
	diag->path[n] = '\0';
}

static void set_text(struct evx_diag *diag, enum evx_err code, const char *fmt, va_list ap)
	EVX_PRINTF(3, 0);

static void set_text(struct evx_diag *diag, enum evx_err code, const char *fmt, va_list ap)
{
	va_list again;

	diag->code = code;
	va_copy(again, ap);
	evx_told_format(diag->told, sizeof(diag->told), fmt, again);
	va_end(again);
	if (vsnprintf(diag->text, sizeof(diag->text), fmt, ap) < 0)
		diag->text[0] = '\0';
#ifdef EVX_TEST_HOOKS
	evx_test_failed(code, diag->text);
#endif
}

enum evx_err evx_fail(struct evx_diag *diag, enum evx_err code, const char *fmt, ...)
{
	va_list ap;

	if (open_for(diag, code)) {
		va_start(ap, fmt);
		set_text(diag, code, fmt, ap);
		va_end(ap);
	}
	return code;
}

static enum evx_err class_of(int sys_errno)
{
	switch (sys_errno) {
	case ENOMEM:
		return EVX_E_MEMORY;
	case EEXIST:
		return EVX_E_EXISTS;
	case ENOENT:
		return EVX_E_NOT_FOUND;
	default:
		return EVX_E_IO;
	}
}

enum evx_err evx_fail_errno(struct evx_diag *diag, const char *path, const char *fmt, ...)
{
	int sys_errno = errno;
	enum evx_err code = class_of(sys_errno);
	va_list ap;

	if (open_for(diag, code)) {
		va_start(ap, fmt);
		set_text(diag, code, fmt, ap);
		va_end(ap);
		diag->sys_errno = sys_errno;
		set_path(diag, path);
	}
	errno = sys_errno;
	return code;
}

enum evx_err evx_fail_at(struct evx_diag *diag, enum evx_err code, const char *path,
	uint64_t offset, const char *fmt, ...)
{
	va_list ap;

	if (open_for(diag, code)) {
		va_start(ap, fmt);
		set_text(diag, code, fmt, ap);
		va_end(ap);
		diag->has_offset = true;
		diag->offset = offset;
		set_path(diag, path);
	}
	return code;
}

enum evx_err evx_fail_memory(struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_MEMORY,
		"This computer has no memory left for evx. Close other programs and try again.");
}

enum evx_err evx_fail_buf(struct evx_diag *diag, enum evx_err err)
{
	if (err == EVX_E_MEMORY)
		return evx_fail_memory(diag);
	if (err == EVX_E_LIMIT)
		return evx_fail(
			diag, err, "This is longer than evx allows. Use less of it, or divide it.");
	return evx_fail(diag, err, "%s", evx_err_name(err));
}

enum evx_err evx_diag_in(struct evx_diag *diag, const char *path, enum evx_err code)
{
	if (diag == NULL || code == EVX_OK)
		return code;
	if (diag->code == EVX_OK)
		diag->code = code;
	set_path(diag, path);
	return code;
}

enum evx_err evx_diag_more(struct evx_diag *diag, const char *sentence, enum evx_err code)
{
	size_t n;

	if (diag == NULL || diag->code == EVX_OK || diag->text[0] == '\0')
		return code;
	diag->told[0] = '\0'; /* never half of one language, half of another */
	n = strlen(diag->text);
	(void)snprintf(diag->text + n, sizeof(diag->text) - n, "%s%s",
		diag->text[n - 1] == '.' ? " " : ". ", sentence);
	return code;
}

void evx_diag_clear(struct evx_diag *diag)
{
	if (diag != NULL)
		memset(diag, 0, sizeof(*diag));
}

const char *evx_err_system(int sys_errno)
{
	const char *text = strerrordesc_np(sys_errno);

	return text != NULL ? text : "unknown error of the system";
}

const char *evx_err_name(enum evx_err code)
{
	switch (code) {
	case EVX_OK:
		return "no error";
	case EVX_E_USAGE:
		return "wrong use";
	case EVX_E_NOT_FOUND:
		return "not found";
	case EVX_E_EXISTS:
		return "already exists";
	case EVX_E_IO:
		return "input/output error";
	case EVX_E_MEMORY:
		return "out of memory";
	case EVX_E_LOCKED:
		return "locked";
	case EVX_E_NOT_OURS:
		return "not an evx object";
	case EVX_E_UNSUPPORTED:
		return "too new";
	case EVX_E_TRUNCATED:
		return "truncated";
	case EVX_E_CORRUPT:
		return "corrupt";
	case EVX_E_LIMIT:
		return "over limit";
	case EVX_E_FORGED:
		return "not authentic";
	case EVX_E_KEY:
		return "wrong or missing key";
	case EVX_E_CUSTODY:
		return "against a custody rule";
	case EVX_E_STRANGER:
		return "unknown signer";
	case EVX_E_INCOMPLETE:
		return "incomplete copy";
	case EVX_E_INTERRUPTED:
		return "interrupted";
	}
	return "unknown error";
}
