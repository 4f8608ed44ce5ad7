/* Verifying the custody chain of one bundle, without a key (format-spec/verification.md "Chain").
 *
 * Members of custody/ and keys/ are added in the order in which they stand in the bundle; memory
 * holds one event at a time. A fault of the bundle is a finding, not a failure: calls fail for
 * memory, and for what the caller did wrong. */
#ifndef EVX_CUSTODY_CHAIN_H
#define EVX_CUSTODY_CHAIN_H

#include "custody/event_files.h"
#include "custody/rules.h"

/* How much of the beginning of a member is looked at; more need not be kept in memory. Records,
 * documents and the headers of age files fit. */
#define EVX_CHAIN_KEEP 1048576u

struct evx_chain_member {
	const char *name; /* without the UUID, e.g. "custody/0000-seal.json" */
	uint64_t size;
	uint8_t sha256[32];   /* of all its bytes */
	const uint8_t *bytes; /* the first min(size, EVX_CHAIN_KEEP) bytes; needed during the call
				 only */
};

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

struct evx_chain;
/* A chain to be checked for the exhibit of this UUID (the directory's name). now: seconds since
 * 1970, to tell times in the future. findings outlives the chain. NULL when out of memory. */
struct evx_chain *evx_chain_new(
	const char uuid[EVX_UUID_CAP], int64_t now, struct evx_findings *findings);
void evx_chain_free(struct evx_chain *chain);
/* The SHA-256 of tagmanifest-sha256.txt as it stands in the bundle; to be given before the first
 * member of custody/. Not given, C-TAGMANIFEST says that it could not be compared. */
void evx_chain_set_tagmanifest(struct evx_chain *chain, const uint8_t sha256[32]);
/* Adds a member. EVX_E_NOT_OURS (nothing changed) for a name that begins with neither "custody/"
 * nor "keys/". */
enum evx_err evx_chain_add(struct evx_chain *chain, const struct evx_chain_member *member,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds the members of one event. */
enum evx_err evx_chain_add_files(struct evx_chain *chain, const struct evx_event_files *files,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Whom this verifier trusts, lets act for an office, and approve; to be given before the first
 * event, and needed until evx_chain_finish. */
void evx_chain_set_roster(struct evx_chain *chain, const struct evx_rules_roster *roster);
/* Judges the chain together with n receipts, after its last member: those that continue it are
 * events of it, marked detached; those of events that it has are confirmed; the others show a fork,
 * a truncation, another exhibit (codes R-RECEIPT, R-FORK, R-TRUNCATED, R-TWO-SEALS, R-TWO-ANSWERS,
 * R-TWO-HOLDERS). names (NULL allowed; elements NULL allowed) are what to call them in findings.
 * Receipts and names are needed until evx_chain_finish. Call once. */
enum evx_err evx_chain_add_receipts(struct evx_chain *chain, const struct evx_receipt *receipts,
	const char *const *names, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* No more members: judges the last event, then the rules. Call once. */
enum evx_err evx_chain_finish(struct evx_chain *chain, struct evx_diag *diag) EVX_MUST_CHECK;
/* What was found, after evx_chain_finish; owned by the chain. */
const struct evx_chain_result *evx_chain_result(const struct evx_chain *chain);

#endif
