/* Walking a bundle in a test and noting what the walk found. */
#ifndef EVX_TESTS_CONTAINER_H
#define EVX_TESTS_CONTAINER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../bundle_sim.h"
#include "bundle/bundle_walk.h"
#include "scratch.h"

/* "CODE member;" for each finding, in order. */
struct seen {
	enum evx_err err;
	struct evx_bundle_walk_result result;
	char text[4096];
	size_t members, packs;
	unsigned groups;
	uint64_t length;
};

static inline void note_finding(void *ctx, const struct evx_bundle_walk_finding *f)
{
	struct seen *s = ctx;
	size_t n = strlen(s->text);

	assert_true(strlen(f->say->text) > 0 && f->err != EVX_OK);
	(void)snprintf(s->text + n, sizeof(s->text) - n, "%s %s;", f->code, f->member);
}

/* Walks b and frees it. */
static inline struct seen walk_bundle(struct evx_bundle *b, unsigned jobs)
{
	struct evx_bundle_walk_opts opts = { .jobs = jobs, .finding = note_finding };
	struct seen s;

	memset(&s, 0, sizeof(s));
	opts.ctx = &s;
	s.err = evx_bundle_walk(b, &opts, &s.result, NULL);
	if (s.err == EVX_OK) {
		s.members = evx_bundle_count(b);
		s.packs = (size_t)evx_bundle_packs(b);
		s.groups = evx_bundle_groups(b);
		s.length = evx_bundle_length(b);
	}
	evx_bundle_free(b);
	return s;
}

static inline struct seen walk_path(const char *path, unsigned jobs)
{
	struct evx_bundle *b;

	assert_int_equal(evx_bundle_open(path, &b, NULL), EVX_OK);
	return walk_bundle(b, jobs);
}

static inline struct seen walk_fd(int fd)
{
	struct evx_bundle *b;

	assert_true(lseek(fd, 0, SEEK_SET) == 0);
	assert_int_equal(evx_bundle_open_fd(fd, "test", &b, NULL), EVX_OK);
	return walk_bundle(b, 1);
}

/* The n bytes at p through a pipe (they must fit into it). */
static inline struct seen walk_pipe(const void *p, size_t n)
{
	struct evx_bundle *b;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_true(write(fds[1], p, n) == (ssize_t)n);
	close(fds[1]);
	assert_int_equal(evx_bundle_open_fd(fds[0], "pipe", &b, NULL), EVX_OK);
	close(fds[0]);
	return walk_bundle(b, 1);
}

/* A small bundle in memory: one pack of 700 bytes. */
static inline void small_bundle(const struct scratch *s, struct evx_buf *out)
{
	static const size_t lens[] = { 700 };
	struct evx_writer *w;

	assert_int_equal(evx_writer_file(scratch_at(s, "small.evx"), SIM_UUID, &w, NULL), EVX_OK);
	assert_int_equal(sim_bundle(w, lens, 1, NULL), EVX_OK);
	evx_writer_free(w);
	assert_int_equal(evx_read_file(s->fd, "small.evx", 1 << 20, out, NULL), EVX_OK);
}

/* Number of names in the scratch directory. */
static inline int names_in(const struct scratch *s, const char *folder)
{
	char command[2048];
	FILE *f;
	int n = -1;

	(void)snprintf(command, sizeof(command), "ls -A '%s/%s' | wc -l", s->path, folder);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

#endif
