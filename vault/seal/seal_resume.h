/* seal -o --resume: what a seal that was killed left of the same bundle lends its compressed chunks
 * (format-spec/container.md "Unfinished files"). Every chunk is opened and compared with what is
 * read from the source; nothing else of the unfinished file, and none of its keys, comes into the
 * new bundle. */
#ifndef EVX_SEAL_SEAL_RESUME_H
#define EVX_SEAL_SEAL_RESUME_H

#include "base/cancel.h"
#include "content/lender.h"
#include "crypto/secret.h"

struct evx_seal_resume;

/* Before confinement: opens the largest unfinished file of the bundle at output, and takes its
 * lock, so that no other process uses or removes it. Parses nothing. EVX_E_NOT_FOUND when there is
 * none. */
enum evx_err evx_seal_resume_open(
	const char *output, struct evx_seal_resume **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_seal_resume_free(struct evx_seal_resume *r); /* NULL does nothing; wipes */
/* After confinement, once: opens the exhibit's content identity with identity, and finds the
 * chunks. EVX_E_KEY when it does not open; EVX_E_NOT_FOUND when unfinished (people/unfinished.h)
 * has no note of it, or there is no chunk; EVX_E_INTERRUPTED. */
enum evx_err evx_seal_resume_load(struct evx_seal_resume *r, const struct evx_secret *identity,
	int unfinished, const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;

/* Of what was loaded: the UUID of the exhibit that was not finished, and its chunks. Both are r's.
 */
const char *evx_seal_resume_uuid(const struct evx_seal_resume *r);
const struct evx_lender *evx_seal_resume_lender(const struct evx_seal_resume *r);
/* Whether these are the numbers of the unfinished file. */
bool evx_seal_resume_owns(const struct evx_seal_resume *r, uint64_t dev, uint64_t ino);
/* The new bundle is there: removes the unfinished file and its note. What cannot be removed is told
 * of by the next seal. */
void evx_seal_resume_done(struct evx_seal_resume *r, int unfinished);

#endif
