/* Partition tables: good ones, and each way in which a suspect's can be bad. */
#include "testdata.h"

#include "base/buf.h"
#include "format/partitions.h"

#define SIZE (1u << 20)

static uint8_t disk[SIZE];

static enum evx_err give(void *ctx, uint64_t offset, uint8_t *p, size_t n, struct evx_diag *diag)
{
	(void)diag;
	assert_null(ctx);
	assert_true(offset <= SIZE && n <= SIZE - offset);
	memcpy(p, disk + offset, n);
	return EVX_OK;
}

static enum evx_err fail_to_give(
	void *ctx, uint64_t offset, uint8_t *p, size_t n, struct evx_diag *diag)
{
	(void)ctx;
	(void)offset;
	(void)p;
	(void)n;
	return evx_fail(diag, EVX_E_IO, "unread");
}

static enum evx_err find_in(uint64_t size, uint64_t sector, uint64_t number, uint64_t *first)
{
	const struct evx_partitions_image image = { .read = give, .size = size, .sector = sector };
	uint64_t offset = 1, length = 1;
	enum evx_err err = evx_partitions_find(&image, number, &offset, &length, NULL);

	assert_true(err == EVX_OK ? length > 0 && offset + length <= size : offset + length == 0);
	if (first != NULL)
		*first = offset;
	return err;
}

static enum evx_err find(uint64_t number)
{
	return find_in(SIZE, 0, number, NULL);
}

/* Where number begins, in sectors of 512 bytes. */
static uint64_t sector_of(uint64_t number)
{
	uint64_t offset;

	assert_int_equal(find_in(SIZE, 0, number, &offset), EVX_OK);
	return offset / 512;
}

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

/* ---- MBR -------------------------------------------------------------------------------- */

static void slot(uint64_t sector, unsigned i, uint8_t type, uint32_t first, uint32_t count)
{
	uint8_t *p = disk + sector * 512 + 446 + 16 * i;

	p[4] = type;
	put32(p + 8, first);
	put32(p + 12, count);
	disk[sector * 512 + 510] = 0x55;
	disk[sector * 512 + 511] = 0xaa;
}

/* 1, an extended 2 with 5, 6 and 7 (whose boot records stand in another order), and 4. */
static void make_mbr(void)
{
	memset(disk, 0, sizeof(disk));
	slot(0, 0, 0x83, 10, 100);
	slot(0, 1, 0x0f, 200, 500);
	slot(0, 3, 0x07, 800, 200);
	slot(200, 0, 0x83, 2, 50);
	slot(200, 1, 0x05, 300, 100);
	slot(500, 0, 0x83, 2, 50);
	slot(500, 1, 0x85, 100, 100);
	slot(300, 0, 0x83, 2, 50);
}

static void mbr(void **state)
{
	uint64_t offset;

	(void)state;
	make_mbr();
	assert_int_equal(sector_of(1), 10);
	assert_int_equal(sector_of(4), 800);
	assert_int_equal(sector_of(5), 202);
	assert_int_equal(sector_of(6), 502);
	assert_int_equal(sector_of(7), 302);
	assert_int_equal(find(2), EVX_E_USAGE);
	assert_int_equal(find(3), EVX_E_NOT_FOUND);
	assert_int_equal(find(8), EVX_E_NOT_FOUND);
	assert_int_equal(find(UINT64_MAX), EVX_E_NOT_FOUND);
	/* In sectors of 4,096 bytes the same numbers mean other places. */
	make_mbr();
	memset(disk + 512 + 446, 0, 64);
	slot(0, 1, 0, 0, 0);
	assert_int_equal(find_in(SIZE, 4096, 1, &offset), EVX_OK);
	assert_int_equal(offset, 40960);
}

static void bad_mbr(void **state)
{
	(void)state;
	make_mbr();
	disk[511] = 0;
	assert_int_equal(find(1), EVX_E_NOT_FOUND);
	assert_int_equal(find_in(511, 0, 1, NULL), EVX_E_NOT_FOUND);
	make_mbr();
	disk[446] = 0x01;
	assert_int_equal(find(1), EVX_E_CORRUPT);
	make_mbr();
	slot(0, 0, 0x83, 0, 100);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	make_mbr();
	slot(0, 2, 0x05, 750, 10);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	/* out of the image */
	make_mbr();
	slot(0, 3, 0x07, 800, 1249);
	assert_int_equal(find(4), EVX_E_CORRUPT);
	slot(0, 3, 0x07, UINT32_MAX, UINT32_MAX);
	assert_int_equal(find(4), EVX_E_CORRUPT);
	assert_int_equal(find(1), EVX_OK);
	/* over another: a primary one, the extended one */
	make_mbr();
	slot(0, 3, 0x07, 109, 5);
	assert_int_equal(find(4), EVX_E_CORRUPT);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	assert_int_equal(find(5), EVX_OK);
	slot(0, 3, 0x07, 699, 5);
	assert_int_equal(find(4), EVX_E_CORRUPT);
}

static void bad_chain(void **state)
{
	(void)state;
	/* a circle, of two and of one */
	make_mbr();
	slot(300, 1, 0x05, 300, 100);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	make_mbr();
	slot(200, 1, 0x05, 0, 100);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	/* out of the extended one: the next record, a partition */
	make_mbr();
	slot(200, 1, 0x05, 500, 100);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	make_mbr();
	slot(200, 0, 0x83, 2, 499);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	make_mbr();
	slot(200, 0, 0x83, 0, 50);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	/* no record, one that is more, one whose next is a partition */
	make_mbr();
	disk[500 * 512 + 510] = 0;
	assert_int_equal(find(5), EVX_E_CORRUPT);
	make_mbr();
	slot(300, 2, 0x83, 60, 5);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	make_mbr();
	slot(300, 3, 0x83, 60, 5);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	make_mbr();
	slot(300, 1, 0x83, 60, 5);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	make_mbr();
	slot(300, 0, 0x05, 2, 50);
	assert_int_equal(find(5), EVX_E_CORRUPT);
	make_mbr();
	disk[200 * 512 + 446] = 3;
	assert_int_equal(find(5), EVX_E_CORRUPT);
	/* the extended one stands behind the image */
	make_mbr();
	slot(0, 1, 0x0f, 4000, 500);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	/* 128 of them are many, 129 too many */
	for (unsigned n = 128; n <= 129; n++) {
		memset(disk, 0, sizeof(disk));
		slot(0, 0, 0x05, 10, 1000);
		for (unsigned i = 0; i < n; i++) {
			slot(10 + 2 * i, 0, 0x83, 1, 1);
			slot(10 + 2 * i, 1, i + 1 < n ? 0x05 : 0, 2 * (i + 1), 2);
		}
		assert_int_equal(find(5), n == 128 ? EVX_OK : EVX_E_CORRUPT);
	}
}

/* ---- GPT -------------------------------------------------------------------------------- */

static uint32_t crc32(const uint8_t *p, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			const uint32_t odd = (crc ^ (uint32_t)p[i] >> bit) & 1;

			crc = crc >> 1 ^ (odd != 0 ? UINT32_C(0xedb88320) : 0);
		}
	return ~crc;
}

/* Signs header and entries of a table in sectors of this size. */
static void seal_gpt(uint64_t sector)
{
	uint8_t *h = disk + sector;
	const uint32_t count = h[80], size = (uint32_t)h[84] | (uint32_t)h[85] << 8;

	put32(h + 88, crc32(disk + 2 * sector, (size_t)count * size));
	put32(h + 16, 0);
	put32(h + 16, crc32(h, 92));
}

static void gpt_entry(uint64_t sector, unsigned i, uint64_t first, uint64_t last)
{
	uint8_t *p = disk + 2 * sector + 128 * i;

	memset(p, 0x11, 16);
	put64(p + 32, first);
	put64(p + 40, last);
}

/* 1 and 3 of four, in sectors of this size. */
static void make_gpt(uint64_t sector)
{
	uint8_t *h = disk + sector;

	memset(disk, 0, sizeof(disk));
	slot(0, 0, 0xee, 1, UINT32_MAX);
	memcpy(h, "EFI PART\0\0\1\0\x5c\0\0", 15);
	put64(h + 24, 1);
	put64(h + 40, 6);
	put64(h + 48, 250);
	put64(h + 72, 2);
	put32(h + 80, 4);
	put32(h + 84, 128);
	gpt_entry(sector, 0, 6, 99);
	gpt_entry(sector, 2, 100, 250);
	seal_gpt(sector);
}

static void gpt(void **state)
{
	uint64_t offset;

	(void)state;
	make_gpt(512);
	assert_int_equal(sector_of(1), 6);
	assert_int_equal(sector_of(3), 100);
	assert_int_equal(find(2), EVX_E_NOT_FOUND);
	assert_int_equal(find(5), EVX_E_NOT_FOUND);
	assert_int_equal(find_in(SIZE, 4096, 1, NULL), EVX_E_CORRUPT);
	make_gpt(4096);
	assert_int_equal(find_in(SIZE, 0, 3, &offset), EVX_OK);
	assert_int_equal(offset, 409600);
	assert_int_equal(find_in(SIZE, 4096, 3, &offset), EVX_OK);
	assert_int_equal(find_in(SIZE, 512, 3, NULL), EVX_E_CORRUPT);
}

/* A four-byte number of the header that no table has. */
static void bad_header(size_t at, uint32_t v)
{
	make_gpt(512);
	put32(disk + 512 + at, v);
	put32(disk + 512 + 16, 0);
	put32(disk + 512 + 16, crc32(disk + 512, 92));
	assert_int_equal(find(1), EVX_E_CORRUPT);
}

static void bad_gpt(void **state)
{
	(void)state;
	for (size_t i = 0; i < 92; i++) {
		make_gpt(512);
		disk[512 + i] ^= 1;
		assert_int_equal(find(1), EVX_E_CORRUPT);
	}
	for (size_t i = 0; i < 512; i += 7) {
		make_gpt(512);
		disk[1024 + i] ^= 1;
		assert_int_equal(find(1), EVX_E_CORRUPT);
	}
	bad_header(8, 0x20000);
	bad_header(12, 91);
	bad_header(12, 513);
	bad_header(24, 2);
	bad_header(40, 7);
	bad_header(48, 249);
	bad_header(72, 4000);
	bad_header(72 + 4, 1);
	bad_header(80, 0);
	bad_header(80, 1025);
	bad_header(84, 127);
	bad_header(84, 192);
	bad_header(84, 1152);
	/* first behind last, over another, out of the image */
	make_gpt(512);
	gpt_entry(512, 0, 100, 99);
	seal_gpt(512);
	assert_int_equal(find(3), EVX_E_CORRUPT);
	make_gpt(512);
	gpt_entry(512, 1, 99, 99);
	seal_gpt(512);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	assert_int_equal(find(3), EVX_OK);
	make_gpt(512);
	assert_int_equal(find_in(250 * 512, 0, 3, NULL), EVX_E_CORRUPT);
	make_gpt(512);
	put64(disk + 512 + 48, UINT64_MAX);
	gpt_entry(512, 2, 100, UINT64_MAX);
	seal_gpt(512);
	assert_int_equal(find(3), EVX_E_CORRUPT);
	/* two tables: an MBR beside it, one for each size of sectors */
	make_gpt(512);
	slot(0, 1, 0x83, 10, 10);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	make_gpt(4096);
	memcpy(disk + 512, disk + 4096, 92);
	assert_int_equal(find(1), EVX_E_CORRUPT);
	/* one that is cut off */
	make_gpt(512);
	assert_int_equal(find_in(1000, 0, 1, NULL), EVX_E_CORRUPT);
	assert_int_equal(find_in(1100, 0, 1, NULL), EVX_E_CORRUPT);
}

static void unread(void **state)
{
	const struct evx_partitions_image image = { .read = fail_to_give, .size = SIZE };
	uint64_t offset, length;

	(void)state;
	assert_int_equal(evx_partitions_find(&image, 1, &offset, &length, NULL), EVX_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mbr),
		cmocka_unit_test(bad_mbr),
		cmocka_unit_test(bad_chain),
		cmocka_unit_test(gpt),
		cmocka_unit_test(bad_gpt),
		cmocka_unit_test(unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
