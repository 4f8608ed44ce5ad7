/* Errors: one code a caller can branch on, and the detail in a caller-owned diagnosis.
 *
 * Every fallible function returns enum evx_err (EVX_OK is 0), must be checked, and takes a struct
 * evx_diag as its last parameter where it can say more than the code. The library never prints,
 * exits, aborts or reads the environment. */
#ifndef EVX_BASE_ERR_H
#define EVX_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVX_MUST_CHECK __attribute__((warn_unused_result))
#define EVX_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* Truncated, corrupt, forged and newer are four different answers. */
enum evx_err {
	EVX_OK = 0,
	EVX_E_USAGE,       /* the caller's mistake: arguments that make no sense */
	EVX_E_NOT_FOUND,   /* what was asked for is not there */
	EVX_E_EXISTS,      /* would overwrite; evx never overwrites */
	EVX_E_IO,          /* the operating system said no; diag.sys_errno tells why */
	EVX_E_MEMORY,      /* out of memory */
	EVX_E_LOCKED,      /* another process works on it */
	EVX_E_NOT_OURS,    /* not an evx object at all */
	EVX_E_UNSUPPORTED, /* well-formed, but newer than this program */
	EVX_E_TRUNCATED,   /* ends before it should */
	EVX_E_CORRUPT,     /* bytes that no writer produces */
	EVX_E_LIMIT,       /* over a limit of the format (vault/format/limits.h) */
	EVX_E_FORGED,      /* not authentic: a hash, tag or signature does not match */
	EVX_E_KEY,         /* wrong or missing key or passphrase */
	EVX_E_CUSTODY,     /* a custody rule forbids it */
	EVX_E_STRANGER, /* somebody unknown here signed it, and nobody said that it may be taken */
	EVX_E_INCOMPLETE,  /* a copy that ends early: nothing of what is there says more */
	EVX_E_INTERRUPTED, /* stopped on request; nothing half-made is left */
};

/* What went wrong, for a person. Zero-initialise; the first failure wins (later evx_fail calls on a
 * diag whose code is set do not overwrite it), so a cleanup path cannot hide the cause. */
struct evx_diag {
	enum evx_err code;
	int sys_errno; /* errno of the failed call, or 0 */
	bool has_offset;
	uint64_t offset; /* byte offset in path where it was seen */
	char path[512];  /* file, member or listing path, unescaped and maybe cut; "" if none */
	char text[768];  /* "subject: expected X, found Y (limit Z)" */
	char told[768];  /* the same in the language of the reader (base/told.h), or "" */
};

/* Records code and the formatted text in diag (NULL allowed) unless it already holds a failure;
 * returns code. */
enum evx_err evx_fail(struct evx_diag *diag, enum evx_err code, const char *fmt, ...)
	EVX_PRINTF(3, 4);

/* As evx_fail with EVX_E_IO (EVX_E_MEMORY for ENOMEM, EVX_E_EXISTS for EEXIST, EVX_E_NOT_FOUND for
 * ENOENT), taking errno as it stands on entry and path (NULL allowed). The text need not repeat
 * strerror: printing adds it. */
enum evx_err evx_fail_errno(struct evx_diag *diag, const char *path, const char *fmt, ...)
	EVX_PRINTF(3, 4);

/* As evx_fail, with the byte offset in path (NULL allowed) where the fault stands. */
enum evx_err evx_fail_at(struct evx_diag *diag, enum evx_err code, const char *path,
	uint64_t offset, const char *fmt, ...) EVX_PRINTF(5, 6);

/* As evx_fail with EVX_E_MEMORY and the one text for it. */
enum evx_err evx_fail_memory(struct evx_diag *diag);

/* As evx_fail for what a growing buffer returned (base/buf.h): EVX_OK stays that. */
enum evx_err evx_fail_buf(struct evx_diag *diag, enum evx_err err);

/* Sets diag->path to path if it is still empty. NULL diag or path allowed. Returns diag's code, for
 * `return`. */
enum evx_err evx_diag_in(struct evx_diag *diag, const char *path, enum evx_err code);

/* Adds a sentence of what follows, or of what to do next, to what diag (NULL allowed) holds; it
 * stands in English then. Returns code, for `return`. */
enum evx_err evx_diag_more(struct evx_diag *diag, const char *sentence, enum evx_err code);

/* Forgets what diag holds. */
void evx_diag_clear(struct evx_diag *diag);

/* What the system calls sys_errno, in English whatever the locale. Static storage. */
const char *evx_err_system(int sys_errno);

/* The class of code in a word or two of English, e.g. "not authentic". Static storage. */
const char *evx_err_name(enum evx_err code);

#endif
