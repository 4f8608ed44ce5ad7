/* libevx: the library's only public header. Seals evidence into bundles, verifies, lists and opens them.
 *
 * Conventions. Every fallible call returns enum evx_err and fills a caller-owned struct evx_diag. Strings in options stay the caller's and are
 * only read; strings in results are owned by the result and released by its free function. Nothing prints, exits or reads the
 * environment. Text that comes from evidence, bundles or cards is passed on as it is: escape it (evx_text_escape) before showing it.
 * Calls of one process must not overlap unless said otherwise; seal, verify, list, cat and extract confine the process
 * (Landlock, seccomp) when options.confine is set, after which it can do nothing but finish that one operation. */
#ifndef EVX_H
#define EVX_H

#include "base/err.h"
#include "base/cancel.h"
#include "base/path.h"
#include "base/confine.h"
#include "custody/verdict.h"
#include "format/entry.h"

/* Version of the library, "0.1.0". */
const char *evx_version(void);
/* Starts the cryptographic libraries. Call once, first. */
enum evx_err evx_start(struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether keys were in memory that the system would not lock, so that they may have been written to swap. */
bool evx_keys_swappable(void);

/* How evx asks for a passphrase: fills buf (guarded memory, cap bytes) and *len. what names the identity or file; confirm: ask twice. Return
 * EVX_E_KEY when none can be had. */
struct evx_passphrase {
	enum evx_err (*ask)(void *ctx, const char *what, bool confirm, char *buf, size_t cap, size_t *len, struct evx_diag *diag);
	void *ctx;
};

/* ---- Home: identities and known cards ------------------------------------------------------------------------------ */

struct evx_home;
/* Opens the directory (made, mode 0700, when create is set). EVX_E_NOT_FOUND when it is not there; EVX_E_KEY when others than this user and root can write to
 * it: they could change whom this machine trusts. */
enum evx_err evx_home_open(const char *path, bool create, struct evx_home **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_home_free(struct evx_home *h);

/* Names the socket of the agent (ssh-agent) that keeps signing keys for this home; NULL: there is none. path and cancel (NULL allowed: asked while
 * waiting for the agent) must outlive the home. Nothing is connected before a key is wanted. */
void evx_home_use_agent(struct evx_home *h, const char *path, const struct evx_cancel *cancel);

/* Who signs, wherever options and calls below have `as`: the name of an identity, or "agent:SHA256:…", a key in the agent whose card is that of an
 * identity here or trusted here. An identity that was made with such a key uses the agent by itself, and needs no passphrase to sign. EVX_E_KEY when
 * the agent has not that key, does not sign, or answers with anything but a good signature. */

/* A person's or office's public identity (format-spec/cards.md). */
struct evx_card_info {
	char person[260], organisation[260], country[4], role[260]; /* role "" when none */
	char encryption[64];  /* age1… */
	char signing[164];    /* ssh-ed25519 …, sk-ssh-ed25519@openssh.com … */
	char fingerprint[56]; /* SHA256:… */
	char created[24], retired[24]; /* UTC; retired "" while in use */
};

/* Asked wherever a card is named for a decision and its name could be taken for another's (format-spec/cards.md "Names that look alike"): alike is a
 * card known here whose name looks the same, or (with the fingerprint of card) the one by which this key was known so far, or NULL; disguised: its names
 * mix scripts, or hold signs that are not seen or stand for other letters. Return EVX_OK to go on, EVX_E_INTERRUPTED for no, EVX_E_USAGE when there is
 * nobody to ask. */
typedef enum evx_err (*evx_names_confirm_fn)(void *ctx, const struct evx_card_info *card, const struct evx_card_info *alike, bool disguised);
/* *plain: this home, or a part of it, is beneath path (or path in it), and an identity of it has keys without a passphrase. A path that is not there holds nothing. */
enum evx_err evx_home_within(struct evx_home *h, const char *path, bool *plain, struct evx_diag *diag) EVX_MUST_CHECK;
/* Says whom to ask in all calls with this home. Without it such names are refused (EVX_E_USAGE). ctx outlives the home. */
void evx_home_ask_names(struct evx_home *h, evx_names_confirm_fn confirm, void *ctx);

struct evx_id_spec {
	const char *person, *organisation, *country, *role; /* role may be NULL */
	unsigned work_factor; /* scrypt 2^N; 0: the default, 18 */
	bool no_passphrase;
	const char *signer; /* "agent:SHA256:…": the signing key is this one in the agent; NULL: one is made */
};
/* How an identity keeps its keys. */
struct evx_id_keys {
	bool has_passphrase, in_agent; /* in_agent: the signing key */
};
/* Makes identity name. ask is used unless spec->no_passphrase. */
enum evx_err evx_id_new(struct evx_home *h, const char *name, const struct evx_id_spec *spec, const struct evx_passphrase *ask,
	struct evx_card_info *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every identity, in order of names. */
enum evx_err evx_id_list(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const char *name, const struct evx_card_info *card, struct evx_id_keys keys), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_id_show(struct evx_home *h, const char *name, struct evx_card_info *out, struct evx_id_keys *keys,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The card as one text (malloc'ed, NUL-terminated; caller frees). */
enum evx_err evx_id_card(struct evx_home *h, const char *name, char **text, struct evx_diag *diag) EVX_MUST_CHECK;
/* Changes, sets or (to_none) removes the passphrase. Asks for the old one, then for the new one with confirm. */
enum evx_err evx_id_passwd(struct evx_home *h, const char *name, bool to_none, unsigned work_factor, const struct evx_passphrase *ask,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes card and encrypted keys as one new file, mode 0600. An identity without passphrase is encrypted to one asked for here. */
enum evx_err evx_id_backup(struct evx_home *h, const char *name, const char *file, const struct evx_passphrase *ask,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes a backup file in as identity name. name NULL: the file's name without directory and ending. EVX_E_EXISTS when it is there. The name
 * used goes to name_out (65 bytes). Unless confined is NULL, the process is confined to the home, for good, before the file is parsed;
 * *confined says by what. */
enum evx_err evx_id_import(struct evx_home *h, const char *file, const char *name, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char name_out[65], struct evx_diag *diag) EVX_MUST_CHECK;
/* Marks the identity retired: it still opens and verifies, and no longer seals. */
enum evx_err evx_id_retire(struct evx_home *h, const char *name, const struct evx_passphrase *ask, struct evx_diag *diag)
	EVX_MUST_CHECK;
/* Adds the cards in n files to those that every seal of this home is also encrypted to, and calls each for every one added. confined as for
 * evx_id_import. */
enum evx_err evx_id_always_to(struct evx_home *h, const char *const *files, size_t n, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every such card, once the process is confined to nothing (confined NULL: it is not). */
enum evx_err evx_id_always_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Trust ------------------------------------------------------------------------------------------------------------- */

/* Verifies the cards in n files and adds them to those whose keys are trusted in this home, each in place of an older one of the same key, and calls
 * each for every one added. confined as for evx_id_import. EVX_E_CUSTODY when the one there is retired and the new one is not. */
enum evx_err evx_trust_add(struct evx_home *h, const char *const *files, size_t n, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx, struct evx_diag *diag)
	EVX_MUST_CHECK;
/* Calls each for every such card, once the process is confined to nothing (confined NULL: it is not). */
enum evx_err evx_trust_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;
/* The trusted card with this fingerprint ("SHA256:…"). EVX_E_NOT_FOUND. */
enum evx_err evx_trust_show(struct evx_home *h, const char *fingerprint, struct evx_confine_state *confined, struct evx_card_info *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Trusts it no longer. EVX_E_NOT_FOUND; EVX_E_USAGE for a text that is no fingerprint. */
enum evx_err evx_trust_remove(struct evx_home *h, const char *fingerprint, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Rosters (format-spec/roster.md) ---------------------------------------------------------------------------------- */

/* One key of a roster. Texts are as others wrote them; times are UTC, "" where there is none. */
struct evx_roster_key_info {
	struct evx_card_info card; /* organisation and country are those of the agency; created is `from` */
	char from[24], until[24];
	bool approver;
	char (*acts_for)[56]; size_t nacts_for; /* fingerprints of offices */
	char revoked[24], reason[16];
};
struct evx_roster_root_info {
	char name[260], fingerprint[56];
};
struct evx_roster_signer_info {
	char fingerprint[56];
	bool is_signed; /* false in a draft that waits for this signature */
};

/* An agency of a roster. */
struct evx_roster_agency_info {
	char agency[260], country[3];
	size_t keys;
	bool accepted; /* the roster trusted here speaks for it */
};

/* How a roster file relates to the one of the same origin that is trusted here. */
enum evx_roster_known { EVX_KNOWN_NOT, EVX_KNOWN_SAME, EVX_KNOWN_NEWER, EVX_KNOWN_OLDER, EVX_KNOWN_FORKED };

/* A roster: its draft where it has one, else its newest version. */
struct evx_roster_info {
	char name[260], origin[65], hash[65], time[24]; /* origin "" before version 1 is good; hash "" of a draft */
	uint32_t version;
	bool draft;
	uint32_t good;   /* versions that are good: version, or one less */
	uint32_t threshold;
	struct evx_roster_root_info *roots; size_t nroots;
	struct evx_roster_key_info *keys; size_t nkeys;
	struct evx_roster_signer_info *signers; size_t nsigners;
	struct evx_roster_agency_info *agencies; size_t nagencies;
	enum evx_roster_known known;
	uint32_t known_version; /* of the one trusted here; the version where they part, when forked */
};
void evx_roster_info_free(struct evx_roster_info *info);

enum evx_roster_act { EVX_ROSTER_NEW, EVX_ROSTER_ADD, EVX_ROSTER_REVOKE, EVX_ROSTER_ROTATE };
/* What to write into a roster file. Times: YYYY-MM-DDTHH:MM:SSZ, or YYYY-MM-DD for its first second. */
struct evx_roster_change {
	enum evx_roster_act act;
	const char *file;                      /* new: must not be there */
	const char *name;                      /* new */
	const char *const *roots; size_t nroots; /* new, rotate: card files of all roots */
	uint32_t threshold;                    /* new, rotate; 0: all of them */
	const char *card;                      /* add: card file; a key that is listed is said anew, and stays revoked */
	const char *agency;                    /* add; NULL: the card's organisation */
	const char *from, *until;              /* add; NULL: what it was, else now, without end */
	const char *const *acts_for; size_t nacts_for; /* add: fingerprints of offices in the same agency */
	bool approver;                         /* add */
	const char *key, *reason, *time;       /* revoke: fingerprint; retired, lost or compromised; time NULL: now */
	const char *const *by; size_t nby;     /* fingerprints of the roots that will sign; none: all of them */
	evx_names_confirm_fn confirm_names; void *confirm_ctx; /* asked about the names on cards where there is no home; NULL: such names are refused */
};
/* Writes the change as a draft: into the unsigned one that stands at the end of the file, else as a new version. *info, the caller's to free, is the
 * draft. confined as for evx_id_import, to the file's directory. EVX_E_CUSTODY when the draft is signed by some, or a rule forbids it;
 * EVX_E_NOT_FOUND for a fingerprint that is not in the roster. */
enum evx_err evx_roster_make(struct evx_home *h /* NULL allowed */, const struct evx_roster_change *change, struct evx_confine_state *confined, struct evx_roster_info *info,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds the signature of identity as (NULL: the only one there is) to the draft in file. EVX_E_CUSTODY when there is no draft or it is not named there,
 * EVX_E_EXISTS when it has signed. */
enum evx_err evx_roster_cosign(struct evx_home *h, const char *file, const char *as, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, struct evx_roster_info *info, struct evx_diag *diag) EVX_MUST_CHECK;
/* Verifies all versions in file and compares them with the roster trusted in this home (NULL: none is). */
enum evx_err evx_roster_tell(struct evx_home *h, const char *file, struct evx_confine_state *confined, struct evx_roster_info *info,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Asked before a roster is trusted whose name looks like that of another, alike (NULL: none), or is disguised, as evx_names_confirm_fn; and, with scope, whether
 * it is accepted for all its agencies. */
typedef bool (*evx_roster_confirm_fn)(void *ctx, const struct evx_roster_info *info, const char *alike, bool disguised, bool scope);
/* For which of its agencies a roster is accepted: those named, or all that it has now. Neither: as before; of a new one confirm is asked. */
struct evx_roster_accept {
	const char *const *agencies; size_t nagencies; /* names */
	bool all;
};
/* Trusts the roster in file in this home from now on, for the agencies in accept. EVX_E_CUSTODY when it ends in a draft, is older than the one here or a
 * fork of it; EVX_E_EXISTS when it is the one here, accepted for the same agencies; EVX_E_NOT_FOUND for an agency that it does not have; EVX_E_INTERRUPTED
 * when confirm said no. */
enum evx_err evx_roster_import(struct evx_home *h, const char *file, const struct evx_roster_accept *accept, struct evx_confine_state *confined,
	evx_roster_confirm_fn confirm, void *ctx, struct evx_roster_info *info, struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every roster trusted in this home. */
enum evx_err evx_roster_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_roster_info *info), void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Vaults (format-spec/vault.md) ------------------------------------------------------------------------------------ */

/* Who founded a vault, shown before this machine trusts it. */
struct evx_vault_founder {
	const char *vault, *path;   /* UUID; as it was named */
	const char *fingerprint;    /* SHA256:… */
	const char *person, *organisation; /* of a trusted card that has the founder's key; "" when none has */
	uint32_t entries;           /* of its log */
};
/* How vaults are accepted on this machine (format-spec/vault.md "Memory of a machine"). What writes to a vault does nothing before its founder is accepted:
 * EVX_E_KEY when nobody can be asked, EVX_E_INTERRUPTED when the answer was no, EVX_E_FORGED when founder is another, or the vault is not the one that this
 * machine remembers. */
struct evx_vault_door {
	const char *founder;        /* a fingerprint, or a file with the founder's card; NULL: the user is asked */
	bool (*ask)(void *ctx, const struct evx_vault_founder *founder); /* NULL: nobody is there */
	void (*tell)(void *ctx, const char *text); /* a sentence that must not be missed; NULL: nobody listens */
	void *ctx;
};
/* From here on vaults are entered by this door; *door is copied, its strings must last. A card is read here. */
enum evx_err evx_home_vault_door(struct evx_home *h, const struct evx_vault_door *door, struct evx_diag *diag) EVX_MUST_CHECK;
/* Vaults that this machine remembers. */
struct evx_vault_known { const char *vault, *path, *founder; bool accepted; uint32_t entries; };
enum evx_err evx_vault_known_list(struct evx_home *h, enum evx_err (*each)(void *ctx, const struct evx_vault_known *known), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Forgets one by its UUID: then its founder has to be accepted anew. EVX_E_NOT_FOUND. */
enum evx_err evx_vault_known_forget(struct evx_home *h, const char *vault, struct evx_diag *diag) EVX_MUST_CHECK;

/* In all calls, vault is the path of the vault's directory and as the identity that works with it (NULL: the only one there is). Unless confined is NULL, the
 * process is confined to the vault, for good, before anything in it or of others is parsed. What changes a vault needs a member's key: EVX_E_KEY
 * for others, EVX_E_CUSTODY for what their tier may not. What writes enters by the door (evx_home_vault_door); what only reads goes on, and tells when the vault is
 * not the one that this machine remembers. */

/* Makes a vault in a new or empty directory; as founds it and is its first content member. escrow: card files of those who can open, beside the members, all that
 * is sealed into it. EVX_E_EXISTS. */
enum evx_err evx_vault_init(struct evx_home *h, const char *path, const char *as, const char *const *escrow, size_t nescrow,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char uuid[37], struct evx_diag *diag) EVX_MUST_CHECK;

/* Makes the holder of a card a member: wraps the identities of all epochs for them. EVX_E_EXISTS when they are one. */
enum evx_err evx_vault_add_member(struct evx_home *h, const char *vault, const char *as, const char *card_file, bool custody_only,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, struct evx_card_info *added, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the membership of the key with this fingerprint; *epoch is the new one, for everything sealed from now on. What they could open before, they still
 * can wherever they have a copy. EVX_E_NOT_FOUND; EVX_E_CUSTODY for the last content member. */
enum evx_err evx_vault_remove_member(struct evx_home *h, const char *vault, const char *as, const char *fingerprint,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, uint32_t *epoch, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_member_info {
	struct evx_card_info card; /* person "" unless as is a member; the keys are always there */
	bool content, founder;
	bool removed;              /* was one */
};
/* Calls each for everybody who is or was a member, in the order in which they came. Opens names only when as is not NULL. */
enum evx_err evx_vault_list_members(struct evx_home *h, const char *vault, const char *as, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, enum evx_err (*each)(void *ctx, const struct evx_vault_member_info *member), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Makes a case with a label, gives one more label to a case, files a case under another. which: a case's id or label (EVX_E_NOT_FOUND; EVX_E_USAGE
 * when several carry it). id gets the case's id. office, reason: NULL for none. */
enum evx_err evx_vault_new_case(struct evx_home *h, const char *vault, const char *as, const char *label, const char *office,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char id[37], struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_vault_alias_case(struct evx_home *h, const char *vault, const char *as, const char *which, const char *label, const char *office,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char id[37], struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_vault_merge_cases(struct evx_home *h, const char *vault, const char *as, const char *which, const char *into_which, const char *reason,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char id[37], char into[37], struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_case_label {
	const char *label, *office; /* hostile text; office NULL when none */
};
struct evx_vault_case_info {
	char id[37];
	char into[37];              /* the case it was merged into, "" when it was not */
	const struct evx_vault_case_label *labels; size_t nlabels; /* none unless as is a member */
	uint64_t exhibits;          /* filed in it */
};
/* Calls each for every case, in the order in which they were made. */
enum evx_err evx_vault_list_cases(struct evx_home *h, const char *vault, const char *as, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, enum evx_err (*each)(void *ctx, const struct evx_vault_case_info *info), void *ctx, struct evx_diag *diag)
	EVX_MUST_CHECK;

/* An exhibit of a vault. Times are UTC. */
struct evx_vault_exhibit_info {
	char uuid[37], seal_hash[65], seal_code[40], head[65];
	char signer[56];            /* fingerprint of the key that signed the seal */
	char case_id[37];           /* the case it is filed in, merges followed; "" none */
	const char *case_label, *exhibit_number, *description; /* NULL unless a key opened them; hostile text */
	char sealed[24];
	uint64_t events;            /* length of the chain's rightful part */
	uint64_t payload, stored, borrowed; /* bytes in the bundle, in the vault, and in packs that stand as recipes */
	bool complete, disposed, branches;
	char checked[24];           /* when it was last checked, "" never … */
	const char *result;         /* … and what came of it: good, bad, custody, unchecked, missing, disposed; static */
	bool deep;
	bool missing;               /* the catalog knows it, and it is not there */
	const char *unreadable;     /* why its files could not be read, NULL when they were; only uuid counts then; hostile text */
};

struct evx_vault_exhibits_options {
	const char *vault;
	const char *as;             /* a member's identity, for numbers and texts; NULL: none */
	const char *in_case;        /* id or label (which takes a key); NULL: all */
	bool reread;                /* read all exhibits' files, also where nothing changed since the catalog read them */
	bool confine;
};
struct evx_vault_exhibits_result {
	uint64_t exhibits, missing, unreadable;
	uint64_t read;              /* whose files were read, for the catalog did not know them as they are */
	bool catalog_made, catalog_discarded; /* there was none; what there was, was no catalog of this vault */
	bool catalog_lost;          /* what was read could not be kept: a vault that cannot be written, another process that writes */
	struct evx_confine_state confinement;
};
/* Calls each for every exhibit: those that the catalog knows first, in order of sealing, then the others. What the catalog says is given when the exhibit's
 * directory has not changed since and the hashes in its small files agree; else its files are read and its chain is verified. Checks, and the bytes that it takes,
 * stand in the catalog only. EVX_E_KEY, EVX_E_NOT_FOUND for in_case. */
enum evx_err evx_vault_exhibits(struct evx_home *h, const struct evx_vault_exhibits_options *opt, const struct evx_passphrase *ask,
	enum evx_err (*each)(void *ctx, const struct evx_vault_exhibit_info *info), void *ctx, struct evx_cancel *cancel,
	struct evx_vault_exhibits_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_rebuild_options {
	const char *vault;
	const char *as;             /* a member's identity; NULL: none, then what keys open is left out */
	bool resume;                /* keep what is in the catalog, and read what is missing there */
	bool confine;
	/* Called for each exhibit that could not be read. May be NULL. */
	void (*remark)(void *ctx, const char *uuid, const char *what);
	void *remark_ctx;
};
struct evx_vault_rebuild_result {
	uint64_t exhibits, unreadable, with_chunks, rows;
	int tier;                   /* what the key opened: 0 none, 1 custody, 2 content */
	struct evx_confine_state confinement;
};
/* Makes the catalog anew from the exhibits. When each was last checked stays. progress: files_done counts exhibits. EVX_E_IO when the vault cannot be
 * written, EVX_E_LOCKED when another process writes to the catalog all the time; what was done until then stays done. */
enum evx_err evx_vault_rebuild(struct evx_home *h, const struct evx_vault_rebuild_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_vault_rebuild_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_vault_statistics {
	char vault[37];
	uint64_t exhibits, filed, disposed, cases, members; /* members: of now */
	uint32_t epochs, log_entries;
	uint64_t payload, stored, borrowed; /* of exhibits that the catalog knows */
	uint64_t known;             /* exhibits that the catalog knows; the others are in no sum */
	uint64_t without_chunks;    /* of these, those whose chunks nobody can borrow before a rebuild */
	uint64_t rows, catalog_bytes;
	uint64_t remnants, remnant_bytes, dead_sessions, live_sessions;
	struct evx_confine_state confinement;
};
/* Counts what is in a vault. */
enum evx_err evx_vault_stats(struct evx_home *h, const char *vault, bool confine, struct evx_vault_statistics *out, struct evx_diag *diag)
	EVX_MUST_CHECK;
/* Finds the exhibit of the vault whose UUID is text or begins with it (four characters or more). *path, the caller's to free, is its directory, which all
 * that takes a bundle takes. Needs no key, parses nothing, and does not confine. EVX_E_NOT_FOUND; EVX_E_USAGE when there are several: diag names them. */
enum evx_err evx_vault_find_named(const char *vault, const char *text, char **path, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same by its seal code or the beginning of one (eight characters or more). Needs no key (h: for what this machine remembers of vaults, NULL: nothing), and
 * confines the process as the calls above: use one of its own. uuid gets the exhibit's. */
enum evx_err evx_vault_find_sealed(struct evx_home *h, const char *vault, const char *text, struct evx_confine_state *confined, char uuid[37],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for CASE/EXHIBIT: a case's id or label and the number of an exhibit filed in it, or both as the exhibit's own details have them. Needs a
 * member's key (EVX_E_KEY), and confines likewise. */
enum evx_err evx_vault_find_labelled(struct evx_home *h, const char *vault, const char *as, const char *text, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, char uuid[37], struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Keeping a vault ----------------------------------------------------------------------------------------------------- */

/* What was found of one exhibit. */
struct evx_check_exhibit {
	char uuid[37];
	const char *result;         /* good, bad, custody, unchecked, missing, disposed; static */
	bool skipped;               /* it was checked good before, and is not checked again */
	bool again;                 /* it was bad in this run, and was checked once more after packs were healed */
	uint64_t packs, packs_read, bytes_read; /* in its bundle; read now */
	bool went_on;               /* the packs that are not among those read were found good by an interrupted check */
	const char *why;            /* what could not be checked, or why nothing could, NULL; hostile text */
	const struct evx_report *report; /* as evx_verify's; NULL when skipped, or nothing could be read */
};

/* A pack that is damaged or missing, and what that touches. */
struct evx_check_pack {
	char uuid[37], hash[65];    /* the exhibit whose pack it is; its name */
	const char *what;           /* in a sentence; hostile text */
	bool recipe;                /* a recipe stands in its place: others are the exhibits that lend its bytes; else those that borrow from it */
	char (*others)[37]; size_t nothers;
	bool others_known;          /* false: that takes a member's key, or not all recipes could be opened */
	char **files; size_t nfiles; uint64_t files_left_out; /* the exhibit's files that have bytes in it; hostile texts */
	bool files_known;           /* false: that takes a content key, or the listing could not be read */
	bool healed;
	const char *healing;        /* whence, or why not; NULL when nobody tried */
};

struct evx_check_options {
	const char *vault;
	const char *as;             /* a member's identity: opens recipes, and (content tier) names files; NULL: none, but for deep and heal_from the only one */
	const char *const *exhibits; size_t nexhibits; /* UUIDs, beginnings of them, or paths that end in one; none: all */
	bool deep;                  /* open and compare everything, as evx_verify; a content member's key */
	unsigned percent;           /* of the packs, chosen at random; 0 or 100: all */
	const char *since;          /* leave out what was checked good since then: 30d, 12h, a day or a time; NULL: nothing */
	bool anew;                  /* do not go on with a check that was interrupted */
	bool sweep;                 /* remove what dead processes left, and (with a key) remnants that no recipe needs */
	const char *heal_from;      /* bundle, unpacked bundle or vault; needs a member's key, which signs; NULL: nothing is healed */
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
	uint64_t good, bad, custody, unchecked, disposed; /* exhibits by result; skipped ones are good or disposed of */
	uint64_t packs, packs_read, bytes_read;
	uint64_t damaged, healed;   /* packs */
	char seed[33];              /* that chose the packs, "" when all were read */
	char resumed[24];           /* when the check was begun that this one went on with, "" none; UTC */
	bool kept;                  /* what was found is remembered in the catalog */
	uint64_t swept_sessions, swept_remnants;
	struct evx_report_finding *findings; size_t nfindings; /* about the vault itself: codes V-… (format-spec/vault.md) */
	int exit_class;             /* 0, 1, 3, 4 or 5 */
	struct evx_confine_state confinement;
};
void evx_check_result_free(struct evx_check_result *r);
/* Checks a vault: its log, its members' files, its directories, and its exhibits, each as evx_verify does. EVX_OK whenever it came to its end: look at
 * result->exit_class. What each exhibit showed is remembered in the catalog; interrupted (EVX_E_INTERRUPTED), the next check goes on. */
enum evx_err evx_vault_check(struct evx_home *h, const struct evx_check_options *opt, const struct evx_passphrase *ask, struct evx_progress *progress,
	struct evx_cancel *cancel, struct evx_check_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

/* How an exhibit stands beside the inventory before. */
enum evx_inventory_change { EVX_SINCE_SAME, EVX_SINCE_NEW, EVX_SINCE_LONGER, EVX_SINCE_SHORTER, EVX_SINCE_OTHER_CHAIN, EVX_SINCE_OTHER_SEAL,
	EVX_SINCE_DISPOSED, EVX_SINCE_MISSING };
struct evx_inventory_exhibit {
	char uuid[37], seal_hash[65], head[65]; /* zeros where it could not be read */
	uint64_t events, bytes;
	char checked[24];           /* "" never */
	const char *result;         /* as the list has it; static */
	enum evx_inventory_change change;
	uint64_t events_before;     /* unless it is new */
};
struct evx_inventory_options {
	const char *vault, *as;
	const char *in_case;        /* id or label, NULL: all exhibits */
	const char *const *witness; size_t nwitness; /* card files */
	const char *notes;          /* for members only; NULL */
	bool confine;
	void (*each)(void *ctx, const struct evx_inventory_exhibit *exhibit); /* every exhibit, in order of UUIDs; may be NULL */
	void *ctx;
};
struct evx_inventory_outcome {
	uint32_t entry;             /* its number in the log; the list is log/NNNNNNNN-inventory.list */
	char list_hash[65];
	char case_id[37];           /* "" for all */
	uint64_t exhibits;          /* lines */
	uint64_t missing, fresh, changed, shorter, exchanged; /* against the one before; exchanged: another seal, or another chain */
	int before;                 /* entry of the inventory before, -1 none */
	char before_time[24];
	struct evx_confine_state confinement;
};
/* Writes a list of the exhibits there are, as their files say now, signs it into the vault's log, and compares it with the one before. */
enum evx_err evx_vault_inventory_make(struct evx_home *h, const struct evx_inventory_options *opt, const struct evx_passphrase *ask,
	struct evx_cancel *cancel, struct evx_inventory_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* What a disposal is about to do, or did. */
struct evx_dispose_info {
	char uuid[37], seal_hash[65];
	bool begun;                 /* its chain says so already: a disposal that was interrupted goes on */
	uint64_t packs, bytes;      /* files that hold its payload, and their length */
	uint64_t borrowed;          /* packs of other exhibits that copy from it, and are made whole first */
};
struct evx_dispose_options {
	const char *vault, *as, *exhibit; /* exhibit as in struct evx_check_options */
	const char *reason, *notes, *authority, *place, *purpose; /* of the event's details; NULL */
	const char *invocation;
	bool confine;
	bool (*confirm)(void *ctx, const struct evx_dispose_info *info); /* asked before anything is written, unless begun; NULL: do it */
	void *ctx;
};
struct evx_dispose_outcome {
	struct evx_dispose_info info;
	int event;                  /* number of the `dispose` event */
	uint64_t removed, made_whole; /* files; other exhibits' packs */
	bool nothing_left;          /* it was done before, to the end */
	struct evx_confine_state confinement;
};
/* Disposes of an exhibit: its packs and key files are destroyed once it was authorised, no hold stands, and every other exhibit has its own bytes. Interrupted
 * anywhere it is run again to the end. EVX_E_CUSTODY where a rule stands in the way; EVX_E_KEY when some recipe of the vault cannot be opened, since it might copy from
 * this exhibit; EVX_E_LOCKED while other processes work in the vault; EVX_E_INTERRUPTED when confirm said no. */
enum evx_err evx_vault_dispose(struct evx_home *h, const struct evx_dispose_options *opt, const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_dispose_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Sealing ------------------------------------------------------------------------------------------------------- */

struct evx_reader_info {
	struct evx_card_info card;
	bool content;    /* false: custody tier only */
	bool always;     /* added because this machine always adds it */
	bool vault;      /* an identity of the vault that it is sealed into: card has its key, and as person what it is */
	bool escrow;     /* a recovery key of the vault; person may be "" */
	bool other_key;  /* evx_recipient_list: the card of this signing key that is trusted here has another encryption key */
	unsigned holders; /* keys that open it: 1, of a vault's identity as many as its members are */
};

struct evx_seal_options {
	const char *const *sources; size_t nsources; /* paths; one may be "-" (standard input) */
	const char *output;                          /* the bundle to make, or "-" for standard output; NULL: into the vault */
	const char *vault;                           /* path of the vault; NULL: into a bundle */
	bool no_borrow;                              /* vault: store everything anew */
	bool resume;                                 /* vault: use what seals into this case left that were cut off; the sources are read whole and compared */
	uint64_t split;                              /* bytes per volume, 0: one file */
	const char *as;                              /* identity that signs; NULL: the only one there is */
	const char *const *to; size_t nto;           /* card files of content readers; a vault's members need not be named */
	const char *const *custody_to; size_t ncustody_to; /* card files of custody readers */
	bool self;                                   /* the signer reads, too */
	const char *case_label, *exhibit_number;
	const char *place, *authority, *purpose, *description, *seal_number, *seized_at, *seized_from, *seized_by;
	const char *device;                          /* "make=…,model=…,serial=…" */
	const char *const *witness; size_t nwitness; /* card files */
	const char *const *attach; size_t nattach;   /* files */
	const char *clock_offset, *clock_source;
	const char *details_file;                    /* JSON, format-spec/details.md */
	const char *policy_file;                     /* JSON: who else must sign which events, format-spec/events.md "Policy" */
	const char *replaces;
	const char *tsa, *tsa_ca;                    /* time-stamp the seal by this authority (evx_timestamp); not with "-" or split */
	const char *expect_hash;                     /* file in sha256sum, sha1sum or md5sum format */
	bool hash_md5, hash_sha1;
	bool reread, follow, one_file_system, public_label, custody_lists;
	int level;       /* zstd level 1..19, 0: the default */
	unsigned jobs;   /* worker threads, 0: the processors online */
	uint64_t hash_holes; /* holes of a file up to this many bytes are hashed as zeros; 0: 64 GiB */
	const char *invocation; /* how it was run, for the details; NULL: not recorded */
	bool confine;
	/* Called before anything is written, with everyone who will be able to open it; returning false stops (EVX_E_INTERRUPTED). May
	 * be NULL. */
	bool (*confirm)(void *ctx, const struct evx_reader_info *readers, size_t n);
	void *confirm_ctx;
	/* Called for each entry that could not be read whole, changed, or was left out. May be NULL; from any one thread at a time. */
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what);
	void *remark_ctx;
};

struct evx_seal_result {
	char uuid[37];
	char seal_hash[65];      /* the exhibit's true name */
	char seal_code[40];
	char signer[56];         /* fingerprint */
	char listing_root[65];
	uint64_t lines, files, directories, bytes, stored_bytes, bundle_bytes;
	bool complete;
	uint64_t unreadable_files, unreadable_directories, unreadable_bytes, changed, left_out, metadata_errors, hashes_left_out;
	uint64_t expected_matched, expected_mismatched, expected_missing; /* --expect-hash */
	uint64_t reread_files, reread_differences;                        /* --reread */
	struct evx_reader_info *readers; size_t nreaders;
	char **written; size_t nwritten;   /* files made; the exhibit's directory in a vault */
	char vault[37], case_id[37];       /* "" when it went into a bundle */
	bool case_made;                    /* the vault had no case of this label before */
	bool vault_member;                 /* the signer is a member */
	uint64_t interrupted;              /* vault: seals into this case that were cut off, and could be resumed */
	uint64_t resumed_packs, resumed_bytes; /* found in what they left; bytes of contents */
	uint64_t remnants_refused;         /* vault: interrupted seals that no content member made, and that were not used */
	bool catalog_discarded;            /* vault: what stood there was no catalog of this vault, and was thrown away */
	bool catalog_lost;                 /* vault: its catalog could not be written; `evx rebuild` makes up for it */
	uint64_t borrowed_chunks, borrowed_bytes, bad_loans; /* vault: not stored again, since the case has them; lent badly, and stored again */
	enum evx_err stamp_err;            /* why there is no time-stamp where one was asked for: the bundle is good without, … */
	struct evx_diag stamp_diag;        /* … and this tells more */
	char stamp_time[24], stamp_authority[256]; /* what the time-stamp says, "" without; hostile text */
	struct evx_confine_state confinement;
};
void evx_seal_result_free(struct evx_seal_result *r);

/* Seals sources into a bundle. EVX_OK with result->complete false when part of the source was unreadable or changed (exit 6), or an expected
 * hash did not match. On any error nothing is left at output. */
enum evx_err evx_seal(struct evx_home *h, const struct evx_seal_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_seal_result *result, struct evx_diag *diag)
	EVX_MUST_CHECK;

/* ---- Verifying ----------------------------------------------------------------------------------------------------- */

/* One finding (format-spec/verification.md). */
struct evx_report_finding {
	char code[20];
	enum evx_weight weight;    /* custody/finding.h */
	enum evx_verdict_line line;
	int event;                  /* number of the event concerned, -1 none */
	char *text;           /* a plain sentence */
	char *where;          /* member or listing path, NULL none; hostile text */
	bool has_offset; uint64_t offset;
};

/* A key and whose it is. */
struct evx_report_party {
	char fingerprint[56];       /* "" when there is none */
	bool trusted;               /* a trusted card holds this key: the one below */
	struct evx_card_info card;  /* else what an event's opened details say of its holder, person "" when nothing is known */
};

/* One event as its public skeleton tells, with details when they could be opened. */
struct evx_report_event {
	int number;
	char type[33], time[24], hash[65];
	char signer[56];            /* fingerprint of signers[0], the actor */
	size_t nsigners;
	bool trusted;               /* a trusted card holds this key … */
	struct evx_card_info card;  /* … this one; else what the opened details say, person "" when nothing is known */
	bool detached;              /* it is in a receipt given with the bundle, and not in the bundle */
	bool claim;                 /* its signer is unknown here: no party of the exhibit, and on no trusted card or roster; it changes nothing */
	bool is_void;               /* it is against a rule, or its own files are not what they must be: it changes nothing */
	struct evx_report_party party; /* counterparty, or of a take-over the former holder */
	int refers;                 /* number of the event it is about, -1 none */
	int inventoried;            /* of an acceptance: 1 or 0; else -1 */
	const char *keeps, *result, *reason, *state; /* words of format-spec/events.md, NULL where the type has none; static */
	bool proven;                /* a trusted time-stamp shows that it existed … */
	char proven_time[24];       /* … by this time, UTC, … */
	int proven_by;              /* … a stamp over this event, which is it or names it, … */
	char proven_authority[256]; /* … by this authority; hostile text */
	bool details_opened;
	char *details_json;         /* the details as one JSON line, NULL when not opened; hostile text */
};

/* An event of this exhibit that is in a receipt, and not in this chain. */
struct evx_report_branch {
	int number;
	int after;     /* number of the event of the chain that it follows, or -1 … */
	int behind;    /* … index of the branch event that it follows, or -1: of an event that is not known here */
	bool rightful; /* copies may part where it leaves the chain */
	char type[33], time[24], hash[65];
	char signer[56];
	char *where;   /* the receipt, NULL unknown; hostile text */
};

/* Where the exhibit is at the end of the rightful part of its chain. Numbers are of events, -1 none. */
struct evx_report_holding {
	struct evx_report_party holder;
	int since; char since_time[24];
	int release; struct evx_report_party receiver; /* the release that nobody has answered, and whom it names */
	int *holds, *inquiries; size_t nholds, ninquiries; /* that stand open */
	int authorisation, disposal;
	char **missing; size_t nmissing; /* what is not there and should be, in plain words; hostile text */
};

/* A key file of one tier: the event that brought it (0: the seal), and how many can open it. */
struct evx_report_key_file {
	int event;
	size_t readers;
};

struct evx_report {
	char uuid[37], seal_hash[65], seal_code[40], head[65];
	char *shape;                 /* "whole" or "disclosure" */
	bool complete;               /* the seal's public statement */
	char *public_case, *public_exhibit; /* NULL unless sealed with a public label */
	uint64_t bundle_bytes, payload_bytes; size_t packs, custody_readers, content_readers;
	uint64_t sealed_bytes;       /* of the file as it was sealed, by its index; 0 unknown */
	char sealed_sha256[65], present_sha256[65]; /* of that file, and of the file as it is; "" unless asked for */
	bool walked;                 /* every byte read; false: started from the index */
	bool deep;                   /* contents opened and hashed */
	uint64_t deep_files, deep_bytes, deep_lines;
	char custody_key[64], content_key[64]; /* those of the seal … */
	char details_key[64];        /* … and the custody key in force at the end of the rightful part, "" without one */
	struct evx_report_key_file newest_custody, newest_content; /* custody_readers and content_readers are the seal's */
	int tier;                    /* what the key given opened: 0 none, 1 custody, 2 content */
	struct evx_report_finding *findings; size_t nfindings;
	uint64_t findings_left_out; /* counted in the grades and not listed, none of them weightier than those that are */
	struct evx_report_event *events; size_t nevents;
	struct evx_report_branch *branches; size_t nbranches;
	struct evx_report_holding holding;
	char *revealed;              /* the exhibit's custody identities that the key opened, a line each; NULL unless asked for; wiped when freed */
	enum evx_verdict_grade data, custody, trust;
	char *data_text, *custody_text, *trust_text; /* the three lines in plain words */
	char **not_checked; size_t nnot_checked;     /* what this run did not check, in plain words */
	int exit_class;              /* exit code of design section 10: 0, 1, 3, 4 or 5 */
	struct evx_confine_state confinement;
};
void evx_report_free(struct evx_report *r);

struct evx_verify_options {
	const char *bundle;          /* file, first volume, directory, or "-" */
	bool deep;                   /* needs a content key */
	const char *as;              /* identity whose key opens details and, with deep, contents; NULL: none (deep, reveal_custody: the only one) */
	const char *const *trust; size_t ntrust; /* card files */
	const char *const *rosters; size_t nrosters; /* roster files, beside those of the home … */
	const char *const *agencies; size_t nagencies; /* … and for which agencies these speak, by name; none: as in the home, else those of which no other
	                                               * roster speaks */
	const char *tsa_ca;          /* certificates (PEM) of time-stamp authorities to trust; NULL: none */
	const char *const *with; size_t nwith;   /* receipt files, judged together with the bundle */
	bool hashes;                 /* fill report->sealed_sha256 and present_sha256: reads the whole file; of files and volumes only */
	bool reveal_custody;         /* fill report->revealed; needs a custody or content key */
	unsigned jobs;
	bool index_only;             /* show, log: start from the index, read no pack */
	evx_names_confirm_fn confirm_names; void *confirm_ctx; /* asked about the names on trust where there is no home; NULL: such names are refused */
	bool confine;
};
/* Checks a bundle. EVX_OK whenever a verdict was reached, good or bad: look at report->exit_class. Other errors: nothing could be judged (not
 * found, not ours, newer, unreadable, key asked for and not there). */
enum evx_err evx_verify(struct evx_home *h /* NULL allowed without as and deep */, const struct evx_verify_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel, struct evx_report *report,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Time-stamps ---------------------------------------------------------------------------------------------------- */

/* Exactly one of url, request_out and response. */
struct evx_timestamp_options {
	const char *bundle;      /* file or directory */
	int event;               /* number of the event, -1: the newest */
	const char *url;         /* ask this authority (http or https), check its response and append it */
	const char *request_out; /* write a request for an authority to this new file, and nothing else */
	const char *response;    /* check and append the authority's response in this file */
	const char *request;     /* with response: the request that it must answer; NULL: its nonce is not compared */
	const char *tsa_ca;      /* certificates (PEM) of authorities to trust; NULL: those of this system */
	bool unverified;         /* also append a response of an authority that leads to none of them */
	bool sha512;             /* url, request_out: SHA-512 in place of SHA-256 */
	bool confine;
};

struct evx_timestamp_result {
	int event;
	char hash[65];           /* of the event: of its signed document */
	char member[80];         /* appended; "" when a request was written */
	char time[24];           /* UTC, as the authority says; "" when a request was written */
	bool trusted;            /* the authority leads to a trusted certificate; else why_not tells */
	char why_not[256];
	char authority[256], policy[128], serial[64]; /* hostile text */
	struct evx_confine_state confinement;
};

/* Time-stamps an event (RFC 3161, format-spec/timestamps.md). Nothing is appended unless the response is over the event's record and good. EVX_E_EXISTS
 * when it was appended before. h: the home whose rosters count when the chain is judged; NULL: none. With url a process is forked that asks the
 * authority: call before starting threads. */
enum evx_err evx_timestamp(struct evx_home *h, const struct evx_timestamp_options *opt, struct evx_cancel *cancel, struct evx_timestamp_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Opening ------------------------------------------------------------------------------------------------------- */

struct evx_open_options {
	const char *bundle;
	const char *as;
	const char *const *paths; size_t npaths; /* exhibit paths; a directory stands for all beneath. none: everything */
	unsigned jobs;
	bool confine;
	/* extract only */
	const char *target;      /* an existing or new directory */
	bool no_owner, salvage, devices;
	bool privileged;         /* restore set-id bits, file capabilities, attributes other than user.*, file flags */
	/* Called for what could not be restored, or (salvage) is lost. From one thread at a time. May be NULL. */
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what);
	void *remark_ctx;
};

struct evx_open_result {
	uint64_t entries, files, bytes;
	uint64_t not_made;          /* files, directories and links that could not be made in the target: not among entries */
	uint64_t not_restored;      /* attributes or special files that privileges or the file system did not allow */
	uint64_t left_set_ids, left_attributes, left_flags; /* left out without privileged: files with such bits, attributes, files with flags */
	uint64_t left_acls;         /* left out with no_owner: access lists that name somebody else */
	uint64_t failed;            /* files whose bytes could not be had or did not match their hash (removed again) */
	uint64_t lost;              /* salvage: files named but not recoverable */
	uint64_t tail_records;      /* salvage: listing lines found */
	bool verified;              /* false after salvage: nothing was compared with a seal */
	bool complete;              /* the seal's public statement, once it is verified */
	bool goes_on;               /* bytes that are not zero stand behind the bundle's end: nobody calls such a file good */
	char seal_hash[65];
	struct evx_confine_state confinement;
};

/* Calls each for every matching entry in listing order, after the listing root matched the seal. EVX_E_NOT_FOUND when a path asked for is not
 * there (the others were listed). A custody key opens the listing only where the seal allows it. */
enum evx_err evx_list(struct evx_home *h, const struct evx_open_options *opt, const struct evx_passphrase *ask,
	enum evx_err (*each)(void *ctx, const struct evx_entry *entry, uint64_t index), void *ctx, struct evx_progress *progress,
	struct evx_cancel *cancel, struct evx_open_result *result, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes the contents of the file opt->paths[0] to fd; its digest is checked while it is written, a mismatch is reported at
 * the end (EVX_E_FORGED). */
enum evx_err evx_cat(struct evx_home *h, const struct evx_open_options *opt, const struct evx_passphrase *ask, int fd,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_open_result *result, struct evx_diag *diag)
	EVX_MUST_CHECK;
/* Restores entries beneath opt->target; never writes outside it, overwrites nothing, leaves no file whose digest did not match. */
enum evx_err evx_extract(struct evx_home *h, const struct evx_open_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_open_result *result, struct evx_diag *diag)
	EVX_MUST_CHECK;

/* ---- Comparing (format-spec/verification.md "Comparing") ---------------------------------------------------------------- */

enum evx_compare_relation {
	EVX_COMPARE_SAME,      /* one chain; of a receipt: that of its last event */
	EVX_COMPARE_A_LONGER,  /* a goes on where b ends */
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
	bool receipt;               /* it is one, of the event that ends what is known of its chain */
	char uuid[37], seal_hash[65];
	char head[65];              /* of its last event, rightful or not */
	size_t events, rightful;    /* numbers of events; of a receipt: 1 */
	struct evx_compare_event *only; size_t nonly;
	int exit_class;             /* of data and custody, from what was read: 0, 1, 3, 4 or 5 */
	bool goes_on;               /* bytes that are not all zero stand behind its end: exit code 5 at least */
	char why[512];              /* its weightiest finding when that is unchecked, newer or broken, "" else; hostile text */
};

enum evx_compare_file {
	EVX_FILE_MATCHES,    /* contents and attributes */
	EVX_FILE_ATTRIBUTES, /* same contents; mode, owner, time of change, extended attributes, ACLs or flags differ */
	EVX_FILE_DIFFERS,    /* type, contents, link target or device differ */
	EVX_FILE_NOT_COMPARED, /* it was not read when one side was sealed: there is no digest to compare */
	EVX_FILE_MOVED,      /* b has the contents of a file that b misses under another name */
	EVX_FILE_NEW,        /* only b has it */
	EVX_FILE_MISSING,    /* only a has it */
};
#define EVX_COMPARE_FILES 7

struct evx_compare_result {
	enum evx_compare_relation relation;
	bool rightful;            /* of a fork: copies might part there, and nothing is in both that only one may have */
	bool claim;               /* of a fork or two seals: what makes it one is the word of somebody unknown */
	char why[512];            /* of a fork that is not rightful: the finding and its sentence; "" otherwise */
	int common;               /* so many events from the seal on are known to be the same; -1 where a receipt does not tell */
	int between;              /* events that stand between a and the receipt b, and are in neither */
	struct evx_compare_side a, b;
	bool same_contents;       /* one seal: one listing */
	bool listed;              /* both listings were opened and compared: */
	uint64_t files[EVX_COMPARE_FILES]; /* lines, by enum evx_compare_file; a moved one counts once */
	uint64_t not_followed;    /* new and missing files past the bound, for which no other name was looked for */
	struct evx_confine_state confinement;
};
void evx_compare_result_free(struct evx_compare_result *r);

struct evx_compare_options {
	const char *a, *b;   /* bundles: files or directories; b may be a receipt */
	const char *as;      /* identity that opens the listings of both; NULL: only the chains are compared */
	uint64_t memory;     /* bytes of paths and digests kept to find moved files, 0: 64 MiB; sorting takes as much again */
	unsigned jobs;
	bool confine;
	/* Called for every line but those that match, in listing order, after both listing roots matched their seals. from is where a has the contents
	 * of a moved file, else NULL. Hostile texts. An error it returns ends the comparison. */
	enum evx_err (*each)(void *ctx, enum evx_compare_file what, const char *path, size_t path_len, const char *from, size_t from_len);
	void *each_ctx;
};
/* Tells how two bundles, or a bundle and a receipt, relate, by the hashes of their events; packs are not read. The listings of two exhibits are
 * compared with a key; of one exhibit there is one. EVX_E_TRUNCATED where one has no seal that can be read; EVX_E_KEY when as does not open both. */
enum evx_err evx_compare(struct evx_home *h /* NULL allowed without as */, const struct evx_compare_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel, struct evx_compare_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Custody events after the seal (format-spec/events.md) ----------------------------------------------------------- */

/* What to record. Texts are for the details, NULL where there is nothing to say. */
struct evx_event_options {
	const char *bundle;          /* file, or unpacked directory */
	const char *type;            /* "note", "release", "accept" … */
	const char *as;              /* identity that signs; NULL: the only one there is */
	const char *const *also; size_t nalso; /* card files of others who must sign, too: the result is a draft */
	/* Public. */
	const char *to;              /* card file: counterparty of a release, copy or disclosure; former holder of a take-over */
	const char *refers;          /* number or hash of the event this one is about; NULL: the open release, hold, inquiry or authorisation there is */
	const char *keeps;           /* release: "nothing" or "copy" */
	const char *reason_code;     /* take-over: "retired", "dead" or "lost-key" */
	const char *result;          /* verify: "intact", "remarks", "broken", "not-checked"; NULL: what this machine finds */
	bool inventoried;            /* accept */
	bool closed;                 /* inquiry: it is closed */
	bool record_broken;          /* accept: sign although the bundle was found broken, and say so */
	/* rewrap: who can open with the new key files, and nobody else. Those for whom earlier key files were made keep what they have. */
	const char *const *readers_to; size_t nreaders_to; /* card files of content readers; none, and not self: no new content key file */
	const char *const *custody_to; size_t ncustody_to; /* card files of custody readers */
	bool self;                   /* the signer reads, too (content) */
	bool new_custody_key;        /* details from then on go to a new custody key, which earlier key files do not hold */
	bool (*confirm)(void *ctx, const struct evx_reader_info *readers, size_t n); /* as in evx_seal_options; may be NULL */
	void *confirm_ctx;
	/* Details. */
	const char *case_label, *place, *purpose, *authority, *authority_type, *authority_number, *authority_until, *seal_number, *seal_number_after,
		*condition, *checked, *result_text, *carrier, *tracking, *reason, *notes;
	const char *clock_offset, *clock_source, *details_file;
	const char *const *witness; size_t nwitness;       /* card files */
	const char *const *attach; size_t nattach;         /* files */
	const char *const *details_to; size_t ndetails_to; /* card files: details to these only */
	const char *const *extracted; size_t nextracted;   /* access: paths */
	/* Where to. */
	const char *detached;        /* new file: a receipt is written there, the bundle stays as it is */
	const char *draft;           /* new file: an unsigned draft is written there */
	const char *receipt;         /* new file: a receipt is written there as well as appended */
	const char *const *with; size_t nwith; /* only with detached or draft: receipts of events that the bundle lacks, which this one follows */
	const char *tsa, *tsa_ca;    /* time-stamp the event by this authority (evx_timestamp); only where it is appended */
	bool tsa_sha512;
	const char *invocation;
	unsigned jobs;
	bool confine;
};

struct evx_event_outcome {
	int number;
	char type[33], hash[65], seal_hash[65], time[24];
	char result[16];             /* what an accept or verify that was signed just now says it found; "" in the others */
	bool appended;               /* it stands in the bundle now */
	size_t stamps;               /* time-stamps of earlier events that came with its receipt and were not there */
	char *written;               /* the receipt or draft made, NULL none */
	size_t missing;              /* signatures a draft still needs */
	struct evx_reader_info *readers; size_t nreaders; /* of a rewrap signed just now: all who can open with its key files */
	enum evx_err stamp_err;      /* why there is no time-stamp where one was asked for: the event stands without, … */
	struct evx_diag stamp_diag;  /* … and this tells more */
	char stamp_time[24], stamp_authority[256], stamp_member[80]; /* what the time-stamp says, and its name; "" without; hostile text */
	struct evx_confine_state confinement;
};
void evx_event_outcome_free(struct evx_event_outcome *o);

/* Signs an event and appends it, or writes it beside the bundle. The chain is judged first: an event that the rules do not allow is refused
 * (EVX_E_CUSTODY); accept checks every byte first and refuses what is broken (EVX_E_CORRUPT) unless told to record it. A rewrap needs the custody
 * identity in force, or makes a new one, and for content readers the content identity (EVX_E_KEY); the cards that this home always adds are added. After any
 * error the bundle is as it was. */
enum evx_err evx_event_record(struct evx_home *h, const struct evx_event_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* An event whose signer is unknown to this home: no party of the exhibit, and on no card or roster trusted here. It is a claim
 * (format-spec/verification.md "Known and unknown"). */
struct evx_claim_info {
	int number;
	char type[33], time[24];
	char signer[56]; /* fingerprint of signers[0], the actor */
	bool is_void;    /* it would change nothing either if the signer were known */
};
/* Asked before such events are taken into a bundle or vault, with all n of them. Return true to take them. */
typedef bool (*evx_claims_confirm_fn)(void *ctx, const struct evx_claim_info *claims, size_t n);

/* Appends the event of a receipt file (or of a draft that all have signed) to the bundle; it must follow the newest event there, and keep the rules of
 * custody. h: the home whose cards and rosters count; NULL: none. confirm is asked, while nothing is locked, when its signer is unknown; EVX_E_STRANGER when it
 * says no, or is NULL. */
enum evx_err evx_event_append(struct evx_home *h, const char *bundle, const char *receipt, bool confine, evx_claims_confirm_fn confirm, void *ctx,
	struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* What a draft says in clear. People are named as far as they are known here, their fingerprints in any case; the words are those of events.md, "" where the
 * type has none. */
struct evx_draft_info {
	int number;
	char type[33], time[24], seal_hash[65], seal_code[40];
	char result[16], keeps[16], reason[16], state[16];
	char refers[65];         /* hash of the event that it is about, or "" */
	bool has_counterparty, has_former;
	struct evx_card_info counterparty, former;
	struct {
		struct evx_card_info card;
		bool has_signed, self; /* self: who is asked */
	} signers[16];           /* the author first */
	size_t nsigners;
	uint32_t opens_for;      /* readers for whom it has key files */
	bool sealed_details;     /* it has details, which are encrypted and not shown here */
};
/* Asked before a draft is signed; returning false stops (EVX_E_INTERRUPTED). */
struct evx_draft_ask {
	bool (*confirm)(void *ctx, const struct evx_draft_info *draft);
	void *ctx;
};
/* Adds identity as's signature to the draft in file, in place, after sign said yes to what it says. */
enum evx_err evx_event_cosign(struct evx_home *h, const char *file, const char *as, bool confine, const struct evx_passphrase *ask,
	const struct evx_draft_ask *sign, struct evx_event_outcome *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes event number (-1: the newest acceptance that counts, else the newest event) of the bundle as a receipt into the new file. h: the home whose cards and rosters
 * count; NULL: none. */
enum evx_err evx_event_export(struct evx_home *h, const char *bundle, int number, const char *file, bool confine, struct evx_event_outcome *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* How many readers the key files of each tier have together (a reader of several is counted in each), how many files these are, and the event that
 * brought the newest (0: the seal). */
struct evx_recipient_counts {
	size_t custody, content, custody_files, content_files;
	int custody_event, content_event;
	bool goes_on;               /* bytes that are not all zero stand behind the end of the bundle: exit code 5 */
	struct evx_confine_state confinement;
};
/* Tells who can open bundle: *counts from the public chain; with as, each is called for everybody whom the details of the seal and of rewraps name, with the
 * event that says so first. EVX_E_KEY when as does not open those details. */
enum evx_err evx_recipient_list(struct evx_home *h /* NULL allowed without as */, const char *bundle, const char *as, const struct evx_passphrase *ask,
	bool confine, enum evx_err (*each)(void *ctx, const struct evx_reader_info *reader, int since), void *ctx, struct evx_recipient_counts *counts,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Export and import (format-spec/vault.md "Export", "Import") -------------------------------------------------------- */

struct evx_export_options {
	const char *const *exhibits; size_t nexhibits; /* directories: VAULT/exhibits/UUID of one vault, or other unpacked bundles */
	const char *output;          /* a new file; an existing directory: UUID.evx in it; "-": standard output, for one exhibit */
	uint64_t split;              /* bytes per volume, 0: one file */
	const char *as;              /* member whose key opens recipes; NULL: the only identity there is, and only where there is a recipe */
	bool confine;
};
/* An exhibit that was exported. */
struct evx_export_info {
	const char *uuid, *seal_hash, *written; /* written: the bundle; of volumes the name before .001 */
	uint64_t bytes, packs, recipes;         /* recipes: packs among them that the vault keeps as recipes only */
	size_t events, branches;                /* branches: events of other copies that the vault keeps beside the exhibit, and that no bundle holds */
	int exit_class;                         /* 0, or 5 where custody has gaps: then … */
	const char *why;                        /* … the weightiest; hostile text */
};
/* Writes each exhibit as the bundle that was sealed, byte for byte, recipes as the packs that they stand for, and calls each for it. Container and chain are
 * judged first, every pack is compared with its name on the way. EVX_E_CORRUPT, EVX_E_FORGED, EVX_E_TRUNCATED, EVX_E_UNSUPPORTED: it is not as it was sealed;
 * EVX_E_CUSTODY: it was disposed of; EVX_E_KEY: it has recipes, and as is no member; EVX_E_EXISTS. Nothing is left of the one that fails; those before
 * it stay. */
enum evx_err evx_export(struct evx_home *h /* NULL allowed where no key is needed */, const struct evx_export_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, enum evx_err (*each)(void *ctx, const struct evx_export_info *info), void *ctx,
	struct evx_confine_state *confined, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_import_options {
	const char *vault;     /* path of the vault */
	const char *bundle;    /* file, first volume or unpacked directory */
	const char *case_name; /* id or (with a member's key) label of the case to file it in; NULL: the case whose label the seal tells, else none */
	const char *as;        /* identity whose key opens labels; NULL: the only one there is, and only where case_name is a label */
	bool confine;
	evx_claims_confirm_fn confirm_claims; void *claims_ctx; /* asked before events of unknown signers are taken; NULL: they are not */
};

enum evx_import_act {
	EVX_IMPORT_NEW,     /* it is in the vault now */
	EVX_IMPORT_SAME,    /* it was there: nothing was done */
	EVX_IMPORT_LONGER,  /* it was there, and has now what the bundle's chain has more: events, or time-stamps only */
	EVX_IMPORT_SHORTER, /* it was there, with a longer chain: nothing was done */
	EVX_IMPORT_BRANCH,  /* it was there, with another chain: the bundle's events are kept as receipts beside it */
	EVX_IMPORT_OTHER,   /* another exhibit has its UUID in the vault: nothing was done */
};
struct evx_import_result {
	enum evx_import_act act;
	char uuid[37], seal_hash[65], seal_code[40];
	char vault_seal[65];     /* of the exhibit that has the UUID, when it is another; else "" */
	char case_id[37];        /* new: filed in this case; "": in none … */
	bool case_unclear;       /* … although the seal tells a label: several cases have it, or none does */
	size_t events;           /* of its chain in the vault now */
	size_t added;            /* events appended, or kept as receipts just now; */
	size_t stamps;           /* time-stamps appended */
	size_t common;           /* events that both chains begin with */
	bool rightful;           /* branch: copies may part there */
	bool disposed;           /* the vault has disposed of it */
	uint64_t packs, bytes;   /* new: taken in */
	int exit_class;          /* of what was taken: 0, 5 where its custody has gaps, or 1 where more was seen of it here before: then … */
	char why[512];           /* … the weightiest; hostile text */
	struct evx_confine_state confinement;
};
/* Takes a bundle into the vault. Container and chain are judged first and every pack is compared with its name while it is copied; what is not as it was sealed is
 * not taken (EVX_E_CORRUPT, EVX_E_FORGED, EVX_E_TRUNCATED, EVX_E_UNSUPPORTED). Nothing is taken either when confirm_claims said no (EVX_E_STRANGER). No key is needed. After an error the vault is as it was, but for events that were
 * appended before it, each of them rightful. */
enum evx_err evx_import(struct evx_home *h /* NULL allowed where no key is needed */, const struct evx_import_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_import_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
