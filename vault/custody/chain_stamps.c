/* Which time-stamps the events of a chain name, and which are gone. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_equal.h"
#include "custody/chain_inner.h"

enum evx_err evx_chain_add_stamp(
	struct evx_chain *c, uint32_t event, unsigned number, const uint8_t sha256[32])
{
	struct evx_chain_result *r = &c->result;
	struct evx_chain_stamp *at = EVX_ARRAY_ADD(r->stamps, r->nstamps);

	if (at == NULL)
		return EVX_E_MEMORY;
	*at = (struct evx_chain_stamp){
		.event = event, .number = number, .named_by = EVX_NO_EVENT
	};
	memcpy(at->sha256, sha256, sizeof(at->sha256));
	return EVX_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct evx_chain_stamp *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int by_hash(const void *a, const void *b)
{
	const struct evx_chain_stamp *x = a, *y = b;
	const int order = evx_hash_order(x->sha256, y->sha256);

	return order != 0 ? order : by_place(a, b);
}

/* The first one of this hash in stamps sorted by hash, which is over the earliest event, or NULL.
 */
static struct evx_chain_stamp *find(struct evx_chain_result *r, const uint8_t hash[32])
{
	size_t low = 0, high = r->nstamps;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (evx_hash_order(r->stamps[middle].sha256, hash) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->nstamps && evx_hash_equal(r->stamps[low].sha256, hash) ? &r->stamps[low] :
										 NULL;
}

/* What event number names: marked, or missed. */
static enum evx_err judge_named(struct evx_chain *c, uint32_t number)
{
	const struct evx_event *e = &c->result.at[number].event;
	size_t missing = 0, i;

	for (i = 0; i < e->nstamps; i++) {
		struct evx_chain_stamp *s = find(&c->result, e->stamps[i]);

		if (s == NULL || s->event >= number)
			missing++;
		else if (s->named_by == EVX_NO_EVENT)
			s->named_by = number;
	}
	if (missing == 0)
		return EVX_OK;
	return evx_findings_add(c->findings, "C-STAMP-MISSING", EVX_WEIGHT_GAP, number, NULL,
		"Entry %04u names %zu %s of earlier entries that %s missing here: removed or "
		"exchanged. Look in another copy.",
		(unsigned)number, missing, missing == 1 ? "time-stamp" : "time-stamps",
		missing == 1 ? "is" : "are");
}

enum evx_err evx_chain_judge_stamps(struct evx_chain *c)
{
	struct evx_chain_result *r = &c->result;
	enum evx_err err = EVX_OK;
	size_t i;

	if (r->nstamps > 1)
		qsort(r->stamps, r->nstamps, sizeof(*r->stamps), by_hash);
	for (i = 1; i < r->n && err == EVX_OK; i++) {
		if (evx_cancelled(c->cancel))
			return EVX_E_INTERRUPTED;
		if (r->at[i].decoded && r->at[i].is_signed && r->at[i].event.nstamps > 0)
			err = judge_named(c, (uint32_t)i);
	}
	/* A response under two names is named under both. */
	for (i = 1; i < r->nstamps; i++)
		if (evx_hash_equal(r->stamps[i - 1].sha256, r->stamps[i].sha256))
			r->stamps[i].named_by = r->stamps[i - 1].named_by;
	if (r->nstamps > 1)
		qsort(r->stamps, r->nstamps, sizeof(*r->stamps), by_place);
	return err;
}
