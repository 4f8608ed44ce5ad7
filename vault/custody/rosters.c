#include "custody/rosters.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "format/text.h"

#define DIR_NAME "rosters"
#define SUFFIX ".roster"
#define FILE_CAP (64 + sizeof SUFFIX) /* 64 hex digits of the origin */

void evx_rosters_free(struct evx_rosters *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++)
		evx_roster_file_free(&r->at[i]);
	free(r->at);
	memset(r, 0, sizeof *r);
}

const struct evx_roster_file *evx_rosters_find(const struct evx_rosters *r, const struct evx_roster_file *file)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (evx_roster_relate(&r->at[i], file, NULL) != EVX_ROSTER_OTHER)
			return &r->at[i];
	return NULL;
}

static enum evx_err say_forked(uint32_t version, struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_CUSTODY, "roster: forked: version %u is not the one known here, though its roots signed both", (unsigned)version);
}

static enum evx_err append(struct evx_rosters *r, struct evx_roster_file *file)
{
	struct evx_roster_file *grown = realloc(r->at, (r->n + 1) * sizeof *grown);

	if (grown == NULL)
		return EVX_E_MEMORY;
	r->at = grown;
	grown[r->n++] = *file;
	memset(file, 0, sizeof *file);
	return EVX_OK;
}

enum evx_err evx_rosters_push(struct evx_rosters *r, struct evx_roster_file *file, struct evx_diag *diag)
{
	enum evx_roster_relation relation = EVX_ROSTER_OTHER;
	enum evx_err err = EVX_OK;
	uint32_t version = 0;
	size_t i;

	if (file->n == 0)
		err = evx_fail(diag, EVX_E_CUSTODY, "roster: expected a version signed by enough roots, found a draft only");
	for (i = 0; err == EVX_OK && i < r->n; i++) {
		relation = evx_roster_relate(file, &r->at[i], &version);
		if (relation != EVX_ROSTER_OTHER)
			break;
	}
	if (err == EVX_OK && relation == EVX_ROSTER_FORKED)
		err = say_forked(version, diag);
	if (err == EVX_OK && relation == EVX_ROSTER_NEWER) {
		evx_roster_file_free(&r->at[i]);
		r->at[i] = *file;
		memset(file, 0, sizeof *file);
	} else if (err == EVX_OK && relation == EVX_ROSTER_OTHER) {
		err = append(r, file);
		if (err != EVX_OK)
			err = evx_fail(diag, err, "roster: out of memory");
	}
	evx_roster_file_free(file);
	return err;
}

static void file_of(const struct evx_roster_file *f, char out[FILE_CAP])
{
	evx_hex_encode(f->hashes[0], 32, out);
	memcpy(out + 64, SUFFIX, sizeof SUFFIX);
}

static bool is_roster_file(const char *name)
{
	return strlen(name) == FILE_CAP - 1 && strcmp(name + 64, SUFFIX) == 0 && strspn(name, "0123456789abcdef") >= 64;
}

/* Reads one roster; the name of its file must be that of its origin. */
static enum evx_err load_file(int dir, const char *name, struct evx_roster_file *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	char expected[FILE_CAP];
	enum evx_err err = evx_read_file(dir, name, EVX_ROSTER_FILE_MAX, &text, diag);

	memset(out, 0, sizeof *out);
	if (err == EVX_OK)
		err = evx_roster_file_read(text.data, text.len, out, diag);
	if (err == EVX_OK && out->n > 0)
		file_of(out, expected);
	if (err == EVX_OK && (out->n == 0 || strcmp(expected, name) != 0))
		err = evx_fail(diag, EVX_E_FORGED, "roster: expected the one that its file is named for, found another");
	if (err != EVX_OK)
		evx_roster_file_free(out);
	evx_buf_free(&text);
	return evx_diag_in(diag, name, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum evx_err gather(DIR *d, char (**names)[FILE_CAP], size_t *n)
{
	struct dirent *e;

	while ((e = readdir(d)) != NULL) {
		char(*grown)[FILE_CAP];

		if (!is_roster_file(e->d_name))
			continue;
		grown = realloc(*names, (*n + 1) * sizeof *grown);
		if (grown == NULL)
			return EVX_E_MEMORY;
		*names = grown;
		memcpy(grown[(*n)++], e->d_name, FILE_CAP);
	}
	if (*n > 0)
		qsort(*names, *n, sizeof **names, by_name);
	return EVX_OK;
}

enum evx_err evx_rosters_load(int home, struct evx_rosters *out, struct evx_diag *diag)
{
	struct evx_rosters all = { NULL, 0 };
	struct evx_roster_file file;
	char(*names)[FILE_CAP] = NULL;
	size_t n = 0, i;
	enum evx_err err;
	DIR *d;
	int fd = openat(home, DIR_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(out, 0, sizeof *out);
	if (fd < 0)
		return errno == ENOENT ? EVX_OK : evx_fail_errno(diag, DIR_NAME, "identity home: cannot open the rosters");
	d = fdopendir(fd);
	if (d == NULL) {
		evx_close_quiet(&fd);
		return evx_fail(diag, EVX_E_MEMORY, "rosters: out of memory");
	}
	err = gather(d, &names, &n);
	for (i = 0; err == EVX_OK && i < n; i++) {
		err = load_file(dirfd(d), names[i], &file, diag);
		if (err == EVX_OK)
			err = evx_rosters_push(&all, &file, diag);
	}
	(void)closedir(d);
	free(names);
	if (err != EVX_OK) {
		evx_rosters_free(&all);
		return evx_fail(diag, err, "rosters: out of memory");
	}
	*out = all;
	return EVX_OK;
}

/* A newer version may take the place of what is there; nothing else may. */
static enum evx_err check_replaced(int dir, const char *name, const struct evx_roster_file *file, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_roster_file there;
	uint32_t version;
	enum evx_err err = load_file(dir, name, &there, &why);

	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_fail(diag, err, "roster that is here: %s", why.text);
	switch (evx_roster_relate(file, &there, &version)) {
	case EVX_ROSTER_FORKED:
		err = say_forked(version, diag);
		break;
	case EVX_ROSTER_OLDER:
		err = evx_fail(diag, EVX_E_CUSTODY, "roster: version %zu is here already, version %zu does not take its place", there.n, file->n);
		break;
	case EVX_ROSTER_SAME:
		err = evx_fail(diag, EVX_E_EXISTS, "roster: version %zu is here already", there.n);
		break;
	case EVX_ROSTER_NEWER:
	case EVX_ROSTER_OTHER: /* its file's name says otherwise */
		break;
	}
	evx_roster_file_free(&there);
	return err;
}

enum evx_err evx_rosters_import(int home, const struct evx_roster_file *file, struct evx_diag *diag)
{
	char name[FILE_CAP];
	int dir = -1;
	enum evx_err err = EVX_OK;

	if (file->n == 0 || file->has_draft)
		return evx_fail(diag, EVX_E_CUSTODY, "roster: expected versions signed by enough roots, found a draft");
	file_of(file, name);
	if (mkdirat(home, DIR_NAME, 0700) != 0 && errno != EEXIST)
		err = evx_fail_errno(diag, DIR_NAME, "identity home: cannot make a place for rosters");
	if (err == EVX_OK && (dir = openat(home, DIR_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		err = evx_fail_errno(diag, DIR_NAME, "identity home: cannot open the rosters");
	if (err == EVX_OK)
		err = check_replaced(dir, name, file, diag);
	if (err == EVX_OK)
		err = evx_replace_file(dir, name, 0600, file->text.data, file->text.len, diag);
	if (err == EVX_OK)
		err = evx_fsync(home, "identity home", diag);
	evx_close_quiet(&dir);
	return err;
}

/* One roster vouches; and no other may say that a key is revoked. */
static bool any(const struct evx_rosters *r, bool (*says)(const struct evx_roster *, const char *, const char *, int64_t), const char *key,
	const char *other, int64_t time)
{
	bool yes = false;
	size_t i;

	for (i = 0; i < r->n; i++) {
		const enum evx_roster_status status = evx_roster_status(&r->at[i].newest, key, time, time, NULL);

		if (status == EVX_ROSTER_REVOKED || status == EVX_ROSTER_COMPROMISED)
			return false;
		yes = yes || says(&r->at[i].newest, key, other, time);
	}
	return yes;
}

static bool any_acts_for(void *ctx, const char *key, const char *office, int64_t time)
{
	return any(ctx, evx_roster_acts_for, key, office, time);
}

static bool any_approves(void *ctx, const char *key, const char *former, int64_t time)
{
	return any(ctx, evx_roster_approves, key, former, time);
}

struct evx_rules_roster evx_rosters_rules(const struct evx_rosters *r)
{
	/* The rules never write through it. */
	return (struct evx_rules_roster){ any_acts_for, any_approves, (void *)(uintptr_t)r };
}
