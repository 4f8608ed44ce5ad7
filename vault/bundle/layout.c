/* An archive or directory being written, member by member. */
#include "bundle/layout.h"

#include <stdio.h>
#include <string.h>

#include "format/index.h"
#include "format/tar.h"
#include "format/uuid.h"

enum evx_err evx_layout_init(
	struct evx_layout *l, const char *uuid, const struct evx_sink *sink, struct evx_diag *diag)
{
	enum evx_err err;

	memset(l, 0, sizeof(*l));
	l->sink = *sink;
	if (!evx_uuid_valid(uuid, strlen(uuid)))
		return evx_fail(diag, EVX_E_USAGE, "bundle: expected a version 4 UUID");
	memcpy(l->uuid, uuid, sizeof(l->uuid));
	err = evx_ledger_init(&l->ledger);
	return evx_fail_buf(diag, err);
}

void evx_layout_free(struct evx_layout *l)
{
	if (l->sink.free != NULL)
		l->sink.free(l->sink.self);
	evx_order_free(&l->order);
	evx_ledger_free(&l->ledger);
	memset(l, 0, sizeof(*l));
}

enum evx_err evx_layout_note(
	struct evx_layout *l, const struct evx_member_id *id, uint64_t size, struct evx_diag *diag)
{
	enum evx_order_verdict verdict;
	struct evx_diag why = { 0 };
	enum evx_err err;

	if (l->failed)
		return evx_fail(diag, EVX_E_USAGE, "bundle: expected nothing more after a failure");
	err = evx_order_next(&l->order, id, &verdict, &why);
	if (err == EVX_E_CORRUPT)
		return evx_fail(diag, EVX_E_USAGE, "%s", why.text);
	if (err == EVX_OK && size > evx_member_limit(id->kind))
		return evx_fail(diag, EVX_E_LIMIT, "member size: found %llu bytes (limit %llu)",
			(unsigned long long)size, (unsigned long long)evx_member_limit(id->kind));
	if (err == EVX_OK)
		err = evx_ledger_note(&l->ledger, id, size);
	return evx_fail_buf(diag, err);
}

enum evx_err evx_layout_begin(
	struct evx_layout *l, const struct evx_member_id *id, uint64_t size, struct evx_diag *diag)
{
	char name[EVX_MEMBER_NAME_CAP], path[EVX_TAR_PATH_CAP];
	uint8_t header[EVX_TAR_BLOCK];
	enum evx_err err = evx_layout_note(l, id, size, diag);

	if (err != EVX_OK || (err = evx_member_name(id, name)) != EVX_OK)
		goto out;
	(void)snprintf(path, sizeof(path), "%s/%s", l->uuid, name);
	if ((err = evx_tar_encode(path, size, header)) != EVX_OK)
		goto out;
	err = l->sink.begin(l->sink.self, name, header, size, diag);
out:
	l->failed = err != EVX_OK;
	return err;
}

enum evx_err evx_layout_member(struct evx_layout *l, const struct evx_member_id *id, const void *p,
	size_t n, struct evx_diag *diag)
{
	enum evx_err err = evx_layout_begin(l, id, n, diag);

	if (err != EVX_OK)
		return err;
	err = l->sink.data(l->sink.self, p, n, diag);
	if (err == EVX_OK)
		err = l->sink.end(l->sink.self, diag);
	l->failed = err != EVX_OK;
	return err;
}

enum evx_err evx_layout_named(
	struct evx_layout *l, const char *name, const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_member_id id;

	if (evx_member_parse(name, &id, NULL) != EVX_OK) {
		l->failed = true;
		return evx_fail(diag, EVX_E_USAGE,
			"member name: expected a name that a bundle can have, found \"%s\"", name);
	}
	return evx_layout_member(l, &id, p, n, diag);
}

enum evx_err evx_layout_index(struct evx_layout *l, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_INDEX, .number = l->order.group };
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_index_encode(&l->ledger.lines, l->ledger.offset, &text);

	if (err == EVX_OK)
		err = evx_layout_member(l, &id, text.data, text.len, diag);
	else
		err = evx_fail_buf(diag, err);
	evx_buf_free(&text);
	return err;
}
