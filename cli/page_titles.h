/* What each code of a finding is about, in a few words. */
#ifndef CLI_PAGE_TITLES_H
#define CLI_PAGE_TITLES_H

/* "a pack of evidence was changed" of D-PACK-HASH, translated; NULL where a finding of this code is
 * always told in words of its own. */
const char *page_titles_of(const char *code);

#endif
