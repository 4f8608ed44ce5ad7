/* From inside the confined process, what hostile bytes that took it over would try: as root and as
 * a user, with the Landlock of this kernel, with that of older ones, and without. Each row is tried
 * in a process of its own, on files that only the confinement protects; and (as root) without
 * confinement, where it must succeed, or its refusal would show nothing. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "base/confine.h"
#include "bundle/output.h"

/* Taken by base/confine_landlock.c as this test compiles it: -1: the kernel's own, 0: none. */
extern int evx_confine_forced_abi;
int evx_confine_forced_abi = -1;

#define NOBODY 65534u
#define ONLY_SETUP 2
#define NR_FCHMODAT2 452

static char root[] = "/tmp/evx-acts-XXXXXX";
/* What an act works with: directories by descriptor, a file outside both and one that may be read,
 * open descriptors of each; another process. */
static int ro = -1, rw = -1, outside_fd = -1, inside_fd = -1, terminal = -1, a_pipe[2], b_pipe[2];
static char outside[64], readable[64], inside[64];
static pid_t other;

#define NEED(cond) \
	do { \
		if (!(cond)) \
			_exit(ONLY_SETUP); \
	} while (0)

/* ---- Acts: true when it was done -------------------------------------------------------- */

static bool do_read(void)
{
	return open(outside, O_RDONLY | O_CLOEXEC) >= 0;
}
static bool do_write(void)
{
	return open(outside, O_WRONLY | O_CLOEXEC) >= 0;
}
static bool do_write_readable(void)
{
	return open(readable, O_WRONLY | O_CLOEXEC) >= 0;
}
static bool do_append(void)
{
	return open(outside, O_WRONLY | O_APPEND | O_CLOEXEC) >= 0;
}
static bool do_create(void)
{
	char p[80];
	snprintf(p, sizeof(p), "%s.new", outside);
	return open(p, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}
static bool do_mkdir(void)
{
	char p[80];
	snprintf(p, sizeof(p), "%s.dir", outside);
	return mkdir(p, 0700) == 0;
}
static bool do_unlink(void)
{
	return unlink(outside) == 0;
}
static bool do_rename(void)
{
	char p[80];
	snprintf(p, sizeof(p), "%s.moved", outside);
	return rename(outside, p) == 0;
}
static bool do_link(void)
{
	return linkat(AT_FDCWD, outside, rw, "stolen", 0) == 0;
}
static bool do_symlink(void)
{
	return symlinkat("/etc", rw, "s") == 0;
}
static bool do_list(void)
{
	return open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
}
static bool do_readable_cut(void)
{
	return open(readable, O_RDONLY | O_TRUNC | O_CLOEXEC) >= 0;
}
static bool do_cut_by_3(void)
{
	return open(outside, O_ACCMODE | O_TRUNC | O_CLOEXEC) >= 0;
}
static bool do_open_by_3(void)
{
	return open(outside, O_ACCMODE | O_CLOEXEC) >= 0;
}
static bool do_openat_by_3(void)
{
	return openat(rw, outside, O_ACCMODE | O_CLOEXEC) >= 0;
}
static bool do_truncate(void)
{
	return truncate(outside, 0) == 0;
}
static bool do_chmod(void)
{
	return syscall(SYS_fchmodat, AT_FDCWD, outside, 0777) == 0;
}
static bool do_chmod_proc(void)
{
	char p[40];
	snprintf(p, sizeof(p), "/proc/self/fd/%d", outside_fd);
	return chmod(p, 0777) == 0;
}
static bool do_fchmod(void)
{
	return fchmod(outside_fd, 0777) == 0;
}
static bool do_chmod_empty(void)
{
	int fd = open(outside, O_PATH | O_CLOEXEC);
	return fd >= 0 && syscall(NR_FCHMODAT2, fd, "", 0777, AT_EMPTY_PATH) == 0;
}
static bool do_chown(void)
{
	return fchownat(AT_FDCWD, outside, geteuid(), getegid(), 0) == 0;
}
static bool do_lchown(void)
{
	return lchown(outside, geteuid(), getegid()) == 0;
}
static bool do_fchown(void)
{
	return fchown(outside_fd, geteuid(), getegid()) == 0;
}
static bool do_chown_empty(void)
{
	int fd = open(outside, O_PATH | O_CLOEXEC);
	return fd >= 0 && fchownat(fd, "", geteuid(), getegid(), AT_EMPTY_PATH) == 0;
}
static bool do_setxattr(void)
{
	return setxattr(outside, "user.x", "x", 1, 0) == 0;
}
static bool do_lsetxattr(void)
{
	return lsetxattr(outside, "user.x", "x", 1, 0) == 0;
}
static bool do_fsetxattr(void)
{
	return fsetxattr(outside_fd, "user.x", "x", 1, 0) == 0;
}
static bool do_removexattr(void)
{
	return removexattr(outside, "user.there") == 0;
}
static bool do_fremovexattr(void)
{
	return fremovexattr(outside_fd, "user.there") == 0;
}
static bool do_utimes(void)
{
	return utimensat(AT_FDCWD, outside, NULL, 0) == 0;
}
static bool do_flags(void)
{
	int f = FS_NODUMP_FL;
	return ioctl(outside_fd, FS_IOC_SETFLAGS, &f) == 0;
}
static bool do_block(void)
{
	return mknodat(rw, "block", S_IFBLK | 0600, makedev(7, 0)) == 0;
}
static bool do_char(void)
{
	return mknodat(rw, "char", S_IFCHR | 0600, makedev(1, 3)) == 0;
}
static bool do_whiteout(void)
{
	return mknodat(rw, "white", S_IFCHR | 0600, makedev(0, 0)) == 0;
}
static bool do_fifo(void)
{
	return mkfifoat(rw, "fifo", 0600) == 0;
}
static bool do_kill(void)
{
	return kill(other, 0) == 0;
}
static bool do_kill_all(void)
{
	return kill(-1, 0) == 0;
}
static bool do_tkill(void)
{
	return syscall(SYS_tkill, other, 0) == 0;
}
static bool do_tgkill(void)
{
	return syscall(SYS_tgkill, other, other, 0) == 0;
}
static bool do_sigqueue(void)
{
	siginfo_t i = { .si_code = SI_QUEUE };
	return syscall(SYS_rt_sigqueueinfo, other, SIGWINCH, &i) == 0;
}
static bool do_pidfd(void)
{
	return syscall(SYS_pidfd_open, other, 0) >= 0;
}
static bool do_trace(void)
{
	return ptrace(PTRACE_SEIZE, other, NULL, NULL) == 0;
}
static bool do_vm(void)
{
	char c = 0;
	struct iovec here = { &c, 1 }, there = { root, 1 };
	return process_vm_readv(other, &here, 1, &there, 1, 0) == 1;
}
static bool do_vm_write(void)
{
	char c = 0;
	struct iovec here = { &c, 1 }, there = { root + sizeof(root) - 1, 1 };
	return process_vm_writev(other, &here, 1, &there, 1, 0) == 1;
}
static bool do_prlimit(void)
{
	struct rlimit l = { 64, 64 };
	return prlimit(other, RLIMIT_NOFILE, &l, NULL) == 0;
}
static bool do_nice(void)
{
	return setpriority(PRIO_PROCESS, (id_t)other, 19) == 0;
}
static bool do_nice_user(void)
{
	return setpriority(PRIO_PGRP, (id_t)other, 19) == 0;
}
static bool do_ioprio(void)
{
	return syscall(SYS_ioprio_set, 1, other, (3 << 13)) == 0;
}
static bool do_affinity(void)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	return sched_setaffinity(other, sizeof(one), &one) == 0;
}
static bool do_move_pages(void)
{
	return syscall(SYS_move_pages, other, 0UL, NULL, NULL, NULL, 0) == 0;
}
static bool do_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}
static bool do_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}
static bool do_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}
static bool do_audit(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 9) >= 0;
}
static bool do_packet(void)
{
	return socket(AF_PACKET, SOCK_DGRAM, 0) >= 0;
}
static bool do_raw(void)
{
	return socket(AF_INET, SOCK_RAW, 255) >= 0;
}
static bool do_pair(void)
{
	int s[2];
	return socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0;
}
static bool do_exec(void)
{
	pid_t p;
	int s = 0;
	p = fork();
	if (p == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	return waitpid(p, &s, 0) == p && s == 0;
}
static bool do_splice(void)
{
	return write(a_pipe[1], "x", 1) == 1 && splice(a_pipe[0], NULL, b_pipe[1], NULL, 1, 0) == 1;
}
static bool do_tee(void)
{
	return write(a_pipe[1], "x", 1) == 1 && tee(a_pipe[0], b_pipe[1], 1, 0) == 1;
}
static bool do_vmsplice(void)
{
	struct iovec v = { root, 1 };
	return vmsplice(a_pipe[1], &v, 1, 0) == 1;
}
static bool do_timer(void)
{
	timer_t t;
	return timer_create(CLOCK_MONOTONIC, NULL, &t) == 0;
}
static bool do_setuid(void)
{
	return syscall(SYS_setuid, geteuid()) == 0;
}
static bool do_setresuid(void)
{
	return syscall(SYS_setresuid, -1, -1, -1) == 0;
}
static bool do_chroot(void)
{
	return chroot("/") == 0;
}
static bool do_unshare(void)
{
	return unshare(CLONE_FS | CLONE_NEWNS) == 0;
}
static bool do_inotify(void)
{
	return syscall(SYS_inotify_init1, 0) >= 0;
}
static bool do_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
}
static bool do_is_dumpable(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
}
static bool do_hostname(void)
{
	char h[65];
	return gethostname(h, sizeof(h)) == 0 && sethostname(h, strlen(h)) == 0;
}
static bool do_sticky(void)
{
	struct winsize w = { 0 };
	return ioctl(terminal, TIOCSWINSZ, &w) == 0;
}
static bool do_keystroke(void)
{
	return ioctl(terminal, TIOCSTI, "x") == 0;
}
static bool do_userfault(void)
{
	return syscall(SYS_userfaultfd, 0) >= 0;
}
static bool do_keyring(void)
{
	return syscall(SYS_keyctl, 0, -3, 0) >= 0;
}
static bool do_shared(void)
{
	int id = (int)syscall(SYS_shmget, 0, 4096UL, 01600);
	return id >= 0 && syscall(SYS_shmctl, id, 0, NULL) == 0;
}
static bool do_bind(void)
{
	struct sockaddr a = { .sa_family = AF_UNSPEC };
	return bind(terminal, &a, sizeof(a)) == 0 || errno != EPERM;
}
static bool do_listen(void)
{
	return listen(terminal, 1) == 0 || errno != EPERM;
}
static bool do_accept(void)
{
	return accept(terminal, NULL, NULL) >= 0 || errno != EPERM;
}
static bool do_devices_open(void)
{
	return open("/dev/zero", O_RDWR | O_CLOEXEC) >= 0;
}

/* Beneath the target of an extraction. */
static bool do_fchmod_in(void)
{
	return fchmod(inside_fd, 0640) == 0;
}
static bool do_fchown_in(void)
{
	return fchown(inside_fd, NOBODY, NOBODY) == 0;
}
static bool do_fsetxattr_in(void)
{
	return fsetxattr(inside_fd, "user.x", "x", 1, 0) == 0;
}
static bool do_trusted_in(void)
{
	return fsetxattr(inside_fd, "trusted.x", "x", 1, 0) == 0;
}
static bool do_setid_in(void)
{
	struct stat st;
	return fchmod(inside_fd, 06755) == 0 && fstat(inside_fd, &st) == 0 &&
		(st.st_mode & 06000) == 06000;
}
static bool do_flags_in(void)
{
	int f = FS_NODUMP_FL;
	return ioctl(inside_fd, FS_IOC_SETFLAGS, &f) == 0;
}
static bool do_times_in(void)
{
	return futimens(inside_fd, NULL) == 0;
}
static bool do_fsuid(void)
{
	syscall(SYS_setfsuid, (long)NOBODY);
	return syscall(SYS_setfsuid, -1L) == (long)NOBODY;
}

/* ---- The tables ------------------------------------------------------------------------- */

enum flags {
	NO_CONTROL = 1, /* cannot be shown to succeed without confinement everywhere: missing in
			   some kernels and file systems */
	ROOT_ONLY = 2,  /* a user could not do it anyway */
	MAY_WORK = 4,   /* not refused in this table: must work, as root */
	BOTH_WORK = 8,  /* … as root and as a user */
};

struct act {
	const char *name;
	bool (*run)(void);
	int abi; /* the first Landlock that refuses it; 0: refused without Landlock, too */
	int flags;
};

#define ACT(f, abi, flags) \
	{ \
#f, f, abi, flags \
	}

/* For whatever neither seals nor extracts nor asks the network. */
static const struct act plain[] = {
	ACT(do_read, 1, 0),
	ACT(do_write, 1, 0),
	ACT(do_write_readable, 1, 0),
	ACT(do_append, 1, 0),
	ACT(do_create, 1, 0),
	ACT(do_mkdir, 1, 0),
	ACT(do_unlink, 1, 0),
	ACT(do_rename, 1, 0),
	ACT(do_link, 1, 0),
	ACT(do_symlink, 1, 0),
	ACT(do_list, 1, 0),
	ACT(do_devices_open, 1, 0),
	ACT(do_readable_cut, 0, 0),
	ACT(do_cut_by_3, 0, 0),
	ACT(do_open_by_3, 0, 0),
	ACT(do_openat_by_3, 0, 0),
	ACT(do_truncate, 0, 0),
	ACT(do_chmod, 0, 0),
	ACT(do_chmod_proc, 0, 0),
	ACT(do_fchmod, 0, 0),
	ACT(do_chmod_empty, 0, NO_CONTROL),
	ACT(do_chown, 0, 0),
	ACT(do_lchown, 0, 0),
	ACT(do_fchown, 0, 0),
	ACT(do_chown_empty, 0, 0),
	ACT(do_setxattr, 0, NO_CONTROL),
	ACT(do_lsetxattr, 0, NO_CONTROL),
	ACT(do_fsetxattr, 0, NO_CONTROL),
	ACT(do_removexattr, 0, NO_CONTROL),
	ACT(do_fremovexattr, 0, NO_CONTROL),
	ACT(do_utimes, 0, 0),
	ACT(do_flags, 0, NO_CONTROL),
	ACT(do_block, 0, ROOT_ONLY),
	ACT(do_char, 0, ROOT_ONLY),
	ACT(do_whiteout, 0, 0),
	ACT(do_fifo, 0, 0),
	ACT(do_kill, 0, 0),
	ACT(do_kill_all, 0, 0),
	ACT(do_tkill, 0, 0),
	ACT(do_tgkill, 0, 0),
	ACT(do_sigqueue, 0, 0),
	ACT(do_pidfd, 0, 0),
	ACT(do_trace, 0, NO_CONTROL),
	ACT(do_vm, 0, NO_CONTROL),
	ACT(do_vm_write, 0, NO_CONTROL),
	ACT(do_prlimit, 0, 0),
	ACT(do_nice, 0, 0),
	ACT(do_nice_user, 0, NO_CONTROL),
	ACT(do_ioprio, 0, NO_CONTROL),
	ACT(do_affinity, 0, 0),
	ACT(do_move_pages, 0, NO_CONTROL),
	ACT(do_inet, 0, 0),
	ACT(do_unix, 0, 0),
	ACT(do_netlink, 0, 0),
	ACT(do_audit, 0, NO_CONTROL),
	ACT(do_packet, 0, NO_CONTROL | ROOT_ONLY),
	ACT(do_raw, 0, NO_CONTROL | ROOT_ONLY),
	ACT(do_pair, 0, 0),
	ACT(do_bind, 0, 0),
	ACT(do_listen, 0, 0),
	ACT(do_accept, 0, 0),
	ACT(do_exec, 0, 0),
	ACT(do_splice, 0, 0),
	ACT(do_tee, 0, 0),
	ACT(do_vmsplice, 0, 0),
	ACT(do_timer, 0, 0),
	ACT(do_setuid, 0, 0),
	ACT(do_setresuid, 0, 0),
	ACT(do_fsuid, 0, 0),
	ACT(do_chroot, 0, ROOT_ONLY),
	ACT(do_unshare, 0, ROOT_ONLY),
	ACT(do_inotify, 0, 0),
	ACT(do_is_dumpable, 0, NO_CONTROL),
	ACT(do_dumpable, 0, 0),
	ACT(do_hostname, 0, ROOT_ONLY | NO_CONTROL),
	ACT(do_sticky, 0, NO_CONTROL),
	ACT(do_keystroke, 0, NO_CONTROL),
	ACT(do_userfault, 0, NO_CONTROL),
	ACT(do_keyring, 0, NO_CONTROL),
	ACT(do_shared, 0, NO_CONTROL),
	ACT(do_fchmod_in, 0, 0),
	ACT(do_fchown_in, 0, 0),
	ACT(do_fsetxattr_in, 0, NO_CONTROL),
	ACT(do_flags_in, 0, NO_CONTROL),
	ACT(do_times_in, 0, 0),
};

/* In an extraction as it is without further options: open files are given their metadata, but none
 * by its name. */
static const struct act extraction[] = {
	ACT(do_read, 1, 0),
	ACT(do_write, 1, 0),
	ACT(do_create, 1, 0),
	ACT(do_unlink, 1, 0),
	ACT(do_link, 1, 0),
	ACT(do_readable_cut, 0, 0),
	ACT(do_cut_by_3, 0, 0),
	ACT(do_open_by_3, 0, 0),
	ACT(do_truncate, 0, 0),
	ACT(do_chmod, 0, 0),
	ACT(do_chmod_proc, 0, 0),
	ACT(do_chmod_empty, 0, NO_CONTROL),
	ACT(do_chown, 0, 0),
	ACT(do_lchown, 0, 0),
	ACT(do_chown_empty, 0, 0),
	ACT(do_setxattr, 0, NO_CONTROL),
	ACT(do_lsetxattr, 0, NO_CONTROL),
	ACT(do_removexattr, 0, NO_CONTROL),
	ACT(do_flags, 0, NO_CONTROL),
	ACT(do_flags_in, 0, NO_CONTROL),
	ACT(do_block, 0, ROOT_ONLY),
	ACT(do_char, 0, ROOT_ONLY),
	ACT(do_whiteout, 0, 0),
	ACT(do_trusted_in, 0, NO_CONTROL | ROOT_ONLY),
	ACT(do_kill, 0, 0),
	ACT(do_prlimit, 0, 0),
	ACT(do_inet, 0, 0),
	ACT(do_unix, 0, 0),
	ACT(do_exec, 0, 0),
	ACT(do_setuid, 0, 0),
	ACT(do_setresuid, 0, 0),
	ACT(do_fchmod_in, 0, BOTH_WORK),
	ACT(do_times_in, 0, BOTH_WORK),
	ACT(do_fifo, 0, BOTH_WORK),
	ACT(do_fchown_in, 0, MAY_WORK),
	ACT(do_fsuid, 0, MAY_WORK),
	ACT(do_symlink, 0, BOTH_WORK),
};

/* With all options. */
static const struct act generous[] = {
	ACT(do_read, 1, 0),
	ACT(do_chmod, 0, 0),
	ACT(do_chown, 0, 0),
	ACT(do_chown_empty, 0, 0),
	ACT(do_setxattr, 0, NO_CONTROL),
	ACT(do_truncate, 0, 0),
	ACT(do_kill, 0, 0),
	ACT(do_exec, 0, 0),
	ACT(do_block, 0, MAY_WORK),
	ACT(do_char, 0, MAY_WORK),
	ACT(do_setid_in, 0, MAY_WORK),
};

/* Who reads answers from the network. */
static const struct act network[] = {
	ACT(do_read, 1, 0),
	ACT(do_write, 1, 0),
	ACT(do_write_readable, 1, 0),
	ACT(do_create, 1, 0),
	ACT(do_unlink, 1, 0),
	ACT(do_list, 1, 0),
	ACT(do_readable_cut, 0, 0),
	ACT(do_cut_by_3, 0, 0),
	ACT(do_truncate, 0, 0),
	ACT(do_chmod, 0, 0),
	ACT(do_chown, 0, 0),
	ACT(do_fchmod, 0, 0),
	ACT(do_setxattr, 0, NO_CONTROL),
	ACT(do_utimes, 0, 0),
	ACT(do_block, 0, ROOT_ONLY),
	ACT(do_whiteout, 0, 0),
	ACT(do_kill, 0, 0),
	ACT(do_tgkill, 0, 0),
	ACT(do_prlimit, 0, 0),
	ACT(do_trace, 0, NO_CONTROL),
	ACT(do_exec, 0, 0),
	ACT(do_unix, 0, 0),
	ACT(do_audit, 0, NO_CONTROL),
	ACT(do_packet, 0, NO_CONTROL | ROOT_ONLY),
	ACT(do_raw, 0, NO_CONTROL | ROOT_ONLY),
	ACT(do_listen, 0, 0),
	ACT(do_accept, 0, 0),
	ACT(do_setuid, 0, 0),
	ACT(do_splice, 0, 0),
	ACT(do_is_dumpable, 0, NO_CONTROL),
	ACT(do_inet, 0, BOTH_WORK),
	ACT(do_pair, 0, BOTH_WORK),
	ACT(do_netlink, 0, BOTH_WORK),
};

/* ---- One try ---------------------------------------------------------------------------- */

static void become(bool user)
{
	if (user && geteuid() == 0)
		NEED(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

/* The tree belongs to whoever tries, so that nothing but confinement protects it. */
static void make_tree(bool user)
{
	const bool root_runs = geteuid() == 0;
	const uid_t owner = !root_runs ? geteuid() : user ? NOBODY : 0;
	const gid_t group = !root_runs ? getegid() : user ? NOBODY : 0;
	int top, fd;

	(void)umask(0);
	NEED(mkdtemp(root) != NULL && chown(root, owner, group) == 0);
	top = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	NEED(top >= 0 && mkdirat(top, "ro", 0755) == 0 && mkdirat(top, "rw", 0755) == 0 &&
		mkdirat(top, "out", 0755) == 0);
	snprintf(outside, sizeof(outside), "%s/out/f", root);
	snprintf(readable, sizeof(readable), "%s/ro/f", root);
	snprintf(inside, sizeof(inside), "%s/rw/f", root);
	for (const char *const *p = (const char *const[]){ outside, readable, inside, NULL };
		*p != NULL; p++) {
		fd = open(*p, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		NEED(fd >= 0 && write(fd, "text", 4) == 4 && fchown(fd, owner, group) == 0);
		(void)fsetxattr(fd, "user.there", "x", 1, 0);
		NEED(close(fd) == 0);
	}
	for (const char *const *p = (const char *const[]){ "ro", "rw", "out", NULL }; *p != NULL;
		p++)
		NEED(fchownat(top, *p, owner, group, 0) == 0);
	ro = openat(top, "ro", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rw = openat(top, "rw", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	outside_fd = open(outside, O_RDONLY | O_CLOEXEC);
	inside_fd = open(inside, O_RDWR | O_CLOEXEC);
	terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	NEED(ro >= 0 && rw >= 0 && outside_fd >= 0 && inside_fd >= 0 && close(top) == 0 &&
		pipe(a_pipe) == 0 && pipe(b_pipe) == 0);
}

static void remove_tree(void)
{
	static const char *const made[] = { "out/f", "out/f.new", "out/f.dir", "out/f.moved",
		"ro/f", "rw/f", "rw/stolen", "rw/s", "rw/block", "rw/char", "rw/white", "rw/fifo",
		"rw/new", "rw/named", "rw/another", "rw/from/it", "rw/to/it", "rw/from", "rw/to",
		"out", "ro", "rw", "" };
	char path[96];
	size_t i;

	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, made[i]);
		NEED(remove(path) == 0 || errno == ENOENT);
	}
}

/* Another process of the same user. It ends with this one, when the last writing end of alive
 * closes: a Landlock that keeps signals inside keeps back the signal at a parent's death, too. */
static void make_other(void)
{
	int ready[2], alive[2];
	char c;

	NEED(pipe(ready) == 0 && pipe(alive) == 0);
	other = fork();
	if (other == 0) {
		(void)setpgid(0, 0);
		NEED(close(alive[1]) == 0 && write(ready[1], "", 1) == 1);
		_exit(read(alive[0], &c, 1) == 0 ? 0 : ONLY_SETUP);
	}
	NEED(other > 0 && read(ready[0], &c, 1) == 1);
}

enum outcome { DONE, REFUSED_, NO_SETUP = ONLY_SETUP, SKIPPED };

struct way {
	int abi; /* -1: of the kernel, -2: not confined */
	bool user;
	unsigned may;
};

static _Noreturn void try_in_child(const struct act *a, const struct way *w)
{
	const struct evx_confine_dir dirs[] = { { ro, EVX_CONFINE_READ },
		{ rw, EVX_CONFINE_WRITE } };
	struct evx_confine_state state = { 0, false };
	bool done;

	become(w->user);
	make_other();
	if (w->abi != -2) {
		evx_confine_forced_abi = w->abi;
		NEED(evx_confine_for(dirs, 2, w->may, &state, NULL) == EVX_OK);
		if (!state.seccomp || (w->abi > 0 && state.landlock_abi != w->abi) ||
			state.landlock_abi < a->abi)
			_exit(SKIPPED);
	}
	errno = 0;
	done = a->run();
	_exit(done ? DONE : REFUSED_);
}

static enum outcome try(const struct act *a, const struct way *w)
{
	static const char template[] = "/tmp/evx-acts-XXXXXX";
	pid_t child;
	int status = -1;

	memcpy(root, template, sizeof(root));
	child = fork();
	if (child == 0) {
		pid_t inner;

		(void)setpgid(0, 0); /* kill(-1) of a user stays among users; of root it is signal 0
					only */
		make_tree(w->user);
		inner = fork();
		if (inner == 0)
			try_in_child(a, w);
		NEED(inner > 0 && waitpid(inner, &status, 0) == inner);
		remove_tree();
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : NO_SETUP);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
	return (enum outcome)WEXITSTATUS(status);
}

/* nabis: how many of the levels. */
static void table(const struct act *acts, size_t n, unsigned may, size_t nabis)
{
	static const int abis[] = { 0, -1, 2, 1 };
	size_t i, k, user, failed = 0, counts[4] = { 0 };

	for (i = 0; i < n; i++) {
		const struct act *a = &acts[i];
		const bool works = (a->flags & (MAY_WORK | BOTH_WORK)) != 0;

		/* Run by a user, it shows what holds for a user. */
		for (user = geteuid() == 0 ? 0 : 1; user < 2; user++) {
			const struct way unconfined = { -2, user == 1, 0 };

			if (user == 1 && (a->flags & (ROOT_ONLY | MAY_WORK)) != 0)
				continue;
			if ((a->flags & (NO_CONTROL | MAY_WORK | BOTH_WORK)) == 0 &&
				try(a, &unconfined) != DONE) {
				print_error("%s: cannot be done without confinement, so this shows "
					    "nothing\n",
					a->name);
				failed++;
			}
			for (k = 0; k < nabis; k++) {
				const struct way w = { abis[k], user == 1, may };
				const enum outcome o = try(a, &w);

				counts[o & 3]++;
				if (o != SKIPPED && o != (works ? DONE : REFUSED_)) {
					print_error("%s: %s, as %s, Landlock %d\n", a->name,
						o == DONE             ? "was done" :
							o == NO_SETUP ? "setup failed" :
									"was refused",
						user == 1 ? "a user" : "root", abis[k]);
					failed++;
				}
			}
		}
	}
	print_message("%zu refused, %zu allowed, %zu not to be tried on this kernel\n",
		counts[REFUSED_], counts[DONE], counts[SKIPPED]);
	assert_int_equal(failed, 0);
}

#define LEN(t) (sizeof(t) / sizeof(t)[0])

static void nothing_more(void **state)
{
	(void)state;
	table(plain, LEN(plain), 0, 4);
}

static void of_a_seal(void **state)
{
	(void)state;
	table(plain, LEN(plain), EVX_CONFINE_MAY_READ_ALL, 1);
}

static void of_an_extraction(void **state)
{
	(void)state;
	table(extraction, LEN(extraction), EVX_CONFINE_MAY_RESTORE | EVX_CONFINE_MAY_OWN, 4);
}

static void of_a_generous_one(void **state)
{
	(void)state;
	table(generous, LEN(generous),
		EVX_CONFINE_MAY_RESTORE | EVX_CONFINE_MAY_OWN | EVX_CONFINE_MAY_PRIVILEGE |
			EVX_CONFINE_MAY_DEVICES,
		4);
}

static void of_the_network(void **state)
{
	(void)state;
	table(network, LEN(network), EVX_CONFINE_MAY_NETWORK, 4);
}

/* ---- Capabilities ----------------------------------------------------------------------- */

static uint64_t left(unsigned may, bool of_others)
{
	const struct evx_confine_dir dirs[] = { { ro, EVX_CONFINE_READ } };
	struct evx_confine_state confined;
	uint64_t got = UINT64_MAX;
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct have[2];

		NEED(evx_confine_for(dirs, of_others ? 1 : 0, may, &confined, NULL) == EVX_OK);
		NEED(syscall(SYS_capget, &head, have) == 0);
		NEED(have[0].permitted == have[0].effective && have[1].permitted == 0 &&
			have[0].inheritable == 0);
		got = have[0].permitted;
		NEED(write(ends[1], &got, sizeof(got)) == (ssize_t)sizeof(got));
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &got, sizeof(got)), sizeof(got));
	close(ends[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return got;
}

#define CAP(name) (UINT64_C(1) << CAP_##name)

static void capabilities(void **state)
{
	static const uint64_t owner = CAP(CHOWN) | CAP(FOWNER) | CAP(SETUID) | CAP(SETGID) |
		CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH);
	char others[] = "/tmp/evx-caps-XXXXXX";

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: there is no capability to drop\n");
		skip();
	}
	assert_int_equal(left(0, false), 0);
	assert_int_equal(left(EVX_CONFINE_MAY_NETWORK, false), 0);
	assert_int_equal(left(EVX_CONFINE_MAY_RESTORE, false), 0);
	assert_int_equal(left(EVX_CONFINE_MAY_READ_ALL, false),
		CAP(DAC_READ_SEARCH) | CAP(FOWNER) | CAP(SYS_ADMIN));
	assert_int_equal(left(EVX_CONFINE_MAY_RESTORE | EVX_CONFINE_MAY_OWN, false), owner);
	assert_int_equal(left(EVX_CONFINE_MAY_DEVICES, false), CAP(MKNOD));
	assert_int_equal(left(EVX_CONFINE_MAY_PRIVILEGE, false),
		CAP(FSETID) | CAP(SETFCAP) | CAP(LINUX_IMMUTABLE) | CAP(SYS_ADMIN) | CAP(FOWNER));
	/* A directory of somebody else, whose files may be closed to all but them. */
	assert_non_null(mkdtemp(others));
	assert_int_equal(chown(others, NOBODY, NOBODY), 0);
	ro = open(others, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(ro >= 0);
	assert_int_equal(left(0, true), CAP(DAC_READ_SEARCH));
	assert_int_equal(close(ro), 0);
	assert_int_equal(rmdir(others), 0);
}

/* ---- One file that is open gets its name; its neighbours stay as they are --------------- */

static void name_only(int abi, bool user, bool replaces)
{
	struct evx_start s = { .diag = NULL };
	struct evx_confine_state state;
	struct evx_output output;
	char path[96];
	struct stat st;
	int own;

	become(user);
	NEED(mknodat(rw, "new", S_IFREG | 0644, 0) == 0);
	(void)snprintf(path, sizeof(path), "%s/rw/%s", root, replaces ? "f" : "named");
	evx_confine_forced_abi = abi;
	if (replaces)
		evx_output_replace_start(&s, path, &output);
	else
		evx_output_file_start(&s, path, &output);
	NEED(evx_start_confine(&s, 0, &state) == EVX_OK);
	if (abi > 0 && state.landlock_abi != 0)
		NEED(state.landlock_abi == abi);
	if (state.landlock_abi != 0) {
		NEED(openat(rw, "new", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
		NEED(openat(rw, "new", O_WRONLY | O_CLOEXEC) < 0 && errno == EACCES);
		NEED(openat(rw, "another", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 &&
			errno == EACCES);
		NEED(openat(AT_FDCWD, outside, O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
		NEED(mkdirat(rw, "d", 0700) < 0 && errno == EACCES);
		NEED(symlinkat("x", rw, "s") < 0 && errno == EACCES);
		NEED(!replaces || (openat(rw, "f", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES));
	}
	NEED(evx_output_put(&output, "seven .", 7, NULL) == EVX_OK);
	evx_output_close(&output);
	/* It can be opened again under its name, to append to it. */
	own = open(path, O_RDWR | O_CLOEXEC);
	NEED(own >= 0 && fstat(own, &st) == 0 && st.st_size == 7);
	_exit(0);
}

static void names(void **state)
{
	static const int abis[] = { 0, -1, 2, 1 };

	(void)state;
	for (size_t i = 0; i < 4 * LEN(abis); i++) {
		const bool user = (i & 1) != 0, replaces = (i & 2) != 0;
		pid_t child;
		int status;

		if (!user && geteuid() != 0)
			continue;
		memcpy(root, "/tmp/evx-acts-XXXXXX", sizeof(root));
		make_tree(user);
		child = fork();
		if (child == 0)
			name_only(abis[i / 4], user, replaces);
		assert_int_equal(waitpid(child, &status, 0), child);
		remove_tree();
		assert_int_equal(status, 0);
	}
}

/* ---- The commit of a vault is a rename from one directory into another ------------------ */

static void move(int abi, enum evx_confine_how how, bool works)
{
	const struct evx_confine_dir dirs[] = { { rw, how } };
	struct evx_confine_state state;

	NEED(mkdirat(rw, "from", 0700) == 0 && mkdirat(rw, "from/it", 0700) == 0 &&
		mkdirat(rw, "to", 0700) == 0);
	evx_confine_forced_abi = abi;
	NEED(evx_confine(dirs, 1, &state, NULL) == EVX_OK);
	if (works)
		NEED(renameat(rw, "from/it", rw, "to/it") == 0);
	else
		NEED(renameat(rw, "from/it", rw, "to/it") < 0 && errno == EXDEV);
	/* The first Landlock cannot do that: it is left out, which is told. */
	NEED(!works || abi != 1 || state.landlock_abi == 0);
	_exit(0);
}

static void moves(void **state)
{
	static const struct {
		int abi;
		enum evx_confine_how how;
		bool works;
	} rows[] = { { -1, EVX_CONFINE_MOVE, true }, { 2, EVX_CONFINE_MOVE, true },
		{ 1, EVX_CONFINE_MOVE, true }, { 0, EVX_CONFINE_MOVE, true },
		{ 1, EVX_CONFINE_WRITE, false } };

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		pid_t child;
		int status;

		memcpy(root, "/tmp/evx-acts-XXXXXX", sizeof(root));
		make_tree(false);
		child = fork();
		if (child == 0)
			move(rows[i].abi, rows[i].how, rows[i].works);
		assert_int_equal(waitpid(child, &status, 0), child);
		remove_tree();
		assert_int_equal(status, 0);
	}
}

/* ---- Where it is not whole -------------------------------------------------------------- */

static void not_whole(void **state)
{
	struct evx_confine_state confined;
	struct evx_diag diag = { 0 };
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		evx_confine_forced_abi = 0;
		NEED(evx_confine(NULL, 0, &confined, &diag) == EVX_OK &&
			confined.landlock_abi == 0);
		evx_confine_require();
		NEED(evx_confine(NULL, 0, &confined, &diag) == EVX_E_IO &&
			strstr(diag.text, "Landlock") != NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_more),
		cmocka_unit_test(of_a_seal),
		cmocka_unit_test(of_an_extraction),
		cmocka_unit_test(of_a_generous_one),
		cmocka_unit_test(of_the_network),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(names),
		cmocka_unit_test(moves),
		cmocka_unit_test(not_whole),
	};

	return cmocka_run_group_tests_name("confine_acts", tests, NULL, NULL);
}
