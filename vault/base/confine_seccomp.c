/* The system call filter, written by hand as classic BPF
 * (Documentation/userspace-api/seccomp_filter.rst).
 *
 * It lists what is forbidden, not what is allowed. The calls that libc, OpenSSL, zstd and the
 * allocator make differ between versions and grow with updates that we do not see; a list of
 * allowed calls would break working programs, at a customer's, in the middle of a seal. What is
 * forbidden is what hostile bytes that took over the process would need: a way out (network, other
 * programs, other processes, keys, devices of the kernel) or a large part of the kernel to attack;
 * and what the Landlock of older kernels lets pass: modes, owners, times and attributes of files,
 * cutting files by their names, devices. For ioctl alone the list is of what is allowed, since its
 * numbers are without end. Calls newer than this list answer ENOSYS, as on an older kernel, so
 * nothing passes because it was invented later. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine_inner.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

/* mseal: the newest call that was looked at. From 424 on all architectures count alike. */
#define NEWEST_KNOWN 462
#define X32_BIT 0x40000000u
/* Newer than the headers of Debian 12. */
#define NR_FCHMODAT2 452
#define NR_LSM_SET_SELF_ATTR 460

#define NETWORK EVX_CONFINE_MAY_NETWORK
#define RESTORE EVX_CONFINE_MAY_RESTORE
#define OWN EVX_CONFINE_MAY_OWN

/* Refused, but for an operation that may do what stands beside it. */
static const struct {
	unsigned nr, unless;
} denied[] = {
	/* network; on an inherited socket only read and write remain */
	{ SYS_connect, NETWORK },
	{ SYS_bind, NETWORK },
	{ SYS_sendto, NETWORK },
	{ SYS_sendmsg, NETWORK },
	{ SYS_sendmmsg, NETWORK },
	{ SYS_recvfrom, NETWORK },
	{ SYS_recvmsg, NETWORK },
	{ SYS_recvmmsg, NETWORK },
	{ SYS_setsockopt, NETWORK },
	{ SYS_listen, 0 },
	{ SYS_accept, 0 },
	{ SYS_accept4, 0 },
	/* other programs */
	{ SYS_execve, 0 },
	{ SYS_execveat, 0 },
	/* other processes: their memory, descriptors, shared memory, queues, signals; and being
	   somebody else */
	{ SYS_ptrace, 0 },
	{ SYS_process_vm_readv, 0 },
	{ SYS_process_vm_writev, 0 },
	{ SYS_process_madvise, 0 },
	{ SYS_process_mrelease, 0 },
	{ SYS_kcmp, 0 },
	{ SYS_pidfd_open, 0 },
	{ SYS_pidfd_getfd, 0 },
	{ SYS_pidfd_send_signal, 0 },
	{ SYS_kill, 0 },
	{ SYS_tkill, 0 },
	{ SYS_rt_sigqueueinfo, 0 },
	{ SYS_rt_tgsigqueueinfo, 0 },
	{ SYS_move_pages, 0 },
	{ SYS_migrate_pages, 0 },
	{ SYS_ioprio_set, 0 },
	{ SYS_shmget, 0 },
	{ SYS_shmat, 0 },
	{ SYS_shmctl, 0 },
	{ SYS_msgget, 0 },
	{ SYS_msgctl, 0 },
	{ SYS_msgsnd, 0 },
	{ SYS_msgrcv, 0 },
	{ SYS_semget, 0 },
	{ SYS_semctl, 0 },
	{ SYS_semtimedop, 0 },
	{ SYS_mq_open, 0 },
	{ SYS_mq_unlink, 0 },
	{ SYS_setuid, 0 },
	{ SYS_setgid, 0 },
	{ SYS_setreuid, 0 },
	{ SYS_setregid, 0 },
	{ SYS_setresuid, 0 },
	{ SYS_setresgid, 0 },
	{ SYS_setgroups, 0 },
	{ SYS_setfsuid, OWN },
	{ SYS_setfsgid, OWN },
	/* another view of the file system */
	{ SYS_mount, 0 },
	{ SYS_umount2, 0 },
	{ SYS_pivot_root, 0 },
	{ SYS_chroot, 0 },
	{ SYS_open_tree, 0 },
	{ SYS_move_mount, 0 },
	{ SYS_fsopen, 0 },
	{ SYS_fsconfig, 0 },
	{ SYS_fsmount, 0 },
	{ SYS_fspick, 0 },
	{ SYS_mount_setattr, 0 },
	{ SYS_setns, 0 },
	{ SYS_unshare, 0 },
	{ SYS_open_by_handle_at, 0 },
	{ SYS_fanotify_init, 0 },
	{ SYS_fanotify_mark, 0 },
	{ SYS_inotify_init1, 0 },
	{ SYS_inotify_add_watch, 0 },
	{ SYS_quotactl, 0 },
	{ SYS_quotactl_fd, 0 },
	/* files by their names, which an older Landlock lets pass; its flags are behind a pointer:
	   openat2 */
	{ SYS_truncate, 0 },
	{ SYS_fchmodat, 0 },
	{ NR_FCHMODAT2, 0 },
	{ SYS_fchownat, 0 },
	{ SYS_setxattr, 0 },
	{ SYS_lsetxattr, 0 },
	{ SYS_removexattr, 0 },
	{ SYS_lremovexattr, 0 },
	{ SYS_fremovexattr, 0 },
	{ SYS_fchmod, RESTORE },
	{ SYS_fchown, OWN },
	{ SYS_fsetxattr, RESTORE },
	{ SYS_utimensat, RESTORE },
	{ SYS_mknodat, RESTORE },
	/* the kernel itself */
	{ SYS_init_module, 0 },
	{ SYS_finit_module, 0 },
	{ SYS_delete_module, 0 },
	{ SYS_kexec_load, 0 },
	{ SYS_bpf, 0 },
	{ SYS_perf_event_open, 0 },
	{ SYS_userfaultfd, 0 },
	{ SYS_io_uring_setup, 0 },
	{ SYS_io_uring_enter, 0 },
	{ SYS_io_uring_register, 0 },
	{ SYS_io_setup, 0 },
	{ SYS_io_submit, 0 },
	{ SYS_splice, 0 },
	{ SYS_vmsplice, 0 },
	{ SYS_tee, 0 },
	{ SYS_timer_create, 0 },
	{ SYS_mbind, 0 },
	{ SYS_set_mempolicy, 0 },
	{ SYS_set_mempolicy_home_node, 0 },
	{ SYS_add_key, 0 },
	{ SYS_request_key, 0 },
	{ SYS_keyctl, 0 },
	{ SYS_personality, 0 },
	{ NR_LSM_SET_SELF_ATTR, 0 },
	{ SYS_remap_file_pages, 0 },
	/* the machine */
	{ SYS_reboot, 0 },
	{ SYS_swapon, 0 },
	{ SYS_swapoff, 0 },
	{ SYS_acct, 0 },
	{ SYS_syslog, 0 },
	{ SYS_vhangup, 0 },
	{ SYS_sethostname, 0 },
	{ SYS_setdomainname, 0 },
	{ SYS_settimeofday, 0 },
	{ SYS_clock_settime, 0 },
	{ SYS_adjtimex, 0 },
	{ SYS_clock_adjtime, 0 },
#ifdef SYS_kexec_file_load
	{ SYS_kexec_file_load, 0 },
#endif
#ifdef __x86_64__
	{ SYS_chmod, 0 },
	{ SYS_chown, 0 },
	{ SYS_lchown, 0 },
	{ SYS_utime, 0 },
	{ SYS_utimes, 0 },
	{ SYS_futimesat, 0 },
	{ SYS_mknod, 0 },
	{ SYS_inotify_init, 0 },
	{ SYS_iopl, 0 },
	{ SYS_ioperm, 0 },
	{ SYS_modify_ldt, 0 },
	{ SYS_uselib, 0 },
	{ SYS_create_module, 0 },
	{ SYS_get_kernel_syms, 0 },
	{ SYS_query_module, 0 },
	{ SYS__sysctl, 0 },
#endif
};

#define DENIED (sizeof(denied) / sizeof(denied[0]))

/* Terminals for prompts and progress, and what a seal asks of its sources. */
static const unsigned ioctls[] = {
	TCGETS,
	TCSETS,
	TCSETSW,
	TCSETSF,
	TIOCGWINSZ,
	FIONREAD,
	FIONBIO,
	FIOCLEX,
	FS_IOC_GETFLAGS,
	BLKGETSIZE64,
	BLKSSZGET,
	BLKROGET,
};

/* Their first argument is a process (or a thread): 0 and this process only. */
static const unsigned on_oneself[] = {
	SYS_prlimit64,
	SYS_sched_setaffinity,
	SYS_sched_setparam,
	SYS_sched_setscheduler,
	SYS_sched_setattr,
};

/* CLONE_NEWTIME shares its bit with the exit signal here and is only taken by clone3 and unshare.
 */
#define CLONE_NEW_ANY \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
		CLONE_NEWPID | CLONE_NEWNET)

#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, member))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define UNLESS(test, k) \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, (k), 0, 1) /* jumps over the next instruction if not */
#define REFUSE(sys_errno) ANSWER(SECCOMP_RET_ERRNO | (sys_errno))
#define MASK(k) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (k))

/* Both architectures are little-endian: the low half of an argument comes first. */
static const struct sock_filter head[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
#ifdef __x86_64__
	UNLESS(BPF_JGE, X32_BIT),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
#endif
	UNLESS(BPF_JGT, NEWEST_KNOWN),
	REFUSE(ENOSYS),
	/* Their flags are behind a pointer, where a filter cannot look; libc falls back to clone
	   and openat. */
	UNLESS(BPF_JEQ, SYS_clone3),
	REFUSE(ENOSYS),
	UNLESS(BPF_JEQ, SYS_openat2),
	REFUSE(ENOSYS),
};

#define HEAD (sizeof(head) / sizeof(head[0]))

/* Room for all that follows; each call of add asks for less than what is left. */
#define CODE_MAX 640

struct code {
	struct sock_filter at[CODE_MAX];
	unsigned short len;
};

static void add(struct code *c, struct sock_filter f)
{
	if (c->len < CODE_MAX)
		c->at[c->len] = f;
	c->len++;
}

/* The instructions up to the matching end are for the call nr only; they begin with its number
 * loaded. */
static size_t begin(struct code *c, unsigned nr)
{
	add(c, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 0));
	return c->len - 1U;
}

static void end(struct code *c, size_t start, struct sock_filter answer)
{
	add(c, answer);
	if (c->len <= CODE_MAX)
		c->at[start].jf = (uint8_t)(c->len - start - 1);
}

static void answer_if(struct code *c, unsigned test, unsigned k, struct sock_filter answer)
{
	add(c, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, k, 0, 1));
	add(c, answer);
}

#define ALLOWED ((struct sock_filter)ANSWER(SECCOMP_RET_ALLOW))
#define REFUSED ((struct sock_filter)REFUSE(EPERM))
#define ARG(n) ((struct sock_filter)LOAD(args[n]))

/* Opening for neither reading nor writing asks Landlock for no right and yet cuts a file (O_TRUNC)
 * or opens a device; for reading and cutting, an older one asks only whether it may be read. */
static void check_open(struct code *c, unsigned nr, unsigned flags)
{
	const size_t start = begin(c, nr);

	add(c, (struct sock_filter)LOAD(args[flags]));
	add(c, (struct sock_filter)MASK(O_ACCMODE | O_TRUNC));
	answer_if(c, BPF_JEQ, O_RDONLY | O_TRUNC, REFUSED);
	add(c, (struct sock_filter)MASK(O_ACCMODE));
	answer_if(c, BPF_JEQ, O_ACCMODE, REFUSED);
	end(c, start, ALLOWED);
}

static void check_ioctl(struct code *c, unsigned may)
{
	const size_t start = begin(c, SYS_ioctl);
	size_t i;

	add(c, ARG(1));
	for (i = 0; i < sizeof(ioctls) / sizeof(ioctls[0]); i++)
		answer_if(c, BPF_JEQ, ioctls[i], ALLOWED);
	if ((may & EVX_CONFINE_MAY_PRIVILEGE) != 0)
		answer_if(c, BPF_JEQ, FS_IOC_SETFLAGS, ALLOWED);
	end(c, start, REFUSED);
}

static void check_processes(struct code *c)
{
	const unsigned self = (unsigned)getpid();
	size_t i, start = begin(c, SYS_clone);

	add(c, ARG(0));
	answer_if(c, BPF_JSET, CLONE_NEW_ANY, REFUSED);
	end(c, start, ALLOWED);
	for (i = 0; i < sizeof(on_oneself) / sizeof(on_oneself[0]); i++) {
		start = begin(c, on_oneself[i]);
		add(c, ARG(0));
		answer_if(c, BPF_JEQ, 0, ALLOWED);
		answer_if(c, BPF_JEQ, self, ALLOWED);
		end(c, start, REFUSED);
	}
	start = begin(c, SYS_tgkill);
	add(c, ARG(0));
	answer_if(c, BPF_JEQ, self, ALLOWED);
	end(c, start, REFUSED);
	start = begin(c, SYS_setpriority);
	add(c, ARG(0));
	add(c, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PRIO_PROCESS, 1, 0));
	add(c, REFUSED);
	add(c, ARG(1));
	answer_if(c, BPF_JEQ, 0, ALLOWED);
	answer_if(c, BPF_JEQ, self, ALLOWED);
	end(c, start, REFUSED);
	start = begin(c, SYS_prctl);
	add(c, ARG(0));
	answer_if(c, BPF_JEQ, PR_SET_DUMPABLE, REFUSED);
	answer_if(c, BPF_JEQ, PR_SET_PTRACER, REFUSED);
	answer_if(c, BPF_JEQ, PR_SET_MM, REFUSED);
	end(c, start, ALLOWED);
}

static void check_nodes(struct code *c, unsigned may)
{
	const size_t start = begin(c, SYS_mknodat);

	add(c, ARG(2));
	add(c, (struct sock_filter)MASK(S_IFMT));
	answer_if(c, BPF_JEQ, S_IFIFO, ALLOWED);
	answer_if(c, BPF_JEQ, S_IFSOCK, ALLOWED);
	if ((may & EVX_CONFINE_MAY_DEVICES) != 0) {
		answer_if(c, BPF_JEQ, S_IFCHR, ALLOWED);
		answer_if(c, BPF_JEQ, S_IFBLK, ALLOWED);
	}
	end(c, start, REFUSED);
}

/* The internet, and the one question to the kernel by which libc orders addresses. No sockets of
 * this machine: who reads hostile answers must not speak to its daemons. A pair within the process
 * is how libcurl wakes itself. */
static void check_sockets(struct code *c, unsigned may)
{
	size_t start = begin(c, SYS_socketpair);

	add(c, ARG(0));
	if ((may & NETWORK) != 0)
		answer_if(c, BPF_JEQ, AF_UNIX, ALLOWED);
	end(c, start, REFUSED);
	start = begin(c, SYS_socket);
	if ((may & NETWORK) != 0) {
		add(c, ARG(0));
		answer_if(c, BPF_JEQ, AF_INET, ALLOWED);
		answer_if(c, BPF_JEQ, AF_INET6, ALLOWED);
		add(c, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0));
		add(c, REFUSED);
		add(c, ARG(2));
		answer_if(c, BPF_JEQ, NETLINK_ROUTE, ALLOWED);
	}
	end(c, start, REFUSED);
}

static void compose(struct code *c, unsigned may)
{
	size_t i;

	for (i = 0; i < HEAD; i++)
		add(c, head[i]);
	for (i = 0; i < DENIED; i++)
		if ((denied[i].unless & may) == 0)
			answer_if(c, BPF_JEQ, denied[i].nr, REFUSED);
	check_open(c, SYS_openat, 2);
#ifdef SYS_open
	check_open(c, SYS_open, 1);
#endif
	check_ioctl(c, may);
	check_processes(c);
	check_nodes(c, may);
	check_sockets(c, may);
	add(c, ALLOWED);
}

enum evx_err evx_confine_seccomp(unsigned may, bool *on, struct evx_diag *diag)
{
	struct code code = { .len = 0 };
	struct sock_fprog program = { .filter = code.at };

	*on = false;
	/* EFAULT says that filters exist; without them it is EINVAL. */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == 0 || errno != EFAULT)
		return EVX_OK;
	compose(&code, may);
	program.len = code.len;
	if (code.len > CODE_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "seccomp: filter too long");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return evx_fail_errno(diag, NULL, "seccomp: filter refused");
	*on = true;
	return EVX_OK;
}

#else

enum evx_err evx_confine_seccomp(unsigned may, bool *on, struct evx_diag *diag)
{
	(void)may;
	(void)diag;
	*on = false;
	return EVX_OK;
}

#endif
