/* A bundle laid out again in another form, byte for byte. */
#include "bundle/repack.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "format/text.h"

struct repack {
	const struct evx_bundle *from;
	struct evx_writer *to;
	const struct evx_repack_opts *opts;
	uint8_t *pack;
};

static enum evx_err copy_pack(struct repack *r, uint64_t i, struct evx_diag *diag)
{
	struct evx_bundle_pack p = evx_bundle_pack(r->from, i);
	uint8_t hash[32];
	char expected[65], found[65];
	enum evx_err err;

	evx_hex_encode(p.hash, sizeof(p.hash), expected);
	if (evx_cancelled(r->opts->cancel))
		return evx_fail(diag, EVX_E_INTERRUPTED, "copy: interrupted");
	if (p.length == 0 || p.length > EVX_PACK_LEN)
		return evx_fail(diag, EVX_E_CORRUPT, "pack %s: expected 1 to %u bytes, found %llu",
			expected, EVX_PACK_LEN, (unsigned long long)p.length);
	if ((err = evx_bundle_pack_read(r->from, i, 0, r->pack, (size_t)p.length, diag)) !=
			EVX_OK ||
		(err = evx_writer_pack(r->to, r->pack, (size_t)p.length, hash, diag)) != EVX_OK)
		return err;
	if (!evx_hash_equal(hash, p.hash)) {
		evx_hex_encode(hash, sizeof(hash), found);
		return evx_fail(
			diag, EVX_E_FORGED, "pack: expected SHA-256 %s, found %s", expected, found);
	}
	if (r->opts->progress != NULL)
		atomic_fetch_add_explicit(
			&r->opts->progress->bytes_done, p.length, memory_order_relaxed);
	return EVX_OK;
}

/* All packs, and what the writer makes of them. */
static enum evx_err copy_payload(struct repack *r, struct evx_diag *diag)
{
	uint8_t manifest[32];
	enum evx_err err = EVX_OK;

	r->pack = malloc(EVX_PACK_LEN);
	if (r->pack == NULL)
		return evx_fail_memory(diag);
	for (uint64_t i = 0; i < evx_bundle_packs(r->from); i++)
		if ((err = copy_pack(r, i, diag)) != EVX_OK)
			goto out;
	err = evx_writer_manifest(r->to, manifest, diag);
out:
	free(r->pack);
	r->pack = NULL;
	return err;
}

/* The tag manifest of all that was copied, which must be what the seal signed. */
static enum evx_err make_tags(struct repack *r, struct evx_diag *diag)
{
	struct evx_buf tags = EVX_BUF_INIT;
	uint8_t made[32], signed_hash[32];
	enum evx_err err;

	if ((err = evx_bundle_read_member(
		     r->from, "tagmanifest-sha256.txt", EVX_MEMBER_MAX, &tags, diag)) != EVX_OK ||
		(err = evx_writer_finish_payload(r->to, made, diag)) != EVX_OK)
		goto out;
	evx_sha256(tags.data, tags.len, signed_hash);
	if (!evx_hash_equal(made, signed_hash))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"tagmanifest-sha256.txt: expected what the copied members come to, found "
			"another");
out:
	evx_buf_free(&tags);
	return err;
}

static enum evx_err copy_member(
	struct repack *r, const struct evx_bundle_member *m, struct evx_diag *diag)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	enum evx_err err = evx_bundle_read_member(r->from, m->name, EVX_MEMBER_MAX, &bytes, diag);

	if (err == EVX_OK)
		err = evx_writer_member(r->to, m->name, bytes.data, bytes.len, diag);
	evx_buf_free(&bytes);
	return err;
}

enum evx_err evx_repack(const struct evx_bundle *from, struct evx_writer *to,
	const struct evx_repack_opts *opts, struct evx_diag *diag)
{
	struct repack r = { from, to, opts, NULL };
	enum evx_err err = EVX_OK;

	if (evx_bundle_source(from) != EVX_BUNDLE_BY_WALK ||
		evx_bundle_form(from) == EVX_BUNDLE_STREAM)
		return evx_fail(diag, EVX_E_USAGE, "copy: the bundle was not walked, or is a pipe");
	if (opts->progress != NULL)
		atomic_store(&opts->progress->bytes_total, evx_bundle_payload_length(from));
	for (size_t i = 0; i < evx_bundle_count(from) && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(from, i);

		switch (m->id.kind) {
		case EVX_MEMBER_BAGIT: /* the writer's own, with the one form that each can have */
		case EVX_MEMBER_BAG_INFO:
		case EVX_MEMBER_INDEX:
		case EVX_MEMBER_PACK:
			break;
		case EVX_MEMBER_MANIFEST:
			err = copy_payload(&r, diag);
			break;
		case EVX_MEMBER_TAGMANIFEST:
			err = make_tags(&r, diag);
			break;
		case EVX_MEMBER_APPEND:
			err = evx_writer_next_group(to, diag);
			break;
		default:
			err = copy_member(&r, m, diag);
			break;
		}
	}
	return err == EVX_OK ? evx_writer_end(to, diag) : err;
}
