/* Confinement of a process that reads answers from the network. */
#ifndef EVX_REMOTE_REMOTE_CONFINE_H
#define EVX_REMOTE_REMOTE_CONFINE_H

#include "base/confine.h"

/* For a process that was started to ask a server, after curl_global_init and before the first byte
 * is asked for: from now on it reads what names of hosts and certificates take, writes no file, has
 * no capability and speaks to the internet only (base/confine.h). Descriptors that are open stay
 * usable. The process ends when its parent does. EVX_E_IO as evx_confine. */
enum evx_err evx_remote_confine(struct evx_diag *diag) EVX_MUST_CHECK;
/* The same, and n directories more. */
enum evx_err evx_remote_confine_with(
	const struct evx_confine_dir *more, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
