/* Vaults: made, looked through, kept. */
#ifndef EVX_API_VAULT_H
#define EVX_API_VAULT_H

#include "api/people.h"
#include "api/verify.h"

/* ---- Vaults (format-spec/vault.md) ------------------------------------------------------ */

/* Who founded a vault, shown before this machine trusts it. */
struct evx_vault_founder {
	const char *vault, *path;          /* UUID; as it was named */
	const char *fingerprint;           /* SHA256:… */
	const char *person, *organisation; /* of a trusted card that has the founder's key; "" when
					      none has */
	uint32_t entries;                  /* of its log */
};
/* How vaults are accepted on this machine (format-spec/vault.md "Memory of a machine"). What writes
 * to a vault does nothing before its founder is accepted: EVX_E_KEY when nobody can be asked,
 * EVX_E_INTERRUPTED when the answer was no, EVX_E_FORGED when founder is another, or the vault is
 * not the one that this machine remembers. */
struct evx_vault_door {
	const char *founder; /* a fingerprint, or a file with the founder's card; NULL: the user is
				asked */
	bool (*ask)(void *ctx, const struct evx_vault_founder *founder); /* NULL: nobody is there */
	void (*tell)(void *ctx, const char *text); /* a sentence that must not be missed; NULL:
						      nobody listens */
	void *ctx;
};
/* From here on vaults are entered by this door; *door is copied, its strings must last. A card is
 * read here. */
enum evx_err evx_home_vault_door(struct evx_home *h, const struct evx_vault_door *door,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Vaults that this machine remembers. */
struct evx_vault_known {
	const char *vault, *path, *founder;
	bool accepted;
	uint32_t entries;
};
enum evx_err evx_vault_known_list(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_vault_known *known), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Forgets one by its UUID: then its founder has to be accepted anew. EVX_E_NOT_FOUND. */
enum evx_err evx_vault_known_forget(
	struct evx_home *h, const char *vault, struct evx_diag *diag) EVX_MUST_CHECK;

/* In all calls, vault is the path of the vault's directory and as the identity that works with it
 * (NULL: the only one there is). Unless confined is NULL, the process is confined to the vault, for
 * good, before anything in it or of others is parsed. What changes a vault needs a member's key:
 * EVX_E_KEY for others, EVX_E_CUSTODY for what their tier may not. What writes enters by the door
 * (evx_home_vault_door); what only reads goes on, and tells when the vault is not the one that this
 * machine remembers. */

/* Makes a vault in a new or empty directory; as founds it and is its first content member. escrow:
 * card files of those who can open, beside the members, all that is sealed into it. EVX_E_EXISTS.
 */
enum evx_err evx_vault_init(struct evx_home *h, const char *path, const char *as,
	const char *const *escrow, size_t nescrow, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char uuid[37], struct evx_diag *diag) EVX_MUST_CHECK;

/* What a vault lost when it was put back from a backup, as this machine saw it. */
struct evx_rollback_info {
	char vault[37];
	uint32_t seen, found; /* entries of its log: that this machine saw, and that are there */
	bool log_changed;     /* the log does not go on from where this machine saw it */
	uint64_t missing, shorter; /* exhibits that are not there; whose record is shorter or
				      another */
	uint64_t exchanged;        /* exhibits with another seal: no backup explains that, and they
				      stay in question */
};
struct evx_rollback_options {
	const char *vault, *as, *reason; /* reason: for the members, NULL */
	bool confine;
	bool (*confirm)(void *ctx, const struct evx_rollback_info *info); /* asked before anything
									     is signed; NULL: do it
									   */
	void *ctx;
};
struct evx_rollback_outcome {
	struct evx_rollback_info info;
	bool nothing;   /* nothing contradicts what this machine saw: nothing was signed */
	uint32_t entry; /* of the log, which says so */
	struct evx_confine_state confinement;
};
/* Accepts that a vault was set back, as a member: signs into its log what this machine had seen,
 * and lets this machine write to it again. EVX_E_FORGED for a vault that was exchanged, and not set
 * back; EVX_E_KEY for no member; EVX_E_INTERRUPTED when confirm said no. */
enum evx_err evx_vault_accept_rollback(struct evx_home *h, const struct evx_rollback_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_rollback_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Makes the holder of a card a member: wraps the identities of all epochs for them. EVX_E_EXISTS
 * when they are one. */
enum evx_err evx_vault_add_member(struct evx_home *h, const char *vault, const char *as,
	const char *card_file, bool custody_only, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, struct evx_card_info *added,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the membership of one person: who is the fingerprint of their key, or the name on the card
 * with which they were added, as a whole. *epoch is the new one, for everything sealed from now on,
 * *removed says who it was. What they could open before, they still can wherever they have a copy.
 * EVX_E_NOT_FOUND; EVX_E_USAGE for a name that several members have (diag lists them);
 * EVX_E_CUSTODY for the last content member. */
enum evx_err evx_vault_remove_member(struct evx_home *h, const char *vault, const char *as,
	const char *who, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	uint32_t *epoch, struct evx_card_info *removed, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_member_info {
	struct evx_card_info card; /* person "" unless as is a member; the keys are always there */
	bool content, founder;
	bool removed; /* was one */
};
/* Calls each for everybody who is or was a member, in the order in which they came. Opens names
 * only when as is not NULL. */
enum evx_err evx_vault_list_members(struct evx_home *h, const char *vault, const char *as,
	const struct evx_passphrase *ask, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_vault_member_info *member), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Makes a case with a label, gives one more label to a case, files a case under another. which: a
 * case's id or label (EVX_E_NOT_FOUND; EVX_E_USAGE when several carry it). id gets the case's id.
 * office, reason: NULL for none. */
enum evx_err evx_vault_new_case(struct evx_home *h, const char *vault, const char *as,
	const char *label, const char *office, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char id[37], struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_vault_alias_case(struct evx_home *h, const char *vault, const char *as,
	const char *which, const char *label, const char *office, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char id[37], struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_vault_merge_cases(struct evx_home *h, const char *vault, const char *as,
	const char *which, const char *into_which, const char *reason,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char id[37],
	char into[37], struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_filing_options {
	const char *vault, *as, *exhibit; /* exhibit: its UUID, the beginning of one, or a path that
					     ends in one */
	const char *in_case;              /* id or label of a case that was not merged */
	const char *reason;               /* for the members; NULL: none */
	bool confine;
};
struct evx_vault_filing_result {
	char uuid[37], case_id[37];
	char from[37];     /* the case where it was before, merges followed; "": in none */
	bool changed;      /* false: it was there already */
	bool catalog_lost; /* the catalog does not know it yet: a rebuild makes up for that */
	struct evx_confine_state confinement;
};
/* Files an exhibit that is in the vault in a case: signs that into the vault's log. What earlier
 * exhibits share with it stays shared. EVX_E_NOT_FOUND; EVX_E_USAGE for a case that was merged, or
 * several cases of that label. */
enum evx_err evx_vault_file_exhibit(struct evx_home *h, const struct evx_vault_filing_options *opt,
	const struct evx_passphrase *ask, struct evx_vault_filing_result *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_case_label {
	const char *label, *office; /* hostile text; office NULL when none */
};
struct evx_vault_case_info {
	char id[37];
	char into[37]; /* the case it was merged into, "" when it was not */
	const struct evx_vault_case_label *labels;
	size_t nlabels;    /* none unless as is a member */
	uint64_t exhibits; /* filed in it */
};
/* Calls each for every case, in the order in which they were made. */
enum evx_err evx_vault_list_cases(struct evx_home *h, const char *vault, const char *as,
	const struct evx_passphrase *ask, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_vault_case_info *info), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* An exhibit of a vault. Times are UTC. */
struct evx_vault_exhibit_info {
	char uuid[37], seal_hash[65], seal_code[40], head[65];
	char signer[56];  /* fingerprint of the key that signed the seal */
	char case_id[37]; /* the case it is filed in, merges followed; "" none */
	const char *case_label, *exhibit_number, *description, *place; /* NULL unless a key opened
									  them; hostile text */
	char holder[56];           /* fingerprint of the holder's key */
	const char *holder_person; /* as a trusted card calls them, NULL: none does */
	const char *signer_person; /* likewise */
	bool hold;                 /* a hold is in force */
	char sealed[24];
	uint64_t events;                    /* length of the chain's rightful part */
	uint64_t payload, stored, borrowed; /* bytes in the bundle, in the vault, and in packs that
					       stand as recipes */
	bool complete, disposed, branches;
	char checked[24];       /* when it was last checked, "" never … */
	const char *result;     /* … and what came of it: good, bad, custody, unchecked, missing,
				   disposed; static */
	char opened[24];        /* when its contents were last opened and compared, "" never … */
	const char *contents;   /* … and what came of it: good, bad; static */
	bool missing;           /* the catalog knows it, and it is not there */
	const char *unreadable; /* why its files could not be read, NULL when they were; only uuid
				   counts then; hostile text */
	const char *const *files; /* when a file was looked for: paths, compared with the seal … */
	size_t nfiles;
	uint64_t more_files; /* … and how many more there are; hostile texts */
};

struct evx_vault_exhibits_options {
	const char *vault;
	const char *as;      /* a member's identity, for numbers and texts; NULL: none */
	bool somebody;       /* as NULL: the only identity there is */
	const char *in_case; /* id or label (which takes a key); NULL: all */
	bool reread; /* read all exhibits' files, also where nothing changed since the catalog read
			them */
	/* Only exhibits that have all of these; NULL or 0: it does not matter. Capitals do not
	 * count. Texts and file names take a member's key. */
	const char *text; /* in a label, number, description, place, or a person's name; or how the
			     UUID or seal code begins (four characters or more); or a fingerprint */
	const char *by;   /* in the name of who sealed it or holds it, as trusted cards call them;
			     or their fingerprint */
	int64_t since;    /* sealed then or later, seconds since 1970 */
	const char *file; /* a path or pattern (evx-list(1)) in its list of contents */
	bool confine;
};
struct evx_vault_exhibits_result {
	uint64_t exhibits, missing, unreadable;
	uint64_t read;   /* whose files were read, for the catalog did not know them as they are */
	uint64_t looked; /* exhibits that the vault has, where something was looked for … */
	uint64_t closed; /* … those whose texts no key opened, and … */
	uint64_t unlisted; /* … those that fit otherwise, and whose list of contents no key opened
			    */
	bool catalog_made, catalog_discarded; /* there was none; what there was, was no catalog of
						 this vault */
	bool catalog_lost; /* what was read could not be kept: a vault that cannot be written,
			      another process that writes */
	struct evx_confine_state confinement;
};
/* Calls each for every exhibit (that has what is looked for): those that the catalog knows first,
 * in order of sealing, then the others. The catalog says which exhibits may have a text, a person
 * or a time; those, and those whose directories changed, are then compared as all are. What the
 * catalog says is given when the exhibit's directory has not changed since and the hashes in its
 * small files agree; else its files are read and its chain is verified. Checks, and the bytes that
 * it takes, stand in the catalog only. EVX_E_KEY, EVX_E_NOT_FOUND for in_case. */
enum evx_err evx_vault_exhibits(struct evx_home *h, const struct evx_vault_exhibits_options *opt,
	const struct evx_passphrase *ask,
	enum evx_err (*each)(void *ctx, const struct evx_vault_exhibit_info *info), void *ctx,
	struct evx_cancel *cancel, struct evx_vault_exhibits_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_rebuild_options {
	const char *vault;
	const char *as; /* a member's identity; NULL: none, then what keys open is left out */
	bool resume;    /* keep what is in the catalog, and read what is missing there */
	bool confine;
	/* Called for each exhibit that could not be read. May be NULL. */
	void (*remark)(void *ctx, const char *uuid, const char *what);
	void *remark_ctx;
};
struct evx_vault_rebuild_result {
	uint64_t exhibits, unreadable, with_chunks, rows;
	int tier; /* what the key opened: 0 none, 1 custody, 2 content */
	struct evx_confine_state confinement;
};
/* Makes the catalog anew from the exhibits. When each was last checked stays. progress: files_done
 * counts exhibits. EVX_E_IO when the vault cannot be written, EVX_E_LOCKED when another process
 * writes to the catalog all the time; what was done until then stays done. */
enum evx_err evx_vault_rebuild(struct evx_home *h, const struct evx_vault_rebuild_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_vault_rebuild_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_statistics {
	char vault[37];
	uint64_t exhibits, filed, disposed, cases, members; /* members: of now */
	uint32_t epochs, log_entries;
	uint64_t payload, stored, borrowed; /* of exhibits that the catalog knows */
	uint64_t known;          /* exhibits that the catalog knows; the others are in no sum */
	uint64_t without_chunks; /* of these, those whose chunks nobody can borrow before a rebuild
				  */
	uint64_t rows, catalog_bytes;
	uint64_t remnants, remnant_bytes, dead_sessions, live_sessions;
	struct evx_confine_state confinement;
};
/* Counts what is in a vault. */
enum evx_err evx_vault_stats(struct evx_home *h, const char *vault, bool confine,
	struct evx_vault_statistics *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Finds the exhibit of the vault whose UUID is text or begins with it (four characters or more).
 * *path, the caller's to free, is its directory, which all that takes a bundle takes. Needs no key,
 * parses nothing, and does not confine. EVX_E_NOT_FOUND; EVX_E_USAGE when there are several: diag
 * names them. */
enum evx_err evx_vault_find_named(
	const char *vault, const char *text, char **path, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same by its seal code or the beginning of one (eight characters or more). Needs no key (h:
 * for what this machine remembers of vaults, NULL: nothing), and confines the process as the calls
 * above: use one of its own. uuid gets the exhibit's. */
enum evx_err evx_vault_find_sealed(struct evx_home *h, const char *vault, const char *text,
	struct evx_confine_state *confined, char uuid[37], struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for CASE/EXHIBIT: a case's id or label and the number of an exhibit filed in it, or both
 * as the exhibit's own details have them. Needs a member's key (EVX_E_KEY), and confines likewise.
 */
enum evx_err evx_vault_find_labelled(struct evx_home *h, const char *vault, const char *as,
	const char *text, const struct evx_passphrase *ask, struct evx_confine_state *confined,
	char uuid[37], struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Keeping a vault -------------------------------------------------------------------- */

/* What was found of one exhibit. */
struct evx_check_exhibit {
	char uuid[37];
	const char *result; /* good, bad, custody, unchecked, missing, disposed; static */
	bool skipped;       /* it was checked good before, and is not checked again */
	bool again; /* it was bad in this run, and was checked once more after packs were healed */
	uint64_t packs, packs_read, bytes_read; /* in its bundle; read now */
	bool went_on; /* the packs that are not among those read were found good by an interrupted
			 check */
	const char *why; /* what could not be checked, or why nothing could, NULL; hostile text */
	const struct evx_report *report; /* as evx_verify's; NULL when skipped, or nothing could be
					    read */
};

/* A pack that is damaged or missing, and what that touches. */
struct evx_check_pack {
	char uuid[37], hash[65]; /* the exhibit whose pack it is; its name */
	const char *what;        /* in a sentence; hostile text */
	bool recipe; /* a recipe stands in its place: others are the exhibits that lend its bytes;
			else those that borrow from it */
	char (*others)[37];
	size_t nothers;
	bool others_known; /* false: that takes a member's key, or not all recipes could be opened
			    */
	char **files;
	size_t nfiles;
	uint64_t files_left_out; /* the exhibit's files that have bytes in it; hostile texts */
	bool files_known; /* false: that takes a content key, or the listing could not be read */
	bool healed;
	const char *healing; /* whence, or why not; NULL when nobody tried */
};

struct evx_check_options {
	const char *vault;
	const char *as; /* a member's identity: opens recipes, and (content tier) names files; NULL:
			   none, but for deep and heal_from the only one */
	const char *const *exhibits;
	size_t nexhibits; /* UUIDs, beginnings of them, or paths that end in one; none: all */
	bool deep;        /* open and compare everything, as evx_verify; a content member's key */
	unsigned percent; /* of the packs, chosen at random; 0 or 100: all */
	int64_t since;    /* leave out what was checked good since then, seconds since 1970; 0:
			     nothing */
	bool anew;        /* do not go on with a check that was interrupted */
	bool sweep; /* remove what dead processes left, and (with a key) remnants that no recipe
		       needs */
	const char *heal_from; /* bundle, unpacked bundle or vault; needs a member's key, which
				  signs; NULL: nothing is healed */
	const char *invocation;
	unsigned jobs;
	bool confine;
	/* Called as it goes; may be NULL. */
	void (*each)(void *ctx, const struct evx_check_exhibit *exhibit);
	void (*damaged)(void *ctx, const struct evx_check_pack *pack); /* behind the exhibits */
	void *ctx;
};

struct evx_check_result {
	uint64_t exhibits, skipped;
	uint64_t good, bad, custody, unchecked, disposed; /* exhibits by result; skipped ones are
							     good or disposed of */
	uint64_t packs, packs_read, bytes_read;
	uint64_t damaged, healed; /* packs */
	char seed[33];            /* that chose the packs, "" when all were read */
	char resumed[24]; /* when the check was begun that this one went on with, "" none; UTC */
	bool kept;        /* what was found is remembered in the catalog */
	uint64_t swept_sessions, swept_remnants;
	struct evx_report_finding *findings;
	size_t nfindings; /* about the vault itself: codes V-… (format-spec/vault.md) */
	int exit_class;   /* 0, 1, 3, 4 or 5 */
	struct evx_confine_state confinement;
};
void evx_check_result_free(struct evx_check_result *r);
/* Checks a vault: its log, its members' files, its directories, and its exhibits, each as
 * evx_verify does. EVX_OK whenever it came to its end: look at result->exit_class. What each
 * exhibit showed is remembered in the catalog; interrupted (EVX_E_INTERRUPTED), the next check goes
 * on. */
enum evx_err evx_vault_check(struct evx_home *h, const struct evx_check_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_check_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

/* How an exhibit stands beside the inventory before. */
enum evx_inventory_change {
	EVX_SINCE_SAME,
	EVX_SINCE_NEW,
	EVX_SINCE_LONGER,
	EVX_SINCE_SHORTER,
	EVX_SINCE_OTHER_CHAIN,
	EVX_SINCE_OTHER_SEAL,
	EVX_SINCE_DISPOSED,
	EVX_SINCE_MISSING
};
struct evx_inventory_exhibit {
	char uuid[37], seal_hash[65], head[65];  /* zeros where it could not be read */
	const char *case_label, *exhibit_number; /* NULL where no key opens them; hostile text, and
						    not in the list */
	uint64_t events, bytes;
	char checked[24];   /* "" never */
	const char *result; /* as the list has it; static */
	enum evx_inventory_change change;
	uint64_t events_before; /* unless it is new */
};
struct evx_inventory_options {
	const char *vault, *as;
	const char *in_case; /* id or label, NULL: all exhibits */
	const char *const *witness;
	size_t nwitness;   /* card files */
	const char *notes; /* for members only; NULL */
	bool confine;
	void (*each)(void *ctx, const struct evx_inventory_exhibit *exhibit); /* every exhibit, in
										 order of UUIDs; may
										 be NULL */
	void *ctx;
};
struct evx_inventory_outcome {
	uint32_t entry; /* its number in the log; the list is log/NNNNNNNN-inventory.list */
	char list_hash[65];
	char case_id[37];                                     /* "" for all */
	uint64_t exhibits;                                    /* lines */
	uint64_t missing, fresh, changed, shorter, exchanged; /* against the one before; exchanged:
								 another seal, or another chain */
	int before; /* entry of the inventory before, -1 none */
	char before_time[24];
	struct evx_confine_state confinement;
};
/* Writes a list of the exhibits there are, as their files say now, signs it into the vault's log,
 * and compares it with the one before. */
enum evx_err evx_vault_inventory_make(struct evx_home *h, const struct evx_inventory_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_inventory_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* What a disposal is about to do, or did. */
struct evx_dispose_info {
	char uuid[37], seal_hash[65], seal_code[40];
	/* What it is called, while confirm is called; NULL where nothing is known, and afterwards;
	 * hostile. */
	const char *case_label, *exhibit_number, *description;
	bool begun; /* its chain says so already: a disposal that was interrupted goes on */
	uint64_t packs, bytes; /* files that hold its payload, and their length */
	uint64_t borrowed; /* packs of other exhibits that copy from it, and are made whole first */
};
struct evx_dispose_options {
	const char *vault, *as, *exhibit; /* exhibit as in struct evx_check_options */
	const char *reason, *notes, *authority, *place, *purpose; /* of the event's details; NULL */
	const char *invocation;
	bool confine;
	bool (*confirm)(void *ctx, const struct evx_dispose_info *info); /* asked before anything is
									    written, unless begun;
									    NULL: do it */
	void *ctx;
};
struct evx_dispose_outcome {
	struct evx_dispose_info info;
	int event;                    /* number of the `dispose` event */
	uint64_t removed, made_whole; /* files; other exhibits' packs */
	bool nothing_left;            /* it was done before, to the end */
	struct evx_confine_state confinement;
};
/* Disposes of an exhibit: its packs and key files are destroyed once it was authorised, no hold
 * stands, and every other exhibit has its own bytes. Interrupted anywhere it is run again to the
 * end. EVX_E_CUSTODY where a rule stands in the way; EVX_E_KEY when some recipe of the vault cannot
 * be opened, since it might copy from this exhibit; EVX_E_LOCKED while other processes work in the
 * vault; EVX_E_INTERRUPTED when confirm said no. */
enum evx_err evx_vault_dispose(struct evx_home *h, const struct evx_dispose_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_dispose_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
