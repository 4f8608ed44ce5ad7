/* bundle/append.h: groups of events behind a bundle, in a file and in a directory; interrupted
 * anywhere, the old chain stands. */
#include "container.h"
#include "sampled.h"

#include "bundle/append.h"
#include "bundle/append_rest.h"
#include "format/tar.h"
#include "soon.h"

static struct scratch scratch;
static struct evx_buf group = EVX_BUF_INIT; /* the file with one group only */
static struct evx_buf before = EVX_BUF_INIT, after = EVX_BUF_INIT; /* the file without and with the
								      group */

/* Appends event number `event` as note; stops before the commit unless told. */
static enum evx_err append_event(
	const char *path, unsigned event, bool walk, bool commit, struct evx_diag *diag)
{
	static const char *const parts[] = { ".json", ".json.sig1", ".record" };
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	enum evx_bundle_source source;
	struct evx_bundle_walk_result result;
	struct evx_append *a;
	char name[80];
	enum evx_err err = evx_append_open(path, &a, diag);
	size_t i;

	if (err == EVX_OK)
		err = walk ? evx_bundle_walk(evx_append_bundle(a), &opts, &result, diag) :
			     evx_bundle_open_index(evx_append_bundle(a), &source, diag);
	if (err == EVX_OK)
		err = evx_append_begin(a, diag);
	for (i = 0; err == EVX_OK && i < 3; i++) {
		(void)snprintf(name, sizeof(name), "custody/%04u-note%s", event, parts[i]);
		err = evx_append_member(a, name, name, strlen(name), diag);
	}
	if (err == EVX_OK && commit)
		err = evx_append_commit(a, diag);
	evx_append_free(a);
	return err;
}

static void read_whole(const char *name, struct evx_buf *out)
{
	evx_buf_free(out);
	assert_int_equal(evx_read_file(scratch.fd, name, 1 << 20, out, NULL), EVX_OK);
}

static int set_up(void **state)
{
	struct evx_buf small = EVX_BUF_INIT;
	int dirfd;
	struct evx_writer *w;
	static const size_t lens[] = { 700 };

	(void)state;
	scratch = scratch_make();
	small_bundle(&scratch, &small);
	evx_buf_free(&small);
	scratch_dir(&scratch, SIM_UUID);
	dirfd = openat(scratch.fd, SIM_UUID, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(evx_writer_dir(dirfd, SIM_UUID, &w, NULL), EVX_OK);
	close(dirfd);
	assert_int_equal(sim_bundle(w, lens, 1, NULL), EVX_OK);
	evx_writer_free(w);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	evx_buf_free(&before);
	evx_buf_free(&after);
	scratch_remove(&scratch);
	return 0;
}

static void test_file(void **state)
{
	enum evx_bundle_source source;
	struct evx_bundle *b;
	struct seen s;
	unsigned event;

	(void)state;
	read_whole("small.evx", &before);
	assert_int_equal(
		append_event(scratch_at(&scratch, "small.evx"), 1, false, true, NULL), EVX_OK);
	read_whole("small.evx", &after);
	/* Only the block of the commit changed. */
	assert_memory_equal(after.data, before.data, before.len - 1024);
	s = walk_path(scratch_at(&scratch, "small.evx"), 1);
	assert_string_equal(s.text, "");
	assert_true(s.groups == 2 && s.members == 12 + 5 && s.length == after.len &&
		s.result.reached_end);
	for (event = 2; event < 6; event++) {
		assert_int_equal(append_event(scratch_at(&scratch, "small.evx"), event,
					 event % 2 == 0, true, NULL),
			EVX_OK);
		s = walk_path(scratch_at(&scratch, "small.evx"), 1);
		assert_string_equal(s.text, "");
		assert_int_equal(s.groups, event + 1);
	}
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "small.evx"), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
	assert_int_equal(source, EVX_BUNDLE_BY_INDEX);
	assert_true(evx_bundle_groups(b) == 6 &&
		evx_bundle_find(b, "custody/0005-note.record")->group == 5);
	evx_bundle_free(b);
}

/* The appended file cut at every length: the old chain is what counts, and where the joint is there
 * the cut is found. */
static void test_every_cut(void **state)
{
	size_t p = before.len - 1024, n;

	(void)state;
	for (n = before.len; n < after.len; n += EVERY(13)) {
		struct seen s;

		scratch_file(&scratch, "cut.evx", after.data, n);
		s = walk_path(scratch_at(&scratch, "cut.evx"), 1);
		assert_int_equal(s.err, EVX_OK);
		assert_non_null(strstr(s.text, "D-TRUNCATED"));
		if (n < after.len - 1024)
			assert_true(s.groups == 1 && s.members == 12);
		assert_int_equal(
			append_event(scratch_at(&scratch, "cut.evx"), 1, n % 2 == 0, true, NULL),
			EVX_E_INCOMPLETE);
	}
	/* The same before the commit: the joint's header is still a zero block. */
	memset(after.data + p, 0, 512);
	for (n = before.len; n <= after.len; n += EVERY(13)) {
		enum evx_bundle_source source;
		struct evx_bundle *b;
		struct seen s;

		scratch_file(&scratch, "cut.evx", after.data, n);
		s = walk_path(scratch_at(&scratch, "cut.evx"), 1);
		assert_string_equal(s.text, n == before.len ? "" : "D-TRAILING ;");
		assert_true(s.err == EVX_OK && s.groups == 1 && s.members == 12 &&
			s.length == before.len && s.result.bad == 0);
		/* Also whole with its index at the very end, but not committed. */
		assert_int_equal(
			evx_bundle_open(scratch_at(&scratch, "cut.evx"), &b, NULL), EVX_OK);
		assert_int_equal(evx_bundle_open_index(b, &source, NULL), EVX_OK);
		assert_int_equal(
			source, n == before.len ? EVX_BUNDLE_BY_INDEX : EVX_BUNDLE_BY_WALK);
		assert_int_equal(evx_bundle_groups(b), 1);
		evx_bundle_free(b);
	}
	/* A whole entry may have been committed: nothing is added before somebody cut that off. */
	{
		struct evx_buf now = EVX_BUF_INIT;
		struct evx_diag diag = { 0 };
		char command[64];

		scratch_file(&scratch, "cut.evx", after.data, after.len); /* a sample may have left
									     it out */
		assert_int_equal(
			append_event(scratch_at(&scratch, "cut.evx"), 1, false, true, &diag),
			EVX_E_CORRUPT);
		(void)snprintf(command, sizeof(command), "head -c %zu OLD > NEW", before.len);
		assert_non_null(strstr(diag.text, command));
		assert_int_equal(append_event(scratch_at(&scratch, "cut.evx"), 1, true, true, NULL),
			EVX_E_CORRUPT);
		read_whole("cut.evx", &now);
		assert_true(now.len == after.len && memcmp(now.data, after.data, now.len) == 0);
		evx_buf_free(&now);
	}
	/* Zeros do not matter. */
	memset(after.data + before.len, 0, after.len - before.len);
	scratch_file(&scratch, "cut.evx", after.data, after.len);
	assert_string_equal(walk_path(scratch_at(&scratch, "cut.evx"), 1).text, "D-TRAILING ;");
	assert_int_equal(
		append_event(scratch_at(&scratch, "cut.evx"), 1, false, true, NULL), EVX_OK);
	assert_string_equal(walk_path(scratch_at(&scratch, "cut.evx"), 1).text, "");
	read_whole("small.evx", &after);
}

/* Whether the rest is cut off: then the file is what it would be without it; else it stays as it
 * is. */
static void rest(const void *p, size_t n, bool ours, bool walk)
{
	struct evx_buf file = EVX_BUF_INIT, now = EVX_BUF_INIT;
	struct evx_append *a;
	enum evx_bundle_source source;

	assert_int_equal(evx_buf_add(&file, before.data, before.len), EVX_OK);
	assert_int_equal(evx_buf_add(&file, p, n), EVX_OK);
	scratch_file(&scratch, "rest.evx", file.data, file.len);
	assert_int_equal(append_event(scratch_at(&scratch, "rest.evx"), 1, walk, true, NULL),
		ours ? EVX_OK : EVX_E_CORRUPT);
	read_whole("rest.evx", &now);
	if (ours) {
		assert_string_equal(walk_path(scratch_at(&scratch, "rest.evx"), 1).text, "");
		assert_true(now.len == group.len && memcmp(now.data, group.data, now.len) == 0);
		/* What was cut off is counted. */
		scratch_file(&scratch, "rest.evx", file.data, file.len);
		assert_int_equal(
			evx_append_open(scratch_at(&scratch, "rest.evx"), &a, NULL), EVX_OK);
		assert_int_equal(
			evx_bundle_open_index(evx_append_bundle(a), &source, NULL), EVX_OK);
		assert_int_equal(evx_append_begin(a, NULL), EVX_OK);
		assert_int_equal(evx_append_removed(a), n);
		evx_append_free(a);
	} else {
		assert_true(now.len == file.len && memcmp(now.data, file.data, now.len) == 0);
	}
	evx_buf_free(&file);
	evx_buf_free(&now);
}

/* What an interrupted addition left is cut off by the next one, and nothing else is. */
static void test_rest(void **state)
{
	const size_t p = before.len - 1024;
	struct evx_buf tail = EVX_BUF_INIT, marked = EVX_BUF_INIT;
	struct evx_bundle *b;
	const struct evx_bundle_member *record;
	uint8_t mark[512];
	size_t header, whole, n;

	(void)state;
	scratch_file(&scratch, "group.evx", before.data, before.len);
	assert_int_equal(
		append_event(scratch_at(&scratch, "group.evx"), 1, false, true, NULL), EVX_OK);
	read_whole("group.evx", &group);
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "group.evx"), &b, NULL), EVX_OK);
	assert_string_equal(walk_path(scratch_at(&scratch, "group.evx"), 1).text, "");
	{
		struct evx_bundle_walk_opts opts = { .jobs = 1 };
		struct evx_bundle_walk_result result;

		assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	}
	record = evx_bundle_find(b, "custody/0001-note.record");
	assert_non_null(record);
	header = 512;
	whole = (size_t)(record->offset + 512 + record->size) - before.len;
	evx_bundle_free(b);
	assert_int_equal(
		evx_buf_add(&tail, group.data + before.len, group.len - before.len), EVX_OK);
	/* Cut anywhere, without the mark: only before all files of the entry are there. */
	for (n = 1; n <= tail.len; n += EVERY(13))
		rest(tail.data, n, n >= header && n < whole, n % 2 == 0);
	rest(tail.data, header - 1, false, true);
	rest(tail.data, header, true, false);
	rest(tail.data, whole - 1, true, true);
	rest(tail.data, whole, false, false);
	rest(tail.data, tail.len, false, true);
	/* With the mark: always, also where blocks before it were lost. */
	evx_append_rest_mark(p, mark);
	for (n = 0; n <= tail.len; n += EVERY(13)) {
		evx_buf_reset(&marked);
		assert_int_equal(evx_buf_add(&marked, tail.data, n), EVX_OK);
		assert_int_equal(evx_buf_add(&marked, mark, sizeof(mark)), EVX_OK);
		rest(marked.data, marked.len, true, n % 2 == 0);
	}
	memset(marked.data, 0, marked.len - sizeof(mark));
	rest(marked.data, marked.len, true, false);
	/* A mark that is cut, changed, followed by something, or of another place. */
	rest(marked.data, marked.len - 1, false, false);
	assert_int_equal(evx_buf_add(&marked, "x", 1), EVX_OK);
	rest(marked.data, marked.len, false, false);
	mark[511] = 1;
	rest(mark, sizeof(mark), false, false);
	evx_append_rest_mark(p + 512, mark);
	rest(mark, sizeof(mark), false, false);
	/* The mark of a group that was committed: behind that group only. */
	evx_append_rest_mark(p, mark);
	{
		struct evx_buf now = EVX_BUF_INIT;

		for (n = 0; n < 3; n++) {
			evx_buf_reset(&marked);
			assert_int_equal(evx_buf_add(&marked, group.data, group.len), EVX_OK);
			assert_int_equal(evx_buf_add(&marked, mark, sizeof(mark)), EVX_OK);
			if (n > 0) /* something else as well */
				assert_int_equal(
					evx_buf_add(&marked, mark, n == 1 ? 1 : sizeof(mark)),
					EVX_OK);
			scratch_file(&scratch, "rest.evx", marked.data, marked.len);
			assert_int_equal(append_event(scratch_at(&scratch, "rest.evx"), 2, n == 0,
						 true, NULL),
				n == 0 ? EVX_OK : EVX_E_CORRUPT);
		}
		read_whole("rest.evx", &now);
		assert_true(now.len == marked.len && memcmp(now.data, marked.data, now.len) == 0);
		evx_buf_free(&now);
	}
	/* Another bundle, somebody's bytes, the file of another bundle's entry, no file of an
	 * entry. */
	rest(before.data, before.len, false, false);
	rest("hello", 5, false, false);
	assert_int_equal(
		evx_tar_encode(
			"99999999-9999-4999-8999-999999999999/custody/0001-note.json", 2000, mark),
		EVX_OK);
	rest(mark, sizeof(mark), false, false);
	assert_int_equal(evx_tar_encode(SIM_UUID "/README.txt", 2000, mark), EVX_OK);
	rest(mark, sizeof(mark), false, false);
	assert_int_equal(evx_tar_encode(SIM_UUID "/append-0001", 512, mark), EVX_OK);
	rest(mark, sizeof(mark), false, false);
	evx_buf_free(&tail);
	evx_buf_free(&marked);
	evx_buf_free(&group);
}

/* Every byte of the appended group but the contents of custody files is found when changed. */
static void test_every_byte(void **state)
{
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_bundle_walk_result result;
	struct evx_bundle *b;
	bool *custody;
	size_t i, j;
	int fd;

	(void)state;
	read_whole("cut.evx", &after);
	custody = calloc(after.len, 1);
	assert_non_null(custody);
	assert_int_equal(evx_bundle_open(scratch_at(&scratch, "cut.evx"), &b, NULL), EVX_OK);
	assert_int_equal(evx_bundle_walk(b, &opts, &result, NULL), EVX_OK);
	for (i = 0; i < evx_bundle_count(b); i++)
		for (j = 0; strncmp(evx_bundle_at(b, i)->name, "custody/", 8) == 0 &&
			j < evx_bundle_at(b, i)->size;
			j++)
			custody[evx_bundle_at(b, i)->offset + 512 + j] = true;
	evx_bundle_free(b);
	fd = openat(scratch.fd, "cut.evx", O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	for (i = before.len - 1024; i < after.len; i += EVERY(13)) {
		uint8_t changed = (uint8_t)(after.data[i] ^ (1u << (i % 8)));
		struct seen s;

		assert_true(pwrite(fd, &changed, 1, (off_t)i) == 1);
		s = walk_fd(fd);
		assert_int_equal(s.err, EVX_OK);
		assert_int_equal(s.result.bad > 0, !custody[i]);
		assert_true(pwrite(fd, after.data + i, 1, (off_t)i) == 1);
	}
	close(fd);
	free(custody);
}

static void test_not_committed(void **state)
{
	struct evx_buf now = EVX_BUF_INIT;

	(void)state;
	scratch_file(&scratch, "undone.evx", before.data, before.len);
	assert_int_equal(
		append_event(scratch_at(&scratch, "undone.evx"), 1, true, false, NULL), EVX_OK);
	read_whole("undone.evx", &now);
	assert_int_equal(now.len, before.len);
	assert_memory_equal(now.data, before.data, before.len);
	/* A number that does not follow, a name that is no event's: nothing stays. */
	assert_int_equal(
		append_event(scratch_at(&scratch, "undone.evx"), 2, true, true, NULL), EVX_E_USAGE);
	read_whole("undone.evx", &now);
	assert_int_equal(now.len, before.len);
	assert_memory_equal(now.data, before.data, before.len);
	evx_buf_free(&now);
}

static void test_refused(void **state)
{
	struct evx_diag diag = { 0 };
	struct evx_append *a, *second;
	struct evx_buf now = EVX_BUF_INIT;
	enum evx_bundle_source source;

	(void)state;
	/* Two at a time. */
	scratch_file(&scratch, "one.evx", before.data, before.len);
	assert_int_equal(evx_append_open(scratch_at(&scratch, "one.evx"), &a, NULL), EVX_OK);
	soon();
	assert_int_equal(evx_append_open(scratch_at(&scratch, "one.evx"), &second, &diag),
		EVX_E_INTERRUPTED);
	assert_null(second);
	/* Before it is loaded, before it is begun; members that are no event's. */
	assert_int_equal(evx_append_begin(a, NULL), EVX_E_USAGE);
	assert_int_equal(evx_append_member(a, "custody/0001-note.json", "", 0, NULL), EVX_E_USAGE);
	assert_int_equal(evx_append_commit(a, NULL), EVX_E_USAGE);
	assert_int_equal(evx_bundle_open_index(evx_append_bundle(a), &source, NULL), EVX_OK);
	assert_int_equal(evx_append_begin(a, NULL), EVX_OK);
	assert_int_equal(evx_append_begin(a, NULL), EVX_E_USAGE);
	assert_int_equal(evx_append_member(a, "README.txt", "", 0, NULL), EVX_E_USAGE);
	/* A group with nothing in it. */
	assert_int_equal(evx_append_commit(a, NULL), EVX_E_USAGE);
	evx_append_free(a);
	read_whole("one.evx", &now);
	assert_int_equal(now.len, before.len);
	assert_memory_equal(now.data, before.data, before.len);
	/* The lock is gone with its holder. */
	assert_int_equal(
		append_event(scratch_at(&scratch, "one.evx"), 1, false, true, NULL), EVX_OK);
	/* Damaged, volumes, not there. */
	before.data[600] ^= 1;
	scratch_file(&scratch, "bad.evx", before.data, before.len);
	before.data[600] ^= 1;
	assert_int_equal(
		append_event(scratch_at(&scratch, "bad.evx"), 1, true, true, NULL), EVX_E_CORRUPT);
	scratch_file(&scratch, "vol.001", before.data, before.len);
	assert_int_equal(
		append_event(scratch_at(&scratch, "vol.001"), 1, true, true, NULL), EVX_E_USAGE);
	assert_int_equal(
		append_event(scratch_at(&scratch, "none"), 1, true, true, NULL), EVX_E_NOT_FOUND);
	evx_buf_free(&now);
}

/* The end is looked at once more before anything is written: another program may have changed the
 * file since. */
static void test_changed_since(void **state)
{
	static const struct {
		long at;
		bool cut;
	} changes[] = {
		{ -1, false },
		{ -512, false },
		{ -513, false },
		{ -1024, false }, /* the two zero blocks */
		{ -1025, false },
		{ -1536, false },
		{ -2000, false }, /* the last index */
		{ -1, true },
		{ -512, true },
		{ -513, true },
		{ -1024, true },
		{ -1025, true },
	};
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	struct evx_buf now = EVX_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const off_t at = (off_t)before.len + changes[i].at;
		struct evx_bundle_walk_result result;
		struct evx_append *a;
		size_t was;
		int fd;

		scratch_file(&scratch, "since.evx", before.data, before.len);
		assert_int_equal(
			evx_append_open(scratch_at(&scratch, "since.evx"), &a, NULL), EVX_OK);
		assert_int_equal(
			evx_bundle_walk(evx_append_bundle(a), &opts, &result, NULL), EVX_OK);
		assert_int_equal(evx_append_check(a, NULL), EVX_OK);
		fd = openat(scratch.fd, "since.evx", O_RDWR | O_CLOEXEC);
		assert_true(fd >= 0);
		if (changes[i].cut)
			assert_int_equal(ftruncate(fd, at), 0);
		else
			assert_true(pwrite(fd, "?", 1, at) == 1);
		close(fd);
		read_whole("since.evx", &now);
		was = now.len;
		assert_int_equal(evx_append_begin(a, NULL), EVX_E_CORRUPT);
		evx_append_free(a);
		read_whole("since.evx", &now);
		assert_int_equal(now.len, was);
	}
	evx_buf_free(&now);
}

/* The same in a directory: the last index was changed, cut, or has bytes behind its end that were
 * not there. */
static void test_directory_changed_since(void **state)
{
	static const char *const changes[] = { "printf x >>index-0000", "truncate -s -1 index-0000",
		"printf x | dd of=index-0000 conv=notrunc status=none" };
	struct evx_bundle_walk_opts opts = { .jobs = 1 };
	char command[2300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct evx_bundle_walk_result result;
		struct evx_append *a;

		(void)snprintf(command, sizeof(command),
			"cd '%s' && rm -rf x && mkdir x && cp -R " SIM_UUID " x/", scratch.path);
		assert_int_equal(system(command), 0);
		assert_int_equal(
			evx_append_open(scratch_at(&scratch, "x/" SIM_UUID), &a, NULL), EVX_OK);
		assert_int_equal(
			evx_bundle_walk(evx_append_bundle(a), &opts, &result, NULL), EVX_OK);
		assert_int_equal(evx_append_check(a, NULL), EVX_OK);
		(void)snprintf(command, sizeof(command), "cd '%s/x/" SIM_UUID "' && %s",
			scratch.path, changes[i]);
		assert_int_equal(system(command), 0);
		assert_int_equal(evx_append_begin(a, NULL), EVX_E_CORRUPT);
		evx_append_free(a);
		assert_int_equal(faccessat(scratch.fd, "x/" SIM_UUID "/append-0001", F_OK, 0), -1);
	}
	(void)snprintf(command, sizeof(command), "rm -rf '%s/x'", scratch.path);
	assert_int_equal(system(command), 0);
}

static void test_late_stamp(void **state)
{
	enum evx_bundle_source source;
	struct evx_append *a;
	struct seen s;

	(void)state;
	scratch_file(&scratch, "stamp.evx", before.data, before.len);
	assert_int_equal(evx_append_open(scratch_at(&scratch, "stamp.evx"), &a, NULL), EVX_OK);
	assert_int_equal(evx_bundle_open_index(evx_append_bundle(a), &source, NULL), EVX_OK);
	assert_int_equal(evx_append_begin(a, NULL), EVX_OK);
	assert_int_equal(evx_append_member(a, "custody/0000-seal.tsr", "stamp", 5, NULL), EVX_OK);
	assert_int_equal(evx_append_commit(a, NULL), EVX_OK);
	evx_append_free(a);
	s = walk_path(scratch_at(&scratch, "stamp.evx"), 1);
	assert_string_equal(s.text, "");
	assert_int_equal(s.groups, 2);
}

/* The directory: the same events, the same layout as the file; what an interrupted append left
 * makes way. */
static void test_directory(void **state)
{
	const char *path = scratch_at(&scratch, SIM_UUID);
	char command[2300];
	struct seen file, dir;

	(void)state;
	assert_int_equal(append_event(path, 1, true, false, NULL), EVX_OK);
	dir = walk_path(path, 1);
	assert_string_equal(dir.text, "");
	assert_int_equal(dir.groups, 1);
	/* As a crash before the commit leaves it. */
	(void)snprintf(command, sizeof(command),
		"cd '%s' && echo old > custody/0001-note.json && echo old > append-0001 && echo "
		"old > .evx-index-partial",
		path);
	assert_int_equal(system(command), 0);
	dir = walk_path(path, 1);
	assert_true(dir.result.bad == 0 && dir.result.remarks == 3 && dir.groups == 1);
	assert_int_equal(append_event(path, 1, false, true, NULL), EVX_OK);
	dir = walk_path(path, 1);
	assert_string_equal(dir.text, "");
	assert_int_equal(append_event(path, 2, true, true, NULL), EVX_OK);
	dir = walk_path(path, 1);
	assert_string_equal(dir.text, "");
	assert_true(dir.groups == 3 && dir.members == 12 + 5 + 5);
	scratch_file(&scratch, "both.evx", before.data, before.len);
	assert_int_equal(
		append_event(scratch_at(&scratch, "both.evx"), 1, true, true, NULL), EVX_OK);
	assert_int_equal(
		append_event(scratch_at(&scratch, "both.evx"), 2, true, true, NULL), EVX_OK);
	file = walk_path(scratch_at(&scratch, "both.evx"), 1);
	assert_true(file.length == dir.length && file.members == dir.members);
	/* A group whose index is gone is no group. */
	(void)snprintf(command, sizeof(command), "rm '%s'/index-0002", path);
	assert_int_equal(system(command), 0);
	dir = walk_path(path, 1);
	assert_true(dir.result.bad == 0 && dir.result.remarks == 4 && dir.groups == 2);
	/* One before the last that is gone is missed. */
	(void)snprintf(command, sizeof(command), "rm '%s'/index-0000", path);
	assert_int_equal(system(command), 0);
	dir = walk_path(path, 1);
	assert_memory_equal(dir.text, "D-MISSING index-0000;", 21);
}

/* Laying a bundle of several groups out again gives the same bytes. */
static void test_laid_out_again(void **state)
{
	static const size_t lens[] = { 700 };
	struct evx_buf now = EVX_BUF_INIT;
	struct evx_writer *w;
	uint8_t hash[32], bytes[700];
	size_t i;

	(void)state;
	assert_int_equal(
		append_event(scratch_at(&scratch, "undone.evx"), 1, true, true, NULL), EVX_OK);
	read_whole("undone.evx", &after);
	for (i = 0; i < lens[0]; i++)
		bytes[i] = (uint8_t)(i * 7);
	assert_int_equal(
		evx_writer_file(scratch_at(&scratch, "again.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_front(w, NULL), EVX_OK);
	assert_int_equal(evx_writer_pack(w, bytes, sizeof(bytes), hash, NULL), EVX_OK);
	assert_int_equal(evx_writer_finish_payload(w, hash, NULL), EVX_OK);
	assert_int_equal(sim_seal(w, lens, 1, NULL), EVX_OK);
	assert_int_equal(evx_writer_next_group(w, NULL), EVX_OK);
	assert_int_equal(
		evx_writer_member(w, "custody/0001-note.json", "custody/0001-note.json", 22, NULL),
		EVX_OK);
	assert_int_equal(evx_writer_member(w, "custody/0001-note.json.sig1",
				 "custody/0001-note.json.sig1", 27, NULL),
		EVX_OK);
	assert_int_equal(evx_writer_member(w, "custody/0001-note.record",
				 "custody/0001-note.record", 24, NULL),
		EVX_OK);
	assert_int_equal(evx_writer_end(w, NULL), EVX_OK);
	evx_writer_free(w);
	read_whole("again.evx", &now);
	assert_int_equal(now.len, after.len);
	assert_memory_equal(now.data, after.data, now.len);
	evx_buf_free(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file), /* makes what the others read */
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_not_committed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_changed_since),
		cmocka_unit_test(test_directory_changed_since),
		cmocka_unit_test(test_late_stamp),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_laid_out_again),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
