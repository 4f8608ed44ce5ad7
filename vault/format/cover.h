/* Cover notes (format-spec/papers.md "Cover notes"): what an exhibit is and where it lies, for
 * systems that cannot carry the bundle. Bytes in, struct out: the signature is judged elsewhere. */
#ifndef EVX_FORMAT_COVER_H
#define EVX_FORMAT_COVER_H

#include "base/buf.h"
#include "format/key_text.h"
#include "format/text.h"
#include "format/time.h"
#include "format/uuid.h"

#define EVX_COVER_TEXT_CAP 1025

struct evx_cover {
	char uuid[EVX_UUID_CAP];
	uint8_t seal[32], head[32]; /* hashes of the seal, and of the last entry there was */
	uint64_t bytes;             /* of the bundle … */
	uint8_t sha256[32];         /* … as it was when the note was signed */
	int64_t time;               /* seconds since 1970 */
	/* "" where there is nothing to say; hostile text */
	char place[EVX_COVER_TEXT_CAP], order[EVX_COVER_TEXT_CAP], authority[EVX_COVER_TEXT_CAP],
		notes[EVX_COVER_TEXT_CAP];
	char signer[EVX_KEY_TEXT_CAP];
};

/* Appends the JSON line. EVX_E_USAGE for what no reader would take, EVX_E_LIMIT for a text that is
 * too long. */
enum evx_err evx_cover_encode(
	const struct evx_cover *c, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line. EVX_E_CORRUPT, EVX_E_LIMIT, EVX_E_TRUNCATED; EVX_E_UNSUPPORTED for another
 * version or key. */
enum evx_err evx_cover_decode(
	const void *p, size_t n, struct evx_cover *out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
