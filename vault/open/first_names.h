/* First names of files with several names: which lines others refer to, and where they were put. */
#ifndef EVX_OPEN_FIRST_NAMES_H
#define EVX_OPEN_FIRST_NAMES_H

#include "format/entry.h"

struct evx_first_name {
	uint64_t index;
	char *path; /* NULL: not put anywhere (yet) */
	size_t len;
	enum evx_entry_type type;
};

struct evx_first_names {
	struct evx_first_name *v;
	size_t n;
};

/* Notes the line that e refers to, if it does. Called for every line of the first pass. */
enum evx_err evx_first_names_note(
	struct evx_first_names *f, const struct evx_entry *e, struct evx_diag *diag) EVX_MUST_CHECK;
/* Ends the noting; called once, between the passes. */
void evx_first_names_sort(struct evx_first_names *f);
/* Where the file of which e is another name was put, or NULL. */
const struct evx_first_name *evx_first_names_find(
	const struct evx_first_names *f, const struct evx_entry *e);
/* e, the line index, stands whole at its path; so do later names of it, if it is one itself. */
enum evx_err evx_first_names_put(struct evx_first_names *f, const struct evx_entry *e,
	uint64_t index, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_first_names_free(struct evx_first_names *f);

#endif
