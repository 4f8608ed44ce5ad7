/* Messages between us and an agent that holds keys (RFC 9987 sections 3 and 4; keys of tokens:
 * openssh PROTOCOL.u2f): requests out, and its answers in, which are hostile. All that is wrong
 * with an answer is EVX_E_KEY: the key cannot be had. */
#ifndef EVX_CRYPTO_AGENT_MESSAGE_H
#define EVX_CRYPTO_AGENT_MESSAGE_H

#include "crypto/sshsig.h"

/* Bytes of an answer behind its length: OpenSSH's agent sends no more. */
#define EVX_AGENT_ANSWER_MAX 262144u

/* Appends a request, its length in front: for the list of keys, or for a signature by key over the
 * n bytes. */
enum evx_err evx_agent_message_list(struct evx_buf *out) EVX_MUST_CHECK;
enum evx_err evx_agent_message_sign(
	const struct evx_sshkey *key, const void *p, size_t n, struct evx_buf *out) EVX_MUST_CHECK;

/* Finds in the n bytes of a list the key with this fingerprint ("SHA256:…"), which must be one of
 * the two kinds. */
enum evx_err evx_agent_message_find(const void *p, size_t n, const char *fingerprint,
	struct evx_sshkey *key, struct evx_diag *diag) EVX_MUST_CHECK;
/* The signature in the n bytes of an answer, for evx_sshsig_armor; *sig points into p. Whether it
 * is one is not judged. */
enum evx_err evx_agent_message_signature(const void *p, size_t n, const uint8_t **sig,
	size_t *siglen, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
