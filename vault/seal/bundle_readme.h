/* The text of README.txt inside every bundle (format-spec/bundle-readme.txt, built into the
 * program). */
#ifndef EVX_SEAL_BUNDLE_README_H
#define EVX_SEAL_BUNDLE_README_H

#include <stddef.h>

extern const char evx_bundle_readme[];
extern const size_t evx_bundle_readme_len;

#endif
