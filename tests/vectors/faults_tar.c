/* The archive against container.md "Tar dialect", "Members" and "End": what a holder can do without
 * any key. */
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "format/tar.h"

#define README "README.txt"
#define MANIFEST "manifest-sha256.txt"
#define TAGMANIFEST "tagmanifest-sha256.txt"

/* ---- Headers ---------------------------------------------------------------------------- */

static void put_at(struct craft *c, size_t offset, const void *p, size_t n)
{
	uint8_t *h = craft_header(c, README);

	memcpy(h + offset, p, n);
	craft_sum(h);
}

static void gnu_magic(struct craft *c)
{
	put_at(c, 257, "ustar  ", 8);
}

static void v7_magic(struct craft *c)
{
	put_at(c, 257, "\0\0\0\0\0\0\0", 8);
}

static void mode(struct craft *c)
{
	put_at(c, 100, "0000755", 8);
}

static void mtime(struct craft *c)
{
	put_at(c, 136, "14524730400", 12);
}

static void uname(struct craft *c)
{
	put_at(c, 265, "root", 5);
}

static void typeflag_symlink(struct craft *c)
{
	put_at(c, 156, "2", 1);
}

static void typeflag_nul(struct craft *c)
{
	put_at(c, 156, "\0", 1);
}

static void size_base256(struct craft *c)
{
	uint8_t size[12] = { 0x80 };

	size[11] = (uint8_t)craft_find(c, README)->bytes.len;
	put_at(c, 124, size, sizeof(size));
}

static void size_spaces(struct craft *c)
{
	char size[13];

	(void)snprintf(size, sizeof(size), "%11llo ",
		(unsigned long long)craft_find(c, README)->bytes.len);
	put_at(c, 124, size, 12);
}

static void size_more(struct craft *c)
{
	char size[13];

	(void)snprintf(size, sizeof(size), "%011llo",
		(unsigned long long)craft_find(c, README)->bytes.len + 1);
	put_at(c, 124, size, 12);
}

static void size_huge(struct craft *c)
{
	put_at(c, 124, "77777777777", 12);
}

static void bytes_in_padding_field(struct craft *c)
{
	put_at(c, 500, "hidden", 6);
}

static void name_in_one_field(struct craft *c)
{
	char path[EVX_TAR_PATH_CAP];
	uint8_t *h = craft_header(c, README);

	(void)snprintf(path, sizeof(path), "%s/README.txt", c->uuid);
	memset(h, 0, 100);
	memset(h + 345, 0, 155);
	memcpy(h, path, strlen(path));
	craft_sum(h);
}

static void sum_wrong(struct craft *c)
{
	uint8_t *h = craft_header(c, README);

	h[153] = h[153] == '0' ? '1' : '0';
}

static void sum_other_form(struct craft *c)
{
	uint8_t *h = craft_header(c, README);

	if (h[148] == '0')
		h[148] = ' ';
}

/* A member of a kind that the dialect does not know, in front of the first pack; its header is
 * right but for the type. */
static void foreign_member(struct craft *c, const char *path, char type, const char *text)
{
	struct craft_member *m = craft_insert(c, craft_where(c, "data/"), path, text, strlen(text));
	char full[EVX_TAR_PATH_CAP];

	(void)snprintf(full, sizeof(full), "%s/%s", c->uuid, path);
	MUST(evx_tar_encode(full, strlen(text), m->header));
	m->header[156] = (uint8_t)type;
	craft_sum(m->header);
	m->has_header = true;
}

static void pax(struct craft *c)
{
	foreign_member(c, "PaxHeaders/data", 'x', "18 path=elsewhere\n");
}

static void gnu_long_name(struct craft *c)
{
	foreign_member(c, "@LongLink", 'L', "elsewhere");
}

static void directory_member(struct craft *c)
{
	foreign_member(c, "data", '5', "");
}

static void hard_link_member(struct craft *c)
{
	foreign_member(c, "bagit.txt", '1', "");
}

/* ---- Members ---------------------------------------------------------------------------- */

static void unknown_name(struct craft *c)
{
	craft_insert(c, craft_where(c, "data/"), "data/evil.sh", "#!/bin/sh\n", 10);
}

static void name_outside(struct craft *c)
{
	craft_insert(c, craft_where(c, "data/"), "../evil", "x", 1);
}

static void other_directory(struct craft *c)
{
	struct craft_member *m = craft_find(c, README);

	MUST(evx_tar_encode(
		"00000000-0000-4000-8000-000000000000/README.txt", m->bytes.len, m->header));
	m->has_header = true;
}

static void uuid_upper_case(struct craft *c)
{
	for (size_t i = 0; i < c->nmembers; i++) {
		struct craft_member *m = &c->members[i];
		char path[EVX_TAR_PATH_CAP];
		const int n = snprintf(path, sizeof(path), "%s/%s",
			"ABCDEF00-0000-4000-8000-000000000000", m->path);

		must(n > 0 ? EVX_OK : EVX_E_USAGE, NULL, m->path);
		MUST(evx_tar_encode(path, m->bytes.len, m->header));
		m->has_header = true;
	}
}

static void order_packs_behind(struct craft *c)
{
	craft_swap(c, "data/", MANIFEST);
}

static void order_keys(struct craft *c)
{
	craft_swap(c, "keys/0000-custody.age", "keys/0000-content.age");
}

static void order_record_first(struct craft *c)
{
	craft_swap(c, "custody/0000-seal.record", "custody/0000-seal.json");
}

static void twice(struct craft *c, const char *path)
{
	const struct craft_member *m = craft_find(c, path);
	struct evx_buf copy = EVX_BUF_INIT;
	char name[sizeof(m->path)];

	MUST(evx_buf_add(&copy, m->bytes.data, m->bytes.len));
	memcpy(name, m->path, sizeof(name));
	craft_insert(c, craft_where(c, path) + 1, name, copy.data, copy.len);
	evx_buf_free(&copy);
}

static void readme_twice(struct craft *c)
{
	twice(c, README);
}

static void json_twice(struct craft *c)
{
	twice(c, "custody/0000-seal.json");
}

static void pack_twice(struct craft *c)
{
	twice(c, "data/");
}

static void missing(struct craft *c)
{
	craft_remove(c, craft_where(c, c->fault->what));
}

static void stamp_without_record(struct craft *c)
{
	craft_remove(c, craft_where(c, "custody/0000-seal.record"));
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr", "stamp", 5);
}

static void second_event_in_first_group(struct craft *c)
{
	craft_insert(c, c->nmembers, "custody/0001-note.json", "{}\n", 3);
	craft_insert(c, c->nmembers, "custody/0001-note.json.sig1", "-\n", 2);
	craft_insert(c, c->nmembers, "custody/0001-note.record", "-\n", 2);
}

/* ---- Padding and end -------------------------------------------------------------------- */

static void padding(struct craft *c)
{
	craft_header(c, README)[512 + craft_find(c, README)->bytes.len] = 'x';
}

static void third_zero_block(struct craft *c)
{
	static const uint8_t zeros[512];

	MUST(evx_buf_add(&c->archive, zeros, sizeof(zeros)));
}

static void bytes_after(struct craft *c)
{
	craft_text(&c->archive, "behind the end");
}

static void second_bundle_after(struct craft *c)
{
	const size_t n = c->archive.len;

	MUST(evx_buf_reserve(&c->archive, n));
	memcpy(c->archive.data + n, c->archive.data, n);
	c->archive.len = 2 * n;
}

static void one_end_block(struct craft *c)
{
	c->archive.len -= 512;
}

static void no_end_blocks(struct craft *c)
{
	c->archive.len -= 1024;
}

static void half_end_block(struct craft *c)
{
	c->archive.len -= 256;
}

static void end_block_not_zero(struct craft *c)
{
	c->archive.data[c->archive.len - 1] = 1;
}

static void end_in_the_middle(struct craft *c)
{
	memset(craft_header(c, "custody/0000-seal.json"), 0, 512);
}

static void cut_in_pack(struct craft *c)
{
	c->archive.len = craft_find(c, "data/")->offset + 700;
}

static void cut_behind_packs(struct craft *c)
{
	c->archive.len = craft_find(c, MANIFEST)->offset;
}

static void cut_before_record(struct craft *c)
{
	c->archive.len = craft_find(c, "custody/0000-seal.record")->offset;
}

static void empty_file(struct craft *c)
{
	c->archive.len = 0;
}

static void zeros_only(struct craft *c)
{
	memset(c->archive.data, 0, c->archive.len);
}

static void text_file(struct craft *c)
{
	evx_buf_reset(&c->archive);
	craft_text(&c->archive, "This is no bundle.\n");
}

#define DO(name, at, make) \
	{ \
		name, at, NULL, make, NULL, NULL, 0 \
	}
#define WITHOUT(name, member) \
	{ \
		name, AT_MEMBERS, member, missing, NULL, NULL, 0 \
	}

const struct fault tar_faults[] = {
	DO("tar-gnu-magic", AT_ARCHIVE, gnu_magic),
	DO("tar-v7-magic", AT_ARCHIVE, v7_magic),
	DO("tar-mode", AT_ARCHIVE, mode),
	DO("tar-mtime", AT_ARCHIVE, mtime),
	DO("tar-uname", AT_ARCHIVE, uname),
	DO("tar-symlink-member", AT_ARCHIVE, typeflag_symlink),
	DO("tar-type-nul", AT_ARCHIVE, typeflag_nul),
	DO("tar-size-base256", AT_ARCHIVE, size_base256),
	DO("tar-size-with-spaces", AT_ARCHIVE, size_spaces),
	DO("tar-size-one-more", AT_ARCHIVE, size_more),
	DO("tar-size-huge", AT_ARCHIVE, size_huge),
	DO("tar-bytes-in-filling", AT_ARCHIVE, bytes_in_padding_field),
	DO("tar-name-in-one-field", AT_ARCHIVE, name_in_one_field),
	DO("tar-checksum-wrong", AT_ARCHIVE, sum_wrong),
	DO("tar-checksum-other-form", AT_ARCHIVE, sum_other_form),
	DO("tar-pax", AT_MEMBERS, pax),
	DO("tar-gnu-long-name", AT_MEMBERS, gnu_long_name),
	DO("tar-directory-member", AT_MEMBERS, directory_member),
	DO("tar-hardlink-member", AT_MEMBERS, hard_link_member),
	DO("member-unknown-name", AT_MEMBERS, unknown_name),
	DO("member-outside", AT_MEMBERS, name_outside),
	DO("member-other-directory", AT_MEMBERS, other_directory),
	DO("member-uuid-upper-case", AT_INDEX, uuid_upper_case),
	DO("member-order-packs-behind", AT_MEMBERS, order_packs_behind),
	DO("member-order-keys", AT_MEMBERS, order_keys),
	DO("member-order-record-first", AT_MEMBERS, order_record_first),
	DO("member-readme-twice", AT_MEMBERS, readme_twice),
	DO("member-json-twice", AT_MEMBERS, json_twice),
	DO("member-pack-twice", AT_MEMBERS, pack_twice),
	DO("member-second-event-in-first-group", AT_MEMBERS, second_event_in_first_group),
	DO("member-stamp-instead-of-record", AT_MEMBERS, stamp_without_record),
	WITHOUT("missing-bagit", "bagit.txt"),
	WITHOUT("missing-readme", README),
	WITHOUT("missing-key-file", "keys/0000-content.age"),
	WITHOUT("missing-pack", "data/"),
	WITHOUT("missing-manifest", MANIFEST),
	WITHOUT("missing-tagmanifest", TAGMANIFEST),
	WITHOUT("missing-json", "custody/0000-seal.json"),
	WITHOUT("missing-signature", "custody/0000-seal.json.sig1"),
	WITHOUT("missing-details", "custody/0000-seal.details.age"),
	WITHOUT("missing-record", "custody/0000-seal.record"),
	DO("end-padding-not-zero", AT_ARCHIVE, padding),
	DO("end-third-zero-block", AT_ARCHIVE, third_zero_block),
	DO("end-bytes-after", AT_ARCHIVE, bytes_after),
	DO("end-second-bundle-after", AT_ARCHIVE, second_bundle_after),
	DO("end-one-block", AT_ARCHIVE, one_end_block),
	DO("end-no-block", AT_ARCHIVE, no_end_blocks),
	DO("end-half-block", AT_ARCHIVE, half_end_block),
	DO("end-block-not-zero", AT_ARCHIVE, end_block_not_zero),
	DO("end-in-the-middle", AT_ARCHIVE, end_in_the_middle),
	DO("cut-in-pack", AT_ARCHIVE, cut_in_pack),
	DO("cut-behind-packs", AT_ARCHIVE, cut_behind_packs),
	DO("cut-before-record", AT_ARCHIVE, cut_before_record),
	DO("not-a-bundle-empty", AT_ARCHIVE, empty_file),
	DO("not-a-bundle-zeros", AT_ARCHIVE, zeros_only),
	DO("not-a-bundle-text", AT_ARCHIVE, text_file),
	{ "index-missing", AT_INDEX, "index-0000", missing, NULL, NULL, 0 },
};
const size_t tar_faults_count = sizeof(tar_faults) / sizeof(tar_faults[0]);
