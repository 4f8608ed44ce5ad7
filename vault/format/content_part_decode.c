/* The content part of a seal in. */
#include <string.h>

#include "format/content_part.h"

static const char *const content_keys[] = { EVX_BINDING_KEYS, "lines", "leaf_secret", "padding",
	"listing", "content", NULL };
static const char *const listing_keys[] = { EVX_BINDING_KEYS, "lines", "leaf_secret", "padding",
	"listing", NULL };
static const char *const ref_keys[] = { "id", "key", "sequence", "position", "stored", "plain",
	"span", NULL };
static const char *const root_keys[] = { "id", "key", "sequence", "position", "stored", "plain",
	"span", "level", NULL };

static enum evx_err read_u32(
	const struct evx_json *obj, const char *key, uint32_t *out, struct evx_diag *diag)
{
	int64_t v;
	enum evx_err err = evx_json_int(obj, key, false, &v, diag);

	if (err != EVX_OK)
		return err;
	if (v < 0 || v > UINT32_MAX)
		return evx_fail(diag, EVX_E_CORRUPT,
			"reference: expected a number of 32 bits in %s, found another", key);
	*out = (uint32_t)v;
	return EVX_OK;
}

static enum evx_err read_ref(
	const struct evx_json *obj, uint8_t type, struct evx_ref *out, struct evx_diag *diag)
{
	enum evx_err err;

	if ((err = evx_json_hex(obj, "id", false, out->id, sizeof(out->id), NULL, diag)) !=
			EVX_OK ||
		(err = evx_json_hex(obj, "key", false, out->key, sizeof(out->key), NULL, diag)) !=
			EVX_OK ||
		(err = read_u32(obj, "sequence", &out->sequence, diag)) != EVX_OK ||
		(err = evx_json_u64(obj, "position", false, &out->position, diag)) != EVX_OK ||
		(err = read_u32(obj, "stored", &out->stored, diag)) != EVX_OK ||
		(err = read_u32(obj, "plain", &out->plain, diag)) != EVX_OK ||
		(err = evx_json_u64(obj, "span", false, &out->span, diag)) != EVX_OK)
		return err;
	return evx_ref_check(out, type, diag);
}

static enum evx_err read_root(const struct evx_json *obj, const char *key, bool optional,
	uint8_t type, struct evx_tree_root *out, struct evx_diag *diag)
{
	const struct evx_json *ref;
	int64_t level;
	enum evx_err err = evx_json_obj(obj, key, optional, &ref, diag);

	if (err != EVX_OK || ref == NULL)
		return err;
	if ((err = evx_json_only(ref, root_keys, diag)) != EVX_OK ||
		(err = read_ref(ref, type, &out->ref, diag)) != EVX_OK ||
		(err = evx_json_int(ref, "level", false, &level, diag)) != EVX_OK)
		return err;
	if (level < 0 || level >= (int64_t)EVX_TREE_LEVELS_MAX)
		return evx_fail(diag, EVX_E_LIMIT, "reference: expected a level from 0 to %u",
			EVX_TREE_LEVELS_MAX - 1);
	out->level = (uint8_t)level;
	out->present = true;
	return EVX_OK;
}

/* One padding frame for each sequence that is not empty, in order, each ending where its sequence
 * ends. */
static enum evx_err read_padding(
	const struct evx_json *obj, struct evx_content_part *out, struct evx_diag *diag)
{
	const struct evx_json *arr;
	uint32_t sequence;
	enum evx_err err = evx_json_arr(obj, "padding", false, &arr, diag);

	if (err != EVX_OK)
		return err;
	for (sequence = 0; sequence < 2; sequence++) {
		const struct evx_json *item = evx_json_at(arr, out->npadding);
		struct evx_ref *ref = &out->padding[out->npadding];

		if (out->sequences[sequence] == 0)
			continue;
		if (item == NULL)
			return evx_fail(diag, EVX_E_CORRUPT,
				"content part: expected a padding frame for each sequence, found "
				"fewer");
		if ((err = evx_json_only(item, ref_keys, diag)) != EVX_OK ||
			(err = read_ref(item, EVX_FRAME_PADDING, ref, diag)) != EVX_OK)
			return err;
		if (ref->sequence != sequence ||
			ref->position + ref->stored != out->sequences[sequence])
			return evx_fail(diag, EVX_E_CORRUPT,
				"content part: expected the padding frame at the end of sequence "
				"%u, found it elsewhere",
				sequence);
		out->npadding++;
	}
	if (evx_json_len(arr) != out->npadding)
		return evx_fail(diag, EVX_E_CORRUPT,
			"content part: expected one padding frame for each sequence, found more");
	return EVX_OK;
}

static bool inside(const struct evx_content_part *part, const struct evx_tree_root *root)
{
	return !root->present ||
		root->ref.position + root->ref.stored <= part->sequences[root->ref.sequence];
}

static enum evx_err read_part(
	const struct evx_json *obj, struct evx_content_part *out, struct evx_diag *diag)
{
	enum evx_err err;

	if ((err = evx_binding_read(obj, out->listing_only ? "evx-listing/1" : "evx-content/1",
		     &out->binding, diag)) != EVX_OK ||
		(err = evx_json_only(obj, out->listing_only ? listing_keys : content_keys, diag)) !=
			EVX_OK ||
		(err = evx_json_u64(obj, "lines", false, &out->lines, diag)) != EVX_OK ||
		(err = evx_json_hex(obj, "leaf_secret", false, out->leaf_secret,
			 sizeof(out->leaf_secret), NULL, diag)) != EVX_OK ||
		(err = read_padding(obj, out, diag)) != EVX_OK ||
		(err = read_root(obj, "listing", false, EVX_FRAME_LISTING_NODE, &out->listing,
			 diag)) != EVX_OK)
		return err;
	if (!out->listing_only &&
		(err = read_root(obj, "content", true, EVX_FRAME_CONTENT_NODE, &out->content,
			 diag)) != EVX_OK)
		return err;
	if (out->lines == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"content part: expected at least one line, found none");
	if (!inside(out, &out->listing) || !inside(out, &out->content))
		return evx_fail(diag, EVX_E_CORRUPT,
			"content part: expected roots inside the sequences, found one beyond");
	return EVX_OK;
}

enum evx_err evx_content_part_decode(const void *p, size_t n, bool listing_only,
	const uint64_t sequences[2], struct evx_content_part *out, struct evx_diag *diag)
{
	struct evx_json *root = NULL;
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	out->listing_only = listing_only;
	memcpy(out->sequences, sequences, sizeof(out->sequences));
	err = evx_json_parse_line(p, n, EVX_DOCUMENT_MAX, &root, diag);
	if (err == EVX_OK)
		err = read_part(root, out, diag);
	evx_json_free(root);
	if (err != EVX_OK)
		explicit_bzero(out, sizeof(*out));
	return err;
}
