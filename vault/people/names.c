/* Names that could be taken for another's: compared with all that are known, and asked about. */
#include "people/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/alike.h"
#include "base/array.h"
#include "custody/cards.h"
#include "custody/rosters.h"
#include "people/card_info.h"
#include "people/home.h"

/* One shape of a person's or an organisation's name. */
struct evx_names_shape {
	char *text;
	size_t of; /* which of names->at */
	bool organisation;
};

/* What was found about a name. */
struct suspicion {
	const struct evx_card_info *alike; /* NULL: nobody */
	bool disguised;
};

void evx_names_free(struct evx_names *names)
{
	for (size_t i = 0; i < names->nshapes; i++)
		free(names->shapes[i].text);
	free(names->shapes);
	free(names->at);
	names->shapes = NULL;
	names->at = NULL;
	names->n = names->nshapes = names->nsorted = 0;
	names->loaded = false;
}

static const char *name_of(const struct evx_card_info *info, bool organisation)
{
	return organisation ? info->organisation : info->person;
}

/* By shape; persons and organisations apart; equal names beside each other. */
static int compare_shapes(const struct evx_names_shape *a, const struct evx_names_shape *b)
{
	return a->organisation != b->organisation ? a->organisation - b->organisation :
						    strcmp(a->text, b->text);
}

static int by_shape(const void *a, const void *b)
{
	return compare_shapes(a, b);
}

/* The shape of s as a string that is the caller's to free. */
static enum evx_err shape_text(const char *s, unsigned which, char **out)
{
	struct evx_buf shape = EVX_BUF_INIT;
	enum evx_err err = evx_alike_shape(s, which, &shape);

	*out = NULL;
	if (err != EVX_OK || (err = evx_buf_cstr(&shape)) != EVX_OK)
		goto out;
	if ((*out = strdup((const char *)shape.data)) == NULL)
		err = EVX_E_MEMORY;
out:
	evx_buf_free(&shape);
	return err;
}

static enum evx_err add_shapes(struct evx_names *names, size_t of, bool organisation)
{
	enum evx_err err = EVX_OK;

	for (unsigned which = 0; which < EVX_ALIKE_SHAPES && err == EVX_OK; which++) {
		struct evx_names_shape s = { NULL, of, organisation };

		err = EVX_ARRAY_ROOM(names->shapes, names->nshapes, 1);
		if (err == EVX_OK)
			err = shape_text(name_of(&names->at[of], organisation), which, &s.text);
		if (err == EVX_OK)
			names->shapes[names->nshapes++] = s;
	}
	return err;
}

static enum evx_err add(
	struct evx_names *names, const struct evx_card_info *info, struct evx_diag *diag)
{
	enum evx_err err = EVX_ARRAY_ROOM(names->at, names->n, 1);

	if (err != EVX_OK)
		goto out;
	names->at[names->n++] = *info;
	err = add_shapes(names, names->n - 1, false);
	if (err != EVX_OK)
		goto out;
	err = add_shapes(names, names->n - 1, true);
out:
	return evx_fail_buf(diag, err);
}

static enum evx_err add_cards(
	struct evx_names *names, const struct evx_cards *cards, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < cards->n && err == EVX_OK; i++) {
		struct evx_card_info info;

		err = evx_card_info_of(&cards->at[i], &info, diag);
		if (err == EVX_OK)
			err = add(names, &info, diag);
	}
	return err;
}

enum evx_err evx_names_know_roster(
	struct evx_names *names, const struct evx_roster *r, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t m = 0; m < r->nmembers; m++)
		for (size_t k = 0; k < r->members[m].nkeys && err == EVX_OK; k++) {
			struct evx_card_info info;

			err = evx_card_info_of_rostered(
				&r->members[m], &r->members[m].keys[k], &info, diag);
			if (err == EVX_OK)
				err = add(names, &info, diag);
		}
	return err;
}

enum evx_err evx_names_load(struct evx_home *h, struct evx_diag *diag)
{
	struct evx_cards cards = { NULL, 0 }, always = { NULL, 0 };
	struct evx_rosters rosters = { .n = 0 };
	enum evx_err err;

	if (h->names.loaded)
		return EVX_OK;
	if ((err = evx_home_cards(h, &cards, diag)) != EVX_OK ||
		(err = evx_home_always(h, &always, diag)) != EVX_OK ||
		(err = evx_home_rosters(h, &rosters, diag)) != EVX_OK ||
		(err = add_cards(&h->names, &cards, diag)) != EVX_OK ||
		(err = add_cards(&h->names, &always, diag)) != EVX_OK)
		goto out;
	for (size_t i = 0; i < rosters.n && err == EVX_OK; i++)
		err = evx_names_know_roster(&h->names, &rosters.at[i].newest, diag);
out:
	if (err == EVX_OK)
		h->names.loaded = true;
	else
		evx_names_free(&h->names);
	evx_cards_free(&cards);
	evx_cards_free(&always);
	evx_rosters_free(&rosters);
	return err;
}

/* The first of the sorted shapes that is not before key. */
static size_t first_of(const struct evx_names *names, const struct evx_names_shape *key)
{
	size_t low = 0, high = names->nshapes;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (compare_shapes(&names->shapes[mid], key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A person is anybody whose name comes out the same; an organisation has many people, and only
 * other letters are suspicious. */
static enum evx_err counts(const char *a, const char *b, bool organisation, bool *is)
{
	enum evx_alike how = EVX_ALIKE_SPELLED;
	enum evx_err err = organisation ? evx_alike_names(a, b, &how) : EVX_OK;

	*is = how != EVX_ALIKE_NO && (!organisation || how == EVX_ALIKE_LOOKS);
	return err;
}

/* *found: somebody known under another key whose name looks like this one, unless it is set. */
static enum evx_err find_alike(struct evx_names *names, const struct evx_card_info *info,
	bool organisation, const struct evx_card_info **found)
{
	enum evx_err err = EVX_OK;

	if (names->nsorted < names->nshapes)
		qsort(names->shapes, names->nshapes, sizeof(*names->shapes), by_shape);
	names->nsorted = names->nshapes;
	for (unsigned which = 0; which < EVX_ALIKE_SHAPES && err == EVX_OK && *found == NULL;
		which++) {
		struct evx_names_shape key = { NULL, 0, organisation };

		err = shape_text(name_of(info, organisation), which, &key.text);
		for (size_t i = err == EVX_OK ? first_of(names, &key) : names->nshapes;
			i < names->nshapes && err == EVX_OK && *found == NULL &&
			compare_shapes(&names->shapes[i], &key) == 0;
			i++) {
			const struct evx_card_info *other = &names->at[names->shapes[i].of];
			bool is = false;

			if (strcmp(other->signing, info->signing) != 0)
				err = counts(name_of(other, organisation),
					name_of(info, organisation), organisation, &is);
			if (is)
				*found = other;
		}
		free(key.text);
	}
	return err;
}

static enum evx_err ask(const struct evx_names *names, const struct evx_card_info *info,
	const struct suspicion *s, struct evx_diag *diag)
{
	const enum evx_err err = names->confirm == NULL ?
		EVX_E_USAGE :
		names->confirm(names->ctx, info, s->alike, s->disguised);

	if (err == EVX_E_USAGE)
		return evx_fail(diag, err,
			"The name on this card looks like another one. Compare the fingerprint "
			"with the owner of the card. If it is right, add --names-compared.");
	return err == EVX_OK ? EVX_OK :
			       evx_fail(diag, err,
				       "The name on this card looks like another one, and you did "
				       "not confirm it. Nothing was changed.");
}

static enum evx_err disguised(const struct evx_card_info *info, bool *is)
{
	bool of_organisation = false;
	enum evx_err err = evx_alike_disguised(info->person, is);

	if (err == EVX_OK)
		err = evx_alike_disguised(info->organisation, &of_organisation);
	*is = *is || of_organisation;
	return err;
}

/* Whether the key is known by these very names; *renamed: one that knows it, where none calls its
 * person so. */
static bool is_known(const struct evx_names *names, const struct evx_card_info *info,
	const struct evx_card_info **renamed)
{
	bool person = false;

	*renamed = NULL;
	for (size_t i = 0; i < names->n; i++) {
		const struct evx_card_info *other = &names->at[i];

		if (strcmp(other->signing, info->signing) != 0)
			continue;
		*renamed = other;
		person = person || strcmp(other->person, info->person) == 0;
		if (strcmp(other->person, info->person) == 0 &&
			strcmp(other->organisation, info->organisation) == 0)
			return true;
	}
	if (person)
		*renamed = NULL;
	return false;
}

/* Asks where something is suspicious about info. Its organisation may be written in another way by
 * a roster than on the card. */
static enum evx_err check(
	struct evx_names *names, const struct evx_card_info *info, struct evx_diag *diag)
{
	struct suspicion s = { NULL, false };
	const struct evx_card_info *renamed;
	enum evx_err err;

	if (is_known(names, info, &renamed))
		return EVX_OK;
	err = find_alike(names, info, false, &s.alike);
	if (err == EVX_OK)
		err = find_alike(names, info, true, &s.alike);
	if (err == EVX_OK)
		err = disguised(info, &s.disguised);
	if (err != EVX_OK)
		return evx_fail_buf(diag, err);
	if (s.alike == NULL)
		s.alike = renamed;
	return s.alike != NULL || s.disguised ? ask(names, info, &s, diag) : EVX_OK;
}

enum evx_err evx_names_check(
	struct evx_names *names, const struct evx_card *card, struct evx_diag *diag)
{
	struct evx_card_info info;
	enum evx_err err = evx_card_info_of(card, &info, diag);

	if (err != EVX_OK || (err = check(names, &info, diag)) != EVX_OK)
		return err;
	return add(names, &info, diag);
}

enum evx_err evx_names_check_files(
	struct evx_names *names, const struct evx_inputs *in, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < in->n && err == EVX_OK; i++) {
		struct evx_card card;

		err = evx_card_text_read(in->at[i].bytes.data, in->at[i].bytes.len, &card, diag);
		if (err == EVX_OK)
			err = evx_names_check(names, &card, diag);
		err = evx_diag_in(diag, in->at[i].path, err);
	}
	return err;
}

/* Those beside each other whose shape is one and whose letters differ. */
static enum evx_err check_neighbours(struct evx_names *own, struct evx_diag *diag)
{
	bool *asked = calloc(own->n + 1, sizeof(*asked));
	enum evx_err err = asked == NULL ? evx_fail_memory(diag) : EVX_OK;

	if (own->nshapes > 0)
		qsort(own->shapes, own->nshapes, sizeof(*own->shapes), by_shape);
	own->nsorted = own->nshapes;
	for (size_t i = 1; i < own->nshapes && err == EVX_OK; i++) {
		const struct evx_names_shape *a = &own->shapes[i - 1], *b = &own->shapes[i];
		const struct evx_card_info *one = &own->at[a->of], *two = &own->at[b->of];
		const char *first = name_of(one, a->organisation),
			   *second = name_of(two, a->organisation);
		const struct suspicion s = { one, false };
		bool is = false;

		if (compare_shapes(a, b) != 0 || strcmp(first, second) == 0 || asked[b->of])
			continue;
		err = counts(first, second, a->organisation, &is);
		if (err != EVX_OK)
			err = evx_fail_buf(diag, err);
		else if (is)
			err = ask(own, two, &s, diag);
		asked[b->of] = is;
	}
	free(asked);
	return err;
}

enum evx_err evx_names_check_roster(
	struct evx_names *names, const struct evx_roster *r, struct evx_diag *diag)
{
	struct evx_names own = { .confirm = names->confirm, .ctx = names->ctx };
	enum evx_err err = evx_names_know_roster(&own, r, diag);

	if (err == EVX_OK)
		err = check_neighbours(&own, diag);
	for (size_t i = 0; i < own.n && err == EVX_OK; i++)
		err = check(names, &own.at[i], diag);
	evx_names_free(&own);
	return err;
}
