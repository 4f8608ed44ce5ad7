/* Loading a bundle from its last index: a few reads, nothing verified (format-spec/container.md "Index"). */
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "bundle/bundle_inner.h"
#include "bundle/ledger.h"
#include "bundle/walk.h"
#include "format/bagit.h"
#include "format/index.h"
#include "format/order.h"
#include "format/tar.h"

/* Reads n bytes at offset of the archive, all of them. */
static enum evx_err read_at(const struct evx_bundle *b, void *p, size_t n, uint64_t offset, struct evx_diag *diag)
{
	size_t got;
	enum evx_err err = evx_volume_pread(b->volume, p, n, offset, &got, diag);

	if (err == EVX_OK && got < n)
		return evx_fail_at(diag, EVX_E_TRUNCATED, NULL, offset, "index: expected %zu bytes, found %zu", n, got);
	return err;
}

/* Finds the index at the end of the archive: its header's offset and size, and the UUID. */
static enum evx_err find_in_archive(struct evx_bundle *b, uint64_t *own, uint64_t *size, unsigned *group, struct evx_diag *diag)
{
	uint64_t total = evx_volume_size(b->volume), end;
	uint8_t tail[3 * EVX_TAR_BLOCK];
	struct evx_member_id id;
	struct evx_tar_header h;
	enum evx_err err;

	if (total < 4 * EVX_TAR_BLOCK || total % EVX_TAR_BLOCK != 0)
		return evx_fail(diag, EVX_E_CORRUPT, "end: expected a multiple of 512 bytes, at least 2048, found %llu", (unsigned long long)total);
	end = total - 2 * EVX_TAR_BLOCK;
	err = read_at(b, tail, sizeof tail, end - EVX_TAR_BLOCK, diag);
	if (err != EVX_OK)
		return err;
	if (!evx_tar_is_zero(tail + EVX_TAR_BLOCK) || !evx_tar_is_zero(tail + 2 * EVX_TAR_BLOCK))
		return evx_fail(diag, EVX_E_CORRUPT, "end: expected two zero blocks");
	err = evx_index_trailer(tail, own, diag);
	if (err != EVX_OK)
		return err;
	if (*own % EVX_TAR_BLOCK != 0 || *own > end - 3 * EVX_TAR_BLOCK)
		return evx_fail(diag, EVX_E_CORRUPT, "index trailer: expected the offset of a header, found %llu", (unsigned long long)*own);
	err = read_at(b, tail, EVX_TAR_BLOCK, *own, diag);
	if (err == EVX_OK)
		err = evx_tar_decode(tail, &h, diag);
	if (err != EVX_OK)
		return err;
	if (!evx_bundle_split_path(h.path, b->uuid) || evx_member_parse(h.path + EVX_UUID_LEN + 1, &id, NULL) != EVX_OK ||
		id.kind != EVX_MEMBER_INDEX || h.size != end - *own - EVX_TAR_BLOCK || h.size > EVX_MEMBER_MAX)
		return evx_fail(diag, EVX_E_CORRUPT, "index: expected its header at %llu", (unsigned long long)*own);
	*size = h.size;
	*group = id.number;
	return EVX_OK;
}

static enum evx_err find_in_directory(struct evx_bundle *b, struct evx_buf *text, uint64_t *own, unsigned *group, struct evx_diag *diag)
{
	struct evx_member_id id = { EVX_MEMBER_INDEX, 0, 0, { 0 }, { 0 } };
	char name[EVX_MEMBER_NAME_CAP];
	uint64_t size = 0;
	size_t got = 0;
	enum evx_err err = evx_directory_last_index(b->dir, group, diag);
	int fd = -1;

	id.number = *group;
	if (err == EVX_OK)
		err = evx_member_name(&id, name);
	if (err == EVX_OK)
		err = evx_directory_member(b->dir, name, &fd, &size, diag);
	if (err == EVX_OK && (size < 2 * EVX_TAR_BLOCK || size > EVX_MEMBER_MAX))
		err = evx_fail(diag, EVX_E_CORRUPT, "index size: found %llu bytes (limit %u)", (unsigned long long)size, EVX_MEMBER_MAX);
	if (err == EVX_OK)
		err = evx_buf_reserve(text, (size_t)size);
	if (err == EVX_OK)
		err = evx_pread_full(fd, text->data, (size_t)size, 0, &got, name, diag);
	if (err == EVX_OK && got < size)
		err = evx_fail(diag, EVX_E_CORRUPT, "index: changed while it was read");
	if (err == EVX_OK) {
		text->len = got;
		err = evx_index_trailer(text->data + got - EVX_TAR_BLOCK, own, diag);
	}
	evx_close_quiet(&fd);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "index: cannot read it");
}

/* Books a line that stands for one member or all packs. The lines must follow each other without gaps. */
static enum evx_err take_line(struct evx_bundle *b, struct evx_order *order, struct evx_ledger *ledger, const struct evx_index_line *line,
	struct evx_diag *diag)
{
	struct evx_bundle_member m = { { 0 }, line->id, 0, line->offset, line->size, false, { 0 } };
	enum evx_order_verdict verdict;
	struct evx_bundle_slot *slot;
	enum evx_err err;

	if (line->offset != ledger->offset)
		return evx_fail(diag, EVX_E_CORRUPT, "index line: expected offset %llu, found %llu", (unsigned long long)ledger->offset,
			(unsigned long long)line->offset);
	err = evx_order_next(order, &line->id, &verdict, diag);
	if (err != EVX_OK)
		return err;
	if (line->packs) {
		if (line->size == 0 || line->size > EVX_MANIFEST_MAX / EVX_TAR_BLOCK * 4)
			return evx_fail(diag, EVX_E_CORRUPT, "index line: found %llu packs", (unsigned long long)line->size);
		b->packs_at = line->offset;
		b->packs_count = line->size;
		return EVX_OK;
	}
	if (line->size > evx_member_limit(line->id.kind))
		return evx_fail(diag, EVX_E_LIMIT, "index line: found a size of %llu (limit %llu)", (unsigned long long)line->size,
			(unsigned long long)evx_member_limit(line->id.kind));
	memcpy(m.name, line->name, sizeof m.name);
	m.group = order->group;
	err = evx_ledger_note(ledger, &line->id, line->size);
	return err != EVX_OK ? err : evx_bundle_add(b, &m, &slot);
}

/* The packs' span is what is left up to the line behind them. */
static enum evx_err take_lines(struct evx_bundle *b, struct evx_cursor *lines, uint64_t own, uint64_t size, unsigned group,
	struct evx_diag *diag)
{
	struct evx_index_line last = { own, size, false, { 0 }, { EVX_MEMBER_INDEX, 0, group, { 0 }, { 0 } } }, line;
	struct evx_order order = EVX_ORDER_INIT;
	struct evx_ledger ledger;
	bool after_packs = false;
	enum evx_err err = evx_ledger_init(&ledger);

	while (err == EVX_OK && evx_cursor_left(lines) > 0) {
		err = evx_index_next(lines, &line, diag);
		if (err == EVX_OK && after_packs && line.offset > ledger.offset)
			evx_ledger_note_packs(&ledger, b->packs_count, line.offset - ledger.offset);
		after_packs = line.packs;
		if (err == EVX_OK)
			err = take_line(b, &order, &ledger, &line, diag);
	}
	if (err == EVX_OK)
		err = evx_member_name(&last.id, last.name);
	if (err == EVX_OK)
		err = take_line(b, &order, &ledger, &last, diag);
	if (err == EVX_OK)
		err = evx_order_end(&order, diag);
	b->length = ledger.offset + 2 * EVX_TAR_BLOCK;
	b->groups = order.group + 1;
	evx_ledger_free(&ledger);
	evx_order_free(&order);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "index: cannot take its lines");
}

/* What the index and bag-info.txt say about the packs must fit together. */
static enum evx_err check_packs(struct evx_bundle *b, struct evx_diag *diag)
{
	const struct evx_bundle_member *manifest = evx_bundle_find(b, "manifest-sha256.txt");
	struct evx_buf text = EVX_BUF_INIT;
	uint64_t count, span;
	enum evx_err err = evx_bundle_read_member(b, "bag-info.txt", EVX_TAR_BLOCK, &text, diag);

	if (err == EVX_OK)
		err = evx_bagit_info_decode(text.data, text.len, &b->payload_len, &count, diag);
	evx_buf_free(&text);
	if (err != EVX_OK)
		return err;
	if (manifest == NULL || count != b->packs_count || b->payload_len > count * EVX_PACK_LEN)
		return evx_fail(diag, EVX_E_CORRUPT, "index: its packs and bag-info.txt do not agree");
	/* Each of two packs may be padded to a whole block. */
	span = manifest->offset - b->packs_at;
	if (span < count * EVX_TAR_BLOCK || span - count * EVX_TAR_BLOCK < b->payload_len ||
		span - count * EVX_TAR_BLOCK - b->payload_len > 2 * (EVX_TAR_BLOCK - 1))
		return evx_fail(diag, EVX_E_CORRUPT, "index: its packs and bag-info.txt do not agree");
	return EVX_OK;
}

/* The header of the first member and that of the newest joint: a group whose append-NNNN is not there was never committed. */
static enum evx_err check_headers(const struct evx_bundle *b, struct evx_diag *diag)
{
	uint8_t found[EVX_TAR_BLOCK], header[EVX_TAR_BLOCK];
	char path[EVX_TAR_PATH_CAP];
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; b->dir == NULL && err == EVX_OK && i < b->count; i++) {
		const struct evx_bundle_member *m = &b->slots[i].member;

		if (i > 0 && (m->id.kind != EVX_MEMBER_APPEND || m->group + 1 != b->groups))
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", b->uuid, m->name);
		err = evx_tar_encode(path, m->size, header);
		if (err == EVX_OK)
			err = read_at(b, found, sizeof found, m->offset, diag);
		if (err == EVX_OK && memcmp(found, header, sizeof header) != 0)
			err = evx_fail_at(diag, EVX_E_CORRUPT, NULL, m->offset, "index: expected the header of %s here", m->name);
	}
	return err;
}

static enum evx_err load(struct evx_bundle *b, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_cursor lines;
	uint64_t own = 0, size = 0;
	unsigned group = 0;
	enum evx_err err;

	if (b->dir != NULL) {
		err = find_in_directory(b, &text, &own, &group, diag);
		size = text.len;
	} else {
		err = find_in_archive(b, &own, &size, &group, diag);
		if (err == EVX_OK)
			err = evx_buf_reserve(&text, (size_t)size);
		if (err == EVX_OK)
			err = read_at(b, text.data, (size_t)size, own + EVX_TAR_BLOCK, diag);
		text.len = err == EVX_OK ? (size_t)size : 0;
	}
	if (err == EVX_OK)
		err = evx_index_open(text.data, text.len, own, &lines, diag);
	if (err == EVX_OK)
		err = take_lines(b, &lines, own, size, group, diag);
	if (err == EVX_OK)
		err = evx_bundle_seal_list(b);
	if (err == EVX_OK)
		err = check_headers(b, diag);
	if (err == EVX_OK)
		err = check_packs(b, diag);
	evx_buf_free(&text);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "index: cannot use it");
}

static void first_bad(void *ctx, const struct evx_walk_finding *f)
{
	if (f->severity == EVX_WALK_BAD || f->severity == EVX_WALK_UNCHECKED)
		(void)evx_fail_at(ctx, f->err, f->member, f->offset, "%s: %s", f->code, f->text);
}

enum evx_err evx_bundle_try_index(struct evx_bundle *b, bool *loaded, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err;

	*loaded = false;
	if (b->source != EVX_BUNDLE_NOT_LOADED)
		return evx_fail(diag, EVX_E_USAGE, "bundle: already loaded");
	if (b->form == EVX_BUNDLE_STREAM)
		return EVX_OK;
	err = load(b, &why);
	*loaded = err == EVX_OK;
	if (err == EVX_OK)
		b->source = EVX_BUNDLE_BY_INDEX;
	else
		evx_bundle_unload(b);
	return err == EVX_E_MEMORY || err == EVX_E_IO ? evx_fail(diag, err, "%s", why.text) : EVX_OK;
}

enum evx_err evx_bundle_open_index(struct evx_bundle *b, enum evx_bundle_source *source, struct evx_diag *diag)
{
	struct evx_diag found = { 0 };
	struct evx_bundle_walk_opts opts = { 0 };
	struct evx_walk_result result;
	bool loaded;
	enum evx_err err = evx_bundle_try_index(b, &loaded, diag);

	*source = EVX_BUNDLE_NOT_LOADED;
	if (err != EVX_OK)
		return err;
	if (!loaded) {
		opts.skip_packs = true;
		opts.finding = first_bad;
		opts.ctx = &found;
		err = evx_bundle_walk(b, &opts, &result, diag);
		if (err == EVX_OK && b->groups == 0)
			err = evx_fail_at(diag, found.code != EVX_OK ? found.code : EVX_E_CORRUPT, found.path, found.offset, "%s", found.text);
	}
	*source = b->source;
	return err;
}
