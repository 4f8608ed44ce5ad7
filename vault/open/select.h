/* Which lines a list of exhibit paths and a time mean: the paths themselves and all beneath them,
 * modified since then.
 *
 * A path that a line has means that line, whatever is in it. Else one that list prints for a line
 * means that line. Any other one is a pattern (open/pattern.h). So all lines are passed to
 * evx_select_note before the first is asked about with evx_select_has; a directory is known to be
 * above something meant only after evx_select_walk has seen all lines as well, where
 * evx_select_wants_walk asks for that. */
#ifndef EVX_OPEN_SELECT_H
#define EVX_OPEN_SELECT_H

#include "base/buf.h"
#include "format/entry.h"

struct evx_pattern;

struct evx_select {
	struct evx_select_path {
		char *path;
		size_t len;
		struct evx_pattern *pattern; /* NULL: it means itself only */
		enum { EVX_SELECT_PATTERN, EVX_SELECT_SHOWN, EVX_SELECT_ITSELF } means;
		bool found;
	} * at;
	size_t n; /* 0: every path is meant */
	bool has_since;
	int64_t since; /* seconds since 1970: what was modified before is not meant */
	/* Of the walk: the directories that the line at hand is in, and those that stand above a
	 * line that is meant. */
	struct evx_select_dir {
		size_t len; /* of its path, which begins dir */
		uint64_t index;
		bool above;
	} * dirs;
	size_t ndirs;
	struct evx_buf dir;
	uint64_t *above; /* indexes of lines, in ascending order once all lines were seen */
	size_t nabove;
	bool walked;
};

/* Takes n paths; "./" before and "/" behind are dropped. since as in struct evx_select, NULL: none.
 * EVX_E_USAGE for a path no listing can hold. */
enum evx_err evx_select_new(const char *const *paths, size_t n, const int64_t *since,
	struct evx_select *out, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_select_free(struct evx_select *s);
/* Takes note of a line. */
void evx_select_note(struct evx_select *s, const struct evx_entry *e);
/* True when the line is meant; remembers which of the paths was found. A line without a time of
 * modification is meant, whatever the time. */
bool evx_select_has(struct evx_select *s, const struct evx_entry *e);
/* True when the line itself, and not one above it, has one of the paths (of which there is at least
 * one), and is meant. Remembers as above. */
bool evx_select_has_itself(struct evx_select *s, const struct evx_entry *e);
/* True when evx_select_above needs the walk, after all lines were noted. */
bool evx_select_wants_walk(const struct evx_select *s);
/* Sees a line, in the order of the listing, and in the end that there is no more. */
enum evx_err evx_select_walk(struct evx_select *s, const struct evx_entry *e, uint64_t index,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_select_walk_end(struct evx_select *s);
/* True when the line of a directory stands above one that is meant. */
bool evx_select_above(const struct evx_select *s, const struct evx_entry *e, uint64_t index);
/* EVX_E_NOT_FOUND naming the first path that no line matched. */
enum evx_err evx_select_check(const struct evx_select *s, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
