/* What headers alone still give of a damaged bundle. */
#include "content/salvage.h"

#include <stdlib.h>
#include <string.h>

#include "content/file_digest.h"
#include "open/extract.h"

struct salvaging {
	struct evx_extract *x;
	struct evx_salvage *found;
	struct evx_file_digest *digest;
	char *last; /* path of the last line */
	size_t last_len;
	/* Of the file at hand. */
	const struct evx_entry *entry;
	size_t extent;
	uint64_t in_extent;
	uint64_t at; /* offset in the file up to which the digests have gone */
};

/* The content identity from the first key file, without a seal to compare it with. */
static enum evx_err open_unsealed(
	struct evx_exhibit *ex, struct evx_secret **out, struct evx_diag *diag)
{
	enum evx_err err;
	const struct evx_secret *reader = ex->opened.id.encryption;
	const struct evx_age_open open = { .identities = &reader, .nidentities = 1 };
	struct evx_buf file = EVX_BUF_INIT, plain = EVX_BUF_INIT;

	if ((err = evx_exhibit_member(ex, "keys/0000-content.age", &file, diag)) != EVX_OK ||
		(err = evx_age_decrypt(&open, false, file.data, file.len, &plain, diag)) != EVX_OK)
		goto out;
	err = evx_age_identity_decode(plain.data, plain.len, out, diag);
out:
	evx_buf_free(&file);
	evx_buf_free(&plain);
	return err;
}

/* The content identity from any key file that gives the one which the seal names; where the seal is
 * lost, from the first. */
static enum evx_err open_identity(
	struct evx_extract *x, struct evx_secret **out, struct evx_diag *diag)
{
	struct evx_exhibit *ex = &x->o.ex;
	struct evx_diag why = { 0 };
	enum evx_err err;

	*out = NULL;
	if (evx_exhibit_seal(ex) == NULL)
		return open_unsealed(ex, out, diag);
	err = evx_exhibit_open_keys(ex, &ex->opened.id, false, &why);
	if (ex->unlocked.keys.content == NULL) {
		if (err == EVX_OK)
			return evx_fail(diag, EVX_E_KEY,
				"You can read the custody details only. To read the contents, ask "
				"the holder for access: evx recipient add");
		if (diag != NULL)
			*diag = why;
		return err;
	}
	*out = evx_secret_copy(evx_secret_bytes(ex->unlocked.keys.content), 32);
	return *out != NULL ? EVX_OK : evx_fail_memory(diag);
}

static enum evx_err take_bytes(void *ctx, const uint8_t *p, size_t n, struct evx_diag *diag)
{
	struct salvaging *s = ctx;
	const struct evx_entry *e = s->entry;
	const struct evx_extent all = { 0, e->size };
	enum evx_err err = EVX_OK;

	while (n > 0 && err == EVX_OK) {
		const struct evx_extent *range = e->has_map ? &e->extents[s->extent] : &all;
		const uint64_t offset = range->offset + s->in_extent;
		size_t step = n < range->length - s->in_extent ?
			n :
			(size_t)(range->length - s->in_extent);

		err = evx_file_digest_hole(s->digest, offset - s->at, s->x->o.cancel, diag);
		if (err != EVX_OK)
			break;
		evx_file_digest_data(s->digest, p, step);
		err = evx_extract_data(s->x, offset, p, step, diag);
		s->at = offset + step;
		s->in_extent += step;
		if (s->in_extent == range->length) {
			s->extent++;
			s->in_extent = 0;
		}
		p += step;
		n -= step;
	}
	return err;
}

/* Reads a file's bytes; what is wrong with them goes to why */
static enum evx_err read_bytes(
	struct salvaging *s, uint64_t position, uint64_t stored, struct evx_diag *why)
{
	enum evx_err err = EVX_OK;
	const char *differs;

	s->extent = 0;
	s->in_extent = 0;
	s->at = 0;
	evx_file_digest_begin(s->digest, s->entry, position);
	if (stored > 0)
		err = evx_salvage_read(s->found, position, stored, take_bytes, s, why);
	if (err == EVX_OK)
		err = evx_file_digest_hole(s->digest, s->entry->size - s->at, s->x->o.cancel, why);
	if (err != EVX_OK)
		return err;
	differs = evx_file_digest_compare(s->digest, s->entry);
	return differs == NULL ?
		EVX_OK :
		evx_fail(why, EVX_E_FORGED, "Lost: the %s differs from the list of contents.",
			differs);
}

static enum evx_err each(void *ctx, const struct evx_entry *e, uint64_t position, uint64_t stored,
	struct evx_diag *diag)
{
	struct salvaging *s = ctx;
	struct evx_extract *x = s->x;
	enum evx_err err, bad = EVX_OK;
	struct evx_diag why = { 0 };
	char *copy;

	x->result->tail_records++;
	if (s->last != NULL && evx_path_compare(e->path, e->path_len, s->last, s->last_len) <= 0) {
		evx_extract_remark(x, e->path, e->path_len,
			"Lost: its place in the list of contents is out of order.");
		x->result->lost++;
		return EVX_OK;
	}
	if ((err = evx_extract_parents(x, e, diag)) != EVX_OK ||
		(err = evx_extract_begin(x, e, 0, diag)) != EVX_OK)
		goto out;
	if (x->fd >= 0) {
		s->entry = e;
		bad = read_bytes(s, position, stored, &why);
		if (bad != EVX_OK)
			x->result->lost++;
		err = evx_extract_end(x, e, bad, why.text, diag);
		/* Not the bundle's fault: the disk is full, or somebody stopped it. */
		if (bad == EVX_E_INTERRUPTED || bad == EVX_E_MEMORY || why.sys_errno != 0) {
			*diag = why;
			err = bad;
		}
	}
out:
	copy = strndup(e->path, e->path_len);
	if (copy == NULL)
		return evx_fail_memory(diag);
	free(s->last);
	s->last = copy;
	s->last_len = e->path_len;
	return err;
}

static bool first_header(void *ctx, uint64_t i, uint8_t header[EVX_FRAME_HEADER_LEN])
{
	return evx_bundle_pack_read(ctx, i, 0, header, EVX_FRAME_HEADER_LEN, NULL) == EVX_OK;
}

/* How the payload divides into sequences without the seal's word: its short packs tell, or the
 * headers. */
static enum evx_err divide(
	struct evx_bundle *b, const struct evx_secret *secret, struct evx_diag *diag)
{
	uint64_t n = evx_bundle_packs(b), first = n, len0, len1;
	enum evx_err err = EVX_OK;

	evx_bundle_guess_sequences(b, &len0, &len1);
	if (len1 == 0)
		err = evx_salvage_divide(
			evx_secret_bytes(secret), n, first_header, b, &first, diag);
	if (first < n) {
		len0 = evx_bundle_pack(b, first).position;
		len1 = evx_bundle_payload_length(b) - len0;
	}
	return err == EVX_OK ? evx_bundle_set_sequences(b, len0, len1, diag) : err;
}

enum evx_err evx_extract_salvage(struct evx_extract *x, struct evx_diag *diag)
{
	struct salvaging s = { .x = x };
	struct evx_secret *secret = NULL;
	struct evx_payload_source src;
	struct evx_salvage_opts opts = {
		.src = &src, .cancel = x->o.cancel, .progress = x->o.progress
	};
	struct evx_salvage_stats stats = { 0 };
	const struct evx_event *seal = evx_exhibit_seal(&x->o.ex);
	uint64_t bad_lines = 0;
	enum evx_err err = open_identity(x, &secret, diag);

	if (err == EVX_OK &&
		(seal == NULL || evx_exhibit_open_part(&x->o.ex, NULL) != EVX_OK ||
			!x->o.ex.unlocked.has_part))
		err = divide(x->o.ex.opened.bundle, secret, diag);
	if (err == EVX_OK) {
		src = evx_bundle_payload(x->o.ex.opened.bundle);
		opts.secret = evx_secret_bytes(secret);
		err = evx_salvage_scan(&opts, &s.found, &stats, diag);
	}
	s.digest = evx_file_digest_new();
	if (err != EVX_OK)
		goto out;
	if (s.digest == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	if ((err = evx_salvage_each(s.found, each, &s, &bad_lines, diag)) != EVX_OK)
		goto out;
	err = evx_restore_end(x->restore, diag);
out:
	x->result->lost += bad_lines;
	x->result->verified = false;
	evx_salvage_free(s.found);
	evx_file_digest_free(s.digest);
	evx_secret_free(secret);
	free(s.last);
	return err;
}
