/* The directory of identities and known cards. */
#include "people/home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "custody/cards.h"
#include "format/limits.h"
#include "people/card_info.h"
#include "people/inputs.h"

/* Makes path and what is missing above it. Directories that are there stay as they are. */
static enum evx_err make_directories(const char *path, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	char *copy = strdup(path), *slash;

	if (copy == NULL)
		return evx_fail_memory(diag);
	for (slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			err = evx_fail_errno(diag, copy, "The identity directory cannot be made");
		*slash = '/';
		if (err != EVX_OK)
			goto out;
	}
	if (mkdir(copy, 0700) != 0 && errno != EEXIST)
		err = evx_fail_errno(diag, copy, "The identity directory cannot be made");
out:
	free(copy);
	return err;
}

enum evx_err evx_home_open(
	const char *path, bool create, struct evx_home **out, struct evx_diag *diag)
{
	struct evx_home *h;
	enum evx_err err;

	*out = NULL;
	if (path[0] == '\0')
		return evx_fail(diag, EVX_E_USAGE,
			"The path of the identity directory is empty. Set EVX_HOME or HOME.");
	if (create) {
		err = make_directories(path, diag);
		if (err != EVX_OK)
			return err;
	}
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return evx_fail_memory(diag);
	h->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = h->fd < 0 ? evx_fail_errno(diag, path, "The identity directory cannot be opened") :
			  evx_check_guarded(h->fd, path, diag);
	if (err != EVX_OK) {
		evx_home_free(h);
		return err;
	}
	*out = h;
	return EVX_OK;
}

void evx_home_use_agent(struct evx_home *h, const char *path, const struct evx_cancel *cancel)
{
	h->agent = path;
	h->cancel = cancel;
}

void evx_home_ask_names(struct evx_home *h, evx_names_confirm_fn confirm, void *ctx)
{
	h->names.confirm = confirm;
	h->names.ctx = ctx;
}

static bool is_beneath(const char *path, const char *above)
{
	const size_t n = strlen(above);

	return strncmp(path, above, n) == 0 &&
		(path[n] == '\0' || path[n] == '/' || (n > 0 && above[n - 1] == '/'));
}

/* An identity with keys that anybody who has the file can use. */
static enum evx_err has_plain_keys(struct evx_home *h, bool *plain, struct evx_diag *diag)
{
	evx_identity_name *names = NULL;
	size_t n = 0;
	enum evx_err err = evx_identity_list(h->fd, &names, &n, diag);
	char path[2 * sizeof(evx_identity_name)];

	*plain = false;
	for (size_t i = 0; err == EVX_OK && i < n && !*plain; i++) {
		(void)snprintf(path, sizeof(path), "identities/%s/signing.key", names[i]);
		*plain = faccessat(h->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
		(void)snprintf(path, sizeof(path), "identities/%s/encryption.txt", names[i]);
		*plain = *plain || faccessat(h->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	}
	free(names);
	return err;
}

enum evx_err evx_home_within(
	struct evx_home *h, const char *path, bool *plain, struct evx_diag *diag)
{
	char link[64], home[PATH_MAX];
	char *real = realpath(path, NULL);
	ssize_t n;
	bool within = false;

	*plain = false;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", h->fd);
	n = real == NULL ? -1 : readlink(link, home, sizeof(home) - 1);
	if (n > 0) {
		home[n] = '\0';
		within = is_beneath(home, real) || is_beneath(real, home);
	}
	free(real);
	return within ? has_plain_keys(h, plain, diag) : EVX_OK;
}

void evx_home_free(struct evx_home *h)
{
	if (h == NULL)
		return;
	evx_close_quiet(&h->fd);
	evx_names_free(&h->names);
	evx_home_forget(h);
	evx_buf_free(&h->founder);
	free(h);
}

enum evx_err evx_home_vault_door(
	struct evx_home *h, const struct evx_vault_door *door, struct evx_diag *diag)
{
	h->door = *door;
	if (door->founder == NULL || strncmp(door->founder, "SHA256:", 7) == 0)
		return EVX_OK;
	return evx_diag_in(diag, door->founder,
		evx_read_file(AT_FDCWD, door->founder, EVX_DOCUMENT_MAX, &h->founder, diag));
}

void evx_home_start(struct evx_start *s, struct evx_home *h, enum evx_confine_how how)
{
	if (!evx_start_good(s) || h == NULL)
		return;
	evx_home_read(h);
	if (how != EVX_CONFINE_READ)
		evx_start_beneath(s, h->fd, how);
}

enum evx_err evx_id_always_to(struct evx_home *h, const char *const *files, size_t n,
	struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag)
{
	struct evx_start s = { .diag = diag };
	struct evx_inputs in;
	enum evx_err err;

	evx_inputs_texts_start(&s, files, n, EVX_DOCUMENT_MAX, &in);
	evx_home_start(&s, h, EVX_CONFINE_WRITE);
	if ((err = evx_start_confine(&s, 0, confined)) != EVX_OK ||
		(err = evx_names_load(h, diag)) != EVX_OK ||
		(err = evx_names_check_files(&h->names, &in, diag)) != EVX_OK)
		goto out;
	for (size_t i = 0; i < in.n && err == EVX_OK; i++) {
		struct evx_card card;
		struct evx_card_info info;

		err = evx_cards_add(h->fd, EVX_CARDS_ALWAYS, in.at[i].bytes.data,
			in.at[i].bytes.len, &card, diag);
		if (err == EVX_OK)
			err = evx_card_info_of(&card, &info, diag);
		err = evx_diag_in(diag, in.at[i].path, err);
		if (err == EVX_OK)
			err = each(ctx, &info);
	}
out:
	evx_inputs_free(&in);
	evx_home_forget(h);
	return err;
}

enum evx_err evx_home_list(struct evx_home *h, evx_home_cards_fn which,
	struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag)
{
	struct evx_cards cards = { NULL, 0 };
	struct evx_card_info info;
	struct evx_start s = { .diag = diag };
	enum evx_err err;

	evx_home_start(&s, h, EVX_CONFINE_READ);
	if ((err = evx_start_confine(&s, 0, confined)) != EVX_OK ||
		(err = which(h, &cards, diag)) != EVX_OK)
		goto out;
	for (size_t i = 0; i < cards.n; i++)
		if ((err = evx_card_info_of(&cards.at[i], &info, diag)) != EVX_OK ||
			(err = each(ctx, &info)) != EVX_OK)
			goto out;
out:
	evx_cards_free(&cards);
	return err;
}

enum evx_err evx_id_always_list(struct evx_home *h, struct evx_confine_state *confined,
	enum evx_err (*each)(void *ctx, const struct evx_card_info *card), void *ctx,
	struct evx_diag *diag)
{
	return evx_home_list(h, evx_home_always, confined, each, ctx, diag);
}
