#include "signals.h"

#include <signal.h>
#include <string.h>

static struct evx_cancel cancel;

static void stop(int number)
{
	(void)number;
	atomic_store_explicit(&cancel.stop, true, memory_order_relaxed);
}

struct evx_cancel *cli_signals_start(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa, old;
	size_t i;

	memset(&sa, 0, sizeof sa);
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = stop; /* without SA_RESTART: a prompt that waits must return */
	for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	return &cancel;
}
