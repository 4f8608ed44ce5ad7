/* Signals. */
#include "cli_signals.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* They interrupt. The signals for real time, which are no constants, do too. */
static const int interrupting[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
	SIGVTALRM, SIGPROF, SIGXCPU, SIGPOLL, SIGPWR, SIGSTKFLT };
/* A write that fails says the same, and leaves time to tidy up. */
static const int failing[] = { SIGPIPE, SIGXFSZ };
/* Nothing can go on after these. */
static const int deadly[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP };
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct evx_cancel cancel;
static bool pipe_ignored; /* by who started us */
static struct sigaction deadly_before[COUNT(deadly)];
static volatile sig_atomic_t terminal = -1;
static const struct termios *volatile terminal_before;

/* Ends the process by signal number, the terminal as it was. */
static void end_by(int number)
{
	const struct termios *before = terminal_before;
	sigset_t one;

	if (terminal >= 0 && before != NULL)
		(void)tcsetattr(terminal, TCSANOW, before);
	(void)signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	(void)pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	(void)raise(number);
}

static void stop(int number)
{
	if (number == SIGQUIT && atomic_load_explicit(&cancel.stop, memory_order_relaxed))
		end_by(number);
	atomic_store_explicit(&cancel.stop, true, memory_order_relaxed);
}

/* Without SA_RESTART: a prompt that waits must return. */
static void set(int number, void (*handler)(int), struct sigaction *before)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = handler;
	(void)sigaction(number, &sa, before);
}

static void set_unless_ignored(int number, void (*handler)(int))
{
	struct sigaction old;

	if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		set(number, handler, NULL);
}

static void set_interrupting(void (*handler)(int))
{
	size_t i;
	int number;

	for (i = 0; i < COUNT(interrupting); i++)
		set_unless_ignored(interrupting[i], handler);
	for (number = SIGRTMIN; number <= SIGRTMAX; number++)
		set_unless_ignored(number, handler);
}

struct evx_cancel *cli_signals_start(void)
{
	size_t i;

	struct sigaction before;

	pipe_ignored = sigaction(SIGPIPE, NULL, &before) != 0 || before.sa_handler == SIG_IGN;
	set_interrupting(stop);
	for (i = 0; i < COUNT(failing); i++)
		set(failing[i], SIG_IGN, NULL);
	return &cancel;
}

void cli_signals_ignore(void)
{
	set_interrupting(SIG_IGN);
}

bool cli_signals_reader_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return !pipe_ignored && poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

void cli_signals_end_by_pipe(void)
{
	end_by(SIGPIPE);
}

void cli_signals_terminal_begin(int fd, const struct termios *before)
{
	size_t i;

	terminal_before = before;
	terminal = fd;
	for (i = 0; i < COUNT(deadly); i++)
		set(deadly[i], end_by, &deadly_before[i]);
}

void cli_signals_terminal_end(void)
{
	size_t i;

	for (i = 0; i < COUNT(deadly); i++)
		(void)sigaction(deadly[i], &deadly_before[i], NULL);
	terminal = -1;
	terminal_before = NULL;
}
