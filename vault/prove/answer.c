/* A challenge answered from the exhibit, without a key. */
#include <string.h>
#include <time.h>

#include "base/hash_equal.h"
#include "bundle/output.h"
#include "crypto/hash.h"
#include "evx.h"
#include "format/text.h"
#include "open/exhibit_vault.h"
#include "people/known.h"
#include "prove/given.h"
#include "prove/message.h"
#include "prove/party.h"
#include "prove/prepared.h"

#define CHALLENGE_MAX ((size_t)2 * EVX_DOCUMENT_MAX) /* bytes, with what mail adds */

struct answering {
	const struct evx_answer_options *opt;
	struct evx_answer_result *out;
	struct evx_cancel *cancel;
	struct evx_progress *progress;
	struct evx_home *home;
	struct evx_buf text;
	struct evx_bytes line; /* in text */
	struct evx_challenge challenge;
	struct evx_exhibit ex;
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_output output;
};

static enum evx_err start(
	struct answering *a, const struct evx_passphrase *ask, struct evx_diag *diag)
{
	const struct evx_answer_options *o = a->opt;
	struct evx_start s = { .diag = diag };

	evx_given_start(&s, o->challenge, CHALLENGE_MAX,
		"A challenge is shorter. Nothing was answered. Name the challenge first and then "
		"the exhibit.",
		&a->text);
	evx_home_start(&s, a->home, EVX_CONFINE_READ);
	evx_exhibit_start(&s, &a->ex, a->home, o->bundle, o->as, EVX_KEY_IF_NAMED, ask);
	evx_output_file_start(&s, o->output, &a->output);
	return evx_start_confine(&s, 0, o->confine ? &a->out->confinement : NULL);
}

static enum evx_err read_challenge(struct answering *a, struct evx_diag *diag)
{
	struct evx_signers signers = { .n = 0 };
	struct evx_signed_text parts;
	char signer[EVX_SSHKEY_CAP];
	enum evx_err err;

	if ((err = evx_signed_text_split(a->text.data, a->text.len, &parts, diag)) != EVX_OK ||
		(err = evx_challenge_decode(parts.json.p, parts.json.n, &a->challenge, diag)) !=
			EVX_OK)
		return evx_diag_in(diag, a->opt->challenge,
			evx_diag_more(diag,
				"This is no whole challenge. Name the challenge first and then the "
				"exhibit, or ask for the challenge again.",
				err));
	if ((err = evx_document_verify(EVX_PREPARED_NS, parts.json, parts.sigs, parts.nsigs,
		     &signers, diag)) != EVX_OK)
		return evx_diag_in(diag, a->opt->challenge, err);
	if (evx_sshkey_encode(&signers.at[0], signer) != EVX_OK ||
		strcmp(signer, a->challenge.asker) != 0)
		return evx_diag_in(diag, a->opt->challenge,
			evx_fail(diag, EVX_E_FORGED, "challenge: its signature is by another key"));
	a->line = parts.json;
	return EVX_OK;
}

static enum evx_err load(struct answering *a, struct evx_diag *diag)
{
	const struct evx_exhibit_load how = {
		.index_only = true, .jobs = a->opt->jobs, .cancel = a->cancel, .roster = &a->rules
	};
	enum evx_err err;

	if ((err = evx_message_readable(&a->ex, diag)) != EVX_OK ||
		(err = evx_known_load(&a->known, a->home, diag)) != EVX_OK ||
		(err = evx_exhibit_load(&a->ex, &how, diag)) != EVX_OK)
		return err;
	return evx_exhibit_usable(&a->ex, diag);
}

/* Both are in payload order, so that one pass over the packs finds all. */
static enum evx_err give_packs(struct answering *a, struct evx_mac *mac, struct evx_diag *diag)
{
	const struct evx_challenge *c = &a->challenge;
	const struct evx_bundle *b = a->ex.opened.bundle;
	struct evx_message_room *room = evx_message_room_new(a->progress, a->cancel);
	enum evx_err err = room != NULL ? EVX_OK : evx_fail_memory(diag);
	size_t done = 0;

	if (a->progress != NULL)
		atomic_store(&a->progress->bytes_total, (uint64_t)c->npacks * EVX_PACK_LEN);
	for (uint64_t i = 0; i < evx_bundle_packs(b) && done < c->npacks && err == EVX_OK; i++) {
		const struct evx_bundle_pack pack = evx_bundle_pack(b, i);

		if (!evx_hash_equal(pack.hash, c->packs[done]))
			continue;
		err = evx_message_pack(b, i, room, &mac, 1, diag);
		a->out->bytes += pack.length;
		done++;
	}
	evx_message_room_free(room);
	a->out->packs = done;
	if (err == EVX_OK && done < c->npacks)
		err = evx_fail(diag, EVX_E_CORRUPT,
			"The challenge names a pack that this exhibit does not have. Nothing was "
			"answered. Ask for another challenge.");
	return err;
}

static enum evx_err compute(
	struct answering *a, struct evx_challenge_answer *answer, struct evx_diag *diag)
{
	struct evx_buf documents = EVX_BUF_INIT;
	struct evx_mac *mac = NULL;
	enum evx_err err = evx_message_documents(&a->ex, &a->challenge.of, &documents, diag);

	if (err != EVX_OK)
		goto out;
	mac = evx_mac_new(a->challenge.nonce);
	if (mac == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	evx_mac_update(mac, a->line.p, a->line.n);
	evx_mac_update(mac, documents.data, documents.len);
	if ((err = give_packs(a, mac, diag)) != EVX_OK)
		goto out;
	err = evx_fail_buf(diag, evx_mac_final(mac, answer->answer));
out:
	evx_mac_free(mac);
	evx_buf_free(&documents);
	return err;
}

static enum evx_err answer_it(struct answering *a, struct evx_diag *diag)
{
	const struct evx_challenge_subject *of = &a->challenge.of;
	struct evx_answer_result *r = a->out;
	struct evx_challenge_answer answer = { .uuid = "" };
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	if ((err = read_challenge(a, diag)) != EVX_OK || (err = load(a, diag)) != EVX_OK ||
		(err = evx_party_of(&a->known, a->challenge.asker, (int64_t)time(NULL), &r->asker,
			 &r->asker_known, diag)) != EVX_OK ||
		(err = compute(a, &answer, diag)) != EVX_OK)
		return err;
	memcpy(answer.uuid, of->uuid, sizeof(answer.uuid));
	memcpy(answer.exhibit, of->exhibit, 32);
	evx_sha256(a->line.p, a->line.n, answer.challenge);
	err = evx_challenge_answer_encode(&answer, &text, diag);
	if (err == EVX_OK)
		err = evx_output_put(&a->output, text.data, text.len, diag);
	evx_buf_free(&text);
	memcpy(r->uuid, of->uuid, sizeof(r->uuid));
	evx_hex_encode(of->exhibit, 32, r->seal_hash);
	evx_seal_code(of->exhibit, r->seal_code);
	evx_hex_encode(answer.challenge, 32, r->challenge);
	r->entry = of->entry;
	return err;
}

enum evx_err evx_answer(struct evx_home *h, const struct evx_answer_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_answer_result *result, struct evx_diag *diag)
{
	struct answering a = {
		.opt = opt, .out = result, .cancel = cancel, .progress = progress, .home = h
	};
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	a.rules = evx_known_rules(&a.known);
	err = start(&a, ask, diag);
	if (err == EVX_OK)
		err = answer_it(&a, diag);
	evx_output_close(&a.output);
	evx_challenge_free(&a.challenge);
	evx_exhibit_free(&a.ex);
	evx_known_free(&a.known);
	evx_buf_free(&a.text);
	return err;
}
