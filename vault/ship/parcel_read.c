/* Reads parcels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "crypto/age_stream.h"
#include "format/mirror_index.h"
#include "format/tar.h"
#include "format/uuid.h"
#include "ship/parcel.h"

#define VAULT "vault/"

enum stage { AT_SENDER, AT_MEMBERS, AT_RECEIPTS, AT_VAULT, AT_END };

struct reading {
	int fd;
	const char *name;
	const struct evx_parcel_to *to;
	struct evx_age_in *age;
	enum stage stage;
	char uuid[EVX_UUID_LEN + 1]; /* of the exhibit that the last member belongs to */
	unsigned receipts, exhibits;
	char path[EVX_TAR_PATH_CAP]; /* of the last file of a vault */
	uint8_t part[65536];
};

static enum evx_err get(void *ctx, void *p, size_t n, size_t *got, struct evx_diag *diag)
{
	struct reading *r = ctx;

	return evx_read_full(r->fd, p, n, got, r->name, diag);
}

static enum evx_err read_block(
	struct reading *r, uint8_t block[EVX_TAR_BLOCK], struct evx_diag *diag)
{
	size_t got;
	enum evx_err err = evx_age_in_read(r->age, block, EVX_TAR_BLOCK, &got, diag);

	return err == EVX_OK && got < EVX_TAR_BLOCK ?
		evx_fail(diag, EVX_E_TRUNCATED, "parcel: expected more members, found the end") :
		err;
}

static enum evx_err odd(struct evx_diag *diag)
{
	return evx_fail(
		diag, EVX_E_CORRUPT, "parcel: expected a member in its place, found another");
}

static enum evx_err too_long(struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_LIMIT, "parcel: a member is longer than it may be");
}

/* "UUID/NAME", the UUIDs in their order. */
static enum evx_err begin_exhibit(
	struct reading *r, const struct evx_tar_header *h, struct evx_diag *diag)
{
	const char *name = h->path + EVX_UUID_LEN + 1;
	struct evx_member_id id;
	char uuid[EVX_UUID_LEN + 1];
	int order;

	memcpy(uuid, h->path, EVX_UUID_LEN);
	uuid[EVX_UUID_LEN] = '\0';
	order = strcmp(r->uuid, uuid);
	if (r->stage > AT_MEMBERS || order > 0 || evx_member_parse(name, &id, NULL) != EVX_OK ||
		id.kind == EVX_MEMBER_PACK)
		return odd(diag);
	if (h->size > evx_member_limit(id.kind))
		return too_long(diag);
	if (order < 0 && ++r->exhibits > EVX_SHIPMENT_EXHIBITS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "parcel: it has more exhibits than %u",
			EVX_SHIPMENT_EXHIBITS_MAX);
	r->stage = AT_MEMBERS;
	memcpy(r->uuid, uuid, sizeof(r->uuid));
	return r->to->begin(r->to->ctx, EVX_PARCEL_EXHIBIT, r->uuid, name, 0, h->size, diag);
}

static enum evx_err begin_receipt(
	struct reading *r, const struct evx_tar_header *h, struct evx_diag *diag)
{
	char expected[16];

	if (r->receipts >= 9999)
		return evx_fail(diag, EVX_E_LIMIT, "parcel: it has more receipts than 9999");
	(void)snprintf(expected, sizeof(expected), "receipts/%04u", ++r->receipts);
	if (r->stage > AT_RECEIPTS || strcmp(h->path, expected) != 0)
		return odd(diag);
	r->stage = AT_RECEIPTS;
	if (h->size > EVX_RECEIPT_MAX)
		return too_long(diag);
	return r->to->begin(r->to->ctx, EVX_PARCEL_RECEIPT, NULL, NULL, r->receipts, h->size, diag);
}

/* The index of a mirror comes behind the card, then the files of the vault in order. */
static enum evx_err begin_vault(
	struct reading *r, const struct evx_tar_header *h, struct evx_diag *diag)
{
	const char *path = h->path + sizeof(VAULT) - 1;

	if (strcmp(h->path, EVX_PARCEL_INDEX_NAME) == 0) {
		if (r->stage > AT_MEMBERS || r->exhibits > 0)
			return odd(diag);
		r->stage = AT_VAULT;
		return h->size > EVX_MIRROR_INDEX_MAX ?
			too_long(diag) :
			r->to->begin(r->to->ctx, EVX_PARCEL_INDEX, NULL, NULL, 0, h->size, diag);
	}
	if (r->stage != AT_VAULT || !evx_mirror_index_path(path, strlen(path)) ||
		strcmp(r->path, path) >= 0)
		return odd(diag);
	memcpy(r->path, path, strlen(path) + 1);
	return r->to->begin(r->to->ctx, EVX_PARCEL_VAULT, NULL, path, 0, h->size, diag);
}

/* *given: somebody gets its bytes; else they must be zero. */
static enum evx_err begin(
	struct reading *r, const struct evx_tar_header *h, bool *given, struct evx_diag *diag)
{
	*given = true;
	if (r->stage == AT_SENDER) {
		if (strcmp(h->path, EVX_PARCEL_CARD) != 0)
			return odd(diag);
		r->stage = AT_MEMBERS;
		return h->size > EVX_DOCUMENT_MAX ?
			too_long(diag) :
			r->to->begin(r->to->ctx, EVX_PARCEL_SENDER, NULL, NULL, 0, h->size, diag);
	}
	if (r->stage < AT_END && strcmp(h->path, "padding") == 0) {
		*given = false;
		r->stage = AT_END;
		return EVX_OK;
	}
	if (strcmp(h->path, EVX_PARCEL_INDEX_NAME) == 0 ||
		strncmp(h->path, VAULT, sizeof(VAULT) - 1) == 0)
		return begin_vault(r, h, diag);
	if (strlen(h->path) > EVX_UUID_LEN && h->path[EVX_UUID_LEN] == '/' &&
		evx_uuid_valid(h->path, EVX_UUID_LEN))
		return begin_exhibit(r, h, diag);
	return strncmp(h->path, "receipts/", 9) == 0 ? begin_receipt(r, h, diag) : odd(diag);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* The size bytes of a member, and the zeros behind them. */
static enum evx_err read_bytes(struct reading *r, uint64_t size, bool given, struct evx_diag *diag)
{
	uint64_t all = evx_tar_span(size) - EVX_TAR_BLOCK;
	enum evx_err err = EVX_OK;

	while (all > 0 && err == EVX_OK) {
		const size_t want = all < sizeof(r->part) ? (size_t)all : sizeof(r->part);
		const size_t mine = size < want ? (size_t)size : want;
		size_t got;

		err = evx_age_in_read(r->age, r->part, want, &got, diag);
		if (err == EVX_OK && got < want)
			err = evx_fail(diag, EVX_E_TRUNCATED, "parcel: a member is cut off");
		if (err == EVX_OK && given && mine > 0)
			err = r->to->data(r->to->ctx, r->part, mine, diag);
		if (err == EVX_OK &&
			!all_zero(r->part + (given ? mine : 0), want - (given ? mine : 0)))
			err = evx_fail(diag, EVX_E_CORRUPT,
				"parcel: expected zero bytes behind a member, found others");
		all -= want;
		size -= mine;
	}
	return err;
}

/* One member; *more false at the end of the archive. */
static enum evx_err read_member(struct reading *r, bool *more, struct evx_diag *diag)
{
	uint8_t block[EVX_TAR_BLOCK];
	struct evx_tar_header h;
	bool given = false;
	enum evx_err err = read_block(r, block, diag);

	*more = false;
	if (err != EVX_OK)
		return err;
	if (evx_tar_is_zero(block)) {
		err = read_block(r, block, diag);
		return err == EVX_OK && (!evx_tar_is_zero(block) || r->stage != AT_END) ?
			odd(diag) :
			err;
	}
	if (evx_tar_decode(block, &h, NULL) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"parcel: expected the header of a member, found other bytes");
	if (err == EVX_OK)
		err = begin(r, &h, &given, diag);
	if (err == EVX_OK)
		err = read_bytes(r, h.size, given, diag);
	if (err == EVX_OK && given)
		err = r->to->end(r->to->ctx, diag);
	*more = err == EVX_OK;
	return err;
}

enum evx_err evx_parcel_read(int fd, const char *name, const struct evx_secret *key,
	const struct evx_parcel_to *to, struct evx_diag *diag)
{
	const struct evx_age_open open = { .identities = &key, .nidentities = 1 };
	struct reading *r = calloc(1, sizeof(*r));
	bool more = true;
	size_t got;
	enum evx_err err;

	if (r == NULL)
		return evx_fail_memory(diag);
	r->fd = fd;
	r->name = name;
	r->to = to;
	err = lseek(fd, 0, SEEK_SET) == 0 ? evx_age_in_new(&open, get, r, &r->age, diag) :
					    evx_fail_errno(diag, name, "The parcel cannot be read");
	while (err == EVX_OK && more)
		err = read_member(r, &more, diag);
	if (err == EVX_OK)
		err = evx_age_in_read(r->age, r->part, 1, &got, diag);
	if (err == EVX_OK && got > 0)
		err = evx_fail(diag, EVX_E_CORRUPT, "parcel: expected the end, found more bytes");
	evx_age_in_free(r->age);
	evx_wipe(r->part, sizeof(r->part));
	free(r);
	return err;
}
