#include "ops/roster.h"

#include <fcntl.h>
#include <string.h>

#include "base/io.h"
#include "format/alike.h"
#include "ops/roster_file.h"

enum evx_err evx_roster_cosign(struct evx_home *h, const char *file, const char *as, const struct evx_passphrase *ask,
	struct evx_confine_state *confined, struct evx_roster_info *info, struct evx_diag *diag)
{
	struct evx_roster_place place;
	struct evx_roster_file f = { .n = 0 };
	struct evx_hand hand = { .agent = NULL };
	struct evx_buf out = EVX_BUF_INIT;
	enum evx_err err = evx_roster_place_open(&place, file, true, diag);

	memset(info, 0, sizeof(*info));
	if (err == EVX_OK)
		err = evx_home_hand(h, as, false, ask, &hand, diag);
	if (err == EVX_OK)
		err = evx_roster_place_confine(&place, confined, diag);
	if (err == EVX_OK)
		err = evx_diag_in(diag, file, evx_roster_file_read(place.text.data, place.text.len, &f, diag));
	if (err == EVX_OK)
		err = evx_diag_in(diag, file, evx_roster_sign(&f, &hand.signer, &out, diag));
	if (err == EVX_OK)
		err = evx_roster_place_write(&place, &out, info, diag);
	evx_hand_free(&hand);
	evx_buf_free(&out);
	evx_roster_file_free(&f);
	evx_roster_place_close(&place);
	return err;
}

/* The file, verified, with the process confined to the home before it is parsed; *known gets the rosters of the home. */
static enum evx_err read_confined(struct evx_home *h, const char *file, struct evx_confine_state *confined, struct evx_rosters *known,
	struct evx_roster_file *f, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_read_file(AT_FDCWD, file, EVX_ROSTER_FILE_MAX, &text, diag);

	memset(known, 0, sizeof(*known));
	memset(f, 0, sizeof(*f));
	if (err == EVX_OK && h != NULL)
		err = evx_home_confine(h, confined, diag);
	else if (err == EVX_OK && confined != NULL)
		err = evx_confine(NULL, 0, confined, diag);
	if (err == EVX_OK && h != NULL)
		err = evx_rosters_load(h->fd, known, diag);
	if (err == EVX_OK)
		err = evx_diag_in(diag, file, evx_roster_file_read(text.data, text.len, f, diag));
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_roster_tell(struct evx_home *h, const char *file, struct evx_confine_state *confined, struct evx_roster_info *info,
	struct evx_diag *diag)
{
	struct evx_rosters known;
	struct evx_roster_file f;
	enum evx_err err = read_confined(h, file, confined, &known, &f, diag);

	memset(info, 0, sizeof(*info));
	if (err == EVX_OK)
		err = evx_roster_info_of(&f, &known, info, diag);
	evx_rosters_free(&known);
	evx_roster_file_free(&f);
	return err;
}

/* Asks where the name of a roster that is new here could be taken for that of another. */
static enum evx_err check_name(const struct evx_rosters *known, const struct evx_roster_info *info, evx_roster_confirm_fn confirm, void *ctx,
	struct evx_diag *diag)
{
	const bool disguised = evx_alike_disguised(info->name);
	const char *other = NULL;
	bool alike = false;

	if (info->known != EVX_KNOWN_NOT)
		return EVX_OK;
	for (size_t i = 0; i < known->n && other == NULL; i++) {
		if (evx_alike_names(known->at[i].newest.name, info->name, &alike) != EVX_OK)
			return evx_fail(diag, EVX_E_MEMORY, "roster: out of memory");
		other = alike ? known->at[i].newest.name : NULL;
	}
	if ((other != NULL || disguised) && !confirm(ctx, info, other, disguised))
		return evx_fail(diag, EVX_E_INTERRUPTED, "roster: its name could be taken for another, and it was not confirmed");
	return EVX_OK;
}

enum evx_err evx_roster_import(struct evx_home *h, const char *file, struct evx_confine_state *confined, evx_roster_confirm_fn confirm, void *ctx,
	struct evx_roster_info *info, struct evx_diag *diag)
{
	struct evx_rosters known;
	struct evx_roster_file f;
	enum evx_err err = read_confined(h, file, confined, &known, &f, diag);

	memset(info, 0, sizeof(*info));
	if (err == EVX_OK)
		err = evx_roster_info_of(&f, &known, info, diag);
	if (err == EVX_OK)
		err = check_name(&known, info, confirm, ctx, diag);
	if (err == EVX_OK)
		err = evx_diag_in(diag, file, evx_rosters_import(h->fd, &f, diag));
	if (err != EVX_OK)
		evx_roster_info_free(info);
	evx_rosters_free(&known);
	evx_roster_file_free(&f);
	return err;
}

enum evx_err evx_roster_list(struct evx_home *h, enum evx_err (*each)(void *ctx, const struct evx_roster_info *info), void *ctx,
	struct evx_diag *diag)
{
	struct evx_rosters known;
	struct evx_roster_info info;
	enum evx_err err = evx_rosters_load(h->fd, &known, diag);

	for (size_t i = 0; i < known.n && err == EVX_OK; i++) {
		err = evx_roster_info_of(&known.at[i], &known, &info, diag);
		if (err == EVX_OK)
			err = each(ctx, &info);
		evx_roster_info_free(&info);
	}
	evx_rosters_free(&known);
	return err;
}
