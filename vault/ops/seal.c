#include "ops/seal_run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "content/device.h"
#include "format/text.h"
#include "format/time.h"
#include "ops/bundle_readme.h"
#include "ops/particulars.h"

/* Names each source by the last component of its real path. */
static enum evx_err name_source(struct evx_seal_run *run, size_t i, struct evx_diag *diag)
{
	const char *path = run->opt->sources[i], *base;
	char *real = realpath(path, NULL);

	if (real == NULL)
		return evx_fail_errno(diag, path, "source: cannot be found");
	if (!run->opt->follow) {
		/* A link is refused by the walk; its own name is what the message must show. */
		free(real);
		real = strdup(path);
		if (real == NULL)
			return evx_fail(diag, EVX_E_MEMORY, "source: out of memory");
		for (size_t n = strlen(real); n > 1 && real[n - 1] == '/'; n--)
			real[n - 1] = '\0';
		base = strrchr(real, '/');
		base = base == NULL ? real : base + 1;
		if (*base == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
			free(real);
			real = realpath(path, NULL);
			if (real == NULL)
				return evx_fail_errno(diag, path, "source: cannot be found");
		}
	}
	base = strrchr(real, '/');
	base = base == NULL ? real : base + 1;
	run->sources[i].name = strdup(*base == '\0' ? "root" : base);
	run->sources[i].path = path;
	free(real);
	return run->sources[i].name == NULL ? evx_fail(diag, EVX_E_MEMORY, "source: out of memory") : EVX_OK;
}

/* Describes a source for the details, and keeps a descriptor of it for the confinement's rules. */
static enum evx_err open_source(struct evx_seal_run *run, size_t i, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_source_details *d;
	struct evx_device device;
	struct stat st;
	const char *path = run->opt->sources[i];
	int fd = -1;

	run->source_fds[i] = open(path, O_PATH | O_CLOEXEC | (run->opt->follow ? 0 : O_NOFOLLOW));
	if (run->source_fds[i] < 0 || fstat(run->source_fds[i], &st) != 0)
		return evx_fail_errno(diag, path, "source: cannot be opened");
	err = evx_details_add_source(&run->details, &d);
	if (err == EVX_OK)
		err = evx_details_set(&d->name, run->sources[i].name);
	if (err == EVX_OK)
		err = evx_details_set(&d->path, path);
	if (err != EVX_OK)
		return evx_fail(diag, err, "source: cannot be described");
	d->kind = S_ISDIR(st.st_mode) ? EVX_SOURCE_DIR : S_ISBLK(st.st_mode) ? EVX_SOURCE_BLOCK : EVX_SOURCE_FILE;
	d->has_size = S_ISREG(st.st_mode);
	d->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	if (S_ISBLK(st.st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			return evx_fail_errno(diag, path, "source: the device cannot be opened");
		err = evx_device_describe(fd, path, &device, diag);
		(void)close(fd);
		if (err == EVX_OK)
			err = evx_details_set(&d->model, device.model);
		if (err == EVX_OK)
			err = evx_details_set(&d->serial, device.serial);
		d->has_size = true;
		d->size = device.size;
		d->sector_size = device.sector_size;
		d->has_read_only = true;
		d->read_only = device.read_only;
	}
	if (d->has_size && run->progress != NULL)
		run->known_total += d->size;
	run->all_sizes_known = run->all_sizes_known && d->has_size;
	return err;
}

static enum evx_err open_sources(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	const struct evx_seal_options *opt = run->opt;
	struct evx_source_details *d;

	if (opt->nsources == 0)
		return evx_fail(diag, EVX_E_USAGE, "seal: expected at least one source, found none");
	for (size_t i = 0; i < opt->nsources; i++)
		run->from_stdin = run->from_stdin || strcmp(opt->sources[i], "-") == 0;
	if (run->from_stdin) {
		if (opt->nsources != 1 || opt->reread)
			return evx_fail(diag, EVX_E_USAGE, "seal: standard input is sealed by itself, and cannot be read again");
		err = evx_details_add_source(&run->details, &d);
		if (err == EVX_OK)
			err = evx_details_set(&d->name, "stdin");
		if (err == EVX_OK)
			err = evx_details_set(&d->path, "-");
		if (err == EVX_OK)
			d->kind = EVX_SOURCE_STDIN;
		return err;
	}
	run->sources = calloc(opt->nsources, sizeof(*run->sources));
	run->source_fds = malloc(opt->nsources * sizeof(*run->source_fds));
	if (run->sources == NULL || run->source_fds == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
	for (size_t i = 0; i < opt->nsources; i++)
		run->source_fds[i] = -1;
	run->all_sizes_known = true;
	for (size_t i = 0; i < opt->nsources && err == EVX_OK; i++) {
		err = name_source(run, i, diag);
		if (err == EVX_OK)
			err = open_source(run, i, diag);
	}
	if (run->progress != NULL && run->all_sizes_known)
		atomic_store(&run->progress->bytes_total, run->known_total);
	return err;
}

/* Everything the caller named, into memory: nothing of it is parsed yet. */
static enum evx_err read_inputs(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;
	const char *one;
	enum evx_err err = evx_inputs_read(o->to, o->nto, EVX_DOCUMENT_MAX, &run->to, diag);

	if (err == EVX_OK)
		err = evx_inputs_read(o->custody_to, o->ncustody_to, EVX_DOCUMENT_MAX, &run->custody_to, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(o->witness, o->nwitness, EVX_DOCUMENT_MAX, &run->witnesses, diag);
	if (err == EVX_OK)
		err = evx_inputs_read(o->attach, o->nattach, EVX_MEMBER_MAX - EVX_MEMBER_MAX / 1024, &run->attachments, diag);
	one = o->details_file;
	if (err == EVX_OK && one != NULL)
		err = evx_inputs_read(&one, 1, EVX_DETAILS_MAX, &run->details_file, diag);
	one = o->policy_file;
	if (err == EVX_OK && one != NULL)
		err = evx_inputs_read(&one, 1, EVX_DOCUMENT_MAX, &run->policy_file, diag);
	if (err == EVX_OK && one != NULL)
		err = evx_cards_load(run->home->fd, EVX_CARDS_KNOWN, &run->known, diag);
	one = o->expect_hash;
	if (err == EVX_OK && one != NULL)
		err = evx_inputs_read(&one, 1, EVX_MANIFEST_MAX, &run->expect_file, diag);
	if (err == EVX_OK)
		err = evx_cards_load(run->home->fd, EVX_CARDS_ALWAYS, &run->always, diag);
	return err;
}

static enum evx_err open_output(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;
	uint8_t random[16];

	evx_random(random, sizeof(random));
	evx_uuid_v4(random, run->uuid);
	if (o->output == NULL)
		return evx_fail(diag, EVX_E_USAGE, "seal: expected -o FILE.evx");
	if (strcmp(o->output, "-") == 0) {
		if (o->split != 0)
			return evx_fail(diag, EVX_E_USAGE, "seal: a stream cannot be split into volumes");
		return evx_writer_stream(STDOUT_FILENO, "standard output", run->uuid, &run->writer, diag);
	}
	if (o->split != 0)
		return evx_writer_volumes(o->output, o->split, run->uuid, &run->writer, diag);
	return evx_writer_file(o->output, run->uuid, &run->writer, diag);
}

/* From here on only the sources can be read and only the output's directory written. */
static enum evx_err confine(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err;
	static const char *const names[] = { "/etc/passwd", "/etc/group" };
	size_t n = 0, cap = run->opt->nsources + 3;
	struct evx_confine_dir *dirs = calloc(cap, sizeof(*dirs));
	char *dir = NULL;

	if (dirs == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "confinement: out of memory");
	/* Libraries that look up names load themselves at the first call. */
	(void)getpwuid(0);
	(void)getgrgid(0);
	tzset();
	for (size_t i = 0; run->source_fds != NULL && i < run->opt->nsources; i++)
		dirs[n++] = (struct evx_confine_dir){ run->source_fds[i], false };
	for (size_t i = 0; i < 2; i++) {
		run->extra_fds[i] = open(names[i], O_PATH | O_CLOEXEC);
		if (run->extra_fds[i] >= 0)
			dirs[n++] = (struct evx_confine_dir){ run->extra_fds[i], false };
	}
	if (strcmp(run->opt->output, "-") != 0) {
		const char *slash = strrchr(run->opt->output, '/');

		dir = slash == NULL ? strdup(".") : strndup(run->opt->output, slash == run->opt->output ? 1 : (size_t)(slash - run->opt->output));
		run->extra_fds[2] = dir == NULL ? -1 : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (run->extra_fds[2] < 0) {
			err = evx_fail_errno(diag, run->opt->output, "output: its directory cannot be opened");
			goto out;
		}
		dirs[n++] = (struct evx_confine_dir){ run->extra_fds[2], true };
	}
	err = evx_confine(dirs, n, &run->result->confinement, diag);
out:
	for (size_t i = 0; i < 3; i++)
		evx_close_quiet(&run->extra_fds[i]);
	free(dir);
	free(dirs);
	return err;
}

/* Somebody whom the policy names: a known card's person or fingerprint, or the signer's own. */
static enum evx_err named_in_policy(void *ctx, const char *name, char out[EVX_KEY_TEXT_CAP], struct evx_diag *diag)
{
	const struct evx_seal_run *run = ctx;
	const struct evx_card *found = NULL;

	for (size_t i = 0; i <= run->known.n; i++) {
		const struct evx_card *card = i < run->known.n ? &run->known.at[i] : &run->id.card;
		char fingerprint[EVX_FINGERPRINT_CAP];
		enum evx_err err = evx_card_fingerprint(card, fingerprint, diag);

		if (err != EVX_OK)
			return err;
		if (strcmp(name, card->person) != 0 && strcmp(name, fingerprint) != 0)
			continue;
		if (found != NULL && strcmp(found->signing, card->signing) != 0)
			return evx_fail(diag, EVX_E_USAGE, "policy: more than one card names '%.100s'; use the fingerprint", name);
		found = card;
	}
	if (found == NULL)
		return evx_fail(diag, EVX_E_NOT_FOUND, "policy: '%.100s' is no public signing key, and no known card names it", name);
	memcpy(out, found->signing, EVX_KEY_TEXT_CAP);
	return EVX_OK;
}

static enum evx_err parse_policy(struct evx_seal_run *run, struct evx_diag *diag)
{
	if (run->policy_file.n == 0)
		return EVX_OK;
	return evx_diag_in(diag, run->opt->policy_file, evx_policy_decode_file(run->policy_file.at[0].bytes.data,
		run->policy_file.at[0].bytes.len, named_in_policy, run, &run->event.seal.policy, diag));
}

/* Parses what others wrote: cards, details, policies, hash lists. */
static enum evx_err parse_inputs(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err;
	const struct evx_readers_from from = { &run->to, &run->custody_to, run->opt->self ? &run->id.card : NULL, &run->always };
	struct evx_card_info actor;

	err = evx_readers_gather(&from, &run->readers, diag);
	if (err == EVX_OK)
		err = evx_card_info_of(&run->id.card, &actor, diag);
	if (err == EVX_OK)
		err = evx_seal_describe(run->opt, run->details_file.n == 0 ? NULL : &run->details_file.at[0].bytes, &actor,
			&run->witnesses, &run->details, diag);
	if (err == EVX_OK)
		err = evx_readers_describe(&run->readers, &run->details.readers);
	if (err == EVX_OK)
		err = parse_policy(run, diag);
	if (err == EVX_OK && run->expect_file.n > 0)
		err = evx_diag_in(diag, run->opt->expect_hash, evx_expected_parse(run->expect_file.at[0].bytes.data,
			run->expect_file.at[0].bytes.len, &run->expected, diag));
	if (err == EVX_OK && run->opt->confirm != NULL
		&& !run->opt->confirm(run->opt->confirm_ctx, run->readers.at, run->readers.n))
		err = evx_fail(diag, EVX_E_INTERRUPTED, "seal: not confirmed, nothing was written");
	return err;
}

/* The members before the packs. */
static enum evx_err write_front(struct evx_seal_run *run, struct evx_diag *diag)
{
	struct evx_key_files files = { EVX_BUF_INIT, EVX_BUF_INIT, 0, 0 };
	enum evx_err err = evx_exhibit_keys_new(&run->keys, diag);

	if (err == EVX_OK)
		err = evx_readers_key_files(&run->readers, &run->keys, &files, diag);
	if (err == EVX_OK)
		err = evx_writer_member(run->writer, "README.txt", evx_bundle_readme, evx_bundle_readme_len, diag);
	if (err == EVX_OK)
		err = evx_writer_member(run->writer, "keys/0000-custody.age", files.custody.data, files.custody.len, diag);
	if (err == EVX_OK)
		err = evx_writer_member(run->writer, "keys/0000-content.age", files.content.data, files.content.len, diag);
	run->event.seal.custody_readers = files.custody_readers;
	run->event.seal.content_readers = files.content_readers;
	evx_key_files_free(&files);
	return err;
}

static enum evx_err seal_and_publish(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_seal_files files = { NULL, 0 };
	uint8_t hash[32];

	err = evx_seal_run_sign(run, &files, hash, diag);
	for (size_t i = 0; i < files.n && err == EVX_OK; i++)
		err = evx_writer_member(run->writer, files.at[i].name, files.at[i].bytes.data, files.at[i].bytes.len, diag);
	if (err == EVX_OK)
		err = evx_writer_end(run->writer, diag);
	if (err == EVX_OK)
		err = evx_seal_run_result(run, hash, diag);
	evx_seal_files_free(&files);
	return err;
}

static enum evx_err prepare_stamp(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;

	if (o->tsa == NULL)
		return EVX_OK;
	if (o->split != 0 || o->output == NULL || strcmp(o->output, "-") == 0)
		return evx_fail(diag, EVX_E_USAGE, "seal: a time-stamp is appended to one file, not to a stream or to volumes");
	run->stamp_options = (struct evx_timestamp_options){ .bundle = o->output, .event = 0, .url = o->tsa, .tsa_ca = o->tsa_ca };
	return evx_timestamp_prepare(&run->stamp_options, &run->stamp, diag);
}

/* The bundle is published and good without: what goes wrong is told in the result. */
static void stamp(struct evx_seal_run *run)
{
	struct evx_seal_result *r = run->result;
	struct evx_timestamp_result stamped;

	if (run->stamp == NULL)
		return;
	r->stamp_err = evx_timestamp_finish(run->stamp, run->cancel, &stamped, &r->stamp_diag);
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
	evx_writer_free(run->writer);
	evx_payload_result_wipe(&run->sealed);
	evx_exhibit_keys_free(&run->keys);
	evx_identity_lock(&run->id);
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
	evx_expected_free(run->expected);
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

enum evx_err evx_seal(struct evx_home *h, const struct evx_seal_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel, struct evx_seal_result *result, struct evx_diag *diag)
{
	enum evx_err err;
	struct evx_seal_run run = { .home = h, .opt = opt, .progress = progress, .cancel = cancel, .result = result,
		.extra_fds = { -1, -1, -1 } };

	memset(result, 0, sizeof(*result));
	run.jobs = opt->jobs != 0 ? opt->jobs : evx_processors();
	run.now = (int64_t)time(NULL);
	err = prepare_stamp(&run, diag); /* first, since it starts a process that is to know nothing */
	if (err == EVX_OK)
		err = evx_home_unlock(h, opt->as, ask, &run.id, NULL, diag);
	if (err == EVX_OK)
		err = evx_identity_signer(&run.id, &run.signer, diag);
	if (err == EVX_OK)
		err = read_inputs(&run, diag);
	if (err == EVX_OK)
		err = open_sources(&run, diag);
	if (err == EVX_OK)
		err = evx_particulars_clock(opt->clock_offset, opt->clock_source, &run.details, diag);
	if (err == EVX_OK)
		err = open_output(&run, diag);
	if (err == EVX_OK && opt->reread)
		err = evx_reread_new(opt->output, &run.reread, diag);
	if (err == EVX_OK && opt->confine)
		err = confine(&run, diag);
	if (err == EVX_OK)
		err = parse_inputs(&run, diag);
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
