/* Partition tables of disk images, read as what a suspect wrote. */
#include "format/partitions.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define SECTOR 512u /* what is read of an MBR, a boot record of the chain, a GPT header */
#define LOGICAL_MAX 128u
#define ENTRIES_MAX 1024u
#define ENTRY_MAX 1024u
#define HEADER_MIN 92u
#define GUID 16u

struct partition {
	uint64_t number;
	uint64_t first, last; /* sectors, both its own */
	bool extended;
};

struct table {
	const struct evx_partitions_image *image;
	struct evx_diag *diag;
	uint64_t sector;
	struct partition *at;
	size_t n;
	uint64_t chain[LOGICAL_MAX]; /* boot records of logical partitions that were read */
};

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t le64(const uint8_t *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static enum evx_err damaged(const struct table *t, const char *what)
{
	return evx_fail(t->diag, EVX_E_CORRUPT,
		"The partition table of this image is damaged: %s. Nothing was disclosed. Name "
		"the bytes with --range.",
		what);
}

static enum evx_err get(const struct table *t, uint64_t sector, uint8_t *p, size_t n)
{
	const struct evx_partitions_image *i = t->image;

	if (sector > i->size / t->sector || n > i->size - sector * t->sector)
		return damaged(t, "it leads out of the image");
	return i->read(i->ctx, sector * t->sector, p, n, t->diag);
}

static enum evx_err add(
	struct table *t, uint64_t number, uint64_t first, uint64_t last, bool extended)
{
	struct partition *more = EVX_ARRAY_ADD(t->at, t->n);

	if (more == NULL)
		return evx_fail_memory(t->diag);
	*more = (struct partition){ number, first, last, extended };
	return EVX_OK;
}

/* ---- MBR -------------------------------------------------------------------------------- */

struct slot {
	bool used, extended, protective, bad;
	uint64_t first, count; /* sectors; first from where the table says */
};

static struct slot slot_of(const uint8_t sector[SECTOR], unsigned i)
{
	const uint8_t *p = sector + 446 + 16 * (size_t)i, type = p[4];
	struct slot s = { .first = le32(p + 8), .count = le32(p + 12) };

	s.used = type != 0 && s.count != 0;
	s.extended = type == 0x05 || type == 0x0f || type == 0x85;
	s.protective = type == 0xee;
	s.bad = p[0] != 0 && p[0] != 0x80;
	return s;
}

static bool is_signed(const uint8_t sector[SECTOR])
{
	return sector[510] == 0x55 && sector[511] == 0xaa;
}

/* The boot record at sector here, the n-th of the chain: its logical partition, and where the next
 * one stands (*here 0: nowhere). */
static enum evx_err boot_record(
	struct table *t, const struct partition *in, size_t n, uint64_t *number, uint64_t *here)
{
	uint8_t sector[SECTOR];
	struct slot own, next;
	enum evx_err err;

	for (size_t i = 0; i < n; i++)
		if (t->chain[i] == *here)
			return damaged(t, "its logical partitions lead in a circle");
	t->chain[n] = *here;
	if ((err = get(t, *here, sector, sizeof(sector))) != EVX_OK)
		return err;
	own = slot_of(sector, 0);
	next = slot_of(sector, 1);
	if (!is_signed(sector) || own.bad || next.bad || slot_of(sector, 2).used ||
		slot_of(sector, 3).used || (own.used && own.extended) ||
		(next.used && !next.extended))
		return damaged(t, "a logical partition is not described as it must be");
	if (own.used) {
		const uint64_t first = *here + own.first, last = first + own.count - 1;

		if (own.first == 0 || last > in->last)
			return damaged(t, "a logical partition leaves the extended one");
		if ((err = add(t, (*number)++, first, last, false)) != EVX_OK)
			return err;
	}
	*here = next.used ? in->first + next.first : 0;
	return next.used && (next.first == 0 || *here > in->last) ?
		damaged(t, "a logical partition leaves the extended one") :
		EVX_OK;
}

static enum evx_err logical(struct table *t, struct partition in)
{
	uint64_t here = in.first, number = 5;
	enum evx_err err = EVX_OK;

	for (size_t n = 0; here != 0 && err == EVX_OK; n++)
		err = n < LOGICAL_MAX ? boot_record(t, &in, n, &number, &here) :
					damaged(t, "it has too many logical partitions");
	return err;
}

static enum evx_err read_mbr(struct table *t, const uint8_t sector[SECTOR])
{
	struct partition extended = { 0 };
	enum evx_err err = EVX_OK;

	t->sector = t->image->sector != 0 ? t->image->sector : SECTOR;
	for (unsigned i = 0; i < 4 && err == EVX_OK; i++) {
		const struct slot s = slot_of(sector, i);

		if (s.bad)
			return damaged(t, "an entry is not one");
		if (!s.used)
			continue;
		if (s.first == 0 || (s.extended && extended.number != 0))
			return damaged(t, "a partition stands where none can");
		err = add(t, i + 1, s.first, s.first + s.count - 1, s.extended);
		if (err == EVX_OK && s.extended)
			extended = t->at[t->n - 1];
	}
	return err == EVX_OK && extended.number != 0 ? logical(t, extended) : err;
}

/* ---- GPT -------------------------------------------------------------------------------- */

/* CRC-32 of IEEE 802.3, as UEFI has it. */
static uint32_t crc32(const uint8_t *p, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

struct header {
	uint64_t entries;     /* sector */
	uint64_t first, last; /* usable sectors */
	uint32_t count, size, crc;
};

/* The header in sector 1, where sectors have this size. *found false: there is none. */
static enum evx_err read_header(struct table *t, uint64_t sector, struct header *out, bool *found)
{
	uint8_t p[SECTOR];
	uint32_t size, crc;
	enum evx_err err;

	*found = false;
	t->sector = sector;
	if (t->image->size < sector + sizeof(p))
		return EVX_OK;
	if ((err = get(t, 1, p, sizeof(p))) != EVX_OK)
		return err;
	size = le32(p + 12);
	if (memcmp(p, "EFI PART", 8) != 0 || size < HEADER_MIN || size > sizeof(p))
		return EVX_OK;
	crc = le32(p + 16);
	memset(p + 16, 0, 4);
	*found = crc32(p, size) == crc && le32(p + 8) == 0x10000 && le64(p + 24) == 1;
	out->first = le64(p + 40);
	out->last = le64(p + 48);
	out->entries = le64(p + 72);
	out->count = le32(p + 80);
	out->size = le32(p + 84);
	out->crc = le32(p + 88);
	return EVX_OK;
}

static enum evx_err take_entries(struct table *t, const struct header *h, const uint8_t *p)
{
	static const uint8_t unused[GUID];
	enum evx_err err = EVX_OK;

	for (uint32_t i = 0; i < h->count && err == EVX_OK; i++, p += h->size) {
		const uint64_t first = le64(p + 32), last = le64(p + 40);

		if (memcmp(p, unused, GUID) == 0)
			continue;
		if (first > last || first < h->first || last > h->last)
			return damaged(t, "a partition stands where none can");
		err = add(t, i + 1, first, last, false);
	}
	return err;
}

static enum evx_err read_entries(struct table *t, const struct header *h)
{
	uint8_t *p;
	size_t n;
	enum evx_err err;

	if (h->count == 0 || h->count > ENTRIES_MAX || h->size < 128 || h->size > ENTRY_MAX ||
		h->size % 128 != 0)
		return damaged(t, "its entries have a size or number that evx does not know");
	n = (size_t)h->count * h->size;
	p = malloc(n);
	if (p == NULL)
		return evx_fail_memory(t->diag);
	if ((err = get(t, h->entries, p, n)) == EVX_OK)
		err = crc32(p, n) == h->crc ? take_entries(t, h, p) :
					      damaged(t, "its entries do not have their checksum");
	free(p);
	return err;
}

static enum evx_err read_gpt(struct table *t)
{
	static const uint64_t sizes[] = { 512, 4096 };
	struct header found = { 0 }, h = { 0 };
	uint64_t sector = 0;
	enum evx_err err;
	bool is;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (t->image->sector != 0 && t->image->sector != sizes[i])
			continue;
		if ((err = read_header(t, sizes[i], &h, &is)) != EVX_OK)
			return err;
		if (is && sector != 0)
			return damaged(t, "there is one for each size of sectors");
		if (is) {
			sector = sizes[i];
			found = h;
		}
	}
	if (sector == 0)
		return damaged(t, "the GPT that its first sector announces is not there");
	t->sector = sector;
	return read_entries(t, &found);
}

/* ---- which one -------------------------------------------------------------------------- */

static enum evx_err read_table(struct table *t)
{
	uint8_t sector[SECTOR];
	bool protective = false, others = false;
	enum evx_err err;

	t->sector = SECTOR;
	if (t->image->size < SECTOR)
		return evx_fail(t->diag, EVX_E_NOT_FOUND,
			"This file is too short for a partition table. Nothing was disclosed.");
	if ((err = get(t, 0, sector, sizeof(sector))) != EVX_OK)
		return err;
	if (!is_signed(sector))
		return evx_fail(t->diag, EVX_E_NOT_FOUND,
			"This file does not begin with an MBR or GPT, so it has no partitions that "
			"evx knows. Nothing was disclosed. Name the bytes with --range.");
	for (unsigned i = 0; i < 4; i++) {
		const struct slot s = slot_of(sector, i);

		protective |= s.used && s.protective;
		others |= s.used && !s.protective;
	}
	if (protective && others)
		return damaged(t, "there are an MBR and a GPT, which may contradict each other");
	return protective ? read_gpt(t) : read_mbr(t, sector);
}

/* Whether b, another partition, has sectors of a. Logical partitions stand in the extended one. */
static bool overlaps(const struct partition *a, const struct partition *b)
{
	return a->number != b->number && a->first <= b->last && b->first <= a->last &&
		!(b->extended && a->number > 4);
}

static enum evx_err pick(const struct table *t, uint64_t number, struct partition *out)
{
	const struct partition *p = NULL;

	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].number == number)
			p = &t->at[i];
	if (p == NULL)
		return evx_fail(t->diag, EVX_E_NOT_FOUND,
			"The partition table of this image has no partition %llu. Nothing was "
			"disclosed.",
			(unsigned long long)number);
	if (p->extended)
		return evx_fail(t->diag, EVX_E_USAGE,
			"Partition %llu is an extended one, which holds others. Nothing was "
			"disclosed. Name those, from number 5 on.",
			(unsigned long long)number);
	for (size_t i = 0; i < t->n; i++)
		if (overlaps(p, &t->at[i]))
			return damaged(t, "this partition overlaps another");
	if (p->last >= t->image->size / t->sector)
		return damaged(t, "this partition leads out of the image");
	*out = *p;
	return EVX_OK;
}

enum evx_err evx_partitions_find(const struct evx_partitions_image *image, uint64_t number,
	uint64_t *offset, uint64_t *length, struct evx_diag *diag)
{
	struct table t = { .image = image, .diag = diag };
	struct partition found = { 0 };
	enum evx_err err = read_table(&t);

	*offset = *length = 0;
	if (err == EVX_OK)
		err = pick(&t, number, &found);
	if (err == EVX_OK) {
		*offset = found.first * t.sector;
		*length = (found.last - found.first + 1) * t.sector;
	}
	free(t.at);
	return err;
}
