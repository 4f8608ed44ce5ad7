/* A dishonest sealer's payload: frames and trees against payload.md. The frames are those of
 * craft_payload:
 *
 *   chunk0 chunk1 chunk2 leaf0(chunk0 chunk1) leaf1(chunk2) root(leaf0 leaf1) list0 list1
 * listroot(list0 list1) padding */
#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "crypto/aead.h"

/* ---- Nodes ------------------------------------------------------------------------------ */

static void node_first(struct craft *c)
{
	c->frame->plain.data[7]++;
}

static void node_count_zero(struct craft *c)
{
	memset(c->frame->plain.data + 8, 0, 4);
}

static void node_count_more(struct craft *c)
{
	c->frame->plain.data[11]++;
}

static void node_count_huge(struct craft *c)
{
	memset(c->frame->plain.data + 8, 0xff, 4);
}

static void node_bytes_after(struct craft *c)
{
	MUST(evx_buf_add(&c->frame->plain, "x", 1));
	c->frame->plain_len++;
}

static void node_without_references(struct craft *c)
{
	c->frame->plain.len = 12;
	c->frame->plain_len = 12;
	memset(c->frame->plain.data + 8, 0, 4);
}

static void level_more(struct craft *c)
{
	c->frame->level++;
}

static void root_level_more(struct craft *c)
{
	c->part.content.level++;
}

static void root_level_less(struct craft *c)
{
	c->part.content.level--;
}

/* The root's second reference is its first one again. */
static void node_twice(struct craft *c)
{
	memcpy(c->frame->plain.data + 12 + 92, c->frame->plain.data + 12, 92);
}

static void listing_is_content(struct craft *c)
{
	c->part.listing = c->part.content;
}

/* ---- References ------------------------------------------------------------------------- */

static void ref_id(struct craft *c)
{
	c->frame->ref.id[0] ^= 1;
}

static void ref_key(struct craft *c)
{
	c->frame->ref.key[0] ^= 1;
}

static void ref_position_past_end(struct craft *c)
{
	c->frame->ref.position = UINT64_C(1) << 50;
}

static void ref_position_overflow(struct craft *c)
{
	c->frame->ref.position = UINT64_MAX - 10;
}

static void ref_position_off(struct craft *c)
{
	c->frame->ref.position++;
}

static void ref_sequence_one(struct craft *c)
{
	c->frame->ref.sequence = 1;
}

static void ref_sequence_two(struct craft *c)
{
	c->frame->ref.sequence = 2;
}

static void ref_span_more(struct craft *c)
{
	c->frame->ref.span++;
}

static void ref_span_terabytes(struct craft *c)
{
	c->frame->ref.span = UINT64_C(1) << 60;
}

static void ref_span_overflow(struct craft *c)
{
	c->frame->ref.span = UINT64_MAX;
}

static void ref_span_zero(struct craft *c)
{
	c->frame->ref.span = 0;
}

static void ref_plain_less(struct craft *c)
{
	c->frame->ref.plain--;
	c->frame->ref.span--;
}

static void ref_plain_zero(struct craft *c)
{
	c->frame->ref.plain = 0;
	c->frame->ref.span = 0;
}

static void ref_plain_huge(struct craft *c)
{
	c->frame->ref.plain = UINT32_MAX;
	c->frame->ref.span = UINT32_MAX;
}

static void ref_stored_huge(struct craft *c)
{
	c->frame->ref.stored = UINT32_MAX;
}

static void ref_stored_more(struct craft *c)
{
	c->frame->ref.stored++;
}

/* The two references of leaf0 change places. */
static void refs_swapped(struct craft *c)
{
	uint8_t *at = c->frame->plain.data + 12, first[92];

	memcpy(first, at, 92);
	memcpy(at, at + 92, 92);
	memcpy(at + 92, first, 92);
}

/* ---- Bodies ----------------------------------------------------------------------------- */

static void codec_byte(struct craft *c, uint8_t codec)
{
	MUST(evx_buf_add_u8(&c->frame->body, codec));
	MUST(evx_buf_add(&c->frame->body, c->frame->plain.data, c->frame->plain.len));
}

static void codec_two(struct craft *c)
{
	codec_byte(c, 2);
}

static void raw_longer(struct craft *c)
{
	codec_byte(c, 0);
	MUST(evx_buf_add(&c->frame->body, "x", 1));
}

static void raw_shorter(struct craft *c)
{
	codec_byte(c, 0);
	c->frame->body.len--;
}

/* The second chunk, 1000 times 'z', with a body that decompresses to n of them. */
static void lying_body(struct craft *c, size_t n)
{
	craft_compressed(c, n, &c->frame->body);
}

static void bomb(struct craft *c)
{
	lying_body(c, EVX_FRAME_PLAIN_MAX);
}

static void zstd_short(struct craft *c)
{
	lying_body(c, CRAFT_Z - 1);
}

static void zstd_long(struct craft *c)
{
	lying_body(c, CRAFT_Z + 1);
}

static void zstd_bytes_after(struct craft *c)
{
	lying_body(c, CRAFT_Z);
	MUST(evx_buf_add(&c->frame->body, "x", 1));
}

static void zstd_two_frames(struct craft *c)
{
	struct evx_buf second = EVX_BUF_INIT;

	lying_body(c, CRAFT_Z / 2);
	craft_compressed(c, CRAFT_Z / 2, &second);
	MUST(evx_buf_add(&c->frame->body, second.data + 1, second.len - 1));
	evx_buf_free(&second);
}

static void zstd_cut(struct craft *c)
{
	lying_body(c, CRAFT_Z);
	c->frame->body.len--;
}

static void zstd_garbage(struct craft *c)
{
	MUST(evx_buf_add_u8(&c->frame->body, 1));
	MUST(evx_buf_add(&c->frame->body, "no zstd frame at all", 20));
}

static void frame_too_long(struct craft *c)
{
	lying_body(c, EVX_FRAME_PLAIN_MAX);
	c->frame->plain_len = EVX_FRAME_PLAIN_MAX + 1;
}

static void node_compressed(struct craft *c)
{
	craft_compressed(c, c->frame->plain.len, &c->frame->body);
}

static void header_type(struct craft *c)
{
	c->frame->header_type = EVX_FRAME_LISTING;
}

#define NODE(name, frame, make) \
	{ \
		name, AT_FRAME, frame, make, NULL, NULL, 0 \
	}
#define REF(name, frame, make) \
	{ \
		name, AT_PLACED, frame, make, NULL, NULL, 0 \
	}
#define DO(name, at, make) \
	{ \
		name, at, NULL, make, NULL, NULL, 0 \
	}
#define PART(name, old, with) \
	{ \
		name, AT_TEXTS, NULL, craft_in_content, old, with, 0 \
	}

const struct fault payload_faults[] = {
	NODE("node-first-wrong", "leaf1", node_first),
	NODE("node-count-zero", "leaf1", node_count_zero),
	NODE("node-count-one-more", "leaf1", node_count_more),
	NODE("node-count-huge", "leaf1", node_count_huge),
	NODE("node-bytes-after", "leaf1", node_bytes_after),
	NODE("node-without-references", "leaf1", node_without_references),
	NODE("node-level-wrong", "leaf1", level_more),
	DO("node-root-level-more", AT_SEAL, root_level_more),
	DO("node-root-level-less", AT_SEAL, root_level_less),
	PART("node-root-level-eight", "\"level\":1", "\"level\":8"),
	NODE("node-twice", "root", node_twice),
	DO("node-listing-is-content", AT_SEAL, listing_is_content),
	NODE("node-listing-first-wrong", "listroot", node_first),
	NODE("node-listing-count-huge", "listroot", node_count_huge),
	REF("reference-data-id-wrong", "chunk1", ref_id),
	REF("reference-node-id-wrong", "leaf0", ref_id),
	REF("reference-listing-id-wrong", "list0", ref_id),
	REF("reference-key-wrong", "chunk1", ref_key),
	REF("reference-node-key-wrong", "leaf0", ref_key),
	REF("reference-past-end", "chunk2", ref_position_past_end),
	REF("reference-past-63-bits", "chunk2", ref_position_overflow),
	REF("reference-off-by-one", "chunk2", ref_position_off),
	REF("reference-sequence-one", "chunk2", ref_sequence_one),
	REF("reference-sequence-two", "chunk2", ref_sequence_two),
	REF("reference-data-span-wrong", "chunk2", ref_span_more),
	REF("reference-node-span-more", "leaf0", ref_span_more),
	REF("reference-node-span-terabytes", "leaf1", ref_span_terabytes),
	REF("reference-node-span-overflow", "leaf1", ref_span_overflow),
	REF("reference-node-span-zero", "leaf1", ref_span_zero),
	REF("reference-plain-one-less", "chunk2", ref_plain_less),
	REF("reference-plain-zero", "chunk2", ref_plain_zero),
	REF("reference-plain-huge", "chunk2", ref_plain_huge),
	REF("reference-stored-huge", "chunk2", ref_stored_huge),
	REF("reference-stored-one-more", "chunk2", ref_stored_more),
	NODE("reference-swapped", "leaf0", refs_swapped),
	NODE("frame-codec-two", "chunk1", codec_two),
	NODE("frame-raw-longer", "chunk2", raw_longer),
	NODE("frame-raw-shorter", "chunk2", raw_shorter),
	NODE("frame-bomb", "chunk1", bomb),
	NODE("frame-zstd-too-short", "chunk1", zstd_short),
	NODE("frame-zstd-too-long", "chunk1", zstd_long),
	NODE("frame-zstd-bytes-after", "chunk1", zstd_bytes_after),
	NODE("frame-zstd-two-frames", "chunk1", zstd_two_frames),
	NODE("frame-zstd-cut", "chunk1", zstd_cut),
	NODE("frame-zstd-garbage", "chunk1", zstd_garbage),
	NODE("frame-plain-over-limit", "chunk1", frame_too_long),
	NODE("frame-node-compressed", "leaf0", node_compressed),
	NODE("frame-listing-bomb", "list1", bomb),
	NODE("frame-header-other-type", "chunk1", header_type),
};
const size_t payload_faults_count = sizeof(payload_faults) / sizeof(payload_faults[0]);
