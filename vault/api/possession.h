/* Proof that somebody still has the bytes of an exhibit (format-spec/possession.md). */
#ifndef EVX_API_POSSESSION_H
#define EVX_API_POSSESSION_H

#include "api/seal.h"

/* ---- Preparing challenges --------------------------------------------------------------- */

#define EVX_CHALLENGE_PACKS 32u /* that one names, unless somebody says another number */

struct evx_challenge_prepare_options {
	const char *bundle; /* a file, volumes, an unpacked directory, an exhibit of a vault */
	const char *output; /* new file: the list */
	const char *as; /* identity that signs the list, and reads in a vault; NULL: the only one */
	const char *code; /* the seal code on paper; NULL: none */
	const char *const *to;
	size_t nto;          /* card files of the askers */
	bool self;           /* the preparer asks, too; with nto 0 in any case */
	uint32_t challenges; /* for each asker */
	uint32_t packs;      /* that each names, 0: EVX_CHALLENGE_PACKS; or all, where there are
				fewer */
	unsigned jobs;
	bool confine;
};
struct evx_challenge_prepare_result {
	char uuid[37], seal_hash[65], seal_code[40];
	uint32_t entry; /* of the custody record, up to which answers cover it, … */
	char entry_hash[65];
	uint32_t challenges, packs;
	uint64_t total;                  /* packs of the exhibit */
	struct evx_reader_info *readers; /* owned: the askers */
	size_t nreaders;
	struct evx_confine_state confinement;
};
void evx_challenge_prepare_result_free(struct evx_challenge_prepare_result *r);

/* Computes challenges and their answers from the exhibit, whose packs are compared with their
 * names, and writes the signed list. EVX_E_FORGED when a pack was changed; what
 * evx_exhibit_sound refuses; EVX_E_LIMIT when the list would be too long. */
enum evx_err evx_challenge_prepare(struct evx_home *h,
	const struct evx_challenge_prepare_options *opt, const struct evx_passphrase *ask,
	struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_challenge_prepare_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

/* The chance that somebody who lost so many of the packs in total has all those that a challenge
 * names, from 0 to 1. */
double evx_challenge_passes(uint64_t total, uint32_t packs, uint64_t lost);

/* ---- Using a list ----------------------------------------------------------------------- */

struct evx_challenge_use_options {
	const char *list;   /* file: is changed */
	const char *as;     /* identity of the asker; NULL: the only one */
	const char *output; /* next: new file, the challenge */
	const char *answer; /* check: file with the answer */
	bool confine;
};

/* What a list says of itself. */
struct evx_challenge_list_info {
	char uuid[37], seal_hash[65], seal_code[40], entry_hash[65], time[24];
	uint32_t entry, challenges, packs;
	uint64_t total;
	struct evx_card_info preparer; /* only the key where nothing else is known */
	bool preparer_known;           /* trusted here, when the list was prepared */
};

struct evx_challenge_next_result {
	struct evx_challenge_list_info list;
	char challenge[65]; /* its hash */
	uint32_t left;      /* challenges for this asker that were not taken */
	struct evx_confine_state confinement;
};
/* Takes the next challenge out: signs it, marks it as taken, durably, and only then writes it.
 * EVX_E_NOT_FOUND when all were taken; EVX_E_KEY when there are none for this asker. */
enum evx_err evx_challenge_next(struct evx_home *h, const struct evx_challenge_use_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_challenge_next_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

enum evx_challenge_verdict {
	EVX_CHALLENGE_IS_PROVED,
	EVX_CHALLENGE_IS_WRONG,
	EVX_CHALLENGE_IS_USED,   /* right, and it was proved before */
	EVX_CHALLENGE_NOT_ASKED, /* right, and this list does not say that it was taken */
	EVX_CHALLENGE_OTHER_EXHIBIT,
	EVX_CHALLENGE_UNKNOWN, /* this asker has no such challenge in the list */
};
struct evx_challenge_check_result {
	enum evx_challenge_verdict verdict;
	struct evx_challenge_list_info list;
	char challenge[65];  /* hash of the challenge that the answer names */
	char other_code[40]; /* seal code of the other exhibit, or "" */
	char taken[24];      /* when it was taken, and … */
	char before[24];     /* … proved before; "" when it was not */
	struct evx_confine_state confinement;
};
/* Compares an answer with the list, and marks the challenge as proved or wrong. */
enum evx_err evx_challenge_check(struct evx_home *h, const struct evx_challenge_use_options *opt,
	const struct evx_passphrase *ask, struct evx_cancel *cancel,
	struct evx_challenge_check_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

/* What the marks say; no key is needed. */
struct evx_challenge_status {
	struct evx_challenge_list_info list;
	struct evx_card_info *askers; /* owned */
	size_t naskers;
	uint64_t taken, proved, wrong; /* challenges */
	struct evx_confine_state confinement;
};
void evx_challenge_status_free(struct evx_challenge_status *s);
/* h NULL: nobody is known. */
enum evx_err evx_challenge_show(struct evx_home *h, const struct evx_challenge_use_options *opt,
	struct evx_challenge_status *out, struct evx_diag *diag) EVX_MUST_CHECK;

/* ---- Answering -------------------------------------------------------------------------- */

struct evx_answer_options {
	const char *challenge; /* file */
	const char *bundle;
	const char *output; /* new file: the answer */
	const char *as;     /* identity that reads in a vault; NULL: none */
	unsigned jobs;
	bool confine;
};
struct evx_answer_result {
	struct evx_card_info asker;
	bool asker_known;
	char uuid[37], seal_hash[65], seal_code[40], challenge[65];
	uint32_t entry; /* up to which the record is covered */
	uint64_t packs, bytes;
	struct evx_confine_state confinement;
};
/* Answers a challenge from the exhibit, without a key; h NULL: no asker is known. EVX_E_FORGED when
 * the challenge is not signed by its asker, or a pack was changed; EVX_E_NOT_FOUND for another
 * exhibit; EVX_E_CUSTODY when the record has not the entry. Nothing is written then. */
enum evx_err evx_answer(struct evx_home *h, const struct evx_answer_options *opt,
	const struct evx_passphrase *ask, struct evx_progress *progress, struct evx_cancel *cancel,
	struct evx_answer_result *result, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
