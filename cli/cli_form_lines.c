/* Listings of one line for each entry: checksums, body file, mtree. */
#include <inttypes.h>
#include <string.h>

#include "cli_form.h"

static void hex(FILE *f, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fprintf(f, "%02x", p[i]);
}

static void nothing(FILE *f)
{
	(void)f;
}

static void no_head(FILE *f, const struct evx_open_result *about)
{
	(void)f;
	(void)about;
}

/* ---- sha256sum: a name with a backslash or line break is escaped, and a backslash stands before
 * its line */

static bool sha256sums_entry(FILE *f, const struct evx_entry *e, uint64_t index)
{
	static const char special[] = { '\\', '\n', '\r' }, letter[] = { '\\', 'n', 'r' };
	bool escaped = false;
	const char *at;
	size_t i;

	(void)index;
	if (e->type != EVX_FILE)
		return true;
	if (!e->has_sha256)
		return false;
	for (i = 0; i < e->path_len; i++)
		escaped = escaped || memchr(special, e->path[i], sizeof(special)) != NULL;
	if (escaped)
		putc('\\', f);
	hex(f, e->sha256, sizeof(e->sha256));
	fputs("  ", f);
	for (i = 0; i < e->path_len; i++) {
		at = memchr(special, e->path[i], sizeof(special));
		if (at != NULL)
			putc('\\', f);
		putc(at != NULL ? letter[at - special] : e->path[i], f);
	}
	putc('\n', f);
	return true;
}

const struct cli_form cli_form_sha256sums = { no_head, sha256sums_entry, nothing,
	"without a SHA-256 of the whole file" };

/* ---- body file: MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime */

/* Names stand as they are, but for what would end a field or a line: "\174" for a
 * bar. */
static void body_name(FILE *f, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '|' || p[i] == '\\' || (unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			fprintf(f, "\\%03o", (unsigned)(unsigned char)p[i]);
		else
			putc(p[i], f);
}

static void body_mode(FILE *f, const struct evx_entry *e)
{
	static const char letters[] = "rdlpscb", bits[] = "rwxrwxrwx"; /* by enum evx_entry_type */
	char mode[10] = "---------";
	int i;

	for (i = 0; e->has_stat && i < 9; i++)
		mode[i] = (e->mode >> (8 - i) & 1) != 0 ? bits[i] : '-';
	if (e->has_stat && (e->mode & 04000) != 0)
		mode[2] = mode[2] == 'x' ? 's' : 'S';
	if (e->has_stat && (e->mode & 02000) != 0)
		mode[5] = mode[5] == 'x' ? 's' : 'S';
	if (e->has_stat && (e->mode & 01000) != 0)
		mode[8] = mode[8] == 'x' ? 't' : 'T';
	fprintf(f, "%c/%c%s", letters[e->type], letters[e->type], mode);
}

static bool body_entry(FILE *f, const struct evx_entry *e, uint64_t index)
{
	(void)index;
	if (e->has_md5)
		hex(f, e->md5, sizeof(e->md5));
	else
		putc('0', f);
	putc('|', f);
	body_name(f, e->path, e->path_len);
	if (e->type == EVX_SYMLINK && e->link_target != NULL) {
		fputs(" -> ", f);
		body_name(f, e->link_target, e->link_target_len);
	}
	fputs("|0|", f); /* the listing has no inode numbers */
	body_mode(f, e);
	fprintf(f, "|%" PRIu32 "|%" PRIu32 "|%" PRIu64, e->uid, e->gid, e->size);
	fprintf(f, "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "\n",
		e->has_atime ? e->atime.seconds : 0, e->has_mtime ? e->mtime.seconds : 0,
		e->has_ctime ? e->ctime.seconds : 0, e->has_btime ? e->btime.seconds : 0);
	return true;
}

const struct cli_form cli_form_bodyfile = { no_head, body_entry, nothing, "" };

/* ---- mtree: full paths, one entry a line */

static void mtree_name(FILE *f, const char *p, size_t n)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-+,@%:^~";
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != '\0' && strchr(plain, p[i]) != NULL)
			putc(p[i], f);
		else
			fprintf(f, "\\%03o", (unsigned)(unsigned char)p[i]);
}

static void mtree_head(FILE *f, const struct evx_open_result *about)
{
	fprintf(f,
		"#mtree\n# listing of the exhibit with the seal hash %s, by evx %s\n. type=dir\n",
		about->seal_hash, evx_version());
}

static bool mtree_entry(FILE *f, const struct evx_entry *e, uint64_t index)
{
	static const char *const types[] = { "file", "dir", "link", "fifo", "socket", "char",
		"block" };

	(void)index;
	fputs("./", f);
	mtree_name(f, e->path, e->path_len);
	fprintf(f, " type=%s", types[e->type]);
	if (e->has_stat)
		fprintf(f, " mode=%04o uid=%" PRIu32 " gid=%" PRIu32, (unsigned)(e->mode & 07777),
			e->uid, e->gid);
	if (e->user != NULL) {
		fputs(" uname=", f);
		mtree_name(f, e->user, strlen(e->user));
	}
	if (e->group != NULL) {
		fputs(" gname=", f);
		mtree_name(f, e->group, strlen(e->group));
	}
	if (e->has_mtime)
		fprintf(f, " time=%" PRId64 ".%09" PRIu32, e->mtime.seconds, e->mtime.nanoseconds);
	if (e->type == EVX_FILE && e->read_error == NULL)
		fprintf(f, " size=%" PRIu64, e->size);
	if (e->type == EVX_SYMLINK && e->link_target != NULL) {
		fputs(" link=", f);
		mtree_name(f, e->link_target, e->link_target_len);
	}
	if (e->type == EVX_CHARDEV || e->type == EVX_BLOCKDEV)
		fprintf(f, " device=native,%" PRIu32 ",%" PRIu32, e->rdev_major, e->rdev_minor);
	if (e->has_sha256) {
		fputs(" sha256=", f);
		hex(f, e->sha256, sizeof(e->sha256));
	}
	putc('\n', f);
	return true;
}

const struct cli_form cli_form_mtree = { mtree_head, mtree_entry, nothing, "" };
