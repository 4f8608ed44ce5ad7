/* What a listing comes to, compared with what the details say. */
#include "open/tally.h"

/* A hard link repeats what its first name has, and is counted as a line and for its own metadata.
 */
void evx_tally_line(struct evx_tally *t, const struct evx_entry *e, uint64_t stored)
{
	struct evx_completeness *c = &t->completeness;
	uint64_t bad = 0;

	t->lines++;
	c->metadata_errors += e->metadata_errors != NULL;
	if (e->has_hardlink)
		return;
	for (size_t i = 0; i < e->n_bad; i++)
		bad += e->bad[i].length;
	c->unreadable_bytes += bad;
	c->not_crossed += e->not_crossed;
	c->excluded += e->skipped;
	if (e->type == EVX_DIR) {
		t->directories++;
		c->unreadable_directories += e->read_error != NULL;
		return;
	}
	c->unreadable_files += e->read_error != NULL || bad > 0;
	t->links += e->type == EVX_SYMLINK;
	t->others += e->type != EVX_SYMLINK && e->type != EVX_FILE;
	if (e->type != EVX_FILE)
		return;
	t->files++;
	t->bytes += e->size;
	t->stored += stored;
	c->changed += e->changed_while_reading;
	c->hashes_left_out += !e->has_sha256 && e->read_error == NULL && !e->skipped && bad == 0;
}

enum evx_err evx_tally_compare(
	const struct evx_tally *t, const struct evx_details *d, struct evx_diag *diag)
{
	const struct evx_completeness *c = &t->completeness, *told = &d->completeness;
	const struct {
		const char *name;
		bool present;
		uint64_t found, told;
	} counts[] = {
		{ "lines", d->counts.present, t->lines, d->counts.lines },
		{ "files", d->counts.present, t->files, d->counts.files },
		{ "directories", d->counts.present, t->directories, d->counts.directories },
		{ "links", d->counts.present, t->links, d->counts.links },
		{ "others", d->counts.present, t->others, d->counts.others },
		{ "bytes", d->counts.present, t->bytes, d->counts.bytes },
		{ "stored", d->counts.present, t->stored, d->counts.stored },
		{ "unreadable_files", d->has_completeness, c->unreadable_files,
			told->unreadable_files },
		{ "unreadable_directories", d->has_completeness, c->unreadable_directories,
			told->unreadable_directories },
		{ "unreadable_bytes", d->has_completeness, c->unreadable_bytes,
			told->unreadable_bytes },
		{ "changed", d->has_completeness, c->changed, told->changed },
		{ "not_crossed", d->has_completeness, c->not_crossed, told->not_crossed },
		{ "excluded", d->has_completeness, c->excluded, told->excluded },
		{ "metadata_errors", d->has_completeness, c->metadata_errors,
			told->metadata_errors },
		{ "hashes_left_out", d->has_completeness, c->hashes_left_out,
			told->hashes_left_out },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (counts[i].present && counts[i].found != counts[i].told)
			return evx_fail(diag, EVX_E_FORGED,
				"The sealer recorded %s: %llu. The list of contents says %llu. One "
				"of the two is wrong.",
				counts[i].name, (unsigned long long)counts[i].told,
				(unsigned long long)counts[i].found);
	return EVX_OK;
}
