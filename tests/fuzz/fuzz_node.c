/* Tree nodes: what decodes encodes to the same bytes. The first two bytes choose stream and level.
 */
#include "fuzz/fuzz.h"

#include "format/node.h"

static struct evx_node node;
static uint8_t room[EVX_NODE_LEN_MAX];

static void fuzz_one(const uint8_t *p, size_t n)
{
	struct evx_diag diag = { 0 };
	uint8_t stream, level;
	enum evx_err err;

	if (n < 2)
		return;
	stream = p[0] & 1 ? EVX_FRAME_LISTING : EVX_FRAME_DATA;
	level = p[1] % EVX_TREE_LEVELS_MAX;
	p += 2;
	n -= 2;
	err = evx_node_decode_loose(p, n, stream, level, &node, &diag);
	fuzz_check(err == diag.code);
	if (err != EVX_OK)
		return;
	fuzz_check(node.count >= 1 && node.count <= EVX_NODE_REFS_MAX);
	fuzz_check(evx_node_encode(node.first, node.refs, node.count, room) == n &&
		memcmp(room, p, n) == 0);
	err = evx_node_decode(p, n, stream, level, node.first, node.span, &node, NULL);
	fuzz_check(err == EVX_OK);
	fuzz_check(evx_node_decode(p, n, stream, level, node.first, node.span + 1, &node, NULL) !=
		EVX_OK);
}

static void fuzz_seeds(void)
{
	struct evx_ref refs[3];
	size_t len, i;

	memset(refs, 0, sizeof(refs));
	for (i = 0; i < 3; i++) {
		memset(refs[i].id, 0x11, 32);
		memset(refs[i].key, 0x22, 32);
		refs[i].position = i * 2000;
		refs[i].plain = 900 + (uint32_t)i;
		refs[i].stored = refs[i].plain + EVX_FRAME_OVERHEAD;
		refs[i].span = refs[i].plain;
	}
	room[0] = room[1] = 0;
	len = evx_node_encode(0, refs, 3, room + 2);
	fuzz_seed(room, len + 2);
	room[0] = 1;
	room[1] = 2;
	for (i = 0; i < 3; i++) {
		refs[i].plain = EVX_NODE_HEAD_LEN + EVX_REF_LEN * 2;
		refs[i].stored = refs[i].plain + EVX_FRAME_OVERHEAD;
		refs[i].span = 1u << 20;
	}
	len = evx_node_encode(1u << 21, refs, 2, room + 2);
	fuzz_seed(room, len + 2);
}
