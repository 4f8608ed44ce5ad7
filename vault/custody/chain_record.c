#include <stdlib.h>
#include <string.h>

#include "custody/chain_inner.h"

/* The order of an event's files in its record: document, signatures, parts, then its key files. */
static int rank(const struct evx_chain_file *f)
{
	return f->id.kind < EVX_MEMBER_JSON ? (int)f->id.kind + 1000 : (int)f->id.kind;
}

static int by_record_order(const void *a, const void *b)
{
	const struct evx_chain_file *const *x = a, *const *y = b;

	if (rank(*x) != rank(*y))
		return rank(*x) < rank(*y) ? -1 : 1;
	return (*x)->id.number < (*y)->id.number ? -1 : (*x)->id.number > (*y)->id.number;
}

/* Compares line i with the file that must stand there (NULL: the lines go on, or end too early). */
static enum evx_err compare_line(struct evx_chain *c, const char *where, const struct evx_manifest_line *line,
	const struct evx_chain_file *file)
{
	if (line == NULL)
		return evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, where, "The record of event %04u does not list %s.", (unsigned)c->number,
			file->name);
	if (strcmp(line->name, file->name) != 0)
		return evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, where, "The record of event %04u lists %s where %s should stand.",
			(unsigned)c->number, line->name, file->name);
	if (memcmp(line->hash, file->sha256, sizeof line->hash) != 0)
		return evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, where, "%s is not the file that the record of event %04u lists.", file->name,
			(unsigned)c->number);
	return EVX_OK;
}

/* Compares the first lines with the event's own files; *used says how many lines that were. */
static enum evx_err compare_files(struct evx_chain *c, const char *where, const struct evx_manifest_line *lines, size_t n, size_t *used)
{
	const struct evx_chain_file **sorted = calloc(c->nfiles + 1, sizeof *sorted);
	enum evx_err err = sorted != NULL ? EVX_OK : EVX_E_MEMORY;
	size_t i, k = 0;

	for (i = 0; err == EVX_OK && i < c->nfiles; i++)
		if (c->files[i].id.kind != EVX_MEMBER_RECORD)
			sorted[k++] = &c->files[i];
	if (err == EVX_OK)
		qsort(sorted, k, sizeof *sorted, by_record_order);
	for (i = 0; err == EVX_OK && i < k; i++)
		err = compare_line(c, where, i < n ? &lines[i] : NULL, sorted[i]);
	*used = k < n ? k : n;
	free(sorted);
	return err;
}

static struct evx_chain_stamp *find_stamp(struct evx_chain *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->listable; i++)
		if (strcmp(c->stamps[i].line.name, name) == 0)
			return &c->stamps[i];
	return NULL;
}

/* Forgets the stamps that were listed (their names were emptied); those that should have been are marked. */
static void settle_stamps(struct evx_chain *c)
{
	size_t i, kept = 0;

	for (i = 0; i < c->nstamps; i++) {
		if (c->stamps[i].line.name[0] == '\0')
			continue;
		if (i < c->listable)
			c->stamps[i].passed = true;
		if (kept != i)
			c->stamps[kept] = c->stamps[i];
		kept++;
	}
	c->nstamps = kept;
}

/* The lines behind the event's own files: responses that came since the record before, in order of their names. */
static enum evx_err compare_stamps(struct evx_chain *c, const char *where, const struct evx_manifest_line *lines, size_t n)
{
	enum evx_err err = EVX_OK;
	size_t i;

	for (i = 0; i < n && err == EVX_OK; i++) {
		struct evx_chain_stamp *stamp = find_stamp(c, lines[i].name);

		if (stamp == NULL)
			err = evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, where,
				"The record of event %04u lists %s, which is not there, was listed before, or does not belong to it.", (unsigned)c->number,
				lines[i].name);
		else if (memcmp(stamp->line.hash, lines[i].hash, sizeof lines[i].hash) != 0)
			err = evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, where, "%s is not the file that the record of event %04u lists.",
				lines[i].name, (unsigned)c->number);
		else if (i > 0 && strcmp(lines[i - 1].name, lines[i].name) >= 0)
			err = evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, where, "The record of event %04u does not list %s in the order of names.",
				(unsigned)c->number, lines[i].name);
		if (stamp != NULL)
			stamp->line.name[0] = '\0';
	}
	settle_stamps(c);
	return err;
}

/* A key file of the event that is not there; whether it may be gone is judged at the end of the chain. */
static bool is_absent(const struct evx_chain *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nabsent; i++)
		if (c->absent[i].event == c->number && strcmp(c->absent[i].name, name) == 0)
			return true;
	return false;
}

enum evx_err evx_chain_judge_record(struct evx_chain *c, struct evx_chain_event *at, struct evx_diag *diag)
{
	const struct evx_chain_file *record = evx_chain_find(c, EVX_MEMBER_RECORD, 0);
	struct evx_manifest_line *lines = NULL;
	struct evx_diag why = { 0 };
	size_t n = 0, used = 0;
	enum evx_err err;

	if (record == NULL)
		return evx_chain_note(c, "C-RECORD", EVX_WEIGHT_BROKEN, NULL, "The record of event %04u is missing.", (unsigned)c->number);
	at->has_hash = true;
	memcpy(at->hash, record->sha256, sizeof at->hash);
	err = evx_record_decode(record->bytes.data, record->bytes.len, &lines, &n, &why);
	if (err == EVX_E_MEMORY)
		return evx_fail(diag, err, "chain: out of memory");
	if (err != EVX_OK)
		return evx_chain_note_diag(c, "C-RECORD", record->name, &why);
	err = compare_files(c, record->name, lines, n, &used);
	while (used < n && is_absent(c, lines[used].name))
		used++;
	if (err == EVX_OK)
		err = compare_stamps(c, record->name, lines + used, n - used);
	free(lines);
	return err;
}
