/* What the home notes of seals into bundle files while they run, so that the unfinished file of one
 * that was killed can be told from what somebody else put there (format-spec/container.md
 * "Unfinished files"). */
#ifndef EVX_PEOPLE_UNFINISHED_H
#define EVX_PEOPLE_UNFINISHED_H

#include "people/home.h"

/* The directory of the notes, made when it is not there. -1: nothing can be noted here, or others
 * could change what is noted. The caller closes it. */
int evx_unfinished_open(struct evx_home *h);
/* Notes the exhibit of this content identity, by its public key. False when that failed. */
bool evx_unfinished_note(int dirfd, const uint8_t content_pub[32]);
bool evx_unfinished_noted(int dirfd, const uint8_t content_pub[32]);
void evx_unfinished_forget(int dirfd, const uint8_t content_pub[32]);

#endif
