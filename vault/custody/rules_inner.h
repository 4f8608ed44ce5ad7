/* The rules while they walk along a chain: shared by the files that hold them (inner header of
 * custody/). */
#ifndef EVX_CUSTODY_RULES_INNER_H
#define EVX_CUSTODY_RULES_INNER_H

#include "custody/key_name.h"
#include "custody/rules.h"

/* What became of an event that waits for another: a release, a hold, an open inquiry, an
 * authorisation. */
struct evx_rules_mark {
	uint32_t answer; /* the event that answered it; 0 while none did */
};

struct evx_rules {
	struct evx_chain_result *chain;
	const struct evx_rules_roster *roster; /* never NULL */
	int64_t now;
	const struct evx_cancel *cancel; /* NULL: never */
	struct evx_findings *findings;   /* NULL: nothing is said */
	size_t n;                        /* events to judge: what was rightful so far */
	uint32_t at;                     /* the event being judged */
	bool known;       /* its actor is: what is not allowed weighs broken, else a gap */
	bool not_allowed; /* it is void */
	struct evx_rules_mark *marks; /* by event number; of those gone over, as by_hash */
	uint32_t *by_hash;            /* the events gone over, by their hashes */
	size_t seen;
	struct evx_keyset holders, parties, receivers; /* receivers: counterparties of what counts
							*/
	struct evx_custody_state state;
	uint32_t watched; /* evx_rules_check: the first finding about this event that weighs a gap
			     or more … */
	struct evx_diag *refusal; /* … goes here; else NULL */
};

/* ---- rules_say.c: findings */

/* Adds a finding about event number. */
enum evx_err evx_rules_note(struct evx_rules *r, uint32_t event, const char *code,
	enum evx_weight weight, const char *fmt, ...) EVX_PRINTF(5, 6) EVX_MUST_CHECK;
/* Adds a finding about the event being judged, which is not allowed: broken, or a gap when its
 * actor is unknown. */
enum evx_err evx_rules_forbid(struct evx_rules *r, const char *code, const char *fmt, ...)
	EVX_PRINTF(3, 4) EVX_MUST_CHECK;
/* Adds R-CLAIM about the event being judged: the word of somebody unknown, which changes nothing.
 */
enum evx_err evx_rules_claim(struct evx_rules *r, const struct evx_event *e) EVX_MUST_CHECK;
/* Says that something is missing at the end of the chain. */
enum evx_err evx_rules_miss(struct evx_rules *r, uint32_t event, const char *fmt, ...)
	EVX_PRINTF(3, 4) EVX_MUST_CHECK;

/* ---- rules_parties.c: what is known while the rules walk */

/* Begins with the chain, which outlives it; roster NULL: none. The rest of r is zeros, but what its
 * maker set. */
void evx_rules_begin(
	struct evx_rules *r, struct evx_chain_result *chain, const struct evx_rules_roster *roster);
/* Releases what r owns. */
void evx_rules_end(struct evx_rules *r);
/* Counts the event being judged among those that later ones can refer to. EVX_E_MEMORY. */
enum evx_err evx_rules_see(struct evx_rules *r) EVX_MUST_CHECK;
/* The number of the event with this hash before the one being judged, or EVX_NO_EVENT. */
uint32_t evx_rules_find(const struct evx_rules *r, const uint8_t hash[32]);
/* True when event, a number or EVX_NO_EVENT, is one of this type that counts. */
bool evx_rules_is(const struct evx_rules *r, uint32_t event, enum evx_event_kind kind);
/* Whether this verifier vouches for the key at that time. */
enum evx_rules_trust evx_rules_trust_of(const struct evx_rules *r, const char *key, int64_t time);
/* Adds key to the parties, unless it is one. */
enum evx_err evx_rules_add_party(struct evx_rules *r, const char *key);
bool evx_rules_is_party(const struct evx_rules *r, const char *key);
/* True when e's actor is this key, or a roster lets it act for it at e's time. */
bool evx_rules_acts_as(const struct evx_rules *r, const struct evx_event *e, const char *key);
/* True when both keys are of one party: one key, or one acts for the other at that time. */
bool evx_rules_one_party(const struct evx_rules *r, const char *a, const char *b, int64_t time);
/* Makes key the holder from the event being judged on. */
enum evx_err evx_rules_set_holder(struct evx_rules *r, const char *key);

/* ---- rules_event.c: one event */

/* Says who signed event number: its fields party and claim, and r->known. That a claim is one
 * depends on the verifier; that somebody is a party does not. */
void evx_rules_signer(struct evx_rules *r, uint32_t number);
/* Whether this verifier vouches for who signed e. */
enum evx_rules_trust evx_rules_actor_trust(const struct evx_rules *r, const struct evx_event *e);
/* Judges event number, and goes on behind it. EVX_E_MEMORY. */
enum evx_err evx_rules_event(struct evx_rules *r, uint32_t number) EVX_MUST_CHECK;

/* ---- What rules_event.c asks of the files that hold the rules */

/* Each judges one event of its types and changes the state by it. */
enum evx_err evx_rules_release(struct evx_rules *r, const struct evx_event *e) EVX_MUST_CHECK;
enum evx_err evx_rules_answer(
	struct evx_rules *r, const struct evx_event *e) EVX_MUST_CHECK; /* accept,
									   refuse,
									   withdraw
									 */
enum evx_err evx_rules_take_over(struct evx_rules *r, const struct evx_event *e) EVX_MUST_CHECK;
enum evx_err evx_rules_refer(
	struct evx_rules *r, const struct evx_event *e) EVX_MUST_CHECK; /* approve,
									   correct,
									   inquiry,
									   hold,
									   hold-lift
									 */
enum evx_err evx_rules_disposal(struct evx_rules *r, const struct evx_event *e) EVX_MUST_CHECK;
enum evx_err evx_rules_rewrap(struct evx_rules *r, const struct evx_event *e) EVX_MUST_CHECK;

/* Whether event number meets all rules of the policy about it. Without a rule about it *has is
 * false. */
enum evx_err evx_rules_policy(
	struct evx_rules *r, uint32_t event, bool *has, bool *met) EVX_MUST_CHECK;
/* A rewrap whose new custody key leaves content readers out, though no policy that was met allows
 * it. */
enum evx_err evx_rules_locked_out(
	struct evx_rules *r, uint32_t event, bool by_policy) EVX_MUST_CHECK;
/* What still stands open at the end of the rightful part. */
enum evx_err evx_rules_open_ends(struct evx_rules *r) EVX_MUST_CHECK;

#endif
