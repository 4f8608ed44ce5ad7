/* How two chains relate (format-spec/events.md "Branches"). */
#ifndef EVX_CUSTODY_CHAIN_COMPARE_H
#define EVX_CUSTODY_CHAIN_COMPARE_H

#include "custody/chain.h"

enum evx_chain_relation {
	EVX_CHAINS_SAME,
	EVX_CHAINS_LONGER,    /* a continues b */
	EVX_CHAINS_SHORTER,   /* b continues a */
	EVX_CHAINS_FORKED,    /* one exhibit, two branches */
	EVX_CHAINS_TWO_SEALS, /* one UUID, two exhibits */
	EVX_CHAINS_OTHER,     /* two exhibits */
	EVX_CHAINS_UNKNOWN,   /* one has no seal that could be read */
};

struct evx_chain_comparison {
	enum evx_chain_relation relation;
	uint32_t common; /* so many events from the seal on are the same */
};

/* Compares the chains as they stand, rightful or not, by the hashes of their events. */
struct evx_chain_comparison evx_chain_compare(
	const struct evx_chain_result *a, const struct evx_chain_result *b);

/* How the event of a receipt stands to a chain. */
enum evx_receipt_relation {
	EVX_RECEIPT_HERE,   /* it is one of its events */
	EVX_RECEIPT_NEXT,   /* it continues it */
	EVX_RECEIPT_LATER,  /* it is of a later event; others between are missing */
	EVX_RECEIPT_FORKED, /* it follows an event of the chain, after which that goes on otherwise
			     */
	EVX_RECEIPT_PARTED, /* the chains parted somewhere before it */
	EVX_RECEIPT_TWO_SEALS, /* it names the UUID and another seal */
	EVX_RECEIPT_OTHER,     /* it is of another exhibit */
};

/* Compares a receipt's event, whose record has this hash, with a chain that has an exhibit; uuid is
 * that of the chain's bundle. */
enum evx_receipt_relation evx_chain_compare_receipt(const struct evx_chain_result *c,
	const char *uuid, const struct evx_event *event, const uint8_t hash[32]);
/* "same", "longer", "shorter", "forked", "two seals", "other", "unknown". Static storage. */
const char *evx_chain_relation_name(enum evx_chain_relation relation);

#endif
