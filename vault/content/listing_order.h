/* Rules of a listing that concern several lines (format-spec/listing.md "Order", "Runs"): order and
 * parents, and what hard links repeat. */
#ifndef EVX_CONTENT_LISTING_ORDER_H
#define EVX_CONTENT_LISTING_ORDER_H

#include "base/buf.h"
#include "format/entry.h"

/* The path before, and which of its beginnings are directories. Zero-initialise. */
struct evx_listing_order {
	struct evx_buf path;
	struct evx_buf dirs; /* uint32_t lengths of paths of directories, each a beginning of the
				next and of path */
};

/* Checks that e stands behind the line before, and (parents) that its directory is an earlier line
 * of type dir. EVX_E_CORRUPT. */
enum evx_err evx_listing_order_next(struct evx_listing_order *o, const struct evx_entry *e,
	bool parents, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_listing_order_free(struct evx_listing_order *o);

/* What each hard link claims about the line it names. Zero-initialise. */
struct evx_listing_link {
	uint64_t target;
	uint8_t claim[32]; /* hash of position, size, map and digests */
};
struct evx_listing_links {
	struct evx_listing_link *items;
	size_t count, checked;
};

enum evx_err evx_listing_links_add(struct evx_listing_links *l, const struct evx_entry *e,
	uint64_t position, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_listing_links_sort(struct evx_listing_links *l);
/* Once sorted: whether a link names the line of this index. */
bool evx_listing_links_names(const struct evx_listing_links *l, uint64_t index);
/* Compares that line with what its links claim; it must be a file and no link itself.
 * EVX_E_CORRUPT. */
enum evx_err evx_listing_links_check(struct evx_listing_links *l, uint64_t index,
	const struct evx_entry *e, uint64_t position, struct evx_diag *diag) EVX_MUST_CHECK;
/* EVX_E_CORRUPT unless every link's line was checked. */
enum evx_err evx_listing_links_end(
	const struct evx_listing_links *l, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_listing_links_free(struct evx_listing_links *l);

#endif
