/* What the sources of a bundle share. Internal to vault/bundle. */
#ifndef EVX_BUNDLE_BUNDLE_INNER_H
#define EVX_BUNDLE_BUNDLE_INNER_H

#include "bundle/bundle.h"
#include "bundle/pack_file.h"
#include "bundle/sequences.h"
#include "bundle/volume.h"

/* Members up to this many bytes together stay in memory during a walk. */
#define EVX_BUNDLE_KEPT_MAX ((size_t)32 << 20)

struct evx_bundle_slot {
	struct evx_bundle_member member;
	uint8_t *kept; /* its content, or NULL */
};

struct evx_bundle {
	enum evx_bundle_form form;
	enum evx_bundle_source source;
	bool flawed; /* the walk had findings beyond remarks, wrong bytes in packs, and recipes that
			lead to none */
	bool cut;    /* the file ends early, and the walk found nothing wrong in it */
	uint64_t foreign; /* bytes behind the end that are not all zero */
	char *name;
	char uuid[EVX_UUID_LEN + 1];
	struct evx_volume *volume;   /* or NULL */
	struct evx_directory *dir;   /* or NULL */
	struct evx_recipes *recipes; /* or NULL: nobody reads them */
	uint64_t length;
	unsigned groups;

	struct evx_bundle_slot *slots;
	size_t count, kept;
	const struct evx_bundle_slot **by_name;

	struct evx_bundle_pack *packs; /* the list, when loaded */
	size_t packs_listed;
	uint64_t packs_count, payload_len;
	uint64_t packs_at; /* header of the first */

	bool sequences_set;
	struct evx_sequences sequences;
};

/* Adds a member; *out stays valid until the next one is added. */
enum evx_err evx_bundle_add(struct evx_bundle *b, const struct evx_bundle_member *m,
	struct evx_bundle_slot **out) EVX_MUST_CHECK;
/* Adds a pack to the list; its position becomes payload_len, which grows by its length. */
enum evx_err evx_bundle_add_pack(
	struct evx_bundle *b, const struct evx_bundle_pack *pack) EVX_MUST_CHECK;
/* Forgets the members from number `count` on. */
void evx_bundle_cut(struct evx_bundle *b, size_t count);
/* Forgets all that was loaded. */
void evx_bundle_unload(struct evx_bundle *b);
/* True when path begins with a UUID and '/'. uuid gets it when it is still empty, else it must be
 * the same. */
bool evx_bundle_split_path(const char *path, char uuid[EVX_UUID_LEN + 1]);
/* What the seal signs of the packs' lengths, found by the index at the end or in its file; nothing
 * is verified. False where there is no such hint. */
bool evx_bundle_sequences(const struct evx_bundle *b, struct evx_sequences *out);
/* All members are there: makes evx_bundle_find work. */
enum evx_err evx_bundle_seal_list(struct evx_bundle *b) EVX_MUST_CHECK;
const struct evx_bundle_slot *evx_bundle_slot(
	const struct evx_bundle *b, const char *name); /* NULL
							  when
							  there
							  is
							  none
							*/

#endif
