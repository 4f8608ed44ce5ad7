/* Cases of a vault: compartments with random names, and the labels that offices give them
 * (format-spec/vault.md "Cases"). */
#ifndef EVX_STORE_CASE_H
#define EVX_STORE_CASE_H

#include "store/vault.h"

/* A label of a case. */
struct evx_case_label {
	char id[EVX_UUID_CAP];
	char filed[EVX_UUID_CAP]; /* the case that it is filed under, merges followed */
	char *label, *office;     /* owned; office NULL when none */
};
struct evx_case_labels {
	struct evx_case_label *at; /* in the order of the log */
	size_t n;
	size_t *by_filed; /* their numbers by the case that they are filed under, then in order */
};
void evx_case_labels_free(struct evx_case_labels *labels); /* NULL does nothing */
/* The numbers of the labels that are filed under a case, in order of the log: n of them. */
const size_t *evx_case_labels_filed(
	const struct evx_case_labels *labels, const char *case_id, size_t *n);
/* Opens the labels of all cases, with several threads. EVX_E_KEY when the vault is not open; labels
 * of an epoch that is not are left out. */
enum evx_err evx_case_labels(const struct evx_vault *v, struct evx_case_labels *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The case that is filed under now: follows merges. */
const char *evx_case_filed(const struct evx_vault *v, const char *id);
/* Finds a case by its id or a label, merges followed; the label of a case that was not merged
 * counts before those of others. EVX_E_NOT_FOUND; EVX_E_USAGE when several carry the label (diag
 * names them). A label needs a vault that is open (EVX_E_KEY). */
enum evx_err evx_case_find(const struct evx_vault *v, const char *name, char id[EVX_UUID_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for what is filed from now on: a case that was merged takes nothing more (EVX_E_USAGE,
 * diag says where to file it). */
enum evx_err evx_case_find_open(const struct evx_vault *v, const char *name, char id[EVX_UUID_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes a case with a label, one more label for it, or files it under another. office, reason: NULL
 * for none. EVX_E_USAGE for texts that cannot be labels. */
enum evx_err evx_case_new(struct evx_vault *v, const char *label, const char *office,
	const struct evx_signer *signer, int64_t now, char id[EVX_UUID_CAP],
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_case_alias(struct evx_vault *v, const char *id, const char *label,
	const char *office, const struct evx_signer *signer, int64_t now,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_case_merge(struct evx_vault *v, const char *id, const char *into,
	const char *reason, const struct evx_signer *signer, int64_t now,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The case's secret of epoch number: 32 bytes, made of the vault's content identity. EVX_E_KEY when
 * that is not open. *out is the caller's. */
enum evx_err evx_case_secret(const struct evx_vault *v, const char *id, uint32_t number,
	struct evx_secret **out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Says that exhibit uuid belongs to the case; durable. */
enum evx_err evx_case_mark(const struct evx_vault *v, const char *id, const char *uuid,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Files exhibit uuid, which is there, in the case: signs that into the log, then moves its mark.
 * What a filing that was interrupted left is done without another entry. *changed is false when it
 * was filed so already. EVX_E_CUSTODY, EVX_E_NOT_FOUND, and all of evx_vault_lock. */
enum evx_err evx_case_file(struct evx_vault *v, const char *uuid, const char *id,
	const char *reason, const struct evx_signer *signer, int64_t now, bool *changed,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every exhibit marked as one of the case, whether it is there or not, in no order;
 * merged cases have their own marks. */
enum evx_err evx_case_each(const struct evx_vault *v, const char *id,
	enum evx_err (*each)(void *ctx, const char *uuid), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
