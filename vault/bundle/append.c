/* Adds a group of events to a bundle in place, under a lock. */
#include "bundle/append.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/lock.h"
#include "bundle/append_rest.h"
#include "bundle/bundle_inner.h"
#include "bundle/layout.h"
#include "format/index.h"
#include "format/tar.h"

struct evx_append {
	int fd; /* of the file or the directory; holds the lock */
	struct evx_bundle *bundle;
	struct evx_layout layout;
	bool begun;
	uint64_t removed; /* bytes of an interrupted addition */
};

static const char *name_of(const struct evx_append *a)
{
	return evx_bundle_name(a->bundle);
}

void evx_append_free(struct evx_append *a)
{
	if (a == NULL)
		return;
	evx_layout_free(&a->layout);
	evx_bundle_free(a->bundle);
	evx_close_quiet(&a->fd);
	free(a);
}

static enum evx_err lock(int fd, const char *path, struct evx_diag *diag)
{
	return evx_diag_in(diag, path, evx_lock_open(fd, "bundle", EVX_LOCK_SECONDS, NULL, diag));
}

static enum evx_err open_file(struct evx_append *a, const char *path, struct evx_diag *diag)
{
	size_t n = strlen(path);
	struct stat st;
	enum evx_err err;

	if (n >= 4 && strcmp(path + n - 4, ".001") == 0)
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_USAGE,
				"This bundle is split into volumes. Nothing was added. Join them "
				"into one file first: cat NAME.evx.* > NAME.evx"));
	a->fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (a->fd < 0 || fstat(a->fd, &st) != 0)
		return evx_fail_errno(diag, path, "The file cannot be opened for writing");
	if (!S_ISREG(st.st_mode))
		return evx_diag_in(diag, path,
			evx_fail(diag, EVX_E_USAGE,
				"Only a bundle in a file or a directory can get new entries. "
				"Nothing was added."));
	err = lock(a->fd, path, diag);
	return err != EVX_OK ? err : evx_bundle_open_fd(a->fd, path, &a->bundle, diag);
}

static struct evx_append *new_append(void)
{
	struct evx_append *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->fd = -1;
	return a;
}

enum evx_err evx_append_open_dir(
	int dirfd, const char *uuid, struct evx_append **out, struct evx_diag *diag)
{
	struct evx_append *a = new_append();
	enum evx_err err;

	*out = NULL;
	if (a == NULL)
		return evx_fail_memory(diag);
	/* Opened anew, since a lock belongs to the open description. */
	a->fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = a->fd >= 0 ? lock(a->fd, uuid, diag) :
			   evx_fail_errno(diag, uuid, "The directory cannot be opened");
	if (err == EVX_OK)
		err = evx_bundle_open_dir(a->fd, uuid, &a->bundle, diag);
	if (err != EVX_OK) {
		evx_append_free(a);
		return err;
	}
	*out = a;
	return EVX_OK;
}

/* An event must not outlast the directory that it stands in: whoever named that may have died
 * before the name was durable. */
static enum evx_err settle_name(int dirfd, struct evx_diag *diag)
{
	int parent = openat(dirfd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum evx_err err = parent < 0 ? EVX_OK : evx_fsync(parent, "directory", diag);

	evx_close_quiet(&parent);
	return err;
}

static enum evx_err open_directory(const char *path, struct evx_append **out, struct evx_diag *diag)
{
	char *name;
	int fd;
	enum evx_err err = evx_directory_open_real(path, &fd, &name, diag);

	if (err != EVX_OK || (err = evx_diag_in(diag, path, settle_name(fd, diag))) != EVX_OK)
		goto out;
	err = evx_diag_in(diag, path, evx_append_open_dir(fd, name, out, diag));
out:
	evx_close_quiet(&fd);
	free(name);
	return err;
}

enum evx_err evx_append_open(const char *path, struct evx_append **out, struct evx_diag *diag)
{
	struct evx_append *a;
	struct stat st;
	enum evx_err err;

	*out = NULL;
	if (stat(path, &st) != 0)
		return evx_fail_errno(diag, path, "The file cannot be opened");
	if (S_ISDIR(st.st_mode))
		return open_directory(path, out, diag);
	a = new_append();
	if (a == NULL)
		return evx_fail_memory(diag);
	err = open_file(a, path, diag);
	if (err != EVX_OK) {
		evx_append_free(a);
		return err;
	}
	*out = a;
	return EVX_OK;
}

struct evx_bundle *evx_append_bundle(struct evx_append *a)
{
	return a->bundle;
}

/* Brings the books to where the bundle ends. *last gets the text that the last index must have. */
static enum evx_err replay(struct evx_append *a, struct evx_buf *last, struct evx_diag *diag)
{
	const struct evx_member_id packs = { .kind = EVX_MEMBER_PACK };
	struct evx_layout *l = &a->layout;
	enum evx_order_verdict verdict;
	enum evx_err err = EVX_OK;
	size_t i, n = evx_bundle_count(a->bundle);

	for (i = 0; i < n; i++) {
		const struct evx_bundle_member *m = evx_bundle_at(a->bundle, i);

		if (m->id.kind == EVX_MEMBER_MANIFEST && m->offset > l->ledger.offset) {
			err = evx_order_next(&l->order, &packs, &verdict, diag);
			evx_ledger_note_packs(&l->ledger, evx_bundle_packs(a->bundle),
				m->offset - l->ledger.offset);
		}
		if (err != EVX_OK)
			goto out;
		if (m->offset != l->ledger.offset) {
			err = evx_fail(diag, EVX_E_CORRUPT,
				"append: expected %s at %llu, found it at %llu", m->name,
				(unsigned long long)l->ledger.offset,
				(unsigned long long)m->offset);
			goto out;
		}
		if ((err = evx_order_next(&l->order, &m->id, &verdict, diag)) != EVX_OK)
			goto out;
		if (i + 1 == n &&
			(err = evx_index_encode(&l->ledger.lines, m->offset, last)) != EVX_OK)
			goto out;
		if ((err = evx_ledger_note(&l->ledger, &m->id, m->size)) != EVX_OK)
			goto out;
	}
	err = evx_order_end(&l->order, diag);
out:
	return err == EVX_OK ? EVX_OK : evx_fail(diag, err, "append: %s", evx_err_name(err));
}

/* The last index and, in a file, the two zero blocks must still stand where the books end: another
 * program may have written since the walk. */
static enum evx_err check_end(struct evx_append *a, struct evx_buf *last, struct evx_diag *diag)
{
	static const uint8_t zeros[2 * EVX_TAR_BLOCK];
	const struct evx_bundle_member *m = evx_bundle_at(
		a->bundle, evx_bundle_count(a->bundle) - 1);
	const bool file = a->bundle->dir == NULL;
	struct evx_buf found = EVX_BUF_INIT;
	uint64_t size = m->size;
	size_t got = 0;
	int fd = a->fd;
	enum evx_err err = file ? evx_buf_add(last, zeros, sizeof(zeros)) :
				  evx_directory_member(a->bundle->dir, m->name, &fd, &size, diag);

	if (err != EVX_OK || (err = evx_buf_reserve(&found, last->len + 1)) != EVX_OK ||
		(err = evx_pread_full(fd, found.data, file ? last->len : last->len + 1,
			 file ? m->offset + EVX_TAR_BLOCK : 0, &got, m->name, diag)) != EVX_OK)
		goto out;
	if (got != last->len || (last->data != NULL && memcmp(found.data, last->data, got) != 0))
		err = evx_fail_at(diag, EVX_E_CORRUPT, name_of(a), m->offset,
			"The end of the bundle changed since evx checked it. Nothing was added. "
			"Check the bundle: evx verify");
out:
	if (!file)
		evx_close_quiet(&fd);
	evx_buf_free(&found);
	return evx_fail_buf(diag, err);
}

/* The new group's joint: a file of a directory; in an archive only its place in the books, since
 * its header is the commit. */
static enum evx_err begin_group(struct evx_append *a, struct evx_diag *diag)
{
	static const uint8_t zeros[EVX_TAR_BLOCK];
	struct evx_member_id id = { .kind = EVX_MEMBER_APPEND,
		.number = a->layout.order.group + 1 };
	enum evx_order_verdict verdict;
	enum evx_err err;

	if (id.number >= EVX_GROUPS_MAX)
		return evx_fail(diag, EVX_E_LIMIT,
			"The bundle has as many additions as a bundle can have (%u). Nothing was "
			"added.",
			EVX_GROUPS_MAX);
	if (a->bundle->dir != NULL)
		return evx_layout_member(&a->layout, &id, zeros, sizeof(zeros), diag);
	err = evx_order_next(&a->layout.order, &id, &verdict, diag);
	if (err == EVX_OK)
		err = evx_ledger_note(&a->layout.ledger, &id, EVX_TAR_BLOCK);
	return evx_fail_buf(diag, err);
}

static enum evx_err start_sink(struct evx_append *a, uint64_t end, struct evx_diag *diag)
{
	struct evx_output out;
	enum evx_err err;

	if (a->bundle->dir != NULL)
		return evx_sink_dir(a->fd, true, &a->layout.sink, diag);
	err = evx_output_append(
		a->fd, name_of(a), a->layout.uuid, a->layout.order.group + 1, end, &out, diag);
	return err != EVX_OK ? err : evx_sink_archive(&out, &a->layout.sink, diag);
}

/* Where the last group was joined on; 0: there is only what was sealed. */
static uint64_t last_joint(const struct evx_bundle *b)
{
	uint64_t last = 0;

	for (size_t i = 0; i < evx_bundle_count(b); i++)
		if (evx_bundle_at(b, i)->id.kind == EVX_MEMBER_APPEND)
			last = evx_bundle_at(b, i)->offset;
	return last;
}

enum evx_err evx_append_check(const struct evx_append *a, struct evx_diag *diag)
{
	const struct evx_bundle *b = a->bundle;
	bool ours = false;
	enum evx_err err = EVX_OK;

	if (b->source == EVX_BUNDLE_NOT_LOADED)
		return evx_fail(diag, EVX_E_USAGE, "append: expected a bundle just loaded");
	if (b->foreign > 0)
		err = evx_append_rest_is(a->fd, name_of(a), b->uuid, last_joint(b),
			b->length - 2 * (uint64_t)EVX_TAR_BLOCK, &ours, diag);
	if (err != EVX_OK)
		return err;
	if (b->foreign > 0 && !ours)
		return evx_diag_in(diag, name_of(a),
			evx_fail(diag, EVX_E_CORRUPT,
				"%llu extra bytes follow the end of the bundle. They are not part "
				"of it. Nothing was added. If evx verify finds nothing else, copy "
				"the bundle without them, and use the copy: head -c %llu OLD > NEW",
				(unsigned long long)b->foreign, (unsigned long long)b->length));
	if (b->cut)
		return evx_fail(diag, EVX_E_INCOMPLETE,
			"The file ends early: the copy is incomplete. Nothing was added. Copy the "
			"file again from where it came.");
	if (b->flawed || b->groups == 0)
		return evx_fail(diag, EVX_E_CORRUPT,
			"The bundle is damaged. Nothing was added. To see the damage, run: evx "
			"verify");
	return EVX_OK;
}

enum evx_err evx_append_begin(struct evx_append *a, struct evx_diag *diag)
{
	const struct evx_sink none = { NULL, NULL, NULL, NULL, NULL, NULL };
	struct evx_buf last = EVX_BUF_INIT;
	enum evx_err err;

	if (a->begun || a->bundle->source == EVX_BUNDLE_NOT_LOADED)
		return evx_fail(diag, EVX_E_USAGE, "append: expected a bundle just loaded");
	err = evx_append_check(a, diag);
	if (err != EVX_OK)
		return err;
	a->begun = true;
	if ((err = evx_layout_init(&a->layout, a->bundle->uuid, &none, diag)) != EVX_OK ||
		(err = replay(a, &last, diag)) != EVX_OK ||
		(err = check_end(a, &last, diag)) != EVX_OK ||
		(err = start_sink(a, a->layout.ledger.offset, diag)) != EVX_OK)
		goto out;
	/* The sink cut that off. */
	a->removed = a->bundle->foreign;
	err = begin_group(a, diag);
out:
	evx_buf_free(&last);
	a->layout.failed = err != EVX_OK;
	return err;
}

uint64_t evx_append_removed(const struct evx_append *a)
{
	return a->removed;
}

enum evx_err evx_append_member(
	struct evx_append *a, const char *name, const void *p, size_t n, struct evx_diag *diag)
{
	struct evx_member_id id;

	if (!a->begun)
		return evx_fail(diag, EVX_E_USAGE, "append: no group was begun");
	if (evx_member_parse(name, &id, NULL) == EVX_OK && !evx_member_of_event(&id))
		return evx_fail(diag, EVX_E_USAGE, "append: %s is no file of an event", name);
	return evx_layout_named(&a->layout, name, p, n, diag);
}

enum evx_err evx_append_commit(struct evx_append *a, struct evx_diag *diag)
{
	enum evx_err err;

	if (!a->begun)
		return evx_fail(diag, EVX_E_USAGE, "append: no group was begun");
	err = evx_layout_index(&a->layout, diag);
	if (err == EVX_OK)
		err = a->layout.sink.commit(a->layout.sink.self, diag);
	a->layout.failed = true;
	return err;
}
