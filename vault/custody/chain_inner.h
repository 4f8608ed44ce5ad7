/* The chain while it is read: shared by the files that do it (inner header of custody/). They call
 * downwards only: chain.c (the whole), chain_receipts.c, chain_given.c, chain_members.c (members to
 * events), chain_event.c, chain_record.c and chain_stamps.c (what one of them is worth),
 * chain_note.c. */
#ifndef EVX_CUSTODY_CHAIN_INNER_H
#define EVX_CUSTODY_CHAIN_INNER_H

#include "crypto/age.h"
#include "custody/chain.h"
#include "custody/chain_compare.h"

/* The header of an age file. */
struct evx_chain_age {
	bool present, readable;
	struct evx_age_header header;
};

/* A member of the event being read. */
struct evx_chain_file {
	struct evx_member_id id;
	char name[EVX_MEMBER_NAME_CAP];
	uint8_t sha256[32];
	struct evx_buf bytes;     /* of documents, signatures and records; empty for the others */
	struct evx_chain_age age; /* of parts and key files */
};

/* A key file that is not there: a finding, unless the rightful part says that the exhibit was
 * disposed of. */
struct evx_chain_absent {
	char name[EVX_MEMBER_NAME_CAP];
	uint32_t event;
};

/* A receipt while it is judged. */
struct evx_chain_given {
	const struct evx_receipt *receipt;
	const char *name; /* what findings call it */
	struct evx_event event;
	uint8_t hash[32];    /* of its document */
	enum evx_err bad;    /* why it is not good, */
	struct evx_diag why; /* in words */
	bool read;           /* it is complete and good; event is to be freed */
	bool taken;          /* it is an event of the chain now */
	bool known_below;    /* somebody known signed it, or one given that stands behind it */
	bool followed; /* once the chain is judged: where its branch leaves the chain was looked for
			  … */
	const struct evx_chain_given *leaves; /* … and is known, else NULL */
	bool kept;                            /* its event is among the branches in the result */
};

struct evx_chain {
	char uuid[EVX_UUID_CAP];
	int64_t now;
	const struct evx_cancel *cancel; /* NULL: never */
	struct evx_findings *findings;
	bool cut; /* the file ends inside group 0000: what is not there of the seal is behind it */
	bool origin; /* of a disclosure's original: only what was signed, and its time-stamps */
	bool has_tagmanifest;
	uint8_t tagmanifest[32];
	struct evx_chain_age key_files[2]; /* of the seal: custody, content */
	struct evx_chain_absent *absent;   /* key files that events name and that are not there */
	size_t nabsent;

	bool open; /* an event is being read: */
	uint32_t number;
	char type[EVX_TYPE_MAX + 1];  /* "" until a file names it */
	struct evx_chain_file *files; /* in the order they came */
	size_t nfiles;
	bool bad;     /* a finding of it is unchecked, newer or broken: it is void … */
	bool altered; /* … or, when its files are not those it signs, not to be followed if a party
			 signed it; */
	bool newer;   /* nor when only a newer program knows what it changes */
	struct evx_findings own; /* about it: what they weigh is known when its signer is */

	bool all_rightful;           /* every event judged so far can be followed */
	struct evx_rules_walk *walk; /* over these; NULL before the first */
	struct evx_chain_result result;
	const struct evx_rules_roster *roster; /* NULL: none */
	struct evx_chain_given *given;         /* receipts, which borrow from the caller */
	size_t ngiven;
	struct evx_chain_given **by_hash, **by_previous; /* those that are good, in order of a hash,
							    then as they were given */
	size_t ngood;
};

/* ---- chain_note.c */

/* The diagnosis of err, EVX_E_MEMORY or _INTERRUPTED unless diag has one; EVX_OK stays. */
enum evx_err evx_chain_fail(enum evx_err err, struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds a finding about event number, and remembers whether it spoils the event. One of more than a
 * gap weighs a gap when nobody known signed. */
enum evx_err evx_chain_note(struct evx_chain *c, const char *code, enum evx_weight weight,
	const char *where, const char *fmt, ...) EVX_PRINTF(5, 6) EVX_MUST_CHECK;
/* As above from a diagnosis; weight as evx_findings_add_diag. */
enum evx_err evx_chain_note_diag(struct evx_chain *c, const char *code, const char *where,
	const struct evx_diag *diag) EVX_MUST_CHECK;
/* What it weighs that something of the event at hand is not there: broken, and unchecked of the
 * seal of a file that ends before it does. */
enum evx_weight evx_chain_absence(const struct evx_chain *c);
/* Remembers that a key file of event number is not there. */
enum evx_err evx_chain_note_absent(struct evx_chain *c, const char *name) EVX_MUST_CHECK;
/* The file of this kind and number (0 where it has none) of the event being read, or NULL. */
const struct evx_chain_file *evx_chain_find(
	const struct evx_chain *c, enum evx_member_kind kind, unsigned number);

/* ---- chain_event.c, chain_record.c, chain_stamps.c */

/* Judges the event being read and fills at, its place in the result. */
enum evx_err evx_chain_judge(
	struct evx_chain *c, struct evx_chain_event *at, struct evx_diag *diag) EVX_MUST_CHECK;
/* Compares the record of the event being read with the one that its files make. */
enum evx_err evx_chain_judge_record(
	struct evx_chain *c, struct evx_chain_event *at, struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds a time-stamp response over event; number 0: it is in a receipt. */
enum evx_err evx_chain_add_stamp(struct evx_chain *c, uint32_t event, unsigned number,
	const uint8_t sha256[32]) EVX_MUST_CHECK;
/* After the last event: which time-stamps the events name, and which of those named are not there.
 */
enum evx_err evx_chain_judge_stamps(struct evx_chain *c) EVX_MUST_CHECK;

/* ---- chain_members.c */

/* Ends the event being read, if one is: judges it and gives it its place in the result. */
enum evx_err evx_chain_close_event(struct evx_chain *c, struct evx_diag *diag) EVX_MUST_CHECK;
/* Releases the files of the event being read. */
void evx_chain_forget_files(struct evx_chain *c);

/* ---- chain_given.c: receipts */

/* The first that was given of this event, or NULL. */
struct evx_chain_given *evx_chain_given_as(const struct evx_chain *c, const uint8_t hash[32]);
/* The receipt that g stands behind, NULL: it is not among those given. */
struct evx_chain_given *evx_chain_given_before(
	const struct evx_chain *c, const struct evx_chain_given *g);
enum evx_receipt_relation evx_chain_given_compare(
	const struct evx_chain *c, const struct evx_chain_given *g);
/* Remembers that a receipt shows event number of this chain. */
void evx_chain_note_told(struct evx_chain *c, uint32_t number);
void evx_chain_forget_receipts(struct evx_chain *c);

/* ---- chain_receipts.c */

/* What the receipts show that continue nothing, once the chain is judged. EVX_E_MEMORY. */
enum evx_err evx_chain_judge_receipts(struct evx_chain *c) EVX_MUST_CHECK;

#endif
