/* Going through an exhibit's lines and the bytes of its files, each file compared with its digests:
 * the core of deep verification, cat and extraction. */
#ifndef EVX_OPEN_CONTENTS_H
#define EVX_OPEN_CONTENTS_H

#include "content/listing_read.h"
#include "format/content_part.h"

/* What a visitor does; all but ctx may be NULL. An error of a call ends everything, except where
 * said. */
struct evx_contents_visitor {
	void *ctx;
	bool lines; /* items have their lines, too; else line is NULL */
	bool parts; /* files in part are given, too, without what is withheld of them */
	bool *cut;  /* NULL, or: says of each data whether a chunk ends behind it */
	/* Whether the bytes of this file are wanted. NULL: of every file, once where it has several
	 * names. Not asked about a file that a disclosure shows without its contents; about one in
	 * part with parts only. */
	bool (*wants)(void *ctx, const struct evx_listing_item *item);
	/* Every line, before its bytes. */
	enum evx_err (*begin)(
		void *ctx, const struct evx_listing_item *item, struct evx_diag *diag);
	/* The next n stored bytes of the file, which stand at offset in it. Of a file in part they
	 * are not compared before end. */
	enum evx_err (*data)(
		void *ctx, uint64_t offset, const uint8_t *p, size_t n, struct evx_diag *diag);
	/* Every line, after its bytes: EVX_OK with all bytes given and digests compared; else what
	 * was wrong with this file, told in *why (the rest goes on, unless data failed or it was
	 * interrupted). A line whose bytes were not wanted ends with EVX_OK at once. */
	enum evx_err (*end)(void *ctx, const struct evx_listing_item *item, enum evx_err bad,
		const struct evx_diag *why, struct evx_diag *diag);
	/* NULL, or: short files may be dealt with by other threads, several at a time. hand is
	 * called instead of data and end, and moves the file that begin began into what it returns;
	 * NULL when there is no memory. Then work is called in another thread, with all stored
	 * bytes of the file and what evx_file_digest_compare said of them, and at last, in order,
	 * back instead of end, which releases what hand returned. Lines behind it may begin before,
	 * and end where they are no files; but for other names of a file. */
	void *(*hand)(void *ctx);
	void (*work)(void *handed, const struct evx_entry *e, const uint8_t *p, size_t n,
		const char *differs);
	enum evx_err (*back)(void *ctx, const struct evx_listing_item *item, void *handed,
		enum evx_err bad, const struct evx_diag *why, struct evx_diag *diag);
};

struct evx_contents_opts {
	const struct evx_payload_source *src;
	const struct evx_content_part *part;
	const uint8_t *listing_root;             /* 32 bytes, as the seal signs it */
	const struct evx_listing_origin *origin; /* of a disclosure, else NULL */
	unsigned jobs;
	const struct evx_cancel *cancel;
	struct evx_progress *progress; /* bytes_done counts content bytes */
	bool *unproved;                /* as in struct evx_listing_read_opts */
	bool unchecked; /* evx_contents_check_listing did not run before evx_contents_visit, which
			   compares the same then: only when it says EVX_OK may anything be
			   shown */
	bool ranges;    /* range roots are computed and compared, too, where the listing is whole */
	uint64_t *unhashed; /* NULL, or: gets the number of files whose whole length was not hashed,
			       with their holes */
};

/* How evx_listing_read reads this exhibit's listing; again as there. */
struct evx_listing_read_opts evx_contents_listing(const struct evx_contents_opts *opts, bool again);
/* Reads the whole listing and compares its root with the seal's: only after this may a line be
 * shown. each (NULL allowed) sees the lines on the way, for bookkeeping that shows nothing. */
enum evx_err evx_contents_check_listing(const struct evx_contents_opts *opts, evx_listing_each each,
	void *ctx, struct evx_diag *diag) EVX_MUST_CHECK;
/* What a digest that differs (its name; NULL: none does) says of a file: EVX_OK or EVX_E_FORGED. */
enum evx_err evx_contents_differs(const char *differs, struct evx_diag *why);
/* Goes through all lines in order. */
enum evx_err evx_contents_visit(const struct evx_contents_opts *opts,
	const struct evx_contents_visitor *visitor, struct evx_diag *diag) EVX_MUST_CHECK;

#endif
