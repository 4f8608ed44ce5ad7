/* Encrypted parts opened and compared with their event. */
#include "custody/seal_open.h"

#include <string.h>

#include "base/hash_equal.h"
#include "crypto/hash.h"

/* Opens the part `name` of event: its hash, its stanzas, then its plaintext into out. */
static enum evx_err open_part(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *identity, struct evx_buf *out,
	struct evx_diag *diag)
{
	const struct evx_age_open how = { &identity, 1, NULL, 0 };
	const uint8_t *want = evx_event_file_hash(event, name);
	size_t readers = event->fields.private_stanzas > 0 ? event->fields.private_stanzas : 1;
	struct evx_age_header header;
	uint8_t hash[32];
	enum evx_err err;

	if (want == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND, "%s: not named by the event", name);
	evx_sha256(part.p, part.n, hash);
	if (!evx_hash_equal(hash, want))
		return evx_fail(diag, EVX_E_FORGED,
			"%s: expected the hash that the event signs, found another", name);
	if ((err = evx_age_inspect(part.p, part.n, &header, diag)) != EVX_OK)
		return err;
	if (header.x25519 != readers || header.scrypt != 0 || header.other != 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s: expected %zu X25519 readers and no other, found something else", name,
			readers);
	if (identity == NULL)
		return evx_fail(diag, EVX_E_KEY, "%s: no key to open it", name);
	return evx_age_decrypt(&how, false, part.p, part.n, out, diag);
}

static enum evx_err check_binding(const struct evx_event *event, const struct evx_binding *found,
	const char *name, struct evx_diag *diag)
{
	struct evx_binding want = evx_binding_of(event);

	if (evx_binding_equal(found, &want))
		return EVX_OK;
	return evx_fail(diag, EVX_E_CUSTODY,
		"%s: expected a part made for this event, found one made for another", name);
}

static enum evx_err check_completeness(const struct evx_event *event, const struct evx_details *d,
	const char *name, struct evx_diag *diag)
{
	if (!evx_event_is_seal(event))
		return EVX_OK;
	if (!d->has_completeness)
		return evx_fail(diag, EVX_E_CORRUPT,
			"%s: expected the completeness statement, found none", name);
	if (d->completeness.complete != event->seal.complete)
		return evx_fail(diag, EVX_E_CUSTODY,
			"%s: expected the completeness statement to agree with the seal, found "
			"that it does not",
			name);
	return EVX_OK;
}

enum evx_err evx_seal_open_details(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *custody, struct evx_details *out,
	struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	struct evx_details details;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	plain.max = EVX_DETAILS_MAX;
	if ((err = open_part(event, name, part, custody, &plain, diag)) != EVX_OK ||
		(err = evx_details_decode(plain.data, plain.len, &details, diag)) != EVX_OK)
		goto out;
	if ((err = check_binding(event, &details.binding, name, diag)) == EVX_OK &&
		(err = check_completeness(event, &details, name, diag)) == EVX_OK)
		*out = details;
	else
		evx_details_free(&details);
out:
	evx_buf_free(&plain);
	return err;
}

static enum evx_err open_content(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *identity, bool listing_only,
	struct evx_content_part *out, struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	plain.max = EVX_DOCUMENT_MAX;
	err = open_part(event, name, part, identity, &plain, diag);
	if (err != EVX_OK ||
		(err = evx_content_part_decode(plain.data, plain.len, listing_only,
			 event->seal.sequences, out, diag)) != EVX_OK)
		goto out;
	err = check_binding(event, &out->binding, name, diag);
out:
	evx_buf_free(&plain);
	if (err != EVX_OK)
		evx_wipe(out, sizeof(*out));
	return err;
}

enum evx_err evx_seal_open_content(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *content, struct evx_content_part *out,
	struct evx_diag *diag)
{
	return open_content(event, name, part, content, false, out, diag);
}

enum evx_err evx_seal_open_listing(const struct evx_event *event, const char *name,
	struct evx_bytes part, const struct evx_secret *custody, struct evx_content_part *out,
	struct evx_diag *diag)
{
	return open_content(event, name, part, custody, true, out, diag);
}

enum evx_err evx_seal_open_attachment(const struct evx_event *event,
	const struct evx_attachment *attachment, struct evx_bytes part,
	const struct evx_secret *custody, struct evx_buf *out, struct evx_diag *diag)
{
	struct evx_buf plain = EVX_BUF_INIT;
	struct evx_buf name = EVX_BUF_INIT;
	uint8_t hash[32];
	enum evx_err err;

	plain.max = EVX_MEMBER_MAX;
	err = evx_buf_addf(&name, "custody/%s", attachment->file);
	if (err != EVX_OK || (err = evx_buf_cstr(&name)) != EVX_OK ||
		(err = open_part(event, (const char *)name.data, part, custody, &plain, diag)) !=
			EVX_OK)
		goto out;
	evx_sha256(plain.data, plain.len, hash);
	err = plain.len == attachment->size && evx_hash_equal(hash, attachment->sha256) ?
		evx_buf_add(out, plain.data, plain.len) :
		evx_fail(diag, EVX_E_FORGED,
			"%s: expected the size and hash that the details give, found others",
			attachment->file);
out:
	evx_buf_free(&plain);
	evx_buf_free(&name);
	return err;
}
