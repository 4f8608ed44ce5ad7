/* Verifying and comparing. */
#ifndef EVX_API_VERIFY_H
#define EVX_API_VERIFY_H

#include "api/people.h"
#include "custody/verdict.h"

/* ---- Verifying -------------------------------------------------------------------------- */

/* One finding (format-spec/verification.md). */
struct evx_report_finding {
	char code[20];
	enum evx_weight weight; /* custody/finding.h */
	enum evx_verdict_line line;
	int event;   /* number of the event concerned, -1 none */
	char *text;  /* a plain sentence in English … */
	char *told;  /* … and in the language of the reader (base/told.h), NULL: no other */
	char *where; /* member or listing path, NULL none; hostile text */
	bool has_offset;
	uint64_t offset;
	bool origin; /* about the original of a disclosure; event is one of its events */
};

/* A key and whose it is. */
struct evx_report_party {
	char fingerprint[56];      /* "" when there is none */
	bool trusted;              /* a trusted card holds this key: the one below */
	struct evx_card_info card; /* else what an event's opened details say of its holder, person
				      "" when nothing is known */
};

/* One event as its public skeleton tells, with details when they could be opened. */
struct evx_report_event {
	int number;
	char type[33], time[24], hash[65];
	char signer[56]; /* fingerprint of signers[0], the actor */
	size_t nsigners;
	bool trusted;              /* a trusted card holds this key … */
	struct evx_card_info card; /* … this one; else what the opened details say, person "" when
				      nothing is known */
	bool detached; /* it is in a receipt given with the bundle, and not in the bundle */
	bool claim;   /* its signer is unknown here: no party of the exhibit, and on no trusted card
			 or roster; it changes nothing */
	bool is_void; /* it is against a rule, or its own files are not what they must be: it
			 changes nothing */
	bool counts;  /* it is neither, and stands in the rightful part of the record */
	struct evx_report_party party; /* counterparty, or of a take-over the former holder */
	int refers;                    /* number of the event it is about, -1 none */
	int inventoried;               /* of an acceptance: 1 or 0; else -1 */
	char disclosed[37];            /* UUID of the bundle that a disclosure gives out, or "" */
	const char *keeps, *result, *reason, *state; /* words of format-spec/events.md, NULL where
							the type has none; static */
	bool proven;                /* a trusted time-stamp shows that it existed … */
	char proven_time[24];       /* … by this time, UTC, … */
	int proven_by;              /* … a stamp over this event, which is it or names it, … */
	char proven_authority[256]; /* … by this authority; hostile text */
	bool details_opened;
	char *details_json; /* the details as one JSON line, NULL when not opened; hostile text */
};

/* An event of this exhibit that is in a receipt, and not in this chain. */
struct evx_report_branch {
	int number;
	int after;  /* number of the event of the chain that it follows, or -1 … */
	int behind; /* … index of the branch event that it follows, or -1: of an event that is not
		       known here */
	bool rightful; /* copies may part where it leaves the chain */
	char type[33], time[24], hash[65];
	char signer[56];
	char *where; /* the receipt, NULL unknown; hostile text */
};

/* The original of a disclosure, and what is shown of it. */
struct evx_report_origin {
	bool present; /* this is a disclosure, and the original's seal can be read */
	char uuid[37], seal_hash[65], seal_code[40];
	char *public_case, *public_exhibit; /* NULL unless sealed with a public label; hostile text
					     */
	struct evx_report_party sealer;
	char sealed[24];                 /* UTC, as the seal says */
	uint64_t lines, shown, withheld; /* lines of the original: in all, in this bundle, and not
					  */
	uint64_t names_only;             /* of those shown: files without their contents, … */
	uint64_t in_part;                /* … and files of whose contents a part is shown */
	struct evx_report_event *events; /* its custody record, without details */
	size_t nevents;
	int entry;                      /* the last one when it gives out this bundle, else -1 */
	char disclosed[24];             /* its time, UTC */
	struct evx_report_party by, to; /* who signed it, and whom it names */
};

/* Where the exhibit is at the end of the rightful part of its chain. Numbers are of events, -1
 * none. */
struct evx_report_holding {
	struct evx_report_party holder;
	int since;
	char since_time[24];
	int release;
	struct evx_report_party receiver; /* the release that nobody has answered, and whom it names
					   */
	int *holds, *inquiries;
	size_t nholds, ninquiries; /* that stand open */
	int authorisation, disposal;
	char **missing;
	size_t nmissing; /* what is not there and should be, in plain words; hostile text */
};

/* A key file of one tier: the event that brought it (0: the seal), and how many can open it. */
struct evx_report_key_file {
	int event;
	size_t readers;
};

/* What a seal code that was given says of the exhibit at hand. */
enum evx_code_answer {
	EVX_CODE_NOT_GIVEN,
	EVX_CODE_SAME,
	EVX_CODE_OTHER,        /* it is another exhibit */
	EVX_CODE_NOT_COMPARED, /* the exhibit has no good seal to compare with */
};

#define EVX_REPORT_PARTS 100u

/* Of a disclosure, a file of which a part is shown, and proved. */
struct evx_report_part {
	char *path; /* hostile text */
	size_t path_len;
	uint64_t size, shown;      /* bytes of the file, and of those shown */
	struct evx_extent *ranges; /* of the file, in order */
	size_t nranges;
};

struct evx_report {
	char uuid[37], seal_hash[65], seal_code[40], head[65];
	char *shape;                        /* "whole" or "disclosure" */
	bool complete;                      /* the seal's public statement */
	struct evx_report_origin origin;    /* of a disclosure */
	char *public_case, *public_exhibit; /* NULL unless sealed with a public label */
	uint64_t bundle_bytes, payload_bytes;
	size_t packs, custody_readers, content_readers;
	uint64_t sealed_bytes; /* of the file as it was sealed, by its index; 0 unknown */
	char sealed_sha256[65], present_sha256[65]; /* of that file, and of the file as it is; ""
						       unless asked for */
	bool walked; /* every byte read; false: started from the index */
	bool deep;   /* contents opened and hashed */
	uint64_t deep_files, deep_bytes, deep_lines; /* files as a whole, and their bytes; lines */
	uint64_t deep_parts;                         /* files in part */
	struct evx_report_part *parts;               /* the first EVX_REPORT_PARTS of those */
	size_t nparts;
	char custody_key[64], content_key[64]; /* those of the seal … */
	char details_key[64]; /* … and the custody key in force at the end of the rightful part, ""
				 without one */
	struct evx_report_key_file newest_custody, newest_content; /* custody_readers and
								      content_readers are the seal's
								    */
	int tier; /* what the key given opened: 0 none, 1 custody, 2 content */
	struct evx_report_finding *findings;
	size_t nfindings;
	uint64_t counts[EVX_VERDICT_LINES][EVX_WEIGHTS]; /* of all findings, by line and weight */
	uint64_t findings_left_out; /* counted in the grades and not listed, none of them weightier
				       than those that are */
	struct evx_report_event *events;
	size_t nevents;
	struct evx_report_branch *branches;
	size_t nbranches;
	struct evx_report_holding holding;
	char *revealed; /* the exhibit's custody identities that the key opened, a line each; NULL
			   unless asked for; wiped when freed */
	enum evx_verdict_grade data, custody, trust;
	char *data_text, *custody_text, *trust_text; /* the three lines in plain words */
	char **not_checked;
	size_t nnot_checked; /* what this run did not check, in plain words */
	enum evx_code_answer code;
	int exit_class; /* exit code of design section 10: 0, 1, 3, 4 or 5; 1 where code is
			   EVX_CODE_OTHER */
	struct evx_confine_state confinement;
};
void evx_report_free(struct evx_report *r);

struct evx_verify_options {
	const char *bundle; /* file, first volume, directory, or "-" */
	const char *code;   /* the seal code on paper, to be compared; NULL: none */
	bool deep;          /* needs a content key */
	const char *as;     /* identity whose key opens details and, with deep, contents; NULL: none
			       (deep, reveal_custody: the only one) */
	const char *const *trust;
	size_t ntrust; /* card files */
	const char *const *rosters;
	size_t nrosters; /* roster files, beside those of the home … */
	const char *const *agencies;
	size_t nagencies; /* … and for which agencies these speak, by name; none: as in the home,
			   * else those of which no other roster speaks */
	const char *tsa_ca; /* certificates (PEM) of time-stamp authorities to trust; NULL: none */
	const char *const *with;
	size_t nwith; /* receipt files, judged together with the bundle */
	bool hashes;  /* fill report->sealed_sha256 and present_sha256: reads the whole file; of
			 files and volumes only */
	bool reveal_custody; /* fill report->revealed; needs a custody or content key */
	unsigned jobs;
	bool index_only; /* show, log: start from the index, read no pack */
	evx_names_confirm_fn confirm_names;
	void *confirm_ctx; /* asked about the names on trust where there is no home; NULL: such
			      names are refused */
	bool confine;
};
/* Checks a bundle. EVX_OK whenever a verdict was reached, good or bad: look at report->exit_class.
 * Other errors: nothing could be judged (not found, not ours, newer, unreadable, key asked for and
 * not there; EVX_E_USAGE for a code that is none). */
enum evx_err evx_verify(struct evx_home *h /* NULL allowed without as and deep */,
	const struct evx_verify_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_report *report,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* The name of a part of an exhibit in what is exported for other programs: a UUID of version 5
 * (RFC 9562) that is the same on every machine (format-spec/case-uco.md "Names"). part: any text,
 * such as "entry/0003". EVX_E_MEMORY: out is "". */
enum evx_err evx_report_id(const char *seal_hash, const char *part, char out[37],
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Comparing (format-spec/verification.md "Comparing") -------------------------------- */

enum evx_compare_relation {
	EVX_COMPARE_SAME,     /* one chain; of a receipt: that of its last event */
	EVX_COMPARE_A_LONGER, /* a goes on where b ends */
	EVX_COMPARE_B_LONGER,
	EVX_COMPARE_FORKED,    /* one exhibit, two branches */
	EVX_COMPARE_TWO_SEALS, /* two exhibits under one UUID */
	EVX_COMPARE_OTHER,     /* two exhibits */
};

/* An event that only one of two sides has. */
struct evx_compare_event {
	int number;
	char type[33], time[24], hash[65];
	char signer[56]; /* fingerprint of the actor */
};

struct evx_compare_side {
	bool receipt; /* it is one, of the event that ends what is known of its chain */
	char uuid[37], seal_hash[65];
	char original[65];       /* of a disclosure: the seal hash of its original; "" else */
	char head[65];           /* of its last event, rightful or not */
	size_t events, rightful; /* numbers of events; of a receipt: 1 */
	struct evx_compare_event *only;
	size_t nonly;
	int exit_class; /* of data and custody, from what was read: 0, 1, 3, 4 or 5 */
	bool goes_on;   /* bytes that are not all zero stand behind its end: exit code 5 at least */
	char why[512];  /* its weightiest finding when that is unchecked, newer or broken, "" else;
			   hostile text */
};

enum evx_compare_file {
	EVX_FILE_MATCHES,      /* contents and attributes */
	EVX_FILE_ATTRIBUTES,   /* same contents; mode, owner, time of change, extended attributes,
				  ACLs or flags differ */
	EVX_FILE_DIFFERS,      /* type, contents, link target or device differ */
	EVX_FILE_NOT_COMPARED, /* it was not read when one side was sealed: there is no digest to
				  compare */
	EVX_FILE_MOVED,        /* b has the contents of a file that b misses under another name */
	EVX_FILE_NEW,          /* only b has it, or (of a disclosure) its contents */
	EVX_FILE_MISSING,      /* only a has it, or its contents */
	EVX_FILE_RANGES,       /* of disclosures: they do not show the same ranges of it */
};
#define EVX_COMPARE_FILES 8

struct evx_compare_result {
	enum evx_compare_relation relation;
	bool rightful; /* of a fork: copies might part there, and nothing is in both that only one
			  may have */
	bool claim; /* of a fork or two seals: what makes it one is the word of somebody unknown */
	char why[512]; /* of a fork that is not rightful: the finding and its sentence; "" otherwise
			*/
	bool parts;    /* disclosures of one exhibit, or one and that exhibit: relation, common and
			  only    are about that exhibit's custody record */
	int common;  /* so many events from the seal on are known to be the same; -1 where a receipt
			does not tell */
	int between; /* events that stand between a and the receipt b, and are in neither */
	struct evx_compare_side a, b;
	bool same_contents;                /* one seal: one listing */
	bool listed;                       /* both listings were opened and compared: */
	uint64_t files[EVX_COMPARE_FILES]; /* lines, by enum evx_compare_file; a moved one counts
					      once */
	uint64_t not_followed; /* new and missing files past the bound, for which no other name was
				  looked for */
	struct evx_confine_state confinement;
};
void evx_compare_result_free(struct evx_compare_result *r);

struct evx_compare_options {
	const char *a, *b; /* bundles: files or directories; b may be a receipt */
	const char *as;    /* identity that opens the listings of both; NULL: only the chains are
			      compared */
	uint64_t memory; /* bytes of paths and digests kept to find moved files, 0: 64 MiB; sorting
			    takes as much again */
	unsigned jobs;
	bool confine;
	/* Called for every line but those that match, in listing order, after both listing roots
	 * matched their seals. from is where a has the contents of a moved file, else NULL. Hostile
	 * texts. An error it returns ends the comparison. */
	enum evx_err (*each)(void *ctx, enum evx_compare_file what, const char *path,
		size_t path_len, const char *from, size_t from_len);
	/* Instead of each where it is EVX_FILE_RANGES: which ranges of the file only a shows, and
	 * which only b. NULL: each is called. */
	enum evx_err (*ranges)(void *ctx, const char *path, size_t path_len,
		const struct evx_extent *a, size_t na, const struct evx_extent *b, size_t nb);
	void *each_ctx;
};
/* Tells how two bundles, or a bundle and a receipt, relate, by the hashes of their events; packs
 * are not read. The listings of two exhibits are compared with a key; of one exhibit there is one.
 * EVX_E_TRUNCATED where one has no seal that can be read; EVX_E_KEY when as does not open both. */
enum evx_err evx_compare(struct evx_home *h /* NULL allowed without as */,
	const struct evx_compare_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_compare_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
