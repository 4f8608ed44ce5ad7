/* Packs as uploads, small members into parcels. */
#include "ship/outgoing_packs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "format/limits.h"
#include "format/text.h"

static enum evx_err place_pack(const struct evx_outgoing *o, const struct evx_outgoing_open *open,
	const struct evx_bundle_pack *pack, struct evx_upload *u, struct evx_diag *diag)
{
	char hex[65];
	int n;

	if (pack->missing)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"Pack %llu of this exhibit is missing. Nothing was sent. To see what is "
			"missing, run: evx verify",
			(unsigned long long)u->pack);
	if (pack->recipe)
		return EVX_OK;
	evx_hex_encode(pack->hash, 32, hex);
	u->place = o->place;
	u->offset = 0;
	if (evx_bundle_form(open->bundle) == EVX_BUNDLE_DIRECTORY) {
		n = asprintf(&u->source, "%s/data/%s.pack", o->base, hex);
	} else {
		n = asprintf(&u->source, "%s", o->base);
		u->offset = pack->content;
	}
	if (n < 0)
		u->source = NULL;
	return n < 0 ? evx_fail_memory(diag) : EVX_OK;
}

enum evx_err evx_outgoing_packs(const struct evx_outgoing *o, const struct evx_outgoing_open *open,
	struct evx_uploads *out, struct evx_diag *diag)
{
	const uint64_t n = evx_bundle_packs(open->bundle);
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	out->at = calloc((size_t)n + 1, sizeof(*out->at));
	if (out->at == NULL)
		return evx_fail_memory(diag);
	for (uint64_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_pack pack = evx_bundle_pack(open->bundle, i);
		struct evx_upload *u = &out->at[out->n++];

		u->kind = EVX_UPLOAD_PACK;
		u->pack = i;
		u->size = pack.length;
		memcpy(u->hash, pack.hash, sizeof(u->hash));
		err = place_pack(o, open, &pack, u, diag);
	}
	if (err != EVX_OK)
		evx_uploads_free(out);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, o->path, err);
}

static enum evx_err make(void *ctx, const struct evx_upload *u, unsigned *place, char *source,
	size_t cap, struct evx_diag *diag)
{
	const struct evx_outgoing_recipes *from = ctx;
	uint8_t *part = malloc(EVX_PACK_LEN);
	char name[32];
	int fd = -1;
	enum evx_err err;

	if (part == NULL)
		return evx_fail_memory(diag);
	(void)snprintf(name, sizeof(name), "pack-%llu", (unsigned long long)u->pack);
	(void)snprintf(source, cap, "%s/%s", from->spool->name, name);
	*place = from->place;
	err = evx_bundle_pack_read(from->open->bundle, u->pack, 0, part, (size_t)u->size, diag);
	if (err == EVX_OK)
		err = evx_spool_file(from->spool, name, &fd, diag);
	if (err == EVX_OK)
		err = evx_write_full(fd, part, (size_t)u->size, name, diag);
	evx_close_quiet(&fd);
	free(part);
	return err;
}

static void drop(void *ctx, const char *source)
{
	const struct evx_outgoing_recipes *from = ctx;

	(void)unlinkat(from->spool->parent, source, 0);
}

struct evx_uploads_make evx_outgoing_packs_make(struct evx_outgoing_recipes *from)
{
	return (struct evx_uploads_make){ .make = make, .drop = drop, .ctx = from };
}

enum evx_err evx_outgoing_packs_rest(
	const struct evx_outgoing_open *open, struct evx_parcel_out *to, struct evx_diag *diag)
{
	const char *uuid = evx_bundle_uuid(open->bundle);
	struct evx_buf bytes = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	bytes.max = EVX_MANIFEST_MAX;
	for (size_t i = 0; i < evx_bundle_count(open->bundle) && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(open->bundle, i);
		char path[EVX_UUID_LEN + 1 + EVX_MEMBER_NAME_CAP];

		(void)snprintf(path, sizeof(path), "%s/%s", uuid, m->name);
		evx_buf_reset(&bytes);
		err = evx_bundle_read_member(
			open->bundle, m->name, (size_t)evx_member_limit(m->id.kind), &bytes, diag);
		if (err == EVX_OK)
			err = evx_parcel_out_member(to, path, bytes.data, bytes.len, diag);
	}
	evx_buf_free(&bytes);
	return err;
}
