/* Text forms of bytes: hex, base64 (RFC 4648), Bech32 (BIP 173), and the seal code. Decoders accept
 * canonical forms only. */
#ifndef EVX_FORMAT_TEXT_H
#define EVX_FORMAT_TEXT_H

#include "base/buf.h"

/* out gets 2n lower-case digits and a NUL. */
void evx_hex_encode(const uint8_t *p, size_t n, char *out);
/* Exactly 2n lower-case digits at s. */
enum evx_err evx_hex_decode(const char *s, size_t slen, uint8_t *out, size_t n) EVX_MUST_CHECK;

/* RFC 4648 section 4; pad: with '='. Decoding rejects other characters, wrong padding and non-zero
 * trailing bits; appends to out. */
enum evx_err evx_base64_encode(
	const void *p, size_t n, bool pad, struct evx_buf *out) EVX_MUST_CHECK;
enum evx_err evx_base64_decode(
	const char *s, size_t n, bool pad, struct evx_buf *out) EVX_MUST_CHECK;

/* Bech32 of 5-bit groups over n bytes, without BIP 173's length limit, lower case, NUL-terminated
 * in out. */
enum evx_err evx_bech32_encode(
	const char *hrp, const uint8_t *p, size_t n, struct evx_buf *out) EVX_MUST_CHECK;
/* Decodes all-lower or all-upper case; *hrp_len is the length of the prefix before the last '1'.
 * Appends the data bytes to out. */
enum evx_err evx_bech32_decode(
	const char *s, size_t n, size_t *hrp_len, struct evx_buf *out) EVX_MUST_CHECK;

/* The seal code (format-spec/seal.md "Seal code") of a seal's hash: the first 130 bits as 26 Bech32
 * characters, then the 6 check characters of BIP 173 with the prefix "evx", upper case, in eight
 * groups of four joined by '-' (39 characters and a NUL). */
#define EVX_SEAL_CODE_CAP 40
void evx_seal_code(const uint8_t hash[32], char out[EVX_SEAL_CODE_CAP]);
/* Reads a code, or the beginning of one, as a person typed it: case, spaces and '-' are ignored; O
 * is read as 0, I and 1 as L, B as 8. out gets its bits of the hash, left-aligned in 17 bytes,
 * *nbits their number (130 of a whole code). EVX_E_TRUNCATED, with out and *nbits set, for a
 * beginning of eight letters or more. EVX_E_CORRUPT, with zeros, for any other text and where the
 * check characters do not match. */
enum evx_err evx_seal_code_read(const char *s, uint8_t out[17], unsigned *nbits) EVX_MUST_CHECK;
/* The same for whole codes only: out is zeros after any error. */
enum evx_err evx_seal_code_parse(const char *s, uint8_t out[17]) EVX_MUST_CHECK;
/* True when hash begins with the 130 bits of a parsed code. */
bool evx_seal_code_matches(const uint8_t code[17], const uint8_t hash[32]);

#endif
