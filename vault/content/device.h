/* Block devices: what an examiner writes down about a disk before imaging it. */
#ifndef EVX_CONTENT_DEVICE_H
#define EVX_CONTENT_DEVICE_H

#include "base/err.h"

struct evx_device {
	uint64_t size;        /* bytes (BLKGETSIZE64) */
	uint32_t sector_size; /* logical, bytes (BLKSSZGET) */
	bool read_only; /* the kernel refuses writes to it (BLKROGET): a software write block, or a
			   read-only medium */
	uint32_t major, minor;
	char vendor[128], model[128], serial[128]; /* as the device says through sysfs, trimmed,
						      maybe hostile; "" when it does not say */
};

/* Describes the block device open as fd (path is for the message). EVX_E_USAGE when fd is no block
 * device. A partition is described with the vendor, model and serial of its disk. What sysfs does
 * not tell is left empty; that is no failure. */
enum evx_err evx_device_describe(
	int fd, const char *path, struct evx_device *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
