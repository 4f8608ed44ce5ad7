/* What the directory and the small files of an exhibit tell, and whether the catalog says the same.
 */
#include "find/vault_glance.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash_equal.h"
#include "base/io.h"
#include "crypto/hash.h"
#include "crypto/sshsig.h"
#include "format/bagit.h"
#include "format/event.h"
#include "format/limits.h"
#include "format/text.h"
#include "store/place.h"

/* Clocks of file systems are coarse: another change at the same time may follow one this recent. */
#define SETTLED_SECONDS 2
#define DIGITS 4u
#define TOLD 6u /* numbers of a directory */
#define SEAL_JSON "0000-seal.json"

/* ---- Its directory */

static bool is_settled(const struct stat *st, const struct timespec *now)
{
	return st->st_ctim.tv_sec + SETTLED_SECONDS < now->tv_sec;
}

/* Its times change with its entries: those of custody/ with every entry of the custody record. */
static uint8_t *tell_directory(const struct stat *st, uint8_t *out)
{
	const uint64_t all[TOLD] = { st->st_dev, st->st_ino, (uint64_t)st->st_mtim.tv_sec,
		(uint64_t)st->st_mtim.tv_nsec, (uint64_t)st->st_ctim.tv_sec,
		(uint64_t)st->st_ctim.tv_nsec };

	for (size_t i = 0; i < TOLD; i++, out += 8)
		evx_put_be64(out, all[i]);
	return out;
}

/* Of the exhibit whose directory is at path below dir; there is room for /custody behind it. */
static bool stamp_of(int dir, char *path, uint8_t stamp[32])
{
	uint8_t told[2 * TOLD * 8], *end = told;
	struct stat whole, custody;
	struct timespec now;

	memset(stamp, 0, 32);
	if (fstatat(dir, path, &whole, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(whole.st_mode))
		return false;
	memcpy(path + strlen(path), "/custody", sizeof("/custody"));
	if (fstatat(dir, path, &custody, AT_SYMLINK_NOFOLLOW) != 0 ||
		clock_gettime(CLOCK_REALTIME, &now) != 0 || !is_settled(&whole, &now) ||
		!is_settled(&custody, &now))
		return true;
	end = tell_directory(&whole, end);
	end = tell_directory(&custody, end);
	evx_sha256(told, (size_t)(end - told), stamp);
	return true;
}

bool evx_vault_glance_stamp(const struct evx_vault *v, const char *uuid, uint8_t stamp[32])
{
	char path[64];

	(void)snprintf(path, sizeof(path), "exhibits/%.36s", uuid);
	return stamp_of(evx_vault_fd(v), path, stamp);
}

bool evx_vault_glance_stamp_in(int exhibits, const uint8_t uuid[16], uint8_t stamp[32])
{
	char path[64];

	evx_uuid_text(uuid, path);
	return stamp_of(exhibits, path, stamp);
}

bool evx_vault_glance_fresh(const uint8_t stamp[32], const uint8_t now[32])
{
	static const uint8_t none[32];

	return !evx_hash_equal(stamp, none) && evx_hash_equal(stamp, now);
}

static enum evx_err count_one(void *ctx, const char *uuid)
{
	(void)uuid;
	++*(uint64_t *)ctx;
	return EVX_OK;
}

bool evx_vault_glance_complete(const struct evx_vault *v, struct evx_catalog *c)
{
	uint64_t there = 0, known = 0;

	return evx_vault_each_exhibit(v, count_one, &there, NULL) == EVX_OK &&
		evx_catalog_count_exhibits(c, &known, NULL) == EVX_OK && known == there;
}

bool evx_vault_glance_case(const struct evx_marks *marks, const struct evx_vault *v,
	const char *uuid, char case_id[EVX_UUID_CAP])
{
	const size_t i = evx_marks_next(marks, v, uuid, 0);
	const bool there = i < evx_vault_cases(v);

	memset(case_id, 0, EVX_UUID_CAP);
	if (there)
		memcpy(case_id, evx_vault_case(v, i)->id, EVX_UUID_CAP);
	return there;
}

bool evx_vault_glance_filed_so(
	const struct evx_vault *v, const char *uuid, const struct evx_catalog_exhibit *e)
{
	char id[EVX_UUID_CAP];

	if (!e->filed)
		return !evx_vault_glance_case(NULL, v, uuid, id);
	evx_uuid_text(e->case_id, id);
	return evx_marks_has(v, id, uuid);
}

enum evx_err evx_vault_glance_signer(const char *key_text, uint8_t hash[32], struct evx_diag *diag)
{
	uint8_t blob[EVX_SSHKEY_BLOB_MAX];
	struct evx_sshkey key;
	enum evx_err err = evx_sshkey_decode(key_text, strlen(key_text), &key, diag);

	if (err == EVX_OK)
		evx_sha256(blob, evx_sshkey_blob(&key, blob), hash);
	return err;
}

bool evx_vault_glance_branches(const struct evx_vault *v, const char *uuid)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "branches/%s", uuid);
	return fstatat(evx_vault_fd(v), path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

struct data_sum {
	int fd;
	uint64_t packs, stored;
	bool recipes;
};

static void add_data(struct data_sum *sum, const char *name)
{
	const size_t n = strlen(name);
	struct stat st;

	if (n <= 2 * EVX_SHA256_LEN || fstatat(sum->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		!S_ISREG(st.st_mode))
		return;
	sum->stored += (uint64_t)st.st_size;
	if (strcmp(name + 2 * EVX_SHA256_LEN, ".pack") == 0)
		sum->packs += (uint64_t)st.st_size;
	else if (strcmp(name + 2 * EVX_SHA256_LEN, ".recipe") == 0)
		sum->recipes = true;
}

enum evx_err evx_vault_glance_data(int dirfd, struct evx_catalog_exhibit *e, struct evx_diag *diag)
{
	struct data_sum sum = { .fd = openat(dirfd, "data",
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) };
	struct dirent *entry;
	DIR *dir;

	if (sum.fd < 0)
		return errno == ENOENT ?
			EVX_OK :
			evx_fail_errno(diag, "data", "The exhibit's data directory cannot be read");
	dir = fdopendir(sum.fd);
	if (dir == NULL) {
		evx_close_quiet(&sum.fd);
		return evx_fail_errno(diag, "data", "The exhibit's data directory cannot be read");
	}
	while ((entry = readdir(dir)) != NULL)
		add_data(&sum, entry->d_name);
	(void)closedir(dir);
	e->stored = sum.stored;
	if (sum.recipes && e->payload > sum.packs)
		e->borrowed = e->payload - sum.packs;
	return EVX_OK;
}

/* ---- Its small files */

/* Documents of events in custody/. */
struct documents {
	uint64_t n;
	unsigned newest;
	char name[64];      /* of the newest */
	char handed[64];    /* of the newest that made somebody the holder, "" the seal */
	unsigned handed_by; /* its number */
	bool disposed, held;
};

static enum evx_err see_document(void *ctx, const char *name)
{
	struct documents *r = ctx;
	const size_t len = strlen(name);
	unsigned number;

	if (len >= sizeof(r->name) || len < DIGITS + 6 || strspn(name, "0123456789") != DIGITS ||
		name[DIGITS] != '-' || strcmp(name + len - 5, ".json") != 0)
		return EVX_OK;
	number = (unsigned)strtoul(name, NULL, 10);
	if (r->n++ == 0 || number > r->newest) {
		r->newest = number;
		memcpy(r->name, name, len + 1);
	}
	if (strcmp(name + DIGITS, "-dispose.json") == 0)
		r->disposed = true;
	if (strcmp(name + DIGITS, "-hold.json") == 0)
		r->held = true;
	if ((strcmp(name + DIGITS, "-accept.json") == 0 ||
		    strcmp(name + DIGITS, "-take-over.json") == 0) &&
		(r->handed[0] == '\0' || number > r->handed_by)) {
		r->handed_by = number;
		memcpy(r->handed, name, len + 1);
	}
	return EVX_OK;
}

/* Reads a file of the directory; *hash is of its bytes. */
static bool read_hashed(int dir, const char *name, struct evx_buf *out, uint8_t hash[32])
{
	evx_buf_reset(out);
	if (evx_place_read(dir, name, EVX_DOCUMENT_MAX, out, NULL) != EVX_OK)
		return false;
	evx_sha256(out->data, out->len, hash);
	return true;
}

static bool seal_says(const struct evx_buf *json, const struct evx_catalog_exhibit *e)
{
	struct evx_event seal;
	uint8_t signer[32];
	bool same;

	if (evx_event_decode(json->data, json->len, &seal, NULL) != EVX_OK)
		return false;
	same = evx_event_is_seal(&seal) && seal.time == e->sealed &&
		seal.seal.complete == e->complete &&
		evx_vault_glance_signer(seal.signers[0], signer, NULL) == EVX_OK &&
		evx_hash_equal(signer, e->signer);
	evx_event_free(&seal);
	return same;
}

/* The holder is who signed for it last. Where somebody signed for an office, and where a hold was
 * ever set, the chain says it, and not this glance. */
static bool holder_says(int custody, const struct documents *r, const struct evx_catalog_exhibit *e)
{
	struct evx_buf json = EVX_BUF_INIT;
	struct evx_event event;
	uint8_t holder[32];
	bool same = false;

	if (r->held || e->hold)
		return false;
	if (r->handed[0] == '\0')
		return evx_hash_equal(e->holder, e->signer);
	if (evx_place_read(custody, r->handed, EVX_DOCUMENT_MAX, &json, NULL) == EVX_OK &&
		evx_event_decode(json.data, json.len, &event, NULL) == EVX_OK) {
		same = event.nsigners > 0 &&
			evx_vault_glance_signer(event.signers[0], holder, NULL) == EVX_OK &&
			evx_hash_equal(holder, e->holder);
		evx_event_free(&event);
	}
	evx_buf_free(&json);
	return same;
}

static bool custody_says(int custody, const struct evx_catalog_exhibit *e)
{
	struct evx_buf json = EVX_BUF_INIT;
	struct documents r = { 0 };
	uint8_t hash[32];
	bool same = evx_place_each(custody, see_document, &r, NULL) == EVX_OK && r.n == e->events &&
		r.newest == r.n - 1 && r.disposed == e->disposed;

	same = same && holder_says(custody, &r, e);
	same = same && read_hashed(custody, r.name, &json, hash) && evx_hash_equal(hash, e->head);
	same = same && read_hashed(custody, SEAL_JSON, &json, hash) &&
		evx_hash_equal(hash, e->seal) && seal_says(&json, e);
	evx_buf_free(&json);
	return same;
}

static bool payload_says(int dir, const struct evx_catalog_exhibit *e)
{
	struct evx_buf text = EVX_BUF_INIT;
	uint64_t bytes, packs;
	bool same = evx_place_read(dir, "bag-info.txt", EVX_DOCUMENT_MAX, &text, NULL) == EVX_OK &&
		evx_bagit_info_decode(text.data, text.len, &bytes, &packs, NULL) == EVX_OK &&
		bytes == e->payload;

	evx_buf_free(&text);
	return same;
}

bool evx_vault_glance_agrees(const struct evx_vault *v, const struct evx_catalog_exhibit *e)
{
	char uuid[EVX_UUID_CAP];
	int dir = -1, custody = -1;
	bool same;

	evx_uuid_text(e->uuid, uuid);
	same = evx_vault_exhibit(v, uuid, &dir, NULL) == EVX_OK &&
		evx_place_open(dir, "custody", &custody, NULL) == EVX_OK &&
		custody_says(custody, e) && payload_says(dir, e) &&
		evx_vault_glance_branches(v, uuid) == e->branches;
	evx_close_quiet(&custody);
	evx_close_quiet(&dir);
	return same;
}
