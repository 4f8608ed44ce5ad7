/* The log of a vault read while memory runs out: the answer is that it did, and never that the log
 * is bad or another. */
#include "vault_fixture.h"

#include "unit/failing.h"

static struct scratch s;

/* Opens the vault with what this machine remembers of it. */
static enum evx_err load(void *ctx, struct outcome *out)
{
	const int *pins = ctx;
	struct evx_vault *v = NULL;
	struct evx_diag why = { 0 };
	enum evx_err err = evx_vault_open(scratch_at(&s, "v"), &v, NULL);

	if (err != EVX_OK || (err = evx_vault_recall(v, *pins, NULL, NULL)) != EVX_OK ||
		(err = evx_vault_load(v, NULL)) != EVX_OK)
		goto out;
	if (evx_vault_standing(v, &why) == EVX_VAULT_CHANGED)
		err = why.code;
	if (err == EVX_OK && (err = evx_vault_sound(v, NULL)) == EVX_OK)
		*out = (struct outcome){ { evx_vault_escrow(v), evx_vault_standing(v, NULL) } };
out:
	evx_vault_free(v);
	return err;
}

/* A card read and compared with itself. */
static enum evx_err read_card(void *ctx, struct outcome *out)
{
	const struct person *p = ctx;
	struct evx_card card;
	char fingerprint[EVX_FINGERPRINT_CAP] = "";
	enum evx_err err = evx_card_text_read(p->card, strlen(p->card), &card, NULL);

	if (err == EVX_OK)
		err = evx_card_fingerprint(&card, fingerprint, NULL);
	out->number[0] = strlen(fingerprint);
	return err;
}

/* The keys that a member opens. */
static enum evx_err unlock(void *ctx, struct outcome *out)
{
	const struct person *p = ctx;
	struct evx_vault *v = NULL;
	enum evx_err err = evx_vault_open(scratch_at(&s, "v"), &v, NULL);

	if (err == EVX_OK && (err = evx_vault_load(v, NULL)) == EVX_OK &&
		(err = evx_vault_unlock(v, &p->id, NULL)) == EVX_OK)
		out->number[0] = evx_vault_content(v, 1) != NULL;
	evx_vault_free(v);
	return err;
}

static void log_read(void **state)
{
	struct person ann, bob;
	struct evx_vault *v;
	char id[EVX_UUID_CAP];
	int pins;

	(void)state;
#ifdef NOT_HERE
	skip();
#endif
	s = scratch_make();
	person_make(&ann, "Ann");
	person_make(&bob, "Bob");
	vault_make(&s, &ann, &bob);
	v = vault_open(&s, &ann);
	assert_int_equal(
		evx_members_add(v, &bob.id.card, bob.card, true, &ann.signer, NOW, NULL), EVX_OK);
	assert_int_equal(evx_case_new(v, "A", NULL, &bob.signer, NOW, id, NULL), EVX_OK);
	assert_int_equal(evx_case_alias(v, id, "C", NULL, &bob.signer, NOW, NULL), EVX_OK);
	evx_vault_free(v);
	scratch_dir(&s, "pins");
	pins = openat(s.fd, "pins", O_RDONLY | O_DIRECTORY);
	assert_true(pins >= 0);
	each_fails("a vault", load, &pins, 20);
	(void)close(pins);
	each_fails("a card", read_card, &ann, 5);
	each_fails("a member's keys", unlock, &ann, 20);
	person_free(&ann);
	person_free(&bob);
	scratch_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(log_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
