/* Lines of git-annex's external special remote protocol, version 1 or 2, as a program says them.
 * The program, and the service behind it, are strangers. */
#ifndef EVX_REMOTE_EXEC_TEXT_H
#define EVX_REMOTE_EXEC_TEXT_H

#include "base/err.h"

#define EVX_EXEC_LINE_MAX 65536u

enum evx_exec_verb {
	EVX_EXEC_VERSION,
	EVX_EXEC_INIT_DONE,
	EVX_EXEC_INIT_FAILED,
	EVX_EXEC_PREPARE_DONE,
	EVX_EXEC_PREPARE_FAILED,
	EVX_EXEC_TRANSFER_DONE,
	EVX_EXEC_TRANSFER_FAILED,
	EVX_EXEC_PRESENT,
	EVX_EXEC_ABSENT,
	EVX_EXEC_UNKNOWN, /* whether it is there */
	EVX_EXEC_REMOVE_DONE,
	EVX_EXEC_REMOVE_FAILED,
	EVX_EXEC_UNSUPPORTED,
	EVX_EXEC_PROGRESS,
	EVX_EXEC_ERROR,
	/* questions of the program */
	EVX_EXEC_GET_CONFIG,
	EVX_EXEC_GET_CREDS,
	EVX_EXEC_GET_PLACE, /* a directory to work in */
	EVX_EXEC_GET_UUID,
	EVX_EXEC_GET_OTHER, /* answered with nothing */
	EVX_EXEC_DIRHASH,
	EVX_EXEC_SAYS, /* wants no answer */
	EVX_EXEC_SENSELESS,
};

struct evx_exec_line {
	enum evx_exec_verb verb;
	const char *words[3]; /* behind the verb, inside the line; the last takes all that is left
			       */
	size_t lens[3];
};

/* Takes a line apart (without its LF). */
void evx_exec_line_parse(const char *line, size_t n, struct evx_exec_line *out);
/* The key under which a program keeps object name. */
bool evx_exec_text_key(const char *name, char *out, size_t cap);
/* True when word i is s. */
bool evx_exec_line_has(const struct evx_exec_line *l, size_t i, const char *s);

#endif
