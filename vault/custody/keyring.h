/* What a reader's identity opens of an exhibit's key files: the seal's and those of every rewrap
 * (format-spec/events.md "Rewrap"). */
#ifndef EVX_CUSTODY_KEYRING_H
#define EVX_CUSTODY_KEYRING_H

#include "custody/chain.h"
#include "custody/exhibit_keys.h"

/* A custody key of the chain. */
struct evx_keyring_custody {
	uint8_t pub[32];
	uint32_t since;              /* the event that introduced it: the seal, or a rewrap */
	struct evx_secret *identity; /* NULL until a key file gave it */
};

/* Zero-initialise. */
struct evx_keyring {
	uint8_t content_pub[32];
	struct evx_secret *content;          /* NULL until a key file gave it */
	struct evx_keyring_custody *custody; /* in the order in which the rightful part of the chain
						introduced them */
	size_t ncustody;
};

/* Takes the exhibit's public keys from the chain: those of its seal, which must be decoded, and of
 * the rewraps in its rightful part. */
enum evx_err evx_keyring_new(const struct evx_chain_result *chain, struct evx_keyring *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Wipes, releases, zeroes. NULL does nothing. */
void evx_keyring_free(struct evx_keyring *ring);

/* Opens the n bytes of event's key file of this tier with a reader's identity and keeps what it
 * holds: the content identity, or all custody identities introduced up to event that are in it, in
 * their order, the newest of which must be. EVX_E_KEY when it does not open; EVX_E_FORGED when an
 * identity is not that of its public key in the chain, EVX_E_CORRUPT when the newest is missing or
 * more stands there: then nothing of it is kept. what names the file in a diagnosis. */
enum evx_err evx_keyring_take(struct evx_keyring *ring, const struct evx_secret *reader,
	enum evx_tier tier, uint32_t event, const void *p, size_t n, const char *what,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The custody identity to which event's details are encrypted: of the last key introduced before
 * it, of the seal for the seal itself. NULL when no key file gave it. */
const struct evx_secret *evx_keyring_custody_of(const struct evx_keyring *ring, uint32_t event);
/* True when every identity of the tier is there. */
bool evx_keyring_complete(const struct evx_keyring *ring, enum evx_tier tier);
/* Content where that identity is there, else custody where any is. */
enum evx_tier evx_keyring_tier(const struct evx_keyring *ring);

#endif
