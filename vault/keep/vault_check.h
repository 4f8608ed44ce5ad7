/* A check of a vault in progress: shared by its parts (vault_check.c, vault_check_one.c,
 * vault_check_damage.c, vault_check_heal.c). */
#ifndef EVX_KEEP_VAULT_CHECK_H
#define EVX_KEEP_VAULT_CHECK_H

#include "find/vault_index.h"
#include "keep/heal_source.h"
#include "open/exhibit.h"
#include "open/vault_use.h"
#include "people/known.h"
#include "store/session.h"

#define EVX_CHECK_FILES_MAX 1000u /* names of files kept for one pack */

struct evx_check_damage {
	struct evx_check_pack pack; /* texts and arrays owned */
	uint8_t hash[32];
	char *what, *healing;
};

/* An exhibit that was bad. */
struct evx_check_bad {
	char uuid[EVX_UUID_CAP];
	enum evx_catalog_result result;
};

struct evx_check {
	const struct evx_check_options *opt;
	struct evx_check_result *result;
	struct evx_vault_use use;
	struct evx_signer signer; /* with heal_from only */
	struct evx_catalog *catalog;
	bool writable; /* what is found can be remembered */
	struct evx_vault_index *index;
	struct evx_known known;
	struct evx_rules_roster rules;
	struct evx_heal_source *source; /* NULL: nothing is healed */
	unsigned jobs, percent;
	uint8_t seed[16];
	int64_t began, since; /* this check, or the interrupted one that it goes on with; 0: nothing
				 is left out */
	bool goes_on;
	struct evx_heads *heads;      /* what was seen of its exhibits before, and is seen now */
	struct evx_findings findings; /* about the vault */
	struct evx_check_damage *damages;
	size_t ndamages;
	struct evx_check_bad *bad;
	size_t nbad;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
	struct evx_diag *diag;
};

/* Adds a finding about the vault. */
enum evx_err evx_check_note(struct evx_check *c, const char *code, enum evx_weight weight,
	const char *where, const char *text) EVX_MUST_CHECK;

/* Checks exhibit uuid, tells it and remembers it; again: only the packs that were damaged, behind a
 * healing. Fails for what ends the whole check. */
enum evx_err evx_check_one(struct evx_check *c, const char *uuid, bool again) EVX_MUST_CHECK;

/* Notes a damaged pack of an exhibit that is loaded (what: why; escaped), and which of its files
 * are touched, where its content part is open. */
enum evx_err evx_check_damage_note(struct evx_check *c, struct evx_exhibit *ex, const char *uuid,
	const uint8_t hash[32], const char *what) EVX_MUST_CHECK;
/* Finds the exhibits on the other side of the recipes in which damaged packs stand. */
enum evx_err evx_check_damage_trace(struct evx_check *c) EVX_MUST_CHECK;
void evx_check_damage_free(struct evx_check *c);

/* Tries to heal all damaged packs from c->source, and signs what was done. */
enum evx_err evx_check_heal(struct evx_check *c) EVX_MUST_CHECK;

#endif
