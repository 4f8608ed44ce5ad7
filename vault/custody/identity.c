/* Identities of the home: list, unlock. */
#include "custody/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/entries.h"
#include "base/io.h"
#include "custody/identity_secrets.h"

#define IDENTITIES "identities"

bool evx_identity_name_valid(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = strlen(name);

	return n > 0 && n < EVX_IDENTITY_NAME_CAP && name[0] != '.' && strspn(name, allowed) == n;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

struct gathering {
	evx_identity_name *names;
	size_t n;
};

static enum evx_err gather_one(void *ctx, const char *entry, unsigned char type)
{
	struct gathering *g = ctx;
	evx_identity_name *name;

	(void)type;
	if (!evx_identity_name_valid(entry))
		return EVX_OK;
	name = EVX_ARRAY_ADD(g->names, g->n);
	if (name == NULL)
		return EVX_E_MEMORY;
	memcpy(*name, entry, strlen(entry) + 1);
	return EVX_OK;
}

enum evx_err evx_identity_list(
	int home, evx_identity_name **names, size_t *n, struct evx_diag *diag)
{
	int fd = openat(home, IDENTITIES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct gathering g = { NULL, 0 };
	enum evx_err err;

	*names = NULL;
	*n = 0;
	if (fd < 0)
		return errno == ENOENT ?
			EVX_OK :
			evx_fail_errno(diag, IDENTITIES,
				"identity home: cannot open the directory of identities");
	err = evx_entries_each(fd, IDENTITIES, gather_one, &g, diag);
	evx_close_quiet(&fd);
	if (err != EVX_OK) {
		free(g.names);
		return err == EVX_E_MEMORY ? evx_fail_memory(diag) : err;
	}
	if (g.n > 0)
		qsort(g.names, g.n, sizeof(*g.names), by_name);
	*names = g.names;
	*n = g.n;
	return EVX_OK;
}

enum evx_err evx_identity_card(int home, const char *name, struct evx_card *card,
	enum evx_identity_kind *kind, struct evx_diag *diag)
{
	struct evx_identity_files files;
	enum evx_err err = evx_identity_files_read(home, name, &files, diag);

	memset(card, 0, sizeof(*card));
	if (err != EVX_OK ||
		(err = evx_card_text_read(files.card.data, files.card.len, card, diag)) != EVX_OK)
		goto out;
	if (kind != NULL)
		*kind = files.kind;
out:
	evx_identity_files_free(&files);
	return err;
}

enum evx_err evx_identity_cards_read(int home, struct evx_kept *out, struct evx_diag *diag)
{
	evx_identity_name *names = NULL;
	size_t n = 0;
	enum evx_err err = evx_identity_list(home, &names, &n, diag);

	*out = (struct evx_kept){ NULL, 0 };
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		char path[sizeof(IDENTITIES) + EVX_IDENTITY_NAME_CAP + sizeof("/card")];

		(void)snprintf(path, sizeof(path), IDENTITIES "/%s/card", names[i]);
		err = evx_kept_add(out, home, path, names[i], EVX_DOCUMENT_MAX, diag);
	}
	free(names);
	if (err != EVX_OK)
		evx_kept_free(out);
	return err;
}

enum evx_err evx_identity_in_agent(int home, const char *name, bool *out, struct evx_diag *diag)
{
	struct evx_identity_files files;
	enum evx_err err = evx_identity_files_read(home, name, &files, diag);

	*out = false;
	if (err != EVX_OK ||
		(files.in_agent &&
			(err = evx_identity_secrets_named(&files, name, diag)) != EVX_OK))
		goto out;
	*out = files.in_agent;
out:
	evx_identity_files_free(&files);
	return err;
}

enum evx_err evx_identity_unlock(int home, const char *name, const struct evx_secret *passphrase,
	struct evx_identity *out, struct evx_diag *diag)
{
	struct evx_identity_files files;
	enum evx_err err = evx_identity_files_read(home, name, &files, diag);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = evx_identity_secrets_open(&files, name, passphrase, out, diag);
	evx_identity_files_free(&files);
	return err;
}

void evx_identity_lock(struct evx_identity *id)
{
	if (id == NULL)
		return;
	evx_secret_free(id->encryption);
	evx_secret_free(id->signing);
	memset(id, 0, sizeof(*id));
}

enum evx_err evx_identity_signer(
	const struct evx_identity *id, struct evx_signer *out, struct evx_diag *diag)
{
	memset(out, 0, sizeof(*out));
	if (id->card.is_retired)
		return evx_fail(diag, EVX_E_CUSTODY,
			"identity: it is retired: it still opens, and signs no more");
	if (id->signing == NULL)
		return evx_fail(diag, EVX_E_KEY, "identity: its signing key is in an agent");
	*out = evx_signer_of_seed(id->signing, &id->signing_pub);
	return EVX_OK;
}
