/* Each case confines a forked child and lets it try; the child's exit status is the number of the
 * line that failed, modulo 256. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/confine.h"

static char root[] = "/tmp/evx-confine-XXXXXX";
static int ro = -1, rw = -1, file = -1; /* directories, and one file in a third */

static int setup(void **state)
{
	int top, fd;

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0 || mkdirat(top, "ro", 0755) != 0 || mkdirat(top, "rw", 0755) != 0 ||
		mkdirat(top, "other", 0755) != 0)
		return -1;
	if (mkdirat(top, "rw/a", 0755) != 0 || mkdirat(top, "rw/b", 0755) != 0)
		return -1;
	fd = openat(top, "ro/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, "ok", 2) != 2 || close(fd) != 0)
		return -1;
	fd = openat(top, "other/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || close(fd) != 0)
		return -1;
	ro = openat(top, "ro", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rw = openat(top, "rw", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file = openat(top, "other/f", O_PATH | O_CLOEXEC);
	return ro < 0 || rw < 0 || file < 0 || close(top) != 0 ? -1 : 0;
}

static int teardown(void **state)
{
	static const char *const made[] = { "ro/f", "other/f", "rw/a", "rw/b", "ro", "rw", "other",
		"" };
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", root, made[i]);
		if (remove(path) != 0)
			return -1;
	}
	return close(ro) != 0 || close(rw) != 0 || close(file) != 0 ? -1 : 0;
}

/* In a child: leaves with the line number when cond does not hold. */
#define NEED(cond) \
	do { \
		if (!(cond)) \
			_exit(__LINE__ % 255 + 1); \
	} while (0)
#define NEED_ERRNO(call, number) NEED((call) < 0 && errno == (number))

static struct evx_confine_state confine(void)
{
	const struct evx_confine_dir dirs[] = { { ro, false }, { rw, true }, { file, true } };
	struct evx_confine_state got;

	NEED(evx_confine(dirs, 3, &got, NULL) == EVX_OK);
	return got;
}

static int wait_for(pid_t child)
{
	int status;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void in_child(void (*tries)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		tries();
		_exit(0);
	}
	status = wait_for(child);
	if (WIFSIGNALED(status))
		fail_msg("killed by signal %d", WTERMSIG(status));
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 0)
		fail_msg("failed at a line that is %d modulo 255", WEXITSTATUS(status) - 1);
}

/* What this kernel has, found by confining a child. */
static struct evx_confine_state offered(void)
{
	struct evx_confine_state got;
	int both[2];
	pid_t child;

	assert_int_equal(pipe(both), 0);
	child = fork();
	if (child == 0) {
		got = confine();
		NEED(write(both[1], &got, sizeof(got)) == (ssize_t)sizeof(got));
		_exit(0);
	}
	assert_int_equal(wait_for(child), 0);
	assert_int_equal(read(both[0], &got, sizeof(got)), sizeof(got));
	assert_int_equal(close(both[0]) | close(both[1]), 0);
	return got;
}

static void need_landlock(void)
{
	if (offered().landlock_abi >= 2)
		return;
	print_message("kernel without Landlock 2: not tested\n");
	skip();
}

static void need_seccomp(void)
{
	if (offered().seccomp)
		return;
	print_message("kernel or architecture without seccomp filter: not tested\n");
	skip();
}

static void try_files(void)
{
	char text[2];
	int fd, before = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	NEED(before >= 0);
	NEED(confine().landlock_abi >= 2);
	NEED(read(before, text, 2) == 2);
	NEED_ERRNO(open("/etc/passwd", O_RDONLY | O_CLOEXEC), EACCES);
	NEED_ERRNO(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), EACCES);
	NEED_ERRNO(openat(ro, "../other", O_RDONLY | O_DIRECTORY | O_CLOEXEC), EACCES);
	NEED_ERRNO(mkdirat(ro, "../made", 0755), EACCES);

	fd = openat(ro, "f", O_RDONLY | O_CLOEXEC);
	NEED(fd >= 0 && read(fd, text, 2) == 2 && memcmp(text, "ok", 2) == 0);
	NEED(openat(ro, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0);
	NEED_ERRNO(openat(ro, "f", O_RDWR | O_CLOEXEC), EACCES);
	NEED_ERRNO(openat(ro, "g", O_WRONLY | O_CREAT | O_CLOEXEC, 0644), EACCES);
	NEED_ERRNO(mkdirat(ro, "d", 0755), EACCES);
	NEED_ERRNO(unlinkat(ro, "f", 0), EACCES);
	NEED(renameat(ro, "f", rw, "f") < 0 && (errno == EACCES || errno == EXDEV));
	NEED(linkat(ro, "f", rw, "f", 0) < 0 && (errno == EACCES || errno == EXDEV));
}

static void try_writing(void)
{
	struct stat st;
	int fd;

	NEED(confine().landlock_abi >= 2);
	fd = openat(rw, "a/f", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	NEED(fd >= 0 && write(fd, "12345", 5) == 5 && ftruncate(fd, 3) == 0 && fsync(fd) == 0 &&
		close(fd) == 0);
	fd = openat(rw, "a/f", O_WRONLY | O_TRUNC | O_CLOEXEC);
	NEED(fd >= 0 && close(fd) == 0);
	NEED(renameat(rw, "a/f", rw, "b/f") == 0);
	NEED(linkat(rw, "b/f", rw, "a/hard", 0) == 0);
	NEED_ERRNO(symlinkat("/nowhere", rw, "a/soft"), EACCES);
	NEED(mkfifoat(rw, "a/fifo", 0644) < 0);
	NEED(mkdirat(rw, "a/dir", 0755) == 0);
	NEED(renameat(rw, "a/dir", rw, "b/dir") == 0);
	NEED(fstatat(rw, "b/f", &st, 0) == 0 && st.st_nlink == 2);
	NEED(unlinkat(rw, "a/hard", 0) == 0);
	NEED(unlinkat(rw, "b/f", 0) == 0 && unlinkat(rw, "b/dir", AT_REMOVEDIR) == 0);
}

/* A single file may be named as well; its neighbours stay out of reach. */
static void try_single_file(void)
{
	char path[64];

	NEED(confine().landlock_abi >= 2);
	(void)snprintf(path, sizeof(path), "%s/other/f", root);
	NEED(open(path, O_RDWR | O_CLOEXEC) >= 0);
	(void)snprintf(path, sizeof(path), "%s/other/g", root);
	NEED_ERRNO(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644), EACCES);
}

/* A source may be a block device: it is asked for its size after the confinement, which newer
 * kernels take for a right of its own. */
#define A_DEVICE "/dev/loop0"

static void try_device(void)
{
	struct evx_confine_dir dir = { open(A_DEVICE, O_PATH | O_CLOEXEC), false };
	struct evx_confine_state state;
	uint64_t size;
	int fd;

	NEED(dir.fd >= 0 && evx_confine(&dir, 1, &state, NULL) == EVX_OK);
	fd = open(A_DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	NEED(fd >= 0);
	NEED(ioctl(fd, BLKGETSIZE64, &size) == 0);
	NEED_ERRNO(open(A_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC), EACCES);
}

/* All arguments zero: as root none of these answers EPERM without the filter, and none does
 * anything. */
static void try_calls(void)
{
	static const long forbidden[] = {
		SYS_socketpair,
		SYS_connect,
		SYS_bind,
		SYS_listen,
		SYS_accept,
		SYS_accept4,
		SYS_sendto,
		SYS_sendmsg,
		SYS_recvmsg,
		SYS_execve,
		SYS_execveat,
		SYS_process_vm_readv,
		SYS_process_vm_writev,
		SYS_pidfd_open,
		SYS_pidfd_getfd,
		SYS_pidfd_send_signal,
		SYS_mount,
		SYS_umount2,
		SYS_pivot_root,
		SYS_chroot,
		SYS_open_tree,
		SYS_move_mount,
		SYS_fsopen,
		SYS_fsconfig,
		SYS_fsmount,
		SYS_fspick,
		SYS_mount_setattr,
		SYS_setns,
		SYS_unshare,
		SYS_open_by_handle_at,
		SYS_init_module,
		SYS_finit_module,
		SYS_delete_module,
		SYS_bpf,
		SYS_perf_event_open,
		SYS_userfaultfd,
		SYS_io_uring_setup,
		SYS_io_uring_enter,
		SYS_io_uring_register,
		SYS_add_key,
		SYS_request_key,
		SYS_keyctl,
		SYS_swapon,
		SYS_reboot,
		SYS_ptrace,
	};
	size_t i;

	NEED(confine().seccomp);
	NEED_ERRNO(syscall(SYS_socket, 2, 1, 0), EPERM);
	for (i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		NEED_ERRNO(syscall(forbidden[i], 0L, 0L, 0L, 0L, 0L, 0L), EPERM);
	NEED_ERRNO(execl("/bin/true", "true", (char *)NULL), EPERM);
	NEED_ERRNO(ioctl(0, TIOCSTI, "x"), EPERM);
	NEED_ERRNO(ioctl(0, TIOCLINUX, "x"), EPERM);
	NEED_ERRNO(syscall(SYS_clone3, 0L, 0L), ENOSYS);
	NEED_ERRNO(syscall(463L, 0L, 0L, 0L, 0L), ENOSYS); /* setxattrat: newer than the list */
	NEED_ERRNO(syscall(SYS_clone, (long)(CLONE_NEWUSER | SIGCHLD), 0L, 0L, 0L, 0L), EPERM);
	NEED_ERRNO(syscall(SYS_clone, (long)(CLONE_NEWNET | SIGCHLD), 0L, 0L, 0L, 0L), EPERM);
}

static void *answer(void *arg)
{
	return arg;
}

static void try_ordinary_work(void)
{
	int both[2], status;
	pthread_t thread;
	void *back = NULL;
	pid_t child;
	char c;

	confine();
	NEED(pthread_create(&thread, NULL, answer, &c) == 0 && pthread_join(thread, &back) == 0 &&
		back == &c);
	NEED(pipe(both) == 0 && write(both[1], "x", 1) == 1 && read(both[0], &c, 1) == 1 &&
		c == 'x');
	child = fork();
	if (child == 0)
		_exit(7);
	NEED(child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
	back = malloc((size_t)64 << 20);
	NEED(back != NULL);
	free(back);
}

/* A second call can only tighten. */
static void try_again(void)
{
	const struct evx_confine_dir less[] = { { ro, false }, { rw, false } };
	struct evx_confine_state first = confine(), second;

	NEED(evx_confine(less, 2, &second, NULL) == EVX_OK);
	NEED(second.landlock_abi == first.landlock_abi && second.seccomp == first.seccomp);
	if (first.landlock_abi < 2)
		return;
	NEED(openat(ro, "f", O_RDONLY | O_CLOEXEC) >= 0);
	NEED_ERRNO(openat(rw, "a/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644), EACCES);
}

static void try_bad_descriptor(void)
{
	const struct evx_confine_dir none = { -1, false };
	struct evx_confine_state got = { 99, true };
	struct evx_diag diag = { 0 };

	NEED(evx_confine(&none, 1, &got, &diag) == EVX_E_IO);
	NEED(diag.sys_errno == EBADF && got.landlock_abi == 0 && !got.seccomp);
}

static void files_outside(void **state)
{
	(void)state;
	need_landlock();
	in_child(try_files);
}

static void writable_directory(void **state)
{
	(void)state;
	need_landlock();
	in_child(try_writing);
}

static void single_file(void **state)
{
	(void)state;
	need_landlock();
	in_child(try_single_file);
}

static void block_device(void **state)
{
	int fd = open(A_DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	(void)state;
	need_landlock();
	if (fd < 0) {
		print_message(A_DEVICE " cannot be opened: not tested\n");
		skip();
	}
	assert_int_equal(close(fd), 0);
	in_child(try_device);
}

static void bad_descriptor(void **state)
{
	(void)state;
	need_landlock();
	in_child(try_bad_descriptor);
}

static void forbidden_calls(void **state)
{
	(void)state;
	need_seccomp();
	in_child(try_calls);
}

static void ordinary_work(void **state)
{
	(void)state;
	in_child(try_ordinary_work);
}

static void second_call(void **state)
{
	(void)state;
	in_child(try_again);
}

static void foreign_numbers_kill(void **state)
{
	(void)state;
#ifdef __x86_64__
	pid_t child;
	int status;

	need_seccomp();
	child = fork();
	if (child == 0) {
		confine();
		(void)syscall(0x40000000L + SYS_getpid);
		_exit(0);
	}
	status = wait_for(child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
#else
	print_message("no second set of numbers on this architecture\n");
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_outside),
		cmocka_unit_test(writable_directory),
		cmocka_unit_test(single_file),
		cmocka_unit_test(block_device),
		cmocka_unit_test(bad_descriptor),
		cmocka_unit_test(forbidden_calls),
		cmocka_unit_test(ordinary_work),
		cmocka_unit_test(second_call),
		cmocka_unit_test(foreign_numbers_kill),
	};

	return cmocka_run_group_tests_name("confine", tests, setup, teardown);
}
