/* Block devices: what an examiner writes down before imaging. */
#include "content/device.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"

/* The text of the attribute file at path without the blanks around it; "" when there is none. */
static bool read_text(const char *path, char *out, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, out, cap - 1);
	evx_close_quiet(&fd);
	size_t end = n > 0 ? (size_t)n : 0, start = 0;
	while (end > 0 && strchr(" \t\n", out[end - 1]) != NULL)
		end--;
	while (start < end && strchr(" \t\n", out[start]) != NULL)
		start++;
	memmove(out, out + start, end - start);
	out[end - start] = '\0';
	return end > start;
}

/* SCSI vital product data page 0x80: four bytes of header, the last two the length, then the serial
 * number in ASCII. */
static void read_vpd_serial(const char *base, char *out, size_t cap)
{
	char path[128];
	uint8_t page[256];
	snprintf(path, sizeof(path), "%s/device/vpd_pg80", base);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, page, sizeof(page));
	evx_close_quiet(&fd);
	if (n < 4 || page[1] != 0x80)
		return;
	size_t len = (size_t)page[2] << 8 | page[3], used = 0;
	for (size_t i = 4; i < 4 + len && i < (size_t)n && used + 1 < cap; i++)
		if (page[i] != '\0' && (page[i] != ' ' || used > 0))
			out[used++] = (char)page[i];
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
}

static void read_sysfs(struct evx_device *d)
{
	char base[64], path[128], partition[16];
	snprintf(base, sizeof(base), "/sys/dev/block/%u:%u", d->major, d->minor);
	snprintf(path, sizeof(path), "%s/partition", base);
	if (read_text(path, partition, sizeof(partition)))
		snprintf(base, sizeof(base), "/sys/dev/block/%u:%u/..", d->major, d->minor);
	snprintf(path, sizeof(path), "%s/device/vendor", base);
	read_text(path, d->vendor, sizeof(d->vendor));
	snprintf(path, sizeof(path), "%s/device/model", base);
	read_text(path, d->model, sizeof(d->model));
	snprintf(path, sizeof(path), "%s/device/serial", base);
	if (read_text(path, d->serial, sizeof(d->serial)))
		return;
	snprintf(path, sizeof(path), "%s/serial", base);
	if (!read_text(path, d->serial, sizeof(d->serial)))
		read_vpd_serial(base, d->serial, sizeof(d->serial));
}

enum evx_err evx_device_describe(
	int fd, const char *path, struct evx_device *out, struct evx_diag *diag)
{
	struct stat st;
	int sector = 0, read_only = 0;
	memset(out, 0, sizeof(*out));
	if (fstat(fd, &st) != 0)
		return evx_fail_errno(
			diag, path, "The device cannot be looked at, and nothing was sealed");
	if (!S_ISBLK(st.st_mode))
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_USAGE,
				"This source is not a block device. Nothing was sealed. Check its "
				"path."));
	if (ioctl(fd, BLKGETSIZE64, &out->size) != 0)
		return evx_fail_errno(
			diag, path, "The device does not tell its size, and nothing was sealed");
	if (ioctl(fd, BLKSSZGET, &sector) != 0)
		return evx_fail_errno(diag, path,
			"The device does not tell its sector size, and nothing was sealed");
	if (ioctl(fd, BLKROGET, &read_only) != 0)
		return evx_fail_errno(diag, path,
			"The device does not tell whether it is write-protected, and nothing was "
			"sealed");
	out->sector_size = (uint32_t)sector;
	out->read_only = read_only != 0;
	out->major = major(st.st_rdev);
	out->minor = minor(st.st_rdev);
	read_sysfs(out);
	return EVX_OK;
}
