/* A list of challenges in the asker's hands: one taken out, an answer compared, its marks told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "bundle/output.h"
#include "evx.h"
#include "format/text.h"
#include "format/time.h"
#include "people/known.h"
#include "prove/given.h"
#include "prove/party.h"
#include "prove/prepared.h"

#define ANSWER_MAX ((size_t)65536) /* bytes, with what mail adds */

/* What all of them work with. */
struct using
{
	struct evx_home *home;
	struct evx_known known;
	struct evx_prepared list;
	struct evx_prepared_own own;
};

static void release(struct using *u)
{
	evx_prepared_own_free(&u->own);
	evx_prepared_free(&u->list);
	evx_known_free(&u->known);
}

static enum evx_err time_text(int64_t time, char out[24])
{
	char text[EVX_TIME_CAP];
	const enum evx_err err = evx_time_encode(time, text);

	(void)snprintf(out, 24, "%s", err == EVX_OK ? text : "");
	return err;
}

/* Reads the list, and says what it is; the process is confined. */
static enum evx_err read_list(
	struct using *u, struct evx_challenge_list_info *info, struct evx_diag *diag)
{
	const struct evx_challenge_list *l = &u->list.list;
	enum evx_err err;

	if ((err = evx_known_load(&u->known, u->home, diag)) != EVX_OK ||
		(err = evx_prepared_read(&u->list, diag)) != EVX_OK)
		return err;
	memcpy(info->uuid, l->of.uuid, sizeof(info->uuid));
	evx_hex_encode(l->of.exhibit, 32, info->seal_hash);
	evx_seal_code(l->of.exhibit, info->seal_code);
	evx_hex_encode(l->of.head, 32, info->entry_hash);
	info->entry = l->of.entry;
	info->challenges = l->challenges;
	info->packs = l->packs;
	info->total = l->total;
	if ((err = time_text(l->time, info->time)) != EVX_OK)
		return err;
	return evx_party_of(
		&u->known, l->preparer, l->time, &info->preparer, &info->preparer_known, diag);
}

/* ---- one taken out -------------------------------------------------------------------------- */

static enum evx_err hand_out(struct using *u, const struct evx_prepared_one *one,
	const struct evx_hand *hand, struct evx_output *output, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	if ((err = evx_document_sign_text(
		     EVX_PREPARED_NS, one->line, &hand->signer, &text, diag)) != EVX_OK ||
		(err = evx_prepared_mark(&u->list, one->hash, EVX_CHALLENGE_TAKEN, diag)) != EVX_OK)
		goto out;
	err = evx_output_put(output, text.data, text.len, diag);
out:
	evx_buf_free(&text);
	return err;
}

static enum evx_err next(struct using *u, const struct evx_hand *hand, struct evx_output *output,
	struct evx_challenge_next_result *result, struct evx_diag *diag)
{
	const struct evx_prepared_one *first = NULL;
	enum evx_err err;

	if ((err = read_list(u, &result->list, diag)) != EVX_OK ||
		(err = evx_prepared_open(&u->list, &hand->id, &u->own, diag)) != EVX_OK)
		return err;
	for (size_t i = 0; i < u->own.n; i++) {
		const struct evx_prepared_one *one = &u->own.at[i];

		if (evx_prepared_marked(&u->list, one->hash, EVX_CHALLENGE_TAKEN) != NULL)
			continue;
		if (first == NULL)
			first = one;
		else
			result->left++;
	}
	if (first == NULL)
		return evx_diag_in(diag, u->list.path,
			evx_fail(diag, EVX_E_NOT_FOUND,
				"All your challenges in this list are used. Each can be asked only "
				"once. Ask somebody who has the exhibit for a new list."));
	err = hand_out(u, first, hand, output, diag);
	if (err == EVX_OK)
		evx_hex_encode(first->hash, 32, result->challenge);
	return err;
}

enum evx_err evx_challenge_next(struct evx_home *h, const struct evx_challenge_use_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_challenge_next_result *result, struct evx_diag *diag)
{
	struct using u = { .home = h };
	struct evx_start s = { .diag = diag };
	struct evx_output output;
	struct evx_hand hand;
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	memset(&hand, 0, sizeof(hand));
	evx_home_hand_start(&s, h, opt->as, true, ask, &hand);
	evx_prepared_start(&s, opt->list, true, cancel, &u.list);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_output_file_start(&s, opt->output, &output);
	err = evx_start_confine(&s, 0, opt->confine ? &result->confinement : NULL);
	if (err == EVX_OK)
		err = next(&u, &hand, &output, result, diag);
	evx_output_close(&output);
	evx_hand_free(&hand);
	release(&u);
	return err;
}

/* ---- an answer compared --------------------------------------------------------------------- */

static enum evx_err compare(struct using *u, const struct evx_challenge_answer *a,
	const struct evx_prepared_one *one, struct evx_challenge_check_result *r,
	struct evx_diag *diag)
{
	const struct evx_challenge_mark *taken = evx_prepared_marked(
		&u->list, one->hash, EVX_CHALLENGE_TAKEN);
	const struct evx_challenge_mark *before = evx_prepared_marked(
		&u->list, one->hash, EVX_CHALLENGE_PROVED);
	const bool right = evx_equal(a->answer, one->answer, sizeof(one->answer));
	enum evx_err err = EVX_OK;

	if (taken != NULL)
		err = time_text(taken->time, r->taken);
	if (err == EVX_OK && before != NULL)
		err = time_text(before->time, r->before);
	if (err != EVX_OK)
		return evx_fail(diag, err, "mark: its time cannot be written");
	r->verdict = !right    ? EVX_CHALLENGE_IS_WRONG :
		before != NULL ? EVX_CHALLENGE_IS_USED :
		taken == NULL  ? EVX_CHALLENGE_NOT_ASKED :
				 EVX_CHALLENGE_IS_PROVED;
	if (r->verdict == EVX_CHALLENGE_IS_PROVED || (!right && taken != NULL))
		err = evx_prepared_mark(&u->list, one->hash,
			right ? EVX_CHALLENGE_PROVED : EVX_CHALLENGE_WRONG, diag);
	return err;
}

static enum evx_err check(struct using *u, const struct evx_identity *id,
	const struct evx_challenge_use_options *opt, const struct evx_buf *text,
	struct evx_challenge_check_result *r, struct evx_diag *diag)
{
	struct evx_challenge_answer a;
	enum evx_err err;

	if ((err = read_list(u, &r->list, diag)) != EVX_OK)
		return err;
	err = evx_challenge_answer_decode(text->data, text->len, &a, diag);
	if (err != EVX_OK)
		return evx_diag_in(diag, opt->answer,
			evx_diag_more(diag,
				"This is no whole answer. Ask the holder to send its file again.",
				err));
	evx_hex_encode(a.challenge, 32, r->challenge);
	if (!evx_hash_equal(a.exhibit, u->list.list.of.exhibit) ||
		strcmp(a.uuid, u->list.list.of.uuid) != 0) {
		evx_seal_code(a.exhibit, r->other_code);
		r->verdict = EVX_CHALLENGE_OTHER_EXHIBIT;
		return EVX_OK;
	}
	if ((err = evx_prepared_open(&u->list, id, &u->own, diag)) != EVX_OK)
		return err;
	for (size_t i = 0; i < u->own.n; i++)
		if (evx_hash_equal(u->own.at[i].hash, a.challenge))
			return compare(u, &a, &u->own.at[i], r, diag);
	r->verdict = EVX_CHALLENGE_UNKNOWN;
	return EVX_OK;
}

enum evx_err evx_challenge_check(struct evx_home *h, const struct evx_challenge_use_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_challenge_check_result *result, struct evx_diag *diag)
{
	struct using u = { .home = h };
	struct evx_start s = { .diag = diag };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_identity id;
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	memset(&id, 0, sizeof(id));
	evx_home_unlock_start(&s, h, opt->as, ask, &id, NULL);
	evx_prepared_start(&s, opt->list, true, cancel, &u.list);
	evx_given_start(&s, opt->answer, ANSWER_MAX,
		"An answer is shorter. Nothing was judged. Name the answer after --check, and then "
		"the list.",
		&text);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, opt->confine ? &result->confinement : NULL);
	if (err == EVX_OK)
		err = check(&u, &id, opt, &text, result, diag);
	evx_buf_free(&text);
	evx_identity_lock(&id);
	release(&u);
	return err;
}

/* ---- its marks ------------------------------------------------------------------------------ */

static enum evx_err tell(struct using *u, struct evx_challenge_status *out, struct evx_diag *diag)
{
	const struct evx_challenge_list *l = &u->list.list;
	enum evx_err err = read_list(u, &out->list, diag);
	bool known;

	if (err != EVX_OK)
		return err;
	out->askers = calloc(l->naskers, sizeof(*out->askers));
	if (out->askers == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < l->naskers && err == EVX_OK; i++)
		err = evx_party_of(&u->known, l->askers[i].signing, l->time,
			&out->askers[out->naskers++], &known, diag);
	for (size_t i = 0; i < u->list.nmarks; i++) {
		const struct evx_challenge_mark *m = &u->list.marks[i];

		/* The last mark of each kind stands for the challenge. */
		if (evx_prepared_marked(&u->list, m->challenge, m->deed) != m)
			continue;
		out->taken += m->deed == EVX_CHALLENGE_TAKEN;
		out->proved += m->deed == EVX_CHALLENGE_PROVED;
		out->wrong += m->deed == EVX_CHALLENGE_WRONG;
	}
	return err;
}

enum evx_err evx_challenge_show(struct evx_home *h, const struct evx_challenge_use_options *opt,
	struct evx_challenge_status *out, struct evx_diag *diag)
{
	struct using u = { .home = h };
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_prepared_start(&s, opt->list, false, NULL, &u.list);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, opt->confine ? &out->confinement : NULL);
	if (err == EVX_OK)
		err = tell(&u, out, diag);
	if (err != EVX_OK)
		evx_challenge_status_free(out);
	release(&u);
	return err;
}

void evx_challenge_status_free(struct evx_challenge_status *s)
{
	if (s == NULL)
		return;
	free(s->askers);
	s->askers = NULL;
	s->naskers = 0;
}
