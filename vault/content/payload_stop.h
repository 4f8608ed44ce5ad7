/* How the stages of the sealing pipeline fail: the first failure is kept, and stops them all. */
#ifndef EVX_CONTENT_PAYLOAD_STOP_H
#define EVX_CONTENT_PAYLOAD_STOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/cancel.h"
#include "base/err.h"

struct evx_payload_stop {
	pthread_mutex_t lock; /* of diag */
	struct evx_diag diag;
	atomic_bool failed;
	const struct evx_cancel *cancel; /* NULL allowed */
	void (*halt)(void *ctx);         /* wakes whoever waits, for good */
	void *halt_ctx;
};

/* halt may be called more than once, by any thread that holds none of the stages' locks.
 * EVX_E_MEMORY.
 */
enum evx_err evx_payload_stop_init(struct evx_payload_stop *s, const struct evx_cancel *cancel,
	void (*halt)(void *ctx), void *halt_ctx) EVX_MUST_CHECK;
void evx_payload_stop_free(struct evx_payload_stop *s);
/* Records a failure, unless there was one before, and stops everything. diag NULL: err says all.
 * Returns err. */
enum evx_err evx_payload_stop_fail(
	struct evx_payload_stop *s, enum evx_err err, const struct evx_diag *diag);
/* EVX_OK, or why the pipeline has stopped (cancellation included). */
enum evx_err evx_payload_stop_check(
	struct evx_payload_stop *s, struct evx_diag *diag) EVX_MUST_CHECK;
/* True when there is no sense in going on; cheap. */
bool evx_payload_stop_now(const struct evx_payload_stop *s);

#endif
