/* usage: mkvault VAULT HOME SOURCE SEALED EXHIBITS ROWS ENTRIES
 *        mkvault --checked VAULT HOME
 *
 * Fills a vault for tests/bench/vault.sh. SEALED exhibits are sealed from SOURCE, as any program on
 * the library would, and filed in CASES cases. To come to EXHIBITS in all, the others are what
 * finding looks at, since sealing so many takes hours: a directory with copies of the small files
 * of the first one and an empty pack, the mark of their case, and their rows in the catalog, made
 * through the library. ROWS rows of chunks that no exhibit has are added under the secret of the
 * first case. The log gets ENTRIES more entries: cases with a label, and as many that file an
 * exhibit which is not there. Nothing is made durable on the way (fsync does nothing in this
 * program): what is measured afterwards is reading.
 *
 * With --checked, the catalog says that every exhibit was found good by a check of the whole vault,
 * and that this check was interrupted in the first exhibit, which was sealed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "evx.h"
#include "find/vault_glance.h"
#include "find/vault_index.h"
#include "open/vault_use.h"
#include "store/case.h"
#include "store/catalog.h"

#define CASES 100
#define AT_ONCE 1000 /* exhibits in a transaction */

int fsync(int fd);
int fdatasync(int fd);
int fsync(int fd)
{
	(void)fd;
	return 0;
}
int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static void must(enum evx_err err, const struct evx_diag *diag)
{
	if (err == EVX_OK)
		return;
	fprintf(stderr, "mkvault: %s: %s (%s)\n", diag->path, diag->text, evx_err_name(err));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void seal_some(struct evx_home *home, const char *vault, const char *source, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		char label[32], number[32], text[64];
		const struct evx_seal_options opt = { .sources = &source,
			.nsources = 1,
			.vault = vault,
			.case_label = label,
			.exhibit_number = number,
			.description = text,
			.jobs = 1 };
		struct evx_seal_result result;
		struct evx_diag diag = { 0 };

		snprintf(label, sizeof(label), "C-%lu", i % CASES);
		snprintf(number, sizeof(number), "E-%lu", i);
		snprintf(text, sizeof(text), "generated exhibit %lu", i);
		must(evx_seal(home, &opt, NULL, NULL, NULL, &result, &diag), &diag);
		evx_seal_result_free(&result);
	}
}

/* The vault open to its member, and its catalog. */
struct opened {
	struct evx_vault_use use;
	struct evx_catalog *catalog;
};

static void open_vault(struct opened *o, struct evx_home *home, const char *path)
{
	struct evx_catalog_state state;
	struct evx_diag diag = { 0 };
	uint8_t uuid[16];
	struct evx_start s = { .diag = &diag };

	evx_vault_use_start(
		&s, &o->use, home, path, NULL, EVX_VAULT_SOMEBODY, EVX_CONFINE_MOVE, NULL);
	must(evx_start_confine(&s, 0, NULL), &diag);
	must(evx_vault_use_load(&o->use, EVX_VAULT_READS, &diag), &diag);
	must(evx_vault_accept(o->use.vault, &diag), &diag);
	if (!evx_uuid_bytes(evx_vault_uuid(o->use.vault), EVX_UUID_LEN, uuid))
		exit(1);
	must(evx_catalog_open(evx_vault_fd(o->use.vault), uuid, &o->catalog, &state, &diag), &diag);
}

static void close_vault(struct opened *o)
{
	evx_catalog_free(o->catalog);
	evx_vault_use_free(&o->use);
}

static const char *case_of(const struct opened *o, unsigned long i)
{
	return evx_vault_case(o->use.vault, i % evx_vault_cases(o->use.vault))->id;
}

/* The small files of exhibit dir that a listing compares with the catalog. */
static const char *const small[] = { "bag-info.txt", "custody/0000-seal.json",
	"custody/0000-seal.record" };
#define SMALL (sizeof(small) / sizeof(small[0]))

static void read_small(const struct opened *o, const uint8_t uuid[16], struct evx_buf out[SMALL])
{
	struct evx_diag diag = { 0 };
	char text[EVX_UUID_CAP], path[128];

	evx_uuid_text(uuid, text);
	for (size_t i = 0; i < SMALL; i++) {
		snprintf(path, sizeof(path), "exhibits/%s/%s", text, small[i]);
		must(evx_read_file(evx_vault_fd(o->use.vault), path, 1 << 20, &out[i], &diag),
			&diag);
	}
}

static void write_small(const struct opened *o, const char *uuid, const struct evx_buf files[SMALL])
{
	char path[160];
	struct evx_diag diag = { 0 };

	snprintf(path, sizeof(path), "exhibits/%s/custody", uuid);
	if (mkdirat(evx_vault_fd(o->use.vault), path, 0700) != 0)
		exit(1);
	snprintf(path, sizeof(path), "exhibits/%s/data", uuid);
	if (mkdirat(evx_vault_fd(o->use.vault), path, 0700) != 0)
		exit(1);
	snprintf(path, sizeof(path), "exhibits/%s/data/%064d.pack", uuid, 0);
	must(evx_write_new_file(evx_vault_fd(o->use.vault), path, 0600, "", 0, &diag), &diag);
	for (size_t i = 0; i < SMALL; i++) {
		int fd;

		snprintf(path, sizeof(path), "exhibits/%s/%s", uuid, small[i]);
		fd = openat(evx_vault_fd(o->use.vault), path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0 || write(fd, files[i].data, files[i].len) != (ssize_t)files[i].len ||
			close(fd) != 0)
			exit(1);
	}
}

static void make_directories(const struct opened *o, char (*uuids)[EVX_UUID_CAP], unsigned long n,
	const struct evx_buf files[SMALL])
{
	struct evx_diag diag = { 0 };

	for (unsigned long i = 0; i < n; i++) {
		uint8_t random[16];
		char path[128];

		evx_random(random, sizeof(random));
		evx_uuid_v4(random, uuids[i]);
		snprintf(path, sizeof(path), "exhibits/%s", uuids[i]);
		if (mkdirat(evx_vault_fd(o->use.vault), path, 0700) != 0) {
			perror(path);
			exit(1);
		}
		write_small(o, uuids[i], files);
		must(evx_case_mark(o->use.vault, case_of(o, i), uuids[i], &diag), &diag);
	}
	sleep(4); /* younger ones have no stamp */
}

static void put_one(struct opened *o, struct evx_catalog_labels *labels,
	const struct evx_catalog_exhibit *first, const char *uuid, unsigned long i)
{
	struct evx_catalog_exhibit e = *first;
	char label[32], number[32], text[64];
	const struct evx_catalog_info info = { label, number, text, NULL, (uint32_t)first->events };
	struct evx_diag diag = { 0 };

	snprintf(label, sizeof(label), "C-%lu", i % CASES);
	snprintf(number, sizeof(number), "N-%lu", i);
	snprintf(text, sizeof(text), "generated exhibit %lu", i);
	if (!evx_uuid_bytes(uuid, EVX_UUID_LEN, e.uuid) ||
		!evx_uuid_bytes(case_of(o, i), EVX_UUID_LEN, e.case_id) ||
		!evx_vault_glance_stamp(o->use.vault, uuid, e.stamp))
		exit(1);
	must(evx_catalog_put(o->catalog, &e, &diag), &diag);
	must(evx_catalog_put_info(labels, e.uuid, e.case_id, &info, &diag), &diag);
	must(evx_catalog_put_chunks(o->catalog, e.uuid, EVX_CHUNKS_ALL, &diag), &diag);
}

static void add_exhibits(struct evx_home *home, const char *path, unsigned long n)
{
	char(*uuids)[EVX_UUID_CAP] = calloc(n + 1, sizeof(*uuids));
	struct evx_catalog_labels *labels;
	const struct evx_catalog_page all = { NULL, false };
	struct evx_buf files[SMALL] = { EVX_BUF_INIT, EVX_BUF_INIT, EVX_BUF_INIT };
	struct evx_catalog_exhibit first;
	const struct evx_secret *custody;
	struct evx_diag diag = { 0 };
	struct opened o;
	size_t got;

	if (uuids == NULL)
		exit(1);
	open_vault(&o, home, path);
	must(evx_catalog_next(o.catalog, &all, NULL, &first, 1, &got, &diag), &diag);
	if (got == 0)
		exit(1);
	read_small(&o, first.uuid, files);
	custody = evx_vault_custody(o.use.vault, 1);
	must(evx_catalog_labels_new(o.catalog, &custody, 1, &labels, &diag), &diag);
	make_directories(&o, uuids, n, files);
	for (unsigned long i = 0; i < n; i++) {
		if (i % AT_ONCE == 0)
			must(evx_catalog_begin(o.catalog, &diag), &diag);
		put_one(&o, labels, &first, uuids[i], i);
		if (i % AT_ONCE == AT_ONCE - 1 || i == n - 1)
			must(evx_catalog_commit(o.catalog, &diag), &diag);
	}
	evx_catalog_labels_free(labels);
	close_vault(&o);
	for (size_t i = 0; i < SMALL; i++)
		evx_buf_free(&files[i]);
	free(uuids);
}

static void add_rows(struct evx_home *home, const char *path, unsigned long n)
{
	struct evx_catalog_case *rows_of;
	struct evx_catalog_rows *rows;
	struct evx_secret *secret;
	struct evx_diag diag = { 0 };
	uint8_t case_id[16], id[32];
	struct evx_loan loan = { .stored = 2000077, .plain = 2000000 };
	struct opened o;

	open_vault(&o, home, path);
	must(evx_case_secret(o.use.vault, case_of(&o, 0), 1, &secret, &diag), &diag);
	if (!evx_uuid_bytes(case_of(&o, 0), EVX_UUID_LEN, case_id))
		exit(1);
	must(evx_catalog_case_new(o.catalog, case_id, (const struct evx_secret *const *)&secret, 1,
		     &rows_of, &diag),
		&diag);
	must(evx_catalog_rows_new(o.catalog, evx_vault_fd(o.use.vault), &rows, &diag), &diag);
	for (unsigned long i = 0; i < n; i++) {
		evx_random(id, sizeof(id));
		evx_random(loan.key, sizeof(loan.key));
		evx_random(loan.lender, sizeof(loan.lender));
		loan.position = i * 2000077;
		must(evx_catalog_rows_add(rows, rows_of, id, &loan, &diag), &diag);
	}
	must(evx_catalog_rows_write(rows, &diag), &diag);
	evx_catalog_rows_free(rows);
	evx_catalog_case_free(rows_of);
	evx_secret_free(secret);
	close_vault(&o);
}

/* A case with a label in every other entry; between them an exhibit is filed in the case. */
static void add_entries(struct evx_home *home, const char *path, unsigned long n)
{
	struct evx_vault_entry new_case = { .type = EVX_VAULT_CASE_NEW },
			       file = { .type = EVX_VAULT_CASE_FILE };
	struct evx_signer signer;
	struct evx_diag diag = { 0 };
	struct opened o;

	open_vault(&o, home, path);
	must(evx_identity_signer(&o.use.id, &signer, &diag), &diag);
	must(evx_vault_lock(o.use.vault, &diag), &diag);
	for (unsigned long i = 0; i < n; i++) {
		char label[32];
		const struct evx_vault_private says = { .label = label };
		const bool files = i % 2 == 1;
		uint8_t random[16];

		evx_random(random, sizeof(random));
		evx_uuid_v4(random, files ? file.uuid : new_case.case_id);
		snprintf(label, sizeof(label), "L-%lu", i);
		memcpy(file.case_id, new_case.case_id, sizeof(file.case_id));
		must(evx_vault_append(o.use.vault, files ? &file : &new_case, files ? NULL : &says,
			     &signer, (int64_t)time(NULL), &diag),
			&diag);
	}
	evx_vault_unlock_log(o.use.vault);
	close_vault(&o);
}

#define PAGE 256

/* One that is not only in the catalog. */
static bool was_sealed(const struct opened *o, const uint8_t uuid[16])
{
	char text[EVX_UUID_CAP], path[64];

	evx_uuid_text(uuid, text);
	snprintf(path, sizeof(path), "exhibits/%s/keys", text);
	return faccessat(evx_vault_fd(o->use.vault), path, F_OK, 0) == 0;
}

static void mark_checked(struct evx_home *home, const char *path)
{
	const struct evx_catalog_page all = { NULL, false };
	struct evx_catalog_check check = { .when = (int64_t)time(NULL),
		.result = EVX_CHECKED_GOOD };
	struct evx_catalog_exhibit at[PAGE], last;
	struct evx_diag diag = { 0 };
	struct opened o;
	bool marked = false;
	size_t n = PAGE;

	open_vault(&o, home, path);
	must(evx_catalog_begin(o.catalog, &diag), &diag);
	for (unsigned long done = 0; n == PAGE; done += n) {
		must(evx_catalog_next(
			     o.catalog, &all, done > 0 ? &last : NULL, at, PAGE, &n, &diag),
			&diag);
		for (size_t i = 0; i < n; i++) {
			check.resume_since = !marked && was_sealed(&o, at[i].uuid) ? check.when : 0;
			marked = marked || check.resume_since != 0;
			must(evx_catalog_put_check(o.catalog, at[i].uuid, &check, &diag), &diag);
		}
		if (n > 0)
			last = at[n - 1];
	}
	must(evx_catalog_commit(o.catalog, &diag), &diag);
	close_vault(&o);
}

static void say(const char *what, unsigned long n, double start)
{
	printf("%lu %s, %.0f a second\n", n, what, (double)n / (now() - start));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct evx_diag diag = { 0 };
	struct evx_home *home;
	unsigned long sealed, exhibits, rows, entries;
	double start;

	if (argc == 4 && strcmp(argv[1], "--checked") == 0) {
		must(evx_start(&diag), &diag);
		must(evx_home_open(argv[3], false, &home, &diag), &diag);
		mark_checked(home, argv[2]);
		evx_home_free(home);
		return 0;
	}
	if (argc != 8) {
		fputs("usage: mkvault VAULT HOME SOURCE SEALED EXHIBITS ROWS ENTRIES\n"
		      "       mkvault --checked VAULT HOME\n",
			stderr);
		return 2;
	}
	sealed = strtoul(argv[4], NULL, 10);
	exhibits = strtoul(argv[5], NULL, 10);
	rows = strtoul(argv[6], NULL, 10);
	entries = strtoul(argv[7], NULL, 10);
	must(evx_start(&diag), &diag);
	must(evx_home_open(argv[2], false, &home, &diag), &diag);
	start = now();
	seal_some(home, argv[1], argv[3], sealed);
	say("exhibits sealed", sealed, start);
	start = now();
	if (exhibits > sealed)
		add_exhibits(home, argv[1], exhibits - sealed);
	say("exhibits in the catalog only", exhibits - sealed, start);
	start = now();
	if (rows > 0)
		add_rows(home, argv[1], rows);
	say("rows of chunks written", rows, start);
	start = now();
	if (entries > 0)
		add_entries(home, argv[1], entries);
	say("entries of the log written", entries, start);
	evx_home_free(home);
	return 0;
}
