/* Damaged packs that a check of a vault found, and what they touch. */
#ifndef EVX_KEEP_CHECK_DAMAGE_H
#define EVX_KEEP_CHECK_DAMAGE_H

#include "open/exhibit.h"
#include "store/vault.h"

#define EVX_CHECK_FILES_MAX 1000u /* names of files kept for one pack */

struct evx_check_damage {
	struct evx_check_pack pack; /* texts and arrays owned */
	uint8_t hash[32];
	char *what, *healing; /* pack's texts */
};

/* Zero-initialise. */
struct evx_check_damages {
	struct evx_check_damage *at;
	size_t n;
};

bool evx_check_damage_has(
	const struct evx_check_damages *d, const char *uuid, const uint8_t hash[32]);
/* Adds a damaged pack of exhibit uuid of v, which is loaded as ex (what: why; escaped), and which
 * of its files are touched, where its content part is open. After an error the damage may be in d,
 * without files. */
enum evx_err evx_check_damage_note(struct evx_check_damages *d, const struct evx_vault *v,
	struct evx_exhibit *ex, const char *uuid, const uint8_t hash[32], const char *what,
	unsigned jobs, const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
/* Finds the exhibits on the other side of the recipes in which the damaged packs stand. */
enum evx_err evx_check_damage_trace(struct evx_check_damages *d, const struct evx_vault *v,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_check_damage_free(struct evx_check_damages *d);

#endif
