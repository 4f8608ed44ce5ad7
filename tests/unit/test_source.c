#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "base/io.h"
#include "content/device.h"
#include "content/source.h"
#include "format/limits.h"
#include "unit/scratch.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

static struct evx_file_time time_of(struct timespec t)
{
	return (struct evx_file_time){ t.tv_sec, (uint32_t)t.tv_nsec };
}

/* As the walk describes it. */
static struct evx_entry describe(int fd)
{
	struct evx_entry e;
	struct stat st;
	scratch_must(fstat(fd, &st) == 0, "fstat");
	evx_entry_init(&e);
	assert_int_equal(evx_entry_set_path(&e, "f", 1), EVX_OK);
	e.size = (uint64_t)st.st_size;
	e.blocks = (uint64_t)st.st_blocks;
	e.has_mtime = e.has_ctime = true;
	e.mtime = time_of(st.st_mtim);
	e.ctime = time_of(st.st_ctim);
	return e;
}

/* Reads to the end with pieces of cap bytes; checks that every piece lies in the extents' order;
 * returns the number of bytes. */
static uint64_t read_all(struct evx_source *s, size_t cap, uint8_t *into, size_t into_len)
{
	uint8_t *buf = malloc(cap);
	uint64_t total = 0, end = 0;
	size_t got;
	struct evx_diag diag = { 0 };
	do {
		assert_int_equal(evx_source_read(s, buf, cap, &got, &diag), EVX_OK);
		assert_true(got <= cap);
		if (got == 0)
			break;
		assert_true(evx_source_offset(s) >= end);
		end = evx_source_offset(s) + got;
		if (into != NULL) {
			assert_true(end <= into_len);
			memcpy(into + evx_source_offset(s), buf, got);
		}
		total += got;
	} while (true);
	free(buf);
	assert_int_equal(evx_source_close(s, &diag), EVX_OK);
	return total;
}

/* extents and bad together cover [0, size) without overlap (what a source without holes must give).
 */
static void assert_tiles(const struct evx_entry *e)
{
	uint64_t at = 0;
	for (size_t i = 0, k = 0; at < e->size;) {
		if (i < e->n_extents && e->extents[i].offset == at)
			at += e->extents[i++].length;
		else if (k < e->n_bad && e->bad[k].offset == at)
			at += e->bad[k++].length;
		else
			fail_msg("nothing covers offset %llu", (unsigned long long)at);
	}
	assert_int_equal(at, e->size);
}

static int make(const struct scratch *s, const char *name)
{
	int fd = openat(s->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	scratch_must(fd >= 0, name);
	return fd;
}

static void put(int fd, uint64_t at, const void *p, size_t n)
{
	scratch_must(pwrite(fd, p, n, (off_t)at) == (ssize_t)n, "pwrite");
}

static void test_plain(void **state)
{
	(void)state;
	struct scratch dir = scratch_make();
	int fd = make(&dir, "f");
	put(fd, 0, "0123456789", 10);
	for (size_t cap = 1; cap < 12; cap++) {
		struct evx_entry e = describe(fd);
		struct evx_source s;
		uint8_t out[10];
		evx_source_open(&s, fd, &e, NULL);
		assert_int_equal(read_all(&s, cap, out, sizeof(out)), 10);
		assert_memory_equal(out, "0123456789", 10);
		assert_true(!e.has_map && e.n_extents == 0 && e.n_bad == 0 &&
			!e.changed_while_reading && e.size == 10);
		evx_entry_free(&e);
	}
	close(fd);
	fd = make(&dir, "empty");
	struct evx_entry e = describe(fd);
	struct evx_source s;
	evx_source_open(&s, fd, &e, NULL);
	assert_int_equal(read_all(&s, 10, NULL, 0), 0);
	assert_true(!e.has_map && !e.changed_while_reading);
	evx_entry_free(&e);
	close(fd);
	scratch_remove(&dir);
}

static void check_sparse(int fd, uint64_t size)
{
	static uint8_t block[4096];
	memset(block, 0xe5, sizeof(block));
	scratch_must(ftruncate(fd, (off_t)size) == 0, "ftruncate");
	put(fd, 0, block, sizeof(block));
	put(fd, 8 * KIB, block, sizeof(block)); /* after a hole too short to count */
	put(fd, MIB, block, sizeof(block));
	put(fd, size - 64 * KIB - 4096, block, sizeof(block));
	struct evx_entry e = describe(fd);
	struct evx_source s;
	evx_source_open(&s, fd, &e, NULL);
	uint64_t total = read_all(&s, 65536, NULL, 0);
	assert_true(e.has_map && !e.changed_while_reading && e.size == size);
	assert_int_equal(e.n_extents, 3);
	assert_int_equal(e.extents[0].offset, 0);
	assert_true(e.extents[0].length >= 12 * KIB && e.extents[0].length < 64 * KIB);
	assert_int_equal(e.extents[1].offset, MIB);
	assert_int_equal(e.extents[2].offset, size - 64 * KIB - 4096);
	assert_int_equal(total, e.extents[0].length + e.extents[1].length + e.extents[2].length);
	evx_entry_free(&e);

	scratch_must(ftruncate(fd, 0) == 0 && ftruncate(fd, (off_t)size) == 0, "ftruncate");
	e = describe(fd);
	evx_source_open(&s, fd, &e, NULL);
	assert_int_equal(read_all(&s, 65536, NULL, 0), 0);
	assert_true(e.has_map && e.n_extents == 0 && e.size == size && !e.changed_while_reading);
	evx_entry_free(&e);
}

static void test_sparse(void **state)
{
	(void)state;
	struct scratch dir = scratch_make();
	int fd = make(&dir, "f");
	check_sparse(fd, 1024 * 1024 * MIB); /* 1 TiB */
	close(fd);
	scratch_remove(&dir);
	fd = open("/dev/shm", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, INT64_MAX - 4095) != 0) {
		print_message("SKIP: no tmpfs for a file of 8 EiB\n");
		skip();
	}
	check_sparse(fd, INT64_MAX - 4095);
	close(fd);
}

/* More fragments than may be listed one by one: longer runs are read as data, and nothing is lost.
 */
static void test_many_holes(void **state)
{
	(void)state;
	struct scratch dir = scratch_make();
	int fd = make(&dir, "f");
	const uint64_t step = 128 * KIB, count = 2100;
	for (uint64_t i = 0; i < count; i++)
		put(fd, i * step, "x", 1);
	struct evx_entry e = describe(fd);
	struct evx_source s;
	evx_source_open(&s, fd, &e, NULL);
	read_all(&s, MIB, NULL, 0);
	assert_int_equal(e.n_extents, EVX_EXTENTS_MAX / 8);
	for (uint64_t i = 0, k = 0; i < count; i++) {
		while (k + 1 < e.n_extents && e.extents[k].offset + e.extents[k].length <= i * step)
			k++;
		assert_true(e.extents[k].offset <= i * step &&
			i * step < e.extents[k].offset + e.extents[k].length);
	}
	evx_entry_free(&e);
	close(fd);
	scratch_remove(&dir);
}

static void test_changes(void **state)
{
	(void)state;
	struct scratch dir = scratch_make();
	int fd = make(&dir, "f");
	struct evx_source s;
	uint8_t buf[32];
	size_t got;
	struct timespec later[2] = { { 5, 0 }, { 5, 0 } };

	put(fd, 0, "0123456789", 10); /* grows */
	struct evx_entry e = describe(fd);
	evx_source_open(&s, fd, &e, NULL);
	put(fd, 10, "abc", 3);
	assert_int_equal(read_all(&s, 32, buf, sizeof(buf)), 10);
	assert_true(e.changed_while_reading && e.size == 10 && !e.has_map);
	evx_entry_free(&e);

	e = describe(fd); /* shrinks before it is read */
	evx_source_open(&s, fd, &e, NULL);
	scratch_must(ftruncate(fd, 4) == 0, "ftruncate");
	assert_int_equal(read_all(&s, 32, buf, sizeof(buf)), 4);
	assert_true(e.changed_while_reading && e.size == 4 && !e.has_map);
	evx_entry_free(&e);

	e = describe(fd); /* shrinks after it was read */
	evx_source_open(&s, fd, &e, NULL);
	assert_int_equal(evx_source_read(&s, buf, 32, &got, NULL), EVX_OK);
	scratch_must(ftruncate(fd, 0) == 0, "ftruncate");
	assert_int_equal(read_all(&s, 32, buf, sizeof(buf)), 0);
	assert_true(e.changed_while_reading && e.size == 4 && !e.has_map);
	evx_entry_free(&e);

	put(fd, 0, "0123456789", 10); /* same size, other time */
	e = describe(fd);
	evx_source_open(&s, fd, &e, NULL);
	scratch_must(futimens(fd, later) == 0, "futimens");
	assert_int_equal(read_all(&s, 32, buf, sizeof(buf)), 10);
	assert_true(e.changed_while_reading && e.size == 10);
	evx_entry_free(&e);

	scratch_must(ftruncate(fd, 0) == 0 && ftruncate(fd, (off_t)MIB) == 0, "ftruncate"); /* a
											       hole
											       at
											       the
											       end
											       is
											       cut
											       off
											     */
	put(fd, 0, "x", 1);
	e = describe(fd);
	evx_source_open(&s, fd, &e, NULL);
	scratch_must(ftruncate(fd, (off_t)(512 * KIB)) == 0, "ftruncate");
	read_all(&s, 4096, NULL, 0);
	assert_true(
		e.changed_while_reading && e.size == 512 * KIB && e.has_map && e.n_extents == 1);
	evx_entry_free(&e);
	close(fd);

	scratch_remove(&dir);
}

/* Files that tell the size 0, and those that end before the size they tell. */
static ssize_t endless(int fd, void *buf, size_t n, off_t offset, void *ctx)
{
	const uint64_t *fails_at = ctx;

	(void)fd;
	if (fails_at != NULL && (uint64_t)offset >= *fails_at) {
		errno = EIO;
		return -1;
	}
	memset(buf, 'x', n);
	return (ssize_t)n;
}

static void test_unsized(void **state)
{
	(void)state;
	struct scratch dir = scratch_make();
	struct evx_source s;
	uint64_t fails_at = 8192, page = (uint64_t)sysconf(_SC_PAGESIZE);
	char there[4096];
	ssize_t len;

	int fd = open("/proc/version", O_RDONLY | O_CLOEXEC);
	struct evx_entry e = describe(fd);
	assert_int_equal(e.size, 0);
	len = pread(fd, there, sizeof(there), 0);
	assert_true(len > 0);
	assert_int_equal(evx_source_probe(fd, &e), EVX_OK);
	evx_source_open(&s, fd, &e, NULL);
	assert_int_equal(read_all(&s, 32, NULL, 0), (uint64_t)len);
	assert_true(!e.changed_while_reading && e.size == (uint64_t)len && !e.has_map);
	evx_entry_free(&e);

	e = describe(fd); /* it fails on the way */
	evx_source_open(&s, fd, &e, NULL);
	s.pread = endless;
	s.pread_ctx = &fails_at;
	assert_int_equal(read_all(&s, 4096, NULL, 0), 8192);
	assert_true(e.size == 8193 && e.n_bad == 1 && e.bad[0].offset == 8192 && e.has_map);
	assert_non_null(strstr(e.metadata_errors, "EIO"));
	evx_entry_free(&e);

	e = describe(fd); /* it has no end */
	evx_source_open(&s, fd, &e, NULL);
	s.pread = endless;
	assert_int_equal(read_all(&s, 1 << 20, NULL, 0), EVX_SOURCE_KERNEL_MAX);
	assert_true(e.size == EVX_SOURCE_KERNEL_MAX + 1 && e.n_bad == 1 && e.bad[0].length == 1);
	assert_non_null(strstr(e.metadata_errors, "EFBIG"));
	evx_entry_free(&e);
	close(fd);

	fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC); /* nothing at its beginning */
	e = describe(fd);
	assert_int_equal(evx_source_probe(fd, &e), EVX_OK);
	assert_true(e.read_error != NULL && e.has_map && strstr(e.read_error, "EIO") != NULL);
	evx_entry_free(&e);
	close(fd);

	fd = make(&dir, "short"); /* as files of /sys: a page is told */
	put(fd, 0, "12345", 5);
	e = describe(fd);
	e.size = page;
	evx_source_open(&s, fd, &e, NULL);
	assert_int_equal(read_all(&s, 32, NULL, 0), 5);
	assert_true(e.changed_while_reading && e.size == 5); /* fstat says another size */
	evx_entry_free(&e);
	close(fd);
	scratch_remove(&dir);
}

static ssize_t five(int fd, void *buf, size_t n, off_t offset, void *ctx)
{
	(void)fd;
	(void)ctx;
	n = offset >= 5 ? 0 : n < 5 - (size_t)offset ? n : 5 - (size_t)offset;
	memset(buf, 'x', n);
	return (ssize_t)n;
}

static void test_short(void **state)
{
	(void)state;
	struct scratch dir = scratch_make();
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	int fd = make(&dir, "f");
	struct evx_source s;

	scratch_must(posix_fallocate(fd, 0, (off_t)page) == 0, "posix_fallocate");
	struct evx_entry e = describe(fd); /* a page is told, five bytes come, and nothing moved */
	evx_source_open(&s, fd, &e, NULL);
	s.pread = five;
	assert_int_equal(read_all(&s, 32, NULL, 0), 5);
	assert_true(!e.changed_while_reading && e.size == 5 && !e.has_map);
	evx_entry_free(&e);

	scratch_must(posix_fallocate(fd, 0, (off_t)page + 1) == 0, "posix_fallocate");
	e = describe(fd); /* more than a page: the rest is missing */
	evx_source_open(&s, fd, &e, NULL);
	s.pread = five;
	assert_int_equal(read_all(&s, 32, NULL, 0), 5);
	assert_true(!e.changed_while_reading && e.size == page + 1 && e.n_bad == 1 &&
		e.bad[0].offset == 5 && e.bad[0].length == page - 4);
	evx_entry_free(&e);
	close(fd);
	scratch_remove(&dir);
}

/* A disk of which some blocks of 4096 bytes fail. */
struct disk {
	bool (*fails)(uint64_t block, unsigned attempt);
	unsigned attempts[64]; /* of the first blocks, by reads that begin in them and are no longer
				  than one */
	int sys_errno;
	unsigned calls;
};

static ssize_t disk_read(int fd, void *buf, size_t n, off_t offset, void *ctx)
{
	struct disk *d = ctx;
	uint64_t first = (uint64_t)offset / 4096, last = ((uint64_t)offset + n - 1) / 4096;
	(void)fd;
	d->calls++;
	unsigned attempt = first < 64 && first == last ? ++d->attempts[first] : 1;
	for (uint64_t b = first; b <= last; b++) {
		if (d->fails(b, attempt)) {
			errno = d->sys_errno;
			return -1;
		}
	}
	memset(buf, 0x5a, n);
	return (ssize_t)n;
}

static bool some_fail(uint64_t block, unsigned attempt)
{
	(void)attempt;
	return block == 3 || block == 4 || block == 9;
}

static bool all_fail(uint64_t block, unsigned attempt)
{
	(void)block;
	(void)attempt;
	return true;
}

static bool rest_fails(uint64_t block, unsigned attempt)
{
	(void)attempt;
	return block >= 8;
}

static bool fails_twice(uint64_t block, unsigned attempt)
{
	return block == 5 && attempt < 3;
}

static bool every_other(uint64_t block, unsigned attempt)
{
	(void)attempt;
	return block % 2 == 1;
}

static bool never(uint64_t block, unsigned attempt)
{
	(void)block;
	(void)attempt;
	return false;
}

static struct evx_entry read_disk(struct disk *d, uint64_t size, size_t cap)
{
	struct scratch dir = scratch_make();
	int fd = make(&dir, "disk");
	scratch_must(ftruncate(fd, (off_t)size) == 0, "ftruncate");
	struct evx_entry e = describe(fd);
	e.blocks = size / 512 + 1; /* not sparse */
	struct evx_source s;
	evx_source_open(&s, fd, &e, NULL);
	s.pread = disk_read;
	s.pread_ctx = d;
	read_all(&s, cap, NULL, 0);
	assert_int_equal(e.size, size);
	assert_false(e.changed_while_reading);
	close(fd);
	scratch_remove(&dir);
	return e;
}

static void test_read_errors(void **state)
{
	(void)state;
	for (size_t cap = 512; cap <= 262144; cap *= 8) {
		struct disk d = { .fails = some_fail, .sys_errno = EIO };
		struct evx_entry e = read_disk(&d, 16 * 4096 + 100, cap);
		assert_true(e.has_map && e.n_bad == 2 && e.n_extents == 3);
		assert_tiles(&e);
		assert_true(e.bad[0].offset == 3 * 4096 && e.bad[0].length == 2 * 4096);
		assert_true(e.bad[1].offset == 9 * 4096 && e.bad[1].length == 4096);
		assert_int_equal(d.attempts[9], cap > 4096 ? 3 : 4); /* three tries, besides the
									read that showed the failure
								      */
		evx_entry_free(&e);
	}
	struct disk gone = { .fails = all_fail, .sys_errno = EIO };
	struct evx_entry e = read_disk(&gone, 10 * 4096 + 1, 65536);
	assert_true(e.has_map && e.n_bad == 1 && e.n_extents == 0 && e.bad[0].length == e.size);
	evx_entry_free(&e);

	struct disk pulled = { .fails = rest_fails, .sys_errno = ENXIO };
	e = read_disk(&pulled, 1024 * MIB, 4096);
	assert_true(e.n_bad == 1 && e.n_extents == 1 && e.bad[0].offset == 8 * 4096);
	assert_int_equal(pulled.calls, 9);
	assert_tiles(&e);
	evx_entry_free(&e);

	struct disk shaky = { .fails = fails_twice, .sys_errno = EIO };
	e = read_disk(&shaky, 16 * 4096, 65536);
	assert_true(!e.has_map && e.n_bad == 0);
	evx_entry_free(&e);

	struct disk good = { .fails = never };
	e = read_disk(&good, 16 * 4096, 65536);
	assert_true(!e.has_map && e.n_bad == 0 && good.calls == 1);
	evx_entry_free(&e);
}

/* More failures than may be listed one by one: more is given up around each, the ranges stay within
 * their limit and cover all. */
static void test_many_errors(void **state)
{
	(void)state;
	struct disk d = { .fails = every_other, .sys_errno = EIO };
	struct evx_entry e = read_disk(&d, 16 * 1024 * MIB, 65536);
	assert_tiles(&e);
	assert_true(e.n_bad <= EVX_SOURCE_BAD_MAX && e.n_bad > EVX_SOURCE_BAD_MAX / 2);
	assert_true(e.n_extents <= EVX_EXTENTS_MAX);
	evx_entry_free(&e);
}

static void test_cancel(void **state)
{
	(void)state;
	struct scratch dir = scratch_make();
	struct evx_cancel cancel = { true };
	int fd = make(&dir, "f");
	put(fd, 0, "x", 1);
	struct evx_entry e = describe(fd);
	struct evx_source s;
	uint8_t buf[4];
	size_t got;
	evx_source_open(&s, fd, &e, &cancel);
	assert_int_equal(evx_source_read(&s, buf, sizeof(buf), &got, NULL), EVX_E_INTERRUPTED);
	assert_int_equal(got, 0);
	evx_entry_free(&e);
	close(fd);
	scratch_remove(&dir);
}

static void test_device(void **state)
{
	(void)state;
	struct evx_device d;
	struct evx_diag diag = { 0 };
	struct stat st;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	assert_int_equal(evx_device_describe(fd, "status", &d, &diag), EVX_E_USAGE);
	close(fd);
	/* The disk that holds the scratch directory, by a device node of our own. */
	struct scratch dir = scratch_make();
	assert_int_equal(fstat(dir.fd, &st), 0);
	fd = -1;
	if (mknodat(dir.fd, "disk", S_IFBLK | 0600, st.st_dev) == 0)
		fd = openat(dir.fd, "disk", O_RDONLY | O_CLOEXEC);
	scratch_remove(&dir);
	if (fd < 0) {
		print_message("SKIP: no block device that can be opened\n");
		skip();
	}
	evx_diag_clear(&diag);
	assert_int_equal(evx_device_describe(fd, "disk", &d, &diag), EVX_OK);
	assert_true(
		d.size > 0 && d.size == (uint64_t)lseek(fd, 0, SEEK_END) && d.sector_size >= 512);
	assert_int_equal(d.major, major(st.st_dev));
	assert_int_equal(d.minor, minor(st.st_dev));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_many_holes),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_unsized),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_read_errors),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
