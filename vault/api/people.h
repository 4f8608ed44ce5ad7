/* Identities, cards, trust and rosters. */
#ifndef EVX_API_PEOPLE_H
#define EVX_API_PEOPLE_H

#include "api/start.h"

/* ---- Home: identities and known cards --------------------------------------------------- */

struct evx_home;
/* Opens the directory (made, mode 0700, when create is set). EVX_E_NOT_FOUND when it is not there;
 * EVX_E_KEY when others than this user and root can write to it: they could change whom this
 * machine trusts. */
enum evx_err evx_home_open(
	const char *path, bool create, struct evx_home **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_home_free(struct evx_home *h);

/* Names the socket of the agent (ssh-agent) that keeps signing keys for this home; NULL: there is
 * none. path and cancel (NULL allowed: asked while waiting for the agent) must outlive the home.
 * Nothing is connected before a key is wanted. */
void evx_home_use_agent(struct evx_home *h, const char *path, const struct evx_cancel *cancel);

/* Who signs, wherever options and calls below have `as`: the name of an identity, or
 * "agent:SHA256:…", a key in the agent whose card is that of an identity here or trusted here. An
 * identity that was made with such a key uses the agent by itself, and needs no passphrase to sign.
 * EVX_E_KEY when the agent has not that key, does not sign, or answers with anything but a good
 * signature. */

/* A person's or office's public identity (format-spec/cards.md). */
struct evx_card_info {
	char person[260], organisation[260], country[4], role[260]; /* role "" when none */
	char encryption[64];                                        /* age1… */
	char signing[164];             /* ssh-ed25519 …, sk-ssh-ed25519@openssh.com … */
	char fingerprint[56];          /* SHA256:… */
	char created[24], retired[24]; /* UTC; retired "" while in use */
};

/* Asked wherever a card is named for a decision and its name could be taken for another's
 * (format-spec/cards.md "Names that look alike"): alike is a card known here whose name looks the
 * same, or (with the fingerprint of card) the one by which this key was known so far, or NULL;
 * disguised: its names mix scripts, or hold signs that are not seen or stand for other letters.
 * Return EVX_OK to go on, EVX_E_INTERRUPTED for no, EVX_E_USAGE when there is nobody to ask. */
typedef enum evx_err (*evx_names_confirm_fn)(void *ctx, const struct evx_card_info *card,
	const struct evx_card_info *alike, bool disguised);
/* *plain: this home, or a part of it, is beneath path (or path in it), and an identity of it has
 * keys without a passphrase. A path that is not there holds nothing. */
enum evx_err evx_home_within(
	struct evx_home *h, const char *path, bool *plain, struct evx_diag *diag) EVX_MUST_CHECK;
/* Says whom to ask in all calls with this home. Without it such names are refused (EVX_E_USAGE).
 * ctx outlives the home. */
void evx_home_ask_names(struct evx_home *h, evx_names_confirm_fn confirm, void *ctx);

struct evx_id_spec {
	const char *person, *organisation, *country, *role; /* role may be NULL */
	unsigned work_factor;                               /* scrypt 2^N; 0: the default, 18 */
	bool no_passphrase;
	const char *signer; /* "agent:SHA256:…": the signing key is this one in the agent; NULL: one
			       is made */
};
/* How an identity keeps its keys. */
struct evx_id_keys {
	bool has_passphrase, in_agent; /* in_agent: the signing key */
};
/* Makes identity name. ask is used unless spec->no_passphrase. */
enum evx_err evx_id_new(struct evx_home *h, const char *name, const struct evx_id_spec *spec,
	const struct evx_passphrase *ask, struct evx_card_info *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every identity, in order of names. */
enum evx_err evx_id_list(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const char *name, const struct evx_card_info *card,
		struct evx_id_keys keys),
	void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_id_show(struct evx_home *h, const char *name, struct evx_card_info *out,
	struct evx_id_keys *keys, struct evx_diag *diag) EVX_MUST_CHECK;
/* The card as one text (malloc'ed, NUL-terminated; caller frees). */
enum evx_err evx_id_card(
	struct evx_home *h, const char *name, char **text, struct evx_diag *diag) EVX_MUST_CHECK;
/* Changes, sets or (to_none) removes the passphrase. Asks for the old one, then for the new one
 * with confirm. */
enum evx_err evx_id_passwd(struct evx_home *h, const char *name, bool to_none, unsigned work_factor,
	const struct evx_passphrase *ask, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes card and encrypted keys as one new file, mode 0600. An identity without passphrase is
 * encrypted to one asked for here. */
enum evx_err evx_id_backup(struct evx_home *h, const char *name, const char *file,
	const struct evx_passphrase *ask, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes a backup file in as identity name. name NULL: the file's name without directory and ending.
 * EVX_E_EXISTS when it is there. The name used goes to name_out (65 bytes). Unless confined is
 * NULL, the process is confined to the home, for good, before the file is parsed; *confined says by
 * what. */
enum evx_err evx_id_import(struct evx_home *h, const char *file, const char *name,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, char name_out[65],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Marks the identity retired: it still opens and verifies, and no longer seals. */
enum evx_err evx_id_retire(struct evx_home *h, const char *name, const struct evx_passphrase *ask,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds the cards in n files to those that every seal of this home is also encrypted to, and calls
 * each for every one added. confined as for evx_id_import. */
enum evx_err evx_id_always_to(struct evx_home *h, const char *const *files, size_t n,
	struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every such card, once the process is confined to nothing (confined NULL: it is
 * not). */
enum evx_err evx_id_always_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Comparing a card ------------------------------------------------------------------- */

/* Reads and verifies the card in file; *trusted: its key is on a card trusted in h (NULL: none), or
 * its own identity's. Unless confined is NULL, the process is confined before the file is parsed.
 */
enum evx_err evx_card_show(struct evx_home *h, const char *file, struct evx_confine_state *confined,
	struct evx_card_info *out, bool *trusted, struct evx_diag *diag) EVX_MUST_CHECK;
/* The words of a fingerprint "SHA256:…" (format-spec/cards.md "Words"); static. EVX_E_USAGE for
 * another text. */
#define EVX_CARD_WORDS 16u
enum evx_err evx_card_show_words(const char *fingerprint, const char *words[EVX_CARD_WORDS],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* A short text, such as a fingerprint or a seal code, as a QR code: width × width modules, row by
 * row, without a margin. */
#define EVX_CARD_QR_MAX 57u
struct evx_card_qr {
	size_t width;
	bool dark[EVX_CARD_QR_MAX * EVX_CARD_QR_MAX];
};
enum evx_err evx_card_show_qr(
	const char *text, struct evx_card_qr *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Trust ------------------------------------------------------------------------------ */

/* Verifies the cards in n files and adds them to those whose keys are trusted in this home, each in
 * place of an older one of the same key, and calls each for every one added. confined as for
 * evx_id_import. EVX_E_CUSTODY when the one there is retired and the new one is not. */
enum evx_err evx_trust_add(struct evx_home *h, const char *const *files, size_t n,
	struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every such card, once the process is confined to nothing (confined NULL: it is
 * not). */
enum evx_err evx_trust_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The trusted card with this fingerprint ("SHA256:…"). EVX_E_NOT_FOUND. */
enum evx_err evx_trust_show(struct evx_home *h, const char *fingerprint,
	struct evx_confine_state *confined, struct evx_card_info *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Trusts it no longer. EVX_E_NOT_FOUND; EVX_E_USAGE for a text that is no fingerprint. */
enum evx_err evx_trust_remove(
	struct evx_home *h, const char *fingerprint, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Rosters (format-spec/roster.md) ---------------------------------------------------- */

/* One key of a roster. Texts are as others wrote them; times are UTC, "" where there is none. */
struct evx_roster_key_info {
	struct evx_card_info card; /* organisation and country are those of the agency; created is
				      `from` */
	char from[24], until[24];
	bool approver;
	char (*acts_for)[56];
	size_t nacts_for; /* fingerprints of offices */
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
enum evx_roster_known {
	EVX_KNOWN_NOT,
	EVX_KNOWN_SAME,
	EVX_KNOWN_NEWER,
	EVX_KNOWN_OLDER,
	EVX_KNOWN_FORKED
};

/* A roster: its draft where it has one, else its newest version. */
struct evx_roster_info {
	char name[260], origin[65], hash[65], time[24]; /* origin "" before version 1 is good; hash
							   "" of a draft */
	uint32_t version;
	bool draft;
	uint32_t good; /* versions that are good: version, or one less */
	uint32_t threshold;
	struct evx_roster_root_info *roots;
	size_t nroots;
	struct evx_roster_key_info *keys;
	size_t nkeys;
	struct evx_roster_signer_info *signers;
	size_t nsigners;
	struct evx_roster_agency_info *agencies;
	size_t nagencies;
	enum evx_roster_known known;
	uint32_t known_version; /* of the one trusted here; the version where they part, when forked
				 */
};
void evx_roster_info_free(struct evx_roster_info *info);

enum evx_roster_act { EVX_ROSTER_NEW, EVX_ROSTER_ADD, EVX_ROSTER_REVOKE, EVX_ROSTER_ROTATE };
/* What to write into a roster file. Times: YYYY-MM-DDTHH:MM:SSZ, or YYYY-MM-DD for its first
 * second. */
struct evx_roster_change {
	enum evx_roster_act act;
	const char *file; /* new: must not be there */
	const char *name; /* new */
	const char *const *roots;
	size_t nroots;      /* new, rotate: card files of all roots */
	uint32_t threshold; /* new, rotate; 0: all of them */
	const char *card; /* add: card file; a key that is listed is said anew, and stays revoked */
	const char *agency;       /* add; NULL: the card's organisation */
	const char *from, *until; /* add; NULL: what it was, else now, without end */
	const char *const *acts_for;
	size_t nacts_for;                /* add: fingerprints of offices in the same agency */
	bool approver;                   /* add */
	const char *key, *reason, *time; /* revoke: fingerprint; retired, lost or compromised; time
					    NULL: now */
	const char *const *by;
	size_t nby; /* fingerprints of the roots that will sign; none: all of them */
	evx_names_confirm_fn confirm_names;
	void *confirm_ctx; /* asked about the names on cards where there is no home; NULL: such
			      names are refused */
};
/* Writes the change as a draft: into the unsigned one that stands at the end of the file, else as a
 * new version. *info, the caller's to free, is the draft. confined as for evx_id_import, to the
 * file's directory. EVX_E_CUSTODY when the draft is signed by some, or a rule forbids it;
 * EVX_E_NOT_FOUND for a fingerprint that is not in the roster. */
enum evx_err evx_roster_make(struct evx_home *h /* NULL allowed */,
	const struct evx_roster_change *change, struct evx_confine_state *confined,
	struct evx_roster_info *info, struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds the signature of identity as (NULL: the only one there is) to the draft in file.
 * EVX_E_CUSTODY when there is no draft or it is not named there, EVX_E_EXISTS when it has signed.
 */
enum evx_err evx_roster_cosign(struct evx_home *h, const char *file, const char *as,
	const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_roster_info *info, struct evx_diag *diag) EVX_MUST_CHECK;
/* Verifies all versions in file and compares them with the roster trusted in this home (NULL: none
 * is). */
enum evx_err evx_roster_tell(struct evx_home *h, const char *file,
	struct evx_confine_state *confined, struct evx_roster_info *info,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Asked before a roster is trusted whose name looks like that of another, alike (NULL: none), or is
 * disguised, as evx_names_confirm_fn; and, with scope, whether it is accepted for all its agencies.
 */
typedef bool (*evx_roster_confirm_fn)(void *ctx, const struct evx_roster_info *info,
	const char *alike, bool disguised, bool scope);
/* For which of its agencies a roster is accepted: those named, or all that it has now. Neither: as
 * before; of a new one confirm is asked. */
struct evx_roster_accept {
	const char *const *agencies;
	size_t nagencies; /* names */
	bool all;
};
/* Trusts the roster in file in this home from now on, for the agencies in accept. EVX_E_CUSTODY
 * when it ends in a draft, is older than the one here or a fork of it; EVX_E_EXISTS when it is the
 * one here, accepted for the same agencies; EVX_E_NOT_FOUND for an agency that it does not have;
 * EVX_E_INTERRUPTED when confirm said no. */
enum evx_err evx_roster_import(struct evx_home *h, const char *file,
	const struct evx_roster_accept *accept, struct evx_confine_state *confined,
	evx_roster_confirm_fn confirm, void *ctx, struct evx_roster_info *info,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each for every roster trusted in this home. */
enum evx_err evx_roster_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_roster_info *info), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
