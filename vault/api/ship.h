/* Exhibits exported from a vault, and imported into one. */
#ifndef EVX_API_SHIP_H
#define EVX_API_SHIP_H

#include "api/events.h"

/* ---- Export and import (format-spec/vault.md "Export", "Import") ------------------------ */

struct evx_export_options {
	const char *const *exhibits;
	size_t nexhibits;   /* directories: VAULT/exhibits/UUID of one vault, or other unpacked
			       bundles */
	const char *output; /* a new file; an existing directory: UUID.evx in it; "-": standard
			       output, for one exhibit */
	uint64_t split;     /* bytes per volume, 0: one file */
	const char *as;     /* member whose key opens recipes; NULL: the only identity there is, and
			       only where there is a recipe */
	bool confine;
};
/* An exhibit that was exported. */
struct evx_export_info {
	const char *uuid, *seal_hash, *written; /* written: the bundle; of volumes the name before
						   .001 */
	uint64_t bytes, packs, recipes; /* recipes: packs among them that the vault keeps as recipes
					   only */
	size_t events, branches; /* branches: events of other copies that the vault keeps beside the
				    exhibit, and that no bundle holds */
	int exit_class;          /* 0, or 5 where custody has gaps: then … */
	const char *why;         /* … the weightiest; hostile text */
};
/* Writes each exhibit as the bundle that was sealed, byte for byte, recipes as the packs that they
 * stand for, and calls each for it. Container and chain are judged first, every pack is compared
 * with its name on the way. EVX_E_CORRUPT, EVX_E_FORGED, EVX_E_TRUNCATED, EVX_E_UNSUPPORTED: it is
 * not as it was sealed; EVX_E_CUSTODY: it was disposed of; EVX_E_KEY: it has recipes, and as is no
 * member; EVX_E_EXISTS. Nothing is left of the one that fails; those before it stay. */
enum evx_err evx_export(struct evx_home *h /* NULL allowed where no key is needed */,
	const struct evx_export_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel,
	enum evx_err (*each)(void *ctx, const struct evx_export_info *info), void *ctx,
	struct evx_confine_state *confined, struct evx_diag *diag) EVX_MUST_CHECK;

struct evx_import_options {
	const char *vault;     /* path of the vault */
	const char *bundle;    /* file, first volume or unpacked directory */
	const char *case_name; /* id or (with a member's key) label of the case to file it in; NULL:
				  the case whose label the seal tells, else none */
	const char *as; /* identity whose key opens labels; NULL: the only one there is, and only
			   where case_name is a label */
	bool confine;
	evx_claims_confirm_fn confirm_claims;
	void *claims_ctx; /* asked before events of unknown signers are taken; NULL: they are not */
};

enum evx_import_act {
	EVX_IMPORT_NEW,    /* it is in the vault now */
	EVX_IMPORT_SAME,   /* it was there: nothing was done */
	EVX_IMPORT_LONGER, /* it was there, and has now what the bundle's chain has more: events, or
			      time-stamps only */
	EVX_IMPORT_SHORTER, /* it was there, with a longer chain: nothing was done */
	EVX_IMPORT_BRANCH,  /* it was there, with another chain: the bundle's events are kept as
			       receipts beside it */
	EVX_IMPORT_OTHER,   /* another exhibit has its UUID in the vault: nothing was done */
};
struct evx_import_result {
	enum evx_import_act act;
	char uuid[37], seal_hash[65], seal_code[40];
	char vault_seal[65]; /* of the exhibit that has the UUID, when it is another; else "" */
	char case_id[37];    /* filed in this case; "": in none … */
	bool case_unclear; /* … although the seal tells a label: several cases have it, none does,
			      or that was merged; case_why says so */
	char case_why[512];    /* hostile text */
	size_t events;         /* of its chain in the vault now */
	size_t added;          /* events appended, or kept as receipts just now; */
	size_t stamps;         /* time-stamps appended */
	size_t common;         /* events that both chains begin with */
	bool rightful;         /* branch: copies may part there */
	bool disposed;         /* the vault has disposed of it */
	uint64_t packs, bytes; /* new: taken in */
	int exit_class; /* of what was taken: 0, 5 where its custody has gaps, or 1 where more was
			   seen of it here before: then … */
	char why[512];  /* … the weightiest; hostile text */
	struct evx_confine_state confinement;
};
/* Takes a bundle into the vault. Container and chain are judged first and every pack is compared
 * with its name while it is copied; what is not as it was sealed is not taken (EVX_E_CORRUPT,
 * EVX_E_FORGED, EVX_E_TRUNCATED, EVX_E_UNSUPPORTED). Nothing is taken either when confirm_claims
 * said no (EVX_E_STRANGER). No key is needed. After an error the vault is as it was, but for events
 * that were appended before it, each of them rightful. */
enum evx_err evx_import(struct evx_home *h /* NULL allowed where no key is needed */,
	const struct evx_import_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_import_result *result,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
