/* store/heads.h: what each word on an exhibit, of an inventory or of this machine, says against its
 * chain, its mark, or its being gone; and how those words are gathered. */
#include "heads_fixture.h"

#include "base/array.h"
#include "crypto/hash.h"
#include "store/inventory.h"

/* ---- What a word says against a chain */

/* The chain of an exhibit: event i has a hash of bytes i + 1. */
static struct evx_chain_event events[8];

static struct evx_chain_result chain_of(size_t n)
{
	struct evx_chain_result chain = { .at = events, .n = n, .in_bundle = n, .rightful = n };

	memset(events, 0, sizeof(events));
	for (size_t i = 0; i < 8; i++) {
		memset(events[i].hash, (int)i + 1, 32);
		events[i].hash[31] = 0xfe;
	}
	memcpy(chain.exhibit, events[0].hash, 32);
	return chain;
}

/* All that is found for exhibit U2 and so many events; "" for nothing. */
static const char *judged(struct evx_head_seen *words, size_t n, size_t in_bundle)
{
	static char text[2000];
	const struct evx_heads h = { .at = words, .n = n };
	const struct evx_chain_result chain = chain_of(in_bundle);
	struct evx_findings f = { 0 };
	size_t at = 0;

	assert_int_equal(evx_heads_judge(&h, &v, U2, &chain, &f, &diag), EVX_OK);
	text[0] = '\0';
	for (size_t i = 0; i < f.n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s %s %d: %s|", f.at[i].code,
			evx_weight_name(f.at[i].weight), (int)f.at[i].event, f.at[i].text);
	evx_findings_free(&f);
	return text;
}

#define SAYS(words, in_bundle, expected) \
	says(judged(words, sizeof(words) / sizeof((words)[0]), in_bundle), expected)

static void says(const char *found, const char *expected)
{
	if (strncmp(found, expected, strlen(expected)) != 0)
		fail_msg("expected \"%s\", found \"%s\"", expected, found);
}

static void is_silent(const char *found)
{
	assert_string_equal(found, "");
}

static struct evx_head_seen by(struct evx_head_seen one, uint32_t inventory, bool content)
{
	one.inventory = inventory;
	one.trusted = content;
	one.content = content ? inventory : 0;
	return one;
}

static void test_chains(void **state)
{
	/* What is said of the exhibits beside it does not count. */
	struct evx_head_seen words[] = { by(seen(U1, 9, 9, ""), 1, true),
		by(seen(U1, 9, 9, ""), 2, true), by(seen(U2, 2, 2, ""), 3, true),
		by(seen(U2, 4, 4, ""), 7, true), by(seen(U3, 9, 9, ""), 4, true),
		by(seen(U4, 9, 9, ""), 5, true) };
	struct evx_head_seen one[1], two[2];

	(void)state;
	is_silent(judged(words, 6, 4));
	is_silent(judged(words, 6, 5));
	SAYS(words, 3,
		"V-HEAD broken -1: The inventory of log entry 7 lists 4 entries of this exhibit, "
		"and 3 are there.");
	SAYS(words, 1,
		"V-HEAD broken -1: The inventory of log entry 3 lists 2 entries of this exhibit, "
		"and 1 is there.");
	SAYS(words, 0,
		"V-HEAD broken 0: The inventory of log entry 3 lists another seal under this "
		"UUID. The exhibit was exchanged.");
	words[3].head[31] ^= 1;
	SAYS(words, 4,
		"V-HEAD broken 3: The inventory of log entry 7 lists another entry at this "
		"place.");
	words[2].seal[31] ^= 1;
	SAYS(words, 4, "V-HEAD broken 0: The inventory of log entry 3 lists another seal");
	one[0] = seen(U2, 1, 3, "");
	one[0].trusted = true;
	SAYS(one, 4, "V-HEAD broken 0: This machine has seen another entry at this place.");
	one[0] = by(seen(U2, 5, 3, ""), 2, false);
	SAYS(one, 4, "V-HEAD broken -1: The inventory of log entry 2 lists 5 entries");
	/* A content member's later inventory of what is there takes its weight; an earlier one, or
	 * one of something else, does not. */
	two[0] = by(seen(U2, 3, 3, ""), 3, true);
	two[1] = by(seen(U2, 5, 5, ""), 2, false);
	SAYS(two, 4,
		"V-HEAD gap -1: The inventory of log entry 2 lists 5 entries of this exhibit, and "
		"4 are there. Only custody members signed that");
	SAYS(two, 3, "V-HEAD gap -1: ");
	SAYS(two, 2, "V-HEAD broken -1: The inventory of log entry 3 lists 3 entries");
	two[1].inventory = 4;
	SAYS(two, 4, "V-HEAD broken -1: The inventory of log entry 4 lists 5 entries");
	/* The weight that is taken from one is not taken from another. */
	two[0] = by(seen(U2, 5, 5, ""), 2, false);
	two[1] = by(seen(U2, 6, 6, ""), 9, false);
	SAYS(two, 4, "V-HEAD broken -1: The inventory of log entry 2 lists 5");
	SAYS(two, 5, "V-HEAD broken -1: The inventory of log entry 9 lists 6");
}

/* ---- Where it is filed */

static struct evx_vault_filing filings[1];

static void test_cases(void **state)
{
	struct evx_head_seen in_a[] = { seen(U2, 1, 1, A) }, in_none[] = { seen(U2, 1, 1, "") },
			     both[] = { seen(U2, 1, 1, ""), seen(U2, 2, 2, A) },
			     back[] = { seen(U2, 1, 1, A), seen(U2, 2, 2, "") },
			     two[] = { seen(U2, 1, 1, A), seen(U2, 2, 2, B) };

	(void)state;
	is_silent(judged(in_none, 1, 2));
	SAYS(in_a, 2,
		"V-CASE gap -1: This machine has seen it in case " A
		", and now it stands in no case.");
	mark(A, U2, true);
	is_silent(judged(in_a, 1, 2));
	is_silent(judged(both, 2, 2));
	is_silent(judged(back, 2, 2));
	SAYS(in_none, 2,
		"V-CASE gap -1: This machine has seen it in no case, and now it stands in case " A
		".");
	/* Where words differ, the one that is not so is told. */
	SAYS(two, 2,
		"V-CASE gap -1: This machine has seen it in case " B
		", and now it stands in case " A ".");
	mark(B, U2, true);
	SAYS(in_a, 2,
		"V-CASE gap -1: This machine has seen it in case " A
		", and now it stands in case " B ".");
	assert_null(strstr(strchr(judged(two, 2, 2), '|') + 1, "V-CASE")); /* told once */
	mark(A, U2, false);
	mark(B, U2, false);
	mark(C, U2, true); /* filed in A since the two were merged */
	is_silent(judged(in_a, 1, 2));
	SAYS(in_none, 2,
		"V-CASE gap -1: This machine has seen it in no case, and now it stands in case " A
		".");
	SAYS(two, 2,
		"V-CASE gap -1: This machine has seen it in case " B
		", and now it stands in case " C ".");
	/* An entry of the log has the last word. */
	memcpy(filings[0].case_id, B, EVX_UUID_CAP);
	filings[0].sequence = 9;
	v.filings = filings;
	assert_int_equal(evx_case_tree_add(&v.filed_tree, U2), EVX_OK);
	SAYS(in_a, 2,
		"V-CASE gap -1: Entry 9 of the vault log files it in case " B
		", and now it stands in case " C ".");
	mark(C, U2, false);
	mark(B, U2, true);
	is_silent(judged(in_a, 1, 2));
	in_a[0].events = 3;
	SAYS(in_a, 2, "V-HEAD broken -1: ");
}

/* ---- Exhibits that are gone */

static void test_missing(void **state)
{
	static const char *const expected[] = { "exhibits/" U1
						": The inventory of log entry 5 lists "
						"this exhibit, and it is not there.",
		"exhibits/" U3 ": This exhibit is not there. A content member signed for that",
		"exhibits/" U4 ": An inventory lists this exhibit, and it is not there." };
	static const enum evx_weight weights[] = { EVX_WEIGHT_BROKEN, EVX_WEIGHT_GAP,
		EVX_WEIGHT_BROKEN };
	struct evx_head_seen words[] = { by(seen(U1, 1, 1, ""), 5, true),
		by(seen(U2, 1, 1, ""), 6, true) };
	struct evx_heads_word last[] = { { .uuid = U1 }, { .uuid = U2 },
		{ .uuid = U3, .missing = true }, { .uuid = U4 } };
	const struct evx_heads h = { .at = words, .n = 2, .words = last, .nwords = 4 };
	struct evx_findings f = { 0 };

	(void)state;
	scratch_dir(&s, "exhibits/" U2);
	assert_int_equal(evx_heads_missing(&h, &v, &f, &diag), EVX_OK);
	assert_int_equal(f.n, 3);
	for (size_t i = 0; i < f.n; i++) {
		char text[1100];

		assert_string_equal(f.at[i].code, "V-MISSING");
		assert_int_equal(f.at[i].weight, weights[i]);
		assert_int_equal(f.at[i].event, EVX_NO_EVENT);
		(void)snprintf(text, sizeof(text), "%s: %s", f.at[i].where, f.at[i].text);
		says(text, expected[i]);
	}
	evx_findings_free(&f);
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_heads_missing(&h, &v, &f, &diag), EVX_E_INTERRUPTED);
	assert_int_equal(f.n, 0);
}

/* ---- Gathered from inventories and from this machine */

/* The inventory of entry number sequence: lines of these exhibits, in their order. */
static void inventory(
	uint32_t sequence, bool content, const struct evx_inventory_line *lines, size_t n)
{
	struct evx_vault_count *c = EVX_ARRAY_ADD(v.counts, v.ncounts);
	struct evx_buf list = EVX_BUF_INIT;
	char name[64] = "log/";

	assert_non_null(c);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(evx_inventory_add(&list, &lines[i]), EVX_OK);
	c->sequence = sequence;
	c->content = content;
	evx_sha256(list.data, list.len, c->list);
	evx_inventory_name(sequence, name + 4);
	scratch_file(&s, name, list.data, list.len);
	evx_buf_free(&list);
}

static struct evx_inventory_line line_of(const char *uuid, uint64_t n, uint8_t head)
{
	struct evx_inventory_line line = { .events = n };

	memcpy(line.uuid, uuid, EVX_UUID_CAP);
	memset(line.seal, 1, 32);
	memset(line.head, head, 32);
	return line;
}

/* All that was gathered, of exhibit only or of all: heads, then words. */
static const char *gathered(const char *only, struct evx_findings *f)
{
	static char text[1500];
	struct evx_heads *h;
	size_t at = 0;

	assert_int_equal(evx_heads_load(&v, only, f, &h, &diag), EVX_OK);
	text[0] = '\0';
	for (size_t i = 0; i < h->n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%c%llu/%u/%c:%d%s%u ",
			h->at[i].uuid[EVX_UUID_LEN - 1], (unsigned long long)h->at[i].events,
			h->at[i].head[0], h->at[i].case_id[0] != '\0' ? h->at[i].case_id[0] : '-',
			(int)h->at[i].inventory, h->at[i].trusted ? "t" : "c", h->at[i].content);
	for (size_t i = 0; i < h->nwords; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%c=%d%s%s ",
			h->words[i].uuid[EVX_UUID_LEN - 1], (int)h->words[i].inventory,
			h->words[i].trusted ? "t" : "c", h->words[i].missing ? "!" : "");
	evx_heads_free(h);
	return text;
}

static void test_gathered(void **state)
{
	struct evx_inventory_line two[2] = { line_of(U1, 2, 2), line_of(U2, 3, 3) },
				  later[2] = { line_of(U1, 2, 2), line_of(U2, 4, 4) }, gone, back;
	struct evx_findings f = { 0 };

	(void)state;
	scratch_dir(&s, "log");
	v.log = openat(s.fd, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(v.log >= 0);
	assert_string_equal(gathered(NULL, &f), "");
	/* The same of several stands once, as that of the first, with the weight of the best. */
	inventory(3, false, two, 2);
	assert_string_equal(gathered(NULL, &f), "12/2/-:3c0 23/3/-:3c0 1=3c 2=3c ");
	inventory(5, true, two, 2);
	inventory(6, true, later, 2);
	inventory(7, false, two, 2);
	assert_string_equal(gathered(NULL, &f), "12/2/-:3t6 23/3/-:3t5 24/4/-:6t6 1=7c 2=7c ");
	assert_string_equal(gathered(U1, &f), "12/2/-:3t6 1=7c ");
	assert_string_equal(gathered(U2, &f), "23/3/-:3t5 24/4/-:6t6 2=7c ");
	assert_string_equal(gathered(U3, &f), "");
	/* Another head, seal or case is another word. */
	two[0].head[31] ^= 1;
	two[1].seal[31] ^= 1;
	inventory(8, true, two, 2);
	memcpy(later[1].case_id, A, EVX_UUID_CAP);
	inventory(9, false, later, 2);
	assert_string_equal(gathered(NULL, &f),
		"12/2/-:3t6 12/2/-:8t8 23/3/-:8t8 23/3/-:3t5 24/4/-:6t6 24/4/a:9c0 1=9c 2=9c ");
	/* One that a content member signed is missing; what only they take back. */
	gone = line_of(U2, 0, 0);
	gone.result = EVX_INVENTORY_MISSING;
	back = line_of(U2, 4, 4);
	v.ncounts = 0;
	inventory(11, false, &gone, 1);
	assert_string_equal(gathered(NULL, &f), "2=11c ");
	inventory(12, true, &gone, 1);
	assert_string_equal(gathered(NULL, &f), "2=12t! ");
	inventory(13, false, &back, 1);
	assert_string_equal(gathered(NULL, &f), "24/4/-:13c0 2=12t! ");
	remember(U2, 5, 5, A);
	remember(U3, 1, 1, "");
	assert_string_equal(
		gathered(NULL, &f), "24/4/-:13c0 25/5/a:-1t0 31/1/-:-1t0 2=12t! 3=-1c ");
	assert_string_equal(gathered(U3, &f), "31/1/-:-1t0 3=-1c ");
	inventory(14, true, &back, 1);
	assert_string_equal(gathered(U2, &f), "24/4/-:13t14 25/5/a:-1t0 2=-1c ");
	assert_int_equal(f.n, 0);
}

/* What cannot be read is told, and the rest is gathered. */
static void test_unreadable(void **state)
{
	const struct evx_inventory_line one = line_of(U1, 1, 1), two = line_of(U2, 1, 1);
	struct evx_findings f = { 0 };
	struct evx_heads *h = (void *)&s;

	(void)state;
	scratch_dir(&s, "log");
	v.log = openat(s.fd, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(v.log >= 0);
	inventory(3, true, &one, 1);
	inventory(4, true, &one, 1);
	inventory(5, true, &two, 1);
	scratch_file(&s, "log/00000003-inventory.list", "x", 1);
	assert_int_equal(unlinkat(s.fd, "log/00000004-inventory.list", 0), 0);
	assert_string_equal(gathered(NULL, &f), "21/1/-:5t5 2=5t ");
	assert_int_equal(f.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(f.at[i].code, "V-INVENTORY");
		assert_int_equal(f.at[i].weight, EVX_WEIGHT_BROKEN);
		assert_string_equal(f.at[i].where,
			i == 0 ? "log/00000003-inventory.list" : "log/00000004-inventory.list");
		assert_true(f.at[i].text[0] != '\0');
	}
	evx_findings_free(&f);
	assert_string_equal(gathered(U2, &f), "21/1/-:5t5 2=5t ");
	assert_int_equal(f.n, 2);
	assert_int_equal(f.at[0].weight, EVX_WEIGHT_UNCHECKED);
	assert_int_equal(f.at[1].weight, EVX_WEIGHT_UNCHECKED);
	evx_findings_free(&f);
	v.ncounts = 0;
	scratch_file(&s, "pins/" HEADS, "x", 1);
	assert_string_equal(gathered(NULL, &f), "");
	assert_int_equal(f.n, 1);
	assert_string_equal(f.at[0].code, "V-HEAD");
	assert_int_equal(f.at[0].weight, EVX_WEIGHT_UNCHECKED);
	assert_string_equal(f.at[0].where, HEADS);
	evx_findings_free(&f);
	assert_int_equal(unlinkat(v.pins, HEADS, 0), 0);
	remember(U1, 1, 1, "");
	atomic_store(&cancel.stop, true);
	assert_int_equal(evx_heads_load(&v, U1, &f, &h, &diag), EVX_E_INTERRUPTED);
	assert_null(h);
	assert_int_equal(diag.code, EVX_E_INTERRUPTED);
	evx_findings_free(&f);
}

/* ---- What is noted, to be remembered */

static void note(struct evx_heads *h, const char *uuid, const struct evx_chain_result *chain)
{
	assert_int_equal(evx_heads_note(h, &v, uuid, chain, &diag), EVX_OK);
}

static void test_noted(void **state)
{
	struct evx_head_seen words[] = { seen(U1, 2, 2, B), seen(U2, 3, 3, ""),
		by(seen(U3, 5, 5, ""), 7, false), by(seen(U4, 1, 1, ""), 8, true) };
	struct evx_heads h = { .at = words, .n = 4 };
	struct evx_chain_result chain = chain_of(2);
	const int pins = v.pins;

	(void)state;
	mark(A, U1, true); /* it was seen in B */
	mark(C, U4, true);
	/* Not: a chain that is not good to its end, none, another vault, no place, a contradiction.
	 */
	chain.rightful = 1;
	note(&h, U2, &chain);
	chain.rightful = 2;
	chain.in_bundle = 0;
	note(&h, U4, &chain);
	chain.in_bundle = 2;
	note(&h, U2, &chain); /* it had 3 */
	note(&h, U3, &chain); /* it had 5 */
	v.pins = -1;
	note(&h, U4, &chain);
	v.pins = pins;
	v.changed.code = EVX_E_FORGED;
	note(&h, U4, &chain);
	v.changed.code = EVX_OK;
	assert_int_equal(h.nnotes, 0);
	/* Receipts beside it do not count as events. */
	chain.rightful = chain.n = 4;
	note(&h, U4, &chain);
	assert_int_equal(h.nnotes, 1);
	assert_int_equal(h.notes[0].events, 2);
	assert_memory_equal(h.notes[0].head, events[1].hash, 32);
	assert_memory_equal(h.notes[0].seal, events[0].hash, 32);
	assert_string_equal(h.notes[0].case_id, A); /* it was in none: that is in question */
	assert_true(h.notes[0].case_open);
	chain = chain_of(3);
	note(&h, U2, &chain);
	note(&h, U1, &chain);
	assert_int_equal(h.nnotes, 3);
	assert_false(h.notes[1].case_open);
	assert_true(h.notes[2].case_open);
	remember(U1, 2, 2, B);
	assert_int_equal(evx_heads_remember(&h, &v, &diag), EVX_OK);
	memory_is("1:3:3:b 2:3:3:- ");
	free(h.notes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_chains, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gathered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
