/* Packs, tag files, index and append groups against container.md: what a sealer can sign wrongly,
 * and a holder add. */
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "crypto/hash.h"
#include "format/manifest.h"
#include "format/text.h"

#define README "README.txt"
#define MANIFEST "manifest-sha256.txt"
#define TAGMANIFEST "tagmanifest-sha256.txt"

/* ---- Packs and tag files, signed -------------------------------------------------------- */

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
		"data/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.pack", "",
		0);
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
		"data/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.pack", "x",
		1);
}

static void manifest_extra(struct craft *c)
{
	craft_text(&craft_find(c, MANIFEST)->bytes,
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
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

/* Two packs in the wrong order: made at AT_TAGS, so the second pack comes from cutting the first.
 */
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
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  "
		"custody/0000-seal.json\n");
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

/* ---- Index ------------------------------------------------------------------------------ */

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

/* What event 0001 says of the seal. */
struct links {
	char exhibit[65], previous[65], record[65];
};

static struct links links_of(struct craft *c)
{
	const struct craft_member *json = craft_find(c, "custody/0000-seal.json");
	struct links l;

	hash_text(json->bytes.data, json->bytes.len, l.exhibit);
	memcpy(l.previous, l.exhibit, sizeof(l.previous));
	hash_text(c->record.data, c->record.len, l.record);
	return l;
}

/* Event 0001 in a second group, signed by the officer, with a good record. */
static void append_signed(
	struct craft *c, const char *type, const struct links *l, const char *more)
{
	static const uint8_t joint[512];
	const struct evx_signer *s = &c->people[OFFICER].signer;
	struct evx_buf json = EVX_BUF_INIT, sig = EVX_BUF_INIT, record = EVX_BUF_INIT;
	char hex[65], key[EVX_SSHKEY_CAP], name[3][64];
	static const char *const endings[] = { "json", "json.sig1", "record" };

	for (size_t i = 0; i < 3; i++)
		(void)snprintf(name[i], sizeof(name[i]), "custody/0001-%s.%s", type, endings[i]);
	MUST(evx_sshkey_encode(&s->pub, key));
	MUST(evx_buf_addf(&json,
		"{\"format\":\"evx-event/"
		"1\",\"type\":\"%s\",\"uuid\":\"%s\",\"sequence\":1,\"exhibit\":\"%s\","
		"\"previous\":\"%s\","
		"\"record\":\"%s\",\"time\":\"2023-11-14T22:13:21Z\",\"signers\":[\"%s\"],"
		"\"files\":{}%s}\n",
		type, c->uuid, l->exhibit, l->previous, l->record, key, more));
	MUST(s->sign(s->ctx, c->ns, json.data, json.len, &sig, NULL));
	hash_text(json.data, json.len, hex);
	MUST(evx_buf_addf(&record, "%s  %s\n", hex, name[0]));
	hash_text(sig.data, sig.len, hex);
	MUST(evx_buf_addf(&record, "%s  %s\n", hex, name[1]));
	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, name[0], json.data, json.len);
	craft_insert(c, c->nmembers, name[1], sig.data, sig.len);
	craft_insert(c, c->nmembers, name[2], record.data, record.len);
	craft_index(c, 1);
	evx_buf_free(&json);
	evx_buf_free(&sig);
	evx_buf_free(&record);
}

/* Other than it was in its last digit only. */
static void another(char hex[65])
{
	hex[63] = hex[63] == '0' ? '1' : '0';
}

static void append_note(struct craft *c)
{
	const struct links l = links_of(c);

	append_signed(c, "note", &l, "");
}

/* Another member in the group of append_note, before its index. */
static void append_more(struct craft *c, const char *name)
{
	craft_remove(c, craft_where(c, "index-0001"));
	craft_insert(c, c->nmembers, name, "-\n", 2);
}

static void append_stamp_with_event(struct craft *c)
{
	append_note(c);
	append_more(c, "custody/0001-note.tsr");
	craft_index(c, 1);
}

static void append_two_events(struct craft *c)
{
	append_note(c);
	append_more(c, "custody/0002-note.json");
	craft_insert(c, c->nmembers, "custody/0002-note.json.sig1", "-\n", 2);
	craft_insert(c, c->nmembers, "custody/0002-note.record", "-\n", 2);
	craft_index(c, 1);
}

static void append_two_stamps(struct craft *c)
{
	static const uint8_t joint[512];

	craft_insert(c, c->nmembers, "append-0001", joint, sizeof(joint));
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr", "stamp", 5);
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr2", "stamp", 5);
	craft_index(c, 1);
}

static void stamp_in_first_group(struct craft *c)
{
	craft_insert(c, c->nmembers, "custody/0000-seal.tsr", "stamp", 5);
}

static void append_newer_type(struct craft *c)
{
	const struct links l = links_of(c);

	append_signed(c, "future-type", &l, ",\"new\":1");
}

static void append_newer_key(struct craft *c)
{
	const struct links l = links_of(c);

	append_signed(c, "note", &l, ",\"new\":1");
}

static void append_to_other_exhibit(struct craft *c)
{
	struct links l = links_of(c);

	another(l.exhibit);
	append_signed(c, "note", &l, "");
}

static void append_behind_other_event(struct craft *c)
{
	struct links l = links_of(c);

	another(l.previous);
	append_signed(c, "note", &l, "");
}

/* Its signer saw another signature of the seal. */
static void append_behind_other_record(struct craft *c)
{
	struct links l = links_of(c);

	another(l.record);
	append_signed(c, "note", &l, "");
}

static void append_names_stamp(struct craft *c)
{
	const struct links l = links_of(c);

	append_signed(c, "note", &l,
		",\"stamps\":["
		"\"0000000000000000000000000000000000000000000000000000000000000000\"]");
}

/* Nobody released it to anyone. */
static void append_refuse_alone(struct craft *c)
{
	const struct links l = links_of(c);
	char refers[96];

	(void)snprintf(refers, sizeof(refers), ",\"refers\":\"%s\"", l.previous);
	append_signed(c, "refuse", &l, refers);
}

#define DO(name, at, make) \
	{ \
		name, at, NULL, make, NULL, NULL, 0 \
	}
#define IN(name, at, member, old, with) \
	{ \
		name, at, member, craft_in_member, old, with, 0 \
	}

const struct fault bag_faults[] = {
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
	IN("index-offset-wrong", AT_INDEX, "index-0000", "\n0 ", "\n1 "),
	IN("index-newer", AT_INDEX, "index-0000", "evx-index/1", "evx-index/2"),
	IN("index-name-wrong", AT_INDEX, "index-0000", "README.txt", "README.TXT"),
	DO("index-filling", AT_INDEX, index_filling),
	DO("index-trailer", AT_INDEX, index_trailer),
	DO("index-trailer-offset", AT_INDEX, index_trailer_offset),
	DO("index-line-missing", AT_INDEX, index_line_missing),
	DO("append-joint-not-zero", AT_INDEX, append_joint),
	DO("append-empty-group", AT_INDEX, append_empty_group),
	DO("append-number-skipped", AT_INDEX, append_number),
	DO("append-without-index", AT_INDEX, append_no_index),
	DO("append-not-committed", AT_MADE, append_not_committed),
	DO("append-cut", AT_MADE, append_cut),
	DO("append-newer-type", AT_INDEX, append_newer_type),
	DO("append-newer-key", AT_INDEX, append_newer_key),
	DO("append-to-other-exhibit", AT_INDEX, append_to_other_exhibit),
	DO("append-behind-other-event", AT_INDEX, append_behind_other_event),
	DO("append-behind-other-record", AT_INDEX, append_behind_other_record),
	DO("append-names-missing-stamp", AT_INDEX, append_names_stamp),
	DO("append-refuse-without-release", AT_INDEX, append_refuse_alone),
	DO("append-stamp-is-none", AT_INDEX, add_stamp),
	DO("append-nonsense", AT_INDEX, append_nonsense),
	DO("append-event-number-skipped", AT_INDEX, append_gap),
	DO("append-stamp-with-event", AT_INDEX, append_stamp_with_event),
	DO("append-two-events", AT_INDEX, append_two_events),
	DO("append-two-stamps", AT_INDEX, append_two_stamps),
	DO("member-stamp-in-first-group", AT_MEMBERS, stamp_in_first_group),
};
const size_t bag_faults_count = sizeof(bag_faults) / sizeof(bag_faults[0]);

const struct fault appended_vector = { "crafted-appended", AT_INDEX, NULL, append_note, NULL, NULL,
	0 };
