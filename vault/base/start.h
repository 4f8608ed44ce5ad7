/* The start of an operation: what it needs is opened and read, then the process confines itself to
 * that, and only then anything is parsed. Each opener adds its part to one struct evx_start:
 *
 *	struct evx_start s = { .diag = diag };
 *
 *	evx_start_read(&s, file, MAX, &text);
 *	evx_start_beneath(&s, evx_vault_fd(v), EVX_CONFINE_MOVE);
 *	err = evx_start_confine(&s, 0, confined);
 *
 * The first failure stays: after it the functions below do nothing, and evx_start_confine returns
 * it. An opener that is not made for this is called as
 *
 *	if (evx_start_good(&s))
 *		s.err = evx_bundle_open(path, &bundle, s.diag);
 */
#ifndef EVX_BASE_START_H
#define EVX_BASE_START_H

#include "base/buf.h"
#include "base/confine.h"

struct evx_start {
	struct evx_diag *diag; /* where failures are told, NULL: nowhere */
	enum evx_err err;      /* the first failure */
	/* What follows is start.c's; zero before. */
	struct evx_confine_dir *dirs;
	size_t ndirs;
	int *opened; /* those of dirs that are closed in the end */
	size_t nopened;
	struct evx_start_later *later; /* what is parsed once the process is confined */
	size_t nlater;
	struct evx_start_asking *asking; /* what is asked before */
	size_t nasking;
};

/* True while nothing failed. */
bool evx_start_good(const struct evx_start *s);
/* Allows fd, an open directory (and what is beneath) or file, which stays the caller's and must
 * stay open until evx_start_confine. -1 adds nothing. */
void evx_start_beneath(struct evx_start *s, int fd, enum evx_confine_how how);
/* Allows what stands at path; EVX_E_IO where nothing does. path "" or NULL is the caller's mistake.
 */
void evx_start_path(struct evx_start *s, const char *path, enum evx_confine_how how);
/* The same, and nothing where nothing stands. */
void evx_start_path_if_there(struct evx_start *s, const char *path, enum evx_confine_how how);
/* Allows the directory that path stands in, or would stand in. */
void evx_start_parent(struct evx_start *s, const char *path, enum evx_confine_how how);
/* Reads a small file into out (appended, the caller's to free) as evx_read_file does. path NULL
 * reads nothing. */
void evx_start_read(struct evx_start *s, const char *path, size_t max, struct evx_buf *out);

/* Puts off what looks at bytes that were read here: evx_start_confine calls parse(ctx) once the
 * process is confined, in the order in which they were added, as long as nothing failed. drop
 * releases ctx, which is this module's from here on, in any case and exactly once. */
void evx_start_later(struct evx_start *s, enum evx_err (*parse)(void *ctx, struct evx_diag *diag),
	void (*drop)(void *ctx), void *ctx);

/* Puts off a question to the person at the terminal: evx_start_confine calls ask(ctx) when all is
 * opened, in the order in which they were added, as long as nothing failed, and before the process
 * is confined. So nobody types a passphrase for a file that is not there. ctx outlives that. */
void evx_start_ask(
	struct evx_start *s, enum evx_err (*ask)(void *ctx, struct evx_diag *diag), void *ctx);

/* Asks what was put off. Confines the process to what was added (evx_confine_for; may: of enum
 * evx_confine_may), with the time zone read before, and *state says what took hold. state NULL: the
 * caller does not want to be confined. Then parses what was put off. Returns the first failure. *s
 * is empty afterwards, in any case: to be called on every way out. */
enum evx_err evx_start_confine(
	struct evx_start *s, unsigned may, struct evx_confine_state *state) EVX_MUST_CHECK;

#endif
