/* Cover notes signed, and verified. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "base/path.h"
#include "custody/document.h"
#include "format/cover.h"
#include "format/text.h"
#include "people/home.h"
#include "people/inputs.h"
#include "people/names.h"

#define NS "evx-cover/1"

static enum evx_err set(
	char out[EVX_COVER_TEXT_CAP], const char *text, const char *option, struct evx_diag *diag)
{
	const size_t n = text != NULL ? strlen(text) : 0;

	if (n >= EVX_COVER_TEXT_CAP)
		return evx_fail(diag, EVX_E_USAGE,
			"%s: The text is longer than %d bytes. Nothing was written. Shorten it.",
			option, EVX_COVER_TEXT_CAP - 1);
	if (!evx_utf8_valid(text != NULL ? text : "", n))
		return evx_fail(diag, EVX_E_USAGE,
			"%s: The text is not UTF-8. Nothing was written. Type it again.", option);
	memcpy(out, text != NULL ? text : "", n + 1);
	return EVX_OK;
}

static enum evx_err fill(
	const struct evx_cover_options *o, struct evx_cover *c, struct evx_diag *diag)
{
	enum evx_err err;

	memset(c, 0, sizeof(*c));
	c->bytes = o->bytes;
	c->time = (int64_t)time(NULL);
	(void)snprintf(c->uuid, sizeof(c->uuid), "%s", o->uuid);
	if ((err = evx_hex_decode(o->seal_hash, strlen(o->seal_hash), c->seal, 32)) != EVX_OK ||
		(err = evx_hex_decode(o->head, strlen(o->head), c->head, 32)) != EVX_OK ||
		(err = evx_hex_decode(o->sha256, strlen(o->sha256), c->sha256, 32)) != EVX_OK)
		return evx_fail(diag, EVX_E_USAGE, "cover note: expected hashes, found none");
	if ((err = set(c->place, o->place, "--place", diag)) != EVX_OK ||
		(err = set(c->order, o->order, "--order", diag)) != EVX_OK ||
		(err = set(c->authority, o->authority, "--authority", diag)) != EVX_OK)
		return err;
	return set(c->notes, o->notes, "--notes", diag);
}

static enum evx_err sign(const struct evx_cover *c, const struct evx_signer *signer,
	struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_buf json = EVX_BUF_INIT;
	enum evx_err err = evx_cover_encode(c, &json, diag);

	if (err == EVX_OK)
		err = evx_document_sign_text(
			NS, (struct evx_bytes){ json.data, json.len }, signer, out, diag);
	evx_buf_free(&json);
	return err;
}

enum evx_err evx_cover_make(struct evx_home *h, const struct evx_cover_options *opt,
	const struct evx_passphrase *ask, struct evx_confine_state *confined, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_cover cover;
	struct evx_hand hand;
	enum evx_err err;

	s.err = fill(opt, &cover, diag);
	evx_home_hand_start(&s, h, opt->as, false, ask, &hand);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	evx_start_parent(&s, opt->output, EVX_CONFINE_WRITE);
	err = evx_start_confine(&s, 0, confined);
	if (err != EVX_OK)
		goto out;
	(void)snprintf(cover.signer, sizeof(cover.signer), "%s", hand.id.card.signing);
	err = sign(&cover, &hand.signer, &text, diag);
	if (err != EVX_OK)
		goto out;
	err = evx_write_new_file(AT_FDCWD, opt->output, 0644, text.data, text.len, diag);
	if (err == EVX_E_EXISTS)
		err = evx_diag_more(diag, "Nothing was written. Choose another name.", err);
out:
	evx_buf_free(&text);
	evx_hand_free(&hand);
	return err;
}

/* ---- read */

static void who(const struct evx_home *h, const struct evx_cover *c, struct evx_cover_shown *out)
{
	struct evx_sshkey key;

	for (size_t i = 0; h != NULL && i < h->names.n; i++)
		if (strcmp(h->names.at[i].signing, c->signer) == 0) {
			out->signer = h->names.at[i];
			out->known = true;
		}
	if (!out->known && evx_sshkey_decode(c->signer, strlen(c->signer), &key, NULL) == EVX_OK)
		evx_sshkey_fingerprint(&key, out->signer.fingerprint);
}

static enum evx_err judge(const struct evx_buf *text, const struct evx_home *h,
	struct evx_cover_shown *out, struct evx_diag *diag)
{
	struct evx_signed_text parts;
	struct evx_signers signers = { .n = 0 };
	struct evx_cover c;
	enum evx_err err = evx_signed_text_split(text->data, text->len, &parts, diag);

	if (err != EVX_OK)
		return err;
	err = evx_document_verify(NS, parts.json, parts.sigs, parts.nsigs, &signers, diag);
	if (err != EVX_OK)
		return err;
	err = evx_cover_decode(parts.json.p, parts.json.n, &c, diag);
	if (err != EVX_OK)
		return err;
	memcpy(out->uuid, c.uuid, sizeof(out->uuid));
	evx_hex_encode(c.seal, 32, out->seal_hash);
	evx_hex_encode(c.head, 32, out->head);
	evx_hex_encode(c.sha256, 32, out->sha256);
	evx_seal_code(c.seal, out->seal_code);
	out->bytes = c.bytes;
	(void)snprintf(out->place, sizeof(out->place), "%s", c.place);
	(void)snprintf(out->order, sizeof(out->order), "%s", c.order);
	(void)snprintf(out->authority, sizeof(out->authority), "%s", c.authority);
	(void)snprintf(out->notes, sizeof(out->notes), "%s", c.notes);
	who(h, &c, out);
	return evx_time_encode(c.time, out->time);
}

enum evx_err evx_cover_read(struct evx_home *h, const char *file,
	struct evx_confine_state *confined, struct evx_cover_shown *out, struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	evx_input_text_start(&s, file, EVX_DOCUMENT_MAX, &text);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, confined);
	if (err != EVX_OK)
		goto out;
	if (h != NULL)
		err = evx_names_load(h, diag);
	if (err == EVX_OK)
		err = evx_diag_in(diag, file, judge(&text, h, out, diag));
out:
	evx_buf_free(&text);
	return err;
}
