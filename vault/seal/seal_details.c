/* The particulars of a seal: options, machine, what the walk found. */
#include "seal/seal_details.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "custody/card.h"
#include "events/particulars.h"
#include "format/text.h"
#include "people/readers.h"

/* "make=…,model=…,serial=…": a comma belongs to a value unless a key follows it. */
static enum evx_err parse_device(const char *text, struct evx_pairs *out, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	char *copy = strdup(text), *at = copy;

	if (copy == NULL)
		return evx_fail_memory(diag);
	while (*at != '\0') {
		char *eq = strchr(at, '='), *end = at + strlen(at), *comma;

		if (eq == NULL || eq == at) {
			err = evx_fail(diag, EVX_E_USAGE,
				"--device: '%.60s' is not a name with a value. Nothing was sealed. "
				"Write for example --device make=Apple,model=A2161.",
				at);
			goto out;
		}
		for (comma = strchr(eq, ','); comma != NULL; comma = strchr(comma + 1, ',')) {
			size_t key = strcspn(comma + 1, "=,");

			if (key > 0 && comma[1 + key] == '=') {
				end = comma;
				break;
			}
		}
		*eq = '\0';
		if (*end == ',')
			*end++ = '\0';
		if ((err = evx_details_set_pair(out, at, eq + 1)) != EVX_OK) {
			(void)evx_fail_buf(diag, err);
			goto out;
		}
		at = end;
	}
out:
	free(copy);
	return err;
}

enum evx_err evx_seal_details_describe(const struct evx_seal_options *opt,
	const struct evx_buf *details_file, const struct evx_card_info *actor,
	const struct evx_inputs *witnesses, struct evx_details *d, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct {
		char **slot;
		const char *value, *option;
	} texts[] = {
		{ &d->case_label, opt->case_label, "--case" },
		{ &d->exhibit_number, opt->exhibit_number, "--exhibit" },
		{ &d->place, opt->place, "--place" },
		{ &d->purpose, opt->purpose, "--purpose" },
		{ &d->description, opt->description, "--description" },
		{ &d->authority, opt->authority, "--authority" },
		{ &d->seal_number, opt->seal_number, "--seal-number" },
		{ &d->handling, opt->handling, "--handling" },
		{ &d->scope, opt->scope, "--scope" },
		{ &d->seized_at, opt->seized_at, "--seized-at" },
		{ &d->seized_from, opt->seized_from, "--seized-from" },
		{ &d->seized_by, opt->seized_by, "--seized-by" },
		{ &d->replaces, opt->replaces, "--replaces" },
	};

	if (details_file != NULL)
		err = evx_details_decode_file(details_file->data, details_file->len, d, diag);
	if (err != EVX_OK)
		return err;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].value == NULL)
			continue;
		if (!evx_utf8_valid(texts[i].value, strlen(texts[i].value)))
			return evx_fail(diag, EVX_E_USAGE,
				"%s: The text is not UTF-8. Nothing was sealed. Type the text in a "
				"terminal with UTF-8.",
				texts[i].option);
		err = evx_details_set(texts[i].slot, texts[i].value);
		if (err == EVX_E_LIMIT)
			return evx_fail(diag, err,
				"%s: The text is longer than %u bytes. Nothing was sealed. Shorten "
				"the text.",
				texts[i].option, EVX_DETAILS_TEXT_MAX);
		if (err != EVX_OK)
			return evx_fail_buf(diag, err);
	}
	if (opt->device != NULL && (err = parse_device(opt->device, &d->device, diag)) != EVX_OK)
		return err;
	d->has_actor = true;
	if ((err = evx_readers_person(actor, &d->actor)) != EVX_OK ||
		(err = evx_particulars_witnesses(witnesses, d, diag)) != EVX_OK ||
		(err = evx_particulars_tool(opt->invocation, d)) != EVX_OK)
		return evx_fail_buf(diag, err);
	return EVX_OK;
}

struct notes {
	struct evx_completeness *c;
	const struct evx_entry *e;
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what);
	void *ctx;
};

static enum evx_err note(const struct notes *n, const char *what)
{
	if (n->remark != NULL)
		n->remark(n->ctx, n->e->path, n->e->path_len, what);
	return evx_details_add_case(
		&n->c->first, n->e->path, n->e->path_len, what, NULL, NULL, NULL);
}

enum evx_err evx_seal_details_note_entry(struct evx_completeness *c, const struct evx_entry *e,
	void (*remark)(void *ctx, const char *path, size_t path_len, const char *what),
	void *remark_ctx)
{
	const struct notes n = { c, e, remark, remark_ctx };
	enum evx_err err;
	char text[64];
	uint64_t bad = 0;

	for (size_t i = 0; i < e->n_bad; i++)
		bad += e->bad[i].length;
	const struct {
		bool holds;
		const char *what;
	} remarks[] = {
		{ e->read_error != NULL, e->read_error },
		{ bad > 0, text },
		{ e->changed_while_reading, "changed while it was read" },
		{ e->not_crossed, "another file system, left out as asked" },
		{ e->skipped,
			"This is what evx itself is writing. It is left out, and not part of the "
			"evidence." },
		{ e->metadata_errors != NULL, e->metadata_errors },
	};
	if (e->type == EVX_DIR)
		c->unreadable_directories += e->read_error != NULL;
	else
		c->unreadable_files += e->read_error != NULL || bad > 0;
	c->unreadable_bytes += bad;
	c->changed += e->changed_while_reading;
	c->not_crossed += e->not_crossed;
	c->excluded += e->skipped;
	c->metadata_errors += e->metadata_errors != NULL;
	(void)snprintf(text, sizeof(text), "%llu %s unreadable in %zu %s", (unsigned long long)bad,
		bad == 1 ? "byte" : "bytes", e->n_bad, e->n_bad == 1 ? "place" : "places");
	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++)
		if (remarks[i].holds && (err = note(&n, remarks[i].what)) != EVX_OK)
			return err;
	return EVX_OK;
}

void evx_seal_details_count(const struct evx_payload_result *p, struct evx_details *d)
{
	d->counts.present = true;
	d->counts.lines = p->lines;
	d->counts.files = p->files;
	d->counts.directories = p->directories;
	d->counts.links = p->links;
	d->counts.others = p->specials;
	d->counts.bytes = p->bytes;
	d->counts.stored = p->content_bytes;
	d->has_completeness = true;
	d->completeness.hashes_left_out = p->hashes_left_out;
	d->completeness.metadata_errors = p->metadata_errors; /* the pipeline may add some:
								 attributes too long for a line */
	d->completeness.complete = evx_completeness_is_complete(&d->completeness);
}
