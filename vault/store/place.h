/* Files and directories of a vault, which may be hostile: no link is followed, nothing but regular
 * files is read. */
#ifndef EVX_STORE_PLACE_H
#define EVX_STORE_PLACE_H

#include "base/buf.h"

/* Opens directory name of parent. EVX_E_NOT_FOUND; EVX_E_CORRUPT for what is no directory (a link).
 */
enum evx_err evx_place_open(
	int parent, const char *name, int *fd, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same; one that is not there is made, durably. */
enum evx_err evx_place_make(
	int parent, const char *name, int *fd, struct evx_diag *diag) EVX_MUST_CHECK;
/* Appends the regular file name of parent to out. EVX_E_NOT_FOUND, EVX_E_CORRUPT (something else),
 * EVX_E_LIMIT over max bytes. */
enum evx_err evx_place_read(int parent, const char *name, size_t max, struct evx_buf *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Calls each with every name in the directory but "." and "..", in no order, until it fails. */
enum evx_err evx_place_each(int fd, enum evx_err (*each)(void *ctx, const char *name), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same, with the type as readdir has it: DT_UNKNOWN where the file system does not tell. */
enum evx_err evx_place_each_type(int fd,
	enum evx_err (*each)(void *ctx, const char *name, unsigned char type), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Whether fd lies on a file system that other machines share (NFS, SMB, AFS, Ceph, 9P, Coda, sshfs
 * and the like): locks may not reach them. */
bool evx_place_is_shared(int fd);
/* Takes away name of parent and, when it is a directory, what is in it, at most depth levels down;
 * links go, not what they lead to. EVX_OK when it was not there. Cleanup may leave it unchecked. */
enum evx_err evx_place_remove(int parent, const char *name, unsigned depth, struct evx_diag *diag);

#endif
