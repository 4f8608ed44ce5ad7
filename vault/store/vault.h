/* A vault: its directory, its log verified from entry 0, and what a member's identity opens
 * (format-spec/vault.md).
 *
 * Open it (takes descriptors, parses nothing: confine the process after it), then load it; then the
 * getters work. One thread at a time. Nothing found in the directory is believed but what the log's
 * signatures and the hashes of exhibits say. */
#ifndef EVX_STORE_VAULT_H
#define EVX_STORE_VAULT_H

#include "base/cancel.h"
#include "custody/exhibit_keys.h"
#include "custody/identity.h"
#include "format/limits.h"
#include "format/vault_log.h"

#define EVX_NS_VAULT "evx-vault/1"

struct evx_vault;

/* ---- Making and opening */

struct evx_vault_founding {
	const struct evx_identity *founder; /* unlocked; the first content member */
	const struct evx_signer *signer;    /* of its key */
	const char *card;                   /* its card's text */
	const struct evx_card *escrow; /* cards whose holders can open what is sealed into the vault
					*/
	const char *const *escrow_texts; /* the same cards as texts */
	size_t nescrow;
	int64_t now;
};
/* Makes a vault in the directory dirfd, which must be empty ("lost+found" and what an init that was
 * cut off left do not count): EVX_E_EXISTS. Another process that makes one there is waited for
 * (EVX_E_LOCKED, EVX_E_INTERRUPTED as evx_lock_open). It is a vault from the moment that its
 * vault.json is there, which comes last. After a failure the directory is empty. path is for
 * messages. */
enum evx_err evx_vault_create_in(int dirfd, const char *path,
	const struct evx_vault_founding *founding, char uuid[EVX_UUID_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Before it: makes the name of dirfd durable in the directory above, which it opens. */
enum evx_err evx_vault_create_settle(
	int dirfd, const char *path, struct evx_diag *diag) EVX_MUST_CHECK;
/* Both for the directory at path, which is made (mode 0700) when it is not there, and gone again
 * after a failure. */
enum evx_err evx_vault_create(const char *path, const struct evx_vault_founding *founding,
	char uuid[EVX_UUID_CAP], struct evx_diag *diag) EVX_MUST_CHECK;

/* Opens the directory at path. EVX_E_NOT_FOUND, EVX_E_IO. */
enum evx_err evx_vault_open(
	const char *path, struct evx_vault **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* True when the open directory dirfd has a regular file vault.json. */
bool evx_vault_is(int dirfd);
void evx_vault_free(struct evx_vault *v); /* wipes the keys; NULL does nothing */
/* Before the process is confined: reads what this machine remembers in directory pins (`vaults` in
 * its home, -1: nowhere), and looks whether the place where it remembers this vault still has one
 * of its name. What cannot be read keeps evx_vault_accept from succeeding, and nothing else.
 * Waiting for locks ends when *cancel is set (NULL: never). Without this call nothing is
 * remembered. EVX_E_MEMORY. */
enum evx_err evx_vault_recall(struct evx_vault *v, int pins, const struct evx_cancel *cancel,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads vault.json and the log, verifies it, and compares both with what this machine remembers,
 * which is brought up to date where nothing contradicts it. EVX_E_NOT_OURS (no vault),
 * EVX_E_UNSUPPORTED, EVX_E_CORRUPT. A log that is good only up to some entry is no failure: see
 * evx_vault_sound. A vault that is not the one remembered is none either: see evx_vault_standing.
 */
enum evx_err evx_vault_load(struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;

/* How a loaded vault relates to what this machine remembers (format-spec/vault.md "Memory of a
 * machine"). */
enum evx_vault_standing {
	EVX_VAULT_UNKNOWN,  /* nobody on this machine accepted its founder */
	EVX_VAULT_ACCEPTED, /* its founder was accepted, and its log goes on from where this machine
			       saw it */
	EVX_VAULT_CHANGED,  /* something contradicts what is remembered */
};
/* why (NULL allowed) says what contradicts, for EVX_VAULT_CHANGED: EVX_E_FORGED, EVX_E_CORRUPT or
 * EVX_E_IO. */
enum evx_vault_standing evx_vault_standing(const struct evx_vault *v, struct evx_diag *why);
/* Notes that the user of this machine accepts the founder, and lets the vault be written to: before
 * this call evx_vault_lock and evx_session_begin fail with EVX_E_CUSTODY. Fails as
 * evx_vault_standing says when something contradicts. */
enum evx_err evx_vault_accept(struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for a vault that was made just now, in an empty directory: vaults that were remembered
 * there are so no more. */
enum evx_err evx_vault_accept_new(struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;
bool evx_vault_accepted(const struct evx_vault *v);
/* Whether another vault that was accepted is remembered where v was opened, or where a link in that
 * path is. After evx_vault_recall. */
bool evx_vault_is_remembered_here(const struct evx_vault *v);
/* Where this machine remembers the vault, when that is another place; else NULL. *copy: the vault
 * is there, too, so that this is a copy of it. */
const char *evx_vault_moved_from(const struct evx_vault *v, bool *copy);
const char *evx_vault_real_path(const struct evx_vault *v); /* "" when it has none */
/* EVX_OK when the whole log is good. Else why not: nothing may be written on its word. */
enum evx_err evx_vault_sound(const struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;

const char *evx_vault_path(const struct evx_vault *v); /* as it was opened */
int evx_vault_fd(const struct evx_vault *v); /* the directory; also what a confinement's rule is for
					      */
const char *evx_vault_uuid(const struct evx_vault *v);
uint32_t evx_vault_entries(const struct evx_vault *v);            /* good ones */
void evx_vault_head(const struct evx_vault *v, uint8_t hash[32]); /* hash of the last good one */

/* ---- What the log says */

/* Epochs are numbered from 1 to evx_vault_epochs. */
struct evx_vault_epoch {
	char custody[EVX_KEY_TEXT_CAP], content[EVX_KEY_TEXT_CAP]; /* age1… */
	uint8_t custody_pub[32], content_pub[32];
};
uint32_t evx_vault_epochs(const struct evx_vault *v);
const struct evx_vault_epoch *evx_vault_epoch(const struct evx_vault *v, uint32_t number);

struct evx_vault_member {
	uint8_t hash[32];                      /* FP */
	char fingerprint[EVX_FINGERPRINT_CAP]; /* SHA256:… */
	char signing[EVX_KEY_TEXT_CAP], encryption[EVX_KEY_TEXT_CAP];
	uint8_t encryption_pub[32];
	bool content;
	bool removed;   /* no member any more */
	uint32_t added; /* number of the entry that says so */
};
/* All that ever were, in the order in which they came; the first is the founder. */
size_t evx_vault_members(const struct evx_vault *v);
const struct evx_vault_member *evx_vault_member(const struct evx_vault *v, size_t i);
/* The member with this signing key who has not been removed, or NULL. */
const struct evx_vault_member *evx_vault_find_member(
	const struct evx_vault *v, const char *signing);

size_t evx_vault_escrow(const struct evx_vault *v);
const char *evx_vault_escrow_key(const struct evx_vault *v, size_t i); /* age1… */

struct evx_vault_case {
	char id[EVX_UUID_CAP];
	char into[EVX_UUID_CAP]; /* the case it was merged into, "" when it was not */
};
size_t evx_vault_cases(const struct evx_vault *v);
const struct evx_vault_case *evx_vault_case(const struct evx_vault *v, size_t i);
const struct evx_vault_case *evx_vault_find_case(const struct evx_vault *v, const char *id); /* or
												NULL
											      */

/* True when the log says that this exhibit was disposed of; event (NULL allowed) gets the hash of
 * its `dispose`. */
bool evx_vault_removed(const struct evx_vault *v, const char *uuid, uint8_t event[32]);
/* What the last `case-file` entry of an exhibit says. */
struct evx_vault_filing {
	char case_id[EVX_UUID_CAP]; /* merges not followed */
	uint32_t sequence;          /* number of the entry */
};
/* NULL when there is none: then only marks say where it is filed. */
const struct evx_vault_filing *evx_vault_filing(const struct evx_vault *v, const char *uuid);
/* The newest inventory of this case (NULL: of all): number of its entry and hash of its list. false
 * when there is none. */
bool evx_vault_inventory(
	const struct evx_vault *v, const char *case_id, uint32_t *sequence, uint8_t list[32]);

/* ---- What a member's identity opens */

/* Opens the vault's identities with a member's. EVX_E_KEY when it is no member's; EVX_E_FORGED when
 * a file holds another key than the log says. An identity of an epoch whose file is missing stays
 * closed. */
enum evx_err evx_vault_unlock(
	struct evx_vault *v, const struct evx_identity *id, struct evx_diag *diag) EVX_MUST_CHECK;
/* How far it is open. */
enum evx_tier evx_vault_tier(const struct evx_vault *v);
/* The vault's identities of epoch number, NULL where they are not open. */
const struct evx_secret *evx_vault_custody(const struct evx_vault *v, uint32_t number);
const struct evx_secret *evx_vault_content(const struct evx_vault *v, uint32_t number);
/* Reads entry number sequence again, and its private part where custody identities open it
 * (*opened). Both are the caller's to free. */
enum evx_err evx_vault_read_entry(const struct evx_vault *v, uint32_t sequence,
	struct evx_vault_entry *entry, struct evx_vault_private *private, bool *opened,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Writing */

/* Takes the lock of the log and reads what others have added meanwhile; waits for another process
 * that writes, as evx_lock_take does. EVX_E_CUSTODY before evx_vault_accept; EVX_E_IO,
 * EVX_E_LOCKED, EVX_E_INTERRUPTED, and all that makes a log unsound. */
enum evx_err evx_vault_lock(struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_vault_unlock_log(struct evx_vault *v);
/* Signs and appends an entry; the lock must be held. Of entry the type and its own fields count,
 * private (NULL: none) gets its binding here. The rules come first: EVX_E_CUSTODY when the signer
 * may not, or the log says otherwise. */
enum evx_err evx_vault_append(struct evx_vault *v, const struct evx_vault_entry *entry,
	const struct evx_vault_private *private, const struct evx_signer *signer, int64_t now,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Exhibits */

/* Opens the directory of exhibit uuid. EVX_E_NOT_FOUND. */
enum evx_err evx_vault_exhibit(const struct evx_vault *v, const char *uuid, int *dirfd,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each with the UUID of every exhibit, in no order. */
enum evx_err evx_vault_each_exhibit(const struct evx_vault *v,
	enum evx_err (*each)(void *ctx, const char *uuid), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
