/* The bytes of one pack of a directory: its file, or its recipe. */
#include "bundle/pack_file.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_equal.h"
#include "base/io.h"

/* As many threads read frames at a time, each in one pack, or in two where it passes from one to
 * the next. */
#define KEPT 8u

/* What an age file with a few stanzas can add to its plaintext: header, and 16 bytes for each
 * 65,536.
 */
#define AGE_EXTRA 65536u

struct evx_kept_recipe {
	struct evx_recipe recipe;
	unsigned users; /* the table is one */
};

struct evx_recipes {
	struct evx_recipe_reader how;
	pthread_mutex_t lock; /* of what follows */
	struct evx_kept_recipe *kept[KEPT];
	unsigned next; /* the one that goes first */
};

enum evx_err evx_recipes_new(
	const struct evx_recipe_reader *how, struct evx_recipes **out, struct evx_diag *diag)
{
	struct evx_recipes *r = calloc(1, sizeof(*r));

	*out = NULL;
	if (r == NULL || pthread_mutex_init(&r->lock, NULL) != 0) {
		free(r);
		return evx_fail_memory(diag);
	}
	r->how = *how;
	*out = r;
	return EVX_OK;
}

/* Locked, or nobody else is there. */
static void drop(struct evx_kept_recipe *k)
{
	if (k == NULL || --k->users > 0)
		return;
	evx_recipe_free(&k->recipe);
	free(k);
}

void evx_recipes_free(struct evx_recipes *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++)
		drop(r->kept[i]);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

static struct evx_kept_recipe *find_kept(struct evx_recipes *r, const uint8_t hash[32])
{
	struct evx_kept_recipe *found = NULL;

	(void)pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < KEPT && found == NULL; i++)
		if (r->kept[i] != NULL && evx_hash_equal(r->kept[i]->recipe.hash, hash))
			found = r->kept[i];
	if (found != NULL)
		found->users++;
	(void)pthread_mutex_unlock(&r->lock);
	return found;
}

static void keep(struct evx_recipes *r, struct evx_kept_recipe *k)
{
	(void)pthread_mutex_lock(&r->lock);
	drop(r->kept[r->next]);
	r->kept[r->next] = k;
	k->users++;
	r->next = (r->next + 1) % KEPT;
	(void)pthread_mutex_unlock(&r->lock);
}

/* Reads the recipe's file fd of that size. */
static enum evx_err read_recipe(struct evx_recipes *r, const uint8_t hash[32], const char *name,
	int fd, uint64_t size, struct evx_kept_recipe **out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_kept_recipe *k = NULL;
	size_t got = 0;
	enum evx_err err = EVX_OK;

	if (size > EVX_RECIPE_MAX + AGE_EXTRA)
		err = evx_fail(diag, EVX_E_LIMIT,
			"shared data: found a file of %llu bytes (limit %u)",
			(unsigned long long)size, EVX_RECIPE_MAX + AGE_EXTRA);
	if (err != EVX_OK)
		goto out;
	if ((k = calloc(1, sizeof(*k))) == NULL) {
		err = evx_fail_memory(diag);
		goto out;
	}
	if (evx_buf_reserve(&text, (size_t)size + 1) != EVX_OK) {
		err = evx_fail_memory(diag);
		goto out;
	}
	if ((err = evx_pread_full(fd, text.data, (size_t)size, 0, &got, name, diag)) != EVX_OK ||
		(err = evx_recipe_read_text(&r->how, hash, text.data, got, &k->recipe, diag)) !=
			EVX_OK)
		goto out;
	k->users = 1;
	keep(r, k);
	*out = k;
	k = NULL;
out:
	evx_buf_free(&text);
	free(k);
	return err;
}

/* The pack has no file: why is what opening it said. */
static enum evx_err open_recipe(const struct evx_directory *d, struct evx_recipes *recipes,
	const uint8_t hash[32], struct evx_pack_file *out, const struct evx_diag *why,
	struct evx_diag *diag)
{
	char name[EVX_MEMBER_NAME_CAP];
	struct evx_diag found = { 0 };
	uint64_t size = 0;
	enum evx_err err = EVX_OK;
	int fd = -1;

	out->recipe = recipes != NULL ? find_kept(recipes, hash) : NULL;
	if (out->recipe == NULL) {
		evx_recipe_name(hash, name);
		err = evx_directory_member(d, name, &fd, &size, &found);
		if (err == EVX_E_NOT_FOUND)
			found = *why;
		else if (err == EVX_OK && recipes == NULL)
			err = evx_fail(&found, EVX_E_NOT_FOUND,
				"This pack uses data that other exhibits share. Only members of "
				"the vault and readers of the exhibit can read it, and only in the "
				"vault. Export the exhibit, or name yourself with --as.");
		else if (err == EVX_OK)
			err = evx_diag_in(&found, name,
				read_recipe(recipes, hash, name, fd, size, &out->recipe, &found));
		evx_close_quiet(&fd);
	}
	if (err == EVX_OK)
		out->length = out->recipe->recipe.length;
	else if (diag != NULL && diag->code == EVX_OK)
		*diag = found;
	return err;
}

enum evx_err evx_pack_file_open(const struct evx_directory *d, struct evx_recipes *recipes,
	const uint8_t hash[32], struct evx_pack_file *out, struct evx_diag *diag)
{
	struct evx_member_id id = { .kind = EVX_MEMBER_PACK };
	struct evx_diag why = { 0 };
	enum evx_err err;

	*out = (struct evx_pack_file){ .fd = -1, .recipes = recipes };
	memcpy(id.hash, hash, sizeof(id.hash));
	err = evx_member_name(&id, out->name);
	if (err == EVX_OK)
		err = evx_directory_member(d, out->name, &out->fd, &out->length, &why);
	if (err == EVX_E_NOT_FOUND)
		return open_recipe(d, recipes, hash, out, &why, diag);
	if (err != EVX_OK && diag != NULL && diag->code == EVX_OK)
		*diag = why;
	return err;
}

enum evx_err evx_pack_file_read(const struct evx_pack_file *f, uint64_t offset, void *p, size_t n,
	size_t *got, struct evx_diag *diag)
{
	enum evx_err err;

	if (f->fd >= 0)
		return evx_pread_full(f->fd, p, n, offset, got, f->name, diag);
	*got = 0;
	if (offset >= f->length)
		return EVX_OK;
	if (n > f->length - offset)
		n = (size_t)(f->length - offset);
	err = evx_recipe_read(&f->recipes->how, &f->recipe->recipe, offset, p, n, diag);
	*got = err == EVX_OK ? n : 0;
	return err;
}

void evx_pack_file_close(struct evx_pack_file *f)
{
	evx_close_quiet(&f->fd);
	if (f->recipe == NULL)
		return;
	(void)pthread_mutex_lock(&f->recipes->lock);
	drop(f->recipe);
	(void)pthread_mutex_unlock(&f->recipes->lock);
	f->recipe = NULL;
}
