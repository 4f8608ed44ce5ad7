/* What is wrong with a vault beside its exhibits. */
#include "store/inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/path.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "format/text.h"
#include "store/inventory.h"
#include "store/members.h"
#include "store/rollback.h"
#include "store/twins.h"
#include "store/vault_inner.h"

#define MEMBER_FILE_MAX 65536u

struct look {
	const struct evx_vault *v;
	const struct evx_heads *seen;
	struct evx_findings *findings;
	int fd;             /* the directory being read */
	unsigned char type; /* of the name at hand, as readdir has it */
	const char *prefix; /* its name with a '/' */
	bool (*known)(const struct look *l, const char *name);
	const char *what; /* for a name that is not known */
};

static enum evx_err found(const struct look *l, const char *code, enum evx_weight weight,
	const char *name, const char *text)
{
	char where[512];

	(void)snprintf(where, sizeof(where), "%s%s", l->prefix, name);
	return evx_findings_add(l->findings, code, weight, EVX_NO_EVENT, where, "%s", text);
}

static enum evx_err see_name(void *ctx, const char *name, unsigned char type)
{
	struct look *l = ctx;

	l->type = type;
	if (evx_cancelled(l->v->cancel))
		return EVX_E_INTERRUPTED;
	return l->known(l, name) ? EVX_OK : found(l, "V-NAME", EVX_WEIGHT_REMARK, name, l->what);
}

static enum evx_err look_in(struct look *l, int parent, const char *name, const char *prefix,
	bool (*known)(const struct look *l, const char *name), struct evx_diag *diag)
{
	struct evx_diag why = { 0 };
	enum evx_err err;

	l->prefix = prefix;
	l->known = known;
	l->what = "This name belongs to nothing in a vault.";
	err = evx_place_open(parent, name, &l->fd, &why);
	if (err == EVX_E_NOT_FOUND)
		return EVX_OK;
	if (err == EVX_OK)
		err = evx_place_each_type(l->fd, see_name, l, &why);
	evx_close_quiet(&l->fd);
	if (err == EVX_E_INTERRUPTED)
		return evx_vault_go_on(l->v, diag);
	if (err == EVX_OK || err == EVX_E_MEMORY)
		return evx_fail_buf(diag, err);
	return evx_findings_add(
		l->findings, "V-IO", EVX_WEIGHT_UNCHECKED, EVX_NO_EVENT, prefix, "%s", why.text);
}

/* ---- Names */

static bool in_root(const struct look *l, const char *name)
{
	static const char *const names[] = { "vault.json", "log", "members", "cases", "exhibits",
		"branches", "remnants", "tmp", "catalog.sqlite", "catalog.sqlite-wal",
		"catalog.sqlite-shm", "catalog.sqlite-journal", "lost+found" };

	(void)l;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool in_log(const struct look *l, const char *name)
{
	enum evx_vault_type type;
	uint32_t sequence;
	char list[EVX_INVENTORY_NAME_CAP];
	size_t low = 0, high = l->v->ncounts;

	if (strcmp(name, ".entry") == 0 || strcmp(name, EVX_VAULT_LOG_LOCK) == 0) /* an entry in the
										     making, or what
										     is left of one:
										     the next takes
										     its place */
		return true;
	if (evx_vault_entry_name_parse(name, &sequence, &type))
		return sequence < l->v->n;
	if (evx_rollback_has(l->v, name))
		return true;
	/* They stand in the order of the log, and so do their names. */
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		int order;

		evx_inventory_name(l->v->counts[middle].sequence, list);
		order = strcmp(list, name);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool is_uuid(const struct look *l, const char *name)
{
	(void)l;
	return evx_uuid_valid(name, strlen(name));
}

static bool is_exhibit(const struct look *l, const char *name)
{
	struct stat st;

	if (!is_uuid(l, name))
		return false;
	if (l->type != DT_UNKNOWN)
		return l->type == DT_DIR;
	return fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static bool is_case(const struct look *l, const char *name)
{
	return evx_vault_find_case(l->v, name) != NULL;
}

static bool is_hex(const char *name, size_t n)
{
	return strlen(name) == n && strspn(name, "0123456789abcdef") == n;
}

/* A session, or a shipment that is being received. */
static bool is_session(const struct look *l, const char *name)
{
	static const char shipment[] = "receive-";
	const size_t n = sizeof(shipment) - 1;

	(void)l;
	return is_hex(name, 32) || (strncmp(name, shipment, n) == 0 && is_hex(name + n, 64));
}

static const struct evx_vault_member *member_of(const struct evx_vault *v, const char *name)
{
	uint8_t hash[32];
	char hex[65];
	size_t i;

	if (strlen(name) != 64 || evx_hex_decode(name, 64, hash, 32) != EVX_OK)
		return NULL;
	evx_hex_encode(hash, 32, hex);
	i = evx_member_index_hash(&v->index, v->members, hash);
	return i != EVX_NO_MEMBER && strcmp(hex, name) == 0 ? &v->members[i] : NULL;
}

static bool is_member(const struct look *l, const char *name)
{
	return member_of(l->v, name) != NULL;
}

/* ---- Members */

static enum evx_err member_file(
	const struct look *l, int dir, const char *name, struct evx_diag *diag)
{
	struct evx_buf bytes = EVX_BUF_INIT;
	struct evx_age_header header = { 0, 0, 0 };
	struct evx_diag why = { 0 };
	enum evx_err err = evx_place_read(dir, name, MEMBER_FILE_MAX, &bytes, &why);

	if (err == EVX_OK)
		err = evx_age_inspect(bytes.data, bytes.len, &header, &why);
	evx_buf_free(&bytes);
	if (err == EVX_E_MEMORY)
		return evx_fail_buf(diag, err);
	if (err == EVX_E_IO)
		return found(l, "V-MEMBER", EVX_WEIGHT_UNCHECKED, name,
			"A member's file cannot be read.");
	if (err == EVX_E_NOT_FOUND)
		return found(l, "V-MEMBER", EVX_WEIGHT_BROKEN, name,
			"A key file of a member is missing. They cannot open what was sealed with "
			"that key. Ask a member who can open contents to add them again.");
	if (err != EVX_OK || header.x25519 != 1 || header.scrypt + header.other > 0)
		return found(l, "V-MEMBER", EVX_WEIGHT_BROKEN, name,
			"A key file of a member is damaged. They cannot open what was sealed with "
			"that key. Ask a member who can open contents to add them again.");
	return EVX_OK;
}

static enum evx_err one_member(
	struct look *l, int members, const struct evx_vault_member *m, struct evx_diag *diag)
{
	char hex[65], prefix[96], name[32];
	bool opened, vouched;
	enum evx_err err;
	int dir = -1;

	evx_hex_encode(m->hash, 32, hex);
	(void)snprintf(prefix, sizeof(prefix), "members/%s/", hex);
	l->prefix = prefix;
	err = evx_members_vouched(l->v, m, &opened, &vouched, diag);
	if (err == EVX_OK && opened && !vouched)
		err = found(l, "V-MEMBER", EVX_WEIGHT_BROKEN, "",
			"The log gives this member an encryption key that is not on their own "
			"card: it may be somebody else's. Remove this member, and see who added "
			"them.");
	if (err != EVX_OK)
		return err;
	if (evx_place_open(members, hex, &dir, NULL) != EVX_OK)
		return found(l, "V-MEMBER", EVX_WEIGHT_BROKEN, "",
			"A member's directory is missing: they cannot open anything.");
	for (uint32_t e = 1; e <= l->v->nepochs && err == EVX_OK; e++) {
		(void)snprintf(name, sizeof(name), "%04u-custody.age", (unsigned)e);
		err = member_file(l, dir, name, diag);
		(void)snprintf(name, sizeof(name), "%04u-content.age", (unsigned)e);
		if (err == EVX_OK && m->content)
			err = member_file(l, dir, name, diag);
	}
	evx_close_quiet(&dir);
	return err;
}

static enum evx_err all_members(struct look *l, struct evx_diag *diag)
{
	int members = -1;
	enum evx_err err = EVX_OK;

	if (evx_place_open(l->v->fd, "members", &members, NULL) != EVX_OK) {
		l->prefix = "members";
		return found(l, "V-MEMBER", EVX_WEIGHT_BROKEN, "",
			"The members' files are missing: nobody can open anything by being a "
			"member.");
	}
	for (size_t i = 0; i < l->v->nmembers && err == EVX_OK; i++)
		if (!l->v->members[i].removed)
			err = one_member(l, members, &l->v->members[i], diag);
	evx_close_quiet(&members);
	return err;
}

/* ---- Cases */

static enum evx_err see_mark(void *ctx, const char *uuid)
{
	const struct look *l = ctx;
	char path[64];
	struct stat st;

	if (evx_cancelled(l->v->cancel))
		return EVX_E_INTERRUPTED;
	(void)snprintf(path, sizeof(path), "exhibits/%s", uuid);
	if (!evx_uuid_valid(uuid, strlen(uuid)))
		return found(l, "V-NAME", EVX_WEIGHT_REMARK, uuid,
			"This name belongs to nothing in a vault.");
	if (evx_heads_saw(l->seen, uuid) || fstatat(l->v->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return EVX_OK;
	return found(l, "V-MARK", EVX_WEIGHT_REMARK, uuid,
		"A case lists an exhibit that is not there: its seal was interrupted, or it was "
		"taken away.");
}

static enum evx_err all_marks(struct look *l, struct evx_diag *diag)
{
	char path[64], prefix[96];
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < l->v->ncases && err == EVX_OK; i++) {
		(void)snprintf(path, sizeof(path), "cases/%s/exhibits", l->v->cases[i].id);
		(void)snprintf(prefix, sizeof(prefix), "%s/", path);
		l->prefix = prefix;
		err = evx_vault_go_on(l->v, diag);
		if (err != EVX_OK || evx_place_open(l->v->fd, path, &l->fd, NULL) != EVX_OK)
			continue;
		err = evx_place_each(l->fd, see_mark, l, diag);
		evx_close_quiet(&l->fd);
	}
	return err;
}

/* ---- What the log says */

static enum evx_err judge_log(const struct look *l)
{
	const struct evx_diag *flaw = &l->v->flaw;
	struct evx_diag said = *flaw;

	if (flaw->code == EVX_OK)
		return EVX_OK;
	return evx_findings_add_diag(l->findings, "V-LOG", EVX_NO_EVENT,
		flaw->path[0] != '\0' ? flaw->path : "log", &said);
}

/* ---- Recipes */

static enum evx_err see_data(void *ctx, const char *name)
{
	const struct look *l = ctx;
	char pack[96], path[160];
	const char *dot = strchr(name, '.');
	struct stat st;

	if (evx_cancelled(l->v->cancel))
		return EVX_E_INTERRUPTED;
	if (dot == NULL || strcmp(dot, ".recipe") != 0 || strlen(name) > 80)
		return EVX_OK;
	(void)snprintf(pack, sizeof(pack), "%.*s.pack", (int)(dot - name), name);
	if (fstatat(l->fd, pack, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return EVX_OK;
	(void)snprintf(path, sizeof(path), "%.90s", name);
	return found(l, "V-RECIPE", EVX_WEIGHT_REMARK, path,
		"A list of shared data stands beside the pack that it gives. The pack counts. "
		"'evx dispose' or healing was interrupted, or somebody put it there.");
}

static enum evx_err see_exhibit(void *ctx, const char *uuid)
{
	struct look *l = ctx;
	char path[64], prefix[96];
	struct evx_diag why = { 0 };
	enum evx_err err = EVX_OK;

	(void)snprintf(path, sizeof(path), "exhibits/%s/data", uuid);
	(void)snprintf(prefix, sizeof(prefix), "%s/", path);
	l->prefix = prefix;
	/* What cannot be read of an exhibit is told with the exhibit. */
	if (evx_place_open(l->v->fd, path, &l->fd, NULL) == EVX_OK)
		err = evx_place_each(l->fd, see_data, l, &why);
	evx_close_quiet(&l->fd);
	return err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED ? err : EVX_OK;
}

enum evx_err evx_inspect_vault(const struct evx_vault *v, const struct evx_heads *seen,
	struct evx_findings *findings, struct evx_diag *diag)
{
	static const struct {
		const char *name, *prefix;
		bool (*known)(const struct look *l, const char *name);
	} folders[] = { { ".", "", in_root }, { "log", "log/", in_log },
		{ "members", "members/", is_member }, { "cases", "cases/", is_case },
		{ "exhibits", "exhibits/", is_exhibit }, { "branches", "branches/", is_uuid },
		{ "remnants", "remnants/", is_uuid }, { "tmp", "tmp/", is_session } };
	struct look l = { .v = v, .seen = seen, .findings = findings, .fd = -1, .prefix = "" };
	enum evx_err err = judge_log(&l);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && err == EVX_OK; i++)
		err = look_in(
			&l, v->fd, folders[i].name, folders[i].prefix, folders[i].known, diag);
	if (err != EVX_OK || (err = all_members(&l, diag)) != EVX_OK ||
		(err = all_marks(&l, diag)) != EVX_OK ||
		(err = evx_rollback_tell(v, findings, diag)) != EVX_OK ||
		(err = evx_heads_missing(seen, v, findings, diag)) != EVX_OK)
		goto out;
	err = evx_twins_each(v, see_exhibit, &l);
	err = err == EVX_E_MEMORY || err == EVX_E_INTERRUPTED ? err : EVX_OK;
out:
	if (err == EVX_E_INTERRUPTED)
		return evx_vault_go_on(v, diag);
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "vault: it cannot be looked through");
}
