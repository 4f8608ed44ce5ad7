/* The index of a mirror: every file and pack of a vault (format-spec/shipment.md "Mirrors"). Bytes
 * in, struct out. */
#ifndef EVX_FORMAT_MIRROR_INDEX_H
#define EVX_FORMAT_MIRROR_INDEX_H

#include "base/buf.h"
#include "format/limits.h"

/* A file, whose bytes are in parcels, or a pack, which is an object of its own. */
struct evx_mirror_line {
	bool pack;
	uint8_t hash[32];
	uint64_t size;
	char *path; /* owned: below the vault */
};
/* Zero-initialise. */
struct evx_mirror_index {
	struct evx_mirror_line *at; /* owned; in order of paths, none twice */
	size_t n;
};
/* Releases what it owns and zeroes it. */
void evx_mirror_index_free(struct evx_mirror_index *index);
/* True for the n bytes at s that name a file of a vault which a mirror has: 1 to 5 components of 1
 * to 99 characters A-Z a-z 0-9 . _ -, none beginning with a dot or with two in a row; the first is
 * one of a vault's places, or all of it vault.json. */
bool evx_mirror_index_path(const char *s, size_t n);
/* True when path is that of a pack with this hash: …/data/HASH.pack. */
bool evx_mirror_index_pack(const char *path, uint8_t hash[32]);
/* Adds a line; its path is copied. EVX_E_MEMORY. */
enum evx_err evx_mirror_index_add(struct evx_mirror_index *index, bool pack, const uint8_t hash[32],
	uint64_t size, const char *path) EVX_MUST_CHECK;
/* Puts lines into their order. */
void evx_mirror_index_sort(struct evx_mirror_index *index);
/* The line of this path, or NULL. */
struct evx_mirror_line *evx_mirror_index_find(
	const struct evx_mirror_index *index, const char *path);
/* Whether both have the same lines. */
bool evx_mirror_index_same(const struct evx_mirror_index *a, const struct evx_mirror_index *b);
/* Appends the text. EVX_E_LIMIT. */
enum evx_err evx_mirror_index_encode(
	const struct evx_mirror_index *index, struct evx_buf *out) EVX_MUST_CHECK;
/* Reads the text. *out is the caller's to free. EVX_E_CORRUPT, EVX_E_UNSUPPORTED, EVX_E_TRUNCATED,
 * EVX_E_MEMORY. */
enum evx_err evx_mirror_index_decode(const void *p, size_t n, struct evx_mirror_index *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
