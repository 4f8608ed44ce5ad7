/* One line of a listing, for people and for programs. */
#include "cli_entry.h"

#include "cli_json.h"
#include "cli_language.h"
#include "cli_layout.h"
#include "cli_output.h"

#define RANGES_TOLD 5u

/* By enum evx_entry_type. */
static const char letters[] = "-dlpscb?";
static const char *const type_names[] = { "file", "dir", "symlink", "fifo", "socket", "char",
	"block", "unknown" };

static void mode_text(const struct evx_entry *e, char out[11])
{
	static const char bits[] = "rwxrwxrwx";
	int i;

	out[0] = letters[e->type];
	for (i = 0; i < 9; i++)
		out[1 + i] = !e->has_stat ? '?' : (e->mode >> (8 - i) & 1) != 0 ? bits[i] : '-';
	if (e->has_stat && (e->mode & 04000) != 0)
		out[3] = out[3] == 'x' ? 's' : 'S';
	if (e->has_stat && (e->mode & 02000) != 0)
		out[6] = out[6] == 'x' ? 's' : 'S';
	if (e->has_stat && (e->mode & 01000) != 0)
		out[9] = out[9] == 'x' ? 't' : 'T';
	out[10] = '\0';
}

static void owner(FILE *f, const struct evx_entry *e, const char *name, uint32_t id)
{
	if (!e->has_stat)
		putc('?', f);
	else if (name != NULL && name[0] != '\0')
		cli_output_text(f, name);
	else
		fprintf(f, "%u", (unsigned)id);
	putc(' ', f);
}

static void trouble(FILE *f, const char *what, const char *text)
{
	fprintf(f, "  [%s", _(what));
	if (text != NULL) {
		fputs(": ", f);
		cli_output_text(f, text);
	}
	putc(']', f);
}

void cli_entry_part(FILE *f, const char *path, size_t path_len, uint64_t shown, uint64_t size)
{
	char bytes[CLI_THINGS_CAP], all[CLI_NUMBER_CAP];

	cli_output_bytes(f, path, path_len);
	fprintf(f, _(": %s of %s ("), cli_output_things(shown, "byte", "bytes", bytes),
		cli_output_count(size, all));
}

void cli_entry_ranges(FILE *f, const struct evx_extent *at, size_t n)
{
	char more[CLI_THINGS_CAP];
	size_t i;

	for (i = 0; i < n && i < RANGES_TOLD; i++)
		fprintf(f, "%s%llu-%llu", i > 0 ? ", " : "", (unsigned long long)at[i].offset,
			(unsigned long long)(at[i].offset + at[i].length - 1));
	if (n > RANGES_TOLD)
		fprintf(f, _(" and %s"),
			cli_output_things(n - RANGES_TOLD, "more range", "more ranges", more));
}

/* The ranges that a disclosure shows of the file, and what it comes to. */
static void in_part(FILE *f, const struct evx_part *part)
{
	char bytes[CLI_THINGS_CAP];

	fprintf(f, _("  [in part: %s shown ("),
		cli_output_things(evx_part_shown(part), "byte", "bytes", bytes));
	cli_entry_ranges(f, part->ranges, part->nranges);
	fputs(_("), the rest withheld]"), f);
}

void cli_entry_print(FILE *f, const struct evx_entry *e)
{
	char mode[11], time[CLI_LAYOUT_TIME];

	mode_text(e, mode);
	fprintf(f, "%s ", mode);
	owner(f, e, e->user, e->uid);
	owner(f, e, e->group, e->gid);
	if (e->type == EVX_CHARDEV || e->type == EVX_BLOCKDEV)
		fprintf(f, "%7u,%4u ", (unsigned)e->rdev_major, (unsigned)e->rdev_minor);
	else
		fprintf(f, "%12llu ", (unsigned long long)e->size);
	fprintf(f, "%25s ", e->has_mtime ? cli_layout_file_time(e->mtime, time) : "?");
	cli_output_bytes(f, e->path, e->path_len);
	if (e->type == EVX_SYMLINK && e->link_target != NULL) {
		fputs(" -> ", f);
		cli_output_bytes(f, e->link_target, e->link_target_len);
	}
	if (e->has_hardlink)
		fprintf(f, _("  [same file as line %llu]"), (unsigned long long)e->hardlink_index);
	if (e->part != NULL)
		in_part(f, e->part);
	else if (e->withheld)
		trouble(f, N_("contents withheld"), NULL);
	if (e->read_error != NULL)
		trouble(f, N_("not read"), e->read_error);
	if (e->n_bad > 0)
		trouble(f, N_("partly unreadable"), NULL);
	if (e->changed_while_reading)
		trouble(f, N_("changed while it was read"), NULL);
	if (e->not_crossed)
		trouble(f, N_("another file system, not entered"), NULL);
	if (e->skipped)
		trouble(f, N_("left out: evx was writing it"), NULL);
	if (e->metadata_errors != NULL)
		trouble(f, N_("metadata not read"), e->metadata_errors);
	putc('\n', f);
}

void cli_entry_ranges_json(
	struct cli_json *j, const char *key, const struct evx_extent *at, size_t n)
{
	size_t i;

	cli_json_array(j, key);
	for (i = 0; i < n; i++) {
		cli_json_array(j, NULL);
		cli_json_size(j, NULL, at[i].offset);
		cli_json_size(j, NULL, at[i].length);
		cli_json_close(j);
	}
	cli_json_close(j);
}

static void stat_json(struct cli_json *j, const struct evx_entry *e)
{
	char mode[8];

	if (e->has_stat) {
		snprintf(mode, sizeof(mode), "%04o", (unsigned)(e->mode & 07777));
		cli_json_text(j, "mode", mode);
		cli_json_count(j, "uid", e->uid);
		cli_json_count(j, "gid", e->gid);
	}
	cli_json_text(j, "user", e->user);
	cli_json_text(j, "group", e->group);
	if (e->has_atime)
		cli_json_time(j, "atime", e->atime);
	if (e->has_mtime)
		cli_json_time(j, "mtime", e->mtime);
	if (e->has_ctime)
		cli_json_time(j, "ctime", e->ctime);
	if (e->has_btime)
		cli_json_time(j, "btime", e->btime);
	if (e->link_target != NULL)
		cli_json_bytes(j, "target", e->link_target, e->link_target_len);
	if (e->has_hardlink)
		cli_json_size(j, "hardlink", e->hardlink_index);
	if (e->withheld)
		cli_json_bool(j, "withheld", true);
	if (e->part != NULL)
		cli_entry_ranges_json(j, "shown", e->part->ranges, e->part->nranges);
}

static void attributes_json(struct cli_json *j, const struct evx_entry *e)
{
	size_t i;

	if (e->n_xattrs > 0) {
		cli_json_array(j, "xattrs");
		for (i = 0; i < e->n_xattrs; i++) {
			cli_json_object(j, NULL);
			cli_json_text(j, "name", e->xattrs[i].name);
			cli_json_hex(j, "value_hex", e->xattrs[i].value, e->xattrs[i].len);
			cli_json_close(j);
		}
		cli_json_close(j);
	}
	cli_json_text(j, "acl_access", e->acl_access);
	cli_json_text(j, "acl_default", e->acl_default);
	cli_json_text(j, "flags", e->fflags_text);
}

static void reading_json(struct cli_json *j, const struct evx_entry *e)
{
	if (e->has_map)
		cli_entry_ranges_json(j, "data", e->extents, e->n_extents);
	if (e->n_bad > 0)
		cli_entry_ranges_json(j, "unreadable", e->bad, e->n_bad);
	cli_json_text(j, "error", e->read_error);
	cli_json_text(j, "metadata_error", e->metadata_errors);
	if (e->not_crossed)
		cli_json_bool(j, "not_crossed", true);
	if (e->skipped)
		cli_json_bool(j, "excluded", true);
	if (e->changed_while_reading)
		cli_json_bool(j, "changed_while_reading", true);
	if (e->has_sha256)
		cli_json_hex(j, "sha256", e->sha256, sizeof(e->sha256));
	if (e->has_sparse_sha256)
		cli_json_hex(j, "sparse_sha256", e->sparse_sha256, sizeof(e->sparse_sha256));
	if (e->has_md5)
		cli_json_hex(j, "md5", e->md5, sizeof(e->md5));
	if (e->has_sha1)
		cli_json_hex(j, "sha1", e->sha1, sizeof(e->sha1));
	if (e->has_range_root)
		cli_json_hex(j, "range_root", e->range_root, sizeof(e->range_root));
}

void cli_entry_json(FILE *f, const struct evx_entry *e, uint64_t index)
{
	struct cli_json j = cli_json_begin(f);
	char device[32];

	cli_json_size(&j, "line", index);
	cli_json_bytes(&j, "path", e->path, e->path_len);
	cli_json_text(&j, "type", type_names[e->type]);
	if (e->type == EVX_FILE)
		cli_json_size(&j, "size", e->size);
	stat_json(&j, e);
	if (e->type == EVX_CHARDEV || e->type == EVX_BLOCKDEV) {
		snprintf(device, sizeof(device), "%u:%u", (unsigned)e->rdev_major,
			(unsigned)e->rdev_minor);
		cli_json_text(&j, "device", device);
	}
	attributes_json(&j, e);
	reading_json(&j, e);
	cli_json_end(&j);
}
