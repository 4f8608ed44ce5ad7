/* Walking an archive, block by block. */
#include <string.h>

#include "bundle/bundle_walk_inner.h"
#include "format/tar.h"
#include "format/uuid.h"

#define NAME_MARK "bagit.txt" /* with its NUL: how a bundle begins */
#define MAGIC_AT 257
#define PREFIX_AT 345

static bool all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* A damaged first header is told from something else by either of its two marks. */
static bool begins_like_ours(const uint8_t *block, size_t n)
{
	size_t mark = n < sizeof(NAME_MARK) ? n : sizeof(NAME_MARK);

	if (n > 0 && memcmp(block, NAME_MARK, mark) == 0)
		return true;
	return n == EVX_TAR_BLOCK && memcmp(block + MAGIC_AT, "ustar", 6) == 0 &&
		evx_uuid_valid((const char *)block + PREFIX_AT, EVX_UUID_LEN);
}

/* Sets whether what follows the end is more than zeros; w->at is the end. A tail longer than
 * EVX_TAIL_MAX counts as if it were, unread. */
static enum evx_err look_behind(struct evx_bundle_walk *w)
{
	const bool stream = w->b->form == EVX_BUNDLE_STREAM;
	const uint64_t tail = stream ? 0 : evx_volume_size(w->b->volume) - w->at;
	uint8_t rest[16384];
	uint64_t seen = 0;
	size_t got = sizeof(rest);

	w->result->foreign = tail > EVX_TAIL_MAX;
	while (got == sizeof(rest) && (stream || !w->result->foreign)) {
		if (evx_cancelled(w->opts->cancel))
			return EVX_E_INTERRUPTED;
		if (!evx_bundle_walk_read_some(w, rest, sizeof(rest), &got))
			return EVX_OK;
		seen += got;
		w->result->foreign = w->result->foreign || seen > EVX_TAIL_MAX ||
			!all_zero(rest, got);
	}
	w->result->trailing = stream ? seen : tail;
	return EVX_OK;
}

/* Behind the first zero block: the second, then nothing. */
static enum evx_err end(struct evx_bundle_walk *w)
{
	uint8_t block[EVX_TAR_BLOCK];
	struct evx_diag why = { 0 };
	enum evx_err err;
	size_t got;

	w->name[0] = '\0';
	if (!evx_bundle_walk_read_some(w, block, sizeof(block), &got))
		return EVX_OK;
	if (got < sizeof(block)) {
		evx_bundle_walk_ends_early(w, w->at);
		return EVX_OK;
	}
	if (!evx_tar_is_zero(block))
		evx_bundle_walk_report(w, "D-HEADER", EVX_WALK_BAD, EVX_E_CORRUPT, "",
			w->at - sizeof(block), "end: expected a second zero block");
	w->b->length = w->at;
	if (evx_order_end(&w->order, &why) != EVX_OK)
		evx_bundle_walk_report(w, "D-TRUNCATED", EVX_WALK_BAD, EVX_E_TRUNCATED, "", w->at,
			"The end stands where more must follow: %s", why.text);
	err = look_behind(w);
	if (err != EVX_OK || w->lost)
		return err;
	if (w->result->foreign)
		evx_bundle_walk_report(w, "D-TRAILING", EVX_WALK_GAP, EVX_E_CORRUPT, "",
			w->b->length,
			"%llu extra byte%s the end of the bundle. They are not part of it. The "
			"bundle is the first %llu bytes of this file.",
			(unsigned long long)w->result->trailing,
			w->result->trailing == 1 ? " follows" : "s follow",
			(unsigned long long)w->b->length);
	else if (w->result->trailing > 0)
		evx_bundle_walk_report(w, "D-TRAILING", EVX_WALK_REMARK, EVX_E_CORRUPT, "",
			w->b->length,
			"%llu zero byte%s the end of the bundle. They are not part of it.",
			(unsigned long long)w->result->trailing,
			w->result->trailing == 1 ? " follows" : "s follow");
	w->result->reached_end = true;
	return EVX_OK;
}

/* Splits a header's path into UUID and name. A path that no bundle has is a finding; its content is
 * passed over. */
static bool name_member(struct evx_bundle_walk *w, const struct evx_tar_header *h)
{
	const char *name = h->path + EVX_UUID_LEN + 1;

	if (!evx_bundle_split_path(h->path, w->b->uuid)) {
		evx_bundle_walk_report(w, "D-HEADER", EVX_WALK_BAD, EVX_E_CORRUPT, "", w->header,
			"path: expected the bundle's UUID first");
		return false;
	}
	if (evx_member_parse(name, &w->id, NULL) != EVX_OK) {
		evx_bundle_walk_report(w, "D-ORDER", EVX_WALK_BAD, EVX_E_CORRUPT, "", w->header,
			"path: expected a name of a bundle's member");
		return false;
	}
	memcpy(w->name, name, strlen(name) + 1);
	return true;
}

static void padding(struct evx_bundle_walk *w)
{
	uint8_t block[EVX_TAR_BLOCK];
	size_t n = (size_t)((EVX_TAR_BLOCK - w->size % EVX_TAR_BLOCK) % EVX_TAR_BLOCK);

	memset(block, 0, sizeof(block));
	if (!w->lost && n > 0 && evx_bundle_walk_read(w, block, n) && !evx_tar_is_zero(block))
		evx_bundle_walk_report(w, "D-PADDING", EVX_WALK_BAD, EVX_E_CORRUPT, w->name,
			w->at - n, "padding: expected zero bytes");
}

/* The header at hand. True when a member follows; false at the end, or where nothing more can be
 * read. */
static enum evx_err header(
	struct evx_bundle_walk *w, bool first, struct evx_tar_header *h, bool *more)
{
	uint8_t block[EVX_TAR_BLOCK];
	struct evx_diag why = { 0 };
	enum evx_err err;
	size_t got;

	*more = false;
	w->header = w->at;
	if (!evx_bundle_walk_read_some(w, block, sizeof(block), &got))
		return EVX_OK;
	if (got < sizeof(block)) {
		if (first && got == 0)
			return evx_diag_in(w->diag, evx_volume_name(w->b->volume),
				evx_fail(w->diag, EVX_E_NOT_OURS,
					"This file is empty. If it is a copy, copy it again from "
					"where it came."));
		if (first && !begins_like_ours(block, got))
			return evx_diag_in(w->diag, evx_volume_name(w->b->volume),
				evx_fail(w->diag, EVX_E_NOT_OURS,
					"bundle: expected a header of 512 bytes, found %zu", got));
		evx_bundle_walk_ends_early(w, w->header);
		return EVX_OK;
	}
	if (!first && evx_tar_is_zero(block))
		return end(w);
	err = evx_tar_decode(block, h, &why);
	if (first && (err != EVX_OK || !evx_bundle_split_path(h->path, w->b->uuid)) &&
		!begins_like_ours(block, got))
		return evx_diag_in(w->diag, evx_volume_name(w->b->volume),
			evx_fail(w->diag, EVX_E_NOT_OURS,
				"bundle: expected it to begin with bagit.txt; %s",
				err != EVX_OK ? why.text : "found another archive"));
	if (err != EVX_OK) {
		w->lost = true;
		evx_bundle_walk_report(w, "D-HEADER", EVX_WALK_BAD, EVX_E_CORRUPT, "", w->header,
			"%s; what follows is out of reach", why.text);
		return EVX_OK;
	}
	*more = true;
	return EVX_OK;
}

enum evx_err evx_bundle_walk_archive(struct evx_bundle_walk *w)
{
	struct evx_tar_header h;
	bool first = true, more, taken;
	enum evx_err err = EVX_OK;

	if (w->opts->progress != NULL)
		atomic_store(&w->opts->progress->bytes_total, evx_volume_size(w->b->volume));
	while (err == EVX_OK && !w->lost) {
		if (evx_cancelled(w->opts->cancel))
			return EVX_E_INTERRUPTED;
		w->name[0] = '\0';
		w->size = EVX_TAR_BLOCK;
		err = header(w, first, &h, &more);
		if (err != EVX_OK || !more)
			break;
		first = false;
		taken = false;
		w->size = h.size;
		if (name_member(w, &h))
			err = evx_bundle_walk_member(w, &taken);
		if (err == EVX_OK && !taken && !w->lost && !evx_bundle_walk_skip(w, w->size) &&
			!w->lost)
			err = EVX_E_INTERRUPTED;
		if (err == EVX_OK)
			padding(w);
		if (err == EVX_OK && taken && w->jump != NULL &&
			w->id.kind == EVX_MEMBER_KEY_CONTENT && w->id.event == 0 && !w->lost)
			err = evx_bundle_walk_jump(w);
	}
	return err == EVX_OK && evx_cancelled(w->opts->cancel) ? EVX_E_INTERRUPTED : err;
}
