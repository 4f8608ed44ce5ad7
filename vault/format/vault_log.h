/* What a vault says of itself: vault.json and the entries of its log (format-spec/vault.md). Bytes
 * in, struct out: neither signatures nor the rules of the log are judged here (store/vault.h does).
 */
#ifndef EVX_FORMAT_VAULT_LOG_H
#define EVX_FORMAT_VAULT_LOG_H

#include "base/buf.h"
#include "format/event.h"

#define EVX_VAULT_JSON_LEN 72u /* bytes of vault.json */
#define EVX_VAULT_NAME_CAP 48  /* "NNNNNNNN-TYPE" and a NUL */

/* Appends vault.json for this vault. */
enum evx_err evx_vault_json_encode(const char *uuid, struct evx_buf *out) EVX_MUST_CHECK;
/* Reads it. EVX_E_NOT_OURS; EVX_E_UNSUPPORTED for another version of the format; EVX_E_TRUNCATED,
 * EVX_E_CORRUPT. */
enum evx_err evx_vault_json_decode(
	const void *p, size_t n, char uuid[EVX_UUID_CAP], struct evx_diag *diag) EVX_MUST_CHECK;

enum evx_vault_type {
	EVX_VAULT_INIT,
	EVX_VAULT_MEMBER_ADD,
	EVX_VAULT_MEMBER_REMOVE,
	EVX_VAULT_CASE_NEW,
	EVX_VAULT_CASE_ALIAS,
	EVX_VAULT_CASE_MERGE,
	EVX_VAULT_INVENTORY,
	EVX_VAULT_REMOVAL,
	EVX_VAULT_CASE_FILE,
	EVX_VAULT_ROLLBACK,
};
#define EVX_VAULT_TYPES 10u

/* "init", "member-add" … Static storage. */
const char *evx_vault_type_name(enum evx_vault_type type);
bool evx_vault_type_of(const char *name, enum evx_vault_type *out);
/* The name of entry number sequence in the directory of the log. */
void evx_vault_entry_name(
	uint32_t sequence, enum evx_vault_type type, char out[EVX_VAULT_NAME_CAP]);
/* The other way round; false for another name. */
bool evx_vault_entry_name_parse(const char *name, uint32_t *sequence, enum evx_vault_type *type);

/* The public keys of an epoch: age1… */
struct evx_vault_epoch_keys {
	char custody[EVX_KEY_TEXT_CAP], content[EVX_KEY_TEXT_CAP];
};

/* An entry of the log. Zero-initialise; fields that its type does not have stay zero. */
struct evx_vault_entry {
	char vault[EVX_UUID_CAP];
	uint32_t sequence;
	uint8_t previous[32]; /* zeros in entry 0 */
	enum evx_vault_type type;
	int64_t time; /* seconds since 1970 */
	char signer[EVX_KEY_TEXT_CAP];
	struct evx_vault_epoch_keys epoch; /* init, member-remove */
	char member_signing[EVX_KEY_TEXT_CAP], member_encryption[EVX_KEY_TEXT_CAP]; /* init,
										       member-add */
	bool content;                     /* member-add: content tier */
	char (*escrow)[EVX_KEY_TEXT_CAP]; /* init; owned */
	size_t nescrow;
	uint8_t fingerprint[32];    /* member-remove */
	char case_id[EVX_UUID_CAP]; /* case-*, inventory ("" for all) */
	char into[EVX_UUID_CAP];    /* case-merge */
	uint8_t list[32];           /* inventory, rollback */
	uint32_t entries, exhibits; /* rollback */
	uint8_t head[32];           /* rollback */
	char uuid[EVX_UUID_CAP];    /* removal, case-file */
	uint8_t event[32];          /* removal */
	struct evx_buf sealed;      /* owned: the age file in `private`, empty when there is none */
};
/* Releases what it owns and zeroes it. NULL does nothing. */
void evx_vault_entry_free(struct evx_vault_entry *e);
/* Appends the JSON line. EVX_E_USAGE for what no reader would take. */
enum evx_err evx_vault_entry_encode(
	const struct evx_vault_entry *e, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line. *out is the caller's to free. EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_TRUNCATED;
 * EVX_E_UNSUPPORTED for another version of the format, a type or a key that is not known. */
enum evx_err evx_vault_entry_decode(
	const void *p, size_t n, struct evx_vault_entry *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The plaintext of `private`. Texts are NULL where there is nothing to say. Zero-initialise. */
struct evx_vault_private {
	char vault[EVX_UUID_CAP]; /* the binding: the entry that it belongs to */
	uint32_t sequence;
	uint8_t previous[32];
	char author[EVX_KEY_TEXT_CAP];
	char *label, *office, *reason, *notes, *card; /* owned */
	char **cards; /* escrow cards of init, witnesses of an inventory; owned */
	size_t ncards;
};
void evx_vault_private_free(struct evx_vault_private *p);
/* Appends the JSON line. EVX_E_USAGE for what no reader would take. */
enum evx_err evx_vault_private_encode(const struct evx_vault_private *p, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_vault_private_decode(const void *p, size_t n, struct evx_vault_private *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* True when p was made for e. */
bool evx_vault_private_of(const struct evx_vault_private *p, const struct evx_vault_entry *e);

#endif
