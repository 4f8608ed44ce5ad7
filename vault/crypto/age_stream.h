/* age files (crypto/age.h) that are too long for memory: made and opened piece by piece, binary,
 * X25519 only. */
#ifndef EVX_CRYPTO_AGE_STREAM_H
#define EVX_CRYPTO_AGE_STREAM_H

#include "crypto/age.h"

/* An age file in the making. */
struct evx_age_out;
/* put gets the file's bytes in order. Writes the header to count recipients (1 to EVX_STANZAS_MAX).
 */
enum evx_err evx_age_out_new(const uint8_t (*pubs)[32], size_t count,
	enum evx_err (*put)(void *ctx, const void *p, size_t n, struct evx_diag *diag), void *ctx,
	struct evx_age_out **out, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_age_out_write(
	struct evx_age_out *o, const void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* The last chunk. After it only evx_age_out_free is left to do. */
enum evx_err evx_age_out_end(struct evx_age_out *o, struct evx_diag *diag) EVX_MUST_CHECK;
/* Wipes and releases. NULL does nothing. */
void evx_age_out_free(struct evx_age_out *o);

/* An age file being opened. */
struct evx_age_in;
/* get reads up to n bytes of the file; *got < n only at its end. Reads and checks the header;
 * errors as evx_age_decrypt. */
enum evx_err evx_age_in_new(const struct evx_age_open *open,
	enum evx_err (*get)(void *ctx, void *p, size_t n, size_t *got, struct evx_diag *diag),
	void *ctx, struct evx_age_in **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Gives up to n bytes whose chunk was authentic; *got < n only at the end, which was seen then.
 * EVX_E_FORGED, EVX_E_TRUNCATED. */
enum evx_err evx_age_in_read(struct evx_age_in *in, void *p, size_t n, size_t *got,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_age_in_free(struct evx_age_in *in); /* NULL does nothing */

#endif
