/* Seals that are not finished: noted in the home by the public key of their exhibit. */
#include "people/unfinished.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "format/text.h"

#define UNFINISHED "unfinished"

int evx_unfinished_open(struct evx_home *h)
{
	int fd;

	if (mkdirat(h->fd, UNFINISHED, 0700) != 0 && errno != EEXIST)
		return -1;
	fd = openat(h->fd, UNFINISHED, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && evx_check_guarded(fd, UNFINISHED, NULL) != EVX_OK)
		evx_close_quiet(&fd);
	return fd;
}

bool evx_unfinished_note(int dirfd, const uint8_t content_pub[32])
{
	char name[65];

	evx_hex_encode(content_pub, 32, name);
	return dirfd >= 0 && evx_write_new_file(dirfd, name, 0600, "", 0, NULL) == EVX_OK;
}

bool evx_unfinished_noted(int dirfd, const uint8_t content_pub[32])
{
	char name[65];
	struct stat st;

	evx_hex_encode(content_pub, 32, name);
	return dirfd >= 0 && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(st.st_mode);
}

void evx_unfinished_forget(int dirfd, const uint8_t content_pub[32])
{
	char name[65];

	evx_hex_encode(content_pub, 32, name);
	if (dirfd >= 0)
		(void)unlinkat(dirfd, name, 0);
}
