/* Dates until which mirrors are kept, remembered and listed. */
#include "mirror/mirror_until.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/entries.h"
#include "base/io.h"
#include "evx.h"
#include "format/time.h"

#define PREFIX "until-"
#define HEAD "evx-mirror-until/1 "
#define HEX 32u
#define NAME_CAP 96
#define DAY 86400

enum evx_err evx_mirror_until_write(const struct evx_lanes *l, const char *id, const char *mid,
	int64_t until, struct evx_diag *diag)
{
	char name[NAME_CAP], text[64], when[EVX_TIME_CAP];
	int n;
	enum evx_err err = evx_time_encode(until, when);

	if (err != EVX_OK)
		return evx_fail(diag, err, "This date cannot be written down.");
	(void)snprintf(name, sizeof(name), PREFIX "%.32s-%.32s", id, mid);
	n = snprintf(text, sizeof(text), HEAD "%s\n", when);
	return evx_replace_file(l->lanes, name, 0600, text, (size_t)n, diag);
}

struct names {
	const char *id;
	char name[65];
};

static enum evx_err name_one(void *ctx, const struct evx_remotes_entry *entry)
{
	struct names *n = ctx;

	if (strcmp(entry->id, n->id) == 0)
		(void)snprintf(n->name, sizeof(n->name), "%s", entry->name);
	return EVX_OK;
}

struct listing {
	struct evx_home *home;
	const struct evx_lanes *lanes;
	enum evx_err (*each)(void *ctx, const struct evx_status_mirror *m);
	void *ctx;
	struct evx_diag *diag;
};

static int days_until(int64_t until)
{
	const int64_t left = until - (int64_t)time(NULL);
	const int64_t days = left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY);

	return days > INT_MAX ? INT_MAX : days < -INT_MAX ? -INT_MAX : (int)days;
}

static enum evx_err list_one(void *ctx, const char *name, unsigned char type)
{
	const struct listing *l = ctx;
	const size_t prefix = sizeof(PREFIX) - 1, head = sizeof(HEAD) - 1;
	struct evx_status_mirror m = { .remote = NULL };
	struct names names = { .id = m.id };
	struct evx_buf text = EVX_BUF_INIT;
	int64_t until = 0;
	enum evx_err err;

	(void)type;
	if (strncmp(name, PREFIX, prefix) != 0 || strlen(name) != prefix + 2 * HEX + 1 ||
		name[prefix + HEX] != '-')
		return EVX_OK;
	err = evx_read_guarded_file(l->lanes->lanes, name, 64, &text, l->diag);
	if (err == EVX_OK &&
		(text.len <= head + 1 || memcmp(text.data, HEAD, head) != 0 ||
			text.data[text.len - 1] != '\n' ||
			evx_time_decode((const char *)text.data + head, text.len - head - 1,
				&until) != EVX_OK))
		err = evx_fail(l->diag, EVX_E_CORRUPT,
			"The memory of a mirror is damaged. Remove this file, and mirror again.");
	evx_buf_free(&text);
	if (err != EVX_OK)
		return evx_diag_in(l->diag, name, err);
	memcpy(m.id, name + prefix, HEX);
	memcpy(m.mirror, name + prefix + HEX + 1, HEX);
	err = evx_remotes_list(l->home, name_one, &names, l->diag);
	if (err == EVX_OK)
		err = evx_time_encode(until, m.until);
	if (err != EVX_OK)
		return err;
	m.remote = names.name[0] != '\0' ? names.name : NULL;
	m.days = days_until(until);
	return l->each(l->ctx, &m);
}

enum evx_err evx_status_mirrors(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_status_mirror *m), void *ctx,
	struct evx_diag *diag)
{
	struct evx_lanes lanes;
	struct listing l = { h, &lanes, each, ctx, diag };
	enum evx_err err = evx_lanes_look(h, &lanes, diag);

	if (err == EVX_OK && lanes.lanes >= 0)
		err = evx_entries_each(lanes.lanes, "lanes", list_one, &l, diag);
	evx_lanes_close(&lanes);
	return err;
}
