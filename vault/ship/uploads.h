/* Objects on their way to a remote: which are there, which have to be put, and whether all of them
 * are there in the end (format-spec/shipment.md "Names", "The note"). */
#ifndef EVX_SHIP_UPLOADS_H
#define EVX_SHIP_UPLOADS_H

#include "remote/remote.h"

struct evx_drop_out;

enum evx_upload_kind { EVX_UPLOAD_PACK, EVX_UPLOAD_PARCEL };

struct evx_upload {
	enum evx_upload_kind kind;
	uint8_t hash[32];
	uint64_t size;
	/* Where its bytes are: below a place; source NULL: `make` gives them (a recipe's pack). */
	unsigned place;
	char *source; /* owned */
	uint64_t offset;
	uint64_t pack; /* for make: its number in the exhibit */
	/* What is known. */
	unsigned suffix;                 /* 0: HASH itself; 1 to 9: HASH-1 … HASH-9 */
	bool looked, there, put, proven; /* put: by this run; proven: its bytes were compared */
	bool silent;                /* the remote does not tell its length: only its bytes can */
	struct evx_remote_job *job; /* under way: uploads.c's */
	unsigned part;              /* its number, to an invitation */
};

struct evx_uploads {
	struct evx_upload *at; /* owned */
	size_t n;
};
void evx_uploads_free(struct evx_uploads *all);

struct evx_uploads_with {
	struct evx_remote *remote;
	struct evx_progress *progress; /* NULL allowed */
	const struct evx_cancel *cancel;
	bool reread;               /* what is there is compared by its bytes, from the medium */
	int64_t until;             /* what is put is to be kept until then; 0: no date */
	struct evx_drop_out *drop; /* to an invitation, where nothing can be read: what is
				      remembered says what is there; NULL: to a remote */
};

/* Asks for each object: sets looked, there and suffix. EVX_E_FORGED when other bytes stand under
 * all ten names. */
enum evx_err evx_uploads_look(struct evx_uploads *all, const struct evx_uploads_with *with,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Gives the bytes of a pack that no file holds: writes them to a file below a place. drop takes it
 * away again. */
struct evx_uploads_make {
	enum evx_err (*make)(void *ctx, const struct evx_upload *u, unsigned *place, char *source,
		size_t cap, struct evx_diag *diag);
	void (*drop)(void *ctx, const char *source);
	void *ctx;
};
/* Puts those that are not there. EVX_E_FORGED: what is here is damaged; EVX_E_IO, EVX_E_LIMIT;
 * EVX_E_KEY: an invitation has ended. */
enum evx_err evx_uploads_put(struct evx_uploads *all, const struct evx_uploads_with *with,
	const struct evx_uploads_make *make, struct evx_diag *diag) EVX_MUST_CHECK;
/* Copies n lists and one more object (NULL: none) into one list, to be checked in one pass. What
 * they own stays theirs: the caller frees out->at alone. */
enum evx_err evx_uploads_join(const struct evx_uploads *lists, size_t n,
	const struct evx_upload *more, struct evx_uploads *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Asks for every object once more: that it is there, as long as it must be, and (where the remote
 * computes a SHA-256, or with->reread) of the right bytes. EVX_E_FORGED when one is not: nothing
 * may name it then. */
enum evx_err evx_uploads_check(struct evx_uploads *all, const struct evx_uploads_with *with,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* The name of an object's place number suffix. */
void evx_uploads_name(enum evx_upload_kind kind, const uint8_t hash[32], unsigned suffix,
	char out[EVX_REMOTE_NAME_CAP]);
#define EVX_UPLOADS_PLACES 10u

#endif
