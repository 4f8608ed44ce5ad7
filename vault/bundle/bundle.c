/* A bundle opened for reading: its members and their names. */
#include "base/array.h"
#include "bundle/bundle_inner.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "format/uuid.h"

static struct evx_bundle *new_bundle(const char *name)
{
	struct evx_bundle *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->name = strdup(name);
	if (b->name == NULL) {
		free(b);
		return NULL;
	}
	return b;
}

void evx_bundle_cut(struct evx_bundle *b, size_t count)
{
	for (; b->count > count; b->count--) {
		struct evx_bundle_slot *slot = &b->slots[b->count - 1];

		if (slot->kept != NULL)
			b->kept -= (size_t)slot->member.size;
		free(slot->kept);
	}
}

void evx_bundle_unload(struct evx_bundle *b)
{
	evx_bundle_cut(b, 0);
	free(b->by_name);
	b->by_name = NULL;
	free(b->packs);
	b->packs = NULL;
	b->packs_listed = 0;
	b->packs_count = b->payload_len = b->packs_at = b->length = 0;
	b->sequences_set = false;
	b->groups = 0;
	b->flawed = b->cut = false;
	b->foreign = 0;
	b->source = EVX_BUNDLE_NOT_LOADED;
	if (b->dir == NULL)
		b->uuid[0] = '\0';
}

void evx_bundle_free(struct evx_bundle *b)
{
	if (b == NULL)
		return;
	evx_bundle_unload(b);
	free(b->slots);
	evx_volume_close(b->volume);
	evx_directory_close(b->dir);
	evx_recipes_free(b->recipes);
	free(b->name);
	free(b);
}

enum evx_err evx_bundle_set_recipes(
	struct evx_bundle *b, const struct evx_recipe_reader *how, struct evx_diag *diag)
{
	if (b->source != EVX_BUNDLE_NOT_LOADED || b->recipes != NULL)
		return evx_fail(diag, EVX_E_USAGE,
			"bundle: the readers of shared data are set once, before it is loaded");
	return evx_recipes_new(how, &b->recipes, diag);
}

static enum evx_err use_volume(struct evx_bundle *b, struct evx_bundle **out)
{
	b->form = !evx_volume_seekable(b->volume) ? EVX_BUNDLE_STREAM :
		evx_volume_parts(b->volume) > 1   ? EVX_BUNDLE_VOLUMES :
						    EVX_BUNDLE_FILE;
	*out = b;
	return EVX_OK;
}

enum evx_err evx_bundle_open_fd(
	int fd, const char *name, struct evx_bundle **out, struct evx_diag *diag)
{
	struct evx_bundle *b = new_bundle(name);
	enum evx_err err;

	*out = NULL;
	if (b == NULL)
		return evx_fail_memory(diag);
	err = evx_volume_open_fd(fd, name, &b->volume, diag);
	if (err == EVX_OK)
		return use_volume(b, out);
	evx_bundle_free(b);
	return err;
}

enum evx_err evx_bundle_open_dir(
	int dirfd, const char *uuid, struct evx_bundle **out, struct evx_diag *diag)
{
	struct evx_bundle *b = new_bundle(uuid);
	enum evx_err err;

	*out = NULL;
	if (b == NULL)
		return evx_fail_memory(diag);
	b->form = EVX_BUNDLE_DIRECTORY;
	if (!evx_uuid_valid(uuid, strlen(uuid)))
		err = evx_fail(diag, EVX_E_NOT_OURS, "directory: expected a UUID as its name");
	else
		err = evx_directory_open(dirfd, &b->dir, diag);
	if (err != EVX_OK) {
		evx_bundle_free(b);
		return err;
	}
	memcpy(b->uuid, uuid, sizeof(b->uuid));
	*out = b;
	return EVX_OK;
}

static enum evx_err open_directory(const char *path, struct evx_bundle **out, struct evx_diag *diag)
{
	char *uuid;
	int fd;
	enum evx_err err = evx_directory_open_real(path, &fd, &uuid, diag);

	if (err == EVX_OK)
		err = evx_diag_in(diag, path, evx_bundle_open_dir(fd, uuid, out, diag));
	if (err == EVX_OK) {
		char *name = strdup(path);

		if (name != NULL) {
			free((*out)->name);
			(*out)->name = name;
		}
	}
	evx_close_quiet(&fd);
	free(uuid);
	return err;
}

enum evx_err evx_bundle_open(const char *path, struct evx_bundle **out, struct evx_diag *diag)
{
	struct evx_bundle *b;
	struct stat st;
	enum evx_err err;

	*out = NULL;
	if (stat(path, &st) != 0)
		return evx_fail_errno(diag, path, "The file cannot be opened");
	if (S_ISDIR(st.st_mode))
		return open_directory(path, out, diag);
	b = new_bundle(path);
	if (b == NULL)
		return evx_fail_memory(diag);
	err = evx_volume_open(path, &b->volume, diag);
	if (err == EVX_OK)
		return use_volume(b, out);
	evx_bundle_free(b);
	return err;
}

int evx_bundle_volumes_directory(const struct evx_bundle *b)
{
	return b->volume == NULL ? -1 : evx_volume_directory(b->volume);
}

enum evx_err evx_bundle_add(
	struct evx_bundle *b, const struct evx_bundle_member *m, struct evx_bundle_slot **out)
{
	*out = EVX_ARRAY_ADD(b->slots, b->count);
	if (*out == NULL)
		return EVX_E_MEMORY;
	(*out)->member = *m;
	return EVX_OK;
}

enum evx_err evx_bundle_add_pack(struct evx_bundle *b, const struct evx_bundle_pack *pack)
{
	struct evx_bundle_pack *one = EVX_ARRAY_ADD(b->packs, b->packs_listed);

	if (one == NULL)
		return EVX_E_MEMORY;
	*one = *pack;
	one->position = b->payload_len;
	b->payload_len += pack->length;
	return EVX_OK;
}

bool evx_bundle_split_path(const char *path, char uuid[EVX_UUID_LEN + 1])
{
	if (strnlen(path, EVX_UUID_LEN + 1) <= EVX_UUID_LEN || path[EVX_UUID_LEN] != '/' ||
		!evx_uuid_valid(path, EVX_UUID_LEN))
		return false;
	if (uuid[0] != '\0')
		return memcmp(path, uuid, EVX_UUID_LEN) == 0;
	memcpy(uuid, path, EVX_UUID_LEN);
	uuid[EVX_UUID_LEN] = '\0';
	return true;
}

static int compare_slots(const void *a, const void *b)
{
	const struct evx_bundle_slot *const *x = a, *const *y = b;

	return strcmp((*x)->member.name, (*y)->member.name);
}

enum evx_err evx_bundle_seal_list(struct evx_bundle *b)
{
	size_t i;

	b->by_name = calloc(b->count > 0 ? b->count : 1, sizeof(*b->by_name));
	if (b->by_name == NULL)
		return EVX_E_MEMORY;
	for (i = 0; i < b->count; i++)
		b->by_name[i] = &b->slots[i];
	qsort(b->by_name, b->count, sizeof(*b->by_name), compare_slots);
	return EVX_OK;
}

const struct evx_bundle_slot *evx_bundle_slot(const struct evx_bundle *b, const char *name)
{
	size_t low = 0, high = b->by_name != NULL ? b->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, b->by_name[middle]->member.name);

		if (order == 0)
			return b->by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct evx_bundle_member *evx_bundle_find(const struct evx_bundle *b, const char *name)
{
	const struct evx_bundle_slot *slot = evx_bundle_slot(b, name);

	return slot != NULL ? &slot->member : NULL;
}

enum evx_bundle_form evx_bundle_form(const struct evx_bundle *b)
{
	return b->form;
}

enum evx_bundle_source evx_bundle_source(const struct evx_bundle *b)
{
	return b->source;
}

const char *evx_bundle_name(const struct evx_bundle *b)
{
	return b->name;
}

const char *evx_bundle_uuid(const struct evx_bundle *b)
{
	return b->uuid;
}

uint64_t evx_bundle_length(const struct evx_bundle *b)
{
	return b->length;
}

unsigned evx_bundle_groups(const struct evx_bundle *b)
{
	return b->groups;
}

size_t evx_bundle_count(const struct evx_bundle *b)
{
	return b->count;
}

const struct evx_bundle_member *evx_bundle_at(const struct evx_bundle *b, size_t i)
{
	return i < b->count ? &b->slots[i].member : NULL;
}
