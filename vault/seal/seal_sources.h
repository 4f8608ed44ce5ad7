/* The sources of a seal: named, opened and described before confinement. */
#ifndef EVX_SEAL_SEAL_SOURCES_H
#define EVX_SEAL_SEAL_SOURCES_H

#include "seal/seal_run.h"

/* Fills run->sources, source_fds and from_stdin, the sources in run->details, and the total in
 * run->progress when every size is known. Each source is named by the last component of its real
 * path. What was filled is the run's, also after an error. */
enum evx_err evx_seal_sources_open(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
