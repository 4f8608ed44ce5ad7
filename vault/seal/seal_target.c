/* The target of a seal, as its options name it. */
#include "seal/seal_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"

enum evx_err evx_seal_target_new(struct evx_home *h, const struct evx_seal_options *opt,
	const struct evx_cancel *cancel, struct evx_seal_target **out, struct evx_diag *diag)
{
	uint8_t random[16];
	struct evx_seal_target *t;

	*out = NULL;
	if ((opt->output == NULL) == (opt->vault == NULL))
		return evx_fail(diag, EVX_E_USAGE, "%s",
			opt->output == NULL ?
				"Where should the exhibit go? Name a new bundle with -o FILE.evx, "
				"or a vault with --vault DIR." :
				"The exhibit goes into a bundle or into a vault, not into both. "
				"Nothing was sealed. Leave out -o or --vault.");
	if (opt->split != 0 && (opt->vault != NULL || strcmp(opt->output, "-") == 0))
		return evx_fail(diag, EVX_E_USAGE,
			"Only a bundle in files can be cut into volumes. Nothing was sealed. Name "
			"a "
			"file with -o FILE.evx, or leave out --split.");
	if (opt->resume && opt->vault == NULL && (opt->split != 0 || strcmp(opt->output, "-") == 0))
		return evx_fail(diag, EVX_E_USAGE,
			"Only a bundle in one file, or a seal into a vault, can be continued. "
			"Nothing was sealed. Seal again without --resume.");
	t = opt->vault != NULL ? evx_seal_target_vault(h, opt, cancel) :
				 evx_seal_target_bundle(h, opt, cancel);
	if (t == NULL)
		return evx_fail_memory(diag);
	evx_random(random, sizeof(random));
	evx_uuid_v4(random, t->uuid);
	if (opt->output != NULL)
		t->path = strdup(opt->output);
	else if (asprintf(&t->path, "%s/exhibits/%s", opt->vault, t->uuid) < 0)
		t->path = NULL;
	if (t->path == NULL) {
		evx_seal_target_free(t);
		return evx_fail_memory(diag);
	}
	*out = t;
	return EVX_OK;
}

void evx_seal_target_free(struct evx_seal_target *t)
{
	if (t == NULL)
		return;
	evx_writer_free(t->writer);
	if (t->kind->free != NULL)
		t->kind->free(t);
	free(t->path);
	free(t);
}

enum evx_err evx_seal_target_written(struct evx_seal_result *r, const char *name, bool *there)
{
	struct stat st;
	char **more;

	*there = stat(name, &st) == 0;
	if (!*there)
		return EVX_OK;
	more = EVX_ARRAY_ADD(r->written, r->nwritten);
	if (more == NULL || (*more = strdup(name)) == NULL)
		return EVX_E_MEMORY;
	r->bundle_bytes += S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return EVX_OK;
}
