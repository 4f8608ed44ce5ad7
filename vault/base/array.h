/* Growable arrays: a pointer and a count, wherever they stand.
 *
 * There is no field for the room: an array of n elements has room for the next power of two (at
 * least 4), so an array that grows here grows nowhere else. It begins as NULL and 0, and is
 * released with free. Elements may be taken off its end. Old copies are not wiped: secrets go into
 * struct evx_buf or struct evx_secret. */
#ifndef EVX_BASE_ARRAY_H
#define EVX_BASE_ARRAY_H

#include <stddef.h>

#include "base/err.h"

/* A pointer to a new element of zeros at the end of the array `at`, whose count n (a size_t) is
 * then one more. NULL when there is no memory, and then nothing changed (evx_fail_memory says so).
 * Pointers to elements do not outlive it. */
#define EVX_ARRAY_ADD(at, n) ((__typeof__(at))evx_array_add(&(at), &(n), sizeof(*(at))))

/* Makes room for `more` elements behind the n that the array holds; it stays until other room is
 * made. EVX_E_MEMORY, and then nothing changed. */
#define EVX_ARRAY_ROOM(at, n, more) (evx_array_room(&(at), (n), (more), sizeof(*(at))))

/* What the macros call: array is the address of the pointer to the elements. */
void *evx_array_add(void *array, size_t *n, size_t size) EVX_MUST_CHECK;
enum evx_err evx_array_room(void *array, size_t n, size_t more, size_t size) EVX_MUST_CHECK;

#endif
