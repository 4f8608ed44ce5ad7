/* What a seal and a later event have in common while they are made: parts, encrypted. */
#include "custody/event_making.h"

#include <string.h>

#include "crypto/hash.h"

enum evx_err evx_making_check(const struct evx_making *m, size_t nsigners)
{
	if (nsigners < 1 || nsigners > EVX_SIGNERS_MAX)
		return evx_fail(m->diag, EVX_E_USAGE, "event: expected 1 to %u signers, found %zu",
			EVX_SIGNERS_MAX, nsigners);
	if (m->event->nfiles != 0 || (m->details != NULL && m->details->attachments.n != 0) ||
		(m->details == NULL && m->nattachments > 0))
		return evx_fail(m->diag, EVX_E_USAGE,
			"event: expected no files yet, and details for attachments");
	if (m->nattachments > EVX_ATTACHMENTS_MAX)
		return evx_fail(m->diag, EVX_E_LIMIT, "event: found %zu attachments (limit %u)",
			m->nattachments, EVX_ATTACHMENTS_MAX);
	return EVX_OK;
}

enum evx_err evx_making_name(const struct evx_event *e, enum evx_member_kind kind, unsigned number,
	char name[EVX_MEMBER_NAME_CAP])
{
	struct evx_member_id id = { .kind = kind, .event = e->sequence, .number = number };

	memcpy(id.type, e->type, sizeof(id.type));
	return evx_member_name(&id, name);
}

enum evx_err evx_making_part(struct evx_making *m, enum evx_member_kind kind, unsigned number,
	struct evx_making_readers to, const void *p, size_t n)
{
	struct evx_receipt_part *part;
	char name[EVX_MEMBER_NAME_CAP];
	uint8_t hash[32];
	enum evx_err err;

	if ((err = evx_making_name(m->event, kind, number, name)) != EVX_OK ||
		(err = evx_receipt_add_part(&m->draft, name, &part)) != EVX_OK)
		return err;
	part->bytes.max = EVX_MEMBER_MAX;
	err = evx_age_encrypt(to.at, to.n, p, n, &part->bytes, m->diag);
	if (err == EVX_E_LIMIT)
		return evx_fail(m->diag, err,
			"%s: found more bytes than a file beside the evidence may have (limit %u)",
			name, EVX_MEMBER_MAX);
	if (err != EVX_OK)
		return err;
	evx_sha256(part->bytes.data, part->bytes.len, hash);
	return evx_event_add_file(m->event, name, hash);
}

/* Says in the details which attachments there are. */
static enum evx_err describe_attachments(const struct evx_making *m)
{
	struct evx_attachment *a;
	enum evx_err err;

	for (size_t i = 0; i < m->nattachments; i++) {
		const struct evx_event_attachment *from = &m->attachments[i];
		char name[EVX_MEMBER_NAME_CAP];

		if ((err = evx_details_add_attachment(m->details, &a)) != EVX_OK ||
			(err = evx_details_set(&a->name, from->name)) != EVX_OK ||
			(err = evx_making_name(
				 m->event, EVX_MEMBER_ATTACH, (unsigned)(i + 1), name)) != EVX_OK)
			return err;
		memcpy(a->file, name + strlen("custody/"), strlen(name) - strlen("custody/") + 1);
		a->size = from->n;
		evx_sha256(from->p, from->n, a->sha256);
	}
	return EVX_OK;
}

enum evx_err evx_making_details(struct evx_making *m, struct evx_making_readers to)
{
	struct evx_buf plain = EVX_BUF_INIT;
	enum evx_err err = describe_attachments(m);

	if (err != EVX_OK)
		return err;
	m->details->binding = evx_binding_of(m->event);
	err = evx_details_encode(m->details, &plain, m->diag);
	if (err == EVX_OK)
		err = evx_making_part(m, EVX_MEMBER_DETAILS, 0, to, plain.data, plain.len);
	evx_buf_free(&plain);
	return err;
}

enum evx_err evx_making_attachments(struct evx_making *m, struct evx_making_readers to)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < m->nattachments && err == EVX_OK; i++)
		err = evx_making_part(m, EVX_MEMBER_ATTACH, (unsigned)(i + 1), to,
			m->attachments[i].p, m->attachments[i].n);
	return err;
}
