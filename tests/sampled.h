/* How far the exhaustive loops of tests advance: "every byte" is every byte, but where a sanitizer
 * makes each step slow (Makefile), one of n. A prime n meets every position within the fields of a
 * format sooner or later. */
#ifndef EVX_TESTS_SAMPLED_H
#define EVX_TESTS_SAMPLED_H

#ifdef EVX_SAMPLED
#define EVERY(n) (n)
#else
#define EVERY(n) 1
#endif

#endif
