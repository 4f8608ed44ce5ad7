/* A dishonest sealer's listing: signed properly, and against listing.md. The lines are those of
 * craft_lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "crypto/hash.h"
#include "format/text.h"

#define DIR_C "\"type\":\"dir\",\"mode\":\"0755\""
#define EXTENT "[[\"20\",\"10\"]]"

static void duplicate_directory(struct craft *c)
{
	char text[256];

	memcpy(text, c->lines[3].text.data, c->lines[3].text.len);
	text[c->lines[3].text.len] = '\0';
	craft_line_add(c, 4, text);
}

static void unsorted(struct craft *c)
{
	struct evx_buf link = c->lines[5].text;

	c->lines[5].text = c->lines[6].text;
	c->lines[6].text = link;
}

static void no_parent(struct craft *c)
{
	evx_buf_free(&c->lines[3].text);
	c->nlines--;
	memmove(&c->lines[3], &c->lines[4], (c->nlines - 3) * sizeof(c->lines[0]));
	for (size_t i = 0; i < c->nlines; i++)
		c->lines[i].index = i;
}

static void long_component(struct craft *c)
{
	char name[5 + 256 + 1] = "case/";

	memset(name + 5, 'a', 256);
	name[5 + 256] = '\0';
	craft_replace(&c->lines[1].text, "case/a.txt", name);
}

/* Line 7 copied as line 8 under another name, naming line 7. */
static void link_to_link(struct craft *c)
{
	struct evx_buf copy = EVX_BUF_INIT;

	MUST(evx_buf_add(&copy, c->lines[7].text.data, c->lines[7].text.len));
	craft_replace(&copy, "case/twin", "case/twin2");
	craft_replace(&copy, "\"hardlink\":1", "\"hardlink\":7");
	MUST(evx_buf_cstr(&copy));
	craft_line_add(c, 8, (const char *)copy.data);
	evx_buf_free(&copy);
}

static void link_differs(struct craft *c)
{
	craft_other_digit(&c->lines[7].text, "\"sha256\":\"");
}

static void content_left_over(struct craft *c)
{
	craft_text(&c->content, "after");
}

/* The boundary between two files moved by one byte, everywhere alike. */
static void boundary_moved(struct craft *c)
{
	craft_replace(&c->lines[1].text, "\"size\":\"20\"", "\"size\":\"21\"");
	craft_replace(&c->lines[7].text, "\"size\":\"20\"", "\"size\":\"21\"");
	craft_replace(&c->lines[2].text, "\"size\":\"1000\"", "\"size\":\"999\"");
	craft_replace(&c->lines[2].text, "20\t", "21\t");
}

static void digest_wrong(struct craft *c)
{
	craft_other_digit(&c->lines[4].text, "\"sha256\":\"");
}

static void sparse_digest_wrong(struct craft *c)
{
	craft_other_digit(&c->lines[6].text, "\"sparse_sha256\":\"");
}

static void range_root_wrong(struct craft *c)
{
	craft_big(c, c->nlines);
	craft_other_digit(&c->lines[8].text, "\"range_root\":\"");
}

static void range_root_missing(struct craft *c)
{
	craft_big(c, c->nlines);
	craft_cut(&c->lines[8].text, ",\"range_root\":", "}\n");
}

/* As if the file had been line 7. */
static void range_root_of_other_line(struct craft *c)
{
	craft_big(c, c->nlines - 1);
}

/* Line 6 says 2^63 - 1 bytes of which ten are stored; its digest over map and data is right. */
static void eight_eib(struct craft *c)
{
	uint8_t sparse[42], hash[32];
	char hex[65], key[100];

	memcpy(sparse, "0123456789", 10);
	evx_put_be64(sparse + 10, 20);
	evx_put_be64(sparse + 18, 10);
	evx_put_be64(sparse + 26, 1);
	evx_put_be64(sparse + 34, INT64_MAX);
	evx_sha256(sparse, sizeof(sparse), hash);
	evx_hex_encode(hash, 32, hex);
	craft_replace(&c->lines[6].text, "\"size\":\"100\"", "\"size\":\"9223372036854775807\"");
	craft_cut(&c->lines[6].text, "\"sparse_sha256\":", "}");
	(void)snprintf(key, sizeof(key), "\"sparse_sha256\":\"%s\"}", hex);
	craft_replace(&c->lines[6].text, "}", key);
}

static void eight_eib_plain(struct craft *c)
{
	eight_eib(c);
	craft_cut(&c->lines[6].text, "\"sha256\":", "\"sparse_sha256\":");
	c->details.completeness.hashes_left_out = 1;
}

static void deep_json(struct craft *c)
{
	craft_replace(&c->lines[1].text, "}\n", ",\"x-deep\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}\n");
}

static void long_line(struct craft *c)
{
	const size_t n = EVX_LISTING_LINE_MAX;
	char *text = malloc(n + 1);

	must(text != NULL ? EVX_OK : EVX_E_MEMORY, NULL, "a long line");
	memset(text, 'a', n);
	text[n] = '\0';
	craft_replace(
		&c->lines[5].text, "\"target\":\"b.txt\"", "\"target\":\"b.txt\",\"x-long\":\"@\"");
	craft_replace(&c->lines[5].text, "@", text);
	free(text);
}

static void no_lf(struct craft *c)
{
	c->lines[7].text.len--;
}

static void other_root(struct craft *c)
{
	c->event.seal.listing_root[0] ^= 1;
}

static void other_secret(struct craft *c)
{
	c->part.leaf_secret[0] ^= 1;
}

static void count_more(struct craft *c)
{
	c->part.lines++;
}

static void count_less(struct craft *c)
{
	c->part.lines--;
}

/* Its last line is in the stream, and neither counted nor signed. */
static void line_unsigned(struct craft *c)
{
	craft_line_add(c, 8, "-\t{\"path\":\"case/unsigned\",\"type\":\"fifo\"}\n");
	c->lines[8].no_leaf = true;
}

/* Both frames are called: the last bytes of the first one go to the second. */
static void cut_in_record(struct craft *c)
{
	static uint8_t tail[5];

	if (strcmp(c->frame->what, "list0") == 0) {
		c->frame->plain.len -= sizeof(tail);
		memcpy(tail, c->frame->plain.data + c->frame->plain.len, sizeof(tail));
	} else if (strcmp(c->frame->what, "list1") == 0) {
		struct evx_buf all = EVX_BUF_INIT;

		MUST(evx_buf_add(&all, tail, sizeof(tail)));
		MUST(evx_buf_add(&all, c->frame->plain.data, c->frame->plain.len));
		evx_buf_free(&c->frame->plain);
		c->frame->plain = all;
	} else {
		return;
	}
	c->frame->plain_len = (uint32_t)c->frame->plain.len;
	c->frame->ref.span = c->frame->plain.len;
}

#define LINE(name, number, old, with) \
	{ \
		name, AT_LINES, NULL, craft_in_line, old, with, number \
	}
#define DO(name, at, make) \
	{ \
		name, at, NULL, make, NULL, NULL, 0 \
	}

const struct fault listing_faults[] = {
	LINE("listing-dotdot", 1, "case/a.txt", "case/../../evil"),
	LINE("listing-dotdot-only", 0, "\"case\"", "\"..\""),
	LINE("listing-dot", 1, "case/a.txt", "case/./a.txt"),
	LINE("listing-absolute", 1, "case/a.txt", "/evx-vector-evil"),
	LINE("listing-empty-component", 1, "case/a.txt", "case//a.txt"),
	LINE("listing-slash-at-end", 1, "case/a.txt", "case/a.txt/"),
	LINE("listing-empty-path", 1, "case/a.txt", ""),
	LINE("listing-nul-in-path", 1, "\"path\":\"case/a.txt\"", "\"path_b64\":\"Y2FzZS9hAP8=\""),
	DO("listing-long-component", AT_LINES, long_component),
	LINE("listing-path-not-utf8", 1, "case/a.txt", "case/a\xff"),
	LINE("listing-path-overlong-utf8", 1, "case/a.txt",
		"case/\xc0\xaf"
		"evil"),
	LINE("listing-path-b64-of-utf8", 1, "\"path\":\"case/a.txt\"",
		"\"path_b64\":\"Y2FzZS9hLnR4dA==\""),
	LINE("listing-path-b64-bits", 1, "\"path\":\"case/a.txt\"",
		"\"path_b64\":\"Y2FzZS9h/x==\""),
	LINE("listing-path-b64-unpadded", 1, "\"path\":\"case/a.txt\"",
		"\"path_b64\":\"Y2FzZS9h/w\""),
	LINE("listing-path-twice", 1, "\"path\":\"case/a.txt\"",
		"\"path\":\"case/a.txt\",\"path_b64\":\"Y2FzZS9h/w==\""),
	LINE("listing-no-path", 1, "\"path\":\"case/a.txt\",", ""),
	DO("listing-duplicate-path", AT_LINES, duplicate_directory),
	DO("listing-unsorted", AT_LINES, unsorted),
	DO("listing-no-parent", AT_LINES, no_parent),
	LINE("listing-fifo-as-parent", 3, "\"type\":\"dir\"", "\"type\":\"fifo\""),
	LINE("listing-link-as-parent", 3, DIR_C,
		"\"type\":\"symlink\",\"target\":\"../../outside\",\"mode\":\"0777\""),
	LINE("listing-file-as-parent", 2, "case/b.txt", "case/a.txt/b"),
	LINE("listing-second-source-below-first", 3, "case/c", "other/c"),
	LINE("listing-hardlink-to-nothing", 7, "\"hardlink\":1", "\"hardlink\":99"),
	LINE("listing-hardlink-to-itself", 7, "\"hardlink\":1", "\"hardlink\":7"),
	LINE("listing-hardlink-forward", 1, "\"sha256\"", "\"hardlink\":7,\"sha256\""),
	LINE("listing-hardlink-to-directory", 7, "\"hardlink\":1", "\"hardlink\":0"),
	LINE("listing-hardlink-to-symlink", 7, "\"hardlink\":1", "\"hardlink\":5"),
	LINE("listing-hardlink-to-other-file", 7, "\"hardlink\":1", "\"hardlink\":2"),
	DO("listing-hardlink-to-hardlink", AT_LINES, link_to_link),
	DO("listing-hardlink-other-digest", AT_LINES, link_differs),
	LINE("listing-hardlink-other-position", 7, "0\t", "20\t"),
	LINE("listing-hardlink-other-size", 7, "\"size\":\"20\"", "\"size\":\"19\""),
	LINE("listing-hardlink-negative", 7, "\"hardlink\":1", "\"hardlink\":-1"),
	LINE("listing-position-beyond", 6, "1031\t", "9223372036854775807\t"),
	LINE("listing-position-gap", 2, "20\t", "21\t"),
	LINE("listing-position-overlap", 2, "20\t", "19\t"),
	LINE("listing-position-leading-zero", 2, "20\t", "020\t"),
	LINE("listing-position-too-large", 2, "20\t", "18446744073709551636\t"),
	LINE("listing-position-of-directory", 3, "-\t", "1020\t"),
	LINE("listing-position-missing", 1, "0\t", "-\t"),
	LINE("listing-position-without-tab", 1, "0\t", "0 "),
	DO("listing-content-left-over", AT_LINES, content_left_over),
	LINE("listing-size-too-large", 4, "\"size\":\"11\"", "\"size\":\"9223372036854775807\""),
	LINE("listing-size-past-63-bits", 4, "\"size\":\"11\"", "\"size\":\"9223372036854775808\""),
	LINE("listing-size-off-by-one", 4, "\"size\":\"11\"", "\"size\":\"12\""),
	LINE("listing-size-as-number", 4, "\"size\":\"11\"", "\"size\":11"),
	DO("listing-boundary-moved", AT_LINES, boundary_moved),
	DO("listing-digest-wrong", AT_LINES, digest_wrong),
	DO("listing-sparse-digest-wrong", AT_LINES, sparse_digest_wrong),
	DO("listing-range-root-wrong", AT_LINES, range_root_wrong),
	DO("listing-range-root-missing", AT_LINES, range_root_missing),
	DO("listing-range-root-of-other-line", AT_LINES, range_root_of_other_line),
	LINE("listing-range-root-of-small-file", 1, "}\n",
		",\"range_root\":"
		"\"de2f256064a0af797747c2b97505dc0b9f3df0de4f489eac731c23ae9ca9cc31\"}\n"),
	LINE("listing-extent-overlap", 6, EXTENT, "[[\"20\",\"5\"],[\"24\",\"5\"]]"),
	LINE("listing-extent-touching", 6, EXTENT, "[[\"20\",\"5\"],[\"25\",\"5\"]]"),
	LINE("listing-extent-unsorted", 6, EXTENT, "[[\"40\",\"5\"],[\"20\",\"5\"]]"),
	LINE("listing-extent-empty", 6, EXTENT, "[[\"20\",\"10\"],[\"50\",\"0\"]]"),
	LINE("listing-extent-past-size", 6, EXTENT, "[[\"95\",\"10\"]]"),
	LINE("listing-extent-overflow", 6, EXTENT, "[[\"9223372036854775807\",\"10\"]]"),
	LINE("listing-extent-three", 6, EXTENT, "[[\"20\",\"10\",\"1\"]]"),
	LINE("listing-unreadable-in-extent", 6, EXTENT, EXTENT ",\"unreadable\":[[\"25\",\"10\"]]"),
	LINE("listing-unreadable-without-map", 4, "\"sha256\"",
		"\"unreadable\":[[\"0\",\"1\"]],\"sha256\""),
	DO("listing-sparse-8-eib", AT_LINES, eight_eib_plain),
	DO("listing-sparse-8-eib-digest", AT_LINES, eight_eib),
	LINE("listing-error-with-digest", 4, "\"sha256\"", "\"error\":\"EACCES\",\"sha256\""),
	LINE("listing-unknown-key", 1, "\"sha256\"", "\"colour\":\"red\",\"sha256\""),
	LINE("listing-unknown-type", 3, "\"type\":\"dir\"", "\"type\":\"whiteout\""),
	LINE("listing-directory-with-digest", 3, "\"mode\"", "\"sha256\":\"00\",\"mode\""),
	LINE("listing-symlink-without-target", 5, ",\"target\":\"b.txt\"", ""),
	LINE("listing-symlink-empty-target", 5, "\"target\":\"b.txt\"", "\"target\":\"\""),
	LINE("listing-mode-not-octal", 1, "\"mode\":\"0644\"", "\"mode\":\"0648\""),
	LINE("listing-mode-too-long", 1, "\"mode\":\"0644\"", "\"mode\":\"100644\""),
	LINE("listing-uid-negative", 1, "\"uid\":0", "\"uid\":-1"),
	LINE("listing-uid-too-large", 1, "\"uid\":0", "\"uid\":4294967296"),
	LINE("listing-uid-real", 1, "\"uid\":0", "\"uid\":0.5"),
	LINE("listing-uid-exponent", 1, "\"uid\":0", "\"uid\":1e3"),
	LINE("listing-uid-past-53-bits", 1, "\"uid\":0", "\"uid\":9007199254740993"),
	LINE("listing-duplicate-key", 4, "\"size\":\"11\"", "\"size\":\"11\",\"size\":\"11\""),
	LINE("listing-escaped-nul", 1, "\"sha256\"", "\"user\":\"\\u0000\",\"sha256\""),
	LINE("listing-lone-surrogate", 1, "\"sha256\"", "\"user\":\"\\ud800\",\"sha256\""),
	LINE("listing-control-byte", 1, "\"sha256\"", "\"user\":\"a\x1b[31m\",\"sha256\""),
	LINE("listing-xattr-unsorted", 1, "\"sha256\"",
		"\"xattrs\":[{\"name\":\"user.b\",\"value\":\"\"},{\"name\":\"user.a\",\"value\":"
		"\"\"}],\"sha256\""),
	LINE("listing-xattr-twice", 1, "\"sha256\"",
		"\"xattrs\":[{\"name\":\"user.a\",\"value\":\"\"},{\"name\":\"user.a\",\"value\":"
		"\"\"}],\"sha256\""),
	LINE("listing-crlf", 1, "}\n", "}\r\n"),
	LINE("listing-bom", 1, "{\"path\"", "\xef\xbb\xbf{\"path\""),
	LINE("listing-two-values", 1, "}\n", "}{}\n"),
	LINE("listing-array", 3, "-\t{", "-\t[{"),
	DO("listing-no-lf-at-end", AT_LINES, no_lf),
	DO("listing-deep-json", AT_LINES, deep_json),
	DO("listing-long-line", AT_LINES, long_line),
	DO("listing-other-root", AT_SEAL, other_root),
	DO("listing-other-leaf-secret", AT_SEAL, other_secret),
	DO("listing-count-one-more", AT_SEAL, count_more),
	DO("listing-count-one-less", AT_SEAL, count_less),
	DO("listing-line-not-signed", AT_LINES, line_unsigned),
	DO("listing-cut-in-record", AT_FRAME, cut_in_record),
};
const size_t listing_faults_count = sizeof(listing_faults) / sizeof(listing_faults[0]);
