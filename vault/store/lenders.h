/* Exhibits and remnants of a vault that lend frames (format-spec/vault.md "Borrowed packs"). */
#ifndef EVX_STORE_LENDERS_H
#define EVX_STORE_LENDERS_H

#include "bundle/recipe_make.h"
#include "format/event.h"
#include "store/vault.h"

struct evx_lenders;

/* Lenders of this case. v must outlive it. Any number of threads may use what follows.
 * EVX_E_MEMORY. */
enum evx_err evx_lenders_new(const struct evx_vault *v, const char *case_id,
	struct evx_lenders **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_lenders_free(struct evx_lenders *l); /* NULL does nothing */
/* True when the loan's frame lies in packs that are stored as bytes, of an exhibit of the case that
 * a content member sealed (evx_lenders_may). Its bytes are not looked at. */
bool evx_lenders_has(struct evx_lenders *l, const struct evx_loan *loan);
/* Whether exhibits with this seal lend: its first signer is a content member now. Somebody else
 * knows what their frames hold, and would see them again in what is sealed later. */
bool evx_lenders_may(const struct evx_vault *v, const struct evx_event *seal);
/* Reads the loan's body, as struct evx_lender wants it. */
enum evx_err evx_lenders_read(struct evx_lenders *l, const struct evx_loan *loan, uint8_t *body,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* As struct evx_recipe_maker wants it; ctx is the lenders. */
enum evx_err evx_lenders_locate(void *ctx, const uint8_t lender[16], uint32_t sequence,
	uint64_t position, uint8_t hash[32], uint32_t *length,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
