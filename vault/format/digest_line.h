/* One line of a list of hashes, in the forms that common programs write.
 *
 *   sha256sum, sha1sum, md5sum     HEX, two blanks (or a blank and '*'), NAME; with a backslash
 *                                  before HEX the NAME has the escapes \\, \n and \r
 *   md5sum --tag, BSD, OpenSSL     SHA256 (NAME) = HEX
 *   md5 -r                         HEX, one blank, NAME
 *   md5deep, sha256deep            as sha256sum, or the size before HEX (-z)
 *   hashdeep                       SIZE,HEX,HEX,NAME, after a header that names the columns */
#ifndef EVX_FORMAT_DIGEST_LINE_H
#define EVX_FORMAT_DIGEST_LINE_H

#include "base/err.h"

#define EVX_DIGEST_COLUMNS 16

/* What the lines before said. Zero-initialise. */
struct evx_digest_form {
	unsigned columns;                   /* of hashdeep; 0: no header was there */
	uint8_t digest[EVX_DIGEST_COLUMNS]; /* bytes of the digest in each; 0: another thing */
};

/* What a line says. */
struct evx_digest_line {
	char *name; /* owned; NULL: the line names no file */
	size_t n;   /* digests */
	struct {
		uint8_t bytes[32];
		uint8_t len; /* 32, 20 or 16: SHA-256, SHA-1, MD5 */
	} digest[3];
};

/* Reads the n bytes at p, a line without its end. Empty lines, comments (#, ;) and headers name
 * nothing. EVX_E_CORRUPT, with a sentence about this line in diag, for any other line. */
enum evx_err evx_digest_line_parse(struct evx_digest_form *form, const uint8_t *p, size_t n,
	uint64_t number, struct evx_digest_line *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_digest_line_free(struct evx_digest_line *l);

#endif
