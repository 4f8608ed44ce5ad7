/* A session: a directory of its own under a vault's tmp/ in which one process prepares what then
 * appears in one step (format-spec/vault.md "Order of writes"). Its lock tells others that it
 * lives. */
#ifndef EVX_STORE_SESSION_H
#define EVX_STORE_SESSION_H

#include "store/vault.h"

struct evx_session;

/* Makes tmp/SESSION and takes its lock. */
enum evx_err evx_session_begin(
	const struct evx_vault *v, struct evx_session **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Takes away what is left of it and unlocks. NULL does nothing. */
void evx_session_end(struct evx_session *s);
int evx_session_fd(const struct evx_session *s); /* its directory, for other files in the making */

/* Notes for which case the session seals, so that what it leaves should it die is used there and
 * nowhere else. Durable. */
enum evx_err evx_session_note_case(
	struct evx_session *s, const char *case_id, struct evx_diag *diag) EVX_MUST_CHECK;
/* Leaves the proof that this is a content member's seal (evx_remnant_origin), in file origin.
 * Durable. */
#define EVX_SESSION_ORIGIN "origin"
enum evx_err evx_session_note_origin(
	struct evx_session *s, const uint8_t origin[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes SESSION/UUID; *dirfd, which stays the session's, is where the exhibit is to be written
 * (evx_writer_dir). */
enum evx_err evx_session_stage(
	struct evx_session *s, const char *uuid, int *dirfd, struct evx_diag *diag) EVX_MUST_CHECK;
/* Says, before evx_session_stage, that what will be staged is a copy of what stands elsewhere:
 * should this process die, its packs are swept, too. */
enum evx_err evx_session_copies(struct evx_session *s, struct evx_diag *diag) EVX_MUST_CHECK;
/* The commit: everything in SESSION/UUID is durable by now. Marks the exhibit as one of the case
 * (NULL: unfiled), and gives it its place in the vault in one step. EVX_E_EXISTS when an exhibit of
 * that UUID is there. */
enum evx_err evx_session_commit(struct evx_session *s, const char *uuid, const char *case_id,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* What a session that died left of an exhibit. */
struct evx_session_rest {
	char session[33];           /* name in tmp/ */
	char uuid[EVX_UUID_CAP];    /* of the exhibit that was in the making */
	char case_id[EVX_UUID_CAP]; /* that it was for, "" unknown */
	uint64_t packs, bytes;      /* in data/: files, and their length together */
	int64_t time;               /* when the newest was written, seconds since 1970 */
};
/* Takes away dead sessions. Those with packs in them stay, and each (NULL allowed) is called for
 * them, unless with_packs: then they go, too. */
enum evx_err evx_session_sweep(const struct evx_vault *v, bool with_packs,
	enum evx_err (*each)(void *ctx, const struct evx_session_rest *rest), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* How many sessions there are but own (NULL allowed): of processes that live, and of dead ones.
 * Writes nothing. */
enum evx_err evx_session_count(const struct evx_vault *v, const struct evx_session *own,
	uint64_t *live, uint64_t *dead, struct evx_diag *diag) EVX_MUST_CHECK;
/* Moves what a dead session left of an exhibit of a known case to remnants/UUID, and takes the
 * session away. EVX_E_LOCKED when it lives; EVX_E_NOT_FOUND. */
enum evx_err evx_session_adopt(const struct evx_vault *v, const struct evx_session_rest *rest,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
