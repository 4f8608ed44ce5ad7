/* The progress line on a terminal's stderr. */
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

#include "cli_output.h"
#include "cli_signals.h"

#define INTERVAL_MS 200
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
		snprintf(buf, cap, ", %u:%02u:%02u left", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(buf, cap, ", %u:%02u left", s / 60, s % 60);
}

static void draw(uint64_t done, uint64_t total, uint64_t files, double rate)
{
	char size[CLI_NUMBER_CAP], all[CLI_NUMBER_CAP], speed[CLI_NUMBER_CAP], left[32] = "",
									       line[256];
	int n;

	cli_output_short_size(done, size);
	cli_output_short_size((uint64_t)rate, speed);
	if (total >= done && total > 0) {
		if (rate >= 1)
			time_left((double)(total - done) / rate, left, sizeof(left));
		n = snprintf(line, sizeof(line), "\r%s of %s, %.0f %%, %s/s%s\033[K", size,
			cli_output_short_size(total, all), 100 * (double)done / (double)total,
			speed, left);
	} else {
		n = snprintf(line, sizeof(line), "\r%s, %llu files, %s/s\033[K", size,
			(unsigned long long)files, speed);
	}
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(1);
}

/* Draws until the other end of alive is closed. Runs in the child. */
static _Noreturn void run(struct cli_progress_shared *shared, int alive)
{
	const struct evx_progress *c = &shared->counters;
	struct pollfd wait = { .fd = alive };
	struct rate history = { .n = 0 };
	uint64_t done, files;
	bool drawn = false;
	double rate;

	cli_signals_ignore();
	close(STDIN_FILENO);
	close(STDOUT_FILENO); /* or a reader of our pipe would wait for this process, too */
	(void)next_rate(&history, 0);
	while (poll(&wait, 1, INTERVAL_MS) <= 0) {
		done = atomic_load(&c->bytes_done);
		files = atomic_load(&c->files_done);
		rate = next_rate(&history, done);
		if (done == 0 && files == 0)
			continue; /* not begun: a prompt may be on the terminal */
		atomic_store(&shared->drawing, true);
		if (!atomic_load(&shared->printing)) {
			drawn = true;
			draw(done, atomic_load(&c->bytes_total), files, rate);
		}
		atomic_store(&shared->drawing, false);
	}
	if (drawn && write(STDERR_FILENO, "\r\033[K", 4) < 0)
		_exit(1);
	_exit(0);
}

void cli_progress_start(struct cli *cli, struct cli_progress *p)
{
	int ends[2];
	struct cli_progress_shared *shared;

	memset(p, 0, sizeof(*p));
	p->counters = &p->unseen;
	p->alive = -1;
	if (cli->quiet || !isatty(STDERR_FILENO))
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
		run(shared, ends[0]);
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

void cli_progress_hold(struct cli *cli)
{
	struct cli_progress *p = cli->progress;

	if (p == NULL || p->alive < 0)
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

	if (p == NULL || p->alive < 0)
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
