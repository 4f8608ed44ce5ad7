/* A seal from options to published bundle: sources, plan, target, content, signature. */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "events/particulars.h"
#include "events/timestamp.h"
#include "format/text.h"
#include "seal/bundle_readme.h"
#include "seal/seal_content.h"
#include "seal/seal_sign.h"

/* What the stages give; each gets of it what it needs. */
struct seal {
	struct evx_seal_target *target;
	struct evx_timestamp_options stamp_options;
	struct evx_timestamp_run *stamp; /* NULL unless a time-stamp is wanted */
	struct evx_hand hand;
	struct evx_seal_inputs inputs;
	struct evx_seal_sources sources;
	struct evx_seal_plan plan;
	struct evx_reread *reread;
	struct evx_seal_keys keys;
	struct evx_payload_result payload;
	uint8_t hash[32]; /* of the seal */
};

static enum evx_err prepare_stamp(
	struct seal *s, const struct evx_seal_options *o, struct evx_diag *diag)
{
	if (o->tsa == NULL)
		return EVX_OK;
	if (o->split != 0 || strcmp(s->target->path, "-") == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"A time-stamp needs a bundle in one file, not a stream or volumes. Nothing "
			"was sealed. Name a file with -o FILE.evx, without --split.");
	s->stamp_options = (struct evx_timestamp_options){
		.bundle = s->target->path, .event = 0, .url = o->tsa, .tsa_ca = o->tsa_ca
	};
	return evx_timestamp_prepare(&s->stamp_options, &s->stamp, diag);
}

/* What is named is opened or read, and nothing of it parsed. From then on only the sources can be
 * read and only the target written. */
static enum evx_err start(struct seal *s, struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress,
	struct evx_confine_state *state, struct evx_diag *diag)
{
	struct evx_start start = { .diag = diag };
	struct evx_details *d = &s->plan.details;

	/* Early, since it starts a process that is to know nothing. */
	start.err = prepare_stamp(s, opt, diag);
	evx_home_hand_start(&start, h, opt->as, opt->vault != NULL || opt->resume, ask, &s->hand);
	evx_seal_inputs_start(&start, h, opt, &s->inputs);
	evx_home_start(&start, h, EVX_CONFINE_READ);
	evx_seal_sources_start(&start, opt, d, progress, &s->sources);
	if (evx_start_good(&start))
		start.err = evx_particulars_clock(opt->clock_offset, opt->clock_source, d, diag);
	s->target->kind->open(s->target, &start);
	if (evx_start_good(&start) && opt->reread)
		start.err = evx_reread_new(s->target->path, &s->reread, diag);
	/* Libraries that look up names load themselves at the first call. */
	(void)getpwuid(0);
	(void)getgrgid(0);
	evx_start_path_if_there(&start, "/etc/passwd", EVX_CONFINE_READ);
	evx_start_path_if_there(&start, "/etc/group", EVX_CONFINE_READ);
	return evx_start_confine(&start, EVX_CONFINE_MAY_READ_ALL, opt->confine ? state : NULL);
}

static enum evx_err plan(struct seal *s, struct evx_home *h, const struct evx_seal_options *opt,
	struct evx_diag *diag)
{
	struct evx_seal_filing filing = { .readers = NULL };
	enum evx_err err = EVX_OK;

	if (s->target->kind->load != NULL)
		err = s->target->kind->load(s->target, &s->hand, &filing, diag);
	if (err == EVX_OK)
		err = evx_seal_plan_make(
			h, opt, &s->inputs, &s->hand.id.card, &filing, &s->plan, diag);
	return err;
}

/* The members before the packs. */
static enum evx_err write_front(struct evx_seal_target *t, const struct evx_readers *readers,
	struct evx_seal_keys *keys, struct evx_diag *diag)
{
	struct evx_key_files files = { EVX_BUF_INIT, EVX_BUF_INIT, 0, 0 };
	enum evx_err err;

	if ((err = evx_exhibit_keys_new(&keys->keys, diag)) != EVX_OK ||
		(t->kind->keys != NULL && (err = t->kind->keys(t, &keys->keys, diag)) != EVX_OK) ||
		(err = evx_readers_key_files(readers, &keys->keys, &files, diag)) != EVX_OK ||
		(err = evx_writer_member(t->writer, "README.txt", evx_bundle_readme,
			 evx_bundle_readme_len, diag)) != EVX_OK ||
		(err = evx_writer_member(t->writer, "keys/0000-custody.age", files.custody.data,
			 files.custody.len, diag)) != EVX_OK)
		goto out;
	err = evx_writer_member(
		t->writer, "keys/0000-content.age", files.content.data, files.content.len, diag);
	keys->custody_readers = files.custody_readers;
	keys->content_readers = files.content_readers;
out:
	evx_key_files_free(&files);
	return err;
}

/* The members behind the packs. */
static enum evx_err write_seal(
	struct seal *s, const struct evx_seal_options *opt, int64_t now, struct evx_diag *diag)
{
	struct evx_writer *w = s->target->writer;
	uint8_t tagmanifest[32];
	const struct evx_seal_sign_task task = { .opt = opt,
		.uuid = s->target->uuid,
		.time = now,
		.keys = &s->keys,
		.payload = &s->payload,
		.tagmanifest = tagmanifest,
		.attachments = &s->inputs.attachments,
		.signer = &s->hand.signer };
	struct evx_event_files files = { NULL, 0 };
	enum evx_err err = evx_writer_finish_payload(w, tagmanifest, diag);

	if (err == EVX_OK)
		err = evx_seal_sign(&task, &s->plan, &files, s->hash, diag);
	for (size_t i = 0; i < files.n && err == EVX_OK; i++)
		err = evx_writer_member(
			w, files.at[i].name, files.at[i].bytes.data, files.at[i].bytes.len, diag);
	evx_event_files_free(&files);
	return err == EVX_OK ? evx_writer_end(w, diag) : err;
}

static enum evx_err seal_all(struct seal *s, const struct evx_seal_options *opt,
	struct evx_progress *progress, struct evx_cancel *cancel, int64_t now,
	struct evx_diag *diag)
{
	struct evx_details *d = &s->plan.details;
	struct evx_seal_content_task task = { .opt = opt,
		.sources = &s->sources,
		.target = s->target,
		.expected = s->plan.expected,
		.reread = s->reread,
		.progress = progress,
		.cancel = cancel };
	enum evx_err err = EVX_OK;

	if (s->target->kind->begin != NULL)
		err = s->target->kind->begin(s->target, &s->hand.signer, now, &d->resumed, diag);
	if (err == EVX_OK)
		err = write_front(s->target, &s->plan.readers, &s->keys, diag);
	if (err != EVX_OK)
		return err;
	task.secret = evx_secret_bytes(s->keys.keys.content);
	err = evx_seal_content(&task, &s->payload, &d->completeness, &d->reread, diag);
	return err == EVX_OK ? write_seal(s, opt, now, diag) : err;
}

/* Fills *r but for what the target says. */
static void tell(struct seal *s, struct evx_seal_result *r)
{
	const struct evx_details *d = &s->plan.details;
	const struct evx_completeness *c = &d->completeness;
	const struct evx_payload_result *p = &s->payload;

	memcpy(r->uuid, s->target->uuid, sizeof(r->uuid));
	evx_hex_encode(s->hash, 32, r->seal_hash);
	evx_seal_code(s->hash, r->seal_code);
	evx_sshkey_fingerprint(&s->hand.id.signing_pub, r->signer);
	evx_hex_encode(p->listing_root, 32, r->listing_root);
	r->lines = p->lines;
	r->files = p->files;
	r->directories = p->directories;
	r->bytes = p->bytes;
	r->stored_bytes = p->content_bytes;
	r->complete = c->complete;
	r->unreadable_files = c->unreadable_files;
	r->unreadable_directories = c->unreadable_directories;
	r->unreadable_bytes = c->unreadable_bytes;
	r->changed = c->changed;
	r->left_out = c->not_crossed;
	r->metadata_errors = c->metadata_errors;
	r->hashes_left_out = c->hashes_left_out;
	r->expected_matched = d->expected_hashes.matched;
	r->expected_mismatched = d->expected_hashes.mismatched;
	r->expected_missing = d->expected_hashes.missing;
	r->reread_files = d->reread.files;
	r->reread_differences = d->reread.different;
	r->borrowed_chunks = p->borrowed_chunks;
	r->borrowed_bytes = p->borrowed_bytes;
	r->bad_loans = p->bad_loans;
	r->readers = s->plan.readers.at;
	r->nreaders = s->plan.readers.n;
	s->plan.readers.at = NULL;
}

/* The bundle is published and good without: what goes wrong is told in the result. */
static void stamp(
	struct evx_timestamp_run *run, struct evx_cancel *cancel, struct evx_seal_result *r)
{
	struct evx_timestamp_result stamped;

	if (run == NULL)
		return;
	r->stamp_err = evx_timestamp_finish(run, NULL, cancel, &stamped, &r->stamp_diag);
	if (r->stamp_err != EVX_OK)
		return;
	memcpy(r->stamp_time, stamped.time, sizeof(r->stamp_time));
	memcpy(r->stamp_authority, stamped.authority, sizeof(r->stamp_authority));
}

static void release(struct seal *s)
{
	evx_timestamp_run_free(s->stamp);
	evx_seal_target_free(s->target);
	evx_payload_result_wipe(&s->payload);
	evx_exhibit_keys_free(&s->keys.keys);
	evx_hand_free(&s->hand);
	evx_seal_inputs_free(&s->inputs);
	evx_seal_sources_free(&s->sources);
	evx_seal_plan_free(&s->plan);
	evx_reread_free(s->reread);
}

enum evx_err evx_seal(struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_seal_result *result, struct evx_diag *diag)
{
	const int64_t now = (int64_t)time(NULL);
	struct seal s = { 0 };
	enum evx_err err;

	memset(result, 0, sizeof(*result));
	if ((err = evx_seal_target_new(h, opt, cancel, &s.target, diag)) != EVX_OK ||
		(err = start(&s, h, opt, ask, progress, &result->confinement, diag)) != EVX_OK ||
		(err = plan(&s, h, opt, diag)) != EVX_OK ||
		(err = seal_all(&s, opt, progress, cancel, now, diag)) != EVX_OK)
		goto out;
	tell(&s, result);
	err = s.target->kind->publish(s.target, s.hash, &s.payload, result, diag);
	if (err == EVX_OK)
		stamp(s.stamp, cancel, result);
out:
	release(&s);
	if (err != EVX_OK)
		evx_seal_result_free(result);
	return err;
}

void evx_seal_result_free(struct evx_seal_result *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->nwritten; i++)
		free(r->written[i]);
	free(r->written);
	free(r->readers);
	memset(r, 0, sizeof(*r));
}
