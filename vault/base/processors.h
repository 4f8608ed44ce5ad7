/* How many processors this machine has. */
#ifndef EVX_BASE_PROCESSORS_H
#define EVX_BASE_PROCESSORS_H

/* Processors online, from 1 to 256. */
unsigned evx_processors(void);

#endif
