/* The two identities of an exhibit and its key files (format-spec/seal.md "Exhibit keys and key
 * files"). */
#ifndef EVX_CUSTODY_EXHIBIT_KEYS_H
#define EVX_CUSTODY_EXHIBIT_KEYS_H

#include "crypto/age.h"

enum evx_tier { EVX_TIER_NONE, EVX_TIER_CUSTODY, EVX_TIER_CONTENT };

struct evx_exhibit_keys {
	struct evx_secret *custody, *content; /* age X25519 identities; NULL where not opened */
	uint8_t custody_pub[32], content_pub[32];
};

/* Makes both identities. */
enum evx_err evx_exhibit_keys_new(
	struct evx_exhibit_keys *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Wipes, releases, zeroes. NULL does nothing. */
void evx_exhibit_keys_free(struct evx_exhibit_keys *keys);

struct evx_key_files {
	struct evx_buf custody, content;           /* the files' bytes */
	uint32_t custody_readers, content_readers; /* stanzas in them: the seal's `readers` */
};

/* Makes both key files: content to the ncontent public keys (at least one: EVX_E_USAGE), custody to
 * those and the ncustody others; sorted, none twice. EVX_E_LIMIT past EVX_STANZAS_MAX. */
enum evx_err evx_key_files_make(const struct evx_exhibit_keys *keys, const uint8_t (*content)[32],
	size_t ncontent, const uint8_t (*custody)[32], size_t ncustody, struct evx_key_files *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_key_files_free(struct evx_key_files *files);

/* One key file with any number of identities, as a rewrap makes it (format-spec/events.md
 * "Rewrap"): a line each, in their order, to the na public keys of a and the nb of b; sorted, none
 * twice. *readers gets their number. EVX_E_USAGE without readers or identities, EVX_E_LIMIT. */
enum evx_err evx_exhibit_keys_make_file(const struct evx_secret *const *identities, size_t n,
	const uint8_t (*a)[32], size_t na, const uint8_t (*b)[32], size_t nb, struct evx_buf *out,
	uint32_t *readers, struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens one with a reader's identity: it must hold exactly the identities of these public keys, in
 * their order (EVX_E_FORGED for another, EVX_E_CORRUPT for more, fewer or another form). out[0 …
 * npubs-1] are the caller's; NULL after a failure. EVX_E_KEY when it does not open, or n is 0. what
 * names the file in a diagnosis. */
enum evx_err evx_exhibit_keys_open_file(const struct evx_secret *reader, const void *p, size_t n,
	const uint8_t (*pubs)[32], size_t npubs, const char *what, struct evx_secret **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for a custody file: the identity of the last public key must be there; earlier ones may
 * be left out, and are NULL then. */
enum evx_err evx_exhibit_keys_open_newest(const struct evx_secret *reader, const void *p, size_t n,
	const uint8_t (*pubs)[32], size_t npubs, const char *what, struct evx_secret **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for all identities that stand there, whoever's they are: nothing compares them with a
 * chain. For what proves itself, like the bytes of a pack by its name. Appends to out, which has
 * room for cap, *count of them; more are left out. */
enum evx_err evx_exhibit_keys_open_all(const struct evx_secret *reader, const void *p, size_t n,
	const char *what, struct evx_secret **out, size_t cap, size_t *count,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
