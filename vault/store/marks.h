/* Marks: which case an exhibit is filed in (format-spec/vault.md "Layout"). A case marks an exhibit
 * by a file with its name, made before the exhibit is there. */
#ifndef EVX_STORE_MARKS_H
#define EVX_STORE_MARKS_H

#include "store/vault.h"

/* All marks of a vault, read once. Wherever one is taken below, NULL does as well: then each case
 * is asked. */
struct evx_marks;

/* Reads them; v is loaded. EVX_E_MEMORY, EVX_E_INTERRUPTED. */
enum evx_err evx_marks_load(
	const struct evx_vault *v, struct evx_marks **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_marks_free(struct evx_marks *m); /* NULL does nothing */
/* Whether the exhibit was there when the marks were read: false also where that is not known. */
bool evx_marks_saw(const struct evx_marks *m, const char *uuid);
/* Whether this case marks the exhibit now. */
bool evx_marks_has(const struct evx_vault *v, const char *case_id, const char *uuid);
/* The first case of the vault, from number `from` on, that marks the exhibit; evx_vault_cases(v)
 * when none does. An exhibit that came in after the marks were read is looked for itself. */
size_t evx_marks_next(
	const struct evx_marks *m, const struct evx_vault *v, const char *uuid, size_t from);
/* Where the exhibit is filed now, merges followed: the case that marks it, "" for none. */
void evx_marks_case(const struct evx_marks *m, const struct evx_vault *v, const char *uuid,
	char case_id[EVX_UUID_CAP]);

#endif
