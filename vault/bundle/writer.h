/* Writes a bundle in one pass (format-spec/container.md): bagit.txt (by itself), README.txt, key
 * files, packs, then evx_writer_finish_payload, the files of event 0000, and evx_writer_end. One
 * thread at a time; it may change between calls. */
#ifndef EVX_BUNDLE_WRITER_H
#define EVX_BUNDLE_WRITER_H

#include "bundle/output.h"

struct evx_writer;

/* Where it goes: a new file that appears at path complete or not at all (EVX_E_EXISTS when
 * something stands there); a pipe or other descriptor, which stays the caller's; volumes path.001 …
 * of part_len bytes; or the unpacked form in the empty directory dirfd (the caller's; it stages and
 * renames the directory, which must be named by the UUID in the end). uuid is the exhibit's. */
enum evx_err evx_writer_file(const char *path, const char *uuid, struct evx_writer **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_writer_stream(int fd, const char *name, const char *uuid, struct evx_writer **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_writer_volumes(const char *path, uint64_t part_len, const char *uuid,
	struct evx_writer **out, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_writer_dir(
	int dirfd, const char *uuid, struct evx_writer **out, struct evx_diag *diag) EVX_MUST_CHECK;

/* The same to what is open already; output is the writer's from then on, after a failure, too, and
 * zeros. */
enum evx_err evx_writer_output(struct evx_output *output, const char *uuid, struct evx_writer **out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Releases everything; unless evx_writer_end succeeded, nothing of what was written is left (a
 * pipe's reader has seen it). NULL does nothing. */
void evx_writer_free(struct evx_writer *w);

/* Whether the file of these numbers is being written here, so that a walk can leave it out: by any
 * thread. False for directories. */
bool evx_writer_owns(const struct evx_writer *w, uint64_t dev, uint64_t ino);

/* Writes a small member, named without the UUID. EVX_E_USAGE when it may not stand here
 * (container.md "Order") or is one that the writer writes itself; EVX_E_LIMIT over the limit of its
 * kind. */
enum evx_err evx_writer_member(struct evx_writer *w, const char *name, const void *p, size_t n,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Writes the next pack, 1 to 33,554,432 bytes, and gives its SHA-256 in hash. Only the last pack of
 * each of the two sequences may be short: EVX_E_USAGE for a pack behind two short ones. */
enum evx_err evx_writer_pack(struct evx_writer *w, const void *p, size_t n, uint8_t hash[32],
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The same of a pack whose SHA-256 is at hand. */
enum evx_err evx_writer_hashed_pack(struct evx_writer *w, const void *p, size_t n,
	const uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;

/* Writes the next pack of sequence 1, n bytes at p with the SHA-256 in hash, which the recipe's
 * maker has at hand, before, between or behind those of sequence 0, which the manifests list first:
 * only in the unpacked form (EVX_E_USAGE in the others, and behind a short one of its sequence).
 * With recipe, n_recipe bytes at recipe become data/HASH.recipe and stand for the pack (vault.md
 * "Borrowed packs"); with NULL the pack itself is written. Where packs are given here,
 * evx_writer_pack takes one short one only. */
enum evx_err evx_writer_borrowed(struct evx_writer *w, const void *p, size_t n,
	const uint8_t hash[32], const void *recipe, size_t n_recipe,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* After the last pack, for a disclosure: writes manifest-sha256.txt and bag-info.txt, and gives the
 * SHA-256 of the former in manifest. Then the original's custody files (origin/custody/…) are
 * written with evx_writer_member, in the container's order. Called at most once. */
enum evx_err evx_writer_manifest(
	struct evx_writer *w, uint8_t manifest[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* After the last pack, and after the original's files: writes both manifests and bag-info.txt, as
 * far as evx_writer_manifest did not, and gives the SHA-256 of tagmanifest-sha256.txt, which the
 * seal signs. */
enum evx_err evx_writer_finish_payload(
	struct evx_writer *w, uint8_t tagmanifest[32], struct evx_diag *diag) EVX_MUST_CHECK;

/* Only when a bundle of several groups is laid out again (export): closes group 0000, or a later
 * one, and opens the next. */
enum evx_err evx_writer_next_group(struct evx_writer *w, struct evx_diag *diag) EVX_MUST_CHECK;

/* Writes the index and the end, makes all durable and publishes it. After a failure only
 * evx_writer_free is left to do. */
enum evx_err evx_writer_end(struct evx_writer *w, struct evx_diag *diag) EVX_MUST_CHECK;
/* After evx_writer_end: how many bytes the archive has. */
uint64_t evx_writer_length(const struct evx_writer *w);

#endif
