/* For the static analysers only, which see one file at a time: what fails does not return EVX_OK.
 */
#ifndef EVX_ANALYSIS_H
#define EVX_ANALYSIS_H

#include "base/err.h"

#define evx_fail(diag, err, ...) ((void)evx_fail(diag, err, __VA_ARGS__), (err))
#define evx_fail_at(diag, err, ...) ((void)evx_fail_at(diag, err, __VA_ARGS__), (err))
#define evx_fail_errno(diag, ...) ((void)evx_fail_errno(diag, __VA_ARGS__), EVX_E_IO)
#define evx_fail_memory(diag) ((void)evx_fail_memory(diag), EVX_E_MEMORY)

#endif
