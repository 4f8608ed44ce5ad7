/* What was seen of the exhibits of a vault before: all inventories that its log signs, and what
 * this machine remembers (format-spec/vault.md "Exhibits seen before"). Each word of it holds for
 * ever: chains grow, and an exhibit is not taken out of a vault. */
#ifndef EVX_STORE_HEADS_H
#define EVX_STORE_HEADS_H

#include "custody/chain.h"
#include "custody/finding.h"
#include "store/vault.h"

#define EVX_HEADS_KEPT 100000u /* exhibits of one vault that a machine remembers */
#define EVX_HEAD_MACHINE UINT32_MAX

/* An exhibit as it was seen once. */
struct evx_head_seen {
	char uuid[EVX_UUID_CAP];
	uint8_t seal[32], head[32]; /* head: the hash of event number events - 1 */
	uint64_t events;
	char case_id[EVX_UUID_CAP]; /* where it was filed, "" when nowhere */
	bool case_open; /* where it is filed is in question: nothing of that is to be remembered */
	bool trusted;   /* a content member's inventory says so, or this machine saw it */
	uint32_t inventory; /* number of the first entry that says so, EVX_HEAD_MACHINE: this
			       machine saw it */
	uint32_t content; /* number of the last one of a content member that says so, 0 for none */
};

struct evx_heads;

/* Reads them, of exhibit only (NULL: of all); before the exhibits are read, since chains grow
 * meanwhile. v is loaded. What cannot be read of an inventory is added to findings as V-INVENTORY
 * (unchecked where one exhibit is asked for, since that cannot be compared then), and of the memory
 * as V-HEAD, unchecked; a memory without room for more exhibits is a remark, but where the one that
 * is asked for is in it. EVX_E_MEMORY. */
enum evx_err evx_heads_load(const struct evx_vault *v, const char *only,
	struct evx_findings *findings, struct evx_heads **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_heads_free(struct evx_heads *h); /* NULL does nothing */

/* Compares the chain of exhibit uuid with what was seen of it: V-HEAD for one that is shorter or
 * another than it was, a gap where only custody members said so and a content member's later
 * inventory lists what is there. And the cases that it is marked in: V-CASE when they are others.
 * EVX_E_MEMORY. */
enum evx_err evx_heads_judge(const struct evx_heads *h, const struct evx_vault *v, const char *uuid,
	const struct evx_chain_result *chain, struct evx_findings *findings,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* V-MISSING for every exhibit that was seen and is not there: broken, or a gap where a content
 * member signed later that it is missing. */
enum evx_err evx_heads_missing(const struct evx_heads *h, const struct evx_vault *v,
	struct evx_findings *findings, struct evx_diag *diag) EVX_MUST_CHECK;

/* Whether exhibit uuid was there when they were read: false also where that is not known. */
bool evx_heads_saw(const struct evx_heads *h, const char *uuid);

/* Notes how exhibit uuid stands now, to be remembered; a chain that is not good to its end, or
 * contradicts what was seen, is not. Of an exhibit whose case is in question (V-CASE) the chain is,
 * and the case is not. EVX_E_MEMORY. */
enum evx_err evx_heads_note(struct evx_heads *h, const struct evx_vault *v, const char *uuid,
	const struct evx_chain_result *chain, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes what was noted into the memory of this machine, where an exhibit's case never changes. A
 * vault that is not the one remembered, a place that cannot be written, or a memory that is full is
 * no failure. */
enum evx_err evx_heads_remember(
	const struct evx_heads *h, const struct evx_vault *v, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for an exhibit that grew or was made just now. */
enum evx_err evx_heads_remember_one(const struct evx_vault *v, const struct evx_head_seen *seen,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each with all that this machine remembers, in order of UUID. EVX_E_CORRUPT, EVX_E_LIMIT,
 * EVX_E_IO for a memory that cannot be read; what each returns. */
enum evx_err evx_heads_each(const struct evx_vault *v,
	enum evx_err (*each)(void *ctx, const struct evx_head_seen *seen), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes these exhibits, in order of UUID, out of the memory of this machine. */
enum evx_err evx_heads_forget(const struct evx_vault *v, const char (*uuids)[EVX_UUID_CAP],
	size_t n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
