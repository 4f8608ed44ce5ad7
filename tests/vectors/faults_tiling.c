/* A payload that does not hang together: tiling, padding, and where the content part says things
 * are, against payload.md and seal.md. */
#include <string.h>

#include "craft.h"

/* ---- Tiling ----------------------------------------------------------------------------- */

static void damaged_header(struct craft *c)
{
	c->payload.data[10] ^= 1;
}

/* The bytes of chunk0 and chunk1 change places. */
static void frames_swapped(struct craft *c)
{
	uint8_t both[2 * EVX_FRAME_OVERHEAD + 20 + CRAFT_Z];
	const size_t first = EVX_FRAME_OVERHEAD + 20, second = sizeof(both) - first;

	memcpy(both, c->payload.data + first, second);
	memcpy(both + second, c->payload.data, first);
	memcpy(c->payload.data, both, sizeof(both));
}

static void foreign_frame(struct craft *c, uint8_t type)
{
	struct craft_frame f = {
		.what = "foreign", .type = type, .header_type = type, .plain_len = 30
	};

	MUST(evx_buf_add(&f.plain, "thirty bytes that are hidden..", 30));
	craft_frame_put(c, &f);
	evx_buf_free(&f.plain);
	evx_buf_free(&f.body);
}

static void hidden_frame(struct craft *c)
{
	foreign_frame(c, EVX_FRAME_DATA);
}

static void second_padding(struct craft *c)
{
	foreign_frame(c, EVX_FRAME_PADDING);
}

static void hidden_bytes(struct craft *c)
{
	craft_text(&c->payload, "bytes between two frames, which belong to nothing");
}

static void bytes_at_end(struct craft *c)
{
	craft_text(&c->payload, "bytes behind the last frame");
}

static void padding_not_zero(struct craft *c)
{
	c->frame->plain.data[c->frame->plain.len / 2] = 1;
}

/* Called at the frame before: the padding is made longer than it must be. */
static void padding_longer(struct craft *c)
{
	c->padded = evx_frame_padded_length(c->payload.len + 5000);
}

static void padding_cut_off(struct craft *c)
{
	c->payload.len = (size_t)c->padding.position;
}

static void padding_not_named(struct craft *c)
{
	craft_cut(&c->content_text, "{\"id\"", "],\"listing\"");
}

static void padding_elsewhere(struct craft *c)
{
	c->part.padding[0].position--;
}

/* ---- The lengths of the sequences ------------------------------------------------------- */

static void sequence_shorter(struct craft *c)
{
	c->event.seal.sequences[0]--;
}

static void sequence_longer(struct craft *c)
{
	c->event.seal.sequences[0] += 1000;
}

static void sequence_terabytes(struct craft *c)
{
	craft_replace(&c->json, "\"sequences\":[\"",
		"\"sequences\":[\"1152921504606846976\",\"0\"],\"x-sequences\":[\"");
}

static void second_sequence(struct craft *c)
{
	c->event.seal.sequences[1] = 512;
}

static void sequence_first_empty(struct craft *c)
{
	craft_replace(&c->json, "\"sequences\":[\"", "\"sequences\":[\"0\",\"");
	craft_replace(&c->json, ",\"0\"],\"custody_key\"", "],\"custody_key\"");
}

static void sequence_number(struct craft *c)
{
	craft_replace(&c->json, ",\"0\"],\"custody_key\"", ",0],\"custody_key\"");
}

static void sequences_not_named(struct craft *c)
{
	craft_cut(&c->json, "\"sequences\"", "\"custody_key\"");
}

static void sequences_in_content_part(struct craft *c)
{
	craft_replace(&c->content_text, "\"padding\":", "\"sequences\":[\"1\",\"0\"],\"padding\":");
}

static void no_content(struct craft *c)
{
	craft_cut(&c->content_text, ",\"content\":", "}\n");
}

#define NODE(name, frame, make) \
	{ \
		name, AT_FRAME, frame, make, NULL, NULL, 0 \
	}

#define DO(name, at, make) \
	{ \
		name, at, NULL, make, NULL, NULL, 0 \
	}

const struct fault tiling_faults[] = {
	DO("frame-header-damaged", AT_PAYLOAD, damaged_header),
	DO("frame-swapped", AT_PAYLOAD, frames_swapped),
	NODE("tiling-hidden-frame", "leaf0", hidden_frame),
	NODE("tiling-hidden-bytes", "leaf0", hidden_bytes),
	NODE("tiling-second-padding", "list0", second_padding),
	DO("tiling-bytes-at-end", AT_PAYLOAD, bytes_at_end),
	NODE("padding-not-zero", "padding", padding_not_zero),
	NODE("padding-longer", "listroot", padding_longer),
	DO("padding-cut-off", AT_PAYLOAD, padding_cut_off),
	DO("padding-not-named", AT_TEXTS, padding_not_named),
	DO("padding-elsewhere", AT_SEAL, padding_elsewhere),
	DO("sequence-shorter", AT_SEAL, sequence_shorter),
	DO("sequence-longer", AT_SEAL, sequence_longer),
	DO("sequence-terabytes", AT_JSON, sequence_terabytes),
	DO("sequence-second-missing", AT_SEAL, second_sequence),
	DO("sequence-first-empty", AT_JSON, sequence_first_empty),
	DO("sequence-a-number", AT_JSON, sequence_number),
	DO("sequences-not-named", AT_JSON, sequences_not_named),
	DO("sequences-in-content-part", AT_TEXTS, sequences_in_content_part),
	DO("content-absent", AT_TEXTS, no_content),
};
const size_t tiling_faults_count = sizeof(tiling_faults) / sizeof(tiling_faults[0]);
