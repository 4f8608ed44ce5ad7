/* One seal in the making: its state, and the steps after everything is open. */
#ifndef EVX_SEAL_SEAL_RUN_H
#define EVX_SEAL_SEAL_RUN_H

#include "bundle/writer.h"
#include "content/walk.h"
#include "custody/event_build.h"
#include "events/timestamp.h"
#include "people/readers.h"
#include "seal/reread.h"
#include "seal/seal_details.h"

struct evx_source_name {
	char *name;       /* first component of its paths in the exhibit; owned */
	const char *path; /* as named */
};

struct evx_seal_run {
	struct evx_home *home;
	const struct evx_seal_options *opt;
	struct evx_progress *progress;
	struct evx_cancel *cancel;
	struct evx_seal_result *result;
	unsigned jobs;
	int64_t now; /* seconds since 1970 */

	struct evx_hand hand;
	struct evx_inputs to, custody_to, witnesses, attachments, details_file, policy_file,
		expect_file;
	struct evx_cards always, known; /* known: whom a policy may name by their cards' names */
	struct evx_readers readers;
	struct evx_digest_list *expected;
	struct evx_reread *reread;
	struct evx_timestamp_options stamp_options;
	struct evx_timestamp_run *stamp; /* NULL unless a time-stamp is wanted */

	struct evx_source_name *sources; /* nsources, NULL for standard input */
	int *source_fds;
	int output_dir;               /* for the confinement's rule, -1 none */
	char *published;              /* path under which the exhibit will stand; owned */
	struct evx_seal_vault *vault; /* NULL: it goes into a bundle */
	bool from_stdin, all_sizes_known;
	uint64_t known_total;

	char uuid[EVX_UUID_CAP];
	struct evx_exhibit_keys keys;
	struct evx_event event;
	struct evx_details details;
	struct evx_writer *writer;
	struct evx_walk *walk;
	struct evx_payload_writer *payload;
	struct evx_payload_result sealed;
};

/* Walks and reads the sources into packs; fills run->sealed and the completeness statement. With
 * reread, reads everything again. */
enum evx_err evx_seal_run_contents(struct evx_seal_run *run, struct evx_diag *diag) EVX_MUST_CHECK;
/* Closes the payload and makes the seal's files. */
enum evx_err evx_seal_run_sign(struct evx_seal_run *run, struct evx_event_files *files,
	uint8_t hash[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* Fills run->result, but for what its output says. */
void evx_seal_run_result(struct evx_seal_run *run, const uint8_t hash[32]);

/* A walk of the sources as the options say. */
enum evx_err evx_seal_run_walk(
	struct evx_seal_run *run, struct evx_walk **out, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
