/* bundle/writer.h, bundle/bundle.h, bundle/volume.h: writing in every form, opening, reading back.
 */
#include "bundle/bundle_inner.h"
#include "container.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct scratch scratch;

static int set_up(void **state)
{
	(void)state;
	scratch = scratch_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static const size_t two[] = { 700, 1500 };

static struct evx_bundle *open_index(const char *path, enum evx_bundle_source want)
{
	enum evx_bundle_source source;
	struct evx_bundle *b;

	assert_int_equal(evx_bundle_open(path, &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
	assert_int_equal(source, want);
	assert_int_equal(evx_bundle_source(b), want);
	return b;
}

static void same_bytes(const char *a, const char *b)
{
	char command[2300];

	(void)snprintf(command, sizeof(command), "cmp '%s' '%s'", a, b);
	assert_int_equal(system(command), 0);
}

/* The same bytes to a file, a pipe, volumes joined again; the same members in a directory. */
static void test_forms(void **state)
{
	struct evx_writer *w;
	char command[2300];
	struct seen s;
	FILE *cat;

	(void)state;
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "a.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_bundle(w, two, 2, NULL), EVX_OK);
	evx_writer_free(w);

	(void)snprintf(command, sizeof(command), "cat > '%s'", scratch_at(&scratch, "b.evx"));
	cat = popen(command, "w");
	assert_non_null(cat);
	assert_int_equal(evx_writer_stream(fileno(cat), "pipe", SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_bundle(w, two, 2, NULL), EVX_OK);
	evx_writer_free(w);
	assert_int_equal(pclose(cat), 0);
	same_bytes(scratch_at(&scratch, "a.evx"), scratch_at(&scratch, "b.evx"));

	assert_int_equal(
		evx_writer_volumes(scratch_at(&scratch, "v.evx"), 1000, SIM_UUID, &w, NULL),
		EVX_OK);
	assert_int_equal(sim_bundle(w, two, 2, NULL), EVX_OK);
	evx_writer_free(w);
	(void)snprintf(command, sizeof(command), "cat '%s/'v.evx.* > '%s'", scratch.path,
		scratch_at(&scratch, "c.evx"));
	assert_int_equal(system(command), 0);
	same_bytes(scratch_at(&scratch, "a.evx"), scratch_at(&scratch, "c.evx"));
	s = walk_path(scratch_at(&scratch, "v.evx.001"), 2);
	assert_string_equal(s.text, "");
	assert_true(s.err == EVX_OK && s.packs == 2 && s.members == 12);

	scratch_dir(&scratch, SIM_UUID);
	{
		int dirfd = openat(scratch.fd, SIM_UUID, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		uint64_t length = s.length;

		assert_int_equal(evx_writer_dir(dirfd, SIM_UUID, &w, NULL), EVX_OK);
		close(dirfd);
		assert_int_equal(sim_bundle(w, two, 2, NULL), EVX_OK);
		evx_writer_free(w);
		s = walk_path(scratch_at(&scratch, SIM_UUID), 2);
		assert_string_equal(s.text, "");
		assert_true(
			s.err == EVX_OK && s.packs == 2 && s.members == 12 && s.length == length);
	}
}

/* What the getters give, by index and by walk, in every form. */
static void check_reading(const char *path, bool by_walk, enum evx_bundle_form form)
{
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_bundle_walk_result result;
	const struct evx_bundle_member *m;
	uint8_t bytes[2200];
	char seal[SIM_SEAL_CAP];
	struct evx_bundle *b;
	size_t i;

	if (by_walk) {
		assert_int_equal(evx_bundle_open(path, &b, NULL), EVX_OK);
		assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	} else {
		b = open_index(path, EVX_BUNDLE_BY_INDEX);
	}
	assert_int_equal(evx_bundle_form(b), form);
	assert_string_equal(evx_bundle_uuid(b), SIM_UUID);
	assert_int_equal(evx_bundle_count(b), 12);
	assert_null(evx_bundle_at(b, 12));
	assert_int_equal(evx_bundle_groups(b), 1);
	m = evx_bundle_find(b, "custody/0000-seal.json");
	assert_non_null(m);
	sim_seal_json(700, 1500, seal);
	assert_true(m->id.kind == EVX_MEMBER_JSON && m->size == strlen(seal) && m->hashed);
	assert_null(evx_bundle_find(b, "custody/0001-seal.json"));
	assert_int_equal(evx_bundle_read_member(b, m->name, m->size, &text, NULL), EVX_OK);
	assert_int_equal(text.len, m->size);
	assert_memory_equal(text.data, seal, text.len);
	assert_int_equal(evx_bundle_read_member(b, m->name, m->size - 1, &text, NULL), EVX_E_LIMIT);
	assert_int_equal(evx_bundle_read_member(b, "nothing", 33, &text, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(text.len, m->size);
	evx_buf_free(&text);

	assert_true(evx_bundle_packs(b) == 2 && evx_bundle_payload_length(b) == 2200);
	assert_int_equal(evx_bundle_payload_read(b, 0, 0, bytes, 1, NULL), EVX_E_USAGE);
	assert_int_equal(evx_bundle_set_sequences(b, 2200, 0, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_bundle_set_sequences(b, 700, 1499, NULL), EVX_E_CORRUPT);
	assert_int_equal(evx_bundle_set_sequences(b, 700, 1500, NULL), EVX_OK);
	assert_true(evx_bundle_pack(b, 1).position == 700 && evx_bundle_pack(b, 1).length == 1500 &&
		evx_bundle_pack(b, 2).length == 0);
	assert_int_equal(evx_bundle_payload_read(b, 0, 0, bytes, 700, NULL), EVX_OK);
	assert_int_equal(evx_bundle_payload_read(b, 1, 0, bytes + 700, 1500, NULL), EVX_OK);
	for (i = 0; i < 2200; i++)
		assert_int_equal(
			bytes[i], i < 700 ? (uint8_t)(i * 7) : (uint8_t)((i - 700) * 7 + 1));
	assert_int_equal(evx_bundle_payload_read(b, 1, 1499, bytes, 1, NULL), EVX_OK);
	assert_int_equal(bytes[0], (uint8_t)(1499 * 7 + 1));
	assert_int_equal(evx_bundle_payload_read(b, 0, 700, bytes, 0, NULL), EVX_OK);
	assert_int_equal(evx_bundle_payload_read(b, 0, 700, bytes, 1, NULL), EVX_E_TRUNCATED);
	assert_int_equal(evx_bundle_payload_read(b, 1, 1500, bytes, 1, NULL), EVX_E_TRUNCATED);
	assert_int_equal(
		evx_bundle_payload_read(b, 1, UINT64_MAX, bytes, 1, NULL), EVX_E_TRUNCATED);
	assert_int_equal(evx_bundle_payload_read(b, 2, 0, bytes, 1, NULL), EVX_E_USAGE);
	assert_null(evx_bundle_payload(b).present);
	evx_bundle_free(b);
}

static void test_reading(void **state)
{
	bool by_walk = true;

	(void)state;
	do {
		by_walk = !by_walk;
		check_reading(scratch_at(&scratch, "a.evx"), by_walk, EVX_BUNDLE_FILE);
		check_reading(scratch_at(&scratch, "v.evx.001"), by_walk, EVX_BUNDLE_VOLUMES);
		check_reading(scratch_at(&scratch, SIM_UUID), by_walk, EVX_BUNDLE_DIRECTORY);
	} while (!by_walk);
}

static void test_pipe(void **state)
{
	struct evx_buf bytes = EVX_BUF_INIT, text = EVX_BUF_INIT;
	enum evx_bundle_source source;
	struct evx_bundle *b;
	uint8_t byte;
	int fds[2];

	(void)state;
	assert_int_equal(evx_read_file(scratch.fd, "a.evx", 1 << 20, &bytes, NULL), EVX_OK);
	assert_int_equal(pipe(fds), 0);
	assert_true(write(fds[1], bytes.data, bytes.len) == (ssize_t)bytes.len);
	close(fds[1]);
	assert_int_equal(evx_bundle_open_fd(fds[0], "pipe", &b, NULL), EVX_OK);
	close(fds[0]);
	assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
	assert_int_equal(source, EVX_BUNDLE_BY_WALK);
	assert_int_equal(evx_bundle_form(b), EVX_BUNDLE_STREAM);
	assert_int_equal(evx_bundle_read_member(b, "README.txt", 100, &text, NULL), EVX_OK);
	assert_memory_equal(text.data, "read me\n", 8);
	assert_int_equal(evx_bundle_set_sequences(b, 700, 1500, NULL), EVX_OK);
	assert_int_equal(evx_bundle_payload_read(b, 0, 0, &byte, 1, NULL), EVX_E_USAGE);
	evx_bundle_free(b);
	evx_buf_free(&bytes);
	evx_buf_free(&text);
}

/* Reads the payload in another thread. */
static void *reader(void *arg)
{
	struct evx_bundle *b = arg;
	uint8_t bytes[1500];
	uintptr_t wrong = 0;
	int i;

	for (i = 0; i < 500; i++)
		if (evx_bundle_payload_read(b, 1, (uint64_t)i, bytes, 1000, NULL) != EVX_OK ||
			bytes[0] != (uint8_t)(i * 7 + 1))
			wrong++;
	return (void *)wrong;
}

static void test_threads(void **state)
{
	struct evx_bundle *b = open_index(scratch_at(&scratch, SIM_UUID), EVX_BUNDLE_BY_INDEX);
	pthread_t threads[3];
	void *wrong;
	int i;

	(void)state;
	assert_int_equal(evx_bundle_set_sequences(b, 700, 1500, NULL), EVX_OK);
	for (i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader, b), 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	evx_bundle_free(b);
}

/* An index that lies is either not believed or found out when its members are read. */
static void test_lying_index(void **state)
{
	struct evx_buf bytes = EVX_BUF_INIT, text = EVX_BUF_INIT;
	enum evx_bundle_source source;
	struct evx_bundle *b;
	uint64_t own;
	size_t i, n;

	(void)state;
	assert_int_equal(evx_read_file(scratch.fd, "a.evx", 1 << 20, &bytes, NULL), EVX_OK);
	assert_int_equal(evx_index_trailer(bytes.data + bytes.len - 1536, &own, NULL), EVX_OK);
	n = bytes.len;
	for (i = (size_t)own; i < n; i++) {
		bytes.data[i] ^= 1;
		scratch_file(&scratch, "lie.evx", bytes.data, n);
		bytes.data[i] ^= 1;
		assert_int_equal(
			evx_bundle_open(scratch_at(&scratch, "lie.evx"), &b, NULL), EVX_OK);
		if (evx_bundle_open_index(b, &source, NULL) == EVX_OK) {
			size_t j;

			/* Whatever it says, the walk decides. */
			assert_int_equal(source, EVX_BUNDLE_BY_WALK);
			assert_int_equal(evx_bundle_count(b), 12);
			for (j = 0; j < evx_bundle_count(b); j++) {
				const struct evx_bundle_member *m = evx_bundle_at(b, j);
				enum evx_err err = evx_bundle_read_member(
					b, m->name, 1 << 20, &text, NULL);

				assert_true(err == EVX_OK || err == EVX_E_CORRUPT ||
					err == EVX_E_TRUNCATED);
				evx_buf_reset(&text);
			}
		}
		evx_bundle_free(b);
	}
	/* A member named elsewhere: the header in front of it gives the lie away. */
	bytes.data[(size_t)own + 512 + 14] = '9';
	scratch_file(&scratch, "lie.evx", bytes.data, n);
	b = open_index(scratch_at(&scratch, "lie.evx"), EVX_BUNDLE_BY_WALK);
	evx_bundle_free(b);
	evx_buf_free(&bytes);
	evx_buf_free(&text);
}

static unsigned long long reads_so_far(void)
{
	unsigned long long n = 0;
	char line[100];
	FILE *f = fopen("/proc/self/io", "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "syscr: %llu", &n);
	if (f != NULL)
		(void)fclose(f);
	return n;
}

/* 1 TiB: opened with a few reads, three for each small member and the manifest in pieces, wherever
 * the payload is read. */
static void test_huge(void **state)
{
	const uint64_t packs = 32768;
	unsigned long long before, after;
	struct evx_bundle *b;
	uint8_t bytes[100], zeros[100] = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(sim_sparse(scratch_at(&scratch, "huge.evx"), packs, false, NULL), EVX_OK);
	assert_int_equal(stat(scratch_at(&scratch, "huge.evx"), &st), 0);
	assert_true(st.st_size > (off_t)1 << 40);
	before = reads_so_far();
	b = open_index(scratch_at(&scratch, "huge.evx"), EVX_BUNDLE_BY_INDEX);
	after = reads_so_far();
	assert_true(evx_bundle_packs(b) == packs && evx_bundle_length(b) == (uint64_t)st.st_size);
	if (before == 0)
		print_message("skipped in part: /proc/self/io does not count reads\n");
	else if (after - before > 250)
		fail_msg("opening took %llu reads", after - before);
	assert_int_equal(evx_bundle_set_sequences(b, packs * EVX_PACK_LEN, 0, NULL), EVX_OK);
	assert_int_equal(
		evx_bundle_payload_read(b, 0, packs * EVX_PACK_LEN - 100, bytes, 100, NULL),
		EVX_OK);
	assert_memory_equal(bytes, zeros, 100);
	assert_true(evx_bundle_pack(b, packs - 1).position == (packs - 1) * EVX_PACK_LEN);
	evx_bundle_free(b);
}

/* A sparse bundle with the packs' headers walks, too: only its packs' names are made up. */
static void test_sparse_walk(void **state)
{
	struct seen s;

	(void)state;
	assert_int_equal(sim_sparse(scratch_at(&scratch, "sparse.evx"), 3, true, NULL), EVX_OK);
	s = walk_path(scratch_at(&scratch, "sparse.evx"), 2);
	assert_true(s.err == EVX_OK && s.result.bad == 3 && s.result.reached_end && s.packs == 3);
	assert_memory_equal(s.text, "D-PACK-HASH", 11);
}

static void test_existing_target(void **state)
{
	struct evx_writer *w;

	(void)state;
	scratch_dir(&scratch, "exists");
	scratch_file(&scratch, "exists/x.evx", "mine", 4);
	assert_int_equal(evx_writer_file(scratch_at(&scratch, "exists/x.evx"), SIM_UUID, &w, NULL),
		EVX_E_EXISTS);
	/* One that appears while the bundle is written is not replaced either. */
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "exists/y.evx"), SIM_UUID, &w, NULL), EVX_OK);
	scratch_file(&scratch, "exists/y.evx", "mine", 4);
	assert_int_equal(sim_bundle(w, two, 2, NULL), EVX_E_EXISTS);
	evx_writer_free(w);
	assert_int_equal(names_in(&scratch, "exists"), 2);
	/* Volumes: the first one, one in the middle, one behind the last. */
	scratch_file(&scratch, "exists/v.001", "mine", 4);
	assert_int_equal(
		evx_writer_volumes(scratch_at(&scratch, "exists/v"), 9000, SIM_UUID, &w, NULL),
		EVX_E_EXISTS);
	scratch_file(&scratch, "exists/u.001", "mine", 4);
	scratch_file(&scratch, "exists/t.002", "mine", 4);
	assert_int_equal(
		evx_writer_volumes(scratch_at(&scratch, "exists/t"), 9000, SIM_UUID, &w, NULL),
		EVX_OK);
	assert_int_equal(sim_bundle(w, two, 2, NULL), EVX_E_EXISTS);
	evx_writer_free(w);
	scratch_file(&scratch, "exists/s.003", "mine", 4);
	assert_int_equal(
		evx_writer_volumes(scratch_at(&scratch, "exists/s"), 9500, SIM_UUID, &w, NULL),
		EVX_OK);
	assert_int_equal(sim_bundle(w, two, 2, NULL), EVX_E_EXISTS);
	evx_writer_free(w);
	assert_int_equal(names_in(&scratch, "exists"), 6);
}

/* Every part that is being written is known as its own, and nothing else is. */
static void test_owned_volumes(void **state)
{
	static uint8_t pack[3000000];
	struct evx_writer *w;
	struct dirent *entry;
	uint8_t hash[32];
	unsigned parts = 0;
	struct stat st;
	DIR *dir;

	(void)state;
	scratch_dir(&scratch, "owned");
	assert_int_equal(
		evx_writer_volumes(scratch_at(&scratch, "owned/x.evx"), 100000, SIM_UUID, &w, NULL),
		EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, pack, sizeof(pack), hash, NULL), EVX_OK);
	dir = opendir(scratch_at(&scratch, "owned"));
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		bool part = strstr(entry->d_name, "partial") != NULL;

		assert_int_equal(fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(
			evx_writer_owns(w, (uint64_t)st.st_dev, (uint64_t)st.st_ino), part);
		parts += part;
	}
	closedir(dir);
	assert_true(parts > 3);
	evx_writer_free(w);
}

static void test_aborted(void **state)
{
	struct evx_writer *w;
	uint8_t hash[32];
	int dirfd;

	(void)state;
	scratch_dir(&scratch, "aborted");
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "aborted/x.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, "abc", 3, hash, NULL), EVX_OK);
	evx_writer_free(w);
	assert_int_equal(
		evx_writer_volumes(scratch_at(&scratch, "aborted/x.evx"), 700, SIM_UUID, &w, NULL),
		EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	evx_writer_free(w);
	dirfd = openat(scratch.fd, "aborted", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(evx_writer_dir(dirfd, SIM_UUID, &w, NULL), EVX_OK);
	close(dirfd);
	assert_int_equal(evx_writer_member(w, "README.txt", "x", 1, NULL), EVX_OK);
	evx_writer_free(w);
	assert_int_equal(names_in(&scratch, "aborted"), 0);
}

/* A disk that fills up, at every thousand bytes: an error, and nothing left. */
static void fill_disk(void *arg)
{
	static const size_t lens[] = { 3000 };
	const struct rlimit limit = { *(rlim_t *)arg, *(rlim_t *)arg };
	struct evx_diag diag = { 0 };
	struct evx_writer *w;
	enum evx_err err;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(2);
	err = evx_writer_file(scratch_at(&scratch, "full/x.evx"), SIM_UUID, &w, &diag);
	if (err == EVX_OK)
		err = sim_bundle(w, lens, 1, &diag);
	evx_writer_free(w);
	_exit(err == EVX_E_IO && diag.sys_errno == EFBIG ? 0 : 1);
}

static void test_full_disk(void **state)
{
	rlim_t size;

	(void)state;
	scratch_dir(&scratch, "full");
	for (size = 0; size < 17000; size += 1000) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			fill_disk(&size);
		assert_true(waitpid(pid, &status, 0) == pid);
		assert_int_equal(status, 0);
		assert_int_equal(names_in(&scratch, "full"), 0);
	}
}

static void test_dev_full(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct evx_diag diag = { 0 };
	struct evx_writer *w;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(evx_writer_stream(fd, "/dev/full", SIM_UUID, &w, NULL), EVX_OK);
	close(fd);
	assert_int_equal(sim_bundle(w, two, 2, &diag), EVX_E_IO);
	assert_int_equal(diag.sys_errno, ENOSPC);
	evx_writer_free(w);
}

/* What a writer refuses to be used for. */
static void test_wrong_use(void **state)
{
	static const char *const own[] = { "bagit.txt", "manifest-sha256.txt", "bag-info.txt",
		"tagmanifest-sha256.txt", "index-0000", "append-0001" };
	struct evx_writer *w;
	uint8_t hash[32];
	size_t i;

	(void)state;
	assert_int_equal(evx_writer_file(scratch_at(&scratch, "no.evx"), "not a uuid", &w, NULL),
		EVX_E_USAGE);
	assert_null(w);
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "nowhere/no.evx"), SIM_UUID, &w, NULL),
		EVX_E_NOT_FOUND);
	assert_int_equal(evx_writer_volumes(scratch_at(&scratch, "no.evx"), 0, SIM_UUID, &w, NULL),
		EVX_E_USAGE);
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "no.evx"), SIM_UUID, &w, NULL), EVX_OK);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		assert_int_equal(evx_writer_member(w, own[i], "x", 1, NULL), EVX_E_USAGE);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, "", 0, hash, NULL), EVX_E_USAGE);
	assert_int_equal(evx_writer_pack(w, "a", 1, hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, "b", 1, hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, "c", 1, hash, NULL), EVX_E_USAGE);
	assert_int_equal(evx_writer_member(w, "custody/0000-seal.json", "x", 1, NULL), EVX_E_USAGE);
	evx_writer_free(w);
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "no.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, "a", 1, hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, "a", 1, hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_finish_payload(w, hash, NULL), EVX_E_USAGE);
	evx_writer_free(w);
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "no.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_finish_payload(w, hash, NULL), EVX_E_USAGE);
	evx_writer_free(w);
	assert_int_equal(access(scratch_at(&scratch, "no.evx"), F_OK), -1);
}

static void test_volumes(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_bundle *b;

	(void)state;
	/* A gap is told, whatever stands behind it. */
	assert_int_equal(renameat(scratch.fd, "v.evx.005", scratch.fd, "away"), 0);
	assert_int_equal(
		evx_bundle_open(scratch_at(&scratch, "v.evx.001"), &b, &diag), EVX_E_NOT_FOUND);
	assert_non_null(strstr(diag.text, "Volume 005 is missing, but volume 006 is there"));
	assert_null(b);
	/* A part of another length, an empty one. */
	scratch_file(&scratch, "v.evx.005", "short", 5);
	assert_int_equal(
		evx_bundle_open(scratch_at(&scratch, "v.evx.001"), &b, NULL), EVX_E_INCOMPLETE);
	scratch_file(&scratch, "v.evx.005", "", 0);
	assert_int_equal(
		evx_bundle_open(scratch_at(&scratch, "v.evx.001"), &b, NULL), EVX_E_INCOMPLETE);
	assert_int_equal(renameat(scratch.fd, "away", scratch.fd, "v.evx.005"), 0);
	assert_string_equal(walk_path(scratch_at(&scratch, "v.evx.001"), 1).text, "");
	/* A part in the middle opened alone is no bundle. */
	assert_int_equal(walk_path(scratch_at(&scratch, "v.evx.002"), 1).err, EVX_E_NOT_OURS);
}

static void test_open_errors(void **state)
{
	struct evx_bundle *b;

	(void)state;
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "none"), &b, NULL), EVX_E_NOT_FOUND);
	assert_int_equal(evx_bundle_open("/dev/zero", &b, NULL), EVX_E_NOT_OURS);
	assert_int_equal(evx_bundle_open(scratch.path, &b, NULL), EVX_E_NOT_OURS);
	assert_null(b);
}

/* The unpacked form: what is missing, added, longer, linked or changed. */
static void test_directory_faults(void **state)
{
	static const struct {
		const char *command, *want;
	} cases[] = {
		{ "rm README.txt", "D-MISSING README.txt;D-TAGMANIFEST tagmanifest-sha256.txt;" },
		{ "rm custody/0000-seal.details.age", "D-MISSING custody/0000-seal.details.age;" },
		{ "rm custody/0000-seal.record && ln -s ../README.txt custody/0000-seal.record",
			"D-MISSING custody/0000-seal.record;"
			"D-EXTRA custody/0000-seal.record;" },
		{ "rm custody/0000-seal.record && mkfifo custody/0000-seal.record",
			"D-MISSING custody/0000-seal.record;"
			"D-EXTRA custody/0000-seal.record;" },
		{ "rm bagit.txt && mkdir bagit.txt",
			"D-MISSING bagit.txt;D-TAGMANIFEST tagmanifest-sha256.txt;D-EXTRA "
			"bagit.txt;" },
		{ "echo >> custody/0000-seal.json",
			"D-INDEX custody/0000-seal.json;D-INDEX index-0000;" },
		{ "echo X | dd of=README.txt conv=notrunc status=none",
			"D-TAGMANIFEST tagmanifest-sha256.txt;" },
		{ "echo hi > notes.txt && mkdir sub && echo hi > custody/0001-note.json",
			"D-EXTRA" },
		{ "echo X | dd of=index-0000 conv=notrunc status=none", "D-INDEX index-0000;" },
		{ "cp index-0000 index-0001", "D-ORDER index-0001;" },
	};
	char command[2300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seen s;

		(void)snprintf(command, sizeof(command),
			"cd '%s' && rm -rf x && mkdir x && cp -R " SIM_UUID " x/ && cd x/" SIM_UUID
			" && %s",
			scratch.path, cases[i].command);
		assert_int_equal(system(command), 0);
		s = walk_path(scratch_at(&scratch, "x/" SIM_UUID), 1);
		assert_int_equal(s.err, EVX_OK);
		if (strncmp(s.text, cases[i].want, strlen(cases[i].want)) != 0)
			fail_msg("%s: %s", cases[i].command, s.text);
	}
	(void)snprintf(
		command, sizeof(command), "cd '%s' && rm x/" SIM_UUID "/index-*", scratch.path);
	assert_int_equal(system(command), 0);
	assert_int_equal(walk_path(scratch_at(&scratch, "x/" SIM_UUID), 1).err, EVX_E_NOT_OURS);
	(void)snprintf(
		command, sizeof(command), "cd '%s' && mv x/" SIM_UUID " x/renamed", scratch.path);
	assert_int_equal(system(command), 0);
	{
		struct evx_bundle *b;

		assert_int_equal(evx_bundle_open(scratch_at(&scratch, "x/renamed"), &b, NULL),
			EVX_E_NOT_OURS);
	}
}

/* A missing pack is a finding, and salvage learns which part of the payload is there. */
static void test_missing_pack(void **state)
{
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_bundle_walk_result result;
	struct evx_payload_source src;
	uint64_t len0, len1, end;
	struct evx_bundle *b;
	char command[2300];
	uint8_t byte;

	(void)state;
	(void)snprintf(command, sizeof(command),
		"cd '%s' && rm -rf x && mkdir x && cp -R " SIM_UUID " x/ && cd x/" SIM_UUID
		" && rm $(head -n 1 manifest-sha256.txt | cut -c 67-)",
		scratch.path);
	assert_int_equal(system(command), 0);
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "x/" SIM_UUID), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	assert_true(result.bad > 0);
	assert_true(evx_bundle_pack(b, 0).missing && !evx_bundle_pack(b, 1).missing);
	evx_bundle_guess_sequences(b, &len0, &len1);
	assert_true(len0 == 700 && len1 == 1500); /* the seal says how long it was */
	assert_int_equal(evx_bundle_set_sequences(b, len0, len1, NULL), EVX_OK);
	src = evx_bundle_payload(b);
	assert_non_null(src.present);
	assert_true(src.present(src.ctx, 0, 0, &end) == UINT64_MAX);
	assert_true(src.present(src.ctx, 1, 0, &end) == 0 && end == len1);
	assert_true(src.present(src.ctx, 1, 3, &end) == 3);
	assert_int_equal(src.read(src.ctx, 1, 1499, &byte, 1, NULL), EVX_OK);
	assert_int_equal(src.read(src.ctx, 0, 5, &byte, 1, NULL), EVX_E_NOT_FOUND);
	evx_bundle_free(b);
}

/* Sets the flag once so many packs were asked for. */
struct stopper {
	struct evx_cancel cancel;
	size_t at;
};

static bool stop_at(void *ctx, size_t number, const struct evx_bundle_pack *pack)
{
	struct stopper *s = ctx;

	(void)pack;
	if (number == s->at)
		atomic_store(&s->cancel.stop, true);
	return true;
}

/* A walk that was told to stop is no walk, wherever it was: nothing is loaded, and nothing is
 * judged. */
static void test_interrupted(void **state)
{
	static const char *const forms[] = { "a.evx", "v.evx.001", SIM_UUID };
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		for (at = 0; at < 4; at++) {
			struct stopper s = { .at = at };
			const struct evx_bundle_walk_packs packs = { stop_at, NULL, &s };
			struct evx_bundle_walk_opts opts = {
				.jobs = 1, .packs = &packs, .cancel = &s.cancel, .shortcut = at == 3
			};
			struct evx_bundle_walk_result result;
			struct evx_diag diag = { 0 };
			struct evx_bundle *b;

			/* Before the first pack, at the second and the last one; with a shortcut,
			 * before anything. */
			atomic_store(&s.cancel.stop, at == 2 || at == 3);
			assert_int_equal(
				evx_bundle_open(scratch_at(&scratch, forms[i]), &b, NULL), EVX_OK);
			assert_int_equal(
				evx_bundle_walk(b, &opts, &result, &diag), EVX_E_INTERRUPTED);
			assert_int_equal(diag.code, EVX_E_INTERRUPTED);
			assert_int_equal(evx_bundle_source(b), EVX_BUNDLE_NOT_LOADED);
			assert_int_equal(evx_bundle_count(b), 0);
			assert_int_equal(evx_bundle_packs(b), 0);
			evx_bundle_free(b);
		}
}

/* Notes the findings, and stops the walk at the first one. */
struct first_stop {
	struct seen seen;
	struct evx_cancel cancel;
};

static void stop_at_finding(void *ctx, const struct evx_bundle_walk_finding *f)
{
	struct first_stop *s = ctx;

	note_finding(&s->seen, f);
	atomic_store(&s->cancel.stop, true);
}

/* Takes away what the last index of the directory x/UUID lists behind the packs. */
static void end_index_with_packs(void)
{
	static const char path[] = "x/" SIM_UUID "/index-0000";
	struct evx_buf text = EVX_BUF_INIT, lines = EVX_BUF_INIT, index = EVX_BUF_INIT;
	const char *end;
	uint64_t own;

	assert_int_equal(evx_read_file(scratch.fd, path, 1 << 20, &text, NULL), EVX_OK);
	assert_int_equal(
		evx_index_trailer(text.data + text.len - EVX_TAR_BLOCK, &own, NULL), EVX_OK);
	end = memmem(text.data, text.len, " data/\n", 7);
	assert_non_null(end);
	assert_int_equal(
		evx_buf_add(&lines, text.data, (size_t)(end + 7 - (const char *)text.data)),
		EVX_OK);
	assert_int_equal(evx_index_encode(&lines, own, &index), EVX_OK);
	scratch_file(&scratch, path, index.data, index.len);
	evx_buf_free(&text);
	evx_buf_free(&lines);
	evx_buf_free(&index);
}

/* The same among the packs of a directory, which nobody hashes: the second one that is missing is
 * not looked for, and nothing is said of what follows, even when the index says that nothing does.
 */
static void test_interrupted_among_packs(void **state)
{
	char command[2300];

	(void)state;
	for (int last = 0; last < 2; last++) {
		struct first_stop s;
		struct evx_bundle_walk_opts opts = { .jobs = 1,
			.skip_packs = true,
			.finding = stop_at_finding,
			.ctx = &s,
			.cancel = &s.cancel };
		struct evx_bundle_walk_result result;
		struct evx_bundle *b;

		memset(&s, 0, sizeof(s));
		(void)snprintf(command, sizeof(command),
			"cd '%s' && rm -rf x && mkdir x && cp -R " SIM_UUID " x/ && rm x/" SIM_UUID
			"/data/*.pack",
			scratch.path);
		assert_int_equal(system(command), 0);
		if (last)
			end_index_with_packs();
		assert_int_equal(
			evx_bundle_open(scratch_at(&scratch, "x/" SIM_UUID), &b, NULL), EVX_OK);
		assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_E_INTERRUPTED);
		assert_memory_equal(s.seen.text, "D-MISSING data/", 15);
		assert_int_equal(strlen(strchr(s.seen.text, ';')), 1); /* one, and no more */
		assert_int_equal(evx_bundle_source(b), EVX_BUNDLE_NOT_LOADED);
		evx_bundle_free(b);
	}
}

/* A seal is looked for up to the size that a document may have, in both forms, and no further. */
static void test_largest_seal(void **state)
{
	static const size_t len = 700;
	char small[SIM_SEAL_CAP], *json = malloc(EVX_DOCUMENT_MAX + 2);
	struct evx_sequences found;
	uint8_t bytes[700] = { 0 }, hash[32];

	(void)state;
	assert_non_null(json);
	sim_seal_json(len, 0, small);
	for (size_t n = EVX_DOCUMENT_MAX - 1; n <= EVX_DOCUMENT_MAX + (size_t)1; n++) {
		const size_t body = strlen(small) - 2, rest = n - body - 2;
		struct evx_bundle *b;
		struct evx_writer *w;
		char command[2300];

		/* ,"x-fill":"aaa…" up to the size asked for */
		memcpy(json, small, body);
		memset(json + body, 'a', rest);
		memcpy(json + body, ",\"x-fill\":\"", 11);
		json[n - 3] = '"';
		memcpy(json + n - 2, "}\n", 3);
		assert_int_equal(strlen(json), n);
		assert_int_equal(
			evx_writer_file(scratch_at(&scratch, "large.evx"), SIM_UUID, &w, NULL),
			EVX_OK);
		assert_int_equal(sim_front(w, NULL), EVX_OK);
		assert_int_equal(evx_writer_pack(w, bytes, sizeof(bytes), hash, NULL), EVX_OK);
		assert_int_equal(evx_writer_finish_payload(w, hash, NULL), EVX_OK);
		assert_int_equal(sim_event(w, 0, "seal", json, NULL), EVX_OK);
		assert_int_equal(evx_writer_end(w, NULL), EVX_OK);
		evx_writer_free(w);
		for (int dir = 0; dir < 2; dir++) {
			(void)snprintf(command, sizeof(command),
				"cd '%s' && rm -rf x && mkdir x && tar -C x -xf large.evx",
				scratch.path);
			assert_int_equal(system(command), 0);
			assert_int_equal(evx_bundle_open(scratch_at(&scratch,
								 dir ? "x/" SIM_UUID : "large.evx"),
						 &b, NULL),
				EVX_OK);
			assert_int_equal(evx_bundle_sequences(b, &found), n <= EVX_DOCUMENT_MAX);
			if (n <= EVX_DOCUMENT_MAX)
				assert_true(found.len[0] == len && found.len[1] == 0);
			evx_bundle_free(b);
		}
		assert_int_equal(unlinkat(scratch.fd, "large.evx", 0), 0);
	}
	free(json);
}

/* A file of which nothing can be loaded fails with the error of what was found, and in its words.
 */
static void test_nothing_loaded(void **state)
{
	enum evx_bundle_source source;
	struct evx_buf bytes = EVX_BUF_INIT;
	struct evx_diag diag = { 0 };
	struct evx_bundle *b;

	(void)state;
	assert_int_equal(evx_read_file(scratch.fd, "a.evx", 1 << 20, &bytes, NULL), EVX_OK);
	scratch_file(&scratch, "cut.evx", bytes.data, 2000);
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "cut.evx"), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open_index(b, &source, &diag), EVX_E_INCOMPLETE);
	assert_int_equal(diag.code, EVX_E_INCOMPLETE);
	assert_memory_equal(diag.text, "D-TRUNCATED: ", 13);
	evx_bundle_free(b);
	evx_buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), /* makes what the others read */
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_lying_index),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_sparse_walk),
		cmocka_unit_test(test_existing_target),
		cmocka_unit_test(test_owned_volumes),
		cmocka_unit_test(test_aborted),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_dev_full),
		cmocka_unit_test(test_wrong_use),
		cmocka_unit_test(test_volumes),
		cmocka_unit_test(test_open_errors),
		cmocka_unit_test(test_directory_faults),
		cmocka_unit_test(test_missing_pack),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_interrupted_among_packs),
		cmocka_unit_test(test_largest_seal),
		cmocka_unit_test(test_nothing_loaded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
