/* Three people and a new vault, s/v, of the first one: what tests of vaults begin with. To be
 * included once in a program. */
#ifndef EVX_TESTS_VAULT_WORLD_H
#define EVX_TESTS_VAULT_WORLD_H

#include "vault_fixture.h"

static struct person ann, bob, eve;
static struct scratch s;
static int pins; /* what a machine remembers, with setup_pins */

static inline int make_people(void **state)
{
	(void)state;
	person_make(&ann, "Ann");
	person_make(&bob, "Bob");
	person_make(&eve, "Eve");
	return 0;
}

static inline int free_people(void **state)
{
	(void)state;
	person_free(&ann);
	person_free(&bob);
	person_free(&eve);
	return 0;
}

static inline int setup(void **state)
{
	(void)state;
	s = scratch_make();
	vault_make(&s, &ann, NULL);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

static inline int setup_pins(void **state)
{
	(void)setup(state);
	scratch_dir(&s, "pins");
	pins = openat(s.fd, "pins", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return pins >= 0 ? 0 : -1;
}

static inline int teardown_pins(void **state)
{
	(void)close(pins);
	return teardown(state);
}

#endif
