/* Remembers invitations until what came by them was answered. */
#include "ship/invited.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/entries.h"
#include "base/io.h"
#include "format/time.h"

#define PREFIX "invited-"
#define LONG_AGO (30 * INT64_C(86400)) /* seconds after the end: nobody uploads any more */

static void file_name(const char *id, char out[64])
{
	(void)snprintf(out, 64, PREFIX "%.32s", id);
}

enum evx_err evx_invited_remember(
	const struct evx_lanes *l, const char *id, int64_t until, struct evx_diag *diag)
{
	char name[64], text[EVX_TIME_CAP + 1];
	enum evx_err err = evx_time_encode(until, text);

	if (err != EVX_OK)
		return evx_fail(diag, err, "The end of the invitation is no time.");
	memcpy(text + strlen(text), "\n", 2);
	file_name(id, name);
	return evx_write_new_file(l->lanes, name, 0600, text, strlen(text), diag);
}

bool evx_invited_is(const struct evx_lanes *l, const char *id)
{
	char name[64];

	file_name(id, name);
	return faccessat(l->lanes, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void evx_invited_forget(const struct evx_lanes *l, const char *id)
{
	char name[64];

	file_name(id, name);
	(void)unlinkat(l->lanes, name, 0);
}

/* One that cannot be read is not old. */
static bool is_old(const struct evx_lanes *l, const char *name)
{
	struct evx_buf text = EVX_BUF_INIT;
	int64_t until;
	const bool old = evx_read_guarded_file(l->lanes, name, EVX_TIME_CAP, &text, NULL) ==
			EVX_OK &&
		text.len > 0 &&
		evx_time_decode((const char *)text.data, text.len - 1, &until) == EVX_OK &&
		(int64_t)time(NULL) - until > LONG_AGO;

	evx_buf_free(&text);
	return old;
}

struct visit {
	const struct evx_lanes *lanes;
	enum evx_err (*each)(void *ctx, const char *id, struct evx_diag *diag);
	void *ctx;
	struct evx_diag *diag;
};

static enum evx_err visit_one(void *ctx, const char *name, unsigned char type)
{
	const struct visit *v = ctx;
	const char *id = name + strlen(PREFIX);

	(void)type;
	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0 || strlen(id) != EVX_SHIPMENT_ID_CAP - 1 ||
		strspn(id, "0123456789abcdef") != EVX_SHIPMENT_ID_CAP - 1)
		return EVX_OK;
	if (!is_old(v->lanes, name))
		return v->each(v->ctx, id, v->diag);
	(void)unlinkat(v->lanes->lanes, name, 0);
	return EVX_OK;
}

enum evx_err evx_invited_each(const struct evx_lanes *l,
	enum evx_err (*each)(void *ctx, const char *id, struct evx_diag *diag), void *ctx,
	struct evx_diag *diag)
{
	struct visit v = { l, each, ctx, diag };

	return evx_entries_each(l->lanes, "lanes", visit_one, &v, diag);
}
