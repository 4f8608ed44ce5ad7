/* Good vectors: bundles that the library's own lower layers write, from entries that stand on no
 * disk. */
#ifndef EVX_TESTS_VECTORS_GOOD_H
#define EVX_TESTS_VECTORS_GOOD_H

#include "bundle/writer.h"
#include "content/payload_write.h"
#include "custody/event_build.h"
#include "people.h"

/* A frame that an exhibit of the same case would lend. */
struct good_loan {
	uint8_t id[32], key[32];
	uint8_t *body; /* owned */
	size_t len;
	uint32_t plain;
};

#define GOOD_LOANS 2

/* One bundle in the making. */
struct good {
	const struct person *people;
	struct evx_writer *writer;
	struct evx_payload_writer *payload;
	struct evx_exhibit_keys keys;
	struct evx_event event;
	struct evx_details details;
	struct evx_payload_result sealed;
	bool custody_lists;
	struct evx_event_attachment attachment; /* none while its name is NULL */
	struct good_loan loans[GOOD_LOANS];
	size_t nloans;
	struct evx_buf borrowed; /* sequence 1: in a file it comes behind the other */
	uint64_t lines;
};

struct good_vector {
	const char *name;
	bool md5_sha1;
	bool custody_reader;          /* also sealed for the custody tier */
	void (*fill)(struct good *g); /* gives all entries, sets what else it wants */
	void (*lend)(struct good *g); /* makes loans before that; NULL: none */
};
extern const struct good_vector good_vectors[];
extern const size_t good_vectors_count;

/* Writes DIR/NAME.evx. tap (NULL allowed) is shown the bundle in the making, after the payload and
 * before its keys go. */
void good_write(const struct good_vector *v, const struct person people[PEOPLE], const char *dir,
	void (*tap)(void *ctx, const struct good *g), void *ctx);

#endif
