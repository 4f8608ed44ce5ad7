/* What an office has to look after: of its vaults, and of what it sent. */
#ifndef EVX_API_STATUS_H
#define EVX_API_STATUS_H

#include "api/shipments.h"
#include "api/vault.h"

/* A release of an exhibit that its vault holds, by the holder named in `mine`, not answered yet. */
struct evx_status_release {
	char uuid[37];
	char to[56];           /* fingerprint of the receiver; "" none is named */
	const char *to_person; /* as a trusted card calls them, NULL: none does */
	char time[24];         /* UTC, by the releaser's clock */
	unsigned days;         /* since then */
};

struct evx_status_options {
	const char *vault;
	const char *const *mine; /* fingerprints: whose exhibits are "held" */
	size_t nmine;
	int64_t checked_since; /* seconds since 1970: what was not checked since then is old */
	bool confine;
	/* Called for each open release. May be NULL. */
	enum evx_err (*release)(void *ctx, const struct evx_status_release *r);
	void *ctx;
};

/* Numbers of exhibits: of the catalog, and where an exhibit's directory changed since, of its
 * files. */
struct evx_status_vault {
	char vault[37];
	uint64_t exhibits;      /* directories that there are */
	uint64_t known;         /* that the catalog knows; others are in no number below */
	uint64_t gone;          /* … of these, those that the vault does not have */
	uint64_t disposed;      /* the others are counted below */
	uint64_t held, on_hold; /* held: by mine */
	uint64_t never, old;    /* never checked; not since then */
	uint64_t bad, custody;  /* that the last check found bad, or with gaps in custody */
	uint64_t open;          /* releases not answered, of those held */
	uint64_t unreadable;    /* held ones whose last entry could not be read; others
			      that changed and could not be read */
	struct evx_confine_state confinement;
};
/* Reads a vault's catalog and, of the exhibits held, which entry is the last. Needs no key. */
enum evx_err evx_status_vault(struct evx_home *h, const struct evx_status_options *opt,
	struct evx_cancel *cancel, struct evx_status_vault *out,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* Calls each for every exhibit that was sent from this home and not answered yet, or whose note the
 * remote lost, as far as this machine knows: nothing is connected. Needs no key. */
enum evx_err evx_status_sent(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_sent *s), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

/* A mirror that was to be kept until a date. */
struct evx_status_mirror {
	const char *remote; /* its name here; NULL: it has none any more */
	char id[EVX_REMOTES_ID_CAP], mirror[EVX_REMOTES_ID_CAP];
	char until[24]; /* UTC */
	int days;       /* until then; negative: it is over */
};
/* Calls each for every mirror for which evx mirror --retain-until was run here. */
enum evx_err evx_status_mirrors(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_status_mirror *m), void *ctx,
	struct evx_diag *diag) EVX_MUST_CHECK;

#endif
