/* The mark that a directory has objects that no flush made durable. */
#include "ship/flush_mark.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"

#define MARK_CAP 64

static void mark_name(const char *id, char out[MARK_CAP])
{
	(void)snprintf(out, MARK_CAP, "unflushed-%s", id);
}

bool evx_flush_mark_is_there(const struct evx_lanes *l, const char *id)
{
	char mark[MARK_CAP];

	mark_name(id, mark);
	return faccessat(l->lanes, mark, F_OK, 0) == 0;
}

enum evx_err evx_flush_mark_set(const struct evx_lanes *l, const char *id, struct evx_diag *diag)
{
	char mark[MARK_CAP];

	mark_name(id, mark);
	return evx_replace_file(l->lanes, mark, 0600, "\n", 1, diag);
}

void evx_flush_mark_clear(const struct evx_lanes *l, const char *id)
{
	char mark[MARK_CAP];

	mark_name(id, mark);
	(void)unlinkat(l->lanes, mark, 0);
}
