/* A vault inside vault/store. */
#ifndef EVX_STORE_VAULT_INNER_H
#define EVX_STORE_VAULT_INNER_H

#include "store/case_tree.h"
#include "store/member_index.h"
#include "store/memory.h"
#include "store/place.h"
#include "store/vault.h"

#define EVX_VAULT_LOG_LOCK ".lock" /* in log/: held while an entry is written */

/* A private part that tells a label of a case, kept as it was signed. */
struct evx_vault_note {
	char case_id[EVX_UUID_CAP];
	uint32_t sequence;     /* of its entry, … */
	uint32_t signer;       /* … and number of the member who signed it */
	uint32_t epoch;        /* in force after it: whose custody key opens it */
	struct evx_buf sealed; /* owned */
};

struct evx_vault_keys {
	struct evx_secret *custody, *content; /* NULL where not open */
};

struct evx_vault_count {
	char case_id[EVX_UUID_CAP];
	uint8_t list[32];
	uint32_t sequence;
	bool content; /* a content member signed it */
};

/* A `rollback` entry. */
struct evx_vault_rollback {
	uint32_t sequence, entries, exhibits;
	uint8_t list[32];
	int64_t time;
	char signer[EVX_KEY_TEXT_CAP];
};

struct evx_vault {
	char *path;
	int fd;   /* the vault's directory */
	int log;  /* log/; -1 until loaded */
	int lock; /* its lock, while an entry is written; else -1 */
	const struct evx_cancel *cancel;

	char real[EVX_MEMORY_PATH_CAP]; /* real path, "" when there is none that can be remembered
					 */
	int pins;                       /* what this machine remembers, -1: nowhere; the caller's */
	struct evx_diag forgetful;      /* why that cannot be told; code EVX_OK when it can */
	struct evx_vault_memory known;  /* of this vault; uuid "" when nothing is remembered */
	char from[EVX_MEMORY_PATH_CAP]; /* where it was remembered, when that is another place, else
					   "" … */
	bool copy;                      /* … and still is */
	struct evx_vault_memory *here; /* accepted vaults that are remembered at this path, or where
					  a link in it is */
	size_t nhere;
	struct evx_diag changed; /* what contradicts the memory; code EVX_OK when nothing does */
	bool accepted;           /* the founder is, and it may be written to */
	bool set_back;           /* what contradicts is its own log, which does not go on from where
				    this machine saw it … */
	struct evx_vault_memory forgiven; /* … and this memory is given up; uuid "" none */

	char uuid[EVX_UUID_CAP];
	uint32_t n;            /* good entries */
	uint8_t (*hashes)[32]; /* theirs */
	struct evx_diag flaw;  /* why the log is not good to its end; code EVX_OK when it is */

	struct evx_vault_epoch *epochs;
	uint32_t nepochs;
	struct evx_vault_member *members;
	size_t nmembers;
	struct evx_member_index index; /* those of them who have not been removed */
	char (*escrow)[EVX_KEY_TEXT_CAP];
	size_t nescrow;
	struct evx_vault_case *cases;
	size_t ncases;
	struct evx_case_tree tree; /* the same cases, by their ids */
	struct evx_vault_note *notes;
	size_t nnotes;
	uint8_t (*gone)[32]; /* exhibits that were disposed of: the hashes of the events … */
	struct evx_case_tree gone_tree;   /* … and, in the same order, their UUIDs */
	struct evx_vault_filing *filings; /* exhibits that entries filed: the last word on each … */
	struct evx_case_tree filed_tree; /* … and, in the same order, their UUIDs */
	struct evx_vault_count *counts;
	size_t ncounts;
	struct evx_vault_rollback *rollbacks;
	size_t nrollbacks;

	enum evx_tier tier;
	struct evx_vault_keys *keys; /* of keyed epochs */
	uint32_t keyed;
};

/* EVX_OK, or EVX_E_INTERRUPTED when whoever runs this said stop: for every loop over what somebody
 * may have put into the vault. */
enum evx_err evx_vault_go_on(const struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;
/* Judges entry e, signed by e->signer, by what stands before it, and takes what it says. On success
 * e is emptied where v kept something of it. EVX_E_CUSTODY for a rule, EVX_E_CORRUPT for a key,
 * EVX_E_FORGED for a place in another log. */
enum evx_err evx_vault_apply(struct evx_vault *v, struct evx_vault_entry *e, const uint8_t hash[32],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Only judges. */
enum evx_err evx_vault_judge(const struct evx_vault *v, const struct evx_vault_entry *e,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Signs the entry with its binding and private part, and makes it the last file of the log in
 * directory log, durably. */
enum evx_err evx_vault_write_entry(int log, struct evx_vault_entry *e,
	const struct evx_vault_private *private, const uint8_t custody_pub[32],
	const struct evx_signer *signer, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads the entries of log/ from number v->n on until one is not good. trusted: entries up to this
 * number (exclusive) were verified by this machine before, so only their chain of hashes is. */
enum evx_err evx_vault_read_log(
	struct evx_vault *v, uint32_t trusted, struct evx_diag *diag) EVX_MUST_CHECK;

/* Compares what was loaded with the memory, and says in v->changed what contradicts it. */
void evx_vault_judge_memory(struct evx_vault *v);
/* Brings the memory of this machine up to date; accept: with the founder accepted. EVX_E_FORGED
 * when it says by now that the log is another. */
enum evx_err evx_vault_remember(
	struct evx_vault *v, bool accept, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
