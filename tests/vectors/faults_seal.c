/* The seal, its signature and its record against seal.md and documents.md. */
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "format/text.h"

#define SIG "custody/0000-seal.json.sig1"
#define DETAILS "custody/0000-seal.details.age"

/* ---- The document ----------------------------------------------------------------------- */

static void other_uuid(struct craft *c)
{
	craft_other_digit(&c->json, "\"uuid\":\"");
}

static void other_tagmanifest(struct craft *c)
{
	craft_other_digit(&c->json, "\"tagmanifest\":\"");
}

static void file_hash_wrong(struct craft *c)
{
	craft_other_digit(&c->json, "\"0000-seal.content.age\":\"");
}

static void file_not_named(struct craft *c)
{
	craft_cut(&c->json, ",\"0000-seal.content.age\"", "}");
}

static void file_not_there(struct craft *c)
{
	craft_remove(c, craft_where(c, DETAILS));
}

static void upper_case_hash(struct craft *c)
{
	craft_cut(&c->json, "\"tagmanifest\":\"", "\",\"listing_root\"");
	craft_replace(&c->json, "\",\"listing_root\"",
		"\"tagmanifest\":"
		"\"ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789\",\"listing_"
		"root\"");
}

/* An encryption key of small order: whatever is encrypted to it can be read by anyone. */
static void low_order_key(struct craft *c)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint8_t zero[32] = { 0 };

	MUST(evx_bech32_encode("age", zero, sizeof(zero), &text));
	MUST(evx_buf_cstr(&text));
	craft_replace(&c->json, c->event.seal.content_key, (const char *)text.data);
	evx_buf_free(&text);
}

static void signer_twice(struct craft *c)
{
	char both[2 * EVX_KEY_TEXT_CAP + 8];

	(void)snprintf(both, sizeof(both), "%s\",\"%s", c->event.signers[0], c->event.signers[0]);
	craft_replace(&c->json, c->event.signers[0], both);
}

static void signer_more(struct craft *c)
{
	char both[2 * EVX_KEY_TEXT_CAP + 8], key[EVX_SSHKEY_CAP];

	MUST(evx_sshkey_encode(&c->people[STRANGER].signing_pub, key));
	(void)snprintf(both, sizeof(both), "%s\",\"%s", c->event.signers[0], key);
	craft_replace(&c->json, c->event.signers[0], both);
}

static void signer_none(struct craft *c)
{
	craft_replace(&c->json, "\"signers\":[\"", "\"signers\":[");
	craft_replace(&c->json, c->event.signers[0], "");
	craft_replace(&c->json, "\"signers\":[\"", "\"signers\":[");
}

static void signer_comment(struct craft *c)
{
	char key[EVX_KEY_TEXT_CAP + 16];

	(void)snprintf(key, sizeof(key), "%s officer", c->event.signers[0]);
	craft_replace(&c->json, c->event.signers[0], key);
}

static void no_lf(struct craft *c)
{
	c->json.len--;
}

static void deep_json(struct craft *c)
{
	craft_replace(&c->json, "}\n", ",\"x-deep\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}\n");
}

static void future(struct craft *c)
{
	c->event.time = INT64_C(4102444800);
}

static void disclosure(struct craft *c)
{
	craft_replace(&c->json, "\"shape\":\"whole\"", "\"shape\":\"disclosure\"");
}

/* ---- Signatures ------------------------------------------------------------------------- */

static void by_stranger(struct craft *c)
{
	c->signer = &c->people[STRANGER].signer;
}

static void as_card(struct craft *c)
{
	c->ns = "evx-card/1";
}

static void over_other_document(struct craft *c)
{
	struct evx_buf *sig = &craft_find(c, SIG)->bytes;

	evx_buf_reset(sig);
	MUST(c->signer->sign(c->signer->ctx, c->ns, "{}\n", 3, sig, NULL));
}

static void sig_missing(struct craft *c)
{
	craft_remove(c, craft_where(c, SIG));
}

static void sig_more(struct craft *c)
{
	const struct evx_signer *s = &c->people[STRANGER].signer;
	struct evx_buf sig = EVX_BUF_INIT;

	MUST(s->sign(s->ctx, c->ns, c->json.data, c->json.len, &sig, NULL));
	craft_insert(c, craft_where(c, SIG) + 1, "custody/0000-seal.json.sig2", sig.data, sig.len);
	evx_buf_free(&sig);
}

static void sig_text_after(struct craft *c)
{
	craft_text(&craft_find(c, SIG)->bytes, "\n");
}

static void sig_crlf(struct craft *c)
{
	craft_replace(&craft_find(c, SIG)->bytes, "-----BEGIN SSH SIGNATURE-----\n",
		"-----BEGIN SSH SIGNATURE-----\r\n");
}

static void sig_twice_in_file(struct craft *c)
{
	struct evx_buf *sig = &craft_find(c, SIG)->bytes, copy = EVX_BUF_INIT;

	MUST(evx_buf_add(&copy, sig->data, sig->len));
	MUST(evx_buf_add(sig, copy.data, copy.len));
	evx_buf_free(&copy);
}

static void sig_cut(struct craft *c)
{
	craft_find(c, SIG)->bytes.len -= 40;
}

static void sig_empty(struct craft *c)
{
	evx_buf_reset(&craft_find(c, SIG)->bytes);
}

/* ---- The record ------------------------------------------------------------------------- */

static void record_omits(struct craft *c)
{
	uint8_t *lf = memchr(c->record.data, '\n', c->record.len);
	const size_t n = (size_t)(lf - c->record.data) + 1;

	memmove(c->record.data, lf + 1, c->record.len - n);
	c->record.len -= n;
}

static void record_adds(struct craft *c)
{
	craft_text(&c->record,
		"0000000000000000000000000000000000000000000000000000000000000000  "
		"custody/0000-seal.attach1.age\n");
}

static void record_adds_foreign(struct craft *c)
{
	craft_text(&c->record,
		"0000000000000000000000000000000000000000000000000000000000000000  "
		"../../etc/passwd\n");
}

static void record_hash(struct craft *c)
{
	c->record.data[0] = c->record.data[0] == '0' ? '1' : '0';
}

static void record_order(struct craft *c)
{
	struct evx_buf all = EVX_BUF_INIT;
	uint8_t *lf = memchr(c->record.data, '\n', c->record.len);
	const size_t n = (size_t)(lf - c->record.data) + 1;

	MUST(evx_buf_add(&all, lf + 1, c->record.len - n));
	MUST(evx_buf_add(&all, c->record.data, n));
	evx_buf_free(&c->record);
	c->record = all;
}

static void record_twice(struct craft *c)
{
	struct evx_buf copy = EVX_BUF_INIT;
	const uint8_t *lf = memchr(c->record.data, '\n', c->record.len);

	MUST(evx_buf_add(&copy, c->record.data, (size_t)(lf - c->record.data) + 1));
	MUST(evx_buf_add(&c->record, copy.data, copy.len));
	evx_buf_free(&copy);
}

static void record_empty(struct craft *c)
{
	evx_buf_reset(&c->record);
}

#define DO(name, at, make) \
	{ \
		name, at, NULL, make, NULL, NULL, 0 \
	}
#define JSON(name, old, with) \
	{ \
		name, AT_JSON, NULL, craft_in_json, old, with, 0 \
	}
#define RECORD(name, old, with) \
	{ \
		name, AT_RECORD, NULL, craft_in_record, old, with, 0 \
	}

const struct fault seal_faults[] = {
	JSON("json-bom", "{\"format\"", "\xef\xbb\xbf{\"format\""),
	JSON("json-crlf", "}\n", "}\r\n"),
	DO("json-no-lf", AT_JSON, no_lf),
	JSON("json-blank-line-after", "}\n", "}\n\n"),
	JSON("json-tab", "{\"format\"", "{\t\"format\""),
	JSON("json-duplicate-key", "\"sequence\":0", "\"sequence\":0,\"sequence\":0"),
	JSON("json-real", "\"sequence\":0", "\"sequence\":0.0"),
	JSON("json-exponent", "\"sequence\":0", "\"sequence\":0e0"),
	JSON("json-number-too-large", "\"sequence\":0", "\"sequence\":9007199254740993"),
	JSON("json-newer-format", "evx-event/1", "evx-event/2"),
	JSON("json-other-format", "evx-event/1", "evx-card/1"),
	JSON("json-unknown-key", "\"shape\"", "\"colour\":\"red\",\"shape\""),
	JSON("json-unknown-key-in-readers", "\"custody\":2", "\"custody\":2,\"colour\":1"),
	JSON("json-missing-key", "\"complete\":\"yes\",", ""),
	JSON("json-type-of-key", "\"complete\":\"yes\"", "\"complete\":true"),
	JSON("json-no-utf8", "\"shape\"", "\"x-\xff\":1,\"shape\""),
	JSON("json-escaped-nul", "\"shape\"", "\"x-a\":\"\\u0000\",\"shape\""),
	JSON("json-two-objects", "}\n", "}{}\n"),
	DO("json-deep", AT_JSON, deep_json),
	JSON("seal-sequence-one", "\"sequence\":0", "\"sequence\":1"),
	JSON("seal-time-not-utc", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20+00:00"),
	JSON("seal-time-impossible", "2023-11-14T22:13:20Z", "2023-02-30T22:13:20Z"),
	DO("seal-time-in-the-future", AT_SEAL, future),
	JSON("seal-complete-maybe", "\"complete\":\"yes\"", "\"complete\":\"maybe\""),
	JSON("seal-unknown-shape", "\"shape\":\"whole\"", "\"shape\":\"round\""),
	DO("seal-disclosure-without-origin", AT_JSON, disclosure),
	JSON("seal-type-unknown", "\"type\":\"seal\"", "\"type\":\"note\""),
	JSON("seal-reader-count-zero", "\"content\":1", "\"content\":0"),
	JSON("seal-has-previous", "\"signers\"",
		"\"previous\":\"0000000000000000000000000000000000000000000000000000000000000000\","
		"\"signers\""),
	DO("seal-upper-case-hash", AT_JSON, upper_case_hash),
	DO("seal-low-order-key", AT_JSON, low_order_key),
	DO("seal-other-uuid", AT_JSON, other_uuid),
	DO("seal-other-tagmanifest", AT_JSON, other_tagmanifest),
	DO("seal-file-hash-wrong", AT_JSON, file_hash_wrong),
	DO("seal-file-not-named", AT_JSON, file_not_named),
	DO("seal-file-not-there", AT_SIGNED, file_not_there),
	DO("signer-twice", AT_JSON, signer_twice),
	DO("signer-did-not-sign", AT_JSON, signer_more),
	DO("signer-none", AT_JSON, signer_none),
	DO("signer-with-comment", AT_JSON, signer_comment),
	DO("signer-stranger", AT_KEYS, by_stranger),
	DO("signature-by-other-key", AT_JSON, by_stranger),
	DO("signature-other-namespace", AT_KEYS, as_card),
	DO("signature-of-other-document", AT_SIGNED, over_other_document),
	DO("signature-missing", AT_SIGNED, sig_missing),
	DO("signature-too-many", AT_SIGNED, sig_more),
	DO("signature-text-after", AT_SIGNED, sig_text_after),
	DO("signature-crlf", AT_SIGNED, sig_crlf),
	DO("signature-twice-in-file", AT_SIGNED, sig_twice_in_file),
	DO("signature-cut", AT_SIGNED, sig_cut),
	DO("signature-empty", AT_SIGNED, sig_empty),
	DO("record-omits-file", AT_RECORD, record_omits),
	DO("record-adds-file", AT_RECORD, record_adds),
	DO("record-adds-foreign-file", AT_RECORD, record_adds_foreign),
	DO("record-hash-wrong", AT_RECORD, record_hash),
	DO("record-order", AT_RECORD, record_order),
	DO("record-line-twice", AT_RECORD, record_twice),
	DO("record-empty", AT_RECORD, record_empty),
	RECORD("record-one-space", "  custody", " custody"),
	RECORD("record-binary-star", "  custody", " *custody"),
	RECORD("record-crlf", "\n", "\r\n"),
};
const size_t seal_faults_count = sizeof(seal_faults) / sizeof(seal_faults[0]);
