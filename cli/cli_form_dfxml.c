/* Listings as DFXML, Digital Forensics XML 2.0.0-beta.0. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli_form.h"

#define DFXML "http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML"
#define DC "http://purl.org/dc/elements/1.1/"
#define OWN "urn:evx:dfxml:1" /* for what DFXML has no element for */

/* The length of the UTF-8 character at p (n bytes left) that XML 1.0 allows; 0 when it is none. */
static size_t xml_char(const char *s, size_t n)
{
	const uint8_t *p = (const uint8_t *)s;
	uint32_t c;
	size_t len, i;

	len = p[0] < 0x80   ? 1 :
		p[0] < 0xc2 ? 0 :
		p[0] < 0xe0 ? 2 :
		p[0] < 0xf0 ? 3 :
		p[0] < 0xf5 ? 4 :
			      0;
	if (len == 0 || len > n)
		return 0;
	c = len == 1 ? p[0] : p[0] & (0x7fU >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fU);
	}
	if ((len == 3 && c < 0x800) || (len == 4 && (c < 0x10000 || c > 0x10ffff)) ||
		(c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff || c < 0x20 || c == 0x7f)
		return 0;
	return len;
}

static bool is_text(const char *p, size_t n)
{
	size_t at, len;

	for (at = 0; at < n; at += len)
		if ((len = xml_char(p + at, n - at)) == 0)
			return false;
	return true;
}

/* What XML cannot hold stands as \xHH. */
static void text(FILE *f, const char *p, size_t n)
{
	size_t at, len;

	for (at = 0; at < n; at += len) {
		len = xml_char(p + at, n - at);
		if (len == 0) {
			fprintf(f, "\\x%02x", (unsigned)(unsigned char)p[at]);
			len = 1;
		} else if (p[at] == '&') {
			fputs("&amp;", f);
		} else if (p[at] == '<') {
			fputs("&lt;", f);
		} else if (p[at] == '>') {
			fputs("&gt;", f);
		} else {
			fwrite(p + at, 1, len, f);
		}
	}
}

static void element(FILE *f, const char *name, const char *p, size_t n)
{
	fprintf(f, "    <%s>", name);
	text(f, p, n);
	fprintf(f, "</%s>\n", name);
}

/* Bytes of which text() is only a picture. */
static void exact(FILE *f, const char *name, const char *p, size_t n)
{
	size_t i;

	if (is_text(p, n))
		return;
	fprintf(f, "    <evx:%s>", name);
	for (i = 0; i < n; i++)
		fprintf(f, "%02x", (unsigned)(unsigned char)p[i]);
	fprintf(f, "</evx:%s>\n", name);
}

/* Four digits of the year, as xs:dateTime needs at least. */
static bool has_date(bool has, struct evx_file_time t, struct tm *utc)
{
	const time_t seconds = (time_t)t.seconds;

	return has && gmtime_r(&seconds, utc) != NULL && utc->tm_year + 1900 >= 1 &&
		utc->tm_year + 1900 <= 9999;
}

static void date(FILE *f, const char *name, bool has, struct evx_file_time t)
{
	struct tm utc;

	if (has_date(has, t, &utc))
		fprintf(f, "    <%s>%04d-%02d-%02dT%02d:%02d:%02d.%09" PRIu32 "Z</%s>\n", name,
			utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
			utc.tm_sec, t.nanoseconds, name);
}

static void far_date(FILE *f, const char *name, bool has, struct evx_file_time t)
{
	struct tm utc;

	if (has && !has_date(has, t, &utc))
		fprintf(f, "    <evx:%s seconds=\"%" PRId64 "\" nanoseconds=\"%" PRIu32 "\"/>\n",
			name, t.seconds, t.nanoseconds);
}

static void digest(FILE *f, const char *type, bool has, const uint8_t *p, size_t n)
{
	size_t i;

	if (!has)
		return;
	fprintf(f, "    <hashdigest type=\"%s\">", type);
	for (i = 0; i < n; i++)
		fprintf(f, "%02x", p[i]);
	fputs("</hashdigest>\n", f);
}

static void begin(FILE *f, const struct evx_open_result *about)
{
	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<dfxml xmlns=\"" DFXML "\" xmlns:dc=\"" DC "\" xmlns:evx=\"" OWN
		"\" version=\"2.0.0-beta.0\">\n"
		"  <metadata>\n"
		"    <dc:type>Listing of a sealed exhibit</dc:type>\n"
		"    <dc:identifier>%s</dc:identifier>\n"
		"  </metadata>\n"
		"  <creator>\n    <program>evx</program>\n    <version>%s</version>\n  "
		"</creator>\n",
		about->seal_hash, evx_version());
}

static void ranges(FILE *f, const struct evx_entry *e)
{
	size_t i;

	for (i = 0; i < e->n_bad; i++)
		fprintf(f, "    <evx:unreadable offset=\"%" PRIu64 "\" length=\"%" PRIu64 "\"/>\n",
			e->bad[i].offset, e->bad[i].length);
}

static bool entry(FILE *f, const struct evx_entry *e, uint64_t index)
{
	static const char letters[] = "rdlpscb"; /* by enum evx_entry_type */
	static const int numbers[] = { 1, 2, 6, 3, 8, 4, 5 };

	fputs("  <fileobject>\n", f);
	element(f, "filename", e->path, e->path_len);
	if (e->read_error != NULL)
		element(f, "error", e->read_error, strlen(e->read_error));
	fprintf(f, "    <id>%" PRIu64 "</id>\n    <name_type>%c</name_type>\n", index,
		letters[e->type]);
	if (e->type == EVX_FILE)
		fprintf(f, "    <filesize>%" PRIu64 "</filesize>\n", e->size);
	fprintf(f, "    <alloc>1</alloc>\n    <meta_type>%d</meta_type>\n", numbers[e->type]);
	if (e->has_stat)
		fprintf(f,
			"    <mode>%u</mode>\n    <uid>%" PRIu32 "</uid>\n    <gid>%" PRIu32
			"</gid>\n",
			(unsigned)e->mode, e->uid, e->gid);
	date(f, "mtime", e->has_mtime, e->mtime);
	date(f, "ctime", e->has_ctime, e->ctime);
	date(f, "atime", e->has_atime, e->atime);
	date(f, "crtime", e->has_btime, e->btime);
	if (e->link_target != NULL)
		element(f, "link_target", e->link_target, e->link_target_len);
	digest(f, "md5", e->has_md5, e->md5, sizeof(e->md5));
	digest(f, "sha1", e->has_sha1, e->sha1, sizeof(e->sha1));
	digest(f, "sha256", e->has_sha256, e->sha256, sizeof(e->sha256));
	exact(f, "filename_hex", e->path, e->path_len);
	if (e->link_target != NULL)
		exact(f, "link_target_hex", e->link_target, e->link_target_len);
	far_date(f, "mtime", e->has_mtime, e->mtime);
	far_date(f, "ctime", e->has_ctime, e->ctime);
	far_date(f, "atime", e->has_atime, e->atime);
	far_date(f, "crtime", e->has_btime, e->btime);
	if (e->has_hardlink)
		fprintf(f, "    <evx:same_file_as id=\"%" PRIu64 "\"/>\n", e->hardlink_index);
	if (e->changed_while_reading)
		fputs("    <evx:changed_while_reading/>\n", f);
	ranges(f, e);
	fputs("  </fileobject>\n", f);
	return true;
}

static void end(FILE *f)
{
	fputs("</dfxml>\n", f);
}

const struct cli_form cli_form_dfxml = { begin, entry, end, "" };
