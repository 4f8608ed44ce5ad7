/* The index at the end as a hint: where to look for the seal of an archive, whose packs need then
 * not be walked (format-spec/container.md "Index"). Nothing that is read here counts: the walk
 * finds it again, or does not. */
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "bundle/bundle_inner.h"
#include "bundle/bundle_walk.h"
#include "format/index.h"
#include "format/tar.h"

/* Reads n bytes at offset of the archive, all of them. */
static bool read_at(const struct evx_bundle *b, void *p, size_t n, uint64_t offset)
{
	size_t got;

	return evx_volume_pread(b->volume, p, n, offset, &got, NULL) == EVX_OK && got == n;
}

/* The header at offset, when one stands there. */
static bool header_at(const struct evx_bundle *b, uint64_t offset, struct evx_tar_header *h,
	struct evx_member_id *id)
{
	char uuid[EVX_UUID_LEN + 1] = "";
	uint8_t block[EVX_TAR_BLOCK];

	return offset % EVX_TAR_BLOCK == 0 && read_at(b, block, sizeof(block), offset) &&
		evx_tar_decode(block, h, NULL) == EVX_OK && evx_bundle_split_path(h->path, uuid) &&
		evx_member_parse(h->path + EVX_UUID_LEN + 1, id, NULL) == EVX_OK;
}

/* The text of the index before the two last blocks of the file. */
static bool last_index(const struct evx_bundle *b, struct evx_buf *text, uint64_t *own)
{
	const uint64_t total = evx_volume_size(b->volume);
	uint8_t trailer[EVX_TAR_BLOCK];
	struct evx_member_id id;
	struct evx_tar_header h;

	if (total < 4 * (uint64_t)EVX_TAR_BLOCK ||
		!read_at(b, trailer, sizeof(trailer), total - 3 * (uint64_t)EVX_TAR_BLOCK) ||
		evx_index_trailer(trailer, own, NULL) != EVX_OK || *own >= total ||
		!header_at(b, *own, &h, &id) || id.kind != EVX_MEMBER_INDEX ||
		h.size > EVX_MEMBER_MAX || evx_buf_reserve(text, (size_t)h.size) != EVX_OK ||
		!read_at(b, text->data, (size_t)h.size, *own + EVX_TAR_BLOCK))
		return false;
	text->len = (size_t)h.size;
	return true;
}

/* Where the first line for the seal's document says that it stands. */
static bool seal_at(const struct evx_buf *text, uint64_t own, uint64_t *offset)
{
	struct evx_index_line line;
	struct evx_cursor lines;

	if (evx_index_open(text->data, text->len, own, &lines, NULL) != EVX_OK)
		return false;
	while (evx_cursor_left(&lines) > 0) {
		if (evx_index_next(&lines, &line, NULL) != EVX_OK)
			return false;
		if (strcmp(line.name, EVX_SEAL_MEMBER) == 0) {
			*offset = line.offset;
			return true;
		}
	}
	return false;
}

static bool in_archive(const struct evx_bundle *b, struct evx_buf *json)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_member_id id;
	struct evx_tar_header h;
	uint64_t own = 0, offset = 0;
	bool found = last_index(b, &text, &own) && seal_at(&text, own, &offset) &&
		header_at(b, offset, &h, &id) && id.kind == EVX_MEMBER_JSON && id.event == 0 &&
		h.size <= EVX_DOCUMENT_MAX && evx_buf_reserve(json, (size_t)h.size) == EVX_OK &&
		read_at(b, json->data, (size_t)h.size, offset + EVX_TAR_BLOCK);

	json->len = found ? (size_t)h.size : 0;
	evx_buf_free(&text);
	return found;
}

static bool in_directory(const struct evx_bundle *b, struct evx_buf *json)
{
	uint64_t size = 0;
	size_t got = 0;
	int fd = -1;
	bool found = evx_directory_member(b->dir, EVX_SEAL_MEMBER, &fd, &size, NULL) == EVX_OK &&
		size <= EVX_DOCUMENT_MAX && evx_buf_reserve(json, (size_t)size) == EVX_OK &&
		evx_pread_full(fd, json->data, (size_t)size, 0, &got, EVX_SEAL_MEMBER, NULL) ==
			EVX_OK;

	json->len = found ? got : 0;
	evx_close_quiet(&fd);
	return found;
}

bool evx_bundle_sequences(const struct evx_bundle *b, struct evx_sequences *out)
{
	struct evx_buf json = EVX_BUF_INIT;
	bool found = b->form != EVX_BUNDLE_STREAM &&
		(b->dir != NULL ? in_directory(b, &json) : in_archive(b, &json)) &&
		evx_sequences_read(json.data, json.len, out);

	evx_buf_free(&json);
	return found;
}

static void first_bad(void *ctx, const struct evx_bundle_walk_finding *f)
{
	if (f->severity == EVX_WALK_BAD || f->severity == EVX_WALK_UNCHECKED)
		(void)evx_fail_at(
			ctx, f->err, f->member, f->offset, "%s: %s", f->code, f->say->text);
}

enum evx_err evx_bundle_open_index(
	struct evx_bundle *b, enum evx_bundle_source *source, struct evx_diag *diag)
{
	struct evx_diag found = { 0 };
	const struct evx_bundle_walk_opts opts = {
		.shortcut = true, .finding = first_bad, .ctx = &found
	};
	struct evx_bundle_walk_result result;
	enum evx_err err = evx_bundle_walk(b, &opts, &result, diag);

	if (err == EVX_OK && b->groups == 0)
		err = evx_fail_at(diag, found.code != EVX_OK ? found.code : EVX_E_CORRUPT,
			found.path, found.offset, "%s", found.text);
	*source = b->source;
	return err;
}
