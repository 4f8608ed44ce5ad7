/* The walk inside bundle_walk*.c. Each stage calls those below it only:
 *
 *   bundle_walk.c                          starts it, and draws the conclusions
 *   bundle_walk_archive.c, _directory.c    which member comes next, and where it is
 *   bundle_walk_member.c                   its order, its limit and its place in the books
 *   bundle_walk_content.c                  what is in it …
 *   bundle_walk_packs.c                    … when it is a pack
 *   bundle_walk_source.c                   its bytes; and what is reported
 *
 * They share one struct: what a member must hold follows from all members before it, so that every
 * stage writes books which a later member is compared with. */
#ifndef EVX_BUNDLE_BUNDLE_WALK_INNER_H
#define EVX_BUNDLE_BUNDLE_WALK_INNER_H

#include "bundle/bundle_walk.h"
#include "bundle/ledger.h"
#include "bundle/pack_hasher.h"
#include "format/order.h"

#define EVX_WALK_TAGS 6u /* lines of the tag manifest */

struct evx_bundle_walk {
	struct evx_bundle *b;
	const struct evx_bundle_walk_opts *opts;
	struct evx_bundle_walk_result *result;
	struct evx_diag *diag; /* of failures, not of findings */
	struct evx_order order;
	struct evx_ledger ledger;
	struct evx_pack_hasher *hasher;   /* NULL with skip_packs */
	const struct evx_sequences *jump; /* the packs are passed over: they are as these lengths
					     have them; NULL: they are walked */
	uint64_t wrong_packs; /* with other bytes than their names say, or none that their recipes
				 lead to */

	uint64_t at;     /* archive: of the next byte; directory: in the member's file */
	bool lost;       /* what follows in this source is out of reach: a finding said why */
	bool ends_early; /* … that the bytes end */

	/* The member at hand. */
	struct evx_member_id id;
	char name[EVX_MEMBER_NAME_CAP];
	uint64_t header, size;
	int fd;      /* of its file in a directory, else -1; of a pack always -1 */
	bool recipe; /* a pack's recipe stands in its place */

	uint8_t tags[EVX_WALK_TAGS][32];
	struct evx_buf origin; /* the tag manifest's lines of the original's files, as these came */
	unsigned misplaced;
	size_t whole_count;    /* members up to the last index */
	unsigned whole_groups; /* groups that ended in their index */
	uint64_t group_end; /* where group 0000 ends in the archive, 0 before its index was met */
};

void evx_bundle_walk_report(struct evx_bundle_walk *w, const char *code,
	enum evx_bundle_walk_severity severity, enum evx_err err, const char *member,
	uint64_t offset, const char *fmt, ...) EVX_PRINTF(7, 8);

/* Reads the next n bytes of the source to p. False, with a finding and w->lost, when they are not
 * there or cannot be read. */
bool evx_bundle_walk_read(struct evx_bundle_walk *w, void *p, size_t n);
/* Reads up to n bytes; *got < n at the end. False as above, but an early end is no finding. */
bool evx_bundle_walk_read_some(struct evx_bundle_walk *w, void *p, size_t n, size_t *got);
/* Reports that the bytes end, which they may not, at what stands at offset: nothing more can be
 * read. */
void evx_bundle_walk_ends_early(struct evx_bundle_walk *w, uint64_t offset);
/* Passes over n bytes; false as evx_bundle_walk_read. */
bool evx_bundle_walk_skip(struct evx_bundle_walk *w, uint64_t n);

/* Checks and takes the content of the member at hand, which is no pack, or is one. Errors are those
 * that end the walk: EVX_E_MEMORY, EVX_E_INTERRUPTED. */
enum evx_err evx_bundle_walk_content(struct evx_bundle_walk *w) EVX_MUST_CHECK;
enum evx_err evx_bundle_walk_pack(struct evx_bundle_walk *w) EVX_MUST_CHECK;
/* Books all packs unseen, in their place: order, ledger, and where the next member stands. Their
 * names come with the manifest. */
enum evx_err evx_bundle_walk_jump(struct evx_bundle_walk *w) EVX_MUST_CHECK;
/* Adds the pack that the manifest names next, of the length that w->jump has for it. */
enum evx_err evx_bundle_walk_jumped(
	struct evx_bundle_walk *w, const uint8_t hash[32]) EVX_MUST_CHECK;

/* Order, limit, content and books of the member at hand, whose content comes next from the source.
 * *taken is false when it was left standing: its content was not read. */
enum evx_err evx_bundle_walk_member(struct evx_bundle_walk *w, bool *taken) EVX_MUST_CHECK;

/* The two drivers. */
enum evx_err evx_bundle_walk_archive(struct evx_bundle_walk *w) EVX_MUST_CHECK;
enum evx_err evx_bundle_walk_directory(struct evx_bundle_walk *w) EVX_MUST_CHECK;

#endif
