/* Exhibits sent over a remote, received from one, and answered (format-spec/shipment.md). */
#ifndef EVX_API_SHIPMENTS_H
#define EVX_API_SHIPMENTS_H

#include "api/remotes.h"
#include "api/ship.h"

/* How a shipment is called on both sides: the first digits of its lane's name, and its number:
 * "3f2a9c1b-12". */
#define EVX_SHIPMENT_NAME_CAP 24

/* ---- Invite ----------------------------------------------------------------------------- */

struct evx_invite_options {
	const struct evx_remotes_entry *remote; /* an object store */
	const struct evx_remotes_use *use;      /* with its key */
	const char *as;     /* who invites, and receives; NULL: the only identity there is */
	unsigned parts;     /* objects besides the note, 1 to 9,999 */
	int64_t until;      /* seconds since 1970, at most a week from now */
	const char *output; /* the file, which only its owner can read */
	bool confine;
};
struct evx_invite_result {
	char id[EVX_REMOTES_ID_CAP];
	char until[24]; /* UTC */
	struct evx_confine_state confinement;
};
/* Writes an invitation: whoever has it can upload one shipment to this receiver, and nothing else.
 * Nothing is connected. EVX_E_USAGE for a remote that is no object store or not encrypted, for a
 * number or time out of range, and for more parts than a file holds; EVX_E_KEY without a key of the
 * store; EVX_E_EXISTS. */
enum evx_err evx_invite(struct evx_home *h, const struct evx_invite_options *opt,
	const struct evx_passphrase *ask, struct evx_invite_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- What was sent before ---------------------------------------------------------------- */

/* A note that was put on the remote from here, and was not there as it was put. Whoever uses a
 * remote first looks for what was sent over it before. */
struct evx_sent_flaw {
	char shipment[EVX_SHIPMENT_NAME_CAP];
	bool answer;  /* it has receipts, and no exhibits */
	bool changed; /* other bytes stood in its place; else it was gone */
	bool lost;    /* it cannot be read there any more; else it was put there again */
};
typedef void (*evx_sent_flaw_fn)(void *ctx, const struct evx_sent_flaw *f);

/* ---- Send ------------------------------------------------------------------------------- */

struct evx_send_plan;
struct evx_send_options {
	const char *const *exhibits;
	size_t nexhibits;      /* bundles, unpacked bundles, or VAULT/exhibits/UUID */
	const char *const *to; /* card files, or names on trusted cards; the exhibits are released
				  to the first, the others get a copy, which an entry `copy` records
				*/
	size_t nto;
	const struct evx_remotes_entry *remote; /* or NULL, and … */
	const char *invitation; /* … the file of an invitation: the receiver is who made it, `to` is
				   none or their card */
	const struct evx_remotes_use *use;
	const char *as;    /* who sends; NULL: the only identity there is */
	const char *keeps; /* "copy" or "nothing"; NULL: copy */
	bool custody_only; /* those who cannot open an exhibit yet get its custody details only */
	const char *purpose, *authority, *place, *notes; /* of the entries; NULL: none */
	const char *invocation;
	bool reread; /* read back from the medium what is there already, and what was written */
	bool confine;
	bool (*confirm)(void *ctx, const struct evx_send_plan *plan); /* before anything is written
									  or signed; NULL: yes */
	evx_sent_flaw_fn sent_flaw;                                   /* NULL: not told */
	void *ctx;
};

struct evx_send_exhibit {
	const char *path;
	char uuid[37], seal_hash[65], seal_code[40];
	uint64_t packs, bytes; /* of its packs */
	bool released;         /* it is released to the first receiver already */
	size_t nwrap;          /* receivers who cannot open it yet, and are to get key files */
	uint64_t removed;      /* bytes of an interrupted addition that were cut off its end */
};
struct evx_send_plan {
	const struct evx_send_exhibit *exhibits;
	size_t nexhibits;
	const struct evx_card_info *to;
	size_t nto;
	const struct evx_send_options *options;
	const struct evx_remotes_report *remote; /* tried just now */
	size_t missing;                          /* packs that are not on the remote yet … */
	uint64_t missing_bytes;
};
struct evx_send_result {
	char shipment[EVX_SHIPMENT_NAME_CAP]; /* in the lane of the first receiver */
	bool again;         /* it was sent before, and nothing was done but to finish that */
	size_t sent, there; /* packs put just now; packs that were there */
	uint64_t sent_bytes, there_bytes;
	uint64_t parcel;  /* bytes */
	uint64_t removed; /* of interrupted additions, cut off the ends of the bundles */
	struct evx_confine_state confinement;
};

/* Tests the remote, puts the packs that are not there, lets the receivers open the exhibits and
 * releases them, puts the parcel, looks whether all of it is there, and puts a note for each
 * receiver last. Interrupted at any time, the same call goes on. EVX_E_CUSTODY when an exhibit
 * cannot be released; EVX_E_KEY when a receiver could not open it; EVX_E_FORGED when another remote
 * stands behind the name, or the remote does not keep what was put; EVX_E_IO when it cannot be
 * reached or has no room. With an invitation: EVX_E_FORGED when somebody changed it or `to` is
 * another card, EVX_E_STRANGER when its card is not trusted here and not in `to`, EVX_E_KEY when it
 * has ended, EVX_E_IO when it has too few parts, EVX_E_EXISTS when it was used already. */
enum evx_err evx_send(struct evx_home *h, const struct evx_send_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_send_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Receive ---------------------------------------------------------------------------- */

/* What is wrong with a note on a remote (format-spec/shipment.md "What a remote can do"). */
enum evx_incoming_flaw {
	EVX_INCOMING_GOOD,
	EVX_INCOMING_UNREADABLE,  /* it opens with no key here, or its signature is not good */
	EVX_INCOMING_NEWER,       /* of a later version of evx */
	EVX_INCOMING_MISPLACED,   /* signed for another place */
	EVX_INCOMING_FORKED,      /* two notes of one number */
	EVX_INCOMING_MISSING,     /* another note names it, and the remote does not have it */
	EVX_INCOMING_ROLLED_BACK, /* it was seen here, and nothing of it is there any more */
};
#define EVX_INCOMING_FLAWS 7u
/* "good", "unreadable" … Static storage. */
const char *evx_incoming_flaw_name(enum evx_incoming_flaw flaw);

enum evx_incoming_state { EVX_INCOMING_NEW, EVX_INCOMING_ACCEPTED, EVX_INCOMING_REFUSED };

/* A shipment that waits. */
struct evx_incoming {
	char shipment[EVX_SHIPMENT_NAME_CAP];
	enum evx_incoming_flaw flaw;
	const char *why; /* with a flaw; hostile text */
	bool answer;     /* it has receipts, and no exhibits */
	bool invited;    /* it came by invitation: its sender cannot read an answer on the remote */
	char time[24];   /* when its sender signed it, UTC; "" where that is not known */
	bool known;      /* the sender's card is trusted here: */
	struct evx_card_info from; /* its names; else the fingerprint only */
	enum evx_incoming_state state;
	uint64_t parcel; /* bytes */
};

struct evx_inbox_options {
	const struct evx_remotes_entry *remote;
	const struct evx_remotes_use *use;
	const char *as; /* whose inbox; NULL: the only identity there is */
	bool confine;
	evx_sent_flaw_fn sent_flaw; /* NULL: not told */
	void *ctx;
};
/* Calls each for everything that waits on the remote for this identity, and for what should. What
 * was seen is remembered here. */
enum evx_err evx_inbox_list(struct evx_home *h, const struct evx_inbox_options *opt,
	const struct evx_passphrase *ask, const struct evx_cancel *cancel,
	enum evx_err (*each)(void *ctx, const struct evx_incoming *in), void *ctx,
	struct evx_confine_state *confined, struct evx_diag *diag) EVX_MUST_CHECK;

/* An exhibit of a shipment that waits, as it was judged without its packs. */
struct evx_incoming_exhibit {
	char uuid[37], seal_hash[65], seal_code[40];
	const char *case_label, *number, *description; /* "" where no key opens them; hostile */
	const char *purpose, *authority;               /* of the release, likewise */
	uint64_t packs, bytes;
	size_t events;
	int exit_class;  /* 0, or 5 where custody has gaps: then … */
	const char *why; /* … the weightiest; hostile text */
	bool released;   /* to the receiver, who can accept it or refuse */
	bool answered;   /* the receiver did that before */
	bool opens;      /* a key of the receiver opens its contents */
};
struct evx_incoming_shipment {
	const struct evx_incoming *note;
	const struct evx_incoming_exhibit *exhibits;
	size_t nexhibits;
};
enum evx_receive_answer {
	EVX_RECEIVE_LATER, /* nothing is taken in */
	EVX_RECEIVE_ACCEPT,
	EVX_RECEIVE_REFUSE, /* nothing is taken in, and the sender is told */
};

struct evx_receive_options {
	const struct evx_remotes_entry *remote;
	const struct evx_remotes_use *use;
	const char *as;
	const char *const *shipments; /* as evx_inbox_list calls them, or beginnings; none: all that
					 are new */
	size_t nshipments;
	const char *into;         /* a vault, or … */
	const char *output;       /* … a directory, which gets UUID.evx */
	const char *const *codes; /* seal codes from paper; none: nothing is compared. Else every
				     exhibit must have one of them */
	size_t ncodes;
	const char *case_name; /* as evx_import_options has it; with into */
	bool inventoried;      /* of an acceptance: the contents were compared with the list */
	const char *reason;    /* of a refusal */
	const char *place, *notes, *invocation;
	unsigned jobs;
	bool confine;
	/* Asked for each shipment, before anything of it is taken in or signed. */
	enum evx_receive_answer (*answer)(void *ctx, const struct evx_incoming_shipment *shipment);
	evx_sent_flaw_fn sent_flaw;           /* NULL: not told */
	evx_claims_confirm_fn confirm_claims; /* as evx_import_options has it */
	void *ctx;
};

/* An exhibit that was received. */
struct evx_received {
	char shipment[EVX_SHIPMENT_NAME_CAP];
	char uuid[37], seal_hash[65], seal_code[40];
	enum evx_receive_answer answer;
	const char *path;        /* where it is now; "" when it was refused */
	enum evx_import_act act; /* into a vault */
	int event;               /* the answer's number; -1: there was nothing to answer */
	bool invited; /* no answer was left on the remote, for the sender cannot read there: … */
	const char *receipt;   /* … this text is to be sent to them; NULL: none */
	uint64_t packs, bytes; /* got just now */
	int exit_class;
	const char *why; /* hostile text */
};
struct evx_receive_result {
	size_t shipments, exhibits; /* received or refused */
	size_t left;                /* shipments that wait still */
	size_t flawed;              /* notes that are not as they must be */
	size_t failed;              /* shipments of which nothing could be taken in */
	int exit_class;
	struct evx_confine_state confinement;
};
/* Who is told. Each returns EVX_OK, or a failure that ends the call. */
struct evx_receive_tell {
	enum evx_err (*each)(void *ctx, const struct evx_received *r);
	enum evx_err (*flawed)(void *ctx, const struct evx_incoming *in); /* a note that is not as
									    it must be */
	enum evx_err (*failed)(void *ctx, const char *shipment, enum evx_err err,
		const struct evx_diag *diag); /* the others are received all the same */
	void *ctx;
};
/* Receives shipments: gets the parcel, judges, asks, gets the packs, takes the exhibits in, signs
 * the acceptance (every byte is read once more then), and leaves the receipts on the remote.
 * Interrupted at any time, the same call goes on. A shipment fails with EVX_E_NOT_FOUND when its
 * parcel or a pack is not on the remote, with EVX_E_FORGED when the remote gives out other bytes.
 */
enum evx_err evx_receive(struct evx_home *h, const struct evx_receive_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	const struct evx_receive_tell *tell, struct evx_receive_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Receipts --------------------------------------------------------------------------- */

enum evx_sent_state {
	EVX_SENT_OPEN, /* no answer came */
	EVX_SENT_ACCEPTED,
	EVX_SENT_REFUSED,
	EVX_SENT_RECEIVED, /* a copy, of which nothing was to be accepted */
	EVX_SENT_LOST,     /* no answer came, the note cannot be read any more, and the exhibit was
			      not sent again since */
};
#define EVX_SENT_STATES 5u
/* "open", "accepted", "refused", "received", "lost". Static storage. */
const char *evx_sent_state_name(enum evx_sent_state state);
/* What became of an exhibit that was sent from here. */
struct evx_sent {
	char shipment[EVX_SHIPMENT_NAME_CAP];
	const char *path, *uuid; /* where it stands here */
	char seal_hash[65], seal_code[40];
	char time[24]; /* when it was sent */
	bool known;    /* the receiver's card is trusted here: */
	struct evx_card_info to;
	bool invited; /* it went by invitation: its receipt comes as a file */
	enum evx_sent_state state;
	bool fresh;       /* that came just now */
	uint64_t removed; /* bytes of an interrupted addition that were cut off the end of path */
	unsigned days;    /* since it was sent */
	const char *why;  /* an answer came and could not be appended; hostile text. "" */
};
struct evx_receipts_options {
	const struct evx_remotes_entry *remote; /* NULL: nothing is connected */
	const struct evx_remotes_use *use;
	const char *as;
	bool confine;
	evx_sent_flaw_fn sent_flaw; /* NULL: not told */
	void *ctx;
};
/* Gets the answers on the remote, appends their receipts to the bundles and exhibits that were sent
 * from here, and calls each for every exhibit that was sent over this remote or by invitation.
 * flawed as in evx_receive. */
enum evx_err evx_receipts(struct evx_home *h, const struct evx_receipts_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	enum evx_err (*each)(void *ctx, const struct evx_sent *s),
	enum evx_err (*flawed)(void *ctx, const struct evx_incoming *in), void *ctx,
	struct evx_confine_state *confined, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
