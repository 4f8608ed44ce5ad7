/* A remote from the command line, for tests: what the library does, without exhibits.
 *
 *   remote-tool [-j JOBS] [-p PATIENCE] [-t TRIES] [-w PAUSE_MS] [-r RATE] [-u UNTIL] URL
 * COMMAND... put NAME FILE | get NAME | reread NAME | stat NAME | list BELOW | remove NAME | retain
 * NAME | flush | about | test | send DIR (each file under its name below packs/) | fetch DIR
 *
 *   presign HOST PATH SECONDS, with any URL: prints an address for one PUT
 *
 * The key of a store is in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; temporary files go to
 * TMPDIR. With the URL "presigned", addresses are read from the file ADDRESSES, one a line. The
 * exit code is 10 more than the class of error. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "crypto/secret.h"
#include "format/text.h"
#include "remote/remote.h"
#include "remote/s3_sign.h"

extern char **environ;

#define FILES_MAX 4096

struct many {
	struct evx_remote_job jobs[FILES_MAX];
	size_t n, at;
	int dir;
	size_t failed, existed;
	bool fetch;
	int fds[FILES_MAX];
};

static int say(enum evx_err err, const struct evx_diag *diag)
{
	if (err == EVX_OK)
		return 0;
	fprintf(stderr, "%s: %s: %s\n", diag->path, diag->text, evx_err_name(err));
	return 10 + (int)err;
}

static enum evx_err next(void *ctx, struct evx_remote_job **job, struct evx_diag *diag)
{
	struct many *m = ctx;

	(void)diag;
	*job = m->at < m->n ? &m->jobs[m->at++] : NULL;
	return EVX_OK;
}

static enum evx_err done(void *ctx, struct evx_remote_job *job, struct evx_diag *diag)
{
	struct many *m = ctx;

	(void)diag;
	if (job->err == EVX_E_EXISTS && job->stat.size == job->q.size) {
		m->existed++;
	} else if (job->err != EVX_OK) {
		m->failed++;
		fprintf(stderr, "%s: %s\n", job->q.name, job->diag.text);
	}
	return EVX_OK;
}

static enum evx_err write_part(void *ctx, const void *p, size_t n, struct evx_diag *diag)
{
	return evx_write_full(*(int *)ctx, p, n, NULL, diag);
}

static enum evx_err empty(void *ctx, struct evx_diag *diag)
{
	return ftruncate(*(int *)ctx, 0) == 0 && lseek(*(int *)ctx, 0, SEEK_SET) == 0 ?
		EVX_OK :
		evx_fail_errno(diag, NULL, "file");
}

static void load(struct many *m, const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	struct stat st;

	m->dir = open(path, O_RDONLY | O_DIRECTORY);
	while (d != NULL && (e = readdir(d)) != NULL && m->n < FILES_MAX) {
		struct evx_remote_job *job = &m->jobs[m->n];

		if (e->d_name[0] == '.' || fstatat(m->dir, e->d_name, &st, 0) != 0)
			continue;
		job->q.act = EVX_REMOTE_PUT;
		(void)snprintf(job->q.source, sizeof(job->q.source), "%s", e->d_name);
		(void)snprintf(
			job->q.name, sizeof(job->q.name), "packs/%.2s/%.64s", e->d_name, e->d_name);
		job->q.size = (uint64_t)st.st_size;
		job->q.has_hash = evx_hex_decode(e->d_name, strlen(e->d_name), job->q.hash, 32) ==
			EVX_OK;
		m->n++;
	}
	(void)closedir(d);
}

static enum evx_err found(void *ctx, const char *name, uint64_t size, struct evx_diag *diag)
{
	struct many *m = ctx;
	struct evx_remote_job *job = &m->jobs[m->n];

	(void)diag;
	if (!m->fetch) {
		printf("%s %llu\n", name, (unsigned long long)size);
		return EVX_OK;
	}
	if (m->n == FILES_MAX)
		return EVX_E_LIMIT;
	job->q.act = EVX_REMOTE_GET;
	(void)snprintf(job->q.name, sizeof(job->q.name), "%s", name);
	job->q.place = EVX_REMOTE_NO_PLACE;
	job->q.size = size;
	job->q.exact = true;
	job->q.has_hash = evx_hex_decode(strrchr(name, '/') + 1, strlen(strrchr(name, '/') + 1),
				  job->q.hash, 32) == EVX_OK;
	m->fds[m->n] = openat(m->dir, strrchr(name, '/') + 1, O_RDWR | O_CREAT | O_TRUNC, 0644);
	job->take = write_part;
	job->forget = empty;
	job->ctx = &m->fds[m->n++];
	return EVX_OK;
}

static int run_many(struct evx_remote *r, struct many *m)
{
	struct evx_progress progress = { 0 };
	struct evx_diag diag = { 0 };
	int rc = say(evx_remote_run(r, next, done, m, &progress, NULL, &diag), &diag);

	printf("%zu objects, %zu there before, %zu failed, %llu bytes\n", m->n, m->existed,
		m->failed, (unsigned long long)atomic_load(&progress.bytes_done));
	return rc != 0 ? rc : m->failed > 0 ? 1 : 0;
}

static void show_about(const struct evx_remote_about *a)
{
	printf("lists %d renames %d removes %d locks %d conditional %d free %s largest %llu\n",
		a->lists, a->renames, a->removes, a->locks, a->conditional,
		a->free_bytes == EVX_REMOTE_SIZE_UNKNOWN ? "unknown" : "known",
		(unsigned long long)a->largest);
}

static int one(struct evx_remote *r, struct evx_remote_job *job)
{
	struct evx_diag diag = { 0 };
	enum evx_err err = evx_remote_do(r, job, NULL, &diag);
	char hex[65];

	if (err == EVX_E_EXISTS)
		fprintf(stderr, "there: %llu\n", (unsigned long long)job->stat.size);
	if (err == EVX_OK && job->q.act == EVX_REMOTE_STAT) {
		evx_hex_encode(job->stat.hash, 32, hex);
		printf("%llu until %lld %s\n", (unsigned long long)job->stat.size,
			(long long)job->stat.until, job->stat.has_hash ? hex : "-");
	}
	return say(err, &diag);
}

static int presign(char **argv)
{
	const struct evx_s3_header headers[] = { { "host", argv[1] }, { "if-none-match", "*" } };
	char when[EVX_S3_TIME_CAP];
	const struct evx_s3_signed q = { "PUT", argv[2], "", headers, 2, NULL, "us-east-1", when,
		getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY") };
	struct evx_buf out = EVX_BUF_INIT;
	int rc = 3;

	if (evx_s3_sign_time((int64_t)time(NULL), when) == EVX_OK &&
		evx_s3_sign_presign(&q, (unsigned)strtoul(argv[3], NULL, 10), NULL, &out) ==
			EVX_OK) {
		printf("http://%s%s?%s\n", argv[1], argv[2], (const char *)out.data);
		rc = 0;
	}
	evx_buf_free(&out);
	return rc;
}

static int command(struct evx_remote *r, struct many *m, int64_t until, char **argv)
{
	struct evx_remote_job job = { .q = { .place = EVX_REMOTE_NO_PLACE } };
	const char *what = argv[0], *name = argv[1];
	struct evx_diag diag = { 0 };
	struct evx_remote_test t;
	int out = 1;

	(void)snprintf(job.q.name, sizeof(job.q.name), "%s", name != NULL ? name : "");
	job.q.until = until;
	job.q.size = 4294967295u;
	job.take = write_part;
	job.ctx = &out;
	if (strcmp(what, "put") == 0) {
		struct stat st;

		job.q.act = EVX_REMOTE_PUT;
		job.q.place = 0;
		(void)snprintf(job.q.source, sizeof(job.q.source), "%s", argv[2]);
		if (fstatat(m->dir, argv[2], &st, 0) != 0)
			return 2;
		job.q.size = (uint64_t)st.st_size;
		return one(r, &job);
	}
	if (strcmp(what, "get") == 0 || strcmp(what, "reread") == 0) {
		job.q.act = EVX_REMOTE_GET;
		job.q.reread = what[0] == 'r';
		return one(r, &job);
	}
	if (strcmp(what, "stat") == 0 || strcmp(what, "remove") == 0 ||
		strcmp(what, "retain") == 0) {
		job.q.act = what[0] == 's' ? EVX_REMOTE_STAT :
			what[2] == 'm'     ? EVX_REMOTE_REMOVE :
					     EVX_REMOTE_RETAIN;
		return one(r, &job);
	}
	if (strcmp(what, "list") == 0)
		return say(evx_remote_list(r, name, found, m, NULL, &diag), &diag);
	if (strcmp(what, "flush") == 0)
		return say(evx_remote_flush(r, NULL, &diag), &diag);
	if (strcmp(what, "test") == 0) {
		enum evx_err err = evx_remote_test(r, NULL, NULL, &t, &diag);

		printf("writes %d reads %d lists %d removes %d replaces %d proves %d left %d%s%s\n",
			t.writes, t.reads, t.lists, t.removes, t.replaces, t.proves, t.left,
			t.failed[0] != '\0' ? " " : "", t.failed);
		show_about(&t.about);
		return say(err, &diag);
	}
	if (strcmp(what, "send") == 0)
		return run_many(r, m);
	if (strcmp(what, "fetch") == 0) {
		enum evx_err err;

		m->fetch = true;
		m->n = 0;
		err = evx_remote_list(r, "packs", found, m, NULL, &diag);
		return err != EVX_OK ? say(err, &diag) : run_many(r, m);
	}
	return 2;
}

int main(int argc, char **argv)
{
	static struct many m;
	static char *addresses[256];
	struct evx_remote_options o = { .environment = (const char *const *)(uintptr_t)environ };
	struct evx_remote *r;
	struct evx_diag diag = { 0 };
	int64_t until = 0;
	char text[4096];
	int c, rc;
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);
	while ((c = getopt(argc, argv, "j:p:t:w:r:u:")) != -1) {
		const unsigned v = (unsigned)strtoul(optarg, NULL, 10);

		o.jobs = c == 'j' ? v : o.jobs;
		o.patience = c == 'p' ? v : o.patience;
		o.tries = c == 't' ? v : o.tries;
		o.pause_ms = c == 'w' ? v : o.pause_ms;
		o.rate = c == 'r' ? v : o.rate;
		until = c == 'u' ? (int64_t)v : until;
	}
	if (optind + 2 > argc)
		return 2;
	if (evx_crypto_init(NULL) != EVX_OK)
		return 3;
	if (strcmp(argv[optind + 1], "presign") == 0)
		return presign(argv + optind + 1);
	o.url = argv[optind];
	o.spool = getenv("TMPDIR");
	o.secrets.access_key = getenv("AWS_ACCESS_KEY_ID");
	o.secrets.secret_key = getenv("AWS_SECRET_ACCESS_KEY");
	if (strcmp(o.url, "presigned") == 0) {
		FILE *f = fopen(getenv("ADDRESSES"), "r");

		o.url = NULL;
		while (f != NULL && o.naddresses < 256 && fgets(text, sizeof(text), f) != NULL) {
			text[strcspn(text, "\n")] = '\0';
			addresses[o.naddresses++] = strdup(text);
		}
		if (f != NULL)
			(void)fclose(f);
		o.addresses = (const char *const *)addresses;
	}
	if (strcmp(argv[optind + 1], "send") == 0 || strcmp(argv[optind + 1], "fetch") == 0)
		load(&m, argv[optind + 2]);
	else
		m.dir = open(".", O_RDONLY | O_DIRECTORY);
	o.places = &m.dir;
	o.nplaces = 1;
	rc = say(evx_remote_start(&o, &r, &diag), &diag);
	if (rc == 0)
		rc = command(r, &m, until, argv + optind + 1);
	evx_remote_free(r);
	for (i = 0; i < o.naddresses; i++)
		free(addresses[i]);
	return rc;
}
