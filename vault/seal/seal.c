/* A seal from options to published bundle. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/processors.h"
#include "events/particulars.h"
#include "seal/bundle_readme.h"
#include "seal/seal_inputs.h"
#include "seal/seal_output.h"
#include "seal/seal_sources.h"
#include "seal/seal_vault.h"

/* From here on only the sources can be read and only the output written. */
static enum evx_err confine(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err;
	static const char *const names[] = { "/etc/passwd", "/etc/group" };
	int files[2] = { -1, -1 };
	size_t n = 0;
	struct evx_confine_dir *dirs = calloc(
		run->opt->nsources + 2 + EVX_SEAL_OUTPUT_DIRS, sizeof(*dirs));

	if (dirs == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "confinement: out of memory");
	/* Libraries that look up names load themselves at the first call. */
	(void)getpwuid(0);
	(void)getgrgid(0);
	tzset();
	for (size_t i = 0; run->source_fds != NULL && i < run->opt->nsources; i++)
		dirs[n++] = (struct evx_confine_dir){ run->source_fds[i], false };
	for (size_t i = 0; i < 2; i++) {
		files[i] = open(names[i], O_PATH | O_CLOEXEC);
		if (files[i] >= 0)
			dirs[n++] = (struct evx_confine_dir){ files[i], false };
	}
	err = evx_seal_output_rules(run, dirs, &n, diag);
	if (err == EVX_OK)
		err = evx_confine_for(
			dirs, n, EVX_CONFINE_MAY_READ_ALL, &run->result->confinement, diag);
	for (size_t i = 0; i < 2; i++)
		evx_close_quiet(&files[i]);
	free(dirs);
	return err;
}

/* The members before the packs. */
static enum evx_err write_front(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_key_files files = { EVX_BUF_INIT, EVX_BUF_INIT, 0, 0 };
	enum evx_err err = evx_exhibit_keys_new(&run->keys, diag);

	if (err == EVX_OK && run->vault != NULL)
		err = evx_seal_vault_origin(run, diag);

	if (err == EVX_OK)
		err = evx_readers_key_files(&run->readers, &run->keys, &files, diag);
	if (err == EVX_OK)
		err = evx_writer_member(
			run->writer, "README.txt", evx_bundle_readme, evx_bundle_readme_len, diag);
	if (err == EVX_OK)
		err = evx_writer_member(run->writer, "keys/0000-custody.age", files.custody.data,
			files.custody.len, diag);
	if (err == EVX_OK)
		err = evx_writer_member(run->writer, "keys/0000-content.age", files.content.data,
			files.content.len, diag);
	run->event.seal.custody_readers = files.custody_readers;
	run->event.seal.content_readers = files.content_readers;
	evx_key_files_free(&files);
	return err;
}

static enum evx_err seal_and_publish(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_event_files files = { NULL, 0 };
	uint8_t hash[32];

	err = evx_seal_run_sign(run, &files, hash, diag);
	for (size_t i = 0; i < files.n && err == EVX_OK; i++)
		err = evx_writer_member(run->writer, files.at[i].name, files.at[i].bytes.data,
			files.at[i].bytes.len, diag);
	if (err == EVX_OK)
		err = evx_writer_end(run->writer, diag);
	if (err == EVX_OK)
		evx_seal_run_result(run, hash);
	if (err == EVX_OK)
		err = evx_seal_output_publish(run, diag);
	evx_event_files_free(&files);
	return err;
}

static enum evx_err prepare_stamp(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;

	if (o->tsa == NULL)
		return EVX_OK;
	if (o->split != 0 || strcmp(run->published, "-") == 0)
		return evx_fail(diag, EVX_E_USAGE,
			"seal: a time-stamp is appended to one file, not to a stream or to "
			"volumes");
	run->stamp_options = (struct evx_timestamp_options){
		.bundle = run->published, .event = 0, .url = o->tsa, .tsa_ca = o->tsa_ca
	};
	return evx_timestamp_prepare(&run->stamp_options, &run->stamp, diag);
}

/* The bundle is published and good without: what goes wrong is told in the result. */
static void stamp(struct evx_seal_run *run)
{
	struct evx_seal_result *r = run->result;
	struct evx_timestamp_result stamped;

	if (run->stamp == NULL)
		return;
	r->stamp_err = evx_timestamp_finish(
		run->stamp, NULL, run->cancel, &stamped, &r->stamp_diag);
	if (r->stamp_err != EVX_OK)
		return;
	memcpy(r->stamp_time, stamped.time, sizeof(r->stamp_time));
	memcpy(r->stamp_authority, stamped.authority, sizeof(r->stamp_authority));
}

static void release(struct evx_seal_run *run)
{
	evx_timestamp_run_free(run->stamp);
	evx_walk_free(run->walk);
	evx_payload_write_free(run->payload);
	evx_seal_output_free(run);
	evx_payload_result_wipe(&run->sealed);
	evx_exhibit_keys_free(&run->keys);
	evx_hand_free(&run->hand);
	evx_inputs_free(&run->to);
	evx_inputs_free(&run->custody_to);
	evx_inputs_free(&run->witnesses);
	evx_inputs_free(&run->attachments);
	evx_inputs_free(&run->details_file);
	evx_inputs_free(&run->policy_file);
	evx_cards_free(&run->known);
	evx_inputs_free(&run->expect_file);
	evx_cards_free(&run->always);
	evx_readers_free(&run->readers);
	evx_details_free(&run->details);
	evx_event_free(&run->event);
	evx_digest_list_free(run->expected);
	evx_reread_free(run->reread);
	for (size_t i = 0; i < run->opt->nsources; i++) {
		if (run->sources != NULL)
			free(run->sources[i].name);
		if (run->source_fds != NULL)
			evx_close_quiet(&run->source_fds[i]);
	}
	free(run->sources);
	free(run->source_fds);
}

enum evx_err evx_seal(struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_seal_result *result, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_seal_run run = { .home = h,
		.opt = opt,
		.progress = progress,
		.cancel = cancel,
		.result = result,
		.output_dir = -1 };

	memset(result, 0, sizeof(*result));
	run.jobs = opt->jobs != 0 ? opt->jobs : evx_processors();
	run.now = (int64_t)time(NULL);
	err = evx_seal_output_prepare(&run, diag);
	if (err == EVX_OK)
		err = prepare_stamp(&run, diag); /* early, since it starts a process that is to know
						    nothing */
	if (err == EVX_OK)
		err = evx_home_hand(h, opt->as, opt->vault != NULL, ask, &run.hand, diag);
	if (err == EVX_OK)
		err = evx_seal_inputs_read(&run, diag);
	if (err == EVX_OK)
		err = evx_seal_sources_open(&run, diag);
	if (err == EVX_OK)
		err = evx_particulars_clock(
			opt->clock_offset, opt->clock_source, &run.details, diag);
	if (err == EVX_OK)
		err = evx_seal_output_open(&run, diag);
	if (err == EVX_OK && opt->reread)
		err = evx_reread_new(run.published, &run.reread, diag);
	if (err == EVX_OK && opt->confine)
		err = confine(&run, diag);
	if (err == EVX_OK && run.vault != NULL)
		err = evx_seal_vault_load(&run, diag);
	if (err == EVX_OK)
		err = evx_seal_inputs_parse(&run, diag);
	if (err == EVX_OK)
		err = evx_seal_output_begin(&run, diag);
	if (err == EVX_OK)
		err = write_front(&run, diag);
	if (err == EVX_OK)
		err = evx_seal_run_contents(&run, diag);
	if (err == EVX_OK)
		err = seal_and_publish(&run, diag);
	if (err == EVX_OK)
		stamp(&run);
	release(&run);
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
