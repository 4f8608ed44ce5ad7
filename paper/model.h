/* What is to be on paper: the blocks of a document in their order. Filled from markup (markup.h),
 * drawn by sheet.h and what stands on it. */
#ifndef PAPER_MODEL_H
#define PAPER_MODEL_H

#include <glib.h>
#include <stdbool.h>

enum mark_kind { MARK_STRONG, MARK_HELD, MARK_PENDING };

/* Bytes from to to (exclusive) of a text stand out. */
struct mark {
	enum mark_kind kind;
	size_t from, to;
};

/* A text and what stands out in it. Lines end with LF where they must end. */
struct words {
	GString *text;
	GArray *marks; /* of struct mark */
};

enum style {
	STYLE_TITLE,
	STYLE_SECTION,
	STYLE_QUESTION,
	STYLE_BODY,
	STYLE_VERDICT,  /* in a frame */
	STYLE_CODE,     /* a seal code: large, every sign as wide as the next */
	STYLE_COMMANDS, /* for a shell: as it stands */
	STYLE_ITEM,     /* of a list */
	STYLE_CAPTION,
	STYLE_CELL,
	STYLE_HASH, /* a cell that may be broken anywhere */
	STYLE_SMALL,
	STYLE_LABEL,
	STYLES,
};

struct cell {
	struct words words;
	bool head, hash;
};

struct row {
	GPtrArray *cells; /* of struct cell */
	bool head;        /* it is repeated on each page */
};

struct table {
	struct words caption;
	GPtrArray *rows; /* of struct row */
};

enum ink { INK_TEXT, INK_HELD, INK_PENDING, INK_LINE };
enum shape_kind { SHAPE_RECTANGLE, SHAPE_LINE, SHAPE_DOT, SHAPE_PATH, SHAPE_TEXT };

/* A piece of a picture, in the picture's own units. */
struct shape {
	enum shape_kind kind;
	enum ink ink;
	bool outline;      /* a path that is drawn, not filled */
	bool at_end;       /* a text whose end, not its beginning, is at x */
	double x, y, w, h; /* a line goes to (w, h); of a dot, w is the radius */
	char *text;        /* of a text, or the commands of a path (SVG 2, 9.3) */
};

struct picture {
	double width, height;
	GPtrArray *shapes; /* of struct shape */
	bool aside;        /* stands at the side of the texts between BLOCK_ASIDE and its end */
};

/* A label for an evidence bag. */
struct label {
	char *code;        /* the seal code */
	GPtrArray *fields; /* of struct words */
};

enum block_kind {
	BLOCK_TEXT,
	BLOCK_TABLE,
	BLOCK_PICTURE,
	BLOCK_QR, /* those that follow each other stand side by side */
	BLOCK_LABEL,
	BLOCK_ASIDE, /* texts follow at whose side a picture stands … */
	BLOCK_ASIDE_END,
};

struct block {
	enum block_kind kind;
	enum style style;
	struct words words; /* of a text; of a QR code: what is in it */
	bool kept;          /* stands on one page with the block after it */
	char *lead;         /* of an item: "•" or "3."; of a QR code: its caption */
	struct table *table;
	struct picture *picture;
	struct label *label;
};

struct document {
	char *title, *language, *code, *date;
	char *page; /* "Page # of #"; NULL: "# / #" */
	bool right_to_left, letter;
	GPtrArray *blocks; /* of struct block */
};

struct document *model_new(void);
void model_free(struct document *d);
struct block *model_block(struct document *d, enum block_kind kind, enum style style);
struct words model_words(void);
void model_words_free(struct words *w);
struct row *model_row(struct table *t);
struct cell *model_cell(struct row *r);
struct shape *model_shape(struct picture *p, enum shape_kind kind, enum ink ink);
struct words *model_field(struct label *l);

#endif
