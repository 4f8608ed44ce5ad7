/* The home inside the library: what the other operations need of it. */
#ifndef EVX_PEOPLE_HOME_H
#define EVX_PEOPLE_HOME_H

#include "base/start.h"
#include "custody/agent.h"
#include "custody/cards.h"
#include "custody/identity.h"
#include "custody/rosters.h"
#include "evx.h"
#include "format/roster.h"
#include "people/names.h"

/* Files of one kind, or why they could not be read. */
struct evx_home_files {
	struct evx_kept files;
	enum evx_err err;
	struct evx_diag why;
};

struct evx_home {
	int fd;            /* the directory, open for reading */
	const char *agent; /* the agent's socket, NULL: none */
	const struct evx_cancel *cancel;
	struct evx_names names; /* whom it knows */
	struct evx_vault_door door;
	bool is_read; /* what evx_home_read leaves here follows */
	struct evx_home_files trusted, always, own, rosters;
	struct evx_kept scopes; /* beside the rosters */
	struct evx_buf founder; /* text of the founder's card, when door.founder names a file */
};

/* The home's part of an operation's start (base/start.h): reads the cards and rosters
 * (evx_home_read), and lets the home be written with EVX_CONFINE_WRITE; EVX_CONFINE_READ adds
 * nothing, since all is read by then. h NULL: there is no home. */
void evx_home_start(struct evx_start *s, struct evx_home *h, enum evx_confine_how how);

/* An identity's part of an operation's start (base/start.h): reads the files of identity as (NULL:
 * the only one there is). evx_start_confine asks for its passphrase when it has one, up to three
 * times where ask->again can, and opens *out with it, which is zero until then and stays where it
 * is. EVX_E_KEY when there is none, EVX_E_USAGE when as is NULL and there are several. name_out
 * (NULL allowed) gets its name at once. Release with evx_identity_lock. */
void evx_home_unlock_start(struct evx_start *s, struct evx_home *h, const char *as,
	const struct evx_passphrase *ask, struct evx_identity *out, evx_identity_name name_out);
/* The same where the operation goes on without a key: when no passphrase can be had (EVX_E_KEY),
 * *no_key says why and missing(ctx) is called. */
void evx_home_unlock_start_wanted(struct evx_start *s, struct evx_home *h, const char *as,
	const struct evx_passphrase *ask, struct evx_identity *out, struct evx_diag *no_key,
	void (*missing)(void *ctx), void *ctx);

/* Who signs: the card and public keys in id; its secrets only as far as they were needed. */
struct evx_hand {
	struct evx_identity id;
	struct evx_agent *agent; /* NULL: the key is here */
	struct evx_signer signer;
};
/* A signer's part of an operation's start: makes ready to sign as (evx.h) with a card that is not
 * retired; with opens also what id.encryption opens. Connects to the agent; evx_start_confine fills
 * *out, which is zero until then and stays where it is. The errors of evx_home_unlock_start,
 * evx_identity_signer and evx_agent_open. Release with evx_hand_free. */
void evx_home_hand_start(struct evx_start *s, struct evx_home *h, const char *as, bool opens,
	const struct evx_passphrase *ask, struct evx_hand *out);
void evx_hand_free(struct evx_hand *hand);
/* The same for identity name, which evx_home_unlock_start was called for: *signer signs with *id,
 * through *agent (the caller's to free, NULL: not needed) where its key is in one; both must
 * outlive it. */
void evx_home_signer_start(struct evx_start *s, struct evx_home *h, const char *name,
	struct evx_identity *id, struct evx_agent **agent, struct evx_signer *signer);
/* The identity that as names, or (NULL) the only one there is. */
enum evx_err evx_home_identity(struct evx_home *h, const char *as, evx_identity_name name,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Reads the cards and rosters of the home (NULL: nothing) into memory, once: to be called by each
 * operation that asks for them, before it confines itself. No byte of them is looked at, and what
 * could not be read is told by whoever asks for it. */
void evx_home_read(struct evx_home *h);
/* Frees what it read: whoever changes cards, rosters or identities of the home calls it after. */
void evx_home_forget(struct evx_home *h);
/* What evx_home_read read, parsed and verified: to be called once the process is confined. The
 * cards trusted, those always added, the rosters. A bad file fails all of its kind; diag names it.
 */
enum evx_err evx_home_trusted(
	struct evx_home *h, struct evx_cards *out, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_home_always(
	struct evx_home *h, struct evx_cards *out, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_home_rosters(
	struct evx_home *h, struct evx_rosters *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The cards that make a signer known here: those trusted, and those of the home's identities. */
enum evx_err evx_home_cards(
	struct evx_home *h, struct evx_cards *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The text of the card of the home's identity name, verified; *text is the caller's to free. */
enum evx_err evx_home_own_card(
	struct evx_home *h, const char *name, char **text, struct evx_diag *diag) EVX_MUST_CHECK;
/* Of these the ones that may have this fingerprint: those of the home's identities, and of the
 * trusted ones the only one whose file is called after it. No other is parsed. */
enum evx_err evx_home_cards_that_name(struct evx_home *h, const char *fingerprint,
	struct evx_cards *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The text of the trusted card with this person's name (small and capital letters of ASCII alike)
 * or fingerprint, appended to text; one that is retired only where no other has it.
 * EVX_E_NOT_FOUND; EVX_E_USAGE when several have the name: diag has their fingerprints. */
enum evx_err evx_home_card_named(struct evx_home *h, const char *name, struct evx_buf *text,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Asks for a passphrase and puts it into guarded memory of exactly its length. */
enum evx_err evx_home_ask_passphrase(const struct evx_passphrase *ask, const char *what,
	bool confirm, struct evx_secret **out, struct evx_diag *diag) EVX_MUST_CHECK;

/* After a wrong passphrase: asks for another one in its place. tries counts the wrong ones.
 * EVX_E_KEY without a word where nobody can be asked, or three were wrong. */
enum evx_err evx_home_ask_again(const struct evx_passphrase *ask, const char *what, unsigned *tries,
	struct evx_secret **passphrase, struct evx_diag *diag) EVX_MUST_CHECK;
/* Nothing more will be asked. */
void evx_home_answered(const struct evx_passphrase *ask);

/* Which cards of a home: evx_home_trusted or evx_home_always. */
typedef enum evx_err (*evx_home_cards_fn)(
	struct evx_home *h, struct evx_cards *out, struct evx_diag *diag);
/* Calls each for every such card, once the process is confined to nothing (confined NULL: it is
 * not). Ends with the first failure of each. */
enum evx_err evx_home_list(struct evx_home *h, evx_home_cards_fn which,
	struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
