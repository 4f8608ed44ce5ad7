#include "ops/event_store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "custody/rules.h"
#include "ops/exhibit_vault.h"

static int open_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = dir == NULL ? -1 : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	free(dir);
	return fd;
}

enum evx_err evx_event_store_confine(const struct evx_exhibit *ex, const char *bundle, bool writable, const char *out,
	struct evx_confine_state *state, struct evx_diag *diag)
{
	struct evx_confine_dir dirs[2 + EVX_EXHIBIT_VAULT_DIRS];
	int fds[2] = { -1, -1 };
	size_t n = 0;
	enum evx_err err = EVX_OK;

	if (ex != NULL && (writable || evx_bundle_form(ex->bundle) == EVX_BUNDLE_DIRECTORY)) {
		fds[0] = open(bundle, O_PATH | O_CLOEXEC);
		if (fds[0] < 0)
			return evx_fail_errno(diag, bundle, "bundle: it cannot be opened");
		dirs[n++] = (struct evx_confine_dir){ fds[0], writable };
	}
	if (ex != NULL)
		evx_exhibit_vault_rules(ex->vault, dirs, &n);
	if (out != NULL) {
		fds[1] = open_parent(out);
		if (fds[1] < 0)
			err = evx_fail_errno(diag, out, "output: its directory cannot be opened");
		else
			dirs[n++] = (struct evx_confine_dir){ fds[1], true };
	}
	tzset();
	if (err == EVX_OK)
		err = evx_confine(dirs, n, state, diag);
	evx_close_quiet(&fds[0]);
	evx_close_quiet(&fds[1]);
	return err;
}

/* Marks the lines that a record lists by emptying their names. */
static enum evx_err drop_listed(const struct evx_buf *record, struct evx_manifest_line *lines, size_t n, struct evx_diag *diag)
{
	struct evx_manifest_line *listed = NULL;
	size_t nlisted = 0;
	enum evx_err err = evx_record_decode(record->data, record->len, &listed, &nlisted, diag);

	for (size_t i = 0; i < nlisted; i++)
		for (size_t k = 0; k < n; k++)
			if (strcmp(listed[i].name, lines[k].name) == 0)
				lines[k].name[0] = '\0';
	free(listed);
	return err;
}

/* By the records of the bundle, and of the receipts judged with it. */
static enum evx_err drop_all_listed(const struct evx_exhibit *ex, struct evx_manifest_line *lines, size_t n, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;

	for (size_t i = 0; i < evx_bundle_count(ex->bundle) && err == EVX_OK; i++) {
		struct evx_buf record = EVX_BUF_INIT;

		if (evx_bundle_at(ex->bundle, i)->id.kind != EVX_MEMBER_RECORD)
			continue;
		err = evx_exhibit_member(ex, evx_bundle_at(ex->bundle, i)->name, &record, diag);
		if (err == EVX_OK)
			err = drop_listed(&record, lines, n, diag);
		evx_buf_free(&record);
	}
	for (size_t i = 0; i < ex->nreceipts && err == EVX_OK; i++)
		err = drop_listed(&ex->receipts[i].record, lines, n, diag);
	return err;
}

enum evx_err evx_event_store_stamps(const struct evx_exhibit *ex, struct evx_manifest_line **lines, size_t *n, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t count = evx_bundle_count(ex->bundle), found = 0, kept = 0;
	struct evx_manifest_line *all = calloc(count + 1, sizeof(*all));

	*lines = NULL;
	*n = 0;
	if (all == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "event: out of memory");
	for (size_t i = 0; i < count && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->bundle, i);
		struct evx_buf bytes = EVX_BUF_INIT;

		if (m->id.kind != EVX_MEMBER_TSR)
			continue;
		err = evx_exhibit_member(ex, m->name, &bytes, diag);
		memcpy(all[found].name, m->name, sizeof(all[found].name));
		if (err == EVX_OK)
			evx_sha256(bytes.data, bytes.len, all[found++].hash);
		evx_buf_free(&bytes);
	}
	if (err == EVX_OK && found > 0)
		err = drop_all_listed(ex, all, found, diag);
	for (size_t i = 0; i < found; i++)
		if (all[i].name[0] != '\0')
			all[kept++] = all[i];
	if (err != EVX_OK) {
		free(all);
		return err;
	}
	*lines = all;
	*n = kept;
	return EVX_OK;
}

enum evx_err evx_event_store_check(const struct evx_receipt *r, const struct evx_chain_result *chain, const struct evx_rules_roster *roster,
	struct evx_diag *diag)
{
	struct evx_event event;
	enum evx_err err = evx_event_read(r, &event, NULL, diag);

	if (err != EVX_OK)
		return err;
	err = evx_rules_check(chain, &event, roster, diag);
	evx_event_free(&event);
	return err;
}

enum evx_err evx_event_store_append(struct evx_append *a, const struct evx_receipt *r, struct evx_diag *diag)
{
	struct evx_seal_files files = { NULL, 0 };
	enum evx_err err = evx_event_files(r, &files, diag);

	if (err == EVX_OK)
		err = evx_append_begin(a, diag);
	for (size_t i = 0; i < files.n && err == EVX_OK; i++)
		err = evx_append_member(a, files.at[i].name, files.at[i].bytes.data, files.at[i].bytes.len, diag);
	if (err == EVX_OK)
		err = evx_append_commit(a, diag);
	evx_seal_files_free(&files);
	return err;
}

enum evx_err evx_event_store_write(const struct evx_receipt *r, const char *path, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_receipt_encode(r, &text, diag);

	if (err == EVX_OK)
		err = evx_write_new_file(AT_FDCWD, path, 0644, text.data, text.len, diag);
	evx_buf_free(&text);
	return err;
}

enum evx_err evx_event_store_files(const struct evx_exhibit *ex, uint32_t number, struct evx_seal_files *files, struct evx_diag *diag)
{
	enum evx_err err = EVX_OK;
	size_t n = evx_bundle_count(ex->bundle);

	files->at = calloc(n + 1, sizeof(*files->at));
	if (files->at == NULL)
		return evx_fail(diag, EVX_E_MEMORY, "receipt: out of memory");
	for (size_t i = 0; i < n && err == EVX_OK; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(ex->bundle, i);

		if (!evx_member_of_event(&m->id) || m->id.event != number || m->id.kind == EVX_MEMBER_TSR)
			continue;
		memcpy(files->at[files->n].name, m->name, sizeof(files->at[files->n].name));
		err = evx_exhibit_member(ex, m->name, &files->at[files->n++].bytes, diag);
	}
	return err;
}
