/* The system call filter, written by hand as classic BPF (Documentation/userspace-api/seccomp_filter.rst).
 *
 * It lists what is forbidden, not what is allowed. The calls that libc, OpenSSL, zstd and the allocator make differ between versions and
 * grow with updates that we do not see; a list of allowed calls would break working programs, at a customer's, in the middle of a
 * seal. What is forbidden is what hostile bytes that took over the process would need: a way out (network, other programs, other
 * processes, keys, devices of the kernel) or a large part of the kernel to attack. Files are Landlock's part.
 * Calls newer than this list answer ENOSYS, as on an older kernel, so nothing passes because it was invented later. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/confine_parts.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

/* mseal: the newest call that was looked at. From 424 on all architectures count alike. */
#define NEWEST_KNOWN 462
#define X32_BIT      0x40000000u

static const unsigned denied[] = {
	/* network; on an inherited socket only read and write remain */
	SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendto, SYS_sendmsg, SYS_sendmmsg,
	SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg, SYS_setsockopt,
	/* other programs */
	SYS_execve, SYS_execveat,
	/* other processes: their memory, descriptors, shared memory, queues */
	SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_process_madvise, SYS_kcmp, SYS_pidfd_open, SYS_pidfd_getfd,
	SYS_pidfd_send_signal, SYS_shmget, SYS_shmat, SYS_msgget, SYS_semget, SYS_mq_open,
	/* another view of the file system */
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount,
	SYS_fspick, SYS_mount_setattr, SYS_setns, SYS_unshare, SYS_open_by_handle_at, SYS_fanotify_init, SYS_quotactl, SYS_quotactl_fd,
	/* the kernel itself */
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
	SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_personality,
	/* the machine */
	SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_syslog, SYS_vhangup, SYS_sethostname, SYS_setdomainname, SYS_settimeofday,
	SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
#ifdef SYS_kexec_file_load
	SYS_kexec_file_load,
#endif
#ifdef __x86_64__
	SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_create_module, SYS_get_kernel_syms, SYS_query_module, SYS__sysctl,
#endif
};

#define DENIED (sizeof denied / sizeof denied[0])

/* CLONE_NEWTIME shares its bit with the exit signal here and is only taken by clone3 and unshare. */
#define CLONE_NEW_ANY \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

#define LOAD(member)      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, member))
#define ANSWER(action)    BPF_STMT(BPF_RET | BPF_K, (action))
#define UNLESS(test, k)   BPF_JUMP(BPF_JMP | (test) | BPF_K, (k), 0, 1) /* jumps over the next instruction if not */
#define REFUSE(sys_errno) ANSWER(SECCOMP_RET_ERRNO | (sys_errno))

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
	/* Its flags are behind a pointer, where a filter cannot look; libc falls back to clone. */
	UNLESS(BPF_JEQ, SYS_clone3),
	REFUSE(ENOSYS),
};

static const struct sock_filter tail[] = {
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
	LOAD(args[0]),
	UNLESS(BPF_JSET, CLONE_NEW_ANY),
	REFUSE(EPERM),
	ANSWER(SECCOMP_RET_ALLOW),
	/* Keystrokes put into the terminal would be run by the shell that started us. */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 5),
	LOAD(args[1]),
	UNLESS(BPF_JEQ, TIOCSTI),
	REFUSE(EPERM),
	UNLESS(BPF_JEQ, TIOCLINUX),
	REFUSE(EPERM),
	ANSWER(SECCOMP_RET_ALLOW),
};

#define HEAD (sizeof head / sizeof head[0])
#define TAIL (sizeof tail / sizeof tail[0])

enum evx_err evx_confine_seccomp(bool *on, struct evx_diag *diag)
{
	struct sock_filter code[HEAD + 2 * DENIED + TAIL];
	struct sock_fprog program = { .len = 0, .filter = code };
	size_t i;

	*on = false;
	/* EFAULT says that filters exist; without them it is EINVAL. */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == 0 || errno != EFAULT)
		return EVX_OK;
	for (i = 0; i < HEAD; i++)
		code[program.len++] = head[i];
	for (i = 0; i < DENIED; i++) {
		code[program.len++] = (struct sock_filter)UNLESS(BPF_JEQ, denied[i]);
		code[program.len++] = (struct sock_filter)REFUSE(EPERM);
	}
	for (i = 0; i < TAIL; i++)
		code[program.len++] = tail[i];
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return evx_fail_errno(diag, NULL, "seccomp: filter refused");
	*on = true;
	return EVX_OK;
}

#else

enum evx_err evx_confine_seccomp(bool *on, struct evx_diag *diag)
{
	(void)diag;
	*on = false;
	return EVX_OK;
}

#endif
