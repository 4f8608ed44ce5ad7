/* Documents and packs, as answers are computed over them. */
#include "prove/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/hash_equal.h"
#include "crypto/hash.h"
#include "format/text.h"

enum evx_err evx_message_readable(const struct evx_exhibit *ex, struct evx_diag *diag)
{
	return evx_bundle_form(ex->opened.bundle) != EVX_BUNDLE_STREAM ?
		EVX_OK :
		evx_fail(diag, EVX_E_USAGE,
			"Packs are read in any order here, and a pipe gives them only once. Name a "
			"bundle file, its first volume, or its directory.");
}

/* How many events of the bundle can be followed. */
static size_t followed(const struct evx_chain_result *chain)
{
	return chain->rightful < chain->in_bundle ? chain->rightful : chain->in_bundle;
}

void evx_message_subject(const struct evx_exhibit *ex, struct evx_challenge_subject *out)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	size_t last = followed(chain) - 1;

	/* What does not count may be cut off at the end. */
	while (last > 0 && !chain->at[last].rightful)
		last--;
	(void)snprintf(out->uuid, sizeof(out->uuid), "%s", evx_bundle_uuid(ex->opened.bundle));
	memcpy(out->exhibit, chain->exhibit, 32);
	out->entry = (uint32_t)last;
	memcpy(out->head, chain->at[last].hash, 32);
}

static enum evx_err add_document(
	const struct evx_exhibit *ex, uint32_t number, struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_chain_event *e = &evx_chain_result(ex->loaded.chain)->at[number];
	const size_t start = out->len;
	struct evx_member_id id = { .kind = EVX_MEMBER_JSON, .event = number };
	char name[EVX_MEMBER_NAME_CAP];
	uint8_t hash[32];
	enum evx_err err;

	memcpy(id.type, e->event.type, sizeof(id.type));
	if ((err = evx_member_name(&id, name)) != EVX_OK)
		return evx_fail(diag, EVX_E_CORRUPT, "entry %04u: its type is no name", number);
	err = evx_exhibit_member(ex, name, out, diag);
	if (err != EVX_OK)
		return err;
	evx_sha256(out->data + start, out->len - start, hash);
	return evx_hash_equal(hash, e->hash) ?
		EVX_OK :
		evx_diag_in(diag, name,
			evx_fail(diag, EVX_E_CORRUPT,
				"The bundle changed while evx read it. Check it again: evx "
				"verify"));
}

enum evx_err evx_message_documents(const struct evx_exhibit *ex,
	const struct evx_challenge_subject *of, struct evx_buf *out, struct evx_diag *diag)
{
	const struct evx_chain_result *chain = evx_chain_result(ex->loaded.chain);
	struct evx_challenge_subject here = { .uuid = "" };
	char code[EVX_SEAL_CODE_CAP];
	enum evx_err err = EVX_OK;

	evx_message_subject(ex, &here);
	if (strcmp(here.uuid, of->uuid) != 0 || !evx_hash_equal(here.exhibit, of->exhibit)) {
		evx_seal_code(of->exhibit, code);
		return evx_fail(diag, EVX_E_NOT_FOUND,
			"This challenge is for another exhibit, with seal code %s. Nothing was "
			"answered. Name that exhibit.",
			code);
	}
	if (of->entry >= followed(chain))
		return evx_fail(diag, EVX_E_CUSTODY,
			"The custody record of this copy ends with entry %04u, and the challenge "
			"asks for entry %04u. Nothing was answered. Add the entries that are "
			"missing: evx append",
			(unsigned)followed(chain) - 1, of->entry);
	if (!evx_hash_equal(chain->at[of->entry].hash, of->head))
		return evx_fail(diag, EVX_E_CUSTODY,
			"Entry %04u of this copy is not the one that the challenge asks for. "
			"Nothing was answered. This copy went another way before that entry.",
			of->entry);
	for (uint32_t i = 0; i <= of->entry && err == EVX_OK; i++)
		err = add_document(ex, i, out, diag);
	return err;
}

/* ---- packs ---------------------------------------------------------------------------------- */

struct evx_message_room {
	struct evx_progress *progress;
	const struct evx_cancel *cancel;
	uint8_t bytes[EVX_PACK_LEN];
};

struct evx_message_room *evx_message_room_new(
	struct evx_progress *progress, const struct evx_cancel *cancel)
{
	struct evx_message_room *r = malloc(sizeof(*r));

	if (r == NULL)
		return NULL;
	r->progress = progress;
	r->cancel = cancel;
	return r;
}

void evx_message_room_free(struct evx_message_room *r)
{
	free(r);
}

struct giving {
	const struct evx_message_room *room;
	size_t n;
	struct evx_mac *const *macs;
	uint8_t hash[32];
};

/* The first of them computes the pack's name. */
static void give(void *ctx, size_t i)
{
	struct giving *g = ctx;

	if (evx_cancelled(g->room->cancel))
		return;
	if (i == 0) {
		evx_sha256(g->room->bytes, g->n, g->hash);
		return;
	}
	evx_mac_update(g->macs[i - 1], g->room->bytes, g->n);
	if (g->room->progress != NULL)
		atomic_fetch_add(&g->room->progress->bytes_done, g->n);
}

enum evx_err evx_message_pack(const struct evx_bundle *b, uint64_t i, struct evx_message_room *room,
	struct evx_mac *const *macs, size_t n, struct evx_diag *diag)
{
	const struct evx_bundle_pack pack = evx_bundle_pack(b, i);
	struct giving g = { .room = room, .n = (size_t)pack.length, .macs = macs };
	char name[65];
	enum evx_err err;

	evx_hex_encode(pack.hash, 32, name);
	if (pack.length > sizeof(room->bytes))
		return evx_fail(diag, EVX_E_LIMIT, "pack %s: found %llu bytes (limit %u)", name,
			(unsigned long long)pack.length, EVX_PACK_LEN);
	err = evx_bundle_pack_read(b, i, 0, room->bytes, g.n, diag);
	if (err != EVX_OK)
		return err;
	evx_crew(n + 1, 1, give, &g);
	if (evx_cancelled(room->cancel))
		return evx_fail(diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was written.");
	return evx_hash_equal(g.hash, pack.hash) ?
		EVX_OK :
		evx_fail(diag, EVX_E_FORGED,
			"Pack %s was changed after the seal. Check the whole exhibit: evx verify",
			name);
}
