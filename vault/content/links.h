/* Files of several names, as a walk meets them: which line of the listing has the first name. */
#ifndef EVX_CONTENT_LINKS_H
#define EVX_CONTENT_LINKS_H

#include "format/entry.h"

struct evx_link;

/* Zero-initialised; open addressing. */
struct evx_links {
	struct evx_link *at;
	size_t n, cap; /* cap is a power of two */
};

/* Sets e's hard link when its file was seen before, else remembers it as line index. *changed: it
 * was, and is another one now, or has other contents: to be read anew, since what was read under
 * the first name says nothing about it. EVX_E_MEMORY. */
enum evx_err evx_links_note(
	struct evx_links *l, struct evx_entry *e, uint64_t index, bool *changed) EVX_MUST_CHECK;
void evx_links_free(struct evx_links *l);

#endif
