/* Tells a refusal of evx's own confinement from one of the system. */
#include "content/shut_out.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/confine.h"

#define REASON "; evx confines itself, and may not look into other processes"

const char *evx_shut_out(int fd, int sys_errno, enum evx_shut_out what)
{
	static const char *const texts[][2] = {
		[EVX_SHUT_OUT_OPEN] = { "open", "open" REASON },
		[EVX_SHUT_OUT_READ] = { "read", "read" REASON },
		[EVX_SHUT_OUT_LINK] = { "reading the link", "reading the link" REASON },
	};
	struct statfs fs;

	return texts[what][(sys_errno == EACCES || sys_errno == EPERM) && evx_confine_holds() &&
		fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC];
}
