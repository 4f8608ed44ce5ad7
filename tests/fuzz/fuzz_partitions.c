/* Partition tables of a suspect: what is found stands inside the image, and nothing is read
 * outside.
 *
 * Byte 0: the partition's number. Byte 1: the size of sectors. Then the image. */
#include "fuzz/fuzz.h"

#include "format/partitions.h"

struct image {
	const uint8_t *p;
	size_t n;
};

static enum evx_err give(void *ctx, uint64_t offset, uint8_t *p, size_t n, struct evx_diag *diag)
{
	const struct image *i = ctx;

	(void)diag;
	fuzz_check(offset <= i->n && n <= i->n - offset);
	memcpy(p, i->p + offset, n);
	return EVX_OK;
}

static void fuzz_one(const uint8_t *p, size_t n)
{
	static const uint64_t sectors[] = { 0, 512, 4096 };
	struct image image;
	struct evx_partitions_image table = { .read = give, .ctx = &image };
	struct evx_diag diag = { 0 };
	uint64_t offset, length;
	enum evx_err err;

	if (n < 2)
		return;
	image = (struct image){ p + 2, n - 2 };
	table.size = image.n;
	table.sector = sectors[p[1] % 3];
	err = evx_partitions_find(&table, p[0], &offset, &length, &diag);
	fuzz_check(err == diag.code);
	fuzz_check(err == EVX_OK || err == EVX_E_NOT_FOUND || err == EVX_E_CORRUPT ||
		err == EVX_E_USAGE);
	if (err != EVX_OK) {
		fuzz_check(offset == 0 && length == 0);
		return;
	}
	fuzz_check(p[0] > 0 && offset >= 512 && length >= 512 && offset % 512 == 0);
	fuzz_check(length % 512 == 0 && offset + length <= image.n);
}

static void slot(uint8_t *sector, unsigned i, uint8_t type, uint8_t first, uint8_t count)
{
	uint8_t *p = sector + 446 + 16 * i;

	p[4] = type;
	p[8] = first;
	p[12] = count;
	sector[510] = 0x55;
	sector[511] = 0xaa;
}

static void fuzz_seeds(void)
{
	static uint8_t disk[2 + 16 * 512];

	disk[0] = 5;
	slot(disk + 2, 0, 0x83, 1, 3);
	slot(disk + 2, 1, 0x05, 4, 12);
	slot(disk + 2 + 4 * 512, 0, 0x83, 1, 2);
	slot(disk + 2 + 4 * 512, 1, 0x05, 4, 4);
	slot(disk + 2 + 8 * 512, 0, 0x83, 1, 2);
	fuzz_seed(disk, sizeof(disk));
	disk[0] = 1;
	disk[1] = 1;
	fuzz_seed(disk, sizeof(disk));
	memset(disk, 0, sizeof(disk));
	disk[0] = 1;
	slot(disk + 2, 0, 0xee, 1, 15);
	memcpy(disk + 2 + 512, "EFI PART\0\0\1\0\x5c\0\0", 15);
	fuzz_seed(disk, sizeof(disk));
}
