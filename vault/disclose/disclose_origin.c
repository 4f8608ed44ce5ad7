/* What was signed about the original, copied into a disclosure. */
#include "disclose/disclose_origin.h"

#include <stdio.h>
#include <stdlib.h>

#include "bundle/bundle.h"

/* By event, kind and number: the container's order. */
static int in_order(const void *a, const void *b)
{
	const struct evx_member_id *x = &(*(const struct evx_bundle_member *const *)a)->id,
				   *y = &(*(const struct evx_bundle_member *const *)b)->id;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static bool goes_along(const struct evx_member_id *id, unsigned last)
{
	return id->event <= last &&
		(id->kind == EVX_MEMBER_JSON || id->kind == EVX_MEMBER_SIG ||
			id->kind == EVX_MEMBER_RECORD || id->kind == EVX_MEMBER_TSR);
}

static enum evx_err copy(const struct evx_bundle *b, const struct evx_bundle_member *m,
	struct evx_writer *to, struct evx_diag *diag)
{
	char name[sizeof(EVX_ORIGIN_PREFIX) + EVX_MEMBER_NAME_CAP];
	struct evx_buf bytes = EVX_BUF_INIT;
	enum evx_err err = evx_bundle_read_member(b, m->name, EVX_MEMBER_MAX, &bytes, diag);

	(void)snprintf(name, sizeof(name), EVX_ORIGIN_PREFIX "%s", m->name);
	if (err == EVX_OK)
		err = evx_writer_member(to, name, bytes.data, bytes.len, diag);
	evx_buf_free(&bytes);
	return err;
}

enum evx_err evx_disclose_origin(
	const char *path, unsigned last, struct evx_writer *to, struct evx_diag *diag)
{
	const struct evx_bundle_member **members = NULL;
	enum evx_bundle_source source;
	struct evx_bundle *b = NULL;
	size_t n = 0;
	enum evx_err err;

	if ((err = evx_bundle_open(path, &b, diag)) != EVX_OK ||
		(err = evx_bundle_open_index(b, &source, diag)) != EVX_OK)
		goto out;
	members = calloc(evx_bundle_count(b) + 1, sizeof(*members));
	if (members == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	for (size_t i = 0; i < evx_bundle_count(b); i++)
		if (goes_along(&evx_bundle_at(b, i)->id, last))
			members[n++] = evx_bundle_at(b, i);
	qsort(members, n, sizeof(*members), in_order);
	for (size_t i = 0; i < n && err == EVX_OK; i++)
		err = copy(b, members[i], to, diag);
out:
	free(members);
	evx_bundle_free(b);
	return err;
}
