/* Where a seal goes: a bundle, or a vault. */
#include "seal/seal_output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "seal/seal_vault.h"

static bool to_stdout(const struct evx_seal_options *o)
{
	return o->output != NULL && strcmp(o->output, "-") == 0;
}

enum evx_err evx_seal_output_prepare(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;
	uint8_t random[16];

	evx_random(random, sizeof(random));
	evx_uuid_v4(random, run->uuid);
	if ((o->output == NULL) == (o->vault == NULL))
		return evx_fail(diag, EVX_E_USAGE,
			"seal: expected a bundle to make (-o FILE.evx) or a vault, found %s",
			o->output == NULL ? "neither" : "both");
	if (o->split != 0 && (to_stdout(o) || o->vault != NULL))
		return evx_fail(diag, EVX_E_USAGE,
			"seal: only a bundle in files can be split into volumes");
	if (o->output != NULL)
		run->published = strdup(o->output);
	else if (asprintf(&run->published, "%s/exhibits/%s", o->vault, run->uuid) < 0)
		run->published = NULL;
	return run->published != NULL ? EVX_OK :
					evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
}

enum evx_err evx_seal_output_open(struct evx_seal_run *run, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;

	if (o->vault != NULL)
		return evx_seal_vault_open(run, diag);
	if (to_stdout(o))
		return evx_writer_stream(
			STDOUT_FILENO, "standard output", run->uuid, &run->writer, diag);
	if (o->split != 0)
		return evx_writer_volumes(o->output, o->split, run->uuid, &run->writer, diag);
	return evx_writer_file(o->output, run->uuid, &run->writer, diag);
}

enum evx_err evx_seal_output_rules(
	struct evx_seal_run *run, struct evx_confine_dir *dirs, size_t *n, struct evx_diag *diag)
{
	const struct evx_seal_options *o = run->opt;
	const char *slash = o->output != NULL ? strrchr(o->output, '/') : NULL;
	char *dir;

	if (o->vault != NULL) {
		evx_seal_vault_rules(run, dirs, n);
		return EVX_OK;
	}
	if (to_stdout(o))
		return EVX_OK;
	dir = slash == NULL ?
		strdup(".") :
		strndup(o->output, slash == o->output ? 1 : (size_t)(slash - o->output));
	run->output_dir = dir == NULL ? -1 : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (run->output_dir < 0)
		return evx_fail_errno(diag, o->output, "output: its directory cannot be opened");
	/* One file is open by now. Volumes are still to be opened, and so is the bundle for a
	 * time-stamp. */
	dirs[(*n)++] = (struct evx_confine_dir){ run->output_dir,
		o->split == 0 && o->tsa == NULL ? EVX_CONFINE_NAMES : EVX_CONFINE_WRITE };
	return EVX_OK;
}

enum evx_err evx_seal_output_begin(struct evx_seal_run *run, struct evx_diag *diag)
{
	return run->vault != NULL ? evx_seal_vault_begin(run, diag) : EVX_OK;
}

/* The file or directory at name, when it is there, among what was written. */
static enum evx_err add_written(struct evx_seal_result *r, const char *name, bool *there)
{
	struct stat st;
	char **more;

	*there = stat(name, &st) == 0;
	if (!*there)
		return EVX_OK;
	more = realloc(r->written, (r->nwritten + 1) * sizeof(*more));
	if (more == NULL)
		return EVX_E_MEMORY;
	r->written = more;
	more[r->nwritten] = strdup(name);
	if (more[r->nwritten] == NULL)
		return EVX_E_MEMORY;
	r->nwritten++;
	r->bundle_bytes += S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return EVX_OK;
}

static enum evx_err list_written(struct evx_seal_run *run)
{
	enum evx_err err = EVX_OK;
	const size_t cap = strlen(run->published) + 16;
	char *name = malloc(cap);
	bool there = true;

	if (name == NULL)
		return EVX_E_MEMORY;
	if (to_stdout(run->opt))
		run->result->bundle_bytes = evx_writer_length(run->writer);
	else if (run->opt->split == 0)
		err = add_written(run->result, run->published, &there);
	for (unsigned i = 1; run->opt->split != 0 && there && err == EVX_OK; i++) {
		(void)snprintf(name, cap, "%s.%03u", run->published, i);
		err = add_written(run->result, name, &there);
	}
	free(name);
	return err;
}

enum evx_err evx_seal_output_publish(struct evx_seal_run *run, struct evx_diag *diag)
{
	enum evx_err err = run->vault != NULL ? evx_seal_vault_publish(run, diag) : EVX_OK;

	if (err == EVX_OK && list_written(run) != EVX_OK)
		err = evx_fail(diag, EVX_E_MEMORY, "seal: out of memory");
	return err;
}

void evx_seal_output_free(struct evx_seal_run *run)
{
	evx_writer_free(run->writer);
	evx_seal_vault_free(run->vault);
	evx_close_quiet(&run->output_dir);
	free(run->published);
}
