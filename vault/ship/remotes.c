/* Remotes that this machine remembers by name. */
#include "ship/remotes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/entries.h"
#include "base/io.h"
#include "base/lock.h"
#include "people/home.h"
#include "remote/remote_url.h"

#define DIRECTORY "remotes"
#define FILE_MAX 4096u

static bool is_name(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if ((s[i] < 'A' || s[i] > 'Z') && (s[i] < 'a' || s[i] > 'z') &&
			(s[i] < '0' || s[i] > '9') &&
			(i == 0 ? s[i] != '_' : strchr("._-", s[i]) == NULL))
			return false;
	return i > 0 && i < EVX_REMOTES_NAME_CAP;
}

static enum evx_err check_name(const char *name, struct evx_diag *diag)
{
	return is_name(name) ?
		EVX_OK :
		evx_fail(diag, EVX_E_USAGE,
			"The name of a remote has 1 to 64 letters, digits, dots, dashes and "
			"underscores, and begins with none of dot and dash");
}

/* The directory of the home, made where make is set. EVX_E_NOT_FOUND. */
static enum evx_err open_directory(
	const struct evx_home *h, bool make, int *fd, struct evx_diag *diag)
{
	*fd = -1;
	if (make && mkdirat(h->fd, DIRECTORY, 0700) != 0 && errno != EEXIST)
		return evx_fail_errno(diag, DIRECTORY, "The directory of remotes cannot be made");
	*fd = openat(h->fd, DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0)
		return evx_fail_errno(diag, DIRECTORY, "The directory of remotes cannot be read");
	return evx_check_guarded(*fd, DIRECTORY, diag);
}

static enum evx_err read_one(
	int dir, const char *name, struct evx_remotes_entry *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_read_guarded_file(dir, name, FILE_MAX, &text, diag);

	if (err == EVX_OK)
		err = evx_remotes_decode(text.data, text.len, name, out, diag);
	evx_buf_free(&text);
	return err == EVX_OK ? EVX_OK : evx_diag_in(diag, name, err);
}

enum evx_err evx_remotes_add(struct evx_home *h, const char *name, const char *url,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_remotes_entry entry;
	struct evx_remote_url parsed;
	struct evx_buf text = EVX_BUF_INIT;
	int dir = -1, lock = -1;
	enum evx_err err = check_name(name, diag);

	memset(&entry, 0, sizeof(entry));
	if (err == EVX_OK)
		err = evx_remote_url_parse(url, &parsed, diag);
	if (err == EVX_OK)
		(void)snprintf(entry.url, sizeof(entry.url), "%s", url);
	if (err == EVX_OK)
		err = evx_remotes_encode(&entry, &text, diag);
	if (err == EVX_OK)
		err = open_directory(h, true, &dir, diag);
	if (err == EVX_OK)
		err = evx_lock_take(
			dir, ".lock", "the remotes", EVX_LOCK_SECONDS, cancel, &lock, diag);
	if (err == EVX_OK)
		err = evx_write_new_file(dir, name, 0600, text.data, text.len, diag);
	evx_close_quiet(&lock);
	evx_close_quiet(&dir);
	evx_buf_free(&text);
	return err;
}

static int by_name(const void *a, const void *b)
{
	const struct evx_remotes_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct listing {
	int dir;
	struct evx_remotes_entry *all;
	size_t n;
	struct evx_diag *diag;
};

static enum evx_err list_one(void *ctx, const char *name, unsigned char type)
{
	struct listing *l = ctx;
	struct evx_remotes_entry *entry;

	(void)type;
	if (!is_name(name))
		return EVX_OK;
	entry = EVX_ARRAY_ADD(l->all, l->n);
	return entry != NULL ? read_one(l->dir, name, entry, l->diag) : evx_fail_memory(l->diag);
}

enum evx_err evx_remotes_list(struct evx_home *h,
	enum evx_err (*each)(void *ctx, const struct evx_remotes_entry *entry), void *ctx,
	struct evx_diag *diag)
{
	struct listing l = { .dir = -1, .diag = diag };
	enum evx_err err = open_directory(h, false, &l.dir, diag);

	if (err == EVX_E_NOT_FOUND) {
		evx_diag_clear(diag);
		return EVX_OK;
	}
	if (err == EVX_OK)
		err = evx_entries_each(l.dir, DIRECTORY, list_one, &l, diag);
	if (err == EVX_OK && l.n > 0)
		qsort(l.all, l.n, sizeof(*l.all), by_name);
	for (size_t i = 0; i < l.n && err == EVX_OK; i++)
		err = each(ctx, &l.all[i]);
	evx_close_quiet(&l.dir);
	free(l.all);
	return err;
}

enum evx_err evx_remotes_show(
	struct evx_home *h, const char *name, struct evx_remotes_entry *out, struct evx_diag *diag)
{
	int dir = -1;
	enum evx_err err = check_name(name, diag);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = open_directory(h, false, &dir, diag);
	if (err == EVX_OK)
		err = read_one(dir, name, out, diag);
	evx_close_quiet(&dir);
	if (err == EVX_E_NOT_FOUND) {
		evx_diag_clear(diag);
		err = evx_fail(diag, EVX_E_NOT_FOUND,
			"There is no remote of the name %s. 'evx remote list' shows those that "
			"there "
			"are",
			name);
	}
	return err;
}

enum evx_err evx_remotes_remove(struct evx_home *h, const char *name,
	const struct evx_cancel *cancel, struct evx_diag *diag)
{
	struct evx_remotes_entry entry;
	int dir = -1, lock = -1;
	enum evx_err err = evx_remotes_show(h, name, &entry, diag);

	/* One that is damaged can be removed as well. */
	if (err == EVX_E_CORRUPT || err == EVX_E_UNSUPPORTED) {
		evx_diag_clear(diag);
		err = EVX_OK;
	}
	if (err == EVX_OK)
		err = open_directory(h, false, &dir, diag);
	if (err == EVX_OK)
		err = evx_lock_take(
			dir, ".lock", "the remotes", EVX_LOCK_SECONDS, cancel, &lock, diag);
	if (err == EVX_OK && unlinkat(dir, name, 0) != 0)
		err = evx_fail_errno(diag, name, "The remote cannot be removed");
	if (err == EVX_OK)
		err = evx_fsync(dir, DIRECTORY, diag);
	evx_close_quiet(&lock);
	evx_close_quiet(&dir);
	return err;
}

static struct evx_remote_options options_of(
	const struct evx_remotes_use *use, const int *places, size_t nplaces)
{
	return (struct evx_remote_options){ .jobs = use->jobs,
		.rate = use->rate,
		.patience = use->patience,
		.places = places,
		.nplaces = nplaces,
		.spool = use->spool,
		.environment = use->environment,
		.proxy = use->proxy };
}

enum evx_err evx_remotes_connect(const struct evx_remotes_entry *entry,
	const struct evx_remotes_use *use, const int *places, size_t nplaces, unsigned at_once,
	struct evx_remote **out, struct evx_diag *diag)
{
	struct evx_remote_options o = options_of(use, places, nplaces);

	o.at_once = at_once;
	o.url = entry->url;
	o.secrets = (struct evx_remote_secrets){ use->access_key, use->secret_key,
		use->session_token };
	return evx_remote_start(&o, out, diag);
}

enum evx_err evx_remotes_connect_invited(const struct evx_buf *invitation,
	const struct evx_remotes_use *use, const int *places, size_t nplaces,
	struct evx_remote **out, struct evx_diag *diag)
{
	struct evx_remote_options o = options_of(use, places, nplaces);

	o.invitation = invitation->data;
	o.invitation_len = invitation->len;
	return evx_remote_start(&o, out, diag);
}
