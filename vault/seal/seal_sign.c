/* The seal's statement over what was sealed, signed. */
#include "seal/seal_sign.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "seal/seal_details.h"
#include "seal/seal_expected.h"

void evx_seal_sign_part(const struct evx_payload_result *p, struct evx_content_part *part)
{
	part->lines = p->lines;
	memcpy(part->leaf_secret, p->leaf_secret, 32);
	for (int i = 0; i < 2; i++) {
		part->sequences[i] = p->sequence_len[i];
		if (p->has_padding[i])
			part->padding[part->npadding++] = p->padding[i];
	}
	part->listing = p->listing;
	part->content = p->content;
}

/* The public part. The plan's policy becomes the event's. */
static enum evx_err describe_event(
	const struct evx_seal_sign_task *task, struct evx_seal_plan *plan, struct evx_event *ev)
{
	const struct evx_details *d = &plan->details;
	struct evx_seal_fields *s = &ev->seal;

	memcpy(ev->uuid, task->uuid, sizeof(ev->uuid));
	ev->time = task->time;
	s->shape = EVX_SHAPE_WHOLE;
	s->complete = d->completeness.complete;
	memcpy(s->tagmanifest, task->tagmanifest, 32);
	memcpy(s->listing_root, task->payload->listing_root, 32);
	s->custody_readers = task->keys->custody_readers;
	s->content_readers = task->keys->content_readers;
	s->policy = plan->policy;
	memset(&plan->policy, 0, sizeof(plan->policy));
	if (!task->opt->public_label)
		return EVX_OK;
	if (d->case_label != NULL && (s->case_label = strdup(d->case_label)) == NULL)
		return EVX_E_MEMORY;
	if (d->exhibit_number != NULL && (s->exhibit_number = strdup(d->exhibit_number)) == NULL)
		return EVX_E_MEMORY;
	return EVX_OK;
}

static struct evx_event_attachment *list_attachments(const struct evx_inputs *in)
{
	struct evx_event_attachment *list = calloc(in->n + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < in->n; i++)
		list[i] = (struct evx_event_attachment){ evx_path_base(in->at[i].path),
			in->at[i].bytes.data, in->at[i].bytes.len };
	return list;
}

enum evx_err evx_seal_sign(const struct evx_seal_sign_task *task, struct evx_seal_plan *plan,
	struct evx_event_files *files, uint8_t hash[32], struct evx_diag *diag)
{
	struct evx_content_part part = { 0 };
	struct evx_event event = { 0 };
	struct evx_event_attachment *attachments = list_attachments(task->attachments);
	const struct evx_seal_request request = { .event = &event,
		.details = &plan->details,
		.content = &part,
		.keys = &task->keys->keys,
		.custody_lists = task->opt->custody_lists,
		.attachments = attachments,
		.nattachments = task->attachments->n,
		.signers = task->signer,
		.nsigners = 1 };
	enum evx_err err = attachments == NULL ? EVX_E_MEMORY : EVX_OK;

	evx_seal_details_count(task->payload, &plan->details);
	if (err != EVX_OK ||
		(plan->expected != NULL &&
			(err = evx_seal_expected_describe(
				 plan->expected, task->opt, &plan->details)) != EVX_OK) ||
		(err = describe_event(task, plan, &event)) != EVX_OK) {
		(void)evx_fail_buf(diag, err);
		goto out;
	}
	evx_seal_sign_part(task->payload, &part);
	err = evx_event_build_seal(&request, files, hash, diag);
out:
	evx_wipe(&part, sizeof(part));
	evx_event_free(&event);
	free(attachments);
	return err;
}
