/* People and vaults for the unit tests of vault/store. */
#ifndef EVX_TESTS_VAULT_FIXTURE_H
#define EVX_TESTS_VAULT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "custody/card.h"
#include "store/case.h"
#include "store/members.h"
#include "store/session.h"
#include "unit/scratch.h"

#define NOW 1767323045 /* 2026-01-02T03:04:05Z */

struct person {
	struct evx_identity id;
	struct evx_signer signer;
	char *card;
};

static inline void person_make(struct person *p, const char *name)
{
	struct evx_buf text = EVX_BUF_INIT;

	memset(p, 0, sizeof(*p));
	assert_int_equal(evx_crypto_init(NULL), EVX_OK);
	(void)snprintf(p->id.card.person, sizeof(p->id.card.person), "%s", name);
	(void)snprintf(p->id.card.organisation, sizeof(p->id.card.organisation), "Office");
	memcpy(p->id.card.country, "DE", 3);
	p->id.card.created = NOW;
	assert_int_equal(evx_sshkey_new(&p->id.signing, &p->id.signing_pub, NULL), EVX_OK);
	assert_int_equal(evx_sshkey_encode(&p->id.signing_pub, p->id.card.signing), EVX_OK);
	assert_int_equal(evx_age_identity_new(&p->id.encryption, NULL), EVX_OK);
	assert_int_equal(evx_age_public(p->id.encryption, p->id.encryption_pub), EVX_OK);
	assert_int_equal(
		evx_age_recipient_encode(p->id.encryption_pub, p->id.card.encryption), EVX_OK);
	p->signer = evx_signer_of_seed(p->id.signing, &p->id.signing_pub);
	assert_int_equal(evx_card_sign(&p->id.card, &p->signer, &text, NULL), EVX_OK);
	p->card = strndup((const char *)text.data, text.len);
	assert_non_null(p->card);
	evx_buf_free(&text);
}

static inline void person_free(struct person *p)
{
	evx_identity_lock(&p->id);
	free(p->card);
}

/* A vault of founder in s/v, with the escrow card of escrow unless that is NULL. */
static inline void vault_make(
	const struct scratch *s, const struct person *founder, const struct person *escrow)
{
	const char *text = escrow != NULL ? escrow->card : NULL;
	const struct evx_vault_founding f = { .founder = &founder->id,
		.signer = &founder->signer,
		.card = founder->card,
		.escrow = escrow != NULL ? &escrow->id.card : NULL,
		.escrow_texts = &text,
		.nescrow = escrow != NULL,
		.now = NOW };
	char uuid[EVX_UUID_CAP];

	assert_int_equal(evx_vault_create(scratch_at(s, "v"), &f, uuid, NULL), EVX_OK);
}

/* The vault in s/v, loaded; opened by who unless that is NULL. */
static inline struct evx_vault *vault_open(const struct scratch *s, const struct person *who)
{
	struct evx_vault *v;
	struct evx_diag diag = { 0 };

	assert_int_equal(evx_vault_open(scratch_at(s, "v"), &v, NULL), EVX_OK);
	if (evx_vault_load(v, &diag) != EVX_OK || evx_vault_accept(v, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
	if (who != NULL && evx_vault_unlock(v, &who->id, &diag) != EVX_OK)
		fail_msg("%s", diag.text);
	return v;
}

#endif
