#include "base/confine.h"

#include <sys/prctl.h>

#include "base/confine_parts.h"

static void (*before_confined)(void);

void evx_before_confined(void (*forget)(void))
{
	before_confined = forget;
}

enum evx_err evx_confine(const struct evx_confine_dir *dirs, size_t ndirs, struct evx_confine_state *state, struct evx_diag *diag)
{
	struct evx_confine_state got = { 0, false };
	enum evx_err err;

	*state = got;
	if (before_confined != NULL)
		before_confined();
	/* Without it neither mechanism may be used unprivileged, and a set-user-id program could leave the confinement. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return evx_fail_errno(diag, NULL, "no_new_privs: failed");
	err = evx_confine_landlock(dirs, ndirs, &got.landlock_abi, diag);
	if (err != EVX_OK)
		return err;
	err = evx_confine_seccomp(&got.seccomp, diag);
	if (err == EVX_OK)
		*state = got;
	return err;
}
