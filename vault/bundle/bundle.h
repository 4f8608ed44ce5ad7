/* A bundle opened for reading (format-spec/container.md): one file, volumes, a pipe, or an unpacked
 * directory.
 *
 * Open first (takes descriptors, parses nothing: confine the process after it), then load once,
 * with evx_bundle_walk (walk.h: everything is checked, but for packs that are passed over on
 * request). After that the getters work; they are for any number of threads, the rest for one. */
#ifndef EVX_BUNDLE_BUNDLE_H
#define EVX_BUNDLE_BUNDLE_H

#include "bundle/recipe_read.h"
#include "content/payload_source.h"
#include "format/member.h"

struct evx_bundle;

enum evx_bundle_form {
	EVX_BUNDLE_FILE,
	EVX_BUNDLE_VOLUMES,
	EVX_BUNDLE_STREAM,
	EVX_BUNDLE_DIRECTORY
};

/* Opens path: a file, the first of a set of volumes, a named pipe, or an unpacked directory, whose
 * last component (links resolved) must be the UUID. EVX_E_NOT_OURS for what cannot be a bundle. */
enum evx_err evx_bundle_open(
	const char *path, struct evx_bundle **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same over an open file or pipe; fd stays the caller's, name is for messages. */
enum evx_err evx_bundle_open_fd(
	int fd, const char *name, struct evx_bundle **out, struct evx_diag *diag) EVX_MUST_CHECK;
/* The directory of volumes of which there are too many to be open at once: it must stay readable,
 * since they are opened again. -1: there is no need. */
int evx_bundle_volumes_directory(const struct evx_bundle *b);
/* The same over an open directory of an exhibit; dirfd stays the caller's. */
enum evx_err evx_bundle_open_dir(
	int dirfd, const char *uuid, struct evx_bundle **out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_bundle_free(struct evx_bundle *b); /* NULL does nothing */

enum evx_bundle_source {
	EVX_BUNDLE_NOT_LOADED,
	EVX_BUNDLE_BY_INDEX, /* every member but the packs was seen, and nothing was found; the
				packs were passed over: say so */
	EVX_BUNDLE_BY_WALK,  /* every member was seen; the findings say what is wrong */
};

/* Walks without reading packs, by the shortcut where there is one (walk.h), and takes what is
 * there; *source tells which it was. Fails with the class of the first bad finding when group 0000
 * is not whole; EVX_E_NOT_OURS. */
enum evx_err evx_bundle_open_index(
	struct evx_bundle *b, enum evx_bundle_source *source, struct evx_diag *diag) EVX_MUST_CHECK;

enum evx_bundle_form evx_bundle_form(const struct evx_bundle *b);
enum evx_bundle_source evx_bundle_source(const struct evx_bundle *b);
const char *evx_bundle_name(const struct evx_bundle *b); /* as it was opened */
const char *evx_bundle_uuid(const struct evx_bundle *b); /* "" until known */
/* The archive's length up to its end blocks, computed for a directory, the same in every form; 0
 * when the end was not found. */
uint64_t evx_bundle_length(const struct evx_bundle *b);
/* Append groups: their number, 1 when nothing was appended; groups that are not whole do not count.
 */
unsigned evx_bundle_groups(const struct evx_bundle *b);

struct evx_bundle_member {
	char name[EVX_MEMBER_NAME_CAP];
	struct evx_member_id id;
	unsigned group;  /* append group it stands in */
	uint64_t offset; /* of its header in the archive */
	uint64_t size;
	bool hashed; /* by a walk: sha256 is that of its content */
	uint8_t sha256[32];
};

/* All members but the packs, in file order; of groups that are whole, or of group 0000. */
size_t evx_bundle_count(const struct evx_bundle *b);
const struct evx_bundle_member *evx_bundle_at(const struct evx_bundle *b, size_t i);
/* By name without the UUID; NULL when there is none. */
const struct evx_bundle_member *evx_bundle_find(const struct evx_bundle *b, const char *name);
/* Appends the member's bytes to out. EVX_E_NOT_FOUND; EVX_E_LIMIT over max bytes; EVX_E_CORRUPT or
 * EVX_E_TRUNCATED when it is not what the index said, or changed since the walk; from a pipe
 * EVX_E_LIMIT for members that did not fit into memory (32 MiB together). */
enum evx_err evx_bundle_read_member(const struct evx_bundle *b, const char *name, size_t max,
	struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* Packs, in payload order. */
struct evx_bundle_pack {
	uint8_t hash[32];
	uint64_t position; /* of its first byte in the payload, all packs counted */
	uint64_t length;
	uint64_t content; /* offset of its content in the archive */
	bool missing;     /* a walk found no file for it (a directory); length is then a guess */
	bool recipe;      /* a walk found a sound recipe in its place (a directory) */
};
uint64_t evx_bundle_packs(const struct evx_bundle *b);
uint64_t evx_bundle_payload_length(const struct evx_bundle *b); /* sum of the packs' lengths */
/* The i-th pack, i below evx_bundle_packs. */
struct evx_bundle_pack evx_bundle_pack(const struct evx_bundle *b, uint64_t i);

/* Tells how recipes are read that stand in place of packs (vault.md "Borrowed packs"), in a
 * directory only; before loading. Without it such a pack is missing. *how is copied. EVX_E_MEMORY,
 * EVX_E_USAGE once loaded. */
enum evx_err evx_bundle_set_recipes(struct evx_bundle *b, const struct evx_recipe_reader *how,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads exactly n bytes at offset of the i-th pack. EVX_E_TRUNCATED
 * past its end, else as evx_bundle_payload_read. Any number of threads. */
enum evx_err evx_bundle_pack_read(const struct evx_bundle *b, uint64_t i, uint64_t offset, void *p,
	size_t n, struct evx_diag *diag) EVX_MUST_CHECK;

/* Tells how the payload divides into sequences (the seal says it). EVX_E_CORRUPT when the packs do
 * not fit: sequence 0 fills the first packs exactly and sequence 1 the rest. For salvage, which has
 * no seal to ask, see below. */
enum evx_err evx_bundle_set_sequences(
	struct evx_bundle *b, uint64_t len0, uint64_t len1, struct evx_diag *diag) EVX_MUST_CHECK;
/* After a walk: the division that the packs' lengths suggest (the first short pack ends sequence
 * 0), for salvage only. */
void evx_bundle_guess_sequences(const struct evx_bundle *b, uint64_t *len0, uint64_t *len1);
/* Reads exactly n bytes at position of sequence. EVX_E_TRUNCATED past its end or where bytes are
 * missing; EVX_E_NOT_FOUND for a missing pack of a directory; EVX_E_USAGE before
 * evx_bundle_set_sequences, or on a pipe. Any number of threads. */
enum evx_err evx_bundle_payload_read(const struct evx_bundle *b, uint32_t sequence,
	uint64_t position, void *p, size_t n, struct evx_diag *diag) EVX_MUST_CHECK;
/* The payload as the content layer reads it; b must outlive it. Sequences must be set. Its
 * `present` is set when packs are missing. */
struct evx_payload_source evx_bundle_payload(struct evx_bundle *b);

#endif
