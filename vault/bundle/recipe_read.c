/* The bytes that a recipe stands for. */
#include "bundle/recipe_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "bundle/directory.h"

enum evx_err evx_recipe_read_pack(
	int dirfd, const uint8_t hash[32], int *fd, uint64_t *length, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	char name[EVX_MEMBER_NAME_CAP];
	uint64_t size;
	enum evx_err err;
	int folder;

	*fd = -1;
	memcpy(id.hash, hash, sizeof(id.hash));
	err = evx_member_name(&id, name);
	if (err != EVX_OK)
		return evx_fail(diag, err, "pack: cannot name it");
	folder = openat(dirfd, "data", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0 && (errno == ELOOP || errno == ENOTDIR))
		return evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"pack: expected its folder to be a directory, found something "
				"else"));
	if (folder < 0)
		return evx_fail_errno(diag, name, "The file cannot be opened");
	err = evx_directory_file(folder, strchr(name, '/') + 1, name, fd, &size, diag);
	if (err == EVX_OK && length != NULL)
		*length = size;
	evx_close_quiet(&folder);
	return err;
}

enum evx_err evx_recipe_read_text(const struct evx_recipe_reader *how, const uint8_t hash[32],
	const void *p, size_t n, struct evx_recipe *out, struct evx_diag *diag)
{
	struct evx_buf text = { NULL, 0, 0, EVX_RECIPE_MAX };
	enum evx_err err = how->decrypt(how->ctx, p, n, &text, diag);

	memset(out, 0, sizeof(*out));
	if (err != EVX_OK || (err = evx_recipe_decode(text.data, text.len, out, diag)) != EVX_OK)
		goto out;
	if (!evx_hash_equal(out->hash, hash)) {
		evx_recipe_free(out);
		err = EVX_E_FORGED;
	}
out:
	evx_buf_free(&text);
	return err == EVX_OK ?
		EVX_OK :
		evx_fail(diag, err, "recipe: %s",
			err == EVX_E_FORGED ? "it stands for another pack" : evx_err_name(err));
}

/* The piece that holds the byte at offset, which is inside the pack. */
static const struct evx_recipe_piece *piece_at(const struct evx_recipe *r, uint64_t offset)
{
	size_t low = 0, high = r->n_pieces;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->pieces[middle].at <= offset)
			low = middle;
		else
			high = middle;
	}
	return &r->pieces[low];
}

/* The lender's pack that was read from last, since the next piece often lies in it, too. */
struct lent {
	const struct evx_recipe_piece *piece;
	int fd;
};

static enum evx_err copy(const struct evx_recipe_reader *how, struct lent *lent,
	const struct evx_recipe_piece *piece, uint64_t within, uint8_t *p, size_t n,
	struct evx_diag *diag)
{
	bool same = lent->piece != NULL && evx_hash_equal(lent->piece->hash, piece->hash) &&
		strcmp(lent->piece->lender, piece->lender) == 0;
	enum evx_err err = EVX_OK;
	size_t got = 0;

	if (!same) {
		evx_close_quiet(&lent->fd);
		err = how->open(how->ctx, piece->lender, piece->hash, &lent->fd, diag);
		lent->piece = err == EVX_OK ? piece : NULL;
	}
	if (err == EVX_OK)
		err = evx_pread_full(
			lent->fd, p, n, piece->offset + within, &got, piece->lender, diag);
	if (err == EVX_OK && got < n)
		err = evx_diag_in(diag, piece->lender,
			evx_fail(diag, EVX_E_TRUNCATED,
				"shared data: expected %zu bytes at byte %llu of the pack that has "
				"it, found %zu",
				n, (unsigned long long)(piece->offset + within), got));
	return err;
}

enum evx_err evx_recipe_read(const struct evx_recipe_reader *how, const struct evx_recipe *r,
	uint64_t offset, void *p, size_t n, struct evx_diag *diag)
{
	struct lent lent = { NULL, -1 };
	const struct evx_recipe_piece *piece;
	enum evx_err err = EVX_OK;
	uint8_t *to = p;

	if (offset > r->length || n > r->length - offset)
		return evx_fail(diag, EVX_E_TRUNCATED,
			"pack: expected %zu bytes at %llu, found its end at %u", n,
			(unsigned long long)offset, r->length);
	for (piece = n > 0 ? piece_at(r, offset) : NULL; err == EVX_OK && n > 0; piece++) {
		uint64_t within = offset - piece->at;
		size_t now = n < piece->length - within ? n : (size_t)(piece->length - within);

		if (piece->copy)
			err = copy(how, &lent, piece, within, to, now, diag);
		else
			memcpy(to, r->bytes.data + piece->offset + within, now);
		to += now;
		offset += now;
		n -= now;
	}
	evx_close_quiet(&lent.fd);
	return err;
}
