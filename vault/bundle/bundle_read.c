/* Reading a small member of a loaded bundle. */
#include <stdio.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "bundle/bundle_inner.h"
#include "crypto/hash.h"
#include "format/tar.h"

/* The header in front of the content must be the member's own: an index can say anything. */
static enum evx_err from_archive(const struct evx_bundle *b, const struct evx_bundle_member *m,
	uint8_t *p, struct evx_diag *diag)
{
	uint8_t found[EVX_TAR_BLOCK], header[EVX_TAR_BLOCK];
	char path[EVX_TAR_PATH_CAP];
	size_t got;
	enum evx_err err;

	(void)snprintf(path, sizeof(path), "%s/%s", b->uuid, m->name);
	err = evx_tar_encode(path, m->size, header);
	if (err != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT, "member: no header can describe it");
	err = evx_volume_pread(b->volume, found, sizeof(found), m->offset, &got, diag);
	if (err != EVX_OK)
		return err;
	if (got < sizeof(found) || memcmp(found, header, sizeof(header)) != 0)
		return evx_fail_at(diag, got < sizeof(found) ? EVX_E_TRUNCATED : EVX_E_CORRUPT,
			NULL, m->offset, "member: expected its header here, found none");
	err = evx_volume_pread(
		b->volume, p, (size_t)m->size, m->offset + EVX_TAR_BLOCK, &got, diag);
	if (err == EVX_OK && got < m->size)
		return evx_fail(diag, EVX_E_TRUNCATED, "member: expected %llu bytes, found %zu",
			(unsigned long long)m->size, got);
	return err;
}

static enum evx_err from_directory(const struct evx_bundle *b, const struct evx_bundle_member *m,
	uint8_t *p, struct evx_diag *diag)
{
	uint64_t size;
	size_t got = 0;
	enum evx_err err;
	int fd;

	if ((err = evx_directory_member(b->dir, m->name, &fd, &size, diag)) != EVX_OK)
		goto out;
	if (size != m->size) {
		err = evx_fail(diag, EVX_E_CORRUPT, "member size: expected %llu bytes, found %llu",
			(unsigned long long)m->size, (unsigned long long)size);
		goto out;
	}
	if ((err = evx_pread_full(fd, p, (size_t)size, 0, &got, m->name, diag)) != EVX_OK)
		goto out;
	if (got < size)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"The bundle changed while evx read it. Check it again: evx verify");
out:
	evx_close_quiet(&fd);
	return err;
}

static enum evx_err read_again(const struct evx_bundle *b, const struct evx_bundle_member *m,
	uint8_t *p, struct evx_diag *diag)
{
	uint8_t hash[32];
	enum evx_err err;

	if (b->form == EVX_BUNDLE_STREAM)
		return evx_fail(diag, EVX_E_LIMIT,
			"The small files of this bundle have more than %zu bytes. That is too much "
			"from a pipe. Read the bundle from a file.",
			EVX_BUNDLE_KEPT_MAX);
	err = b->dir != NULL ? from_directory(b, m, p, diag) : from_archive(b, m, p, diag);
	if (err != EVX_OK || !m->hashed)
		return err;
	evx_sha256(p, (size_t)m->size, hash);
	return evx_hash_equal(hash, m->sha256) ?
		EVX_OK :
		evx_fail(diag, EVX_E_CORRUPT,
			"The bundle changed since evx checked it. Check it again: evx verify");
}

enum evx_err evx_bundle_read_member(const struct evx_bundle *b, const char *name, size_t max,
	struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_bundle_slot *slot = evx_bundle_slot(b, name);
	const struct evx_bundle_member *m = slot != NULL ? &slot->member : NULL;
	enum evx_err err;

	if (m == NULL)
		return evx_diag_in(diag, name,
			evx_fail(
				diag, EVX_E_NOT_FOUND, "member: the bundle has none of this name"));
	if (m->size > max)
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_LIMIT, "member size: found %llu bytes (limit %zu)",
				(unsigned long long)m->size, max));
	err = evx_buf_reserve(out, (size_t)m->size);
	if (err != EVX_OK)
		return evx_diag_in(diag, name,
			evx_fail(diag, err, "member: %s while reading it", evx_err_name(err)));
	if (slot->kept != NULL)
		memcpy(out->data + out->len, slot->kept, (size_t)m->size);
	else if (m->size > 0)
		err = read_again(b, m, out->data + out->len, diag);
	if (err == EVX_OK)
		out->len += (size_t)m->size;
	return evx_diag_in(diag, name, err);
}
