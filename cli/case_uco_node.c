/* Nodes of a graph in JSON-LD. */
#include "case_uco_node.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define UCO "https://ontology.unifiedcyberontology.org/uco/"

static const struct {
	const char *prefix, *iri;
} context[] = {
	{ "case-investigation", "https://ontology.caseontology.org/case/investigation/" },
	{ "uco-action", UCO "action/" },
	{ "uco-core", UCO "core/" },
	{ "uco-identity", UCO "identity/" },
	{ "uco-location", UCO "location/" },
	{ "uco-observable", UCO "observable/" },
	{ "uco-tool", UCO "tool/" },
	{ "uco-types", UCO "types/" },
	{ "xsd", "http://www.w3.org/2001/XMLSchema#" },
};

struct case_uco_part case_uco_part(const char *format, ...)
{
	struct case_uco_part part;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(part.text, sizeof(part.text), format, args);
	va_end(args);
	return part;
}

void case_uco_begin(struct case_uco *c, FILE *f, const char *seal_hash)
{
	size_t i;

	*c = (struct case_uco){ .j = cli_json_begin(f), .seal_hash = seal_hash };
	cli_json_object(&c->j, "@context");
	for (i = 0; i < sizeof(context) / sizeof(context[0]); i++)
		cli_json_text(&c->j, context[i].prefix, context[i].iri);
	cli_json_close(&c->j);
	cli_json_array(&c->j, "@graph");
}

void case_uco_go_on(struct case_uco *c, FILE *f, const char *seal_hash)
{
	*c = (struct case_uco){ .j = { .f = f, .comma = true, .depth = 2, .close = { '}', ']' } },
		.seal_hash = seal_hash };
}

void case_uco_end(struct case_uco *c)
{
	cli_json_end(&c->j);
}

/* "urn:uuid:…" */
static void name(
	struct case_uco *c, const char *key, const struct case_uco_part *part, const char *sub)
{
	char whole[2 * CASE_UCO_PART_CAP], urn[9 + 37] = "urn:uuid:";
	struct evx_diag diag = { 0 };
	enum evx_err err;

	(void)snprintf(whole, sizeof(whole), "%s%s%s", part->text, sub != NULL ? "/" : "",
		sub != NULL ? sub : "");
	err = evx_report_id(c->seal_hash, whole, urn + 9, &diag);
	if (c->err == EVX_OK)
		c->err = err;
	cli_json_text(&c->j, key, urn);
}

void case_uco_node(struct case_uco *c, const char *key, const char *type,
	const struct case_uco_part *part, const char *sub)
{
	if (key == NULL)
		putc('\n', c->j.f);
	cli_json_object(&c->j, key);
	name(c, "@id", part, sub);
	cli_json_text(&c->j, "@type", type);
}

void case_uco_ref(
	struct case_uco *c, const char *key, const struct case_uco_part *part, const char *sub)
{
	cli_json_object(&c->j, key);
	name(c, "@id", part, sub);
	cli_json_close(&c->j);
}

void case_uco_text(struct case_uco *c, const char *key, const char *text)
{
	size_t n, cap;
	char *escaped;

	if (text == NULL || text[0] == '\0')
		return;
	n = strlen(text);
	if (evx_utf8_valid(text, n)) {
		cli_json_text(&c->j, key, text);
		return;
	}
	cap = 10 * n + 1; /* a character becomes "\u{10ffff}" at most */
	escaped = malloc(cap);
	if (escaped != NULL)
		cli_json_text(&c->j, key, evx_text_escape(text, n, escaped, cap));
	else if (c->err == EVX_OK)
		c->err = EVX_E_MEMORY;
	free(escaped);
}

void case_uco_typed(struct case_uco *c, const char *key, const char *type, const char *value)
{
	cli_json_object(&c->j, key);
	cli_json_text(&c->j, "@type", type);
	cli_json_text(&c->j, "@value", value);
	cli_json_close(&c->j);
}

void case_uco_hash(
	struct case_uco *c, const struct case_uco_part *part, const char *method, const char *hex)
{
	case_uco_node(c, NULL, "uco-types:Hash", part, method);
	cli_json_text(&c->j, "uco-types:hashMethod", method);
	case_uco_typed(c, "uco-types:hashValue", "xsd:hexBinary", hex);
	cli_json_close(&c->j);
}
