/* Challenges and their answers computed from an exhibit: drawn, hashed in one pass over the packs,
 * encrypted to their askers, signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bundle/output.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "evx.h"
#include "format/pem.h"
#include "format/text.h"
#include "open/exhibit_vault.h"
#include "open/given_code.h"
#include "people/known.h"
#include "people/named_cards.h"
#include "people/readers.h"
#include "prove/lots.h"
#include "prove/message.h"
#include "prove/prepared.h"

static const struct evx_pem armor = { "AGE ENCRYPTED FILE", 64, false };

/* A challenge names a pack. */
struct wish {
	uint64_t pack;
	size_t challenge;
};

struct preparing {
	const struct evx_challenge_prepare_options *opt;
	struct evx_challenge_prepare_result *out;
	struct evx_cancel *cancel;
	struct evx_progress *progress;
	struct evx_home *home;
	struct evx_hand hand;
	struct evx_inputs to;
	struct evx_exhibit ex;
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_readers askers;
	struct evx_output output;
	struct evx_challenge_list list;
	struct evx_buf documents;
	size_t n;              /* challenges of all askers, those of one behind another */
	struct evx_buf *lines; /* n */
	struct evx_mac **macs; /* n */
	struct wish *wishes;   /* n * list.packs, by pack */
};

/* ---- what is read and confined -------------------------------------------------------------- */

static enum evx_err start(struct preparing *p, const struct evx_passphrase *ask,
	struct evx_given_code *code, struct evx_diag *diag)
{
	const struct evx_challenge_prepare_options *o = p->opt;
	struct evx_start s = { .diag = diag };

	s.err = evx_given_code_read(o->code, code, diag);
	evx_home_hand_start(&s, p->home, o->as, true, ask, &p->hand);
	evx_named_cards_start(&s, p->home, o->to, o->nto, &p->to);
	evx_home_start(&s, p->home, EVX_CONFINE_READ);
	evx_exhibit_start(&s, &p->ex, p->home, o->bundle, NULL, EVX_NO_KEY, NULL);
	p->ex.opened.reader = &p->hand.id;
	evx_output_file_start(&s, o->output, &p->output);
	return evx_start_confine(&s, 0, o->confine ? &p->out->confinement : NULL);
}

static enum evx_err load(
	struct preparing *p, const struct evx_given_code *code, struct evx_diag *diag)
{
	const struct evx_exhibit_load how = {
		.index_only = true, .jobs = p->opt->jobs, .cancel = p->cancel, .roster = &p->rules
	};
	enum evx_code_answer answer;
	int exit_class;
	enum evx_err err;

	if ((err = evx_message_readable(&p->ex, diag)) != EVX_OK ||
		(err = evx_known_load(&p->known, p->home, diag)) != EVX_OK ||
		(err = evx_exhibit_load(&p->ex, &how, diag)) != EVX_OK)
		return err;
	answer = evx_given_code_compare(code, &p->ex);
	if (answer != EVX_CODE_NOT_GIVEN && answer != EVX_CODE_SAME)
		return evx_fail(diag, EVX_E_CUSTODY,
			"WRONG EXHIBIT. The seal code of this exhibit is not the one that you "
			"gave. Nothing was prepared. Look for the exhibit with your seal code.");
	if ((err = evx_exhibit_usable(&p->ex, diag)) != EVX_OK)
		return err;
	return evx_exhibit_sound(&p->ex, &exit_class, NULL, diag);
}

static enum evx_err gather_askers(struct preparing *p, struct evx_diag *diag)
{
	static const struct evx_inputs nobody = { NULL, 0 };
	static const struct evx_cards none;
	const struct evx_readers_from from = { .to = &p->to,
		.custody_to = &nobody,
		.self = p->opt->self || p->to.n == 0 ? &p->hand.id.card : NULL,
		.always = &none };
	enum evx_err err = EVX_OK;

	if (p->to.n > 0 &&
		((err = evx_names_load(p->home, diag)) != EVX_OK ||
			(err = evx_names_check_files(&p->home->names, &p->to, diag)) != EVX_OK))
		return err;
	if ((err = evx_readers_gather(&from, &p->askers, diag)) != EVX_OK)
		return err;
	if (p->askers.n > EVX_CHALLENGE_ASKERS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"A list is for %u people at most. Prepare two lists.",
			EVX_CHALLENGE_ASKERS_MAX);
	return EVX_OK;
}

/* ---- challenges ----------------------------------------------------------------------------- */

/* The list's document but for the hashes of its parts. */
static enum evx_err describe(struct preparing *p, struct evx_diag *diag)
{
	const uint64_t total = evx_bundle_packs(p->ex.opened.bundle);
	const uint64_t wanted = p->opt->packs != 0 ? p->opt->packs : EVX_CHALLENGE_PACKS;
	struct evx_challenge_list *l = &p->list;

	evx_message_subject(&p->ex, &l->of);
	l->time = (int64_t)time(NULL);
	l->challenges = p->opt->challenges;
	l->total = total;
	l->packs = (uint32_t)(wanted < total ? wanted : total);
	l->naskers = p->askers.n;
	for (size_t i = 0; i < l->naskers; i++)
		(void)snprintf(l->askers[i].signing, sizeof(l->askers[i].signing), "%s",
			p->askers.at[i].card.signing);
	(void)snprintf(l->preparer, sizeof(l->preparer), "%s", p->hand.id.card.signing);
	p->n = l->naskers * l->challenges;
	/* A line has less than 700 bytes and 67 for each pack; armor adds a third. */
	if (p->n > EVX_CHALLENGE_LIST_MAX / ((700 + 67 * (size_t)l->packs) / 3 * 4))
		return evx_fail(diag, EVX_E_USAGE,
			"The list would have more than 64 MiB. Nothing was prepared. Prepare fewer "
			"challenges, or name fewer packs in each: --packs N");
	p->lines = calloc(p->n, sizeof(*p->lines));
	p->macs = calloc(p->n, sizeof(*p->macs));
	p->wishes = calloc(p->n * l->packs, sizeof(*p->wishes));
	return p->lines != NULL && p->macs != NULL && p->wishes != NULL ? EVX_OK :
									  evx_fail_memory(diag);
}

/* Draws challenge number i, and begins its answer. */
static enum evx_err draw(struct preparing *p, size_t i, uint64_t *drawn, struct evx_diag *diag)
{
	const size_t k = p->list.packs;
	struct evx_challenge c = { .of = p->list.of, .npacks = k };
	enum evx_err err;

	c.packs = calloc(k, sizeof(*c.packs));
	if (c.packs == NULL)
		return evx_fail_memory(diag);
	memcpy(c.asker, p->list.askers[i / p->list.challenges].signing, sizeof(c.asker));
	evx_random(c.nonce, sizeof(c.nonce));
	evx_lots_draw(p->list.total, k, drawn);
	for (size_t j = 0; j < k; j++) {
		const struct evx_bundle_pack pack = evx_bundle_pack(p->ex.opened.bundle, drawn[j]);

		memcpy(c.packs[j], pack.hash, 32);
		p->wishes[i * k + j] = (struct wish){ drawn[j], i };
	}
	if ((err = evx_challenge_encode(&c, &p->lines[i], diag)) != EVX_OK)
		goto out;
	p->macs[i] = evx_mac_new(c.nonce);
	if (p->macs[i] == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	evx_mac_update(p->macs[i], p->lines[i].data, p->lines[i].len);
	evx_mac_update(p->macs[i], p->documents.data, p->documents.len);
out:
	evx_challenge_free(&c);
	return err;
}

static int by_pack(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return x->challenge < y->challenge ? -1 : x->challenge > y->challenge;
}

static enum evx_err draw_all(struct preparing *p, struct evx_diag *diag)
{
	uint64_t *drawn = calloc((size_t)p->list.packs + 1, sizeof(*drawn));
	enum evx_err err = drawn != NULL ? EVX_OK : evx_fail_memory(diag);

	if (err == EVX_OK)
		err = evx_message_documents(&p->ex, &p->list.of, &p->documents, diag);
	for (size_t i = 0; i < p->n && err == EVX_OK; i++)
		err = draw(p, i, drawn, diag);
	free(drawn);
	if (err == EVX_OK)
		qsort(p->wishes, p->n * p->list.packs, sizeof(*p->wishes), by_pack);
	return err;
}

/* How many wishes from number i on are for one pack. */
static size_t run_of(const struct preparing *p, size_t i)
{
	const size_t all = p->n * p->list.packs;
	size_t n = 1;

	while (i + n < all && p->wishes[i + n].pack == p->wishes[i].pack)
		n++;
	return n;
}

/* Reads each pack that was drawn once. */
static enum evx_err read_packs(struct preparing *p, struct evx_diag *diag)
{
	struct evx_message_room *room = evx_message_room_new(p->progress, p->cancel);
	struct evx_mac **macs = calloc(p->n, sizeof(*macs));
	enum evx_err err = room != NULL && macs != NULL ? EVX_OK : evx_fail_memory(diag);
	const struct evx_bundle *b = p->ex.opened.bundle;
	const size_t all = p->n * p->list.packs;
	uint64_t total = 0;

	for (size_t i = 0; i < all; i++)
		total += evx_bundle_pack(b, p->wishes[i].pack).length;
	if (p->progress != NULL)
		atomic_store(&p->progress->bytes_total, total);
	for (size_t i = 0, n; i < all && err == EVX_OK; i += n) {
		n = run_of(p, i);
		for (size_t j = 0; j < n; j++)
			macs[j] = p->macs[p->wishes[i + j].challenge];
		err = evx_message_pack(b, p->wishes[i].pack, room, macs, n, diag);
	}
	free(macs);
	evx_message_room_free(room);
	return err;
}

/* ---- the list ------------------------------------------------------------------------------- */

/* Appends the age file of asker i in its armor, and notes its hash. */
static enum evx_err make_part(
	struct preparing *p, size_t i, struct evx_buf *out, struct evx_diag *diag)
{
	const size_t from = i * p->list.challenges, start = out->len;
	struct evx_buf plain = EVX_BUF_INIT, file = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	for (size_t c = from; c < from + p->list.challenges && err == EVX_OK; c++) {
		uint8_t answer[EVX_MAC_LEN];
		char hex[2 * EVX_MAC_LEN + 2];

		if ((err = evx_mac_final(p->macs[c], answer)) != EVX_OK)
			break;
		evx_hex_encode(answer, sizeof(answer), hex);
		hex[2 * EVX_MAC_LEN] = '\n';
		err = evx_buf_add(&plain, p->lines[c].data, p->lines[c].len);
		if (err == EVX_OK)
			err = evx_buf_add(&plain, hex, 2 * EVX_MAC_LEN + 1);
		evx_wipe(answer, sizeof(answer));
		evx_wipe(hex, sizeof(hex));
	}
	if (err != EVX_OK) {
		err = evx_fail_buf(diag, err);
		goto out;
	}
	err = evx_age_encrypt(
		(const uint8_t(*)[32])(p->askers.keys + i), 1, plain.data, plain.len, &file, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_fail_buf(diag, evx_pem_encode(&armor, file.data, file.len, out));
	if (err == EVX_OK)
		evx_sha256(out->data + start, out->len - start, p->list.askers[i].sha256);
out:
	evx_buf_free(&plain);
	evx_buf_free(&file);
	return err;
}

static enum evx_err write_list(struct preparing *p, struct evx_diag *diag)
{
	struct evx_buf parts = EVX_BUF_INIT, json = EVX_BUF_INIT, text = EVX_BUF_INIT;
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < p->list.naskers && err == EVX_OK; i++)
		err = make_part(p, i, &parts, diag);
	if (err != EVX_OK || (err = evx_challenge_list_encode(&p->list, &json, diag)) != EVX_OK)
		goto out;
	err = evx_document_sign_text(EVX_PREPARED_NS, (struct evx_bytes){ json.data, json.len },
		&p->hand.signer, &text, diag);
	if (err == EVX_OK)
		err = evx_fail_buf(diag, evx_buf_add(&text, parts.data, parts.len));
	if (err == EVX_OK)
		err = evx_output_put(&p->output, text.data, text.len, diag);
out:
	evx_buf_free(&parts);
	evx_buf_free(&json);
	evx_buf_free(&text);
	return err;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void tell(struct preparing *p)
{
	struct evx_challenge_prepare_result *r = p->out;
	const struct evx_challenge_subject *of = &p->list.of;

	memcpy(r->uuid, of->uuid, sizeof(r->uuid));
	evx_hex_encode(of->exhibit, 32, r->seal_hash);
	evx_seal_code(of->exhibit, r->seal_code);
	r->entry = of->entry;
	evx_hex_encode(of->head, 32, r->entry_hash);
	r->challenges = p->list.challenges;
	r->packs = p->list.packs;
	r->total = p->list.total;
	r->readers = p->askers.at;
	r->nreaders = p->askers.n;
	p->askers.at = NULL;
}

static void release(struct preparing *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->lines != NULL)
			evx_buf_free(&p->lines[i]);
		if (p->macs != NULL)
			evx_mac_free(p->macs[i]);
	}
	free(p->lines);
	free(p->macs);
	free(p->wishes);
	evx_buf_free(&p->documents);
	evx_output_close(&p->output);
	evx_readers_free(&p->askers);
	evx_exhibit_free(&p->ex);
	evx_known_free(&p->known);
	evx_hand_free(&p->hand);
	evx_inputs_free(&p->to);
}

enum evx_err evx_challenge_prepare(struct evx_home *h,
	const struct evx_challenge_prepare_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_challenge_prepare_result *result, struct evx_diag *diag)
{
	struct preparing p = {
		.opt = opt, .out = result, .cancel = cancel, .progress = progress, .home = h
	};
	struct evx_given_code code;
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	p.rules = evx_known_rules(&p.known);
	if (opt->challenges < 1 || opt->challenges > EVX_CHALLENGES_MAX ||
		opt->packs > EVX_CHALLENGE_PACKS_MAX)
		return evx_fail(diag, EVX_E_USAGE,
			"A list has 1 to %u challenges for each asker, and each names 1 to %u "
			"packs.",
			EVX_CHALLENGES_MAX, EVX_CHALLENGE_PACKS_MAX);
	if ((err = start(&p, ask, &code, diag)) != EVX_OK ||
		(err = load(&p, &code, diag)) != EVX_OK ||
		(err = gather_askers(&p, diag)) != EVX_OK || (err = describe(&p, diag)) != EVX_OK ||
		(err = draw_all(&p, diag)) != EVX_OK || (err = read_packs(&p, diag)) != EVX_OK)
		goto out;
	err = write_list(&p, diag);
	if (err == EVX_OK)
		tell(&p);
out:
	release(&p);
	return err;
}

void evx_challenge_prepare_result_free(struct evx_challenge_prepare_result *r)
{
	if (r == NULL)
		return;
	free(r->readers);
	memset(r, 0, sizeof(*r));
}

double evx_challenge_passes(uint64_t total, uint32_t packs, uint64_t lost)
{
	double chance = 1;

	for (uint64_t i = 0; i < packs && i < total; i++)
		chance *= lost >= total - i ? 0 : 1 - (double)lost / (double)(total - i);
	return chance;
}
