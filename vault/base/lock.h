/* Locks between processes: taken by asking again and again, so that a signal ends the wait, and
 * never waited for without end. */
#ifndef EVX_BASE_LOCK_H
#define EVX_BASE_LOCK_H

#include "base/cancel.h"

#define EVX_LOCK_SECONDS 60u /* how long another process is waited for */

/* Opens the regular file name in directory dirfd, made when it is not there, and locks it (flock,
 * exclusive). While another process has it, asks again until that ends, seconds are over
 * (EVX_E_LOCKED; the message names the process that wrote its number into the file) or *cancel is
 * set (EVX_E_INTERRUPTED; NULL: a signal is handled). what: what the lock is of, for messages. *fd
 * is the caller's to close, which ends the lock; -1 after a failure. Links are not followed
 * (EVX_E_CORRUPT for what is no regular file). */
enum evx_err evx_lock_take(int dirfd, const char *name, const char *what, unsigned seconds,
	const struct evx_cancel *cancel, int *fd, struct evx_diag *diag) EVX_MUST_CHECK;

/* The same for what is open already, a bundle or a directory, in which nothing is written: the lock
 * ends when the last descriptor of this open file is closed. The holder's number is what the kernel
 * lists, where it can be read (before confinement). cancel NULL: any signal that is handled ends
 * the wait. */
enum evx_err evx_lock_open(int fd, const char *what, unsigned seconds,
	const struct evx_cancel *cancel, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
