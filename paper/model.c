/* The blocks of a document: made and released. */
#include "model.h"

struct words model_words(void)
{
	return (struct words){ g_string_new(NULL), g_array_new(FALSE, FALSE, sizeof(struct mark)) };
}

void model_words_free(struct words *w)
{
	if (w->text != NULL)
		(void)g_string_free(w->text, TRUE);
	if (w->marks != NULL)
		(void)g_array_free(w->marks, TRUE);
}

static void cell_free(gpointer at)
{
	struct cell *c = at;

	model_words_free(&c->words);
	g_free(c);
}

static void row_free(gpointer at)
{
	struct row *r = at;

	g_ptr_array_unref(r->cells);
	g_free(r);
}

static void shape_free(gpointer at)
{
	struct shape *s = at;

	g_free(s->text);
	g_free(s);
}

static void field_free(gpointer at)
{
	model_words_free(at);
	g_free(at);
}

static void table_free(struct table *t)
{
	if (t == NULL)
		return;
	model_words_free(&t->caption);
	g_ptr_array_unref(t->rows);
	g_free(t);
}

static void picture_free(struct picture *p)
{
	if (p == NULL)
		return;
	g_ptr_array_unref(p->shapes);
	g_free(p);
}

static void label_free(struct label *l)
{
	if (l == NULL)
		return;
	g_free(l->code);
	g_ptr_array_unref(l->fields);
	g_free(l);
}

static void block_free(gpointer at)
{
	struct block *b = at;

	model_words_free(&b->words);
	g_free(b->lead);
	table_free(b->table);
	picture_free(b->picture);
	label_free(b->label);
	g_free(b);
}

struct document *model_new(void)
{
	struct document *d = g_new0(struct document, 1);

	d->blocks = g_ptr_array_new_with_free_func(block_free);
	return d;
}

void model_free(struct document *d)
{
	if (d == NULL)
		return;
	g_free(d->title);
	g_free(d->language);
	g_free(d->code);
	g_free(d->date);
	g_free(d->page);
	g_ptr_array_unref(d->blocks);
	g_free(d);
}

static struct table *table_new(void)
{
	struct table *t = g_new0(struct table, 1);

	t->caption = model_words();
	t->rows = g_ptr_array_new_with_free_func(row_free);
	return t;
}

struct block *model_block(struct document *d, enum block_kind kind, enum style style)
{
	struct block *b = g_new0(struct block, 1);

	b->kind = kind;
	b->style = style;
	b->words = model_words();
	if (kind == BLOCK_TABLE)
		b->table = table_new();
	if (kind == BLOCK_PICTURE) {
		b->picture = g_new0(struct picture, 1);
		b->picture->shapes = g_ptr_array_new_with_free_func(shape_free);
	}
	if (kind == BLOCK_LABEL) {
		b->label = g_new0(struct label, 1);
		b->label->fields = g_ptr_array_new_with_free_func(field_free);
	}
	g_ptr_array_add(d->blocks, b);
	return b;
}

struct row *model_row(struct table *t)
{
	struct row *r = g_new0(struct row, 1);

	r->cells = g_ptr_array_new_with_free_func(cell_free);
	g_ptr_array_add(t->rows, r);
	return r;
}

struct cell *model_cell(struct row *r)
{
	struct cell *c = g_new0(struct cell, 1);

	c->words = model_words();
	g_ptr_array_add(r->cells, c);
	return c;
}

struct shape *model_shape(struct picture *p, enum shape_kind kind, enum ink ink)
{
	struct shape *s = g_new0(struct shape, 1);

	s->kind = kind;
	s->ink = ink;
	g_ptr_array_add(p->shapes, s);
	return s;
}

struct words *model_field(struct label *l)
{
	struct words *w = g_new(struct words, 1);

	*w = model_words();
	g_ptr_array_add(l->fields, w);
	return w;
}
