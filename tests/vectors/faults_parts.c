/* The key files and the encrypted parts against seal.md. */
#include <string.h>

#include "craft.h"

#define DETAILS "custody/0000-seal.details.age"
#define CONTENT "custody/0000-seal.content.age"

/* ---- Key files -------------------------------------------------------------------------- */

static void key_files_swapped(struct craft *c)
{
	struct evx_buf custody = c->key_files.custody;

	c->key_files.custody = c->key_files.content;
	c->key_files.content = custody;
}

/* The content key file anew: the identity line to these recipients. */
static void rewrap(struct craft *c, const struct evx_secret *identity, const char *after,
	const uint8_t (*to)[32], size_t n)
{
	struct evx_buf line = EVX_BUF_INIT;

	MUST(evx_age_identity_encode(identity, &line));
	craft_text(&line, after);
	evx_buf_reset(&c->key_files.content);
	MUST(evx_age_encrypt(to, n, line.data, line.len, &c->key_files.content, NULL));
	evx_buf_free(&line);
}

static void recipients(const struct craft *c, uint8_t to[2][32])
{
	memcpy(to[0], c->people[LAB].encryption_pub, 32);
	memcpy(to[1], c->people[STRANGER].encryption_pub, 32);
}

static void hidden_reader(struct craft *c)
{
	uint8_t to[2][32];

	recipients(c, to);
	rewrap(c, c->keys.content, "", (const uint8_t(*)[32])to, 2);
}

static void reader_less(struct craft *c)
{
	c->key_files.content_readers++;
}

static void other_identity(struct craft *c)
{
	uint8_t to[2][32];

	recipients(c, to);
	rewrap(c, c->people[STRANGER].encryption, "", (const uint8_t(*)[32])to, 1);
}

static void identity_and_more(struct craft *c)
{
	uint8_t to[2][32];

	recipients(c, to);
	rewrap(c, c->keys.content, "# a comment\n", (const uint8_t(*)[32])to, 1);
}

static void scrypt_stanza(struct craft *c)
{
	struct evx_secret *passphrase = evx_secret_copy("open", 4);
	struct evx_buf line = EVX_BUF_INIT;

	MUST(evx_age_identity_encode(c->keys.content, &line));
	evx_buf_reset(&c->key_files.content);
	MUST(evx_age_encrypt_passphrase(
		passphrase, 2, false, line.data, line.len, &c->key_files.content, NULL));
	evx_buf_free(&line);
	evx_secret_free(passphrase);
}

/* Readers of age skip a stanza they do not know. (The MAC is not made anew: this must show without
 * a key.) */
static void unknown_stanza(struct craft *c)
{
	craft_replace(&c->key_files.content, "\n-> X25519 ",
		"\n-> evx-unknown argument\nAAAA\n-> X25519 ");
}

static void armored(struct craft *c)
{
	evx_buf_reset(&c->key_files.content);
	craft_text(&c->key_files.content,
		"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n");
}

static void key_file_empty(struct craft *c)
{
	evx_buf_reset(&c->key_files.content);
}

static void key_file_cut(struct craft *c)
{
	c->key_files.content.len--;
}

static void key_file_damaged(struct craft *c)
{
	c->key_files.content.data[c->key_files.content.len - 1] ^= 1;
}

/* ---- Encrypted parts -------------------------------------------------------------------- */

static void part_anew(struct craft *c, const char *name, const uint8_t (*to)[32], size_t n,
	const struct evx_buf *plain)
{
	struct evx_buf *bytes = &craft_find(c, name)->bytes;

	evx_buf_reset(bytes);
	MUST(evx_age_encrypt(to, n, plain->data, plain->len, bytes, NULL));
}

static void part_hidden_reader(struct craft *c)
{
	uint8_t to[2][32];

	memcpy(to[0], c->keys.content_pub, 32);
	memcpy(to[1], c->people[STRANGER].encryption_pub, 32);
	part_anew(c, CONTENT, (const uint8_t(*)[32])to, 2, &c->content_text);
}

static void part_to_other_key(struct craft *c)
{
	uint8_t to[1][32];

	memcpy(to[0], c->people[STRANGER].encryption_pub, 32);
	part_anew(c, CONTENT, (const uint8_t(*)[32])to, 1, &c->content_text);
}

static void details_to_other_key(struct craft *c)
{
	uint8_t to[1][32];

	memcpy(to[0], c->people[STRANGER].encryption_pub, 32);
	part_anew(c, DETAILS, (const uint8_t(*)[32])to, 1, &c->details_text);
}

static void parts_swapped(struct craft *c)
{
	struct evx_buf *a = &craft_find(c, DETAILS)->bytes, *b = &craft_find(c, CONTENT)->bytes,
		       old = *a;

	*a = *b;
	*b = old;
}

static void part_is_details(struct craft *c)
{
	uint8_t to[1][32];

	memcpy(to[0], c->keys.content_pub, 32);
	part_anew(c, CONTENT, (const uint8_t(*)[32])to, 1, &c->details_text);
}

static void part_no_age(struct craft *c)
{
	struct evx_buf *bytes = &craft_find(c, CONTENT)->bytes;

	evx_buf_reset(bytes);
	craft_text(bytes, "not an age file\n");
}

static void part_damaged(struct craft *c)
{
	struct evx_buf *bytes = &craft_find(c, CONTENT)->bytes;

	bytes->data[bytes->len - 1] ^= 1;
}

static void uuid_changed(struct evx_buf *text)
{
	craft_other_digit(text, "\"uuid\":\"");
}

static void details_of_other_exhibit(struct craft *c)
{
	uuid_changed(&c->details_text);
}

static void content_of_other_exhibit(struct craft *c)
{
	uuid_changed(&c->content_text);
}

static void content_of_other_author(struct craft *c)
{
	char key[EVX_SSHKEY_CAP];

	MUST(evx_sshkey_encode(&c->people[STRANGER].signing_pub, key));
	craft_replace(&c->content_text, c->event.signers[0], key);
}

static void not_complete(struct craft *c)
{
	c->details.completeness.complete = false;
	c->details.completeness.unreadable_files = 1;
}

/* One file more than the listing has. */
static void counts_wrong(struct craft *c)
{
	c->details.counts.present = true;
	c->details.counts.lines = 8;
	c->details.counts.files = 6;
}

#define DO(name, at, make) \
	{ \
		name, at, NULL, make, NULL, NULL, 0 \
	}
#define DETAIL(name, old, with) \
	{ \
		name, AT_TEXTS, NULL, craft_in_details, old, with, 0 \
	}
#define PART(name, old, with) \
	{ \
		name, AT_TEXTS, NULL, craft_in_content, old, with, 0 \
	}

const struct fault part_faults[] = {
	DO("keyfile-swapped", AT_KEYS, key_files_swapped),
	DO("keyfile-hidden-reader", AT_KEYS, hidden_reader),
	DO("keyfile-reader-less", AT_KEYS, reader_less),
	DO("keyfile-other-identity", AT_KEYS, other_identity),
	DO("keyfile-more-than-identity", AT_KEYS, identity_and_more),
	DO("keyfile-scrypt", AT_KEYS, scrypt_stanza),
	DO("keyfile-unknown-stanza", AT_KEYS, unknown_stanza),
	DO("keyfile-armored", AT_KEYS, armored),
	DO("keyfile-empty", AT_KEYS, key_file_empty),
	DO("keyfile-cut", AT_KEYS, key_file_cut),
	DO("keyfile-damaged", AT_KEYS, key_file_damaged),
	DO("part-hidden-reader", AT_PARTS, part_hidden_reader),
	DO("part-to-other-key", AT_PARTS, part_to_other_key),
	DO("part-details-to-other-key", AT_PARTS, details_to_other_key),
	DO("part-swapped", AT_PARTS, parts_swapped),
	DO("part-other-format", AT_PARTS, part_is_details),
	DO("part-no-age", AT_PARTS, part_no_age),
	DO("part-damaged", AT_PARTS, part_damaged),
	DO("part-details-of-other-exhibit", AT_TEXTS, details_of_other_exhibit),
	DO("part-content-of-other-exhibit", AT_TEXTS, content_of_other_exhibit),
	DO("part-content-of-other-author", AT_TEXTS, content_of_other_author),
	PART("part-content-of-other-event", "\"sequence\":0", "\"sequence\":1"),
	PART("part-newer-format", "evx-content/1", "evx-content/2"),
	PART("part-unknown-key", "\"lines\"", "\"colour\":\"red\",\"lines\""),
	PART("part-duplicate-key", "\"lines\":\"8\"", "\"lines\":\"8\",\"lines\":\"8\""),
	PART("part-lines-huge", "\"lines\":\"8\"", "\"lines\":\"18446744073709551615\""),
	PART("part-lines-zero", "\"lines\":\"8\"", "\"lines\":\"0\""),
	PART("part-two-lines", "}\n", "}\n{}\n"),
	DETAIL("details-newer-format", "evx-details/1", "evx-details/2"),
	DETAIL("details-unknown-key", "\"completeness\"", "\"colour\":\"red\",\"completeness\""),
	DETAIL("details-no-completeness", "\"completeness\"", "\"x-completeness\""),
	DO("details-not-complete", AT_SEAL, not_complete),
	DO("details-counts-wrong", AT_SEAL, counts_wrong),
};
const size_t part_faults_count = sizeof(part_faults) / sizeof(part_faults[0]);
