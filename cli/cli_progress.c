/* The progress line on a terminal's stderr, and progress as JSON. */
#include "cli_progress.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli_language.h"
#include "cli_output.h"
#include "cli_signals.h"

#define INTERVAL_MS 200
#define EVENT_MS 1000
#define SAMPLES 25 /* the rate is that of the last five seconds */

#define SPINS 100000000u /* a terminal that takes nothing any more is not waited for */

/* Two processes that must not write at once, each with a flag: who draws raises its own, and draws
 * only while the other one's is down; who prints raises its own, and waits until the first is down.
 */
struct cli_progress_shared {
	struct evx_progress counters;
	atomic_bool printing, drawing;
};

struct rate {
	struct {
		double when;
		uint64_t done;
	} at[SAMPLES];
	size_t n; /* samples taken */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Bytes per second between the oldest sample kept and now, which is a sample from here on. */
static double next_rate(struct rate *r, uint64_t done)
{
	double when = now(), rate = 0;
	size_t oldest = r->n < SAMPLES ? 0 : r->n % SAMPLES;

	if (r->n > 0 && when > r->at[oldest].when && done > r->at[oldest].done)
		rate = (double)(done - r->at[oldest].done) / (when - r->at[oldest].when);
	r->at[r->n % SAMPLES].when = when;
	r->at[r->n % SAMPLES].done = done;
	r->n++;
	return rate;
}

static void time_left(double seconds, char *buf, size_t cap)
{
	unsigned s = seconds > 359999 ? 359999 : (unsigned)seconds;

	if (s >= 3600)
		snprintf(buf, cap, _(", %u:%02u:%02u left"), s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(buf, cap, _(", %u:%02u left"), s / 60, s % 60);
}

/* What the counters say at one time. */
struct state {
	uint64_t done, total, files, there;
	double rate;
};

/* Whether it can be said how much is left. */
static bool has_total(const struct state *s)
{
	return s->total >= s->done && s->total > 0;
}

static void draw(const struct state *s)
{
	char size[CLI_NUMBER_CAP], all[CLI_NUMBER_CAP], speed[CLI_NUMBER_CAP],
		left[64] = "", there[128] = "", line[512], text[448];
	int n;

	cli_output_short_size(s->done, size);
	cli_output_short_size((uint64_t)s->rate, speed);
	if (s->there > 0)
		snprintf(there, sizeof(there),
			cli_language_number(", %llu pack there already",
				", %llu packs there already", s->there),
			(unsigned long long)s->there);
	if (has_total(s)) {
		if (s->rate >= 1)
			time_left((double)(s->total - s->done) / s->rate, left, sizeof(left));
		snprintf(text, sizeof(text), _("%s of %s, %.0f %%, %s/s"), size,
			cli_output_short_size(s->total, all),
			100 * (double)s->done / (double)s->total, speed);
	} else {
		snprintf(text, sizeof(text), _("%s, %llu files, %s/s"), size,
			(unsigned long long)s->files, speed);
	}
	n = snprintf(line, sizeof(line), "\r%s%s%s\033[K", text, left, there);
	if (n >= (int)sizeof(line))
		n = (int)sizeof(line) - 1;
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(1);
}

/* One object on one line, in one write: nothing of another process stands within it. */
static void tell(const char *what, const struct state *s)
{
	char total[64] = "", left[64] = "", line[320];
	int n;

	if (has_total(s))
		snprintf(total, sizeof(total), ",\"total\":\"%llu\"", (unsigned long long)s->total);
	if (has_total(s) && s->rate >= 1)
		snprintf(left, sizeof(left), ",\"seconds_left\":%.0f",
			(double)(s->total - s->done) / s->rate);
	n = snprintf(line, sizeof(line),
		"{\"progress\":\"%s\",\"bytes\":\"%llu\"%s,\"bytes_per_second\":\"%llu\"%s,"
		"\"packs_there\":%llu}\n",
		what, (unsigned long long)s->done, total, (unsigned long long)s->rate, left,
		(unsigned long long)s->there);
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(1);
}

/* Draws, or tells of `what` where that is not NULL, until the other end of alive is closed. Runs in
 * the child. */
static _Noreturn void run(struct cli_progress_shared *shared, int alive, const char *what)
{
	const struct evx_progress *c = &shared->counters;
	struct pollfd wait = { .fd = alive };
	struct rate history = { .n = 0 };
	struct state s;
	bool drawn = false;

	cli_signals_ignore();
	close(STDIN_FILENO);
	close(STDOUT_FILENO); /* or a reader of our pipe would wait for this process, too */
	(void)next_rate(&history, 0);
	while (poll(&wait, 1, what != NULL ? EVENT_MS : INTERVAL_MS) <= 0) {
		s.done = atomic_load(&c->bytes_done);
		s.total = atomic_load(&c->bytes_total);
		s.files = atomic_load(&c->files_done);
		s.there = atomic_load(&c->packs_there);
		s.rate = next_rate(&history, s.done);
		if (s.done == 0 && s.files == 0)
			continue; /* not begun: a prompt may be on the terminal */
		if (what != NULL) {
			tell(what, &s);
			continue;
		}
		atomic_store(&shared->drawing, true);
		if (!atomic_load(&shared->printing)) {
			drawn = true;
			draw(&s);
		}
		atomic_store(&shared->drawing, false);
	}
	if (drawn && write(STDERR_FILENO, "\r\033[K", 4) < 0)
		_exit(1);
	_exit(0);
}

/* what: NULL, or what the events are about. */
static void start(struct cli *cli, struct cli_progress *p, const char *what)
{
	int ends[2];
	struct cli_progress_shared *shared;

	memset(p, 0, sizeof(*p));
	p->counters = &p->unseen;
	p->alive = -1;
	p->events = what != NULL;
	if (cli->quiet || (!p->events && !isatty(STDERR_FILENO)))
		return;
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		munmap(shared, sizeof(*shared));
		return;
	}
	fflush(NULL);
	p->pid = fork();
	if (p->pid == 0) {
		close(ends[1]);
		run(shared, ends[0], what);
	}
	close(ends[0]);
	if (p->pid < 0) {
		p->pid = 0;
		close(ends[1]);
		munmap(shared, sizeof(*shared));
		return;
	}
	p->shared = shared;
	p->counters = &shared->counters;
	p->alive = ends[1];
	cli->progress = p;
}

void cli_progress_start(struct cli *cli, struct cli_progress *p)
{
	start(cli, p, NULL);
}

void cli_progress_start_transfer(struct cli *cli, struct cli_progress *p, const char *what)
{
	start(cli, p, cli->json ? what : NULL);
}

void cli_progress_hold(struct cli *cli)
{
	struct cli_progress *p = cli->progress;

	if (p == NULL || p->alive < 0 || p->events)
		return;
	atomic_store(&p->shared->printing, true);
	for (unsigned i = 0; i < SPINS && atomic_load(&p->shared->drawing); i++)
		continue;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}

void cli_progress_go_on(struct cli *cli)
{
	struct cli_progress *p = cli->progress;

	if (p == NULL || p->alive < 0 || p->events)
		return;
	fflush(cli->out);
	fflush(stderr);
	atomic_store(&p->shared->printing, false);
}

void cli_progress_pause(struct cli *cli)
{
	struct cli_progress *p = cli->progress;

	if (p == NULL || p->alive < 0)
		return;
	close(p->alive);
	p->alive = -1;
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

void cli_progress_stop(struct cli *cli, struct cli_progress *p)
{
	if (p->pid == 0)
		return;
	cli_progress_pause(cli);
	cli->progress = NULL;
	munmap(p->shared, sizeof(*p->shared));
	p->shared = NULL;
	p->counters = &p->unseen;
	p->pid = 0;
}
