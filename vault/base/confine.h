/* Confinement: after this call the process can no longer reach what it does not need (Landlock,
 * seccomp, capabilities). Called when everything is open, before any hostile byte is parsed and
 * before any thread is started. What libraries read lazily must have been read by then: user and
 * group names, the time zone, locales. */
#ifndef EVX_BASE_CONFINE_H
#define EVX_BASE_CONFINE_H

#include "base/err.h"

/* What may be done beneath a directory, or with a file. The first two are what false and true mean.
 */
enum evx_confine_how {
	EVX_CONFINE_READ = 0,
	EVX_CONFINE_WRITE = 1, /* read, write, make, rename and remove files, directories and links
				*/
	EVX_CONFINE_NAMES = 2, /* rename, and remove; open nothing. For a file that is open already
				  and gets its name in the end */
	EVX_CONFINE_MOVE = 3,  /* EVX_CONFINE_WRITE, and rename from one directory into another (the
				* commit of a vault), which the first Landlock always refuses:  there
				* it is left out, and said to be missing */
};

struct evx_confine_dir {
	int fd; /* an open directory or file (O_PATH will do) */
	enum evx_confine_how writable;
};

/* What an operation needs beside files, to be joined with |. Each lets something through that is
 * refused without it. */
enum evx_confine_may {
	EVX_CONFINE_MAY_READ_ALL = 1,  /* root: read what belongs to others, with all attributes,
					  leaving access times alone (a seal) */
	EVX_CONFINE_MAY_RESTORE = 2,   /* modes and attributes of open files, times, FIFOs, sockets
					  (an extraction) */
	EVX_CONFINE_MAY_OWN = 4,       /* … root: owners */
	EVX_CONFINE_MAY_PRIVILEGE = 8, /* … root: set-id bits, file capabilities, security and
					  trusted attributes, file flags */
	EVX_CONFINE_MAY_DEVICES = 16,  /* … root: device nodes */
	EVX_CONFINE_MAY_NETWORK = 32,  /* be the client of a server on the internet */
};

/* What of it took hold, to tell the user. */
struct evx_confine_state {
	int landlock_abi; /* 0: the kernel has no Landlock, or one that is too old for
			     EVX_CONFINE_MOVE */
	bool seccomp;
};

/* Has forget called at the beginning of evx_confine, whatever becomes of it: what hostile bytes
 * must not meet goes then. One function for the process, the last one set; NULL: none. */
void evx_before_confined(void (*forget)(void));

/* Confines the process for good: no file outside dirs may be opened anew (descriptors already open
 * keep working), no network, no new programs, no ptrace, mount, module or key calls, no signals to
 * other processes; modes, owners, times and attributes of files stay as they are; the seccomp
 * filter answers EPERM, and kills on a foreign architecture. Sets no_new_privs, drops the
 * capabilities that nothing in dirs or may asks for, and forbids core dumps. Kernels without
 * Landlock or seccomp are no failure: *state says so, unless evx_confine_require was called.
 * EVX_E_IO when a mechanism that is there refuses. may: of enum evx_confine_may. */
enum evx_err evx_confine_for(const struct evx_confine_dir *dirs, size_t ndirs, unsigned may,
	struct evx_confine_state *state, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same with may 0, which is right for what neither seals, extracts nor asks the network. */
enum evx_err evx_confine(const struct evx_confine_dir *dirs, size_t ndirs,
	struct evx_confine_state *state, struct evx_diag *diag) EVX_MUST_CHECK;

/* Whether Landlock holds this process: it may then look into no other process either, whatever the
 * rights of its user are. */
bool evx_confine_holds(void);

/* From now on a confinement that is not whole (no Landlock, no seccomp) is the failure EVX_E_IO,
 * before any hostile byte is parsed. */
void evx_confine_require(void);

#endif
