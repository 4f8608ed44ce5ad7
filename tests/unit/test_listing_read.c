/* Whole listings: order, parents, runs, hard links, and what a disclosure proves. */
#include "content/listing_read.h"
#include "crypto/merkle.h"
#include "format/text.h"
#include "payload_fixture.h"

#define SHA ",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\""
#define SHB ",\"sha256\":\"1111111111111111111111111111111111111111111111111111111111111111\""
#define ROOT ",\"range_root\":\"2222222222222222222222222222222222222222222222222222222222222222\""
#define DIR(path) "{\"path\":\"" path "\",\"type\":\"dir\"}\n"
#define FILE1(path, size, rest) \
	"{\"path\":\"" path "\",\"type\":\"file\",\"size\":\"" size "\"" rest "}\n"
#define LINK(path, size, index, rest) FILE1(path, size, ",\"hardlink\":" index rest)
#define SYMLINK(path, target, rest) \
	"{\"path\":\"" path "\",\"type\":\"symlink\",\"target\":\"" target "\"" rest "}\n"
#define NODE(path, rest) "{\"path\":\"" path "\",\"type\":\"char\"" rest "}\n"
#define OWNED ",\"mode\":\"0600\",\"uid\":0,\"gid\":0"
#define NONE UINT64_MAX
#define LINES_MAX 6

/* A payload whose records are as given, right or wrong; its leaves and root are right. */
static void write_begin(struct fixture *f)
{
	struct evx_payload_write_opts o = {
		.secret = f->secret, .jobs = 1, .disclosure = true, .sink = { fixture_pack, f }
	};

	must(evx_payload_write_new(&o, &f->w, &fixture_diag));
}

static struct evx_listing_read_opts listing_opts(struct fixture *f)
{
	struct evx_listing_read_opts o = { .src = &f->src,
		.root = &f->result.listing,
		.leaf_secret = f->result.leaf_secret,
		.listing_root = f->result.listing_root,
		.lines = f->result.lines,
		.jobs = 1 };

	return o;
}

static const struct {
	const char *name;
	enum evx_err err;
	struct {
		uint64_t position;
		const char *line;
	} records[LINES_MAX];
} cases[] = {
	{ "a tree", EVX_OK,
		{ { NONE, DIR("s") }, { NONE, DIR("s/d") }, { 0, FILE1("s/d/f", "5", SHA) },
			{ 5, FILE1("s/d!", "5", SHA) } } },
	{ "two sources", EVX_OK,
		{ { NONE, DIR("a") }, { 0, FILE1("a/f", "5", SHA) },
			{ 5, FILE1("b", "5", SHA) } } },
	{ "equal paths", EVX_E_CORRUPT, { { NONE, DIR("s") }, { NONE, DIR("s") } } },
	{ "descending", EVX_E_CORRUPT, { { NONE, DIR("t") }, { NONE, DIR("s") } } },
	{ "bytes, not components", EVX_E_CORRUPT,
		{ { NONE, DIR("s") }, { NONE, DIR("s!") }, { 0, FILE1("s/f", "5", SHA) } } },
	{ "no parent", EVX_E_CORRUPT, { { NONE, DIR("s") }, { 0, FILE1("s/d/f", "5", SHA) } } },
	{ "no source", EVX_E_CORRUPT, { { 0, FILE1("s/f", "5", SHA) } } },
	{ "the parent is a file", EVX_E_CORRUPT,
		{ { 0, FILE1("s", "5", SHA) }, { 5, FILE1("s/f", "5", SHA) } } },
	{ "the parent is another's child", EVX_E_CORRUPT,
		{ { NONE, DIR("a") }, { NONE, DIR("a/d") }, { NONE, DIR("b") },
			{ 0, FILE1("b/d/f", "5", SHA) } } },
	{ "no position", EVX_E_CORRUPT, { { NONE, FILE1("s", "5", SHA) } } },
	{ "a directory with a position", EVX_E_CORRUPT, { { 0, DIR("s") } } },
	{ "the first run is not at 0", EVX_E_CORRUPT, { { 1, FILE1("s", "5", SHA) } } },
	{ "a gap", EVX_E_CORRUPT, { { 0, FILE1("a", "5", SHA) }, { 6, FILE1("b", "5", SHA) } } },
	{ "an overlap", EVX_E_CORRUPT,
		{ { 0, FILE1("a", "5", SHA) }, { 4, FILE1("b", "5", SHA) } } },
	{ "runs past 2^63", EVX_E_CORRUPT,
		{ { 0, FILE1("a", "9223372036854775807", SHA) },
			{ INT64_MAX, FILE1("b", "1", SHA) } } },
	{ "a broken line", EVX_E_CORRUPT, { { NONE, DIR("s") }, { NONE, "{}\n" } } },
	{ "a newer line", EVX_E_UNSUPPORTED,
		{ { NONE, "{\"path\":\"s\",\"type\":\"dir\",\"new\":1}\n" } } },
	{ "no LF at the end of a frame", EVX_E_CORRUPT,
		{ { NONE, DIR("s") }, { NONE, "{\"path\":\"t\"" } } },
	{ "links", EVX_OK,
		{ { 0, FILE1("a", "5", SHA) }, { 5, FILE1("b", "6", SHB) },
			{ 0, LINK("c", "5", "0", SHA) }, { 5, LINK("d", "6", "1", SHB) },
			{ 0, LINK("e", "5", "0", SHA) } } },
	{ "a link to itself", EVX_E_CORRUPT, { { 0, LINK("a", "5", "0", SHA) } } },
	{ "a link forward", EVX_E_CORRUPT,
		{ { 0, LINK("a", "5", "1", SHA) }, { 0, FILE1("b", "5", SHA) } } },
	{ "a link to a directory", EVX_E_CORRUPT,
		{ { NONE, DIR("a") }, { 0, LINK("b", "5", "0", SHA) } } },
	{ "a link to a link", EVX_E_CORRUPT,
		{ { 0, FILE1("a", "5", SHA) }, { 0, LINK("b", "5", "0", SHA) },
			{ 0, LINK("c", "5", "1", SHA) } } },
	{ "a link of another digest", EVX_E_CORRUPT,
		{ { 0, FILE1("a", "5", SHA) }, { 0, LINK("b", "5", "0", SHB) } } },
	{ "a link of another size", EVX_E_CORRUPT,
		{ { 0, FILE1("a", "5", SHA) }, { 0, LINK("b", "6", "0", SHA) } } },
	{ "a link of another position", EVX_E_CORRUPT,
		{ { 0, FILE1("a", "5", SHA) }, { 5, LINK("b", "5", "0", SHA) } } },
	{ "links of links and nodes", EVX_OK,
		{ { NONE, SYMLINK("a", "x", "") }, { NONE, SYMLINK("b", "x", ",\"hardlink\":0") },
			{ NONE, NODE("c", OWNED ",\"device\":\"1:3\"") },
			{ NONE, NODE("d", OWNED ",\"hardlink\":2,\"device\":\"1:3\"") } } },
	{ "a link to another target", EVX_E_CORRUPT,
		{ { NONE, SYMLINK("a", "x", "") },
			{ NONE, SYMLINK("b", "y", ",\"hardlink\":0") } } },
	{ "a link to another device", EVX_E_CORRUPT,
		{ { NONE, NODE("c", OWNED ",\"device\":\"1:3\"") },
			{ NONE, NODE("d", OWNED ",\"hardlink\":0,\"device\":\"1:5\"") } } },
	{ "a link to another type", EVX_E_CORRUPT,
		{ { 0, FILE1("a", "5", SHA) }, { NONE, SYMLINK("b", "x", ",\"hardlink\":0") } } },
	{ "a link of a link forward", EVX_E_CORRUPT,
		{ { NONE, SYMLINK("a", "x", ",\"hardlink\":1") },
			{ NONE, SYMLINK("b", "x", "") } } },
	{ "a link of a node to a directory", EVX_E_CORRUPT,
		{ { NONE, DIR("a") }, { NONE, NODE("b", ",\"hardlink\":0") } } },
};

static enum evx_err no_books(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	(void)ctx;
	(void)item;
	(void)diag;
	return EVX_OK;
}

static void rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evx_listing_read_opts o;
		struct fixture f;
		enum evx_err err;

		fixture_init(&f, 1);
		write_begin(&f);
		for (size_t k = 0; k < LINES_MAX && cases[i].records[k].line != NULL; k++)
			must(evx_payload_write_shown(f.w, (const uint8_t *)cases[i].records[k].line,
				strlen(cases[i].records[k].line), cases[i].records[k].position,
				&fixture_diag));
		fixture_finish(&f);
		o = listing_opts(&f);
		err = evx_listing_read(&o, NULL, NULL, NULL);
		if (err != cases[i].err)
			fail_msg("%s: expected %s, found %s", cases[i].name,
				evx_err_name(cases[i].err), evx_err_name(err));
		/* Whoever keeps books of the lines on the way is told the same. */
		err = evx_listing_read(&o, no_books, NULL, NULL);
		if (err != cases[i].err)
			fail_msg("%s, with a callback: expected %s, found %s", cases[i].name,
				evx_err_name(cases[i].err), evx_err_name(err));
		fixture_free(&f);
	}
}

static enum evx_err count(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	uint64_t *n = ctx;

	(void)diag;
	assert_int_equal(item->index, *n);
	return ++*n == 2 ? EVX_E_EXISTS : EVX_OK;
}

static void stops_with_the_callback(void **state)
{
	struct evx_listing_read_opts o;
	struct fixture f;
	uint64_t n = 0;

	(void)state;
	fixture_init(&f, 1);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	fixture_dir(&f, "s/a");
	fixture_dir(&f, "s/b");
	fixture_finish(&f);
	o = listing_opts(&f);
	assert_int_equal(evx_listing_read(&o, count, &n, NULL), EVX_E_EXISTS);
	assert_int_equal(n, 2);
	/* The seal's number of lines, none, one more and one less. */
	must(evx_listing_read(&o, NULL, NULL, &fixture_diag));
	for (o.lines = 0; o.lines < 5; o.lines++)
		assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL),
			o.lines == 3 ? EVX_OK : EVX_E_CORRUPT);
	fixture_free(&f);
}

/* What each line is said to be: where its bytes are, how many, and its text as sealed. */
static enum evx_err look(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	static const struct {
		const char *path;
		uint64_t position, stored;
	} expected[] = { { "s", 0, 0 }, { "s/a", 0, 10 }, { "s/b", 10, 0 }, { "s/c", 10, 7 },
		{ "s/d", 17, 2 } };
	uint64_t *n = ctx;
	char key[32];

	(void)diag;
	assert_true(*n < sizeof(expected) / sizeof(expected[0]));
	assert_int_equal(item->index, *n);
	assert_int_equal(item->original_index, *n);
	assert_string_equal(item->entry->path, expected[*n].path);
	assert_int_equal(item->position, expected[*n].position);
	assert_int_equal(item->stored, expected[*n].stored);
	assert_false(item->withheld || item->repeats || item->entry->withheld);
	(void)snprintf(key, sizeof(key), "{\"path\":\"%s\"", expected[*n].path);
	assert_memory_equal(item->line, key, strlen(key));
	assert_int_equal(item->line[item->line_len - 1], '\n');
	assert_null(memchr(item->line, '\n', item->line_len - 1));
	++*n;
	return EVX_OK;
}

/* Once more, when all was checked: the roots are not compared again, and everything else is. */
static void once_more(void **state)
{
	struct evx_cancel cancel = { true };
	struct evx_progress progress = { 0 };
	struct evx_listing_read_opts o;
	struct evx_diag diag = { 0 };
	uint8_t other[32];
	struct fixture f;
	uint64_t n = 0;

	(void)state;
	fixture_init(&f, 1);
	fixture_begin(&f);
	fixture_dir(&f, "s");
	fixture_file(&f, "s/a", "0123456789", 10);
	fixture_file(&f, "s/b", "", 0);
	fixture_file(&f, "s/c", "0123456", 7);
	fixture_file(&f, "s/d", "01", 2);
	fixture_finish(&f);
	o = listing_opts(&f);
	o.content_known = true;
	o.content_length = 19;
	o.progress = &progress;
	must(evx_listing_read(&o, look, &n, &fixture_diag));
	assert_int_equal(n, 5);
	assert_int_equal(atomic_load(&progress.files_done), 5);
	for (size_t i = 0; i < 32; i += 31) {
		memcpy(other, f.result.listing_root, 32);
		other[i] ^= 1;
		o.listing_root = other;
		o.again = false;
		assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_FORGED);
		o.again = true;
		n = 0;
		must(evx_listing_read(&o, look, &n, &fixture_diag));
		assert_int_equal(n, 5);
	}
	o.content_length = 18;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, &diag), EVX_E_CORRUPT);
	assert_string_equal(diag.path, "s/d"); /* whose run passes the end */
	o.content_length = 20;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
	o.content_length = 19;
	o.lines = 4;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
	o.lines = 5;
	f.bytes.data[f.result.listing.ref.position + 70] ^= 1;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_FORGED);
	f.bytes.data[f.result.listing.ref.position + 70] ^= 1;
	must(evx_listing_read(&o, NULL, NULL, &fixture_diag));
	o.cancel = &cancel;
	diag = (struct evx_diag){ 0 };
	assert_int_equal(evx_listing_read(&o, NULL, NULL, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	fixture_free(&f);
}

/* Directories nested deeply, then a way back up: the stack of parents holds. */
static void deep(void **state)
{
	enum { DEPTH = 3000 };
	struct evx_listing_read_opts o;
	char *path = malloc(2 * DEPTH + 8);
	struct fixture f;

	(void)state;
	fixture_init(&f, 1);
	fixture_begin(&f);
	for (int i = 0; i < DEPTH; i++) {
		memcpy(path + 2 * i, "d/", 2);
		path[2 * i + 1] = 0;
		fixture_dir(&f, path);
		path[2 * i + 1] = '/';
	}
	for (int i = DEPTH - 1; i > 0; i--) {
		strcpy(path + 2 * i, "z");
		fixture_file(&f, path, "", 0);
	}
	fixture_finish(&f);
	o = listing_opts(&f);
	o.content_known = true;
	must(evx_listing_read(&o, NULL, NULL, &fixture_diag));
	free(path);
	fixture_free(&f);
}

/* ---- disclosures ------------------------------------------------------------------------ */

enum { ORIGINAL = 11 };

struct original {
	char lines[ORIGINAL][300];
	uint8_t salts[ORIGINAL][32], leaves[ORIGINAL][32];
	struct evx_listing_origin origin;
};

static void make_original(struct original *o)
{
	struct evx_buf scratch = EVX_BUF_INIT;
	struct evx_merkle m;
	uint8_t root[32];

	evx_merkle_init(&m);
	for (int i = 0; i < ORIGINAL; i++) {
		if (i == 0)
			(void)snprintf(o->lines[i], sizeof(o->lines[i]), "%s", DIR("s"));
		else if (i == 7)
			(void)snprintf(o->lines[i], sizeof(o->lines[i]), "%s",
				LINK("s/07", "5", "3", SHA));
		else if (i == 8 || i == 9) /* a long file, and another name of it */
			(void)snprintf(o->lines[i], sizeof(o->lines[i]),
				FILE1("s/%02d", "4500000", "%s" SHA ROOT), i,
				i == 9 ? ",\"hardlink\":8" : "");
		else
			(void)snprintf(
				o->lines[i], sizeof(o->lines[i]), FILE1("s/%02d", "5", SHA), i);
		memset(o->salts[i], i + 1, 32);
		must(evx_listing_leaf(o->salts[i], (const uint8_t *)o->lines[i],
			strlen(o->lines[i]), &scratch, o->leaves[i]));
		evx_merkle_add(&m, o->leaves[i]);
	}
	evx_merkle_root(&m, root);
	o->origin = (struct evx_listing_origin){ .lines = ORIGINAL };
	evx_listing_leaf_root(ORIGINAL, root, o->origin.root);
	evx_buf_free(&scratch);
}

/* Shows line index; wrong: one digit of the salt, the proof or the line is another one; part: of a
 * file in part what is shown, with a tab. */
static void show_as(struct fixture *f, const struct original *o, uint64_t index, uint64_t position,
	char wrong, const char *part)
{
	uint8_t proof[64][32];
	char text[6000], hex[65];
	size_t n;
	int at;

	must(evx_merkle_prove_inclusion(o->leaves, ORIGINAL, index, proof, &n));
	evx_hex_encode(o->salts[index], 32, hex);
	hex[5] = wrong == 's' ? 'f' : hex[5];
	at = snprintf(text, sizeof(text), "%d\t%s\t", (int)(wrong == 'i' ? index + 1 : index), hex);
	for (size_t i = 0; i < n; i++) {
		evx_hex_encode(proof[i], 32, hex);
		if (wrong == 'p' && i == 1)
			hex[0] = hex[0] == '0' ? '1' : '0';
		if (wrong == 'n' && i + 1 == n)
			break;
		at += snprintf(text + at, sizeof(text) - (size_t)at, "%s%s", i > 0 ? "," : "", hex);
	}
	at += snprintf(text + at, sizeof(text) - (size_t)at, "\t%s%s", part, o->lines[index]);
	if (wrong == 'l')
		text[at - 5] = '1';
	must(evx_payload_write_shown(
		f->w, (const uint8_t *)text, (size_t)at, position, &fixture_diag));
}

static void show(
	struct fixture *f, const struct original *o, uint64_t index, uint64_t position, char wrong)
{
	show_as(f, o, index, position, wrong, "");
}

static enum evx_err original_index(
	void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	uint64_t *sum = ctx;

	(void)diag;
	*sum = *sum * 100 + item->original_index;
	return EVX_OK;
}

static void disclosure(void **state)
{
	static const char wrongs[] = { 0, 's', 'p', 'n', 'l', 'i' };
	struct original orig;

	(void)state;
	make_original(&orig);
	for (size_t i = 0; i < sizeof(wrongs); i++) {
		struct evx_listing_read_opts o;
		struct fixture f;
		uint64_t sum = 0;
		bool unproved = false;
		enum evx_err err;

		fixture_init(&f, 1);
		write_begin(&f);
		show(&f, &orig, 2, 0, 0);
		show(&f, &orig, 3, 5, wrongs[i]);
		show(&f, &orig, 7, 5, 0);
		show(&f, &orig, 10, 10, 0);
		fixture_finish(&f);
		o = listing_opts(&f);
		o.origin = &orig.origin;
		o.unproved = &unproved;
		orig.origin.withheld = ORIGINAL - 4;
		err = evx_listing_read(&o, NULL, NULL, NULL);
		assert_int_equal(unproved, wrongs[i] != 0);
		if (wrongs[i] == 0) {
			must(err);
			orig.origin.withheld++;
			assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
			assert_true(unproved);
			orig.origin.withheld--;
			orig.origin.names_only = 1;
			assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
			orig.origin.names_only = 0;
			must(evx_listing_read(&o, original_index, &sum, &fixture_diag));
			assert_int_equal(sum, 2030710);
			orig.origin.root[0] ^= 1;
			assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_FORGED);
			orig.origin.root[0] ^= 1;
			orig.origin.lines = 10;
			assert_int_not_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_OK);
			orig.origin.lines = ORIGINAL;
		} else if (wrongs[i] == 'n') {
			assert_int_equal(err, EVX_E_CORRUPT);
		} else {
			assert_int_equal(err, EVX_E_FORGED);
		}
		fixture_free(&f);
	}
}

/* The hard link's first name is withheld: it is complete in itself. Shown twice or out of order:
 * refused. */
static void disclosure_orders(void **state)
{
	struct original orig;
	struct evx_listing_read_opts o;
	struct fixture f;

	(void)state;
	make_original(&orig);
	orig.origin.withheld = ORIGINAL - 2;
	fixture_init(&f, 1);
	write_begin(&f);
	show(&f, &orig, 2, 0, 0);
	show(&f, &orig, 7, 5, 0);
	fixture_finish(&f);
	o = listing_opts(&f);
	o.origin = &orig.origin;
	must(evx_listing_read(&o, NULL, NULL, &fixture_diag));
	fixture_free(&f);
	fixture_init(&f, 1);
	write_begin(&f);
	show(&f, &orig, 2, 0, 0);
	show(&f, &orig, 7, 77, 0);
	fixture_finish(&f);
	o = listing_opts(&f);
	o.origin = &orig.origin;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
	fixture_free(&f);
	fixture_init(&f, 1);
	write_begin(&f);
	show(&f, &orig, 4, 0, 0);
	show(&f, &orig, 2, 5, 0);
	fixture_finish(&f);
	o = listing_opts(&f);
	o.origin = &orig.origin;
	assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
	fixture_free(&f);
}

struct shown_as {
	char text[64];
};

static enum evx_err shown_as(void *ctx, const struct evx_listing_item *item, struct evx_diag *diag)
{
	struct shown_as *s = ctx;
	const size_t n = strlen(s->text);

	(void)diag;
	assert_int_equal(item->withheld, item->entry->withheld);
	(void)snprintf(s->text + n, sizeof(s->text) - n, "%llu%s%s ",
		(unsigned long long)item->original_index, item->withheld ? "w" : "",
		item->repeats ? "r" : "");
	return EVX_OK;
}

/* Files without their contents have no bytes, whatever their lines say. A link repeats the contents
 * of its first name where these are shown, has its own where not, and repeats nothing that is
 * withheld. */
static void disclosure_names(void **state)
{
	static const struct {
		uint64_t first, link; /* positions of lines 3 and 7 */
		enum evx_err err;
		const char *text;
	} rows[] = {
		{ 5, 5, EVX_OK, "2 3 7r 10w " },
		{ EVX_SHOWN_WITHHELD, 5, EVX_OK, "2 3w 7 10w " },
		{ EVX_SHOWN_WITHHELD, EVX_SHOWN_WITHHELD, EVX_OK, "2 3w 7w 10w " },
		{ 5, EVX_SHOWN_WITHHELD, EVX_OK, "2 3 7w 10w " },
		{ EVX_SHOWN_WITHHELD, 0, EVX_E_CORRUPT, "" },
		{ EVX_SHOWN_NOWHERE, 5, EVX_E_CORRUPT, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evx_listing_read_opts o;
		struct shown_as s = { "" };
		struct original orig;
		struct fixture f;

		make_original(&orig);
		orig.origin.withheld = ORIGINAL - 4;
		orig.origin.names_only = 1 + (uint64_t)(rows[i].first == EVX_SHOWN_WITHHELD) +
			(uint64_t)(rows[i].link == EVX_SHOWN_WITHHELD);
		fixture_init(&f, 1);
		write_begin(&f);
		show(&f, &orig, 2, 0, 0);
		show(&f, &orig, 3, rows[i].first, 0);
		show(&f, &orig, 7, rows[i].link, 0);
		show(&f, &orig, 10, EVX_SHOWN_WITHHELD, 0);
		fixture_finish(&f);
		o = listing_opts(&f);
		o.origin = &orig.origin;
		o.content_known = false;
		assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), rows[i].err);
		if (rows[i].err == EVX_OK) {
			must(evx_listing_read(&o, shown_as, &s, &fixture_diag));
			assert_string_equal(s.text, rows[i].text);
			o.origin = NULL;
			assert_int_equal(evx_listing_read(&o, NULL, NULL, NULL), EVX_E_CORRUPT);
		}
		fixture_free(&f);
	}
}

/* Blocks 3 and 4 of 70, whose run has as many bytes as these. */
#define PART "70,3+2@196608+131072\t"
#define PART_RUN (131072u + 2 * 36u + 8 * 32u)

/* Where line 10 begins, behind line 2 and what there is of 8 and 9. */
static uint64_t run_end(const char *part, const char *link_part, uint64_t link)
{
	const uint64_t own = link > 5 && link < EVX_SHOWN_WITHHELD ? 4500000 : 0;

	return 5 + (part[0] != '\0' ? PART_RUN : 0) + (link_part[0] != '\0' ? PART_RUN : own);
}

/* A file in part has a run of its own; other names of it repeat nothing. What has no range root, or
 * cannot be so, is no part. */
static void disclosure_parts(void **state)
{
	static const struct {
		uint64_t position, link; /* of lines 8 and 9 */
		const char *part, *link_part, *small;
		uint64_t in_part, names_only;
		enum evx_err err;
		bool unproved;
		const char *text;
	} rows[] = {
		{ 5, EVX_SHOWN_WITHHELD, PART, "", "", 1, 1, EVX_OK, false, "2 8w 9w 10 " },
		{ 5, 5 + PART_RUN, PART, PART, "", 2, 0, EVX_OK, false, "2 8w 9w 10 " },
		{ 5, 5 + PART_RUN, PART, "", "", 1, 0, EVX_OK, false, "2 8w 9 10 " },
		{ EVX_SHOWN_WITHHELD, 5, "", PART, "", 1, 1, EVX_OK, false, "2 8w 9w 10 " },
		{ 5, 5, PART, "", "", 1, 0, EVX_E_CORRUPT, false, "" },
		{ 5, 5, PART, PART, "", 2, 0, EVX_E_CORRUPT, false, "" },
		{ 6, EVX_SHOWN_WITHHELD, PART, "", "", 1, 1, EVX_E_CORRUPT, false, "" },
		{ 5, EVX_SHOWN_WITHHELD, PART, "", "", 0, 1, EVX_E_CORRUPT, true, "" },
		{ 5, EVX_SHOWN_WITHHELD, PART, "", "", 2, 1, EVX_E_CORRUPT, true, "" },
		{ 5, EVX_SHOWN_WITHHELD, PART, "", "", 1, 2, EVX_E_CORRUPT, true, "" },
		{ 5, EVX_SHOWN_WITHHELD, "69,3+2@196608+131072\t", "", "", 1, 1, EVX_OK, false,
			"2 8w 9w 10 " },
		{ 5, EVX_SHOWN_WITHHELD, "68,3+2@196608+131072\t", "", "", 1, 1, EVX_E_CORRUPT,
			true, "" },
		{ 5, EVX_SHOWN_WITHHELD, PART, "", "3,1+1@1+1\t", 2, 1, EVX_E_CORRUPT, true, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evx_listing_read_opts o;
		struct shown_as s = { "" };
		struct original orig;
		struct fixture f;
		bool unproved = false;

		make_original(&orig);
		orig.origin.withheld = ORIGINAL - 4;
		orig.origin.names_only = rows[i].names_only;
		orig.origin.in_part = rows[i].in_part;
		fixture_init(&f, 1);
		write_begin(&f);
		show_as(&f, &orig, 2, 0, 0, rows[i].small);
		show_as(&f, &orig, 8, rows[i].position, 0, rows[i].part);
		show_as(&f, &orig, 9, rows[i].link, 0, rows[i].link_part);
		show(&f, &orig, 10, run_end(rows[i].part, rows[i].link_part, rows[i].link), 0);
		fixture_finish(&f);
		o = listing_opts(&f);
		o.origin = &orig.origin;
		o.unproved = &unproved;
		if (evx_listing_read(&o, NULL, NULL, NULL) != rows[i].err)
			fail_msg("row %zu", i);
		assert_int_equal(unproved, rows[i].unproved);
		if (rows[i].err == EVX_OK) {
			must(evx_listing_read(&o, shown_as, &s, &fixture_diag));
			assert_string_equal(s.text, rows[i].text);
		}
		fixture_free(&f);
	}
}

static int start(void **state)
{
	(void)state;
	return evx_crypto_init(NULL) == EVX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(stops_with_the_callback),
		cmocka_unit_test(once_more),
		cmocka_unit_test(deep),
		cmocka_unit_test(disclosure),
		cmocka_unit_test(disclosure_orders),
		cmocka_unit_test(disclosure_names),
		cmocka_unit_test(disclosure_parts),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
