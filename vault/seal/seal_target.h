/* Where a seal goes: a bundle (seal/seal_bundle.c) or a vault (seal/seal_vault.c), behind one table
 * of functions. */
#ifndef EVX_SEAL_SEAL_TARGET_H
#define EVX_SEAL_SEAL_TARGET_H

#include "base/start.h"
#include "bundle/writer.h"
#include "content/payload_write.h"
#include "people/readers.h"

struct evx_seal_target;

/* What a target adds to the plan. Valid as long as the target. */
struct evx_seal_filing {
	const struct evx_reader *readers; /* who can open everything there */
	size_t nreaders;
	const char *case_label;  /* NULL: as the options say */
	size_t twins;            /* exhibits of the same number in the case … */
	char twin[EVX_UUID_CAP]; /* … and one of them */
};

/* The functions of a target, in the order in which they are called. NULL: nothing to do. */
struct evx_seal_target_kind {
	/* The target's part of the start: opens it, and parses nothing of it. */
	void (*open)(struct evx_seal_target *t, struct evx_start *s);
	/* After confinement: reads and verifies what is there. */
	enum evx_err (*load)(struct evx_seal_target *t, const struct evx_hand *hand,
		struct evx_seal_filing *out, struct evx_diag *diag);
	/* Once the readers are confirmed. From here on t->writer is ready. now is seconds since
	 * 1970; *resumed, a text of the details, gets the UUIDs of what is used again. */
	enum evx_err (*begin)(struct evx_seal_target *t, const struct evx_signer *signer,
		int64_t now, char **resumed, struct evx_diag *diag);
	/* The exhibit has its keys. */
	enum evx_err (*keys)(struct evx_seal_target *t, const struct evx_exhibit_keys *keys,
		struct evx_diag *diag);
	/* Sets lender and borrowed where the target has something to lend. */
	void (*lend)(struct evx_seal_target *t, struct evx_payload_write_opts *opts);
	/* Whether the file or directory of these numbers is a part of what is written here. */
	bool (*owns)(const struct evx_seal_target *t, uint64_t dev, uint64_t ino);
	/* The writer ended well: gives the exhibit its place, and says in r where that is. hash is
	 * that of the seal. */
	enum evx_err (*publish)(struct evx_seal_target *t, const uint8_t hash[32],
		const struct evx_payload_result *payload, struct evx_seal_result *r,
		struct evx_diag *diag);
	/* Releases what the kind added; nothing of what was not published is left. */
	void (*free)(struct evx_seal_target *t);
};

/* The first member of each target. */
struct evx_seal_target {
	const struct evx_seal_target_kind *kind;
	char uuid[EVX_UUID_CAP]; /* of the exhibit in the making */
	char *path;              /* under which it will stand, "-" for standard output; owned */
	struct evx_writer *writer;
};

/* Makes the target that opt names, and the exhibit's UUID. Keeps h, opt and cancel. EVX_E_USAGE for
 * options that do not go together. */
enum evx_err evx_seal_target_new(struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_cancel *cancel, struct evx_seal_target **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* NULL does nothing. */
void evx_seal_target_free(struct evx_seal_target *t);
/* The two kinds: a target with nothing set but its kind, or NULL when out of memory. */
struct evx_seal_target *evx_seal_target_bundle(
	struct evx_home *h, const struct evx_seal_options *opt, const struct evx_cancel *cancel);
struct evx_seal_target *evx_seal_target_vault(
	struct evx_home *h, const struct evx_seal_options *opt, const struct evx_cancel *cancel);

/* Adds the file or directory at name, when it is there, to what was written. */
enum evx_err evx_seal_target_written(
	struct evx_seal_result *r, const char *name, bool *there) EVX_MUST_CHECK;

#endif
