/* What is known of a chain of custody: its events, and where the exhibit is at its end. The chain
 * (custody/chain.h) makes it, the rules (custody/rules.h) fill in what the events say together. */
#ifndef EVX_CUSTODY_CHAIN_RESULT_H
#define EVX_CUSTODY_CHAIN_RESULT_H

#include "custody/keyset.h"
#include "format/event.h"

/* Something that is not there and should be. */
struct evx_custody_missing {
	uint32_t event;
	char text[256]; /* "the acceptance of event 0003 by ssh-ed25519 …" */
};

/* Where the exhibit is at the end of the rightful part of its chain. */
struct evx_custody_state {
	char holder[EVX_KEY_TEXT_CAP]; /* "" when there is no rightful seal */
	uint32_t since;                /* the event that made it the holder */
	int64_t since_time;
	bool release_open; /* offered and not yet answered: */
	uint32_t release;
	char receiver[EVX_KEY_TEXT_CAP];
	uint32_t *holds, *inquiries; /* events that still stand open */
	size_t nholds, ninquiries;
	bool authorised, disposed; /* disposal allowed; done */
	uint32_t authorisation, disposal;
	char custody_key[EVX_KEY_TEXT_CAP]; /* details of the next event go to this key */
	uint32_t custody_key_event;
	struct evx_custody_missing *missing;
	size_t nmissing;
	struct evx_keyset held; /* who held it, or signed for who held it, since which event */
};
/* Releases and zeroes. NULL does nothing. */
void evx_custody_state_free(struct evx_custody_state *state);

struct evx_chain_event {
	struct evx_event event; /* zeros unless decoded */
	bool decoded;           /* its document could be read */
	bool is_signed;         /* all its signatures are there and good */
	bool linked;  /* it stands in its place: UUID, number, type, exhibit, event before */
	bool spoiled; /* what belongs to it is not what such an event may have: it is void */
	bool party;   /* its actor is a party of the exhibit by the chain itself */
	bool claim; /* its actor is unknown here: no party, and nobody whom this verifier trusts */
	bool is_void;     /* it is not allowed, or spoiled: it changes nothing */
	bool rightful;    /* it counts: it is in the rightful part, and neither void nor a claim */
	bool has_hash;    /* its document was there */
	uint8_t hash[32]; /* of its document: the event's hash */
	bool has_record;  /* its record could be written from its files */
	uint8_t record[32]; /* SHA-256 of that */
	bool same_record;   /* the record of the event before is the one that its author saw */
	bool detached;      /* it is in a receipt, not in the bundle */
};

/* A time-stamp response that stands beside the events. */
struct evx_chain_stamp {
	uint8_t sha256[32];
	uint32_t event;    /* that it is over, by its name */
	unsigned number;   /* in its name; 0: it is in a receipt, not in the bundle */
	uint32_t named_by; /* the first event whose document names it; EVX_NO_EVENT while none does
			    */
};

/* An event of this exhibit that is in a receipt given, and not in this chain. */
struct evx_chain_branch {
	uint32_t number;
	char type[EVX_TYPE_MAX + 1];
	int64_t time;
	char signer[EVX_KEY_TEXT_CAP]; /* signers[0] */
	uint8_t hash[32], previous[32];
	bool rightful;    /* it follows an event of the chain at which copies may part */
	const char *name; /* of the receipt, as it was given; the caller's */
};

struct evx_chain_result {
	struct evx_chain_event *at; /* by event number */
	size_t n;
	size_t rightful;     /* length of the rightful part from the seal on: events that can be
				followed, whether they count or not */
	bool has_exhibit;    /* there is an event 0 with a document */
	uint8_t exhibit[32]; /* its hash: the exhibit's true name */
	uint8_t head[32]; /* hash of the newest event of the rightful part; zeros when rightful is 0
			   */
	int64_t now;      /* as evx_chain_new was told */
	size_t in_bundle; /* events that stand in the bundle itself; those after them are detached
			   */
	size_t told;      /* receipts given show that so many events of this chain were there */
	struct evx_chain_branch *branches; /* each once, in the order in which they were given */
	size_t nbranches;
	struct evx_chain_stamp *stamps; /* all that are there, by event and number */
	size_t nstamps;
	size_t keys_gone; /* key files that are not there, as a rightful disposal says */
	struct evx_custody_state state; /* at the end of the rightful part */
};

#endif
