/* A signal that is handled, and comes in a moment: what waits is to stop. */
#ifndef EVX_TESTS_SOON_H
#define EVX_TESTS_SOON_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include <cmocka.h>

static void soon_heard(int number)
{
	(void)number;
}

static void soon(void)
{
	struct sigaction act = { .sa_handler = soon_heard };
	const struct itimerval once = { .it_value = { 0, 200000 } };

	assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &once, NULL), 0);
}

#endif
