/* The identity home: identities, and the cards this machine knows (format-spec/cards.md "The
 * identity home").
 *
 * `home` is a descriptor of the directory, open for reading; the library never looks for it.
 * Secrets are refused when their files can be read by others. A change of an identity is one
 * exchange of directories: after a crash the old or the new one is there, whole. Changes hold a
 * lock; a second one waits for it (EVX_E_LOCKED after EVX_LOCK_SECONDS, EVX_E_INTERRUPTED when a
 * signal is handled meanwhile). */
#ifndef EVX_CUSTODY_IDENTITY_H
#define EVX_CUSTODY_IDENTITY_H

#include "crypto/age.h"
#include "custody/card.h"
#include "custody/kept.h"

#define EVX_IDENTITY_NAME_CAP 65    /* [A-Za-z0-9._-]{1,64}, not beginning with '.' */
#define EVX_SCRYPT_LOGN_DEFAULT 18u /* 2^18: 256 MiB, about a second */

typedef char evx_identity_name[EVX_IDENTITY_NAME_CAP];

enum evx_identity_kind {
	EVX_IDENTITY_CARD_ONLY, /* a card without secrets: seals to itself can be made here, not
				   opened */
	EVX_IDENTITY_OPEN,      /* secrets without a passphrase */
	EVX_IDENTITY_PROTECTED, /* secrets under a passphrase */
};

/* How to protect secrets: passphrase NULL means not at all; log_n 0 means EVX_SCRYPT_LOGN_DEFAULT.
 */
struct evx_protection {
	const struct evx_secret *passphrase;
	unsigned log_n;
};

/* An unlocked identity. */
struct evx_identity {
	struct evx_card card;
	uint8_t encryption_pub[32];
	struct evx_sshkey signing_pub;
	struct evx_secret *encryption; /* age X25519 identity */
	struct evx_secret *signing;    /* Ed25519 seed; NULL when it is in an agent */
};

bool evx_identity_name_valid(const char *name);
/* Makes an identity: keys, and a card with the names, role and `created` of who (its keys are
 * filled in). agent (NULL: a key is made) signs for it and keeps the signing key. *card (NULL
 * allowed) gets the card. EVX_E_EXISTS when name is taken. */
enum evx_err evx_identity_create(int home, const char *name, const struct evx_card *who,
	struct evx_protection protection, const struct evx_signer *agent, struct evx_card *card,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The names of all identities, sorted; *names is the caller's to free(). */
enum evx_err evx_identity_list(
	int home, evx_identity_name **names, size_t *n, struct evx_diag *diag) EVX_MUST_CHECK;
/* The verified card of an identity, and what secrets it has. kind may be NULL. EVX_E_NOT_FOUND. */
enum evx_err evx_identity_card(int home, const char *name, struct evx_card *card,
	enum evx_identity_kind *kind, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the cards of all identities, and no more, under the names of their identities:
 * evx_card_text_read parses them once the process is confined. */
enum evx_err evx_identity_cards_read(
	int home, struct evx_kept *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether its signing key is in an agent, the one that its card names. EVX_E_FORGED when it says
 * that another is. */
enum evx_err evx_identity_in_agent(
	int home, const char *name, bool *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the secrets (passphrase NULL: without) and checks that they are those of the card.
 * EVX_E_KEY for a wrong or missing passphrase or no secrets, EVX_E_FORGED when the keys are not the
 * card's. */
enum evx_err evx_identity_unlock(int home, const char *name, const struct evx_secret *passphrase,
	struct evx_identity *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Wipes and releases the secrets. NULL does nothing. */
void evx_identity_lock(struct evx_identity *id);
/* A signer of an unlocked identity, which must outlive it. EVX_E_CUSTODY when its card is retired:
 * it opens, and signs no more; EVX_E_KEY when its signing key is in an agent. */
enum evx_err evx_identity_signer(const struct evx_identity *id, struct evx_signer *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Protects the secrets anew. */
enum evx_err evx_identity_change_passphrase(int home, const char *name,
	const struct evx_secret *old, struct evx_protection protection,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes `retired` at time when into the card and signs it, by agent when its signing key is there
 * (else NULL). The keys stay. EVX_E_EXISTS when it is retired already. */
enum evx_err evx_identity_retire(int home, const char *name, const struct evx_secret *passphrase,
	const struct evx_signer *agent, int64_t when, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the backup text of an identity. A protected one is copied as it is; the secrets of an
 * open one are protected by protection, which must have a passphrase then (EVX_E_USAGE). */
enum evx_err evx_identity_backup(int home, const char *name, struct evx_protection protection,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes an identity of a backup text, or of a card alone. A backup is opened with passphrase and
 * compared with its card first. */
enum evx_err evx_identity_import(int home, const char *name, const void *p, size_t n,
	const struct evx_secret *passphrase, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
