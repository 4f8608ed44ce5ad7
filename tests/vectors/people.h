/* The four people of the vectors, made from fixed bytes, and what every part of the generator
 * needs. */
#ifndef EVX_TESTS_VECTORS_PEOPLE_H
#define EVX_TESTS_VECTORS_PEOPLE_H

#include "crypto/age.h"
#include "custody/signer.h"
#include "format/card.h"

#define VECTORS_TIME INT64_C(1700000000) /* 2023-11-14T22:13:20Z: every time in the vectors */

enum {
	OFFICER,
	LAB,
	ROOM,
	STRANGER,
	PEOPLE
}; /* who seals, who opens the evidence, who reads the custody part, and nobody */

struct person {
	const char *name;
	struct evx_secret *encryption, *signing; /* 32 times 0x11, 0x12 …; 32 times 0x21, 0x22 … */
	uint8_t encryption_pub[32];
	struct evx_sshkey signing_pub;
	struct evx_signer signer;
	struct evx_card card;
};

/* The generator has no way to go on after a failure: says what failed and ends the program. */
void must(enum evx_err err, const struct evx_diag *diag, const char *what);
#define MUST(call) must((call), NULL, #call)

void people_make(struct person people[PEOPLE]);
void people_free(struct person people[PEOPLE]);
/* Writes DIR/NAME/identities/NAME/{card,encryption.txt,signing.key} and DIR/NAME.card for each:
 * homes that evx takes as is. */
void people_write(struct person people[PEOPLE], const char *dir);

/* Makes the directory DIR/NAME and gives its path, which the caller frees; an existing one will do.
 */
char *make_dir(const char *dir, const char *name, unsigned mode);
/* Writes the file DIR/NAME anew. */
void write_file(const char *dir, const char *name, unsigned mode, const void *p, size_t n);
/* Randomness from here on is the ChaCha20 stream of SHA-256("evx-vector/1" ‖ name): no vector
 * depends on those made before. */
void seed_for(const char *name);

#endif
