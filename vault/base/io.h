/* Whole reads and writes over short, interrupted and failing system calls. errno detail goes into
 * diag. */
#ifndef EVX_BASE_IO_H
#define EVX_BASE_IO_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/cancel.h"

/* Reads up to n bytes, looping over short reads; *got < n only at end of file. */
enum evx_err evx_read_full(int fd, void *p, size_t n, size_t *got, const char *path,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_pread_full(int fd, void *p, size_t n, uint64_t offset, size_t *got,
	const char *path, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_write_full(
	int fd, const void *p, size_t n, const char *path, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_pwrite_full(int fd, const void *p, size_t n, uint64_t offset, const char *path,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* As evx_read_full, for a pipe whose writer may never write: EVX_E_INTERRUPTED when *cancel (NULL
 * allowed) says so, also while it waits, if a signal to this thread told it. */
enum evx_err evx_read_pipe(int fd, void *p, size_t n, const struct evx_cancel *cancel, size_t *got,
	const char *path, struct evx_diag *diag) EVX_MUST_CHECK;
/* fsync; EINVAL and ENOTSUP (a pipe, a terminal) are not failures. */
enum evx_err evx_fsync(int fd, const char *path, struct evx_diag *diag) EVX_MUST_CHECK;
/* Closes *fd and sets it to -1; a failure of close is reported. -1 does nothing. */
enum evx_err evx_close(int *fd, const char *path, struct evx_diag *diag) EVX_MUST_CHECK;
/* Closes *fd, ignoring failures: for cleanup and for descriptors that were only read. */
void evx_close_quiet(int *fd);
/* Reads the whole regular file (or pipe) path under dirfd (AT_FDCWD allowed) into out (appended):
 * the one way to read a small file. EVX_E_LIMIT past max bytes; EVX_E_NOT_OURS for anything else
 * that stands there (directory, device, a file of the kernel that has nothing to read yet). Never
 * waits for a named pipe's first writer; for the end of a pipe EVX_PIPE_SECONDS at most (EVX_E_IO),
 * and not when a signal is handled (EVX_E_INTERRUPTED). After a failure out is as before. */
#define EVX_PIPE_SECONDS 60
enum evx_err evx_read_file(int dirfd, const char *path, size_t max, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for a file that says whom this machine trusts: no pipe, and EVX_E_KEY when others can
 * change it (evx_check_guarded). */
enum evx_err evx_read_guarded_file(int dirfd, const char *path, size_t max, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_KEY when the file or directory fd can be written by its group or by others, or belongs to
 * neither this user nor root. Root reads what belongs to anybody. path is for messages. */
enum evx_err evx_check_guarded(int fd, const char *path, struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes a new file of the given mode, durable (file and directory fsynced). EVX_E_EXISTS when it
 * exists: nothing is changed. On any other failure no file is left. */
enum evx_err evx_write_new_file(int dirfd, const char *path, mode_t mode, const void *p, size_t n,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* As above but replaces an existing file in one step (temporary file beside it, fsync, rename,
 * fsync of the directory). */
enum evx_err evx_replace_file(int dirfd, const char *path, mode_t mode, const void *p, size_t n,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* True when name is one under which evx_replace_file writes what then replaces a file: a process
 * that died left it. */
bool evx_is_replacement(const char *name);

#endif
