/* Details: what people need to know of an event and outsiders need not (format-spec/details.md). */
#ifndef EVX_FORMAT_DETAILS_H
#define EVX_FORMAT_DETAILS_H

#include "format/binding.h"

#define EVX_DETAILS_TEXT_MAX 65536u /* bytes of one text */
#define EVX_SOURCES_MAX 4096u
#define EVX_CASES_MAX 100u          /* cases named in a list … */
#define EVX_CASES_BYTES_MAX 131072u /* … and bytes of their paths and texts together */

/* All char * below are owned, NUL-terminated texts; NULL when absent. Those called path or name of
 * a source may hold any bytes but NUL, the others are UTF-8. */
struct evx_pair {
	char *key, *value;
};
struct evx_pairs {
	struct evx_pair *at;
	size_t n;
};

/* A person in the details: the actor, a witness, a reader. Which keys may be there is said in
 * details.md. */
struct evx_details_person {
	char *person, *title, *organisation, *country, *role;
	char *signing, *encryption; /* public keys */
	bool content_tier;          /* of a reader */
};
struct evx_details_people {
	struct evx_details_person *at;
	size_t n;
};

struct evx_attachment {
	char *name; /* as it was called */
	uint64_t size;
	uint8_t sha256[32];             /* of its bytes, in clear */
	char file[EVX_MEMBER_NAME_CAP]; /* "0000-seal.attach1.age" */
};

enum evx_source_kind { EVX_SOURCE_DIR, EVX_SOURCE_FILE, EVX_SOURCE_BLOCK, EVX_SOURCE_STDIN };
struct evx_source_details {
	char *name, *path; /* first component of its paths in the listing; as it was named */
	enum evx_source_kind kind;
	bool has_size;
	uint64_t size;
	char *model, *serial; /* block devices */
	uint32_t sector_size; /* 0 when unknown */
	bool has_read_only, read_only;
};

/* One case worth naming: a path of the listing and what is the matter with it; of expected hashes
 * also the digests. */
struct evx_case {
	char *path, *what, *algorithm, *expected, *found;
};
struct evx_cases {
	struct evx_case *at;
	size_t n;
	size_t bytes;
};

struct evx_completeness {
	bool complete;
	uint64_t unreadable_files, unreadable_directories, unreadable_bytes, changed, not_crossed,
		excluded; /* all 0 when complete, but for the last */
	uint64_t metadata_errors, hashes_left_out;
	struct evx_cases first;
};

/* What a second reading of the sources found. */
struct evx_details_reread {
	bool present;
	uint64_t files, bytes, different;
	struct evx_cases differences;
};

struct evx_details {
	struct evx_binding binding;
	char *case_label, *exhibit_number;
	bool has_actor;
	struct evx_details_person actor;
	char *place, *purpose, *description, *authority, *seal_number, *handling, *scope,
		*seized_at, *seized_from, *seized_by;
	struct evx_pairs device; /* make, model, serial and others */
	struct evx_details_people witnesses;
	struct {
		struct evx_attachment *at;
		size_t n;
	} attachments;
	struct {
		bool present;
		char *utc_offset; /* "+02:00" */
		bool has_synchronised, synchronised;
		char *offset_seconds, *source;
	} clock;
	char *replaces;
	char *resumed; /* UUIDs of remnants, with spaces between */
	struct evx_details_people readers;
	struct {
		struct evx_source_details *at;
		size_t n;
	} sources;
	struct {
		bool present;
		char *name, *version, *libraries, *system, *options;
	} tool;
	struct {
		bool present;
		uint64_t lines, files, directories, links, others, bytes, stored;
	} counts;
	bool has_completeness;
	struct evx_completeness completeness;
	struct evx_details_reread reread;
	struct {
		bool present;
		char *file;
		uint64_t matched, mismatched, missing, unlisted;
		struct evx_cases first;
	} expected_hashes;
	char *notes;
	struct evx_pairs custom;
	/* Of events after the seal: */
	bool has_counterparty;
	struct evx_details_person counterparty;
	char *authority_type, *authority_number, *authority_until, *seal_number_after, *condition,
		*checked, *result, *carrier, *tracking, *reason;
	struct {
		char **at;
		size_t n;
	} extracted; /* paths, any bytes but NUL */
};

/* Releases all that d owns and zeroes it. A new one is zero-initialised, then filled. NULL does
 * nothing. */
void evx_details_free(struct evx_details *d);
/* Replaces the text in *slot by a copy of s (NULL or "" clears it). EVX_E_LIMIT past
 * EVX_DETAILS_TEXT_MAX bytes. */
enum evx_err evx_details_set(char **slot, const char *s) EVX_MUST_CHECK;
/* Sets key of pairs to value, at the place it has or at the end. EVX_E_USAGE for an empty key. */
enum evx_err evx_details_set_pair(
	struct evx_pairs *pairs, const char *key, const char *value) EVX_MUST_CHECK;
/* Appends a zeroed element and gives its place, valid until the next call. EVX_E_LIMIT past
 * EVX_STANZAS_MAX people, EVX_SOURCES_MAX sources or EVX_ATTACHMENTS_MAX attachments. */
enum evx_err evx_details_add_person(
	struct evx_details_people *people, struct evx_details_person **out) EVX_MUST_CHECK;
enum evx_err evx_details_add_source(
	struct evx_details *d, struct evx_source_details **out) EVX_MUST_CHECK;
enum evx_err evx_details_add_attachment(
	struct evx_details *d, struct evx_attachment **out) EVX_MUST_CHECK;
/* Appends a copy of a path of n bytes to d->extracted. EVX_E_LIMIT past EVX_EXTRACTED_MAX. */
enum evx_err evx_details_add_extracted(
	struct evx_details *d, const void *path, size_t n) EVX_MUST_CHECK;
/* Names a case if there is still room in the list (100 cases, 131,072 bytes): a path of n bytes and
 * texts, of which all but path may be NULL. Without room it succeeds and names nothing: the
 * caller's counts say how many there are. */
enum evx_err evx_details_add_case(struct evx_cases *cases, const void *path, size_t n,
	const char *what, const char *algorithm, const char *expected,
	const char *found) EVX_MUST_CHECK;
/* What `complete` must be for these counts: true when the first five are zero. */
bool evx_completeness_is_complete(const struct evx_completeness *c);

/* Appends the JSON line of d to out. EVX_E_LIMIT past EVX_DETAILS_MAX bytes, EVX_E_USAGE for texts
 * that are not UTF-8. */
enum evx_err evx_details_encode(
	const struct evx_details *d, struct evx_buf *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a JSON line of n bytes. *d is to be freed after success only. */
enum evx_err evx_details_decode(
	const void *p, size_t n, struct evx_details *d, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads a --details file (JSON in any layout, only the keys that details.md lists for it) over what
 * d already holds: the file's keys replace those of d. EVX_E_USAGE for another key; d may hold part
 * of the file after a failure, and stays the caller's to free. */
enum evx_err evx_details_decode_file(
	const void *p, size_t n, struct evx_details *d, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
