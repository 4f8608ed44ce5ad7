/* The order of signing keys. */
#include "custody/key_order.h"

#include <string.h>

int evx_key_order(const char *a, const char *b)
{
	return strcmp(a, b);
}
