/* The small files that a seal's options name, and the cards of the home: read before confinement,
 * parsed after. */
#ifndef EVX_SEAL_SEAL_INPUTS_H
#define EVX_SEAL_SEAL_INPUTS_H

#include "seal/seal_run.h"

/* Everything into memory: nothing of it is parsed yet. What was filled is the run's, also after an
 * error. */
enum evx_err evx_seal_inputs_read(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;

/* Parses what others wrote (cards, details, policy, hash list) into run->readers, details,
 * event.seal.policy and expected, and asks opt->confirm: EVX_E_INTERRUPTED when it says no. */
enum evx_err evx_seal_inputs_parse(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
