/* Public keys as they stand in documents: texts whose kind and length are looked at here; crypto/
 * turns them into bytes and judges them. */
#ifndef EVX_FORMAT_KEY_TEXT_H
#define EVX_FORMAT_KEY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The longest, "sk-ssh-ed25519@openssh.com AAAA…" with an application of 32 bytes, has 163
 * characters; and a NUL. */
#define EVX_KEY_TEXT_CAP 164

/* True when the n bytes at s (NULL: none) begin as a public signing key does and have a length that
 * one of its kind can have. */
bool evx_key_text_signing(const char *s, size_t n);
/* The same for a public encryption key, "age1…". */
bool evx_key_text_encryption(const char *s, size_t n);

#endif
