/* Finds what a vault lost since it was mirrored. */
#include "mirror/mirror_loss.h"

#include <stdio.h>
#include <string.h>

#include "base/hash_equal.h"
#include "format/text.h"
#include "mirror/mirror_parcel.h"

#define RECIPE ".recipe"
#define PACK ".pack"

enum evx_err evx_mirror_loss_before(const struct evx_mirror_notes_with *with,
	const struct evx_spool *spool, const struct evx_mirror_notes *notes,
	const struct evx_mirror_memory *memory, struct evx_mirror_index *other,
	const struct evx_mirror_index **before, struct evx_diag *diag)
{
	const struct evx_shipment_note *newest;
	struct evx_diag why = { 0 };
	enum evx_err err;

	*before = NULL;
	if (notes->n == 0)
		return EVX_OK;
	newest = &notes->at[notes->n - 1].note;
	if (memory->number == newest->number) {
		*before = &memory->index;
		return EVX_OK;
	}
	err = evx_mirror_parcel_get_index(with, spool, newest, other, &why);
	if (err == EVX_OK)
		*before = other;
	/* A parcel that is not there, or not as it was: all files go anew. */
	return err == EVX_E_NOT_FOUND || err == EVX_E_FORGED || err == EVX_E_KEY ? EVX_OK :
		err == EVX_OK                                                    ? EVX_OK :
				evx_fail(diag, err, "%s", why.text);
}

static bool begins(const char *path, const char *with)
{
	return strncmp(path, with, strlen(with)) == 0;
}

static bool ends(const char *path, const char *with)
{
	const size_t n = strlen(path), k = strlen(with);

	return n >= k && strcmp(path + n - k, with) == 0;
}

/* Shared data that became a complete pack. */
static bool is_pack_now(const struct evx_mirror_index *now, const char *path)
{
	const size_t n = strlen(path);
	char pack[512];

	if (!ends(path, RECIPE) || n >= sizeof(pack))
		return false;
	(void)snprintf(pack, sizeof(pack), "%.*s" PACK, (int)(n - strlen(RECIPE)), path);
	return evx_mirror_index_find(now, pack) != NULL;
}

/* The part of an exhibit's path behind its UUID; NULL for other paths. */
static const char *in_exhibit(const char *path, char uuid[EVX_UUID_CAP])
{
	const char *at = path + strlen("exhibits/");

	if (!begins(path, "exhibits/") || strlen(at) < EVX_UUID_CAP || at[EVX_UUID_CAP - 1] != '/')
		return NULL;
	memcpy(uuid, at, EVX_UUID_CAP - 1);
	uuid[EVX_UUID_CAP - 1] = '\0';
	return at + EVX_UUID_CAP;
}

/* Files that no command of evx changes once they are there. What belongs to an entry that was being
 * written is not one of them: the next entry may replace it. */
static bool is_fixed(const char *path, const char *inside)
{
	if (inside == NULL)
		return begins(path, "log/") || begins(path, "branches/") ||
			strcmp(path, "vault.json") == 0;
	return begins(inside, "index-") || begins(inside, "keys/0000-") ||
		(begins(inside, "custody/0000-") && strstr(inside, ".tsr") == NULL);
}

void evx_mirror_loss_find(const struct evx_mirror_index *before, const struct evx_mirror_index *now,
	const struct evx_vault *v, struct evx_mirror_loss *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < before->n; i++) {
		const struct evx_mirror_line *old = &before->at[i],
					     *new = evx_mirror_index_find(now, old->path);
		char uuid[EVX_UUID_CAP];
		const char *inside = in_exhibit(old->path, uuid);
		const bool data = inside != NULL && begins(inside, "data/");
		bool lost;

		if (inside != NULL && !begins(inside, "custody/") && !begins(inside, "index-") &&
			evx_vault_removed(v, uuid, NULL))
			lost = false;
		else if (new == NULL)
			lost = (data && !is_pack_now(now, old->path)) ||
				is_fixed(old->path, inside);
		else
			lost = is_fixed(old->path, inside) && !evx_hash_equal(old->hash, new->hash);
		out->gone += new == NULL && old->pack && !lost;
		if (lost && out->n++ == 0)
			out->first = old->path;
	}
}

enum evx_err evx_mirror_loss_refuse(const struct evx_mirror_loss *loss, struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_CUSTODY,
		"The vault has lost what its mirror has: %zu %s missing or changed, the first is "
		"%s. Nothing was put there, and the mirror keeps them. To see what is wrong, run: "
		"evx check. To get the files back, rebuild the vault elsewhere: evx import --via "
		"REMOTE --into DIR",
		loss->n, loss->n == 1 ? "file or pack is" : "files and packs are", loss->first);
}
