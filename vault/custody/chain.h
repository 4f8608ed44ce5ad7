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

struct evx_chain;
/* A chain to be checked for the exhibit of this UUID (the directory's name). now: seconds since
 * 1970, to tell times in the future. findings outlives the chain. NULL when out of memory. */
struct evx_chain *evx_chain_new(
	const char uuid[EVX_UUID_CAP], int64_t now, struct evx_findings *findings);
void evx_chain_free(struct evx_chain *chain);
/* The SHA-256 of tagmanifest-sha256.txt as it stands in the bundle; to be given before the first
 * member of custody/. Not given, C-TAGMANIFEST says that it could not be compared. */
void evx_chain_set_tagmanifest(struct evx_chain *chain, const uint8_t sha256[32]);
/* The file ends inside group 0000: what is not there of the seal could stand behind its end, and
 * its absence weighs unchecked. To be called before the first member is added. */
void evx_chain_set_cut(struct evx_chain *chain);
/* The chain is that of a disclosure's original (container.md "Members"): its encrypted parts, key
 * files and tag manifest are elsewhere, and nothing is said about them. To be called before the
 * first member is added. */
void evx_chain_set_origin(struct evx_chain *chain);
/* Looked at while members are added and judged, which fail with EVX_E_INTERRUPTED then; it outlives
 * the chain. NULL: never. */
void evx_chain_set_cancel(struct evx_chain *chain, const struct evx_cancel *cancel);
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
