/* Nodes of a graph in JSON-LD, with names that are the same on every machine, and what of an
 * exhibit becomes such nodes. */
#ifndef CLI_CASE_UCO_NODE_H
#define CLI_CASE_UCO_NODE_H

#include "cli_corrections.h"
#include "cli_json.h"

/* A document under way. */
struct case_uco {
	struct cli_json j;
	const char *seal_hash;
	enum evx_err err; /* the first failure: a name could not be made */
};

/* The part of the exhibit that a node stands for, "entry/0003": its name is made of it. */
#define CASE_UCO_PART_CAP 160
struct case_uco_part {
	char text[CASE_UCO_PART_CAP];
};
struct case_uco_part case_uco_part(const char *format, ...) EVX_PRINTF(1, 2);

/* "@context" and the beginning of "@graph"; case_uco_end closes all. case_uco_go_on: the same
 * document in another process, when nodes of it are written already. */
void case_uco_begin(struct case_uco *c, FILE *f, const char *seal_hash);
void case_uco_go_on(struct case_uco *c, FILE *f, const char *seal_hash);
void case_uco_end(struct case_uco *c);

/* Begins the node of this part, in the graph (key NULL) or as a member; cli_json_close ends it.
 * sub (NULL: none) tells several nodes of one part apart. */
void case_uco_node(struct case_uco *c, const char *key, const char *type,
	const struct case_uco_part *part, const char *sub);
/* A member that names another node. */
void case_uco_ref(
	struct case_uco *c, const char *key, const struct case_uco_part *part, const char *sub);
/* A text; NULL and "" write nothing. What is no UTF-8 is escaped. */
void case_uco_text(struct case_uco *c, const char *key, const char *text);
/* A value of a type of XML Schema, "xsd:dateTime". */
void case_uco_typed(struct case_uco *c, const char *key, const char *type, const char *value);
/* A hash as a node in an array: method "SHA256" and so on, in hex. */
void case_uco_hash(
	struct case_uco *c, const struct case_uco_part *part, const char *method, const char *hex);

/* ---- what becomes nodes */

/* Who signed and who is named (case_uco_people.c). */
void case_uco_people(struct case_uco *c, const struct evx_report *r);
/* The exhibit, and every entry of its record (case_uco_record.c). file: the name of the bundle,
 * NULL when it is no single file. */
void case_uco_record(struct case_uco *c, const struct evx_report *r, const char *file);
/* The exhibit and what it was taken from (case_uco_exhibit.c). now has the texts that stand
 * corrected. */
void case_uco_exhibit(struct case_uco *c, const struct evx_report *r,
	const struct cli_corrections *now, const char *file);
/* What the details of an entry say under key: as it stands corrected, else as it was written.
 * malloc'ed; NULL when there is none. */
char *case_uco_detail(const struct evx_report *r, const struct cli_corrections *now, size_t entry,
	const char *key);
/* One entry of the list of contents (case_uco_files.c). */
void case_uco_file(struct case_uco *c, const struct evx_entry *e, uint64_t index);

#endif
