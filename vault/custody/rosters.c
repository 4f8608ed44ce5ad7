/* The rosters trusted on this machine, loaded and taken in. */
#include "custody/rosters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/io.h"
#include "format/text.h"

#define DIR_NAME "rosters"
#define SUFFIX ".roster"
#define SCOPE_SUFFIX ".scope"          /* shorter than SUFFIX */
#define FILE_CAP (64 + sizeof(SUFFIX)) /* 64 hex digits of the origin */

void evx_rosters_free(struct evx_rosters *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++) {
		evx_roster_file_free(&r->at[i]);
		evx_roster_scope_free(&r->scopes[i]);
	}
	free(r->at);
	free(r->scopes);
	free(r->keys);
	free(r->speakers);
	memset(r, 0, sizeof(*r));
}

const struct evx_roster_scope *evx_rosters_scope(
	const struct evx_rosters *r, const struct evx_roster_file *file)
{
	const struct evx_roster_file *there = evx_rosters_find(r, file);

	return there != NULL ? &r->scopes[there - r->at] : NULL;
}

const struct evx_roster_file *evx_rosters_find(
	const struct evx_rosters *r, const struct evx_roster_file *file)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (evx_roster_relation_of(&r->at[i], file, NULL) != EVX_ROSTER_OTHER)
			return &r->at[i];
	return NULL;
}

static enum evx_err say_forked(uint32_t version, struct evx_diag *diag)
{
	return evx_fail(diag, EVX_E_CUSTODY,
		"roster: forked: version %u is not the one known here, though its roots signed "
		"both",
		(unsigned)version);
}

static enum evx_err append(struct evx_rosters *r, struct evx_roster_file *file)
{
	struct evx_roster_file *added;

	if (EVX_ARRAY_ROOM(r->scopes, r->n, 1) != EVX_OK)
		return EVX_E_MEMORY;
	memset(&r->scopes[r->n], 0, sizeof(*r->scopes));
	if ((added = EVX_ARRAY_ADD(r->at, r->n)) == NULL)
		return EVX_E_MEMORY;
	*added = *file;
	memset(file, 0, sizeof(*file));
	return EVX_OK;
}

static enum evx_err set_scope(struct evx_roster_scope *to, const struct evx_roster_scope *scope)
{
	struct evx_roster_scope copy;

	if (scope == NULL)
		return EVX_OK;
	if (evx_roster_scope_copy(scope, &copy) != EVX_OK)
		return EVX_E_MEMORY;
	evx_roster_scope_free(to);
	*to = copy;
	return EVX_OK;
}

/* As evx_rosters_push, without making the index anew. */
static enum evx_err push(struct evx_rosters *r, struct evx_roster_file *file,
	const struct evx_roster_scope *scope, struct evx_diag *diag)
{
	enum evx_roster_relation relation = EVX_ROSTER_OTHER;
	enum evx_err err = EVX_OK;
	uint32_t version = 0;
	size_t i;

	if (file->n == 0)
		err = evx_fail(diag, EVX_E_CUSTODY,
			"roster: expected a version signed by enough roots, found a draft only");
	for (i = 0; err == EVX_OK && i < r->n; i++) {
		relation = evx_roster_relation_of(file, &r->at[i], &version);
		if (relation != EVX_ROSTER_OTHER)
			break;
	}
	if (err == EVX_OK && relation == EVX_ROSTER_FORKED)
		err = say_forked(version, diag);
	if (err == EVX_OK && relation == EVX_ROSTER_NEWER) {
		evx_roster_file_free(&r->at[i]);
		r->at[i] = *file;
		memset(file, 0, sizeof(*file));
	} else if (err == EVX_OK && relation == EVX_ROSTER_OTHER) {
		err = append(r, file); /* as number i, which is r->n */
	}
	if (err == EVX_OK)
		err = set_scope(&r->scopes[i], scope);
	evx_roster_file_free(file);
	return evx_fail_buf(diag, err);
}

enum evx_err evx_rosters_push(struct evx_rosters *r, struct evx_roster_file *file,
	const struct evx_roster_scope *scope, struct evx_diag *diag)
{
	const enum evx_err err = push(r, file, scope, diag);

	/* Also after a failure: an older version may be gone. */
	return evx_rosters_index(r) != EVX_OK ? evx_fail_memory(diag) : err;
}

static void file_of(const struct evx_roster_file *f, char out[FILE_CAP])
{
	evx_hex_encode(f->hashes[0], 32, out);
	memcpy(out + 64, SUFFIX, sizeof(SUFFIX));
}

static void scope_name_of(const char *name, char out[FILE_CAP])
{
	memcpy(out, name, 64);
	memcpy(out + 64, SCOPE_SUFFIX, sizeof(SCOPE_SUFFIX));
}

/* The scope in the file of this name. A roster without one (text NULL) was accepted for nobody. */
static enum evx_err parse_scope(const char *file, const struct evx_buf *text,
	struct evx_roster_scope *out, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err;

	memset(out, 0, sizeof(*out));
	out->stated = true;
	err = text != NULL ? evx_roster_scope_decode(text->data, text->len, out, &why) : EVX_OK;
	return err == EVX_OK ? EVX_OK :
			       evx_diag_in(diag, file, evx_fail(diag, err, "%s", why.text));
}

static enum evx_err load_scope(
	int dir, const char *name, struct evx_roster_scope *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	struct evx_diag why = { 0 };
	char file[FILE_CAP];
	enum evx_err err;

	scope_name_of(name, file);
	err = evx_read_guarded_file(dir, file, EVX_ROSTER_SCOPE_MAX, &text, &why);
	if (err == EVX_OK || err == EVX_E_NOT_FOUND)
		err = parse_scope(file, err == EVX_OK ? &text : NULL, out, diag);
	else
		err = evx_diag_in(diag, file, evx_fail(diag, err, "%s", why.text));
	evx_buf_free(&text);
	return err;
}

/* The name of a roster's file must be that of its origin. */
static enum evx_err parse_file(const char *name, const struct evx_buf *text,
	const struct evx_cancel *cancel, struct evx_roster_file *out, struct evx_diag *diag)
{
	char expected[FILE_CAP] = "";
	enum evx_err err = evx_roster_file_read(text->data, text->len, cancel, out, diag);

	if (err != EVX_OK)
		goto out;
	if (out->n > 0)
		file_of(out, expected);
	if (out->n == 0 || strcmp(expected, name) != 0)
		err = evx_fail(diag, EVX_E_FORGED,
			"roster: expected the one that its file is named for, found another");
out:
	if (err != EVX_OK)
		evx_roster_file_free(out);
	return evx_diag_in(diag, name, err);
}

static enum evx_err load_file(
	int dir, const char *name, struct evx_roster_file *out, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_read_guarded_file(dir, name, EVX_ROSTER_FILE_MAX, &text, diag);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = parse_file(name, &text, NULL, out, diag);
	evx_buf_free(&text);
	return evx_diag_in(diag, name, err);
}

enum evx_err evx_rosters_read(
	int home, struct evx_kept *rosters, struct evx_kept *scopes, struct evx_diag *diag)
{
	enum evx_err err = evx_kept_read(
		home, DIR_NAME, SUFFIX, EVX_ROSTER_FILE_MAX, rosters, diag);

	*scopes = (struct evx_kept){ NULL, 0 };
	if (err == EVX_OK)
		err = evx_kept_read(
			home, DIR_NAME, SCOPE_SUFFIX, EVX_ROSTER_SCOPE_MAX, scopes, diag);
	if (err != EVX_OK)
		evx_kept_free(rosters);
	return err;
}

enum evx_err evx_rosters_parse(const struct evx_kept *rosters, const struct evx_kept *scopes,
	const struct evx_cancel *cancel, struct evx_rosters *out, struct evx_diag *diag)
{
	struct evx_rosters all = { .n = 0 };
	enum evx_err err = EVX_OK;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; err == EVX_OK && i < rosters->n; i++) {
		struct evx_roster_scope scope = { .stated = true };
		struct evx_roster_file file = { .n = 0 };
		const struct evx_kept_file *beside;
		char name[FILE_CAP];

		if (evx_cancelled(cancel)) {
			err = evx_fail(
				diag, EVX_E_INTERRUPTED, "Interrupted. Nothing was changed.");
			break;
		}
		scope_name_of(rosters->at[i].name, name);
		beside = evx_kept_find(scopes, name);
		err = parse_file(rosters->at[i].name, &rosters->at[i].bytes, cancel, &file, diag);
		if (err == EVX_OK)
			err = parse_scope(
				name, beside != NULL ? &beside->bytes : NULL, &scope, diag);
		if (err == EVX_OK)
			err = push(&all, &file, &scope, diag);
		else
			evx_roster_file_free(&file);
		evx_roster_scope_free(&scope);
	}
	if (err == EVX_OK)
		err = evx_rosters_index(&all);
	if (err != EVX_OK) {
		evx_rosters_free(&all);
		return evx_fail_buf(diag, err);
	}
	*out = all;
	return EVX_OK;
}

enum evx_err evx_rosters_load(int home, struct evx_rosters *out, struct evx_diag *diag)
{
	struct evx_kept rosters, scopes;
	enum evx_err err = evx_rosters_read(home, &rosters, &scopes, diag);

	memset(out, 0, sizeof(*out));
	if (err == EVX_OK)
		err = evx_rosters_parse(&rosters, &scopes, NULL, out, diag);
	evx_kept_free(&rosters);
	evx_kept_free(&scopes);
	return err;
}

/* A newer version may take the place of what is there; nothing else may. *same: it is what is
 * there. */
static enum evx_err check_replaced(int dir, const char *name, const struct evx_roster_file *file,
	bool *same, struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	struct evx_roster_file there;
	uint32_t version;
	enum evx_err err = load_file(dir, name, &there, &why);

	*same = false;
	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err != EVX_OK)
		return evx_fail(diag, err, "roster that is here: %s", why.text);
	switch (evx_roster_relation_of(file, &there, &version)) {
	case EVX_ROSTER_FORKED:
		err = say_forked(version, diag);
		break;
	case EVX_ROSTER_OLDER:
		err = evx_fail(diag, EVX_E_CUSTODY,
			"roster: version %zu is here already, version %zu does not take its place",
			there.n, file->n);
		break;
	case EVX_ROSTER_SAME:
		*same = true;
		break;
	case EVX_ROSTER_NEWER:
	case EVX_ROSTER_OTHER: /* its file's name says otherwise */
		break;
	}
	evx_roster_file_free(&there);
	return err;
}

/* The scope first: what it says more than the roster that is there has is of no effect. */
static enum evx_err store(int dir, const char *name, const struct evx_roster_file *file,
	const struct evx_roster_scope *scope, bool same, struct evx_diag *diag)
{
	struct evx_roster_scope there = { .stated = true };
	struct evx_buf text = EVX_BUF_INIT;
	char scope_name[FILE_CAP];
	enum evx_err err = load_scope(dir, name, &there, diag);
	const bool as_before = err == EVX_OK && evx_roster_scope_same(&there, scope);

	scope_name_of(name, scope_name);
	evx_roster_scope_free(&there);
	if (err != EVX_OK)
		goto out;
	if (same && as_before) {
		err = evx_fail(diag, EVX_E_EXISTS,
			"roster: version %zu is here already, and accepted for the same agencies",
			file->n);
		goto out;
	}
	if (evx_roster_scope_encode(scope, &text) != EVX_OK) {
		err = evx_fail_memory(diag);
		goto out;
	}
	if (!as_before &&
		(err = evx_replace_file(dir, scope_name, 0600, text.data, text.len, diag)) !=
			EVX_OK)
		goto out;
	if (!same)
		err = evx_replace_file(dir, name, 0600, file->text.data, file->text.len, diag);
out:
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_rosters_import(int home, const struct evx_roster_file *file,
	const struct evx_roster_scope *scope, struct evx_diag *diag)
{
	char name[FILE_CAP];
	bool same = false;
	int dir = -1;
	enum evx_err err = EVX_OK;

	if (file->n == 0 || file->has_draft)
		return evx_fail(diag, EVX_E_CUSTODY,
			"roster: expected versions signed by enough roots, found a draft");
	file_of(file, name);
	if (mkdirat(home, DIR_NAME, 0700) != 0 && errno != EEXIST)
		err = evx_fail_errno(
			diag, DIR_NAME, "identity home: cannot make a place for rosters");
	if (err != EVX_OK)
		goto out;
	if ((dir = openat(home, DIR_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		err = evx_fail_errno(diag, DIR_NAME, "identity home: cannot open the rosters");
		goto out;
	}
	if ((err = check_replaced(dir, name, file, &same, diag)) != EVX_OK ||
		(err = store(dir, name, file, scope, same, diag)) != EVX_OK)
		goto out;
	err = evx_fsync(home, "identity home", diag);
out:
	evx_close_quiet(&dir);
	return err;
}
