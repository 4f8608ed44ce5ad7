/* Rosters signed, told, trusted. */
#include "people/roster_use.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alike.h"
#include "base/io.h"
#include "people/roster_place.h"

enum evx_err evx_roster_cosign(struct evx_home *h, const char *file, const char *as,
	const struct evx_passphrase *ask, struct evx_confine_state *confined,
	struct evx_roster_info *info, struct evx_diag *diag)
{
	struct evx_roster_place place;
	struct evx_roster_file f = { .n = 0 };
	struct evx_hand hand = { .agent = NULL };
	struct evx_buf out = EVX_BUF_INIT;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(info, 0, sizeof(*info));
	evx_roster_place_start(&s, &place, file, true);
	evx_home_hand_start(&s, h, as, false, ask, &hand);
	if ((err = evx_start_confine(&s, 0, confined)) != EVX_OK ||
		(err = evx_diag_in(diag, file,
			 evx_roster_file_read(place.text.data, place.text.len, NULL, &f, diag))) !=
			EVX_OK ||
		(err = evx_diag_in(
			 diag, file, evx_roster_file_sign(&f, &hand.signer, &out, diag))) != EVX_OK)
		goto out;
	err = evx_roster_place_write(&place, &out, info, diag);
out:
	evx_hand_free(&hand);
	evx_buf_free(&out);
	evx_roster_file_free(&f);
	evx_roster_place_close(&place);
	return err;
}

/* The file, verified, with the process confined to the home before it is parsed; *known gets the
 * rosters of the home. */
static enum evx_err read_confined(struct evx_home *h, const char *file,
	struct evx_confine_state *confined, struct evx_rosters *known, struct evx_roster_file *f,
	struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	memset(known, 0, sizeof(*known));
	memset(f, 0, sizeof(*f));
	evx_input_text_start(&s, file, EVX_ROSTER_FILE_MAX, &text);
	evx_home_start(&s, h, EVX_CONFINE_WRITE);
	if ((err = evx_start_confine(&s, 0, confined)) != EVX_OK ||
		(h != NULL && (err = evx_home_rosters(h, known, diag)) != EVX_OK))
		goto out;
	err = evx_diag_in(diag, file, evx_roster_file_read(text.data, text.len, NULL, f, diag));
out:
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_roster_tell(struct evx_home *h, const char *file,
	struct evx_confine_state *confined, struct evx_roster_info *info, struct evx_diag *diag)
{
	struct evx_rosters known;
	struct evx_roster_file f;
	enum evx_err err = read_confined(h, file, confined, &known, &f, diag);

	memset(info, 0, sizeof(*info));
	if (err == EVX_OK)
		err = evx_roster_use_info(&f, &known, info, diag);
	evx_rosters_free(&known);
	evx_roster_file_free(&f);
	return err;
}

enum evx_err evx_roster_use_scope_named(const struct evx_roster *r, const char *const *names,
	size_t n, bool *found, struct evx_roster_scope *scope)
{
	enum evx_err err = EVX_OK;

	scope->stated = true;
	for (size_t i = 0; i < n && err == EVX_OK; i++)
		for (size_t k = 0; k < r->nmembers && err == EVX_OK; k++)
			if (strcmp(r->members[k].agency, names[i]) == 0) {
				found[i] = true;
				err = evx_roster_scope_add(
					scope, r->members[k].agency, r->members[k].country);
			}
	return err;
}

static enum evx_err scope_of_names(const struct evx_roster *r,
	const struct evx_roster_accept *accept, struct evx_roster_scope *out, struct evx_diag *diag)
{
	bool *found = calloc(accept->nagencies, sizeof(*found));
	enum evx_err err;

	if (found == NULL)
		return evx_fail_memory(diag);
	err = evx_fail_buf(diag,
		evx_roster_use_scope_named(r, accept->agencies, accept->nagencies, found, out));
	for (size_t i = 0; i < accept->nagencies && err == EVX_OK; i++)
		if (!found[i])
			err = evx_fail(diag, EVX_E_NOT_FOUND,
				"The roster has no agency \"%.100s\". Nothing was changed. To see "
				"its agencies, run: evx roster show FILE",
				accept->agencies[i]);
	free(found);
	return err;
}

static enum evx_err scope_of_all(
	const struct evx_roster *r, struct evx_roster_scope *out, struct evx_diag *diag)
{
	out->stated = true;
	for (size_t k = 0; k < r->nmembers; k++)
		if (evx_roster_scope_add(out, r->members[k].agency, r->members[k].country) !=
			EVX_OK)
			return evx_fail_memory(diag);
	return EVX_OK;
}

/* Asks where the name of a roster that is new here could be taken for that of another, and for
 * which agencies it is accepted where nobody said. */
static enum evx_err ask(const struct evx_rosters *known, const struct evx_roster_info *info,
	bool scope, evx_roster_confirm_fn confirm, void *ctx, struct evx_diag *diag)
{
	const bool fresh = info->known == EVX_KNOWN_NOT;
	const char *other = NULL;
	bool disguised = false;

	if (fresh && evx_alike_disguised(info->name, &disguised) != EVX_OK)
		return evx_fail_memory(diag);
	for (size_t i = 0; i < known->n && other == NULL && fresh; i++) {
		enum evx_alike how;

		if (evx_alike_names(known->at[i].newest.name, info->name, &how) != EVX_OK)
			return evx_fail_memory(diag);
		other = how != EVX_ALIKE_NO ? known->at[i].newest.name : NULL;
	}
	if ((other != NULL || disguised || scope) && !confirm(ctx, info, other, disguised, scope))
		return evx_fail(diag, EVX_E_INTERRUPTED,
			"You did not confirm. The roster is not trusted, and nothing was changed.");
	return EVX_OK;
}

enum evx_err evx_roster_import(struct evx_home *h, const char *file,
	const struct evx_roster_accept *accept, struct evx_confine_state *confined,
	evx_roster_confirm_fn confirm, void *ctx, struct evx_roster_info *info,
	struct evx_diag *diag)
{
	struct evx_rosters known;
	struct evx_roster_file f;
	struct evx_roster_scope scope = { .n = 0 };
	const struct evx_roster_scope *before = NULL;
	bool asked = false;
	enum evx_err err = read_confined(h, file, confined, &known, &f, diag);

	memset(info, 0, sizeof(*info));
	if (err != EVX_OK || (err = evx_roster_use_info(&f, &known, info, diag)) != EVX_OK)
		goto out;
	if (!f.has_draft && f.n > 0) {
		before = evx_rosters_scope(&known, &f);
		asked = before == NULL && accept->nagencies == 0 && !accept->all;
		if ((err = ask(&known, info, asked, confirm, ctx, diag)) != EVX_OK ||
			(err = evx_names_load(h, diag)) != EVX_OK ||
			(err = evx_diag_in(diag, file,
				 evx_names_check_roster(&h->names, &f.newest, diag))) != EVX_OK)
			goto out;
	}
	if (accept->nagencies > 0)
		err = scope_of_names(&f.newest, accept, &scope, diag);
	else if (accept->all || asked)
		err = scope_of_all(&f.newest, &scope, diag);
	else if (before != NULL && evx_roster_scope_copy(before, &scope) != EVX_OK)
		err = evx_fail_memory(diag);
	if (err != EVX_OK)
		goto out;
	err = evx_diag_in(diag, file, evx_rosters_import(h->fd, &f, &scope, diag));
	if (err == EVX_OK)
		evx_roster_use_scope(info, &scope);
out:
	if (err != EVX_OK)
		evx_roster_info_free(info);
	evx_roster_scope_free(&scope);
	evx_rosters_free(&known);
	evx_roster_file_free(&f);
	evx_home_forget(h);
	return err;
}

enum evx_err evx_roster_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_roster_info *info), void *ctx,
	struct evx_diag *diag)
{
	struct evx_rosters known = { .n = 0 };
	struct evx_roster_info info;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	evx_home_start(&s, h, EVX_CONFINE_READ);
	err = evx_start_confine(&s, 0, confined);
	if (err == EVX_OK)
		err = evx_home_rosters(h, &known, diag);

	for (size_t i = 0; i < known.n && err == EVX_OK; i++) {
		err = evx_roster_use_info(&known.at[i], &known, &info, diag);
		if (err == EVX_OK)
			err = each(ctx, &info);
		evx_roster_info_free(&info);
	}
	evx_rosters_free(&known);
	return err;
}
