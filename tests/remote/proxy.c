/* A bad line, for tests: a TCP proxy on the loopback that delays, slows, cuts and stalls.
 *
 *   proxy DIR TARGET
 *
 * It listens on a free port of 127.0.0.1, writes its number to DIR/port, and hands on to port
 * TARGET. On SIGHUP it ends all connections and takes the words of the file DIR/orders, which it
 * removes then:
 *
 *   delay MS     each byte arrives so much later, in either direction
 *   rate N       bytes a second in either direction of one connection
 *   cut N        a fault at the N-th piece that is handed on, counted over all connections
 *   after BYTES  a fault once so many bytes were handed on
 *   reset        the fault resets all connections; later ones work (if nothing else is said)
 *   down         the same, and later ones are reset as well
 *   stall        the connections stay open, and nothing passes any more; nor in later ones
 *   run COMMAND  (the rest of the file) is run in place of a fault, and everything goes on
 *
 * DIR/fault is there once the fault happened. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINES_MAX 256
#define PIECE 65536
#define ON_THE_WAY 8388608u /* bytes of one direction: what a window of TCP would let go */

struct piece {
	struct piece *next;
	int64_t due; /* when it arrives, in microseconds */
	size_t n, at;
	char bytes[PIECE];
};

/* One direction of a connection. */
struct flow {
	int from, to;
	struct piece *first, *last;
	size_t waiting;
	int64_t free_at; /* when the line has sent what it was given */
	bool ended;      /* the sender has no more */
	bool done;       /* and the receiver knows */
};

struct line {
	bool used, stuck;
	struct flow there, back;
};

enum fault { FAULT_RESET, FAULT_DOWN, FAULT_STALL, FAULT_RUN };

static const char *dir;
static unsigned target;
static volatile sig_atomic_t ordered;

/* What is ordered, and what has happened since. */
static struct {
	int64_t delay; /* microseconds */
	uint64_t rate, cut, after;
	enum fault fault;
	char command[1024];
	uint64_t pieces, bytes;
	bool broken;
} p;

static struct line lines[LINES_MAX];

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Writes a file of DIR in one step. */
static void note(const char *name, unsigned value)
{
	char path[4096], temporary[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(temporary, sizeof(temporary), "%s/.%s", dir, name);
	f = fopen(temporary, "we");
	if (f == NULL || fprintf(f, "%u\n", value) < 0 || fclose(f) != 0 ||
		rename(temporary, path) != 0)
		fail(path);
}

static int listen_on(void)
{
	const struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in got;
	socklen_t n = sizeof(got);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
		listen(fd, 64) != 0 || getsockname(fd, (struct sockaddr *)&got, &n) != 0)
		fail("proxy: listening");
	note("port", ntohs(got.sin_port));
	return fd;
}

static void reset(int fd)
{
	const struct linger none = { 1, 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	(void)close(fd);
}

static void drop(struct flow *f)
{
	struct piece *next;

	for (; f->first != NULL; f->first = next) {
		next = f->first->next;
		free(f->first);
	}
}

static void end_line(struct line *l, bool by_reset)
{
	if (by_reset) {
		reset(l->there.from);
		reset(l->there.to);
	} else {
		(void)close(l->there.from);
		(void)close(l->there.to);
	}
	drop(&l->there);
	drop(&l->back);
	memset(l, 0, sizeof(*l));
}

static bool is_time(void)
{
	return !p.broken &&
		((p.cut > 0 && p.pieces >= p.cut) || (p.after > 0 && p.bytes >= p.after));
}

static void happen(void)
{
	size_t i;

	p.broken = true;
	note("fault", (unsigned)p.pieces);
	if (p.fault == FAULT_RUN && system(p.command) == -1)
		fail("proxy: run");
	for (i = 0; i < LINES_MAX && p.fault != FAULT_RUN; i++)
		if (lines[i].used && p.fault == FAULT_STALL)
			lines[i].stuck = true;
		else if (lines[i].used)
			end_line(&lines[i], true);
}

/* The rest of the file behind "run". */
static void take_command(FILE *f)
{
	if (fgets(p.command, sizeof(p.command), f) == NULL)
		fail("proxy: no command");
	p.fault = FAULT_RUN;
}

static void take_orders(void)
{
	char path[4096], word[32];
	uint64_t *number;
	uint64_t delay = 0;
	FILE *f;
	size_t i;

	for (i = 0; i < LINES_MAX; i++)
		if (lines[i].used)
			end_line(&lines[i], true);
	memset(&p, 0, sizeof(p));
	snprintf(path, sizeof(path), "%s/fault", dir);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s/orders", dir);
	f = fopen(path, "re");
	while (f != NULL && fscanf(f, "%31s", word) == 1) {
		number = strcmp(word, "delay") == 0 ? &delay :
			strcmp(word, "rate") == 0   ? &p.rate :
			strcmp(word, "cut") == 0    ? &p.cut :
			strcmp(word, "after") == 0  ? &p.after :
						      NULL;
		if (number != NULL) {
			unsigned long long v;

			if (fscanf(f, "%llu", &v) != 1)
				fail("proxy: no number");
			*number = v;
		} else if (strcmp(word, "run") == 0) {
			take_command(f);
		} else {
			p.fault = strcmp(word, "down") == 0 ? FAULT_DOWN :
				strcmp(word, "stall") == 0  ? FAULT_STALL :
							      FAULT_RESET;
		}
	}
	p.delay = (int64_t)delay * 1000;
	if (f != NULL)
		(void)fclose(f);
	(void)unlink(path);
}

static int connect_to(unsigned port)
{
	const struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static void prepare(int fd)
{
	const int one = 1;

	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void accept_one(int listening)
{
	const int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	const bool refused = p.broken && p.fault == FAULT_DOWN;
	struct line *l = NULL;
	int other;
	size_t i;

	if (fd < 0)
		return;
	for (i = 0; i < LINES_MAX && l == NULL; i++)
		if (!lines[i].used)
			l = &lines[i];
	other = l == NULL || refused ? -1 : connect_to(target);
	if (l == NULL || other < 0) {
		reset(fd);
		return;
	}
	prepare(fd);
	prepare(other);
	memset(l, 0, sizeof(*l));
	l->used = true;
	l->stuck = p.broken && p.fault == FAULT_STALL;
	l->there.from = l->back.to = fd;
	l->there.to = l->back.from = other;
}

/* Takes what has come. False when the connection is gone. */
static bool take(struct flow *f, int64_t now)
{
	struct piece *piece = malloc(sizeof(*piece));
	ssize_t n;

	if (piece == NULL)
		fail("proxy");
	n = read(f->from, piece->bytes, sizeof(piece->bytes));
	if (n <= 0) {
		free(piece);
		f->ended = n == 0;
		return n == 0 || errno == EAGAIN || errno == EINTR;
	}
	piece->n = (size_t)n;
	piece->at = 0;
	piece->next = NULL;
	if (f->free_at < now)
		f->free_at = now;
	if (p.rate > 0)
		f->free_at += n * 1000000 / (int64_t)p.rate;
	piece->due = f->free_at + p.delay;
	if (f->first == NULL)
		f->first = piece;
	else
		f->last->next = piece;
	f->last = piece;
	f->waiting += piece->n;
	return true;
}

/* Hands on what is due. False when the connection is gone. */
static bool give(struct flow *f, int64_t now)
{
	struct piece *piece = f->first;
	ssize_t n;

	while (piece != NULL && piece->due <= now) {
		n = send(f->to, piece->bytes + piece->at, piece->n - piece->at, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		piece->at += (size_t)n;
		f->waiting -= (size_t)n;
		p.bytes += (uint64_t)n;
		if (piece->at < piece->n)
			return true;
		p.pieces++;
		f->first = piece->next;
		free(piece);
		piece = f->first;
		if (is_time())
			return true;
	}
	if (piece == NULL && f->ended && !f->done) {
		f->done = true;
		(void)shutdown(f->to, SHUT_WR);
	}
	return true;
}

/* What to wait for at one end: more from there, or room for what is due there. */
static short wanted(
	const struct flow *from_here, const struct flow *to_here, int64_t now, int64_t *soonest)
{
	short events = 0;

	if (!from_here->ended && from_here->waiting < ON_THE_WAY)
		events |= POLLIN;
	if (to_here->first != NULL && to_here->first->due <= now)
		events |= POLLOUT;
	else if (to_here->first != NULL && to_here->first->due < *soonest)
		*soonest = to_here->first->due;
	return events;
}

static bool serve(struct line *l, short here, short there, int64_t now)
{
	bool good = true;

	if ((here & (POLLIN | POLLHUP)) != 0 && !l->there.ended && l->there.waiting < ON_THE_WAY)
		good = take(&l->there, now);
	if (good && (there & (POLLIN | POLLHUP)) != 0 && !l->back.ended &&
		l->back.waiting < ON_THE_WAY)
		good = take(&l->back, now);
	good = good && ((here | there) & POLLERR) == 0 && give(&l->there, now);
	if (good && !is_time())
		good = give(&l->back, now);
	return good && !(l->there.done && l->back.done);
}

static void run(int listening)
{
	struct pollfd fds[1 + 2 * LINES_MAX];
	struct line *of[LINES_MAX];
	int64_t now, soonest;
	nfds_t n, i;
	size_t k;

	for (;;) {
		if (ordered) {
			ordered = 0;
			take_orders();
		}
		now = now_us();
		soonest = now + 200000;
		fds[0] = (struct pollfd){ .fd = listening, .events = POLLIN };
		for (k = 0, n = 0; k < LINES_MAX; k++) {
			struct line *l = &lines[k];

			if (!l->used || l->stuck)
				continue;
			fds[1 + 2 * n] = (struct pollfd){ .fd = l->there.from,
				.events = wanted(&l->there, &l->back, now, &soonest) };
			fds[2 + 2 * n] = (struct pollfd){ .fd = l->there.to,
				.events = wanted(&l->back, &l->there, now, &soonest) };
			of[n++] = l;
		}
		if (poll(fds, 1 + 2 * n, (int)((soonest - now + 999) / 1000)) < 0 && errno != EINTR)
			fail("proxy: poll");
		if (ordered)
			continue;
		now = now_us();
		if ((fds[0].revents & POLLIN) != 0)
			accept_one(listening);
		for (i = 0; i < n && !is_time(); i++)
			if (!serve(of[i], fds[1 + 2 * i].revents, fds[2 + 2 * i].revents, now))
				end_line(of[i],
					((fds[1 + 2 * i].revents | fds[2 + 2 * i].revents) &
						POLLERR) != 0);
		if (is_time())
			happen();
	}
}

static void on_hangup(int number)
{
	(void)number;
	ordered = 1;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	dir = argv[1];
	target = (unsigned)strtoul(argv[2], NULL, 10);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, on_hangup);
	run(listen_on());
}
