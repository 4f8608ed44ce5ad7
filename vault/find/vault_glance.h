/* What a glance at an exhibit of a vault tells, without keys and without judging its chain: whether
 * the catalog's row is still right. */
#ifndef EVX_FIND_VAULT_GLANCE_H
#define EVX_FIND_VAULT_GLANCE_H

#include "store/catalog.h"
#include "store/marks.h"
#include "store/vault.h"

/* What tells that the files of an exhibit are those that were read: a hash over the identity and
 * times of its directory and of custody/ in it. False when it is not there. Zeros when it changed
 * too short a while ago for the clock to tell another change: then it never compares equal. */
bool evx_vault_glance_stamp(const struct evx_vault *v, const char *uuid, uint8_t stamp[32]);
/* The same for many exhibits: exhibits is the vault's directory of them, which is open. */
bool evx_vault_glance_stamp_in(int exhibits, const uint8_t uuid[16], uint8_t stamp[32]);
/* Whether stamp is that of the files as they are. */
bool evx_vault_glance_fresh(const uint8_t stamp[32], const uint8_t now[32]);
/* Whether the small files of the exhibit say what e does: seal, head, number of events, time,
 * signer, completeness, disposal, payload, branches. Hashes are compared, signatures are not
 * verified. */
bool evx_vault_glance_agrees(const struct evx_vault *v, const struct evx_catalog_exhibit *e);
/* What both ways of reading an exhibit share: the hash that names a signing key, and whether there
 * are other branches of its chain. */
enum evx_err evx_vault_glance_signer(
	const char *key_text, uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
bool evx_vault_glance_branches(const struct evx_vault *v, const char *uuid);
/* Whether the catalog has as many exhibits as the vault: else it does not know them all. */
bool evx_vault_glance_complete(const struct evx_vault *v, struct evx_catalog *c);
/* Whether the exhibit is marked as one of the case that e says, or of none if e says none. */
bool evx_vault_glance_filed_so(
	const struct evx_vault *v, const char *uuid, const struct evx_catalog_exhibit *e);
/* The case that the exhibit is marked as one of; false for none. marks: of all cases, read before;
 * NULL: each case is asked. */
bool evx_vault_glance_case(const struct evx_marks *marks, const struct evx_vault *v,
	const char *uuid, char case_id[EVX_UUID_CAP]);
/* What its data/ takes, and how much of the payload stands there as recipes: fills stored and
 * borrowed; payload is known. dirfd: the exhibit's directory. */
enum evx_err evx_vault_glance_data(
	int dirfd, struct evx_catalog_exhibit *e, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
