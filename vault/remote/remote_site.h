/* Inside the process of one connection: what all kinds of remotes share. Nothing here runs in the
 * process that has keys. */
#ifndef EVX_REMOTE_REMOTE_SITE_H
#define EVX_REMOTE_REMOTE_SITE_H

#include "base/confine.h"
#include "crypto/hash.h"
#include "remote/remote.h"
#include "remote/remote_url.h"

struct evx_remote_site {
	const struct evx_remote_options *opt;
	struct evx_remote_url url;
	unsigned patience; /* seconds */
	uint64_t rate;     /* bytes a second of this connection; 0: no limit */
	int in, out;       /* the pipes to the process that works */
	int spool;         /* the temporary file, -1: none */
	int root;          /* dir: the directory; exec: the spool directory, -1: none */
	int to, from;      /* the program */
	int places[EVX_REMOTE_PLACES_MAX];
	size_t nplaces;
	bool at_once;        /* log in before the first request */
	bool lost;           /* the connection is gone: this process ends, and is started anew */
	struct evx_buf line; /* an answer on its way */
};

/* A kind of remote. */
struct evx_remote_driver {
	unsigned may;      /* of enum evx_confine_may; the network only where it is asked here */
	bool has_program;  /* speaks through one, which is started before the confinement */
	bool quiet_errors; /* what it prints as errors is not read */
	bool logs_in; /* the program connects as soon as it is started, without being told anything
		       */
	/* The program's arguments, ended by NULL, in argv; they stay valid with site and text. */
	enum evx_err (*program)(struct evx_remote_site *site, const char *argv[32], char *text,
		size_t cap, struct evx_diag *diag);
	/* Opens what a confined process could not. */
	enum evx_err (*open)(struct evx_remote_site *site, void **state, struct evx_diag *diag);
	/* Carries out one request; fills err, again, wait, stat and text of *a. */
	void (*act)(void *state, struct evx_remote_site *site, const struct evx_remote_request *q,
		struct evx_remote_answer *a);
	void (*close)(void *state);
};

extern const struct evx_remote_driver evx_dir_driver, evx_sftp_driver, evx_s3_driver,
	evx_exec_driver, evx_presigned_driver;

/* Says how a request went wrong. */
void evx_remote_site_failed(struct evx_remote_answer *a, enum evx_err err,
	enum evx_remote_again again, const char *fmt, ...) EVX_PRINTF(4, 5);
void evx_remote_site_failed_diag(
	struct evx_remote_answer *a, enum evx_remote_again again, const struct evx_diag *diag);

/* To the process that works. False when that is gone. */
bool evx_remote_site_say_progress(struct evx_remote_site *site, uint64_t bytes);
bool evx_remote_site_say_item(struct evx_remote_site *site, const char *name, uint64_t size);
bool evx_remote_site_say_bytes(struct evx_remote_site *site, const void *p, size_t n);
bool evx_remote_site_say_about(struct evx_remote_site *site, const struct evx_remote_about *about);
/* False when that is gone, and nobody wants the answer any more. */
bool evx_remote_site_wanted(const struct evx_remote_site *site);

/* Waits as long as n bytes may take where a rate is given: for kinds whose other side knows no
 * limit. False as evx_remote_site_wanted. */
bool evx_remote_site_pace(const struct evx_remote_site *site, size_t n);

/* The bytes of a put, from the request or from a file below one of the places. */
struct evx_remote_source {
	int fd; /* -1: in memory */
	const uint8_t *bytes;
	uint64_t offset, size, at;
};
/* EVX_E_NOT_OURS for what is no regular file. */
enum evx_err evx_remote_source_open(const struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_remote_source *out,
	struct evx_diag *diag) EVX_MUST_CHECK;
/* Up to n bytes; *got 0 at the end. EVX_E_TRUNCATED where the file is shorter than it was said. */
enum evx_err evx_remote_source_read(struct evx_remote_source *s, void *p, size_t n, size_t *got,
	struct evx_diag *diag) EVX_MUST_CHECK;
void evx_remote_source_close(struct evx_remote_source *s);
/* Reads all of it from its beginning, compares with the request's hash, and begins anew. md5 (NULL
 * allowed) and sha256 get the hashes. EVX_E_FORGED. */
enum evx_err evx_remote_source_hash(struct evx_remote_source *s, const struct evx_remote_request *q,
	uint8_t *md5, uint8_t sha256[32], struct evx_diag *diag) EVX_MUST_CHECK;
/* Copies it into the spool, which then has nothing else; after a failure it has anything. */
enum evx_err evx_remote_site_spool_in(struct evx_remote_site *site,
	const struct evx_remote_request *q, struct evx_diag *diag) EVX_MUST_CHECK;
/* Says the bytes of fd (of the spool) as those of the object; *a says whether they are as many as
 * the request allows. */
void evx_remote_site_spool_out(struct evx_remote_site *site, int fd,
	const struct evx_remote_request *q, struct evx_remote_answer *a);
/* True when an object of size bytes is none that the request allows; *a says so. */
bool evx_remote_site_other_size(
	const struct evx_remote_request *q, uint64_t size, struct evx_remote_answer *a);

#endif
