/* A remote tried out: what it can do, and what not. */
#include <stdio.h>
#include <string.h>

#include "base/start.h"
#include "ship/remotes.h"

enum evx_err evx_remotes_try(struct evx_remote *r, struct evx_remote_beside *beside,
	const struct evx_cancel *cancel, struct evx_remotes_report *out, struct evx_diag *diag)
{
	struct evx_remote_test t;
	enum evx_err err = evx_remote_test(r, beside, cancel, &t, diag);

	memset(out, 0, sizeof(*out));
	if (err != EVX_OK)
		return err;
	out->writes = t.writes;
	out->reads = t.reads;
	out->removes = t.removes;
	out->lists = t.lists;
	out->replaces = t.replaces;
	out->left = t.left;
	out->proves = t.proves;
	out->locks = t.about.locks;
	out->renames = t.about.renames;
	out->free_known = t.about.free_bytes != EVX_REMOTE_SIZE_UNKNOWN;
	out->free_bytes = out->free_known ? t.about.free_bytes : 0;
	out->largest_known = t.about.largest != EVX_REMOTE_SIZE_UNKNOWN;
	out->largest = out->largest_known ? t.about.largest : 0;
	(void)snprintf(out->failed, sizeof(out->failed), "%s", t.failed);
	return EVX_OK;
}

enum evx_err evx_remotes_test(const struct evx_remotes_entry *entry,
	const struct evx_remotes_use *use, bool confine, const struct evx_cancel *cancel,
	struct evx_remotes_report *out, struct evx_diag *diag)
{
	struct evx_remotes_use one = *use;
	struct evx_start s = { .diag = diag };
	struct evx_confine_state confinement = { 0 };
	struct evx_remote *r = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	one.jobs = 1;
	err = evx_remotes_connect(entry, &one, NULL, 0, 0, &r, diag);
	if (err == EVX_OK)
		err = evx_start_confine(&s, 0, confine ? &confinement : NULL);
	if (err == EVX_OK)
		err = evx_remotes_try(r, NULL, cancel, out, diag);
	out->confinement = confinement;
	evx_remote_free(r);
	return err;
}
