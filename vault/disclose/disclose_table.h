/* A partition of a sealed disk image, found in the image's own table. */
#ifndef EVX_DISCLOSE_DISCLOSE_TABLE_H
#define EVX_DISCLOSE_DISCLOSE_TABLE_H

#include "disclose/disclose_parts.h"

/* Bytes *offset to before *offset + *length of the file are the partition. EVX_E_NOT_FOUND where
 * the table does not say so: there is none, it is damaged, or could not be read when it was sealed.
 * EVX_E_USAGE as evx_partitions_find. */
enum evx_err evx_disclose_table(const struct evx_contents_opts *original,
	const struct evx_disclose_part *image, uint64_t number, uint64_t sector, uint64_t *offset,
	uint64_t *length, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
