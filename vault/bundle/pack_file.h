/* One pack of an unpacked bundle: its file, or the recipe that stands in its place
 * (format-spec/vault.md "Borrowed packs"). Recipes that were read are kept, a few of them, since
 * reading goes on where it was. Any number of threads. Internal to vault/bundle. */
#ifndef EVX_BUNDLE_PACK_FILE_H
#define EVX_BUNDLE_PACK_FILE_H

#include "bundle/directory.h"
#include "bundle/recipe_read.h"

struct evx_recipes;
struct evx_kept_recipe;

/* *how is copied. EVX_E_MEMORY. */
enum evx_err evx_recipes_new(const struct evx_recipe_reader *how, struct evx_recipes **out,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_recipes_free(struct evx_recipes *r); /* NULL does nothing */

struct evx_pack_file {
	uint64_t length;                /* of the pack's bytes */
	int fd;                         /* of the pack, or -1, */
	struct evx_kept_recipe *recipe; /* and then its recipe */
	struct evx_recipes *recipes;
	char name[EVX_MEMBER_NAME_CAP]; /* of the pack, for messages */
};

/* Opens the pack of this hash. recipes is NULL where nobody can read them. EVX_E_NOT_FOUND when
 * neither is there, and for a recipe that cannot be read; EVX_E_CORRUPT for what is no regular
 * file; for a recipe as evx_recipe_read_text. */
enum evx_err evx_pack_file_open(const struct evx_directory *d, struct evx_recipes *recipes,
	const uint8_t hash[32], struct evx_pack_file *out, struct evx_diag *diag) EVX_MUST_CHECK;
/* Reads n bytes at offset of the pack; *got < n only at its end. Errors as evx_recipe_read. */
enum evx_err evx_pack_file_read(const struct evx_pack_file *f, uint64_t offset, void *p, size_t n,
	size_t *got, struct evx_diag *diag) EVX_MUST_CHECK;
void evx_pack_file_close(struct evx_pack_file *f);

#endif
