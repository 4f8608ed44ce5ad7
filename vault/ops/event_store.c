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
	struct evx_output *file, struct evx_confine_state *state, struct evx_diag *diag)
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
	if (out != NULL && file != NULL)
		err = evx_output_file(out, file, diag);
	if (out != NULL && err == EVX_OK) {
		fds[1] = open_parent(out);
		if (fds[1] < 0)
			err = evx_fail_errno(diag, out, "output: its directory cannot be opened");
		else
			dirs[n++] = (struct evx_confine_dir){ fds[1], file != NULL ? EVX_CONFINE_NAMES : EVX_CONFINE_WRITE };
	}
	tzset();
	if (err == EVX_OK)
		err = evx_confine(dirs, n, state, diag);
	evx_close_quiet(&fds[0]);
	evx_close_quiet(&fds[1]);
	return err;
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

enum evx_err evx_event_store_put(struct evx_output *file, const char *path, const void *p, size_t n, struct evx_diag *diag)
{
	enum evx_err err = file->self == NULL ? evx_output_file(path, file, diag) : EVX_OK;

	if (err == EVX_OK)
		err = file->write(file->self, p, n, diag);
	if (err == EVX_OK)
		err = file->commit(file->self, diag);
	return err;
}

enum evx_err evx_event_store_write(const struct evx_receipt *r, const char *path, struct evx_output *file, struct evx_diag *diag)
{
	struct evx_buf text = EVX_BUF_INIT;
	enum evx_err err = evx_receipt_encode(r, &text, diag);

	if (err == EVX_OK)
		err = evx_event_store_put(file, path, text.data, text.len, diag);
	evx_buf_free(&text);
	return err;
}

void evx_event_store_close(struct evx_output *file)
{
	if (file->self != NULL)
		file->free(file->self);
	*file = (struct evx_output){ 0 };
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
