/* How many processors this machine has. */
#include "base/processors.h"

#include <unistd.h>

unsigned evx_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 256 ? 256 : (unsigned)n;
}
