/* Custody events after the seal, and time-stamps. */
#ifndef EVX_API_EVENTS_H
#define EVX_API_EVENTS_H

#include "api/seal.h"
#include "api/verify.h"
#include "format/event_type.h"

/* ---- Time-stamps ------------------------------------------------------------------------ */

/* Exactly one of url, request_out and response. */
struct evx_timestamp_options {
	const char *bundle; /* file or directory */
	int event;          /* number of the event, -1: the newest */
	const char *url; /* ask this authority (http or https), check its response and append it */
	const char *request_out; /* write a request for an authority to this new file, and nothing
				    else */
	const char *response;    /* check and append the authority's response in this file */
	const char *request; /* with response: the request that it must answer; NULL: its nonce is
				not compared */
	const char *tsa_ca;  /* certificates (PEM) of authorities to trust; NULL: those of this
				system */
	bool unverified;     /* also append a response of an authority that leads to none of them */
	bool sha512;         /* url, request_out: SHA-512 in place of SHA-256 */
	bool confine;
};

struct evx_timestamp_result {
	int event;
	char hash[65];   /* of the event: of its signed document */
	char member[80]; /* appended; "" when a request was written */
	char time[24];   /* UTC, as the authority says; "" when a request was written */
	bool trusted;    /* the authority leads to a trusted certificate; else why_not tells */
	char why_not[256];
	char authority[256], policy[128], serial[64]; /* hostile text */
	uint64_t removed;                             /* as evx_event_outcome has it */
	struct evx_confine_state confinement;
};

/* Time-stamps an event (RFC 3161, format-spec/timestamps.md). Nothing is appended unless the
 * response is over the event's record and good. EVX_E_EXISTS when it was appended before. h: the
 * home whose rosters count when the chain is judged; NULL: none. With url a process is forked that
 * asks the authority: call before starting threads. */
enum evx_err evx_timestamp(struct evx_home *h, const struct evx_timestamp_options *opt,
	struct evx_cancel *cancel, struct evx_timestamp_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Custody events after the seal (format-spec/events.md) ------------------------------ */

/* Whether the receiver of a release can open the contents, as far as the custody details tell. */
enum evx_receiver_opens {
	EVX_RECEIVER_UNKNOWN,
	EVX_RECEIVER_CAN,
	EVX_RECEIVER_CUSTODY_ONLY, /* the custody details only */
	EVX_RECEIVER_CANNOT,
};
/* What an entry about to be signed is about. Texts are hostile, NULL or "" where nothing is known.
 */
struct evx_entry_info {
	enum evx_event_kind kind;
	int number;
	char type[33], seal_code[40];
	bool opened; /* the signer's keys open the custody details */
	const char *case_label, *exhibit_number, *description;
	bool has_party;   /* the receiver, the sender, or the former holder … */
	bool party_known; /* … whose card is trusted here */
	struct evx_card_info party;
	enum evx_receiver_opens receiver_opens; /* of a release */
};

struct evx_event_disclosure;
/* What to record. Texts are for the details, NULL where there is nothing to say. */
struct evx_event_options {
	const char *bundle; /* file, or unpacked directory */
	enum evx_event_kind type;
	const char *as; /* identity that signs; NULL: the only one there is */
	const char *const *also;
	size_t nalso; /* card files of others who must sign, too: the result is a draft */
	/* Public. */
	const char *to; /* card file: counterparty of a release, copy or disclosure; former holder
			   of a take-over */
	const char *refers; /* number or hash of the event this one is about; NULL: the open
			       release, hold, inquiry or authorisation there is */
	const char *code;  /* the seal code on paper; NULL: none. EVX_E_CUSTODY when the exhibit has
			      another one */
	const char *keeps; /* release: "nothing" or "copy" */
	const char *reason_code; /* take-over: "retired", "dead" or "lost-key" */
	const char *result; /* verify: "intact", "remarks", "broken", "not-checked"; NULL: what this
			       machine finds */
	const struct evx_event_disclosure *disclosure; /* disclose: the bundle that is given out
							  (format/event.h); NULL: none */
	bool inventoried;                              /* accept */
	bool closed;                                   /* inquiry: it is closed */
	bool record_broken; /* accept: sign although the bundle was found broken, and say so */
	/* rewrap: who can open with the new key files, and nobody else. Those for whom earlier key
	 * files were made keep what they have. */
	const char *const *readers_to;
	size_t nreaders_to; /* card files of content readers; none, and not self: no new content key
			       file */
	const char *const *custody_to;
	size_t ncustody_to;   /* card files of custody readers */
	bool self;            /* the signer reads, too (content) */
	bool new_custody_key; /* details from then on go to a new custody key, which earlier key
				 files do not hold */
	bool (*confirm)(
		void *ctx, const struct evx_reader_info *readers, size_t n); /* as in
										evx_seal_options;
										may be NULL
									      */
	void *confirm_ctx;
	bool (*ask_entry)(void *ctx, const struct evx_entry_info *info); /* called before it is
									    signed, once the rules
									    allow it; false stops
									    (EVX_E_INTERRUPTED).
									    NULL: nobody is asked
									  */
	void *ask_entry_ctx;
	/* Details. */
	const char *case_label, *exhibit_number, *description, *seized_at, *seized_from, *seized_by,
		*place, *purpose, *authority, *authority_type, *authority_number, *authority_until,
		*seal_number, *handling, *scope, *seal_number_after, *condition, *checked,
		*result_text, *carrier, *tracking, *reason, *notes;
	const char *clock_offset, *clock_source, *details_file;
	const char *const *witness;
	size_t nwitness; /* card files */
	const char *const *attach;
	size_t nattach; /* files */
	const char *const *details_to;
	size_t ndetails_to; /* card files: details to these only */
	const char *const *extracted;
	size_t nextracted; /* access: paths */
	/* Where to. */
	const char *detached; /* new file: a receipt is written there, the bundle stays as it is */
	const char *draft;    /* new file: an unsigned draft is written there */
	const char *receipt;  /* new file: a receipt is written there as well as appended */
	const char *const *with;
	size_t nwith; /* only with detached or draft: receipts of events that the bundle lacks,
			 which this one follows */
	const char *tsa, *tsa_ca; /* time-stamp the event by this authority (evx_timestamp); only
				     where it is appended */
	bool tsa_sha512;
	const char *invocation;
	unsigned jobs;
	bool confine;
};

struct evx_event_outcome {
	int number;
	char type[33], hash[65], seal_hash[65], time[24];
	char result[16];  /* what an accept or verify that was signed just now says it found; "" in
			     the others */
	bool appended;    /* it stands in the bundle now */
	uint64_t removed; /* bytes of an interrupted addition that were cut off the bundle's end */
	size_t stamps;    /* time-stamps of earlier events that came with its receipt and were not
			     there */
	char *written;    /* the receipt or draft made, NULL none */
	size_t missing;   /* signatures a draft still needs */
	struct evx_reader_info *readers;
	size_t nreaders; /* of a rewrap signed just now: all who can open with its key files */
	enum evx_err stamp_err;     /* why there is no time-stamp where one was asked for: the event
				       stands without, … */
	struct evx_diag stamp_diag; /* … and this tells more */
	char stamp_time[24], stamp_authority[256], stamp_member[80]; /* what the time-stamp says,
									and its name; "" without;
									hostile text */
	struct evx_confine_state confinement;
};
void evx_event_outcome_free(struct evx_event_outcome *o);

/* Signs an event and appends it, or writes it beside the bundle. The chain is judged first: an
 * event that the rules do not allow is refused (EVX_E_CUSTODY); accept checks every byte first and
 * refuses what is broken (EVX_E_CORRUPT) unless told to record it. A rewrap needs the custody
 * identity in force, or makes a new one, and for content readers the content identity (EVX_E_KEY);
 * the cards that this home always adds are added. After any error the bundle is as it was. */
enum evx_err evx_event_record(struct evx_home *h, const struct evx_event_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* An event whose signer is unknown to this home: no party of the exhibit, and on no card or roster
 * trusted here. It is a claim (format-spec/verification.md "Known and unknown"). */
struct evx_claim_info {
	int number;
	char type[33], time[24];
	char signer[56]; /* fingerprint of signers[0], the actor */
	bool is_void;    /* it would change nothing either if the signer were known */
};
/* Asked before such events are taken into a bundle or vault, with all n of them. Return true to
 * take them. */
typedef bool (*evx_claims_confirm_fn)(void *ctx, const struct evx_claim_info *claims, size_t n);

/* Appends the event of a receipt file (or of a draft that all have signed) to the bundle; it must
 * follow the newest event there, and keep the rules of custody. h: the home whose cards and rosters
 * count; NULL: none. confirm is asked, while nothing is locked, when its signer is unknown;
 * EVX_E_STRANGER when it says no, or is NULL. */
enum evx_err evx_event_append(struct evx_home *h, const char *bundle, const char *receipt,
	bool confine, evx_claims_confirm_fn confirm, void *ctx, struct evx_event_outcome *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same of a receipt of n bytes in memory. */
enum evx_err evx_event_append_text(struct evx_home *h, const char *bundle, const char *text,
	size_t n, bool confine, evx_claims_confirm_fn confirm, void *ctx,
	struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* What a draft says in clear. People are named as far as they are known here, their fingerprints in
 * any case; the words are those of events.md, "" where the type has none. */
struct evx_draft_info {
	enum evx_event_kind kind;
	int number;
	char type[33], time[24], seal_hash[65], seal_code[40];
	char result[16], keeps[16], reason[16], state[16];
	char refers[65]; /* hash of the event that it is about, or "" */
	bool has_counterparty, has_former;
	struct evx_card_info counterparty, former;
	struct {
		struct evx_card_info card;
		bool has_signed, self; /* self: who is asked */
	} signers[16];                 /* the author first */
	size_t nsigners;
	uint32_t opens_for;  /* readers for whom it has key files */
	bool sealed_details; /* it has details, which are encrypted and not shown here */
};
/* Asked before a draft is signed; returning false stops (EVX_E_INTERRUPTED). */
struct evx_draft_ask {
	bool (*confirm)(void *ctx, const struct evx_draft_info *draft);
	void *ctx;
};
/* What a receipt says in clear, and its text. */
struct evx_receipt_shown {
	struct evx_draft_info info;
	char hash[65]; /* of its event */
	char *text;    /* n bytes and NUL, owned */
	size_t len;
};
void evx_receipt_shown_free(struct evx_receipt_shown *s);
/* Verifies the receipt in file by itself: its signatures, and its parts against what they sign. h:
 * the home that knows people; NULL: they are keys. Whether the event follows any chain is not
 * looked at. EVX_E_CUSTODY for a draft that still needs signatures. *out is empty after a failure.
 */
enum evx_err evx_receipt_show(struct evx_home *h, const char *file,
	struct evx_confine_state *confined, struct evx_receipt_shown *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds identity as's signature to the draft in file, in place, after sign said yes to what it says.
 */
enum evx_err evx_event_cosign(struct evx_home *h, const char *file, const char *as, bool confine,
	const struct evx_passphrase *ask, const struct evx_draft_ask *sign,
	struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes event number (-1: the newest acceptance that counts, else the newest event) of the bundle
 * as a receipt into the new file. h: the home whose cards and rosters count; NULL: none. */
enum evx_err evx_event_export(struct evx_home *h, const char *bundle, int number, const char *file,
	bool confine, struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* What a cover note says (format-spec/papers.md "Cover notes"). Hashes are hexadecimal. Texts may
 * be NULL. */
struct evx_cover_options {
	const char *uuid, *seal_hash, *head, *sha256; /* of the exhibit, from its verification */
	uint64_t bytes;
	const char *place, *order, *authority, *notes; /* at most 1,024 bytes each */
	const char *as;     /* identity that signs; NULL: the only one there is */
	const char *output; /* new file */
};
/* Signs a cover note. */
enum evx_err evx_cover_make(struct evx_home *h, const struct evx_cover_options *opt,
	const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_diag *diag) EVX_MUST_CHECK;
struct evx_cover_shown {
	char uuid[37], seal_hash[65], seal_code[40], head[65], sha256[65], time[24];
	uint64_t bytes;
	char place[1025], order[1025], authority[1025], notes[1025]; /* hostile text */
	bool known;                  /* whether this home knows the signer … */
	struct evx_card_info signer; /* … else it has the fingerprint only */
};
/* Verifies the signature of the note in file. h: the home that knows people; NULL: nobody is known.
 */
enum evx_err evx_cover_read(struct evx_home *h, const char *file,
	struct evx_confine_state *confined, struct evx_cover_shown *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* How many readers the key files of each tier have together (a reader of several is counted in
 * each), how many files these are, and the event that brought the newest (0: the seal). */
struct evx_recipient_counts {
	size_t custody, content, custody_files, content_files;
	int custody_event, content_event;
	bool goes_on; /* bytes that are not all zero stand behind the end of the bundle: exit code 5
		       */
	struct evx_confine_state confinement;
};
/* Tells who can open bundle: *counts from the public chain; with as, each is called for everybody
 * whom the details of the seal and of rewraps name, with the event that says so first. EVX_E_KEY
 * when as does not open those details. */
enum evx_err evx_recipient_list(struct evx_home *h /* NULL allowed without as */,
	const char *bundle, const char *as, const struct evx_passphrase *ask, bool confine,
	enum evx_err (*each)(void *ctx, const struct evx_reader_info *reader, int since), void *ctx,
	struct evx_recipient_counts *counts, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
