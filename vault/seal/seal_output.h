/* Where a seal goes: a bundle, or a vault (seal/seal_vault.h). */
#ifndef EVX_SEAL_SEAL_OUTPUT_H
#define EVX_SEAL_SEAL_OUTPUT_H

#include "seal/seal_run.h"

/* Makes the exhibit's UUID and says under which name it will stand: run->published. EVX_E_USAGE for
 * options that do not go together. */
enum evx_err evx_seal_output_prepare(
	struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
/* Before confinement: opens the bundle to be written, or the vault, of which nothing is parsed. */
enum evx_err evx_seal_output_open(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
/* Adds what must stay writable to dirs, which has room for EVX_SEAL_OUTPUT_DIRS more; *n is counted
 * up. The run keeps the descriptors. */
#define EVX_SEAL_OUTPUT_DIRS 2u
enum evx_err evx_seal_output_rules(struct evx_seal_run *run, struct evx_confine_dir *dirs,
	size_t *n, struct evx_diag *diag) EVX_MUST_CHECK;
/* Once readers are confirmed: run->writer is ready. */
enum evx_err evx_seal_output_begin(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
/* The writer ended well: the exhibit gets its place, and run->result says where. */
enum evx_err evx_seal_output_publish(
	struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_seal_output_free(struct evx_seal_run *run);

#endif
