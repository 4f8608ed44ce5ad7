/* The names that stand in a bundle (format-spec/container.md "Members"), taken apart and put
 * together. */
#ifndef EVX_FORMAT_MEMBER_H
#define EVX_FORMAT_MEMBER_H

#include "base/err.h"
#include "format/limits.h"

#define EVX_MEMBER_NAME_CAP 80 /* the longest name, data/HASH.pack, has 74 bytes */

/* In the order in which they may follow each other within group 0000 and within one event. */
enum evx_member_kind {
	EVX_MEMBER_BAGIT,
	EVX_MEMBER_README,
	EVX_MEMBER_KEY_CUSTODY, /* keys/NNNN-custody.age */
	EVX_MEMBER_KEY_CONTENT,
	EVX_MEMBER_PACK,
	EVX_MEMBER_MANIFEST,
	EVX_MEMBER_BAG_INFO,
	EVX_MEMBER_ORIGIN, /* origin/custody/NNNN-TYPE…, of a disclosure; `part` says which file */
	EVX_MEMBER_TAGMANIFEST,
	EVX_MEMBER_JSON, /* custody/NNNN-TYPE.json, and so on down to TSR */
	EVX_MEMBER_SIG,
	EVX_MEMBER_DETAILS,
	EVX_MEMBER_CONTENT,
	EVX_MEMBER_LISTING,
	EVX_MEMBER_ATTACH,
	EVX_MEMBER_RECORD,
	EVX_MEMBER_TSR,
	EVX_MEMBER_INDEX,
	EVX_MEMBER_APPEND,
};

struct evx_member_id {
	enum evx_member_kind kind;
	unsigned event;  /* of key files, custody/… and origin/custody/…, else 0 */
	unsigned number; /* N of .sigN, .attachN, .tsrN (".tsr" is 1); NNNN of index- and append-;
			    else 0 */
	char type[EVX_TYPE_MAX + 1]; /* of custody/… and origin/custody/…, else "" */
	uint8_t hash[32];            /* of a pack, else zero */
	enum evx_member_kind part;   /* of EVX_MEMBER_ORIGIN: JSON, SIG, RECORD or TSR; else 0 */
};

/* Takes a name without the UUID apart. EVX_E_CORRUPT for a name that no bundle has; *out is then
 * zero. */
enum evx_err evx_member_parse(
	const char *name, struct evx_member_id *out, struct evx_diag *diag) EVX_MUST_CHECK;

#define EVX_ORIGIN_PREFIX "origin/" /* before the names of the original's custody files */

/* The name of id in out. EVX_E_USAGE when id is out of range (event or group over 9999, number or
 * type as no name can have it). */
enum evx_err evx_member_name(
	const struct evx_member_id *id, char out[EVX_MEMBER_NAME_CAP]) EVX_MUST_CHECK;

/* True for the files of an event, key files of later events among them; false for what group 0000
 * has once, packs, indexes, joints. */
bool evx_member_of_event(const struct evx_member_id *id);

/* The most bytes a member of this kind may have (conventions.md "Limits"). */
uint64_t evx_member_limit(enum evx_member_kind kind);

#endif
