/* Bundles by a dishonest hand: every layer is made step by step, and at one step a fault may change
 * what comes next. What follows the fault is made properly, with signatures, hashes and encryption
 * that fit: only what the fault is about is wrong. Without a fault a good bundle comes out. */
#ifndef EVX_TESTS_VECTORS_CRAFT_H
#define EVX_TESTS_VECTORS_CRAFT_H

#include "content/frame_codec.h"
#include "custody/exhibit_keys.h"
#include "format/content_part.h"
#include "format/details.h"
#include "people.h"

/* When a fault is called, in this order. */
enum craft_at {
	AT_LINES,   /* the listing's records and the contents are there */
	AT_FRAME,   /* a frame is about to be sealed: craft.frame */
	AT_PLACED,  /* it stands in the payload: craft.frame->ref is what others will refer to */
	AT_PAYLOAD, /* all frames are there, the padding frame too */
	AT_KEYS,    /* the key files are made */
	AT_PACKS,   /* the payload is cut into packs */
	AT_ORIGIN,  /* of a disclosure: the original's seal and entry are filled in, in memory */
	AT_TAGS,    /* manifest and bag-info are there, the tag manifest is not */
	AT_SEAL,    /* event, details and content part are filled in, in memory */
	AT_TEXTS,   /* details and content part are text, not yet encrypted */
	AT_PARTS,   /* the encrypted parts are made and hashed into the event */
	AT_JSON,    /* the seal is text, not yet signed */
	AT_SIGNED,  /* its signatures are there */
	AT_RECORD,  /* the record is there */
	AT_MEMBERS, /* all members but the index are there */
	AT_INDEX,   /* the index, too */
	AT_ARCHIVE, /* the archive's bytes are there */
	AT_MADE,    /* the same, for faults that lay it out anew */
};

struct craft_line {
	struct evx_buf text; /* record: POSITION TAB LINE */
	uint64_t index;      /* what its leaf is salted with */
	bool no_leaf;        /* stands in the stream, but the root does not cover it */
};

struct craft_frame {
	const char *what; /* "chunk0" …, "leaf0" …, "root", "list0", "list1", "listroot", "padding"
			   */
	uint8_t type, level;
	struct evx_buf plain;
	struct evx_buf body; /* codec byte and data; made of plain (codec 0) unless the fault fills
				it */
	uint32_t plain_len;  /* what header, associated data and reference say */
	uint8_t header_type; /* what the header says */
	bool has_id;         /* ref.id is there already */
	struct evx_ref ref;  /* after it was placed */
};

struct craft_member {
	char path[128]; /* without the UUID */
	struct evx_buf bytes;
	bool has_header; /* header is taken as it is */
	uint8_t header[512];
	uint64_t offset; /* in the archive, once laid out */
};

#define CRAFT_LINES 16
#define CRAFT_MEMBERS 64
#define CRAFT_Z 1000 /* bytes of the second file, all 'z' */
#define CRAFT_D 11   /* of the third */
#define CRAFT_BIG (EVX_CHUNK_MAX + 70000u)

/* The original of a disclosure: what of it goes along. */
struct craft_origin {
	uint64_t lines;
	uint8_t root[32]; /* its listing root */
	struct evx_event seal, entry;
	uint8_t hash[32];                      /* of its seal */
	const struct evx_signer *entry_signer; /* who gives the bundle out */
};

struct craft {
	const struct person *people;
	const struct fault *fault;
	char uuid[EVX_UUID_CAP];
	struct evx_exhibit_keys keys;

	struct craft_line lines[CRAFT_LINES];
	size_t nlines;
	struct evx_buf content;
	size_t first_list;    /* lines in the first listing frame */
	size_t chunk_ends[2]; /* where the first and the second chunk of the content end; the third
				 holds the rest, */
	size_t third_first;   /* of which so many bytes are of its first file, if there are two */
	size_t big;           /* bytes of the content, at its end, of craft_big */

	struct evx_frame_codec *codec;
	uint8_t header_key[32];
	struct evx_buf payload;
	struct craft_frame *frame;
	struct evx_tree_root content_root, listing_root;
	struct evx_ref padding;
	uint64_t padded; /* length to reach, 0: as it must be */

	struct evx_key_files key_files;
	struct evx_event event;
	struct evx_details details;
	struct evx_content_part part;
	struct evx_buf details_text, content_text;
	struct evx_buf json;
	const struct evx_signer *signer; /* who signs, the officer unless a fault says otherwise */
	const char *ns;                  /* namespace of the signature */
	struct evx_buf record;

	bool disclosure; /* what is made is one, of the exhibit that would have been made else */
	struct craft_origin origin;

	struct craft_member members[CRAFT_MEMBERS];
	size_t nmembers;
	struct evx_buf archive;
};

struct fault {
	const char *name;
	enum craft_at at;
	const char *what; /* of AT_FRAME and AT_PLACED: which frame, NULL for every one; of
			     craft_in_member: which member */
	void (*make)(struct craft *c);
	/* For the functions below: text that stands there, and what takes its place. */
	const char *old, *with;
	size_t line;
};

/* Makes DIR/NAME.evx with the fault; without one (make NULL) a good bundle. */
void craft_write(const struct fault *fault, const struct person people[PEOPLE], const char *dir);
/* Makes the archive in c->archive; c is to be freed with craft_free. */
void craft_make(struct craft *c, const struct fault *fault, const struct person people[PEOPLE]);
void craft_free(struct craft *c);

/* The steps, in craft_payload.c, craft_seal.c and craft_archive.c. */
void craft_call(struct craft *c, enum craft_at at);
void craft_lines(struct craft *c);
void craft_payload(struct craft *c);
/* Of a disclosure, in craft_disclosure.c: what is shown of the lines, the original's files, what
 * the seal says of the original. */
void craft_disclosure_lines(struct craft *c);
void craft_disclosure_origin(struct craft *c);
void craft_disclosure_seal(struct craft *c);
void craft_front(struct craft *c);
void craft_tags(struct craft *c);
void craft_seal(struct craft *c);
void craft_index(struct craft *c, unsigned group);
void craft_archive(struct craft *c);

/* ---- For faults ------------------------------------------------------------------------- */

/* What most faults are: `old` gives way to `with` in a line, the seal's text, …. */
void craft_in_line(struct craft *c);
void craft_in_json(struct craft *c);
void craft_in_details(struct craft *c);
void craft_in_content(struct craft *c);
void craft_in_record(struct craft *c);
void craft_in_member(struct craft *c);
/* Replaces the first occurrence of old, which must be there, in text. */
void craft_replace(struct evx_buf *text, const char *old, const char *new_text);
void craft_text(struct evx_buf *text, const char *s);
/* Changes the first character behind the text `after` to another hexadecimal digit. */
void craft_other_digit(struct evx_buf *text, const char *after);
/* Removes from the text `from` up to before the text `to` behind it. */
void craft_cut(struct evx_buf *text, const char *from, const char *to);
/* n times 'z' as the library compresses them, appended with the codec byte. */
void craft_compressed(struct craft *c, size_t n, struct evx_buf *out);
/* At AT_LINES: a last line 8, case/z-big, of CRAFT_BIG times 'z' in two chunks of their own. Its
 * range root is salted as that of line index. */
void craft_big(struct craft *c, uint64_t index);
void craft_line_add(struct craft *c, size_t at, const char *text);
/* The listing root over the lines as they stand now. */
void craft_root(const struct craft *c, uint8_t root[32]);
struct craft_member *craft_find(struct craft *c, const char *path);
struct craft_member *craft_insert(
	struct craft *c, size_t at, const char *path, const void *p, size_t n);
size_t craft_where(const struct craft *c, const char *path);
void craft_remove(struct craft *c, size_t at);
/* Swaps two members' places. */
void craft_swap(struct craft *c, const char *a, const char *b);
/* The header of a member in the archive, and its sum made right again. */
uint8_t *craft_header(struct craft *c, const char *path);
void craft_sum(uint8_t header[512]);
/* The tag manifest and bag-info over the members as they stand now. */
void craft_retag(struct craft *c);
/* Seals a frame into the payload; used for frames that belong to nothing, too. */
void craft_frame_put(struct craft *c, struct craft_frame *f);
void craft_age(const uint8_t pub[32], const struct evx_buf *plain, struct evx_buf *out);

extern const struct fault listing_faults[], payload_faults[], tiling_faults[], part_faults[],
	seal_faults[], tar_faults[], bag_faults[], disclosure_faults[];
extern const struct fault appended_vector; /* a good one: a note in a second group */
extern const size_t listing_faults_count, payload_faults_count, tiling_faults_count,
	part_faults_count, seal_faults_count, tar_faults_count, bag_faults_count,
	disclosure_faults_count;

#endif
