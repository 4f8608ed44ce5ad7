/* Confinement of the process: its parts in their order. */
#include "base/confine.h"

#include <errno.h>
#include <sys/prctl.h>

#include "base/confine_inner.h"

static void (*before_confined)(void);

void evx_before_confined(void (*forget)(void))
{
	before_confined = forget;
}

static bool required, files_shut;

bool evx_confine_holds(void)
{
	return files_shut;
}

void evx_confine_require(void)
{
	required = true;
}

/* Memory of the process stays out of core dumps, also of those that a program takes through a pipe
 * and no limit forbids; and other processes of the same user cannot look into it. Asked first:
 * confined already, it must not be set again. */
static enum evx_err forbid_dumps(struct evx_diag *diag)
{
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
		return EVX_OK;
	return evx_fail_errno(diag, NULL, "core dumps could not be forbidden");
}

enum evx_err evx_confine_for(const struct evx_confine_dir *dirs, size_t ndirs, unsigned may,
	struct evx_confine_state *state, struct evx_diag *diag)
{
	struct evx_confine_state got = { 0, false };
	enum evx_err err;

	*state = got;
	if (before_confined != NULL)
		before_confined();
	/* Without it neither mechanism may be used unprivileged, and a set-user-id program could
	 * leave the confinement. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return evx_fail_errno(diag, NULL, "no_new_privs: failed");
	err = forbid_dumps(diag);
	if (err == EVX_OK)
		err = evx_confine_landlock(dirs, ndirs, may, &got.landlock_abi, diag);
	if (err == EVX_OK)
		err = evx_confine_capabilities(dirs, ndirs, may, diag);
	if (err == EVX_OK)
		err = evx_confine_seccomp(may, &got.seccomp, diag);
	if (err != EVX_OK)
		return err;
	*state = got;
	files_shut = files_shut || (err == EVX_OK && got.landlock_abi != 0);
	if (required && (got.landlock_abi == 0 || !got.seccomp))
		return evx_fail(diag, EVX_E_IO,
			"This kernel has no %s (or one too old for what was asked), so evx cannot "
			"shut itself off from the other files of this machine. "
			"Nothing was read. Use another machine, or leave out --require-confinement",
			got.landlock_abi == 0 ? "Landlock" : "system call filter (seccomp)");
	return EVX_OK;
}

enum evx_err evx_confine(const struct evx_confine_dir *dirs, size_t ndirs,
	struct evx_confine_state *state, struct evx_diag *diag)
{
	return evx_confine_for(dirs, ndirs, 0, state, diag);
}
