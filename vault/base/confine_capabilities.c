/* Capabilities, by raw system calls: root without them is one more user, who owns much. */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine_inner.h"

#define LOCKABLE ((rlim_t)64 << 20)
#define BIT(capability) (UINT64_C(1) << (capability))

/* What lies beneath a directory of somebody else is theirs, too, and may be closed to this user but
 * for these. */
static enum evx_err for_dirs(
	const struct evx_confine_dir *dirs, size_t ndirs, uint64_t *keep, struct evx_diag *diag)
{
	struct stat st;
	size_t i;

	for (i = 0; i < ndirs; i++) {
		if (fstat(dirs[i].fd, &st) != 0)
			return evx_fail_errno(
				diag, NULL, "capabilities: stat of an allowed directory failed");
		if (st.st_uid != geteuid())
			*keep |= dirs[i].writable == EVX_CONFINE_READ ?
				BIT(CAP_DAC_READ_SEARCH) :
				BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH);
	}
	return EVX_OK;
}

/* READ_ALL: SYS_ADMIN shows trusted attributes, FOWNER opens files of others without touching their
 * access time. MAY_OWN: a link cannot be given away by a descriptor, so it is made as its owner
 * (SETUID, SETGID). A directory that was given away is closed to its maker (DAC_OVERRIDE,
 * DAC_READ_SEARCH), and so is the mode of a file (FOWNER). */
static uint64_t for_operation(unsigned may)
{
	uint64_t keep = 0;

	if ((may & EVX_CONFINE_MAY_READ_ALL) != 0)
		keep |= BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | BIT(CAP_SYS_ADMIN);
	if ((may & EVX_CONFINE_MAY_OWN) != 0)
		keep |= BIT(CAP_CHOWN) | BIT(CAP_FOWNER) | BIT(CAP_SETUID) | BIT(CAP_SETGID) |
			BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH);
	if ((may & EVX_CONFINE_MAY_PRIVILEGE) != 0)
		keep |= BIT(CAP_FSETID) | BIT(CAP_SETFCAP) | BIT(CAP_LINUX_IMMUTABLE) |
			BIT(CAP_SYS_ADMIN) | BIT(CAP_FOWNER);
	if ((may & EVX_CONFINE_MAY_DEVICES) != 0)
		keep |= BIT(CAP_MKNOD);
	return keep;
}

/* Memory for keys is locked also when the capability for as much as one likes is gone. */
static void leave_lockable(void)
{
	const struct rlimit enough = { LOCKABLE, LOCKABLE };
	struct rlimit now;

	if (getrlimit(RLIMIT_MEMLOCK, &now) == 0 && now.rlim_cur < LOCKABLE)
		(void)setrlimit(RLIMIT_MEMLOCK, &enough);
}

static enum evx_err cut(uint64_t keep, struct evx_diag *diag)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct have[2];
	int i, n = 0;

	if (syscall(SYS_capget, &head, have) != 0)
		return evx_fail_errno(diag, NULL, "capabilities: cannot be read");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return evx_fail_errno(diag, NULL, "capabilities: cannot be dropped");
	if (((have[0].effective >> CAP_SYS_RESOURCE) & 1) != 0)
		leave_lockable();
	/* Who may not shrink the bounding set has no capability to lose by it, and starts no
	 * program anyway. */
	for (n = 0; prctl(PR_CAPBSET_READ, n, 0, 0, 0) >= 0; n++)
		if ((keep & BIT(n)) == 0)
			(void)prctl(PR_CAPBSET_DROP, n, 0, 0, 0);
	for (i = 0; i < 2; i++) {
		const uint32_t half = (uint32_t)(keep >> (32 * i));

		have[i].permitted &= half;
		have[i].effective &= half;
		have[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, have) != 0)
		return evx_fail_errno(diag, NULL, "capabilities: cannot be dropped");
	return EVX_OK;
}

enum evx_err evx_confine_capabilities(
	const struct evx_confine_dir *dirs, size_t ndirs, unsigned may, struct evx_diag *diag)
{
	uint64_t keep = for_operation(may);
	enum evx_err err = for_dirs(dirs, ndirs, &keep, diag);

	return err == EVX_OK ? cut(keep, diag) : err;
}
