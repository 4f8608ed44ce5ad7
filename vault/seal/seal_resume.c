/* The chunks of an unfinished bundle, found and lent. */
#include "seal/seal_resume.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "bundle/bundle_walk.h"
#include "bundle/output.h"
#include "content/chunk_id.h"
#include "content/frame_read.h"
#include "crypto/age.h"
#include "evx.h"
#include "people/unfinished.h"

#define KEY_MAX 1048576u
#define CHUNKS_MAX 4194304u /* those that come behind are stored anew */

struct chunk {
	uint8_t id[32]; /* first: they are in its order */
	uint8_t key[32];
	uint64_t position;
	uint32_t stored, plain;
};

struct evx_seal_resume {
	int dirfd, fd;
	char *name; /* in dirfd */
	uint64_t dev, ino;
	struct evx_bundle *bundle;
	uint8_t content_pub[32];
	struct evx_buf chunks; /* of struct chunk: by id once loaded */
	struct evx_lender lender;
};

/* ---- The file */

static enum evx_err nothing(struct evx_diag *diag, const char *why)
{
	return evx_fail(
		diag, EVX_E_NOT_FOUND, "%s Nothing was sealed. Seal again without --resume.", why);
}

/* The largest file that is no volume: the one that most is stored in. */
static enum evx_err choose(
	struct evx_seal_resume *r, const struct evx_leftovers *l, struct evx_diag *diag)
{
	const char *best = NULL;
	struct stat st;
	off_t size = -1;

	for (size_t i = 0; i < l->n; i++) {
		const char *last = strrchr(l->names[i], '.');

		if (last != NULL &&
			strncmp(last, EVX_OUTPUT_PARTIAL, strlen(EVX_OUTPUT_PARTIAL)) == 0 &&
			fstatat(r->dirfd, l->names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			st.st_size > size) {
			best = l->names[i];
			size = st.st_size;
		}
	}
	if (best == NULL)
		return nothing(
			diag, "No interrupted seal has left an unfinished file of this bundle.");
	r->name = strdup(best);
	return r->name != NULL ? EVX_OK : evx_fail_memory(diag);
}

enum evx_err evx_seal_resume_open(
	const char *output, struct evx_seal_resume **out, struct evx_diag *diag)
{
	struct evx_seal_resume *r = calloc(1, sizeof(*r));
	struct evx_leftovers l = { .names = NULL };
	struct evx_diag why = { 0 };
	struct stat st;
	enum evx_err err;

	*out = NULL;
	if (r == NULL)
		return evx_fail_memory(diag);
	r->dirfd = r->fd = -1;
	r->chunks.max = CHUNKS_MAX * sizeof(struct chunk);
	if ((err = evx_leftovers_find(output, &l, diag)) != EVX_OK)
		goto out;
	r->dirfd = open(l.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0) {
		err = evx_fail_errno(diag, l.directory, "The directory cannot be opened");
		goto out;
	}
	if ((err = choose(r, &l, diag)) != EVX_OK)
		goto out;
	r->fd = openat(r->dirfd, r->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (r->fd < 0 || fstat(r->fd, &st) != 0) {
		err = evx_fail_errno(diag, r->name, "The unfinished file cannot be opened");
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
		flock(r->fd, LOCK_EX | LOCK_NB) != 0) {
		err = nothing(diag, "Another process uses the unfinished file.");
		goto out;
	}
	r->dev = (uint64_t)st.st_dev;
	r->ino = (uint64_t)st.st_ino;
	if ((err = evx_bundle_open_fd(r->fd, r->name, &r->bundle, &why)) != EVX_OK) {
		err = err == EVX_E_MEMORY ?
			evx_fail_memory(diag) :
			nothing(diag, "The unfinished file is not the beginning of a bundle.");
		goto out;
	}
	*out = r;
	r = NULL;
out:
	evx_leftovers_free(&l);
	evx_seal_resume_free(r);
	return err;
}

void evx_seal_resume_free(struct evx_seal_resume *r)
{
	if (r == NULL)
		return;
	evx_bundle_free(r->bundle);
	evx_buf_free(&r->chunks);
	evx_close_quiet(&r->fd);
	evx_close_quiet(&r->dirfd);
	free(r->name);
	free(r);
}

void evx_seal_resume_done(struct evx_seal_resume *r, int unfinished)
{
	struct stat st;

	if (fstatat(r->dirfd, r->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		evx_seal_resume_owns(r, (uint64_t)st.st_dev, (uint64_t)st.st_ino))
		(void)unlinkat(r->dirfd, r->name, 0);
	evx_unfinished_forget(unfinished, r->content_pub);
}

bool evx_seal_resume_owns(const struct evx_seal_resume *r, uint64_t dev, uint64_t ino)
{
	return r->dev == dev && r->ino == ino;
}

const char *evx_seal_resume_uuid(const struct evx_seal_resume *r)
{
	return evx_bundle_uuid(r->bundle);
}

/* ---- Its chunks */

struct scan {
	struct evx_seal_resume *r;
	struct evx_payload_source source;
	struct evx_frame_codec *codec;
	uint8_t header_key[32];
	struct evx_node *node;
	struct evx_buf room;
	struct evx_buf tail; /* struct evx_ref of data frames that no node names yet */
};

static enum evx_err add(struct scan *s, const struct evx_ref *ref)
{
	struct chunk c = { .position = ref->position, .stored = ref->stored, .plain = ref->plain };
	enum evx_err err;

	memcpy(c.id, ref->id, 32);
	memcpy(c.key, ref->key, 32);
	err = evx_buf_add(&s->r->chunks, &c, sizeof(c));
	evx_wipe(&c, sizeof(c));
	return err == EVX_E_LIMIT ? EVX_OK : err;
}

/* A node names the chunks before it; the frame that does not open names none. */
static enum evx_err add_node(struct scan *s, const struct evx_ref *ref)
{
	const uint8_t *plain;
	enum evx_err err = evx_frame_read(s->codec, &s->source, EVX_FRAME_CONTENT_NODE, 0, ref,
		false, &s->room, &plain, NULL);

	if (err == EVX_OK)
		err = evx_node_decode_loose(plain, ref->plain, EVX_FRAME_DATA, 0, s->node, NULL);
	if (err != EVX_OK)
		return err == EVX_E_MEMORY ? err : EVX_OK;
	for (uint32_t i = 0; i < s->node->count && err == EVX_OK; i++)
		if (s->node->refs[i].sequence == 0)
			err = add(s, &s->node->refs[i]);
	s->tail.len = 0;
	return err;
}

/* Of these frames nothing tells which files they hold: what holds one file or a part of one is
 * found again, several files are stored anew. */
static enum evx_err add_tail(struct scan *s, const struct evx_cancel *cancel)
{
	struct evx_ref *refs = (struct evx_ref *)(void *)s->tail.data;
	const size_t n = s->tail.len / sizeof(*refs);
	const uint8_t *plain;
	uint8_t ids[2][32];
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < n && err == EVX_OK && !evx_cancelled(cancel); i++) {
		err = evx_frame_read(s->codec, &s->source, EVX_FRAME_DATA, 0, &refs[i], false,
			&s->room, &plain, NULL);
		if (err == EVX_OK) {
			evx_chunk_id_guess(plain, refs[i].plain, ids);
			for (size_t k = 0; k < 2 && err == EVX_OK; k++) {
				memcpy(refs[i].id, ids[k], 32);
				err = add(s, &refs[i]);
			}
		} else if (err != EVX_E_MEMORY) {
			err = EVX_OK;
		}
	}
	return err;
}

/* Walks the frames from the first on, up to where the file was cut off, or is damaged. */
static enum evx_err walk(struct scan *s, const struct evx_cancel *cancel)
{
	const uint64_t len = s->source.sequence_len[0];
	uint8_t sealed[EVX_FRAME_HEADER_LEN];
	struct evx_frame_header h = { .type = 0 };
	struct evx_ref ref = { .sequence = 0 };
	enum evx_err err = EVX_OK;

	while (err == EVX_OK && !evx_cancelled(cancel) && len - ref.position >= sizeof(sealed)) {
		if (s->source.read(s->source.ctx, 0, ref.position, sealed, sizeof(sealed), NULL) !=
				EVX_OK ||
			evx_frame_codec_header_open(s->codec, s->header_key, 0, ref.position,
				sealed, &h, NULL) != EVX_OK ||
			h.stored > len - ref.position)
			break;
		memcpy(ref.key, h.key, sizeof(ref.key));
		ref.stored = h.stored;
		ref.plain = h.plain;
		ref.span = h.plain;
		if (h.type == EVX_FRAME_DATA)
			err = evx_buf_add(&s->tail, &ref, sizeof(ref));
		else if (h.type == EVX_FRAME_CONTENT_NODE && h.level == 0)
			err = add_node(s, &ref);
		ref.position += h.stored;
	}
	evx_wipe(&h, sizeof(h));
	evx_wipe(&ref, sizeof(ref));
	return err == EVX_OK || err == EVX_E_LIMIT ? add_tail(s, cancel) : err;
}

static enum evx_err find_chunks(struct evx_seal_resume *r, const struct evx_secret *content,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct scan s = { .r = r,
		.source = evx_bundle_payload(r->bundle),
		.node = malloc(sizeof(*s.node)),
		.room = { NULL, 0, 0, 2 * EVX_FRAME_ROOM },
		.tail = { NULL, 0, 0, CHUNKS_MAX * sizeof(struct evx_ref) } };
	enum evx_err err = s.node != NULL ? evx_frame_codec_new(0, &s.codec, diag) :
					    evx_fail_memory(diag);

	if (err != EVX_OK)
		goto out;
	evx_frame_codec_header_key(evx_secret_bytes(content), s.header_key);
	if ((err = walk(&s, cancel)) != EVX_OK)
		err = evx_fail_buf(diag, err);
	else if (evx_cancelled(cancel))
		err = evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was sealed.");
	else if (r->chunks.len == 0)
		err = nothing(diag,
			"The unfinished file holds no whole piece of the evidence. There is "
			"nothing to use.");
	else
		qsort(r->chunks.data, r->chunks.len / sizeof(struct chunk), sizeof(struct chunk),
			evx_hash_order);
out:
	evx_frame_codec_free(s.codec);
	evx_wipe(s.header_key, sizeof(s.header_key));
	if (s.node != NULL)
		evx_wipe(s.node, sizeof(*s.node));
	free(s.node);
	evx_buf_free(&s.room);
	evx_buf_free(&s.tail);
	return err;
}

/* ---- Loading */

static bool find(void *ctx, const uint8_t id[32], struct evx_loan *out)
{
	const struct evx_seal_resume *r = ctx;
	const struct chunk *c = bsearch(
		id, r->chunks.data, r->chunks.len / sizeof(*c), sizeof(*c), evx_hash_order);

	if (c == NULL)
		return false;
	*out = (struct evx_loan){ .position = c->position, .stored = c->stored, .plain = c->plain };
	memcpy(out->key, c->key, sizeof(out->key));
	return true;
}

static enum evx_err read_loan(
	void *ctx, const struct evx_loan *loan, uint8_t *body, struct evx_diag *diag)
{
	const struct evx_seal_resume *r = ctx;

	return evx_bundle_payload_read(r->bundle, 0, loan->position + EVX_FRAME_HEADER_LEN, body,
		loan->stored - EVX_FRAME_HEADER_LEN, diag);
}

/* The content identity of the exhibit that was not finished. */
static enum evx_err open_identity(struct evx_seal_resume *r, const struct evx_secret *identity,
	struct evx_secret **out, struct evx_diag *diag)
{
	const struct evx_age_open how = { .identities = &identity, .nidentities = 1 };
	struct evx_buf file = EVX_BUF_INIT, text = { NULL, 0, 0, KEY_MAX };
	enum evx_err err;

	err = evx_bundle_read_member(r->bundle, "keys/0000-content.age", KEY_MAX, &file, NULL);
	if (err != EVX_OK) {
		err = err == EVX_E_MEMORY ?
			evx_fail_memory(diag) :
			nothing(diag, "The unfinished file has no key file yet.");
		goto out;
	}
	err = evx_age_decrypt(&how, false, file.data, file.len, &text, NULL);
	if (err == EVX_OK)
		err = evx_age_identity_decode(text.data, text.len, out, NULL);
	if (err == EVX_OK)
		err = evx_age_public(*out, r->content_pub);
	if (err != EVX_OK)
		err = evx_fail(diag, err == EVX_E_MEMORY ? err : EVX_E_KEY,
			"Your key does not open the unfinished file, so evx cannot use it. Nothing "
			"was sealed. Seal again without --resume. With --self, the next one can be "
			"continued.");
out:
	evx_buf_free(&file);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_seal_resume_load(struct evx_seal_resume *r, const struct evx_secret *identity,
	int unfinished, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	const struct evx_bundle_walk_opts opts = { .skip_packs = true, .cancel = cancel };
	struct evx_bundle_walk_result found;
	struct evx_secret *content = NULL;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_bundle_walk(r->bundle, &opts, &found, &why);

	if (err == EVX_E_INTERRUPTED || err == EVX_E_MEMORY) {
		err = evx_fail(diag, err, "%s", why.text);
		goto out;
	}
	if (err != EVX_OK) {
		err = nothing(diag, "The unfinished file is not the beginning of a bundle.");
		goto out;
	}
	if ((err = open_identity(r, identity, &content, diag)) != EVX_OK)
		goto out;
	if (!evx_unfinished_noted(unfinished, r->content_pub)) {
		err = nothing(diag,
			"The unfinished file is not one that your interrupted seals on this "
			"machine left. evx does not use it.");
		goto out;
	}
	if (evx_bundle_set_sequences(r->bundle, evx_bundle_payload_length(r->bundle), 0, &why) !=
		EVX_OK) {
		err = nothing(diag, "The unfinished file is damaged.");
		goto out;
	}
	err = find_chunks(r, content, cancel, diag);
	r->lender = (struct evx_lender){ .find = find, .read = read_loan, .ctx = r, .anew = true };
out:
	evx_secret_free(content);
	return err;
}

const struct evx_lender *evx_seal_resume_lender(const struct evx_seal_resume *r)
{
	return &r->lender;
}
