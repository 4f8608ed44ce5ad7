/* The vault's catalog: an SQLite database that makes finding fast (format-spec/vault.md "Catalog").
 *
 * It is a cache. Everything read from it is bounded and counts only after it was compared with the
 * files; losing it loses nothing. A file that is not this vault's catalog (garbage, another
 * vault's, another schema, damaged) is removed and begun anew, where one cannot be had it is kept
 * in memory for the run: opening fails for want of memory only. A catalog found damaged while in
 * use answers EVX_E_CORRUPT and is removed when it is closed.
 *
 * Any number of processes use one at once: readers never wait, writers wait for each other (up to
 * EVX_CATALOG_WAIT_MS, then EVX_E_LOCKED). A struct evx_catalog belongs to one thread at a time,
 * and not to a child after fork. Confinement: open before it or after it, with the vault's
 * directory among the writable ones.
 *
 * Texts of exhibits come from evidence: hostile. */
#ifndef EVX_STORE_CATALOG_H
#define EVX_STORE_CATALOG_H

#include "content/lender.h"
#include "crypto/secret.h"
#include "store/vault.h"

#define EVX_CATALOG_NAME "catalog.sqlite" /* beside it -wal, -shm, -journal */
#define EVX_CATALOG_WAIT_MS 30000
#define EVX_EPOCHS_MAX 1000u /* secrets of one kind that a caller may give */

struct evx_catalog;

/* What became of the file when it was opened. */
struct evx_catalog_state {
	bool made;      /* begun anew: it knows nothing yet */
	bool discarded; /* … since what was there was no catalog of this vault */
	bool read_only; /* the vault cannot be written; what the catalog says may be older than what
			   others wrote */
	bool in_memory; /* no file: what is learned is forgotten */
};

/* Opens the catalog of v, which is loaded. What v's caller may stop (evx_vault_recall) ends
 * statements, too, with EVX_E_INTERRUPTED: a database from elsewhere may make them long. Else as
 * evx_catalog_open. */
enum evx_err evx_catalog_of_vault(const struct evx_vault *v, struct evx_catalog **out,
	struct evx_catalog_state *state, struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the catalog of the vault in directory dirfd (the caller's; duplicated) with the UUID vault.
 * EVX_E_MEMORY; EVX_E_NOT_FOUND when SQLite cannot be started at all. */
enum evx_err evx_catalog_open(int dirfd, const uint8_t vault[16], struct evx_catalog **out,
	struct evx_catalog_state *state, struct evx_diag *diag) EVX_MUST_CHECK;
/* Closes; one that was found damaged is removed. NULL does nothing. */
void evx_catalog_free(struct evx_catalog *c);
/* Forgets labels and info, or chunks: rebuild begins with this, for what it has the keys to make
 * again. */
enum evx_err evx_catalog_clear(
	struct evx_catalog *c, bool labels, bool chunks, struct evx_diag *diag) EVX_MUST_CHECK;
/* True once anything in it was found to be damaged. */
bool evx_catalog_damaged(const struct evx_catalog *c);
/* How long writes wait for those of other processes, in place of EVX_CATALOG_WAIT_MS. */
void evx_catalog_set_wait(struct evx_catalog *c, int ms);

/* A transaction around several writes; without one, each is its own. Writes of other processes wait
 * meanwhile. */
enum evx_err evx_catalog_begin(struct evx_catalog *c, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_catalog_commit(struct evx_catalog *c, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_catalog_rollback(struct evx_catalog *c);

/* ---- Chunks ----------------------------------------------------------------------------- */

/* A case's rows, with its secrets. */
struct evx_catalog_case;

/* Makes the n secrets (32 bytes each, newest first) of case ready. c must outlive it; it belongs to
 * the thread that has c. New rows are written under the first secret. EVX_E_USAGE without a secret.
 */
enum evx_err evx_catalog_case_new(struct evx_catalog *c, const uint8_t case_id[16],
	const struct evx_secret *const *secrets, size_t n, struct evx_catalog_case **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_catalog_case_free(struct evx_catalog_case *k); /* wipes; NULL does nothing */
/* Where a frame is said to hold the chunk of this id. False for no row, or one that does not open,
 * or says what no frame could be. *out holds a key: the caller wipes it. */
bool evx_catalog_find(struct evx_catalog_case *k, const uint8_t id[32], struct evx_loan *out);

/* Rows being collected, to be written sorted: memory bounded at about 32 MiB, the rest (as it will
 * stand in the catalog, nothing in clear) in an unnamed file. */
struct evx_catalog_rows;
/* tmp: a directory for the unnamed file, needed until the first row; -1: memory only, EVX_E_LIMIT
 * past it. */
enum evx_err evx_catalog_rows_new(struct evx_catalog *c, int tmp, struct evx_catalog_rows **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_catalog_rows_free(struct evx_catalog_rows *r);
/* Adds that loan holds the chunk of this id in the case of k. It replaces a row that is there; of
 * several in r, one of sequence 0 stays. */
enum evx_err evx_catalog_rows_add(struct evx_catalog_rows *r, struct evx_catalog_case *k,
	const uint8_t id[32], const struct evx_loan *loan, struct evx_diag *diag) EVX_MUST_CHECK;
uint64_t evx_catalog_rows_count(const struct evx_catalog_rows *r);
/* Writes them in transactions of a bounded size, and empties r. After an error some were written.
 */
enum evx_err evx_catalog_rows_write(
	struct evx_catalog_rows *r, struct evx_diag *diag) EVX_MUST_CHECK;
/* Removes the rows of the case that name lender, or open to nothing. Reads all rows of the case. */
enum evx_err evx_catalog_rows_remove(struct evx_catalog_case *k, const uint8_t lender[16],
	uint64_t *removed, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Exhibits --------------------------------------------------------------------------- */

/* In the order of the words of an inventory (format-spec/vault.md "Inventory list"). */
enum evx_catalog_result {
	EVX_CHECKED_NEVER,
	EVX_CHECKED_GOOD,
	EVX_CHECKED_BAD,
	EVX_CHECKED_CUSTODY,
	EVX_CHECKED_UNCHECKED,
	EVX_CHECKED_MISSING,
	EVX_CHECKED_DISPOSED
};
#define EVX_CHECKED_LAST EVX_CHECKED_DISPOSED
const char *evx_catalog_word(enum evx_catalog_result result); /* "-", "good" …; static storage */

/* Whether an exhibit's chunks are in the catalog. */
enum evx_catalog_chunks { EVX_CHUNKS_NONE, EVX_CHUNKS_ALL };

/* A check of an exhibit, or how far one came. */
struct evx_catalog_check {
	int64_t when;                     /* Unix seconds; 0 never */
	enum evx_catalog_result result;   /* of the container and the chain */
	int64_t opened;                   /* when its contents were last opened and compared … */
	enum evx_catalog_result contents; /* … and whether they are good */
	uint64_t resume; /* of a check that was interrupted: packs that it found good; 0 none */
	int64_t resume_since; /* when it was begun */
};

/* What the catalog knows of an exhibit. */
struct evx_catalog_exhibit {
	uint8_t uuid[16];
	bool filed;
	uint8_t case_id[16];                    /* when filed */
	uint8_t seal[32], head[32], signer[32]; /* signer: SHA-256 of the key that signed the seal
						   (its fingerprint) */
	int64_t sealed;                         /* the seal's time, Unix seconds */
	uint64_t events, payload;               /* payload: bytes in the bundle */
	uint64_t stored, borrowed; /* bytes in data/; bytes of packs that stand as recipes */
	bool complete, disposed, branches;
	uint8_t holder[32]; /* SHA-256 of the holder's key, as signer */
	bool hold;          /* a hold is in force */
	uint8_t stamp[32];  /* of the files it was read from: another stamp, and it must be read
			       again */
	enum evx_catalog_chunks chunks;
	struct evx_catalog_check check;
};

/* What opened details say; texts owned, "" where there is nothing, cut to EVX_CATALOG_TEXT_MAX
 * bytes. */
#define EVX_CATALOG_TEXT_MAX 1024u
struct evx_catalog_info {
	char *case_label, *exhibit_number, *description, *place;
	uint32_t events; /* of the chain that place was taken from */
};
void evx_catalog_info_free(struct evx_catalog_info *info);

/* Adds the exhibit or replaces what is known of it, but for its check, whether its chunks are here,
 * and its info. */
enum evx_err evx_catalog_put(struct evx_catalog *c, const struct evx_catalog_exhibit *e,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_NOT_FOUND when it is not there; nothing is changed. */
enum evx_err evx_catalog_put_check(struct evx_catalog *c, const uint8_t uuid[16],
	const struct evx_catalog_check *check, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_catalog_put_chunks(struct evx_catalog *c, const uint8_t uuid[16],
	enum evx_catalog_chunks chunks, struct evx_diag *diag) EVX_MUST_CHECK;
/* Forgets the exhibit, its labels and info (not its chunk rows). Forgetting what is not there is no
 * failure. */
enum evx_err evx_catalog_forget(
	struct evx_catalog *c, const uint8_t uuid[16], struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_NOT_FOUND. */
enum evx_err evx_catalog_get(struct evx_catalog *c, const uint8_t uuid[16],
	struct evx_catalog_exhibit *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The time at which the newest check began that was interrupted in an exhibit, and not after until;
 * 0 for none. */
enum evx_err evx_catalog_interrupted(
	struct evx_catalog *c, int64_t until, int64_t *began, struct evx_diag *diag) EVX_MUST_CHECK;

/* Exhibits that are asked for in order of UUID: their rows are read many at a time. A row may be as
 * old as the one that was asked for up to 255 exhibits before. */
struct evx_catalog_ahead;
enum evx_err evx_catalog_ahead_new(struct evx_catalog *c, struct evx_catalog_ahead **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_catalog_ahead_free(struct evx_catalog_ahead *a); /* NULL does nothing */
/* As evx_catalog_get. */
enum evx_err evx_catalog_ahead_get(struct evx_catalog_ahead *a, const uint8_t uuid[16],
	struct evx_catalog_exhibit *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Which exhibits to give: all, or those of a case. after (NULL: from the start) is the last one
 * given before. */
struct evx_catalog_page {
	const uint8_t *case_id; /* 16 bytes, NULL: all */
	bool only_new;          /* only those whose chunks are not in the catalog */
};
/* Gives up to cap exhibits in order of sealing, then of UUID, that follow after; *n of them. Fewer
 * than cap: those were the last. */
enum evx_err evx_catalog_next(struct evx_catalog *c, const struct evx_catalog_page *page,
	const struct evx_catalog_exhibit *after, struct evx_catalog_exhibit *out, size_t cap,
	size_t *n, struct evx_diag *diag) EVX_MUST_CHECK;

/* A row with its info, which stands as it is, encrypted, in a buffer. Of the exhibit only what a
 * search asks for is there: uuid, case, seal, signer, holder, time of the seal, stamp, and what is
 * true or false. The rest is zero. */
struct evx_catalog_scanned {
	struct evx_catalog_exhibit exhibit;
	size_t info_at, info_len; /* info_len 0: none */
};
/* Gives up to cap exhibits in order of UUID that follow after (NULL: from the start), *n of them,
 * as fast as the catalog can be read. Fewer than cap: those were the last. infos is emptied first.
 */
enum evx_err evx_catalog_scan(struct evx_catalog *c, const uint8_t *after,
	struct evx_catalog_scanned *out, size_t cap, size_t *n, struct evx_buf *infos,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The exhibits whose UUID or seal hash begins with the first bits (1 to 128, or to 256) of prefix:
 * up to cap UUIDs to out, *n of them; *more when there are others. The catalog's word only: compare
 * with the files. */
enum evx_err evx_catalog_by_uuid(struct evx_catalog *c, const uint8_t *prefix, unsigned bits,
	uint8_t (*out)[16], size_t cap, size_t *n, bool *more,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_catalog_by_seal(struct evx_catalog *c, const uint8_t *prefix, unsigned bits,
	uint8_t (*out)[16], size_t cap, size_t *n, bool *more,
	struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_catalog_counts {
	uint64_t exhibits, filed, cases, disposed; /* cases: that have an exhibit here */
	uint64_t payload, stored, borrowed;        /* sums */
	uint64_t without_rows;                     /* exhibits whose chunks are not here */
	uint64_t bytes;                            /* of the database */
};
enum evx_err evx_catalog_count(struct evx_catalog *c, struct evx_catalog_counts *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The number of exhibits: quick. */
enum evx_err evx_catalog_count_exhibits(
	struct evx_catalog *c, uint64_t *exhibits, struct evx_diag *diag) EVX_MUST_CHECK;
/* The number of chunk rows. Reads all of them. */
enum evx_err evx_catalog_count_rows(
	struct evx_catalog *c, uint64_t *rows, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Labels ----------------------------------------------------------------------------- */

/* Keys made of the vault's custody identities, for what only its members may find and read. */
struct evx_catalog_labels;
/* custody: the n identities (32 bytes each, newest first). New labels are written under the first.
 */
enum evx_err evx_catalog_labels_new(struct evx_catalog *c, const struct evx_secret *const *custody,
	size_t n, struct evx_catalog_labels **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_catalog_labels_free(struct evx_catalog_labels *l); /* wipes; NULL does nothing */

/* Stores what opened details say of the exhibit: from then on it is found by them. case_id: the
 * case it is filed in, NULL none. EVX_E_NOT_FOUND when the exhibit is not in the catalog. */
enum evx_err evx_catalog_put_info(struct evx_catalog_labels *l, const uint8_t uuid[16],
	const uint8_t *case_id, const struct evx_catalog_info *info,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_NOT_FOUND when there is none, or none that these keys open. */
enum evx_err evx_catalog_get_info(struct evx_catalog_labels *l, const uint8_t uuid[16],
	struct evx_catalog_info *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Opens the info of a row that evx_catalog_scan gave. Several threads may do so, each with an aead
 * of its own. EVX_E_NOT_FOUND as above, EVX_E_MEMORY. */
struct evx_aead;
enum evx_err evx_catalog_open_info(const struct evx_catalog_labels *l, struct evx_aead *aead,
	const uint8_t uuid[16], const uint8_t *row, size_t len,
	struct evx_catalog_info *out) EVX_MUST_CHECK;
/* The exhibits whose details name case label and exhibit number so that `label/number` is text. As
 * evx_catalog_by_uuid. */
enum evx_err evx_catalog_by_label(struct evx_catalog_labels *l, const char *text,
	uint8_t (*out)[16], size_t cap, size_t *n, bool *more,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The exhibits filed in case_id whose details name this exhibit number. */
enum evx_err evx_catalog_by_number(struct evx_catalog_labels *l, const uint8_t case_id[16],
	const char *number, uint8_t (*out)[16], size_t cap, size_t *n, bool *more,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
