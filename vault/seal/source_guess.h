/* What somebody may have meant who named a source that cannot be sealed. */
#ifndef EVX_SEAL_SOURCE_GUESS_H
#define EVX_SEAL_SOURCE_GUESS_H

#include <stddef.h>

#define EVX_SOURCE_GUESS_CAP 512

/* Writes to out a sentence with a blank before it that names up to five files, directories and
 * block devices whose names begin as path does (" Did you mean /dev/nvme0n1?"), beside it or in
 * /dev. For a path in /dev without such, it lists the disks of this machine. "" when there is
 * nothing to name. Names are escaped. Reads directories: call before confinement. */
void evx_source_guess(const char *path, char out[EVX_SOURCE_GUESS_CAP]);

#endif
