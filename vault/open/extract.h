/* Extraction: the state that the ordinary way and salvage share. */
#ifndef EVX_OPEN_EXTRACT_H
#define EVX_OPEN_EXTRACT_H

#include "content/restore.h"
#include "open/extract_target.h"
#include "open/first_names.h"
#include "open/open_exhibit.h"

struct evx_extract {
	struct evx_open o;
	const struct evx_open_options *opt;
	struct evx_select select;
	struct evx_restore *restore;
	struct evx_open_result *result;
	struct evx_extract_target target;
	/* The file at hand. */
	int fd;
	bool withheld;         /* a disclosure shows its line only, or a part that is not wanted */
	struct evx_entry part; /* with a path: the file that stands for one in part */
	bool alone;            /* it has its own bytes, whatever other names it has */
	struct evx_first_names firsts;
	/* The last line that evx_extract_parents saw: the directories above it are made. */
	char *last;
	size_t last_len;
};

/* Makes the directories above e, when it is selected, whose own lines are not there: a disclosure
 * withholds them, a salvage lost them. For every line in order, before evx_extract_begin. */
enum evx_err evx_extract_parents(
	struct evx_extract *x, const struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Begins to restore e, the line index, when it is selected: makes it, or opens x->fd for its bytes.
 */
enum evx_err evx_extract_begin(struct evx_extract *x, const struct evx_entry *e, uint64_t index,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Writes n of its bytes at offset. */
enum evx_err evx_extract_data(struct evx_extract *x, uint64_t offset, const uint8_t *p, size_t n,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends it; bad: what is wrong with its bytes (it is removed again then), why in words. */
enum evx_err evx_extract_end(struct evx_extract *x, const struct evx_entry *e, enum evx_err bad,
	const char *why, struct evx_diag *diag) EVX_MUST_CHECK;
/* The same for a file in part e: begins FILE.evx-part, whose bytes evx_extract_data takes, and ends
 * it with its map. */
enum evx_err evx_extract_part_begin(
	struct evx_extract *x, const struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;
enum evx_err evx_extract_part_end(struct evx_extract *x, const struct evx_entry *e,
	enum evx_err bad, const char *why, struct evx_diag *diag) EVX_MUST_CHECK;
/* Makes e new, x->fd open for its bytes when it is a file; counts it among the entries before. */
enum evx_err evx_extract_make(
	struct evx_extract *x, const struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Tells the caller's remark. */
void evx_extract_remark(struct evx_extract *x, const char *path, size_t len, const char *what);

/* Everything that headers alone still give (format-spec/payload.md "Walking without references").
 */
enum evx_err evx_extract_salvage(struct evx_extract *x, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
