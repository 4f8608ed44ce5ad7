/* The markup of a page, read into blocks. */
#include "markup.h"

#include <string.h>

/* What is between these has a direction of its own (UAX 9, FSI and PDI). */
#define FIRST_STRONG "\342\201\250"
#define LEFT_TO_RIGHT "\342\201\246" /* (UAX 9, LRI) */
#define POP "\342\201\251"

/* What is open. into: where text goes; NULL: nowhere. */
struct reader {
	struct document *doc;
	struct words *into;
	bool as_it_stands; /* blanks and line ends count */
	bool strong_ends_line;
	size_t strong_from;
	struct block *block;
	struct row *row;
	struct picture *picture;
	enum ink ink;
	bool outline; /* of the group of shapes that is open */
	bool in_head, in_thead, aside, ordered;
	bool legend;   /* the list that is open explains a picture: its marks are its own */
	bool leftward; /* the span that is open is isolated */
	unsigned item;
};

struct given {
	const char **names, **values;
};

static const char *value_of(const struct given *g, const char *name)
{
	for (size_t i = 0; g->names[i] != NULL; i++)
		if (strcmp(g->names[i], name) == 0)
			return g->values[i];
	return "";
}

static bool has_class(const struct given *g, const char *class)
{
	const size_t n = strlen(class);

	for (const char *at = value_of(g, "class"); *at != '\0'; at += *at == ' ') {
		const size_t len = strcspn(at, " ");

		if (len == n && memcmp(at, class, n) == 0)
			return true;
		at += len;
	}
	return false;
}

static double number_of(const struct given *g, const char *name)
{
	return g_ascii_strtod(value_of(g, name), NULL);
}

static void set(char **slot, const char *value)
{
	g_free(*slot);
	*slot = g_strdup(value);
}

/* ---- texts */

static void text_begin(struct reader *r, enum style style)
{
	r->block = model_block(r->doc, BLOCK_TEXT, style);
	r->into = &r->block->words;
	r->as_it_stands = style == STYLE_COMMANDS;
	r->strong_ends_line = style == STYLE_VERDICT;
}

static void mark(struct words *w, enum mark_kind kind, size_t from)
{
	const struct mark m = { kind, from, w->text->len };

	if (m.to > m.from)
		g_array_append_val(w->marks, m);
}

/* Takes back the blanks that end a text. */
static void trim(struct words *w)
{
	while (w->text->len > 0 && strchr(" \n", w->text->str[w->text->len - 1]) != NULL)
		(void)g_string_truncate(w->text, w->text->len - 1);
	for (guint i = 0; i < w->marks->len; i++) {
		struct mark *m = &g_array_index(w->marks, struct mark, i);

		m->to = MIN(m->to, w->text->len);
	}
}

static void text_end(struct reader *r)
{
	/* A QR code holds every byte, those at its end, too. */
	if (r->into != NULL && r->block->kind != BLOCK_QR)
		trim(r->into);
	r->into = NULL;
	r->as_it_stands = false;
}

/* Runs of blanks are one, and none begins a text or a line. */
static void add(struct reader *r, const char *text, size_t n)
{
	GString *to = r->into->text;

	for (size_t i = 0; i < n; i++) {
		const bool blank = strchr(" \t\n\r", text[i]) != NULL;

		if (!blank || r->as_it_stands)
			(void)g_string_append_c(to, text[i]);
		else if (to->len > 0 && strchr(" \n", to->str[to->len - 1]) == NULL)
			(void)g_string_append_c(to, ' ');
	}
}

static void key(struct reader *r, const struct given *g)
{
	size_t from;

	if (!has_class(g, "key"))
		return;
	from = r->into->text->len;
	(void)g_string_append(r->into->text, "\342\226\240");
	mark(r->into, has_class(g, "held") ? MARK_HELD : MARK_PENDING, from);
}

static void item(struct reader *r)
{
	if (r->legend && r->item++ > 0)
		r->block->kept = true;
	text_begin(r, r->legend ? STYLE_BODY : STYLE_ITEM);
	r->block->lead = r->legend ? NULL :
		r->ordered         ? g_strdup_printf("%u.", ++r->item) :
				     g_strdup("\342\200\242");
}

/* What a machine reads or wrote stands from left to right wherever it is. */
static void isolated(struct reader *r, const struct given *g)
{
	r->leftward = strcmp(value_of(g, "dir"), "ltr") == 0;
	if (r->leftward)
		(void)g_string_append(r->into->text, LEFT_TO_RIGHT);
}

static void isolated_end(struct reader *r)
{
	if (r->leftward)
		(void)g_string_append(r->into->text, POP);
	r->leftward = false;
}

static void commands(struct reader *r)
{
	/* The sentence that says what they do. */
	if (r->block != NULL && r->block->kind == BLOCK_TEXT && r->block->style == STYLE_BODY)
		r->block->kept = true;
	text_begin(r, STYLE_COMMANDS);
}

static void paragraph(struct reader *r, const struct given *g)
{
	text_begin(r,
		has_class(g, "verdict")       ? STYLE_VERDICT :
			has_class(g, "small") ? STYLE_SMALL :
			r->aside              ? STYLE_CODE :
						STYLE_BODY);
}

/* ---- tables */

static void table_row(struct reader *r)
{
	if (r->block == NULL || r->block->table == NULL)
		return;
	r->row = model_row(r->block->table);
	r->row->head = r->in_thead;
}

static void table_cell(struct reader *r, const struct given *g, bool head)
{
	struct cell *c;

	if (r->row == NULL)
		return;
	c = model_cell(r->row);
	c->head = head;
	c->hash = has_class(g, "hash");
	r->into = &c->words;
}

/* ---- pictures */

static void picture(struct reader *r, const struct given *g)
{
	char **box = g_strsplit(value_of(g, "viewBox"), " ", 5);

	r->block = model_block(r->doc, BLOCK_PICTURE, STYLE_BODY);
	r->picture = r->block->picture;
	r->picture->aside = r->aside;
	if (g_strv_length(box) == 4) {
		r->picture->width = g_ascii_strtod(box[2], NULL);
		r->picture->height = g_ascii_strtod(box[3], NULL);
	}
	g_strfreev(box);
}

static enum ink ink_of(const struct given *g)
{
	return has_class(g, "held") ? INK_HELD : has_class(g, "pending") ? INK_PENDING : INK_TEXT;
}

static void shape(struct reader *r, const char *name, const struct given *g)
{
	struct picture *p = r->picture;
	struct shape *s;

	if (strcmp(name, "rect") == 0) {
		s = model_shape(p, SHAPE_RECTANGLE, ink_of(g));
		s->x = number_of(g, "x"), s->y = number_of(g, "y");
		s->w = number_of(g, "width"), s->h = number_of(g, "height");
	} else if (strcmp(name, "line") == 0) {
		s = model_shape(p, SHAPE_LINE, INK_LINE);
		s->x = number_of(g, "x1"), s->y = number_of(g, "y1");
		s->w = number_of(g, "x2"), s->h = number_of(g, "y2");
	} else if (strcmp(name, "circle") == 0) {
		s = model_shape(p, SHAPE_DOT, INK_TEXT);
		s->x = number_of(g, "cx"), s->y = number_of(g, "cy"), s->w = number_of(g, "r");
	} else if (strcmp(name, "path") == 0) {
		s = model_shape(p, SHAPE_PATH, INK_TEXT);
		s->outline = r->outline;
		s->text = g_strdup(value_of(g, "d"));
		/* Where it begins says on which page it stands: "Mx y …" */
		if (s->text[0] == 'M') {
			char *end = NULL;

			s->x = g_ascii_strtod(s->text + 1, &end);
			s->y = g_ascii_strtod(end, NULL);
		}
	} else if (strcmp(name, "g") == 0) {
		r->outline = has_class(g, "against");
	} else if (strcmp(name, "text") == 0) {
		s = model_shape(p, SHAPE_TEXT, INK_TEXT);
		s->x = number_of(g, "x"), s->y = number_of(g, "y");
		s->at_end = strcmp(value_of(g, "text-anchor"), "end") == 0;
		/* Its words are gathered in the block, and given to it at its end. */
		r->into = &r->block->words;
	}
}

static void shape_end(struct reader *r, const char *name)
{
	struct picture *p = r->picture;
	struct words *w = &r->block->words;

	if (strcmp(name, "svg") == 0)
		r->picture = NULL;
	if (strcmp(name, "text") == 0 && p->shapes->len > 0) {
		struct shape *s = g_ptr_array_index(p->shapes, p->shapes->len - 1);

		trim(w);
		set(&s->text, w->text->str);
		(void)g_string_truncate(w->text, 0);
	}
	r->into = NULL;
}

/* ---- what stands at the head, and labels */

static void meta(struct reader *r, const struct given *g)
{
	const char *name = value_of(g, "name"), *content = value_of(g, "content");

	if (strcmp(name, "seal-code") == 0)
		set(&r->doc->code, content);
	else if (strcmp(name, "date") == 0)
		set(&r->doc->date, content);
	else if (strcmp(name, "page") == 0)
		set(&r->doc->page, content);
	else if (strcmp(name, "paper") == 0)
		r->doc->letter = strcmp(content, "letter") == 0;
}

static void html(struct reader *r, const struct given *g)
{
	set(&r->doc->language, value_of(g, "lang"));
	r->doc->right_to_left = strcmp(value_of(g, "dir"), "rtl") == 0;
}

static void label(struct reader *r, const struct given *g)
{
	r->block = model_block(r->doc, BLOCK_LABEL, STYLE_BODY);
	r->block->label->code = g_strdup(value_of(g, "code"));
}

static void label_field(struct reader *r)
{
	if (r->block != NULL && r->block->label != NULL)
		r->into = model_field(r->block->label);
}

static void qr(struct reader *r, const struct given *g)
{
	r->block = model_block(r->doc, BLOCK_QR, STYLE_BODY);
	r->block->lead = g_strdup(value_of(g, "lead"));
	r->into = &r->block->words;
	r->as_it_stands = true;
}

/* ---- elements */

static void list(struct reader *r, const struct given *g, bool ordered)
{
	r->legend = has_class(g, "legend");
	r->ordered = ordered;
	r->item = 0;
}

static bool begins_block(struct reader *r, const char *name, const struct given *g)
{
	static const struct {
		const char *name;
		enum style style;
	} texts[] = { { "h1", STYLE_TITLE }, { "h2", STYLE_SECTION }, { "h3", STYLE_QUESTION } };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (strcmp(name, texts[i].name) == 0) {
			text_begin(r, texts[i].style);
			return true;
		}
	if (strcmp(name, "p") == 0)
		paragraph(r, g);
	else if (strcmp(name, "li") == 0)
		item(r);
	else if (strcmp(name, "pre") == 0)
		commands(r);
	else if (strcmp(name, "ul") == 0 || strcmp(name, "ol") == 0)
		list(r, g, name[0] == 'o');
	else if (strcmp(name, "table") == 0)
		r->block = model_block(r->doc, BLOCK_TABLE, STYLE_CELL);
	else if (strcmp(name, "svg") == 0)
		picture(r, g);
	else if (strcmp(name, "label") == 0)
		label(r, g);
	else if (strcmp(name, "qr") == 0)
		qr(r, g);
	else
		return false;
	return true;
}

static void begins_part(struct reader *r, const char *name, const struct given *g)
{
	if (strcmp(name, "strong") == 0 && r->into != NULL)
		r->strong_from = r->into->text->len;
	else if (strcmp(name, "br") == 0 && r->into != NULL)
		(void)g_string_append_c(r->into->text, '\n');
	else if (strcmp(name, "bdi") == 0 && r->into != NULL)
		(void)g_string_append(r->into->text, FIRST_STRONG);
	else if (strcmp(name, "time") == 0 && r->into != NULL)
		isolated(r, g);
	else if (strcmp(name, "span") == 0 && r->into != NULL) {
		key(r, g);
		isolated(r, g);
	} else if (strcmp(name, "thead") == 0)
		r->in_thead = true;
	else if (strcmp(name, "tr") == 0)
		table_row(r);
	else if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0)
		table_cell(r, g, name[1] == 'h');
	else if (strcmp(name, "caption") == 0 && r->block != NULL && r->block->table != NULL)
		r->into = &r->block->table->caption;
	else if (strcmp(name, "field") == 0)
		label_field(r);
	else if (strcmp(name, "div") == 0 && has_class(g, "code")) {
		r->aside = true;
		(void)model_block(r->doc, BLOCK_ASIDE, STYLE_BODY);
	} else if (strcmp(name, "html") == 0)
		html(r, g);
	else if (strcmp(name, "meta") == 0)
		meta(r, g);
	else if (strcmp(name, "head") == 0)
		r->in_head = true;
}

static void on_start(GMarkupParseContext *context, const gchar *name, const gchar **names,
	const gchar **values, gpointer data, GError **error)
{
	const struct given g = { names, values };
	struct reader *r = data;

	(void)context;
	(void)error;
	if (r->picture != NULL)
		shape(r, name, &g);
	else if (!begins_block(r, name, &g))
		begins_part(r, name, &g);
}

static void strong_ends(struct reader *r)
{
	mark(r->into, MARK_STRONG, r->strong_from);
	if (r->strong_ends_line)
		(void)g_string_append_c(r->into->text, '\n');
}

static void on_end(GMarkupParseContext *context, const gchar *name, gpointer data, GError **error)
{
	static const char *const ends_text[] = { "h1", "h2", "h3", "p", "li", "pre", "td", "th",
		"caption", "qr", "field", NULL };
	struct reader *r = data;

	(void)context;
	(void)error;
	if (r->picture != NULL)
		shape_end(r, name);
	else if (strcmp(name, "strong") == 0 && r->into != NULL)
		strong_ends(r);
	else if (strcmp(name, "bdi") == 0 && r->into != NULL)
		(void)g_string_append(r->into->text, POP);
	else if ((strcmp(name, "time") == 0 || strcmp(name, "span") == 0) && r->into != NULL)
		isolated_end(r);
	else if (g_strv_contains(ends_text, name))
		text_end(r);
	else if (strcmp(name, "thead") == 0)
		r->in_thead = false;
	else if (strcmp(name, "tr") == 0)
		r->row = NULL;
	else if (strcmp(name, "head") == 0)
		r->in_head = false;
}

/* The div of the seal code ends behind its picture: other divs are inside. */
static void on_end_aside(
	GMarkupParseContext *context, const gchar *name, gpointer data, GError **error)
{
	struct reader *r = data;
	const bool ends_picture = r->picture != NULL && strcmp(name, "svg") == 0;

	on_end(context, name, data, error);
	if (!r->aside || !ends_picture)
		return;
	r->aside = false;
	(void)model_block(r->doc, BLOCK_ASIDE_END, STYLE_BODY);
}

static void on_text(
	GMarkupParseContext *context, const gchar *text, gsize n, gpointer data, GError **error)
{
	struct reader *r = data;
	const char *element = g_markup_parse_context_get_element(context);

	(void)error;
	if (r->in_head && strcmp(element, "title") == 0)
		r->doc->title = g_strndup(text, n);
	else if (r->into != NULL && strcmp(element, "title") != 0)
		add(r, text, n);
}

/* HTML leaves some elements open for good; a parser of markup wants them closed. Where a tag ends
 * is where its first ">" is: evx writes none into values. */
static GString *closed(const char *text, size_t n)
{
	static const char *const empty[] = { "<br>", "<meta " };
	GString *to = g_string_sized_new(n + n / 16);

	for (size_t i = 0; i < n; i++) {
		(void)g_string_append_c(to, text[i]);
		for (size_t k = 0; text[i] == '<' && k < G_N_ELEMENTS(empty); k++) {
			const size_t len = strlen(empty[k]);
			const char *end = len <= n - i && memcmp(text + i, empty[k], len) == 0 ?
				memchr(text + i, '>', n - i) :
				NULL;

			if (end == NULL)
				continue;
			(void)g_string_append_len(to, text + i + 1, end - (text + i + 1));
			(void)g_string_append_c(to, '/');
			i = (size_t)(end - text) - 1; /* ">" comes next */
			break;
		}
	}
	return to;
}

struct document *markup_read(const char *text, size_t n, char **why)
{
	static const GMarkupParser parser = { on_start, on_end_aside, on_text, NULL, NULL };
	struct reader r = { .doc = model_new() };
	GMarkupParseContext *context = g_markup_parse_context_new(
		&parser, (GMarkupParseFlags)0, &r, NULL);
	GString *whole = closed(text, n);
	GError *error = NULL;
	bool good = g_markup_parse_context_parse(context, whole->str, (gssize)whole->len, &error) &&
		g_markup_parse_context_end_parse(context, &error);

	(void)g_string_free(whole, TRUE);
	g_markup_parse_context_free(context);
	if (good)
		return r.doc;
	*why = g_strdup(error->message);
	g_error_free(error);
	model_free(r.doc);
	return NULL;
}
