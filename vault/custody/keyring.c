/* What a reader's identity opens of all key files of a chain. */
#include "custody/keyring.h"

#include <stdlib.h>
#include <string.h>

enum evx_err evx_keyring_new(
	const struct evx_chain_result *chain, struct evx_keyring *out, struct evx_diag *diag)
{
	struct evx_keyring ring = { .ncustody = 0 };
	size_t i, rightful = chain->rightful > 0 ? chain->rightful : 1;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	if (chain->n == 0 || !chain->at[0].decoded || !evx_event_is_seal(&chain->at[0].event))
		return evx_fail(diag, EVX_E_TRUNCATED, "bundle: expected a seal, found none");
	ring.custody = calloc(rightful, sizeof(*ring.custody));
	if (ring.custody == NULL)
		return evx_fail_memory(diag);
	err = evx_age_recipient_decode(chain->at[0].event.seal.content_key,
		strlen(chain->at[0].event.seal.content_key), ring.content_pub, diag);
	for (i = 0; err == EVX_OK && i < rightful; i++) {
		const char *key = evx_event_custody_key(&chain->at[i].event);

		if (key == NULL || (i > 0 && !chain->at[i].rightful))
			continue;
		ring.custody[ring.ncustody].since = (uint32_t)i;
		err = evx_age_recipient_decode(
			key, strlen(key), ring.custody[ring.ncustody++].pub, diag);
	}
	if (err != EVX_OK) {
		evx_keyring_free(&ring);
		return err;
	}
	*out = ring;
	return EVX_OK;
}

void evx_keyring_free(struct evx_keyring *ring)
{
	size_t i;

	if (ring == NULL)
		return;
	for (i = 0; i < ring->ncustody; i++)
		evx_secret_free(ring->custody[i].identity);
	evx_secret_free(ring->content);
	free(ring->custody);
	memset(ring, 0, sizeof(*ring));
}

/* How many custody keys the chain had introduced when event's key file was made. */
static size_t introduced(const struct evx_keyring *ring, uint32_t event)
{
	size_t n = 0;

	while (n < ring->ncustody && ring->custody[n].since <= event)
		n++;
	return n;
}

static enum evx_err take_custody(struct evx_keyring *ring, const struct evx_secret *reader,
	uint32_t event, const void *p, size_t n, const char *what, struct evx_diag *diag)
{
	size_t i, count = introduced(ring, event);
	uint8_t(*pubs)[32] = calloc(count + 1, sizeof(*pubs));
	struct evx_secret **found = calloc(count + 1, sizeof(*found));
	enum evx_err err;

	if (pubs == NULL || found == NULL) {
		free(pubs);
		free(found);
		return evx_fail_memory(diag);
	}
	for (i = 0; i < count; i++)
		memcpy(pubs[i], ring->custody[i].pub, sizeof(*pubs));
	err = evx_exhibit_keys_open_newest(
		reader, p, n, (const uint8_t(*)[32])pubs, count, what, found, diag);
	for (i = 0; err == EVX_OK && i < count; i++) {
		if (found[i] == NULL)
			continue; /* who made this file did not have it, or did not give it */
		evx_secret_free(ring->custody[i].identity);
		ring->custody[i].identity = found[i];
	}
	free(pubs);
	free(found);
	return err;
}

enum evx_err evx_keyring_take(struct evx_keyring *ring, const struct evx_secret *reader,
	enum evx_tier tier, uint32_t event, const void *p, size_t n, const char *what,
	struct evx_diag *diag)
{
	struct evx_secret *found = NULL;
	enum evx_err err;

	if (tier == EVX_TIER_CUSTODY)
		return take_custody(ring, reader, event, p, n, what, diag);
	err = evx_exhibit_keys_open_file(
		reader, p, n, (const uint8_t(*)[32])ring->content_pub, 1, what, &found, diag);
	if (err == EVX_OK) {
		evx_secret_free(ring->content);
		ring->content = found;
	}
	return err;
}

const struct evx_secret *evx_keyring_custody_of(const struct evx_keyring *ring, uint32_t event)
{
	size_t n = introduced(ring, event == 0 ? 0 : event - 1);

	return n == 0 ? NULL : ring->custody[n - 1].identity;
}

bool evx_keyring_complete(const struct evx_keyring *ring, enum evx_tier tier)
{
	size_t i;

	if (tier == EVX_TIER_CONTENT)
		return ring->content != NULL;
	for (i = 0; i < ring->ncustody && ring->custody[i].identity != NULL; i++)
		;
	return i == ring->ncustody;
}

enum evx_tier evx_keyring_tier(const struct evx_keyring *ring)
{
	size_t i;

	if (ring->content != NULL)
		return EVX_TIER_CONTENT;
	for (i = 0; i < ring->ncustody; i++)
		if (ring->custody[i].identity != NULL)
			return EVX_TIER_CUSTODY;
	return EVX_TIER_NONE;
}
