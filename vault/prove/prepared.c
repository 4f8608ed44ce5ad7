/* Lists of prepared challenges. */
#include "prove/prepared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cursor.h"
#include "base/hash_equal.h"
#include "base/io.h"
#include "base/lock.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "format/text.h"

static const char begin_line[] = "-----BEGIN AGE ENCRYPTED FILE-----\n";
static const char end_line[] = "\n-----END AGE ENCRYPTED FILE-----\n";

/* ---- the file ------------------------------------------------------------------------------- */

static enum evx_err open_file(
	struct evx_prepared *p, bool writes, const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct stat st;
	size_t got;
	enum evx_err err;

	p->fd = open(p->path, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (p->fd < 0 || fstat(p->fd, &st) != 0)
		return evx_fail_errno(diag, p->path,
			writes ? "The list of challenges cannot be opened for writing" :
				 "The list of challenges cannot be opened");
	if (!S_ISREG(st.st_mode))
		return evx_fail(diag, EVX_E_NOT_OURS,
			"This is no file. Name a list of challenges: evx challenge --prepare makes "
			"one.");
	if (writes &&
		(err = evx_lock_open(p->fd, p->path, EVX_LOCK_SECONDS, cancel, diag)) != EVX_OK)
		return err;
	/* Its length once nobody else writes. */
	if (fstat(p->fd, &st) != 0)
		return evx_fail_errno(diag, p->path, "The list of challenges cannot be read");
	if (st.st_size > (off_t)EVX_CHALLENGE_LIST_MAX)
		return evx_fail(diag, EVX_E_NOT_OURS,
			"The file has more than %u bytes. A list of challenges is shorter. Name "
			"the list that evx challenge --prepare wrote.",
			EVX_CHALLENGE_LIST_MAX);
	err = evx_fail_buf(diag, evx_buf_reserve(&p->text, (size_t)st.st_size + 1));
	if (err == EVX_OK)
		err = evx_pread_full(
			p->fd, p->text.data, (size_t)st.st_size, 0, &got, p->path, diag);
	if (err == EVX_OK)
		p->text.len = got;
	return err;
}

void evx_prepared_start(struct evx_start *s, const char *path, bool writes,
	const struct evx_cancel *cancel, struct evx_prepared *out)
{
	*out = (struct evx_prepared){ .fd = -1, .path = path };
	if (evx_start_good(s))
		s->err = evx_diag_in(s->diag, path, open_file(out, writes, cancel, s->diag));
}

void evx_prepared_free(struct evx_prepared *p)
{
	evx_close_quiet(&p->fd);
	evx_buf_free(&p->text);
	free(p->marks);
	p->marks = NULL;
	p->nmarks = 0;
}

/* ---- its text ------------------------------------------------------------------------------- */

static enum evx_err read_document(struct evx_prepared *p, size_t *used, struct evx_diag *diag)
{
	struct evx_signers signers = { .n = 0 };
	struct evx_signed_text parts;
	char signer[EVX_SSHKEY_CAP];
	enum evx_err err;

	if ((err = evx_signed_text_split_front(p->text.data, p->text.len, &parts, used, diag)) !=
			EVX_OK ||
		(err = evx_challenge_list_decode(parts.json.p, parts.json.n, &p->list, diag)) !=
			EVX_OK ||
		(err = evx_document_verify(EVX_PREPARED_NS, parts.json, parts.sigs, parts.nsigs,
			 &signers, diag)) != EVX_OK)
		return err;
	return evx_sshkey_encode(&signers.at[0], signer) == EVX_OK &&
			strcmp(signer, p->list.preparer) == 0 ?
		EVX_OK :
		evx_fail(diag, EVX_E_FORGED, "list: its signature is by another key");
}

static enum evx_err read_part(
	struct evx_prepared *p, size_t i, struct evx_cursor *c, struct evx_diag *diag)
{
	const uint8_t *at = c->base + c->pos;
	const size_t left = evx_cursor_left(c);
	const uint8_t *end = memmem(at, left, end_line, sizeof(end_line) - 1);
	uint8_t hash[32];

	if (left < sizeof(begin_line) - 1 ? memcmp(at, begin_line, left) != 0 :
					    memcmp(at, begin_line, sizeof(begin_line) - 1) != 0)
		return evx_fail_at(diag, EVX_E_CORRUPT, NULL, c->pos,
			"list: expected an age file for asker %zu, found another line", i);
	if (end == NULL)
		return evx_fail_at(diag, EVX_E_TRUNCATED, NULL, p->text.len,
			"list: expected the end of the age file for asker %zu, found the end", i);
	p->parts[i] = (struct evx_bytes){ at, (size_t)(end - at) + sizeof(end_line) - 1 };
	c->pos += p->parts[i].n;
	evx_sha256(p->parts[i].p, p->parts[i].n, hash);
	return evx_hash_equal(hash, p->list.askers[i].sha256) ?
		EVX_OK :
		evx_fail(diag, EVX_E_FORGED,
			"list: the age file for asker %zu is not the one that was signed", i);
}

static enum evx_err read_marks(struct evx_prepared *p, struct evx_cursor *c, struct evx_diag *diag)
{
	const uint8_t *line;
	size_t n;

	p->whole = c->pos;
	while (evx_cursor_line(c, &line, &n) == EVX_OK) {
		struct evx_challenge_mark *m = EVX_ARRAY_ADD(p->marks, p->nmarks);
		enum evx_err err;

		if (m == NULL)
			return evx_fail_memory(diag);
		err = evx_challenge_mark_decode(line, n + 1, m, diag);
		if (err != EVX_OK)
			return err;
		p->whole = c->pos;
	}
	return EVX_OK;
}

/* What to do about a list that cannot be used. */
static enum evx_err no_list(struct evx_diag *diag, enum evx_err err)
{
	switch (err) {
	case EVX_E_NOT_OURS:
		return evx_diag_more(diag,
			"This is no list of challenges. Nothing was changed. Name the list that "
			"evx challenge --prepare wrote.",
			err);
	case EVX_E_TRUNCATED:
	case EVX_E_CORRUPT:
	case EVX_E_FORGED:
	case EVX_E_CUSTODY:
		return evx_diag_more(diag,
			"This is no whole list of challenges, or somebody changed the list. "
			"Nothing was taken out of it. Ask the person who prepared it for a new "
			"list.",
			err);
	default:
		return err;
	}
}

enum evx_err evx_prepared_read(struct evx_prepared *p, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(p->text.data, p->text.len);
	enum evx_err err = read_document(p, &c.pos, diag);

	for (size_t i = 0; i < p->list.naskers && err == EVX_OK; i++)
		err = read_part(p, i, &c, diag);
	if (err == EVX_OK)
		err = read_marks(p, &c, diag);
	return evx_diag_in(diag, p->path, no_list(diag, err));
}

/* ---- the challenges of one asker ------------------------------------------------------------ */

void evx_prepared_own_free(struct evx_prepared_own *own)
{
	evx_buf_free(&own->plain);
	if (own->at != NULL)
		evx_wipe(own->at, own->n * sizeof(*own->at));
	free(own->at);
	*own = (struct evx_prepared_own){ .plain = EVX_BUF_INIT };
}

static enum evx_err read_one(const struct evx_prepared *p, const char *asker, struct evx_cursor *c,
	struct evx_prepared_one *out, struct evx_diag *diag)
{
	struct evx_challenge challenge = { .npacks = 0 };
	const uint8_t *line, *answer;
	size_t n, answer_len;
	enum evx_err err;

	if (evx_cursor_line(c, &line, &n) != EVX_OK ||
		evx_cursor_line(c, &answer, &answer_len) != EVX_OK ||
		evx_hex_decode((const char *)answer, answer_len, out->answer, 32) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT,
			"list: expected a challenge and its answer, found another text");
	out->line = (struct evx_bytes){ line, n + 1 };
	evx_sha256(line, n + 1, out->hash);
	err = evx_challenge_decode(line, n + 1, &challenge, diag);
	if (err == EVX_OK &&
		(!evx_challenge_subject_equal(&challenge.of, &p->list.of) ||
			challenge.npacks != p->list.packs || strcmp(challenge.asker, asker) != 0))
		err = evx_fail(diag, EVX_E_CORRUPT,
			"list: expected challenges as its document says, found another");
	memcpy(out->nonce, challenge.nonce, 32);
	evx_challenge_free(&challenge);
	return err;
}

static int by_nonce(const void *a, const void *b)
{
	return evx_hash_order(a, b);
}

static enum evx_err check_nonces(const struct evx_prepared_own *own, struct evx_diag *diag)
{
	uint8_t(*nonces)[32] = calloc(own->n, sizeof(*nonces));
	enum evx_err err = EVX_OK;

	if (nonces == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < own->n; i++)
		memcpy(nonces[i], own->at[i].nonce, 32);
	qsort(nonces, own->n, sizeof(*nonces), by_nonce);
	for (size_t i = 1; i < own->n && err == EVX_OK; i++)
		if (evx_hash_equal(nonces[i - 1], nonces[i]))
			err = evx_fail(diag, EVX_E_CORRUPT,
				"list: expected each nonce once, found one twice");
	evx_wipe(nonces, own->n * sizeof(*nonces));
	free(nonces);
	return err;
}

static enum evx_err read_own(const struct evx_prepared *p, const char *asker,
	struct evx_prepared_own *out, struct evx_diag *diag)
{
	struct evx_cursor c = evx_cursor_over(out->plain.data, out->plain.len);
	enum evx_err err = EVX_OK;

	out->at = calloc(p->list.challenges, sizeof(*out->at));
	if (out->at == NULL)
		return evx_fail_memory(diag);
	while (out->n < p->list.challenges && err == EVX_OK)
		err = read_one(p, asker, &c, &out->at[out->n++], diag);
	if (err == EVX_OK && evx_cursor_end(&c) != EVX_OK)
		err = evx_fail(diag, EVX_E_CORRUPT, "list: expected %u challenges, found more",
			p->list.challenges);
	return err == EVX_OK ? check_nonces(out, diag) : err;
}

enum evx_err evx_prepared_open(const struct evx_prepared *p, const struct evx_identity *id,
	struct evx_prepared_own *out, struct evx_diag *diag)
{
	const struct evx_secret *keys[] = { id->encryption };
	const struct evx_age_open how = { .identities = keys, .nidentities = 1 };
	enum evx_err err;
	size_t i;

	*out = (struct evx_prepared_own){ .plain = EVX_BUF_INIT };
	for (i = 0; i < p->list.naskers; i++)
		if (strcmp(p->list.askers[i].signing, id->card.signing) == 0)
			break;
	if (i == p->list.naskers)
		return evx_diag_in(diag, p->path,
			evx_fail(diag, EVX_E_KEY,
				"This list has no challenges for you. Only those for whom it was "
				"prepared can use it."));
	out->plain.max = EVX_CHALLENGE_LIST_MAX;
	err = evx_age_decrypt(&how, true, p->parts[i].p, p->parts[i].n, &out->plain, diag);
	if (err == EVX_OK)
		err = read_own(p, id->card.signing, out, diag);
	return evx_diag_in(diag, p->path, no_list(diag, err));
}

/* ---- marks ---------------------------------------------------------------------------------- */

const struct evx_challenge_mark *evx_prepared_marked(
	const struct evx_prepared *p, const uint8_t challenge[32], enum evx_challenge_deed deed)
{
	for (size_t i = p->nmarks; i-- > 0;)
		if (p->marks[i].deed == deed && evx_hash_equal(p->marks[i].challenge, challenge))
			return &p->marks[i];
	return NULL;
}

enum evx_err evx_prepared_mark(struct evx_prepared *p, const uint8_t challenge[32],
	enum evx_challenge_deed deed, struct evx_diag *diag)
{
	struct evx_challenge_mark mark = { .deed = deed, .time = (int64_t)time(NULL) };
	struct evx_buf line = EVX_BUF_INIT;
	enum evx_err err;

	memcpy(mark.challenge, challenge, 32);
	if ((err = evx_challenge_mark_encode(&mark, &line, diag)) != EVX_OK)
		goto out;
	if (p->whole + line.len > EVX_CHALLENGE_LIST_MAX) {
		err = evx_fail(diag, EVX_E_LIMIT, "list: no room for a mark (limit %u bytes)",
			EVX_CHALLENGE_LIST_MAX);
		goto out;
	}
	/* What a crash left behind the last LF goes first. */
	if (p->text.len > p->whole && ftruncate(p->fd, (off_t)p->whole) != 0) {
		err = evx_fail_errno(diag, p->path, "The list of challenges cannot be written");
		goto out;
	}
	if ((err = evx_pwrite_full(p->fd, line.data, line.len, p->whole, p->path, diag)) !=
			EVX_OK ||
		(err = evx_fsync(p->fd, p->path, diag)) != EVX_OK)
		goto out;
	p->whole += line.len;
out:
	evx_buf_free(&line);
	return err;
}
