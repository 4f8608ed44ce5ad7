/* The sources of a seal: opened once, named and described, before confinement. */
#ifndef EVX_SEAL_SEAL_SOURCES_H
#define EVX_SEAL_SEAL_SOURCES_H

#include "base/start.h"
#include "content/walk.h"
#include "evx.h"
#include "format/details.h"

/* at has n sources in the order of the options; its names are those in the details. For standard
 * input n is 0, and stream is the name of its file in the exhibit. */
struct evx_seal_sources {
	struct evx_walk_source *at;
	char **real; /* of each the absolute path; NULL: not known */
	size_t n;
	const char *stream; /* in the details; NULL: files */
	uint64_t known;     /* bytes of the files and devices among the sources */
};

/* The sources' part of the start: opens what opt names, describes it in details (which must outlive
 * *out), and sets the total of progress (NULL allowed) when every size is known. Each source is
 * named by the last component of its path, or of its real path where the options follow links or
 * its own says nothing. EVX_E_USAGE for what holds no evidence: FIFO, socket, character device.
 * What was opened is to be freed, also after an error. */
void evx_seal_sources_start(struct evx_start *s, const struct evx_seal_options *opt,
	struct evx_details *details, struct evx_progress *progress, struct evx_seal_sources *out);
void evx_seal_sources_free(struct evx_seal_sources *s);

#endif
