/* The tree of all events of an exhibit that are known. */
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "custody/branches_inner.h"

static int by_sequence(const void *a, const void *b)
{
	const struct evx_branches_node *x = a, *y = b;

	if (x->event->sequence != y->event->sequence)
		return x->event->sequence < y->event->sequence ? -1 : 1;
	return evx_hash_order(x->hash, y->hash);
}

static int by_hash(const void *a, const void *b)
{
	const struct evx_branches_place *x = a, *y = b;

	return evx_hash_order(x->hash, y->hash);
}

size_t evx_branches_find(const struct evx_branches *b, const uint8_t hash[32])
{
	size_t low = 0, high = b->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = evx_hash_order(b->sorted[middle].hash, hash);

		if (order == 0)
			return b->sorted[middle].node;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return EVX_NO_NODE;
}

bool evx_branches_is(const struct evx_branches_node *n, enum evx_event_kind kind)
{
	return n->counts && n->event->kind == kind;
}

bool evx_branches_is_answer(const struct evx_branches_node *n)
{
	return evx_branches_is(n, EVX_EVENT_ACCEPT) || evx_branches_is(n, EVX_EVENT_REFUSE) ||
		evx_branches_is(n, EVX_EVENT_WITHDRAW);
}

/* Puts the chain and, in order of their numbers, the events beside it into b->at. */
static void gather(struct evx_branches *b, const struct evx_branch_event *others, size_t n)
{
	size_t kept;

	for (size_t i = 0; i < b->nchain; i++) {
		const struct evx_chain_event *e = &b->chain->at[i];

		b->at[i] = (struct evx_branches_node){ .event = &e->event,
			.hash = e->hash,
			.parent = i == 0 ? EVX_NO_NODE : i - 1,
			.known = !e->claim,
			.counts = e->rightful,
			.other = EVX_NO_NODE };
	}
	b->n = b->nchain;
	for (size_t i = 0; i < n; i++) {
		const uint32_t number = others[i].event->sequence;

		if (number >= b->nchain ||
			!evx_hash_equal(b->chain->at[number].hash, others[i].hash))
			b->at[b->n++] = (struct evx_branches_node){ .event = others[i].event,
				.hash = others[i].hash,
				.parent = EVX_NO_NODE,
				.other = i,
				.name = others[i].name };
	}
	qsort(b->at + b->nchain, b->n - b->nchain, sizeof(*b->at), by_sequence);
	/* The same event in two receipts is one. */
	for (size_t i = kept = b->nchain; i < b->n; i++) {
		if (i > b->nchain && evx_hash_equal(b->at[kept - 1].hash, b->at[i].hash)) {
			b->place[b->at[i].other] = kept - 1;
			continue;
		}
		b->at[kept] = b->at[i];
		b->place[b->at[kept].other] = kept;
		kept++;
	}
	b->n = kept;
}

static void link_up(struct evx_branches *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->sorted[i] = (struct evx_branches_place){ b->at[i].hash, i };
	qsort(b->sorted, b->n, sizeof(*b->sorted), by_hash);
	for (size_t i = b->nchain; i < b->n; i++) {
		const size_t parent = evx_branches_find(b, b->at[i].event->previous);

		if (parent != EVX_NO_NODE &&
			b->at[parent].event->sequence + 1 == b->at[i].event->sequence)
			b->at[i].parent = parent;
	}
	for (size_t i = 1; i < b->n; i++)
		if (b->at[i].parent != EVX_NO_NODE)
			b->at[b->at[i].parent].children++;
}

enum evx_err evx_branches_tree(struct evx_branches *b, const struct evx_chain_result *chain,
	const struct evx_branch_event *others, size_t n)
{
	b->chain = chain;
	b->nchain = chain->rightful;
	b->at = calloc(b->nchain + n + 1, sizeof(*b->at));
	b->place = calloc(n + 1, sizeof(*b->place));
	b->sorted = calloc(b->nchain + n + 1, sizeof(*b->sorted));
	if (b->at == NULL || b->place == NULL || b->sorted == NULL)
		return EVX_E_MEMORY;
	for (size_t i = 0; i < n; i++)
		b->place[i] = EVX_NO_NODE;
	gather(b, others, n);
	link_up(b);
	return EVX_OK;
}
