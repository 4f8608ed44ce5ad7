/* Where a partition of a disk image stands, by its MBR or GPT (format-spec/listing.md
 * "Partitions"). The table is the suspect's. */
#ifndef EVX_FORMAT_PARTITIONS_H
#define EVX_FORMAT_PARTITIONS_H

#include "base/err.h"

/* Gives n bytes of the image at offset, all inside it. */
typedef enum evx_err (*evx_partitions_read)(
	void *ctx, uint64_t offset, uint8_t *p, size_t n, struct evx_diag *diag);

struct evx_partitions_image {
	evx_partitions_read read;
	void *ctx;
	uint64_t size;   /* bytes */
	uint64_t sector; /* 512 or 4,096; 0: as the table says, and 512 for an MBR */
};

/* Bytes offset to before offset + length of the image are partition number (from 1, as Linux counts
 * them). EVX_E_NOT_FOUND: there is no table, or the table does not have that one. EVX_E_CORRUPT:
 * the table is damaged, leads in a circle or out of the image, or has that partition overlap
 * another. EVX_E_USAGE: the number is that of an extended partition. What read returns. */
enum evx_err evx_partitions_find(const struct evx_partitions_image *image, uint64_t number,
	uint64_t *offset, uint64_t *length, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
