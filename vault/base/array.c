/* Growable arrays whose room follows from their count. */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST 4u

/* The room of an array of n elements; 0 when no size_t holds it. */
static size_t room_of(size_t n)
{
	size_t room = SMALLEST;

	if (n == 0)
		return 0;
	while (room < n && room <= SIZE_MAX / 2)
		room *= 2;
	return room >= n ? room : 0;
}

enum evx_err evx_array_room(void *array, size_t n, size_t more, size_t size)
{
	void *at, *grown;
	size_t room;

	if (more == 0)
		return EVX_OK;
	room = more > SIZE_MAX - n ? 0 : room_of(n + more);
	if (room == 0 || room > SIZE_MAX / size)
		return EVX_E_MEMORY;
	if (room == room_of(n))
		return EVX_OK;
	/* All pointers to objects look the same here; copying one keeps to its type. */
	memcpy(&at, array, sizeof(at));
	grown = realloc(at, room * size);
	if (grown == NULL)
		return EVX_E_MEMORY;
	memcpy(array, &grown, sizeof(grown));
	return EVX_OK;
}

void *evx_array_add(void *array, size_t *n, size_t size)
{
	void *at;

	if (evx_array_room(array, *n, 1, size) != EVX_OK)
		return NULL;
	memcpy(&at, array, sizeof(at));
	return memset((char *)at + size * (*n)++, 0, size);
}
