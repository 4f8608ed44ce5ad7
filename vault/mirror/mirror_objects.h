/* The objects that a mirror needs: what the remote says of each, and how long it keeps each
 * (format-spec/shipment.md "Mirrors"). */
#ifndef EVX_MIRROR_MIRROR_OBJECTS_H
#define EVX_MIRROR_MIRROR_OBJECTS_H

#include "crypto/sample.h"
#include "evx.h"
#include "format/mirror_index.h"
#include "mirror/mirror_notes.h"
#include "ship/uploads.h"

struct evx_mirror_object {
	bool named; /* a note, evx-remote.txt: it was read in full already */
	enum evx_upload_kind kind;
	uint8_t hash[32];
	uint64_t size;
	char name[EVX_REMOTE_NAME_CAP]; /* as it stands on the remote */
	/* What is known. */
	unsigned suffix;
	bool done, there, proven, flawed;
	enum evx_mirror_flaw flaw; /* when flawed: the first flaw of its bytes */
	int64_t until;             /* the remote keeps it until then, 0: it says of no date */
	bool chosen;               /* for a sample */
	struct evx_remote_job *job;
};
struct evx_mirror_objects {
	struct evx_mirror_object *at; /* owned */
	size_t n;
};
void evx_mirror_objects_free(struct evx_mirror_objects *all);

/* Adds evx-remote.txt, the notes, their parcels, and the packs of index, each once. */
enum evx_err evx_mirror_objects_of(const struct evx_mirror_notes *notes, const char *mid,
	const struct evx_mirror_index *index, struct evx_mirror_objects *all,
	struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_mirror_objects_with {
	struct evx_remote *remote;
	struct evx_progress *progress; /* NULL allowed */
	const struct evx_cancel *cancel;
	bool compare;                  /* read what the remote does not prove … */
	unsigned percent;              /* … of so many packs, … */
	uint8_t seed[EVX_SAMPLE_SEED]; /* … which this chooses */
};
/* Asks for every object: fills done, there, proven, until and flaw. What is wrong with an object is
 * no failure. */
enum evx_err evx_mirror_objects_look(struct evx_mirror_objects *all,
	const struct evx_mirror_objects_with *with, struct evx_diag *diag) EVX_MUST_CHECK;
/* Has those that are there kept until then, and asks what came of it: fills until. */
enum evx_err evx_mirror_objects_retain(struct evx_mirror_objects *all,
	const struct evx_mirror_objects_with *with, int64_t until,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Tells `each` (NULL allowed) of every flaw, retention until `until` (0: not judged) included;
 * counts objects with one of bytes, and of retention. */
void evx_mirror_objects_tell(const struct evx_mirror_objects *all, int64_t until,
	void (*each)(void *ctx, const struct evx_mirror_complaint *c), void *ctx, uint64_t *bad,
	uint64_t *unkept);

#endif
