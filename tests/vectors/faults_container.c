/* The archive against container.md: what a holder can do without any key, and what a sealer can sign wrongly. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "crypto/hash.h"
#include "format/manifest.h"
#include "format/tar.h"
#include "format/text.h"

#define README "README.txt"
#define MANIFEST "manifest-sha256.txt"
#define TAGMANIFEST "tagmanifest-sha256.txt"

/* ---- Headers ---- */

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

	(void)snprintf(size, sizeof(size), "%11llo ", (unsigned long long)craft_find(c, README)->bytes.len);
	put_at(c, 124, size, 12);
}

static void size_more(struct craft *c)
{
	char size[13];

	(void)snprintf(size, sizeof(size), "%011llo", (unsigned long long)craft_find(c, README)->bytes.len + 1);
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

/* A member of a kind that the dialect does not know, in front of the first pack; its header is right but for the type. */
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

/* ---- Members ---- */

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

	MUST(evx_tar_encode("00000000-0000-4000-8000-000000000000/README.txt", m->bytes.len, m->header));
	m->has_header = true;
}

static void uuid_upper_case(struct craft *c)
{
	for (size_t i = 0; i < c->nmembers; i++) {
		struct craft_member *m = &c->members[i];
		char path[EVX_TAR_PATH_CAP];
		const int n = snprintf(path, sizeof(path), "%s/%s", "ABCDEF00-0000-4000-8000-000000000000", m->path);

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

/* ---- Packs and tag files, signed ---- */

static void pack_renamed(struct craft *c)
{
	craft_find(c, "data/")->path[5] = craft_find(c, "data/")->path[5] == '0' ? '1' : '0';
}

/* The manifest must say the false name, too: it is the sealer who lies. */
static void pack_renamed_signed(struct craft *c)
{
	const struct craft_member *m = craft_find(c, "data/");
	struct evx_buf *text = &craft_find(c, MANIFEST)->bytes;

	pack_renamed(c);
	text->data[0] = (uint8_t)m->path[5];
	text->data[64 + 2 + 5] = (uint8_t)m->path[5];
}

static void cut_packs(struct craft *c, size_t parts)
{
	const size_t at = craft_where(c, "data/");
	struct evx_buf all = c->members[at].bytes;
	const size_t piece = all.len / parts;

	c->members[at].bytes = (struct evx_buf)EVX_BUF_INIT;
	craft_remove(c, at);
	for (size_t i = 0; i < parts; i++) {
		const uint8_t *p = all.data + i * piece;
		const size_t n = i + 1 < parts ? piece : all.len - i * piece;
		uint8_t hash[32];
		char hex[65], name[80];

		evx_sha256(p, n, hash);
		evx_hex_encode(hash, 32, hex);
		(void)snprintf(name, sizeof(name), "data/%s.pack", hex);
		craft_insert(c, at + i, name, p, n);
	}
	evx_buf_free(&all);
}

static void packs_two_short(struct craft *c)
{
	cut_packs(c, 2);
}

static void packs_three_short(struct craft *c)
{
	cut_packs(c, 3);
}

static void pack_empty(struct craft *c)
{
	craft_insert(c, craft_where(c, "data/") + 1,
		"data/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.pack", "", 0);
}

static void pack_byte(struct craft *c)
{
	craft_find(c, "data/")->bytes.data[100] ^= 1;
}

static void pack_cut(struct craft *c)
{
	craft_find(c, "data/")->bytes.len--;
}

static void pack_of_zeros(struct craft *c)
{
	memset(craft_find(c, "data/")->bytes.data, 0, craft_find(c, "data/")->bytes.len);
}

static void pack_more(struct craft *c)
{
	craft_insert(c, craft_where(c, "data/"),
		"data/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.pack", "x", 1);
}

static void manifest_extra(struct craft *c)
{
	craft_text(&craft_find(c, MANIFEST)->bytes, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
		"  data/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.pack\n");
}

static void manifest_empty(struct craft *c)
{
	evx_buf_reset(&craft_find(c, MANIFEST)->bytes);
}

static void manifest_no_lf(struct craft *c)
{
	craft_find(c, MANIFEST)->bytes.len--;
}

/* Two packs in the wrong order: made at AT_TAGS, so the second pack comes from cutting the first. */
static void manifest_order(struct craft *c)
{
	const size_t at = craft_where(c, "data/");
	struct evx_buf text = EVX_BUF_INIT, *manifest;
	uint8_t hash[32];

	cut_packs(c, 2);
	for (size_t i = 2; i-- > 0;) {
		evx_sha256(c->members[at + i].bytes.data, c->members[at + i].bytes.len, hash);
		MUST(evx_manifest_add(&text, hash, c->members[at + i].path));
	}
	manifest = &craft_find(c, MANIFEST)->bytes;
	evx_buf_free(manifest);
	*manifest = text;
	craft_replace(&craft_find(c, "bag-info.txt")->bytes, ".1\n", ".2\n");
}

static void oxum_wrong(struct craft *c)
{
	craft_replace(&craft_find(c, "bag-info.txt")->bytes, ".1\n", ".2\n");
}

/* Changes the tag manifest and has the seal sign what it is now. */
static void sign_tagmanifest(struct craft *c)
{
	const struct craft_member *m = craft_find(c, TAGMANIFEST);

	evx_sha256(m->bytes.data, m->bytes.len, c->event.seal.tagmanifest);
}

static void tagmanifest_extra(struct craft *c)
{
	craft_text(&craft_find(c, TAGMANIFEST)->bytes,
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  custody/0000-seal.json\n");
	sign_tagmanifest(c);
}

static void tagmanifest_less(struct craft *c)
{
	struct evx_buf *text = &craft_find(c, TAGMANIFEST)->bytes;

	text->len -= 64 + 2 + strlen(README) + 1;
	sign_tagmanifest(c);
}

static void tagmanifest_hash(struct craft *c)
{
	craft_find(c, TAGMANIFEST)->bytes.data[0] ^= 1;
	sign_tagmanifest(c);
}

/* ---- Padding and end ---- */

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

/* ---- Index ---- */

static void index_filling(struct craft *c)
{
	struct evx_buf *text = &craft_find(c, "index-0000")->bytes;

	text->data[text->len - 513] = ' ';
}

static void index_trailer(struct craft *c)
{
	craft_replace(&craft_find(c, "index-0000")->bytes, "\nat ", "\nAT ");
}

static void index_trailer_offset(struct craft *c)
{
	struct evx_buf *text = &craft_find(c, "index-0000")->bytes;
	uint8_t *digit = text->data + text->len - 512 + 3;

	*digit = *digit == '9' ? '8' : (uint8_t)(*digit + 1);
}

static void index_line_missing(struct craft *c)
{
	struct evx_buf *text = &craft_find(c, "index-0000")->bytes;
	const size_t before = text->len;

	craft_cut(text, "0 54 bagit.txt\n", "1024 ");
	craft_replace(text, "\n\n", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
	must(text->len <= before + 512 ? EVX_OK : EVX_E_LIMIT, NULL, "an index as long as before");
	text->len = before;
}

static void append_joint(struct craft *c)
{
	uint8_t joint[512] = { 0 };

	joint[100] = 1;
	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr", "stamp", 5);
	craft_index(c, 1);
}

static void append_empty_group(struct craft *c)
{
	static const uint8_t joint[512];

	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_index(c, 1);
}

static void append_number(struct craft *c)
{
	static const uint8_t joint[512];

	craft_insert(c, c->nmembers, "append-0002", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr", "stamp", 5);
	craft_index(c, 2);
}

static void append_no_index(struct craft *c)
{
	static const uint8_t joint[512];

	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr", "stamp", 5);
}

static void append_event(struct craft *c, const char *text)
{
	static const uint8_t joint[512];

	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0001-note.json", text, strlen(text));
	craft_insert(c, c->nmembers, "custody/0001-note.json.sig1", "-\n", 2);
	craft_insert(c, c->nmembers, "custody/0001-note.record", "-\n", 2);
	craft_index(c, 1);
}

static void append_nonsense(struct craft *c)
{
	append_event(c, "{}\n");
}

static void append_gap(struct craft *c)
{
	static const uint8_t joint[512];

	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0002-note.json", "{}\n", 3);
	craft_insert(c, c->nmembers, "custody/0002-note.json.sig1", "-\n", 2);
	craft_insert(c, c->nmembers, "custody/0002-note.record", "-\n", 2);
	craft_index(c, 1);
}

static void add_stamp(struct craft *c)
{
	static const uint8_t joint[512];

	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr", "stamp", 5);
	craft_index(c, 1);
}

/* Everything of the group is there but the one block that commits it. */
static void append_not_committed(struct craft *c)
{
	add_stamp(c);
	craft_archive(c);
	memset(craft_header(c, "append-0001"), 0, 512);
}

static void append_cut(struct craft *c)
{
	add_stamp(c);
	craft_archive(c);
	c->archive.len = craft_find(c, "index-0001")->offset + 512;
}

static void hash_text(const void *p, size_t n, char hex[65])
{
	uint8_t hash[32];

	evx_sha256(p, n, hash);
	evx_hex_encode(hash, 32, hex);
}

/* A stranger's event of a type that is not known yet, in every other way as it should be. */
static void append_newer_type(struct craft *c)
{
	static const uint8_t joint[512];
	const struct evx_signer *s = &c->people[STRANGER].signer;
	struct evx_buf json = EVX_BUF_INIT, sig = EVX_BUF_INIT, record = EVX_BUF_INIT;
	char seal[65], hex[65], key[EVX_SSHKEY_CAP];

	hash_text(c->record.data, c->record.len, seal);
	MUST(evx_sshkey_encode(s->pub, key));
	MUST(evx_buf_addf(&json, "{\"format\":\"evx-event/1\",\"type\":\"future-type\",\"uuid\":\"%s\",\"sequence\":1,\"exhibit\":\"%s\","
		"\"previous\":\"%s\",\"time\":\"2023-11-14T22:13:21Z\",\"signers\":[\"%s\"],\"files\":{},\"new\":1}\n", c->uuid, seal, seal, key));
	MUST(s->sign(s->ctx, c->ns, json.data, json.len, &sig, NULL));
	hash_text(json.data, json.len, hex);
	MUST(evx_buf_addf(&record, "%s  custody/0001-future-type.json\n", hex));
	hash_text(sig.data, sig.len, hex);
	MUST(evx_buf_addf(&record, "%s  custody/0001-future-type.json.sig1\n", hex));
	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0001-future-type.json", json.data, json.len);
	craft_insert(c, c->nmembers, "custody/0001-future-type.json.sig1", sig.data, sig.len);
	craft_insert(c, c->nmembers, "custody/0001-future-type.record", record.data, record.len);
	craft_index(c, 1);
	evx_buf_free(&json);
	evx_buf_free(&sig);
	evx_buf_free(&record);
}

#define DO(name, at, make) { name, at, NULL, make, NULL, NULL, 0 }
#define IN(name, at, member, old, with) { name, at, member, craft_in_member, old, with, 0 }
#define WITHOUT(name, member) { name, AT_MEMBERS, member, missing, NULL, NULL, 0 }

const struct fault container_faults[] = {
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
	DO("pack-renamed", AT_MEMBERS, pack_renamed),
	DO("pack-renamed-and-signed", AT_TAGS, pack_renamed_signed),
	DO("pack-two-short", AT_PACKS, packs_two_short),
	DO("pack-three-short", AT_PACKS, packs_three_short),
	DO("pack-empty", AT_PACKS, pack_empty),
	DO("pack-byte-changed", AT_MEMBERS, pack_byte),
	DO("pack-cut", AT_MEMBERS, pack_cut),
	DO("pack-zeros", AT_MEMBERS, pack_of_zeros),
	DO("pack-not-in-manifest", AT_MEMBERS, pack_more),
	DO("manifest-extra-line", AT_TAGS, manifest_extra),
	DO("manifest-empty", AT_TAGS, manifest_empty),
	DO("manifest-no-lf", AT_TAGS, manifest_no_lf),
	DO("manifest-order", AT_TAGS, manifest_order),
	IN("manifest-crlf", AT_TAGS, MANIFEST, "\n", "\r\n"),
	IN("manifest-one-space", AT_TAGS, MANIFEST, "  ", " "),
	IN("manifest-outside", AT_TAGS, MANIFEST, "  data/", "  ../../"),
	DO("bag-info-wrong", AT_TAGS, oxum_wrong),
	IN("bag-info-more", AT_TAGS, "bag-info.txt", "\n", "\nContact: nobody\n"),
	IN("bagit-newer", AT_TAGS, "bagit.txt", "1.0", "2.0"),
	IN("readme-changed", AT_MEMBERS, README, "no evidence", "evidence"),
	DO("tagmanifest-extra-line", AT_SEAL, tagmanifest_extra),
	DO("tagmanifest-line-missing", AT_SEAL, tagmanifest_less),
	DO("tagmanifest-hash-wrong", AT_SEAL, tagmanifest_hash),
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
	IN("index-offset-wrong", AT_INDEX, "index-0000", "\n0 ", "\n1 "),
	IN("index-newer", AT_INDEX, "index-0000", "evx-index/1", "evx-index/2"),
	IN("index-name-wrong", AT_INDEX, "index-0000", "README.txt", "README.TXT"),
	DO("index-filling", AT_INDEX, index_filling),
	DO("index-trailer", AT_INDEX, index_trailer),
	DO("index-trailer-offset", AT_INDEX, index_trailer_offset),
	DO("index-line-missing", AT_INDEX, index_line_missing),
	{ "index-missing", AT_INDEX, "index-0000", missing, NULL, NULL, 0 },
	DO("append-joint-not-zero", AT_INDEX, append_joint),
	DO("append-empty-group", AT_INDEX, append_empty_group),
	DO("append-number-skipped", AT_INDEX, append_number),
	DO("append-without-index", AT_INDEX, append_no_index),
	DO("append-not-committed", AT_MADE, append_not_committed),
	DO("append-cut", AT_MADE, append_cut),
	DO("append-newer-type", AT_INDEX, append_newer_type),
	DO("append-nonsense", AT_INDEX, append_nonsense),
	DO("append-event-number-skipped", AT_INDEX, append_gap),
};
const size_t container_faults_count = sizeof(container_faults) / sizeof(container_faults[0]);

const struct fault appended_vector = { "crafted-appended", AT_INDEX, NULL, add_stamp, NULL, NULL, 0 };
