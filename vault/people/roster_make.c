/* Changes to a roster, as a draft. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "people/home.h"
#include "people/inputs.h"
#include "people/roster_place.h"

/* "YYYY-MM-DDTHH:MM:SSZ", or a day for its first second. */
static enum evx_err read_time(const char *what, const char *s, int64_t *out, struct evx_diag *diag)
{
	char whole[EVX_TIME_CAP];

	if (strlen(s) == 10)
		(void)snprintf(whole, sizeof(whole), "%sT00:00:00Z", s);
	else
		(void)snprintf(whole, sizeof(whole), "%.20s", s);
	if (strlen(s) > 20 || evx_time_decode(whole, strlen(whole), out) != EVX_OK)
		return evx_fail(diag, EVX_E_USAGE,
			"\"%.40s\" is not a time for '%s'. Write a day such as 2026-11-30, or a "
			"time such as 2026-11-30T08:58:00Z.",
			s, what);
	return EVX_OK;
}

static bool has_fingerprint(const char *signing, const char *fingerprint)
{
	char found[EVX_FINGERPRINT_CAP];
	struct evx_sshkey pub;

	if (evx_sshkey_decode(signing, strlen(signing), &pub, NULL) != EVX_OK)
		return false;
	evx_sshkey_fingerprint(&pub, found);
	return strcmp(found, fingerprint) == 0;
}

static enum evx_err find_key(const struct evx_roster *r, const char *fingerprint,
	struct evx_roster_key **out, struct evx_diag *diag)
{
	for (size_t i = 0; i < r->nmembers; i++)
		for (size_t k = 0; k < r->members[i].nkeys; k++)
			if (has_fingerprint(r->members[i].keys[k].signing, fingerprint)) {
				*out = &r->members[i].keys[k];
				return EVX_OK;
			}
	return evx_fail(diag, EVX_E_NOT_FOUND,
		"The roster has no key %.60s. To see its keys, run: evx roster show FILE",
		fingerprint);
}

static enum evx_err read_card(
	const struct evx_input *in, struct evx_card *card, struct evx_diag *diag)
{
	return evx_diag_in(
		diag, in->path, evx_card_text_read(in->bytes.data, in->bytes.len, card, diag));
}

static enum evx_err set_roots(const struct evx_roster_change *c, const struct evx_inputs *cards,
	struct evx_roster *r, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct evx_card card;

	if (cards->n > EVX_ROSTER_ROOTS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"%zu roots are named, and a roster has at most %u. Nothing was changed. "
			"Name fewer roots.",
			cards->n, EVX_ROSTER_ROOTS_MAX);
	memset(r->roots, 0, sizeof(r->roots));
	for (size_t i = 0; i < cards->n && err == EVX_OK; i++) {
		err = read_card(&cards->at[i], &card, diag);
		for (size_t k = 0; k < i && err == EVX_OK; k++)
			if (strcmp(r->roots[k].signing, card.signing) == 0)
				err = evx_fail(diag, EVX_E_USAGE,
					"The key of %s is named twice. Nothing was changed. Name "
					"each root once.",
					cards->at[i].path);
		if (err == EVX_OK) {
			memcpy(r->roots[i].name, card.person, sizeof(card.person));
			memcpy(r->roots[i].signing, card.signing, sizeof(card.signing));
		}
	}
	r->nroots = cards->n;
	r->threshold = c->threshold != 0 ? c->threshold : (uint32_t)cards->n;
	r->nsigners = 0; /* others may have to sign now */
	return err;
}

/* Whom the key acts for: replaces what it was. */
static enum evx_err set_offices(const struct evx_roster_change *c, const struct evx_roster *r,
	struct evx_roster_key *key, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	struct evx_roster_key *office;

	free(key->acts_for);
	key->nacts_for = 0;
	key->acts_for = calloc(c->nacts_for, sizeof(*key->acts_for));
	if (key->acts_for == NULL)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < c->nacts_for && err == EVX_OK; i++) {
		err = find_key(r, c->acts_for[i], &office, diag);
		if (err == EVX_OK)
			memcpy(key->acts_for[key->nacts_for++], office->signing,
				sizeof(office->signing));
	}
	return err;
}

/* The entry of the card's key, made when it is not there. */
static enum evx_err entry_of(const struct evx_roster_change *c, const struct evx_card *card,
	struct evx_roster *r, struct evx_roster_key **out, struct evx_diag *diag)
{
	struct evx_roster_key fresh = { .from = (int64_t)time(NULL) };
	const char *agency = c->agency != NULL ? c->agency : card->organisation;
	const struct evx_roster_member *member;
	enum evx_err err = evx_card_text_check("agency", agency, diag);

	if (err != EVX_OK)
		return err;
	*out = evx_roster_find(r, card->signing, &member);
	if (*out != NULL && c->agency != NULL && strcmp(member->agency, c->agency) != 0)
		return evx_fail(diag, EVX_E_CUSTODY,
			"The roster lists this key for another agency already. Nothing was "
			"changed. Revoke it there, and make a new key for this agency.");
	if (*out != NULL)
		return EVX_OK;
	/* A roster has each name once: this one belongs to the agency of the first card. */
	for (size_t i = 0; c->agency == NULL && i < r->nmembers; i++)
		if (strcmp(r->members[i].agency, agency) == 0 &&
			strcmp(r->members[i].country, card->country) != 0)
			return evx_fail(diag, EVX_E_CUSTODY,
				"The roster has an agency of the name on this card, but of another "
				"country (%s). Nothing was changed. Name the agency of this key "
				"with --agency.",
				r->members[i].country);
	memcpy(fresh.signing, card->signing, sizeof(fresh.signing));
	memcpy(fresh.encryption, card->encryption, sizeof(fresh.encryption));
	if (evx_roster_add_key(r, agency, card->country, &fresh, out) != EVX_OK)
		return evx_fail_memory(diag);
	return EVX_OK;
}

static enum evx_err add_key(const struct evx_roster_change *c, const struct evx_input *in,
	struct evx_roster *r, struct evx_diag *diag)
{
	struct evx_roster_key *key;
	struct evx_card card;
	enum evx_err err = read_card(in, &card, diag);

	if (err == EVX_OK)
		err = entry_of(c, &card, r, &key, diag);
	if (err != EVX_OK)
		return err;
	memcpy(key->person, card.person, sizeof(key->person));
	memcpy(key->role, card.role, sizeof(key->role));
	key->approver = c->approver;
	if (card.is_retired && !key->is_revoked) {
		key->is_revoked = true;
		key->reason = EVX_REVOKED_RETIRED;
		key->revoked = card.retired;
	}
	if (c->from != NULL)
		err = read_time("from", c->from, &key->from, diag);
	if (err == EVX_OK && c->until != NULL) {
		err = read_time("until", c->until, &key->until, diag);
		key->has_until = true;
	}
	return err == EVX_OK && c->nacts_for > 0 ? set_offices(c, r, key, diag) : err;
}

static enum evx_err revoke_key(
	const struct evx_roster_change *c, struct evx_roster *r, struct evx_diag *diag)
{
	struct evx_roster_key *key;
	enum evx_roster_reason reason;
	int64_t when = (int64_t)time(NULL);
	enum evx_err err;

	if (!evx_roster_reason_of(c->reason, &reason))
		return evx_fail(diag, EVX_E_USAGE,
			"\"%.40s\" is not a reason. Use retired, lost or compromised.", c->reason);
	err = c->time != NULL ? read_time("time", c->time, &when, diag) : EVX_OK;
	if (err == EVX_OK)
		err = find_key(r, c->key, &key, diag);
	if (err != EVX_OK)
		return err;
	key->is_revoked = true;
	key->reason = reason;
	key->revoked = when;
	return EVX_OK;
}

static enum evx_err set_signers(const struct evx_roster_change *c, const struct evx_roster_file *f,
	struct evx_roster *r, struct evx_diag *diag)
{
	if (c->nby == 0)
		return r->nsigners > 0 ? EVX_OK : evx_roster_file_all_sign(f, r, diag);
	if (c->nby > EVX_SIGNERS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"%zu signers are named, and a roster has at most %u. Nothing was changed. "
			"Name fewer signers.",
			c->nby, EVX_SIGNERS_MAX);
	r->nsigners = 0;
	for (size_t i = 0; i < c->nby; i++) {
		const char *found = NULL;

		for (size_t k = 0; k < f->newest.nroots; k++)
			if (has_fingerprint(f->newest.roots[k].signing, c->by[i]))
				found = f->newest.roots[k].signing;
		for (size_t k = 0; k < r->nroots; k++)
			if (has_fingerprint(r->roots[k].signing, c->by[i]))
				found = r->roots[k].signing;
		if (found == NULL)
			return evx_fail(diag, EVX_E_NOT_FOUND,
				"The roster has no root %.60s. To see its roots, run: evx roster "
				"show FILE",
				c->by[i]);
		memcpy(r->signers[r->nsigners++], found, EVX_KEY_TEXT_CAP);
	}
	return EVX_OK;
}

/* The change itself, on the version to come. */
static enum evx_err change(const struct evx_roster_change *c, const struct evx_inputs *cards,
	struct evx_roster *next, struct evx_diag *diag)
{
	switch (c->act) {
	case EVX_ROSTER_ADD:
		return add_key(c, &cards->at[0], next, diag);
	case EVX_ROSTER_REVOKE:
		return revoke_key(c, next, diag);
	case EVX_ROSTER_NEW:
		(void)snprintf(next->name, sizeof(next->name), "%s", c->name);
		break;
	case EVX_ROSTER_ROTATE:
		break;
	}
	return set_roots(c, cards, next, diag);
}

/* The cards that the change names, against whom the home knows and the roster lists. */
static enum evx_err check_names(struct evx_names *names, const struct evx_inputs *cards,
	const struct evx_roster *r, struct evx_diag *diag)
{
	enum evx_err err = cards->n > 0 ? evx_names_know_roster(names, r, diag) : EVX_OK;

	return err == EVX_OK ? evx_names_check_files(names, cards, diag) : err;
}

enum evx_err evx_roster_make(struct evx_home *h, const struct evx_roster_change *c,
	struct evx_confine_state *confined, struct evx_roster_info *info, struct evx_diag *diag)
{
	struct evx_names homeless = { .confirm = c->confirm_names, .ctx = c->confirm_ctx };
	struct evx_inputs cards = { NULL, 0 };
	struct evx_roster_place place;
	struct evx_roster_file f = { .n = 0 };
	struct evx_roster next = { .version = 0 };
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(info, 0, sizeof(*info));
	evx_roster_place_start(&s, &place, c->file, c->act != EVX_ROSTER_NEW);
	if (evx_start_good(&s) && c->act == EVX_ROSTER_NEW)
		s.err = evx_card_text_check("name", c->name, diag);
	if (c->act == EVX_ROSTER_ADD)
		evx_inputs_texts_start(&s, &c->card, 1, EVX_DOCUMENT_MAX, &cards);
	else if (c->act != EVX_ROSTER_REVOKE)
		evx_inputs_texts_start(&s, c->roots, c->nroots, EVX_DOCUMENT_MAX, &cards);
	evx_home_start(&s, h, EVX_CONFINE_READ);
	if ((err = evx_start_confine(&s, 0, confined)) != EVX_OK ||
		(h != NULL && cards.n > 0 && (err = evx_names_load(h, diag)) != EVX_OK) ||
		(place.exists &&
			(err = evx_diag_in(diag, c->file,
				 evx_roster_file_read(place.text.data, place.text.len, NULL, &f,
					 diag))) != EVX_OK) ||
		(err = evx_roster_file_next(&f, (int64_t)time(NULL), &next, diag)) != EVX_OK ||
		(err = check_names(h != NULL ? &h->names : &homeless, &cards, &next, diag)) !=
			EVX_OK)
		goto out;
	if ((err = change(c, &cards, &next, diag)) != EVX_OK ||
		(err = set_signers(c, &f, &next, diag)) != EVX_OK ||
		(err = evx_roster_file_draft(&f, &next, &out, diag)) != EVX_OK)
		goto out;
	err = evx_roster_place_write(&place, &out, info, diag);
out:
	evx_names_free(&homeless);
	evx_buf_free(&out);
	evx_roster_free(&next);
	evx_roster_file_free(&f);
	evx_inputs_free(&cards);
	evx_roster_place_close(&place);
	return err;
}
