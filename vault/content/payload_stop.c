/* The first failure of the sealing pipeline, and the end of all its stages. */
#include "content/payload_stop.h"

enum evx_err evx_payload_stop_init(struct evx_payload_stop *s, const struct evx_cancel *cancel,
	void (*halt)(void *ctx), void *halt_ctx)
{
	s->cancel = cancel;
	s->halt = halt;
	s->halt_ctx = halt_ctx;
	return pthread_mutex_init(&s->lock, NULL) == 0 ? EVX_OK : EVX_E_MEMORY;
}

void evx_payload_stop_free(struct evx_payload_stop *s)
{
	(void)pthread_mutex_destroy(&s->lock);
}

enum evx_err evx_payload_stop_fail(
	struct evx_payload_stop *s, enum evx_err err, const struct evx_diag *diag)
{
	(void)pthread_mutex_lock(&s->lock);
	if (!atomic_load(&s->failed)) {
		if (diag != NULL && diag->code != EVX_OK)
			s->diag = *diag;
		else
			(void)evx_fail(&s->diag, err, "%s",
				err == EVX_E_INTERRUPTED ? "Interrupted. Nothing was sealed." :
							   evx_err_name(err));
		s->diag.code = err;
		atomic_store(&s->failed, true);
	}
	(void)pthread_mutex_unlock(&s->lock);
	s->halt(s->halt_ctx);
	return err;
}

enum evx_err evx_payload_stop_check(struct evx_payload_stop *s, struct evx_diag *diag)
{
	enum evx_err err;

	if (evx_cancelled(s->cancel))
		(void)evx_payload_stop_fail(s, EVX_E_INTERRUPTED, NULL);
	if (!atomic_load(&s->failed))
		return EVX_OK;
	(void)pthread_mutex_lock(&s->lock);
	err = s->diag.code;
	if (diag != NULL && diag->code == EVX_OK)
		*diag = s->diag;
	(void)pthread_mutex_unlock(&s->lock);
	return err;
}

bool evx_payload_stop_now(const struct evx_payload_stop *s)
{
	return evx_cancelled(s->cancel) || atomic_load_explicit(&s->failed, memory_order_relaxed);
}
