/* Entries of the list of contents as nodes: files with their hashes, directories, links. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "case_uco_node.h"

static const char *const types[] = { "uco-observable:File", "uco-observable:Directory",
	"uco-observable:SymbolicLink", "uco-observable:NamedPipe",
	"uco-observable:FileSystemObject", "uco-observable:CharacterDeviceNode",
	"uco-observable:BlockDeviceNode" }; /* by enum evx_entry_type; there is no class for a
						socket's name */

static void hex(char *out, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", (unsigned)p[i]);
}

static void digest(struct case_uco *c, const struct case_uco_part *part, const char *method,
	bool has, const uint8_t *p, size_t n)
{
	char text[65];

	if (!has)
		return;
	hex(text, p, n);
	case_uco_hash(c, part, method, text);
}

static void size(struct case_uco *c, const struct evx_entry *e)
{
	char text[24];

	if (e->type != EVX_FILE)
		return;
	(void)snprintf(text, sizeof(text), "%" PRIu64, e->size);
	case_uco_typed(c, "uco-observable:sizeInBytes", "xsd:integer", text);
}

/* Years that xsd:dateTime writes with four digits; others are left to the sentences. */
static bool moment(bool has, struct evx_file_time t, char out[40])
{
	const time_t seconds = (time_t)t.seconds;
	struct tm utc;

	if (!has || gmtime_r(&seconds, &utc) == NULL || utc.tm_year + 1900 < 1 ||
		utc.tm_year + 1900 > 9999)
		return false;
	(void)snprintf(out, 40, "%04u-%02u-%02uT%02u:%02u:%02u.%09" PRIu32 "Z",
		(unsigned)(utc.tm_year + 1900), (unsigned)(utc.tm_mon + 1), (unsigned)utc.tm_mday,
		(unsigned)utc.tm_hour, (unsigned)utc.tm_min, (unsigned)utc.tm_sec, t.nanoseconds);
	return true;
}

static void date(struct case_uco *c, const char *member, bool has, struct evx_file_time t)
{
	char text[40];

	if (moment(has, t, text))
		case_uco_typed(c, member, "xsd:dateTime", text);
}

static void far_date(struct case_uco *c, const char *what, bool has, struct evx_file_time t)
{
	char text[128];

	if (!has || moment(has, t, text))
		return;
	(void)snprintf(text, sizeof(text), "%s: %" PRId64 " seconds after 1970-01-01T00:00:00Z.",
		what, t.seconds);
	cli_json_text(&c->j, NULL, text);
}

/* Bytes that are no text, so that nothing is lost. */
static void exact(struct case_uco *c, const char *what, const char *p, size_t n)
{
	size_t words = strlen(what);
	char *text;

	if (p == NULL || evx_utf8_valid(p, n))
		return;
	text = malloc(words + 2 * n + 1);
	if (text == NULL) {
		c->err = EVX_E_MEMORY;
		return;
	}
	memcpy(text, what, words + 1);
	hex(text + words, (const uint8_t *)p, n);
	cli_json_text(&c->j, NULL, text);
	free(text);
}

static void labelled(struct case_uco *c, const char *label, const char *text)
{
	size_t n;
	char *whole;

	if (text == NULL)
		return;
	n = strlen(label) + strlen(text) + 1;
	whole = malloc(n);
	if (whole == NULL) {
		c->err = EVX_E_MEMORY;
		return;
	}
	(void)snprintf(whole, n, "%s%s", label, text);
	case_uco_text(c, NULL, whole);
	free(whole);
}

static void sentences(struct case_uco *c, const struct evx_entry *e)
{
	char text[128];
	size_t i;

	cli_json_array(&c->j, "uco-core:description");
	labelled(c, "Could not be read when it was sealed: ", e->read_error);
	for (i = 0; i < e->n_bad; i++) {
		(void)snprintf(text, sizeof(text),
			"Could not be read when it was sealed: %" PRIu64 " bytes from byte %" PRIu64
			".",
			e->bad[i].length, e->bad[i].offset);
		cli_json_text(&c->j, NULL, text);
	}
	if (e->changed_while_reading)
		cli_json_text(&c->j, NULL, "It changed while it was read.");
	if (e->withheld)
		cli_json_text(&c->j, NULL, "Its contents are withheld in this disclosure.");
	if (e->has_hardlink) {
		(void)snprintf(text, sizeof(text),
			"Another name of entry %" PRIu64 " of the list of contents.",
			e->hardlink_index);
		cli_json_text(&c->j, NULL, text);
	}
	labelled(c, "Target of the link: ", e->link_target);
	exact(c, "The exact bytes of the path, in hexadecimal: ", e->path, e->path_len);
	exact(c, "The exact bytes of the target, in hexadecimal: ", e->link_target,
		e->link_target_len);
	far_date(c, "Time of change", e->has_mtime, e->mtime);
	far_date(c, "Time of change of its attributes", e->has_ctime, e->ctime);
	far_date(c, "Time of access", e->has_atime, e->atime);
	far_date(c, "Time of creation", e->has_btime, e->btime);
	cli_json_close(&c->j);
}

static void file_facet(
	struct case_uco *c, const struct case_uco_part *part, const struct evx_entry *e)
{
	const char *slash = strrchr(e->path, '/');

	case_uco_node(c, NULL, "uco-observable:FileFacet", part, "file");
	case_uco_text(c, "uco-observable:fileName", slash != NULL ? slash + 1 : e->path);
	case_uco_text(c, "uco-observable:filePath", e->path);
	cli_json_bool(&c->j, "uco-observable:isDirectory", e->type == EVX_DIR);
	size(c, e);
	date(c, "uco-observable:modifiedTime", e->has_mtime, e->mtime);
	date(c, "uco-observable:metadataChangeTime", e->has_ctime, e->ctime);
	date(c, "uco-observable:accessedTime", e->has_atime, e->atime);
	date(c, "uco-observable:observableCreatedTime", e->has_btime, e->btime);
	cli_json_close(&c->j);
}

static void content_facet(
	struct case_uco *c, const struct case_uco_part *part, const struct evx_entry *e)
{
	if (!e->has_sha256 && !e->has_sha1 && !e->has_md5)
		return;
	case_uco_node(c, NULL, "uco-observable:ContentDataFacet", part, "content");
	size(c, e);
	cli_json_array(&c->j, "uco-observable:hash");
	digest(c, part, "SHA256", e->has_sha256, e->sha256, sizeof(e->sha256));
	digest(c, part, "SHA1", e->has_sha1, e->sha1, sizeof(e->sha1));
	digest(c, part, "MD5", e->has_md5, e->md5, sizeof(e->md5));
	cli_json_close(&c->j);
	cli_json_close(&c->j);
}

void case_uco_file(struct case_uco *c, const struct evx_entry *e, uint64_t index)
{
	const struct case_uco_part part = case_uco_part("file/%" PRIu64, index),
				   exhibit = { "exhibit" };

	case_uco_node(c, NULL, types[e->type], &part, NULL);
	case_uco_text(c, "uco-core:name", e->path);
	sentences(c, e);
	cli_json_array(&c->j, "uco-core:hasFacet");
	file_facet(c, &part, e);
	content_facet(c, &part, e);
	cli_json_close(&c->j);
	cli_json_close(&c->j);
	case_uco_node(c, NULL, "uco-observable:ObservableRelationship", &part, "in-the-exhibit");
	case_uco_ref(c, "uco-core:source", &part, NULL);
	case_uco_ref(c, "uco-core:target", &exhibit, NULL);
	cli_json_text(&c->j, "uco-core:kindOfRelationship", "Contained_Within");
	cli_json_bool(&c->j, "uco-core:isDirectional", true);
	cli_json_close(&c->j);
}
