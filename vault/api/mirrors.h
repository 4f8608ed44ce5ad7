/* A copy of a vault on a remote: kept up to date, checked there, and a vault made anew from it
 * (format-spec/shipment.md "Mirrors"). */
#ifndef EVX_API_MIRRORS_H
#define EVX_API_MIRRORS_H

#include "api/remotes.h"

/* What is wrong with an object of a mirror. */
enum evx_mirror_flaw {
	EVX_MIRROR_MISSING,
	EVX_MIRROR_LENGTH, /* it has another length */
	EVX_MIRROR_BYTES,  /* … other bytes */
	EVX_MIRROR_UNKEPT, /* the remote names no date until which it keeps the object */
	EVX_MIRROR_SHORT,  /* … one that is too early */
};
#define EVX_MIRROR_FLAWS 5u
/* "missing", "other length", "other bytes", "no retention", "retention too short". Static storage.
 */
const char *evx_mirror_flaw_name(enum evx_mirror_flaw flaw);
struct evx_mirror_complaint {
	const char *object; /* its name on the remote */
	enum evx_mirror_flaw flaw;
	char until[24]; /* the date that the remote names, UTC; "" */
};

struct evx_mirror_options {
	const char *vault;
	const char *as; /* a content member, who signs; NULL: the only identity there is */
	const struct evx_remotes_entry *remote;
	const struct evx_remotes_use *use;
	int64_t until; /* seconds since 1970: the remote is to keep every object until then; 0: not
			  asked for */
	int64_t prune; /* seconds since 1970, at least a day ago: remove what only states that were
			  superseded before then need; 0: remove nothing */
	bool anew;     /* all files go again, whatever is there */
	bool confine;
	void (*each)(void *ctx, const struct evx_mirror_complaint *c); /* of retention; NULL */
	void *ctx;
};
struct evx_mirror_result {
	char mirror[33];    /* its name on the remote */
	uint32_t number;    /* of the newest note */
	bool again;         /* nothing had changed, and no note was written */
	bool whole;         /* all files went */
	size_t files;       /* of the vault, but packs */
	size_t sent, there; /* packs put just now; packs that were there */
	uint64_t sent_bytes, there_bytes, parcel;
	uint64_t unkept; /* objects that the remote does not keep long enough */
	/* of pruning: objects removed; objects that the remote keeps until a date; notes that this
	 * key does not open, so that what they need was left; packs of former states were left,
	 * because others may need them */
	uint64_t removed, removed_bytes, held, unread;
	bool packs_left;
	struct evx_confine_state confinement;
};
/* Brings the mirror of a vault up to date: puts the packs that are not there, the files that are
 * new in a parcel to every content member and escrow key, and a signed note last. Interrupted at
 * any time, the same call goes on. EVX_E_KEY for somebody who is no content member; EVX_E_FORGED
 * when the remote shows an older mirror than was seen here, or another one; EVX_E_CUSTODY when the
 * mirror knows more of the vault's log than the vault, or the vault has lost files that the mirror
 * has; EVX_E_UNSUPPORTED when the remote keeps
 * nothing until a date, and that was asked for; EVX_E_IO. */
enum evx_err evx_mirror_make(struct evx_home *h, const struct evx_mirror_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_mirror_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_mirror_check_options {
	const char *vault; /* which the mirror is of */
	const char *as;
	const struct evx_remotes_entry *remote;
	const struct evx_remotes_use *use;
	unsigned percent; /* of the packs that the remote does not prove: so many are read; 0 or
			     100: all */
	int64_t until;    /* judge retention against this date; 0: do not */
	bool confine;
	void (*each)(void *ctx, const struct evx_mirror_complaint *c);
	void *ctx;
};
struct evx_mirror_check_result {
	char mirror[33];
	uint32_t number;  /* of its newest note … */
	char time[24];    /* … and when it was signed */
	uint64_t objects; /* of the mirror */
	uint64_t proven;  /* … whose bytes were compared: by the remote's hash, or read */
	uint64_t bad;     /* missing, or other bytes */
	uint64_t unkept;  /* not kept long enough */
	char seed[33];    /* that chose the packs, "" when all were to be read */
	uint64_t lost;   /* files and packs of the mirror that the vault should have, and has not */
	uint64_t behind; /* files and packs of the vault that the mirror does not have */
	struct evx_confine_state confinement;
};
/* Checks the mirror of a vault where it is. EVX_OK whenever it came to its end: look at the counts.
 * EVX_E_NOT_FOUND when there is no mirror, or a note is missing; EVX_E_FORGED and EVX_E_CUSTODY as
 * evx_mirror_make. */
enum evx_err evx_mirror_check(struct evx_home *h, const struct evx_mirror_check_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_mirror_check_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_mirror_import_options {
	const char *into;   /* a directory that is empty, not there, or has what an interrupted
			       import left */
	const char *mirror; /* which: the beginning of its name, or the vault's UUID; NULL: the only
			       one there is */
	const char *as;     /* whose key opens it */
	uint32_t number;    /* of the note whose state is wanted; 0: the newest */
	const struct evx_remotes_entry *remote;
	const struct evx_remotes_use *use;
	bool confine;
};
struct evx_mirror_import_result {
	char mirror[33], vault[37];
	uint32_t number, newest; /* notes: the one that was used; the newest there is */
	char time[24];           /* of the one that was used */
	size_t files;
	uint64_t packs, bytes; /* got just now */
	uint64_t here;         /* packs that were here */
	struct evx_confine_state confinement;
};
/* Makes the vault anew from its mirror. It becomes a vault last, once every file and pack is there
 * as the newest note says, and the log is good. Interrupted at any time, the same call goes on.
 * EVX_E_NOT_FOUND, EVX_E_KEY; EVX_E_FORGED when the remote gives out other bytes, or an older state
 * than this machine saw; EVX_E_EXISTS when `into` is not empty. */
enum evx_err evx_mirror_import(struct evx_home *h, const struct evx_mirror_import_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_mirror_import_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
